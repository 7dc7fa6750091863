"""Build normalize/data/pinyin.txt: the readings of the Han characters of cp936, from the package pypinyin (MIT).

One line a syllable: the syllable with its tone mark, a tab, the characters read so in code point order.

    pip install pypinyin && python tools/build_pinyin.py
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "pinyin.txt"


def in_cp936(character: str) -> bool:
    """Tell whether a character has two bytes in GBK."""
    try:
        return len(character.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


def main() -> None:
    """Write the table."""
    characters: dict[str, set[str]] = defaultdict(set)
    for code, readings in PINYIN_DICT.items():
        if in_cp936(chr(code)):
            for syllable in readings.split(","):
                characters[syllable].add(chr(code))
    lines = ["# Readings of the Han characters of cp936, from pypinyin (MIT): syllable, tab, characters."]
    lines += [f"{syllable}\t{''.join(sorted(found))}" for syllable, found in sorted(characters.items())]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TARGET}: {len(characters)} syllables, {sum(map(len, characters.values()))} readings")


if __name__ == "__main__":
    main()
