"""Measure the whole pipeline: everything on, by stage, and what explaining costs.

    python tools/bench/pipeline.py [--rounds 5]

Clean Simplified text of ../shared/text to `zh-Hant`: one text of five million characters, pages of 20 KB, paragraphs.
OpenCC's s2tw alone converts the same text in the same run where its binding is installed (see script_peers.py).
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from script_peers import Worker, python_of

from normalize import Normalizer
from normalize.profile import Profile

TEXTS = Path(__file__).parent.parent.parent.parent / "shared" / "text"
SOURCES = ("hans-sighan_msr", "hans-prc_laws")
PAGE = 7000  # characters, about 20 KB


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_stage(normalizer: Normalizer, text: str) -> dict[str, float]:
    """Return how many seconds each stage takes for a text, its profile included."""
    profile = Profile(text)
    found = {"profile": timed(lambda: profile.counts)}
    for stage in normalizer.stages.values():
        start = time.perf_counter()
        output = stage(profile.text, profile, normalizer.config).text
        found[stage.__module__.split(".")[1]] = time.perf_counter() - start
        if output != profile.text:
            profile = Profile(output)
    return found


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    whole = "".join(gzip.decompress((TEXTS / f"{name}.txt.gz").read_bytes()).decode() for name in SOURCES)[:5_000_000]
    size = len(whole.encode()) / 1e6
    normalizer = Normalizer(target="zh-Hant")
    normalizer.normalize(whole[:100_000])
    stages = [by_stage(normalizer, whole) for _ in range(rounds)]
    for name in stages[0]:
        print(f"{name:14}{size / statistics.median(row[name] for row in stages):8.0f} MB/s")
    ratios, speeds = [], []
    python = python_of("opencc")
    peer = Worker("opencc", python) if python else None
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(whole)
        file.flush()
        for _ in range(rounds):
            ours = timed(lambda: normalizer.normalize(whole))
            speeds.append(size / ours)
            if peer:
                ratios.append(peer.ask(configuration="s2tw", path=file.name)["seconds"] / ours)
    if peer:
        peer.close()
    beside = f", {statistics.median(ratios):.2f} times OpenCC's s2tw alone" if ratios else ""
    print(f"{'together':14}{statistics.median(speeds):8.0f} MB/s{beside}")
    pages = [whole[start : start + PAGE] for start in range(0, 60 * PAGE, PAGE)]
    paragraphs = list(islice((line for line in whole.splitlines() if len(line) > 60), 300))
    for name, texts in (("one text", [whole[:300_000]]), ("pages", pages), ("paragraphs", paragraphs)):
        rows = []
        for _ in range(rounds + 1):  # the first makes everything ready
            plain = timed(lambda texts=texts: [normalizer.normalize(text) for text in texts])  # type: ignore[misc]
            full = timed(lambda texts=texts: [normalizer.explain(text) for text in texts])  # type: ignore[misc]
            rows.append((plain, full / plain))
        plain, ratio = (statistics.median(column) for column in zip(*rows[1:], strict=True))
        print(f"{name:14}{plain / len(texts) * 1e3:8.2f} ms each, explained {ratio:.2f} times as long")


if __name__ == "__main__":
    main()
