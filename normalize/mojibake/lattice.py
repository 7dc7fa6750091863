"""The likeliest way through a piece of text of which parts are misread: where damage begins and ends, what was lost.

A path goes through the bytes of the piece. On every character it either leaves what was found, or takes the bytes as
those of the true encoding; bytes that a program lost are filled in by the language model. Changing from the one to the
other has a price, so that a path follows damage that is there rather than chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple

from normalize import words
from normalize.mojibake.chains import Misreading
from normalize.mojibake.likelihood import cost as pair_cost
from normalize.mojibake.partial import candidates
from normalize.mojibake.readings import SINGLE_BYTE, reading

#: Nats for going from text as found to text that was misread. Measured: at 4 and less, single characters of clean text
#: next to damage are taken along; at 8 and more, words of two characters are missed.
ENTER = 6.0
#: Nats for each byte that has to be supposed where nothing stands for it, and where a mark does.
MISSING, MARKED = 4.0, 1.0
#: The same where only few bytes can have vanished: those that a reader shows as controls or blanks.
INVISIBLE = 2.0
#: Paths kept at each place.
KEPT = 16
#: Characters offered where bytes are missing without a mark.
FEWER = 48
WILD = -1
BARRIER = -2

# What a `?` may have taken with it: a byte of ASCII that cannot be the second of a pair, and its cost in nats.
_SWALLOWED = (
    (" ", 3.0),
    ("\n", 4.0),
    ("\r", 6.0),
    ('"', 5.0),
    ("'", 5.0),
    ("<", 5.0),
    ("/", 5.0),
    (")", 6.0),
    (",", 6.0),
)


class Found(NamedTuple):
    """A part that was misread: where, what it was, what both cost, and whether bytes had to be supposed."""

    start: int
    end: int
    text: str
    gain: float
    supposed: bool


class _Step(NamedTuple):
    cost: float
    misread: bool
    last: str
    emitted: str
    supposed: bool
    place: int
    before: _Step | None


class Lattice:
    """The ways through one piece under one misreading."""

    def __init__(self, piece: str, layer: Misreading, costs: list[float], lossy: bool) -> None:
        self.piece = piece
        self.costs = costs
        self.lossy = lossy and layer.was == "utf-8"
        self.single = layer.read_as in SINGLE_BYTE
        self.truth = layer.was
        self.layer = layer
        self.values: list[int] = []
        self.invisible = _invisible(layer.read_as) if self.single else frozenset()
        self.character_at: dict[int, int] = {}
        self.starts: list[int] = []
        reader = reading(layer.read_as)
        for index, character in enumerate(piece):
            self.character_at[len(self.values)] = index
            self.starts.append(len(self.values))
            if self.lossy and character == "\ufffd":
                self.values.append(WILD)
                continue
            data = reader.character(character)
            self.values.extend(data if data is not None else (BARRIER,))
        self.character_at[len(self.values)] = len(piece)
        self.starts.append(len(self.values))

    def found(self) -> list[Found]:
        """Return the parts of the likeliest path that are misread."""
        values = self.values
        kept: list[dict[tuple[bool, str], _Step]] = [{} for _ in range(len(values) + 1)]
        kept[0][False, "\n"] = _Step(0.0, False, "\n", "", False, 0, None)
        for place in range(len(values)):
            steps = kept[place]
            if not steps:
                continue
            chosen = list(steps.values())
            if len(chosen) > KEPT:
                chosen = sorted(chosen, key=lambda step: step.cost)[:KEPT]
            index = self.character_at.get(place)
            plain = value < 0x80 if (value := values[place]) >= 0 else False
            if index is not None:
                following = self.starts[index + 1]
                character = self.piece[index]
                for step in chosen:
                    misread = step.misread and plain
                    if step.misread and not plain:
                        cost = step.cost + self.costs[index]
                    else:
                        cost = step.cost + (pair_cost(step.last, character) if misread else self.costs[index])
                    _keep(kept[following], _Step(cost, misread, character, character, False, following, step))
            edges = list(self._edges(place))
            if not edges:
                continue
            for step in chosen:
                if not step.misread and index is None:
                    continue
                entering = 0.0 if step.misread else ENTER
                for following, emitted, penalty, supposed in edges:
                    cost = step.cost + entering + penalty
                    last = step.last
                    for character in emitted:
                        cost += pair_cost(last, character)
                        last = character
                    _keep(kept[following], _Step(cost, True, last, emitted, supposed, following, step))
        if not kept[-1]:
            return []
        return self._parts(min(kept[-1].values(), key=lambda step: step.cost + pair_cost(step.last, "\n")))

    def _parts(self, step: _Step | None) -> list[Found]:
        """Cut the path into the parts that are misread, each from its first to its last changed character."""
        steps: list[_Step] = []
        while step is not None and step.before is not None:
            steps.append(step)
            step = step.before
        steps.reverse()
        if any(step.supposed for step in steps):
            steps = self._reread(steps)
        parts: list[Found] = []
        i = 0
        while i < len(steps):
            if not steps[i].misread or not _changed(steps[i]):
                i += 1
                continue
            j = last = i
            while j < len(steps) and steps[j].misread:
                if _changed(steps[j]):
                    last = j
                j += 1
            run = steps[i : last + 1]
            before = run[0].before
            assert before is not None
            start, end = self.character_at[before.place], self.character_at[run[-1].place]
            after = run[-1].cost - before.cost
            gain = sum(self.costs[start:end]) - after
            parts.append(Found(start, end, "".join(s.emitted for s in run), gain, any(s.supposed for s in run)))
            i = j
        return parts

    def _reread(self, steps: list[_Step]) -> list[_Step]:
        """Choose again what was supposed, now with the words around it: pairs alone cannot tell 大局 from 大展."""
        emitted = [step.emitted for step in steps]
        for i, step in enumerate(steps):
            if not step.supposed or step.before is None:
                continue
            left = "".join(emitted[max(0, i - 5) : i])
            right = "".join(emitted[i + 1 : i + 6])
            best = None
            for place, text, penalty, _ in self._edges(step.before.place):
                if place == step.place:
                    cost = penalty + self._cost(left, text, right)
                    if best is None or cost < best[0]:
                        best = cost, text
            if best is not None:
                emitted[i] = best[1]
        return [step._replace(emitted=text) for step, text in zip(steps, emitted, strict=True)]

    @staticmethod
    def _cost(left: str, text: str, right: str) -> float:
        before = left[-1:] or "\n"
        cost = 0.0
        for character in text + (right[:1] or "\n"):
            cost += pair_cost(before, character)
            before = character
        return cost + words.cost(left + text + right)

    def _edges(self, place: int) -> Iterator[tuple[int, str, float, bool]]:
        """Yield what the bytes at a place may be: where they end, the text, what has to be supposed costs."""
        values = self.values
        lead = values[place]
        if self.truth != "utf-8":
            if lead >= 0x81:
                for length in (2, 4) if self.truth == "gb18030" else (2,):
                    data = values[place : place + length]
                    if len(data) == length and min(data) >= 0x30:
                        text = reading(self.truth).decode(bytes(data))
                        if text is not None and len(text) == 1:
                            yield place + length, text, 0.0, False
            return
        if 0xC2 <= lead < 0xF5:
            length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            data = values[place : place + length]
            if length == 4 and self.single and self.lossy:
                data = [0xA0 if value == 0x20 else value for value in data]  # NBSP made a blank
            if len(data) == length and all(0x80 <= value < 0xC0 for value in data[1:]):
                with suppress(UnicodeDecodeError):
                    yield place + length, bytes(data).decode(), 0.0, False
                if not self.lossy or length != 3:
                    return
                if not self.single:
                    yield from self._straddling(place, lead, data[1])
                    return
        if self.lossy:
            yield from self._lossy_edges(place, lead)

    def _lossy_edges(self, place: int, lead: int) -> Iterator[tuple[int, str, float, bool]]:
        values = self.values
        if 0xE2 <= lead <= 0xEF:
            if self.single:
                yield from self._single_lossy(place, lead)
                return
            yield from self._pair_lossy(place, lead)
        elif lead == WILD and place + 2 < len(values):
            second, third = values[place + 1], values[place + 2]
            if 0x80 <= second < 0xC0 and 0x80 <= third < 0xC0:
                for character in candidates(-1, second, third):
                    yield place + 3, character, MARKED, True

    def _single_lossy(self, place: int, lead: int) -> Iterator[tuple[int, str, float, bool]]:
        """Yield what three bytes may have been of which blanks, marks or nothing stand for some."""
        length = len(self.values)
        for second, taken, price in self._continuation(place + 1, length):
            for third, more, extra in self._continuation(place + 1 + taken, length):
                end = place + 1 + taken + more
                missing = (*((1,) if not taken else ()), *((2,) if not more else ()))
                for character in _fitting(self.layer.read_as, lead, second, third, missing):
                    yield end, character, price + extra, price + extra > 0

    def _continuation(self, place: int, length: int) -> Iterator[tuple[int, int, float]]:
        """Yield what may stand for a continuation byte: its value (-1: any), how many places it takes, the price."""
        value = self.values[place] if place < length else BARRIER
        if 0x80 <= value < 0xC0:
            yield value, 1, 0.0
        elif value == WILD:
            yield WILD, 1, MARKED
        elif value == 0x20:
            yield 0xA0, 1, 0.5
        if self.invisible:
            yield WILD, 0, INVISIBLE

    def _pair_lossy(self, place: int, lead: int) -> Iterator[tuple[int, str, float, bool]]:
        """Yield what three bytes may have been of which the last (or the last two) could not be read."""
        values = self.values
        second = values[place + 1] if place + 1 < len(values) else BARRIER
        third = values[place + 2] if place + 2 < len(values) else BARRIER
        if 0x80 <= second < 0xC0:
            if third in (WILD, 0x3F):
                end = place + 3
                # A pair that can be read is no `?`: before another byte of a pair, something was swallowed.
                following = values[place + 3] if place + 3 < len(values) else 0x0A
                for character in candidates(lead, second, -1):
                    if third == WILD or following < 0x40:
                        yield end, character, MARKED, True
                    if third == 0x3F and following != 0x0A:
                        for swallowed, price in _SWALLOWED:
                            yield end, character + swallowed, MARKED + price, True
            elif not 0x80 <= third < 0xC0:
                for character in candidates(lead, second, -1):
                    yield place + 2, character, MISSING, True
            yield from self._straddling(place, lead, second)
        elif second == WILD:
            if third == WILD:
                for character in candidates(lead, -1, -1):
                    yield place + 3, character, 2 * MARKED, True
            elif 0x80 <= third < 0xC0:
                for character in candidates(lead, -1, third):
                    yield place + 3, character, MARKED, True
        else:
            for character in candidates(lead, -1, -1, 512):
                if _is_dropped(*character.encode()[1:]):
                    yield place + 1, character, MISSING, True

    def _straddling(self, place: int, lead: int, second: int) -> Iterator[tuple[int, str, float, bool]]:
        """Yield two characters between which a private-use pair was dropped: the end of one, the start of the next."""
        values = self.values
        if place + 3 >= len(values) or not all(0x80 <= value < 0xC0 for value in values[place + 2 : place + 4]):
            return
        nexts = [(c, c.encode()[0]) for c in candidates(-1, values[place + 2], values[place + 3])]
        for character in candidates(lead, second, -1):
            third = character.encode()[2]
            for following, first in nexts:
                if _is_dropped(third, first):
                    yield place + 4, character + following, MISSING, True


@cache
def _is_dropped(lead: int, trail: int) -> bool:
    """Tell whether a pair of GBK is private use or unassigned, as tools drop it."""
    character = reading("gb18030").decode(bytes((lead, trail)))
    return character is None or "\ue000" <= character <= "\uf8ff"


@lru_cache(1 << 12)
def _fitting(read_as: str, lead: int, second: int, third: int, missing: tuple[int, ...]) -> list[str]:
    """Return the characters that agree with the known bytes, and whose missing bytes are invisible in the reading."""
    if not missing:
        return candidates(lead, second, third)
    invisible = _invisible(read_as)
    offered = candidates(lead, second, third, 1024)
    return [c for c in offered if all(c.encode()[k] in invisible for k in missing)][:FEWER]


@cache
def _invisible(read_as: str) -> frozenset[int]:
    """Return the bytes that a single-byte reading shows as what cleaning tools drop: C1 controls, NBSP, soft hyphen."""
    shown = enumerate(reading(read_as).table)
    return frozenset(byte for byte, character in shown if "\x80" <= character <= "\xa0" or character == "\xad")


def _changed(step: _Step) -> bool:
    return step.supposed or not step.emitted.isascii()


def _keep(steps: dict[tuple[bool, str], _Step], step: _Step) -> None:
    key = (step.misread, step.last)
    known = steps.get(key)
    if known is None or step.cost < known.cost:
        steps[key] = step
