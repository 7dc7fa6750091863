"""What may have stood where the bytes are shifted: hypotheses, each grown byte by byte and weighed as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from normalize.mojibake import cp936
from normalize.mojibake.page import LOST, Page
from normalize.mojibake.weighing import Weigher, Weight

#: Hypotheses kept at each place, and characters tried for a byte that cannot be seen.
BEAM = 48
#: Nats for a comma after a quotation that ended in a stop: what follows such a one begins a sentence.
_STOPPED = 3.5
_STOPS, _CLOSING = tuple("。！？"), tuple("”」』’")


class Hypothesis(NamedTuple):
    """What may have stood there: the text so far, the lead byte that waits for its trail byte, and what it cost.

    `last` is the byte before the waiting one, `lost` the places in `text` of characters that are gone, `guessed`
    whether a byte was chosen by the language model alone, `stripped` how many private-use characters are supposed to be
    gone, and `used` the annotations that were taken out.
    """

    text: str
    pending: int | None
    weight: Weight
    extra: float = 0.0
    last: int = 0
    lost: tuple[int, ...] = ()
    guessed: bool = False
    stripped: int = 0
    used: tuple[tuple[str, str], ...] = ()

    @property
    def cost(self) -> float:
        """What it costs in all."""
        return self.weight.cost + self.extra


#: Hypotheses with the place from which each goes on; None for what cannot be.
Ways = Iterator[tuple[int, Hypothesis | None]]


class Hypotheses:
    """Grows the hypotheses on one page."""

    def __init__(self, page: Page) -> None:
        self.weigher = Weigher(page)

    def feed(self, h: Hypothesis, byte: int) -> Hypothesis | None:
        """Read one byte in step; None for a pair that means nothing."""
        if h.pending is not None:
            character = cp936.decode_pair(h.pending, byte)
        elif byte > 0x80:
            return h._replace(pending=byte)
        else:
            character = "€" if byte == 0x80 else chr(byte)
        return None if character is None else self.write(h, character, byte)

    def write(self, h: Hypothesis, character: str, last: int | None = None) -> Hypothesis:
        """Return the hypothesis with one more character, after which no lead byte waits."""
        text, _, weight, extra, before, lost, guessed, stripped, used = h
        weight = self.weigher.add(weight, text[-1:] or "\n", character)
        if last is None:
            last = before
        return Hypothesis(text + character, None, weight, extra, last, lost, guessed, stripped, used)

    def feed_all(self, h: Hypothesis, data: bytes) -> Hypothesis | None:
        """Read several bytes in step; None where they mean nothing."""
        known: Hypothesis | None = h
        for byte in data:
            if known is not None:
                known = self.feed(known, byte)
        return known

    def take_trail(self, h: Hypothesis, character: str, syllable: str) -> Hypothesis | None:
        """Take an annotation out, and the trail byte of its character, which its bracket had hidden."""
        code = cp936.encode_character(character)
        assert code is not None
        return self.feed(h._replace(used=(*h.used, (character, syllable))), code[1])

    def likely(self, h: Hypothesis) -> Iterator[tuple[float, str, int]]:
        """Yield the characters that begin with the waiting lead byte, the likeliest first: cost in all, trail byte.

        The trail byte became a lead byte, so it is none that stands by itself.
        """
        assert h.pending is not None
        characters = _characters_with(h.pending)
        costs = self.weigher.costs(h.weight, h.text[-1:], [character for character, _ in characters])
        ranked = sorted(zip(costs, (trail for _, trail in characters), range(len(costs)), strict=True))
        for cost, trail, index in ranked[:BEAM]:
            yield cost + h.extra, characters[index][0], trail

    def before_trail(self, h: Hypothesis, trail: int, most: float) -> Iterator[Hypothesis]:
        """Yield the hypothesis with each character that ends in a byte, the first ones not `most` nats dearer."""
        characters = _characters_before(trail)
        costs = self.weigher.costs(h.weight, h.text[-1:] or "\n", characters)
        least = min(costs)
        for cost, character in zip(costs, characters, strict=True):
            if cost <= least + most:
                yield self.write(h, character, trail)

    def end(self, h: Hypothesis, eaten: str, cost: float) -> Hypothesis:
        """End a shift with a character of ASCII that a lead byte took along."""
        lost = h.lost if eaten != LOST else (*h.lost, len(h.text))
        if eaten == "," and h.text[-2:-1] in _STOPS and h.text[-1] in _CLOSING:
            cost += _STOPPED
        weight = self.weigher.taken(h.weight, h.text[-1], eaten)
        return h._replace(text=h.text + eaten, pending=None, lost=lost, weight=weight, extra=h.extra + cost)


@cache
def _characters_with(lead: int) -> list[tuple[str, int]]:
    """Return the characters with this lead byte, and their trail bytes, but for those that stand by themselves."""
    pairs = ((cp936.decode_pair(lead, trail), trail) for trail in range(0x81, 0xFF))
    return [(character, trail) for character, trail in pairs if character]


@cache
def _characters_before(trail: int) -> list[str]:
    """Return the characters with this trail byte."""
    pairs = (cp936.decode_pair(lead, trail) for lead in range(0x81, 0xFF))
    return [character for character in pairs if character]
