"""CNS 11643, the character sets of Taiwan in planes of 94 x 94, and EUC-TW, the encoding that holds them all."""

from __future__ import annotations

import lzma
import re
from functools import cache

from normalize.data import read_bytes
from normalize.encoding.stepwise import spell, walk
from normalize.encoding.tables import table_of

#: The planes in the order of the table: 1-7 and 15 of CNS 11643, then ISO-IR-165.
PLANES = (1, 2, 3, 4, 5, 6, 7, 15, 165)
_CELLS = 94 * 94


@cache
def _layers() -> tuple[bytes, bytes, bytes]:
    """Return the low, middle and high bytes of the code points of all cells, plane after plane."""
    layers = lzma.decompress(read_bytes("cns11643.bin"))
    size = len(layers) // 3
    return layers[:size], layers[size : 2 * size], layers[2 * size :]


@cache
def characters_of(plane: int, first: int = 0x21) -> dict[bytes, str]:
    """Return the characters of a plane by their two bytes; `first` is the byte of the first row and cell (21 or A1).

    >>> characters_of(1)[b"D!"]
    '一'
    """
    if plane not in PLANES:
        return {}
    start = PLANES.index(plane) * _CELLS
    low, middle, high = (layer[start : start + _CELLS] for layer in _layers())
    codes = [a | b << 8 | c << 16 for a, b, c in zip(low, middle, high, strict=True)]
    rows = range(first, first + 94)
    cells = [bytes((row, cell)) for row in rows for cell in rows]
    return {cell: chr(code) for cell, code in zip(cells, codes, strict=True) if code}


@cache
def gb2312() -> dict[bytes, str]:
    """Return the characters of GB 2312 by their two bytes (21-7E)."""
    table = table_of("gb2312")
    found = {}
    for index in range(_CELLS):
        cell = bytes((0x21 + index // 94, 0x21 + index % 94))
        character = bytes(byte | 0x80 for byte in cell).decode("gb2312", "ignore")
        if character and table:
            found[cell] = table.modernise(character)
    return found


@cache
def _euc_tw_bytes() -> dict[str, bytes]:
    """Return the byte sequence of each character: two bytes for plane 1, 8E A2-AF and two bytes for the others."""
    found = {chr(code): bytes((code,)) for code in range(0x80)}
    for plane in PLANES[:-1]:
        lead = b"" if plane == 1 else bytes((0x8E, 0xA0 + plane))
        for cell, character in characters_of(plane, 0xA1).items():
            found.setdefault(character, lead + cell)
    return found


_EUC_TW = re.compile(rb"[\x00-\x7f]+|\x8e[\xa1-\xb0][\xa1-\xfe]{2}|[\xa1-\xfe]{2}")


def step(data: bytes, start: int) -> tuple[str | None, int]:
    """Decode a run of ASCII or one character."""
    found = _EUC_TW.match(data, start)
    if found is None:
        return None, start + 1
    sequence = found.group()
    if sequence[0] < 0x80:
        return sequence.decode("ascii"), found.end()
    plane = sequence[1] - 0xA0 if len(sequence) == 4 else 1
    character = characters_of(plane, 0xA1).get(sequence[-2:])
    return character, found.end() if character else start + 1


def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    """Encode text as EUC-TW."""
    return spell(text, _euc_tw_bytes(), "euc_tw", errors), len(text)


def decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
    """Decode EUC-TW."""
    return walk(bytes(data), errors, "euc_tw", step), len(data)


def complete(data: bytes) -> int:
    """Return how much of data can be decoded before more comes: all but the last, unfinished sequence."""
    tail = re.search(rb"[\x80-\xff]*$", data)
    start = tail.start() if tail else len(data)
    position = start
    while position < len(data):
        width = 4 if data[position] == 0x8E else 2
        if position + width > len(data):
            return position
        position = step(data, position)[1]
    return len(data)
