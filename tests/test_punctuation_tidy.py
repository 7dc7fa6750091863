"""Tidying, its rules and regions, and the column-wise way that long texts are restored."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from command import run
from hypothesis import example, given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config, ConfigError
from normalize.profile import ARRAY_LENGTH, Profile
from normalize.punctuation import fields, punctuate, quotes, restore, stage, stretch, tables, tidy
from normalize.punctuation.columns import Columns
from normalize.punctuation.forward import fold
from normalize.punctuation.lines import LONGEST
from normalize.punctuation.rules import RULES
from normalize.result import Result, apply

CASES = json.loads((Path(__file__).parent / "cases" / "punctuation_tidy.json").read_text("utf-8"))["cases"]
SHARED = Path(__file__).parents[2] / "shared" / "cases" / "punctuation"
REGIONS = st.sampled_from([None, "CN", "TW", "HK"])

MIXED = st.lists(
    st.sampled_from(
        [
            *"的了中文簡一，。、；：！？（）“”‘’「」『』《》,;:!?()\n `$[]{}<>\"'.-/aZ19%#@&|\\…—·•～Ａ３．ｶﾞ　",
            "是的。",
            "ab cd",
            "\U00020000",
        ]
    ),
    max_size=60,
).map("".join)


def staged(text: str, **options: object) -> str:
    return stage(text, Profile(text), Config.of(**options)).text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_tidy(case):
    """Each kind of untidiness comes out in the style of its region, and what is none stays."""
    assert punctuate(case["text"], region=case["region"], tidy=True) == case["expected"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_does_what_its_example_says_and_can_be_switched_off(rule):
    """A rule alone turns its example's before into its after; switched off, it leaves it."""
    others = [other.name for other in RULES if other.name != rule.name]
    options = {"tidy": True, "region": "CN", "enable": [rule.name]}
    if rule.name in ("width.english", "ellipsis.collapsed"):
        # These act on text that shows the signature of a collapse.
        context = "他来了,看了,说:“好。”\n{}"
        restored = context.format(rule.after).replace(",", "，").replace(":", "：")
        assert staged(context.format(rule.before)) == restored
        assert staged(context.format(rule.before), disable=[rule.name]) == restored.replace(rule.after, rule.before)
        return
    assert staged(rule.before, disable=others, **options) == rule.after
    assert staged(rule.before, disable=[*others, rule.name], **options) == rule.before


@settings(max_examples=300)
@example("·.", None)
@given(st.lists(MIXED, min_size=1, max_size=4).map("\n".join).filter(bool), REGIONS)
def test_triggers_of_long_texts_miss_nothing(text, region):
    """What columns say of a line is enough: tidied line by line, with every rule tried, it comes out the same."""
    # A rule that does not act in this text makes the text long enough for columns.
    filler = "\n" + "甲。" * ARRAY_LENGTH
    style = region or quotes.found_region(text)
    columnwise = tidy.Tidying(frozenset({"spacing.remove"}), style, region)
    one_by_one = tidy.Tidying(frozenset({"spacing.remove"}), style, region)
    for name in ("before_restoring", "after_restoring"):
        long = getattr(columnwise, name)(text + filler).text
        assert long == "".join(getattr(one_by_one, name)(line).text for line in text.splitlines(keepends=True)) + filler


@given(st.lists(MIXED, min_size=1, max_size=6).map("\n".join), st.integers(1, 80))
def test_size_of_blocks_changes_nothing_that_is_tidied(text, size):
    """However many characters are looked at together, a long text is tidied the same way."""
    text += "\n" + "甲。" * ARRAY_LENGTH
    expected = punctuate(text, "CN", tidy=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretch, "stretches", partial(stretch.stretches, size=size))
        assert punctuate(text, "CN", tidy=True) == expected


def test_rule_names_are_unique():
    """A name switches one rule."""
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_the_region_of_a_target_is_used_for_tidying():
    """Without a region of its own, tidying takes the one that the target implies."""
    assert staged('他說:"好"。', target="zh-TW", tidy=True) == "他說：「好」。"
    assert staged('他說:"好"。', target="zh-Hant", tidy=True) == '他說："好"。'


@settings(max_examples=300)
@given(MIXED, REGIONS)
def test_tidying_twice_is_tidying_once(text, region):
    """Tidying is idempotent in every region."""
    once = punctuate(text, region, tidy=True)
    assert punctuate(once, region, tidy=True) == once


@given(MIXED, REGIONS)
def test_changes_give_the_text_and_undo_gives_the_source(text, region):
    """What tidying reports is what it did."""
    edits = stage(text, Profile(text), Config(tidy=True, region=region))
    result = Result(edits.text, text, edits.spans)
    assert apply(text, result.changes) == edits.text
    assert result.undo() == text


@given(MIXED)
def test_changes_of_a_long_restored_text_are_reported(text):
    """The column-wise way reports the same changes as it makes."""
    text = "甲,乙,丙。" * 60 + text
    edits = stage(text, Profile(text), Config())
    assert apply(text, Result(edits.text, text, edits.spans).changes) == edits.text


@given(MIXED, REGIONS)
def test_changes_of_a_long_tidied_text_are_reported(text, region):
    """So does tidying a long text, rewritten lines and added blanks alike."""
    text = "用PM开会,他说“好”。\n" * 30 + text + "\n甲乙Go丙..."
    edits = stage(text, Profile(text), Config(tidy=True, region=region))
    result = Result(edits.text, text, edits.spans)
    assert apply(text, result.changes) == edits.text
    assert result.undo() == text


@settings(max_examples=500)
@given(MIXED)
def test_columns_and_single_marks_agree(text):
    """The column-wise way decides exactly as the scalar one."""
    assert list(Columns(text).offsets()) == restore.OneByOne(text).offsets()


@settings(max_examples=300)
@given(st.lists(MIXED, max_size=6).map("\n".join), st.integers(1, 80))
def test_columns_and_single_lines_agree(text, size):
    """So it does in a text of which only some lines were collapsed, and both read the same signature."""
    columnwise, one_by_one = Columns(text, size), restore.OneByOne(text)
    assert list(columnwise.offsets_in_lines()) == one_by_one.offsets_in_lines()
    assert columnwise.has_collapsed_line == one_by_one.has_collapsed_line
    assert columnwise.signature == one_by_one.signature
    assert columnwise.english_marks() == one_by_one.english_marks()


@given(st.lists(MIXED, max_size=6).map("\n".join), st.integers(1, 80))
def test_size_of_blocks_changes_nothing(text, size):
    """However many characters are worked on together, the same marks are restored."""
    assert list(Columns(text, size).offsets()) == list(Columns(text).offsets())


@settings(max_examples=500)
@given(
    st.lists(st.text(st.sampled_from('甲乙1,2;\r" 。ab'), max_size=16), max_size=12).map("\n".join),
    st.integers(1, 80),
)
def test_rows_of_long_texts_are_found_among_their_candidates(text, size):
    """Looking only at the lines that may be rows finds the same rows as looking at all."""
    candidates = dict(fields.candidates(text, ",;", "。！？!?…", 2000, size)) if text else {}
    assert {(start, end) for start, end, own in tables.rows(text) if own == ","} <= set(candidates.get(",", ()))
    assert {(start, end) for start, end, own in tables.rows(text) if own == ";"} <= set(candidates.get(";", ()))
    filler = "\n\n" + "甲。" * ARRAY_LENGTH
    assert tables.rows(text + filler) == tables.rows(text)


@pytest.mark.parametrize("filler", ["甲", "甲,", "甲。乙,", "a,b 甲("])
def test_one_endless_line(filler):
    """A line of any length is judged in pieces, the same way in columns and one by one, and loses nothing."""
    text = fold(filler * (LONGEST // 2) + "她说,好。")
    assert list(Columns(text).offsets()) == restore.OneByOne(text).offsets()
    assert len(punctuate(text)) == len(text)


def test_text_without_han_is_itself():
    """Restoring asks for Han; a long text without any is returned as it came."""
    text = "one, two; three: (four)! " * ARRAY_LENGTH
    assert punctuate(text) is text
    assert staged(text) is text


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")
def test_shared_labelled_kinds_reach_the_goal():
    """Of each hand-labelled kind at least 95 in 100 come out right, and what must not be touched never is."""
    right: dict[str, int] = {}
    seen: dict[str, int] = {}
    for line in (SHARED / "labelled.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        kind, want = row["tags"][0], row["expected"]
        got = punctuate(row["input"], region=row["region"], tidy=True)
        if kind in "abcd":
            got, want = "".join(got.split()), "".join(want.split())
        seen[kind] = seen.get(kind, 0) + 1
        right[kind] = right.get(kind, 0) + (got == want)
    assert right["f"] == seen["f"]
    assert all(right[kind] >= 0.95 * seen[kind] for kind in seen)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")
def test_shared_text_is_judged_the_same_in_columns():
    """On thousands of folded sentences the column-wise way agrees with the scalar one."""
    rows = (SHARED / "restore.jsonl").read_text("utf-8").splitlines()
    text = "\n".join(json.loads(row)["fold"] for row in rows)
    assert list(Columns(text).offsets()) == restore.OneByOne(text).offsets()


HOUSE_STYLES = [
    ({}, "用 PM 开会（约 3 小时），好。"),
    ({"spaces": "keep"}, "用PM 开会（约3小时），好。"),
    ({"spaces": "remove"}, "用PM开会（约3小时），好。"),
    ({"brackets": "half"}, "用 PM 开会 (约 3 小时)，好。"),
    ({"brackets": "half", "spaces": "keep"}, "用PM 开会(约3小时)，好。"),
]


@pytest.mark.parametrize(("style", "expected"), HOUSE_STYLES)
def test_house_style(style, expected):
    """Spaces between Han and Latin are added, removed or kept, and brackets are full or half width, as is asked for."""
    text = "用PM 开会（约3小时），好。"
    assert normalize.normalize(text, target=None, tidy=True, **style) == expected
    assert staged(f"{text}\n" * 40, tidy=True, **style) == f"{expected}\n" * 40


def test_house_style_on_the_command_line_and_for_a_folder(tmp_path):
    """Flags and settings files say the same as the options of the package."""
    text, expected = "用PM 开会（约3小时），好。", "用PM 开会(约3小时)，好。"
    flags = ("--tidy", "--brackets", "half", "--spaces", "keep")
    done = run("convert", "--to", "none", *flags, data=text.encode(), cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (0, expected)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "page.txt").write_text(text, "utf-8")
    house = 'target = "none"\ntidy = true\nbrackets = "half"\nspaces = "keep"\n'
    (tmp_path / "in" / "normalize.toml").write_text(house, "utf-8")
    assert run("batch", "in", "-o", "out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "page.txt").read_text("utf-8") == expected


def test_half_width_brackets_are_not_widened_where_they_are_the_house_style():
    """Restoring leaves brackets to the house style; what else a collapse took comes back."""
    text = "算力(FLOPS)足够,数据也多,好。"
    assert staged(text) == "算力（FLOPS）足够，数据也多，好。"
    assert staged(text, brackets="half") == "算力(FLOPS)足够，数据也多，好。"
    assert staged("`f（x）`是函数（一元）。", brackets="half", tidy=True) == "`f（x）` 是函数 (一元)。"


@pytest.mark.parametrize("setting", ["spaces", "brackets"])
def test_an_unknown_house_style_is_answered_with_the_known_ones(setting):
    """The message names the setting and what it may be."""
    with pytest.raises(ConfigError, match=f"unknown {setting} 'hal'.*known are"):
        Config(**{setting: "hal"})


@settings(max_examples=200)
@given(MIXED, st.sampled_from(["add", "remove", "keep"]))
def test_tidying_twice_is_tidying_once_in_every_house_style(text, spaces):
    """Half-width brackets and any habit of blanks are at rest, too."""
    once = staged(text, tidy=True, region="CN", spaces=spaces, brackets="half")
    assert staged(once, tidy=True, region="CN", spaces=spaces, brackets="half") == once
