"""Marks that have a Chinese form of their own: the ellipsis, the dash, the stop, the middle dot, book title marks.

GB/T 15834-2011 (dash, ellipsis, middle dot), the handbook of marks of Taiwan's Ministry of Education, and W3C's
Requirements for Chinese Text Layout agree on `……` and `——`, each as wide as two Han characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.punctuation.lines import HAN, Line
from normalize.punctuation.width import Replacement

_DOTS = re.compile(r"\.{3,}|。{3,}|…+|．{3,}|·{3,}|・{3,}|⋯+|‥+")
_DASHES = re.compile("-{2,3}|－{2,}|–{2,}|−{2,}|─{2,}|―{2,}|—{3,}|﹣{2,}|⸺|⸻")
_STOP = re.compile(r"(?<![.．])[.．](?![.．])")
#: The kind of a publication in a list of references (GB/T 7714), whose stops are its own.
_REFERENCE = re.compile(r"\[(?:[A-Z]|EB/OL|M/OL|J/OL)\]")
_MIDDLE_DOT = re.compile("[•‧・･∙⋅]|(?<=[^\\W0-9A-Za-z_])．(?=[^\\W0-9A-Za-z_])")
_KANA = re.compile("[\u3040-\u30ff]")
_REPEATED = re.compile("([，。、；：])\\1+")
_TITLE = re.compile("(?<![<＜])(?:<<|＜＜)(?![<＜])([^<>＜＞]+?)(?:>>|＞＞)(?![>＞])")
_BRACKET = re.compile("[（）]")
_LEADING = re.compile("[，。、；：！？]+")
_ABBREVIATION = re.compile(
    r"(?:^|[^A-Za-z])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Co|Corp|No|Vol|vs|etc|al|e\.g|i\.e)$"
)
_CLOSING = "”’」』》）〉】\"')*_"


def ellipsis(line: Line, region: str | None) -> Iterator[Replacement]:
    """Yield what stands for an ellipsis beside Han; spread syntax and paths stay, and `⋯` outside the mainland."""
    for match in _DOTS.finditer(line.text):
        start, end = match.span()
        if line.mask(start) is not None or match[0] in ("……", "…………"):
            continue
        if match[0][0] == "⋯" and region != "CN":
            continue
        left = line.is_wide(start - 1)
        after = line.text[end : end + 1]
        right = line.is_wide(end) or not after or after in ",;:!?)\"' "
        if match[0][0] in ".．·" and not ((left and right) or (start == 0 and line.is_wide(end))):
            continue
        if left or line.is_wide(end):
            yield start, end, "……"


def dash(line: Line) -> Iterator[Replacement]:
    """Yield hyphens and other strokes that stand for a dash between Han, with the blanks around them."""
    for match in _DASHES.finditer(line.text):
        start, end = match.span()
        if line.mask(start, leave="operator") is not None:
            continue
        while start and line.text[start - 1] == " ":
            start -= 1
        while end < len(line.text) and line.text[end] == " ":
            end += 1
        right_open = end == len(line.text) and start == match.start()
        left = line.is_wide(start - 1) or (start == 0 and match[0][0] != "-")
        if left and (line.is_wide(end) or (right_open and start > 0)):
            yield start, end, "——"


def stop(line: Line) -> Iterator[Replacement]:
    """Yield full stops that end a Chinese sentence; between Han, as in 北京.上海, a stop says nothing sure."""
    text = line.text
    if line.is_english or _REFERENCE.search(text) or not HAN.search(text):
        return
    for match in _STOP.finditer(text):
        at = match.start()
        if at == 0 or line.mask(at) is not None or text[at - 1] in "，。、；：！？":
            continue
        behind = _without_tags(line, at + 1).lstrip(_CLOSING)
        ends = not behind.strip() or (behind[0] == " " and line.is_wide(len(text) - len(behind.lstrip())))
        if not ends:
            continue
        before = text[:at].rstrip(_CLOSING)
        after_han = line.left(at) == ("wide", False) or line.is_wide(len(before) - 1)
        listed = before.strip().isdigit() or _ABBREVIATION.search(before)
        if after_han or (not behind.strip() and not listed and _ends_chinese(line, at)):
            yield at, at + 1, "。"


def _without_tags(line: Line, at: int) -> str:
    """Return what follows `at`, without the tags that stand there."""
    for start, end, kind in line.spans:
        if start == at and kind == "markup":
            at = end
    return line.text[at:]


def _ends_chinese(line: Line, at: int) -> bool:
    """Tell whether the sentence that a stop ends holds Han."""
    return HAN.search(line.text, max(line.text.rfind("。", 0, at), 0), at) is not None


def middle_dot(line: Line) -> Iterator[Replacement]:
    """Yield bullets and katakana dots between Han with the middle dot U+00B7."""
    for match in _MIDDLE_DOT.finditer(line.text):
        at = match.start()
        around = line.text[max(at - 1, 0) : at] + line.text[at + 1 : at + 2]
        if len(around) == 2 and around.isalnum() and not _KANA.search(around) and HAN.search(line.text):
            yield at, at + 1, "·"


def repeated(line: Line) -> Iterator[Replacement]:
    """Yield marks written twice by mistake; `！！` and `？？` are emphasis and stay."""
    for match in _REPEATED.finditer(line.text):
        if line.mask(match.start()) is None and not (match[1] == "。" and len(match[0]) > 2):
            yield match.start(), match.end(), match[1]


def title(line: Line) -> Iterator[Replacement]:
    """Yield book titles between doubled angle brackets with the marks 《》."""
    for match in _TITLE.finditer(line.text):
        if any(line.is_wide(at) for at in range(match.start(1), match.end(1))):
            yield match.start(), match.end(), f"《{match[1]}》"


def half_brackets(line: Line, blanks: bool) -> Iterator[Replacement]:
    """Yield full-width brackets with their half-width forms, and with a blank where a word stands outside."""
    for match in _BRACKET.finditer(line.text):
        at = match.start()
        if line.mask(at) is None:
            opens = match[0] == "（"
            outside = line.text[max(at - 1, 0) : at] if opens else line.text[at + 1 : at + 2]
            blank = " " if blanks and outside.isalnum() else ""
            yield at, at + 1, f"{blank}(" if opens else f"){blank}"


def line_start(line: Line) -> Iterator[Replacement]:
    """Yield marks that a hard line break pushed to the start of a line, and the break behind them instead."""
    match = _LEADING.match(line.text)
    if match is None or line.start == 0 or match.end() == len(line.text) or line.mask(0) is not None:
        return
    end = line.start
    while end and line.source[end - 1] in "\r\n":
        end -= 1
    between = line.source[end : line.start]
    if between in ("\n", "\r\n") and end and line.is_han(line.source[end - 1]):
        yield -len(between), match.end(), match[0] + between
