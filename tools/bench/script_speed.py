"""Measure the speed of script conversion beside its peers: the same text, taking turns, medians of ratios.

    python tools/bench/script_speed.py [--rounds 7] [--characters 5000000]

Prints, for each configuration, the median time of each converter and the median over the rounds of (its time / ours).
Two shared cores drift by tens of percent, so only the ratios mean anything.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import statistics
import tempfile
from pathlib import Path

from script_peers import PEERS, Worker, python_of

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "text"
SCRIPTS = {"s2t": "hans", "t2s": "hant", "s2twp": "hans"}


def dense(script: str, characters: int) -> str:
    """Return Chinese characters and marks alone from the sample text of a script, repeated as often as needed."""
    found: list[str] = []
    for path in sorted(SHARED.glob(f"{script}*.txt.gz")):
        found.append(re.sub("[^\u4e00-\u9fff，。、；：？！\n]", "", gzip.decompress(path.read_bytes()).decode("utf-8")))
    text = "".join(found)
    return (text * (characters // len(text) + 1))[:characters]


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--characters", type=int, default=5_000_000)
    parser.add_argument("--peers", nargs="*", default=[peer for peer in PEERS if peer != "opencc-python"])
    parser.add_argument("--configurations", nargs="*", default=list(SCRIPTS))
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # One core, for this process and its children.
    workers = [Worker(peer, python) for peer in options.peers if (python := python_of(peer))]
    with tempfile.TemporaryDirectory() as folder:
        for name in options.configurations:
            path = Path(folder, name)
            path.write_text(dense(SCRIPTS[name], options.characters), "utf-8")
            for size in (options.characters, 100):
                if size == 100:
                    path.write_text(dense(SCRIPTS[name], 100_000), "utf-8")
                report(workers, f"{name}, {size} characters a call", options.rounds, name, str(path), size)
    for worker in workers:
        worker.close()


def report(workers: list[Worker], title: str, rounds: int, name: str, path: str, piece: int) -> None:
    """Let the converters take turns on a text and print how they compare."""
    times: dict[str, list[float]] = {worker.peer: [] for worker in workers}
    for turn in range(rounds + 1):
        for worker in workers:
            seconds = worker.ask(configuration=name, path=path, piece=piece)["seconds"]
            if turn:  # The first turn loads dictionaries.
                times[worker.peer].append(seconds)
    print(title)
    ours = times["normalize"]
    for peer, found in times.items():
        ratio = statistics.median(theirs / own for theirs, own in zip(found, ours, strict=True))
        median = statistics.median(found)
        print(f"  {peer:14} {median * 1e3:10.4f} ms {piece / median / 1e6:8.1f} M characters/s   ours is {ratio:5.2f}x")


if __name__ == "__main__":
    main()
