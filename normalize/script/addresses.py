"""Addresses in text: a link whose path is written in Chinese leads nowhere once its characters are converted.

Where a path has Han (`https://zh.wikipedia.org/wiki/软件`), it goes on to the next blank, bracket or Chinese mark. Han
that follows an address without a sign of its path between (`https://example.com这个`) is text: among the addresses of
the texts that the model was trained on, all with Han behind `/`, `=`, `#`, `&` or `_` went on there, and no others.
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
_ADDRESS = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]{{1,15}}://[^{_ENDS}\x7f-\U0010ffff]++((?<=[/=#&_])(?=[\u3400-\u9fff])(?:[^{_ENDS}]|(?<=_)\([^{_ENDS}]*\))++)?"
)


class Around:
    """Converts as another does, but for addresses."""

    def __init__(self, converter: Converter | Between) -> None:
        self._converter = converter

    def convert(self, text: str) -> str:
        """Return the converted text.

        >>> from normalize.script.ready import official
        >>> Around(official("s2t")).convert("参见https://example.com/软件，https://example.com这里")
        '參見https://example.com/软件，https://example.com這裏'
        """
        if "://" not in text:
            return self._converter.convert(text)
        return "".join(part if kept else self._converter.convert(part) for _, part, kept in _parts(text))

    def trace(self, text: str) -> Spans:
        """Return what is changed in a text, and why."""
        if "://" not in text:
            return self._converter.trace(text)
        from normalize.composition import joined

        parts = list(_parts(text))
        pieces = [NO_SPANS if kept else self._converter.trace(part) for _, part, kept in parts]
        lengths = [len(part if kept else self._converter.convert(part)) for _, part, kept in parts]
        return joined(pieces, [start for start, _, _ in parts], list(accumulate(lengths[:-1], initial=0)))

    def stands_alone(self, character: str) -> bool:
        """Tell whether nothing ever reaches over a character."""
        return self._converter.stands_alone(character)


def _parts(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the addresses that have Han, and the text between: where it starts, what it is, whether it is kept."""
    end = 0
    for match in _ADDRESS.finditer(text):
        if not match[1]:
            continue
        yield end, text[end : match.start()], False
        yield match.start(), match[0], True
        end = match.end()
    yield end, text[end:], False
