"""Edits that put one character in the place of another, brought back into a document all at once, in NumPy's columns.

The conversion of script is made of them, and touches every second character; placed one by one they cost ten times what
they cost to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from normalize.edits import Spans

if TYPE_CHECKING:
    from normalize.formats.splice import Joined

_Column = npt.NDArray[np.int64]


class Substituted(NamedTuple):
    """A document with characters replaced, and the spans of the document that were; `rest` is yet to be placed."""

    document: str
    columns: _Column
    rest: Spans


def substitute(document: str, joined: Joined, output: str, spans: Spans) -> Substituted:
    """Replace the characters that are spelled as they are read, before and after.

    That is all beyond ASCII outside of escape sequences, but not what takes the place of ASCII in a document that has
    some: it may have to be escaped. The columns are start, end, length afterwards, code of steps.
    """
    places, beginnings = np.array(joined.places), np.array(joined.starts)
    is_free = np.array([escapes is not None for escapes in joined.escapes]) & ~np.array(joined.escaped, bool)
    columns = [np.asarray(column, np.int64) for column in (spans.starts, spans.ends, spans.out_starts, spans.out_ends)]
    starts, ends, out_starts, out_ends = columns
    codes = np.asarray(spans.codes, np.int64)
    owners = places.searchsorted(starts, "right") - 1
    single = np.flatnonzero((ends - starts == 1) & (out_ends - out_starts == 1) & is_free[owners])
    points = _points(document).copy()
    new, at = _points(output)[out_starts[single]], starts[single] + (beginnings - places)[owners[single]]
    as_read = (new > 0x7F) & ((points[at] > 0x7F) | (not any(joined.escaped)))
    single, new, at = single[as_read], new[as_read], at[as_read]
    points[at] = new
    is_rest = np.ones(len(starts), bool)
    is_rest[single] = False
    rest = Spans(*(column[is_rest] for column in (*columns, codes)), spans.steps)  # type: ignore[call-arg, arg-type]
    text = points.tobytes().decode("utf-32-le", "surrogatepass")
    return Substituted(text, np.stack((at, at + 1, np.ones_like(at), codes[single])), rest)


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def merged(
    columns: _Column, rows: list[tuple[int, int, int, int]]
) -> tuple[_Column, _Column, _Column, _Column, _Column]:
    """Return the columns of `Spans` of all edits of a document: those that are placed, and rows like them."""
    joined = np.concatenate((columns, np.array(rows, np.int64).reshape(-1, 4).T), axis=1)
    starts, ends, lengths, codes = joined[:, np.lexsort((joined[1], joined[0]))]
    out_ends = ends + (lengths - (ends - starts)).cumsum()
    return starts, ends, out_ends - lengths, out_ends, codes
