"""Changed lines: those that a round of tidying changed, which are all that the next one has to look at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from operator import itemgetter

from normalize.edits import Edits, Spans, as_list
from normalize.punctuation import masks

_START = itemgetter(0)


class ChangedLines:
    """Some lines of a text, to be worked on as a text of their own."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        self._places = places

    def ruled(self, text: str, rule: Callable[[str], Edits]) -> Edits:
        """Return what `rule`, which adds and takes away no line break, makes of these lines of `text`.

        >>> from normalize.edits import Edit, Step
        >>> def rule(lines):
        ...     return Edits.of(lines, [Edit(2, 3, "，", Step("punctuation", "comma"))])
        >>> ChangedLines([(3, 4), (7, 9)]).ruled("甲乙\\n丙\\n丁\\n,戊\\n", rule).text
        '甲乙\\n丙\\n丁\\n，戊\\n'
        """
        lines = "\n".join([text[start:end] for start, end in self._places])
        if masks.blocks(lines):
            # Together they may begin and end one that they do not where they are.
            return rule(text)
        edits = rule(lines)
        if edits.text == lines:
            return Edits.none(text)
        pieces: list[str] = []
        position = 0
        for (start, end), line in zip(self._places, edits.text.split("\n"), strict=True):
            pieces += (text[position:start], line)
            position = end
        return Edits(text, "".join((*pieces, text[position:])), partial(self._moved, edits))

    def _moved(self, edits: Edits) -> Spans:
        """Return the spans of the lines where they are in the text."""
        begins: list[int] = []
        begin = 0
        for start, end in self._places:
            begins.append(begin)
            begin += end - start + 1
        spans = edits.spans
        shifts = [
            self._places[line][0] - begins[line] for line in (bisect_right(begins, at) - 1 for at in spans.starts)
        ]
        starts, ends, out_starts, out_ends = (
            [place + shift for place, shift in zip(as_list(column), shifts, strict=True)]
            for column in (spans.starts, spans.ends, spans.out_starts, spans.out_ends)
        )
        return Spans(starts, ends, out_starts, out_ends, spans.codes, spans.steps)


def changed_lines(before: str, after: str) -> ChangedLines | None:
    """Return the lines of `after` that are not as they were in `before`; None when they cannot be told apart.

    So it is when lines were added, or when blocks that hold no running text begin or end elsewhere.
    """
    old, new = before.split("\n"), after.split("\n")
    if len(old) != len(new):
        return None
    places: list[tuple[int, int]] = []
    start = 0
    for was, line in zip(old, new, strict=True):
        if was != line:
            places.append((start, start + len(line)))
        start += len(line) + 1
    blocks = masks.blocks(after)
    if blocks:
        if [before[first:last] for first, last in masks.blocks(before)] != [
            after[first:last] for first, last in blocks
        ]:
            return None
        firsts = [first for first, _ in blocks]
        for start, end in places:
            index = bisect_right(firsts, end) - 1
            if index >= 0 and blocks[index][1] > start:
                return None
    elif masks.blocks(before):
        return None
    return ChangedLines(places)
