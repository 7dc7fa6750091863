"""Words that conversion must know in both directions: names, and characters with several forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from normalize.script import convert

CASES = json.loads((Path(__file__).parent / "cases" / "both_ways.json").read_text("utf-8"))["cases"]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])


@each
def test_to_traditional(case: dict[str, str]) -> None:
    """The Simplified sentence becomes the Traditional one."""
    assert convert(case["simplified"], "zh-Hant-TW") == case["traditional"]


@each
def test_traditional_stays(case: dict[str, str]) -> None:
    """The Traditional sentence is left as it is."""
    assert convert(case["traditional"], "zh-Hant-TW") == case["traditional"]


@each
def test_traditional_stays_in_a_mixed_line(case: dict[str, str]) -> None:
    """Simplified in front of it changes nothing in the Traditional sentence."""
    assert convert("听说" + case["traditional"], "zh-Hant-TW") == "聽說" + case["traditional"]


@each
def test_to_simplified(case: dict[str, str]) -> None:
    """The Traditional sentence becomes the Simplified one."""
    assert convert(case["traditional"], "zh-Hans") == case["simplified"]


@each
def test_simplified_stays(case: dict[str, str]) -> None:
    """The Simplified sentence is left as it is."""
    assert convert(case["simplified"], "zh-Hans") == case["simplified"]
