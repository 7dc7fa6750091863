"""The bytes of cp936 as the tools that damage pages read them.

Three ways in which this reading differs from Python's `gbk`: user-defined pairs become private-use characters
(FED2 is U+E499), a lead byte 81-FE always takes the next byte with it (C8 31 is one undecodable pair, not a lost lead
byte and a `1`), and nothing is a four-byte code. Python's `gb18030` knows all the pairs, private use included.
"""

from __future__ import annotations

from functools import cache

#: What stands for an undecodable pair, and for a character that cp936 lacks.
UNDECODABLE = "?"
#: Full-width forms stand this far above their ASCII twins.
_WIDER = 0xFEE0


@cache
def encode_character(character: str) -> bytes | None:
    """Return the one or two bytes of a character, or None where cp936 has none.

    >>> encode_character("環").hex(), encode_character("h").hex(), encode_character("𠀀")
    ('ad68', '68', None)
    """
    if character == "€":
        return b"\x80"
    try:
        data = character.encode("gb18030")
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return data if len(data) <= 2 else None


@cache
def decode_pair(lead: int, trail: int) -> str | None:
    """Return the character of a pair, or None where cp936 has none.

    >>> decode_pair(0xAD, 0x68), decode_pair(0xC8, 0x31)
    ('環', None)
    """
    try:
        text = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


@cache
def is_private(lead: int, trail: int) -> bool:
    """Tell whether a pair is user-defined or unassigned, so that it is read as a private-use character.

    >>> is_private(0xFE, 0xD2), is_private(0xAD, 0x68)
    (True, False)
    """
    character = decode_pair(lead, trail)
    return character is not None and "\ue000" <= character <= "\uf8ff"


def full_width(mark: str) -> str:
    """Return the two-byte form of an ASCII mark; any other is returned as it is.

    >>> full_width(";"), full_width("；")
    ('；', '；')
    """
    return chr(ord(mark) + _WIDER) if "!" <= mark <= "~" else mark


def folded(text: str) -> str:
    """Return the text as a later fold of its widths leaves it.

    >>> folded("ａ－ｂ，")
    'a-b,'
    """
    return "".join(chr(ord(x) - _WIDER) if "！" <= x <= "～" else x for x in text)


def encode(text: str) -> bytes:
    """Encode, with `?` for every character that cp936 lacks."""
    return b"".join(encode_character(character) or b"?" for character in text)


def decode(data: bytes, undecodable: str = UNDECODABLE) -> str:
    """Decode, with `undecodable` for every undecodable pair; the byte that follows a lead byte always goes with it.

    >>> decode(b"\\xb5\\xc8\\x31\\x35"), decode(b"\\xc8\\x31\\x35")
    ('等15', '?5')
    """
    pieces: list[str] = []
    position, length = 0, len(data)
    while position < length:
        byte = data[position]
        if byte < 0x80:
            pieces.append(chr(byte))
            position += 1
        elif byte == 0x80:
            pieces.append("€")
            position += 1
        elif byte == 0xFF or position + 1 == length:
            pieces.append(undecodable)
            position += 1
        else:
            pieces.append(decode_pair(byte, data[position + 1]) or undecodable)
            position += 2
    return "".join(pieces)
