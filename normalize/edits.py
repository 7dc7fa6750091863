"""Edits: what a stage did to a text, kept so that it can be composed, explained and undone.

A stage returns `Edits`: the new text and, as columns of integers, the spans of the old text that it replaced and the
spans of the new text that stand in their place. Columns rather than objects, because a conversion of a long text
touches millions of characters and most callers never look at them one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Certainty = Literal["proved", "inferred", "lost", "rule"]

#: From the strongest to the weakest. `rule` is a deterministic rewriting that needs no proof (a conversion, a width).
CERTAINTIES: tuple[Certainty, ...] = ("rule", "proved", "inferred", "lost")

#: Up to so many spans plain Python composes them quicker than NumPy (measured: the two meet at 16 to 32).
SCALAR_SPANS = 24


class Step(NamedTuple):
    """Why one stage changed a span: the stage, the name of the rule, how sure it is, and a sentence for people."""

    stage: str
    rule: str
    certainty: Certainty = "rule"
    reason: str = ""


class Edit(NamedTuple):
    """One replacement: `source[start:end]` becomes `after`, for the reason in `step`.

    `after` equal to the replaced text is a note: nothing changes, but something is reported there (a loss).
    """

    start: int
    end: int
    after: str
    step: Step


@dataclass(frozen=True, slots=True)
class Spans:
    """Replaced spans in order, as parallel columns; `steps[codes[i]]` lists why span i changed, first stage first."""

    starts: Sequence[int]
    ends: Sequence[int]
    out_starts: Sequence[int]
    out_ends: Sequence[int]
    codes: Sequence[int]
    steps: tuple[tuple[Step, ...], ...]

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield (start, end, output start, output end, code) of each span."""
        columns = (self.starts, self.ends, self.out_starts, self.out_ends, self.codes)
        return zip(*(as_list(column) for column in columns), strict=True)


NO_SPANS = Spans((), (), (), (), (), ())


def as_list(column: Sequence[int]) -> Sequence[int]:
    """Return the column with Python integers: NumPy's scalars are slow to compare and do not print plainly."""
    to_list = getattr(column, "tolist", None)
    return to_list() if to_list is not None else column


class Edits:
    """A stage's answer: the text before, the text after, and (worked out when asked) the spans between them."""

    __slots__ = ("_spans", "source", "text")

    def __init__(self, source: str, text: str, spans: Spans | Callable[[], Spans] = NO_SPANS) -> None:
        self.source = source
        self.text = text
        self._spans = spans

    @classmethod
    def none(cls, text: str) -> Edits:
        """Return the answer of a stage that has nothing to do."""
        return cls(text, text)

    @classmethod
    def of(cls, source: str, edits: Iterable[Edit]) -> Edits:
        """Apply `edits`, which must be in order and must not overlap, to `source`.

        >>> Edits.of("a,b", [Edit(1, 2, "，", Step("punctuation", "comma"))]).text
        'a，b'
        """
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        out_starts: list[int] = []
        out_ends: list[int] = []
        codes: list[int] = []
        steps: dict[Step, int] = {}
        position = length = 0
        for start, end, after, step in edits:
            if start < position:
                raise ValueError(f"edits overlap or are out of order at character {start}")
            pieces += (source[position:start], after)
            starts.append(start)
            ends.append(end)
            length += start - position
            out_starts.append(length)
            length += len(after)
            out_ends.append(length)
            codes.append(steps.setdefault(step, len(steps)))
            position = end
        if not starts:
            return cls.none(source)
        pieces.append(source[position:])
        spans = Spans(starts, ends, out_starts, out_ends, codes, tuple((step,) for step in steps))
        return cls(source, "".join(pieces), spans)

    @property
    def spans(self) -> Spans:
        """The replaced spans, in order."""
        if not isinstance(self._spans, Spans):
            self._spans = self._spans()
        return self._spans


def compose(first: Spans, second: Spans) -> Spans:
    """Return the spans from the source of `first` to the output of `second`, where `second` starts at its output.

    Spans that overlap in the middle text become one, and carry the steps of both in order; all others keep their own.
    """
    if not len(second):
        return first
    if not len(first):
        return second
    if len(first) + len(second) > SCALAR_SPANS:
        from normalize.composition import compose_columns

        return compose_columns(first, second)
    return compose_rows(first, second)


def without_returns(spans: Spans, source: str, output: str) -> Spans:
    """Return the spans without those that came back to what they were: a repair gave `－`, a width rule `-` again.

    What is reported as lost stays, although nothing changes there.
    """
    several = {
        code
        for code, steps in enumerate(spans.steps)
        if len(steps) > 1 and not any(step.certainty == "lost" for step in steps)
    }
    if not several:
        return spans
    kept = [row for row in spans.rows() if row[4] not in several or source[row[0] : row[1]] != output[row[2] : row[3]]]
    return with_rows(spans, kept)


def with_rows(spans: Spans, rows: Sequence[tuple[int, int, int, int, int]]) -> Spans:
    """Return the spans with only those of their rows that are given."""
    if len(rows) == len(spans):
        return spans
    columns = [[row[index] for row in rows] for index in range(5)]
    return Spans(columns[0], columns[1], columns[2], columns[3], columns[4], spans.steps)


def compose_rows(first: Spans, second: Spans) -> Spans:
    """Compose span by span; neither may be empty."""
    steps: dict[tuple[Step, ...], int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    earlier = list(first.rows())
    later = list(second.rows())
    i = j = 0
    # Offsets from the middle text: to the source (after all earlier spans passed) and to the output.
    to_source = to_output = 0
    while i < len(earlier) or j < len(later):
        lowest = min(
            earlier[i][2] if i < len(earlier) else later[j][0],
            later[j][0] if j < len(later) else earlier[i][2],
        )
        start, end = _grow(earlier, later, i, j, lowest)
        next_i, next_j = end
        middle_end = start
        reasons: list[Step] = []
        for row in earlier[i:next_i]:
            middle_end = max(middle_end, row[3])
            reasons += first.steps[row[4]]
        for row in later[j:next_j]:
            middle_end = max(middle_end, row[1])
            reasons += second.steps[row[4]]
        source_start = start + to_source
        output_start = start + to_output
        if next_i > i:
            to_source = earlier[next_i - 1][1] - earlier[next_i - 1][3]
        if next_j > j:
            to_output = later[next_j - 1][3] - later[next_j - 1][1]
        code = steps.setdefault(tuple(dict.fromkeys(reasons)), len(steps))
        rows.append((source_start, middle_end + to_source, output_start, middle_end + to_output, code))
        i, j = next_i, next_j
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Spans(columns[0], columns[1], columns[2], columns[3], columns[4], tuple(steps))


def _grow(
    earlier: list[tuple[int, int, int, int, int]],
    later: list[tuple[int, int, int, int, int]],
    i: int,
    j: int,
    start: int,
) -> tuple[int, tuple[int, int]]:
    """Return the middle start of the next cluster of overlapping spans, and where each list stands after it."""
    take_earlier = i < len(earlier) and earlier[i][2] == start
    take_later = j < len(later) and later[j][0] == start
    if take_earlier and take_later and not _meet(earlier[i], later[j]):
        # They only touch: one of them is empty here, and goes first.
        take_later = later[j][1] == start
        take_earlier = not take_later
    end = start
    if take_earlier:
        end = earlier[i][3]
        i += 1
    if take_later:
        end = max(end, later[j][1])
        j += 1
    while True:
        if i < len(earlier) and earlier[i][2] < end:
            end = max(end, earlier[i][3])
            i += 1
        elif j < len(later) and later[j][0] < end:
            end = max(end, later[j][1])
            j += 1
        else:
            return start, (i, j)


def _meet(earlier: tuple[int, int, int, int, int], later: tuple[int, int, int, int, int]) -> bool:
    """Tell whether two spans that start at the same place in the middle text share more than that point."""
    empty_earlier = earlier[2] == earlier[3]
    empty_later = later[0] == later[1]
    return empty_earlier == empty_later
