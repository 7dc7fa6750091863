"""How fast a folder is normalised, on one core and on two, and where the time goes.

    python tools/bench/corpus.py [--files 10000] [--size 20000] [--format txt] [--profile]

Prints documents and megabytes a second with one worker process and with two, and the ratio. Never fails on a clock.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import os
import pstats
import random
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.profile import Class, Profile

ORIGINALS = Path(__file__).parents[2] / "corpus" / "originals"


def sentences() -> list[str]:
    """Return the Simplified lines of the sample corpus: clean pages in one script are what most folders hold."""
    texts = (path.read_text("utf-8") for path in sorted(ORIGINALS.rglob("*.txt")))
    lines = [line for text in texts for line in text.splitlines() if len(line) > 20 and "(" not in line]
    profiles = ((line, Profile(line)) for line in lines)
    return [line for line, profile in profiles if profile.count(Class.HANS) > 3 and not profile.has(Class.HANT)]


def build(folder: Path, files: int, size: int, kind: str) -> int:
    """Write files of about `size` bytes, each with other lines; return the bytes of text."""
    lines = sentences()
    choose = random.Random(7)
    total = 0
    for number in range(files):
        picked: list[str] = []
        length = 0
        while length < size:
            line = choose.choice(lines)
            picked.append(line)
            length += len(line.encode()) + 1
        if kind == "html":
            text = "<!DOCTYPE html><meta charset=utf-8>" + "".join(f"<p>{line}</p>\n" for line in picked)
        elif kind.startswith("jsonl"):
            text = "".join(f'{{"id": {i}, "text": "{line}"}}\n' for i, line in enumerate(picked))
        else:
            text = "\n".join(picked) + "\n"
        path = folder / f"{number // 1000:03}" / f"{number:06}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        total += len(data)
        path.write_bytes(gzip.compress(data, 6) if kind.endswith(".gz") else data)
    return total


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--format", default="txt", help="txt, html, jsonl, jsonl.gz")
    parser.add_argument("--profile", action="store_true", help="one process, with a profile")
    parser.add_argument("--target", default="zh-Hant")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        total = build(root / "in", arguments.files, arguments.size, arguments.format)
        print(f"{arguments.files} files, {total / 1e6:.1f} MB, {os.cpu_count()} cores")
        if arguments.profile:
            profile = cProfile.Profile()
            profile.runcall(run, Job(root / "in", root / "out", Config(target=arguments.target)), 0)
            pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(35)
            return 0
        seconds = {}
        for workers in (1, 2):
            start = perf_counter()
            # Each run has a folder of its own: a file system that has just deleted files is slow to make new ones.
            run(Job(root / "in", root / f"out{workers}", Config(target=arguments.target)), workers, resume=False)
            seconds[workers] = perf_counter() - start
            rate = arguments.files / seconds[workers], total / 1e6 / seconds[workers]
            print(f"{workers} workers: {seconds[workers]:.2f} s, {rate[0]:.0f} documents/s, {rate[1]:.1f} MB/s")
        print(f"two against one: {seconds[1] / seconds[2]:.2f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
