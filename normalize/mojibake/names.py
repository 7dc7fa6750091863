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
#: How many names of places the name of a person counts for, and how much each character that was seen to follow says
#: for those that were not, in occurrences. Measured on the characters of 79 pairs of names left out of the data, a byte
#: of each hidden: the right one came first in 715 of 1,007 with 5 and 12, in 701 with 10 and 4.
_PERSON = 5
_KINDS = 12.0
#: What a character counts as that no name was seen with, in occurrences.
_UNSEEN = 1.0
#: What a character counts as that is in no Chinese given name, and of how many such there are.
_UNSEEN_GIVEN, _RARE = 0.1, 6000
#: How much the given names of two characters say about those of one, and each last character that was seen after a
#: first one about those that were not, in occurrences. Measured on Chinese names of texts that the data has not seen, a
#: byte of each character hidden: the right one came first in 77 of 192; with first and last counted apart, in 61.
_AS_LAST, _GIVEN_KINDS = 300.0, 2.0
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
def _surnames() -> dict[str, float]:
    counts = _counted(_lines()[0])
    total = counts.total()
    return {character: -log(count / total) for character, count in counts.items()}


class _Shares:
    """How often characters are seen, and what share that is with those that were not seen."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self.total = counts.total()

    def __getitem__(self, character: str) -> float:
        return (self.counts[character] + _UNSEEN_GIVEN) / (self.total + _UNSEEN_GIVEN * _RARE)


class _Given:
    """Given names: of one character, and of two by the first."""

    def __init__(self, alone: str, pairs: str) -> None:
        self.alone = _Shares(_counted(alone))
        self.after = {group[0]: _Shares(_counted(group[1:])) for group in pairs.split(" ")}
        self.first = _Shares(Counter({character: shares.total for character, shares in self.after.items()}))
        last: Counter[str] = Counter()
        for shares in self.after.values():
            last.update(shares.counts)
        self.last = _Shares(last)


@cache
def _given() -> _Given:
    return _Given(*_lines()[1:3])


def _counted(line: str) -> Counter[str]:
    return Counter({character: int(number or 1) for character, number in re.findall(r"(\D)(\d*)", line)})


def surname(character: str) -> float | None:
    """Return what a surname costs; None for what is none."""
    return _surnames().get(character)


@lru_cache(1 << 12)
def given(character: str) -> float:
    """Return what a given name costs but for its last character: what is before that, or nothing."""
    return _LONG - log(_given().first[character]) if character else _SHORT


@lru_cache(1 << 15)
def last(before: str, character: str) -> float:
    """Return what the last character of a given name costs after the one before it in the name, or nothing.

    >>> last("建", "华") < last("建", "的") and last("", "伟") < last("", "的")
    True
    """
    names = _given()
    share = names.last[character]
    after = names.after.get(before) if before else names.alone
    if after is None:
        return -log(share)
    unseen = _GIVEN_KINDS * len(after.counts) + 1 if before else _AS_LAST
    return -log((after.counts[character] + unseen * share) / (after.total + unseen))
