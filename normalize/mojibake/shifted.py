"""Undo a phase shift: text whose cp936 bytes were read one byte late because something was inserted between them.

An annotation or a control byte that a tool put between the lead and the trail byte of a character makes the next
lead byte pair with the wrong trail, and so on until an ASCII byte brings the reader back in step. The bytes are
still there: taken from the shifted characters and read in step, they give the text that was. What an undecodable
pair (`?`) hid is searched for: every byte that it can have been, weighed by the language model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

from normalize.mojibake import cp936, pinyin
from normalize.mojibake.annotation_list import AnnotationList
from normalize.mojibake.hypotheses import BEAM, Hypotheses, Hypothesis, Ways
from normalize.mojibake.page import BRACKETED, LONGEST_TAG, LOST, Page
from normalize.mojibake.stripped import MOST, WORTH, StrippedPairs

_CONTROLS = "\x05\x06\x07\x08"
#: A blank or control bytes, then a mark that tools put control bytes before.
_NOISED_MARK = re.compile(r"[\x05-\x08 ]?[\x05-\x08]*(?=[！；？。，：、,;:!?])")
_NOISED = "！；？。，：、!;?,:"
#: The same where two marks were hit, one after the other: the trail of a character and the lead of `。` make `！`.
_NOISED_TWICE = re.compile(r"\?[\x05-\x08 ]?[\x05-\x08]*\?[\x05-\x08 ]?[\x05-\x08]*([！。!])")
_TWICE = {"。": 0xA3, "！": 0xA1}
#: Of hypotheses that end alike, and so will cost the same from there on, only a few are kept.
_ENDING, _ALIKE = 4, 2
#: A hypothesis so many nats behind the best at a place is given up: with 30 not one of 650 pages comes out otherwise.
_HOPELESS = 8.0
#: What an annotation costs that is left over, in nats.
_UNLIKELY = 10.0
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
#: Characters after which a shift that has not ended is given up: the longest one seen ran over 30.
_LONGEST = 240
#: So much of the text before and after the beginning of a shift has a say in how it is undone.
_SEEN_BEFORE, _SEEN = BRACKETED, _LONGEST + LONGEST_TAG + 10


@dataclass(frozen=True, slots=True)
class Undone:
    """A shift undone: `source[start:end]` was `hypothesis.text`, or else, nearly as likely, `rival`."""

    start: int
    end: int
    hypothesis: Hypothesis
    rival: str | None = None


class ShiftReader:
    """Reads the shifted characters of one page."""

    def __init__(self, text: str, listed: AnnotationList, dropped: bool = False) -> None:
        """Take a page and its list; `dropped` if nothing stands for an undecodable pair."""
        self.text = text
        self.dropped = dropped
        self.listed = listed
        self._undone: dict[tuple[str, str, str, str | None], Undone | None] = {}

    @cached_property
    def page(self) -> Page:
        """The facts about the text as a page: counted when a shift is looked at, which few texts have."""
        return Page(self.text)

    @cached_property
    def _hypotheses(self) -> Hypotheses:
        return Hypotheses(self.page)

    @cached_property
    def _stripped(self) -> StrippedPairs:
        return StrippedPairs(self.page, self.listed, self._hypotheses)

    def undo(self, start: int, before: str) -> Undone | None:
        """Undo the shift that begins at `start` (its `?`), or return None where the bytes have no other reading.

        `before` is the text right in front of it, some characters, seen through what was already repaired.
        """
        # All that counts is around: of boilerplate that a page repeats each kind is undone once.
        around = self.text[max(start - _SEEN_BEFORE, 0) : start], self.text[start : start + _SEEN]
        key = (*around, before, self.page.opened(start))
        if key in self._undone:
            known = self._undone[key]
            return known and replace(known, start=start, end=known.end - known.start + start)
        undone = self._undo(start, before, self._begin)
        if undone is None or "（" not in undone.hypothesis.text:  # what is numbered is not like what was before
            self._undone[key] = undone
        return undone

    def undo_after(self, start: int, before: str) -> Undone | None:
        """Undo the shift that begins with the mark at `start`, whose first byte a lead byte had for a trail."""
        return self._undo(start, before, self._begin_at_mark)

    def _undo(self, start: int, before: str, begin: Callable[[Hypothesis, int], Ways]) -> Undone | None:
        code = cp936.encode_character(before[-1]) if before else None
        first = Hypothesis(before, None, self._hypotheses.weigher.begin(before), last=code[-1] if code else 0)
        waiting: dict[int, list[Hypothesis]] = {}
        least: dict[int, float] = {}

        def keep(ways: Ways) -> None:
            for following, way in ways:
                if way is not None:
                    waiting.setdefault(following, []).append(way)
                    least[following] = min(way.cost, least.get(following, inf))

        keep(begin(first, start))
        finished: list[tuple[int, Hypothesis]] = []
        while waiting:
            position = min(waiting)
            hypotheses = _distinct(waiting.pop(position))
            worth = hypotheses[0].cost + WORTH
            for hypothesis in hypotheses:
                if hypothesis.pending is None:
                    finished.append((position, hypothesis))
                elif position < min(len(self.text), start + _LONGEST):
                    keep(self._alternatives(hypothesis, position, least))
                    if hypothesis.cost < worth and self.page.private_stripped and hypothesis.stripped < MOST:
                        promising = hypothesis.cost < worth - WORTH / 2
                        most = least.get(position + 1, inf) + _HOPELESS
                        keep(self._stripped.ways(hypothesis, position, promising, most))
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
                weight = self._hypotheses.weigher.add(weight, previous, character)
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

    def _begin(self, first: Hypothesis, start: int) -> Ways:
        """Yield the ways in which a shift can begin at a `?`."""
        broken = pinyin.BROKEN_ANNOTATION.match(self.text, start)
        if broken:
            fitting = self.listed.candidates(first.last, broken[1])
            for character in fitting:
                yield broken.end(), self._hypotheses.take_trail(first, character, broken[1])
            if not fitting:  # both its bytes are gone: the page's list knows which character it was
                for character in self.listed.listed(broken[1]):
                    guess = first._replace(guessed=True, used=((character, broken[1]),))
                    yield broken.end(), self._hypotheses.write(guess, character)
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
                known = self._hypotheses.feed(guess._replace(pending=lead), _TWICE[mark])
                if known is not None:
                    yield twice.end(), self._hypotheses.write(known, mark)

    def _begin_at_mark(self, first: Hypothesis, start: int) -> Ways:
        """Yield the ways in which the first byte of a mark can be a trail: its lead byte took a control byte along."""
        code = cp936.encode_character(cp936.full_width(self.text[start]))
        assert code is not None
        for known in self._hypotheses.before_trail(first._replace(guessed=True), code[0], _HOPELESS):
            yield start + 1, self._hypotheses.feed(known, code[1])

    def _alternatives(self, h: Hypothesis, position: int, least: dict[int, float]) -> Ways:
        """Yield what the next character of the damaged text can mean, while a lead byte is waiting.

        `least` is what the best hypothesis that goes on from a place costs so far: what is far behind is left out.
        """
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
            yield from self._undecodable(h, position, least)
        code = cp936.encode_character(character)
        if code is not None:
            yield position + 1, self._hypotheses.feed_all(h, code)
            if self.page.folded and len(code) == 1 and "!" <= character <= "~":
                yield position + 1, self._hypotheses.feed_all(h, b"\xa3" + bytes((code[0] + 0x80,)))

    def _undecodable(self, h: Hypothesis, position: int, least: dict[int, float]) -> Ways:
        """Yield what a `?` can hide: the trail byte of an annotated character, or a byte and what it took along."""
        assert h.pending is not None
        broken = pinyin.BROKEN_ANNOTATION.match(self.text, position)
        if broken:
            for character in self.listed.candidates(h.pending, broken[1]):
                yield broken.end(), self._hypotheses.take_trail(h, character, broken[1])
            if not broken[1].isascii():
                return  # pinyin with a tone is an annotation: nothing else has been taken
        noised = _NOISED_MARK.match(self.text, position + 1)
        mark = cp936.full_width(self.text[noised.end()]) if noised else ""
        eaten = self.page.eaten(position + 1)
        weigher, guess = self._hypotheses.weigher, h._replace(guessed=True)
        for cost, character, trail in self._hypotheses.likely(h):
            known: Hypothesis | None = None
            if noised:  # it took a control byte along: nothing is lost, and the mark had two bytes
                end = noised.end() + 1
                if cost + weigher.pair(character, mark) <= least.get(end, inf) + _HOPELESS:
                    known = self._hypotheses.write(guess, character, trail)
                    yield end, self._hypotheses.write(known, mark)
            number = self.page.number(position + 1, h.text + character) if character == "（" else ""
            for taken, more in [(number, 0.0)] if number else eaten:
                if cost + more + weigher.eaten(character, taken) <= least.get(position + 1, inf) + _HOPELESS:
                    known = known or self._hypotheses.write(guess, character, trail)
                    yield position + 1, self._hypotheses.end(known, taken, more)

    def _dropped(self, h: Hypothesis, position: int) -> Ways:
        """Yield what was dropped before a mark, with its control byte, or with what a tag or an entity began with."""
        eaten = self.page.eaten(position)[0][0] if self.page.is_cut(position) else ""
        guess = h._replace(guessed=True)
        for _, character, trail in self._hypotheses.likely(h):
            known = self._hypotheses.write(guess, character, trail)
            yield position, self._hypotheses.end(known, eaten, 0.0) if eaten else known


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
            if len(kept) == BEAM:
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
