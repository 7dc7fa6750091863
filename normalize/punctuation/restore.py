"""Restoring: the full-width marks that a collapse took, put back where the text shows that it was collapsed.

Only `, ; : ! ? ( )` come back, and the `......` that NFKC makes of `……`. A stop never becomes `。`, which no collapse
touches, and no blank is added or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

from normalize.config import Config
from normalize.edits import Edit, Edits, Spans, Step, as_list, compose
from normalize.profile import ARRAY_LENGTH
from normalize.punctuation import rules, signature, tables
from normalize.punctuation.context import Loose, marks_to_restore, pair_across_lines
from normalize.punctuation.forward import OFFSET
from normalize.punctuation.lines import ENGLISH_MARKS, LONGEST, Line, split

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

#: Marks for each character, below which they are replaced one by one (measured: the two meet at one in 300 to 450).
_FEW = 1 / 400
#: Two U+2026 as NFKC spells them.
_SIX_STOPS = "......"
_ENGLISH = Step("punctuation", "width.english", "rule", "a mark inside an English word is half-width")
_ELLIPSIS = Step("punctuation", "ellipsis.collapsed", "inferred", "a collapse spelt this ellipsis as six stops")


def restored(text: str, config: Config, asked: bool) -> Edits:
    """Return the edits that restore `text`; `asked` takes less evidence, because somebody asked for it."""
    view = view_of(text)
    whole = _is_whole(view, asked)
    if not whole and not view.has_collapsed_line:
        return Edits.none(text)
    found = None if whole else view.offsets_in_lines()
    judged = text
    # The commas that separate fields are hidden, and what is left is judged without them; where only some lines are
    # concerned, one of them must look like a row.
    if (found is None or tables.may_have_rows(text, as_list(found))) and (rows := tables.rows(text)):
        judged, _ = tables.hidden(text, rows)
        view = view_of(judged)
        whole = _is_whole(view, asked)
        if not whole and not view.has_collapsed_line:
            return Edits.none(text)
        found = None if whole else view.offsets_in_lines()
    if found is None:
        found = view.offsets()
    off = rules.switched_off(config) if config.disable or config.enable or config.brackets == "half" else ()
    if off:
        found = [at for at in as_list(found) if RULES[text[at]] not in off]
    edits = full_width(text, found)
    if not whole:
        return edits
    # The others are looked for in the collapsed text, where Han tells what is Chinese as well as marks do.
    others = [*_ellipses(judged), *(_english(judged, view) if view.signature.collapsed else ())]
    others = sorted(edit for edit in others if edit.step.rule not in off)
    if not others:
        return edits
    both = Edits.of(edits.text, others)
    return Edits(text, both.text, lambda: compose(edits.spans, both.spans))


class View(Protocol):
    """What is asked of a text whose marks are judged.

    `has_loose` says, once `offsets` were found, whether there is a bracket whose partner is not in its line.
    """

    has_loose: bool

    @property
    def signature(self) -> signature.Signature:
        """What the text says about its marks."""

    @property
    def has_collapsed_line(self) -> bool:
        """Whether a line lost its marks while others have theirs."""

    def offsets(self) -> Sequence[int]:
        """Return where the marks stand that are to be full-width, taking all of the text for collapsed."""

    def offsets_in_lines(self) -> Sequence[int]:
        """Return where such marks stand in the collapsed lines of a text that has its other marks.

        A line shows by two marks that it was collapsed; where one does, a single mark will do for the others.
        """

    def english_marks(self) -> Sequence[int]:
        """Return where full-width marks stand that belong into English words, wherever they may stand here."""


def view_of(text: str) -> View:
    """Return a view of a text, in columns when it is long."""
    if len(text) < ARRAY_LENGTH:
        return OneByOne(text)
    from normalize.punctuation.columns import Columns

    return Columns(text)


def _is_whole(view: View, asked: bool) -> bool:
    return view.signature.collapsed or (asked and not view.signature.full)


class OneByOne:
    """A text, whose marks are judged line by line and mark by mark."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.has_loose = False

    @cached_property
    def signature(self) -> signature.Signature:
        """What the text says about its marks."""
        return signature.read(self._text)

    @property
    def has_collapsed_line(self) -> bool:
        """Whether a line lost its marks while others have theirs."""
        return any(signature.line_collapsed(line.text) for line in split(self._text))

    def offsets(self) -> list[int]:
        """Return where the marks stand that are to be full-width, taking all of the text for collapsed."""
        found, loose = _judged(split(self._text))
        self.has_loose = bool(loose)
        return sorted([*found, *pair_across_lines(loose)])

    def offsets_in_lines(self) -> list[int]:
        """Return where such marks stand in the collapsed lines of a text that has its other marks.

        What shows a typing hand is left: a blank behind a mark, brackets in a line that has one behind a blank, and all
        brackets where nobody wrote full-width ones.
        """
        text = self._text
        lines = [line for line in split(text) if signature.may_be_collapsed(line.text)]
        typed = [(line.start, line.start + len(line.text)) for line in lines if " (" in line.text]

        def is_typed(at: int) -> bool:
            if text[at] not in "()":
                return text[at + 1 : at + 2] == " "
            return not self.signature.has_full_brackets or any(start <= at < end for start, end in typed)

        found, loose = _judged(lines)
        return [at for at in sorted([*found, *pair_across_lines(loose)]) if not is_typed(at)]

    def english_marks(self) -> list[int]:
        """Return where full-width marks stand that belong into English words, wherever they may stand here."""
        return [at for at, character in enumerate(self._text) if character in ENGLISH_MARKS]


def _judged(lines: Iterable[Line]) -> tuple[list[int], list[Loose]]:
    """Return where in the text the marks of lines stand that are to be full-width, and the brackets without partner."""
    found: list[int] = []
    loose: list[Loose] = []
    for line in lines:
        full, unpaired = marks_to_restore(line)
        found += [line.start + at for at in full]
        loose += unpaired
    return found, loose


def full_width(text: str, places: Sequence[int]) -> Edits:
    """Return the edits that make the marks at these places full-width."""
    if not len(places):
        return Edits.none(text)
    if len(text) < ARRAY_LENGTH:
        return Edits.of(text, [Edit(at, at + 1, FULL[text[at]], STEPS[text[at]]) for at in places])
    if len(places) < len(text) * _FEW:
        return Edits(text, _widened(text, as_list(places)), lambda: _spans(text, list(as_list(places))))
    from normalize.punctuation.stretch import widened

    return Edits(text, widened(text, places), lambda: _spans(text, list(as_list(places))))


def _widened(text: str, places: Sequence[int]) -> str:
    pieces: list[str] = []
    position = 0
    for at in places:
        pieces += (text[position:at], FULL[text[at]])
        position = at + 1
    return "".join((*pieces, text[position:]))


def _spans(text: str, places: list[int]) -> Spans:
    """Return the spans of marks that became full-width one for one."""
    names = tuple(RULES)
    ends = [at + 1 for at in places]
    codes = [names.index(text[at]) for at in places]
    return Spans(places, ends, places, ends, codes, tuple((STEPS[name],) for name in names))


def _english(text: str, view: View) -> Iterator[Edit]:
    """Yield full-width marks of English words with their half-width forms."""
    for at in view.english_marks():
        if _is_latin(text[at - 1 : at]) and _is_latin(text[at + 1 : at + 2]):
            yield Edit(at, at + 1, chr(ord(text[at]) - OFFSET), _ENGLISH)


def _ellipses(text: str) -> Iterator[Edit]:
    """Yield the ellipses that NFKC spelt as six stops."""
    for at in _find(text, _SIX_STOPS):
        end = at + len(_SIX_STOPS)
        # A row of stops before a number leads to a page.
        if text[at - 1 : at] != "." and (text[end : end + 1] in ("", "\r", "\n") or text[end] not in ". \t0123456789"):
            start = max(text.rfind("\n", max(at - LONGEST, 0), at) + 1, at - LONGEST, 0)
            stop = text.find("\n", end, end + LONGEST)
            line = Line(text[start : stop if stop >= 0 else end + LONGEST])
            if line.mask(at - start) is None and (line.is_wide(at - start - 1) or line.is_wide(end - start)):
                yield Edit(at, end, "……", _ELLIPSIS)


def _find(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
