"""The punctuation room: what a collapse took comes back, and what was never damaged stays."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.config import Config
from normalize.profile import Profile
from normalize.punctuation import punctuate, stage
from normalize.punctuation.forward import fold, nfkc

CASES = json.loads((Path(__file__).parent / "cases" / "punctuation.json").read_text("utf-8"))
SHARED = Path(__file__).parents[2] / "shared" / "cases"

CHINESE = st.text(
    st.sampled_from("的一是了我中文字體简“”《》、。，；：！？（）,;:!?() \n`$[]{}<>\"'.-/aZ19%#@&|\\…—"), max_size=60
)


def staged(text: str, **options: object) -> str:
    return stage(text, Profile(text), Config.of(**options)).text


@pytest.mark.parametrize("case", CASES["restore"], ids=lambda case: case["label"])
@pytest.mark.parametrize("collapse", [fold, nfkc])
def test_restores_what_a_collapse_took(case, collapse):
    """Folding a text and restoring it gives the text, whichever collapse it was."""
    assert punctuate(collapse(case["text"])) == case["text"]


@pytest.mark.parametrize("case", CASES["restore"], ids=lambda case: case["label"])
def test_intact_text_is_a_fixed_point(case):
    """A text that has its marks is left alone."""
    assert staged(case["text"]) == case["text"]
    assert punctuate(case["text"]) == case["text"]


@pytest.mark.parametrize("case", CASES["keep"], ids=lambda case: case["label"])
def test_text_without_the_signature_is_left_alone(case):
    """Marks that were typed half-width are a choice, not damage."""
    assert staged(case["text"]) == case["text"]


def test_a_collapsed_document_is_restored_as_a_whole():
    """The signature is read over the document, so that its short lines are restored too."""
    document = "\n\n".join(case["text"] for case in CASES["restore"]) + "\n\n(完)\n"
    assert staged(fold(document)) == document.replace("(完)", "（完）")


def test_a_collapsed_line_among_intact_ones_is_restored():
    """A document of which only some lines were folded gets those back, and the others stay."""
    intact = CASES["restore"][0]["text"]
    folded = CASES["restore"][2]["text"]
    text = f"{intact}\n{fold(folded)}\n說明 (舊版) 見後。\n"
    assert staged(text) == f"{intact}\n{folded}\n說明 (舊版) 見後。\n"


def test_a_full_width_hyphen_inside_an_english_word_becomes_half():
    """A repair of damage can bring back a full-width mark inside English; it belongs to the word."""
    assert staged("所谓know－how(知识),其实是经验,学不来。") == "所谓know-how（知识），其实是经验，学不来。"


def test_every_change_names_its_rule_and_can_be_switched_off():
    """Each restored mark says which rule it came from; a disabled rule leaves its marks."""
    text = fold(CASES["restore"][3]["text"])
    edits = stage(text, Profile(text), Config())
    rules = {step.rule for steps in edits.spans.steps for step in steps}
    assert rules == {"colon", "semicolon", "question", "bracket"}
    assert ":" in staged(text, disable=["colon"])


@given(CHINESE)
def test_punctuating_twice_is_punctuating_once(text):
    """Restoring is idempotent, and changes nothing but the seven marks."""
    once = punctuate(text)
    assert punctuate(once) == once
    assert fold(once) == fold(text)


@given(st.text(max_size=80))
def test_any_text_is_survived(text):
    """No text raises or loses a character, lone surrogates and NUL included."""
    assert len(punctuate(text + "\ud800\x00中,文。")) == len(text) + 6


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")
def test_shared_sentences_reach_the_goal():
    """Sentences folded from real text come back: nothing wrong in 99 of 100, precision .997, recall .996."""
    rows = [json.loads(line) for line in (SHARED / "punctuation" / "restore.jsonl").read_text("utf-8").splitlines()]
    hits = wrong = missed = exact = 0
    for row in rows:
        got, want = punctuate(row["fold"]), row["original"].replace("～", "~")
        exact += got == want
        for before, after, expected in zip(row["fold"], got, want, strict=True):
            hits += after == expected != before
            wrong += after not in (before, expected) or (after != before == expected)
            missed += after == before != expected
    assert exact / len(rows) >= 0.99
    assert hits / (hits + wrong) >= 0.997
    assert hits / (hits + missed) >= 0.996


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not here")
def test_clean_paragraphs_do_not_change():
    """Of thousands of real paragraphs only the one that really was typed with ASCII commas is touched."""
    with gzip.open(SHARED / "clean" / "paragraphs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    changed = [text for text in texts if staged(text) != text]
    assert len(changed) <= 1
    assert all("，" not in text for text in changed)


@pytest.mark.parametrize(
    "text",
    [
        "站名,启用年份,观测项目,备注\n石门,1958,气温、雨量、风向,原址在学校后院\n",
        "乌溪口,1963,88,雨量、水位,洪水期每小时报一次",
        "编号;姓名;备注\n1;王小明;喜欢吃鱼、打球\n2;李雷;学生、班长",
        '名称,说明\n"苹果,红的","甜、脆"\n梨,0.5\n桃,1.25',
        "甲,1,乙;3;丙、丁\n戊,2,己;4;庚、辛",
    ],
)
def test_separators_of_tables_stay(text: str) -> None:
    """The commas of a CSV file are no punctuation, whatever its fields hold."""
    assert punctuate(text) == text
    assert stage(text, Profile(text), Config()).text == text
    assert [tidied.count(sign) for tidied in (punctuate(text, "CN", tidy=True),) for sign in ",;"] == [
        text.count(sign) for sign in ",;"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!--", " -->"),
        ("/*", " */"),
        ("(*", " *)"),
        *((sign, "") for sign in ("//", "#", "%", "--", ";", "..", "REM", "'")),
    ],
)
@pytest.mark.parametrize("tidy", [False, True])
def test_a_region_can_be_switched_off_in_any_comment(before: str, after: str, tidy: bool) -> None:
    """Between off and on, in the comments of HTML, C, Pascal, Python, TeX, SQL, Lisp, reStructuredText and Basic."""
    off, on = (f"{before} normalize: {word}{after}" for word in ("off", "on"))
    text = f"甲,乙,丙。\n{off}\n丁,戊,己--庚...\n{on}\n辛,壬,癸。"
    expected = f"甲，乙，丙。\n{off}\n丁,戊,己--庚...\n{on}\n辛，壬，癸。"
    assert punctuate(text, "CN", tidy) == expected
    assert punctuate(f"{text}\n{off}\n子,丑。", "CN", tidy) == f"{expected}\n{off}\n子,丑。"


@pytest.mark.parametrize(
    "unit", ["(", ")", '"', "“", "甲(", '甲"', "甲,乙", "<!--甲,", "```\n甲,", "甲\n，", "[", "a,", "甲(\n"]
)
def test_a_mark_without_end_is_survived(unit: str) -> None:
    """Text made to be hard is punctuated and tidied in time that grows with its length, and nothing of it is lost."""
    text = unit * (20_000 // len(unit)) + "甲,乙。"
    assert len(punctuate(text)) == len(text)
    assert punctuate(text, "CN", tidy=True)


def test_a_list_in_prose_is_no_table() -> None:
    """Items that end with a semicolon or a comma are no rows with an empty last field."""
    text = "(一)材料齐全的,应当受理;\n(二)材料可以更正的,应当允许更正;更正后齐全的,应当受理;\n(三)其他情形。"
    expected = (
        "（一）材料齐全的，应当受理；\n（二）材料可以更正的，应当允许更正；更正后齐全的，应当受理；\n（三）其他情形。"
    )
    assert punctuate(text) == expected
    assert punctuate(text, "CN", tidy=True) == expected


def test_prose_beside_a_table_is_restored() -> None:
    """Only the rows keep their commas, and a time keeps its colon in front of another."""
    text = "价目如下,请看:\n苹果,12,红\n梨,8,黄\n买的人多,卖的人少,好。开门09:00:别来早。"
    expected = "价目如下，请看：\n苹果,12,红\n梨,8,黄\n买的人多，卖的人少，好。开门09:00：别来早。"
    assert punctuate(text) == expected


def test_a_number_keeps_its_comma_where_another_mask_covers_a_part_of_it() -> None:
    """In `/1,000` the slash and the digit behind it may be a path; the comma belongs to the number all the same."""
    text = "速率為每秒/1,000次,不算快。"
    assert punctuate(text) == "速率為每秒/1,000次，不算快。"
    assert punctuate(text * 20) == punctuate(text) * 20
