"""How likely a name is: foreign names as they are written in Chinese, and Chinese ones of a surname and a given name.

Costs are in nats: the lower, the likelier. Characters are Simplified.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import cache, lru_cache
from math import log

from normalize.data import read_bytes

#: Names, and parts of foreign ones, are no longer than this.
LONGEST = 6
#: What stands for the beginning and the end of a part of a foreign name.
BEGINNING, END = "^", "$"
#: How many names of places the name of a person counts for.
_PERSON = 10
#: How much each character that was seen to follow says for those that were not, in occurrences.
_KINDS = 4.0
#: What a character counts as that no name was seen with, in occurrences.
_UNSEEN = 1.0
#: What a character costs in a Chinese given name that none of 50,000 was seen with.
_UNKNOWN = 12.0
#: Two of nine names have one character after the surname.
_SHORT, _LONG = 1.5, 0.25


@cache
def _lines() -> list[str]:
    return zlib.decompress(read_bytes("names.bin")).decode("utf-8").split("\n")


@cache
def _followers() -> dict[str, Counter[str]]:
    """Return what follows two characters of a foreign name, one, and none, with how often."""
    found: dict[str, Counter[str]] = {"": Counter()}
    for line, weight in ((3, _PERSON), (4, 1)):
        for name in _lines()[line].split():
            known = BEGINNING
            for character in name + END:
                for context in (known[-2:], known[-1], "") if len(known) > 1 else (known, ""):
                    if context not in found:
                        found[context] = Counter()
                    found[context][character] += weight
                known += character
    return found


def foreign(before: str, character: str) -> float:
    """Return what a character of a foreign name, or its end, costs after what is before it in the name.

    >>> foreign("杰克", "逊") < foreign("杰克", "是")
    True
    """
    return _foreign((BEGINNING + before)[-2:], character)


@lru_cache(1 << 16)
def _foreign(context: str, character: str) -> float:
    return -log(_share(context, character))


def whole(name: str) -> float:
    """Return what a foreign name costs, or the part of one between dots.

    >>> whole("杰克") < whole("学生")
    True
    """
    return sum(foreign(name[:i], (name + END)[i]) for i in range(len(name) + 1))


def _share(context: str, character: str) -> float:
    counts = _followers().get(context)
    if not context:
        assert counts is not None
        return (counts[character] or _UNSEEN) / counts.total()
    shorter = _share(context[1:], character)
    if counts is None:
        return shorter
    kinds = _KINDS * len(counts)
    return (counts[character] + kinds * shorter) / (counts.total() + kinds)


@cache
def _costs(line: int) -> dict[str, float]:
    counts = Counter({x: int(number or 1) for x, number in re.findall(r"(\D)(\d*)", _lines()[line])})
    total = float(counts.total())
    return {character: -log(count / total) for character, count in counts.items()}


def native(name: str) -> float | None:
    """Return what a Chinese name costs, of a surname and one or two characters; None for what has no surname.

    >>> native("张丽华") < native("张是的")
    True
    """
    surname = _costs(0).get(name[0])
    if surname is None:
        return None
    last = _costs(2).get(name[-1], _UNKNOWN)
    return surname + last + (_SHORT if len(name) == 2 else _LONG + _costs(1).get(name[1], _UNKNOWN))
