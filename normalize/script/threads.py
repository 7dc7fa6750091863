"""One large text converted in several threads.

NumPy gives up Python's lock in operations on arrays, so threads gain as long as they seldom ask for the lock at the
same time: one that finds it taken sleeps, and 0.1 ms pass until it is awake again. Measured, of the 4.7 ms that a
million characters take with t2s: what holds the lock is taking the characters from a text (0.25 ms, in stretches, so
that others get their turn), making text of the result (0.45 ms), and putting the blocks together (0.15 ms, which nobody
shares); the defaults (2 ms) and most of the rest leave it alone. So blocks are large; and where few places are left to
be looked at, by operations that are over before another thread could begin anything, one thread at a time has its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock

from normalize.script.arrays import Arrays, string
from normalize.script.splicing import spliced
from normalize.script.workspace import Workspace

#: Characters of which the defaults are looked up at once: operations of 0.2 to 0.4 ms. With half of it two threads were
#: 1.42, 1.40 and 1.36 times as quick as one (s2t, s2twp, t2s; medians), so 1.59, 1.37 and 1.55 times.
_STRETCH = 1 << 19
#: Operations on fewer places than these are short.
_FEW = 1 << 14


def convert_in_threads(arrays: Arrays, text: str, cuts: Sequence[tuple[int, int]], threads: int) -> str:
    """Return a text converted, given where the blocks begin and end that it may be cut into."""
    waiting = iter(range(len(cuts)))
    done = [""] * len(cuts)
    largest = max(end - start for start, end in cuts)
    turn = Lock()

    def work() -> None:
        """Convert blocks until there are no more."""
        space = Workspace.of(largest, _STRETCH)
        for index in waiting:
            start, end = cuts[index]
            block = space.of_size(end - start)
            starts = arrays.defaults(text, start, block)
            with turn if starts.size < _FEW else nullcontext():
                resized = arrays.exceptions(block, starts)
            done[index] = string(spliced(block.out, resized))

    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(work) for _ in range(threads - 1)]
        work()
        for other in others:
            other.result()
    return "".join(done)
