"""Private-use characters that were stripped from shifted text: two bytes nobody sees, searched for where one may be."""

from __future__ import annotations

from functools import cache

from normalize.mojibake import cp936, likelihood, pinyin
from normalize.mojibake.annotation_list import AnnotationList
from normalize.mojibake.hypotheses import Hypotheses, Hypothesis, Ways
from normalize.mojibake.page import Page
from normalize.mojibake.weighing import is_han

#: Lead bytes of user-defined pairs (A140-A7A0, AAA1-AFFE, F8A1-FEFE).
_PRIVATE_LEADS = (*range(0xA1, 0xA8), *range(0xAA, 0xB0), *range(0xF8, 0xFF))
#: What it costs, in nats, to suppose that a private-use character was stripped: one pair in seven of a shifted text is
#: user-defined, and each supposed one is a choice among thousands. Fitted with the weights in `weighing.py`.
_STRIPPED = 3.5
#: A character costs less than nothing where words have paid for it, but not by more than so many nats.
_CHEAP = 4.0
#: Hypotheses so many nats behind the best at a place are not worth supposing a stripped character for; of its two
#: bytes, these are how many first characters are tried, and how many pairs kept.
WORTH, _FIRSTS, _PAIRS = 8.0, 12, 24
#: Two stripped in a row are supposed for those within half of WORTH; their middle character costs no more than this
#: alone (270 characters fit), and so many last ones are tried.
_COMMON, _LAST = 9.5, 6
#: No more than so many are supposed in one shift.
MOST = 3
#: Marks that a stripped pair may have held the lead byte of.
_MARKS = "，。、；：！？”）"


class StrippedPairs:
    """Supposes stripped characters on one page."""

    def __init__(self, page: Page, listed: AnnotationList, hypotheses: Hypotheses) -> None:
        self._page = page
        self._listed = listed
        self._hypotheses = hypotheses
        self._weigher = hypotheses.weigher
        self._known_seconds: dict[tuple[str, int, int], list[tuple[float, int]]] = {}
        self._known_middles: dict[tuple[str, int], list[tuple[float, str, bytes]]] = {}

    def ways(self, h: Hypothesis, position: int, promising: bool, most: float) -> Ways:
        """Yield what stood there when a private-use character was stripped: two bytes nobody sees.

        What costs more than `most` is hopeless.
        """
        code = cp936.encode_character(self._page.text[position])
        if code is None or h.pending is None:
            return
        firsts = _private_firsts(h.pending)
        costs = self._weigher.costs(h.weight, h.text[-1:], [first for first, _ in firsts])
        likely = sorted((cost, lead, first) for cost, (first, lead) in zip(costs, firsts, strict=True))
        guess = h._replace(guessed=True, stripped=h.stripped + 1, extra=h.extra + _STRIPPED)
        if self._page.text[position] == cp936.UNDECODABLE:
            for _, lead, first in likely[:_FIRSTS]:
                yield from self._undecodable_after(self._hypotheses.write(guess, first, lead), lead, position)
            return
        found: list[tuple[float, int, int, str]] = []
        most -= _STRIPPED + h.extra
        likely = [entry for entry in likely[:_FIRSTS] if entry[0] - _CHEAP < most]
        for cost, lead, first in likely:
            found += [(cost + pair, lead, trail, first) for pair, trail in self._seconds(first, lead, code[0])]
        found.sort()
        known: dict[int, Hypothesis] = {}
        for cost, lead, trail, first in found[:_PAIRS]:
            if cost > most:
                break
            if lead not in known:
                known[lead] = self._hypotheses.write(guess, first, lead)
            yield position + 1, self._hypotheses.feed_all(known[lead]._replace(pending=trail), code)
        if promising and not h.stripped:
            yield from self._twice(guess, likely[: _FIRSTS // 2], position, code, most - _STRIPPED)

    def _seconds(self, first: str, lead: int, second: int) -> list[tuple[float, int]]:
        """Return the likeliest characters after `first` that end a stripped pair begun by `lead`: cost, first byte."""
        key = (first, lead, second)
        found = self._known_seconds.get(key)
        if found is None:
            han, trails, others = _characters_after(lead, second)
            found = list(zip(self._weigher.pairs(first, han), trails, strict=True))
            found += [(self._weigher.pair(first, character), trail) for character, trail in others]
            found.sort()
            del found[_PAIRS:]
            self._known_seconds[key] = found
        return found

    def _twice(
        self, h: Hypothesis, likely: list[tuple[float, int, str]], position: int, code: bytes, most: float
    ) -> Ways:
        """Yield what stood there when two pairs in a row were stripped, as 政府 often is; the middle one is common."""
        found = []
        for cost, lead, first in likely:
            if cost - _CHEAP > most:
                break
            for pair, second, data in self._middles(first, lead):
                found.append((cost + pair, lead, data, first, second))
        guess = h._replace(stripped=h.stripped + 1, extra=h.extra + _STRIPPED)
        for cost, lead, data, first, second in sorted(found)[:_FIRSTS]:
            if cost > most:
                break
            known = self._hypotheses.write(self._hypotheses.write(guess, first, lead), second, data[1])
            for _, trail in self._seconds(second, data[1], code[0])[:_LAST]:
                yield position + 1, self._hypotheses.feed_all(known._replace(pending=trail), code)

    def _middles(self, first: str, lead: int) -> list[tuple[float, str, bytes]]:
        """Return the likeliest common characters after `first` that continue a stripped pair begun by `lead`."""
        found = self._known_middles.get((first, lead))
        if found is None:
            han, pairs, others = _common_after(lead)
            ranked = list(zip(self._weigher.pairs(first, han), pairs, han, strict=True))
            ranked += [(self._weigher.pair(first, second), data, second) for second, data in others]
            ranked = sorted(ranked)[:_FIRSTS]
            found = self._known_middles[first, lead] = [(cost, second, data) for cost, data, second in ranked]
        return found

    def _undecodable_after(self, h: Hypothesis, lead: int, position: int) -> Ways:
        """Yield what a `?` can hide right after a stripped pair that began with `lead`: an annotated character, a mark.

        Of any other character both bytes would be unknown.
        """
        broken = pinyin.BROKEN_ANNOTATION.match(self._page.text, position)
        if broken:
            for character in self._listed.listed(broken[1]):
                code = cp936.encode_character(character)
                if code and len(code) == 2 and cp936.is_private(lead, code[0]):
                    yield broken.end(), self._hypotheses.take_trail(h._replace(pending=code[0]), character, broken[1])
            return
        for mark in _MARKS:
            code = cp936.encode_character(mark)
            assert code is not None
            if cp936.is_private(lead, code[0]):
                for character, cost in self._page.eaten(position + 1):
                    yield position + 1, self._hypotheses.end(self._hypotheses.write(h, mark), character, cost)


@cache
def _private_firsts(pending: int) -> list[tuple[str, int]]:
    """Return the characters of which the trail byte can be the lead byte of a user-defined pair."""
    pairs = ((cp936.decode_pair(pending, lead), lead) for lead in _PRIVATE_LEADS)
    return [(character, lead) for character, lead in pairs if character]


@cache
def _common() -> list[tuple[str, bytes]]:
    """Return the common characters whose trail byte is the lead byte of user-defined pairs, with their bytes."""
    pairs = ((lead, trail) for lead in range(0x81, 0xFF) for trail in _PRIVATE_LEADS)
    characters = ((cp936.decode_pair(*pair), bytes(pair)) for pair in pairs)
    return [(x, pair) for x, pair in characters if x and likelihood.alone(x) < _COMMON]


@cache
def _common_after(lead: int) -> tuple[str, list[bytes], list[tuple[str, bytes]]]:
    """Return those of them that begin with a byte which makes a user-defined pair with `lead`: Han, theirs, others."""
    found = [(character, pair) for character, pair in _common() if cp936.is_private(lead, pair[0])]
    han = [(character, pair) for character, pair in found if is_han(character)]
    others = [(character, pair) for character, pair in found if not is_han(character)]
    return "".join(character for character, _ in han), [pair for _, pair in han], others


@cache
def _characters_after(lead: int, last: int) -> tuple[str, list[int], list[tuple[str, int]]]:
    """Return the characters that end in a byte and begin with one that makes a private-use pair with `lead`.

    First the Han ones with their lead bytes, then the others.
    """
    private = (trail for trail in range(0x81, 0xFF) if cp936.is_private(lead, trail))
    found = [(character, trail) for trail in private if (character := cp936.decode_pair(trail, last))]
    han = [(character, trail) for character, trail in found if is_han(character)]
    others = [(character, trail) for character, trail in found if not is_han(character)]
    return "".join(character for character, _ in han), [trail for _, trail in han], others
