"""The signature of a collapse: what tells text that lost its full-width marks from text that was typed without them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from normalize.punctuation.masks import HAN

FULL_MARKS = "，；：！？（）"
_FULL = re.compile(f"[{FULL_MARKS}]")
#: Marks that no collapse touches, and that nobody types who types `,` for `，`.
_SOFT = re.compile("[。、《》「」“”]")
#: A mark directly behind Han or a closing mark, and no blank behind it. `Han, Han` and `Han (Han)` are how people type
#: who have no Chinese keyboard at hand; a collapse leaves no blank.
_STRONG = re.compile(f'(?<=[{HAN}”」』》〉])[,;!?](?=[^\\s,;:!?]|[!?"”」』》〉]|$)', re.MULTILINE)

#: One full-width mark may stand for this many folded ones: a repair of damage brings single marks back at full width.
#: Whole paragraphs of intact text (3,759) have a ratio above 1, collapsed ones 0.
_TOLERATED = 20


@dataclass(frozen=True, slots=True)
class Signature:
    """What a text says about its own marks.

    `collapsed`: nearly all of it lost its full-width marks. `has_full_brackets`: somebody wrote `（`, so `(` is damage.
    """

    collapsed: bool
    full: int
    has_full_brackets: bool


def read(text: str) -> Signature:
    """Judge a whole text.

    >>> read("算力,即计算能力,与数据一起。").collapsed, read("算力 (power) 即計算能力。").collapsed
    (True, False)
    """
    full = len(_FULL.findall(text))
    brackets = "（" in text
    if not _SOFT.search(text):
        return Signature(False, full, brackets)
    strong = len(_STRONG.findall(text))
    if full:
        return Signature(strong >= _TOLERATED * full, full, brackets)
    others = 2 if strong > 1 else len(re.findall(f"[{HAN}][,;:!?()]|[,;:!?()][{HAN}]", text))
    return Signature(strong > 0 and others > 1, full, brackets)


def line_collapsed(line: str) -> bool:
    """Judge one line of a text whose other lines have their full-width marks."""
    return not _FULL.search(line) and len(_STRONG.findall(line)) > 1 and _SOFT.search(line) is not None
