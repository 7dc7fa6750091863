"""Where misread text may be: the screen that clean text passes at the speed of one table lookup."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from normalize import language
from normalize.data import read_bytes
from normalize.profile import ARRAY_LENGTH, Profile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BLOCK = 1 << 15
#: Controls that text has no use for: bytes of UTF-16, in what Latin-1 was read for.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


#: What a character says: a rare Han character; another that Chinese text hardly has; what is innocent but beside one of
#: those (kana, Greek, `?`, U+FFFD); marks, innocent but beside the second; a Han character that is uncommon, not rare.
RARE_HAN, RARE_OTHER, JOINT, MARK, UNCOMMON_HAN = 1, 2, 3, 4, 5
# What a character is, in the low bits, and which characters make a suspicious pair with it, in the high bits.
_IS = {RARE_HAN: 1, RARE_OTHER: 2, JOINT: 4, MARK: 8}
_WITH = {RARE_HAN: 1 | 2 | 4, RARE_OTHER: 1 | 2 | 4 | 8, JOINT: 1 | 2, MARK: 2}
#: A text shorter than ARRAY_LENGTH is also suspicious as a whole when so much of it, beyond ASCII, is uncommon, and its
#: characters cost so many nats on average. Measured on spans of 8 characters: 2.7 in 100 that are clean, and 99 of 100
#: where EUC-JP was read for GB18030, all of those where EUC-KR or Big5 was.
UNCOMMON_SHARE, UNCOMMON_COST = 0.2, 8.0


@cache
def values() -> bytes:
    """Return what each code unit says; built by tools/build_suspects.py."""
    packed = zlib.decompress(read_bytes("suspects.bin"))
    out = bytearray(2 * len(packed))
    out[::2] = packed.translate(bytes(byte & 15 for byte in range(256)))
    out[1::2] = packed.translate(bytes(byte >> 4 for byte in range(256)))
    return bytes(out)


@cache
def flags() -> bytes:
    """Return for each code unit what it is and what it makes a suspicious pair with, four bits each."""
    meaning = [_IS.get(value, 0) | _WITH.get(value, 0) << 4 for value in range(256)]
    return values().translate(bytes(meaning))


def suspects(text: str, profile: Profile) -> Sequence[int]:
    """Return the places where a suspicious character stands beside another, as indices of characters, in order.

    >>> list(suspects("中文编码 caf\\u00e9 涓枃缂栫爜", Profile("中文编码 caf\\u00e9 涓枃缂栫爜")))
    [10, 11, 12, 13]
    """
    if len(text) < ARRAY_LENGTH:
        table = flags()
        found = []
        before = 0
        for place, character in enumerate(text):
            code = ord(character)
            here = table[code] if code < 0x10000 else 0
            if here >> 4 & before:
                found.append(place - 1)
            before = here
        if not found and (_CONTROL.search(text) or _uncommon(text)):
            return range(len(text))
        return found
    return _suspects_array(text, profile.units)


def _suspects_array(text: str, units: npt.NDArray[np.uint16]) -> Sequence[int]:
    import numpy as np

    table = _table()
    found = []
    buffer = np.empty(_BLOCK + 1, dtype=np.uint8)
    for start in range(0, len(units), _BLOCK):
        block = units[start : start + _BLOCK + 1]
        here = buffer[: len(block)]
        np.take(table, block, out=here, mode="clip")
        pairs = here[1:] >> 4
        pairs &= here[:-1]
        if pairs.any():
            found.append(np.flatnonzero(pairs) + start)
    if not found:
        return ()
    places = np.concatenate(found)
    if len(text) != len(units):
        # Units to characters: each pair of surrogates before a place is one character.
        high = np.flatnonzero((units & 0xFC00) == 0xD800)
        low = high[(high + 1 < len(units))]
        low = low[(units[low + 1] & 0xFC00) == 0xDC00]
        places = places - np.searchsorted(low, places)
    return places.tolist()  # type: ignore[no-any-return]


@cache
def _table() -> npt.NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(flags(), dtype=np.uint8)


def _uncommon(text: str) -> bool:
    """Tell whether much of what a short text has beyond ASCII is uncommon in Chinese, and unlikely as it stands."""
    table = values()
    beyond = uncommon = 0
    for character in text:
        code = ord(character)
        if code > 0x7F:
            beyond += 1
            uncommon += code < 0x10000 and table[code] != 0
    if uncommon < 2 or uncommon < UNCOMMON_SHARE * beyond:
        return False
    costs = language.character_costs(text)
    cost = sum(cost for cost, character in zip(costs, text, strict=True) if character > "\x7f")
    return cost >= UNCOMMON_COST * beyond
