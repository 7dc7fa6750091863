"""Regional vocabulary on Traditional text, in which words decide: 计程车 and 电影 are not made across their borders.

The lexicon lists words of one region with those of the other (軟件 and 軟體). It matches the longest from the left, and
so takes 電影片段 for 電+影片+段, or 的士兵 for a taxi. Here a word of the list is replaced only where the most probable
words have it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from normalize import words
from normalize.config import Config
from normalize.edits import NO_SPANS, Edit, Edits, Spans
from normalize.script import boundaries, resolver, scalar, targets
from normalize.script.converter import BLOCK, Converter
from normalize.script.lexicon import Plan
from normalize.script.matching import Deferred, Dictionary
from normalize.script.resolver import WORD, WordConverter
from normalize.script.scalar import COMPONENTS
from normalize.script.trace import step_of

#: Words that cost more (nats) are too rare to say where the words of regional vocabulary end.
_COMMON_WORD = 14.0


class Vocabulary(WordConverter):
    """Regional forms and words on text that is in the target's script already."""

    def trace(self, text: str, block: int = BLOCK) -> Spans:
        """Return what is changed in a text, and why."""
        if not COMPONENTS.keys().isdisjoint(text):
            # A description sequence is copied whole, and words beside it are not looked for: it has one record.
            after = self.convert(text)
            return Edits.of(text, [Edit(0, len(text), after, WORD)]).spans if after != text else NO_SPANS
        compiled = self.compiled
        assert compiled is not None
        edits: list[Edit] = []
        for offset, part in resolver.linked(text, compiled.follow):
            for start, end, match in boundaries.pieces(part, self.plan):
                key = part[start:end]
                if match and match.value != key:
                    edits.append(Edit(offset + start, offset + end, match.value, step_of(match, key)))
        return Edits.of(text, edits).spans


def towards_traditional(config: Config) -> Converter:
    """Return the converter that brings Traditional text to the forms and words of the target's region."""
    assert config.target is not None
    return _towards_traditional(config.target, config.lexicon, config.disable)


@lru_cache(16)
def _towards_traditional(target: str, lexicon: str, disable: frozenset[str]) -> Converter:
    config = Config(target=target, lexicon=lexicon, disable=disable, vocabulary=True)
    return _in_words(targets.refinement(target, config), config)


def towards_simplified(config: Config) -> Converter:
    """Return the converter that gives Traditional text the words of the mainland, still in Traditional characters."""
    assert config.target is not None
    return _towards_simplified(config.target, config.lexicon, config.disable)


@lru_cache(16)
def _towards_simplified(target: str, lexicon: str, disable: frozenset[str]) -> Converter:
    config = Config(target=target, lexicon=lexicon, disable=disable, vocabulary=True)
    plan = targets.conversion(target, config)
    # What the first step has beside words are regional forms, which the conversion between the scripts reads as well.
    listed = [matcher for matcher in plan.chain[0].dictionaries() if matcher.rule == "vocabulary"]
    step = Dictionary(
        {key: value for matcher in reversed(listed) for key, value in matcher.entries.items()}, "vocabulary"
    )
    return _in_words(replace(plan, name=f"{plan.name}:vocabulary", chain=(step,), segmentation=None), config)


def _in_words(plan: Plan, config: Config) -> Converter:
    """Return the converter by a plan of one step, with the words that may compete with its keys."""
    if not config.allows(WORD) or len(plan.chain) != 1:
        return Converter(plan)
    links = Deferred(partial(_links, plan, config.lexicon, config.disable), "word")
    # What the compiled form depends on, together with the code here that chooses the words.
    files = (*plan.files, words.path(), Path(__file__))
    return Vocabulary(replace(plan, name=f"{plan.name}:words", normalization=(), segmentation=links, files=files))


def _links(plan: Plan, lexicon: str, disable: frozenset[str]) -> dict[str, str]:
    """Return the words that may compete at either end of a key, so that a run reaches as far as they do."""
    back = resolver.ready("zh-Hant", lexicon, disable).exact
    keys = [key for dictionary in plan.chain[0].dictionaries() for key in dictionary.entries if len(key) > 1]
    found = neighbours({words.fold(key[0]) for key in keys}, {words.fold(key[-1]) for key in keys})
    # By the definition: making the plan ready for this takes several times as long.
    converted = scalar.convert("\n".join(found), back.plan).split("\n")
    return {word: word for word in converted if len(word) > 1}


def neighbours(firsts: set[str], lasts: set[str]) -> list[str]:
    """Return the common words that end with one of `firsts` or begin with one of `lasts`."""
    return [
        word
        for word, cost in words.common(_COMMON_WORD)
        if len(word) > 1 and (word[0] in lasts or word[-1] in firsts) and cost < _COMMON_WORD
    ]
