"""Compare our conversion with OpenCC's official binding, character by character, under all configurations.

    python tools/bench/script_exact.py [--characters 20000000] [--random 20000]

The text is that of ../shared/text, all sources in both scripts, and of its cases of clean text and of conversion (23.6
million characters); and random text rich in keys of the dictionaries, fragments of keys, description sequences and
characters beyond the BMP. NUL and lone surrogates are left out: the binding ends at the one and refuses the other. The
exit code is 1 when anything differs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from script_peers import Worker, python_of

from normalize.script import lexicon
from normalize.script.converter import Converter

SHARED = Path(__file__).parents[3] / "shared"


def sample_text(characters: int) -> str:
    """Return so many characters of the sample text, the same part of each source."""
    texts = [gzip.decompress(path.read_bytes()).decode("utf-8") for path in sorted(SHARED.glob("text/*.txt.gz"))]
    for folder in ("clean", "script"):
        texts += map(_strings, sorted(SHARED.glob(f"cases/{folder}/*.jsonl*")))
    part = min(1.0, characters / max(1, sum(map(len, texts))))
    return "\n".join(text[: round(len(text) * part)] for text in texts)


def _strings(path: Path) -> str:
    """Return the text that a file of cases has."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return "\n".join(value for line in lines for value in json.loads(line).values() if isinstance(value, str))


def random_text(name: str, pieces: int, seed: int) -> str:
    """Return random text of what a configuration has keys for."""
    source = random.Random(f"{name} {seed}")
    keys = sorted({key for m in lexicon.load(name).matchers for d in m.dictionaries() for key in d.entries})
    found: list[str] = []
    for _ in range(pieces):
        key = source.choice(keys)
        start = source.randrange(len(key))
        kinds = (
            key,
            key[start : start + source.randint(1, 4)],
            "".join(source.choice(keys)[0] for _ in range(source.randint(1, 20))),
            chr(source.randrange(0x2FF0, 0x3000)) * source.choice((1, 1, 1, 2, 17)),
            source.choice("，\na😀𫖯𠀀豈"),
        )
        found.append(source.choices(kinds, (6, 4, 2, 1, 1))[0])
    return "".join(found)


def differences(worker: Worker, name: str, text: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each line that OpenCC converts otherwise than we do: the line, OpenCC's conversion and ours."""
    source, output = folder / "source.txt", folder / "output.txt"
    with open(source, "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
    worker.ask(configuration=name, path=str(source), output=str(output))
    with open(output, encoding="utf-8", newline="") as opened:
        theirs = opened.read()
    ours = Converter(lexicon.load(name)).convert(text)
    if theirs != ours:
        lines = zip(text.split("\n"), theirs.split("\n"), ours.split("\n"), strict=True)
        yield from (line for line in lines if line[1] != line[2])


def main() -> None:
    """Compare everything and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=20_000_000)
    parser.add_argument("--random", type=int, default=20_000)
    parser.add_argument("--configurations", nargs="*", default=lexicon.CONFIGURATIONS)
    options = parser.parse_args()
    python = python_of("opencc")
    assert python is not None
    worker = Worker("opencc", python)
    sample = sample_text(options.characters)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in options.configurations:
            for text in (sample, random_text(name, options.random, seed=0)):
                found = list(differences(worker, name, text, Path(folder)))
                count += len(found)
                print(f"{name:6} {len(text):10} characters, {len(found)} lines differ", flush=True)
                for line, theirs, ours in found[:5]:
                    print(f"    {line}\n    {theirs}  (OpenCC)\n    {ours}  (ours)")
    worker.close()
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
