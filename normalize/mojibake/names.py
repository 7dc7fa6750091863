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
def _counts(length: int) -> dict[str, int]:
    """Return how often each run of so many characters stands in foreign names, ends included."""
    persons, places = (f"{BEGINNING}{line.replace(' ', END + BEGINNING)}{END}" for line in _lines()[3:])
    found = Counter([places[i : i + length] for i in range(len(places) - length + 1)])
    for run, count in Counter([persons[i : i + length] for i in range(len(persons) - length + 1)]).items():
        found[run] += _PERSON * count
    return found


@cache
def _kinds(length: int) -> dict[str, int]:
    """Return how many characters were seen to follow each run of so many."""
    return Counter([run[:-1] for run in _counts(length + 1)])


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
    counts = _counts(len(context) + 1)
    if not context:
        return (counts.get(character) or _UNSEEN) / _total()
    shorter = _share(context[1:], character)
    total = _counts(len(context)).get(context)
    if total is None:
        return shorter
    kinds = _KINDS * _kinds(len(context)).get(context, 0)
    return (counts.get(context + character, 0) + kinds * shorter) / (total + kinds)


@cache
def _total() -> int:
    counts = _counts(1)
    return sum(counts.values()) - counts[BEGINNING]


@cache
def _costs(line: int) -> dict[str, float]:
    counts = Counter({x: int(number or 1) for x, number in re.findall(r"(\D)(\d*)", _lines()[line])})
    total = float(counts.total())
    return {character: -log(count / total) for character, count in counts.items()}


def surname(character: str) -> float | None:
    """Return what a surname costs; None for what is none."""
    return _costs(0).get(character)


def given(character: str) -> float:
    """Return what a given name costs but for its last character: what is before that, or nothing."""
    return _LONG + _costs(1).get(character, _UNKNOWN) if character else _SHORT


def last(character: str) -> float:
    """Return what the last character of a given name costs.

    >>> last("华") < last("的")
    True
    """
    return _costs(2).get(character, _UNKNOWN)
