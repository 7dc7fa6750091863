"""The record of a conversion of long text: columns from arrays, as the conversion itself is made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from normalize.edits import NO_SPANS, Spans, Step
from normalize.script.arrays import Arrays
from normalize.script.lexicon import Plan
from normalize.script.trace import trace

_Column = npt.NDArray[np.int64]


class Record:
    """Collects the spans that the blocks of one text change.

    A character outside all runs becomes its default, for a reason that is worked out once for each different character;
    what happens in a run is traced once for each different run.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._steps: dict[tuple[Step, ...], int] = {}
        self._characters: dict[int, int] = {}
        self._runs: dict[str, list[tuple[int, int, int, int]]] = {}

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
            in_runs += ((start + row[0], start + row[1], *row[2:]) for row in self._run(text[start:end]))
        places = changed.nonzero()[0]
        different, which = np.unique(source[places], return_inverse=True)
        codes = np.array([self._character(code) for code in different.tolist()], np.int64)[which]
        alone = np.stack((places, places + 1, np.ones_like(places), codes))
        if not in_runs:
            return alone
        rows = np.concatenate((alone, np.array(in_runs, np.int64).T), axis=1)
        return rows[:, rows[0].argsort(kind="stable")]

    def _character(self, code: int) -> int:
        if code not in self._characters:
            found = trace(chr(code), self._plan)
            self._characters[code] = self._code(found.steps[found.codes[0]])
        return self._characters[code]

    def _run(self, run: str) -> list[tuple[int, int, int, int]]:
        if run not in self._runs:
            found = trace(run, self._plan)
            self._runs[run] = [
                (start, end, out_end - out_start, self._code(found.steps[code]))
                for start, end, out_start, out_end, code in found.rows()
            ]
        return self._runs[run]

    def _code(self, steps: tuple[Step, ...]) -> int:
        return self._steps.setdefault(steps, len(self._steps))
