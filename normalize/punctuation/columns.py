"""Columns: the marks of a long text judged all at once, and one by one only where that takes a closer look.

Most marks of Chinese prose stand behind Han in a line without links, code or markup, and need no more than their
neighbours. The answers are exactly those of `context`, which decides the rest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

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
        self._text = text
        self._cutter = Cutter(text)
        self._loose: list[Loose] = []

    def across_lines(self, typed: bool = True) -> Offsets:
        """Return the places of brackets whose partner is in another line, without those of lines typed that way."""
        places = list(pair_across_lines(self._loose))
        if not typed:
            lines = {bracket.place: bracket.line for bracket in self._loose}
            places = [place for place in places if " (" not in lines[place].text]
        return np.array(places, dtype=np.intp)

    def full(self, stretch: Stretch, marks: Offsets) -> Offsets:
        """Return the places in the text of those of the marks that are to be full-width; they are all of some lines."""
        if not marks.size:
            return _NONE
        lines = stretch.lines(marks)
        kinds = stretch.kinds.take(marks)
        before, after = stretch.before(marks, lines), stretch.after(marks, lines)
        hard, empty = self._sorted(stretch, marks, lines)
        easy = ~(hard | empty).take(lines)
        single = easy & (kinds == MARK)
        full = single & (is_closed(before) | (after == HAN))
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
        self._pairs(stretch, marks, lines, np.flatnonzero(easy & (kinds != MARK)), full)
        found = [marks[full] + stretch.first]
        for number in np.unique(lines[(hard & ~empty).take(lines)]).tolist():
            line = self._line(stretch, number)
            places, unpaired = marks_to_restore(line)
            found.append(np.array(places, dtype=np.intp) + line.start)
            self._loose += unpaired
        return np.concatenate(found)

    def _sorted(self, stretch: Stretch, marks: Offsets, lines: Offsets) -> tuple[Flags, Flags]:
        """Return which lines need the scalar way, and which have no mark to restore, being without Han."""
        kinds = stretch.kinds
        hard = stretch.having(np.flatnonzero(kinds == SIGN))
        # Quotes that may hold an English sentence, or a mark that is spoken of.
        quotes = np.flatnonzero(kinds == QUOTE)
        hard[stretch.lines(quotes[kinds.take(quotes + 1, mode="clip") != HAN])] = True
        # Faces: a blank, a mark, a bracket.
        faces = (kinds.take(marks) == MARK) & (kinds.take(marks + 1, mode="clip") >= OPEN)
        before = stretch.before(marks, lines)
        faces &= (before == 0) | (before == BLANK) | (before == NEWLINE)
        hard[lines[faces]] = True
        for first, last in self._blocks(stretch):
            hard[stretch.starts.searchsorted(first, "right") - 1 : stretch.starts.searchsorted(last)] = True
        chinese = stretch.sums(_CHINESE)
        empty = chinese <= 0
        if empty.any():
            empty &= stretch.sums(_HAN) == 0
        hard |= chinese < 0
        # Brackets that do not simply alternate.
        brackets = kinds.take(marks)
        which = brackets != MARK
        opening = brackets[which] == OPEN
        of_line = lines[which]
        if opening.size:
            is_first = np.concatenate(([True], of_line[1:] != of_line[:-1]))
            is_last = np.concatenate((of_line[1:] != of_line[:-1], [True]))
            wrong = (is_first & ~opening) | (is_last & opening)
            wrong[1:] |= ~is_first[1:] & (opening[1:] == opening[:-1])
            hard[of_line[wrong]] = True
        return hard, empty

    def _blocks(self, stretch: Stretch) -> list[tuple[int, int]]:
        """Return the blocks without running text that reach into a stretch, counted from its beginning."""
        blocks = self._cutter.blocks
        first, last = stretch.first, stretch.first + len(stretch.kinds)
        index = bisect_left(blocks, first, key=itemgetter(1))
        inside = blocks[index : bisect_left(blocks, last, key=itemgetter(0))]
        return [(max(start - first, 0), min(end, last) - first) for start, end in inside]

    def _pairs(self, stretch: Stretch, marks: Offsets, lines: Offsets, brackets: Offsets, full: Flags) -> None:
        """Decide the brackets of easy lines, given as indices of marks that alternate, and what stands inside."""
        if not brackets.size:
            return
        opening, closing = marks[brackets[::2]], marks[brackets[1::2]]
        edges = np.stack((opening, closing), axis=1).ravel()
        has_han = np.logical_or.reduceat(stretch.kinds == HAN, edges)[::2]
        wide = has_han | is_closed(stretch.before(opening, lines[brackets[::2]]))
        full[brackets[::2][wide]] = True
        full[brackets[1::2][wide]] = True
        for index, line, at in self._each(stretch, brackets[::2][~wide], marks, lines):
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
        first = stretch.first
        return self._cutter.line(first + int(stretch.starts[number]), first + int(stretch.ends[number]))


def _is_in_number(stretch: Stretch, commas: Offsets) -> Flags:
    """Tell which commas stand in a number of four to six digits, 1,250: by far the most common of those to look at."""
    window = commas[:, None] + np.arange(-4, 5)
    codes = stretch.codes.take(window, mode="clip")
    codes[(window < 0) | (window >= len(stretch.codes))] = 0
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    point = (codes == ord(",")) | (codes == ord("."))
    begins = digit[:, 3] & ~digit[:, 2] & ~point[:, 2]
    begins |= digit[:, 3] & digit[:, 2] & ~digit[:, 1] & ~point[:, 1]
    begins |= digit[:, 3] & digit[:, 2] & digit[:, 1] & ~digit[:, 0] & ~point[:, 0]
    inside: Flags = begins & digit[:, 5:8].all(axis=1) & ~digit[:, 8]
    return inside
