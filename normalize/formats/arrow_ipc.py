"""Arrow IPC (Feather) files and streams: batch by batch, with the compression and the metadata that they had."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

#: Fields of the tables in the format's schemas (Message.fbs, version 5), counted from 0.
_HEADER, _COMPRESSION, _CODEC = 2, 3, 0
_DATA = 1  # of a DictionaryBatch: the RecordBatch in it
_CODECS = ("lz4", "zstd")


class IpcReader:
    """An Arrow file or stream (see `Reader` in `columnar`); the writer must know the metadata of each batch."""

    def __init__(self, source: str | bytes, is_file: bool) -> None:
        self._source = source
        self._is_file = is_file
        self._reader = pa.ipc.open_file(self._open()) if is_file else pa.ipc.open_stream(self._open())
        self.schema = self._reader.schema
        self.notes: list[str] = []

    def _open(self) -> Any:
        return pa.OSFile(self._source) if isinstance(self._source, str) else pa.BufferReader(self._source)

    def batches(self) -> Iterator[tuple[Any, Any]]:
        """Yield the batches with their metadata. Raises ArrowInvalid for one whose parts do not fit together."""
        for batch, metadata in self._read():
            # Arrow trusts what it reads: an offset that is wrong would lead out of memory.
            for column in batch.columns:
                _check(column)
            yield batch, metadata

    def _read(self) -> Iterator[tuple[Any, Any]]:
        if self._is_file:
            for index in range(self._reader.num_record_batches):
                yield self._reader.get_batch_with_custom_metadata(index)
        else:
            yield from self._reader.iter_batches_with_custom_metadata()

    def writer(self, sink: Any, changing: frozenset[str]) -> _Writer:
        """Return a writer with the settings of this file."""
        codec, version = self._settings()
        options = pa.ipc.IpcWriteOptions(
            compression=codec, metadata_version=version or pa.ipc.MetadataVersion.V5, unify_dictionaries=False
        )
        if not self._is_file:
            return _Writer(pa.ipc.new_stream(sink, self.schema, options=options))
        # The footer's own metadata can be had from pyarrow 18 on.
        footer = getattr(self._reader, "metadata", None)
        known = {"metadata": footer} if footer else {}
        return _Writer(pa.ipc.new_file(sink, self.schema, options=options, **known))

    def _settings(self) -> tuple[str | None, Any]:
        """Return the compression and the version of the first batch; pyarrow reads both without telling."""
        with self._open() as file:
            if self._is_file:
                file.seek(8)
            for message in pa.ipc.MessageReader.open_stream(file):
                if message.type in ("record batch", "dictionary"):
                    return _codec(message.metadata.to_pybytes(), message.type), message.metadata_version
        return None, None


class _Writer:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def add(self, batch: Any, metadata: Any) -> None:
        """Write a batch."""
        self._writer.write_batch(batch, custom_metadata=metadata)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def _check(column: pa.Array) -> None:
    """Raise ArrowInvalid for a column whose parts do not fit together; bytes that are not UTF-8 are no such fault."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        column.view(_as_bytes(column.type)).validate(full=True)


def _as_bytes(kind: pa.DataType) -> pa.DataType:
    """Return a type of the same layout, in which strings are bytes."""
    if pa.types.is_string(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_as_bytes(kind.value_type)))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_as_bytes(kind.value_type)))
    if pa.types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return pa.struct([field.with_type(_as_bytes(field.type)) for field in fields])
    return kind


def _codec(message: bytes, kind: str) -> str | None:
    """Return the compression that a message names, or None."""
    header = _field(message, struct.unpack_from("<I", message, 0)[0], _HEADER)
    if header is None:
        return None
    batch: int | None = _follow(message, header)
    if kind == "dictionary":
        data = _field(message, _follow(message, header), _DATA)
        batch = None if data is None else _follow(message, data)
    compression = None if batch is None else _field(message, batch, _COMPRESSION)
    if compression is None:
        return None
    codec = _field(message, _follow(message, compression), _CODEC)
    # A field that is not written has its default: the first.
    return _CODECS[0 if codec is None else message[codec]]


def _field(data: bytes, table: int, number: int) -> int | None:
    """Return the place of a field of a table (FlatBuffers: its table of offsets lies before it), or None."""
    offsets = table - struct.unpack_from("<i", data, table)[0]
    size = struct.unpack_from("<H", data, offsets)[0]
    at = 4 + 2 * number
    offset = struct.unpack_from("<H", data, offsets + at)[0] if at + 2 <= size else 0
    return table + offset if offset else None


def _follow(data: bytes, place: int) -> int:
    offset: int = struct.unpack_from("<I", data, place)[0]
    return place + offset
