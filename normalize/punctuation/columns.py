"""Columns: the marks of a long text judged all at once, and one by one only where that takes a closer look.

Most marks of Chinese prose stand behind Han in a line without links, code or markup, and need no more than their
neighbours. The answers are exactly those of `context`, which decides the rest.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from normalize.punctuation import masks
from normalize.punctuation.context import Loose, is_full, is_full_pair, marks_to_restore, pair_across_lines
from normalize.punctuation.forward import OFFSET
from normalize.punctuation.lines import BREAKS, LONGEST, Cutter, Line, pieces

if TYPE_CHECKING:
    import numpy.typing as npt

    Offsets = npt.NDArray[np.intp]

#: Kinds of characters. CLOSING is what is wide and opens nothing; SIGN what may begin a mask.
_HAN, _CLOSING, _ALNUM, _NEWLINE, _SIGN, _QUOTE, _MARK, _OPEN, _CLOSE = range(1, 10)
#: Every mask that reaches a mark beside Han needs one of these, or Latin letters or a colon on its other side. (A URL
#: gives up the marks at its end, so `/` is none.)
_SIGNS = "`$\\<>&[]{\"'|=" + masks.KAOMOJI
_CLOSINGS = "”』」》）〉】。、！？；，："


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x10000, dtype=np.uint8)
    for first, last in masks.HAN_RANGES:
        table[first : min(last, 0xFFFF) + 1] = _HAN
    for characters, kind in (
        (_CLOSINGS, _CLOSING),
        ("0123456789", _ALNUM),
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _ALNUM),
        (BREAKS, _NEWLINE),
        (_SIGNS, _SIGN),
        ("“‘「『《〈", _QUOTE),
        (",;:!?", _MARK),
        ("(", _OPEN),
        (")", _CLOSE),
    ):
        for character in characters:
            table[ord(character)] = kind
    return table


def code_points(text: str) -> npt.NDArray[np.uint16]:
    """Return one number a character, ideographs beyond the BMP as the Han 㐀, other such characters as U+FFFD."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    if len(units) == len(text):
        return units
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    beyond = np.where((wide >= 0x20000) & (wide <= 0x3FFFF), np.uint32(0x3400), np.uint32(0xFFFD))
    return np.where(wide > 0xFFFF, beyond, wide).astype(np.uint16)


def offsets(text: str) -> Offsets:
    """Return where the marks stand that are to be full-width, taking the whole of `text` for collapsed."""
    codes = code_points(text)
    kinds = _kinds().take(codes)
    candidates = np.flatnonzero(kinds >= _MARK)
    if not len(candidates):
        return candidates
    starts, ends = _lines(text, kinds)
    lines = np.searchsorted(starts, candidates, side="right") - 1
    judge = _Judge(text, starts, ends)
    hard, empty = _sort_lines(judge, codes, kinds, starts, candidates, lines)

    inner = kinds.take(candidates)
    before = kinds.take(candidates - 1, mode="clip")
    before[candidates == 0] = 0
    after = kinds.take(candidates + 1, mode="clip")
    after[candidates == len(text) - 1] = 0
    easy = ~(hard | empty)[lines]
    single = easy & (inner == _MARK)
    mark = codes.take(candidates)
    full = single & ((before == _HAN) | (before == _CLOSING) | (after == _HAN))
    # Two colons make a scope, a colon and a small letter may begin a role, colon and hyphen rule a table, a name or `#`
    # may take an exclamation mark (see masks.py).
    preceding, following = codes.take(candidates - 1, mode="clip"), codes.take(candidates + 1, mode="clip")
    faces = ((mark == ord(":")) | (mark == ord(";"))) & (following == ord("-"))
    colon, exclamation = mark == ord(":"), (mark == ord("!")) | (mark == ord("?"))
    small = (following >= ord("a")) & (following <= ord("z"))
    full &= ~(colon & (small | (following == ord(":")) | (preceding == ord(":"))) | faces)
    full &= ~(exclamation & ((before == _ALNUM) | (preceding == ord("#"))))
    look = single & ~full & ~_in_number(kinds, codes, candidates)
    for index in np.flatnonzero(look).tolist():
        full[index] = judge.single(int(candidates[index]), int(lines[index]))
    _pairs(judge, kinds, candidates, lines, np.flatnonzero(easy & (inner != _MARK)), full)

    found = [candidates[full]]
    loose: list[Loose] = []
    for number in np.flatnonzero(hard & ~empty).tolist():
        line = judge.line(number)
        offsets_in_line, unpaired = marks_to_restore(line)
        found.append(np.array(offsets_in_line, dtype=np.intp) + line.start)
        loose += unpaired
    found.append(np.array(list(pair_across_lines(loose)), dtype=np.intp))
    return np.sort(np.concatenate(found))


def _in_number(kinds: npt.NDArray[np.uint8], codes: npt.NDArray[np.uint16], marks: Offsets) -> npt.NDArray[np.bool_]:
    """Tell which commas stand in a number of four to six digits, 1,250: by far the most common of those to look at."""
    digits = (codes >= ord("0")) & (codes <= ord("9"))
    # A border of what is no digit, so that every neighbour exists.
    digits = np.concatenate(([False] * 4, digits, [False] * 4))
    points = (codes == ord(",")) | (codes == ord("."))
    points = np.concatenate(([False] * 4, points, [False] * 4))
    at = marks + 4
    three = digits[at + 1] & digits[at + 2] & digits[at + 3] & ~digits[at + 4]
    one = digits[at - 1] & ~digits[at - 2] & ~points[at - 2]
    two = digits[at - 1] & digits[at - 2] & ~digits[at - 3] & ~points[at - 3]
    most = digits[at - 1] & digits[at - 2] & digits[at - 3] & ~digits[at - 4] & ~points[at - 4]
    inside: npt.NDArray[np.bool_] = (codes[marks] == ord(",")) & three & (one | two | most)
    return inside


def widened(text: str, places: list[int]) -> str:
    """Return `text` with the marks at these places full-width."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    if len(units) != len(text):
        units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    units = units.copy()
    units[places] += OFFSET
    return units.tobytes().decode("utf-16-le" if units.itemsize == 2 else "utf-32-le", "surrogatepass")


def suspect_lines(text: str, least: int) -> list[tuple[int, int]]:
    """Return the lines that have one or two marks directly behind Han or a closing mark, as a collapsed line has."""
    kinds = _kinds().take(code_points(text))
    marks = np.flatnonzero(kinds >= _MARK)
    before = kinds.take(marks - 1, mode="clip")
    marks = marks[(before == _HAN) | (before == _CLOSING)]
    if len(marks) < least:
        return []
    starts, ends = _lines(text, kinds)
    lines = np.searchsorted(starts, marks, side="right") - 1
    suspects = np.unique(lines if least == 1 else lines[1:][lines[1:] == lines[:-1]])
    return list(zip(starts[suspects].tolist(), ends[suspects].tolist(), strict=True))


def _lines(text: str, kinds: npt.NDArray[np.uint8]) -> tuple[Offsets, Offsets]:
    """Return where each line starts and ends, long ones in pieces, as `lines.split` has them."""
    breaks = np.flatnonzero(kinds == _NEWLINE)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(text)]))
    long = np.flatnonzero(ends - starts > LONGEST).tolist()
    if long:
        cuts = [list(pieces(text, int(starts[number]), int(ends[number]))) for number in long]
        starts = np.sort(np.concatenate((starts, [start for line in cuts for start, _ in line[1:]])))
        ends = np.sort(np.concatenate((ends, [end for line in cuts for _, end in line[:-1]])))
    return starts, ends


def _sort_lines(
    judge: _Judge,
    codes: npt.NDArray[np.uint16],
    kinds: npt.NDArray[np.uint8],
    starts: Offsets,
    candidates: Offsets,
    lines: Offsets,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which lines need the scalar way, and which have no mark to restore, being without Han."""
    hard = np.zeros(len(starts), dtype=bool)
    signs = np.flatnonzero(kinds == _SIGN)
    hard[np.searchsorted(starts, signs, side="right") - 1] = True
    # Quotes that may hold an English sentence, or a mark that is spoken of.
    quotes = np.flatnonzero(kinds[:-1] == _QUOTE)
    quotes = quotes[kinds[quotes + 1] != _HAN]
    hard[np.searchsorted(starts, quotes, side="right") - 1] = True
    # Faces: a blank, a mark, a bracket.
    faces = (kinds.take(candidates) == _MARK) & (kinds.take(candidates + 1, mode="clip") >= _OPEN)
    before = kinds.take(candidates - 1, mode="clip")
    faces &= (before == 0) | (before == _NEWLINE) | (candidates == 0)
    hard[lines[faces]] = True
    for first, last in judge.cutter.blocks:
        hard[np.searchsorted(starts, first, side="right") - 1 : np.searchsorted(starts, last, side="left")] = True
    han = np.add.reduceat((kinds == _HAN).view(np.uint8), np.minimum(starts, len(kinds) - 1), dtype=np.int32)
    latin = np.add.reduceat((kinds == _ALNUM).view(np.uint8), np.minimum(starts, len(kinds) - 1), dtype=np.int32)
    # English has two letters or more a word, and more words than there are Han (see Line.is_english).
    hard |= latin > 2 * han
    # Brackets that do not simply alternate.
    brackets = kinds.take(candidates)
    which = brackets != _MARK
    opening = brackets[which] == _OPEN
    of_line = lines[which]
    if len(opening):
        is_first = np.concatenate(([True], of_line[1:] != of_line[:-1]))
        is_last = np.concatenate((of_line[1:] != of_line[:-1], [True]))
        wrong = (is_first & ~opening) | (is_last & opening)
        wrong[1:] |= ~is_first[1:] & (opening[1:] == opening[:-1])
        hard[of_line[wrong]] = True
    return hard, han == 0


def _pairs(
    judge: _Judge,
    kinds: npt.NDArray[np.uint8],
    candidates: Offsets,
    lines: Offsets,
    brackets: Offsets,
    full: npt.NDArray[np.bool_],
) -> None:
    """Decide the brackets of easy lines, given as indices of candidates that alternate, and what stands inside."""
    if not len(brackets):
        return
    opening, closing = candidates[brackets[::2]], candidates[brackets[1::2]]
    # How many Han stand up to each bracket tells whether there is one between.
    edges = np.stack((opening, closing), axis=1).ravel()
    han = np.add.reduceat((kinds == _HAN).view(np.uint8), edges, dtype=np.int32)[::2]
    before = kinds.take(opening - 1, mode="clip")
    before[opening == 0] = 0
    wide = (han > 0) | (before == _HAN) | (before == _CLOSING)
    full[brackets[::2][wide]] = True
    full[brackets[1::2][wide]] = True
    for index in np.flatnonzero(~wide).tolist():
        first, last = int(brackets[2 * index]), int(brackets[2 * index + 1])
        if judge.pair(int(opening[index]), int(closing[index]), int(lines[first])):
            full[first] = full[last] = True
        else:
            full[first : last + 1] = False


class _Judge:
    """Answers for single marks by `context`, remembering the last line."""

    def __init__(self, text: str, starts: Offsets, ends: Offsets) -> None:
        self._starts = starts
        self._ends = ends
        self._number = -1
        self._line = Line("")
        self.cutter = Cutter(text)

    def line(self, number: int) -> Line:
        """Return a line, without its break."""
        if number != self._number:
            self._line = self.cutter.line(int(self._starts[number]), int(self._ends[number]))
            self._number = number
        return self._line

    def single(self, place: int, number: int) -> bool:
        """Tell whether one mark outside of brackets is to be full-width."""
        line = self.line(number)
        at = place - line.start
        return (not line.spans or line.mask(at) is None) and is_full(line, at)

    def pair(self, opening: int, closing: int, number: int) -> bool:
        """Tell whether a pair of brackets is to be full-width."""
        line = self.line(number)
        return is_full_pair(line, opening - line.start, closing - line.start)
