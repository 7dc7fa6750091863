"""Stretches: some whole lines of a text as arrays, short enough for the processor's cache.

Nothing that is asked here reaches over the end of a line, so where a text is cut into stretches says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from normalize.punctuation import masks
from normalize.punctuation.forward import OFFSET
from normalize.punctuation.lines import BREAKS, LONGEST, pieces

Offsets = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]

#: Characters of a stretch (measured: 32 K to 128 K are alike, 1 M takes half as long again).
SIZE = 1 << 16

#: Kinds of characters, in an order that makes sets of them ranges. AFTER_QUOTE, CLOSING and FULL are wide and open
#: nothing; SIGN is what may begin a mask; MARK, OPEN and CLOSE are what a collapse may have left.
HAN, AFTER_QUOTE, CLOSING, FULL, FULL_OPEN, ALNUM, NEWLINE, BLANK, SIGN, QUOTE, MARK, OPEN, CLOSE = range(1, 14)
#: Every mask that reaches a mark beside Han needs one of these, or Latin letters or a colon on its other side. (A URL
#: gives up the marks at its end, so `/` is none.)
SIGNS = "`$\\<>&[]{\"'|=" + masks.KAOMOJI
BLANKS = "\t \x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


@cache
def _table() -> Kinds:
    """Return the kind of every character of the BMP, and as a last entry that of all others."""
    table = np.zeros(0x10001, dtype=np.uint8)
    for first, last in masks.HAN_RANGES:
        table[first : min(last, 0xFFFF) + 1] = HAN
    for characters, kind in (
        ("”』」》〉", AFTER_QUOTE),
        ("】。、", CLOSING),
        ("！？；：，）", FULL),
        ("（", FULL_OPEN),
        ("0123456789", ALNUM),
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", ALNUM),
        (BREAKS, NEWLINE),
        (BLANKS, BLANK),
        (SIGNS, SIGN),
        ("“‘「『《〈", QUOTE),
        (",;:!?", MARK),
        ("(", OPEN),
        (")", CLOSE),
    ):
        for character in characters:
            table[ord(character)] = kind
    return table


def is_closed(kinds: Kinds) -> Flags:
    """Tell which characters are Han, or wide marks that open nothing."""
    closed: Flags = (kinds - np.uint8(HAN)) <= FULL - HAN
    return closed


class Stretch:
    """Whole lines of a text, from `first` up to `last`; all other places are counted from `first`."""

    def __init__(self, text: str, first: int, last: int) -> None:
        self._text = text
        self.first = first
        self.last = last
        self.codes = points(text[first:last])
        self.kinds = _table().take(self.codes, mode="clip")
        if self.codes.max() > 0xFFFF:
            beyond = np.flatnonzero(self.codes > 0xFFFF)
            han = (self.codes[beyond] >= 0x20000) & (self.codes[beyond] <= 0x3FFFF)
            self.kinds[beyond[han]] = HAN

    @cached_property
    def marks(self) -> Offsets:
        """Where the marks stand that a collapse may have left."""
        return np.flatnonzero(self.kinds >= MARK)

    @cached_property
    def _bounds(self) -> tuple[Offsets, Offsets]:
        """Where each line starts and ends, long ones in pieces, as `lines.split` has them."""
        breaks = np.flatnonzero(self.kinds == NEWLINE)
        starts = np.concatenate(([0], breaks + 1))
        ends = np.concatenate((breaks, [len(self.kinds)]))
        long = np.flatnonzero(ends - starts > LONGEST).tolist()
        if long:
            first = self.first
            cuts = [list(pieces(self._text, first + int(starts[n]), first + int(ends[n]))) for n in long]
            starts = np.sort(np.concatenate((starts, [start - first for line in cuts for start, _ in line[1:]])))
            ends = np.sort(np.concatenate((ends, [end - first for line in cuts for _, end in line[:-1]])))
        return starts.astype(np.intp), ends.astype(np.intp)

    @property
    def starts(self) -> Offsets:
        """Where each line starts."""
        return self._bounds[0]

    @property
    def ends(self) -> Offsets:
        """Where each line ends, without its break."""
        return self._bounds[1]

    def lines(self, places: Offsets) -> Offsets:
        """Return the numbers of the lines that places are in."""
        return self.starts.searchsorted(places, side="right") - 1

    def having(self, places: Offsets) -> Flags:
        """Tell which lines have any of these places."""
        found = np.zeros(len(self.starts), dtype=bool)
        found[self.lines(places)] = True
        return found

    def before(self, places: Offsets, lines: Offsets) -> Kinds:
        """Return the kinds of what stands before places, NEWLINE at the start of a line."""
        kinds = self.kinds.take(places - 1, mode="clip")
        kinds[places == self.starts.take(lines)] = NEWLINE
        return kinds

    def after(self, places: Offsets, lines: Offsets) -> Kinds:
        """Return the kinds of what stands after places, NEWLINE at the end of a line."""
        kinds = self.kinds.take(places + 1, mode="clip")
        kinds[places + 1 == self.ends.take(lines)] = NEWLINE
        return kinds

    def sums(self, weights: npt.NDArray[np.int8]) -> npt.NDArray[np.int32]:
        """Return for each line the sum of the weights of its characters, given one for each kind."""
        of_characters = weights.take(self.kinds)
        starts = np.minimum(self.starts, len(self.kinds) - 1)
        sums: npt.NDArray[np.int32] = np.add.reduceat(of_characters, starts, dtype=np.int32)
        return sums


def bounds(text: str, size: int = SIZE) -> Iterator[tuple[int, int]]:
    """Yield start and end of stretches of whole lines, each of about so many characters; one longer line is one."""
    first = 0
    while first < len(text):
        last = len(text)
        if last - first > size:
            last = text.rfind("\n", first, first + size) + 1 or text.find("\n", first + size) + 1 or last
        yield first, last
        first = last


def stretches(text: str, size: int = SIZE) -> Iterator[Stretch]:
    """Cut a text into stretches."""
    for first, last in bounds(text, size):
        yield Stretch(text, first, last)


def points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text, which must not be empty."""
    return np.array(text).reshape(1).view(np.uint32)


def widened(text: str, places: list[int]) -> str:
    """Return `text` with the marks at these places full-width."""
    wide = points(text)
    wide[places] += np.uint32(OFFSET)
    found = str(wide.view(np.dtype((np.str_, wide.size))).item())
    # NumPy takes zeros at the end for padding.
    return found + "\0" * (len(text) - len(found))
