"""What a decision is made on: a bounded part of the data, from its head and spread over the rest, without its ASCII."""

from __future__ import annotations

import re

#: Bytes of evidence that are scored. Measured on 4,000 samples of 2,048 characters: 300 bytes already decide all; twice
#: as many cost next to nothing.
ENOUGH = 640
#: Data up to this size is looked at as a whole.
_SMALL = 4096
_SPREAD = 6  # places beside the head that a larger file is looked at

_LONG_ASCII = re.compile(rb"([\x00-\x7f]{4})[\x00-\x7f]{4,}([\x00-\x7f]{4})")
# Bytes that are no part of any character of two or four bytes.
_BETWEEN = re.compile(rb"[\x00-\x2f:-?]+")
_HIGH = re.compile(rb"[\x80-\xff]")
# No multi-byte encoding has a byte below 30 inside a character, so after one a character begins.
_BOUNDARY = re.compile(rb"[\x00-\x2f](?=[\x80-\xff])")


def evidence(data: bytes) -> bytes:
    """Return at most ENOUGH bytes that show the encoding: what is not ASCII, with four bytes of ASCII around it.

    Cuts are made only where no character of a multi-byte encoding can be cut, except at the very end.

    >>> evidence(b"long English text " * 9 + b"\\xd6\\xd0\\xce\\xc4" + b", and English again" * 9)
    b'longext \\xd6\\xd0\\xce\\xc4, angain'
    """
    if len(data) <= _SMALL:
        return _condense(data)[:ENOUGH]
    first = first_high(data)
    head = _condense(data[max(0, first - 4) : first + _SMALL])
    if len(head) < ENOUGH // 2:
        head = b"\n".join((head, *(_condense(part) for part in _parts(data))))
    return head[:ENOUGH]


def spread(data: bytes, size: int = 4096, parts: int = 16) -> list[bytes]:
    """Return the head, the tail and parts between them, each beginning where a character begins, as far as can be told.

    Small data is returned whole.
    """
    if len(data) <= size * parts:
        return [data]
    pieces = [data[:size]]
    step = (len(data) - size) // (parts - 1)
    for start in range(step, len(data) - size + 1, step):
        found = _BOUNDARY.search(data, start, start + 2048)
        if found:
            pieces.append(data[found.end() : found.end() + size])
    return pieces


def first_high(data: bytes) -> int:
    """Return the offset of the first byte that is not ASCII, or the length of data; ASCII is skipped fast."""
    block = 1 << 16
    for start in range(0, len(data), block):
        part = data[start : start + block]
        if not part.isascii():
            found = _HIGH.search(part)
            return start + found.start() if found else start
    return len(data)


def _condense(data: bytes) -> bytes:
    """Shorten every long stretch of ASCII to its two ends."""
    return data if len(data) <= 64 else _LONG_ASCII.sub(rb"\1\2", data)


def without_repeats(seen: bytes) -> bytes:
    """Return evidence in which each stretch stands once: what a page repeats, its title say, shows nothing more."""
    return b" ".join(dict.fromkeys(_BETWEEN.split(seen)))


def _parts(data: bytes) -> list[bytes]:
    step = len(data) // (_SPREAD + 1)
    found = []
    for start in range(step, len(data) - 64, step):
        boundary = _BOUNDARY.search(data, start)
        if boundary is None:
            break
        found.append(data[boundary.end() : boundary.end() + 512])
    return found
