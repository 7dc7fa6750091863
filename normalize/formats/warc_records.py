"""One record of a web archive: its header, the page in it, and its lengths and digests put right when the page changes.

ISO 28500 (WARC 1.1). Pages stand in `response` records (an HTTP message, RFC 9112), `resource` and `conversion` records
(the page itself; the WET files of Common Crawl); all other records stay as they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property

from normalize.edits import Edit, Edits, Step
from normalize.formats.document import CHARSET, Visit, charset_name, rewrite_text, within
from normalize.formats.span import FormatError, Options
from normalize.pipeline import Normalizer
from normalize.result import Result

#: Media types that are read, with the end of a name that says the same.
_TYPES = {
    "text/plain": ".txt",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/json": ".json",
    "text/markdown": ".md",
}
_FIELD = re.compile(r"^([!-9;-~]+):[ \t]*((?:[^\r\n]|\r?\n[ \t])*?)[ \t]*(?=\r?$)", re.MULTILINE)
_CHARSET_NAME = re.compile(r"charset\s*=\s*\"?([^\s\";,]+)", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")

_LENGTH = Step("formats", "length", "rule", "the length that a record gives is that of the text in it now")
_DIGEST = Step("formats", "digest", "rule", "the digest that a record gives is that of the text in it now")


class Header:
    """The lines of a header, as bytes read one to one, and the fields in them, whose values can be given anew."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("latin-1")
        self._edits: list[Edit] = []

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """The place of the value of each field, by its name in lower case; of several the first counts."""
        places: dict[str, tuple[int, int]] = {}
        for match in _FIELD.finditer(self.text):
            places.setdefault(match[1].lower(), match.span(2))
        return places

    def get(self, name: str) -> str:
        """Return the value of a field, or nothing."""
        start, end = self._places.get(name, (0, 0))
        return self.text[start:end]

    def set(self, name: str, value: str, step: Step) -> None:
        """Give a field that is there another value."""
        if name in self._places and self.get(name) != value:
            self._edits.append(Edit(*self._places[name], value, step))

    def edits(self) -> Edits:
        """Return the header with its new values, and the spans."""
        return Edits.of(self.text, sorted(self._edits))


@dataclass
class Record:
    """A record: its header, its block, and what stands behind it (two line ends)."""

    head: bytes
    block: bytes
    tail: bytes
    header: Header = field(init=False)

    def __post_init__(self) -> None:
        self.header = Header(self.head)

    @property
    def name(self) -> str:
        """What the record is about: its address, or its own name."""
        return self.header.get("warc-target-uri").strip("<>") or self.header.get("warc-record-id")


def may_change(header: Header, start: bytes) -> bool:
    """Tell whether a record holds a page, going by its header and the first bytes of its block."""
    if header.get("warc-segment-number"):
        return False
    kind = header.get("warc-type").lower()
    if kind == "response" and _media(header.get("content-type")) == "application/http":
        end = _BLANK_LINE.search(start)
        return end is None or _page_type(header, Header(start[: end.end()])) is not None
    return kind in ("resource", "conversion") and _page_type(header, header) is not None


def _page_type(record: Header, page: Header) -> str | None:
    """Return the media type of a page, None for what is none; where the server said nothing, what the crawler found."""
    media = _media(page.get("content-type")) or _media(record.get("warc-identified-payload-type"))
    return media if media in _TYPES else None


def rewrite_record(record: Record, normalizer: Normalizer, options: Options, visit: Visit) -> tuple[bytes, str | None]:
    """Return the bytes of a record with its page normalised, and the encoding of that; the same bytes if there is none.

    Raises FormatError when the page cannot be read as it says it is packed, EncodingError when it cannot be written.
    """
    old = record.head + record.block + record.tail
    message = _Message(record.block) if record.header.get("warc-type").lower() == "response" else None
    body = record.block if message is None else message.body
    media = _page_type(record.header, (record if message is None else message).header)
    if media is None or not body:
        return old, None
    told = within(visit, record.name)
    page = body if message is None else message.unpacked(options)
    done = rewrite_text(page, "page" + _TYPES[media], normalizer, options, told)
    if done.problem or done.data == page:
        return old, done.encoding
    if message is None:
        block = payload = done.data
    else:
        payload = message.packed(done.data)
        block = message.rewritten(payload, options, told)
    header = record.header
    header.set("content-length", str(len(block)), _LENGTH)
    _set_digest(header, "warc-block-digest", block)
    if message is not None and _is_digest(header.get("warc-payload-digest"), message.joined):
        # Some make it of the body as it was before it was cut into chunks.
        payload = message.joined_again(payload)
    _set_digest(header, "warc-payload-digest", payload)
    return _told(header, told) + block + record.tail, done.encoding


def _told(header: Header, visit: Visit) -> bytes:
    """Return a header with its new values, after telling of them."""
    edits = header.edits()
    if edits.text != edits.source:
        visit(Result(edits.text, edits.source, edits.spans))
    return edits.text.encode("latin-1")


class _Message:
    """An HTTP response: its header, and its body in the codings in which it was sent."""

    def __init__(self, data: bytes) -> None:
        match = _BLANK_LINE.search(data)
        if not data.startswith(b"HTTP/") or match is None:
            raise FormatError("is said to be an HTTP response, and is none")
        self.header = Header(data[: match.end()])
        self.body = data[match.end() :]
        self._is_chunked = self.header.get("transfer-encoding").lower() == "chunked" and _CHUNK.match(self.body)
        self.joined = _unchunked(self.body) if self._is_chunked else self.body

    def unpacked(self, options: Options) -> bytes:
        """Return the page."""
        coding = self.header.get("content-encoding").lower()
        if coding in ("", "identity"):
            return self.joined
        # Crawlers often keep the field though they keep the page unpacked.
        if coding in ("gzip", "x-gzip") and not self.joined.startswith(b"\x1f\x8b"):
            return self.joined
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise FormatError(f"is packed in a way that is not known ({coding})")
        try:
            packer = zlib.decompressobj(31 if "gzip" in coding else 15)
            page = packer.decompress(self.joined, options.largest + 1)
        except zlib.error as error:
            raise FormatError(f"cannot be unpacked ({coding}): {error}") from None
        if len(page) > options.largest:
            raise FormatError(f"unpacks to more than {options.largest:,} bytes; raise the limit with --max-size")
        if not packer.eof:
            raise FormatError(f"cannot be unpacked ({coding}): it is cut off")
        return page

    def packed(self, page: bytes) -> bytes:
        """Return a page as the body of such a message: packed, and as one chunk, where the old one was."""
        coding = self.header.get("content-encoding").lower()
        if "gzip" in coding and self.joined.startswith(b"\x1f\x8b"):
            packer = zlib.compressobj(wbits=31)
            page = packer.compress(page) + packer.flush()
        elif coding == "deflate":
            page = zlib.compress(page)
        return b"%x\r\n%b\r\n0\r\n\r\n" % (len(page), page) if self._is_chunked else page

    def joined_again(self, body: bytes) -> bytes:
        """Return a body without its chunks."""
        return _unchunked(body) if self._is_chunked else body

    def rewritten(self, body: bytes, options: Options, visit: Visit) -> bytes:
        """Return the message with another body, its length and its encoding as they are now."""
        self.header.set("content-length", str(len(body)), _LENGTH)
        media = self.header.get("content-type")
        declared = _CHARSET_NAME.search(media)
        if declared is not None:
            name = charset_name(options.to_encoding)
            if name.lower() != declared[1].lower():
                self.header.set("content-type", media[: declared.start(1)] + name + media[declared.end(1) :], CHARSET)
        return _told(self.header, visit) + body


def _unchunked(body: bytes) -> bytes:
    """Return a body without its chunks (RFC 9112, 7.1)."""
    parts: list[bytes] = []
    position = 0
    while match := _CHUNK.match(body, position):
        size = int(match[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(body[match.end() : match.end() + size])
        position = match.end() + size + 2
    raise FormatError("is said to come in chunks, and does not")


def _media(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _set_digest(header: Header, name: str, data: bytes) -> None:
    """Give a digest anew, in the way of the old one."""
    old = header.get(name)
    if not old:
        return
    label, _, value = old.partition(":")
    raw = _digest(label, data)
    if not raw:
        raise FormatError(f"has a digest that cannot be made anew ({label})")
    header.set(name, f"{label}:{_spelled(raw, value)}", _DIGEST)


def _is_digest(value: str, data: bytes) -> bool:
    label, _, digest = value.partition(":")
    return digest == _spelled(_digest(label, data), digest)


def _digest(label: str, data: bytes) -> bytes:
    """Return the digest of data, or nothing when the kind is not known."""
    name = label.lower().replace("-", "")
    if name not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        return b""
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _spelled(digest: bytes, like: str) -> str:
    """Return a digest in the spelling of another: hexadecimal, or base 32, which most archives have.

    >>> _spelled(b"\\x01\\xff", "0a0b"), _spelled(b"\\x01\\xff", "AEFQ"), _spelled(b"\\x01\\xff", "aefq====")
    ('01ff', 'AH7Q', 'ah7q====')
    """
    if len(like) == 2 * len(digest) and re.fullmatch("[0-9a-fA-F]*", like):
        spelled = digest.hex()
    else:
        spelled = base64.b32encode(digest).decode()
        spelled = spelled if like.endswith("=") else spelled.rstrip("=")
    return spelled.upper() if like.isupper() else spelled.lower()
