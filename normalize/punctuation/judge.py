"""Judging marks: most by their neighbours alone, all at once, and one by one only where that takes a closer look.

Most marks of Chinese prose stand behind Han in a line without links, code or markup, and need no more than their
neighbours. The answers are exactly those of `context`, which decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from normalize.punctuation.context import Loose, is_full, is_full_pair, marks_to_restore, pair_across_lines
from normalize.punctuation.lines import Cutter, Line
from normalize.punctuation.stretch import (
    ALNUM,
    BLANK,
    COLON,
    FULL_WIDTH,
    HAN,
    NEWLINE,
    OPEN,
    OTHER,
    QUOTE,
    SIGN,
    Flags,
    Marks,
    Offsets,
    Stretch,
    is_closed,
)

NONE = np.zeros(0, dtype=np.intp)


class Judge:
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
            return NONE
        self._made = {}
        marks, covered = self._unmasked(stretch, marks)
        if not marks.places.size:
            return NONE
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
