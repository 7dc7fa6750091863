"""Parquet: read a few rows at a time, and written with the row groups, codecs, encodings and metadata that it had."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from normalize.formats.containers import allowed
from normalize.formats.span import FormatError, Options

#: Rows that are read at a time: values that repeat are short in the file, and may be long when they are read.
_ROWS = 512
#: A row group is written when it is whole, or when so many times `Options.largest` bytes are collected (as Arrow holds
#: them): memory is worth more than large groups. Measured with groups of 80 MB of text: the 16 MB of the folder job's
#: default keep it below 300 MB, 32 MB come to 313.
_GROUP = 2
_CODECS = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
#: Encodings that a writer uses only when told to; the first of Parquet's others is chosen by it.
_CHOSEN = ("DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT")


class ParquetReader:
    """A Parquet file (see `Reader` in `columnar`); what the writer must know of a batch is whether it ends a group."""

    def __init__(self, source: str | bytes, size: int, options: Options) -> None:
        self._file = _open(source)
        self.metadata = self._file.metadata
        if self.metadata.num_row_groups:
            # Asked about damaged columns pyarrow ends the process; reading them raises.
            next(self._file.iter_batches(1, row_groups=[0]), None)
        if unit := _unit_of_times(self._file, source):
            self._file = _open(source, unit)
        self.schema = self._file.schema_arrow
        self.notes: list[str] = []
        self.most = _GROUP * options.largest
        groups = (self.metadata.row_group(index) for index in range(self.metadata.num_row_groups))
        unpacked = sum(group.total_byte_size for group in groups)
        if unpacked > max(allowed(size, options), size * options.ratio):
            raise FormatError(f"unpacks to {unpacked:,} bytes from {size:,}, which is refused as a decompression bomb")

    def batches(self) -> Iterator[tuple[Any, bool]]:
        """Yield the batches of each row group in turn."""
        for index in range(self.metadata.num_row_groups):
            left = self.metadata.row_group(index).num_rows
            for batch in self._file.iter_batches(_ROWS, row_groups=[index]):
                left -= batch.num_rows
                yield batch, left <= 0

    def writer(self, sink: Any, changing: frozenset[str]) -> _Writer:
        """Return a writer with the settings of this file, in which the columns at some paths may change."""
        settings = {**self.settings, "sorting_columns": self._order(changing)}
        probe = pa.BufferOutputStream()
        pq.ParquetWriter(probe, self.schema, **settings).close()
        self.notes += self._differences(pq.ParquetFile(pa.BufferReader(probe.getvalue())).schema)
        writer = pq.ParquetWriter(sink, self.schema, **settings)
        # Without Arrow's schema the writer leaves all other metadata out too: Spark's and those of frames among them.
        if not self.settings["store_schema"] and self.metadata.metadata:
            writer.add_key_value_metadata(self.metadata.metadata)
        return _Writer(writer, self)

    def _order(self, changing: frozenset[str]) -> list[Any] | None:
        """Return by which columns the rows are in order: up to the first whose text may be another."""
        order: list[Any] = []
        if self.metadata.num_row_groups:
            group = self.metadata.row_group(0)
            for column in group.sorting_columns:
                if group.column(column.column_index).path_in_schema in changing:
                    break
                order.append(column)
        return order or None

    def _differences(self, written: Any) -> Iterator[str]:
        """Yield what the writer would store in another way, though its values are the same."""
        for index, old in enumerate(self._file.schema):
            new = written.column(index)
            before, after = ((item.physical_type, str(item.logical_type)) for item in (old, new))
            if before != after:
                yield f"column {old.path!r} is stored as {after[0]} ({after[1]}), and was {before[0]} ({before[1]})"

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What the writer is told: the first row group stands for all."""
        metadata = self.metadata
        first = metadata.row_group(0) if metadata.num_row_groups else None
        columns = [first.column(index) for index in range(first.num_columns)] if first else []
        coded = [c.path_in_schema for c in columns if any("DICTIONARY" in name for name in c.encodings)]
        chosen = {
            column.path_in_schema: name
            for column in columns
            for name in column.encodings
            if name in _CHOSEN and column.path_in_schema not in coded
        }
        settings: dict[str, Any] = {
            "version": metadata.format_version if metadata.format_version in ("1.0", "2.4", "2.6") else "2.6",
            "store_schema": b"ARROW:schema" in (metadata.metadata or {}),
            # Lists of older writers have other names inside; Arrow's own type knows them.
            "use_compliant_nested_type": not any(".list.item" in c.path_in_schema for c in columns),
            "use_deprecated_int96_timestamps": any(column.physical_type == "INT96" for column in columns),
        }
        if first:
            settings["compression"] = {c.path_in_schema: _CODECS.get(c.compression, c.compression) for c in columns}
            settings["use_dictionary"] = coded if len(coded) < len(columns) else True
            decimals = [self._file.schema.column(index) for index in range(len(columns))]
            settings["store_decimal_as_integer"] = any(
                item.logical_type.type == "DECIMAL" and item.physical_type in ("INT32", "INT64") for item in decimals
            )
            settings["write_statistics"] = [c.path_in_schema for c in columns if c.is_stats_set] or False
            settings["write_page_index"] = any(getattr(column, "has_column_index", False) for column in columns)
            if chosen:
                settings["column_encoding"] = chosen
        return settings


class _Writer:
    """Collects batches until a row group ends, or is as large as memory allows."""

    def __init__(self, writer: Any, reader: ParquetReader) -> None:
        self._writer = writer
        self._reader = reader
        self._batches: list[Any] = []
        self._size = 0

    def add(self, batch: Any, ends_group: bool) -> None:
        """Write a row group, if it is whole with this batch."""
        self._batches.append(batch)
        self._size += batch.nbytes
        if ends_group or self._size >= self._reader.most:
            rows = sum(batch.num_rows for batch in self._batches)
            table = pa.Table.from_batches(self._batches, self._reader.schema)
            self._batches, self._size = [], 0
            self._writer.write_table(table, row_group_size=max(rows, 1))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def _open(source: str | bytes, unit: str | None = None) -> Any:
    place = pa.BufferReader(source) if isinstance(source, bytes) else source
    return pq.ParquetFile(place, buffer_size=1 << 16, pre_buffer=False, coerce_int96_timestamp_unit=unit)


def _unit_of_times(file: Any, source: str | bytes) -> str | None:
    """Return the unit in which times of 96 bits are to be read, if not in nanoseconds.

    Those hold any nanosecond of any year, Arrow's of 64 bits only those between 1677 and 2262: other years would come
    out as wrong ones. Microseconds hold them, and are all that most writers know. Raises FormatError for a file that
    needs both.
    """
    leaves = (file.schema.column(index) for index in range(len(file.schema)))
    names = sorted({leaf.path.partition(".")[0] for leaf in leaves if leaf.physical_type == "INT96"})
    if not names:
        return None
    reach = (1 << 63) // 1000
    beyond = finer = False
    fine, coarse = (_open(source, unit).iter_batches(1 << 14, columns=names) for unit in ("ns", "us"))
    for nanoseconds, microseconds in zip(fine, coarse, strict=True):
        for exact, rounded in zip(nanoseconds.columns, microseconds.columns, strict=True):
            if not pa.types.is_timestamp(exact.type):
                rounded.cast(exact.type)  # raises ArrowInvalid for another year
                continue
            ticks, units = (column.cast(pa.int64()).fill_null(0).to_numpy() for column in (exact, rounded))
            beyond = beyond or bool((abs(units) >= reach).any())
            # The products overflow in the way in which the ticks did.
            finer = finer or bool((units * 1000 != ticks).any())
    if beyond and finer:
        raise FormatError("has times of 96 bits that neither nanoseconds nor microseconds can hold")
    return "us" if beyond else None
