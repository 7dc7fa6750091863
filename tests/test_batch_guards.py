"""The folder job under attack: limits, clashes, odd names, full disks; each costs a record and nothing else."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from normalize.config import Config
from normalize.corpus import batch, runner
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits, Task
from normalize.corpus.manifest import Manifest, Record
from normalize.corpus.plan import Document, without_clashes
from normalize.corpus.staging import Staging, folds_case
from normalize.corpus.work import Worker
from normalize.formats import Options

SIMPLIFIED, TRADITIONAL = "图书馆的阅览室在三楼。", "圖書館的閱覽室在三樓。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    (source / "good.txt").write_text(SIMPLIFIED, "utf-8")
    return source


def records(output: Path) -> dict[str, Record]:
    return Manifest(output).read()


def test_documents_of_each_format_are_done_in_one_run(folder: Path, tmp_path: Path) -> None:
    """The manifest names the format; options reach it; other settings do the work again."""
    (folder / "a.html").write_text(f"<p>{SIMPLIFIED}<code>软件", "utf-8")
    (folder / "b.jsonl").write_text('{"id": "软", "text": "软件"}\n{"id": "软", "text": "软件\n', "utf-8")
    (folder / "c.csv.gz").write_bytes(gzip.compress("名称,说明\n软件,软件\n".encode()))
    output = tmp_path / "out"
    config = Config(target="zh-Hant-TW")
    options = Options(fields=("text",), columns=("说明",))
    run(Job(folder, output, config, options=options))
    assert (output / "a.html").read_text("utf-8") == f"<p>{TRADITIONAL}<code>软件"
    assert (output / "b.jsonl").read_text("utf-8") == '{"id": "软", "text": "軟件"}\n{"id": "软", "text": "软件\n'
    assert gzip.decompress((output / "c.csv.gz").read_bytes()).decode() == "名称,說明\n软件,軟件\n"
    assert [records(output)[name].format for name in ("a.html", "b.jsonl", "c.csv.gz")] == ["html", "jsonl", "gz/csv"]
    run(Job(folder, output, config))
    assert (output / "b.jsonl").read_text("utf-8").startswith('{"id": "軟"')


@pytest.mark.parametrize("on_error", ["skip", "keep", "fail"])
def test_what_becomes_of_a_document_that_fails(folder: Path, tmp_path: Path, on_error: str) -> None:
    """It is left out, copied as it is, or ends the run; it has its record in any case."""
    bomb = gzip.compress(bytes(1 << 26))
    (folder / "a.gz").write_bytes(bomb)
    output = tmp_path / "out"
    summary = run(Job(folder, output, Config(), on_error=on_error))  # type: ignore[arg-type]
    assert records(output)["a.gz"].status == "failed"
    assert "bomb" in records(output)["a.gz"].error
    assert summary.failed == 1
    assert (output / "a.gz").exists() == (on_error == "keep")
    if on_error == "keep":
        assert (output / "a.gz").read_bytes() == bomb
    assert summary.stopped == (on_error == "fail")
    assert (output / "good.txt").exists() == (on_error != "fail")


def test_files_that_are_not_text_are_copied_when_asked(folder: Path, tmp_path: Path) -> None:
    """They are skipped in the manifest either way."""
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
    (folder / "p.png").write_bytes(picture)
    run(Job(folder, tmp_path / "out", Config()))
    assert not (tmp_path / "out" / "p.png").exists()
    run(Job(folder, tmp_path / "out", Config(), copy_others=True))
    assert (tmp_path / "out" / "p.png").read_bytes() == picture
    assert records(tmp_path / "out")["p.png"].status == "skipped"


def test_a_document_that_is_too_large_is_not_read(folder: Path, tmp_path: Path) -> None:
    """Its record says how large it is and what to do."""
    with (folder / "large.html").open("wb") as file:
        file.truncate(1 << 40)
    run(Job(folder, tmp_path / "out", Config()))
    record = records(tmp_path / "out")["large.html"]
    assert record.status == "failed"
    assert "--max-size" in record.error
    assert (tmp_path / "out" / "good.txt").exists()


def _slow(self: Worker, tasks: Sequence[Task]) -> list[Record]:
    """Stand in for a document that takes for ever."""
    if any(document.path == "slow.txt" for document, _ in tasks):
        time.sleep(600)
    return [Record(document.path, "ok") for document, _ in tasks]


def _work_slowly(job: Job, line: object) -> None:
    Worker.do_many = _slow  # type: ignore[method-assign]
    runner_work(job, line)


runner_work = runner._work


def test_a_document_that_takes_too_long_is_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker is ended and replaced; the documents behind it are done, each once."""
    monkeypatch.setattr(runner, "_work", _work_slowly)
    job = Job(tmp_path, tmp_path / "out", Config(), limits=Limits(seconds=3))
    names = ["0.txt", "slow.txt", *(f"{i}.txt" for i in range(1, 12))]
    found = list(runner.run_processes(job, ((Document(name, 1), None) for name in names), 1))
    assert sorted(record.path for record in found) == sorted(names)
    (failed,) = (record for record in found if record.status != "ok")
    assert (failed.path, failed.status) == ("slow.txt", "failed")
    assert "longer than 3 seconds" in failed.error


def test_an_error_that_nobody_foresaw_costs_one_document(folder: Path, tmp_path: Path) -> None:
    """A defect of a stage is a record with its name."""
    worker = Worker(Job(folder, tmp_path / "out", Config()))
    worker.normalizer = None  # type: ignore[assignment]
    record = worker.do(Document("good.txt", 1))
    assert record.status == "failed"
    assert "AttributeError" in record.error


def test_names_that_are_not_utf8_are_kept(folder: Path, tmp_path: Path) -> None:
    """The output has the same bytes for a name, and the manifest leads back to them."""
    name = os.fsdecode("软件".encode("gbk") + b".txt")
    try:
        (folder / name).write_text(SIMPLIFIED, "utf-8")
    except OSError:
        pytest.skip("the file system takes no such names")
    output = tmp_path / "out"
    command = [sys.executable, "-m", "normalize", "batch", str(folder), "-o", str(output), "-j", "1"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert (output / name).read_text("utf-8") == TRADITIONAL
    assert set(records(output)) == {name, "good.txt"}


def test_names_that_differ_in_case_do_not_overwrite_each_other(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system folds case the second of two is a record; elsewhere both are done."""
    names = ["a/B.txt", "A/b.txt", "c.txt", "e\u0301", "é"]
    documents = [Document(name, 1) for name in names]
    assert [bool(item.problem) for item in without_clashes(documents)] == [False, True, False, False, True]
    (folder / "Good.txt").write_text(SIMPLIFIED, "utf-8")
    if folds_case(folder):
        pytest.skip("the file system folds case")
    monkeypatch.setattr(batch, "folds_case", lambda target: True)
    summary = run(Job(folder, tmp_path / "out", Config()))
    assert (summary.statuses["ok"], summary.statuses["skipped"]) == (1, 1)


def test_a_target_that_cannot_be_written_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    """The command ends with a code and no traceback."""
    (tmp_path / "file").write_text("x")
    command = [sys.executable, "-m", "normalize", "batch", str(folder), "-o", str(tmp_path / "file" / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("normalize: ")


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that cannot be finished is not there, and what was there before stays."""
    staging = Staging(tmp_path)
    staging.write(tmp_path / "a.txt", b"before")

    class Full:
        def __enter__(self) -> Full:
            return self

        def __exit__(self, *error: object) -> None:
            return None

        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("normalize.corpus.staging.open", lambda *arguments, **options: Full(), raising=False)
    with pytest.raises(OSError, match="No space"):
        staging.write(tmp_path / "a.txt", b"after")
    monkeypatch.undo()
    assert (tmp_path / "a.txt").read_bytes() == b"before"
    assert list(staging.folder.iterdir()) == []


def test_what_a_killed_run_left_is_cleared(folder: Path, tmp_path: Path) -> None:
    """Unfinished output is never among the documents, and the next run takes it away."""
    output = tmp_path / "out"
    staging = Staging(output)
    staging.folder.mkdir(parents=True)
    (staging.folder / "123-4").write_bytes(b"half")
    run(Job(folder, output, Config()))
    assert not staging.folder.exists()
    assert sorted(path.name for path in output.iterdir()) == [".normalize", "good.txt"]


def test_an_output_that_lost_its_content_is_made_again(folder: Path, tmp_path: Path) -> None:
    """A file that a loss of power emptied is not taken for done."""
    output = tmp_path / "out"
    run(Job(folder, output, Config()))
    (output / "good.txt").write_bytes(b"")
    run(Job(folder, output, Config()))
    assert (output / "good.txt").read_text("utf-8") == TRADITIONAL


def test_the_manifest_can_be_read_by_any_program(folder: Path, tmp_path: Path) -> None:
    """Each line is one JSON object in ASCII with path, status and error."""
    run(Job(folder, tmp_path / "out", Config()))
    data = (tmp_path / "out" / ".normalize" / "manifest.jsonl").read_bytes()
    assert data.isascii()
    assert [set(json.loads(line)) >= {"path", "status", "error"} for line in data.splitlines()] == [True]
