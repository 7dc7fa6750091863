"""Formats: the text of a document is normalised where it stands, and every other byte stays."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.config import Config
from normalize.edits import Edit, Edits, Step
from normalize.formats import FormatError, Options, rewrite
from normalize.formats.document import TextDocument
from normalize.formats.registry import FORMATS, format_of
from normalize.pipeline import Normalizer
from normalize.result import Decoded, Result, apply

CASES = json.loads((Path(__file__).parent / "cases" / "formats.json").read_text("utf-8"))
TAIWAN = Normalizer(target=CASES["target"])
every_case = pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["path"])
every_format = pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)


class Marker:
    """Stands in for a normaliser: writes 發 for 发 and 乾 for 乾燥, puts 「 before 引, and sees what it is given."""

    config = Config()

    def __init__(self) -> None:
        self.seen: list[str] = []

    def explain_many(self, texts: list[str], rough: Any = ()) -> list[Result]:
        return [self.explain(text) for text in texts]

    def explain(self, text: str) -> Result:
        self.seen.append(text)
        edits = []
        for at, character in enumerate(text):
            if character == "发":
                edits.append(Edit(at, at + 1, "發", Step("script", "character")))
            elif text.startswith("乾燥", at):
                edits.append(Edit(at, at + 2, "乾", Step("script", "phrase")))
            elif character == "引":
                edits.append(Edit(at, at, "「", Step("punctuation", "quote")))
        done = Edits.of(text, edits)
        return Result(done.text, text, done.spans)


def explained(text: str, format: Any, normalizer: Any, options: Options = Options()) -> Result:  # noqa: B008
    """Normalise the text of a document of a format."""
    document = TextDocument(Decoded(text, "utf-8"), format, options)
    return document.result(normalizer.explain_many(document.texts))


def marked(text: str, name: str, options: Options = Options()) -> str:  # noqa: B008 - it is frozen
    normalizer: Any = Marker()
    return rewrite(text.encode(), name, normalizer, options).data.decode()


def unmarked(text: str) -> str:
    """Take back what the marker does to 发, however it is spelled."""
    return text.replace("發", "发").replace("&#30332;", "&#21457;").replace("\\u767c", "\\u53d1")


@every_case
def test_document_comes_out_as_expected(case: dict[str, str]) -> None:
    """The text is normalised, the rest is as it was."""
    assert rewrite(case["input"].encode(), case["path"], TAIWAN).data.decode() == case["output"]


@every_case
def test_what_came_out_does_not_change_again(case: dict[str, str]) -> None:
    """A document with nothing to change keeps its bytes."""
    data = case["output"].encode()
    assert rewrite(data, case["path"], TAIWAN).data == data


@every_case
def test_changes_refer_to_the_whole_document(case: dict[str, str]) -> None:
    """The record gives offsets in the document, leads to the output, and back."""
    results: list[Result] = []
    rewrite(case["input"].encode(), case["path"], TAIWAN, visit=results.append)
    (result,) = results
    assert result.source == case["input"]
    assert apply(result.source, result.changes) == result.text == case["output"]
    assert result.undo() == case["input"].encode()


@every_case
def test_documents_cut_off_anywhere_lose_nothing(case: dict[str, str]) -> None:
    """Broken markup never raises, and but for 发 every character is where it was."""
    for end in range(len(case["input"])):
        text = case["input"][:end]
        assert unmarked(marked(text, case["path"])) == text


MARKUP = "<b> </b> <p> <!-- --> <![CDATA[ ]]> <script> </script> <code> </code> &#21457; &amp; &lt; <发> <发/> </发>"
OTHERS = '\\n \\u53d1 \\ud83d\\ude00 \\ud83d "" ``` [00:01.00] msgid msgstr {"a":"发"}'
pieces = st.lists(
    st.sampled_from(
        [
            *"发展引<>/\"'=-![]{}(),:;\\`~&#\n\r\t|* .0a",
            *MARKUP.split(),
            *OTHERS.split(),
            *("\r\n", "00:01.000 --> 00:02.000", "Dialogue: 0,0,0,0,0,0,0,0,0,", "\u2028", "𠮷", "\0"),
        ]
    ),
    max_size=30,
).map("".join)


@every_format
@given(text=pieces)
def test_whatever_a_document_holds_nothing_is_lost(format: Any, text: str) -> None:
    """Spans lie in the document and do not overlap; what comes out is the document but for what was asked."""
    options = Options()
    spans = sorted(format.spans(text, options))
    assert all(0 <= a.start <= a.end <= len(text) for a in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    normalizer: Any = Marker()
    result = explained(text, format, normalizer, options)
    assert apply(result.source, result.changes) == result.text
    assert unmarked(result.text).replace("「", "") == text.replace("「", "")


@every_format
@given(text=pieces)
def test_escapes_are_read_and_left(format: Any, text: str) -> None:
    """A normaliser that finds nothing leaves the document as it is, and what it is shown begins no new passage."""

    class Nothing(Marker):
        def explain(self, text: str) -> Result:
            return Result(text, text)

    normalizer: Any = Nothing()
    assert explained(text, format, normalizer).text == text


@every_format
@given(
    text=pieces
    | st.lists(st.sampled_from(["<b>发展</b>", "引", "乾燥", "\n", "发&#21457;", '{"a": "发\\\\n发"}'])).map("".join)
)
def test_placing_by_stretches_is_placing_one_by_one(format: Any, text: str) -> None:
    """Replacing whole stretches of a document gives the text and the record that single edits give."""
    found = []
    for few in (0, 1 << 30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("normalize.formats.splice._FEW", few)
            normalizer: Any = Marker()
            result = explained(text, format, normalizer)
        found.append((result.text, [(*row[:4], result.spans.steps[row[4]]) for row in result.spans.rows()]))
    assert found[0] == found[1]


@given(st.text(st.sampled_from('发展"\\\n\u2028a😀'), max_size=20), st.booleans())
def test_json_keeps_its_meaning(value: str, escaped: bool) -> None:
    """What a parser reads from the output is what was normalised, however it was spelled."""
    text = json.dumps({"a": value, "发": [1, None, True]}, ensure_ascii=escaped)
    assert json.loads(marked(text, "a.json")) == {"a": value.replace("发", "發"), "发": [1, None, True]}


def test_json_of_ascii_stays_ascii() -> None:
    """In a line in which everything is escaped, what takes the place of ASCII is escaped too; in others it is not."""
    before = {"a": "他们来了,他们不走了;你们也留下来,好不好?“好。”"}
    after = {"a": "他們來了，他們不走了；你們也留下來，好不好？“好。”"}
    lines = [json.dumps(before, ensure_ascii=escaped) for escaped in (True, False)]
    done = rewrite("\n".join(lines).encode(), "a.jsonl", Normalizer(target="zh-Hant")).data.decode().split("\n")
    assert done == [json.dumps(after, ensure_ascii=escaped) for escaped in (True, False)]


def test_an_edit_across_inline_markup_goes_where_it_belongs() -> None:
    """A change that keeps the length is shared out; what cannot be shared goes to the first part."""
    assert marked("<p>乾<b>燥</b>发</p>", "a.html") == "<p>乾<b></b>發</p>"
    assert marked("<p>乾</p><p>燥</p>", "a.html") == "<p>乾</p><p>燥</p>"


def test_rows_are_judged_apart_and_cells_together() -> None:
    """Each row of JSON lines is a document, a table is one."""
    normalizer: Any = Marker()
    rewrite(b'{"a": "x", "b": "y"}\n{"a": "z"}', "a.jsonl", normalizer)
    rewrite(b"x,y\nz\n", "a.csv", normalizer)
    assert normalizer.seen == ["x\ny", "z", "x\ny\nz"]


def test_fields_are_chosen_by_name_or_path() -> None:
    """Members of other names stay; a field may be an object or a list."""
    text = '{"id": "发", "text": "发", "meta": {"title": "发", "tags": ["发"]}}'
    assert marked(text, "a.json", Options(fields=("text",))).count("發") == 1
    assert marked(text, "a.json", Options(fields=("meta.title", "text"))).count("發") == 2
    assert marked(text, "a.jsonl", Options(fields=("meta",))).count("發") == 2


def test_columns_are_chosen_by_name_or_number() -> None:
    """Other columns stay."""
    text = "id;说明\n发;发\n"
    assert marked(text, "a.csv", Options(columns=("说明",))) == "id;说明\n发;發\n"
    assert marked(text, "a.csv", Options(columns=("1",))) == "id;说明\n發;发\n"


def test_a_cell_without_quotes_gets_nothing_that_would_divide_it() -> None:
    """A change that needs quoting is not made."""
    text = "数量,备注\n１，０００,发展\n"
    assert rewrite(text.encode(), "a.csv", Normalizer(target="zh-Hant", tidy=True)).data.decode().count(",") == 2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<!DOCTYPE html><p>", "html"),
        ("<!-- x -->\n<html lang=zh>", "html"),
        ('<?xml version="1.0"?><html>', "html"),
        ('<?xml version="1.0"?><rss>', "xml"),
        ("WEBVTT\n", "vtt"),
        ("[Script Info]\n", "ass"),
        ("1\n00:00:01,000 --> 00:00:02,000\n", "srt"),
        ("[ar:人]\n[00:01.00]词", "lrc"),
        ("[00:01.00]词", "lrc"),
        ("[12:30] 老周：到了", "text"),
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('#, fuzzy\nmsgid ""\n', "po"),
        ("普通的文字", "text"),
        ("[1] 注释", "text"),
        ("{发} {展}", "text"),
    ],
)
def test_a_format_is_told_by_its_content(text: str, name: str) -> None:
    """A name that says nothing does not matter."""
    assert format_of(text, "page.txt").name == name


def test_the_declared_encoding_follows_the_output() -> None:
    """A page that is written in another encoding says so, in HTML, XML and catalogues."""
    page = '<html><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>图书馆的阅览室在三楼'
    done = rewrite(page.encode("gbk"), "a.html", TAIWAN).data.decode()
    assert done == page.replace("gb2312", "utf-8").replace("图书馆的阅览室在三楼", "圖書館的閱覽室在三樓")
    big5 = rewrite(done.encode(), "a.html", TAIWAN, Options(to_encoding="big5")).data
    assert b"charset=big5" in big5
    xml = '<?xml version="1.0" encoding="GBK"?><a>图书馆的阅览室在三楼</a>'.encode("gbk")
    assert b'encoding="utf-8"' in rewrite(xml, "a.xml", TAIWAN).data
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=GBK\\n"\n\nmsgid "a"\nmsgstr "图书馆的阅览室在三楼"\n'
    assert b"charset=utf-8" in rewrite(po.encode("gbk"), "a.po", TAIWAN).data


def test_bytes_that_mean_nothing_stay_where_nothing_changes() -> None:
    """A document without changes keeps even the bytes that cannot be decoded."""
    data = "已經是正體字了，圖書館在三樓。".encode() + b"\xff\n"
    assert rewrite(data, "a.txt", TAIWAN).data == data


def test_deep_nesting_is_refused_with_a_sentence() -> None:
    """What is made to break parsers breaks nothing."""
    with pytest.raises(FormatError, match="nested deeper than"):
        rewrite(b"[" * 200_000, "a.json", TAIWAN)


OPENINGS = (
    "<a ",
    '<a "',
    "<a '\"",
    "<!--",
    "<!D",
    "<script>",
    "<code>",
    "<rt>",
    '"',
    "`",
    "`a ``",
    "&#",
    "\n```",
)


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("name", ["a.html", "a.md", "a.csv", "a.json", "a.srt", "a.po"])
def test_marks_without_partners_cost_no_search_each(opening: str, name: str) -> None:
    """Openings that are never closed are read in about linear time (a quadratic scanner would run for minutes)."""
    text = opening * 20_001
    assert marked(text, name) == text
