"""Bytes to text without losing a byte: what cannot be decoded stays visible and is listed."""

from __future__ import annotations

import codecs
import threading
from dataclasses import replace
from typing import Literal

from normalize.encoding.encoding import irregular, needs_check
from normalize.encoding.escapes import with_tildes
from normalize.encoding.mixed import Piece, is_uniform, pieces
from normalize.encoding.names import SUPERSET, EncodingError, canonical
from normalize.encoding.resync import next_start
from normalize.encoding.tables import added, table_of
from normalize.result import Decoded, DecodeError, Detection, Irregular, Segment

Errors = Literal["replace", "preserve", "strict"]

REPLACEMENT = "\ufffd"
#: Stands for undecodable bytes while decoding: no decoder used here makes a lone surrogate of bytes that it accepts.
_MARK = "\udc80"
_HANDLER = "normalize.encoding.collect"

#: Undecodable bytes: offset, the bytes, the reason.
_Found = list[tuple[int, bytes, str]]

_BOMS: tuple[tuple[bytes, str], ...] = (
    # UTF-32 first: its little-endian mark begins with the one of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_WITHOUT_BOM = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


class _Current(threading.local):
    """The decoding that runs in this thread: codecs call their error handler without any argument of ours."""

    def __init__(self) -> None:
        self.found: _Found = []
        self.encoding = ""


_current = _Current()


def _collect(error: UnicodeError) -> tuple[str, int]:
    """Note undecodable bytes and go on behind them; bytes that a newer table knows are decoded with it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    known = added(_current.encoding, error.object, error.start)
    if known is not None:
        return known
    end = next_start(_current.encoding, error.object, error.start, error.end)
    _current.found.append((error.start, error.object[error.start : end], error.reason))
    return _MARK, end


codecs.register_error(_HANDLER, _collect)


def as_bytes(data: bytes | bytearray | memoryview) -> bytes:
    """Return data as bytes. Raises TypeError for anything else, such as text that needs no decoding."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    remedy = "; text has no encoding to find, so read the file as bytes" if isinstance(data, str) else ""
    raise TypeError(f"expected bytes, found {type(data).__name__}{remedy}")


def bom_of(data: bytes) -> tuple[bytes, str] | None:
    """Return the byte order mark that data begins with and the encoding it announces, or None.

    FF FE 00 00 announces UTF-32 only when code points follow (one in ten may be damaged); otherwise it is UTF-16 that
    begins with a NUL.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark) and (encoding != "utf-32-le" or _fits_utf32(data)):
            return mark, encoding
    return None


def _fits_utf32(data: bytes) -> bool:
    units = data[4:4096]
    count = len(units) // 4
    return sum(byte <= 0x10 for byte in units[2::4]) + units[3::4].count(0) >= 1.8 * count


def decode(data: bytes | bytearray | memoryview, encoding: str | None = None, errors: Errors = "replace") -> Decoded:
    """Decode bytes to text with today's tables; nothing is dropped.

    `encoding` None is detected. A narrower name is read as its superset (`gb2312` as GB18030), because files labelled
    with it often need that. `errors`: "replace" puts one U+FFFD in the text for each undecodable byte sequence,
    "preserve" one lone surrogate U+DC00 + byte for each byte, "strict" raises. `Decoded.errors` lists byte offset,
    bytes, reason and the position in the text, and `to_bytes` gives the exact bytes back. A byte order mark is no part
    of the text; it is kept in `Decoded.bom`. Binary data is decoded as UTF-8, so that what is readable in it shows;
    empty data is empty UTF-8. Lines in another encoding than the rest are decoded in theirs, and listed in
    `Decoded.segments`, unless an encoding is named.

    Raises EncodingError for an unknown encoding, and with errors="strict" for undecodable bytes.

    >>> decode(bytes.fromhex("d6d0cec4"), "gb2312").text
    '中文'
    >>> decode(bytes.fromhex("d6d0ffcec4"), "gbk").errors
    (DecodeError(offset=2, data=b'\\xff', reason='illegal multibyte sequence', position=1),)
    """
    if errors not in ("replace", "preserve", "strict"):
        raise EncodingError(f"unknown errors={errors!r}; use 'replace', 'preserve' or 'strict'")
    data = as_bytes(data)
    detection: Detection | None = None
    read: str | None = None
    if encoding is None:
        from normalize.encoding.detection import Utf8, detected

        utf8 = Utf8(data)
        detection, read = detected(utf8), utf8.text
        name = detection.encoding or "utf-8"
        if name == "binary":
            name = "utf-8"
    else:
        name = canonical(encoding)
    name, bom = _strip_bom(data, SUPERSET.get(name, name))
    if name == "hz" and detection is not None:
        whole_text = _without_tildes(data)
        if whole_text is not None:
            return Decoded(whole_text, name, (), detection, irregular=(Irregular(0, len(whole_text), data),))
    plain = read if name == "utf-8" and not bom else None
    if plain is None:
        plain = _decode_plain(data[len(bom) :] if bom else data, name, detection is None)
    if plain is not None:
        return Decoded(plain, name, (), detection, bom)
    # Detection chose Python's table of Big5 where its marks read better than those of Windows.
    modern = detection is None or detection.narrow != "big5"
    whole = detection is None or detection.encoding in (None, "binary")
    parts = [Piece(len(bom), len(data), name)] if whole else pieces(data, name, len(bom))
    text, listed, segments = _decode_parts(data, parts, name, errors, modern)
    decoded = Decoded(text, name, listed, detection, bom, segments)
    return replace(decoded, irregular=irregular(decoded, data)) if needs_check(name, segments) else decoded


def _decode_plain(data: bytes, name: str, named: bool) -> str | None:
    """Return the text of data that has nothing special about it, or None: most data, and the short way for it."""
    table = table_of(name)
    if name != "utf-8" and table is None:
        return None
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    if table is not None and not table.is_exact(data, text):
        return None
    return text if named or name == "utf-8" or is_uniform(text) else None


def _without_tildes(data: bytes) -> str | None:
    """Return the text of HZ whose tildes were lost on the way, if it is that and decodes."""
    restored = with_tildes(data)
    try:
        return restored.decode("hz") if restored else None
    except UnicodeDecodeError:
        return None


def _decode_parts(
    data: bytes, parts: list[Piece], name: str, errors: Errors, modern: bool
) -> tuple[str, tuple[DecodeError, ...], tuple[Segment, ...]]:
    """Decode each part in its encoding; return the text, what could not be decoded, and the parts not in `name`."""
    texts: list[str] = []
    listed: list[DecodeError] = []
    segments: list[Segment] = []
    position = 0
    for start, end, encoding in parts:
        body = data[start:end] if (start, end) != (0, len(data)) else data
        text, found = _decode_all(body, encoding, modern)
        if found:
            if errors == "strict":
                raise EncodingError(_complain(encoding, found, start))
            text, errors_here = _place(text, found, start, position, errors)
            listed += errors_here
        if encoding != name:
            segments.append(Segment(start, end, position, len(text), encoding))
        texts.append(text)
        position += len(text)
    return texts[0] if len(texts) == 1 else "".join(texts), tuple(listed), tuple(segments)


def _strip_bom(data: bytes, name: str) -> tuple[str, bytes]:
    """Return the encoding's name without mark, and the mark at the beginning of data if it belongs to the encoding."""
    plain = _WITHOUT_BOM.get(name, name)
    found = bom_of(data)
    if found is not None and (found[1] == plain or (name in _WITHOUT_BOM and found[1].startswith(name))):
        return found[1], found[0]
    return plain, b""


def _decode_all(data: bytes, name: str, modern: bool = True) -> tuple[str, _Found]:
    """Decode everything; undecodable sequences are one `_MARK` each in the text, and listed in order."""
    found: _Found = []
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        _current.found, _current.encoding = found, name
        try:
            text = data.decode(name, _HANDLER)
            if text.count(_MARK) != len(found):
                # UTF-7 alone can spell lone surrogates. Beside errors, only its ASCII can be told apart from them.
                found.clear()
                text = data.decode("ascii", _HANDLER)
        finally:
            _current.found, _current.encoding = [], ""
    table = table_of(name)
    return (table.modernise(text) if table and modern else text), found


def _place(text: str, found: _Found, shift: int, position: int, errors: Errors) -> tuple[str, list[DecodeError]]:
    """Put what stands for undecodable bytes in place of the marks, and list each with its position."""
    pieces_between = text.split(_MARK)
    listed = []
    out = [pieces_between[0]]
    position += len(pieces_between[0])
    for (offset, raw, reason), piece in zip(found, pieces_between[1:], strict=True):
        listed.append(DecodeError(offset + shift, raw, reason, position))
        mark = REPLACEMENT if errors == "replace" else "".join(chr(0xDC00 + byte) for byte in raw)
        out += (mark, piece)
        position += len(mark) + len(piece)
    return "".join(out), listed


def _complain(name: str, found: _Found, shift: int) -> str:
    offset, raw, reason = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return (
        f"cannot decode {raw[:4].hex(' ').upper()} at byte {offset + shift} as {name}: {reason}{more}; "
        "use errors='replace' to keep what can be read"
    )
