"""Conversion in context as the stage uses it: from any passage to its target, with the record of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from normalize import words
from normalize.config import Config
from normalize.edits import NO_SPANS, Spans, Step, compose
from normalize.profile import ARRAY_LENGTH, Class, Profile
from normalize.script import context, resolver, vocabulary
from normalize.script.between import Between
from normalize.script.converter import Converter
from normalize.script.entries import read_entries, stamp
from normalize.script.identification import label_of
from normalize.script.passages import Passage
from normalize.script.ready import of_script, refining
from normalize.script.resolver import CONTEXT, PAGE, WORD, Reading, Resolver

#: How many characters around a place are enough to find the words there, for the record.
_AROUND = 10

_CHARACTER = Step("script", "character", "rule", "the form of this character in the other script")


class InContext(Between):
    """Converts passages that are read in one way."""

    def __init__(self, config: Config, reading: Reading | Literal["settled"]) -> None:
        super().__init__(read_entries(config.dictionary, config.protect))
        self._reading = reading
        self._resolver = plain(config)
        self._later = vocabulary.towards_traditional(config) if config.vocabulary else None

    def _stands_alone(self, character: str) -> bool:
        return self._resolver.converter.stands_alone(character) and (
            self._later is None or self._later.stands_alone(character)
        )

    def _convert(self, text: str) -> str:
        if self._reading != "settled":
            text = self._resolver.convert(text, self._reading)
        return self._later.convert(text) if self._later else text

    def _trace(self, text: str) -> Spans:
        if self._reading == "settled":
            return self._later.trace(text) if self._later else NO_SPANS
        output = self._resolver.convert(text, self._reading)
        spans = _record(self._resolver, text, output, self._reading)
        return compose(spans, self._later.trace(output)) if self._later else spans


def converters(text: str, found: Sequence[Passage], profile: Profile, config: Config) -> list[Converter | Between]:
    """Return what converts each passage of a text towards Traditional."""
    settled_reading: Reading | Literal["settled"] = "settled"
    if any(settled for _, _, settled in found) and _converted_by_character(text, found, config):
        settled_reading = "by character"
    # A page with a slip here and there is not mixed.
    mixed = label_of(profile.count(Class.HANS), profile.count(Class.HANT)) == "mixed"
    if mixed and settled_reading == "settled" and _mixed_throughout(text, found):
        settled_reading = "mixed"
    traditional = profile.has(Class.HANT)
    chosen: list[Converter | Between] = []
    for start, end, settled in found:
        if settled:
            chosen.append(settling(config, settled_reading))
        else:
            mixed = traditional and (len(found) == 1 or Profile(text[start:end]).has(Class.HANT))
            chosen.append(in_context(config, "mixed" if mixed else "simplified"))
    return chosen


def _converted_by_character(text: str, found: Sequence[Passage], config: Config) -> bool:
    """Tell whether the passages in the target's script look like a page converted one character at a time."""
    from normalize.script import pages

    sample = ""
    for start, end, settled in found:
        if settled and len(sample) < pages.SAMPLE:
            sample += text[start:end][: pages.SAMPLE]
    return pages.converted_by_character(plain(config), [sample])[0]


def _mixed_throughout(text: str, found: Sequence[Passage]) -> bool:
    """Tell whether most Simplified characters stand in lines with Traditional ones, so that others may have some."""
    if not any(settled for _, _, settled in found):
        return False
    within = beside = 0
    for start, end, settled in found:
        if not settled:
            profile = Profile(text[start:end])
            hans = profile.count(Class.HANS)
            within += hans if profile.has(Class.HANT) else 0
            beside += hans
    return within > beside / 2


def plain(config: Config) -> Resolver:
    """Return the resolver that goes before any regional vocabulary."""
    assert config.target is not None
    target = "zh-Hant" if config.vocabulary else config.target
    return resolver.ready(target, config.lexicon, config.disable)


def settling(config: Config, reading: Reading | Literal["settled"] = "settled") -> Converter | Between:
    """Return what converts passages that are in the target's script already."""
    return in_context(config, reading) if reading != "settled" or config.vocabulary else refining(config)


def converted_by_character(texts: Sequence[str], config: Config) -> list[bool]:
    """Tell of each Traditional text whether it looks like a page converted one character at a time."""
    from normalize.script import pages

    return pages.converted_by_character(plain(config), texts)


def in_context(config: Config, reading: Reading | Literal["settled"]) -> InContext:
    """Return what converts passages that are read in one way, made once for its settings."""
    return _ready(of_script(config), reading, stamp(config.dictionary))


@lru_cache(32)
def _ready(config: Config, reading: Reading | Literal["settled"], _stamp: tuple[object, ...]) -> InContext:
    return InContext(config, reading)


def _record(ready: Resolver, text: str, output: str, reading: Reading) -> Spans:
    """Return the spans of a conversion in context: those of the exact one, except where the context overruled it."""
    by_character = reading == "by character"
    exact = text if by_character else ready.exact.convert(text)
    spans = NO_SPANS if by_character else ready.exact.trace(text)
    other = _differing(exact, output)
    if not other:
        return spans
    from normalize.composition import overruled

    if by_character:
        return overruled(spans, other, lambda place: PAGE)
    folded = text if reading == "simplified" else ready.folded(text)
    answer = ready.converter.convert(folded)

    def decide(place: int) -> Step | None:
        if text[place] == output[place]:
            return None
        return _step(ready, folded, answer, output, place, exact[place])

    return overruled(spans, other, decide)


def _differing(one: str, two: str) -> Sequence[int]:
    """Return the places where two texts of one length have different characters."""
    if len(one) < ARRAY_LENGTH:
        return [place for place, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    from normalize.composition import differing

    return differing(one, two)


def _step(ready: Resolver, folded: str, answer: str, output: str, place: int, exact: str) -> Step:
    """Say why a character became what it is."""
    if output[place] == exact:
        return _CHARACTER
    if output[place] == answer[place]:
        return WORD._replace(reason=_words_say(ready, folded, place))
    return CONTEXT._replace(reason=explained(ready, folded, answer, place))


def _words_say(ready: Resolver, folded: str, place: int) -> str:
    """Name the word that speaks for the form that was chosen against the lexicon's phrase."""
    spelled = ready.spelled(folded, place)
    if spelled is not None:
        return f"the word is spelled {spelled.value} in the project's own list"
    start = max(0, place - _AROUND)
    around = words.segment(folded[start : place + _AROUND])
    index = next(index for index, end in enumerate(accumulate(map(len, around), initial=start)) if end > place) - 1
    shown = " ".join(around[max(0, index - 1) : index + 2])
    return f"the words here are {shown!r}, and the lexicon's phrase is none of them"


def explained(ready: Resolver, folded: str, answer: str, place: int) -> str:
    """Name the context that speaks most for the form that was chosen against the lexicon's."""
    model = ready.model
    choice = model.choices.get(folded[place]) if model else None
    if model is None or choice is None:
        return "the characters around it keep their form, and so does this one"
    said = model.index.get(answer[place], 0)
    seen = context.window(folded, place)
    scores = model.scores(choice, said, seen, resolver.near_cantonese(folded, place))
    scores[said] -= max(map(abs, scores)) + 1
    best = scores.index(max(scores))
    weights: dict[int, int] = {}
    for form, sign in ((best, 1), (said, -1)):
        if form:
            for weight, template in model.evidence(choice, form, seen):
                weights[template] = weights.get(template, 0) + sign * weight
    written = ready.written(choice, best)
    template, weight = max(weights.items(), key=lambda item: item[1], default=(0, 0))
    if weight <= 0:
        return f"the lexicon says {answer[place]}, which is seldom meant where nothing speaks for it; {written} is"
    offsets = (*context.TEMPLATES[template], 0)
    shown = folded[max(0, place + min(offsets)) : place + max(offsets) + 1].strip()
    return f"the lexicon says {answer[place]}, but in {shown!r} {written} is the form that is written"
