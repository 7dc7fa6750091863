"""One large text converted in several threads.

NumPy gives up Python's lock in everything that takes long: looking up tables, comparing, taking and putting by places
(another thread goes on meanwhile; while text becomes code points or code points text it stands still). What holds the
lock is that, putting in runs that get another length, and runs that are met for the first time: of the processor's time
of one thread a tenth with s2t, an eighth with s2twp and a fifth with t2s, counted on five million characters. By that
count two threads take 0.55 to 0.6 of the time at best; it has not been timed on a machine with a core to spare. Each
block is converted into its part of one array, which becomes text at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from normalize.script.arrays import Arrays, Resized, spliced, string


def convert_in_threads(arrays: Arrays, blocks: Iterable[str], length: int, threads: int) -> str:
    """Return the blocks of a text of some length converted and put together."""
    out = np.empty(length, np.uint32)
    starts: list[int] = []
    with ThreadPoolExecutor(threads) as pool:
        tasks = []
        start = 0
        for block in blocks:
            starts.append(start)
            tasks.append(pool.submit(arrays.convert_into, block, out[start : start + len(block)]))
            start += len(block)
        resized: Resized = [
            (start + first, start + last, value)
            for start, task in zip(starts, tasks, strict=True)
            for first, last, value in task.result()
        ]
    return spliced(string(out), resized)
