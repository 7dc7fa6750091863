"""Characters by what is left of their bytes, and which bytes a program can have lost."""

from __future__ import annotations

from functools import cache

from normalize import language
from normalize.mojibake.readings import SINGLE_BYTE, reading

#: Characters dearer than this, alone, are not offered for lost bytes: of the Han characters of unseen text 1 in 1,000.
DEAREST = 15.5
#: For each set of known bytes at most this many are offered, the commonest first.
OFFERED = 96
#: A byte of which nothing is known.
UNKNOWN = -1

_RANGES = (
    (0x2010, 0x2028), (0x2030, 0x203C), (0x2103, 0x2104), (0x2116, 0x2117), (0x2160, 0x216C), (0x2190, 0x2194),
    (0x2460, 0x2474), (0x25A0, 0x25D0), (0x2605, 0x2607), (0x3001, 0x3020), (0x3400, 0xA000), (0xFE30, 0xFE50),
    (0xFF01, 0xFF5F), (0xFFE5, 0xFFE6),
)  # fmt: skip


@cache
def _common() -> list[tuple[float, str]]:
    """Return the characters of three bytes in UTF-8 that Chinese text is made of, the commonest first."""
    characters = [chr(code) for first, last in _RANGES for code in range(first, last)]
    costs = language.model().alone("".join(characters))
    return sorted((cost, character) for cost, character in zip(costs, characters, strict=True) if cost <= DEAREST)


@cache
def _index(truth: str, pattern: tuple[bool, ...]) -> dict[tuple[int, ...], list[str]]:
    index: dict[tuple[int, ...], list[str]] = {}
    encode = reading(truth).character
    for _, character in _common():
        data = encode(character)
        if data is not None and len(data) == len(pattern):
            key = tuple([byte if known else UNKNOWN for byte, known in zip(data, pattern, strict=True)])
            index.setdefault(key, []).append(character)
    return index


def candidates(truth: str, *known: int, offered: int = OFFERED) -> list[str]:
    """Return the characters of the encoding `truth` that agree with the known bytes, the commonest first.

    >>> candidates("utf-8", 0xEF, 0xBC, UNKNOWN)[:2], len(candidates("utf-8", 0xE4, 0xB8, 0xAD))
    (['，', '：'], 1)
    >>> candidates("big5hkscs", UNKNOWN, 0x54)[:2]
    ['三', '確']
    """
    return _index(truth, tuple([byte != UNKNOWN for byte in known])).get(known, [])[:offered]


@cache
def holes(read_as: str) -> frozenset[int]:
    """Return the bytes that a single-byte encoding has no character for (Python's table: five of cp1252)."""
    found = []
    for byte in range(0x80, 0x100):
        try:
            bytes([byte]).decode(read_as)
        except UnicodeDecodeError:
            found.append(byte)
    return frozenset(found)


@cache
def unreadable(read_as: str, byte: int, following: int) -> float | None:
    """Return what it costs that a reader put a mark for a byte before another (UNKNOWN: any), None if it cannot have.

    >>> unreadable("cp932", 0x86, 0xE4), unreadable("cp932", 0x8F, 0xE4), unreadable("cp1252", 0x81, 0xE4)
    (0.0, None, 0.0)
    """
    if read_as in SINGLE_BYTE:
        return 0.0 if not holes(read_as) or byte in holes(read_as) else None
    if byte < 0x80:
        return None
    reads = reading(read_as).decode
    if reads(bytes((byte,))) is None and (following < 0 or reads(bytes((byte, following))) is None):
        return 0.0
    return None


@cache
def unreadable_pairs(truth: str, read_as: str, offered: int) -> list[tuple[str, float]]:
    """Return the characters of two bytes that a reader has none for, the commonest first, and what that costs."""
    found = []
    for character in candidates(truth, UNKNOWN, UNKNOWN, offered=1 << 15):
        data = reading(truth).character(character) or b""
        price = unreadable(read_as, *data)
        if price is not None:
            found.append((character, price))
    return found[:offered]


@cache
def invisible(read_as: str) -> frozenset[int]:
    """Return the bytes that a single-byte reading shows as what cleaning tools drop: C1 controls, NBSP, soft hyphen."""
    shown = enumerate(reading(read_as).table)
    return frozenset(byte for byte, character in shown if "\x80" <= character <= "\xa0" or character == "\xad")


@cache
def is_private(lead: int, trail: int) -> bool:
    """Tell whether a pair of GBK is private use or unassigned, as tools drop it."""
    character = reading("gb18030").decode(bytes((lead, trail)))
    return character is None or "\ue000" <= character <= "\uf8ff"
