"""One large text converted in several threads.

NumPy gives up Python's lock in operations on arrays, which is worth it only where they are long: timed with two
threads, operations of 50 µs get 1.8 times as quick, and those of 5 µs three times as slow, because each thread waits
for the other to wake up. So threads work on large blocks, and one at a time is busy with the few characters that are
left to be looked at. What holds the lock is taking a block from the text and making text of the result: a fifth of all
with t2s, less with others; the threads do that while others work on arrays, but for the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock

import numpy as np

from normalize.script.arrays import Arrays, string
from normalize.script.splicing import spliced
from normalize.script.workspace import Workspace

#: Characters of which the defaults are looked up at once: an operation of 0.3 ms.
_STRETCH = 1 << 18
#: Operations on fewer places than these are short.
_FEW = 1 << 14


def convert_in_threads(arrays: Arrays, text: str, cuts: Sequence[tuple[int, int]], threads: int) -> str:
    """Return a text converted, given where the blocks begin and end that it may be cut into."""
    with ThreadPoolExecutor(threads - 1) as pool:
        work = _Work(arrays, text, cuts)
        others = [pool.submit(work.go_on) for _ in range(threads - 1)]
        work.go_on()
        for other in others:
            other.result()
    return work.result()


class _Work:
    """A conversion that several threads take blocks from, until there are no more."""

    def __init__(self, arrays: Arrays, text: str, cuts: Sequence[tuple[int, int]]) -> None:
        self._arrays = arrays
        self._text = text
        self._cuts = cuts
        self._waiting = iter(range(len(cuts)))
        self._turn = Lock()
        # Blocks that keep their length are written here, and become text together.
        self._out = np.empty(len(text), np.uint32)
        self._others: dict[int, str] = {}

    def go_on(self) -> None:
        """Convert blocks."""
        space = Workspace.of(max(end - start for start, end in self._cuts), _STRETCH)
        for index in self._waiting:
            start, end = self._cuts[index]
            block = space.holding(self._text[start:end], self._out[start:end])
            starts = self._arrays.defaults(block)
            if starts.size:
                with self._turn if starts.size < _FEW else nullcontext():
                    resized = self._arrays.exceptions(block, starts)
                if resized:
                    self._others[index] = string(spliced(block.out, resized))

    def result(self) -> str:
        """Return the blocks put together."""
        if not self._others:
            return string(self._out)
        parts = (
            self._others.get(index) or string(self._out[start:end]) for index, (start, end) in enumerate(self._cuts)
        )
        return "".join(parts)
