"""What is kept in text: lines of Japanese, addresses, which lead nowhere once converted, and 锟斤拷, which is no text.

Where a path has Han (`https://zh.wikipedia.org/wiki/软件`), it goes on to the next blank, bracket or Chinese mark. Han
that follows an address without a sign of its path between (`https://example.com这个`) is text: among the addresses of
the texts that the model was trained on, all with Han behind `/`, `=`, `#`, `&` or `_` went on there, and no others.

Japanese has 学 and 国 as Simplified Chinese does, and 図 as neither: converting half of it helps nobody. A line is
Japanese where hiragana are at least half as many as Han: prose has more, a title quoted in Chinese a few.

锟斤拷 is what U+FFFD becomes when it is read as GBK. It is reported as lost, and stays what everybody searches for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from normalize.edits import NO_SPANS, Spans
from normalize.script.between import Between
from normalize.script.converter import Converter

#: What an address ends at: blanks, quotes, brackets, Chinese marks, and what texts converted together are parted by.
_ENDS = "\\s<>\"'`()\\[\\]{}\u2014\u2018-\u201d\u2026\u3000-\u303f\uff01-\uff65\ufffe\uffff"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}\Z")
_LONGEST_SCHEME = 16
_AFTER_SCHEME = re.compile(
    rf"://[^{_ENDS}\x7f-\U0010ffff]++"
    rf"((?<=[/=#&_])(?=[\u3400-\u9fff])(?:[^{_ENDS}]|(?<=_)\([^{_ENDS}]*\))++)?"
)
_HAN = re.compile("[\u3400-\u9fff]")
_HIRAGANA = re.compile("[\u3041-\u3096]")
_LOST = "锟斤拷"


class Around:
    """Converts as another does, but for what is kept; `kana` says that there may be lines of Japanese."""

    def __init__(self, converter: Converter | Between, kana: bool = False) -> None:
        self._converter = converter
        self._kana = kana

    def convert(self, text: str) -> str:
        """Return the converted text.

        >>> from normalize.script.ready import official
        >>> Around(official("s2t")).convert("参见https://example.com/软件，https://example.com这里")
        '參見https://example.com/软件，https://example.com這裏'
        """
        if not self._may_keep(text):
            return self._converter.convert(text)
        return "".join(part if kept else self._converter.convert(part) for _, part, kept in self._parts(text))

    def trace(self, text: str) -> Spans:
        """Return what is changed in a text, and why."""
        if not self._may_keep(text):
            return self._converter.trace(text)
        from normalize.composition import joined

        parts = list(self._parts(text))
        pieces = [NO_SPANS if kept else self._converter.trace(part) for _, part, kept in parts]
        lengths = [len(part if kept else self._converter.convert(part)) for _, part, kept in parts]
        return joined(pieces, [start for start, _, _ in parts], list(accumulate(lengths[:-1], initial=0)))

    def stands_alone(self, character: str) -> bool:
        """Tell whether nothing ever reaches over a character."""
        return self._converter.stands_alone(character)

    def _may_keep(self, text: str) -> bool:
        return self._kana or "://" in text or _LOST in text

    def _parts(self, text: str) -> Iterator[tuple[int, str, bool]]:
        """Yield what is kept, and the text between: where it starts, what it is, whether it is kept."""
        end = 0
        for start, stop in self._kept(text):
            if start > end:
                yield end, text[end:start], False
            yield start, text[start:stop], True
            end = stop
        if end < len(text):
            yield end, text[end:], False

    def _kept(self, text: str) -> Iterator[tuple[int, int]]:
        if not self._kana:
            yield from _between(text, 0, len(text))
            return
        end = stop = 0
        while (first := _HIRAGANA.search(text, stop)) is not None:
            start = text.rfind("\n", 0, first.start()) + 1
            stop = text.find("\n", first.start()) + 1 or len(text)
            if _is_japanese(text[start:stop]):
                yield from _between(text, end, start)
                yield start, stop
                end = stop
        yield from _between(text, end, len(text))


def _is_japanese(line: str) -> bool:
    return 2 * len(_HIRAGANA.findall(line)) >= len(_HAN.findall(line))


def _between(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the addresses that have Han, and what stands for lost text outside of them."""
    for first, last in (*_addresses(text, start, stop), (stop, stop)):
        while (place := text.find(_LOST, start, first)) >= 0:
            start = place + len(_LOST)
            yield place, start
        if first < last:
            yield first, last
        start = last


def _addresses(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the addresses that have Han.

    Each is looked for from its `://`: to try every letter of a text as its first took a quarter of a conversion.
    """
    place = text.find("://", start, stop)
    while place >= 0:
        before = max(start, place - _LONGEST_SCHEME)
        scheme = _SCHEME.search(text[before:place])
        found = _AFTER_SCHEME.match(text, place, stop) if scheme else None
        if scheme and found:
            start = found.end()
            if found[1]:
                yield before + scheme.start(), start
        place = text.find("://", start if found else place + 1, stop)
