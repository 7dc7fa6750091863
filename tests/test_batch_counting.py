"""The light record of the folder job: the same text, and spans that lead from the source to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.corpus.counting import CountingNormalizer, differences
from normalize.formats.document import rewrite
from normalize.pipeline import Normalizer
from normalize.result import Changes, apply

TAIWAN = {"target": "zh-Hant-TW", "vocabulary": True}
WORDS = "发展 软件 鼠标 關(guān)鍵 以后 乾燥 ， , abc 𠮷 服务器 发"
texts = st.lists(st.sampled_from([*WORDS.split(), "\n", "\r\n", " "]), max_size=40).map("".join)


@given(texts)
def test_the_light_record_leads_to_the_same_text(text: str) -> None:
    """Text and scripts are those of the full record, and the changes give the text."""
    full, light = Normalizer(**TAIWAN).explain(text), CountingNormalizer(**TAIWAN).explain(text)
    assert light.text == full.text
    assert (light.script_before, light.script_after) == (full.script_before, full.script_after)
    assert apply(text, light.changes) == light.text
    assert light.undo() == text


@given(texts, texts)
def test_differences_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    """Wherever the lines correspond, the spans are the whole difference."""
    spans = differences(before, after)
    if spans is None:
        assert before.count("\n") != after.count("\n")
    else:
        assert apply(before, Changes(before, after, spans)) == after


@pytest.mark.parametrize("text", ["关键" * 500, "软件和鼠标\n" * 200, "", "ascii only"])
def test_long_and_trivial_texts(text: str) -> None:
    """Lengths on either side of the array threshold agree."""
    assert CountingNormalizer(**TAIWAN).explain(text).text == Normalizer(**TAIWAN).explain(text).text


@given(st.lists(texts, max_size=6))
def test_rows_together_are_what_they_are_apart(rows: list[str]) -> None:
    """Converting many at once changes no text, and each record leads to its own."""
    light = CountingNormalizer(**TAIWAN)
    together = light.explain_many(rows)
    assert [result.text for result in together] == [light.explain(row).text for row in rows]
    assert all(apply(row, result.changes) == result.text for row, result in zip(rows, together, strict=True))


SHIFTED = ["控件<b>文件名</b>文件名", "信息\n控件\n文件名文件名", "互联网</p><p>文件名", "控件 &amp; 文件名文件名"]


@pytest.mark.parametrize("name", ["a.html", "a.jsonl"])
@pytest.mark.parametrize("body", SHIFTED)
def test_words_of_another_length_stay_in_their_piece(name: str, body: str) -> None:
    """Where one word grows by what another shrinks, each piece of a document keeps its own words, and its line ends."""
    document = f"<p>{body}</p>" if name == "a.html" else "".join(json.dumps({"a": body}, ensure_ascii=False) + "\n")
    full, light = (
        rewrite(document.encode(), name, normalizer(**TAIWAN), visit=lambda result: None).data
        for normalizer in (Normalizer, CountingNormalizer)
    )
    assert light.decode() == full.decode()


@given(texts)
def test_the_record_of_pieces_is_exact(text: str) -> None:
    """Changes that are to be carried into a document are those of the full record."""
    full, light = (
        list(kind(**TAIWAN).explain_many([text])[0].spans.rows()) for kind in (Normalizer, CountingNormalizer)
    )
    assert [row[:4] for row in light] == [row[:4] for row in full]
