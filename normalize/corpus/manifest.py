"""The manifest of a folder: one line of JSON a document, written as each is finished."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from normalize.corpus.plan import STATE

#: Seconds of work that a loss of power may cost; an end of the process costs none.
_SYNC = 5.0

Status = Literal["ok", "unchanged", "skipped", "failed", "crashed"]
STATUSES: tuple[Status, ...] = ("ok", "unchanged", "skipped", "failed", "crashed")


@dataclass(frozen=True)
class Record:
    """What became of one document.

    `status`: `ok` (written, changed), `unchanged` (written, nothing to change), `skipped` (no text, or not to be
    read), `failed` (an error, in `error` as a sentence), `crashed` (it took its worker down twice); a document that
    was written may have an `error` too, about parts of it that were left as they are. Sizes in bytes,
    hashes SHA-256, `rules` and `certainty` count changes; `judged` counts, of the rules that had to prove or infer
    something or found it lost, how often they did. `confidence` (0 to 1) is that of the detected encoding. `output` is
    the path that was written where names are converted, and `names` the new names of members by their old ones.
    """

    path: str
    status: Status
    error: str = ""
    format: str = ""
    encoding: str | None = None
    script_before: str = ""
    script_after: str = ""
    changes: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    certainty: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    size: int = 0
    size_out: int = 0
    hash_in: str = ""
    hash_out: str = ""
    fingerprint: str = ""
    seconds: float = 0.0
    judged: dict[str, dict[str, int]] = field(default_factory=dict)
    confidence: float | None = None
    output: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The path that it is written to."""
        return self.output or self.path

    @property
    def is_done(self) -> bool:
        """Whether a later run with the same input and settings need not do it again."""
        return self.status in ("ok", "unchanged", "skipped")

    def but(self, **changes: Any) -> Record:
        """Return the record with other values in some fields: in a tenth of the time of `dataclasses.replace`.

        >>> Record("a.txt", "failed").but(status="ok").status
        'ok'
        """
        fresh = object.__new__(Record)
        fresh.__dict__.update(self.__dict__, **changes)
        return fresh

    def to_json(self) -> str:
        """Return the record as one line; names that are not UTF-8 keep their bytes as surrogate escapes."""
        return json.dumps(self.__dict__, ensure_ascii=True)


class Manifest:
    """The file `.normalize/manifest.jsonl` of an output folder.

    Lines are appended as documents are finished, so that an end at any moment keeps what was done; `close` rewrites it
    with one line a document. A torn last line, from such an end, is passed over when reading. In memory there are only
    the places of the lines: a folder may hold millions of documents.
    """

    def __init__(self, output: Path) -> None:
        self.path = output / STATE / "manifest.jsonl"
        self._places: dict[str, int] = {}
        self._file: Any = None
        self._synced = 0.0

    def read(self) -> dict[str, Record]:
        """Return what earlier runs did, by path; the last line about a document counts."""
        return {record.path: record for _, record in self._lines()}

    def _lines(self) -> Iterator[tuple[int, Record]]:
        """Yield the records with the places of their lines."""
        place = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    record = _parsed(line)
                    if record is not None:
                        yield place, record
                    place += len(line)
        except FileNotFoundError:
            return

    def open(self) -> None:
        """Make the file ready for more lines, and find those of earlier runs."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._places = {record.path: place for place, record in self._lines()}
        self._file = self.path.open("a+b")
        if self._file.seek(0, os.SEEK_END):
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")

    def earlier(self, path: str) -> Record | None:
        """Return what became of a document in an earlier run, or in this one."""
        place = self._places.get(path)
        return None if place is None else _parsed(self._line(place))

    def _line(self, place: int) -> bytes:
        self._file.seek(place)
        line: bytes = self._file.readline()
        return line

    def add(self, record: Record) -> None:
        """Write the record of a document that is finished."""
        self._places[record.path] = self._file.seek(0, os.SEEK_END)
        self._file.write(record.to_json().encode("ascii") + b"\n")
        self._file.flush()
        if monotonic() - self._synced > _SYNC:
            os.fsync(self._file.fileno())
            self._synced = monotonic()

    def close(self) -> None:
        """Rewrite the file with one line a document, in the order of their paths."""
        from normalize.files import write_atomically

        if self._file is None:
            return
        os.fsync(self._file.fileno())
        write_atomically(self.path, (self._line(self._places[path]) for path in sorted(self._places)))
        self._file.close()
        self._file = None


_KNOWN = {item.name for item in fields(Record)}


def _parsed(line: bytes) -> Record | None:
    """Return the record of a line, or None for what is none."""
    try:
        entry = json.loads(line)
        return Record(**{key: value for key, value in entry.items() if key in _KNOWN})
    except (ValueError, TypeError, AttributeError):
        return None
