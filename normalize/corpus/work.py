"""The work on one document: read, normalise, write, and say what happened. Whatever goes wrong becomes a record."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

from normalize.config import Config
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document
from normalize.edits import as_list
from normalize.files import write_atomically
from normalize.formats import Options, rewrite
from normalize.formats.document import together
from normalize.pipeline import Normalizer
from normalize.result import Result


@dataclass(frozen=True)
class Job:
    """What is to be done with a folder: from where, to where, how."""

    source: Path
    target: Path
    config: Config
    to_encoding: str = "utf-8"
    options: Options = field(default_factory=Options)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when anything changes that the output depends on."""
        payload = f"{self.config.fingerprint} {self.to_encoding} {self.options}"
        return hashlib.sha256(payload.encode()).hexdigest()[:16]

    @cached_property
    def format_options(self) -> Options:
        """What formats are told."""
        return replace(self.options, to_encoding=self.to_encoding)


@dataclass
class _Tally:
    """What the texts of one document come to."""

    changes: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)

    def add(self, result: Result) -> None:
        """Count the changes of one text: in all, by rule, by certainty."""
        self.changes += len(result.spans)
        self.before.add(result.script_before)
        self.after.add(result.script_after)
        for code, count in Counter(as_list(result.spans.codes)).items():
            for step in result.spans.steps[code]:
                self.rules[f"{step.stage}.{step.rule}"] += count
                self.certainty[step.certainty] += count

    def fields(self) -> dict[str, Any]:
        """Return what the record holds of it."""
        return {
            "changes": self.changes,
            "rules": dict(sorted(self.rules.items())),
            "certainty": dict(sorted(self.certainty.items())),
            "lost": self.certainty["lost"],
            "script_before": together(self.before),
            "script_after": together(self.after),
        }


class Worker:
    """Does documents of one job, one after the other."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.normalizer = Normalizer(job.config)

    def do(self, document: Document, earlier: Record | None = None) -> Record:
        """Return the record of a document, after writing its output. Never raises."""
        start = perf_counter()
        record = Record(document.path, "failed", size=document.size, fingerprint=self.job.fingerprint)
        try:
            done = self._do(document, record, earlier)
        except (OSError, ValueError, MemoryError, RecursionError) as error:
            done = replace(record, error=_sentence(error))
        return done if done is earlier else replace(done, seconds=round(perf_counter() - start, 4))

    def _do(self, document: Document, record: Record, earlier: Record | None) -> Record:
        if document.problem:
            return replace(record, status="skipped", error=document.problem)
        data = (self.job.source / document.path).read_bytes()
        record = replace(record, size=len(data), hash_in=hashlib.sha256(data).hexdigest())
        output = self.job.target / document.path
        if earlier is not None and _still_valid(earlier, record, output):
            return earlier
        tally = _Tally()
        done = rewrite(data, document.path, self.normalizer, self.job.format_options, tally.add)
        record = replace(record, format=done.format, encoding=done.encoding)
        if done.problem:
            return replace(record, status="skipped", error=done.problem)
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output, done.data, durable=False)
        return replace(
            record,
            status="unchanged" if done.data == data else "ok",
            error="; ".join(done.left),
            hash_out=record.hash_in if done.data is data else hashlib.sha256(done.data).hexdigest(),
            **tally.fields(),
        )


def _still_valid(earlier: Record, record: Record, output: Path) -> bool:
    """Tell whether an earlier run did this very document with these very settings, and its output is there."""
    same = (earlier.hash_in, earlier.fingerprint) == (record.hash_in, record.fingerprint)
    return same and earlier.is_done and (earlier.status == "skipped" or output.is_file())


def _sentence(error: BaseException) -> str:
    """Return what went wrong as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__
