"""The language model: Chinese above garbage, each language above its rivals, one answer from both code paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import language
from normalize.data import read_bytes
from normalize.language import LANGUAGES, character_costs, model, score, scores

CHINESE = [
    "傍晚下了一阵小雨，屋檐滴着水。",
    "阿嬤把剛蒸好的年糕切成小塊分給鄰居。",
    "佢哋琴日喺碼頭等咗成粒鐘都未見人。",
    "服务器重新启动以后日志里没有错误",
    "臣聞地廣者粟多，國大者人衆。",
]


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_of_every_kind_is_likely(text: str) -> None:
    """Written and Cantonese, Simplified, Traditional and classical Chinese all cost less than nine nats a character."""
    assert -9 < score(text) < 0


@pytest.mark.parametrize("text", CHINESE)
@pytest.mark.parametrize("codec", ["gb18030", "big5", "latin-1"])
def test_misread_chinese_is_unlikely(text: str, codec: str) -> None:
    """UTF-8 read as another encoding costs at least three nats a character more than the text that it was."""
    assert score(text.encode().decode(codec, "replace")) < score(text) - 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("お茶を入れてから本を読みました", "ja"),
        ("비가 그친 뒤에 시장에 갔다", "ko"),
        ("Les élèves ont déjà mangé leurs crêpes", "xx"),
        ("Вечером мы пойдём на рынок", "xx"),
        ("晚上我们去逛夜市吧", "zh"),
        ("晚上我們去逛夜市吧", "zh"),
    ],
)
def test_each_language_is_likeliest_in_its_own_model(text: str, expected: str) -> None:
    """The model of the language that a text is in gives it the highest score."""
    assert max(LANGUAGES, key=lambda name: score(text, name)) == expected


@given(st.text(max_size=80))
def test_costs_are_per_character_and_finite(text: str) -> None:
    """Every character, known or not, has one positive cost; the score is their mean."""
    costs = character_costs(text)
    assert len(costs) == len(text)
    assert all(0 < cost <= 50 for cost in costs)
    assert score(text) == pytest.approx(-sum(costs) / len(costs) if text else 0.0)


@given(
    st.text(st.characters() | st.sampled_from("的是一不豆腐豆漿abc 019。，"), max_size=200), st.sampled_from(LANGUAGES)
)
def test_scalar_and_array_agree(text: str, name: str) -> None:
    """Short and long texts are scored by different code with the same result."""
    before = language.ARRAY_LENGTH, language._BLOCK
    try:
        language.ARRAY_LENGTH, language._BLOCK = 1, 7
        by_array = character_costs(text, name)
        language.ARRAY_LENGTH = 1000
        by_character = character_costs(text, name)
    finally:
        language.ARRAY_LENGTH, language._BLOCK = before
    assert by_array == by_character


def test_many_texts_at_once() -> None:
    """`scores` is `score` of each."""
    assert scores(CHINESE) == [score(text) for text in CHINESE]


def test_nothing_scores_nothing() -> None:
    """Empty text has no likelihood to speak of."""
    assert score("") == 0.0
    assert character_costs("") == []


def test_the_data_is_small() -> None:
    """All statistics together are at most 1.5 MB."""
    assert sum(len(read_bytes(f"language_{name}.bin")) for name in LANGUAGES) <= 1_500_000


def test_real_text_is_likelier_than_its_garbage() -> None:
    """Of texts that the model has not seen, 8 characters cost less than their misreading in 999 of 1,000 cases."""
    import gzip

    folder = Path(__file__).parent.parent.parent / "shared" / "text"
    if not folder.is_dir():
        pytest.skip("the shared texts are not here")
    wrong = total = 0
    for name in ("hans-sighan_msr", "hant_hk-sighan_cityu", "hant_tw-sinica_treebank"):
        lines = gzip.decompress((folder / f"{name}.txt.gz").read_bytes()).decode().splitlines()
        for line in lines[::5]:
            run = line[:8]
            if len(run) == 8 and all("\u4e00" <= character <= "\u9fff" for character in run):
                total += 1
                wrong += model().total(run.encode().decode("gb18030", "replace")) <= model().total(run)
    assert total > 300
    assert wrong <= total / 1000
