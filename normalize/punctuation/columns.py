"""Columns: the marks of a long text judged all at once, and one by one only where that takes a closer look.

Most marks of Chinese prose stand behind Han in a line without links, code or markup, and need no more than their
neighbours. The answers are exactly those of `context`, which decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from normalize.punctuation import signature
from normalize.punctuation.context import Loose, is_full, is_full_pair, marks_to_restore, pair_across_lines
from normalize.punctuation.lines import Cutter, Line
from normalize.punctuation.stretch import (
    AFTER_QUOTE,
    ALNUM,
    BLANK,
    CLOSING,
    COLON,
    FULL,
    FULL_OPEN,
    FULL_WIDTH,
    HAN,
    MARK,
    NEWLINE,
    OPEN,
    OTHER,
    QUOTE,
    SIGN,
    SIZE,
    Flags,
    Marks,
    Offsets,
    Stretch,
    is_closed,
    stretches,
)

_NONE = np.zeros(0, dtype=np.intp)
#: So many stretches of a text are kept from one question to the next: 10 MB for 2 million characters.
_KEPT = 32


class Columns:
    """A long text, whose marks are judged in columns.

    How much of it is worked on together (`size` characters) does not change what is found.
    """

    def __init__(self, text: str, size: int = SIZE) -> None:
        self._text = text
        self._size = size
        self.has_loose = False
        #: Which of the stretches have two marks behind Han, which may be in one line.
        self._suspects: list[bool] = []

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the stretches of the text, of one that is not too long always the same."""
        return iter(self._kept) if len(self._text) <= _KEPT * self._size else stretches(self._text, self._size)

    @cached_property
    def _kept(self) -> list[Stretch]:
        return list(stretches(self._text, self._size))

    @cached_property
    def signature(self) -> signature.Signature:
        """What the text says about its marks, as `signature.read` has it."""
        full = folded = strong = beside = 0
        for stretch in self._stretches():
            full += int(np.count_nonzero((stretch.kinds - np.uint8(FULL)) <= FULL_OPEN - FULL))
            marks = stretch.marks
            self._suspects.append(False)
            if not marks.places.size:
                continue
            single = marks.kinds == MARK
            folded += int(np.count_nonzero(single))
            if not full:
                beside += int(np.count_nonzero((marks.before == HAN) | (marks.after == HAN)))
            behind = marks.of((single & _is_behind(marks)).nonzero()[0])
            if behind.places.size:
                strong += _strong(stretch, behind)
                self._suspects[-1] = behind.places.size > 1
        return signature.judged(self._text, full, folded, strong, beside)

    @property
    def has_collapsed_line(self) -> bool:
        """Whether a line shows by two marks that it was collapsed, while it has no full-width mark."""
        assert self.signature
        if not any(self._suspects):
            return False
        for suspect, stretch in zip(self._suspects, self._stretches(), strict=True):
            for number in _suspects(stretch).nonzero()[0].tolist() if suspect else ():
                start, end = stretch.first + int(stretch.starts[number]), stretch.first + int(stretch.ends[number])
                if signature.line_collapsed(self._text[start:end]):
                    return True
        return False

    def offsets(self) -> Sequence[int]:
        """Return where the marks stand that are to be full-width, taking the whole of the text for collapsed."""
        judge = _Judge(self._text)
        found = [judge.full(stretch, stretch.marks) for stretch in self._stretches()]
        self.has_loose = judge.has_loose
        return _in_order([*found, judge.across_lines()])

    def offsets_in_lines(self) -> Sequence[int]:
        """Return where the marks stand that are to be full-width in lines of a text that has its other marks.

        The lines are those with a mark behind Han and none that is full-width. What shows a typing hand is left: a
        blank behind a mark, brackets in a line that has one behind a blank, and all brackets where nobody wrote
        full-width ones.
        """
        judge = _Judge(self._text)
        has_full_brackets = self.signature.has_full_brackets
        found: list[Offsets] = []
        for stretch in self._stretches():
            behind = stretch.marks.places[_is_behind(stretch.marks)]
            if not behind.size:
                continue
            chosen = stretch.having(behind)
            chosen[stretch.lines(stretch.places(FULL, FULL_OPEN))] = False
            lines = stretch.lines(stretch.marks.places)
            of_chosen = chosen.take(lines)
            marks, lines = stretch.marks.of(of_chosen), lines[of_chosen]
            if not lines.size:
                continue
            full = judge.full(stretch, marks) - stretch.first
            is_mark = stretch.kinds.take(full) <= COLON
            typed = is_mark & (stretch.codes.take(full + 1, mode="clip") == ord(" "))
            if has_full_brackets:
                blank = (stretch.codes.take(marks.places - 1, mode="clip") == ord(" ")) & (marks.kinds == OPEN)
                typed |= ~is_mark & np.isin(stretch.lines(full), lines[blank])
            else:
                typed |= ~is_mark
            found.append(full[~typed] + stretch.first)
        if has_full_brackets:
            found.append(judge.across_lines(typed=False))
        return _in_order(found)

    def english_marks(self) -> list[int]:
        """Return where full-width marks stand that belong into English words, wherever they may stand here."""
        return [
            place for stretch in self._stretches() for place in (stretch.first + stretch.places(FULL_WIDTH)).tolist()
        ]


def _in_order(found: list[Offsets]) -> Sequence[int]:
    """Return all the places in order, as the column of integers that spans are made of."""
    return cast("Sequence[int]", np.sort(np.concatenate((_NONE, *found))))


def _is_behind(marks: Marks) -> Flags:
    """Tell which marks stand directly behind Han or a closing mark, without a blank behind them."""
    behind: Flags = ((marks.before - np.uint8(HAN)) <= AFTER_QUOTE - HAN) & (marks.after != BLANK)
    return behind


def _strong(stretch: Stretch, behind: Marks) -> int:
    """Count the marks of a signature, of those that stand behind Han: neither a blank nor `, ; :` follows."""
    following, after = (column.take(behind.places + 1, mode="clip") for column in (stretch.codes, stretch.kinds))
    weak = (following == ord(",")) | (following == ord(";")) | (after == COLON)
    # Of the ends of lines `$` knows only one.
    weak |= (after == BLANK) | ((after == NEWLINE) & (following != ord("\n")))
    if stretch.is_last and behind.places[-1] == stretch.kinds.size - 1:
        weak[-1] = False
    return int(np.count_nonzero(~weak))


def _suspects(stretch: Stretch) -> Flags:
    """Tell which lines have two marks behind Han, none at full width, and one that no collapse touches."""
    marks = stretch.marks
    lines = stretch.lines(marks.places[(marks.kinds == MARK) & _is_behind(marks)])
    found = np.zeros(stretch.starts.size, dtype=bool)
    found[lines[1:][lines[1:] == lines[:-1]]] = True
    if found.any():
        found &= stretch.having(stretch.places(AFTER_QUOTE, CLOSING), stretch.places(QUOTE))
        found &= ~stretch.having(stretch.places(FULL, FULL_OPEN))
    return found


class _Judge:
    """Decides the marks of one stretch of a text after another, each line as `context` would."""

    def __init__(self, text: str) -> None:
        self._cutter = Cutter(text)
        self._loose: list[Loose] = []
        self._made: dict[int, Line] = {}

    @property
    def has_loose(self) -> bool:
        """Whether a bracket was seen whose partner is not in its line."""
        return bool(self._loose)

    def across_lines(self, typed: bool = True) -> Offsets:
        """Return the places of brackets whose partner is in another line, without those of lines typed that way."""
        places = list(pair_across_lines(self._loose))
        if not typed:
            lines = {bracket.place: bracket.line for bracket in self._loose}
            places = [place for place in places if " (" not in lines[place].text]
        return np.array(places, dtype=np.intp)

    def full(self, stretch: Stretch, marks: Marks) -> Offsets:
        """Return the places in the text of those of the marks, all of some lines, that are to be full-width."""
        if not marks.places.size:
            return _NONE
        self._made = {}
        marks, covered = self._unmasked(stretch, marks)
        if not marks.places.size:
            return _NONE
        lines = stretch.lines(marks.places)
        odd = _odd(marks, lines, stretch)
        if odd is None:
            return marks.places[self._decided(stretch, marks, lines, covered)] + stretch.first
        found: list[Offsets] = []
        for number in odd.nonzero()[0].tolist():
            line = self._line(stretch, number)
            places, unpaired = marks_to_restore(line)
            found.append(np.array(places, dtype=np.intp) + line.start)
            self._loose += unpaired
        even = ~odd.take(lines)
        marks, lines = marks.of(even), lines[even]
        found.append(marks.places[self._decided(stretch, marks, lines, covered)] + stretch.first)
        return np.concatenate(found)

    def _unmasked(self, stretch: Stretch, marks: Marks) -> tuple[Marks, Flags | None]:
        """Return the marks of Chinese lines that are outside of masks, and what the masks of those lines cover.

        Lines without any sign of a mask are not looked at: the masks that they may have reach no mark beside Han.
        """
        kinds = stretch.kinds
        lines = stretch.lines(marks.places)
        han = stretch.count(HAN)
        # English has two letters or more a word, and more words than there are Han (see Line.is_english): where Latin
        # letters and digits are at most twice as many as Han, a line is none.
        may_be_english = stretch.count(ALNUM) > 2 * han
        # Quotes that may hold an English sentence, or a mark that is spoken of.
        quotes = stretch.places(QUOTE)
        quotes = quotes[kinds.take(quotes + 1, mode="clip") != HAN]
        signs = stretch.having(stretch.places(SIGN), quotes)
        signs |= may_be_english
        for first, last in self._cutter.blocks_in(stretch.first, stretch.last):
            signs[stretch.starts.searchsorted(first, "right") - 1 : stretch.starts.searchsorted(last)] = True
        concerned = np.zeros(han.size, dtype=bool)
        concerned[lines] = True
        without = han == 0
        covered = None
        for number in (concerned & signs & ~without).nonzero()[0].tolist():
            line = self._line(stretch, number)
            if may_be_english[number] and line.is_english:
                without[number] = True
                continue
            for start, end, _ in line.spans:
                if covered is None:
                    covered = np.zeros(kinds.size, dtype=bool)
                covered[line.start - stretch.first + start : line.start - stretch.first + end] = True
        left_out = without.take(lines)
        if covered is not None:
            left_out |= covered.take(marks.places)
        return (marks.of(~left_out) if left_out.any() else marks), covered

    def _decided(self, stretch: Stretch, marks: Marks, lines: Offsets, covered: Flags | None) -> Flags:
        """Tell which marks are to be full-width, in lines in which the brackets alternate."""
        places, kinds, before, after = marks
        if covered is not None:
            before, after = before.copy(), after.copy()
            before[covered.take(places - 1, mode="clip")] = OTHER
            after[covered.take(places + 1, mode="clip")] = OTHER
        closed = is_closed(before)
        single = kinds <= COLON
        full: Flags = single & (closed | (after == HAN))
        # Two colons make a scope, a colon and a small letter may begin a role, colon and hyphen rule a table, a name or
        # `#` may take an exclamation mark (see masks.py).
        mark = stretch.codes.take(places)
        preceding = stretch.codes.take(places - 1, mode="clip")
        following = stretch.codes.take(places + 1, mode="clip")
        colon = kinds == COLON
        small = (following - ord("a")) <= ord("z") - ord("a")
        full &= ~(colon & (small | (following == ord(":")) | (preceding == ord(":"))))
        full &= ~((colon | (mark == ord(";"))) & (following == ord("-")))
        full &= ~(((mark == ord("!")) | (mark == ord("?"))) & ((before == ALNUM) | (preceding == ord("#"))))
        look = (single & ~full).nonzero()[0]
        in_numbers = (mark.take(look) == ord(",")) & _is_digit(preceding.take(look)) & _is_digit(following.take(look))
        if in_numbers.any():
            in_numbers[in_numbers] = _is_in_number(stretch, places.take(look[in_numbers]))
            look = look[~in_numbers]
        for index, line, at in self._each(stretch, look, marks, lines):
            full[index] = (not line.spans or line.mask(at) is None) and is_full(line, at)
        brackets = (~single).nonzero()[0]
        if brackets.size:
            # What makes a call or a formula of brackets behind Han stands behind them: =, -> or {.
            plain = (following != ord("=")) & (following != ord("-")) & (following != ord("{")) & (after != BLANK)
            self._pairs(stretch, marks, lines, brackets, closed, plain, full)
        return full

    def _pairs(
        self,
        stretch: Stretch,
        marks: Marks,
        lines: Offsets,
        brackets: Offsets,
        closed: Flags,
        plain: Flags,
        full: Flags,
    ) -> None:
        """Decide brackets that alternate, given as indices of marks, and the marks inside those that stay.

        Of each mark: `closed` says that a wide character which opens nothing stands before it, `plain` that none
        follows which makes code of a pair.
        """
        opening, closing = brackets[::2], brackets[1::2]
        edges = np.stack((marks.places[opening], marks.places[closing]), axis=1).ravel()
        has_han = np.logical_or.reduceat(stretch.kinds == HAN, edges)[::2]
        wide = has_han | (closed[opening] & plain[closing])
        full[opening[wide]] = True
        full[closing[wide]] = True
        for index, line, at in self._each(stretch, opening[~wide], marks, lines):
            last = int(brackets[brackets.searchsorted(index) + 1])
            if is_full_pair(line, at, stretch.first + int(marks.places[last]) - line.start):
                full[index] = full[last] = True
            else:
                full[index : last + 1] = False

    def _each(self, stretch: Stretch, chosen: Offsets, marks: Marks, lines: Offsets) -> Iterator[tuple[int, Line, int]]:
        """Yield each chosen index of the marks with its line and its place in that."""
        number = -1
        columns = (chosen, lines.take(chosen), marks.places.take(chosen))
        for index, own, place in zip(*(column.tolist() for column in columns), strict=True):
            if own != number:
                number, line = own, self._line(stretch, own)
            yield index, line, stretch.first + place - line.start

    def _line(self, stretch: Stretch, number: int) -> Line:
        line = self._made.get(number)
        if line is None:
            start, end = int(stretch.starts[number]), int(stretch.ends[number])
            line = self._made[number] = self._cutter.line(stretch.first + start, stretch.first + end)
        return line


def _odd(marks: Marks, lines: Offsets, stretch: Stretch) -> Flags | None:
    """Tell which lines have brackets that do not simply alternate, or may hold a face; None where no line does."""
    found: list[Offsets] = []
    # A blank, a mark, a bracket.
    faces = (marks.kinds <= COLON) & (marks.after >= OPEN)
    if faces.any():
        before = marks.before
        faces &= (before == OTHER) | (before == FULL_WIDTH) | (before == BLANK) | (before == NEWLINE)
        found.append(lines[faces])
    which = (marks.kinds >= OPEN).nonzero()[0]
    if which.size:
        opening, of_line = marks.kinds.take(which) == OPEN, lines.take(which)
        turns = of_line[1:] != of_line[:-1]
        wrong = opening.copy()
        wrong[:-1] &= turns
        wrong[1:] |= np.where(turns, ~opening[1:], opening[1:] == opening[:-1])
        wrong[0] |= not opening[0]
        found.append(of_line[wrong])
    if not any(some.size for some in found):
        return None
    odd = np.zeros(stretch.starts.size, dtype=bool)
    for some in found:
        odd[some] = True
    return odd


def _is_digit(codes: npt.NDArray[np.uint32]) -> Flags:
    digit: Flags = (codes - np.uint32(ord("0"))) <= 9
    return digit


def _is_in_number(stretch: Stretch, commas: Offsets) -> Flags:
    """Tell which commas stand in a number of four to six digits, 1,250: by far the most common of those to look at."""
    window = commas[:, None] + np.arange(-4, 5)
    codes = stretch.codes.take(window, mode="clip")
    codes[(window < 0) | (window >= len(stretch.codes))] = 0
    digit = _is_digit(codes)
    point = (codes == ord(",")) | (codes == ord(".")) | (codes == ord(":"))
    begins = digit[:, 3] & ~digit[:, 2] & ~point[:, 2]
    begins |= digit[:, 3] & digit[:, 2] & ~digit[:, 1] & ~point[:, 1]
    begins |= digit[:, 3] & digit[:, 2] & digit[:, 1] & ~digit[:, 0] & ~point[:, 0]
    inside: Flags = begins & digit[:, 5:8].all(axis=1) & ~digit[:, 8]
    return inside
