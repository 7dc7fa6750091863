"""A job: what is to be done with a folder. Light, so that workers are started before anybody loads what the work needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from normalize.config import Config
from normalize.corpus.manifest import Record, Status
from normalize.corpus.plan import Document
from normalize.formats import Options

OnError = Literal["skip", "keep", "fail"]

#: A document to be done, and what became of it in an earlier run.
Task = tuple[Document, Record | None]


@dataclass(frozen=True)
class Limits:
    """What one document may cost: `size` in bytes, `seconds` (0: any), `block` bytes of a large text at once.

    Documents of rows or lines that are larger than `block` are done block by block, whatever their size; `size` is for
    those that must be read whole.
    """

    size: int = 8_000_000
    seconds: float = 300.0
    block: int = 1 << 20


@dataclass(frozen=True)
class Job:
    """What is to be done with a folder: from where, to where, how.

    `on_error` says what becomes of a document that cannot be done: nothing is written (`skip`), its bytes are copied
    (`keep`), or the run ends (`fail`); it has its record in any case. `copy_others` copies what is not text.
    `full_record` counts the conversion of script by rule, which takes ten times as long. `in_place` changes documents
    where they are (source and target are one), each with a journal beside it.
    """

    source: Path
    target: Path
    config: Config
    to_encoding: str = "utf-8"
    options: Options = field(default_factory=Options)
    limits: Limits = Limits()
    on_error: OnError = "skip"
    copy_others: bool = False
    full_record: bool = False
    in_place: bool = False

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when anything changes that the output depends on."""
        payload = f"{self.config.fingerprint} {self.to_encoding} {self.options} {self.copy_others}"
        return hashlib.sha256(payload.encode()).hexdigest()[:16]

    @cached_property
    def format_options(self) -> Options:
        """What formats are told."""
        return replace(self.options, to_encoding=self.to_encoding, largest=self.limits.size)


def begun(job: Job, document: Document, status: Status, error: str = "") -> Record:
    """Return the record of a document of which nothing is known yet."""
    output = "" if document.place == document.path else document.place
    return Record(document.path, status, error, size=document.size, fingerprint=job.fingerprint, output=output)
