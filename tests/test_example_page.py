"""The page that the toolkit was begun for, end to end: through Python, the command line and the folder job."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from command import run

import normalize

PAGE = Path(__file__).parent.parent.parent / "shared" / "cases" / "annotations" / "example-page.txt"
#: What stood damaged in the page, in the two scripts it is converted to.
PLACES = {
    "zh-Hans": ("know-how（知识）", "谈论“行业+AI”", "领域为AI", "日报社", "创新奇智", "海康威视"),
    "zh-Hant-TW": ("know-how（知識）", "談論“行業+AI”", "領域為AI", "日報社", "創新奇智", "海康威視"),
}
ANNOTATION = re.compile("\\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*\\)")
NUMBER = re.compile(r"\d+(?:[:.,]\d+)+")
HALF = re.compile("(?<=[\u4e00-\u9fff])[,;:!?()]|[,;:!?()](?=[\u4e00-\u9fff])")

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the page is not beside this checkout")


@pytest.mark.parametrize("target", PLACES)
def test_the_page_comes_out_right(target: str) -> None:
    """No annotation is left, every known place is right, 163 marks are restored, numbers are as they were."""
    source = PAGE.read_text("utf-8")
    result = normalize.explain(source, target)
    assert not ANNOTATION.search(result.text)
    assert all(place in result.text for place in PLACES[target])
    names = Counter(name for change in result.changes for name in change.names)
    marks = ("comma", "semicolon", "colon", "exclamation", "question", "bracket")
    assert sum(names[f"punctuation.{mark}"] for mark in marks) == 163
    assert not HALF.search(result.text)
    assert NUMBER.findall(result.text) == NUMBER.findall(source)
    script = normalize.identify(result.text)
    assert (script.hant if target == "zh-Hans" else script.hans) == 0


def test_what_the_damage_ate_is_reported_where_it_was() -> None:
    """The digit before 5家 is gone: one place is lost, and it stands in front of that."""
    source = PAGE.read_text("utf-8")
    result = normalize.explain(source, "zh-Hans")
    assert [source[change.end :][:2] for change in result.lost] == ["5家"]
    assert result.undo() == source
    assert normalize.explain(source.encode(), "zh-Hans").undo() == source.encode()


@pytest.mark.parametrize("target", PLACES)
def test_the_three_doors_agree(target: str, tmp_path: Path) -> None:
    """Python, the command and the folder job give the same text; the manifest counts what is lost."""
    text = normalize.normalize(PAGE.read_bytes(), target)
    assert run("convert", str(PAGE), "--to", target).stdout.decode() == text
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "page.txt").write_bytes(PAGE.read_bytes())
    assert run("batch", "in", "-o", "out", "--to", target, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "page.txt").read_text("utf-8") == text
    record = json.loads((tmp_path / "out" / ".normalize" / "manifest.jsonl").read_text("utf-8").splitlines()[-1])
    assert (record["path"], record["status"], record["lost"]) == ("page.txt", "ok", 1)
