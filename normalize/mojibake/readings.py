"""Encodings as the programs that damage text read them: tolerant where those are tolerant.

Python's own tables are too strict to invert real damage. What differs here: a byte that a single-byte encoding leaves
undefined is read as the C1 control of the same value (as browsers do); cp936 reads 80 as `€` and user-defined pairs as
private use; cp950 reads user-defined pairs as private use by arithmetic (FA40 is U+E000). Everything runs in C:
Python's codecs with an error handler for the few exceptions.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import cache, cached_property

#: Single-byte encodings that programs are known to read Chinese bytes as, the commonest first.
SINGLE_BYTE = (
    "cp1252", "latin-1", "mac-roman", "cp437", "cp850", "cp1251", "cp866", "koi8-r", "cp1250", "cp1254",
    "iso8859-15", "iso8859-16", "ptcp154", "koi8-u", "cp852", "iso8859-2", "cp1253", "cp1256",
)  # fmt: skip
#: Encodings of two bytes and more.
MULTI_BYTE = (
    "gb18030", "cp936", "big5hkscs", "cp950", "cp932", "shift_jis", "euc_jp", "cp949", "euc_kr", "utf-16-le",
    "utf-16-be",
)  # fmt: skip
#: Programs with older or stricter tables, Python's own codecs among them, lose more: what they read instead.
STRICTER = {"gb18030": "gbk", "cp936": "gbk", "big5hkscs": "big5", "cp950": "big5", "cp949": "euc_kr"}
#: Names for people.
NAMES = {
    "utf-8": "UTF-8", "gb18030": "GB18030", "cp936": "GBK (cp936)", "big5hkscs": "Big5-HKSCS", "cp950": "Big5 (cp950)",
    "gbk": "GBK", "big5": "Big5",
    "cp932": "Shift_JIS (cp932)", "shift_jis": "Shift_JIS", "euc_jp": "EUC-JP", "cp949": "EUC-KR (cp949)",
    "euc_kr": "EUC-KR", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE",
    "latin-1": "Latin-1", "cp1252": "Windows-1252",
    "mac-roman": "Mac Roman", "iso8859-15": "ISO-8859-15", "iso8859-16": "ISO-8859-16", "iso8859-2": "ISO-8859-2",
    "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "ptcp154": "PTCP154",
}  # fmt: skip


class Reading:
    """One way to read bytes as text, and back. Both directions are exact: None where there is no exact answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.label = NAMES.get(name, name)
        self._codec, self._handler = _HANDLED.get(name, (name, "strict"))
        self._to_bytes: Callable[[str], bytes] = self._encode_multiple
        self._to_text: Callable[[bytes], str] = self._decode_multiple
        if name in SINGLE_BYTE:
            self._to_bytes, self._to_text = self._encode_single, self._decode_single

    def __repr__(self) -> str:
        return f"Reading({self.name!r})"

    def encode(self, text: str) -> bytes | None:
        """Return the bytes that this reading shows as `text`, or None.

        >>> reading("cp936").encode("开€").hex(), reading("cp1252").encode("ä¸\\x9d").hex()
        ('bfaa80', 'e4b89d')
        """
        try:
            return self._to_bytes(text)
        except UnicodeError:
            return None

    def others(self, character: str) -> tuple[bytes, ...]:
        """Return what else this reading shows as a character.

        cp932 has 400 characters of IBM and NEC twice, and browsers, which read GBK as GB18030, show A2E3 as `€` too.

        >>> [data.hex() for data in reading("cp932").others("黑")], reading("cp932").encode("黑").hex()
        (['fc4b'], 'eeec')
        """
        if self.name == "cp936":
            return (b"\xa2\xe3",) if character == "€" else ()
        return _twice(self._codec).get(character, ()) if self.name == "cp932" else ()

    def decode(self, data: bytes) -> str | None:
        """Return the text that this reading makes of the bytes, or None where it would show an error.

        >>> reading("cp936").decode(bytes.fromhex("e5bc80")), reading("gb18030").decode(bytes.fromhex("e5bc80"))
        ('寮€', None)
        """
        try:
            return self._to_text(data)
        except UnicodeError:
            return None

    @cached_property
    def table(self) -> str:
        """The characters of the 256 bytes, of a single-byte encoding."""
        table = []
        for byte in range(256):
            try:
                table.append(bytes([byte]).decode(self._codec))
            except UnicodeDecodeError:
                table.append(chr(byte))
        return "".join(table)

    @cached_property
    def _charmap(self) -> object:
        return codecs.charmap_build(self.table)

    def _encode_single(self, text: str) -> bytes:
        return codecs.charmap_encode(text, "strict", self._charmap)[0]  # type: ignore[arg-type]

    def _decode_single(self, data: bytes) -> str:
        return codecs.charmap_decode(data, "strict", self.table)[0]

    def _encode_multiple(self, text: str) -> bytes:
        return text.encode(self._codec, self._handler)

    def _decode_multiple(self, data: bytes) -> str:
        return data.decode(self._codec, self._handler)

    @cached_property
    def _characters(self) -> dict[str, bytes | None]:
        return {}

    def character(self, character: str) -> bytes | None:
        """Return the bytes of one character, or None; remembered."""
        known = self._characters
        if character not in known:
            known[character] = self.encode(character)
        return known[character]


@cache
def reading(name: str) -> Reading:
    """Return the reading of that name, made once.

    Raises LookupError for an encoding that Python does not know.
    """
    codecs.lookup(name)
    return Reading(name)


@cache
def _twice(codec: str) -> dict[str, tuple[bytes, ...]]:
    """Return the pairs that are read as a character which is written otherwise."""
    found: dict[str, tuple[bytes, ...]] = {}
    for lead in range(0x81, 0xFD):
        for trail in range(0x40, 0xFD):
            pair = bytes((lead, trail))
            text = pair.decode(codec, "replace")
            if len(text) == 1 and text != "\ufffd" and text.encode(codec) != pair:
                found[text] = (*found.get(text, ()), pair)
    return found


def _cp936(error: UnicodeError) -> tuple[str | bytes, int]:
    """Settle what Python's `gbk` refuses and cp936 does not: 80, and the user-defined pairs."""
    if isinstance(error, UnicodeDecodeError):
        data, start = error.object, error.start
        if data[start] == 0x80:
            return "€", start + 1
        if data[start] == 0xFF:
            return "\uf8f5", start + 1
        text = data[start : start + 2].decode("gb18030")
        if len(text) == 1:
            return text, start + 2
    elif isinstance(error, UnicodeEncodeError):
        pieces = []
        for character in error.object[error.start : error.end]:
            code = _CP936_SINGLE.get(character) or character.encode("gb18030")
            if len(code) > 2 or code == b"\xa2\xe3":
                raise error
            pieces.append(code)
        return b"".join(pieces), error.end
    raise error


_CP936_SINGLE = {"€": b"\x80", "\uf8f5": b"\xff"}


def _cp950(error: UnicodeError) -> tuple[str | bytes, int]:
    """Settle what Python's `cp950` refuses and Windows does not: the user-defined pairs, and lone 80 and FF."""
    if isinstance(error, UnicodeDecodeError):
        data, start = error.object, error.start
        if data[start] in (0x80, 0xFF):
            return ("\x80" if data[start] == 0x80 else "\uf8f8"), start + 1
        if start + 1 < len(data):
            character = _user_defined_character(data[start], data[start + 1])
            if character:
                return character, start + 2
    elif isinstance(error, UnicodeEncodeError):
        return b"".join(map(_user_defined_pair, error.object[error.start : error.end])), error.end
    raise error


# First lead byte, last lead byte, first trail byte of the block, and the private-use character it starts at.
_USER_DEFINED = ((0xFA, 0xFE, 0xE000), (0x8E, 0xA0, 0xE311), (0x81, 0x8D, 0xEEB8))
_LAST_BLOCK = 0xF6B1  # C6A1-C8FE


def _user_defined_character(lead: int, trail: int) -> str | None:
    """Return the private-use character of a user-defined pair of cp950, 157 to a lead byte."""
    column = trail - 0x40 if 0x40 <= trail <= 0x7E else trail - 0x62 if 0xA1 <= trail <= 0xFE else None
    if column is None:
        return None
    for first, last, start in _USER_DEFINED:
        if first <= lead <= last:
            return chr(start + (lead - first) * 157 + column)
    if lead == 0xC6 and trail >= 0xA1:
        return chr(_LAST_BLOCK + column - 63)
    if lead in (0xC7, 0xC8):
        return chr(_LAST_BLOCK + 94 + (lead - 0xC7) * 157 + column)
    return None


def _user_defined_pair(character: str) -> bytes:
    code = ord(character)
    if character == "\x80":
        return b"\x80"
    if code == 0xF8F8:
        return b"\xff"
    for first, last, start in _USER_DEFINED:
        if start <= code < start + (last - first + 1) * 157:
            lead, column = divmod(code - start, 157)
            return bytes((first + lead, column + (0x40 if column < 63 else 0x62)))
    if _LAST_BLOCK <= code < _LAST_BLOCK + 94:
        return bytes((0xC6, code - _LAST_BLOCK + 0xA1))
    if _LAST_BLOCK + 94 <= code < _LAST_BLOCK + 94 + 314:
        lead, column = divmod(code - _LAST_BLOCK - 94, 157)
        return bytes((0xC7 + lead, column + (0x40 if column < 63 else 0x62)))
    raise UnicodeEncodeError("cp950", character, 0, 1, "not in cp950")


codecs.register_error("normalize.cp936", _cp936)
codecs.register_error("normalize.cp950", _cp950)
_HANDLED = {"cp936": ("gbk", "normalize.cp936"), "cp950": ("cp950", "normalize.cp950")}
