"""The signature of a collapse: what tells text that lost its full-width marks from text that was typed without them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from normalize.punctuation.masks import HAN

FULL_MARKS = "，；：！？（）"
_FULL = re.compile(f"[{FULL_MARKS}]")
#: Marks that no collapse touches, and that nobody types who types `,` for `，`.
_SOFT_MARKS = "。、《》「」『』“”"
_SOFT = re.compile(f"[{_SOFT_MARKS}]")
#: A mark directly behind Han or a closing mark, and no blank behind it. `Han, Han` and `Han (Han)` are how people type
#: who have no Chinese keyboard at hand; a collapse leaves no blank.
_STRONG = re.compile(f'(?<=[{HAN}”」』》〉])[,;!?](?=[^\\s,;:!?]|[!?"”」』》〉]|$)', re.MULTILINE)
_BEHIND_HAN = re.compile(f"(?<=[{HAN}”」』》〉])[,;:!?()](?=\\S|$)", re.MULTILINE)
_BESIDE_HAN = re.compile(f"(?<=[{HAN}])[,;:!?()]|[,;:!?()](?=[{HAN}])")

#: One full-width mark may stand for this many folded ones: a repair of damage brings single marks back at full width.
#: In 3,759 intact paragraphs the most that stand for one are fewer than 5; in collapsed text none stands for any.
TOLERATED = 20


@dataclass(frozen=True, slots=True)
class Signature:
    """What a text says about its own marks.

    `collapsed`: nearly all of it lost its full-width marks; `full`: how many full-width marks it has;
    `has_full_brackets`: somebody wrote `（`, so `(` is damage.
    """

    collapsed: bool
    full: int
    has_full_brackets: bool


def read(text: str) -> Signature:
    """Judge a whole text; for a long one see `columns.Columns`.

    >>> read("算力,即计算能力,与数据一起。").collapsed, read("算力 (power) 即計算能力。").collapsed
    (True, False)
    """
    full = sum(text.count(mark) for mark in FULL_MARKS)
    folded = sum(text.count(mark) for mark in ",;!?")
    if not folded:
        return judged(text, full, 0, 0, 0)
    return judged(text, full, folded, len(_STRONG.findall(text)), len(_BESIDE_HAN.findall(text)))


def judged(text: str, full: int, folded: int, strong: int, beside: int) -> Signature:
    """Return what it says that so many marks are full-width, folded, strong signs, and beside Han (if none is full)."""
    collapsed = folded > 0 and folded >= TOLERATED * full and strong >= max(TOLERATED * full, 1)
    collapsed = collapsed and (full > 0 or beside > 1) and any(mark in text for mark in _SOFT_MARKS)
    return Signature(collapsed, full, full > 0 and "（" in text)


def line_collapsed(line: str) -> bool:
    """Judge one line of a text whose other lines have their full-width marks."""
    strong = sum(1 for _ in islice(_STRONG.finditer(line), 2))
    return strong > 1 and not _FULL.search(line) and _SOFT.search(line) is not None


def may_be_collapsed(line: str) -> bool:
    """Tell whether a line of a text in which others were collapsed may have been so too: one mark is enough."""
    return _BEHIND_HAN.search(line) is not None and not _FULL.search(line)
