"""The sample corpus: its documents are what the recipe makes of the originals, and come out as an editor wants them."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import build_corpus
import pytest

from normalize.formats import Options, rewrite
from normalize.formats.registry import format_of
from normalize.pipeline import Normalizer
from normalize.profile import Class, Profile
from normalize.result import Result

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
RECIPE = json.loads((CORPUS / "recipe.json").read_text("utf-8"))
FORMATS = "txt md html xhtml xml json jsonl csv tsv srt vtt ass lrc po epub docx xlsx pptx odt zip gz bz2 xz zst"
TAIWAN = Normalizer(target="zh-Hant-TW")
#: What an archive holds that is no text.
PICTURES = (".png",)


def read(folder: str, item: dict) -> dict[str, str]:
    """Return the texts of an original or of what is expected, by part; a document that is no archive has one."""
    path = CORPUS / folder / item["path"]
    if path.is_file():
        return {"": path.read_bytes().decode("utf-8-sig")}
    files = [file for file in path.rglob("*") if file.is_file() and file.suffix not in PICTURES]
    return {file.relative_to(path).as_posix(): file.read_bytes().decode("utf-8-sig") for file in files}


def texts_of(data: bytes, item: dict) -> dict[str, str]:
    """Return the texts in the bytes of a document, by part."""
    if item.get("pack") in build_corpus.STREAMS:
        return {name: part.decode("utf-8") for name, part in build_corpus.unpacked(data, item).items()}
    if item.get("pack") == "warc":
        records = (
            part.removesuffix(b"\r\n\r\n").split(b"\r\n\r\n", 2) for part in gzip.decompress(data).split(b"WARC/1.1")
        )
        return {head.split(b".example/")[1].split()[0].decode(): page.decode() for head, _, page in [*records][1:]}
    if item.get("pack") == "zip":
        with zipfile.ZipFile(io.BytesIO(data), metadata_encoding=item["encoding"]) as archive:
            names = [name for name in archive.namelist() if not name.endswith(PICTURES)]
            return {name: archive.read(name).decode("utf-8") for name in names}
    return {"": data.decode("utf-8-sig")}


def normalized(item: dict, data: bytes | None = None) -> bytes:
    data = (CORPUS / "documents" / item["path"]).read_bytes() if data is None else data
    return rewrite(data, item["path"], TAIWAN).data


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
    assert suffixes >= {f".{name}" for name in [*FORMATS.split(), "parquet", "arrow"]}
    assert len({(item["encoding"], item.get("bom", False)) for item in RECIPE}) >= 9
    assert {step["kind"] for item in RECIPE for step in item.get("damage", [])} >= {
        "annotate",
        "fold",
        "nfkc",
        "one-by-one",
    }
    assert any(item.get("line_ends") == "crlf" for item in RECIPE)


def test_every_document_has_its_line_in_the_readme():
    """The README says of each document what it shows, in which encoding."""
    rows = re.findall(r"^\| `([^`]+)` \|[^|]*\| ([^|]+) \|", (CORPUS / "README.md").read_text("utf-8"), re.MULTILINE)
    encodings = {item["path"]: item["encoding"] + (" with BOM" if item.get("bom") else "") for item in RECIPE}
    assert dict(rows) == encodings


def test_every_expected_text_belongs_to_a_document():
    """No text is expected of a document that is not there."""
    paths = {item["path"] for item in RECIPE}
    for folder in ("expected", "originals"):
        files = [file.relative_to(CORPUS / folder) for file in (CORPUS / folder).rglob("*") if file.is_file()]
        owners = {next((path for path in (file, *file.parents) if path.as_posix() in paths), file) for file in files}
        assert {path.as_posix() for path in owners if path.parts[0] != "later"} == paths


@every_document
def test_document_comes_out_as_expected(item):
    """What the main job makes of a document is exactly the text that was checked by hand."""
    assert texts_of(normalized(item), item) == read("expected", item)


@every_document
def test_expected_text_is_traditional_and_stable(item):
    """An expected text has no Simplified character but in code, and normalising it again changes nothing."""
    for name, expected in read("expected", item).items():
        spans = format_of(expected, name or item["path"]).spans(expected, Options())
        text = "".join(expected[span.start : span.end] for span in spans if span.kind != "kept")
        assert [character for character in text if Profile(character).has(Class.HANS)] == []
    once = normalized(item)
    assert normalized(item, once) == once


@every_document
def test_expected_text_keeps_the_numbers_and_words_of_the_original(item):
    """What is ASCII letters and digits in the original stands in the same order in the expected text."""
    ascii_runs = re.compile(r"[A-Za-z0-9]+")
    expected, original = read("expected", item), read("originals", item)
    assert expected.keys() == original.keys()
    for name in expected:
        path = name or item["path"]
        runs = [ascii_runs.findall(spelled_out(text, path)) for text in (expected[name], original[name])]
        assert runs[0] == runs[1]


@every_document
def test_what_cannot_be_decoded_is_visible_and_reported(item):
    """Stray and missing bytes stand in the text as U+FFFD, with a change that is marked lost; nowhere else are any."""
    results: list[Result] = []
    rewrite((CORPUS / "documents" / item["path"]).read_bytes(), item["path"], TAIWAN, visit=results.append)
    undecodable = [
        change for result in results for change in result.lost if any(step.stage == "encoding" for step in change.steps)
    ]
    marks = sum(text.count("\ufffd") for text in read("expected", item).values())
    assert len(undecodable) == len(item.get("bytes", [])) == marks
