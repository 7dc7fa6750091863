"""Parquet and Arrow files: their text columns normalised part by part, all else as it was.

They are rewritten by pyarrow (extra `arrow`), so that the values, types, metadata, compression and parts of a file are
kept rather than each of its bytes; where nothing is to be changed, the bytes that come out are those that came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from normalize.formats.document import Rewritten, Visit, within
from normalize.formats.span import FormatError, Options
from normalize.pipeline import Normalizer
from normalize.result import Result

#: So many values that could not be done are named.
_NAMED = 5


class Reader(Protocol):
    """A file that is open: its Arrow schema, and how it is read and written again."""

    schema: Any
    #: What was noticed about the file that its reader ought to know.
    notes: list[str]

    def batches(self) -> Iterator[tuple[Any, Any]]:
        """Yield its record batches, each with what the writer must know of it."""

    def writer(self, sink: Any, changing: frozenset[str]) -> Any:
        """Return what writes a file of the same kind, in which text at some paths may be another.

        It has `add(batch, known)` and `close()`.
        """


def kind_of(head: bytes) -> str | None:
    """Return the name of the format that begins so: `parquet`, `arrow` (file) or `arrows` (stream); None for others.

    Parquet: the magic and a page header, whose first field is a number (0x15 in Thrift's compact protocol). Arrow: the
    magic of files, or of streams the continuation mark and the length of a schema, which is a multiple of 8.

    >>> kind_of(b"PAR1\\x15\\x04"), kind_of(b"ARROW1\\0\\0"), kind_of(b"PAR1 is what it said")
    ('parquet', 'arrow', None)
    """
    if head.startswith((b"PAR1\x15", b"PAR1\x19", b"PAR1\x1c", b"PARE")):
        return "parquet"
    if head.startswith(b"ARROW1\0\0"):
        return "arrow"
    length = int.from_bytes(head[4:8], "little")
    is_stream = head.startswith(b"\xff\xff\xff\xff") and len(head) >= 8 and 0 < length < 1 << 24 and length % 8 == 0
    return "arrows" if is_stream else None


class Columnar:
    """A Parquet or Arrow file that is normalised part by part (see `Divided` in `blocks`)."""

    def __init__(self, name: str, source: str | bytes, size: int, options: Options) -> None:
        """Open `source`: a path or the content. Raises FormatError when it is damaged."""
        self.name = name
        self.encoding: str | None = "utf-8"
        self.changed = False
        self.left: list[str] = []
        self._options = options
        try:
            import pyarrow as pa
        except ImportError:
            raise FormatError(f"{name} needs pyarrow; install it with: pip install 'zh-normalize[arrow]'") from None
        # What pyarrow raises is a ValueError, an OSError or a KeyError too, but not always.
        self._errors = (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError)
        try:
            self._reader = _open(name, source, size, options)
        except FormatError:
            raise
        except self._errors as error:
            raise FormatError(f"is no whole {name} file: {_first_line(error)}") from None

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the file normalised; `changed` tells afterwards whether any value differs."""
        from normalize.arrow.columns import Choice
        from normalize.arrow.values import Values

        reader = self._reader
        sink = _Sink()
        row = 0
        faults: list[str] = []
        try:
            choice = Choice(_names(reader.schema, self._options))
            paths = choice.found(reader.schema)
            if choice.names and not paths:
                self.left += choice.missing(reader.schema)
            values = Values(normalizer, paths, visit=_told(visit))
            writer = reader.writer(sink, paths)
            for batch, known in reader.batches():
                batch = self._batch(batch, values, row, faults)
                row += batch.num_rows
                writer.add(batch, known)
                yield sink.take()
            writer.close()
        except FormatError:
            raise
        except self._errors as error:
            raise FormatError(f"cannot be read behind row {row:,}: {_first_line(error)}") from None
        self.left += faults[:_NAMED]
        if len(faults) > _NAMED:
            self.left.append(f"and {len(faults) - _NAMED:,} more values stay as they are")
        self.left += reader.notes
        yield sink.take()

    def _batch(self, batch: Any, values: Any, row: int, faults: list[str]) -> Any:
        columns = []
        changed = False
        for field, column in zip(batch.schema, batch.columns, strict=True):
            fresh, facts = values.array(column, field.name, row + 1)
            changed = changed or fresh is not column
            columns.append(fresh)
            for index, fact in enumerate(facts or ()):
                if fact.error:
                    faults.append(f"row {row + index + 1}, column {field.name!r}: {fact.error}, stays as it is")
        if not changed:
            return batch
        self.changed = True
        return type(batch).from_arrays(columns, schema=batch.schema)


def _told(visit: Visit) -> Callable[[Result, str, int | None], object]:
    """Return who is told of a value: a visitor that wants to know hears its path, and its row."""
    if not hasattr(visit, "within"):
        return lambda result, path, row: visit(result)
    return lambda result, path, row: within(visit, path if row is None else f"{path}[{row}]")(result)


def _open(name: str, source: str | bytes, size: int, options: Options) -> Reader:
    if name == "parquet":
        from normalize.formats.parquet import ParquetReader

        return ParquetReader(source, size, options)
    from normalize.formats.arrow_ipc import IpcReader

    return IpcReader(source, is_file=name == "arrow")


def rewrite_columnar(data: bytes, path: str, normalizer: Normalizer, options: Options, visit: Visit) -> Rewritten:
    """Return a Parquet or Arrow file with its text columns normalised."""
    name = kind_of(data[:16])
    assert name is not None
    file = Columnar(name, data, len(data), options)
    written = b"".join(file.rewritten(normalizer, visit))
    return Rewritten(written if file.changed else data, name, file.encoding, left=tuple(file.left))


def open_columnar(path: Path, head: bytes, options: Options) -> Columnar | None:
    """Return the file at a path, if it begins as a Parquet or Arrow file does."""
    name = kind_of(head)
    return Columnar(name, str(path), path.stat().st_size, options) if name else None


def _names(schema: Any, options: Options) -> tuple[str, ...]:
    """Return the columns that are asked for; a number (from 1) is that of a column, unless one has it as its name."""
    names = []
    for name in options.columns + options.fields:
        if name.isdigit() and name not in schema.names and 0 < int(name) <= len(schema.names):
            name = schema.names[int(name) - 1]
        names.append(name)
    return tuple(names)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class _Sink:
    """A file to be written to that gives away what it has."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def take(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
