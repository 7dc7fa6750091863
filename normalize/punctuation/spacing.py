"""Spacing: blanks between Han and Latin letters or digits, and none beside full-width marks.

A blank is added beside plain words and numbers only. What is masked (addresses, versions, numbers with separators)
stays as it was typed, and so does a line that is a record rather than a sentence: a label and an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.punctuation import masks
from normalize.punctuation.lines import Line
from normalize.punctuation.width import Replacement

_HAN = f"[{masks.HAN}]"
_TOKEN = r"A-Za-z0-9\u0370-\u03ff\u00c0-\u024f"
_OPENING, _CLOSING = "（「『《〈【〔“‘", "，。、；：！？）」』》〉】〕”’"
#: What a word that is parted from Han is made of, and may end with.
_WORD = rf"[{_TOKEN}`%°+#]"
#: Where a blank may be missing, where one may go, and where one stands beside a full-width mark. All begin with what is
#: rare in Chinese: where a pattern begins with a single set of characters, the others are passed over several times as
#: fast.
MISSING = rf"{_WORD}(?:(?<={_HAN}.)|(?={_HAN}))"
TIGHT = rf"[ ](?:(?<={_HAN}[ ])[ ]*(?=[{_TOKEN}])|(?<=[{_TOKEN}][ ])[ ]*(?={_HAN}))"
AROUND = (
    rf"[ ](?:(?<=[，。、；：！？）」』》〉】〕（「『《〈【〔][ ])[ ]*(?=[\w{_OPENING}{_CLOSING}])"
    rf"|(?<=[\w{_CLOSING}][ ])[ ]*(?=[，。、；：！？）」』》〉】〕（「『《〈【〔]))"
)
_WORDS, _TIGHT, _AROUND = re.compile(f"{_WORD}+"), re.compile(TIGHT), re.compile(AROUND)
_BEFORE_HAN = re.compile(rf"(?:[{_TOKEN}`]|[{_TOKEN}][%°+#]|\+\+)$")
_WIDE_OR_BLANK = re.compile(rf"[{masks.WIDE}\u00b7\s]")
_IN_NUMBER = re.compile(r"\d,\d|,\d\d$")
#: What makes more of a word: an address, a path, a ratio, an assignment.
_JOINT = re.compile(r"[/\\@:=|<>]")
_ADDRESSES = frozenset({"url", "mail", "host", "windows", "path", "address", "network", "digits"})
_SENTENCE = re.compile("[，。；！？]")
_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_VERSION = re.compile(r"^v?\d+(?:\.\d+){2,}")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St)\. [A-Z][a-z]+")


def add(line: Line) -> Iterator[Replacement]:
    """Yield the places between Han and a plain word or number where a blank is missing."""
    if _is_record(line):
        return
    titles: list[tuple[int, int]] | None = None
    for word, at, other in _meetings(line):
        if _is_plain(line, word, at, other):
            if titles is None:
                titles = [match.span() for match in _TITLE.finditer(line.text)]
            place = max(at, other)
            if not any(start <= place <= end for start, end in titles):
                yield place, place, " "


def _meetings(line: Line) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield the words that stand side by side with Han: each with the places of its character there, and of the Han."""
    text = line.text
    for match in _WORDS.finditer(text):
        start, end = match.span()
        if start and text[start] not in "%°+#" and line.is_han(text[start - 1]):
            yield (start, end), start, start - 1
        if end < len(text) and line.is_han(text[end]) and _BEFORE_HAN.search(text, max(start, end - 2), end):
            yield (start, end), end - 1, end


def remove(line: Line) -> Iterator[Replacement]:
    """Yield the blanks between Han and Latin letters or digits."""
    for match in _TIGHT.finditer(line.text):
        yield match.start(), match.end(), ""


def around_marks(line: Line) -> Iterator[Replacement]:
    """Yield single blanks beside full-width marks, which bring their own room."""
    for match in _AROUND.finditer(line.text):
        if match.end() - match.start() == 1 and line.text[: match.start()].strip() and line.mask(match.start()) is None:
            yield match.start(), match.end(), ""


def _is_record(line: Line) -> bool:
    """Tell whether a line is a label with an address and no sentence."""
    if _SENTENCE.search(line.text):
        return False
    return any(kind in _ADDRESSES for _, _, kind in line.spans) or _IP.search(line.text) is not None


def _is_plain(line: Line, word: tuple[int, int], at: int, other: int) -> bool:
    """Tell whether a word that meets Han at `at` is one: no mask, no separators inside that make it something else.

    `other` is where the Han beside it stands: outside of a code span, or the span ends there.
    """
    kind = line.mask(at) if line.spans else None
    if line.text[at] == "`" and kind != "code":
        return False
    if kind == "number" and line.text[at].isdigit():
        # A time or a ratio; a number with commas is left as it was typed.
        return _IN_NUMBER.search(line.text[max(at - 4, 0) : at + 5]) is None
    if kind is not None:
        return kind == "code" and line.mask(other) is None
    start, end = word
    while start and not _parts(line, start - 1):
        start -= 1
    while end < len(line.text) and not _parts(line, end):
        end += 1
    whole = line.text[start:end]
    return not _JOINT.search(whole) and not _VERSION.match(whole)


def _parts(line: Line, at: int) -> bool:
    """Tell whether a blank or a wide character that is not masked stands at a place, where a word ends."""
    character = line.text[at]
    return _WIDE_OR_BLANK.match(character) is not None and (character.isspace() or line.is_wide(at))
