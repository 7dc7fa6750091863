"""Print how often the script of a text is told rightly, by length, beside hanzidentifier.

    python tools/bench/identify.py [--texts ../shared/text] [--peers PYTHON] [--number N]

Windows of Han characters are cut out of the texts: Simplified and Traditional as their source is, mixed (a Traditional
window of which the first half was converted to Simplified by OpenCC, and both halves change when converted), and none
(windows that OpenCC changes in neither direction). `--confidence` prints what the confidence of `identify` is worth.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from normalize.script import convert, identify

TEXTS = Path(__file__).parent.parent.parent / ".." / "shared" / "text"
LENGTHS = (5, 10, 20, 50, 100)
LABELS = ("Hans", "Hant", "mixed", "none")
#: What the peer's numbers mean.
PEER = """
import json, sys, hanzidentifier as h
names = {h.SIMPLIFIED: "Hans", h.TRADITIONAL: "Hant", h.MIXED: "mixed", h.BOTH: "none", h.UNKNOWN: "none"}
json.dump([names[h.identify(text)] for text in json.load(sys.stdin)], sys.stdout)
"""


def windows(texts: list[str], length: int, chance: random.Random) -> Iterator[str]:
    """Yield windows of Han characters from all over the texts, without end."""
    while True:
        text = chance.choice(texts)
        start = chance.randrange(len(text) - length)
        yield text[start : start + length]


def samples(texts: dict[str, list[str]], length: int, number: int) -> list[tuple[str, str]]:
    """Return texts with their labels, as many of each label."""
    chance = random.Random(length)
    found: list[tuple[str, str]] = []
    hans, hant = windows(texts["Hans"], length, chance), windows(texts["Hant"], length, chance)
    wanted = dict.fromkeys(LABELS, number)
    tries = 0
    while any(wanted.values()) and tries < 200 * number:
        tries += 1
        for label, text in (("Hans", next(hans)), ("Hant", next(hant))):
            name = "none" if text == convert(text, "t2s") == convert(text, "s2t") else label
            if wanted[name]:
                wanted[name] -= 1
                found.append((text, name))
        text = next(hant)
        half = length // 2
        first, rest = convert(text[:half], "t2s"), text[half:]
        if wanted["mixed"] and convert(first, "s2t") != first and convert(rest, "t2s") != rest:
            wanted["mixed"] -= 1
            found.append((first + rest, "mixed"))
    return found


def read(folder: Path) -> dict[str, list[str]]:
    """Return the Han characters of the texts, by script."""
    texts: dict[str, list[str]] = {"Hans": [], "Hant": []}
    for line in (folder / "sources.jsonl").read_text("utf-8").splitlines():
        source = json.loads(line)
        text = gzip.decompress((folder / source["file"]).read_bytes()).decode("utf-8")[:500_000]
        texts["Hans" if source["script"] == "hans" else "Hant"].append("".join(re.findall("[\u3400-\u9fff]+", text)))
    return texts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--peers")
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--confidence", action="store_true")
    arguments = parser.parse_args()
    texts = read(arguments.texts)
    believed: Counter[float] = Counter()
    right: Counter[float] = Counter()
    for length in LENGTHS:
        cases = samples(texts, length, arguments.number)
        answers = {"ours": [identify(text).label for text, _ in cases]}
        if arguments.peers:
            source = json.dumps([text for text, _ in cases])
            command = [arguments.peers, "-c", PEER]
            done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
            answers["hanzidentifier"] = json.loads(done.stdout)
        for name, labels in answers.items():
            shares = []
            for label in LABELS:
                own = [told == label for told, (_, wanted) in zip(labels, cases, strict=True) if wanted == label]
                if own:
                    shares.append(f"{label} {100 * sum(own) / len(own):5.1f} %")
            print(f"{length:4} characters  {name:15}", "  ".join(shares))
        for text, wanted in cases:
            told = identify(text)
            believed[round(told.confidence, 2)] += 1
            right[round(told.confidence, 2)] += told.label == wanted
    if arguments.confidence:
        for confidence, number in sorted(believed.items()):
            print(f"confidence {confidence:.2f}: right {100 * right[confidence] / number:.1f} % of {number}")


if __name__ == "__main__":
    main()
