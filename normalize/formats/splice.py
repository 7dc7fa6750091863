"""Splice: the text of a document's spans joined, normalised as one text, and its edits carried back into the document.

Spans are joined rather than normalised one by one, because what shows damage (the pinyin that a page puts behind its
characters, the marks that it lacks, the script that it is in) shows over a whole page and seldom within a cell. Between
passages stands a line end, which no stage changes; what continues a passage follows directly, so that 发<b>展</b> is
one word. Joining cannot lose anything: the edits, not the joined text, come back, and each is placed by its offsets.
An edit that cannot be placed (over the end of a passage, in code) is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from operator import add, sub
from typing import Any

from normalize.edits import NO_SPANS, Spans, Step
from normalize.formats.escapes import PLAIN, Escapes
from normalize.formats.span import Span
from normalize.result import Result

#: A stretch of the joined text: what it reads, its place and end in the document, its escapes (None: it must not
#: change), and whether it is an escape sequence, which is replaced as a whole.
_Stretch = tuple[str, int, int, Escapes | None, bool]


#: How far around a change a line is looked at for characters that are not ASCII.
_NEAR = 200


class Joined:
    """The text of some spans, and where each stretch of it comes from.

    Columns, one entry a stretch: its `parts`, its place in the joined text, its place and end in the document, its
    escapes, whether it is an escape sequence. A line end between passages is a stretch without length in the document.
    `rows` are the stretches with which the documents begin that a document may hold; their `texts` are judged apart.
    """

    def __init__(self, stretches: Sequence[_Stretch], rows: Sequence[int]) -> None:
        self.parts: Sequence[str]
        self.starts: Sequence[int]
        self.ends: Sequence[int]
        self.escapes: Sequence[Escapes | None]
        self.escaped: Sequence[bool]
        columns = zip(*stretches, strict=True) if stretches else [()] * 5
        self.parts, self.starts, self.ends, self.escapes, self.escaped = columns
        self.rows = rows
        self.places = list(accumulate(map(len, self.parts), initial=0))
        self.length = self.places.pop()

    @cached_property
    def text(self) -> str:
        """The joined text."""
        return "".join(self.parts)

    @property
    def texts(self) -> list[str]:
        """The text of each row."""
        # The line end before a row belongs to none.
        ends = [row - 1 for row in self.rows[1:]] + [len(self.parts)] * bool(self.rows)
        return ["".join(self.parts[row:end]) for row, end in zip(self.rows, ends, strict=True)]

    def together(self, results: Sequence[Result]) -> tuple[str, Spans]:
        """Return the text that the rows became, joined as they were, and its spans."""
        if len(results) < 2:
            return (results[0].text, results[0].spans) if results else ("", NO_SPANS)
        from normalize.composition import joined

        out_places = list(accumulate((len(result.text) + 1 for result in results[:-1]), initial=0))
        spans = joined([result.spans for result in results], [self.places[row] for row in self.rows], out_places)
        return "\n".join(result.text for result in results), spans


def join(document: str, spans: Iterable[Span]) -> Joined:
    """Return the joined text of the spans of a document."""
    stretches: list[_Stretch] = []
    rows: list[int] = []
    occurs: dict[str, bool] = {"": False}
    for start, end, kind, escapes in spans:
        if stretches and kind in ("text", "document"):
            stretches.append(("\n", start, start, None, False))
        if not rows or kind == "document":
            rows.append(len(stretches))
        allowed = None if kind == "kept" else escapes
        sign = escapes.sign
        if sign not in occurs:
            occurs[sign] = sign in document
        if not occurs[sign] or document.find(sign, start, end) < 0:
            stretches.append((document[start:end], start, end, allowed, False))
            continue
        position = start
        for match in escapes.pattern.finditer(document, start, end):
            begin, after = match.span()
            if begin > position:
                stretches.append((document[position:begin], position, begin, allowed, False))
            stretches.append((escapes.read(match[0]), begin, after, allowed, True))
            position = after
        if position < end:
            stretches.append((document[position:end], position, end, allowed, False))
    return Joined(stretches, rows)


#: An edit of the document: where, what comes there, and the steps that made it.
Placed = tuple[int, int, str, tuple[Step, ...]]


def place(joined: Joined, document: str, output: str, spans: Spans) -> Iterator[Placed]:
    """Yield the edits of the document that correspond to the edits of the joined text."""
    text = joined.text
    places, ends = joined.places, [*joined.places[1:], joined.length]
    for start, end, out_start, out_end, code in spans.rows():
        after = output[out_start:out_end]
        steps = spans.steps[code]
        first = bisect_right(places, start) - 1
        if start == end:
            yield from _insert(joined, first, start, after, steps)
        elif end <= ends[first]:
            yield from _replace(joined, document, first, start, text[start:end], after, steps)
        else:
            last = bisect_right(places, end - 1) - 1
            stretches = [(index, max(start, places[index]), min(end, ends[index])) for index in range(first, last + 1)]
            for index, begin, new in _distribute(joined, text, stretches, after):
                stop = min(end, ends[index])
                yield from _replace(joined, document, index, begin, text[begin:stop], new, steps)


def _distribute(
    joined: Joined, text: str, stretches: list[tuple[int, int, int]], after: str
) -> Iterator[tuple[int, int, str]]:
    """Yield what each stretch gets of the new text of an edit over several: index, beginning in the text, new text."""
    begin, end = stretches[0][1], stretches[-1][2]
    if len(after) == end - begin:
        parts = [after[first - begin : last - begin] for _, first, last in stretches]
        fixed = (
            (part, text[first:last])
            for part, (i, first, last) in zip(parts, stretches, strict=True)
            if joined.escapes[i] is None
        )
        if all(new == old for new, old in fixed):
            for part, (index, first, _) in zip(parts, stretches, strict=True):
                yield index, first, part
        return
    if any(joined.escapes[index] is None for index, _, _ in stretches):
        return
    # Where the lengths differ nobody can say which character came from which: all of it goes to the first stretch.
    for number, (index, first, _) in enumerate(stretches):
        yield index, first, "" if number else after


def _is_ascii_around(document: str, start: int, end: int) -> bool:
    """Tell whether a line is ASCII, as far as it is near, which is the same however a document is cut into lines."""
    first, last = max(start - _NEAR, 0), end + _NEAR
    line_end = document.find("\n", end, last)
    return document[document.rfind("\n", first, start) + 1 or first : line_end if line_end >= 0 else last].isascii()


def _replace(
    joined: Joined, document: str, index: int, start: int, before: str, after: str, steps: tuple[Step, ...]
) -> Iterator[Placed]:
    """Yield the edit of one stretch, spelled as the format asks, if it can be."""
    escapes = joined.escapes[index]
    if escapes is None:
        return
    if joined.escaped[index]:
        begin, end = joined.starts[index], joined.ends[index]
        if before != joined.parts[index]:  # half of an entity that stands for two characters
            return
        spelled = escapes.write_escaped(after)
    else:
        begin = joined.starts[index] + start - joined.places[index]
        end = begin + len(before)
        spelled = escapes.write(after)
        if spelled is not None and not spelled.isascii() and _is_ascii_around(document, begin, end):
            # Whoever wrote the line escapes all that is not ASCII.
            spelled = "".join([c if c.isascii() else escapes.write_escaped(c) or c for c in spelled])
    if before == after:
        yield begin, end, document[begin:end], steps
    elif spelled is not None:
        yield begin, end, spelled, steps


def _insert(joined: Joined, index: int, at: int, after: str, steps: tuple[Step, ...]) -> Iterator[Placed]:
    """Yield the edit that inserts text: at the end of the stretch before, or else at the beginning of this one."""
    for candidate, edge in ((index - 1, "end"), (index, "start")) if joined.places[index] == at else ((index, "in"),):
        escapes = joined.escapes[candidate] if candidate >= 0 else None
        if escapes is None:
            continue
        spelled = escapes.write(after)
        if spelled is None:
            continue
        if edge == "in":
            if joined.escaped[candidate] and at < joined.places[candidate] + len(joined.parts[candidate]):
                continue
            begin = joined.starts[candidate] + min(
                at - joined.places[candidate], joined.ends[candidate] - joined.starts[candidate]
            )
            if joined.escaped[candidate]:
                begin = joined.ends[candidate]
        else:
            begin = joined.ends[candidate] if edge == "end" else joined.starts[candidate]
        yield begin, begin, spelled, steps
        return


#: Up to so many edits of a text are placed one by one: quicker than the fixed cost of arrays.
_FEW = 16


def splice(
    document: str, joined: Joined, output: str, spans: Spans, others: Sequence[Placed] = ()
) -> tuple[str, Spans]:
    """Return a document with the edits of its joined text brought back into it, and their spans.

    `others` are edits of the document itself.
    """
    columns: Any = None
    steps = {reasons: code for code, reasons in enumerate(spans.steps)}
    if len(spans) > _FEW:
        from normalize.formats.substitution import substitute

        document, columns, spans = substitute(document, joined, output, spans)
    pieces: list[str] = []
    rows: list[tuple[int, int, int, int]] = []
    position = 0
    edits = [*place(joined, document, output, spans), *others]
    for start, end, after, why in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if start < position:
            continue
        pieces += (document[position:start], after)
        position = end
        rows.append((start, end, len(after), steps.setdefault(why, len(steps))))
    pieces.append(document[position:])
    return "".join(pieces), _spans(columns, rows, tuple(steps))


def _spans(columns: Any, rows: list[tuple[int, int, int, int]], steps: tuple[tuple[Step, ...], ...]) -> Spans:
    """Return the spans of the edits that were made all at once, and of those made one by one."""
    if columns is not None:
        from normalize.formats.substitution import merged

        return Spans(*merged(columns, rows), steps)  # type: ignore[arg-type]
    if not rows:
        return NO_SPANS
    starts, ends, lengths, codes = zip(*rows, strict=True)
    out_ends = list(map(add, ends, accumulate(map(sub, lengths, map(sub, ends, starts)))))
    return Spans(starts, ends, list(map(sub, out_ends, lengths)), out_ends, codes, steps)


__all__ = ["PLAIN", "Joined", "Placed", "join", "splice"]
