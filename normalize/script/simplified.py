"""Conversion in context, towards Simplified: what OpenCC leaves Traditional, and the spellings of the mainland.

OpenCC reads 著 as 着 from Taiwan's standard only, and leaves 瞭, 藉 and 於 where its phrases do not have them. A
dictionary of the project's own (`data/simplified.tsv`) goes over what OpenCC gives: the character becomes Simplified
except in the words that keep it (著作, 瞭望, 樊於期), which are entries too, so that the longest match decides.

Characters whose Simplified form hardly any font shows (`TSCharactersExt` of OpenCC, 㑮; forms beyond the BMP, 嗰) are
left as they are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from normalize.config import Config
from normalize.edits import Spans, compose
from normalize.script import lexicon, targets, vocabulary
from normalize.script.between import Between
from normalize.script.converter import Converter
from normalize.script.entries import read_entries, stamp
from normalize.script.matching import Dictionary, Matcher, ShortCircuit, Union
from normalize.script.ready import of_script

_FILE = "simplified.tsv"
_IN_SETTLED = frozenset("於俱像")


class _InWords(Between):
    """Converts in words of the mainland: the words first, in which words decide, and then the characters."""

    def __init__(self, config: Config) -> None:
        super().__init__(read_entries(config.dictionary, config.protect))
        self._first = vocabulary.towards_simplified(config)
        self._then = _converting(replace(config, vocabulary=False, dictionary=(), protect=()), settled=False)

    def _convert(self, text: str) -> str:
        return self._then.convert(self._first.convert(text))

    def _trace(self, text: str) -> Spans:
        between = self._first.convert(text)
        return compose(self._first.trace(text), self._then.trace(between))

    def _stands_alone(self, character: str) -> bool:
        return self._first.stands_alone(character) and self._then.stands_alone(character)


def converting(config: Config, settled: bool) -> Converter | Between:
    """Return the converter towards Simplified; `settled`: for lines that are Simplified already.

    >>> converting(Config(target="zh-Hans"), settled=False).convert("看著他的著作")
    '看着他的著作'
    """
    return _ready(of_script(config), settled, stamp(config.dictionary))


@lru_cache(32)
def _ready(config: Config, settled: bool, _stamp: tuple[object, ...]) -> Converter | Between:
    return _InWords(config) if config.vocabulary and not settled else _converting(config, settled)


def _converting(config: Config, settled: bool) -> Converter:
    assert config.target is not None
    plan = (targets.refinement if settled else targets.conversion)(config.target, config)
    entries = _entries()
    if settled:
        # A Simplified line keeps its words as they are; 於 has no use there but in names, nor 俱 and 像 in these words.
        entries = {key: value for key, value in entries.items() if not _IN_SETTLED.isdisjoint(key)}
    if not settled:
        plan = replace(
            plan, name=f"{plan.name}:shown", chain=tuple(_shown(step, config.lexicon) for step in plan.chain)
        )
    rule = "phrase"
    if config.disable.isdisjoint((rule, f"script.{rule}", "context", "script.context")):
        files = (*plan.files, _path())
        step = Dictionary(entries, rule)
        plan = replace(plan, name=f"{plan.name}:simplified", chain=(*plan.chain, step), files=files)
    return Converter(lexicon.with_overrides(plan, read_entries(config.dictionary, config.protect)))


@cache
def _shown(matcher: Matcher, lexicon_name: str) -> Matcher:
    """Return a matcher without the characters whose other form hardly any font shows."""
    if isinstance(matcher, Dictionary):
        path = lexicon.folders(lexicon_name)[0] / "TSCharactersExt.txt"
        rare = lexicon.parse(path) if path.is_file() else {}
        shown = (item for item in matcher.entries.items() if rare.get(item[0]) != item[1] and not _is_rarer(*item))
        kept = dict(shown)
        return Dictionary(kept, matcher.rule) if len(kept) < len(matcher.entries) else matcher
    assert isinstance(matcher, ShortCircuit | Union)
    return type(matcher)([_shown(member, lexicon_name) for member in matcher.members])


def _is_rarer(key: str, value: str) -> bool:
    """Tell whether an entry leads beyond the BMP, where few fonts go: 嗰 is written 嗰 in Simplified, too."""
    return max(value) > "\uffff" >= max(key)


@cache
def _entries() -> dict[str, str]:
    return lexicon.parse(_path())


def _path() -> Path:
    return Path(str(resources.files("normalize.data") / _FILE))
