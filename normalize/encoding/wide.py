"""UTF-16 and UTF-32 without a byte order mark: the pattern of the bytes first, then how the text reads."""

from __future__ import annotations

import codecs

from normalize.encoding.readings import MOST, UNKNOWN, UTF16, Candidate, Reading, read
from normalize.language import model

_LOOKED_AT = 4096
#: UTF-16 must read as well as this, in nats a character: 992 of 1,000 samples of four characters do. Other encodings
#: with many bytes below 80 or in 80-9F (Shift_JIS, Hebrew of DOS) and programs cost 11 and more.
_MOST = 10.0
#: UTF-32 is plain from its zeros; this only keeps tables of numbers out.
_MOST_UTF32 = 13.0
#: High bytes of UTF-16 in Chinese, Japanese and Western text: ASCII, marks, kana, ideographs, full-width forms.
_HIGH_BYTES = bytes((0x00, 0x20, 0x30, *range(0x4E, 0xA0), 0xFF))
#: How many nats UTF-16 must be ahead, over at least four characters, when all its bytes are printable ASCII: that is
#: mostly a text of its own.
_PRINTABLE = 10.0
_UTF32 = (
    Candidate("utf-32-le", ("zh", "ja", "ko", "xx"), 0.0),
    Candidate("utf-32-be", ("zh", "ja", "ko", "xx"), 0.0),
)


def wide(data: bytes) -> Reading | None:
    """Return the reading as UTF-32 or UTF-16 if data is that, else None."""
    head = data[:_LOOKED_AT]
    if b"\0" in head:
        found = _utf32(head)
        if found is not None:
            return found
    elif _is_utf8(head):
        return None
    return _utf16(head, len(data)) if len(head) >= 4 else None


def _is_utf8(head: bytes) -> bool:
    """Tell whether data is well-formed UTF-8 beyond ASCII, which UTF-16 is by chance less than once in a thousand."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return len(head) - len(text) >= 4


def _utf32(head: bytes) -> Reading | None:
    units = len(head) // 4
    if units < 2:
        return None
    for candidate, high, low in ((_UTF32[0], 3, 2), (_UTF32[1], 0, 1)):
        # No code point is above 10FFFF: the highest byte is zero, the next at most 10. One bad unit in ten is damage.
        fits = head[high::4].count(0) + sum(byte <= 0x10 for byte in head[low::4])
        if fits >= 1.9 * units and _is_text(head[: units * 4], candidate.encoding):
            reading = read(head[: units * 4], candidate)
            return reading if reading.mean <= _MOST_UTF32 or reading.foreign * 2 < units else None
    return None


def _is_text(head: bytes, name: str) -> bool:
    """Tell whether there are few controls, unassigned and undecodable characters; tables in programs have many."""
    text = head.decode(name, "replace")
    strange = sum(
        character < " " or "\x7f" <= character < "\xa0" or "\ue000" <= character <= "\uf8ff" or character >= "\ufff0"
        for character in text
        if character not in "\t\n\r\f" and not "\U00020000" <= character < "\U00040000"
    )
    return strange * 20 <= len(text) + 40


def _utf16(head: bytes, length: int) -> Reading | None:
    """Return the better of the two byte orders if it reads better than single bytes and pairs do."""
    head = head[: min(len(head), _LOOKED_AT if 0 in head else 512) // 2 * 2]
    half = len(head) // 2
    orders = []
    for candidate, first in zip(UTF16, (1, 0), strict=True):
        high = head[first::2]
        # Measured: Chinese text has 95 % or more (of four characters one may be odd), GB18030 and UTF-8 at most 50 %.
        if half - len(high.translate(None, _HIGH_BYTES)) >= 0.7 * half:
            orders.append(candidate)
    # Chinese text of such a length has line ends, digits or marks, and so zeros or bytes beyond ASCII.
    if not orders or (length > 200 and head.isascii() and 0 not in head):
        return None
    seen = head[:640]
    best = min((read(seen, candidate) for candidate in orders), key=lambda reading: reading.cost)
    if (best.mean > _MOST and not _has_zeros_on_one_side(head, best.encoding)) or not _is_text(head, best.encoding):
        return None
    rival = min(_as_bytes(seen), *(_as_pairs(seen, name) for name in ("gb18030", "big5")))
    if seen.isascii() and seen.decode().isprintable():
        # The high byte of kana is the digit 0: hexadecimal numbers and tables would read as Japanese.
        return best if half >= 4 and best.language == "zh" and best.cost + _PRINTABLE < rival else None
    return best if best.cost < rival else None


def _has_zeros_on_one_side(head: bytes, name: str) -> bool:
    """Tell whether the high bytes are often zero and the low ones never: ASCII among the text of any language."""
    first, second = (head[1::2], head[::2]) if name == "utf-16-le" else (head[::2], head[1::2])
    return first.count(0) * 8 >= len(first) and second.count(0) * 100 <= len(second)


def _as_bytes(head: bytes) -> float:
    """Return what the data costs as single bytes: ASCII by its letters, and no text in particular beyond it."""
    return _as_pairs(head, "ascii")


def _as_pairs(head: bytes, name: str) -> float:
    """Return what the data costs in an encoding in which ASCII is single bytes, with ASCII costed by its letters."""
    text = head.decode(name, "replace")
    high = "".join(character for character in text if character > "\x7f")
    low = "".join(character if character < "\x7f" else " " for character in text)
    controls = sum(character < " " and character not in "\t\n\r" for character in low)
    unread = high.count("\ufffd")
    foreign = 0.0 if name == "ascii" else model("zh").beyond_ascii(high.replace("\ufffd", ""), MOST).bounded
    return foreign + UNKNOWN * unread + 10.0 * controls + model("xx").total(low)
