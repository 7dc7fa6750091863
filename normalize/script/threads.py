"""One large text converted in several threads.

NumPy gives up Python's lock in everything that takes long: looking up tables, comparing, taking and putting by places.
What holds it is turning text into code points and back, putting in runs that get another length, and runs that are met
for the first time. That is a tenth of the time that one thread takes with s2t, and a fifth with t2s and s2twp (measured
on five million characters), so that two threads need at least 0.55 and 0.6 of it. Each block is converted into its part
of one array, which becomes text at once.
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
