"""The folder job on a Ray cluster: the same records as on one machine, whatever becomes of documents and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from normalize.config import Config
from normalize.corpus import ray_runner
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest, Record
from normalize.journal import Journal

ray: Any = pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("default")
COUNT = 12


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A cluster of two processors on this machine; its address."""
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    source = tmp_path / "in"
    (source / "deep").mkdir(parents=True)
    for number in range(COUNT):
        (source / "deep" / f"{number}.txt").write_text(f"软件{number}", "utf-8")
    (source / "old.txt").write_bytes("图书馆的阅览室在三楼，报纸放在门口。".encode("gbk"))
    (source / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    (source / "out").symlink_to("/")
    return Job(source, tmp_path / "out", Config(target="zh-Hant-TW"))


def records(job: Job) -> dict[str, Record]:
    return Manifest(job.target).read()


def test_the_records_are_those_of_one_machine(cluster: str, job: Job, tmp_path: Path) -> None:
    """So are the documents, and what is refused."""
    here = replace(job, target=tmp_path / "here")
    run(here)
    summary = run(job, runner="ray")
    assert summary.statuses == {"ok": COUNT + 1, "skipped": 2}
    expected, found = ({path: replace(item, seconds=0) for path, item in records(one).items()} for one in (here, job))
    assert found == expected
    assert (job.target / "old.txt").read_text("utf-8") == "圖書館的閱覽室在三樓，報紙放在門口。"
    assert not list((job.target / ".normalize").glob("staging*"))


def test_a_second_run_does_only_what_is_missing(cluster: str, job: Job) -> None:
    """Changed, gone, or done with other settings; nothing is there twice."""
    run(job, runner="ray")
    kept, gone, changed = (job.target / "deep" / f"{number}.txt" for number in range(3))
    before = kept.stat().st_mtime_ns
    gone.unlink()
    (job.source / "deep" / "2.txt").write_text("头发", "utf-8")
    assert run(job, runner="ray").statuses == {"ok": COUNT + 1, "skipped": 2}
    assert (kept.stat().st_mtime_ns, gone.read_text("utf-8"), changed.read_text("utf-8")) == (before, "軟件1", "頭髮")
    assert len((job.target / ".normalize" / "manifest.jsonl").read_text().splitlines()) == COUNT + 3


def test_documents_are_changed_in_their_place(cluster: str, job: Job) -> None:
    """Each with its way back."""
    here = replace(job, target=job.source, in_place=True)
    assert run(here, runner="ray").statuses["ok"] == COUNT + 1
    assert (job.source / "deep" / "5.txt").read_text("utf-8") == "軟件5"
    assert Journal.of(job.source / "deep" / "5.txt").lead_back("軟件5".encode()) == "软件5".encode()


def _poison(job: Job, run: str, document: Any, earlier: Any) -> Any:
    """Stand in for a document that takes its process down."""
    if document.path == "deep/5.txt":
        os._exit(9)
    return ray_runner._do(job, run, document, earlier)


@pytest.mark.parametrize("on_error", ["skip", "keep", "fail"])
def test_a_document_that_kills_its_process_is_a_record(
    cluster: str, job: Job, monkeypatch: pytest.MonkeyPatch, on_error: Any
) -> None:
    """It is tried twice; all others are done, unless the run is to end; and the next run tries again."""
    work = ray_runner._do
    monkeypatch.setattr(ray_runner, "_do", _poison)
    job = replace(job, on_error=on_error)
    summary = run(job, runner="ray")
    crashed = records(job)["deep/5.txt"]
    assert (crashed.status, crashed.error) == ("crashed", "the worker process ended at this document, 2 times")
    assert (job.target / "deep" / "5.txt").exists() == (on_error == "keep")
    assert summary.stopped == (on_error == "fail")
    if on_error != "fail":
        assert summary.statuses == {"ok": COUNT, "skipped": 2, "crashed": 1}
    monkeypatch.setattr(ray_runner, "_do", work)
    assert run(job, runner="ray").statuses == {"ok": COUNT + 1, "skipped": 2}
    assert (job.target / "deep" / "5.txt").read_text("utf-8") == "軟件5"


def _wait_at_first(job: Job, run: str, document: Any, earlier: Any) -> Any:
    """Stand in for a document that is long enough for its process to be killed."""
    mark = job.target / "pid"
    if document.path == "deep/5.txt" and not mark.exists():
        mark.with_suffix(".new").write_text(str(os.getpid()))
        mark.with_suffix(".new").rename(mark)
        time.sleep(60)
    return ray_runner._do(job, run, document, earlier)


def _kill(mark: Path) -> None:
    while not mark.exists():
        time.sleep(0.05)
    os.kill(int(mark.read_text()), signal.SIGKILL)


def test_a_process_that_is_killed_costs_nothing(cluster: str, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its document is done by another."""
    monkeypatch.setattr(ray_runner, "_do", _wait_at_first)
    killer = threading.Thread(target=_kill, args=(job.target / "pid",), daemon=True)
    killer.start()
    assert run(job, runner="ray").statuses == {"ok": COUNT + 1, "skipped": 2}
    killer.join(1)
    assert not killer.is_alive()


def _for_ever(job: Job, run: str, document: Any, earlier: Any) -> Any:
    """Stand in for documents that take for ever: one that can be interrupted, and one that cannot."""

    def read(path: Path) -> bytes:
        if path.name in ("5.txt", "6.txt"):
            if path.name == "6.txt":
                ray_runner.signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            while True:
                pass
        return path.read_bytes()

    ray_runner._GRACE = 0.5
    ray_runner._worker(job, run).read = read
    return ray_runner._do(job, run, document, earlier)


def test_a_document_that_takes_too_long_is_a_record(cluster: str, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that does not hear of its limit."""
    monkeypatch.setattr(ray_runner, "_do", _for_ever)
    summary = run(replace(job, limits=Limits(seconds=3)), runner="ray")
    assert summary.statuses == {"ok": COUNT - 1, "skipped": 2, "failed": 1, "crashed": 1}
    assert "longer than 3 seconds; raise the limit with --timeout" in records(job)["deep/5.txt"].error
    assert records(job)["deep/6.txt"].status == "crashed"


def command(job: Job, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    arguments = ["batch", str(job.source), "-o", str(job.target), "--to", "zh-TW", "--runner", "ray", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "normalize", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def test_the_command_joins_the_cluster_that_is_named(cluster: str, job: Job) -> None:
    """It prints what it prints on one machine, and nothing of Ray's."""
    process = command(job, RAY_ADDRESS=cluster)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert b"15 documents" in output
    assert errors == b""


def test_an_interrupt_leaves_a_valid_manifest(cluster: str, job: Job) -> None:
    """Exit code 130, no traceback; the next run does the rest."""
    for number in range(200):
        (job.source / f"{number}.txt").write_text("软件发展关键" * 1000, "utf-8")
    process = command(job, RAY_ADDRESS=cluster)
    deadline = time.monotonic() + 60
    while len(list(job.target.glob("*.txt"))) < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    done = records(job)
    assert 0 < len(done) < 200
    whole = "軟件發展關鍵" * 1000
    assert all(
        (job.target / path).read_text("utf-8") == whole for path in done if "/" not in path and path[0].isdigit()
    )
    assert run(job, runner="ray").statuses["ok"] == COUNT + 201


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.modules['ray'] = None", "pip install 'zh-normalize[ray]'"),
        ("import os; os.environ['RAY_ADDRESS'] = 'nowhere'", "the Ray cluster nowhere cannot be reached"),
    ],
)
def test_what_keeps_ray_from_working_is_a_sentence(job: Job, code: str, message: str) -> None:
    """With exit code 2."""
    main = f"{code}; import sys; sys.argv[0] = 'normalize'; from normalize.cli import main; main()"
    arguments = ["batch", str(job.source), "-o", str(job.target), "--runner", "ray"]
    done = subprocess.run([sys.executable, "-c", main, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
