"""How likely a supposed text is, character by character: pairs of characters, words and the page it stands on.

A hypothesis grows by one character at a time, and so does its weight: the pair it makes, and the likeliest way to cut
what there is so far into words. Both are in nats; the lower, the likelier.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import NamedTuple

from normalize import words
from normalize.mojibake import likelihood, names
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

#: Nats for a foreign name that ends at a dot, for the dot, for anything else beside a dot, and for Han right after a
#: foreign name; and for a Chinese name. Measured on 80 pairs of foreign names that the names and words do not hold, a
#: byte of each character hidden in turn: with names, and without, the right character came first in 263 of 335 where
#: its second byte was left (187), in 201 of 305 where its first was (132). Of Chinese ones in unseen news, in 51 of 108
#: (without: see below), 29 of 84. Values from half to twice these differ by less than two in a hundred.
FOREIGN, DOTTED, AT_DOT, GOES_ON, NATIVE = 7.0, 2.0, 4.0, 1.5, 4.0
_DOT = "·"
#: So many places before the end are kept: where a word may begin that is not yet whole.
_KEPT = words.LONGEST - 1
_STOPS = "。，、；：！？"
_QUOTES = "“”「」『』"


class Weight(NamedTuple):
    """What a text costs: pairs and page so far, and the words up to its end and up to the places shortly before.

    `recent` are the folded characters after the first of those places, `spent` what the pairs cost up to each that a
    name would cost instead, and `named` what takes the place of words if the end stands inside a foreign name.
    """

    pairs: float
    recent: str = ""
    reached: tuple[float, ...] = (0.0,)
    spent: tuple[float, ...] = (0.0,)
    named: float = inf

    @property
    def cost(self) -> float:
        """The cost in nats of the whole text."""
        return self.pairs + min(self.reached[-1], self.named)


class Weigher:
    """Weighs texts that may stand on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._alone: dict[str, tuple[float, float]] = {}
        self._pairs: dict[str, tuple[float, float, str]] = {}
        self._eaten: dict[tuple[str, str], float] = {}

    def begin(self, before: str) -> Weight:
        """Return the weight of nothing, after the text before it."""
        weight = Weight(0.0)
        for previous, character in pairwise("\n" + before):
            weight = self.add(weight, previous, character)
        words_spent, pairs_spent = weight.reached[-1], weight.spent[-1]
        return Weight(
            0.0,
            weight.recent,
            tuple(cost - words_spent for cost in weight.reached),
            tuple(cost - pairs_spent for cost in weight.spent),
            weight.named - words_spent,
        )

    def add(self, weight: Weight, previous: str, character: str) -> Weight:
        """Return the weight with one more character."""
        pair, replaced, folded = self._pairs.get(previous + character) or self._known(previous, character)
        if not folded:
            return self._mark(weight, character, weight.pairs + pair)
        _, recent, reached, spent, named = weight
        least = reached[-1] + _character_cost(folded)
        for place, following in _completions(recent):
            word = following.get(folded)
            if word is not None and reached[place] + WORDS * word < least:
                least = reached[place] + WORDS * word
        now = spent[-1] + replaced
        for place, begun, given in _surnames(recent[-2:]):
            name = begun + names.last(given, folded)
            least = min(least, reached[place] + name - (now - spent[place]))
        if named < inf:
            named += names.foreign(recent, folded) - replaced
            least = min(least, named + names.foreign(recent + folded, names.END) + GOES_ON)
        recent += folded
        return Weight(weight.pairs + pair, recent[-_KEPT:], (*reached[-_KEPT:], least), (*spent[-_KEPT:], now), named)

    def costs(self, weight: Weight, previous: str, characters: Iterable[str]) -> list[float]:
        """Return what each of these costs as one more character: what `add` says, several times as fast."""
        pairs, recent, reached, spent, named = weight
        completions, surnames = _completions(recent), _surnames(recent[-2:])
        known, last, before = self._pairs, reached[-1], spent[-1]
        found = []
        for character in characters:
            pair, replaced, folded = known.get(previous + character) or self._known(previous, character)
            if not folded or named < inf:
                found.append(self.add(weight, previous, character).cost)
                continue
            least = last + _character_cost(folded)
            for place, following in completions:
                word = following.get(folded)
                if word is not None and reached[place] + WORDS * word < least:
                    least = reached[place] + WORDS * word
            for place, begun, given in surnames:
                name = begun + names.last(given, folded)
                least = min(least, reached[place] + name - (before + replaced - spent[place]))
            found.append(pairs + pair + least)
        return found

    @staticmethod
    def _mark(weight: Weight, character: str, pairs: float) -> Weight:
        """Return the weight with a character that is in no word."""
        recent, least = weight.recent, weight.reached[-1]
        ended = weight.named + names.foreign(recent, names.END) if weight.named < inf else inf
        if character != _DOT:
            return Weight(pairs, "", (min(least, ended),))
        # Before a dot stands a name, or hardly anything.
        for length in range(1, min(len(recent), names.LONGEST) + 1):
            cost = FOREIGN + names.whole(recent[-length:]) - (weight.spent[-1] - weight.spent[-1 - length])
            ended = min(ended, weight.reached[-1 - length] + cost)
        named = min(least + AT_DOT, ended + DOTTED - (pairs - weight.pairs))
        return Weight(pairs, "", (named + AT_DOT,), (0.0,), named)

    def pair(self, previous: str, character: str) -> float:
        """Return what a character costs after another on this page, apart from words."""
        return (self._pairs.get(previous + character) or self._known(previous, character))[0]

    def _known(self, previous: str, character: str) -> tuple[float, float, str]:
        """Return what a character costs, the part of it that a name would cost instead, and its fold if it is Han."""
        pair = self._pair(previous, character)
        folded = _fold(character) if is_han(character) else ""
        found = self._pairs[previous + character] = pair, pair - self._page.oddity(previous, character), folded
        return found

    def _pair(self, previous: str, character: str) -> float:
        known = previous.replace(LOST, "1"), character.replace(LOST, "1")
        cost = likelihood.cost(*known) - (DIGIT if character == LOST else 0.0)
        previous, character = known
        if (previous in _STOPS and character in _QUOTES) or (previous in "”」" and character == "\n"):
            cost = min(cost, QUOTE)
        if is_han(character):
            topic, odd = self._alone.get(character) or self._on_page(character)
            return PAIRS * cost + topic + odd + HAN
        return MARK_PAIRS * cost + self._page.oddity(previous, character) + MARK

    def _on_page(self, character: str) -> tuple[float, float]:
        """Return what a Han character costs because of the page, whatever is before it: its topic, its script."""
        found = TOPIC * self._page.topic(character), self._page.oddity("", character)
        self._alone[character] = found
        return found

    def pairs(self, previous: str, han: str) -> list[float]:
        """Return what `pair` says of each of these Han characters after another, several times as fast."""
        known = self._alone
        costs = []
        for character, cost in zip(han, likelihood.after(previous.replace(LOST, "1"), han), strict=True):
            topic, odd = known.get(character) or self._on_page(character)
            costs.append(PAIRS * cost + topic + odd + HAN)
        return costs

    def taken(self, weight: Weight, previous: str, character: str) -> Weight:
        """Return the weight with a character of ASCII that a lead byte took along."""
        return self._mark(weight, "，", weight.pairs + self.eaten(previous, character))

    def eaten(self, previous: str, character: str) -> float:
        """Return what such a character costs after another.

        How often it stands on the page is the page's to say; what counts here is whether it fits what is before it.
        """
        found = self._eaten.get((previous, character))
        if found is None:
            like = {"": "\n", "\r": "\n", "<": "\n", "&": " ", ",": "，", LOST: "1"}.get(character, character)
            found = self.pair(previous, like) - MARK - MARK_PAIRS * likelihood.alone(like)
            self._eaten[previous, character] = found
        return found


@lru_cache(1 << 14)
def is_han(character: str) -> bool:
    """Tell whether a character is Han, of either script."""
    return class_of(character) in _HAN


@lru_cache(1 << 14)
def _fold(character: str) -> str:
    return words.fold(character)


@lru_cache(1 << 14)
def _character_cost(folded: str) -> float:
    cost = words.known(folded)
    return WORDS * (words.UNKNOWN if cost is None else cost)


@lru_cache(1 << 15)
def _completions(recent: str) -> tuple[tuple[int, dict[str, float]], ...]:
    """Return, for each place in what was last read, the characters that complete a word from there."""
    found = ((-length - 1, words.following(recent[-length:])) for length in range(1, len(recent) + 1))
    return tuple((place, following) for place, following in found if following)


@lru_cache(1 << 15)
def _surnames(recent: str) -> tuple[tuple[int, float, str], ...]:
    """Return where a Chinese name may begin that the next character ends: the place, what it costs so far, and what of
    the given name there is.
    """
    found = []
    for length in range(1, len(recent) + 1):
        cost = names.surname(recent[-length])
        if cost is not None:
            given = recent[1 - length :] if length > 1 else ""
            found.append((-length - 1, NATIVE + cost + names.given(given), given))
    return tuple(found)
