"""Dictionaries and groups of them: what matches at a place, by OpenCC's rules of longest match and precedence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple


class Match(NamedTuple):
    """A key that stands at a place: how many characters it has, what replaces it, and which rule it belongs to."""

    length: int
    value: str
    rule: str


class Attempt(NamedTuple):
    """A try to match: the number of characters to take, and the entries to look for them in."""

    length: int
    entries: Mapping[str, str]
    rule: str


#: For a first character, the attempts in the order in which they are made; the first that succeeds is the match.
Attempts = dict[str, tuple[Attempt, ...]]


class Matcher:
    """Whatever can say what matches at a place: a dictionary, or a group of matchers."""

    #: None where attempts in a fixed order cannot express the matcher.
    attempts: Attempts | None

    def match(self, text: str, start: int) -> Match | None:
        """Return what is matched at `start`, or None."""
        assert self.attempts is not None
        room = len(text) - start
        for length, entries, rule in self.attempts.get(text[start], ()):
            # A slice that reaches over the end would be shorter than asked for, and may be another key.
            if length <= room:
                value = entries.get(text[start : start + length])
                if value is not None:
                    return Match(length, value, rule)
        return None

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield every dictionary inside."""
        raise NotImplementedError


class Dictionary(Matcher):
    """Keys with their values, the longest first; `rule` says what kind of change its entries make.

    >>> Dictionary({"发": "發", "头发": "頭髮"}, "phrase").match("头发", 0)
    Match(length=2, value='頭髮', rule='phrase')
    """

    def __init__(self, entries: Mapping[str, str], rule: str) -> None:
        self.entries = entries
        self.rule = rule

    @cached_property
    def attempts(self) -> Attempts:  # type: ignore[override]
        """For each first character, the lengths of the keys that it begins."""
        lengths: dict[str, int] = {}
        for key in self.entries:
            # One bit for each length that occurs.
            lengths[key[0]] = lengths.get(key[0], 0) | 1 << len(key)
        kept = {bits: self._tries(bits) for bits in set(lengths.values())}
        return {first: kept[bits] for first, bits in lengths.items()}

    @property
    def lengths(self) -> dict[str, tuple[int, ...]]:
        """For each first character, how long the keys are that it begins, the longest first."""
        return {first: tuple(attempt.length for attempt in tries) for first, tries in self.attempts.items()}

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest key."""
        return max(map(len, self.entries), default=0)

    def _tries(self, bits: int) -> tuple[Attempt, ...]:
        found = (length for length in range(bits.bit_length() - 1, 0, -1) if bits >> length & 1)
        return tuple(Attempt(length, self.entries, self.rule) for length in found)

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield this dictionary."""
        yield self


class Deferred(Dictionary):
    """A dictionary whose entries are worked out when they are first asked for: one that only the compiler needs."""

    def __init__(self, make: Callable[[], Mapping[str, str]], rule: str) -> None:
        self._make = make
        self.rule = rule

    @cached_property
    def entries(self) -> Mapping[str, str]:  # type: ignore[override]
        """The entries."""
        return self._make()


class _Group(Matcher):
    def __init__(self, members: Sequence[Matcher]) -> None:
        self.members = tuple(members)

    @cached_property
    def attempts(self) -> Attempts | None:  # type: ignore[override]
        """The attempts of the members, in the order of the group."""
        found: Attempts = {}
        for member in self.members:
            if not self._can_merge(member) or member.attempts is None:
                return None
            for first, attempts in member.attempts.items():
                found[first] = self._merge(found.get(first, ()), attempts)
        return found

    def _can_merge(self, member: Matcher) -> bool:
        return True

    def _merge(self, earlier: tuple[Attempt, ...], later: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
        return earlier + later

    def dictionaries(self) -> Iterator[Dictionary]:
        """Yield the dictionaries of all members."""
        for member in self.members:
            yield from member.dictionaries()


class ShortCircuit(_Group):
    """A group in which the first member that matches wins, even when a later one would match more."""

    def match(self, text: str, start: int) -> Match | None:
        """Return what the first matching member finds."""
        if self.attempts is not None:
            return super().match(text, start)
        found = (member.match(text, start) for member in self.members)
        return next((match for match in found if match is not None), None)


class Union(_Group):
    """A group in which the longest match of any member wins, and the earlier member among equals."""

    def match(self, text: str, start: int) -> Match | None:
        """Return the longest match of any member."""
        if self.attempts is not None:
            return super().match(text, start)
        found = [match for match in (member.match(text, start) for member in self.members) if match is not None]
        return max(found, key=lambda match: match.length, default=None)

    def _can_merge(self, member: Matcher) -> bool:
        # A short circuit may prefer its shorter match, which then competes with those of other members.
        return not isinstance(member, ShortCircuit)

    def _merge(self, earlier: tuple[Attempt, ...], later: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
        return tuple(sorted(earlier + later, key=lambda attempt: -attempt.length))
