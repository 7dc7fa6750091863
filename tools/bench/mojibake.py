"""Print how much of each kind of damage is undone, at three sizes, beside ftfy, and how fast.

    python tools/bench/mojibake.py [--count 60] [--ftfy PYTHON]

Spans are taken from texts in `../shared/text` that the language model has not seen, damaged by the forward models, and
counted when they come back exactly. `--ftfy` names an interpreter that has ftfy 6; without it the column is empty.
Speeds are megabytes of UTF-8 a second of processor time; compare them within one run only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from normalize import repair
from normalize.mojibake.misread import After, Errors, misread

SHARED = Path(__file__).parents[3] / "shared"
SIZES = (8, 16, 64)
SIMPLIFIED = ("hans-debian_docs_cn", "hans-gnome_kde_ui_cn", "hans-sighan_msr")
TRADITIONAL = ("hant_hk-gnome_ui_hk", "hant_hk-sighan_cityu", "hant_tw-javascript_info_hant", "hant_tw-sinica_treebank")

#: Kind in the catalogue, read as, was, what becomes of unreadable bytes, what happens afterwards, how often.
KINDS: tuple[tuple[str, str, str, Errors, tuple[After, ...], int], ...] = (
    ("1 UTF-8 as cp1252", "cp1252", "utf-8", "strict", (), 1),
    ("1 UTF-8 as Latin-1", "latin-1", "utf-8", "strict", (), 1),
    ("2 NBSP made a blank", "cp1252", "utf-8", "strict", ("nbsp-space",), 1),
    ("3 NBSP stripped", "cp1252", "utf-8", "strict", ("stripped",), 1),
    ("4 C1 dropped, cp1252 (partly)", "cp1252", "utf-8", "strict", ("c1-dropped",), 1),
    ("5 UTF-8 as cp1252, twice", "cp1252", "utf-8", "strict", (), 2),
    ("5 UTF-8 as cp1252, three times", "cp1252", "utf-8", "strict", (), 3),
    ("6 UTF-8 as GB18030", "gb18030", "utf-8", "strict", (), 1),
    ("6 UTF-8 as cp936", "cp936", "utf-8", "strict", (), 1),
    ("7 odd byte to ?, next swallowed (partly)", "cp936", "utf-8", "swallow", (), 1),
    ("7 odd byte to U+FFFD (partly)", "gb18030", "utf-8", "replace", (), 1),
    ("7 odd byte dropped (partly)", "cp936", "utf-8", "ignore", (), 1),
    ("8 UTF-8 as GB18030, twice", "gb18030", "utf-8", "strict", (), 2),
    ("9 UTF-8 as Big5, marks (mostly lost)", "big5hkscs", "utf-8", "replace", (), 1),
    ("10 UTF-8 as cp932 (partly)", "cp932", "utf-8", "replace", (), 1),
    ("11 UTF-8 as cp437", "cp437", "utf-8", "strict", (), 1),
    ("12 UTF-8 as Mac Roman", "mac-roman", "utf-8", "strict", (), 1),
    ("13 UTF-8 as cp1251", "cp1251", "utf-8", "strict", (), 1),
    ("13 UTF-8 as KOI8-R", "koi8-r", "utf-8", "strict", (), 1),
    ("14 GB18030 as Latin-1", "latin-1", "gb18030", "strict", (), 1),
    ("15 GB18030 as cp437", "cp437", "gb18030", "strict", (), 1),
    ("15 GB18030 as cp866", "cp866", "gb18030", "strict", (), 1),
    ("15 GB18030 as cp1250", "cp1250", "gb18030", "strict", (), 1),
    ("15 GB18030 as ISO-8859-16", "iso8859-16", "gb18030", "strict", (), 1),
    ("15 GB18030 as Mac Roman", "mac-roman", "gb18030", "strict", (), 1),
    ("19 GB18030 as Big5", "big5hkscs", "gb18030", "strict", (), 1),
    ("19 GB18030 as Big5, marks (partly)", "cp950", "gb18030", "replace", (), 1),
    ("20 Big5 as GB18030", "gb18030", "big5hkscs", "strict", (), 1),
    ("21 Big5 as Latin-1", "latin-1", "big5hkscs", "strict", (), 1),
    ("21 Big5 as cp437", "cp437", "big5hkscs", "strict", (), 1),
    ("22 GB18030 as EUC-JP (partly)", "euc_jp", "gb18030", "strict", (), 1),
    ("22 GB18030 as Shift_JIS (partly)", "cp932", "gb18030", "strict", (), 1),
    ("22 GB18030 as EUC-KR (partly)", "cp949", "gb18030", "strict", (), 1),
    ("22 GB18030 as EUC-JP, marks (partly)", "euc_jp", "gb18030", "replace", (), 1),
    ("22 GB18030 as Shift_JIS, marks (partly)", "cp932", "gb18030", "replace", (), 1),
    ("22 GB18030 as EUC-KR, marks (partly)", "euc_kr", "gb18030", "replace", (), 1),
    ("23 UTF-16LE as UTF-16BE", "utf-16-be", "utf-16-le", "strict", (), 1),
    ("23 UTF-16LE as Latin-1", "latin-1", "utf-16-le", "strict", (), 1),
)
_PEER = "import sys, json, ftfy; json.dump([ftfy.fix_encoding(t) for t in json.load(sys.stdin)], sys.stdout)"


@cache
def text(name: str) -> str:
    """Return a text of the shared collection."""
    with gzip.open(SHARED / "text" / f"{name}.txt.gz", "rt", encoding="utf-8") as lines:
        return lines.read()


def spans(size: int, count: int, was: str) -> list[str]:
    """Return pieces of lines, mostly Han, of the script that the encoding is for."""
    chance = random.Random(size)
    names = {"gb18030": SIMPLIFIED, "big5hkscs": TRADITIONAL}.get(was, SIMPLIFIED + TRADITIONAL)
    found: list[str] = []
    while len(found) < count:
        source = text(chance.choice(names))
        start = chance.randrange(len(source) - size)
        piece = source[start : start + size].replace("\n", " ")
        if sum("\u4e00" <= c <= "\u9fff" for c in piece) >= 0.6 * size and piece == piece.strip():
            found.append(piece)
    return found


def damaged(piece: str, kind: tuple[str, str, str, Errors, tuple[After, ...], int]) -> str | None:
    """Return a piece damaged in one of the kinds, or None where it cannot be."""
    _, read_as, was, errors, after, times = kind
    found: str | None = piece
    for _ in range(times):
        found = None if found is None else misread(found, read_as, was, errors, after)
    return None if found == piece else found


def peer(python: str | None, texts: list[str]) -> list[str] | None:
    """Return what ftfy makes of texts, in its own interpreter; None without one."""
    if python is None:
        return None
    done = subprocess.run([python, "-c", _PEER], input=json.dumps(texts), capture_output=True, text=True, check=True)
    answer: list[str] = json.loads(done.stdout)
    return answer


def kinds(count: int, python: str | None) -> None:
    """Print the share of spans that come back exactly."""
    print(f"{'exact, % (ftfy)':42}" + "".join(f"{size:>16}" for size in SIZES))
    for kind in KINDS:
        row = f"{kind[0]:42}"
        for size in SIZES:
            pairs = [(piece, damaged(piece, kind)) for piece in spans(size, count, kind[2])]
            usable = [(piece, found) for piece, found in pairs if found is not None]
            if not usable:
                row += f"{'-':>16}"
                continue
            ours = sum(repair(found) == piece for piece, found in usable)
            theirs = peer(python, [found for _, found in usable])
            row += f"{100 * ours / len(usable):8.1f}"
            if theirs is None:
                row += " " * 8
            else:
                right = sum(out == piece for out, (piece, _) in zip(theirs, usable, strict=True))
                row += f" ({100 * right / len(usable):5.1f})"
        print(row, flush=True)


def speed(convert: Callable[[str], object], sample: str, runs: int = 3) -> float:
    """Return megabytes of UTF-8 a second, the best of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        convert(sample)
        best = min(best, time.process_time() - start)
    return len(sample.encode("utf-8", "replace")) / 1e6 / best


def speeds() -> None:
    """Print the speed on clean and on damaged text, the screen alone and the whole of `repair`."""
    from normalize.mojibake.screen import Screen
    from normalize.profile import Profile

    print("\nspeed, MB/s")
    for name in ("hans-prc_laws", "hant_hk-legco_hansard"):
        clean = text(name)[:3_000_000]
        profile = Profile(clean)
        profile.counts  # noqa: B018 - the profile is shared by all stages
        screen = speed(lambda text: Screen(text, profile).suspects(), clean)  # noqa: B023 - asked at once
        print(f"  {name:24} clean: screen {screen:6.0f}, repair {speed(repair, clean):6.1f}")
        part = clean[:60_000]
        for read_as, was in (("cp1252", "utf-8"), ("latin-1", "gb18030")):
            found = misread(part, read_as, was)
            if found is not None:
                print(f"  {name:24} {was} read as {read_as}: {speed(repair, found, 1):6.2f}")
        found = misread(part[:6_000], "cp936", "utf-8", "swallow")
        print(f"  {name:24} utf-8 read as cp936, bytes lost: {speed(repair, found or '', 1):6.2f}")


def main() -> int:
    """Print both tables; return 2 when there is nothing to measure with."""
    parser = argparse.ArgumentParser(description="Measure the repair of misread text.")
    parser.add_argument("--count", type=int, default=60, help="spans for each kind and size")
    parser.add_argument("--ftfy", metavar="PYTHON", help="an interpreter that has ftfy")
    options = parser.parse_args()
    if not SHARED.exists():
        print("the shared texts are not here: nothing to measure with", file=sys.stderr)
        return 2
    kinds(options.count, options.ftfy)
    speeds()
    return 0


if __name__ == "__main__":
    sys.exit(main())
