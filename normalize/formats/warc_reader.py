"""Reading web archives: bytes ahead of where one is, and gzip members, each with its own bytes beside its content."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

_BLOCK = 1 << 16
GZIP = b"\x1f\x8b\x08"
#: The line that begins a record (ISO 28500, 4).
SIGN = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")


def is_warc(head: bytes) -> bool:
    """Tell whether a file that begins so (with some 500 bytes) is a web archive, packed or not.

    >>> is_warc(b"WARC/1.0\\r\\nWARC-Type: warcinfo\\r\\n"), is_warc(b"WARC/1.0 is a format.")
    (True, False)
    """
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, 512)
        except zlib.error:
            return False
    return SIGN.match(head) is not None and b"\nwarc-" in head.lower()


class Content:
    """Bytes that are read in order, with a look at those that come next."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """Take what returns at most so many of the next bytes, and none at the end."""
        self._read = read
        self._data = b""
        self._at = 0

    def peek(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end, and stay before them."""
        while len(self._data) - self._at < size and (more := self._read(_BLOCK)):
            self._data = self._data[self._at :] + more
            self._at = 0
        return self._data[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        parts = [self._data[self._at : self._at + size]]
        self._at += len(parts[0])
        missing = size - len(parts[0])
        while missing and (more := self._read(missing)):
            parts.append(more)
            missing -= len(more)
        return b"".join(parts)

    def line(self, most: int) -> bytes:
        """Return the next line with its end, or so many bytes of it."""
        looked = 0
        while True:
            at = self._data.find(b"\n", self._at + looked)
            if at >= 0 or len(self._data) - self._at >= most:
                return self.read(min(at + 1 - self._at, most) if at >= 0 else most)
            looked = len(self._data) - self._at
            if len(self.peek(looked + 1)) == looked:
                return self.read(looked)


class Member:
    """One gzip member: its content is read, its own bytes are kept until they are taken."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._packer = zlib.decompressobj(31)
        self._raw: list[bytes] = []
        self._rest = b""
        self._keeps = True

    def read(self, size: int) -> bytes:
        """Return at most so many bytes of the content, none at its end; raise zlib.error where it is damaged."""
        while not self._packer.eof:
            data = self._rest or self._source.read()
            self._rest = b""
            if not data:
                raise zlib.error("it is cut off")
            try:
                found = self._packer.decompress(data, size)
            except zlib.error:
                self._source.give_back(data)
                raise
            # At the end what follows is `unused_data`, and may stand in `unconsumed_tail` as well.
            rest = self._packer.unused_data if self._packer.eof else self._packer.unconsumed_tail
            if self._keeps:
                self._raw.append(data[: len(data) - len(rest)])
            if self._packer.eof:
                self._source.give_back(rest)
            else:
                self._rest = rest
            if found:
                return found
        return b""

    def take(self) -> bytes:
        """Return the bytes of the member that were read since the last time."""
        raw, self._raw = self._raw, []
        return b"".join(raw)

    def forget(self) -> None:
        """Keep no bytes of the member any more."""
        self._raw, self._keeps = [], False

    def skipped(self) -> bytes:
        """Return the bytes of a damaged member, up to the next one that can be read."""
        self._source.give_back(self._rest)
        self._rest = b""
        raw = self.take()
        return raw + self._source.skip(0 if raw else 1)


class Source:
    """A file of gzip members."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._back = b""

    def members(self) -> Iterator[Member]:
        """Yield the members; each must be read to its end, or skipped, before the next."""
        while data := self.read():
            self.give_back(data)
            yield Member(self)

    def read(self) -> bytes:
        """Return the next bytes."""
        data, self._back = self._back, b""
        return data or self._file.read(_BLOCK)

    def give_back(self, data: bytes) -> None:
        """Take back what was read too far."""
        self._back = data + self._back

    def skip(self, least: int) -> bytes:
        """Return all before the next member that begins with a record, `least` bytes or more."""
        passed: list[bytes] = []
        data = b""
        start = least
        while True:
            more = self.read()
            data += more
            while (at := data.find(GZIP, start)) >= 0 and (len(data) - at >= 512 or not more):
                if is_warc(data[at : at + 512]):
                    self.give_back(data[at:])
                    return b"".join(passed) + data[:at]
                start = at + 1
            if not more:
                return b"".join(passed) + data
            cut = len(data) - 512
            if cut > start:
                passed.append(data[:cut])
                data, start = data[cut:], 0
