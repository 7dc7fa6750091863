"""Which plan of the lexicon leads to a target: for text in the other script, and for text in its own already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from normalize.config import Config
from normalize.script import lexicon
from normalize.script.lexicon import Plan
from normalize.script.matching import Dictionary, Matcher, ShortCircuit, Union

#: For each target: the configuration, and the one with regional vocabulary. To Simplified, `t2s` reads Traditional
#: text of every region: on 3,700 parallel sentences of Taiwan and Hong Kong t2s makes 73 errors, hk2s 73, tw2s 74.
_CONFIGURATIONS = {
    "zh-Hans": ("t2s", "tw2sp"),
    "zh-Hans-CN": ("t2s", "tw2sp"),
    "zh-Hant": ("s2t", "s2t"),
    "zh-Hant-TW": ("s2tw", "s2twp"),
    "zh-Hant-HK": ("s2hk", "s2hkp"),
}


#: The rules of the lexicon's entries, which can be switched off.
_RULES = frozenset({"character", "phrase", "variant", "vocabulary", "compatibility"})


def configuration(target: str, vocabulary: bool) -> str:
    """Return the name of the OpenCC configuration that leads to a target.

    >>> configuration("zh-Hant-TW", vocabulary=True)
    's2twp'
    """
    return _CONFIGURATIONS[target][vocabulary]


def is_traditional(target: str) -> bool:
    """Tell whether a target is in Traditional characters."""
    return target.startswith("zh-Hant")


def conversion(target: str, config: Config) -> Plan:
    """Return the plan that brings any text to the target: OpenCC's own, with the user's entries."""
    plan = lexicon.load(configuration(target, config.vocabulary), config.lexicon)
    return without(plan, config.disable)


def refinement(target: str, config: Config) -> Plan:
    """Return the plan for text that is in the target's script already: only the region's forms and words are changed.

    In a plan towards Traditional the first step converts between the scripts, and those after it make the region's
    forms; towards Simplified there are none to make.
    """
    plan = lexicon.load(configuration(target, config.vocabulary), config.lexicon)
    chain = plan.chain[1:] if is_traditional(target) else ()
    refined = replace(plan, name=f"{plan.name}:refine", segmentation=None, chain=chain)
    return without(refined, config.disable)


def without(plan: Plan, rules: Iterable[str]) -> Plan:
    """Return the plan without the entries of some rules.

    `phrase` (or `script.phrase`) stands for every key of several characters in the conversion between the scripts.

    >>> from normalize.script import scalar
    >>> scalar.convert("头发", without(lexicon.load("s2t"), ["phrase"]))
    '頭發'
    """
    disabled = _RULES.intersection(rule.removeprefix("script.") for rule in rules)
    if not disabled:
        return plan
    return replace(
        plan,
        name=f"{plan.name} without {' '.join(sorted(disabled))}",
        normalization=tuple(_filtered(matcher, disabled) for matcher in plan.normalization),
        segmentation=_filtered(plan.segmentation, disabled) if plan.segmentation else None,
        chain=tuple(_filtered(matcher, disabled) for matcher in plan.chain),
    )


@cache
def _filtered(matcher: Matcher, disabled: frozenset[str]) -> Matcher:
    if isinstance(matcher, Dictionary):
        return Dictionary({}, matcher.rule) if matcher.rule in disabled else matcher
    assert isinstance(matcher, ShortCircuit | Union)
    return type(matcher)([_filtered(member, disabled) for member in matcher.members])
