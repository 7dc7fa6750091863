"""Undo a phase shift: text whose cp936 bytes were read one byte late because something was inserted between them.

An annotation or a control byte that a tool put between the lead and the trail byte of a character makes the next
lead byte pair with the wrong trail, and so on until an ASCII byte brings the reader back in step. The bytes are
still there: taken from the shifted characters and read in step, they give the text that was. What an undecodable
pair (`?`) hid is searched for: every byte that it can have been, weighed by the language model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import inf
from typing import NamedTuple

from normalize.mojibake import cp936, likelihood, pinyin
from normalize.mojibake.annotation_list import AnnotationList
from normalize.mojibake.page import LOST, Page
from normalize.mojibake.weighing import Weigher, Weight, is_han

_CONTROLS = "\x05\x06\x07\x08"
#: A blank or control bytes, then a mark that tools put control bytes before.
_NOISED_MARK = re.compile(r"[\x05-\x08 ]?[\x05-\x08]*(?=[！；？。，：、,;:!?])")
_NOISED = "！；？。，：、!;?,:"
#: The same where two marks were hit, one after the other: the trail of a character and the lead of `。` make `！`.
_NOISED_TWICE = re.compile(r"\?[\x05-\x08 ]?[\x05-\x08]*\?[\x05-\x08 ]?[\x05-\x08]*([！。!])")
_TWICE = {"。": 0xA3, "！": 0xA1}
#: Hypotheses kept at each place, and of those that end alike, and so will cost the same from there on, only a few.
_BEAM = 48
_ENDING, _ALIKE = 4, 2
#: A hypothesis so many nats behind the best at a place is given up: with 20 not one of 400 pages comes out otherwise.
_HOPELESS = 12.0
#: Lead bytes of user-defined pairs (A140-A7A0, AAA1-AFFE, F8A1-FEFE).
_PRIVATE_LEADS = (*range(0xA1, 0xA8), *range(0xAA, 0xB0), *range(0xF8, 0xFF))
#: What it costs, in nats, to suppose that a private-use character was stripped: one pair in seven of a shifted text is
#: user-defined, and each supposed one is a choice among thousands. Fitted with the weights in `weighing.py`.
_STRIPPED = 3.5
#: The same for an annotation that is left over.
_UNLIKELY = 10.0
#: Hypotheses so many nats behind the best at a place are not worth supposing a stripped character for; of its two
#: bytes, these are how many first characters are tried, and how many pairs kept.
_WORTH, _FIRSTS, _PAIRS = 8.0, 12, 24
#: Two stripped in a row are supposed for those within half of _WORTH; their middle character costs no more than this
#: alone (270 characters fit), and so many last ones are tried.
_COMMON, _LAST = 9.5, 6
#: A guess that another one comes nearer to than this, in nats, is no answer: the character is lost.
#: Measured on annotated paragraphs: up to 0.5 nats ahead the guess was right in 22 of 51, up to 1 in 11 of 32, up to 2
#: in 80 of 114, further in 221 of 261.
_CLEAR = 0.1
#: The same for a character in front of a lost one, of which nothing on its right says anything: up to 2.5 nats ahead it
#: was right in 1 of 5, and the few further ahead in half.
_CLEAR_AT_LOSS = 3.5
#: A rival this near, in nats, is named: of the guesses that had one, 113 of 197 were right.
_NEAR = 2.0
#: How many finished hypotheses are weighed over the same stretch of text.
_RANKED = 100
#: Marks that a stripped pair may have held the lead byte of.
_MARKS = "，。、；：！？”）"
#: Characters after which a shift that has not ended is given up: the longest one seen ran over 30.
_LONGEST = 240


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


@dataclass(frozen=True, slots=True)
class Undone:
    """A shift undone: `source[start:end]` was `hypothesis.text`, or else, nearly as likely, `rival`."""

    start: int
    end: int
    hypothesis: Hypothesis
    rival: str | None = None


#: Hypotheses with the place from which each goes on; None for what cannot be.
Beginnings = Iterator[tuple[int, Hypothesis | None]]


class ShiftReader:
    """Reads the shifted characters of one page."""

    def __init__(self, text: str, listed: AnnotationList, dropped: bool = False) -> None:
        """Take a page and its list; `dropped` if nothing stands for an undecodable pair."""
        self.text = text
        self.dropped = dropped
        self.listed = listed
        self._known_seconds: dict[tuple[str, int, int], list[tuple[float, int]]] = {}
        self._known_middles: dict[tuple[str, int], list[tuple[float, str, bytes]]] = {}

    @cached_property
    def page(self) -> Page:
        """The facts about the text as a page: counted when a shift is looked at, which few texts have."""
        return Page(self.text)

    @cached_property
    def weigher(self) -> Weigher:
        """What weighs the hypotheses on this page."""
        return Weigher(self.page)

    def undo(self, start: int, before: str) -> Undone | None:
        """Undo the shift that begins at `start` (its `?`), or return None where the bytes have no other reading.

        `before` is the text right in front of it, some characters, seen through what was already repaired.
        """
        return self._undo(start, before, self._begin)

    def undo_after(self, start: int, before: str) -> Undone | None:
        """Undo the shift that begins with the mark at `start`, whose first byte a lead byte had for a trail."""
        return self._undo(start, before, self._begin_at_mark)

    def _undo(self, start: int, before: str, begin: Callable[[Hypothesis, int], Beginnings]) -> Undone | None:
        code = cp936.encode_character(before[-1]) if before else None
        first = Hypothesis(before, None, self.weigher.begin(before), last=code[-1] if code else 0)
        waiting: dict[int, list[Hypothesis]] = {}
        least: dict[int, float] = {}

        def keep(ways: Beginnings) -> None:
            for following, way in ways:
                if way is not None:
                    waiting.setdefault(following, []).append(way)
                    least[following] = min(way.cost, least.get(following, inf))

        keep(begin(first, start))
        finished: list[tuple[int, Hypothesis]] = []
        while waiting:
            position = min(waiting)
            hypotheses = _distinct(waiting.pop(position))
            worth = hypotheses[0].cost + _WORTH
            for hypothesis in hypotheses:
                if hypothesis.pending is None:
                    finished.append((position, hypothesis))
                elif position < min(len(self.text), start + _LONGEST):
                    keep(self._alternatives(hypothesis, position))
                    if hypothesis.cost < worth and self.page.private_stripped and hypothesis.stripped < 3:
                        promising = hypothesis.cost < worth - _WORTH / 2
                        most = least.get(position + 1, inf) + _HOPELESS
                        keep(self._stripped(hypothesis, position, promising, most))
        if not finished:
            return None
        return self._choose(finished, start, len(before))

    def unfolded(self, undone: Undone) -> Undone:
        """Return a repair with what belongs to it and was folded: the bracket it opens, the other half of an indent.

        Control bytes before `。` (A1 A3) hit every indented `　（` (A1 A1, A3 A8): what a later fold left of
        `　　（1）` is a blank, the damage, and `)`.
        """
        start, end, text = undone.start, undone.end, undone.hypothesis.text
        if self.page.folded and text[-2:-1] == "（" and self.text[end : end + 1] == ")":
            text, end = text + "）", end + 1
        self.page.remember(start, text + self.text[end : end + 1])
        if text[0] == "\u3000" and self.text[start - 1 : start] == " " and self.text[start - 2 : start - 1] in "\n>":
            text, start = "\u3000" + text, start - 1
        return replace(undone, start=start, end=end, hypothesis=undone.hypothesis._replace(text=text))

    def _choose(self, finished: list[tuple[int, Hypothesis]], start: int, known: int) -> Undone:
        """Return the best hypothesis, each weighed over the same stretch of text and two characters beyond.

        The first `known` characters of each are those before `start`, which are not in question.
        """
        horizon = max(end for end, _ in finished) + 2

        def weight(item: tuple[int, Hypothesis]) -> float:
            end, hypothesis = item
            # Annotations further on are the tool's: they say nothing against what stands before them.
            weight, previous = hypothesis.weight, hypothesis.text[-1:]
            for character in pinyin.ANNOTATION.sub("", self.text[end:horizon]):
                weight = self.weigher.add(weight, previous, character)
                previous = character
            cost = weight.cost + hypothesis.extra + self.page.quotation_cost(start, hypothesis.text[known:])
            cost += self.page.bracket_cost(start, hypothesis.text[known:], end)
            annotation = pinyin.ANNOTATION.match(self.text, end)
            if annotation and not pinyin.is_reading(hypothesis.text[-1:], annotation[1]):
                cost += _UNLIKELY  # an annotation is left over, and not of the character before it
            return cost

        likely = sorted(finished, key=lambda item: item[1].cost / len(item[1].text))[:_RANKED]
        weighed = sorted(((weight(item), item) for item in likely), key=lambda entry: entry[0])
        least, (end, best) = weighed[0]
        # Further off than _CLEAR, only the character in front of a loss is in doubt.
        doubtful = len(best.text) - 2 if best.text.endswith(LOST) else len(best.text)
        for other, (other_end, rival) in weighed[1:]:
            if other > least + _CLEAR_AT_LOSS:
                break
            if other_end == end and len(rival.text) == len(best.text):
                best = _blot(best, rival, 0 if other <= least + _CLEAR else doubtful)
        rivals = (h.text[known:] for cost, (at, h) in weighed[1:] if cost <= least + _NEAR and at == end)
        runner_up = next((text for text in rivals if LOST not in text and text != best.text[known:]), None)
        lost = tuple(place - known for place in best.lost)
        return Undone(start, end, best._replace(text=best.text[known:], lost=lost), runner_up)

    def _begin(self, first: Hypothesis, start: int) -> Beginnings:
        """Yield the ways in which a shift can begin at a `?`."""
        broken = pinyin.BROKEN_ANNOTATION.match(self.text, start)
        if broken:
            fitting = self.listed.candidates(first.last, broken[1])
            for character in fitting:
                yield broken.end(), self._take_trail(first, character, broken[1])
            if not fitting:  # both its bytes are gone: the page's list knows which character it was
                for character in self.listed.listed(broken[1]):
                    guess = first._replace(guessed=True, used=((character, broken[1]),))
                    yield broken.end(), self._write(guess, character)
            return
        noised = _NOISED_MARK.match(self.text, start + 1)
        if noised:
            yield from self._begin_at_mark(first, noised.end())
        twice = _NOISED_TWICE.match(self.text, start)
        if twice:
            # Control bytes went in between the lead and the trail, and then before the mark that followed.
            mark = cp936.full_width(twice[1])
            guess = first._replace(guessed=True)
            for lead in range(0x81, 0xFF):
                known = self._feed(guess._replace(pending=lead), _TWICE[mark])
                if known is not None:
                    yield twice.end(), self._write(known, mark)

    def _begin_at_mark(self, first: Hypothesis, start: int) -> Beginnings:
        """Yield the ways in which the first byte of a mark can be a trail: its lead byte took a control byte along."""
        code = cp936.encode_character(cp936.full_width(self.text[start]))
        assert code is not None
        guess = first._replace(guessed=True)
        for lead in range(0x81, 0xFF):
            yield start + 1, self._feed_all(guess._replace(pending=lead), code)

    def _take_trail(self, h: Hypothesis, character: str, syllable: str) -> Hypothesis | None:
        """Take an annotation out, and the trail byte of its character, which its bracket had hidden."""
        code = cp936.encode_character(character)
        assert code is not None
        return self._feed(h._replace(used=(*h.used, (character, syllable))), code[1])

    def _feed(self, h: Hypothesis, byte: int) -> Hypothesis | None:
        """Read one byte in step; None for a pair that means nothing."""
        if h.pending is not None:
            character = cp936.decode_pair(h.pending, byte)
        elif byte > 0x80:
            return h._replace(pending=byte)
        else:
            character = "€" if byte == 0x80 else chr(byte)
        return None if character is None else self._write(h, character, byte)

    def _write(self, h: Hypothesis, character: str, last: int | None = None) -> Hypothesis:
        """Return the hypothesis with one more character, after which no lead byte waits."""
        text, _, weight, extra, before, lost, guessed, stripped, used = h
        weight = self.weigher.add(weight, text[-1:] or "\n", character)
        if last is None:
            last = before
        return Hypothesis(text + character, None, weight, extra, last, lost, guessed, stripped, used)

    def _alternatives(self, h: Hypothesis, position: int) -> Beginnings:
        """Yield what the next character of the damaged text can mean, while a lead byte is waiting."""
        text = self.text
        character = text[position]
        annotation = pinyin.ANNOTATION.match(text, position)
        if annotation:
            assert h.pending is not None
            pair = cp936.decode_pair(h.last, h.pending) if h.last >= 0x81 else None
            if pair and pinyin.is_reading(pair, annotation[1]):
                yield annotation.end(), h._replace(used=(*h.used, (pair, annotation[1])))
        if character in _CONTROLS or (character == " " and _NOISED_MARK.match(text, position)):
            yield position + 1, h
        if self.dropped and (character in _NOISED or self.page.is_cut(position)):
            yield from self._dropped(h, position)
        if character == cp936.UNDECODABLE:
            yield from self._undecodable(h, position)
        code = cp936.encode_character(character)
        if code is not None:
            yield position + 1, self._feed_all(h, code)
            if self.page.folded and len(code) == 1 and "!" <= character <= "~":
                yield position + 1, self._feed_all(h, b"\xa3" + bytes((code[0] + 0x80,)))

    def _feed_all(self, h: Hypothesis, data: bytes) -> Hypothesis | None:
        known: Hypothesis | None = h
        for byte in data:
            if known is not None:
                known = self._feed(known, byte)
        return known

    def _undecodable(self, h: Hypothesis, position: int) -> Beginnings:
        """Yield what a `?` can hide: the trail byte of an annotated character, or a byte and what it took along."""
        assert h.pending is not None
        broken = pinyin.BROKEN_ANNOTATION.match(self.text, position)
        if broken:
            for character in self.listed.candidates(h.pending, broken[1]):
                yield broken.end(), self._take_trail(h, character, broken[1])
            if not broken[1].isascii():
                return  # pinyin with a tone is an annotation: nothing else has been taken
        noised = _NOISED_MARK.match(self.text, position + 1)
        eaten = self.page.eaten(position + 1)
        for known in self._likely(h):
            if noised:  # it took a control byte along: nothing is lost, and the mark had two bytes
                yield noised.end() + 1, self._write(known, cp936.full_width(self.text[noised.end()]))
            number = self.page.number(position + 1, known.text)
            for character, cost in [(number, 0.0)] if number else eaten:
                yield position + 1, self._end(known, character, cost)

    def _dropped(self, h: Hypothesis, position: int) -> Beginnings:
        """Yield what was dropped before a mark, with its control byte, or with what a tag or an entity began with."""
        eaten = self.page.eaten(position)[0][0] if self.page.is_cut(position) else ""
        for known in self._likely(h):
            yield position, self._end(known, eaten, 0.0) if eaten else known

    def _likely(self, h: Hypothesis) -> Iterator[Hypothesis]:
        """Yield the hypothesis with each character that begins with the waiting lead byte, the likeliest first.

        The trail byte became a lead byte, so it is none that stands by itself.
        """
        assert h.pending is not None
        guess = h._replace(guessed=True)
        characters = _characters_with(h.pending, 0x81)
        costs = self.weigher.costs(h.weight, h.text[-1:], [character for character, _ in characters])
        ranked = sorted(zip(costs, (trail for _, trail in characters), range(len(costs)), strict=True))
        for _, trail, index in ranked[:_BEAM]:
            yield self._write(guess, characters[index][0], trail)

    def _stripped(self, h: Hypothesis, position: int, promising: bool, most: float) -> Beginnings:
        """Yield what stood there when a private-use character was stripped: two bytes nobody sees.

        What costs more than `most` is hopeless.
        """
        code = cp936.encode_character(self.text[position])
        if code is None or h.pending is None:
            return
        firsts = _private_firsts(h.pending)
        costs = self.weigher.costs(h.weight, h.text[-1:], [first for first, _ in firsts])
        likely = sorted((cost, lead, first) for cost, (first, lead) in zip(costs, firsts, strict=True))
        guess = h._replace(guessed=True, stripped=h.stripped + 1, extra=h.extra + _STRIPPED)
        if self.text[position] == cp936.UNDECODABLE:
            for _, lead, first in likely[:_FIRSTS]:
                yield from self._undecodable_after(self._write(guess, first, lead), lead, position)
            return
        found: list[tuple[float, int, int, str]] = []
        for cost, lead, first in likely[:_FIRSTS]:
            found += [(cost + pair, lead, trail, first) for pair, trail in self._seconds(first, lead, code[0])]
        found.sort()
        known: dict[int, Hypothesis] = {}
        most -= _STRIPPED
        for cost, lead, trail, first in found[:_PAIRS]:
            if cost + h.extra > most:
                break
            if lead not in known:
                known[lead] = self._write(guess, first, lead)
            yield position + 1, self._feed_all(known[lead]._replace(pending=trail), code)
        if promising and not h.stripped:
            yield from self._stripped_twice(guess, likely[: _FIRSTS // 2], position, code, most)

    def _seconds(self, first: str, lead: int, second: int) -> list[tuple[float, int]]:
        """Return the likeliest characters after `first` that end a stripped pair begun by `lead`: cost, first byte."""
        key = (first, lead, second)
        found = self._known_seconds.get(key)
        if found is None:
            han, trails, others = _characters_after(lead, second)
            found = list(zip(self.weigher.pairs(first, han), trails, strict=True))
            found += [(self.weigher.pair(first, character), trail) for character, trail in others]
            found.sort()
            del found[_PAIRS:]
            self._known_seconds[key] = found
        return found

    def _stripped_twice(
        self, h: Hypothesis, likely: list[tuple[float, int, str]], position: int, code: bytes, most: float
    ) -> Beginnings:
        """Yield what stood there when two pairs in a row were stripped, as 政府 often is; the middle one is common."""
        found = []
        for cost, lead, first in likely:
            for pair, second, data in self._middles(first, lead):
                found.append((cost + pair, lead, data, first, second))
        guess = h._replace(stripped=h.stripped + 1, extra=h.extra + _STRIPPED)
        for cost, lead, data, first, second in sorted(found)[:_FIRSTS]:
            if cost + guess.extra > most:
                break
            known = self._write(self._write(guess, first, lead), second, data[1])
            for _, trail in self._seconds(second, data[1], code[0])[:_LAST]:
                yield position + 1, self._feed_all(known._replace(pending=trail), code)

    def _middles(self, first: str, lead: int) -> list[tuple[float, str, bytes]]:
        """Return the likeliest common characters after `first` that continue a stripped pair begun by `lead`."""
        found = self._known_middles.get((first, lead))
        if found is None:
            han, pairs, others = _common_after(lead)
            ranked = list(zip(self.weigher.pairs(first, han), pairs, han, strict=True))
            ranked += [(self.weigher.pair(first, second), data, second) for second, data in others]
            ranked = sorted(ranked)[:_FIRSTS]
            found = self._known_middles[first, lead] = [(cost, second, data) for cost, data, second in ranked]
        return found

    def _undecodable_after(self, h: Hypothesis, lead: int, position: int) -> Beginnings:
        """Yield what a `?` can hide right after a stripped pair that began with `lead`: an annotated character, a mark.

        Of any other character both bytes would be unknown.
        """
        broken = pinyin.BROKEN_ANNOTATION.match(self.text, position)
        if broken:
            for character in self.listed.listed(broken[1]):
                code = cp936.encode_character(character)
                if code and len(code) == 2 and cp936.is_private(lead, code[0]):
                    yield broken.end(), self._take_trail(h._replace(pending=code[0]), character, broken[1])
            return
        for mark in _MARKS:
            code = cp936.encode_character(mark)
            assert code is not None
            if cp936.is_private(lead, code[0]):
                for character, cost in self.page.eaten(position + 1):
                    yield position + 1, self._end(self._write(h, mark), character, cost)

    def _end(self, h: Hypothesis, eaten: str, cost: float) -> Hypothesis:
        """End a shift with a character of ASCII that a lead byte took along."""
        lost = h.lost if eaten != LOST else (*h.lost, len(h.text))
        weight = self.weigher.taken(h.weight, h.text[-1], eaten)
        return h._replace(text=h.text + eaten, pending=None, lost=lost, weight=weight, extra=h.extra + cost)


@cache
def _characters_with(lead: int, least: int) -> list[tuple[str, int]]:
    """Return the characters with this lead byte, and their trail bytes, from `least` on."""
    pairs = ((cp936.decode_pair(lead, trail), trail) for trail in range(least, 0xFF))
    return [(character, trail) for character, trail in pairs if character]


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


def _distinct(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Return the best of these, the likeliest first, and of those that will cost the same from here on only a few."""
    kept: list[Hypothesis] = []
    alike: Counter[tuple[int | None, str]] = Counter()
    ranked = sorted(hypotheses, key=lambda h: h.cost)
    for h in ranked:
        if h.cost > ranked[0].cost + _HOPELESS:
            break
        state = (h.pending, h.text[-_ENDING:])
        alike[state] += 1
        if alike[state] <= _ALIKE:
            kept.append(h)
            if len(kept) == _BEAM:
                break
    return kept


def _blot(best: Hypothesis, rival: Hypothesis, first: int) -> Hypothesis:
    """Return `best` with LOST where, from `first` on, a rival that is about as likely says something else."""
    pairs = enumerate(zip(best.text, rival.text, strict=True))
    unsure = {i for i, (a, b) in pairs if i >= first and a != b and LOST not in (a, b)}
    if not unsure or len(unsure) > 2:
        return best
    text = "".join(LOST if i in unsure else character for i, character in enumerate(best.text))
    return best._replace(text=text, lost=tuple(sorted({*best.lost, *unsure})))
