"""The work on one document: read, normalise, write, and say what happened. Whatever goes wrong becomes a record."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from normalize.config import Config
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document
from normalize.edits import as_list
from normalize.encoding import encode
from normalize.files import write_atomically
from normalize.pipeline import Normalizer
from normalize.result import Result


@dataclass(frozen=True)
class Job:
    """What is to be done with a folder: from where, to where, how."""

    source: Path
    target: Path
    config: Config
    to_encoding: str = "utf-8"


class Worker:
    """Does documents of one job, one after the other."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.normalizer = Normalizer(job.config)

    def do(self, document: Document, earlier: Record | None = None) -> Record:
        """Return the record of a document, after writing its output. Never raises."""
        start = perf_counter()
        record = Record(document.path, "failed", size=document.size, fingerprint=self.job.config.fingerprint)
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
        result = self.normalizer.explain(data)
        encoding = result.decoded.encoding if result.decoded else None
        if result.detection and result.detection.encoding == "binary":
            return replace(record, status="skipped", encoding="binary", error="not text")
        written = self._encode(result)
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output, written, durable=False)
        return replace(
            record,
            status="unchanged" if written == data else "ok",
            encoding=encoding,
            script_before=result.script_before,
            script_after=result.script_after,
            hash_out=hashlib.sha256(written).hexdigest(),
            **_counts(result),
        )

    def _encode(self, result: Result) -> bytes:
        data = encode(result.text, self.job.to_encoding)
        keeps_mark = result.decoded is not None and result.decoded.bom and result.decoded.encoding == "utf-8"
        return b"\xef\xbb\xbf" + data if keeps_mark and self.job.to_encoding == "utf-8" else data


def _still_valid(earlier: Record, record: Record, output: Path) -> bool:
    """Tell whether an earlier run did this very document with these very settings, and its output is there."""
    same = (earlier.hash_in, earlier.fingerprint) == (record.hash_in, record.fingerprint)
    return same and earlier.is_done and (earlier.status == "skipped" or output.is_file())


def _counts(result: Result) -> dict[str, Any]:
    """Return the numbers of changes: in all, by rule, by certainty, and lost ones."""
    rules: Counter[str] = Counter()
    certainty: Counter[str] = Counter()
    for code, count in Counter(as_list(result.spans.codes)).items():
        for step in result.spans.steps[code]:
            rules[f"{step.stage}.{step.rule}"] += count
            certainty[step.certainty] += count
    return {
        "changes": len(result.spans),
        "rules": dict(sorted(rules.items())),
        "certainty": dict(sorted(certainty.items())),
        "lost": certainty["lost"],
    }


def _sentence(error: BaseException) -> str:
    """Return what went wrong as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error) or type(error).__name__
