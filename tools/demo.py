"""The demonstration: normalise the sample corpus, show what came out, and compare it with what must come out.

make demo
"""

from __future__ import annotations

import difflib
import shutil
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

from build_corpus import recipe, unpacked
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
    documents = recipe()
    wrong = [item["path"] for item in documents if not check(console, item)]
    verdict = f"{len(documents) - len(wrong)} of {len(documents)} documents came out as expected"
    console.print(Text(verdict, "bold red" if wrong else "bold green"))
    return 1 if wrong else 0


def show_lines(console: Console) -> None:
    """Print the line that changed most in each of some documents, before and after."""
    shown = 0
    for name in [item["path"] for item in recipe() if "pack" not in item]:
        path, output = DOCUMENTS / name, OUTPUT / name
        if shown == LINES or not output.is_file():
            continue
        before = decode(path.read_bytes()).text.splitlines()
        after = output.read_text("utf-8").splitlines()
        if len(before) != len(after):
            continue
        pairs = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        if pairs:
            most = min(pairs, key=lambda pair: difflib.SequenceMatcher(None, *pair).quick_ratio())
            console.print(Text(name, "bold"))
            console.print(Text(f"  {most[0][:WIDTH]}", "red"))
            console.print(Text(f"  {most[1][:WIDTH]}", "green"))
            shown += 1


def check(console: Console, item: dict[str, Any]) -> bool:
    """Compare one output with what it must be, part by part, and print where they differ."""
    output, expected = OUTPUT / item["path"], EXPECTED / item["path"]
    found = unpacked(output.read_bytes(), item) if output.is_file() else {}
    wanted = {name: (expected / name if name else expected).read_bytes() for name in found}
    if found and found == wanted:
        return True
    console.print(Text(f"differs from what is expected: {item['path']}", "red"))
    for name in found:
        pairs = zip(wanted[name].splitlines(), found[name].splitlines(), strict=False)
        for number, (a, b) in enumerate(pairs, 1):
            if a != b:
                console.print(f"  {name} line {number}")
                lines = [line.decode("utf-8", "replace") for line in (a, b)]
                same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*lines, strict=False)))
                start = max(same - WIDTH // 4, 0)
                for word, line in zip(("expected", "found"), lines, strict=True):
                    console.print(f"    {word:8} {line[start : start + WIDTH]}")
                break
    return False


if __name__ == "__main__":
    sys.exit(main())
