"""Where a shift begins without a trace: the pair that a control byte broke could not be decoded, and was dropped.

A tool put a control byte before a mark, also before the bytes of one that straddle two characters; the lead byte of the
first took the control byte with it, and nothing stands for the two. What is left is the mark, and text one byte off:
`正常或校先進` with 06 before the `；` (A3 BB) of 常或 (B3 A3, BB F2) reads `正；蛐Ｏ冗M`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from normalize.mojibake import cp936, likelihood
from normalize.mojibake.screen import NOISED, RARE_HAN, Screen, values

#: A rare character is looked for in so many after a mark, as the screen does: of characters read one byte off, four in
#: ten are rare.
_NEAR = 2
#: So many characters after a mark are read in step to see whether that is worth a search, and what each must gain on
#: average, in nats.
_LOOKED_AT, _WORTH = 4, 3.0
#: Fewer whole characters say too little.
_WHOLE = 3
#: What the first of them costs by itself at the most, in nats: nine in ten running characters cost less.
_USUAL = 9.5
_RARE, _MARK = 1, 2


def vanished_places(screen: Screen) -> Iterator[int]:
    """Yield the marks after which text may be one byte off, in order.

    >>> from normalize.profile import Profile
    >>> list(vanished_places(Screen("跨入正;蛐O冗M行列", Profile("跨入正;蛐O冗M行列"))))
    [3]
    """
    text = screen.text
    for place in _marked(screen):
        if max(_gains(text, place)) >= _WORTH:
            yield place


def _gains(text: str, place: int) -> Iterator[float]:
    """Yield what the characters after a mark gain on average when they are read in step, up to each place to stop."""
    code = cp936.encode_character(cp936.full_width(text[place]))
    assert code is not None
    data = code[-1:]
    end = place + 1
    for character in text[end : end + _LOOKED_AT]:
        end += 1
        if len(narrow := cp936.encode_character(character) or b"") == 1:
            # An ASCII character was the trail of a pair, which ends the shift, or was folded from a full-width one.
            yield _gain(text, place, end, data + narrow)
            narrow = cp936.encode_character(cp936.full_width(character)) or b""
        if len(narrow) != 2:
            break
        data += narrow
    yield _gain(text, place, end, data)


def _gain(text: str, place: int, end: int, data: bytes) -> float:
    """Return what `data`, the text from after a mark up to `end`, gains as pairs; 0.0 where it is no text."""
    pairs = [cp936.decode_pair(data[i], data[i + 1]) for i in range(0, len(data) - 1, 2)]
    if len(pairs) < _WHOLE or None in pairs:
        return 0.0
    restored = "".join(pair or "" for pair in pairs)
    after = text[end : end + 1] if len(data) % 2 == 0 else ""
    return (likelihood.total(text[place:end] + after) - likelihood.total(text[place] + restored + after)) / len(pairs)


def _marked(screen: Screen) -> Iterator[int]:
    """Yield the marks that a rare Han character follows soon, where the first character in step is a usual one."""
    text, table = screen.text, _table()
    for place in screen.marked() if screen.is_long else [i for i, character in enumerate(text) if character in NOISED]:
        says = [table[min(ord(character), 0xFFFF)] for character in text[place : place + 1 + _NEAR]]
        if says[0] == _MARK and _RARE in says[1:] and _is_usual(text[place], text[place + 1 : place + 2]):
            yield place


@cache
def _table() -> bytes:
    """Return for each code unit whether it is a mark, or a rare Han character or of private use."""
    table = bytearray(_RARE * (value == RARE_HAN) for value in values())
    table[0xE000:0xF900] = bytes([_RARE]) * 0x1900  # user-defined pairs
    for mark in NOISED:
        table[ord(mark)] = _MARK
    return bytes(table)


@lru_cache(1 << 14)
def _is_usual(mark: str, character: str) -> bool:
    """Tell whether the last byte of a mark and the first of a character make a character that is not rare."""
    if mark not in NOISED or not character:
        return False
    code, following = cp936.encode_character(cp936.full_width(mark)), cp936.encode_character(character)
    pair = cp936.decode_pair(code[-1], following[0]) if code and following and len(following) == 2 else None
    return pair is not None and likelihood.alone(pair) < _USUAL
