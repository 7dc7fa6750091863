"""`convert` of large files and of containers: the bytes stay where nothing changes, and what had to stay is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from command import run

from normalize.cli import commands, documents
from normalize.cli.outcome import USAGE

HANS, HANT = "图书馆的阅览室在三楼。\n", "圖書館的閱覽室在三樓。\n"
RECORD = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}\r\n\r\n"


def record(text: str) -> bytes:
    return RECORD.format(len(text.encode()), text).encode()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as large is not."""
    monkeypatch.setattr(documents, "LARGE", 50)
    monkeypatch.setattr(documents, "BLOCK", 200)


def convert(*arguments: str) -> None:
    commands.main(["convert", *arguments, "--to", "zh-TW"], standalone_mode=False)


@pytest.mark.usefixtures("small_parts")
def test_large_files_without_changes_keep_their_bytes(tmp_path: Path) -> None:
    """Though packing them again would give others; others are packed again."""
    for name, text in (("clean", HANT * 200), ("other", HANS * 200)):
        for suffix, data in (
            (".txt.gz", gzip.compress(text.encode(), 1)),
            (".warc.gz", gzip.compress(record(text), 1)),
        ):
            source, target = tmp_path / f"{name}{suffix}", tmp_path / f"{name}-done{suffix}"
            source.write_bytes(data)
            convert(str(source), "-o", str(target))
            assert (target.read_bytes() == data) == (name == "clean")
            assert HANT * 200 in gzip.decompress(target.read_bytes()).decode()


@pytest.mark.usefixtures("small_parts")
def test_what_stays_in_a_large_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By line or record; a file that ends in its middle is not written."""
    rows = tmp_path / "a.jsonl"
    rows.write_text('{"a": "软"}\n' * 30 + '{"a": "软\n', "utf-8")
    convert(str(rows), "-o", str(tmp_path / "b.jsonl"))
    assert f"{rows}: line 31 is not valid jsonl and stays as it is" in capsys.readouterr().err
    cut = tmp_path / "a.gz"
    cut.write_bytes(gzip.compress(HANS.encode() * 999)[:-9])
    assert commands.main(["convert", str(cut), "-o", str(tmp_path / "b.gz")], standalone_mode=False) == USAGE
    assert not (tmp_path / "b.gz").exists()


def test_what_stays_in_a_small_file_is_said(tmp_path: Path) -> None:
    """All else is done."""
    (tmp_path / "a.jsonl").write_text('{"a": "软"}\n{"a": "软\n', "utf-8")
    bad = record(HANS).replace(b"Content-Length: ", b"Content-Length: x")
    (tmp_path / "a.warc").write_bytes(record(HANS) + bad + record(HANS))
    done = run("convert", "a.jsonl", "a.warc", "-o", "out/", "--to", "zh-TW", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "out" / "a.jsonl").read_text("utf-8") == '{"a": "軟"}\n{"a": "软\n'
    assert (tmp_path / "out" / "a.warc").read_bytes() == record(HANT) + bad + record(HANT)
    assert done.stderr.decode().splitlines() == [
        "normalize: a.jsonl: line 2 is not valid jsonl and stays as it is",
        "normalize: a.warc: record 2: does not say how long it is; it stays as it is",
    ]


@pytest.mark.parametrize("options", [[], ["--no-repair", "--no-characters", "--no-punctuation", "--no-context"]])
def test_web_archives_come_through_pipes(options: list[str]) -> None:
    """They are no plain text, whatever is made of it."""
    done = run("convert", "--to", "zh-TW", *options, data=record(HANS) * 3)
    assert done.stdout == record(HANT) * 3
