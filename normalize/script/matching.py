"""Dictionaries and groups of them: what matches at a place, by OpenCC's rules of longest match and precedence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

#: So many characters are looked for in the text of a dictionary, 0.6 ms each in OpenCC's longest (49,000 lines), before
#: all of it is made into entries, which takes 40 ms. A first sentence has some ten in its runs.
_MOST_SEARCHES = 32


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


class Attempts(dict[str, tuple[Attempt, ...]]):
    """For a first character, the attempts in the order in which they are made; the first that succeeds is the match.

    What `find` says of a character is asked once and remembered.
    """

    def __init__(self, find: Callable[[str], tuple[Attempt, ...]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, first: str) -> tuple[Attempt, ...]:
        found = self._find(first)
        if found or first <= "\uffff":  # That of all others there is nothing would be too much to remember.
            self[first] = found
        return found


class Matcher:
    """Whatever can say what matches at a place: a dictionary, or a group of matchers."""

    #: None where attempts in a fixed order cannot express the matcher.
    attempts: Attempts | None

    def match(self, text: str, start: int) -> Match | None:
        """Return what is matched at `start`, or None."""
        assert self.attempts is not None
        room = len(text) - start
        for length, entries, rule in self.attempts[text[start]]:
            # A slice that reaches over the end would be shorter than asked for, and may be another key.
            if length <= room:
                value = entries.get(text[start : start + length])
                if value is not None:
                    return Match(length, value, rule)
        return None

    def matches(self, text: str, start: int) -> Iterator[Match]:
        """Yield what is matched at `start`, and what would be if the text ended before the last character of that, etc.

        >>> [match.length for match in Dictionary({"发": "發", "发展": "發展"}, "phrase").matches("发展中", 0)]
        [2, 1]
        """
        if self.attempts is None:
            limit = len(text)
            while limit > start and (match := self.match(text[:limit], start)) is not None:
                yield match
                limit = start + match.length - 1
            return
        room = len(text) - start
        # An attempt that has failed would fail again.
        for length, entries, rule in self.attempts[text[start]]:
            if length <= room and (value := entries.get(text[start : start + length])) is not None:
                yield Match(length, value, rule)
                room = length - 1

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
        """For each first character, an attempt for each length of the keys that it begins."""
        return Attempts(self.attempts_at)

    def attempts_at(self, first: str) -> tuple[Attempt, ...]:
        """Return the attempts for a first character."""
        return _tries(self._lengths.get(first, 0), self.entries, self.rule)

    @cached_property
    def _lengths(self) -> dict[str, int]:
        return _lengths(self.entries)

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest key."""
        return max(map(len, self.entries), default=0)

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


class Listed(Dictionary):
    """A dictionary that is listed in text, an entry on a line: for the first few characters their lines are enough.

    `read` gives the text, with a line feed before every line; `parse` makes entries of it, or of some of its lines.
    """

    def __init__(self, read: Callable[[], str], parse: Callable[[str], dict[str, str]], rule: str) -> None:
        self._read = read
        self._parse = parse
        self.rule = rule
        self._searches = 0
        self._text = ""

    @cached_property
    def entries(self) -> Mapping[str, str]:  # type: ignore[override]
        """All entries."""
        found = self._parse(self._text or self._read())
        self._text = ""
        return found

    def attempts_at(self, first: str) -> tuple[Attempt, ...]:
        """Return the attempts for a first character."""
        if "entries" in self.__dict__ or self._searches >= _MOST_SEARCHES:
            return super().attempts_at(first)
        self._searches += 1
        text = self._text = self._text or self._read()
        entries = self._parse("".join(re.findall(f"\n{re.escape(first)}.*", text)))
        return _tries(_lengths(entries).get(first, 0), entries, self.rule)


class _Group(Matcher):
    def __init__(self, members: Sequence[Matcher]) -> None:
        self.members = tuple(members)

    @cached_property
    def attempts(self) -> Attempts | None:  # type: ignore[override]
        """The attempts of the members, in the order of the group."""
        if all(self._can_merge(member) and member.attempts is not None for member in self.members):
            return Attempts(self._attempts_at)
        return None

    def _attempts_at(self, first: str) -> tuple[Attempt, ...]:
        found: tuple[Attempt, ...] = ()
        for member in self.members:
            assert member.attempts is not None
            found = self._merge(found, member.attempts[first])
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


def _lengths(keys: Iterable[str]) -> dict[str, int]:
    """Return for each first character the lengths of the keys that it begins, one bit for each."""
    lengths: dict[str, int] = {}
    # Of the phrases of OpenCC five in six begin like another and are as long.
    for first, length in {(key[:1], len(key)) for key in keys}:
        lengths[first] = lengths.get(first, 0) | 1 << length
    return lengths


def _tries(lengths: int, entries: Mapping[str, str], rule: str) -> tuple[Attempt, ...]:
    """Return an attempt for each length, the longest first."""
    found = (length for length in range(lengths.bit_length() - 1, 0, -1) if lengths >> length & 1)
    return tuple(Attempt(length, entries, rule) for length in found)
