"""The folder job in place: every document changed has its way back, whatever ends the run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from command import run as command

from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.corpus.manifest import Manifest, Record
from normalize.files import write_atomically
from normalize.journal import ENDING, Journal, make_run
from normalize.report import Collected, report_page
from normalize.report.comparison import Comparer

PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)(網(wǎng)上)已經(jīng)開通。\r\n没有换行"
CLEAN = "又一关键性突破！市民说，业务（网上）已经开通。\r\n没有换行"
BYTES = {
    "page.txt": PAGE.encode(),
    "deep/old.txt": "圖書館的閱覽室在三樓，報紙放在門口。\r\n".encode("big5") + b"\xff\x81",
    "deep/clean.txt": "这一页没有什么要改的。\n".encode(),
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
    ".git/config.txt": "軟件".encode(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "docs"
    for name, data in BYTES.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    return source


def job_of(folder: Path, target: str = "zh-Hans") -> Job:
    return Job(folder, folder, Config(target=target), in_place=True)


def documents(folder: Path) -> dict[str, bytes]:
    """Return the documents by path, without journals and manifest."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(ENDING))
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(".normalize/")}


def undone(folder: Path) -> None:
    done = command("undo", folder.name, cwd=folder.parent)
    assert done.returncode == 0, done.stderr.decode()
    assert documents(folder) == BYTES
    assert not list(folder.rglob("*" + ENDING))


def test_documents_change_where_they_are_and_come_back(folder: Path) -> None:
    """Text changes, all else stays, hidden files are no documents; undo gives the exact bytes of each."""
    os.utime(folder / "page.txt", (1_000_000_000, 1_000_000_000))
    (folder / "page.txt").chmod(0o640)
    done = command("batch", folder.name, "--in-place", "--to", "zh-Hans", "-j", "2", cwd=folder.parent)
    assert done.returncode == 0, done.stderr.decode()
    assert (folder / "page.txt").read_bytes() == CLEAN.encode()
    status = (folder / "page.txt").stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, 1_000_000_000)
    for name in ("deep/clean.txt", "picture.png", ".git/config.txt"):
        assert (folder / name).read_bytes() == BYTES[name]
    records = Manifest(folder).read()
    assert {path: record.status for path, record in records.items()} == {
        "deep/clean.txt": "unchanged",
        "deep/old.txt": "ok",
        "page.txt": "ok",
        "picture.png": "skipped",
    }
    assert sorted(path.name for path in folder.rglob("*" + ENDING)) == ["old.txt" + ENDING, "page.txt" + ENDING]
    undone(folder)


def test_a_second_run_has_nothing_to_do(folder: Path) -> None:
    """What was done stays as it is and keeps its record; undone or edited, it is done again."""
    run(job_of(folder))
    first = Manifest(folder).read()
    once = documents(folder)
    run(job_of(folder))
    assert Manifest(folder).read() == first
    assert documents(folder) == once
    assert len(Journal.of(folder / "page.txt").runs) == 1
    run(job_of(folder), resume=False)
    again = Manifest(folder).read()
    assert (again["page.txt"].status, again["page.txt"].rules) == ("ok", first["page.txt"].rules)
    assert len(Journal.of(folder / "page.txt").runs) == 1
    undone(folder)
    run(job_of(folder))
    assert documents(folder) == once
    (folder / "page.txt").write_bytes(once["page.txt"] + "軟件".encode())
    run(job_of(folder))
    assert (folder / "page.txt").read_bytes() == once["page.txt"] + "软件".encode()


def test_another_target_is_another_step_back(folder: Path) -> None:
    """Two jobs, two runs in the journal, undone one at a time."""
    run(job_of(folder))
    once = documents(folder)
    run(job_of(folder, "zh-Hant-TW"))
    assert documents(folder) != once
    assert command("undo", folder.name, cwd=folder.parent).returncode == 0
    assert documents(folder) == once | {"deep/clean.txt": BYTES["deep/clean.txt"]}
    undone(folder)


@pytest.mark.parametrize("moment", ["journal", "document"])
def test_an_end_between_any_two_steps_is_made_good(folder: Path, moment: str) -> None:
    """After the journal, and after the document but before its record: the next run tells them apart."""
    job = job_of(folder)
    page = folder / "page.txt"
    run_of = {**make_run(PAGE.encode(), CLEAN.encode(), None, "utf-8"), "job": job.fingerprint}
    Journal.of(page).add(run_of)
    if moment == "document":
        write_atomically(page, CLEAN.encode())
    run(job)
    assert page.read_bytes() == CLEAN.encode()
    record = Manifest(folder).read()["page.txt"]
    assert record.status == "ok"
    assert record.rules["mojibake.annotation"] > 0
    assert len(Journal.of(page).runs) == 1
    undone(folder)


def test_a_run_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Killed at several moments and run on: all is done, nothing unfinished is left, and undo restores every byte."""
    folder = tmp_path / "docs"
    folder.mkdir()
    texts = {f"{number:03}.txt": (f"{number}：" + PAGE * 12).encode("gb18030") for number in range(100)}
    for name, data in texts.items():
        (folder / name).write_bytes(data)
    line = [sys.executable, "-m", "normalize", "batch", str(folder), "-i", "--to", "zh-Hans", "-j", "2"]
    generator = random.Random(5)
    for _ in range(2):
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        started = len(list(folder.glob("*" + ENDING)))
        deadline = time.monotonic() + 30
        while len(list(folder.glob("*" + ENDING))) < started + 10 and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        time.sleep(generator.random() / 20)
        # The whole group, so that no worker finishes what it has begun.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for name, data in texts.items():
            now = (folder / name).read_bytes()
            assert now == data or Journal.of(folder / name).lead_back(now) == data
    assert subprocess.run(line, capture_output=True, timeout=120).returncode == 0
    records = Manifest(folder).read()
    assert {record.status for record in records.values()} == {"ok"}
    assert len(records) == 100
    assert all(record.certainty["proved"] > 0 for record in records.values())
    names = {path.name for path in folder.iterdir()}
    assert names == set(texts) | {name + ENDING for name in texts} | {".normalize"}
    assert os.listdir(folder / ".normalize") == ["manifest.jsonl"]
    assert command("undo", "docs", cwd=tmp_path).returncode == 0
    assert {name: (folder / name).read_bytes() for name in texts} == texts


def test_links_and_files_of_several_names_stay(folder: Path) -> None:
    """A link is not changed, nor what has two names; both say so."""
    (folder / "link.txt").symlink_to(folder / "page.txt")
    (folder / "twin.txt").hardlink_to(folder / "deep" / "old.txt")
    run(job_of(folder))
    records = Manifest(folder).read()
    assert (records["link.txt"].status, (folder / "link.txt").is_symlink()) == ("skipped", True)
    assert records["twin.txt"].status == "failed"
    assert "2 names" in records["twin.txt"].error
    assert (folder / "deep" / "old.txt").read_bytes() == BYTES["deep/old.txt"]


def test_a_document_changed_by_somebody_else_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing: their content stays, and the record says so."""
    from normalize.corpus import inplace

    def meanwhile(before: bytes, after: bytes, result: None, encoding: str) -> dict:
        (folder / "page.txt").write_bytes(b"somebody else's")
        return make_run(before, after, result, encoding)

    (folder / "deep" / "old.txt").unlink()
    monkeypatch.setattr(inplace, "make_run", meanwhile)
    run(job_of(folder))
    assert (folder / "page.txt").read_bytes() == b"somebody else's"
    assert "somebody else" in Manifest(folder).read()["page.txt"].error
    assert not list(folder.glob("*" + ENDING))


def test_the_report_of_a_run_in_place_shows_what_was_there(folder: Path) -> None:
    """The differences are those from the original, which the journal has."""
    for _ in range(2):
        collected = Collected()
        job = job_of(folder)
        run(job, on_record=collected.add)
        page = report_page(job, collected, Comparer(job), datetime(2026, 5, 4))
        assert "(guān)</del>" in page
        assert "in place" in page
    assert "has changed" in Comparer(job)(Record("page.txt", "ok", hash_in="0" * 64)).problem


def test_options_that_exclude_each_other_are_refused(folder: Path) -> None:
    """An output folder, copies of other files, or neither folder nor place."""
    for options in (["-i", "-o", "out"], ["-i", "--copy-others"], []):
        done = command("batch", folder.name, *options, cwd=folder.parent)
        assert done.returncode == 2
        assert done.stderr.startswith(b"normalize: ")
    assert documents(folder) == BYTES
