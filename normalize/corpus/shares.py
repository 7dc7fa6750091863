"""Large documents shared out: several workers do some of the blocks each, and one puts together what they made.

Whether a document can be divided is seen by whoever opens it: where it cannot, the first share is the whole document,
and the others are nothing. What comes out does not depend on how many shares there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from normalize.corpus.job import Job, Task
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document

if TYPE_CHECKING:
    from normalize.corpus.tally import Tally

#: A share has as many blocks at least: to open a document, and to look for its blocks, takes as long as one or two.
LEAST_BLOCKS = 4
#: Every share reads, and unpacks, the whole document: gzip takes a thirtieth of the time of the work on it.
MOST_SHARES = 8
#: So many documents are looked ahead for.
_AHEAD = 10_000


@dataclass(frozen=True, slots=True)
class Shared(Document):
    """A share of a document: which of how many."""

    index: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What became of a share: a file that holds its blocks; what the document was like then; for each block the bytes in
    that file, its size before packing and its checksum; whether any changed; the faulty lines, the first by number, and
    their number; what the texts come to; the seconds it took.
    """

    place: str
    state: tuple[int, int]
    blocks: list[tuple[int, int, int]]
    changed: bool
    faulty: tuple[list[int], int]
    tally: Tally
    seconds: float


@dataclass(frozen=True, slots=True)
class Parted(Document):
    """A document all shares of which are done, with what became of them, in order."""

    parts: tuple[Part, ...] = ()


#: What a worker answers about a share: what became of it; nothing, where the first share is the whole document; or
#: a record, which is that of the document.
Answer = Part | Record | None


def shared_out(job: Job, tasks: Iterator[Task], workers: int) -> Iterator[Task]:
    """Yield documents in their order, and instead of one that is large its shares.

    A document is left whole where those after it keep the other workers busy as long, or where an earlier run with the
    same settings may have done it.
    """
    ahead: deque[Task] = deque()
    size = 0
    while ahead or (first := next(tasks, None)) is not None:
        if ahead:
            first = ahead.popleft()
            size -= first[0].size
        assert first is not None
        document, earlier = first
        count = 1 if is_likely_done(job, first) else _shares(job, document, workers)
        while count > 1 and size < document.size * (workers - 1) and len(ahead) < _AHEAD:
            other = next(tasks, None)
            if other is None:
                break
            ahead.append(other)
            size += other[0].size
        if count > 1 and size < document.size * (workers - 1):
            known = {field.name: getattr(document, field.name) for field in fields(document)}
            yield from ((Shared(**known, index=index, count=count), earlier) for index in range(count))
        else:
            yield first


def is_likely_done(job: Job, task: Task) -> bool:
    """Tell whether an earlier run seems to have done a document: whether it did is seen by its content."""
    document, earlier = task
    if earlier is None:
        return False
    return earlier.is_done and (earlier.size, earlier.fingerprint) == (document.size, job.fingerprint)


def _shares(job: Job, document: Document, workers: int) -> int:
    if job.in_place or document.problem:
        return 1
    return min(workers, MOST_SHARES, document.size // (LEAST_BLOCKS * job.limits.block))


class Gathered:
    """What is heard of the shares of documents, until each has its record."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[int, Answer]] = {}
        self._settled: set[str] = set()

    def is_settled(self, document: Document) -> bool:
        """Tell whether a document, of which this is a share, has its record."""
        return isinstance(document, Shared) and document.path in self._settled

    def add(self, share: Shared, answer: Answer) -> Record | Parted | None:
        """Return the record of the document of a share; or, when this was the last share, what is to be put together.

        Of a share more may be heard after that: of what has its record already there is no other.
        """
        if self.is_settled(share):
            return None
        answers = self._answers.setdefault(share.path, {})
        answers[share.index] = answer
        parts = [answers[index] for index in range(share.count) if isinstance(answers.get(index), Part)]
        if len(parts) < share.count and not isinstance(answer, Record):
            return None
        del self._answers[share.path]
        self._settled.add(share.path)
        if isinstance(answer, Record):
            return answer
        known = {field.name: getattr(share, field.name) for field in fields(Document)}
        return Parted(**known, parts=tuple(part for part in parts if isinstance(part, Part)))
