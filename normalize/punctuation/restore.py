"""Restoring: the full-width marks that a collapse took, put back where the text shows that it was collapsed.

Only `, ; : ! ? ( )` come back, and the `......` that NFKC makes of `……`. A stop never becomes `。`, which no collapse
touches, and no blank is added or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from normalize.config import Config
from normalize.edits import Edit, Edits, Spans, Step, compose
from normalize.profile import ARRAY_LENGTH
from normalize.punctuation import signature, tables
from normalize.punctuation.context import Loose, marks_to_restore, pair_across_lines
from normalize.punctuation.forward import OFFSET
from normalize.punctuation.lines import LONGEST, Line, split

#: Full-width twins stand at a fixed distance (Unicode, Halfwidth and Fullwidth Forms).
FULL = {mark: chr(ord(mark) + OFFSET) for mark in ",;:!?()"}
RULES = {
    ",": "comma",
    ";": "semicolon",
    ":": "colon",
    "!": "exclamation",
    "?": "question",
    "(": "bracket",
    ")": "bracket",
}
STEPS = {
    mark: Step("punctuation", rule, "inferred", "a collapse took the full width of this mark")
    for mark, rule in RULES.items()
}

#: Full-width marks inside English words and addresses, where no Chinese text has them: know－how.
_ENGLISH_MARKS = "－／＆＇．＠＿＋"
#: Two U+2026 as NFKC spells them.
_SIX_STOPS = "......"
_ENGLISH = Step("punctuation", "width.english", "rule", "a mark inside an English word is half-width")
_ELLIPSIS = Step("punctuation", "ellipsis.collapsed", "inferred", "a collapse spelt this ellipsis as six stops")


def restored(text: str, config: Config, asked: bool) -> Edits:
    """Return the edits that restore `text`; `asked` takes less evidence, because somebody asked for it."""
    signs = signature.read(text)
    whole = signs.collapsed or (asked and not signs.full)
    if not whole and not _has_collapsed_line(text):
        return Edits.none(text)
    # The commas that separate fields are hidden, and what is left is judged without them.
    if rows := tables.rows(text):
        judged, _ = tables.hidden(text, rows)
        signs = signature.read(judged)
        whole = signs.collapsed or (asked and not signs.full)
        if not whole and not _has_collapsed_line(judged):
            return Edits.none(text)
    else:
        judged = text
    found = places(judged) if whole else _in_lines(judged, signs.has_full_brackets)
    if config.disable:
        found = [at for at in found if config.allows(STEPS[text[at]])]
    # The others are looked for in the collapsed text, where Han tells what is Chinese as well as marks do.
    others = [edit for edit in _others(judged, signs.collapsed) if config.allows(edit.step)] if whole else []
    edits = full_width(text, found)
    if not others:
        return edits
    both = Edits.of(edits.text, others)
    return Edits(text, both.text, lambda: compose(edits.spans, both.spans))


def full_width(text: str, places: list[int]) -> Edits:
    """Return the edits that make the marks at these places full-width."""
    if len(text) < ARRAY_LENGTH or not places:
        return Edits.of(text, [Edit(at, at + 1, FULL[text[at]], STEPS[text[at]]) for at in places])
    from normalize.punctuation.stretch import widened

    return Edits(text, widened(text, places), lambda: _spans(text, places))


def _has_collapsed_line(text: str) -> bool:
    """Tell whether a text that has its other marks has a line that lost its own."""
    if sum(text.count(mark) for mark in ",;!?") < 2:
        return False
    if len(text) < ARRAY_LENGTH:
        return any(signature.line_collapsed(line.text) for line in split(text))
    from normalize.punctuation import columns

    return columns.has_collapsed_line(text)


def _in_lines(text: str, has_full_brackets: bool) -> list[int]:
    """Return the marks to restore in the collapsed lines of such a text.

    A line shows by two marks that it was collapsed; where one does, a single mark will do for the others.
    """
    if len(text) < ARRAY_LENGTH:
        return offsets_in_lines(text, has_full_brackets)
    from normalize.punctuation import columns

    found: list[int] = columns.offsets_in_lines(text, has_full_brackets).tolist()
    return found


def offsets_in_lines(text: str, has_full_brackets: bool) -> list[int]:
    """Return where the marks stand that are to be full-width, in lines that may be collapsed among others that are not.

    What shows a typing hand is left: a blank behind a mark, brackets in a line that has one behind a blank, and all
    brackets where nobody wrote full-width ones.
    """
    lines = [line for line in split(text) if signature.may_be_collapsed(line.text)]
    typed = [(line.start, line.start + len(line.text)) for line in lines if " (" in line.text]

    def is_typed(at: int) -> bool:
        if text[at] not in "()":
            return text[at + 1 : at + 2] == " "
        return not has_full_brackets or any(start <= at < end for start, end in typed)

    return [at for at in offsets(lines) if not is_typed(at)]


def _spans(text: str, places: list[int]) -> Spans:
    """Return the spans of marks that became full-width one for one."""
    names = tuple(RULES)
    ends = [at + 1 for at in places]
    codes = [names.index(text[at]) for at in places]
    return Spans(places, ends, places, ends, codes, tuple((STEPS[name],) for name in names))


def places(text: str) -> list[int]:
    """Return where in `text` the marks stand that are to be full-width, taking all of it for collapsed."""
    if len(text) < ARRAY_LENGTH:
        return offsets(split(text))
    from normalize.punctuation import columns

    found: list[int] = columns.offsets(text).tolist()
    return found


def offsets(lines: Iterable[Line]) -> list[int]:
    """Return where in the text the marks stand that are to be full-width, taking these lines for collapsed."""
    found: list[int] = []
    loose: list[Loose] = []
    for line in lines:
        full, unpaired = marks_to_restore(line)
        found += [line.start + at for at in full]
        loose += unpaired
    found += pair_across_lines(loose)
    return sorted(found)


def _others(text: str, collapsed: bool) -> list[Edit]:
    """Return what else a collapsed text needs: half-width marks of English words, and the ellipsis that NFKC spelt."""
    edits: list[Edit] = []
    if collapsed:
        for mark in _ENGLISH_MARKS:
            half = chr(ord(mark) - OFFSET)
            edits += [
                Edit(at, at + 1, half, _ENGLISH)
                for at in _find(text, mark)
                if _is_latin(text[at - 1 : at]) and _is_latin(text[at + 1 : at + 2])
            ]
    for at in _find(text, _SIX_STOPS):
        end = at + len(_SIX_STOPS)
        # A row of stops before a number leads to a page.
        if text[at - 1 : at] != "." and (text[end : end + 1] in ("", "\r", "\n") or text[end] not in ". \t0123456789"):
            start = max(text.rfind("\n", max(at - LONGEST, 0), at) + 1, at - LONGEST, 0)
            stop = text.find("\n", end, end + LONGEST)
            line = Line(text[start : stop if stop >= 0 else end + LONGEST])
            if line.mask(at - start) is None and (line.is_wide(at - start - 1) or line.is_wide(end - start)):
                edits.append(Edit(at, end, "……", _ELLIPSIS))
    return sorted(edits)


def _find(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
