"""What bytes may have been, some of which a program lost: the steps that a path through damaged text can take.

Each kind of loss has a forward model: what a mark stands for, which bytes can vanish at all. Only characters that the
program would really have damaged in that way are offered, which often leaves one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from normalize.mojibake.partial import UNKNOWN, candidates, invisible, is_private, unreadable, unreadable_pairs
from normalize.mojibake.readings import SINGLE_BYTE, reading

#: Where a step ends, the text, what has to be supposed costs in nats, whether anything has to be supposed.
Edge = tuple[int, str, float, bool]

#: Nats for each byte that has to be supposed where nothing stands for it, and where a mark does.
MISSING, MARKED = 4.0, 1.0
#: The same where only few bytes can have vanished: those that a reader shows as controls or blanks.
INVISIBLE = 2.0
#: Nats for a blank that was NBSP, and a mark that stands for two bytes.
BLANKED, PAIRED = 0.5, 5.0
#: Nats for a `?` that took nothing with it although something of ASCII follows, and the same where another did.
NOT_SWALLOWED, UNLIKE_OTHERS = 3.0, 8.0
#: Characters offered where bytes are missing without a mark.
FEWER = 64

#: Characters offered before something rare that was swallowed.
FEW = 24

#: A mark (U+FFFD) among the bytes, and what no byte stands for.
WILD, BARRIER = -1, -2
#: Stands for a digit of which nothing is known but that it was one, and for a character of four bytes: for what is
#: reported as lost.
SOME_DIGIT = LOST = "\ufffd"

_SWALLOWS = re.compile(rb"[\xe2-\xef][\x80-\xbf]\?(?:[@-~]|[\x80-\xfd])")
# What a `?` can have taken with it: ASCII that is no second byte of a pair.
_SWALLOWED = (" ", "\n", '"', "'", "<", "(", ")", ",", ".", ":", "/", "-", "=", SOME_DIGIT)


class Losses:
    """The steps through the bytes of a piece, under one misreading, where bytes may be lost."""

    def __init__(self, read_as: str, truth: str, values: list[int], newlines: bool = True) -> None:
        self.read_as = read_as
        self.truth = truth
        self.values = values
        self.single = read_as in SINGLE_BYTE
        self.invisible = _dropped(read_as, values) if self.single else frozenset()
        data = bytes([value if value >= 0 else 0xFF for value in values])
        self.swallows = not self.single and _SWALLOWS.search(data) is not None
        self.swallowed = _swallowed(data, newlines) if not self.single else ()

    def edges(self, place: int) -> Iterator[Edge]:
        """Yield what the bytes at a place may be when some are lost."""
        lead = self.values[place]
        if self.truth != "utf-8":
            if not self.single:
                yield from self._double(place, lead)
        elif self.single:
            if 0xE2 <= lead <= 0xEF and not self._is_whole(place):
                yield from self._single(place, lead)
            elif lead == WILD:
                yield from self._headless(place)
        elif 0xE2 <= lead <= 0xEF:
            yield from self._tail(place, lead)
        elif lead == WILD:
            yield from self._headless(place)

    def _is_long(self, place: int) -> bool:
        """Tell whether a mark and a digit, and the same again, stand for a character of four bytes of GB18030."""
        return all(self.at(place + i) == WILD and 0x30 <= self.at(place + i + 1) <= 0x39 for i in (0, 2))

    def at(self, place: int) -> int:
        """Return the value at a place, BARRIER beyond the end."""
        return self.values[place] if place < len(self.values) else BARRIER

    def _mark(self, value: int) -> float | None:
        """Return what it costs that a value stands for a lost byte, or None if it does not."""
        return MARKED if value == WILD else None

    def _lost(self, *known: int, index: int, following: int) -> tuple[tuple[str, float], ...]:
        """Return the characters that agree with the known bytes of which the reader can have lost one, with its price.

        `index` says which was lost, `following` what stands after it.
        """
        return _losable(self.read_as, self.truth, known, index, max(following, UNKNOWN))

    # Single-byte readings: some bytes are marks, some vanish, NBSP becomes a blank.

    def _is_whole(self, place: int) -> bool:
        """Tell whether two continuation bytes follow a place, and no third that would be left over."""
        follow = [0x80 <= self.at(place + i) < 0xC0 for i in (1, 2, 3)]
        return follow == [True, True, False]

    def _single(self, place: int, lead: int) -> Iterator[Edge]:
        for second, taken, price in self._continuation(place + 1):
            for third, more, extra in self._continuation(place + 1 + taken):
                end = place + 1 + taken + more
                gone = (*((1,) if not taken else ()), *((2,) if not more else ()))
                marked = (*((1,) if taken and second < 0 else ()), *((2,) if more and third < 0 else ()))
                for character in _fitting(self.read_as, self.invisible, lead, second, third, gone, marked):
                    yield end, character, price + extra, price + extra > 0

    def _continuation(self, place: int) -> Iterator[tuple[int, int, float]]:
        """Yield what may stand for a continuation byte: its value, how many places it takes, the price."""
        value = self.at(place)
        if 0x80 <= value < 0xC0:
            yield value, 1, 0.0
        elif value == WILD:
            yield UNKNOWN, 1, MARKED
        elif value == 0x20:
            yield 0xA0, 1, BLANKED
        if self.invisible:
            yield UNKNOWN, 0, INVISIBLE

    # Readings of several bytes: what they cannot read becomes a mark, takes the next byte with it, or vanishes.

    def _tail(self, place: int, lead: int) -> Iterator[Edge]:
        """Yield characters of three bytes of which the second, the third or both are lost."""
        second, third, following = (self.at(place + i) for i in (1, 2, 3))
        if 0x80 <= second < 0xC0:
            if not 0x80 <= third < 0xC0:
                yield from self._third(place, lead, second, third, following)
            yield from self._straddling(place, lead, second)
            return
        price = self._mark(second)
        if price is None:
            for character in candidates("utf-8", lead, UNKNOWN, UNKNOWN, offered=512):
                if is_private(*character.encode()[1:]):
                    yield place + 1, character, MISSING, True
            return
        if 0x80 <= third < 0xC0:
            for character, more in self._lost(lead, UNKNOWN, third, index=1, following=third):
                yield place + 3, character, price + more, True
            return
        both = self._mark(third)
        if both is not None:
            for character in candidates("utf-8", lead, UNKNOWN, UNKNOWN, offered=512):
                data = character.encode()
                first = unreadable(self.read_as, *data[1:])
                last = unreadable(self.read_as, data[2], max(following, UNKNOWN))
                if first is not None and last is not None:
                    yield place + 3, character, price + both + first + last, True
        for character in candidates("utf-8", lead, UNKNOWN, UNKNOWN):
            pair = unreadable(self.read_as, *character.encode()[1:])
            if pair is not None:
                yield place + 2, character, price + PAIRED + pair, True

    def _third(self, place: int, lead: int, second: int, third: int, following: int) -> Iterator[Edge]:
        """Yield characters of which the third byte is lost: marked, swallowed with what follows, or dropped."""
        known = (lead, second, UNKNOWN)
        if third in (WILD, 0x3F):
            alone = UNLIKE_OTHERS if self.swallows else NOT_SWALLOWED
            if third == WILD or following in (BARRIER, 0x0A):
                alone = 0.0
            for character, price in self._lost(*known, index=2, following=following):
                yield place + 3, character, MARKED + alone + price, True
            if third == 0x3F and following != 0x0A:
                offered = candidates("utf-8", *known)
                for taken, price in self.swallowed:
                    for character in offered if taken in " \n" else offered[:FEW]:
                        yield place + 3, character + taken, MARKED + price, True
        else:
            for character, price in self._lost(*known, index=2, following=third):
                yield place + 2, character, MISSING + price, True

    def _straddling(self, place: int, lead: int, second: int) -> Iterator[Edge]:
        """Yield two characters between which a private-use pair was dropped: the end of one, the start of the next."""
        values = self.values
        if place + 3 >= len(values) or not all(0x80 <= value < 0xC0 for value in values[place + 2 : place + 4]):
            return
        nexts = [(c, c.encode()[0]) for c in candidates("utf-8", UNKNOWN, values[place + 2], values[place + 3])]
        for character in candidates("utf-8", lead, second, UNKNOWN):
            third = character.encode()[2]
            for following, first in nexts:
                if is_private(third, first):
                    yield place + 4, character + following, MISSING, True

    def _headless(self, place: int) -> Iterator[Edge]:
        """Yield characters of three bytes whose first is lost."""
        price = self._mark(self.at(place))
        second, third = self.at(place + 1), self.at(place + 2)
        if price is None or not 0x80 <= second < 0xC0:
            return
        if 0x80 <= third < 0xC0:
            for character, more in self._lost(UNKNOWN, second, third, index=0, following=second):
                yield place + 3, character, price + more, True
        elif (marked := self._mark(third)) is not None:
            likely = {character for character, _ in self._lost(UNKNOWN, second, UNKNOWN, index=0, following=second)}
            for character, more in self._lost(UNKNOWN, second, UNKNOWN, index=2, following=self.at(place + 3)):
                if character in likely:
                    yield place + 3, character, price + marked + more, True

    def _double(self, place: int, lead: int) -> Iterator[Edge]:
        """Yield characters of two bytes that the reader lacked, and what says that there was one of four."""
        trail = self.at(place + 1)
        if self.truth == "gb18030" and self._is_long(place):
            yield place + 4, LOST, MARKED, True
            return
        price = self._mark(lead)
        if price is None:
            marked = self._mark(trail) if lead >= 0x81 else None
            if marked is not None:
                for character, more in self._lost(lead, UNKNOWN, index=1, following=self.at(place + 2)):
                    yield place + 2, character, marked + more, True
            return
        if 0x40 <= trail < 0xFF and trail != 0x7F:
            for character, more in self._lost(UNKNOWN, trail, index=0, following=trail):
                yield place + 2, character, price + more, True
        marked = self._mark(trail)
        for character, more in unreadable_pairs(self.truth, self.read_as, 512):
            if marked is not None:
                yield place + 2, character, price + marked + more, True
            yield place + 1, character, price + PAIRED + more, True


@lru_cache(1 << 14)
def _losable(
    read_as: str, truth: str, known: tuple[int, ...], index: int, following: int
) -> tuple[tuple[str, float], ...]:
    found = []
    for character in candidates(truth, *known):
        data = reading(truth).character(character) or b""
        price = unreadable(read_as, data[index], following)
        if price is not None:
            found.append((character, price))
    return tuple(found)


@lru_cache(1 << 12)
def _fitting(
    read_as: str,
    unseen: frozenset[int],
    lead: int,
    second: int,
    third: int,
    gone: tuple[int, ...],
    marked: tuple[int, ...],
) -> list[str]:
    """Return the characters that agree with the known bytes, and whose lost bytes can be lost."""
    if not gone and not marked:
        return candidates("utf-8", lead, second, third)
    found = []
    for character in candidates("utf-8", lead, second, third, offered=4096):
        data = character.encode()
        if all(data[k] in unseen for k in gone) and all(unreadable(read_as, data[k], 0) is not None for k in marked):
            found.append(character)
    return found[:FEWER]


def _dropped(read_as: str, values: list[int]) -> frozenset[int]:
    """Return the bytes that can have been dropped: no controls or soft hyphens where others are still there.

    NBSP can always be: what strips text takes it from the end only.
    """
    unseen = invisible(read_as)
    present = unseen.intersection(values)
    kinds = (unseen & {0xAD}, unseen - {0xA0, 0xAD})
    return (unseen & {0xA0}).union(*(kind for kind in kinds if not kind & present))


def _swallowed(data: bytes, newlines: bool) -> tuple[tuple[str, float], ...]:
    """Return what a `?` can have taken with it, and what that costs beyond what the language model says of it.

    Quotes and brackets come in pairs: one that lacks its partner is likely, the more so the fewer places there are for
    it; another is not.
    """
    prices = dict.fromkeys(_SWALLOWED, 2.0)
    prices[" "] = 0.0
    prices["\n"] = 0.0 if newlines else 8.0
    prices['"'] = (-7.0 if data.count(b"?") <= 2 else -3.5) if data.count(b'"') % 2 else 4.0
    prices["'"] = 0.0 if data.count(b"'") % 2 else 5.0
    opened = data.count(b"(") - data.count(b")")
    prices["("], prices[")"] = (0.0 if opened < 0 else 4.0), (-1.0 if opened > 0 else 4.0)
    prices["<"] = -1.0 if data.count(b">") > data.count(b"<") else 4.0
    return tuple(prices.items())
