"""Changes marked for people: complete, escaped, and short where nothing happens."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

import normalize
from normalize.findings import findings_of
from normalize.highlight import html_fragment, legend, pieces, summary
from normalize.result import Change

PIECES = st.sampled_from(["关键", "後來", "關(guān)鍵", "\n", ",", "<b>", "&", "\0", "\ud800", "平安" * 60, "\u3000"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_marked_lines_hold_every_change_once(text: str) -> None:
    """Each change is marked in order, and what is left out of a line is out of its unchanged stretches."""
    result = normalize.explain(text, "zh-Hans")
    findings = list(findings_of(result))
    marked = [piece for _, line in pieces(result, findings) for piece in line if isinstance(piece, Change)]
    assert marked == list(result.changes)
    for number, line in pieces(result, findings, around=10_000):
        whole = "".join(piece if isinstance(piece, str) else piece.before for piece in line)
        assert text.split("\n")[number - 1] == whole


@given(st.lists(PIECES, max_size=12).map("".join))
def test_html_shows_text_as_text(text: str) -> None:
    """Nothing of the text can be taken for a tag."""
    fragment = normalize.explain(text, "zh-Hans")._repr_html_()
    tags = set(re.findall(r"</?([a-z]+)", fragment))
    assert tags <= {"style", "div", "p", "pre", "table", "tr", "td", "th", "span", "del", "ins"}


def test_a_notebook_shows_the_first_changes_of_many() -> None:
    """A long text is shown in part, and says how much is not shown."""
    result = normalize.explain("关键,\n" * 600, "zh-Hant")
    fragment = html_fragment(result, limit=10)
    assert f"and {len(result.changes) - 10} more changes" in unescape(fragment)


def test_a_mixed_file_is_told() -> None:
    """The summary says which parts are in another encoding than the rest."""
    lines = "第一行的內容在這裡，今天天氣很好。\n".encode(), "第二行的内容在这里，明天下雨。\n".encode("gbk")
    result = normalize.explain(b"".join(lines * 2), "zh-Hans")
    assert summary(result, []).startswith("read as utf-8 (100% sure), 2 parts as gb18030; script mixed, now Hans")


def test_the_legend_counts_each_rule() -> None:
    """Every rule with its certainty, how often, and what it does."""
    rows = legend(findings_of(normalize.explain("關(guān)鍵節(jié)點(diǎn)", "zh-Hans")))
    assert ("mojibake.annotation", "proved", 3, "pinyin that a tool put after characters") in [row[:4] for row in rows]
    assert all(reference for *_, reference in rows)
