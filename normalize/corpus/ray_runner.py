"""The runner on a Ray cluster: one task a document, few in flight at a time, the same records as on one machine.

All machines must reach both folders under the same paths, and have this package. Without `RAY_ADDRESS` a cluster is
started on this machine, and ended with the run.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from normalize.corpus.job import Job, Task, begun
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document, PlanError
from normalize.corpus.runner import TRIES, worker_for
from normalize.corpus.work import Worker

#: Tasks in flight for each processor: one that runs, and one that waits, so that none stands idle.
_AHEAD = 2
#: Seconds after its limit that a document has to notice it; then its process ends. So long the end of a run waits, too.
_GRACE = 30.0


class TookTooLongError(ValueError):
    """A document that had its time."""


def run_ray(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[Record]:
    """Do the documents as tasks of a Ray cluster: the one that is connected or named, or else `workers` processes here.

    A task whose process dies is tried once more, and then a `crashed` record. Raises PlanError when Ray is not there.
    """
    try:
        # Typed in parts only: checks with Ray installed and without must come to the same.
        ray: Any = import_module("ray")
    except ImportError:
        raise PlanError("the runner `ray` needs Ray; install it with: pip install 'zh-normalize[ray]'") from None
    is_ours = not ray.is_initialized()
    if is_ours:
        _connect(ray, workers)
    job = _absolute(job)
    # A task may be started so often: once, and again for each death of its process but the last.
    do = ray.remote(max_retries=TRIES - 1, num_cpus=1)(_do)
    shared, run = ray.put(job), uuid4().hex
    flying: dict[Any, Document] = {}
    try:
        window = _AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1)
        for document, earlier in tasks:
            flying[do.remote(shared, run, document, earlier)] = document
            if len(flying) >= window:
                yield from _finished(ray, job, flying)
        while flying:
            yield from _finished(ray, job, flying)
    finally:
        # To disconnect ends the tasks of this run; cancelling them by force besides may end this process, too.
        if is_ours:
            ray.shutdown()
        elif flying:
            for task in flying:
                ray.cancel(task)
            ray.wait(list(flying), num_returns=len(flying), timeout=_GRACE)


def _absolute(job: Job) -> Job:
    """Return a job without relative paths: workers have a working directory of their own."""
    dictionaries = tuple(str(Path(name).absolute()) for name in job.config.dictionary)
    config = job.config.with_options(dictionary=dictionaries)
    return replace(job, source=job.source.absolute(), target=job.target.absolute(), config=config)


def _connect(ray: Any, workers: int) -> None:
    """Connect to the cluster that is named, or start one on this machine that tells nobody of itself."""
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    address = os.environ.get("RAY_ADDRESS")
    try:
        if address:
            ray.init(address=address, **quiet)
            return
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # A document that needs more memory than there is would be tried for ever.
        limits = {"task_oom_retries": TRIES - 1}
        ray.init("local", num_cpus=max(workers, 1), include_dashboard=False, _system_config=limits, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        where = f"the Ray cluster {address} cannot be reached" if address else "Ray cannot be started here"
        raise PlanError(f"{where}: {str(error).splitlines()[0]}") from None


def _finished(ray: Any, job: Job, flying: dict[Any, Document]) -> Iterator[Record]:
    """Wait for a task, and yield the records of those that are finished."""
    done, _ = ray.wait(list(flying), num_returns=1)
    for task in done:
        document = flying.pop(task)
        try:
            yield ray.get(task)
        except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError):
            error = f"the worker process ended at this document, {TRIES} times"
            yield worker_for(job).failed(begun(job, document, "crashed", error))
        except ray.exceptions.RayError as error:
            sentence = str(error).strip().splitlines()[-1:] or [type(error).__name__]
            yield worker_for(job).failed(begun(job, document, "failed", f"the cluster failed: {sentence[0]}"))


@lru_cache(maxsize=1)
def _worker(job: Job, run: str) -> Worker:
    """Return the worker of this process for a run: processes of a cluster outlive it, and may do the same job again."""
    return worker_for(job)


def _do(job: Job, run: str, document: Document, earlier: Record | None) -> Record:
    """Do a document in a process of the cluster."""
    with _limited(job.limits.seconds):
        return _worker(job, run).do(document, earlier)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError in what takes longer, and end the process if that is not heard."""
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise TookTooLongError(f"took longer than {seconds:g} seconds; raise the limit with --timeout")

    old = signal.signal(signal.SIGALRM, ring)
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds + _GRACE, exit=True, file=nowhere)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGALRM, old)
