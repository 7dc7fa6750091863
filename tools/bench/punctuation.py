"""Print how fast and how well punctuation is restored and tidied, beside autocorrect (`pip install autocorrect-py`).

Speeds are megabytes of UTF-8 a second of the processor's time, the best of some runs; compare them within one run
only. The cases are read from `../shared/cases/punctuation` and `../shared/text` where they are present.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from normalize.config import Config
from normalize.profile import Profile
from normalize.punctuation import punctuate, stage
from normalize.punctuation.forward import fold, nfkc

SHARED = Path(__file__).parents[3] / "shared"
CASES = SHARED / "cases" / "punctuation"
SIZE = 2_000_000
#: Bytes of a page, and how many are timed.
PAGE = 20_000
_PAGES = 30
Convert = Callable[[str], str]


def main() -> int:
    """Print both tables; return 2 when there is nothing to measure with."""
    if not CASES.exists():
        print("the shared cases are not here: nothing to measure with", file=sys.stderr)
        return 2
    peers = _peers()
    print("speed, MB/s; and of a page of 20 KB the milliseconds that the stage takes")
    for name, text in _samples():
        region = "TW" if name.startswith("hant") else "CN"
        tidied = partial(punctuate, region=region, tidy=True)
        for kind, sample in (("clean", text), ("collapsed", fold(text))):
            speeds = {"punctuate": _speed(punctuate, sample), "stage": _speed(_staged, sample)}
            speeds["tidy"] = _speed(tidied, sample[: SIZE // 10])
            speeds |= {peer: _speed(convert, sample[: SIZE // 10]) for peer, convert in peers.items()}
            page, tidy_page = (_page_time(sample, options) for options in ({}, {"tidy": True, "region": region}))
            print(
                f"  {name:24}{kind:10}",
                *(f"{tool} {speed:.0f}" for tool, speed in speeds.items()),
                f" page {page:.3f} ms, tidy {tidy_page:.2f} ms",
            )
    print("restoring what a collapse took")
    rows = _read("restore")
    for collapse in (fold, nfkc):
        for tool, convert in {"punctuate": punctuate, **peers}.items():
            print(f"  {collapse.__name__:6}{tool:12}{_restoring(rows, convert, collapse)}")
    print(
        "hand-labelled kinds (a half to full, b full to half, c quotes, d ellipsis, dash, e spacing, f must not touch)"
    )
    for tool in ("punctuate", *peers):
        print(f"  {tool:12}{_labelled(_read('labelled'), peers.get(tool))}")
    print("other tools' own cases: exact, the same but for blanks, all")
    for path in sorted(CASES.glob("peer-*.jsonl")):
        print(f"  {path.stem.removeprefix('peer-'):18}{_agreement(_read(path.stem))}")
    return 0


def _samples() -> Iterator[tuple[str, str]]:
    """Yield some texts by name, and a part of every text that there is, joined."""
    joined = []
    for path in sorted((SHARED / "text").glob("*.txt.gz")):
        name = path.name.removesuffix(".txt.gz")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            text = lines.read(SIZE)
        joined.append(text[: SIZE // 20])
        if name in ("hans-prc_laws", "hant_tw-ly_gazette", "hant_hk-legco_hansard", "hans-react_cn"):
            yield name, text
    yield "all, joined", "\n".join(joined)


def _peers() -> dict[str, Convert]:
    try:
        import autocorrect_py  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        print("autocorrect-py is not installed: no peer to compare with", file=sys.stderr)
        return {}
    return {"autocorrect": autocorrect_py.format}


def _staged(text: str) -> str:
    return stage(text, Profile(text), Config()).text


def _page_time(text: str, options: dict[str, Any]) -> float:
    """Return how many milliseconds the stage takes for a page of about 20 KB, whose profile is known."""
    pages: list[str] = []
    for line in text[: SIZE // 4].splitlines(keepends=True):
        if not pages or len(pages[-1].encode()) > PAGE:
            pages.append("")
        pages[-1] += line
    config = Config(**options)
    profiles = [Profile(page) for page in pages[:_PAGES]]
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for profile in profiles:
            stage(profile.text, profile, config)
        best = min(best, time.process_time() - begin)
    return best / len(profiles) * 1000


def _speed(convert: Convert, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        convert(text)
        best = min(best, time.process_time() - begin)
    return len(text.encode()) / 1e6 / best


def _read(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def _restoring(rows: list[dict[str, str]], convert: Convert, collapse: Convert) -> str:
    hits = wrong = missed = exact = 0
    for row in rows:
        before, want = collapse(row["original"]), row["original"].replace("～", "~")
        got = convert(before)
        exact += got == want
        ours, theirs, damaged = Counter(got), Counter(want), Counter(before)
        for mark in "，；：！？（）":
            restored, needed = ours[mark] - damaged[mark], theirs[mark] - damaged[mark]
            hits += min(restored, needed)
            wrong += max(restored - needed, 0)
            missed += max(needed - restored, 0)
    precision, recall = hits / max(hits + wrong, 1), hits / max(hits + missed, 1)
    return f"P {precision:.4f}  R {recall:.4f}  sentences exact {exact / len(rows):.4f}"


def _labelled(rows: list[dict[str, str]], convert: Convert | None) -> str:
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for row in rows:
        kind = row["tags"][0]
        got = convert(row["input"]) if convert else punctuate(row["input"], region=row["region"], tidy=True)
        want = row["expected"]
        if kind in "abcd":
            got, want = "".join(got.split()), "".join(want.split())
        seen[kind] += 1
        right[kind] += got == want
    return "  ".join(f"{kind} {right[kind]}/{seen[kind]}" for kind in sorted(seen))


def _in_house_style(text: str, region: str) -> str:
    """Return the text as those want it who write 算力 (FLOPS)."""
    return stage(text, Profile(text), Config(target=None, tidy=True, region=region, brackets="half")).text


def _agreement(rows: list[dict[str, str]]) -> str:
    exact = alike = 0
    for row in rows:
        answers = {punctuate(row["input"])}
        answers |= {punctuate(row["input"], region=region, tidy=True) for region in (None, "CN", "TW")}
        answers |= {_in_house_style(row["input"], region) for region in ("CN", "TW")}
        exact += row["expected"] in answers
        alike += "".join(row["expected"].split()) in {"".join(answer.split()) for answer in answers}
    return f"{exact:4}{alike:5}{len(rows):5}"


if __name__ == "__main__":
    sys.exit(main())
