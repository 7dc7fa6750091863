"""Stretches: some whole lines of a text as arrays, short enough for the processor's cache.

Nothing that is asked here reaches over the end of a line, so where a text is cut into stretches says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from normalize.punctuation import masks
from normalize.punctuation.forward import OFFSET
from normalize.punctuation.lines import BREAKS, ENGLISH_MARKS, LONGEST, pieces

Offsets = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]

#: Characters of a stretch (measured: 32 K to 128 K are alike, 1 M takes half as long again).
SIZE = 1 << 16

#: Kinds of characters, in an order that makes sets of them ranges. AFTER_QUOTE, CLOSING and FULL are wide and open
#: nothing; FULL_WIDTH is what English has no use for; SIGN is what may begin a mask; MARK (all but the colon), COLON,
#: OPEN and CLOSE are what a collapse may have left. OTHER is what has no kind of its own.
OTHER, HAN, AFTER_QUOTE, CLOSING, FULL, FULL_OPEN, ALNUM, NEWLINE, BLANK, SIGN, QUOTE, FULL_WIDTH, MARK, COLON = range(
    14
)
OPEN, CLOSE = 14, 15
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
        (ENGLISH_MARKS, FULL_WIDTH),
        (",;!?", MARK),
        (":", COLON),
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


class Marks(NamedTuple):
    """Marks that a collapse may have left: where they stand in a stretch, their kinds, and what stands beside them.

    At the edge of a line, or of a piece of a long one, NEWLINE stands beside a mark.
    """

    places: Offsets
    kinds: Kinds
    before: Kinds
    after: Kinds

    def of(self, chosen: Flags | Offsets) -> Marks:
        """Return some of the marks."""
        places, kinds, before, after = self
        return Marks(places[chosen], kinds[chosen], before[chosen], after[chosen])


class Stretch:
    """Whole lines of a text, from `first` up to `last`; all other places are counted from `first`."""

    def __init__(self, text: str, first: int, last: int) -> None:
        self._text = text
        self.first = first
        self.last = last
        self.is_last = last == len(text)
        self.codes = points(text if last - first == len(text) else text[first:last])
        self.kinds = _table().take(self.codes, mode="clip")
        self.has_beyond = bool(self.codes.max() > 0xFFFF)
        if self.has_beyond:
            beyond = np.flatnonzero(self.codes > 0xFFFF)
            han = (self.codes[beyond] >= 0x20000) & (self.codes[beyond] <= 0x3FFFF)
            self.kinds[beyond[han]] = HAN

    def places(self, kind: int, last: int | None = None) -> Offsets:
        """Return where characters of a kind stand, or of the kinds up to `last`."""
        found: Flags = (self.kinds - np.uint8(kind)) <= (0 if last is None else last - kind)
        return found.nonzero()[0]

    @cached_property
    def marks(self) -> Marks:
        """The marks that a collapse may have left."""
        places = (self.kinds >= MARK).nonzero()[0]
        before, after = (self.kinds.take(places + step, mode="clip") for step in (-1, 1))
        if places.size and places[0] == 0:
            before[0] = NEWLINE
        if places.size and places[-1] == self.kinds.size - 1:
            after[-1] = NEWLINE
        if self._cuts.size:
            before[np.isin(places, self._cuts)] = NEWLINE
            after[np.isin(places + 1, self._cuts)] = NEWLINE
        return Marks(places, self.kinds.take(places), before, after)

    @cached_property
    def _lines(self) -> tuple[Offsets, Offsets]:
        """Where each line starts and ends."""
        breaks = self.places(NEWLINE)
        starts = np.empty(breaks.size + 1, dtype=np.intp)
        starts[0] = 0
        np.add(breaks, 1, out=starts[1:])
        ends = np.empty(breaks.size + 1, dtype=np.intp)
        ends[:-1] = breaks
        ends[-1] = self.kinds.size
        return starts, ends

    @cached_property
    def _cuts(self) -> Offsets:
        """Where long lines are cut into pieces, as `lines.split` has them."""
        starts, ends = self._lines
        long = ((ends - starts) > LONGEST).nonzero()[0].tolist()
        first = self.first
        cuts = [
            start - first
            for n in long
            for start, _ in islice(pieces(self._text, first + int(starts[n]), first + int(ends[n])), 1, None)
        ]
        return np.array(cuts, dtype=np.intp)

    @cached_property
    def starts(self) -> Offsets:
        """Where each line starts, and each piece of a long one."""
        starts = self._lines[0]
        return np.sort(np.concatenate((starts, self._cuts))) if self._cuts.size else starts

    @cached_property
    def ends(self) -> Offsets:
        """Where each line ends, without its break."""
        ends = self._lines[1]
        return np.sort(np.concatenate((ends, self._cuts))) if self._cuts.size else ends

    def lines(self, places: Offsets) -> Offsets:
        """Return the numbers of the lines that places are in."""
        return self.starts.searchsorted(places, side="right") - 1

    def having(self, *places: Offsets) -> Flags:
        """Tell which lines have any of these places."""
        found = np.zeros(self.starts.size, dtype=bool)
        for some in places:
            found[self.lines(some)] = True
        return found

    def count(self, kind: int) -> npt.NDArray[np.int32]:
        """Return for each line how many of its characters are of a kind."""
        starts = self.starts if self.starts[-1] < self.kinds.size else np.minimum(self.starts, self.kinds.size - 1)
        counts: npt.NDArray[np.int32] = np.add.reduceat(self.kinds == kind, starts, dtype=np.int32)
        return counts


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


def widened(text: str, places: Sequence[int]) -> str:
    """Return `text` with the marks at these places full-width."""
    wide = points(text)
    wide[places] += np.uint32(OFFSET)
    found = str(wide.view(np.dtype((np.str_, wide.size))).item())
    # NumPy takes zeros at the end for padding.
    return found + "\0" * (len(text) - len(found))
