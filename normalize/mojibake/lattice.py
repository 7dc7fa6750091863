"""The likeliest way through a piece of text of which parts are misread: where damage begins and ends, what was lost.

A path goes through the bytes of the piece. On every character it either leaves what was found, or takes the bytes as
those of the true encoding; bytes that a program lost are filled in by the language model. Changing from the one to the
other has a price, so that a path follows damage that is there rather than chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from math import inf
from typing import NamedTuple

from normalize import language
from normalize.mojibake.chains import Misreading
from normalize.mojibake.filling import Filling, chosen, follow, least_after, script_bias
from normalize.mojibake.lossy import BARRIER, WILD, Edge, Losses
from normalize.mojibake.readings import SINGLE_BYTE, reading
from normalize.profile import class_table

#: Nats for going from text as found to text that was misread. Measured: at 4 and less, single characters of clean text
#: next to damage are taken along; at 8 and more, words of two characters are missed.
ENTER = 6.0
#: The same where most of the piece is known to be misread, and nats for a character that was spared there.
ENTER_AGAIN, SPARED = 1.0, 4.0
#: Nats for a byte that cannot be read, at the ends of a stretch cut out of pairs.
LEFT_OVER = 6.0
#: Paths kept at each place.
KEPT = 16
#: Paths so many nats behind another that passes the same place are not followed: what a path can still gain on another
#: is what two characters and a change cost.
HOPELESS = 40.0
#: What a place may be depends on so many values from there on.
WINDOW = 4
# So many characters of three bytes in a row that are whole: taken in one step, up to the last of them.
_WHOLE = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){4,}")


class Found(NamedTuple):
    """A part that was misread: where, what it was, how much better that is with and without what was supposed (nats),
    and what was not.
    """

    start: int
    end: int
    text: str
    gain: float
    evidence: float
    sure: str

    @property
    def supposed(self) -> bool:
        """Whether bytes had to be supposed."""
        return self.sure != self.text


class Lines(NamedTuple):
    """Whether the text that a piece is from has line ends at all, and whether one follows the piece."""

    any: bool
    follows: bool


class _Step(NamedTuple):
    cost: float
    misread: bool
    last: str
    emitted: str
    supposed: bool
    place: int
    before: _Step | None


class Fan(NamedTuple):
    """What the bytes at a place may be: how far on each ends and what it costs, its first character, its text."""

    edges: list[Edge]
    firsts: str
    prices: list[float]

    @classmethod
    def of(cls, place: int, edges: list[Edge]) -> Fan:
        """Return the fan of the edges at a place."""
        relative = [(end - place, text, price, supposed) for end, text, price, supposed in edges]
        prices = [price + (follow(*text) if len(text) > 1 else 0.0) for _, text, price, _ in edges]
        return cls(relative, "".join(text[0] for _, text, _, _ in edges), prices)


class Lattice:
    """The ways through one piece under one misreading."""

    def __init__(
        self,
        piece: str,
        layer: Misreading,
        costs: list[float],
        lines: Lines,
        lossy: bool,
        throughout: bool = False,
    ) -> None:
        """Take a piece and what each of its characters costs as found; `throughout` if most of it is misread."""
        self.piece = piece
        self.costs = costs
        self.staying = (
            [cost + SPARED * (c > "\x7f") for cost, c in zip(costs, piece, strict=True)] if throughout else costs
        )
        self.enter = ENTER_AGAIN if throughout and layer.was != "utf-8" else ENTER
        self.layer = layer
        self.ends = lines.follows
        self.single = layer.read_as in SINGLE_BYTE
        self.truth = layer.was
        self.values: list[int] = []
        self.character_at: dict[int, int] = {}
        self.starts: list[int] = []
        reader = reading(layer.read_as)
        for index, character in enumerate(piece):
            self.character_at[len(self.values)] = index
            self.starts.append(len(self.values))
            if lossy and character == layer.mark:
                self.values.append(WILD)
                continue
            data = self._likelier(index) or reader.character(character)
            self.values.extend(data if data is not None else (BARRIER,))
        self.character_at[len(self.values)] = len(piece)
        self.starts.append(len(self.values))
        self.losses = Losses(layer.read_as, layer.was, self.values, lines.any) if lossy else None
        data = bytes([value if value >= 0 else 0xFF for value in self.values])
        self.whole = dict(_whole(data)) if layer.was == "utf-8" else {}
        self.fans: dict[tuple[int, ...], Fan] = {}
        self.bias = script_bias("".join(text for _, text, _ in self.whole.values()), layer.was) if lossy else {}

    def _likelier(self, index: int) -> bytes | None:
        """Return the bytes of a character that the reader has twice: those with which what is around it reads best."""
        reader = reading(self.layer.read_as)
        if not (others := reader.others(self.piece[index])):
            return None
        around = [[reader.character(c) or b"\0" for c in part] for part in self._around(index)]
        ranked = []
        for data in (reader.character(self.piece[index]) or b"", *others):
            stretch = around[0] + [data] + around[1]
            for first in range(2):
                text = b"".join(stretch)[first:].decode(self.truth, "ignore")
                left = sum(map(len, stretch)) - len(text.encode(self.truth))
                ranked.append((language.model().total(text) + LEFT_OVER * left, data))
        return min(ranked)[1]

    def _around(self, index: int) -> tuple[str, str]:
        return self.piece[max(0, index - 4) : index], self.piece[index + 1 : index + 5]

    def found(self) -> list[Found]:
        """Return the parts of the likeliest path that are misread."""
        path = self._path()
        if self.losses is not None and any(step.supposed for step in path):
            # Again, now that it is known in which script it is.
            bias = script_bias("".join(step.emitted for step in path if step.misread and not step.supposed), self.truth)
            if bias != self.bias:
                self.bias = bias
                self.fans.clear()
                path = self._path()
        return self._parts(path)

    def _path(self) -> list[_Step]:
        """Return the steps of the likeliest path."""
        kept: list[dict[tuple[bool, str], _Step]] = [{} for _ in range(len(self.values) + 1)]
        kept[0][False, "\n"] = _Step(0.0, False, "\n", "", False, 0, None)
        # What the best path costs that is known to pass a place: far behind it others are not followed. And what it
        # costs up to a whole character that was taken in one step with others: nothing else need lead there.
        passed = [inf] * (len(kept) + WINDOW)
        within: dict[int, float] = {}
        for place, steps in enumerate(kept[:-1]):
            if not steps:
                continue
            hopeless = passed[place] + HOPELESS
            chosen = [step for step in steps.values() if step.cost < hopeless]
            if len(chosen) > KEPT:
                chosen = sorted(chosen)[:KEPT]
            index = self.character_at.get(place)
            if index is not None:
                self._stay(place, index, chosen, kept)
            else:
                chosen = [step for step in chosen if step.misread]
            if not chosen:
                continue
            reached = [step.cost + (0.0 if step.misread else self.enter) for step in chosen]
            whole = self.whole.get(place)
            if whole is None:
                if not self._may_begin(self.values[place], index is None):
                    continue
                self._fan_out(place, index is None, chosen, reached, kept, passed, within)
                continue
            end, text, inside = whole
            before_it, step = min(
                (before + follow(step.last, text[0]), step) for step, before in zip(chosen, reached, strict=True)
            )
            cost = before_it + inside[-1]
            known = kept[end].get((True, text[-1]))
            if known is None or cost < known.cost:
                kept[end][True, text[-1]] = _Step(cost, True, text[-1], text, False, end, step)
            if end in self.character_at or end + 3 in self.character_at:
                for passing in range(place + 1, end):
                    passed[passing] = min(passed[passing], before_it + inside[(passing - place) // 3])
                for i, more in enumerate(inside):
                    within[place + 3 * i + 3] = before_it + more
        if not kept[-1]:
            return []
        end_step: _Step | None = min(
            kept[-1].values(), key=lambda step: step.cost + (follow(step.last, "\n") if self.ends else 0.0)
        )
        path: list[_Step] = []
        while end_step is not None and end_step.before is not None:
            path.append(end_step)
            end_step = end_step.before
        return path[::-1]

    def _stay(self, place: int, index: int, before: list[_Step], kept: list[dict[tuple[bool, str], _Step]]) -> None:
        """Keep the character at a place as it was found; ASCII may be part of what was misread."""
        following, character = self.starts[index + 1], self.piece[index]
        plain = 0 <= self.values[place] < 0x80
        for step in before:
            misread = step.misread and plain
            cost = step.cost + (follow(step.last, character) if misread else self.staying[index])
            known = kept[following].get((misread, character))
            if known is None or cost < known.cost:
                kept[following][misread, character] = _Step(cost, misread, character, character, False, following, step)

    def _fan_out(
        self,
        place: int,
        inside: bool,
        before: list[_Step],
        reached: list[float],
        kept: list[dict[tuple[bool, str], _Step]],
        passed: list[float],
        within: dict[int, float],
    ) -> None:
        """Keep what may come next: each text after the step that suits it best, of many the likeliest."""
        fan = self._edges(place, inside)
        if not fan.edges:
            return
        best = least_after([(step.last, cost) for step, cost in zip(before, reached, strict=True)], fan.firsts)
        costs = [cost + price for (cost, _), price in zip(best, fan.prices, strict=True)]
        order = range(len(costs)) if len(costs) <= KEPT else sorted(range(len(costs)), key=costs.__getitem__)
        taken: dict[int, int] = {}
        for i in order:
            length, emitted, _, supposed = fan.edges[i]
            # Of more than KEPT that end at a place the others are never looked at.
            count = taken.get(length, 0)
            if count < KEPT:
                following, key, cost = kept[place + length], (True, emitted[-1]), costs[i]
                if not supposed and within.get(place + length, inf) <= cost:
                    continue
                known = following.get(key)
                if known is None or cost < known.cost:
                    taken[length] = count + 1
                    step = before[best[i][1]]
                    following[key] = _Step(cost, True, emitted[-1], emitted, supposed, place + length, step)
                    if place + length in self.character_at:
                        for passing in range(place + 1, place + length + 1):
                            if cost < passed[passing]:
                                passed[passing] = cost

    def _may_begin(self, value: int, inside: bool) -> bool:
        """Tell whether misread text can go on with a value."""
        if value < 0x80:
            return value == WILD or (inside and value >= 0x20)
        return value >= (0xC2 if self.truth == "utf-8" else 0x81)

    def _edges(self, place: int, inside: bool) -> Fan:
        """Return what the bytes at a place may be; where it is much, remembered by the bytes that matter."""
        window = None if self.values[place] != WILD else (inside, *self.values[place : place + WINDOW])
        fan = self.fans.get(window) if window else None
        if fan is None:
            edges = list(self._read(place, inside))
            if self.losses is not None:
                bias, classes = self.bias, class_table()
                for edge in self.losses.edges(place):
                    other = bias.get(classes[ord(edge[1][0])]) if bias else None
                    edges.append(edge if other is None else (edge[0], edge[1], edge[2] + other, edge[3]))
            fan = Fan.of(place, edges)
            if window:
                self.fans[window] = fan
        return fan

    def _read(self, place: int, inside: bool) -> Iterator[Edge]:
        """Yield what the bytes at a place may be: where they end, the text, what has to be supposed costs."""
        values = self.values
        lead = values[place]
        if self.truth == "utf-8":
            if 0xC2 <= lead < 0xF5:
                length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
                data = values[place : place + length]
                if length == 4 and self.single and self.losses:
                    data = [0xA0 if value == 0x20 else value for value in data]  # NBSP made a blank
                if len(data) == length and all(0x80 <= value < 0xC0 for value in data[1:]):
                    text = reading("utf-8").decode(bytes(data))
                    if text is not None:
                        yield place + length, text, 0.0, False
        elif lead >= 0x81:
            for length in (2, 4) if self.truth == "gb18030" else (2,):
                data = values[place : place + length]
                if len(data) == length and min(data) >= 0x30:
                    text = reading(self.truth).decode(bytes(data))
                    if text is not None and len(text) == 1:
                        yield place + length, text, 0.0, False
        if inside and 0x20 <= lead < 0x80:  # ASCII that was taken for the second byte of a pair
            yield place + 1, chr(lead), 0.0, False

    def _parts(self, steps: list[_Step]) -> list[Found]:
        """Cut the path into the parts that are misread, each from its first to its last changed character."""
        if any(step.supposed for step in steps):
            emitted = chosen([self._filling(step) for step in steps], "\n" if self.ends else "")
            steps = [step._replace(emitted=text) for step, text in zip(steps, emitted, strict=True)]
        parts: list[Found] = []
        i = 0
        while i < len(steps):
            if not steps[i].misread or not self._changed(steps[i]):
                i += 1
                continue
            j = last = i
            while j < len(steps) and steps[j].misread:
                if self._changed(steps[j]):
                    last = j
                j += 1
            while steps[last].place not in self.character_at:
                last += 1
            run = steps[i : last + 1]
            before = run[0].before
            assert before is not None
            start, end = self.character_at[before.place], self.character_at[run[-1].place]
            gain = sum(self.costs[start:end]) - (run[-1].cost - before.cost) - (self.enter if before.misread else 0.0)
            # That a mark gives way to a character, whichever, says nothing.
            evidence = gain - sum(self.costs[i] for i in range(start, end) if self.piece[i] == self.layer.mark)
            evidence += sum(step.cost - step.before.cost for step in run if step.supposed and step.before)
            sure = "".join(step.emitted for step in run if not step.supposed)
            parts.append(Found(start, end, "".join(step.emitted for step in run), gain, evidence, sure))
            i = j
        return parts

    def _changed(self, step: _Step) -> bool:
        """Tell whether a step of misread text shows anything else than what was found."""
        if step.emitted.isascii() or step.before is None:
            return step.supposed
        start, end = self.character_at.get(step.before.place), self.character_at.get(step.place)
        return start is None or end is None or self.piece[start:end] != step.emitted

    def _filling(self, step: _Step) -> Filling:
        before = step.before
        if not step.supposed or before is None:
            return Filling(step.emitted, None)
        start, end = before.place, step.place

        def others() -> list[tuple[float, str]]:
            edges = self._edges(start, start not in self.character_at).edges
            return [(price, text) for length, text, price, _ in edges if length == end - start]

        return Filling(step.emitted, others)


def _whole(data: bytes) -> Iterator[tuple[int, tuple[int, str, list[float]]]]:
    """Yield where whole characters of UTF-8 stand in a row: where they begin and end, the text, and what it costs up
    to each character, the first not counted.
    """
    for match in _WHOLE.finditer(data):
        end = match.end() - 3
        text = reading("utf-8").decode(data[match.start() : end])
        if text is not None:
            yield match.start(), (end, text, list(accumulate(language.character_costs(text)[1:], initial=0.0)))
