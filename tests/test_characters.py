"""Characters that stand for others: each rule, and where it must not act."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.characters import stage
from normalize.config import Config
from normalize.profile import Profile


def clean(text: str, **options: object) -> str:
    return stage(text, Profile(text), Config.of(**options)).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⽂件⻓度和⻚⾯", "文件长度和页面"),
        ("\uf900有此理", "豈有此理"),
        ("塚﨑", "塚﨑"),
        ("\ue855\ue5e5\ue78d", "𤇾\u3000︐"),
        ("零宽\u200b空格，\ufeff中间", "零宽空格，中间"),
        ("软\xad连字符", "软连字符"),
        ("看\u202e反\u202c的", "看反的"),
        ("cafe\u0301 和 nǐ ha\u030co", "café 和 nǐ hǎo"),
    ],
)
def test_what_is_replaced(text: str, expected: str) -> None:
    """The rules that are on replace what never was meant."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff文首的标记",
        "👩\u200d👩\u200d👧 ❤\ufe0f",
        "می\u200cخواهم",
        "葛\U000e0100飾",
        "\uf015 首页",
        "\u3000\u3000缩进的一段",
        "10\xa0公里",
        "ｶﾀｶﾅ",
        "a\x00b\x1b[0m",
        "ab\ud800c",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    """What may be meant stays."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("control", "甲\x07乙\x9d丙", "甲乙丙"),
        ("no-break-space", "10\xa0公里", "10 公里"),
        ("wide-space", "\u3000甲\u3000乙", "\u3000甲 乙"),
        ("half-katakana", "ｶﾞｲﾄﾞ", "ガイド"),
        ("variation", "葛\U000e0100飾", "葛飾"),
    ],
)
def test_what_is_asked_for(rule: str, text: str, expected: str) -> None:
    """A rule that is off does nothing until it is enabled."""
    assert clean(text) == text
    assert clean(text, enable=rule) == expected


@pytest.mark.parametrize("rule", ["radical", "compatibility", "private", "zero-width", "compose"])
def test_rules_can_be_switched_off(rule: str) -> None:
    """Each rule that is on can be disabled by name."""
    text = "⽂\uf900\ue855甲\u200b乙e\u0301"
    assert clean(text, disable=rule) != clean(text)


def test_hkscs_in_traditional_text() -> None:
    """In Traditional text, between Han characters, private use is read as HKSCS."""
    assert clean("這個\ue2d8字話") == "這個𦤑字話"
    assert clean("\ue2d8") == "\ue2d8"


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Any text is accepted, and cleaning twice is cleaning once."""
    once = clean(text)
    assert clean(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "⽂件⻓度",
        "\uf900有此理",
        "零宽\u200b空格",
        "软\xad连字符",
        "e\u0301 和 a\u030c",
        "葛\U000e0100飾",
        "\U0002f800字",
        "\uf015 首页",
    ],
)
def test_long_text_is_cleaned_as_short_text_is(text: str) -> None:
    """Found by classes in a long text, by an expression in a short one: the answer is the same."""
    around = "文字。" * 100
    assert clean(f"{around}{text}{around}") == f"{around}{clean(f'。{text}文')[1:-1]}{around}"


def test_soft_hyphens_alone_are_reason_enough() -> None:
    """A text with nothing else to clean is cleaned of its soft hyphens."""
    assert clean("软件\xad工程") == "软件工程"
    assert clean("软件\xad工程" * 100) == "软件工程" * 100
