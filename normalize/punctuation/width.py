"""Width: letters, digits and the marks of numbers, addresses and English are half-width, katakana is full-width.

What has no half-width form of its own is never touched: `①`, `㎡`, `℃`, `…`, and the indent of two U+3000.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from normalize.punctuation.forward import OFFSET, fold
from normalize.punctuation.lines import HAN, Line
from normalize.punctuation.masks import HAN as HAN_RANGES

Replacement = tuple[int, int, str]

_LETTERS = re.compile("[０-９Ａ-Ｚａ-ｚ]+")
_ALNUM = "A-Za-z0-9"
_ADDRESS = re.compile(rf"(?:[A-Za-z]{{3,6}}：／／|www[.．])[{_ALNUM}！-～!-~]*")
_ADDRESS_END = re.compile("[，；！（）「」｛｝]|？(?![A-Za-z0-9])|：(?![／0-9])|[．：]$")
_MAIL = re.compile(rf"[{_ALNUM}_＿.．\-－]+[@＠][{_ALNUM}\-－]+(?:[.．][{_ALNUM}\-－]+)+")
_TIME = re.compile(r"(?<![0-9：])[0-9]{1,3}(?:：[0-9]{1,3})+(?![0-9：])")
_THOUSANDS = re.compile(r"(?<![0-9，])[0-9]{1,3}(?:，[0-9]{3})+(?![0-9，])")
_POINT = re.compile(rf"(?<=[{_ALNUM}])．(?=[{_ALNUM}])")
_JOINED = re.compile(rf"(?<=[{_ALNUM}])[－／＇＿＆＋](?=[{_ALNUM}])")
_BESIDE = re.compile(rf"(?<=[{_ALNUM})）])[％＃＋＊＝＜＞＆＾]+|[＃＋＝＜＞＆＄＼＾＠]+(?=[{_ALNUM}])|[＃＠](?=\w)")
_WORDS = re.compile("[A-Za-z]{2,}[ ，；：！？][ ]?[A-Za-z]{2,}")
_QUOTED = re.compile(rf"[“「『\"]([^“”「」『』\"{HAN_RANGES}\u3040-\u30ff]+)[”」』\"]")
_ASCII = {mark: chr(ord(mark) - OFFSET) for mark in "，；：！？（）"} | {"。": "."}
_ENGLISH = re.compile("[，；：！？（）。]")
_MATHS = re.compile(rf"(?<![{_ALNUM}])[A-Za-z]（[{_ALNUM}，,]{{1,9}}）(?=[=＝])|(?<![{_ALNUM}）)])－(?=[0-9])")
_DRIVE = re.compile("(?<![A-Za-z])[A-Za-z]：＼")
_BLANK = re.compile(rf"(?<=[{_ALNUM}])\u3000(?=[{_ALNUM}])")
_KANA = re.compile("[｡-ﾟ]+")


def letters(line: Line) -> Iterator[Replacement]:
    """Yield full-width letters and digits with their half-width forms."""
    for match in _LETTERS.finditer(line.text):
        yield match.start(), match.end(), _half(match[0])


def marks(line: Line) -> Iterator[Replacement]:
    """Yield full-width marks inside numbers, addresses and English with their half-width forms."""
    text = line.text
    spans: list[tuple[int, int]] = []
    for match in _ADDRESS.finditer(text):
        stop = _ADDRESS_END.search(text, text.find("／／", match.start()) + 2, match.end())
        spans.append((match.start(), stop.start() if stop else match.end()))
    for pattern in (_MAIL, _TIME, _THOUSANDS, _POINT, _JOINED, _BESIDE, _MATHS, _DRIVE, _BLANK):
        spans += [match.span() for match in pattern.finditer(text)]
    done = 0
    for start, end in sorted(spans):
        for at in range(max(start, done), end):
            if ("！" <= text[at] <= "～" or text[at] == "\u3000") and line.mask(at) is None:
                yield at, at + 1, _half(text[at])
        done = max(done, end)


def english(line: Line) -> Iterator[Replacement]:
    """Yield full-width marks of English: in lines without Han, and in quotes that hold nothing but English."""
    text = line.text
    spans = [match.span(1) for match in _QUOTED.finditer(text)] if HAN.search(text) else [(0, len(text))]
    for start, end in spans:
        if not _WORDS.search(text, start, end):
            continue
        for match in _ENGLISH.finditer(text, start, end):
            ends = not text[match.end() : end].strip()
            if line.mask(match.start(), leave="english") is None and not (ends and match[0] in "，；："):
                behind = text[match.end() : match.end() + 1]
                blank = " " if behind.isascii() and behind.isalnum() and match[0] not in "（。" else ""
                before = " " if match[0] == "（" and text[match.start() - 1 : match.start()].isalnum() else ""
                yield match.start(), match.end(), before + _ASCII[match[0]] + blank


def kana(line: Line) -> Iterator[Replacement]:
    """Yield runs of half-width katakana, and of `｡ ､ ｢ ｣`, with their full-width forms; ﾊﾞ is one character, バ."""
    for match in _KANA.finditer(line.text):
        yield match.start(), match.end(), unicodedata.normalize("NFKC", match[0])


def _half(text: str) -> str:
    return fold(text)
