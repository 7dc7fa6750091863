"""Measure the speed of script conversion beside its peers: the same text, taking turns, medians of ratios.

    python tools/bench/script_speed.py [--rounds 7] [--characters 5000000]

Prints, for each configuration, the median time of each converter and the median over the rounds of (its time / ours);
then two threads against one, many texts at once, and the start of each converter (import and first conversion) in a new
process. Shared cores drift by tens of percent, so only the ratios mean anything.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import statistics
import subprocess
import sys
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
    free = Worker("normalize", sys.executable)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # One core, for this process and its later children.
    workers = [Worker(peer, python) for peer in options.peers if (python := python_of(peer))]
    with tempfile.TemporaryDirectory() as folder:
        for name in options.configurations:
            path = Path(folder, name)
            path.write_text(dense(SCRIPTS[name], options.characters), "utf-8")
            for size in (options.characters, 100):
                if size == 100:
                    path.write_text(dense(SCRIPTS[name], 100_000), "utf-8")
                report(workers, f"{name}, {size} characters a call", options.rounds, name, str(path), size)
            path.write_text(dense(SCRIPTS[name], options.characters), "utf-8")
            report_threads(free, name, options.rounds, str(path))
            report_many(workers, name, options.rounds, str(path))
    for worker in (free, *workers):
        worker.close()
    for name in options.configurations:
        report_start(options.peers, name, options.rounds)


def report_threads(worker: Worker, name: str, rounds: int, path: str) -> None:
    """Print how much quicker two threads are than one."""
    conversions, arrays = [], []
    for _ in range(rounds + 1):
        one, two = (worker.ask(configuration=name, path=path, options={"threads": n})["seconds"] for n in (1, 2))
        conversions.append(one / two)
        one, two = (worker.ask(array_work=n)["seconds"] for n in (1, 2))
        arrays.append(one / two)
    gain = statistics.median(arrays[1:])
    # On a machine that others use a second thread may get no second core.
    print(
        f"{name}, two threads against one: {statistics.median(conversions[1:]):.2f}x (work of arrays alone {gain:.2f}x)"
    )


def report_many(workers: list[Worker], name: str, rounds: int, path: str) -> None:
    """Print the speed of many texts of 100 characters at once."""
    ours = next(worker for worker in workers if worker.peer == "normalize")
    answers = [ours.ask(configuration=name, path=path, piece=100, many=True) for _ in range(rounds + 1)][1:]
    speed = 100 / statistics.median(answer["seconds"] for answer in answers)
    print(f"{name}, many texts of 100 characters at once: {speed / 1e6:.1f} M characters/s")


def report_start(peers: list[str], name: str, rounds: int) -> None:
    """Print how long importing and a first short conversion take, each time in a new process."""
    for peer in peers:
        python = python_of(peer)
        assert python is not None
        command = [python, str(Path(__file__).with_name("script_peers.py")), peer, name]
        times = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(rounds)]
        print(f"{name}, start of {peer:14} {statistics.median(times) * 1e3:6.1f} ms")


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
