"""Quotes: paired, nested and brought to the marks of a region.

Mainland: `“ ”` and inside them `‘ ’` (GB/T 15834-2011, 4.8); Taiwan and Hong Kong: `「 」` and inside them `『 』` (the
handbook of marks of Taiwan's Ministry of Education; CLREQ 3.1). Without a region the marks that a text uses are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.punctuation.lines import HAN, Line
from normalize.punctuation.width import Replacement

#: The quotes of a region: outer opening, outer closing, inner opening, inner closing.
MARKS = {"CN": "“”‘’", "TW": "「」『』", "HK": "「」『』"}
_FORMS = {
    "〝": "“",
    "〞": "”",
    "〟": "”",
    "﹁": "「",
    "﹂": "」",
    "﹃": "『",
    "﹄": "』",
    "„": "“",
    "‟": "“",
    "＂": '"',
}
_FORM = re.compile(f"[{''.join(_FORMS)}]")
_CURLY = re.compile("[“”‘’「」『』]")
_STRAIGHT = re.compile("\"|'")


def found_region(text: str) -> str | None:
    """Return the region whose quotes a text uses already, or None when it uses both or neither."""
    corner, curly = text.count("「") + text.count("『"), text.count("“")
    if corner and not curly:
        return "TW"
    return "CN" if curly and not corner else None


def forms(line: Line) -> Iterator[Replacement]:
    """Yield presentation forms for vertical text and double primes with the quotes that they stand for."""
    for match in _FORM.finditer(line.text):
        if line.mask(match.start()) is None:
            yield match.start(), match.end(), _FORMS[match[0]]


def straight(line: Line, region: str | None) -> Iterator[Replacement]:
    """Yield straight quotes in pairs with the region's; an odd one, inches and English are left."""
    if region is None or not HAN.search(line.text) or line.is_english:
        return
    opening, closing, inner_opening, inner_closing = tuple(MARKS[region])
    doubles = [at for at in _positions(line, '"') if not _is_inches(line, at)]
    odd = doubles if len(doubles) == 1 else []
    if len(doubles) % 2:
        doubles = []
    inside: list[tuple[int, int]] = []
    found: list[Replacement] = list(_beside_curly(line, odd))
    for start, end in zip(doubles[::2], doubles[1::2], strict=True):
        if end > start + 1 and _is_chinese(line, start, end):
            found += [(start, start + 1, opening), (end, end + 1, closing)]
            inside.append((start, end))
    singles = [at for at in _positions(line, "'") if not _is_apostrophe(line.text, at)]
    if len(singles) % 2 == 0:
        for start, end in zip(singles[::2], singles[1::2], strict=True):
            if end > start + 1 and HAN.search(line.text, start, end):
                nested = region == "CN" or any(first < start and end < last for first, last in inside)
                found.append((start, start + 1, inner_opening if nested else opening))
                found.append((end, end + 1, inner_closing if nested else closing))
    yield from sorted(found)


def regional(line: Line, region: str | None) -> Iterator[Replacement]:
    """Yield quotes that are not the region's, or of the wrong depth or direction."""
    marks = [
        match.start()
        for match in _CURLY.finditer(line.text)
        if line.mask(match.start(), leave="english") is None and not _is_apostrophe(line.text, match.start())
    ]
    if len(marks) % 2 or not HAN.search(line.text):
        return
    kinds = [line.text[at] for at in marks]
    if kinds[::2].count("”") == kinds[1::2].count("“") == len(kinds) // 2:
        kinds = ["“" if kind == "”" else "”" for kind in kinds]
    elif len(set(kinds)) == 1 and kinds[0] in "“”":
        kinds = ["“", "”"] * (len(kinds) // 2)
    pairs = _pairs(marks, kinds)
    if pairs is None:
        return
    found: list[Replacement] = []
    for start, end, depth, outer in pairs:
        if not _is_chinese(line, start, end):
            continue
        wanted = _wanted(kinds[marks.index(start)], outer, depth, region)
        for at, mark in ((start, wanted[0]), (end, wanted[1])):
            if line.text[at] != mark:
                found.append((at, at + 1, mark))
    yield from sorted(found)


def _wanted(opening: str, outer: str, depth: int, region: str | None) -> str:
    """Return the pair that an opening quote should belong to; `outer` is the quote around it, if any."""
    if region is None:
        style = "CN" if opening in "“‘" else "TW"
        if opening != outer:
            return MARKS[style][:2] if opening in "“「" else MARKS[style][2:]
        return MARKS[style][2:] if opening in "“「" else MARKS[style][:2]
    if depth % 2 or (region == "CN" and depth == 0 and opening == "‘"):
        return MARKS[region][2:]
    return MARKS[region][:2]


def _pairs(marks: list[int], kinds: list[str]) -> list[tuple[int, int, int, str]] | None:
    """Return (start, end, depth, quote around) of each pair, or None when the quotes do not close one another."""
    stack: list[tuple[int, str]] = []
    pairs: list[tuple[int, int, int, str]] = []
    for at, kind in zip(marks, kinds, strict=True):
        if kind in "“‘「『":
            stack.append((at, kind))
        elif stack and stack[-1][1] == "“‘「『"["”’」』".index(kind)]:
            start, _ = stack.pop()
            pairs.append((start, at, len(stack), stack[-1][1] if stack else ""))
        else:
            return None
    return None if stack else pairs


def _positions(line: Line, quote: str) -> list[int]:
    return [
        match.start()
        for match in _STRAIGHT.finditer(line.text)
        if match[0] == quote
        and line.mask(match.start(), leave="english") is None
        and not _is_code(line.text, match.start())
    ]


def _is_code(text: str, at: int) -> bool:
    """Tell whether a quote is one of three, or opens a string with a prefix: f'...'."""
    if text[at] in (text[at - 1 : at], text[at + 1 : at + 2]):
        return True
    return text[at] == "'" and re.search(r"(?<![A-Za-z])[fru]$", text[max(at - 2, 0) : at]) is not None


def _beside_curly(line: Line, places: list[int]) -> Iterator[Replacement]:
    """Yield the one straight quote of a line that closes or opens a pair with a curly one."""
    if not places:
        return
    text, at = line.text, places[0]
    if text.count("“", 0, at) == text.count("”", 0, at) + 1 and not re.search("[“”]", text[at:]):
        yield at, at + 1, "”"
    elif text.count("”", at) == text.count("“", at) + 1 and not re.search("[“”]", text[:at]):
        yield at, at + 1, "“"


def _is_inches(line: Line, at: int) -> bool:
    """Tell whether a double quote counts inches: 5'10"."""
    return re.search(r"[0-9]$", line.text[:at]) is not None and line.text.count('"', 0, at) % 2 == 0


def _is_apostrophe(text: str, at: int) -> bool:
    """Tell whether a single quote stands inside or behind an English word, or counts feet: it's, 5'."""
    if text[at] not in "'’‘":
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (before.isascii() and before.isalnum()) and not HAN.match(after) and (text[at] != "’" or after.isalpha())


def _is_chinese(line: Line, start: int, end: int) -> bool:
    """Tell whether a pair of quotes belongs to Chinese text: by its content, or by what stands around it."""
    return HAN.search(line.text, start, end) is not None or line.is_wide(start - 1) or line.is_wide(end + 1)
