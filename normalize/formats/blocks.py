"""Large documents of lines, done block by block, so that memory does not grow with the file.

Only formats whose lines stand by themselves are divided: plain text, JSON lines and lyrics. The encoding and the format
are those that the first block shows; every block ends with a line.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from normalize.encoding import decode
from normalize.formats.columnar import open_columnar
from normalize.formats.compressed import Method, method_of, zstandard_packer
from normalize.formats.document import NAMED, Visit, faulty_lines, rewrite_text
from normalize.formats.members import JSON_LINES
from normalize.formats.plain import PLAIN_TEXT
from normalize.formats.registry import format_of
from normalize.formats.span import Format, FormatError, Options
from normalize.formats.timed import LRC
from normalize.formats.warc import open_warc
from normalize.formats.warc_reader import is_warc
from normalize.pipeline import Normalizer

_DIVISIBLE = (PLAIN_TEXT, JSON_LINES, LRC)
#: Encodings whose line ends are more than one byte, and how many.
_WIDTHS = {"utf-16": 2, "utf-32": 4}
#: Encodings in which a byte means different things after different ones, far back.
_STATEFUL = ("hz", "iso2022", "iso-2022", "utf-7")


class Divided(Protocol):
    """A document that is read, normalised and given back in blocks; made by `large`.

    After `rewritten` has come to its end, `changed` tells whether anything did, and `left` what stayed as it is though
    it ought not to, in sentences.
    """

    changed: bool
    left: list[str]
    encoding: str | None

    @property
    def name(self) -> str:
        """The name of the format, `gz/jsonl` style."""

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the document normalised."""


class Blocks:
    """A large document of lines."""

    def __init__(
        self, path: Path, name: str, method: Method | None, size: int, options: Options, encoding: str | None = None
    ) -> None:
        self.path = path
        self.method = method
        self.size = size
        self.options = options
        self.changed = False
        self.left: list[str] = []
        self.packed_size = path.stat().st_size if method else 0
        head = next(self._raw(), b"")
        # A character cut off at the end of the head says nothing about the encoding.
        decoded = decode(head[: head.rfind(b"\n") + 1] or head, encoding)
        self.encoding: str | None = decoded.encoding
        self._code = decoded.encoding
        self.is_text = decoded.detection is None or decoded.detection.encoding != "binary"
        # Web archives are text for the most part, and must not be taken for it.
        self.is_text = self.is_text and not is_warc(head[:512])
        self.format: Format = format_of(decoded.text, name)

    @property
    def is_divisible(self) -> bool:
        """Whether the document can be done block by block."""
        return self.is_text and self.format in _DIVISIBLE and not self._code.startswith(_STATEFUL)

    @property
    def name(self) -> str:
        """The name of the format, with that of the compression before it."""
        return f"{self.method.name}/{self.format.name}" if self.method else self.format.name

    def _raw(self) -> Iterator[bytes]:
        """Yield the content in blocks of any ends; raise FormatError when it unpacks to too much."""
        with self.path.open("rb") as file:
            stream: Any = self.method.open(file) if self.method else file
            total = 0
            try:
                while data := stream.read(self.size):
                    total += len(data)
                    if self.method and total > max(self.packed_size * self.options.ratio, 1 << 20):
                        raise FormatError(
                            f"unpacks to more than {self.options.ratio} times its size, which is refused as a "
                            "decompression bomb"
                        )
                    yield data
            except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                if self.method is None:
                    raise
                raise FormatError(f"cannot be unpacked ({self.method.name}): {error}") from None

    def _whole_lines(self) -> Iterator[bytes]:
        """Yield the content in blocks that end with a line, or with a character where a line is endless."""
        rest = b""
        for data in self._raw():
            rest += data
            cut = self._line_end(rest)
            if not cut and len(rest) >= 2 * self.size:
                cut = self._character_end(rest)
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
        if rest:
            yield rest

    @cached_property
    def _line_sign(self) -> bytes:
        return "\n".encode(self._code) if self._code[:6] in _WIDTHS else b"\n"

    def _line_end(self, data: bytes) -> int:
        width = _WIDTHS.get(self._code[:6], 1)
        sign = self._line_sign
        at = data.rfind(sign)
        while at >= 0 and at % width:
            at = data.rfind(sign, 0, at + len(sign) - 1)
        return at + len(sign) if at >= 0 else 0

    def _character_end(self, data: bytes) -> int:
        if self.format is PLAIN_TEXT and self._code.startswith("utf-8"):
            at = data.rfind("。".encode())
            if at >= 0:
                return at + 3
            at = len(data)
            while at > len(data) - 4 and data[at - 1] & 0xC0 == 0x80:
                at -= 1
            return at - 1
        raise FormatError(f"has a line of more than {len(data):,} bytes, too long to be done in parts as {self._code}")

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the document normalised and packed as it was; `changed` tells afterwards whether it differs."""
        pack = _Packer(self.method, self.path) if self.method else None
        known = type(normalizer)(normalizer.config, encoding=self._code)
        lines = count = 0
        faulty: list[int] = []
        for block in self._whole_lines():
            done = rewrite_text(block, "", known, self.options, visit, self.format)
            self.changed = self.changed or done.data != block
            count += len(done.faulty)
            faulty += (lines + number for number in done.faulty[: NAMED - len(faulty)])
            lines += block.count(self._line_sign)
            yield pack.add(done.data) if pack else done.data
        if pack:
            yield pack.end()
        if count:
            self.left.append(faulty_lines(faulty, count, self.format))


class _Packer:
    """Compresses what comes in blocks; a gzip header keeps its time (RFC 1952, 2.3)."""

    def __init__(self, method: Method, path: Path) -> None:
        self.name = method.name
        self.sum = self.size = 0
        makers: dict[str, Callable[[], Any]] = {
            "gz": lambda: zlib.compressobj(wbits=-15),
            "bz2": bz2.BZ2Compressor,
            "xz": lzma.LZMACompressor,
            "zst": lambda: zstandard_packer(old),
        }
        with path.open("rb") as file:
            old = file.read(10)
        self.packer = makers[method.name]()
        self.head = b""
        if method.name == "gz":
            self.head = b"\x1f\x8b\x08\x00" + old[4:10]

    def add(self, data: bytes) -> bytes:
        """Return what can be written after this much more data."""
        self.sum, self.size = zlib.crc32(data, self.sum), self.size + len(data)
        head, self.head = self.head, b""
        return head + bytes(self.packer.compress(data))

    def end(self) -> bytes:
        """Return what ends the file."""
        end = bytes(self.packer.flush())
        return end + struct.pack("<II", self.sum, self.size & 0xFFFFFFFF) if self.name == "gz" else end


def large(path: Path, name: str, size: int, options: Options, encoding: str | None = None) -> Divided | None:
    """Return a document as blocks of about `size` bytes, or None for one that must be read whole.

    `encoding` is what text is read in; None finds it out. Raises FormatError when it cannot be unpacked.
    """
    with path.open("rb") as file:
        head = file.read(512)
    columnar = open_columnar(path, head, options)
    if columnar is not None:
        return columnar
    if is_warc(head):
        return open_warc(path, options)
    method = method_of(head)
    if method is not None:
        for suffix in method.suffixes:
            name = name.removesuffix(suffix)
    blocks = Blocks(path, name, method, size, options, encoding)
    return blocks if blocks.is_divisible else None
