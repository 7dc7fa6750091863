"""Columns: the marks of a long text judged all at once, and one by one only where that takes a closer look.

Most marks of Chinese prose stand behind Han in a line without links, code or markup, and need no more than their
neighbours. The answers are exactly those of `context`, which decides the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from normalize.punctuation import signature
from normalize.punctuation.context import Loose, is_full, is_full_pair, marks_to_restore, pair_across_lines
from normalize.punctuation.lines import Cutter, Line
from normalize.punctuation.stretch import (
    AFTER_QUOTE,
    ALNUM,
    BLANK,
    FULL,
    FULL_OPEN,
    HAN,
    MARK,
    NEWLINE,
    OPEN,
    QUOTE,
    SIGN,
    SIZE,
    Flags,
    Offsets,
    Stretch,
    is_closed,
    stretches,
)

#: English has two letters or more a word, and more words than there are Han (see Line.is_english): where Latin letters
#: and digits are at most twice as many as Han, a line is none.
_CHINESE = np.zeros(256, dtype=np.int8)
_CHINESE[HAN], _CHINESE[ALNUM] = 2, -1
_HAN = np.zeros(256, dtype=np.int8)
_HAN[HAN] = 1
_NONE = np.zeros(0, dtype=np.intp)


def offsets(text: str, size: int = SIZE) -> Offsets:
    """Return where the marks stand that are to be full-width, taking the whole of `text` for collapsed.

    How much of it is worked on together (`size` characters) does not change what is found.
    """
    judge = _Judge(text)
    found = [judge.full(stretch, stretch.marks) for stretch in stretches(text, size)]
    return np.sort(np.concatenate((_NONE, *found, judge.across_lines())))


def offsets_in_lines(text: str, has_full_brackets: bool, size: int = SIZE) -> Offsets:
    """Return where the marks stand that are to be full-width in lines of a text that has its other marks.

    The lines are those with a mark behind Han and none that is full-width. What shows a typing hand is left: a blank
    behind a mark, brackets in a line that has one behind a blank, and all brackets where nobody wrote full-width ones.
    """
    judge = _Judge(text)
    found: list[Offsets] = [_NONE]
    for stretch in stretches(text, size):
        lines = stretch.lines(stretch.marks)
        chosen = _suspect(stretch, stretch.marks, lines, brackets=True)
        chosen[stretch.lines(np.flatnonzero((stretch.kinds - np.uint8(FULL)) <= FULL_OPEN - FULL))] = False
        marks, lines = stretch.marks[chosen[lines]], lines[chosen[lines]]
        if not marks.size:
            continue
        full = judge.full(stretch, marks) - stretch.first
        is_mark = stretch.kinds.take(full) == MARK
        typed = is_mark & (stretch.codes.take(full + 1, mode="clip") == ord(" "))
        if has_full_brackets:
            blank = (stretch.codes.take(marks - 1, mode="clip") == ord(" ")) & (stretch.kinds.take(marks) == OPEN)
            typed |= ~is_mark & np.isin(stretch.lines(full), lines[blank])
        else:
            typed |= ~is_mark
        found.append(full[~typed] + stretch.first)
    if has_full_brackets:
        found.append(judge.across_lines(typed=False))
    return np.sort(np.concatenate(found))


def has_collapsed_line(text: str, size: int = SIZE) -> bool:
    """Tell whether a line shows by two marks that it was collapsed, while it has no full-width mark."""
    for stretch in stretches(text, size):
        marks = stretch.marks[stretch.kinds[stretch.marks] == MARK]
        if marks.size > 1:
            lines = stretch.lines(marks)
            for number in np.flatnonzero(_suspect(stretch, marks, lines, brackets=False)).tolist():
                start, end = int(stretch.starts[number]), int(stretch.ends[number])
                if signature.line_collapsed(text[stretch.first + start : stretch.first + end]):
                    return True
    return False


def _suspect(stretch: Stretch, marks: Offsets, lines: Offsets, brackets: bool) -> Flags:
    """Tell which lines have a mark directly behind Han or a closing mark, without a blank behind it; or two, of those
    that are no brackets.
    """
    before, after = stretch.before(marks, lines), stretch.after(marks, lines)
    behind = lines[((before == HAN) | (before == AFTER_QUOTE)) & (after != BLANK)]
    if not brackets:
        behind = behind[1:][behind[1:] == behind[:-1]]
    found = np.zeros(len(stretch.starts), dtype=bool)
    found[behind] = True
    return found


class _Judge:
    """Decides the marks of one stretch of a text after another, each line as `context` would."""

    def __init__(self, text: str) -> None:
        self._cutter = Cutter(text)
        self._loose: list[Loose] = []
        self._made: dict[int, Line] = {}

    def across_lines(self, typed: bool = True) -> Offsets:
        """Return the places of brackets whose partner is in another line, without those of lines typed that way."""
        places = list(pair_across_lines(self._loose))
        if not typed:
            lines = {bracket.place: bracket.line for bracket in self._loose}
            places = [place for place in places if " (" not in lines[place].text]
        return np.array(places, dtype=np.intp)

    def full(self, stretch: Stretch, marks: Offsets) -> Offsets:
        """Return the places in the text of those of the marks, all of some lines, that are to be full-width."""
        if not marks.size:
            return _NONE
        self._made = {}
        marks, covered = self._unmasked(stretch, marks)
        found: list[Offsets] = [_NONE]
        if marks.size:
            lines = stretch.lines(marks)
            odd = _odd(stretch, marks, lines)
            for number in np.unique(lines[odd]).tolist():
                line = self._line(stretch, number)
                places, unpaired = marks_to_restore(line)
                found.append(np.array(places, dtype=np.intp) + line.start)
                self._loose += unpaired
            marks, lines = marks[~odd], lines[~odd]
            found.append(marks[self._decided(stretch, marks, lines, covered)] + stretch.first)
        return np.concatenate(found)

    def _unmasked(self, stretch: Stretch, marks: Offsets) -> tuple[Offsets, Flags | None]:
        """Return the marks of Chinese lines that are outside of masks, and what the masks of those lines cover.

        Lines without any sign of a mask are not looked at: the masks that they may have reach no mark beside Han.
        """
        kinds = stretch.kinds
        lines = stretch.lines(marks)
        chinese = stretch.sums(_CHINESE)
        empty = chinese <= 0
        if empty.any():
            empty &= stretch.sums(_HAN) == 0
        # Quotes that may hold an English sentence, or a mark that is spoken of.
        quotes = np.flatnonzero(kinds == QUOTE)
        quotes = quotes[kinds.take(quotes + 1, mode="clip") != HAN]
        signs = stretch.having(np.concatenate((np.flatnonzero(kinds == SIGN), quotes)))
        signs |= chinese < 0
        for first, last in self._cutter.blocks_in(stretch.first, stretch.last):
            signs[stretch.starts.searchsorted(first, "right") - 1 : stretch.starts.searchsorted(last)] = True
        covered = None
        for number in np.unique(lines[(signs & ~empty).take(lines)]).tolist():
            line = self._line(stretch, number)
            if chinese[number] < 0 and line.is_english:
                empty[number] = True
                continue
            for start, end, _ in line.spans:
                if covered is None:
                    covered = np.zeros(kinds.size, dtype=bool)
                covered[line.start - stretch.first + start : line.start - stretch.first + end] = True
        kept = ~empty.take(lines)
        if covered is not None:
            kept &= ~covered.take(marks)
        return marks[kept], covered

    def _decided(self, stretch: Stretch, marks: Offsets, lines: Offsets, covered: Flags | None) -> Flags:
        """Tell which marks are to be full-width, in lines in which the brackets alternate."""
        kinds = stretch.kinds.take(marks)
        before, after = stretch.before(marks, lines), stretch.after(marks, lines)
        if covered is not None:
            before[covered.take(marks - 1, mode="clip")] = 0
            after[covered.take(marks + 1, mode="clip")] = 0
        single = kinds == MARK
        full: Flags = single & (is_closed(before) | (after == HAN))
        # Two colons make a scope, a colon and a small letter may begin a role, colon and hyphen rule a table, a name or
        # `#` may take an exclamation mark (see masks.py).
        mark = stretch.codes.take(marks)
        preceding = stretch.codes.take(marks - 1, mode="clip")
        following = stretch.codes.take(marks + 1, mode="clip")
        colon = mark == ord(":")
        small = (following >= ord("a")) & (following <= ord("z"))
        full &= ~(colon & (small | (following == ord(":")) | (preceding == ord(":"))))
        full &= ~((colon | (mark == ord(";"))) & (following == ord("-")))
        full &= ~(((mark == ord("!")) | (mark == ord("?"))) & ((before == ALNUM) | (preceding == ord("#"))))
        look = np.flatnonzero(single & ~full)
        commas = np.flatnonzero(mark.take(look) == ord(","))
        look = np.delete(look, commas[_is_in_number(stretch, marks.take(look.take(commas)))])
        for index, line, at in self._each(stretch, look, marks, lines):
            full[index] = (not line.spans or line.mask(at) is None) and is_full(line, at)
        brackets = np.flatnonzero(~single)
        # What makes a call or a formula of brackets behind Han stands behind them: =, -> or {.
        plain = (following != ord("=")) & (following != ord("-")) & (following != ord("{")) & (after != BLANK)
        self._pairs(stretch, marks, lines, brackets, is_closed(before), plain, full)
        return full

    def _pairs(
        self,
        stretch: Stretch,
        marks: Offsets,
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
        if not brackets.size:
            return
        opening, closing = brackets[::2], brackets[1::2]
        edges = np.stack((marks[opening], marks[closing]), axis=1).ravel()
        has_han = np.logical_or.reduceat(stretch.kinds == HAN, edges)[::2]
        wide = has_han | (closed[opening] & plain[closing])
        full[opening[wide]] = True
        full[closing[wide]] = True
        for index, line, at in self._each(stretch, opening[~wide], marks, lines):
            last = int(brackets[brackets.searchsorted(index) + 1])
            if is_full_pair(line, at, stretch.first + int(marks[last]) - line.start):
                full[index] = full[last] = True
            else:
                full[index : last + 1] = False

    def _each(
        self, stretch: Stretch, chosen: Offsets, marks: Offsets, lines: Offsets
    ) -> Iterator[tuple[int, Line, int]]:
        """Yield each chosen index of the marks with its line and its place in that."""
        number = -1
        columns = (chosen, lines.take(chosen), marks.take(chosen))
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


def _odd(stretch: Stretch, marks: Offsets, lines: Offsets) -> Flags:
    """Tell which marks are of lines whose brackets do not simply alternate, or that may hold a face."""
    kinds = stretch.kinds.take(marks)
    odd = np.zeros(len(stretch.starts), dtype=bool)
    # A blank, a mark, a bracket.
    before = stretch.before(marks, lines)
    faces = (kinds == MARK) & (stretch.kinds.take(marks + 1, mode="clip") >= OPEN)
    odd[lines[faces & ((before == 0) | (before == BLANK) | (before == NEWLINE))]] = True
    which = kinds != MARK
    opening, of_line = kinds[which] == OPEN, lines[which]
    if opening.size:
        is_first = np.concatenate(([True], of_line[1:] != of_line[:-1]))
        is_last = np.concatenate((of_line[1:] != of_line[:-1], [True]))
        wrong = (is_first & ~opening) | (is_last & opening)
        wrong[1:] |= ~is_first[1:] & (opening[1:] == opening[:-1])
        odd[of_line[wrong]] = True
    return odd.take(lines)


def _is_in_number(stretch: Stretch, commas: Offsets) -> Flags:
    """Tell which commas stand in a number of four to six digits, 1,250: by far the most common of those to look at."""
    window = commas[:, None] + np.arange(-4, 5)
    codes = stretch.codes.take(window, mode="clip")
    codes[(window < 0) | (window >= len(stretch.codes))] = 0
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    point = (codes == ord(",")) | (codes == ord(".")) | (codes == ord(":"))
    begins = digit[:, 3] & ~digit[:, 2] & ~point[:, 2]
    begins |= digit[:, 3] & digit[:, 2] & ~digit[:, 1] & ~point[:, 1]
    begins |= digit[:, 3] & digit[:, 2] & digit[:, 1] & ~digit[:, 0] & ~point[:, 0]
    inside: Flags = begins & digit[:, 5:8].all(axis=1) & ~digit[:, 8]
    return inside
