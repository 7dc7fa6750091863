"""The batch job: plan, run, record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from normalize.corpus.manifest import Manifest, Record
from normalize.corpus.names import Names
from normalize.corpus.plan import Document, check_folders, find_documents, without_clashes
from normalize.corpus.runner import RunnerError, run_processes, run_serial
from normalize.corpus.staging import Staging, folds_case
from normalize.corpus.job import Job, Task
from normalize.pipeline import Normalizer

#: Records that are told one by one in the end: the manifest has all of them.
TOLD = 100


@dataclass
class Summary:
    """What a run did: counts by status, encoding, script, rule and certainty, sizes in bytes.

    `troubles` are the first records with something to say, of `trouble_count` in all; `stopped` tells that the run
    ended at a document that failed. `done_before` counts the documents of which nothing was to be done again.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    scripts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    size: int = 0
    lost: int = 0
    troubles: list[Record] = field(default_factory=list)
    trouble_count: int = 0
    stopped: bool = False
    done_before: int = 0

    def add(self, record: Record, earlier: Record | None = None) -> None:
        """Count one document, given what an earlier run made of it."""
        self.done_before += record == earlier
        self.statuses[record.status] += 1
        self.size += record.size
        if record.status in ("ok", "unchanged"):
            self.encodings[record.encoding or "?"] += 1
            self.scripts[record.script_before, record.script_after] += 1
            self.rules.update(record.rules)
            self.certainty.update(record.certainty)
            self.lost += record.lost
        if record.error:
            self.trouble_count += 1
            if len(self.troubles) < TOLD:
                self.troubles.append(record)

    @property
    def failed(self) -> int:
        """How many documents have no output because something went wrong."""
        return self.statuses["failed"] + self.statuses["crashed"]


RunnerName = Literal["processes", "ray"]


def run(
    job: Job,
    workers: int = 0,
    resume: bool = True,
    on_record: Callable[[Record], object] = lambda record: None,
    runner: RunnerName = "processes",
) -> Summary:
    """Normalise all documents of a folder into another, and return the summary.

    What an earlier run did with the same input and settings is not done again unless `resume` is off. Every document
    gets a line in the manifest; `on_record` hears of each as it is finished. `workers` processes do the work, which
    one bad document cannot take down; 0 does it in this process, without a limit on time. The runner `ray` does it on a
    Ray cluster instead. Raises PlanError for folders and runners that cannot be used, RunnerError when workers cannot
    be started; an interrupt leaves a valid manifest.
    """
    check_folders(job.source, job.target, job.in_place)
    manifest = Manifest(job.target)
    manifest.open()
    Staging(job.target).clear()
    summary = Summary()
    tasks = _tasks(job, manifest.earlier if resume else lambda path: None)
    try:
        for record in _records(job, tasks, workers, runner):
            summary.add(record, manifest.earlier(record.path) if resume else None)
            manifest.add(record)
            on_record(record)
            if job.on_error == "fail" and record.status in ("failed", "crashed"):
                summary.stopped = True
                break
    finally:
        Staging(job.target).clear()
        manifest.close()
    return summary


def count_documents(job: Job) -> tuple[int, int]:
    """Return how many documents a job has, and their size in bytes, for showing progress."""
    check_folders(job.source, job.target, job.in_place)
    sizes = [document.size for document in find_documents(job.source, job.in_place)]
    return len(sizes), sum(sizes)


def _tasks(job: Job, earlier: Callable[[str], Record | None]) -> Iterator[Task]:
    rename = Names(Normalizer(job.config)).of if job.options.names and not job.in_place else list
    documents = find_documents(job.source, job.in_place, rename)
    may_clash = not job.in_place and folds_case(job.target)
    for document in without_clashes(documents) if may_clash else documents:
        yield document, earlier(document.path)


def _records(job: Job, tasks: Iterator[Task], workers: int, runner: RunnerName) -> Iterator[Record]:
    if runner == "ray":
        from normalize.corpus.ray_runner import run_ray

        return run_ray(job, tasks, workers)
    return run_serial(job, tasks) if workers < 1 else run_processes(job, tasks, workers)


__all__ = ["Document", "Job", "Record", "RunnerError", "Summary", "count_documents", "run"]
