"""What changed in one document, sampled: some of its lines, each with a bounded number of changes.

Documents are normalised again for it, with the full record that the folder job does without; so this can be done for
some documents, and for those of moderate size.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from normalize.corpus.inplace import before
from normalize.corpus.job import Job
from normalize.corpus.manifest import Record
from normalize.edits import Step
from normalize.findings import Finding
from normalize.formats import rewrite
from normalize.formats.blocks import large
from normalize.highlight import Piece, pieces
from normalize.pipeline import Normalizer
from normalize.result import Result

#: Lines shown of a document, changes shown of a line, and characters shown around each change.
LINES, CHANGES, AROUND = 10, 80, 40
#: Larger documents (bytes) are compared in a first part of this size, or not at all.
WHOLE, PART = 1 << 19, 1 << 16
#: Seconds that all comparisons of a report may take: 40 documents of 20 KB take three.
SECONDS = 30.0
#: What needs a look first.
_WEIGHTS = {"lost": 8, "inferred": 6, "proved": 4, "rule": 2}
#: The conversion of script touches most lines, and is what everybody expects.
_EXPECTED = "script"


@dataclass(frozen=True)
class Line:
    """A line that changed: where it is, its stretches and changes, and how many changes of it are not shown."""

    member: str
    number: int
    pieces: list[Piece]
    more: int = 0


@dataclass
class Comparison:
    """What a document shows: some lines, how many changed in all; `problem` says why nothing can be shown."""

    lines: list[Line] = field(default_factory=list)
    changed: int = 0
    is_part: bool = False
    problem: str = ""


def compare(job: Job, record: Record) -> Comparison:
    """Return what normalising a document of a job again changes in it. Never raises: what goes wrong is the problem."""
    found = _Sampler()
    try:
        path = job.source / record.path
        normalizer = Normalizer(job.config)
        if record.size > WHOLE:
            blocks = None if job.in_place else large(path, record.path, PART, job.format_options, job.config.encoding)
            if blocks is None:
                return Comparison(problem="too large to be compared here")
            next(iter(blocks.rewritten(normalizer, found)), b"")
            found.comparison.is_part = True
        else:
            data = original(job, record, path)
            rewrite(data, record.path, normalizer, job.format_options, found)
    except _ChangedError as error:
        return Comparison(problem=str(error))
    except Exception as error:  # a report of other documents must not fail by one
        return Comparison(problem=f"cannot be compared now: {error or type(error).__name__}")
    found.finish()
    return found.comparison


class Comparer:
    """Compares documents of a job until its time is over: a report must not take longer than people wait for it."""

    def __init__(self, job: Job, seconds: float = SECONDS) -> None:
        self.job = job
        self.seconds = seconds

    def __call__(self, record: Record) -> Comparison:
        """Return the comparison of a document, or that there was no time left for it."""
        if self.seconds <= 0:
            return Comparison(problem="not compared, to have the report in time; normalize explain --html shows it")
        start = perf_counter()
        found = compare(self.job, record)
        self.seconds -= perf_counter() - start
        return found


class _ChangedError(Exception):
    """The document is another by now."""


def original(job: Job, record: Record, path: Path) -> bytes:
    """Return what the document was before the run. Raises an error with a sentence when it is another by now."""
    data = path.read_bytes()
    if job.in_place:
        data = before(path, data, job.fingerprint)
    if record.hash_in and hashlib.sha256(data).hexdigest() != record.hash_in:
        raise _ChangedError("has changed since it was normalised")
    return data


class _Sampler:
    """Told of each text of a document, keeps the lines that show most."""

    def __init__(self, member: str = "", comparison: Comparison | None = None) -> None:
        self.member = member
        self.comparison = comparison or Comparison()

    def within(self, name: str) -> _Sampler:
        """Return who is told of the texts of a member."""
        return _Sampler(f"{self.member}/{name}" if self.member else name, self.comparison)

    def __call__(self, result: Result) -> None:
        found, changed = sample(result, LINES)
        self.comparison.changed += changed
        self.comparison.lines += (Line(self.member, line.number, line.pieces, line.more) for line in found)

    def finish(self) -> None:
        """Keep as many lines as are shown, from all members."""
        lines = self.comparison.lines
        best = sorted(range(len(lines)), key=lambda place: -_line_weight(lines[place]))[:LINES]
        self.comparison.lines = [lines[place] for place in sorted(best)]


def _line_weight(line: Line) -> int:
    return max((_weight(piece.steps) for piece in line.pieces if not isinstance(piece, str)), default=0)


def _weight(steps: tuple[Step, ...]) -> int:
    return max(_WEIGHTS[step.certainty] - (step.stage == _EXPECTED) for step in steps)


@dataclass(slots=True)
class _Row:
    """The changes of one line: the first, how many, and how much they need a look."""

    number: int
    first: int
    count: int = 0
    weight: int = 0


def sample(result: Result, most: int) -> tuple[list[Line], int]:
    """Return the lines of a result that show most, in order, and how many lines have changes.

    Every rule has a line where it acted, as far as there is room; then what is lost, inferred, proved.
    """
    spans = result.spans
    weights = [_weight(steps) for steps in spans.steps]
    ends = (found.start() for found in re.finditer("\n", result.source))
    end = next(ends, None)
    number = 1
    rows: list[_Row] = []
    examples: dict[int, _Row] = {}
    for index, (start, _, _, _, code) in enumerate(spans.rows()):
        while end is not None and end < start:
            number, end = number + 1, next(ends, None)
        if not rows or rows[-1].number != number:
            rows.append(_Row(number, index))
        row = rows[-1]
        row.count += 1
        row.weight = max(row.weight, weights[code])
        examples.setdefault(code, row)
    ranked = sorted(examples, key=lambda code: -weights[code])
    chosen = {id(row): row for row in [examples[code] for code in ranked][:most]}
    for row in sorted(rows, key=lambda row: -row.weight)[:most]:
        if len(chosen) < most:
            chosen.setdefault(id(row), row)
    wanted = sorted(chosen.values(), key=lambda row: row.number)
    return [_line(result, row) for row in wanted], len(rows)


def _line(result: Result, row: _Row) -> Line:
    findings = _findings(result, row)
    shown = [piece for _, line in pieces(result, findings, AROUND) for piece in line]
    if row.count > CHANGES:
        shown[-1] = ""  # behind the last change that is shown come others
    return Line("", row.number, shown, max(row.count - CHANGES, 0))


def _findings(result: Result, row: _Row) -> Iterator[Finding]:
    for index in range(row.first, row.first + min(row.count, CHANGES)):
        yield Finding(row.number, 0, row.number, 0, result.changes[index])


Compare = Callable[[Record], Comparison]
