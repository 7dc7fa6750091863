"""The demonstration: normalise the sample corpus, show what came out, and compare it with what must come out.

make demo
"""

from __future__ import annotations

import difflib
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.encoding import decode
from normalize.show import Progress, summary

ROOT = Path(__file__).parent.parent
DOCUMENTS = ROOT / "corpus" / "documents"
EXPECTED = ROOT / "corpus" / "expected"
OUTPUT = ROOT / "demo-output"
TARGET = "zh-Hant-TW"
#: Lines shown, and the most that is shown of each.
LINES, WIDTH = 12, 60


def main() -> int:
    """Run the job; return 1 when an output is not what it must be."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    job = Job(DOCUMENTS, OUTPUT, Config(target=TARGET))
    with Progress(job) as progress:
        result = run(job, workers=2, on_record=progress.advance)
    console = Console(highlight=False, markup=False, emoji=False)
    show_lines(console)
    console.print()
    summary(result, OUTPUT)
    wrong = [path for path in sorted(EXPECTED.rglob("*")) if path.is_file() and not check(console, path)]
    total = sum(path.is_file() for path in EXPECTED.rglob("*"))
    verdict = f"{total - len(wrong)} of {total} documents came out as expected"
    console.print(Text(verdict, "bold red" if wrong else "bold green"))
    return 1 if wrong else 0


def show_lines(console: Console) -> None:
    """Print the line that changed most in each of some documents, before and after."""
    shown = 0
    for path in sorted(DOCUMENTS.rglob("*")):
        output = OUTPUT / path.relative_to(DOCUMENTS)
        if shown == LINES or not output.is_file():
            continue
        before = decode(path.read_bytes()).text.splitlines()
        after = output.read_text("utf-8").splitlines()
        if len(before) != len(after):
            continue
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        if pairs:
            most = min(pairs, key=lambda pair: difflib.SequenceMatcher(None, *pair).quick_ratio())
            console.print(Text(str(path.relative_to(DOCUMENTS)), "bold"))
            console.print(Text(f"  {most[0][:WIDTH]}", "red"))
            console.print(Text(f"  {most[1][:WIDTH]}", "green"))
            shown += 1


def check(console: Console, expected: Path) -> bool:
    """Compare one output with what it must be, and print where they differ."""
    output = OUTPUT / expected.relative_to(EXPECTED)
    wanted = expected.read_bytes()
    found = output.read_bytes() if output.is_file() else b""
    if found == wanted:
        return True
    console.print(Text(f"differs from what is expected: {expected.relative_to(EXPECTED)}", "red"))
    lines = zip(wanted.decode().splitlines(), found.decode("utf-8", "replace").splitlines(), strict=False)
    for number, (a, b) in enumerate(lines, 1):
        if a != b:
            console.print(f"  line {number}\n    expected {a[:WIDTH]}\n    found    {b[:WIDTH]}")
            break
    return False


if __name__ == "__main__":
    sys.exit(main())
