"""Runners: how the documents of a job reach workers. Each yields a record a document, in the order they are finished.

The workers of the process runner are supervised here rather than by a pool of the standard library, because a worker
that dies would take other tasks of a pool with it, or leave it waiting for ever.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import TYPE_CHECKING

from normalize.corpus.job import Job, Task, begun
from normalize.corpus.manifest import Record, Status
from normalize.corpus.plan import Document
from normalize.corpus.shares import Answer, Gathered, Parted, Shared, shared_out

if TYPE_CHECKING:
    from normalize.corpus.work import Worker

#: Small documents are handed over, and done, together: so many, of so many bytes in all (measured: 16 to 64 pages of
#: 20 KB are equally quick, 4 take a quarter longer). A larger one goes alone.
CHUNK, CHUNK_SIZE = 32, 1 << 19
#: Chunks that a worker is given ahead, if they are small, so that it never waits for the supervisor.
AHEAD = 2
#: How often a document may take its worker down before it is recorded as crashed.
TRIES = 2
#: So many workers in a row may end before they are ready; then the machine is at fault, and no document.
STARTS = 5


class RunnerError(RuntimeError):
    """Workers that cannot be started; the message says why, as far as it is known."""


def worker_for(job: Job) -> Worker:
    """Return a worker of the kind that a job needs; only who works loads what the work needs."""
    if job.in_place:
        from normalize.corpus.inplace import InPlaceWorker

        return InPlaceWorker(job)
    from normalize.corpus.work import Worker

    return Worker(job)


def run_serial(job: Job, tasks: Iterable[Task]) -> Iterator[Record]:
    """Do all documents in this process."""
    worker = worker_for(job)
    for chunk in chunks(job, tasks):
        yield from worker.do_many(chunk)


def chunks(job: Job, tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Yield documents in their order, small ones together, unless the first that fails is to end the run.

    A share of a document comes alone.
    """
    most = 1 if job.on_error == "fail" else CHUNK
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        size += task[0].size
        is_apart = isinstance(task[0], Shared) or (chunk and isinstance(chunk[-1][0], Shared))
        if chunk and (is_apart or size > CHUNK_SIZE or len(chunk) == most):
            yield chunk
            chunk, size = [], task[0].size
        chunk.append(task)
    if chunk:
        yield chunk


def run_processes(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[Record]:
    """Do the documents in worker processes; one that dies is replaced, and costs no other document.

    Raises RunnerError when workers end again and again before they are ready for a document.
    """
    supervisor = _Supervisor(job, iter(tasks), workers)
    try:
        yield from supervisor.run()
    finally:
        supervisor.stop()


@dataclass
class _Hand:
    """A worker process with the line to it, the chunks of documents it was given and has not answered, and since when
    it is at the first of them; `is_ready` once it has said so.
    """

    process: BaseProcess
    line: Connection
    given: deque[list[Task]] = field(default_factory=deque)
    since: float = 0.0
    is_ready: bool = False

    @property
    def has_enough(self) -> bool:
        """Whether what it was given is so large that more need not wait for it."""
        return sum(document.size for chunk in self.given for document, _ in chunk) > CHUNK_SIZE


class _Supervisor:
    def __init__(self, job: Job, tasks: Iterator[Task], workers: int) -> None:
        self.job = job
        self.chunks = chunks(job, shared_out(job, tasks, workers))
        self.again: deque[list[Task]] = deque()
        self.gathered = Gathered()
        self.deaths: dict[str, int] = {}
        self.context = multiprocessing.get_context("spawn")
        self.hands: list[_Hand] = []
        self.workers = workers
        self.limit = job.limits.seconds
        self.failed_starts = 0

    def run(self) -> Iterator[Record]:
        self.hands.append(self._hire())
        self._give(self.hands[0], 1)
        # One chunk each to begin with: few documents are shared, and who would get none is not hired.
        while len(self.hands) < self.workers and (chunk := next(self.chunks, None)) is not None:
            self.again.append(chunk)
            self.hands.append(self._hire())
            self._give(self.hands[-1], 1)
        for hand in self.hands:
            self._give(hand)
        while busy := [hand for hand in self.hands if hand.given]:
            ready = wait([hand.line for hand in busy], timeout=self._patience(busy))
            for hand in busy:
                if hand.line in ready:
                    yield from self._listen(hand)
                elif self.limit and monotonic() - hand.since > self.limit:
                    yield from self._cut_short(hand)

    def _patience(self, busy: list[_Hand]) -> float | None:
        """Return how long to wait until the first document has had its time."""
        return max(min(hand.since for hand in busy) + self.limit - monotonic(), 0.0) + 0.01 if self.limit else None

    def _cut_short(self, hand: _Hand) -> Iterator[Record]:
        """End a worker whose document takes too long; the others it was given go to its successor."""
        hand.process.kill()
        hand.process.join()
        hand.line.close()
        if not hand.is_ready:
            self._start_failed(f"was not ready within {self.limit:g} seconds")
            self._replace(hand)
            return
        if not self._share_out(hand):
            [task] = hand.given.popleft()
            error = f"took longer than {self.limit:g} seconds; raise the limit with --timeout"
            yield from self._heard(task, self._gone(task[0], "failed", error))
        self._replace(hand)

    def _share_out(self, hand: _Hand) -> bool:
        """Tell whether a worker was at several documents, and let them go one by one: any may be the one at fault."""
        if len(hand.given[0]) == 1:
            return False
        self.again.extend([task] for task in hand.given.popleft())
        return True

    def _gone(self, document: Document, status: Status, error: str) -> Record:
        """Return the record of a document that went down with its worker, after copying it if that was asked for."""
        record = begun(self.job, document, status, error)
        return worker_for(self.job).failed(record)

    def _replace(self, hand: _Hand) -> None:
        self.again.extend(hand.given)
        fresh = self._hire()
        self.hands[self.hands.index(hand)] = fresh
        self._give(fresh)

    def stop(self) -> None:
        """End the workers: those at rest by closing their line, the others by a signal."""
        for hand in self.hands:
            hand.line.close()
            if hand.given:
                hand.process.terminate()
        for hand in self.hands:
            hand.process.join(timeout=5)
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()

    def _hire(self) -> _Hand:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_work, args=(self.job, theirs), daemon=True)
        process.start()
        theirs.close()
        return _Hand(process, ours)

    def _give(self, hand: _Hand, most: int = AHEAD) -> None:
        """Hand over the next documents, up to so many chunks; what has ended a worker goes alone."""
        while len(hand.given) < most and not hand.has_enough:
            chunk = self.again.popleft() if self.again else next(self.chunks, None)
            if chunk is None:
                return
            if self.gathered.is_settled(chunk[0][0]):
                continue
            if not hand.given:
                hand.since = monotonic()
            elif any(earlier or isinstance(document, Parted) for document, earlier in chunk):
                # What is long, sent to a worker that is about to send something, would leave each waiting for the other.
                self.again.appendleft(chunk)
                return
            hand.given.append(chunk)
            try:
                hand.line.send(chunk)
            except OSError:  # it died meanwhile, which listening will find out
                return

    def _listen(self, hand: _Hand) -> Iterator[Record]:
        try:
            heard: list[Answer] | str | None = hand.line.recv()
        except (EOFError, OSError):
            yield from self._bury(hand)
            return
        if isinstance(heard, str):
            raise RunnerError(f"a worker process cannot begin: {heard}")
        if heard is None:
            hand.is_ready = True
            hand.since = monotonic()
            self.failed_starts = 0
            return
        chunk = hand.given.popleft()
        hand.since = monotonic()
        records = [record for pair in zip(chunk, heard, strict=True) for record in self._heard(*pair)]
        self._give(hand)
        yield from records

    def _heard(self, task: Task, answer: Answer) -> Iterator[Record]:
        """Yield the record of a document when there is one; let what is complete be put together."""
        document, earlier = task
        found = self.gathered.add(document, answer) if isinstance(document, Shared) else answer
        if isinstance(found, Record):
            yield found
        elif isinstance(found, Parted):
            self.again.append([(found, earlier)])

    def _bury(self, hand: _Hand) -> Iterator[Record]:
        """Replace a worker that died, and decide about the document that it was at."""
        hand.process.join()
        hand.line.close()
        if not hand.is_ready:
            self._start_failed(f"ended with {_end_of(hand.process)} before it was ready")
            self._replace(hand)
            return
        if self._share_out(hand):
            self._replace(hand)
            return
        [task] = hand.given.popleft()
        document = task[0]
        deaths = self.deaths[document.path] = self.deaths.get(document.path, 0) + 1
        if deaths >= TRIES:
            error = f"the worker process ended with {_end_of(hand.process)} at this document, {deaths} times"
            yield from self._heard(task, self._gone(document, "crashed", error))
        else:
            self.again.append([task])
        self._replace(hand)

    def _start_failed(self, how: str) -> None:
        self.failed_starts += 1
        if self.failed_starts >= STARTS:
            raise RunnerError(
                f"no worker process can be started: {self.failed_starts} in a row failed, the last {how}; "
                "try fewer with --jobs, or see whether memory is short"
            )


def _end_of(process: BaseProcess) -> str:
    """Return how a process ended."""
    code = process.exitcode or 0
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:  # one of the signals without a name
        return f"signal {-code}"


def _work(job: Job, line: Connection) -> None:
    """Be a worker: say that it is ready, or why not; answer every chunk with its records until the line is closed."""
    # An interrupt is for the supervisor, which ends the workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # NumPy's library of linear algebra, which nothing here uses, would start a thread a core as it is loaded (measured:
    # 124 ms of processor time instead of 72).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Rows are many small objects, none of them in a cycle: to look for cycles among 700 new ones at a time, as Python
    # does unless told otherwise, took an eighth of the time of JSON lines.
    gc.set_threshold(50_000, 20)
    worker, problem = None, None
    try:
        worker = worker_for(job)
    except Exception as error:  # whatever keeps it from beginning would keep all others too
        problem = f"{type(error).__name__}: {error}"
    try:
        line.send(problem)
    except OSError:
        return
    while worker is not None:
        try:
            line.send(_answers(worker, line.recv()))
        except (EOFError, OSError):
            return


def _answers(worker: Worker, tasks: list[Task]) -> Sequence[Answer]:
    """Return what a worker answers: about a share and what is to be put together, which come alone, or documents."""
    document, earlier = tasks[0]
    if isinstance(document, Shared):
        return [worker.do_share(document, earlier)]
    if isinstance(document, Parted):
        return [worker.join(document)]
    return worker.do_many(tasks)
