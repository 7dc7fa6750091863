"""Where today's tables differ from the codecs of Python, which hold those of about the year 2000.

GB18030: the editions of 2005 and 2022 moved characters out of the private use area. Big5: marks of rows A1 and A2 are
read as Windows, HKSCS-2008 and the WHATWG standard read them, and rows C6 and C7 as ETEN filled them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property


@dataclass(frozen=True)
class Table:
    """How one encoding is corrected after Python's codec has decoded, and before it encodes."""

    #: What Python's codec decodes to, and what it should be; as two strings of the same length.
    old: str
    new: str
    #: Those of `new` that have a code of their own in Python's codec, so that encoding needs no correction.
    spelt: str = ""
    #: Byte sequences that Python's codec rejects, and their characters.
    additions: tuple[tuple[bytes, str], ...] = ()
    #: Byte sequences (a pattern) whose character has another code, the one that encoding writes; every code was tried.
    doubles: bytes = b""

    def is_exact(self, data: bytes, text: str) -> bool:
        """Tell whether text, which Python's codec decoded from data, needs no correction and encodes to data again."""
        if self.doubles and re.search(self.doubles, data):
            return False
        return self._touched.search(text) is None

    @cached_property
    def _touched(self) -> re.Pattern[str]:
        return re.compile(f"[{self.old}{''.join(map(chr, self._back))}]")

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return re.compile(f"[{self.old}]")

    @cached_property
    def _search_back(self) -> re.Pattern[str]:
        return re.compile(f"[{''.join(map(chr, self._back))}]")

    @cached_property
    def _forward(self) -> dict[int, str]:
        return {ord(old): new for old, new in zip(self.old, self.new, strict=True)}

    @cached_property
    def _back(self) -> dict[int, str]:
        pairs = zip(self.old, self.new, strict=True)
        return {ord(new): old for old, new in pairs if new not in self.spelt}

    def modernise(self, text: str) -> str:
        """Return text as today's table decodes what Python's codec decoded to `text`."""
        return text.translate(self._forward) if self._search.search(text) else text

    def outdate(self, text: str) -> str:
        """Return text in the characters that Python's codec encodes to the bytes of today's table."""
        return text.translate(self._back) if self._search_back.search(text) else text


# Windows-950 reads these of A145 A14E A1C2 A1E3 A1F2 A1F3 A244 A246 A247 otherwise than Python's Big5. A241 and A242
# are left as ／ and ＼: Windows writes these as A1FE and A240 and reads ∕ and ﹨, which nobody types.
_BIG5_OLD = "•､‾∼♁☉¥¢£"
_BIG5_NEW = "‧﹑¯～⊕⊙￥￠￡"


#: Codes of ETEN's extension that HKSCS keeps free, because the characters have another code in it.
_ETEN_MOVED = tuple(
    (bytes((0xC6, trail)), new) for trail, new in zip(b"\xcf\xd3\xd5\xd7\xde\xdf", "廴无癶隶〃仝", strict=True)
)


def _eten(name: str) -> tuple[str, str]:
    """Return what Python's codec reads in ETEN's extension of Big5, and what ETEN has there.

    C6A1-C7FC hold ① and on, radicals, kana and Cyrillic letters, in ETEN's order in all deployed text and in the WHATWG
    standard; Python has the order of the table that Unicode withdrew, in which C6A1 is ヾ.
    """
    moved = dict(_ETEN_MOVED)
    old, new = [], []
    for code in (bytes((lead, trail)) for lead in (0xC6, 0xC7) for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))):
        read = code.decode(name, "ignore") if code >= b"\xc6\xa1" else ""
        if read:
            old.append(read)
            new.append(moved.get(code) or code.decode("big5hkscs"))
    return "".join(old), "".join(new)


@cache
def table_of(name: str) -> Table | None:
    """Return the corrections of an encoding, by its canonical name."""
    if name == "gb18030":
        # GB 18030-2022: vertical forms (A6D9-A6F3) and eight ideographs (FE59-FEA0); GB 18030-2005: ḿ (A8BC); the six
        # of FE51-FE91 also have four-byte codes, which the standard prefers; A3A0 is a blank in deployed text (WHATWG).
        old = "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843"
        old += "\ue854\ue864\ue816\ue817\ue818\ue831\ue83b\ue855\ue5e5"
        new = "︐︒︑︓︔︕︖︗︘︙ḿ龴龵龶龷龸龹龺龻𠂇𠂉𠃌𡗗𢦏𤇾\u3000"
        # 80 is the euro sign of Windows-936.
        return Table(old, new, spelt="𠂇𠂉𠃌𡗗𢦏𤇾\u3000", additions=((b"\x80", "€"),))
    if name == "big5hkscs":
        doubles = rb"\xa1\xfe|\xa2[\x40\x7e\xa1-\xa7\xcc\xce]"
        return Table(_BIG5_OLD + "￭", _BIG5_NEW + "▓", "▓", ((b"\xa3\xe1", "€"), *_ETEN_MOVED), doubles)
    if name == "big5":
        old, new = _eten(name)
        return Table(_BIG5_OLD + old, _BIG5_NEW + new, "〃仝")
    if name == "cp950":
        old, new = _eten(name)
        return Table(old, new, "〃仝", doubles=rb"\xa2[\xcc\xce]|\xf9[\xe9-\xeb\xf9-\xfd]")
    if name == "gb2312":
        return Table("・―", "·—")
    return None


def added(name: str, data: bytes, start: int) -> tuple[str, int] | None:
    """Return the character that today's table has for bytes that Python's codec rejects at `start`, and their end."""
    table = table_of(name)
    for sequence, character in table.additions if table else ():
        if data.startswith(sequence, start):
            return character, start + len(sequence)
    if name == "cp950":
        # The user-defined areas of Windows-950 hold, where they hold anything, Hong Kong's characters.
        character = data[start : start + 2].decode("big5hkscs", "ignore")
        if character and character > "\x7f":
            return character, start + 2
    return None
