"""Dictionaries and groups of them: what matches at a place, by OpenCC's rules of longest match and precedence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class Match(NamedTuple):
    """A key that stands at a place: how many characters it has, what replaces it, and which rule it belongs to."""

    length: int
    value: str
    rule: str


class Matcher(Protocol):
    """Whatever can say what matches at a place: a dictionary, or a group of matchers."""

    def match(self, text: str, start: int) -> Match | None:
        """Return what is matched at `start`, or None."""

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield every dictionary inside."""

    def __hash__(self) -> int:
        """Matchers are told apart by identity."""


class Dictionary:
    """Keys with their values, looked up by longest prefix; `rule` says what kind of change its entries make.

    >>> Dictionary({"发": "發", "头发": "頭髮"}, "phrase").match("头发", 0)
    Match(length=2, value='頭髮', rule='phrase')
    """

    __slots__ = ("entries", "lengths", "longest", "rule")

    def __init__(self, entries: Mapping[str, str], rule: str) -> None:
        self.entries = entries
        self.rule = rule
        lengths: dict[str, set[int]] = {}
        for key in entries:
            first = key[0]
            if first in lengths:
                lengths[first].add(len(key))
            else:
                lengths[first] = {len(key)}
        # Few different sets of lengths occur: keeping one tuple of each saves memory.
        kept: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.lengths = {
            first: kept.setdefault(found, found)
            for first, found in ((first, tuple(sorted(found, reverse=True))) for first, found in lengths.items())
        }
        self.longest = max((found[0] for found in kept), default=0)

    def match(self, text: str, start: int) -> Match | None:
        """Return the longest key that stands at `start`, or None."""
        for length in self.lengths.get(text[start], ()):
            value = self.entries.get(text[start : start + length])
            # A slice at the end of the text is shorter than asked for and may be another key.
            if value is not None and start + length <= len(text):
                return Match(length, value, self.rule)
        return None

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield this dictionary."""
        yield self


class ShortCircuit:
    """A group in which the first member that matches wins, even when a later one would match more."""

    __slots__ = ("members",)

    def __init__(self, members: Sequence[Matcher]) -> None:
        self.members = tuple(members)

    def match(self, text: str, start: int) -> Match | None:
        """Return what the first matching member finds."""
        for member in self.members:
            found = member.match(text, start)
            if found is not None:
                return found
        return None

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield the dictionaries of all members."""
        for member in self.members:
            yield from member.dictionaries()


class Union:
    """A group in which the longest match of any member wins, and the earlier member among equals."""

    __slots__ = ("members",)

    def __init__(self, members: Sequence[Matcher]) -> None:
        self.members = tuple(members)

    def match(self, text: str, start: int) -> Match | None:
        """Return the longest match of any member."""
        found = [match for match in (member.match(text, start) for member in self.members) if match is not None]
        return max(found, key=lambda match: match.length, default=None)

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield the dictionaries of all members."""
        for member in self.members:
            yield from member.dictionaries()
