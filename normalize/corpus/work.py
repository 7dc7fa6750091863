"""The work on one document: read, normalise, write, and say what happened. Whatever goes wrong becomes a record."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

from normalize.corpus.counting import CountingNormalizer
from normalize.corpus.job import Job, Task, begun
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document
from normalize.corpus.staging import Staging
from normalize.formats import Rewritten
from normalize.formats.blocks import Divided, large
from normalize.formats.compressed import PACKED
from normalize.formats.containers import container_of
from normalize.formats.document import TextDocument, read_text, together
from normalize.pipeline import Normalizer
from normalize.result import Result

#: Bytes copied at once.
_COPY = 1 << 20

_Done = TypeVar("_Done")


@dataclass
class _Tally:
    """What the texts of one document come to."""

    changes: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    judged: dict[str, Counter[str]] = field(default_factory=dict)
    lost: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    confidence: float | None = None

    def add(self, result: Result) -> None:
        """Count the changes of one text: in all, by rule, by certainty."""
        self.changes += len(result.spans)
        self.before[result.script_before] += 1
        self.after[result.script_after] += 1
        if (found := result.detection) is not None and found.encoding:
            self.confidence = found.confidence if self.confidence is None else min(self.confidence, found.confidence)
        counts = np.bincount(result.spans.codes).tolist() if len(result.spans) else ()
        for steps, count in zip(result.spans.steps, counts, strict=False):
            if not count:
                continue  # what could have been, and was not
            self.lost += count * any(step.certainty == "lost" for step in steps)
            for step in steps:
                self.rules[f"{step.stage}.{step.rule}"] += count
                self.certainty[step.certainty] += count
                if step.certainty != "rule":
                    self.judged.setdefault(f"{step.stage}.{step.rule}", Counter())[step.certainty] += count

    def fields(self) -> dict[str, Any]:
        """Return what the record holds of it."""
        return {
            "changes": self.changes,
            "rules": dict(sorted(self.rules.items())),
            "certainty": dict(sorted(self.certainty.items())),
            "judged": {rule: dict(counts) for rule, counts in sorted(self.judged.items())},
            "confidence": None if self.confidence is None else round(self.confidence, 3),
            "lost": self.lost,
            "script_before": together(self.before),
            "script_after": together(self.after),
        }


@dataclass(frozen=True)
class _Opened:
    """A document of text that was read, with its record so far and the place of its output."""

    record: Record
    output: Path
    data: bytes
    text: TextDocument


class Worker:
    """Does documents of one job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.normalizer = Normalizer(job.config) if job.full_record else CountingNormalizer(job.config)
        self.staging = Staging(job.target)

    def do(self, document: Document, earlier: Record | None = None) -> Record:
        """Return the record of a document, after writing its output. Never raises."""
        return self.do_many([(document, earlier)])[0]

    def do_many(self, tasks: Sequence[Task]) -> list[Record]:
        """Return the records of some documents; their texts are normalised together, which for small ones is quicker.

        Never raises: what goes wrong with one of them costs no other.
        """
        start = perf_counter()
        opened = [self._guarded(document, partial(self._open, document, earlier)) for document, earlier in tasks]
        documents = [each.text for each in opened if isinstance(each, _Opened)]
        texts = [(text, document.is_whole) for document in documents for text in document.texts]
        try:
            results = iter(self.normalizer.explain_many([text for text, _ in texts], [whole for _, whole in texts]))
        except Exception as error:
            if len(tasks) > 1:  # which of them it is, only doing them one by one can tell
                return [self.do(*task) for task in tasks]
            return [self.failed(begun(self.job, tasks[0][0], "failed", _sentence(error)))]
        records = [
            self._guarded(document, partial(self._finish, each, list(islice(results, len(each.text.texts)))))
            if isinstance(each, _Opened)
            else each
            for (document, _), each in zip(tasks, opened, strict=True)
        ]
        share = round((perf_counter() - start) / len(tasks), 4)
        return [
            record if record is earlier else record.but(seconds=share)
            for record, (_, earlier) in zip(records, tasks, strict=True)
        ]

    def _guarded(self, document: Document, work: Callable[[], _Done]) -> _Done | Record:
        """Return what work on a document comes to, or the record that it failed."""
        try:
            return work()
        except Exception as error:  # whatever it is, it must not cost the other documents
            return self.failed(begun(self.job, document, "failed", _sentence(error)))

    def _open(self, document: Document, earlier: Record | None) -> Record | _Opened:
        """Return a document of text as it is read, or the record of one that needs, or can have, no more than this."""
        record = begun(self.job, document, "failed")
        if document.problem:
            return record.but(status="skipped", error=document.problem)
        path = self.job.source / document.path
        output = self.job.target / document.place
        blocks = self._blocks(path, document)
        if blocks is not None:
            return self._do_blocks(blocks, path, output, record, earlier)
        if document.size > self.job.limits.size:
            raise ValueError(
                f"{document.size:,} bytes are more than the {self.job.limits.size:,} that are read at once; "
                "raise the limit with --max-size"
            )
        data = self.read(path)
        record = record.but(size=len(data), hash_in=hashlib.sha256(data).hexdigest())
        if earlier is not None and self.is_done(earlier, record, output):
            return earlier
        options = self.job.format_options
        container = container_of(data)
        if container is not None:
            tally = _Tally()
            done = container(data, document.path, self.normalizer, options, tally.add)
            return self._closed(record, output, data, done, tally)
        text = read_text(data, document.path, self.job.config.encoding, options)
        if isinstance(text, Rewritten):
            return self._closed(record, output, data, text, _Tally())
        return _Opened(record, output, data, text)

    def _finish(self, opened: _Opened, results: Sequence[Result]) -> Record:
        tally = _Tally()
        done = opened.text.written(results, tally.add)
        return self._closed(opened.record, opened.output, opened.data, done, tally)

    def _closed(self, record: Record, output: Path, data: bytes, done: Rewritten, tally: _Tally) -> Record:
        """Return the record of a document after writing what became of it."""
        record = record.but(format=done.format, encoding=done.encoding, names=dict(done.names))
        if done.problem:
            if self.job.copy_others:
                self.write(output, data, data)
            return record.but(status="skipped", error=done.problem)
        self.write(output, data, done.data)
        return record.but(
            status="unchanged" if done.data == data else "ok",
            error="; ".join(done.left),
            size_out=len(done.data),
            hash_out=record.hash_in if done.data is data else hashlib.sha256(done.data).hexdigest(),
            **tally.fields(),
        )

    def read(self, path: Path) -> bytes:
        """Return the content of a document."""
        return path.read_bytes()

    def is_done(self, earlier: Record, record: Record, output: Path) -> bool:
        """Tell whether an earlier run did this very document with these very settings, and its output is there."""
        same = earlier.hash_in == record.hash_in and earlier.fingerprint == record.fingerprint
        if not (same and earlier.output == record.output and earlier.is_done):
            return False
        if earlier.status == "skipped":
            return True
        try:
            # A loss of power may leave a file without its content.
            return output.stat().st_size == earlier.size_out
        except OSError:
            return False

    def write(self, output: Path, before: bytes, after: bytes) -> None:
        """Write what was made of a document."""
        self.staging.write(output, after)

    def _blocks(self, path: Path, document: Document) -> Divided | None:
        """Return a document that is large enough, and can be divided, in blocks."""
        least = self.job.limits.block
        # What is compressed may be many times as large.
        if self.job.in_place:  # the way back needs the whole content
            return None
        if document.size <= 2 * least and not document.path.lower().endswith(PACKED):
            return None
        return large(path, document.path, least, self.job.format_options, self.job.config.encoding)

    def _do_blocks(self, blocks: Divided, path: Path, output: Path, record: Record, earlier: Record | None) -> Record:
        with path.open("rb") as file:
            record = record.but(hash_in=hashlib.file_digest(file, "sha256").hexdigest())
        if earlier is not None and self.is_done(earlier, record, output):
            return earlier
        tally = _Tally()
        digest = hashlib.sha256()

        def told() -> Iterator[bytes]:
            for block in blocks.rewritten(self.normalizer, tally.add):
                digest.update(block)
                yield block

        size = self.staging.write_all(output, told())
        hash_out = digest.hexdigest()
        if not blocks.changed:
            # Packing again may give other bytes for the same content.
            with path.open("rb") as file:
                size = self.staging.write_all(output, iter(lambda: file.read(_COPY), b""))
            hash_out = record.hash_in
        return record.but(
            status="ok" if blocks.changed else "unchanged",
            error="; ".join(blocks.left),
            format=blocks.name,
            encoding=blocks.encoding,
            size_out=size,
            hash_out=hash_out,
            **tally.fields(),
        )

    def failed(self, record: Record) -> Record:
        """Copy a document that could not be done, if that was asked for."""
        if self.job.on_error != "keep" or self.job.in_place:
            return record
        try:
            with (self.job.source / record.path).open("rb") as file:
                self.staging.write_all(self.job.target / record.place, iter(lambda: file.read(_COPY), b""))
        except OSError as error:
            return record.but(error=f"{record.error}; it could not be copied either: {_sentence(error)}")
        return record


def _sentence(error: BaseException) -> str:
    """Return what went wrong as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, ValueError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
