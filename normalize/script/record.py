"""The record of a conversion of long text: columns from arrays, as the conversion itself is made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from normalize.edits import NO_SPANS, Spans, Step
from normalize.script.arrays import Arrays
from normalize.script.trace import Traces

_Column = npt.NDArray[np.int64]


class Record:
    """Collects the spans that the blocks of one text change.

    A character outside all runs becomes its default, and what happens in a run depends on nothing else: each different
    one is traced once.
    """

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._steps: dict[tuple[Step, ...], int] = {}

    def spans(self, blocks: Iterable[str], arrays: Arrays) -> Spans:
        """Return what is changed in a text that is given in blocks."""
        columns: list[npt.NDArray[np.int64]] = []
        offset = 0
        for block in blocks:
            rows = self._block(block, arrays)
            rows[:2] += offset
            columns.append(rows)
            offset += len(block)
        if not columns:
            return NO_SPANS
        starts, ends, lengths, codes = np.concatenate(columns, axis=1)
        # What a span adds moves all that come after it.
        moved = (lengths - (ends - starts)).cumsum()
        out_ends = ends + moved
        return Spans(starts, ends, out_ends - lengths, out_ends, codes, tuple(self._steps))

    def _block(self, text: str, arrays: Arrays) -> _Column:
        """Return starts, ends, lengths afterwards and codes of the spans of a block."""
        source, out, left, right = arrays.parts(text)
        changed = source != out
        in_runs: list[tuple[int, int, int, int]] = []
        for start, end in zip(left.tolist(), right.tolist(), strict=True):
            changed[start:end] = False
            rows = self._traces[text[start:end]]
            in_runs += ((start + row[0], start + row[1], row[2], self._code(row[3])) for row in rows)
        places = changed.nonzero()[0]
        different, which = np.unique(source[places], return_inverse=True)
        codes = np.array([self._code(self._traces[chr(code)][0][3]) for code in different.tolist()], np.int64)[which]
        alone = np.stack((places, places + 1, np.ones_like(places), codes))
        if not in_runs:
            return alone
        joined = np.concatenate((alone, np.array(in_runs, np.int64).T), axis=1)
        return joined[:, joined[0].argsort(kind="stable")]

    def _code(self, steps: tuple[Step, ...]) -> int:
        return self._steps.setdefault(steps, len(self._steps))
