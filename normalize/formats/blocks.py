"""Large documents of lines, done block by block, so that memory does not grow with the file.

Only formats whose lines stand by themselves are divided: plain text, JSON lines and lyrics. The encoding and the format
are those that the first block shows; every block ends with a line. Several processes may have a share of the blocks
each: all read the document, which costs little, and find the same blocks in it.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from normalize.encoding import decode
from normalize.formats.columnar import open_columnar
from normalize.formats.compressed import Method, method_of
from normalize.formats.document import NAMED, Visit, faulty_lines, rewrite_text
from normalize.formats.members import JSON_LINES
from normalize.formats.packing import Packed, Packer
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


class Share(NamedTuple):
    """A share of the blocks of a document: from the `first` on, every so-many-th."""

    first: int
    step: int


WHOLE = Share(0, 1)


@dataclass
class Faulty:
    """The lines that are not as the format asks: the numbers of the first, and how many there are."""

    first: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, before: int, numbers: Sequence[int], count: int | None = None) -> None:
        """Add lines by their numbers in a stretch that has some lines before it; `count` when there are more."""
        self.first = sorted([*self.first, *(before + number for number in numbers)])[:NAMED]
        self.count += len(numbers) if count is None else count


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
        self.faulty = Faulty()
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

    def normalized(self, normalizer: Normalizer, visit: Visit, share: Share = WHOLE) -> Iterator[bytes]:
        """Yield the blocks of a share normalised, not packed; `changed` and `faulty` tell afterwards what there was."""
        known = type(normalizer)(normalizer.config, encoding=self._code)
        lines = 0
        for number, block in enumerate(self._whole_lines()):
            if number % share.step == share.first:
                done = rewrite_text(block, "", known, self.options, visit, self.format)
                self.changed = self.changed or done.data != block
                self.faulty.add(lines, done.faulty)
                yield done.data
            lines += block.count(self._line_sign)

    def packer(self) -> Packer:
        """Return what packs the blocks as the document was packed."""
        return Packer(self.method, self.path)

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the document normalised and packed as it was; `changed` tells afterwards whether it differs."""
        packer = self.packer()
        yield from self.put_together(map(packer.pack, self.normalized(normalizer, visit)), packer)

    def put_together(self, blocks: Iterable[Packed], packer: Packer) -> Iterator[bytes]:
        """Yield the document from its blocks, in their order; `left` tells afterwards what stayed as it is."""
        yield from map(packer.put, blocks)
        yield packer.end()
        if self.faulty.count:
            self.left.append(faulty_lines(self.faulty.first, self.faulty.count, self.format))


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
