"""Placing many edits at once: where a stretch of a document may be replaced as a whole, in NumPy's columns.

A conversion touches every second character; placed one by one its edits cost ten times what they cost to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from normalize.edits import Spans

if TYPE_CHECKING:
    from normalize.formats.splice import Joined

_Column = npt.NDArray[np.int64]


class Stretches(NamedTuple):
    """What was placed: `texts` are start, end and new text of stretches of the document; the columns tell of the edits
    in them (start, end, length afterwards, code of their steps); `rest` are the edits to be placed one by one.
    """

    texts: list[tuple[int, int, str]]
    columns: _Column
    rest: Spans


def place_stretches(joined: Joined, output: str, spans: Spans) -> Stretches:
    """Place the edits of all stretches that are written as they are read, and that no edit reaches over."""
    places = np.array(joined.places)
    limits = np.append(places[1:], joined.length)
    starts, ends, out_starts, out_ends, codes = (
        np.asarray(column, np.int64)
        for column in (spans.starts, spans.ends, spans.out_starts, spans.out_ends, spans.codes)
    )
    owner = places.searchsorted(starts, "right") - 1
    # What is inserted where two stretches meet may belong to either.
    inside = (ends <= limits[owner]) & ((starts < ends) | (starts > places[owner]))
    last = places.searchsorted(np.maximum(starts, ends - 1), "right") - 1
    refused = {
        index for a, b in zip(owner[~inside].tolist(), last[~inside].tolist(), strict=True) for index in range(a, b + 1)
    }
    texts: list[tuple[int, int, str]] = []
    taken = np.zeros(len(starts), bool)
    for index, first, end in _groups(owner):
        escapes = joined.escapes[index]
        if escapes is None or joined.escaped[index] or index in refused:
            continue
        begin = int(out_starts[first] - starts[first] + places[index])
        stop = int(out_ends[end - 1] - ends[end - 1] + limits[index])
        new = output[begin:stop]
        if escapes.write(new) == new:
            texts.append((joined.starts[index], joined.ends[index], new))
            taken[first:end] = True
    moved = (np.array(joined.starts) - places)[owner]
    columns = np.stack((starts + moved, ends + moved, out_ends - out_starts, codes))[:, taken]
    others = (column[~taken] for column in (starts, ends, out_starts, out_ends, codes))
    return Stretches(texts, columns, Spans(*others, spans.steps))  # type: ignore[call-arg, arg-type]


def _groups(owner: _Column) -> Iterator[tuple[int, int, int]]:
    """Yield each stretch that has edits, with the first of them and the end."""
    first = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    yield from zip(owner[first].tolist(), first.tolist(), [*first[1:].tolist(), len(owner)], strict=True)


def merged(
    columns: list[_Column], rows: list[tuple[int, int, int, int]]
) -> tuple[_Column, _Column, _Column, _Column, _Column]:
    """Return the columns of `Spans` of all edits of a document: those of stretches, and rows like them."""
    joined = np.concatenate((*columns, np.array(rows, np.int64).reshape(-1, 4).T), axis=1)
    starts, ends, lengths, codes = joined[:, np.lexsort((joined[1], joined[0]))]
    out_ends = ends + (lengths - (ends - starts)).cumsum()
    return starts, ends, out_ends - lengths, out_ends, codes
