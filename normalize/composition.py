"""Composing and mapping the spans of long texts, in NumPy's columns: the same answers as span by span."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from normalize.edits import NO_SPANS, Spans, Step

Column = npt.NDArray[np.int64]


def compose_columns(first: Spans, second: Spans) -> Spans:
    """Return what `edits.compose` returns; neither may be empty.

    Both lists are merged by where their spans start in the text between the two stages; a span belongs to the cluster
    before it when it starts before that one ends.
    """
    earlier = [column(values) for values in (first.starts, first.ends, first.out_starts, first.out_ends)]
    later = [column(values) for values in (second.starts, second.ends, second.out_starts, second.out_ends)]
    keys = _keys(earlier[2], earlier[3], later[0], later[1])
    order = keys.argsort(kind="stable")
    is_later = order >= len(earlier[0])
    middle = np.concatenate((earlier[2], later[0]))[order]
    # Clusters follow each other, so the furthest end so far is the end of the cluster.
    furthest = np.maximum.accumulate(np.concatenate((earlier[3], later[1]))[order])
    keys = keys[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (middle[1:] >= furthest[:-1]) & (keys[1:] != keys[:-1])
    begin = is_new.nonzero()[0]
    end = np.append(begin[1:], len(order))
    passed_later = np.concatenate(([0], is_later.cumsum()))
    passed_earlier = np.arange(len(order) + 1) - passed_later
    to_source = np.concatenate(([0], earlier[1] - earlier[3]))
    to_output = np.concatenate(([0], later[3] - later[1]))
    middle_start, middle_end = middle[begin], furthest[end - 1]
    codes, steps = _codes(first, second, is_later, order, begin, end)
    rows = (
        middle_start + to_source[passed_earlier[begin]],
        middle_end + to_source[passed_earlier[end]],
        middle_start + to_output[passed_later[begin]],
        middle_end + to_output[passed_later[end]],
        codes,
    )
    starts, ends, out_starts, out_ends, codes = np.stack(rows)
    return Spans(starts, ends, out_starts, out_ends, codes, steps)


def joined(pieces: Sequence[Spans], places: Sequence[int], out_places: Sequence[int]) -> Spans:
    """Return the spans of a text from those of its parts, given where each begins in the text before and after.

    >>> piece = Spans([0], [1], [0], [2], [0], ((Step("script", "phrase"),),))
    >>> [row[:4] for row in joined([piece, piece], [0, 5], [0, 6]).rows()]
    [(0, 1, 0, 2), (5, 6, 6, 8)]
    """
    filled = [(*row, len(row[0])) for row in zip(pieces, places, out_places, strict=True) if len(row[0])]
    if not filled:
        return NO_SPANS
    pieces, places, out_places, counts = zip(*filled, strict=True)
    steps: dict[tuple[Step, ...], int] = {}
    # What the codes of the pieces become, and where in there those of each list of steps begin.
    fresh: list[int] = []
    begin: dict[tuple[tuple[Step, ...], ...], int] = {}
    for spans in pieces:
        if spans.steps not in begin:
            begin[spans.steps] = len(fresh)
            fresh += (steps.setdefault(reasons, len(steps)) for reasons in spans.steps)
    codes = np.repeat([begin[spans.steps] for spans in pieces], counts)
    codes = np.array(fresh)[codes + np.concatenate([spans.codes for spans in pieces])]
    starts = np.concatenate([spans.starts for spans in pieces]) + np.repeat(places, counts)
    ends = np.concatenate([spans.ends for spans in pieces]) + np.repeat(places, counts)
    out_starts = np.concatenate([spans.out_starts for spans in pieces]) + np.repeat(out_places, counts)
    out_ends = np.concatenate([spans.out_ends for spans in pieces]) + np.repeat(out_places, counts)
    return Spans(starts, ends, out_starts, out_ends, codes, tuple(steps))


def differing(one: str, two: str) -> list[int]:
    """Return the places where two texts of one length have different characters.

    >>> differing("后天", "後天")
    [0]
    """
    units = [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32) for text in (one, two)]
    places: list[int] = (units[0] != units[1]).nonzero()[0].tolist()
    return places


def overruled(spans: Spans, places: Sequence[int], decide: Callable[[int], Step | None]) -> Spans:
    """Return the spans of a rewriting character by character, where other forms were chosen at some places.

    A span that has such a place in it falls into its characters; `decide` gives the reason at each of them, and None
    where the character stayed. All others keep the last of their steps.
    """
    starts, ends, codes = column(spans.starts), column(spans.ends), column(spans.codes)
    touched = np.searchsorted(places, starts) != np.searchsorted(places, ends)
    alone = {*places, *(at for index in touched.nonzero()[0] for at in range(int(starts[index]), int(ends[index])))}
    steps: dict[tuple[Step, ...], int] = {}
    moved = np.array([steps.setdefault(group[-1:], len(steps)) for group in spans.steps], np.int64)
    rows = []
    for place in sorted(alone):
        step = decide(place)
        if step is not None:
            rows.append((place, place + 1, steps.setdefault((step,), len(steps))))
    kept = np.stack((starts[~touched], ends[~touched], moved[codes[~touched]]))
    joined = np.concatenate((kept, np.array(rows, np.int64).reshape(-1, 3).T), axis=1)
    starts, ends, codes = joined[:, joined[0].argsort(kind="stable")]
    return Spans(starts, ends, starts, ends, codes, tuple(steps))


def column(values: Sequence[int]) -> Column:
    """Return a column as an array."""
    return np.asarray(values, np.int64)


def _keys(
    earlier_starts: Column, earlier_ends: Column, later_starts: Column, later_ends: Column
) -> npt.NDArray[np.int64]:
    """Return what the spans are merged by: the start, empty ones first; spans of equal keys belong together.

    Several empty spans may start at one place; then the first of one list goes with the first of the other.
    """
    ranks = [
        np.arange(len(starts)) - np.searchsorted(starts, starts, "left") for starts in (earlier_starts, later_starts)
    ]
    empty = [earlier_starts == earlier_ends, later_starts == later_ends]
    room = 1 + max(int(rank.max()) for rank in ranks)
    return np.concatenate(
        [
            (starts * 2 + ~is_empty) * room + rank * is_empty
            for starts, is_empty, rank in zip((earlier_starts, later_starts), empty, ranks, strict=True)
        ]
    )


def _codes(
    first: Spans, second: Spans, is_later: npt.NDArray[np.bool_], order: Column, begin: Column, end: Column
) -> tuple[Column, tuple[tuple[Step, ...], ...]]:
    """Return the code of each cluster, and what the codes mean."""
    steps: dict[tuple[Step, ...], int] = {}
    meaning = [tuple(dict.fromkeys(group)) for group in (*first.steps, *second.steps)]
    moved = [column(first.codes), column(second.codes) + len(first.steps)]
    groups = np.concatenate(moved)[order]
    translated = np.array([steps.setdefault(group, len(steps)) for group in meaning], np.int64)
    codes = translated[groups[begin]]
    known: dict[tuple[int, ...], int] = {}
    for cluster in (end - begin > 1).nonzero()[0].tolist():
        members = slice(begin[cluster], end[cluster])
        # The reasons of the first stage come first.
        group = tuple(groups[members][is_later[members].argsort(kind="stable")].tolist())
        if group not in known:
            reasons = tuple(dict.fromkeys(step for code in group for step in meaning[code]))
            known[group] = steps.setdefault(reasons, len(steps))
        codes[cluster] = known[group]
    return codes, tuple(steps)
