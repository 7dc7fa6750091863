"""Word frequencies: what a run of characters costs, and where it is cut into words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import words
from normalize.words import cost, fold, known, segment

CUTS = [
    ("被发明", "被 发明"),
    ("展示了如何", "展示 了 如何"),
    ("少数组织", "少数 组织"),
    ("的士兵", "的 士兵"),
    ("一个中学生", "一个 中学生"),
    ("看了电影后", "看 了 电影 后"),
    ("一個中學生在學校裡", "一個 中學生 在 學校 裡"),
    ("用Python3写", "用 Python3 写"),
]

TEXT = st.text(st.sampled_from("发明一个中学生的士兵數組織了如何,。 aB3\x00\ud800𠀀鿿"), max_size=40)


@pytest.mark.parametrize(("text", "cut"), CUTS)
def test_the_most_probable_words_are_found_across_competing_ones(text: str, cut: str) -> None:
    """A run is cut where real words are, in either script."""
    assert segment(text) == cut.split(" ")


@given(TEXT)
def test_words_joined_are_the_text(text: str) -> None:
    """Nothing is lost, whatever the text holds, and no word is empty."""
    found = segment(text)
    assert "".join(found) == text
    assert all(found)


@given(TEXT)
def test_both_scripts_cost_the_same(text: str) -> None:
    """Folding changes neither the length nor the cost, and folding twice is folding once."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
    assert cost(fold(text)) == cost(text)


@given(TEXT, TEXT)
def test_a_whole_costs_at_most_its_parts(first: str, second: str) -> None:
    """The most probable segmentation of two texts together is at least as probable as theirs apart."""
    assert cost(first + second) <= cost(first) + cost(second) + 1e-9


def test_a_known_word_costs_less_than_its_characters() -> None:
    """Words are in the list because they are more probable than their parts."""
    for word in ("发明", "士兵", "頭髮", "一個"):
        whole = known(word)
        assert whole is not None
        assert whole < sum(known(character) or words.UNKNOWN for character in word)


def test_rare_and_unknown_characters_cost_most() -> None:
    """What no list names costs more than any word, and marks cost little."""
    assert cost("𠀀") == words.UNKNOWN > (known("鐨") or 0) > (known("的") or 99)
    assert cost("abc123") == cost("，") == words.OTHER


def test_what_two_characters_became_stays_one() -> None:
    """The fold does not look at context: every Traditional form of a Simplified character folds to it."""
    assert fold("乾幹干後后裡裏里") == "干干干后后里里里"
    assert fold("着著") == "着着"
