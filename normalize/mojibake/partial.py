"""Characters by what is left of their bytes in UTF-8."""

from __future__ import annotations

from functools import cache

from normalize import language

#: Characters dearer than this, alone, are not offered for lost bytes.
DEAREST = 13.0
#: For each set of known bytes at most this many are offered, the commonest first.
OFFERED = 96

Known = tuple[int, int, int]


@cache
def _common() -> list[tuple[float, str]]:
    """Return the characters of three bytes that Chinese text is made of, the commonest first."""
    ranges = (range(0x2010, 0x2027), range(0x3001, 0x3020), range(0x3400, 0xA000), range(0xFF01, 0xFF5F))
    characters = [chr(code) for part in ranges for code in part]
    costs = [language.character_costs("\n" + character)[-1] for character in characters]
    return sorted((cost, character) for cost, character in zip(costs, characters, strict=True) if cost <= DEAREST)


@cache
def _index(pattern: tuple[bool, bool, bool]) -> dict[Known, list[str]]:
    index: dict[Known, list[str]] = {}
    for _, character in _common():
        data = character.encode()
        key = tuple(byte if known else -1 for byte, known in zip(data, pattern, strict=True))
        index.setdefault(key, []).append(character)  # type: ignore[arg-type]
    return index


def candidates(lead: int, second: int, third: int, offered: int = OFFERED) -> list[str]:
    """Return the characters of three bytes that agree with the known ones (-1: unknown), the commonest first.

    >>> candidates(0xEF, 0xBC, -1)[:2], len(candidates(0xE4, 0xB8, 0xAD))
    (['（', '，'], 1)
    """
    known = (lead, second, third)
    pattern = (lead >= 0, second >= 0, third >= 0)
    return _index(pattern).get(known, [])[:offered]
