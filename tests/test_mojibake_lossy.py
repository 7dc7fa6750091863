"""Misread text of which bytes are lost: what may be filled in, what must be left; proof is never claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize import explain, repair, words
from normalize.config import Config
from normalize.mojibake import parts, stage
from normalize.mojibake.chains import unravel
from normalize.mojibake.filling import chosen, follow, least_after, script_bias
from normalize.mojibake.misread import misread
from normalize.mojibake.partial import UNKNOWN, candidates, unreadable
from normalize.mojibake.readings import reading
from normalize.profile import Class, Profile
from normalize.result import Result

CASES = Path(__file__).parent / "cases"
SHARED = Path(__file__).parents[2] / "shared" / "cases"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the collected cases are not here")

SIMPLIFIED = "他说明天下午三点在图书馆门口等我们，别忘了带上雨伞。"
TRADITIONAL = "他說明天下午三點在圖書館門口等我們，別忘了帶上雨傘。"


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CASES / "mojibake_lossy.json").read_text("utf-8"))
    return found


def repaired(text: str) -> Result:
    return explain(text, None, punctuation=False)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["kind"])
def test_lost_bytes_are_filled_in_and_broken_again(case: dict[str, Any]) -> None:
    """Each kind comes back, is marked inferred with its chain, and damaged in the same way is what was found."""
    how = (case["read_as"], case["was"], case["errors"], case["after"])
    damaged = misread(case["text"], *how)
    assert damaged not in (None, case["text"])
    assert damaged is not None
    result = repaired(damaged)
    assert result.text == case["text"]
    assert {change.certainty for change in result.changes} == {"inferred"}
    assert all(" read as " in change.reason and "lost" in change.reason for change in result.changes)
    assert misread(result.text, *how) == damaged
    assert result.undo() == damaged


@pytest.mark.parametrize("damaged", ["鐧藉ご椋?2鏃?", "鑷?5鏃ワ紝鏃ユ湡銆?"])
def test_a_swallowed_digit_is_not_invented(damaged: str) -> None:
    """Which digit a `?` took is not known: no digit is put in that was not there."""
    digits = [character for character in repair(damaged) if character.isdigit()]
    assert digits == [character for character in damaged if character.isdigit()]


@pytest.mark.parametrize("place", [9, 14, 21])
def test_what_is_read_one_byte_off(place: int) -> None:
    """After a byte fell out the rest is read one byte on again; what is not clear is marked."""
    data = SIMPLIFIED.encode("gb18030")
    damaged = (data[:place] + data[place + 1 :]).decode("gb18030", "replace")
    result = repaired(damaged)
    lost = place // 2
    assert result.text[:lost] == SIMPLIFIED[:lost]
    assert result.text[lost + 1 : -1] == SIMPLIFIED[lost + 1 : -1]
    assert result.text[lost] in (SIMPLIFIED[lost], "\ufffd")
    assert {(change.rule, change.certainty) for change in result.changes} == {("dropped-byte", "inferred")}
    assert result.undo() == damaged


@pytest.mark.parametrize("place", range(2, 50, 4))
def test_what_is_read_one_byte_off_in_big5(place: int) -> None:
    """In Big5 the shift ends with a character of ASCII, whose byte is the last of it; short shifts may be left."""
    data = TRADITIONAL.encode("big5hkscs")
    damaged = (data[:place] + data[place + 1 :]).decode("big5hkscs", "replace")
    result = repaired(damaged)
    assert result.undo() == damaged
    if result.text != damaged:
        assert {(change.rule, change.certainty) for change in result.changes} <= {
            ("dropped-byte", "inferred"),
            ("lost.replacement", "lost"),
        }
        assert sum(a != b for a, b in zip(result.text, TRADITIONAL, strict=True)) <= 1


def test_a_byte_of_big5_lost() -> None:
    """`三點在` after a lost byte is found again, though the shift ends in an ordinary letter."""
    data = TRADITIONAL.encode("big5hkscs")
    texts = [
        repair((data[: 2 * i] + data[2 * i + 1 :]).decode("big5hkscs", "replace")) for i in range(len(TRADITIONAL))
    ]
    close = [text for text in texts if len(text) == len(TRADITIONAL) and sum(map(str.__ne__, text, TRADITIONAL)) <= 1]
    assert len(close) > len(texts) // 2


@pytest.mark.parametrize(
    "text",
    [
        SIMPLIFIED.encode("gb18030").decode("utf-8", "replace"),
        TRADITIONAL.encode("big5").decode("utf-8", "replace"),
        "".join("\ufffd" if i % 5 == 3 else character for i, character in enumerate(SIMPLIFIED)),
        SIMPLIFIED.encode()[1:-1].decode("utf-8", "replace"),
        "����Ҫ�¨²�ѧϰ������",
    ],
)
def test_nothing_is_invented_where_too_much_is_gone(text: str) -> None:
    """Marks alone prove nothing: text that is mostly lost, or clean but for its marks, is reported and left."""
    result = repaired(text)
    assert result.text == text
    assert result.lost


@pytest.mark.parametrize("read_as", ["euc_kr", "cp932"])
def test_four_bytes_of_which_two_are_marks(read_as: str) -> None:
    """A mark and a digit twice are one character of GB18030 that is gone, not two with digits between them."""
    damaged = misread("院子长 30 m²，要铺砖的地方有一半，其余种菜", read_as, "gb18030", "replace")
    assert damaged is not None
    assert "\ufffd0\ufffd5" in damaged
    assert repair(damaged) == "院子长 30 m\ufffd，要铺砖的地方有一半，其余种菜"


def test_no_single_character_of_the_damage_is_left_over() -> None:
    """In a line nearly all of which was misread, a lead byte that lost both others is not taken for a letter."""
    damaged = misread("她唱的是王魁，台下坐满了人 没有一个说话", "cp1252", "utf-8", "strict", ["c1-dropped"])
    assert damaged is not None
    assert "é" in damaged
    assert "é" not in repair(damaged)


@pytest.mark.parametrize("errors", ["swallow", "replace", "ignore"])
def test_a_list_ends_in_a_full_stop(errors: Any) -> None:
    """What is lost at the end of a text is not the mark between the items of its list."""
    damaged = misread("他買了三本書、兩支筆。", "cp936", "utf-8", errors)
    assert damaged is not None
    assert repair(damaged) == "他買了三本書、兩支筆。"


def test_a_layer_that_proves_nothing_by_itself_is_not_undone() -> None:
    """`变巨` may be 曹操 in Big5, or itself: under another layer of damage too it is left."""
    damaged = misread("变巨", "cp932", "utf-8")
    assert damaged is not None
    assert repair(damaged) == "变巨"


def test_signs_that_shift_jis_has_twice() -> None:
    """NEC's `≡`, of which Python writes the standard's bytes, stands for the end of 金 in UTF-8."""
    for text in ("争取者甘地或金恩博士在街上", "中國或金門的天氣預報說今天有雨"):
        damaged = misread(text, "cp932", "utf-8", "replace")
        assert damaged is not None
        assert "≡" in damaged
        assert repair(damaged) == text


def test_characters_that_shift_jis_has_twice() -> None:
    """Pairs of IBM's extension are found again, though Python writes their characters in NEC's."""
    for text in ("天气预报说下午有雨", "产品说明和价格"):
        damaged = misread(text, "cp932", "gb18030", "replace")
        assert damaged is not None
        if "\ufffd" not in damaged:
            assert repair(damaged) == text
    assert reading("cp932").others("黑")
    assert not reading("cp949").others("黑")
    found = unravel("ｲ憘ｷ｣ｬﾌ盧ﾟｿﾆｼｼﾋｮ")
    assert found is not None
    assert found.text == "产品，提高科技水"


def test_only_what_a_reader_cannot_read_becomes_a_mark() -> None:
    """A mark of Shift_JIS stands for one of few bytes; one of Latin-1 can stand for none of its own."""
    assert unreadable("cp932", 0x86, 0xE4) == 0.0
    assert unreadable("cp932", 0x8F, 0xE4) is None
    assert unreadable("cp936", 0x41, UNKNOWN) is None
    assert candidates("utf-8", 0xEF, 0xBC, UNKNOWN)[0] == "，"


def test_the_script_of_a_text_decides_between_forms() -> None:
    """In a text of one script characters of the other cost more; in a mixed one they do not."""
    assert set(script_bias("这个时候说话", "utf-8")) == {Class.HANT}
    assert set(script_bias("這個時候說話", "utf-8")) == {Class.HANS}
    assert max(script_bias("这個时候說话", "utf-8").values(), default=0.0) < 2.0


def test_nothing_to_choose() -> None:
    """Without anything supposed, nothing is chosen."""
    assert chosen([], "\n") == []


_PROSE = st.text("图书馆门口圖書館說明的了，。 a1Z%", max_size=7)


@given(_PROSE, st.text("图书馆明，a ", min_size=1, max_size=2), _PROSE)
@settings(deadline=None)
def test_a_gap_costs_what_the_whole_text_costs(left: str, text: str, right: str) -> None:
    """Words around a gap are worked out once, and every text in it costs what the whole costs by itself."""
    assert words.Between(left, right).cost(text) == pytest.approx(words.cost(left + text + right))


@given(
    st.lists(st.tuples(st.sampled_from("图书 0０，\n"), st.floats(0, 9)), min_size=1, max_size=5), st.integers(1, 70)
)
@settings(deadline=None)
def test_many_characters_are_weighed_like_few(before: list[tuple[str, float]], count: int) -> None:
    """The least cost of a character after any of several texts is the same by arrays and one at a time."""
    characters = "图书馆，。 ０ａ的了在"[: max(1, count % 12)] * (count // 6 + 1)
    least = [min(cost + follow(last, character) for last, cost in before) for character in characters]
    assert [cost for cost, _ in least_after(before, characters)] == pytest.approx(least)


def test_rules_of_lost_text_can_be_switched_off() -> None:
    """`disable` leaves text that is read one byte off."""
    text = "打开中伪嗦氩馐\ufffd"
    assert stage(text, Profile(text), Config(disable=frozenset({"dropped-byte"}))).text == text


@given(
    st.sampled_from(["cp1252", "cp936", "gb18030", "cp932", "euc_jp", "cp949", "cp950"]),
    st.sampled_from(["utf-8", "gb18030"]),
    st.sampled_from(["replace", "question", "swallow", "ignore"]),
    st.integers(0, 12),
    st.integers(8, 16),
)
@settings(deadline=None, max_examples=60)
def test_lost_text_is_never_proved(read_as: str, was: str, errors: Any, start: int, length: int) -> None:
    """Whatever is lost, the repair is undone, and claims proof only where breaking again gives the source."""
    text = SIMPLIFIED[start : start + length]
    damaged = misread(text, read_as, was, errors)
    if damaged is None or damaged == text:
        return
    result = repaired(damaged)
    assert result.undo() == damaged
    for change in result.changes:
        if change.certainty == "proved" and change.reason == f"{reading(was).label} read as {reading(read_as).label}":
            assert misread(change.after, read_as, was, "question") == change.before
    assert explain(result.text, None, punctuation=False).undo() == result.text


@given(
    st.lists(st.sampled_from([*"他说明天下午，。\ufffd?Ö锛鐨", "\ufffd\ufffd", "锛?", "銆�"]), max_size=14).map("".join)
)
@settings(deadline=None, max_examples=60)
def test_pieces_of_lost_text_never_raise(text: str) -> None:
    """Any mixture of clean text, damage and marks is accepted, and the record leads back."""
    assert repaired(text).undo() == text


@needs_shared
def test_what_ftfy_repairs_of_chinese_is_repaired() -> None:
    """Of the cases found in the wild, every one that ftfy repairs exactly is repaired here."""
    lines = (SHARED / "mojibake" / "wild.jsonl").read_text("utf-8").strip().split("\n")
    rows = [row for row in map(json.loads, lines) if row["expected"] is not None and row["ftfy_ok"]]
    assert rows
    assert [row["input"] for row in rows if repair(row["input"]) != row["expected"]] == []


def test_what_the_lines_before_have_shown_is_not_searched_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose lines all lost bytes in one way is read in that way, at one look a line."""
    looks: list[str] = []
    losing_more = parts._losing_more
    monkeypatch.setattr(parts, "_losing_more", lambda piece, layer: looks.append(piece) or losing_more(piece, layer))
    damaged = misread(SIMPLIFIED, "cp936", "utf-8", "replace")
    assert damaged is not None
    alone = repair(f"{damaged}\n")
    looks.clear()
    assert repair(f"{damaged}\n" * 40) == alone * 40
    assert len(looks) <= parts.CONFIRMED + parts.LOSSY


def test_what_lost_too_much_is_given_up_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of which nothing can be told costs as much as a few of its lines, and stays as it is, line by line."""
    searched: list[str] = []
    likeliest = parts._likeliest
    monkeypatch.setattr(parts, "_likeliest", lambda piece, lines: searched.append(piece) or likeliest(piece, lines))
    damaged = misread(SIMPLIFIED, "latin-1", "utf-8", after=["c1-dropped"])
    assert damaged is not None
    page = f"{damaged}\n" * 40
    result = repaired(page)
    assert result.text == page
    assert [change.rule for change in result.changes] == ["lost.controls"] * 40
    assert len(searched) == parts.IN_VAIN
