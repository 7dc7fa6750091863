"""Text to bytes: output in a legacy encoding, and the exact way back from decoded text to its source bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from normalize.encoding.names import EncodingError, canonical
from normalize.encoding.tables import table_of
from normalize.result import Decoded, DecodeError, Irregular, Segment

Unencodable = Literal["strict", "replace", "entity", "preserve"]

#: Each text has one spelling in these, and each valid spelling one text, so decoding needs no check of the way back.
_ONE_SPELLING = ("utf-8", "utf-16", "utf-32", "ascii", "iso8859", "cp125", "cp437", "cp85", "cp86", "koi8", "mac-")


#: What holds more, for somebody whose text does not fit.
_WIDER = {"gb2312": "gbk", "gbk": "gb18030", "hz": "gb18030", "big5": "cp950", "cp950": "big5hkscs"}


def _handler(errors: str) -> str:
    """Return the name of an error handler that first looks for what GBK has got since Python's table of it was made.

    That is the euro sign of Windows (80), and the characters of two bytes that GB18030 added.
    """
    name = f"normalize.encoding.{errors}"
    rest = codecs.lookup_error(errors)

    def handle(error: UnicodeError) -> tuple[str | bytes, int]:
        if isinstance(error, UnicodeEncodeError) and error.encoding == "gbk":
            character = error.object[error.start]
            data = b"\x80" if character == "€" else encode(character, "gb18030", "replace")
            if len(data) <= 2 and data != b"?":
                return data, error.start + 1
        return rest(error)

    codecs.register_error(name, handle)
    return name


_STRICT, _REPLACE, _ENTITY = map(_handler, ("strict", "replace", "xmlcharrefreplace"))


def encode(text: str, encoding: str, errors: Unencodable = "strict") -> bytes:
    """Encode text with today's tables.

    `errors` decides about characters that the encoding lacks: "strict" raises, "replace" writes `?`, "entity" a numeric
    character reference (`&#20013;`), "preserve" turns lone surrogates U+DC00-DCFF, as `decode(..., errors="preserve")`
    makes them, back to bytes and raises for others. `unencodable` lists them beforehand.

    Raises EncodingError for an unknown encoding, and for the first character that does not fit.

    >>> encode("中文", "gb2312").hex()
    'd6d0cec4'
    >>> encode("龍和龙", "gb2312", errors="entity").decode("gb2312")
    '&#40845;和龙'
    """
    name = canonical(encoding)
    if errors == "preserve":
        pieces = re.split("([\udc00-\udcff]+)", text)
        # Every second piece is a run of preserved bytes.
        return b"".join(
            bytes(ord(character) & 0xFF for character in piece) if index % 2 else encode(piece, name)
            for index, piece in enumerate(pieces)
            if piece
        )
    handlers = {"strict": _STRICT, "replace": _REPLACE, "entity": _ENTITY}
    if errors not in handlers:
        raise EncodingError(f"unknown errors={errors!r}; use 'strict', 'replace', 'entity' or 'preserve'")
    table = table_of(name)
    try:
        return (table.outdate(text) if table else text).encode(name, handlers[errors])
    except UnicodeEncodeError as error:
        position, character = error.start, text[error.start]
        count = len(unencodable(text, name))
        more = f" (and {count - 1} more)" if count > 1 else ""
        raise EncodingError(
            f"cannot encode U+{ord(character):04X} at character {position} as {name}{more}; "
            f"choose a wider encoding such as {_WIDER.get(name, 'utf-8')}, or have them written as references "
            "(errors='entity'; --unencodable entity)"
        ) from None


def unencodable(text: str, encoding: str) -> list[tuple[int, str]]:
    """Return position and character of everything in text that an encoding lacks.

    >>> unencodable("龍和龙", "gb2312")
    [(0, '龍')]
    """
    name = canonical(encoding)
    table = table_of(name)
    text = table.outdate(text) if table else text
    found = []
    position = 0
    while position < len(text):
        try:
            text[position:].encode(name, _STRICT)
        except UnicodeEncodeError as error:
            start, end = position + error.start, position + error.end
            found += [(index, text[index]) for index in range(start, end)]
            position = end
        else:
            break
    return found


def to_bytes(decoded: Decoded) -> bytes:
    """Return the exact bytes that were decoded, the undecodable ones and the byte order mark included.

    >>> from normalize.encoding import decode
    >>> to_bytes(decode(b"\\xff\\xfe-N\\x87"))
    b'\\xff\\xfe-N\\x87'
    """
    return decoded.bom + b"".join(_spell(decoded))


def _spell(decoded: Decoded) -> Iterator[bytes]:
    """Yield the bytes of each stretch of the text."""
    events = [(item.position, item.length, item.data, "") for item in decoded.irregular]
    events += [(error.position, _width(decoded.text, error), error.data, "") for error in decoded.errors]
    events += [(item.position, item.length, b"", item.encoding) for item in decoded.segments]
    # At the same place the longest one first, and irregular bytes before others: they include the errors among them.
    events.sort(key=lambda event: (event[0], -event[1]))
    position = 0
    for start, length, data, encoding in events:
        if start < position:
            continue
        if start > position:
            yield _plain(decoded.text[position:start], decoded.encoding)
        yield _plain(decoded.text[start : start + length], encoding) if encoding else data
        position = start + length
    if position < len(decoded.text):
        yield _plain(decoded.text[position:], decoded.encoding)


def _width(text: str, error: DecodeError) -> int:
    """Return how many characters stand for undecodable bytes: one U+FFFD, or a surrogate for each byte."""
    return 1 if text[error.position] == "\ufffd" else len(error.data)


def _plain(text: str, name: str) -> bytes:
    table = table_of(name)
    return (table.outdate(text) if table else text).encode(name)


def needs_check(name: str, segments: Sequence[Segment]) -> bool:
    """Tell whether an encoding has several spellings for a text, so that the way back must be checked."""
    return not all(item.startswith(_ONE_SPELLING) for item in (name, *(segment.encoding for segment in segments)))


def irregular(decoded: Decoded, data: bytes) -> tuple[Irregular, ...]:
    """Return the parts of a decoded text that encoding again would spell otherwise than `data` does.

    Legacy encodings have several codes for one character (A1A1 and A3A0 in GB18030), and superfluous escapes (HZ).
    """
    try:
        if to_bytes(decoded) == data:
            return ()
    except UnicodeEncodeError:
        pass
    by_line = list(_irregular_lines(decoded, data))
    try:
        if by_line and to_bytes(replace(decoded, irregular=tuple(by_line))) == data:
            return tuple(by_line)
    except UnicodeEncodeError:
        pass
    return (Irregular(0, len(decoded.text), data[len(decoded.bom) :]),)


def _irregular_lines(decoded: Decoded, data: bytes) -> Iterator[Irregular]:
    """Yield the lines that are spelt otherwise, when text and data have the same line ends."""
    lines = data[len(decoded.bom) :].split(b"\n")
    texts = decoded.text.split("\n")
    if len(lines) != len(texts) or decoded.segments or decoded.errors:
        return
    position = 0
    for line, text in zip(lines, texts, strict=True):
        try:
            same = _plain(text, decoded.encoding) == line
        except UnicodeEncodeError:
            same = False
        if not same:
            yield Irregular(position, len(text), line)
        position += len(text) + 1
