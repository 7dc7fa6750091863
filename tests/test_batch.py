"""The folder job: every document gets its record, whatever happens to it or to its worker."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command import heeding

from normalize.config import Config
from normalize.corpus import runner
from normalize.corpus.batch import TOLD, Job, Summary, run
from normalize.corpus.job import Task
from normalize.corpus.manifest import Manifest, Record
from normalize.corpus.plan import Document, PlanError, check_folders, find_documents
from normalize.corpus.work import Worker


def records(output: Path) -> dict[str, Record]:
    return Manifest(output).read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with documents of several kinds."""
    source = tmp_path / "in"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "a.txt").write_text("发展关键", "utf-8")
    (source / "deep" / "b.txt").write_bytes("图书馆的阅览室在三楼，报纸放在门口。".encode("gbk"))
    (source / "deep" / "er" / "c.txt").write_text("已經是正體字了", "utf-8")
    (source / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    (source / "empty.txt").write_bytes(b"")
    return source


@pytest.mark.parametrize("workers", [1, 2])
def test_every_document_is_written_and_recorded(folder: Path, tmp_path: Path, workers: int) -> None:
    """Text is normalised, binary files are skipped, and the manifest has a line for each."""
    output = tmp_path / "out"
    summary = run(Job(folder, output, Config(target="zh-Hant-TW")), workers)
    assert (output / "a.txt").read_text("utf-8") == "發展關鍵"
    assert (output / "deep" / "b.txt").read_text("utf-8") == "圖書館的閱覽室在三樓，報紙放在門口。"
    found = records(output)
    assert {path: record.status for path, record in found.items()} == {
        "a.txt": "ok",
        "deep/b.txt": "ok",
        "deep/er/c.txt": "unchanged",
        "empty.txt": "unchanged",
        "picture.png": "skipped",
    }
    assert summary.statuses == {"ok": 2, "unchanged": 2, "skipped": 1}
    assert found["deep/b.txt"].encoding == "gb18030"
    assert found["a.txt"].rules == {"script.character": 4} or sum(found["a.txt"].rules.values()) > 0
    lines = (output / ".normalize" / "manifest.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == sorted(found)


def test_only_what_was_changed_is_counted(folder: Path, tmp_path: Path) -> None:
    """A rule that could have changed something, and did not, is not in the record."""
    (folder / "folded.txt").write_text(
        "今天很冷,我们都在家里。\n外面下着雪,屋里很暖和,茶也是热的!\n谁还想出门?\n" * 100, "utf-8"
    )
    run(Job(folder, tmp_path / "out", Config(target="zh-Hant-TW")), 1)
    rules = records(tmp_path / "out")["folded.txt"].rules
    assert rules["punctuation.comma"] == 300
    assert all(rules.values())


def test_a_second_run_does_only_what_changed(folder: Path, tmp_path: Path) -> None:
    """Same input, same settings: kept. Changed input, missing output or other settings: done again."""
    output = tmp_path / "out"
    job = Job(folder, output, Config())
    run(job)
    times = {path: (output / path).stat().st_mtime_ns for path in ("a.txt", "deep/b.txt", "deep/er/c.txt")}
    (folder / "a.txt").write_text("新的发展", "utf-8")
    (output / "deep" / "b.txt").unlink()
    run(job)
    assert (output / "a.txt").read_text("utf-8") == "新的發展"
    assert (output / "deep" / "b.txt").exists()
    assert (output / "deep" / "er" / "c.txt").stat().st_mtime_ns == times["deep/er/c.txt"]
    run(Job(folder, output, Config(target="zh-Hans")))
    assert (output / "a.txt").read_text("utf-8") == "新的发展"


def test_one_bad_document_costs_one_document(folder: Path, tmp_path: Path) -> None:
    """A document that cannot be read or written becomes a failed record; the run goes on."""
    output = tmp_path / "out"
    (output / "a.txt").mkdir(parents=True)
    summary = run(Job(folder, output, Config()), workers=2)
    assert summary.failed == 1
    record = records(output)["a.txt"]
    assert record.status == "failed"
    assert "directory" in record.error.lower()
    assert summary.statuses["ok"] == 1


def test_links_and_devices_are_recorded_and_not_followed(folder: Path, tmp_path: Path) -> None:
    """Links out of the folder, loops and pipes cost a record each."""
    secret = tmp_path / "secret.txt"
    secret.write_text("不要读", "utf-8")
    (folder / "out-link.txt").symlink_to(secret)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere").symlink_to(folder / "missing")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    os.mkfifo(folder / "pipe")
    problems = {item.path: item.problem for item in find_documents(folder)}
    assert "out of the folder" in problems["out-link.txt"]
    assert "folder" in problems["loop"]
    assert "nowhere" in problems["nowhere"]
    assert "regular file" in problems["pipe"]
    assert problems["inside.txt"] == ""
    output = tmp_path / "out"
    run(Job(folder, output, Config()))
    assert records(output)["pipe"].status == "skipped"
    assert not (output / "out-link.txt").exists()


def test_folders_that_meet_are_refused(folder: Path) -> None:
    """Input and output may not be the same, nor one inside the other."""
    for target in (folder, folder / "inside", folder.parent):
        with pytest.raises(PlanError):
            check_folders(folder, target)


def test_documents_together_come_to_what_they_come_to_alone(tmp_path: Path) -> None:
    """Of every format, encoding and damage in the sample corpus: the same bytes, the same records."""
    source = Path(__file__).parent.parent / "corpus"
    documents = list(find_documents(source))
    alone, together = (Worker(Job(source, tmp_path / name, Config(target="zh-Hant-TW"))) for name in ("a", "b"))
    first = [replace(alone.do(document), seconds=0) for document in documents]
    second = [replace(record, seconds=0) for record in together.do_many([(document, None) for document in documents])]
    assert first == second
    assert all(record.is_done for record in first)
    for record in first:
        if record.status != "skipped":
            assert (tmp_path / "a" / record.place).read_bytes() == (tmp_path / "b" / record.place).read_bytes()


def _poison(self: Worker, tasks: Sequence[Task]) -> list[Record]:
    """Stand in for a document that takes its process down."""
    if any(document.path == "poison.txt" for document, _ in tasks):
        os.kill(os.getpid(), signal.SIGKILL)
    return [Record(document.path, "ok") for document, _ in tasks]


def _work_with_poison(job: Job, line: object) -> None:
    Worker.do_many = _poison  # type: ignore[method-assign]
    runner_work(job, line)


runner_work = runner._work


def test_a_document_that_kills_its_worker_is_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The worker is replaced, the document is tried again and recorded as crashed, and all others are done."""
    monkeypatch.setattr(runner, "_work", _work_with_poison)
    job = Job(tmp_path, tmp_path / "out", Config())
    names = [f"{i}.txt" for i in range(30)] + ["poison.txt"] + [f"{i}.txt" for i in range(30, 50)]
    tasks = ((Document(name, 1), None) for name in names)
    found = {record.path: record for record in runner.run_processes(job, tasks, 2)}
    assert len(found) == 51
    assert found["poison.txt"].status == "crashed"
    assert "SIGKILL" in found["poison.txt"].error
    assert "2 times" in found["poison.txt"].error
    assert all(record.status == "ok" for path, record in found.items() if path != "poison.txt")


def _many(folder: Path, count: int) -> Iterator[Path]:
    folder.mkdir()
    for i in range(count):
        path = folder / f"{i:04}.txt"
        path.write_text("发展关键业务，" * 2000, "utf-8")
        yield path


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_goes_on_where_it_was(tmp_path: Path, end: signal.Signals) -> None:
    """Killed or interrupted at any moment: no torn file, a valid manifest, and the next run does the rest.

    One that was interrupted has reported what it did.
    """
    documents = list(_many(tmp_path / "in", 800))
    output = tmp_path / "out"
    command = [sys.executable, "-m", "normalize", "batch", str(tmp_path / "in"), "-o", str(output), "-j", "2"]
    page = tmp_path / "report.html"
    reporting = [*command, "--report", str(page)]
    process = subprocess.Popen(reporting, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=heeding)
    deadline = time.monotonic() + 30
    while len(list(output.glob("*.txt"))) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(end)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
    assert b"Traceback" not in errors
    assert page.exists() == (end == signal.SIGINT)
    whole = "發展關鍵業務，" * 2000
    written = list(output.glob("*.txt"))
    assert written
    assert all(path.read_text("utf-8") == whole for path in written)
    done = {record.path for record in records(output).values() if record.is_done}
    assert done <= {path.name for path in documents}
    again = subprocess.run(command, capture_output=True, timeout=120)
    assert again.returncode == 0
    assert len(records(output)) == len(documents)
    assert all((output / path.name).read_text("utf-8") == whole for path in documents)


def test_a_torn_manifest_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A line that was being written when the machine stopped costs only that line."""
    manifest = Manifest(tmp_path)
    manifest.open()
    manifest.add(Record("a.txt", "ok"))
    manifest.add(Record("b.txt", "ok"))
    text = manifest.path.read_text("utf-8")
    manifest.path.write_text(text[:-20], "utf-8")
    again = Manifest(tmp_path)
    assert set(again.read()) == {"a.txt"}
    again.open()
    again.add(Record("c.txt", "ok"))
    again.close()
    assert set(Manifest(tmp_path).read()) == {"a.txt", "c.txt"}
    manifest._file.close()


def test_the_command_prints_a_summary(folder: Path, tmp_path: Path) -> None:
    """Counts by status, encodings and rules, and where the manifest is."""
    command = [sys.executable, "-m", "normalize", "batch", str(folder), "-o", str(tmp_path / "out"), "-j", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "5 documents" in done.stdout
    assert "gb18030" in done.stdout
    assert "manifest.jsonl" in done.stdout
    assert done.stderr == ""


def test_a_large_manifest_stays_on_the_disk(tmp_path: Path) -> None:
    """Only the places of lines are in memory; each record is read when it is asked for, the latest of several."""
    manifest = Manifest(tmp_path)
    manifest.open()
    for number in range(2000):
        manifest.add(Record(f"{number % 1000:04}.txt", "ok", changes=number))
    manifest.close()
    again = Manifest(tmp_path)
    before = sum(isinstance(item, Record) for item in gc.get_objects())
    again.open()
    assert sum(isinstance(item, Record) for item in gc.get_objects()) - before < 100
    assert again.earlier("missing.txt") is None
    found = again.earlier("0007.txt")
    assert found is not None
    assert found.changes == 1007
    again.add(Record("0007.txt", "failed"))
    found = again.earlier("0007.txt")
    assert found is not None
    assert found.status == "failed"
    again.close()
    lines = manifest.path.read_text("utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == [f"{number:04}.txt" for number in range(1000)]


def test_many_troubles_are_told_in_part(tmp_path: Path) -> None:
    """The first hundred, and how many more; the manifest has all of them."""
    summary = Summary()
    for number in range(250):
        summary.add(Record(f"{number}.txt", "failed", "no text"))
    assert (len(summary.troubles), summary.trouble_count, summary.failed) == (TOLD, 250, 250)
