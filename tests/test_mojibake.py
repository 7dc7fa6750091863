"""Misread text: what is repaired, what is reported, and what is never touched."""

from __future__ import annotations

import difflib
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import explain, repair
from normalize.config import Config
from normalize.mojibake import stage
from normalize.mojibake.chains import redo, unravel
from normalize.mojibake.misread import After, misread
from normalize.profile import Profile
from normalize.result import Result

CASES = Path(__file__).parent / "cases"
SHARED = Path(__file__).parents[2] / "shared" / "cases"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the collected cases are not here")

SIMPLIFIED = "老张把修好的收音机放在窗台上，拧开旋钮，里面传来天气预报的声音。"
TRADITIONAL = "老張把修好的收音機放在窗臺上，擰開旋鈕，裡面傳來天氣預報的聲音。"
#: What was read as what, where nothing is lost.
REVERSIBLE = [
    *((read_as, "utf-8") for read_as in ("cp1252", "latin-1", "cp437", "mac-roman", "cp1251", "koi8-r", "cp850")),
    *((read_as, "gb18030") for read_as in ("latin-1", "cp1252", "cp437", "cp866", "cp1250", "iso8859-16", "mac-roman")),
    *((read_as, "big5hkscs") for read_as in ("latin-1", "cp1252", "cp437", "gb18030", "cp936")),
    ("big5hkscs", "gb18030"),
    ("cp949", "gb18030"),
    ("utf-16-be", "utf-16-le"),
    ("latin-1", "utf-16-le"),
]


def read(name: str) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = json.loads((CASES / name).read_text("utf-8"))
    return cases


def repaired(text: str) -> Result:
    return explain(text, None, punctuation=False)


@pytest.mark.parametrize("case", read("mojibake.json"), ids=lambda case: case["kind"])
def test_kinds_of_damage(case: dict[str, str]) -> None:
    """Each kind of damage is repaired, with the certainty that it allows, and the record leads back."""
    result = repaired(case["input"])
    assert result.text == case["expected"]
    assert {change.certainty for change in result.changes} == {case["certainty"]}
    assert all(change.reason for change in result.changes)
    assert result.undo() == case["input"]


@pytest.mark.parametrize("case", read("mojibake_clean.json"), ids=lambda case: case["what"])
def test_clean_text_is_left_alone(case: dict[str, str]) -> None:
    """Text that only looks odd comes back as it is."""
    assert repair(case["text"]) == case["text"]


@pytest.mark.parametrize(("read_as", "was"), REVERSIBLE)
def test_reversible_kinds(read_as: str, was: str) -> None:
    """Where nothing is lost, what was misread comes back exactly and is proved by damaging it again."""
    text = TRADITIONAL if was == "big5hkscs" else SIMPLIFIED
    for length in (8, 16, len(text)):
        damaged = misread(text[:length], read_as, was)
        if damaged is None:
            continue
        result = repaired(damaged)
        assert result.text == text[:length]
        assert {change.certainty for change in result.changes} == {"proved"}


@pytest.mark.parametrize("read_as", ["cp1252", "latin-1", "gb18030"])
def test_two_and_three_layers(read_as: str) -> None:
    """Text that was saved and misread again and again comes back through all layers."""
    text = "收音机放在窗台上。"
    damaged = text
    for _ in range(2):
        damaged = misread(damaged, read_as, "utf-8") or damaged
    assert repair(damaged) == text


def test_the_proof() -> None:
    """A repair, damaged again by its chain, is what was found."""
    damaged = misread(SIMPLIFIED, "cp437", "gb18030") or ""
    found = unravel(damaged)
    assert found is not None
    assert found.text == SIMPLIFIED
    assert redo(found.text, found.layers) == damaged


def test_utf_16_all_of_whose_bytes_are_ascii() -> None:
    """Bytes of UTF-16 that look like ASCII give themselves away by the controls among them; other controls stay."""
    text = "在中央公園上午使用"
    damaged = misread(text, "latin-1", "utf-16-le")
    assert damaged is not None
    assert damaged.isascii()
    assert repair(damaged) == text
    for clean in ("ls -l\x1b[0m\x00 done\x07", "key\x00value\x00key\x00value", "page one\x0cpage two\x7f"):
        assert repair(clean) == clean


def test_damage_in_a_field_of_a_table() -> None:
    """A damaged field is repaired, and its clean neighbours stay."""
    field = misread("天气预报", "latin-1", "gb18030")
    assert repair(f"编号,标题,备注\n1,{field},清楚\n2,正常,“好”\n") == "编号,标题,备注\n1,天气预报,清楚\n2,正常,“好”\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("查到锟斤拷锟斤拷三条", "lost.kun-jin-kao"),
        ("int a = 烫烫烫烫烫烫", "lost.memory-fill"),
        ("姓名：????", "lost.question-marks"),
        ("坏了\ufffd\ufffd的字", "lost.replacement"),
    ],
)
def test_losses_are_reported(text: str, rule: str) -> None:
    """What is gone stays as it is, and is named with its place."""
    result = repaired(text)
    assert result.text == text
    assert [change.rule for change in result.lost] == [rule]


def test_a_rule_can_be_switched_off() -> None:
    """`disable` and `repair=False` leave the damage."""
    assert stage("娴嬭瘯", Profile("娴嬭瘯"), Config(disable=frozenset({"misdecoded"}))).text == "娴嬭瘯"
    assert explain("&#20013;", None, repair=False).text == "&#20013;"


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=150)
def test_random_text_never_raises(text: str) -> None:
    """Any text is repaired or left, never refused, and the record leads back."""
    result = repaired(text)
    assert result.undo() == text


@given(st.text("涓枃缂栫爜鎴戜滑锛?€\ufffdÖÐÎÄ±àÂëä¸­æ–‡ 中文，a\n", max_size=24))
@settings(deadline=None, max_examples=100)
def test_repair_is_idempotent_or_goes_on(text: str) -> None:
    """Pieces of damage never raise, and what comes out is a fixed point after at most two turns."""
    twice = repair(repair(text))
    assert repair(twice) == twice


@given(st.integers(0, len(SIMPLIFIED) - 10), st.integers(8, 20), st.sampled_from(REVERSIBLE))
@settings(deadline=None, max_examples=80)
def test_break_then_repair_is_the_original(start: int, length: int, kind: tuple[str, str]) -> None:
    """Every reversible kind, on any part of a text that is long enough, is undone."""
    text = (TRADITIONAL if kind[1] == "big5hkscs" else SIMPLIFIED)[start : start + length].strip("，。")
    damaged = misread(text, *kind)
    if damaged is not None and len(text) >= 8:
        assert repair(damaged) == text


@needs_shared
def test_collected_clean_text() -> None:
    """Not one of the collected clean paragraphs changes."""
    with gzip.open(SHARED / "clean" / "paragraphs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert [text for text in texts if repair(text) != text] == []


@needs_shared
def test_collected_wild_cases() -> None:
    """Of the Chinese cases found in the wild, all are repaired but those whose bytes are gone or say too little."""
    lines = (SHARED / "mojibake" / "wild.jsonl").read_text("utf-8").strip().split("\n")
    cases = [case for case in map(json.loads, lines) if case["expected"] is not None]
    exact = sum(repair(case["input"]) == case["expected"] for case in cases)
    assert exact >= 68


@needs_shared
def test_latin_cases_are_not_made_worse() -> None:
    """What ftfy repairs of Latin, Greek and Cyrillic is repaired too or left: it is never further from the truth."""
    lines = (SHARED / "mojibake" / "ftfy.jsonl").read_text("utf-8").strip().split("\n")
    for case in map(json.loads, lines):
        found, out = case["input"], repair(case["input"])
        if out not in (found, case["expected_fix_text"]):
            assert nearness(out, case["expected"]) > nearness(found, case["expected"]), found


def test_other_alphabets_are_not_read_as_chinese() -> None:
    """Greek and Russian that was misread is UTF-8 beyond doubt: left, whatever two-byte text its bytes might be."""
    for text, read_as in (("καλημέρα σε όλους", "cp1252"), ("добрыйвечер", "cp437"), ("добрыйвечер", "latin-1")):
        damaged = misread(text, read_as, "utf-8")
        assert damaged is not None
        assert repair(damaged) in (damaged, text)


#: What ftfy 6.3.1 repairs of Chinese, as recorded with `fix_encoding`: read as, what happened afterwards, how often.
FTFY_REPAIRS: list[tuple[str, tuple[After, ...], int]] = [
    ("cp1252", (), 1),
    ("cp1252", ("nbsp-space",), 1),
    ("cp1252", (), 2),
    ("cp1252", (), 3),
    ("latin-1", (), 1),
    ("cp437", (), 1),
    ("mac-roman", (), 1),
    ("cp1251", (), 1),
]
PROSE = [
    *("他把雨伞忘在图书馆的门口，回去取的时候已经不见了。", "窗外的桂花开了，满院子都是香味。", "请在周五之前交报告！"),
    *("他把雨傘忘在圖書館的門口，回去取的時候已經不見了。", "窗外的桂花開了，滿院子都是香味。", "請在週五之前交報告！"),
]


def damaged_again(text: str, read_as: str, after: tuple[After, ...], times: int) -> str:
    for _ in range(times):
        text = misread(text, read_as, "utf-8", after=after) or text
    return text


@pytest.mark.parametrize("kind", FTFY_REPAIRS, ids=str)
def test_the_chinese_that_ftfy_repairs(kind: tuple[str, tuple[After, ...], int]) -> None:
    """Each kind that ftfy repairs of Chinese is repaired, and what ftfy itself makes right, where it is installed."""
    damaged = [damaged_again(text, *kind) for text in PROSE]
    assert [repair(text) for text in damaged] == PROSE
    try:
        import ftfy  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return
    assert any(ftfy.fix_encoding(found) == text for found, text in zip(damaged, PROSE, strict=True))


def nearness(text: str, other: str) -> float:
    return difflib.SequenceMatcher(None, text, other, autojunk=False).ratio()
