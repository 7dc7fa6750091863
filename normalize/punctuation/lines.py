"""Lines: the unit in which punctuation is judged, each with its masks and with eyes for what stands beside a mark."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter
from typing import Literal

from normalize.punctuation import masks

#: What stands beside a mark: wide (Han, kana, CJK and full-width marks), a letter, a digit, something masked, another
#: mark, or the edge of the line.
Kind = Literal["wide", "letter", "digit", "masked", "other", "edge"]

#: What ends a line, as str.splitlines has it.
BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
#: Full-width marks inside English words and addresses, where no Chinese text has them: know－how.
ENGLISH_MARKS = "－／＆＇．＠＿＋"
_START = itemgetter(0)
HAN = re.compile(f"[{masks.HAN}]")
_WIDE = re.compile(f"[{masks.WIDE}\u00b7]")
#: What may stand between a mark and the word that it belongs to: emphasis, straight quotes, other marks.
_DRESS = frozenset("*_~\"',;:!?()[]")
#: Masks that are no word: tags, link targets and footnote labels.
_CLEAR = frozenset({"markup", "target", "label"})
#: How far to look past blanks, emphasis and other marks for the word that a mark belongs to.
_LOOK = 16
_WORDS = re.compile(r"[A-Za-z]{2,}")
_WORD_PAIRS = re.compile(r"[A-Za-z]{2,} (?=[A-Za-z]{2,})")


class Line:
    """One line of a text, without its line end.

    `source` is the text, `start` the place of the line in it, `blocks` the masks that reach in.
    """

    def __init__(
        self, text: str, start: int = 0, blocks: tuple[tuple[int, int], ...] = (), source: str | None = None
    ) -> None:
        self.text = text
        self.start = start
        self.source = text if source is None else source
        self.blocks = blocks
        # Not cached properties, whose lock costs as much as many a question.
        self._spans: list[tuple[int, int, str]] | None = None
        self._starts: list[int] = []

    @property
    def spans(self) -> list[tuple[int, int, str]]:
        """The masked spans of the line with their kinds, in order."""
        if self._spans is None:
            self._spans = self._masked()
            self._starts = [start for start, _, _ in self._spans]
        return self._spans

    def _masked(self) -> list[tuple[int, int, str]]:
        if not self.blocks:
            return masks.inline(self.text)
        spans: list[tuple[int, int, str]] = []
        at = 0
        for first, last in [*self.blocks, (len(self.text), len(self.text))]:
            spans += [(at + start, at + end, kind) for start, end, kind in masks.inline(self.text[at:first])]
            spans.append((first, last, "block"))
            at = last
        return spans

    @cached_property
    def is_english(self) -> bool:
        """Whether this is English with some Chinese words in it, whose marks are English.

        >>> Line("My name is 王小明, and I live in 北京.").is_english, Line("他用 Python, Java 和 Go 写程序").is_english
        (True, False)
        """
        pairs = len(_WORD_PAIRS.findall(self.text))
        return pairs >= 2 and len(_WORDS.findall(self.text)) > len(HAN.findall(self.text))

    def mask(self, at: int, leave: str = "") -> str | None:
        """Return the kind of the mask over a character, if there is one; masks of the kind `leave` do not count."""
        spans = self.spans
        index = bisect_right(self._starts, at) - 1
        if index >= 0:
            _, end, kind = spans[index]
            if at < end and kind != leave:
                return kind
        return None

    def left(self, at: int) -> tuple[Kind, bool]:
        """Return what stands before `at`, and whether a blank stands between."""
        return self._beside(range(at - 1, max(at - 1 - _LOOK, -1), -1))

    def right(self, at: int) -> tuple[Kind, bool]:
        """Return what stands after `at`, and whether a blank stands between."""
        return self._beside(range(at + 1, min(at + 1 + _LOOK, len(self.text))))

    def _beside(self, offsets: range) -> tuple[Kind, bool]:
        gap = False
        for at in offsets:
            character = self.text[at]
            if character.isspace():
                gap = True
            elif character not in _DRESS and not (self.spans and self.mask(at) in _CLEAR):
                return self.kind(at), gap
        return "other" if len(offsets) == _LOOK else "edge", gap

    def kind(self, at: int) -> Kind:
        """Return what the character at `at` counts as to its neighbours."""
        character = self.text[at]
        if character.isdigit():
            return "digit"
        if self.spans and self.mask(at) is not None:
            return "masked"
        if _WIDE.match(character):
            return "wide"
        return "letter" if character.isalpha() else "other"

    @staticmethod
    def is_han(character: str) -> bool:
        """Tell whether a character is Han."""
        return HAN.match(character) is not None

    def is_wide(self, at: int) -> bool:
        """Tell whether there is a wide, unmasked character exactly at `at`."""
        return 0 <= at < len(self.text) and self.kind(at) == "wide"


#: A line longer than this is judged in pieces, so that no question about a mark looks at more than this.
LONGEST = 4000


class Cutter:
    """Cuts lines out of a text, with the blocks that reach into each."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def blocks(self) -> list[tuple[int, int]]:
        """The blocks of the text that hold no running text."""
        return masks.blocks(self.text)

    def blocks_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the blocks between two places, or what of them is there, counted from the first of the places."""
        inside: list[tuple[int, int]] = []
        index = max(bisect_right(self.blocks, start, key=_START) - 1, 0)
        while index < len(self.blocks) and self.blocks[index][0] < end:
            first, last = self.blocks[index]
            if last > start:
                inside.append((max(0, first - start), min(end, last) - start))
            index += 1
        return inside

    def line(self, start: int, end: int) -> Line:
        """Return the line between two places."""
        inside = tuple(self.blocks_in(start, end)) if self.blocks else ()
        return Line(self.text[start:end], start, inside, self.text)


def split(text: str) -> Iterator[Line]:
    """Yield the lines of a text, long ones in pieces."""
    cutter = Cutter(text)
    start = 0
    for whole in text.splitlines(keepends=True):
        for first, last in pieces(text, start, start + len(whole.rstrip(BREAKS))):
            yield cutter.line(first, last)
        start += len(whole)


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a line: cut behind a full stop where there is one."""
    while end - start > LONGEST:
        cut = text.rfind("。", start, start + LONGEST) + 1 or start + LONGEST
        yield start, cut
        start = cut
    yield start, end
