"""How likely a supposed text is, character by character: pairs of characters, words and the page it stands on.

A hypothesis grows by one character at a time, and so does its weight: the pair it makes, and the likeliest way to cut
what there is so far into words. Both are in nats; the lower, the likelier.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from normalize import words
from normalize.mojibake import likelihood
from normalize.mojibake.page import LOST, Page
from normalize.profile import Class, class_of

_HAN = (Class.HAN, Class.HANS, Class.HANT)

#: Shares of the pairs of characters and of the words in the weight of a Han character, and what it counts besides:
#: pairs and words both price it, which together is too much. Fitted, as logistic regression over the hypotheses, to 287
#: places in annotated paragraphs of texts that the models have not seen, some folded or stripped of private use; of 248
#: others the right one came first in 219, with the plain sum of pairs and words in 213, at 1.3 times the odds.
PAIRS, WORDS, HAN = 0.9, 0.5, -3.3
#: The same for marks, letters and digits, which are no words, and for what the page repeats.
MARK_PAIRS, MARK, TOPIC = 0.57, 0.75, 1.15
#: A quote after a stop, and a line end after a quote, cost 1.2 to 3.4 nats in news and fiction, of which the general
#: model has read little.
QUOTE = 3.0
#: A digit that cannot be known is any of ten.
DIGIT = 2.3

_STOPS = "。，、；：！？"
_QUOTES = "“”「」『』"


class Weight(NamedTuple):
    """What a text costs: pairs and page so far, and the words up to its end and up to the places shortly before.

    `recent` are the folded characters after the first of those places.
    """

    pairs: float
    recent: str
    reached: tuple[float, ...]

    @property
    def cost(self) -> float:
        """The cost in nats of the whole text."""
        return self.pairs + self.reached[-1]


class Weigher:
    """Weighs texts that may stand on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._pairs: dict[str, float] = {}

    def begin(self, before: str) -> Weight:
        """Return the weight of nothing, after the text before it."""
        weight = Weight(0.0, "", (0.0,))
        for character in before:
            weight = self._word(weight, character, 0.0)
        return weight._replace(reached=tuple(cost - weight.reached[-1] for cost in weight.reached))

    def add(self, weight: Weight, previous: str, character: str) -> Weight:
        """Return the weight with one more character."""
        pairs = weight.pairs + self.pair(previous, character)
        return self._word(weight, character, pairs)

    def pair(self, previous: str, character: str) -> float:
        """Return what a character costs after another on this page, apart from words."""
        pair = previous + character
        cost = self._pairs.get(pair)
        if cost is None:
            cost = self._pairs[pair] = self._pair(previous, character)
        return cost

    def _pair(self, previous: str, character: str) -> float:
        known = previous.replace(LOST, "1"), character.replace(LOST, "1")
        cost = likelihood.cost(*known) - (DIGIT if character == LOST else 0.0)
        previous, character = known
        if (previous in _STOPS and character in _QUOTES) or (previous in "”」" and character == "\n"):
            cost = min(cost, QUOTE)
        odd = self._page.oddity(previous, character)
        if _is_han(character):
            return PAIRS * cost + TOPIC * self._page.topic(character) + odd + HAN
        return MARK_PAIRS * cost + odd + MARK

    def taken(self, weight: Weight, previous: str, character: str) -> Weight:
        """Return the weight with a character of ASCII that a lead byte took along.

        How often it stands on the page is the page's to say; what counts here is whether it fits what is before it.
        """
        like = {"": "\n", "\r": "\n", "<": "\n", "&": " ", ",": "，", LOST: "1"}.get(character, character)
        pairs = self.pair(previous, like) - MARK - MARK_PAIRS * likelihood.alone(like)
        return self._word(weight, "，", weight.pairs + pairs)

    @staticmethod
    def _word(weight: Weight, character: str, pairs: float) -> Weight:
        if not _is_han(character):
            return Weight(pairs, "", weight.reached[-1:])
        recent = weight.recent + _fold(character)
        reached = weight.reached
        least = reached[-1] + (_word_cost(recent[-1]) or WORDS * words.UNKNOWN)
        for length in range(2, len(recent) + 1):
            cost = _word_cost(recent[-length:])
            if cost is not None and reached[-length] + cost < least:
                least = reached[-length] + cost
        kept = words.LONGEST - 1
        return Weight(pairs, recent[-kept:], (*reached[-kept:], least))


@lru_cache(1 << 14)
def _is_han(character: str) -> bool:
    return class_of(character) in _HAN


@lru_cache(1 << 14)
def _fold(character: str) -> str:
    return words.fold(character)


@lru_cache(1 << 16)
def _word_cost(folded: str) -> float | None:
    cost = words.known(folded)
    return None if cost is None else WORDS * cost
