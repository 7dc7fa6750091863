"""The sample corpus: its documents are what the recipe makes of the originals, and come out as an editor wants them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from normalize.formats import Options, rewrite
from normalize.formats.registry import format_of
from normalize.pipeline import Normalizer
from normalize.profile import Class, Profile
from normalize.result import Result

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
RECIPE = json.loads((CORPUS / "recipe.json").read_text("utf-8"))
FORMATS = "txt md html xml json jsonl csv tsv srt vtt ass lrc po"
TAIWAN = Normalizer(target="zh-Hant-TW")


def read(folder: str, item: dict) -> str:
    return (CORPUS / folder / item["path"]).read_bytes().decode("utf-8-sig")


def normalized(data: bytes, path: str) -> str:
    return rewrite(data, path, TAIWAN).data.decode("utf-8-sig")


def spelled_out(text: str, path: str) -> str:
    """Take out the declared encoding, which follows that of the file, and characters that are written as escapes."""
    start, end = format_of(text, path).charset(text) or (0, 0)
    return re.sub(r"\\u[0-9a-f]{4}", "", text[:start] + text[end:])


every_document = pytest.mark.parametrize("item", RECIPE, ids=lambda item: item["path"])


def test_documents_are_what_the_recipe_makes():
    """Building the corpus again gives the committed documents, byte for byte, and no others."""
    builder = [sys.executable, str(ROOT / "tools" / "build_corpus.py"), "--check"]
    finished = subprocess.run(builder, capture_output=True, text=True, cwd=ROOT, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_corpus_is_wide():
    """There are enough documents, encodings and kinds of damage to show the whole flow."""
    assert len(RECIPE) >= 28
    suffixes = {Path(item["path"]).suffix for item in RECIPE}
    assert suffixes >= {f".{name}" for name in FORMATS.split()}
    assert len({(item["encoding"], item.get("bom", False)) for item in RECIPE}) >= 9
    assert {step["kind"] for item in RECIPE for step in item.get("damage", [])} >= {"annotate", "fold", "nfkc"}
    assert any(item.get("line_ends") == "crlf" for item in RECIPE)


def test_every_document_has_its_line_in_the_readme():
    """The README says of each document what it shows, in which encoding."""
    rows = re.findall(r"^\| `([^`]+)` \|[^|]*\| ([^|]+) \|", (CORPUS / "README.md").read_text("utf-8"), re.MULTILINE)
    encodings = {item["path"]: item["encoding"] + (" with BOM" if item.get("bom") else "") for item in RECIPE}
    assert dict(rows) == encodings


def test_every_expected_text_belongs_to_a_document():
    """No text is expected of a document that is not there."""
    expected = {file.relative_to(CORPUS / "expected").as_posix() for file in (CORPUS / "expected").rglob("*.*")}
    assert expected == {item["path"] for item in RECIPE}


@every_document
def test_document_comes_out_as_expected(item):
    """What the main job makes of a document is exactly the text that was checked by hand."""
    data = (CORPUS / "documents" / item["path"]).read_bytes()
    assert normalized(data, item["path"]) == read("expected", item)


@every_document
def test_expected_text_is_traditional_and_stable(item):
    """An expected text has no Simplified character but in code, and normalising it again changes nothing."""
    expected = read("expected", item)
    spans = format_of(expected, item["path"]).spans(expected, Options())
    text = "".join(expected[span.start : span.end] for span in spans if span.kind != "kept")
    assert [character for character in text if Profile(character).has(Class.HANS)] == []
    assert normalized(expected.encode(), item["path"]) == expected


@every_document
def test_expected_text_keeps_the_numbers_and_words_of_the_original(item):
    """What is ASCII letters and digits in the original stands in the same order in the expected text."""
    ascii_runs = re.compile(r"[A-Za-z0-9]+")
    expected, original = (spelled_out(read(folder, item), item["path"]) for folder in ("expected", "originals"))
    assert ascii_runs.findall(expected) == ascii_runs.findall(original)


@every_document
def test_what_cannot_be_decoded_is_visible_and_reported(item):
    """Stray and missing bytes stand in the text as U+FFFD, with a change that is marked lost; nowhere else are any."""
    results: list[Result] = []
    rewrite((CORPUS / "documents" / item["path"]).read_bytes(), item["path"], TAIWAN, visit=results.append)
    undecodable = [
        change for result in results for change in result.lost if any(step.stage == "encoding" for step in change.steps)
    ]
    assert len(undecodable) == len(item.get("bytes", [])) == read("expected", item).count("\ufffd")
