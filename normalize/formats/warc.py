"""Web archives (WARC, and the WET files of Common Crawl): pages normalised record by record.

Records whose page does not change keep their bytes, and so do their gzip members; of the others the lengths and digests
are put right, which the manifest counts (`formats.length`, `formats.digest`). A record that cannot be read stays as it
is and costs no other. Indexes (CDX) of an archive name places in it: they have to be made anew.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from normalize.encoding import EncodingError
from normalize.formats.compressed import gzip_like
from normalize.formats.document import Rewritten, Visit
from normalize.formats.span import FormatError, Options
from normalize.formats.warc_reader import GZIP, SIGN, Content, Member, Source
from normalize.formats.warc_records import Header, Record, may_change, rewrite_record
from normalize.pipeline import Normalizer

#: A header of more bytes is damage.
_LONGEST_HEADER = 1 << 20
#: Within so many bytes the header of an HTTP message is looked for, to see whether it holds a page.
_HTTP_HEADER = 1 << 13
#: Bytes of records that do not change, at a time.
_PIECE = 1 << 16
#: Bytes of a gzip member that are kept until it is known whether any of its records changes. Members hold one record;
#: where all of a file is one member it is packed anew from here on.
_KEPT = 1 << 24
#: So many records that stayed as they were are named.
_NAMED = 5


class WebArchive:
    """A web archive that is normalised record by record (see `Divided` in `blocks`)."""

    def __init__(self, open: Callable[[], BinaryIO], size: int, options: Options) -> None:
        self.changed = False
        self.left: list[str] = []
        self.encoding: str | None = None
        self._open = open
        self._options = options
        self._most = max(size * options.ratio, 1 << 20)
        with open() as file:
            self._is_packed = file.read(3) == GZIP
        self.name = "gz/warc" if self._is_packed else "warc"

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the archive normalised."""
        reader = _Records(normalizer, self._options, visit)
        with self._open() as file:
            if self._is_packed:
                for member in Source(file).members():
                    yield from self._member(member, reader)
            else:
                for changed, pieces in reader.read(Content(file.read)):
                    self.changed = self.changed or changed
                    yield from pieces
        self.left += reader.faults[:_NAMED]
        if len(reader.faults) > _NAMED:
            self.left.append(f"and {len(reader.faults) - _NAMED:,} more records stay as they are")
        self.encoding = reader.encodings.pop() if len(reader.encodings) == 1 else None

    def _member(self, member: Member, reader: _Records) -> Iterator[bytes]:
        """Yield a gzip member: its own bytes, or, when a record in it changes, others."""
        kept: list[bytes] = []
        size = records = 0
        changed = False
        packer = None
        reader.passes = False
        try:
            for is_new, pieces in reader.read(Content(member.read)):
                changed = changed or is_new
                records += 1
                for piece in pieces:
                    self._count(len(piece))
                    if packer is not None:
                        yield packer.compress(piece)
                        continue
                    if reader.passes:
                        yield member.take()
                        continue
                    kept.append(piece)
                    size += len(piece)
                    if size <= _KEPT:
                        continue
                    if records == 1 and not changed:
                        # One large record: it goes by as it is, and so does what may follow it in its member.
                        reader.passes = True
                        yield member.take()
                    else:
                        packer = zlib.compressobj(wbits=31)
                        member.forget()
                        yield packer.compress(b"".join(kept))
                    kept = []
        except zlib.error as error:
            if packer is not None:
                raise FormatError(f"cannot be unpacked (gz): {error}") from None
            reader.faults.append(f"record {reader.number}: it cannot be unpacked ({error}) and stays as it is")
            yield member.skipped()
            return
        self.changed = self.changed or changed
        if packer is not None:
            yield packer.flush()
        elif changed:
            yield gzip_like(b"".join(kept), member.take())
        else:
            yield member.take()

    def _count(self, size: int) -> None:
        self._most -= size
        if self._most < 0:
            raise FormatError(
                f"unpacks to more than {self._options.ratio} times its size, which is refused as a decompression bomb"
            )


class _Records:
    """Reads records, and normalises those that hold a page; `passes` while they are all to stay as they are."""

    def __init__(self, normalizer: Normalizer, options: Options, visit: Visit) -> None:
        self._normalizer = normalizer
        self._options = options
        self._visit = visit
        self.passes = False
        self.number = 0
        self.faults: list[str] = []
        self.encodings: set[str] = set()

    def read(self, content: Content) -> Iterator[tuple[bool, Iterator[bytes]]]:
        """Yield each record: whether it changed, and its bytes in pieces, which must be taken before the next."""
        while True:
            self.number += 1
            if not content.peek(1):
                self.number -= 1
                return
            head, fault = _header(content)
            if fault:
                self.faults.append(f"record {self.number}: {fault}; it stays as it is")
                yield False, _to_next(head, content)
                continue
            header = Header(head)
            length = int(header.get("content-length"))
            if not may_change(header, content.peek(min(length, _HTTP_HEADER))):
                yield False, self._passed(header, head, length, content)
            elif self.passes or length > self._options.largest:
                why = "is packed together with a large one" if self.passes else "is too large; see --max-size"
                self._fault(header, why)
                yield False, self._passed(header, head, length, content)
            else:
                yield self._done(Record(head, content.read(length), _line_ends(content)), length, content)

    def _done(self, record: Record, length: int, content: Content) -> tuple[bool, Iterator[bytes]]:
        old = record.head + record.block + record.tail
        if len(record.block) < length:
            self._fault(record.header, "is cut off")
        elif not record.tail and content.peek(1):
            # What follows is no end of a record: its length is wrong, and nobody knows where it ends.
            self._fault(record.header, "gives a wrong length")
            return False, _to_next(old, content)
        else:
            try:
                new, encoding = rewrite_record(record, self._normalizer, self._options, self._visit)
            except (FormatError, EncodingError) as error:
                self._fault(record.header, str(error))
            else:
                self.encodings.update([encoding] if encoding else [])
                return new != old, iter([new])
        return False, iter([old])

    def _passed(self, header: Header, head: bytes, length: int, content: Content) -> Iterator[bytes]:
        """Yield a record as it is, in pieces."""
        yield head
        while length and (piece := content.read(min(length, _PIECE))):
            length -= len(piece)
            yield piece
        tail = _line_ends(content)
        yield tail
        if length:
            self._fault(header, "is cut off")
        elif not tail and content.peek(1):
            self._fault(header, "gives a wrong length")
            yield from _to_next(b"", content)

    def _fault(self, header: Header, what: str) -> None:
        name = header.get("warc-target-uri") or header.get("warc-record-id")
        self.faults.append(f"record {self.number} ({name}): {what}; it stays as it is")


def _header(content: Content) -> tuple[bytes, str]:
    """Return the header of the next record with the blank line behind it, and what is wrong with it, if anything."""
    head = content.line(_LONGEST_HEADER)
    if not SIGN.fullmatch(head):
        return head, "does not begin as a record does"
    while True:
        line = content.line(_LONGEST_HEADER)
        head += line
        if line in (b"\r\n", b"\n"):
            break
        if not line.endswith(b"\n") or len(head) > _LONGEST_HEADER:
            return head, "has a header without an end"
    length = Header(head).get("content-length")
    if not (length.isascii() and length.isdecimal()):
        return head, "does not say how long it is"
    return head, ""


def _line_ends(content: Content) -> bytes:
    """Return the line ends behind a record: two, and whatever more there are."""
    found = b""
    while content.peek(1) in (b"\r", b"\n"):
        found += content.read(1)
    return found


def _to_next(passed: bytes, content: Content) -> Iterator[bytes]:
    """Yield what was read of a record, and all that follows before a line that begins another."""
    yield passed
    at_line = not passed or passed.endswith(b"\n")
    while following := content.peek(12):
        if at_line and SIGN.match(following):
            return
        line = content.line(_PIECE)
        at_line = line.endswith(b"\n")
        yield line


def rewrite_warc(data: bytes, path: str, normalizer: Normalizer, options: Options, visit: Visit) -> Rewritten:
    """Return a web archive with its pages normalised."""
    archive = WebArchive(lambda: io.BytesIO(data), len(data), options)
    written = b"".join(archive.rewritten(normalizer, visit))
    return Rewritten(written if archive.changed else data, archive.name, archive.encoding, left=tuple(archive.left))


def open_warc(path: Path, options: Options) -> WebArchive:
    """Return the web archive at a path."""
    return WebArchive(lambda: path.open("rb"), path.stat().st_size, options)
