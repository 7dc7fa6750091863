"""Big5-UAO (Unicode-at-on 2.50): Big5 of Taiwan's bulletin boards, every pair of bytes from 8140 to FEFE a character.

Simplified characters, kana, kanji and symbols stand where HKSCS has Hong Kong's characters or nothing.
"""

from __future__ import annotations

import lzma
import re
from functools import cache
from itertools import islice

from normalize.data import read_bytes
from normalize.encoding.stepwise import spell, walk

NAME = "big5_uao"

_TRAILS = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
_PAIR = re.compile(rb"[\x00-\x7f]|[\x81-\xfe][\x40-\x7e\xa1-\xfe]")
_RUN = re.compile(rb"(?:%b)+" % _PAIR.pattern)
#: A stretch in which HKSCS and Big5-UAO agree, or a pair of the rows in which HKSCS has other characters, or none.
_DIFFERENT = re.compile(
    rb"(?:[\x00-\x80\xff]|[\xa1-\xc5\xc9-\xf8][\x40-\x7e\xa1-\xfe]|[\xa1-\xfe](?![\x40-\x7e\xa1-\xfe]))++|"
    rb"([\x81-\xa0\xc6-\xc8\xf9-\xfe][\x40-\x7e\xa1-\xfe])"
)
_LOOKED_AT = 40
#: The last stretch of bytes that may all belong to pairs: a character begins where it does.
_TAIL = re.compile(rb"[\x40-\x7e\x81-\xfe]*\Z")
#: Characters with several codes are written where Big5 has them, not in the rows before A1 which repeat them.
_BIG5_FIRST = b"\xa1"


@cache
def characters() -> dict[bytes, str]:
    """Return the character of each byte and each pair of bytes."""
    layers = lzma.decompress(read_bytes("uao.bin"))
    low, high = layers[: len(layers) // 2], layers[len(layers) // 2 :]
    pairs = (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in _TRAILS)
    found = {pair: chr(a | b << 8) for pair, a, b in zip(pairs, low, high, strict=True)}
    return found | {bytes((code,)): chr(code) for code in range(0x80)}


@cache
def _bytes_of() -> dict[str, bytes]:
    table = characters()
    found: dict[str, bytes] = {}
    for pair in sorted(table, key=lambda pair: (len(pair) > 1 and pair < _BIG5_FIRST, pair)):
        found.setdefault(table[pair], pair)
    return found


def _step(data: bytes, start: int) -> tuple[str | None, int]:
    """Decode all up to the next byte that begins no character."""
    run = _RUN.match(data, start)
    if run is None:
        return None, start + 1
    return "".join(map(characters().__getitem__, _PAIR.findall(run.group()))), run.end()


def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    """Encode text as Big5-UAO."""
    return spell(text, _bytes_of(), NAME, errors), len(text)


def decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
    """Decode Big5-UAO."""
    return walk(bytes(data), errors, NAME, _step), len(data)


def complete(data: bytes) -> int:
    """Return how much of data can be decoded before more comes: all but the first byte of a pair."""
    tail = _TAIL.search(data)
    position = tail.start() if tail else len(data)
    while position < len(data):
        if data[position] > 0x80 and position + 1 == len(data):
            return position
        position = _step(data, position)[1]
    return len(data)


def readings(part: bytes) -> tuple[str, str]:
    """Return how HKSCS and Big5-UAO read the pairs that they may read differently, each between its neighbours.

    U+FFFD stands for what HKSCS has no character for, or two.
    """
    hong_kong, taiwan = [], []
    places = (found.start() for found in _DIFFERENT.finditer(part) if found[1])
    for place in islice(places, _LOOKED_AT):
        context = part[max(place - 2, 0) : place + 4]
        for pair in _PAIR.findall(context):
            other = pair.decode("big5hkscs", "replace")
            hong_kong.append(other if len(other) == 1 else "\ufffd")
            taiwan.append(characters()[pair])
    return "".join(hong_kong), "".join(taiwan)
