"""CNS 11643, the character sets of Taiwan in planes of 94 x 94, and EUC-TW, the encoding that holds them all."""

from __future__ import annotations

import lzma
import re
from functools import cache

from normalize.data import read_bytes
from normalize.encoding.stepwise import unencodable, walk
from normalize.encoding.tables import table_of

#: The planes in the order of the table: 1-7 and 15 of CNS 11643, then ISO-IR-165.
_PLANES = (1, 2, 3, 4, 5, 6, 7, 15, 165)
_CELLS = 94 * 94


@cache
def planes() -> dict[int, dict[bytes, str]]:
    """Return the characters of each plane by their two bytes (21-7E)."""
    layers = lzma.decompress(read_bytes("cns11643.bin"))
    size = len(layers) // 3
    cells = [bytes((0x21 + index // 94, 0x21 + index % 94)) for index in range(_CELLS)]
    found: dict[int, dict[bytes, str]] = {}
    for number, plane in enumerate(_PLANES):
        low, middle, high = (layers[i * size + number * _CELLS : i * size + (number + 1) * _CELLS] for i in range(3))
        codes = (a | b << 8 | c << 16 for a, b, c in zip(low, middle, high, strict=True))
        found[plane] = {cell: chr(code) for cell, code in zip(cells, codes, strict=True) if code}
    return found


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
def _euc_tw_characters() -> dict[bytes, str]:
    """Return the character of each byte sequence of EUC-TW: two bytes for plane 1, 8E A1-AF and two bytes for any."""
    found = {}
    for plane, characters in planes().items():
        for cell, character in characters.items():
            high = bytes(byte | 0x80 for byte in cell)
            if plane == 1:
                found[high] = character
            if plane < 16:
                found[bytes((0x8E, 0xA0 + plane)) + high] = character
    return found


@cache
def _euc_tw_bytes() -> dict[str, bytes]:
    """Return the byte sequence of each character: the shortest, of the lowest plane."""
    found: dict[str, bytes] = {}
    for sequence, character in _euc_tw_characters().items():
        if character not in found or len(sequence) < len(found[character]):
            found[character] = sequence
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
    character = _euc_tw_characters().get(sequence)
    return character, found.end() if character else start + 1


def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    """Encode text as EUC-TW."""
    table = _euc_tw_bytes()
    out = []
    for position, character in enumerate(text):
        if character < "\x80":
            out.append(character.encode("ascii"))
        elif character in table:
            out.append(table[character])
        else:
            out.append(unencodable("euc_tw", text, position, errors, lambda t: encode(t)[0]))
    return b"".join(out), len(text)


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
