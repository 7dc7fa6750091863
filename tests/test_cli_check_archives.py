"""`normalize check` looks into archives and office documents, and says where in them it found something."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from command import run

WORD = "<w:document><w:p><w:r><w:t>軟件</w:t></w:r></w:p>\n<w:p><w:r><w:t>業務</w:t></w:r></w:p></w:document>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as file:
        file.writestr("word/document.xml", WORD)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.writestr("a/clean.txt", "没有什么要改的。")
        file.writestr("a/old.txt", "圖書館的閱覽室在三樓，報紙放在門口。\n".encode("big5"))
        file.writestr("inner.docx", (tmp_path / "letter.docx").read_bytes())
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as file:
        file.writestr("p.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    (tmp_path / "log.txt.gz").write_bytes(gzip.compress("清楚\n軟件\n".encode()))
    return tmp_path


def test_findings_name_the_member(folder: Path) -> None:
    """The path goes on inside the archive; lines are those of the member; what has nothing to change is not named."""
    done = run("check", "--to", "zh-Hans", ".", cwd=folder)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert "letter.docx/word/document.xml:1:28 script.character 軟 -> 软" in lines
    assert "letter.docx/word/document.xml:2:16 script.character 業 -> 业" in lines
    assert "all.zip/inner.docx/word/document.xml:1:28 script.character 軟 -> 软" in lines
    assert "all.zip/a/old.txt:1:1 encoding.other big5hkscs -> utf-8" in lines
    assert "log.txt.gz:2:1 script.character 軟 -> 软" in lines
    assert not any("clean" in line or "pictures" in line for line in lines)
    assert done.stderr.decode() == "3 files would change, of 4\n"


def test_services_are_told_the_archive_and_the_place_in_it(folder: Path) -> None:
    """Annotations go to the file there is; no fix is offered that no editor could make."""
    done = run("check", "--to", "zh-Hans", "--format", "github", "letter.docx", cwd=folder)
    first = done.stdout.decode().splitlines()[0]
    assert first.startswith("::warning file=letter.docx,title=script.character::word/document.xml:1:28 軟 -> 软")
    entries = run("check", "--to", "zh-Hans", "--format", "json", "letter.docx", cwd=folder).stdout.splitlines()
    assert {(json.loads(line)["path"], json.loads(line)["member"]) for line in entries} == {
        ("letter.docx", "word/document.xml")
    }
    log = json.loads(run("check", "--to", "zh-Hans", "--format", "sarif", "letter.docx", cwd=folder).stdout)
    for found in log["runs"][0]["results"]:
        (location,) = found["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "letter.docx"
        assert location["logicalLocations"][0]["fullyQualifiedName"].startswith("word/document.xml:")
        assert "fixes" not in found


def test_diffs_name_the_member(folder: Path) -> None:
    """The header has the path inside the archive."""
    diff = run("check", "--to", "zh-Hans", "--diff", "letter.docx", cwd=folder).stdout.decode()
    assert diff.startswith("--- letter.docx/word/document.xml\n+++ letter.docx/word/document.xml\n")


def test_damaged_archives_cost_their_own_place_only(folder: Path) -> None:
    """They are told, and the others are checked."""
    (folder / "bad.zip").write_bytes(b"PK\x03\x04 and no more")
    done = run("check", "--to", "zh-Hans", "bad.zip", "log.txt.gz", cwd=folder)
    assert done.returncode == 3
    assert b"bad.zip: is no whole zip archive" in done.stderr
    assert b"log.txt.gz:2:1" in done.stdout


def test_explain_goes_into_archives_too(folder: Path) -> None:
    """By member, in every form; an archive without text is refused with a sentence."""
    done = run("explain", "--to", "zh-Hans", "--table", "all.zip", cwd=folder)
    heads = [line for line in done.stdout.decode().splitlines() if line.startswith("all.zip/")]
    assert [head.split(": ")[0] for head in heads] == ["all.zip/a/old.txt", "all.zip/inner.docx/word/document.xml"]
    entries = run("explain", "--to", "zh-Hans", "--json", "letter.docx", cwd=folder).stdout.splitlines()
    assert {json.loads(line)["member"] for line in entries} == {"word/document.xml"}
    assert run("explain", "--to", "zh-Hans", "--html", "page.html", "all.zip", cwd=folder).returncode == 0
    page = (folder / "page.html").read_text("utf-8")
    assert "inner.docx/word/document.xml" in page
    assert "軟</del>" in page
    done = run("explain", "pictures.zip", cwd=folder)
    assert (done.returncode, done.stderr) == (2, b"normalize: pictures.zip: no text in it\n")
    assert b"nothing is to be changed" in run("explain", "--to", "zh-Hant", "letter.docx", cwd=folder).stdout


def test_an_archive_with_nothing_to_change_has_text_all_the_same(folder: Path) -> None:
    """In the folder job it is unchanged, not skipped."""
    (folder / "docs").mkdir()
    (folder / "letter.docx").rename(folder / "docs" / "letter.docx")
    (folder / "pictures.zip").rename(folder / "docs" / "pictures.zip")
    assert run("batch", "docs", "-o", "out", "--to", "zh-Hant", "-j1", cwd=folder).returncode == 0
    lines = (folder / "out" / ".normalize" / "manifest.jsonl").read_text("utf-8").splitlines()
    found = {(entry := json.loads(line))["path"]: entry["status"] for line in lines}
    assert found == {"letter.docx": "unchanged", "pictures.zip": "skipped"}
