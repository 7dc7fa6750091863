"""Where misread text may be: the screen that clean text passes at the speed of one table lookup."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

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
#: Marks that tools put control bytes before, as they are and as a later fold leaves them.
NOISED = "！；？。，：、!;?,:"
# Characters that kinds of loss begin with.
_LOSS_SIGNS = "锟烫屯葺锘蔽"
#: Where in what a code unit says the marks are, and what only those characters reach: so high that, four bits lower,
#: where the screen for pairs has them, they meet none.
MARKED, LOSS = 12, 1 << 15


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


class Screen:
    """The places of a text that may tell of damage, found with one look-up for each of its characters.

    >>> Screen("中文编码 caf\\u00e9 涓枃缂栫爜", Profile("中文编码 caf\\u00e9 涓枃缂栫爜")).suspects()
    [10, 11, 12, 13]
    """

    def __init__(self, text: str, profile: Profile) -> None:
        self.text = text
        self.profile = profile

    @cached_property
    def says(self) -> npt.NDArray[np.uint16]:
        """What each code unit of a long text says: `flags`, and what the other screens ask, in the bits above."""
        import numpy as np

        units = self.profile.units
        says = np.empty(len(units), dtype=np.uint16)
        for start in range(0, len(units), _BLOCK):
            part = slice(start, start + _BLOCK)
            # Every index is in the table: `clip` only spares the check.
            _table().take(units[part], out=says[part], mode="clip")
        return says

    @cached_property
    def may_have_losses(self) -> bool:
        """Whether a kind of loss may begin anywhere with a Han character."""
        return not self.is_long or bool(self.says.max() >= LOSS)

    @property
    def is_long(self) -> bool:
        """Whether the text is long enough for arrays."""
        return len(self.text) >= ARRAY_LENGTH

    def suspects(self) -> Sequence[int]:
        """Return the places where a suspicious character stands beside another, as indices of characters, in order."""
        return self._in_array() if self.is_long else _in_short(self.text)

    def _in_array(self) -> Sequence[int]:
        pairs = self.says[1:] >> 4
        pairs &= self.says[:-1]
        return self.places(pairs)

    def marked(self) -> Sequence[int]:
        """Return where marks stand in a long text that a rare character follows, or follows the one after."""
        says = self.says
        near = says[1:-1] | says[2:]
        near &= says[:-2] >> MARKED
        near &= 3
        return self.places(near)

    def places(self, found: npt.NDArray[Any]) -> Sequence[int]:
        """Return where an array over code units is not zero, as indices of characters."""
        return as_characters(self.text, self.profile.units, found.nonzero()[0]) if found.any() else ()


def as_characters(text: str, units: npt.NDArray[np.uint16], places: npt.NDArray[np.intp]) -> list[int]:
    """Return places in code units as places in a text that may have characters of two units."""
    if len(text) != len(units):
        import numpy as np

        # Each pair of surrogates before a place is one character.
        high = np.flatnonzero((units & 0xFC00) == 0xD800)
        low = high[(high + 1 < len(units))]
        low = low[(units[low + 1] & 0xFC00) == 0xDC00]
        places = places - np.searchsorted(low, places)
    return places.tolist()  # type: ignore[no-any-return]


def _in_short(text: str) -> Sequence[int]:
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


@cache
def _table() -> npt.NDArray[np.uint16]:
    import numpy as np

    table = np.frombuffer(flags(), dtype=np.uint8).astype(np.uint16)
    # What may follow such a mark, in the bits of what a character is: a rare one.
    table[[ord(mark) for mark in NOISED]] |= 3 << MARKED
    table[[ord(sign) for sign in _LOSS_SIGNS]] |= LOSS
    return table


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
