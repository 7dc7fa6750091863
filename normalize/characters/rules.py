"""The rules for characters that stand for others: each character by itself, with a look at its neighbours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from heapq import merge

from normalize.characters import step
from normalize.data import read_text
from normalize.edits import Edit
from normalize.profile import ARRAY_LENGTH, Class, Profile, class_of

_HAN = frozenset(
    (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.RADICAL, Class.CJK_MARK, Class.FULL_MARK)
)
# Apart, because a set with nothing beyond the BMP is one table lookup in `re`, and ten times as fast.
_TOUCHED = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\xa0\xad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2e80-\u2fdf\u3000\u3099\u309a\ue000-\uf8ff\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff65-\uff9f]+"
)
_TOUCHED_BEYOND = re.compile("[\U000e0100-\U000e01ef\U0002f800-\U0002fa1f]+")
#: The classes in which all of these are.
CLASSES = (
    Class.CONTROL, Class.C1, Class.NO_BREAK_SPACE, Class.LATIN1, Class.OTHER, Class.INVISIBLE, Class.RADICAL,
    Class.WIDE_SPACE, Class.KANA, Class.PRIVATE, Class.COMPATIBILITY, Class.HALF_KANA,
)  # fmt: skip
#: One place in so many is still found quicker by its class than by the expression (they meet at 10 to 20).
_FEW = 32
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
# Compatibility ideographs that Unicode counts as unified ideographs of their own.
_UNIFIED = "﨎﨏﨑﨓﨔﨟﨡﨣﨤﨧﨨﨩"

_REASONS = {
    "radical": "a radical in place of the character",
    "compatibility": "a duplicate of the character, from an old code page",
    "private": "private use of an old table",
    "zero-width": "cannot be seen",
    "soft-hyphen": "cannot be seen",
    "bidi": "control of direction, in text that has none from right to left",
    "variation": "chooses a glyph",
    "control": "control character",
    "no-break-space": "no-break space",
    "wide-space": "blank as wide as a character",
    "half-katakana": "katakana of half width",
    "compose": "letter and mark as one character (NFC)",
}


@cache
def table(kind: str) -> dict[str, str]:
    """Return what the characters of a kind (`radical`, `gbk`, `hkscs`) stand for.

    >>> table("radical")["\\u2f42"], table("gbk")["\\ue855"]
    ('文', '\\U000241fe')
    """
    rows = (line.split("\t") for line in read_text("characters.tsv").splitlines())
    return {chr(int(row[1], 16)): row[2] for row in rows if row[0] == kind}


def find(text: str, profile: Profile) -> Iterator[Edit]:
    """Yield every replacement, whatever its rule, in order."""
    traditional = profile.count(Class.HANT) > profile.count(Class.HANS)
    end = 0
    for start, stop in _touched(text, profile):
        place = max(start, end)
        while place < stop:
            rule, end, after = _rule(text, place, traditional)
            if rule is None or after == text[place:end]:
                place = max(end, place + 1)
                continue
            yield Edit(place if rule != "compose" else place - 1, end, after, step(rule, _REASONS[rule]))
            place = end


def _touched(text: str, profile: Profile) -> Iterator[tuple[int, int]]:
    """Yield the places that a rule may be for, where each begins and ends, in order."""
    beyond = profile.has(Class.SURROGATE)
    if len(text) >= ARRAY_LENGTH and not beyond and profile.count(*CLASSES) * _FEW < len(text):
        import numpy as np

        wanted = np.isin(np.arange(256), CLASSES)
        found = np.flatnonzero(wanted[profile.classes]).tolist()
        yield from ((place, place + 1) for place in found if _TOUCHED.match(text, place))
    else:
        spans = (match.span() for match in _TOUCHED.finditer(text))
        yield from merge(spans, (match.span() for match in _TOUCHED_BEYOND.finditer(text))) if beyond else spans


def _rule(text: str, place: int, traditional: bool) -> tuple[str | None, int, str]:
    """Return the rule for the character at a place, where it ends, and what stands for it."""
    character = text[place]
    end = place + 1
    code = ord(character)
    if 0x2E80 <= code < 0x2FE0:
        return "radical", end, table("radical").get(character, character)
    if 0xF900 <= code < 0xFB00 or 0x2F800 <= code < 0x2FA20:
        return "compatibility", end, unicodedata.normalize("NFC", character) if character not in _UNIFIED else character
    if 0xE000 <= code < 0xF900:
        return "private", end, _private(text, place, traditional)
    if character in _ZERO_WIDTH:
        return ("zero-width" if place and _beside_han(text, place) else None), end, ""
    if character == "\xad":
        return ("soft-hyphen" if _beside_han(text, place) else None), end, ""
    if character in _BIDI:
        return ("bidi" if _HAN_TEXT.search(text) and not _RIGHT_TO_LEFT.search(text) else None), end, ""
    if 0xFE00 <= code < 0xFE10 or code >= 0xE0100:
        return ("variation" if place and class_of(text[place - 1]) in _HAN else None), end, ""
    if code < 0xA0:
        return "control", end, ""
    if character == "\xa0":
        return ("no-break-space" if _beside_han(text, place) else None), end, " "
    if character == "\u3000":
        starts_line = not text[text.rfind("\n", 0, place) + 1 : place].strip("\u3000")
        return (None if starts_line else "wide-space"), end, " "
    if 0xFF65 <= code < 0xFFA0:
        while end < len(text) and 0xFF65 <= ord(text[end]) < 0xFFA0:
            end += 1
        return "half-katakana", end, unicodedata.normalize("NFKC", text[place:end])
    return _composed(text, place)


_HAN_TEXT = re.compile("[\u3400-\u9fff]")


def _composed(text: str, place: int) -> tuple[str | None, int, str]:
    """Return the letter before a combining mark and the marks as one character, where Unicode has one."""
    end = place
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    if end == place or not place:
        return None, place + 1, text[place]
    composed = unicodedata.normalize("NFC", text[place - 1 : end])
    if len(composed) < end - place + 1 and (text[place - 1].isalpha()):
        return "compose", end, composed
    return None, end, text[place:end]


def _private(text: str, place: int, traditional: bool) -> str:
    """Return what a private-use character stands for, or itself.

    The ranges of GBK and HKSCS overlap: in Traditional text it is HKSCS. Icons are private use as well: what HKSCS
    assigns must stand between Han characters, where an icon does not.
    """
    character = text[place]
    gbk, hkscs = table("gbk").get(character), table("hkscs").get(character)
    if gbk is None and hkscs is None:
        return character
    if gbk is not None and not (traditional and hkscs is not None):
        return gbk
    if hkscs is not None and traditional and _between_han(text, place):
        return hkscs
    return character


def _beside_han(text: str, place: int) -> bool:
    around = text[place - 1 : place] if place else ""
    around += text[place + 1 : place + 2]
    return any(class_of(character) in _HAN for character in around)


def _between_han(text: str, place: int) -> bool:
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    either = [
        class_of(character) in _HAN or "\ue000" <= character <= "\uf8ff"
        for character in (before, after)
        if character.strip()
    ]
    return bool(either) and all(either) and bool(before.strip())
