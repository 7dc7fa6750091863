"""Restoring: the full-width marks that a collapse took, put back where the text shows that it was collapsed.

Only `, ; : ! ? ( )` come back, and the `......` that NFKC makes of `……`. A stop never becomes `。`, which no collapse
touches, and no blank is added or removed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

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
    edits = _restored(text, config, asked)
    if edits.text == text or not (rows := tables.rows(text)):
        return edits
    # Commas that separate fields are hidden, and all is judged again without them.
    hidden, stands_for = tables.hide(text, rows)
    edits = _restored(hidden, config, asked)
    if edits.text == hidden:
        return Edits.none(text)
    return Edits(text, tables.show(edits.text, stands_for), lambda: edits.spans)


def _restored(text: str, config: Config, asked: bool) -> Edits:
    signs = signature.read(text)
    whole = signs.collapsed or (asked and not signs.full)
    if whole:
        return _whole(text, config, signs.collapsed)
    return Edits.of(text, [edit for edit in _single_lines(text, signs) if config.allows(edit.step)])


def _single_lines(text: str, signs: signature.Signature) -> Iterator[Edit]:
    """Yield the edits of the collapsed lines of a text that has its other marks; what shows a typing hand is left."""
    lines = signature.collapsed_lines(text)
    typed = [(line.start, line.start + len(line.text)) for line in lines if " (" in line.text]
    for at in offsets(lines):
        mark = text[at]
        if mark not in "()":
            typed_here = text[at + 1 : at + 2] == " "
        else:
            index = bisect_right(typed, at, key=itemgetter(0)) - 1
            typed_here = not signs.has_full_brackets or (index >= 0 and at < typed[index][1])
        if not typed_here:
            yield Edit(at, at + 1, FULL[mark], STEPS[mark])


def _whole(text: str, config: Config, collapsed: bool) -> Edits:
    """Return the edits that restore a text all of which was collapsed."""
    found = places(text)
    if config.disable:
        found = [at for at in found if config.allows(STEPS[text[at]])]
    # The others are looked for in the collapsed text, where Han tells what is Chinese as well as marks do.
    others = [edit for edit in _others(text, collapsed) if config.allows(edit.step)]
    if len(text) < ARRAY_LENGTH:
        edits = [Edit(at, at + 1, FULL[text[at]], STEPS[text[at]]) for at in found]
        return Edits.of(text, sorted(edits + others))
    if not found and not others:
        return Edits.none(text)
    from normalize.punctuation import columns

    full = columns.widened(text, found)
    if not others:
        return Edits(text, full, lambda: _spans(text, found))
    both = Edits.of(full, others)
    return Edits(text, both.text, lambda: compose(_spans(text, found), both.spans))


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
