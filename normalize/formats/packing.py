"""Packing a document that comes in blocks, as it was packed before.

With gzip every block is compressed by itself, so that several processes may do so: the same bytes come out, whoever
does which. That costs what a block could have said by reference to the one before, of whose end 32 KB are in reach.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from normalize.formats.compressed import Method, zstandard_packer

_ALL_BITS = 0xFFFFFFFF


class Packed(NamedTuple):
    """A block as it is written, with the size and the CRC-32 of what is in it."""

    data: bytes
    size: int
    sum: int


class Packer:
    """Packs the blocks of a document: `pack` each, `put` what that gives in order, then `end`.

    Blocks may be packed by several packers of a document only where `is_apart`. A gzip header keeps its time (RFC 1952,
    2.3).
    """

    def __init__(self, method: Method | None, path: Path) -> None:
        self._name = method.name if method else ""
        self._sum = self._size = 0
        self._head = old = b""
        if method:
            with path.open("rb") as file:
                old = file.read(10)
        if self._name == "gz":
            self._head = b"\x1f\x8b\x08\x00" + old[4:10]
        makers: dict[str, Callable[[], Any]] = {
            "bz2": bz2.BZ2Compressor,
            "xz": lzma.LZMACompressor,
            "zst": lambda: zstandard_packer(old),
        }
        self._stream = None if self.is_apart else makers[self._name]()

    @property
    def is_apart(self) -> bool:
        """Whether every block is packed by itself."""
        return self._name in ("", "gz")

    def pack(self, data: bytes) -> Packed:
        """Return a block packed."""
        if self._stream is not None:
            return Packed(self._stream.compress(data), len(data), 0)
        if not self._name:
            return Packed(data, len(data), 0)
        packer = zlib.compressobj(wbits=-15)
        # A full flush ends with a whole byte, and nothing after it refers to what was before.
        packed = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
        return Packed(packed, len(data), zlib.crc32(data))

    def put(self, block: Packed) -> bytes:
        """Return what is written for the next block."""
        self._sum, self._size = joined_sum(self._sum, block.sum, block.size), self._size + block.size
        head, self._head = self._head, b""
        return head + block.data

    def end(self) -> bytes:
        """Return what ends the file."""
        if self._stream is not None:
            return bytes(self._stream.flush())
        if not self._name:
            return b""
        last = zlib.compressobj(wbits=-15).flush()
        return self._head + last + struct.pack("<II", self._sum, self._size & _ALL_BITS)


def joined_sum(first: int, second: int, size: int) -> int:
    """Return the CRC-32 of two stretches of bytes, one behind the other, from those of each; `size` is the second's.

    The sum is linear but for the bits it is inverted by: what follows moves the first one on as zeros would.

    >>> joined_sum(zlib.crc32(b"12345"), zlib.crc32(b"6789"), 4) == zlib.crc32(b"123456789")
    True
    """
    return ~zlib.crc32(bytes(size), ~first & _ALL_BITS) & _ALL_BITS ^ second
