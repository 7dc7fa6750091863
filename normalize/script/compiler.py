"""Compile a plan into a default for each character and the exceptions to it: what the fast way works from.

Why the fast way is exact. Let D(c) be what a plan makes of the single character c. Two facts about pairs of
neighbouring characters, worked out here from the lexicon, reduce a conversion to D and a few short runs:

1. *Where a text may be cut.* Scanning from left to right, a match that does not reach over a place neither sees nor
   changes what is on the other side of it. If no key of any step can contain both characters beside a place, then the
   text left of it and the text right of it are converted independently of each other. Keys of later steps meet the
   output of earlier ones, so a pair of theirs is traced back to every pair of the source that could have produced it:
   `follow` holds all pairs that a key of any step might contain. (Segmentation does not disturb this: a cut at such a
   place divides at most a segment that no key matched, and no later match crosses the place either.)
2. *Where a character is not simply D.* A key of several characters whose value is what the step makes of its characters
   one by one changes nothing, whether it is matched or not. If none of the other keys, the *changing* ones, can
   occur in a stretch, every step works character by character, and the stretch becomes D of its characters. A
   changing key can only occur where one of its pairs does, traced back to the source through the defaults of the steps
   before: `ahead` and `behind` hold one such pair of every changing key, under one of its two characters.

So: convert everything by D; look for pairs of `ahead` and `behind`; from each, extend left and right as long as the
neighbours are in `follow`; convert that run as a text of its own by the definition in `scalar`. A pair too many in any
of the tables costs time and never changes a result, which is why the arrays may hash them.

Two things are not pairs. An ideographic description sequence is passed on as it is, up to 64 code points of it, so a
run begun by a description character extends over `reach` characters, and no cut is made inside them. And an entry with
an empty value would let characters meet that were not neighbours, one that brings in a description character would
begin a sequence where the source has none: a plan with either is not compiled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from operator import add

from normalize.script import scalar
from normalize.script.lexicon import Plan
from normalize.script.matching import Dictionary, Matcher

#: The fifty commonest characters of each script: a third of Simplified, a quarter of Traditional running text. A
#: changing key is looked for at a character that is not among them, if it has one, because each must be looked at.
_COMMON = (
    "的在用中一个数以可有和为是定行不对件将会应文选人如当这要们时使条法表或入组第下本式单我于理据其作上能"
    "之為個來子得也而者了年係時他大所公生及十出無事就與二你國自日到後三方此多曰去成說好處都過分見道相月"
)


@dataclass(frozen=True)
class Compiled:
    """A plan as defaults and exceptions; the module says what the tables mean.

    `default` has the characters that change by themselves, `always` those that must be converted with their
    surroundings wherever they stand. `ahead` and `behind` give for a character the neighbours after it and before it
    that may belong to a changing key, `follow` the characters after it that no cut may part from it.
    """

    default: dict[str, str]
    always: frozenset[str]
    ahead: dict[str, str]
    behind: dict[str, str]
    follow: dict[str, str]
    reach: int


def compile_plan(plan: Plan) -> Compiled | None:
    """Return the compiled form of a plan, or None when one of its entries forbids it.

    >>> from normalize.script.lexicon import load
    >>> compiled = compile_plan(load("t2s"))
    >>> compiled.default["後"], "坤" in compiled.ahead["乾"]
    ('后', True)
    """
    steps = [list(_entries(matcher)) for matcher in plan.matchers]
    values = [value for entries in steps for _, value in entries]
    if not all(values) or not scalar.COMPONENTS.keys().isdisjoint("".join(values)):
        return None
    work = _Compilation()
    for matcher, entries in zip(plan.matchers, steps, strict=True):
        if matcher is plan.overrides:
            work.override(entries)
            work.link(matcher)
        elif matcher is plan.segmentation:
            work.link(matcher)
        else:
            work.link(matcher)
            work.pass_over(entries, last=matcher is plan.matchers[-1])
    return work.result(reach=_reach(steps))


def _entries(matcher: Matcher) -> Iterator[tuple[str, str]]:
    """Yield every key of a matcher with its value; of a key that several dictionaries have, the first counts first."""
    for dictionary in matcher.dictionaries():
        yield from dictionary.entries.items()


def _reach(steps: Iterable[Iterable[tuple[str, str]]]) -> int:
    """Return how many characters of the source a description sequence can stand for, at whichever step it is met."""
    reach = float(scalar.LONGEST_SEQUENCE)
    for entries in steps:
        reach *= max((len(key) / len(value) for key, value in entries if len(key) != len(value)), default=1)
    return ceil(reach)


class _Compilation:
    """The state of a compilation between two steps of a plan.

    For a character of the source: `image` is what the steps so far make of it by itself, `firsts` and `lasts` are the
    characters that text beginning or ending with it may begin or end with now. Characters that are not in these maps
    stand for themselves alone.
    """

    def __init__(self) -> None:
        self.image: dict[str, str] = {}
        self.firsts: dict[str, set[str]] = {}
        self.lasts: dict[str, set[str]] = {}
        self.settled: dict[str, str] = {}
        self.linked: set[Dictionary] = set()
        self.always: set[str] = set()
        self.looked_at: set[str] = set()
        self.ahead: defaultdict[str, set[str]] = defaultdict(set)
        self.behind: defaultdict[str, set[str]] = defaultdict(set)
        self.follow: defaultdict[str, set[str]] = defaultdict(set)

    def override(self, entries: Iterable[tuple[str, str]]) -> None:
        """Take in the user's entries, which come first and settle what they match."""
        for key, value in entries:
            if len(key) == 1:
                self.settled[key] = value
                if len(value) != 1:
                    self.always.add(key)
            else:
                self.look_for(key, key, value)

    def link(self, matcher: Matcher) -> None:
        """Keep together, in the source, the pairs that a key of this step might contain."""
        new = [dictionary for dictionary in matcher.dictionaries() if dictionary not in self.linked]
        self.linked.update(new)
        pairs: defaultdict[str, set[str]] = defaultdict(set)
        for pair in _pairs([key for dictionary in new for key in dictionary.entries]):
            pairs[pair[0]].add(pair[1])
        sources_of_first = _inverse(self.firsts)
        sources_of_last = _inverse(self.lasts)
        for before, found in pairs.items():
            traced = sources_of_first.keys() & found
            found -= traced
            found.update(*(sources_of_first[character] for character in traced))
            if found:
                for source in sources_of_last.get(before, (before,)):
                    self.follow[source] |= found

    def pass_over(self, entries: list[tuple[str, str]], last: bool) -> None:
        """Take in a step that replaces what it matches."""
        single: dict[str, str] = {}
        for key, value in entries:
            if len(key) == 1:
                single.setdefault(key, value)
        table = str.maketrans(single)
        sources = _inverse({source: {image} for source, image in self.image.items() if len(image) == 1})
        several = [(key, value) for key, value in entries if len(key) > 1]
        # One translation of all keys is several times as quick as one each; no line of a file holds a line end.
        translated = "\n".join([key for key, _ in several]).translate(table).split("\n") if several else []
        for (key, value), by_itself in zip(several, translated, strict=True):
            if by_itself != value:
                self.look_for(key, by_itself, value, sources)
        self._advance(single, table)
        if not last:
            self.firsts = _after(self.firsts, entries, 0)
            self.lasts = _after(self.lasts, entries, -1)
            self.linked.clear()

    def look_for(self, key: str, by_itself: str, value: str, sources: dict[str, list[str]] | None = None) -> None:
        """Choose the pair by which a changing key is found, and add what it may come from in the source.

        At a character that is looked at already for the sake of another key, if there is one: the fewer characters are
        looked at, the better. With s2twp that leaves 23 % of running text to be looked at instead of 33.
        """
        sources = sources or {}
        origins = [sources.get(character, (character,)) for character in key]
        places = range(len(key))
        place = next((i for i in places if self.looked_at.issuperset(origins[i])), None)
        if place is None:
            changed = (
                [i for i in places if by_itself[i] != value[i]] if len(value) == len(by_itself) == len(key) else []
            )
            place = max((*changed, *places), key=lambda i: _rarity(key[i]) > len(_COMMON))
            self.looked_at.update(origins[place])
        # With the rarer of the neighbours.
        forward = place == 0 or (place + 1 < len(key) and _rarity(key[place + 1]) >= _rarity(key[place - 1]))
        table = self.ahead if forward else self.behind
        for source in origins[place]:
            table[source].update(origins[place + 1 if forward else place - 1])

    def _advance(self, single: dict[str, str], table: dict[int, str]) -> None:
        """Let every character go through a step by itself."""
        image = {source: character.translate(table) for source, character in self.image.items()}
        for character, value in single.items():
            image.setdefault(character, value)
        self.always.update(source for source, character in image.items() if len(character) != 1)
        self.image = image

    def result(self, reach: int) -> Compiled:
        """Return the tables."""
        default = {source: image for source, image in (self.image | self.settled).items() if source != image}
        return Compiled(
            default=default,
            always=frozenset(self.always) | frozenset(scalar.COMPONENTS),
            ahead={character: "".join(neighbours) for character, neighbours in self.ahead.items()},
            behind={character: "".join(neighbours) for character, neighbours in self.behind.items()},
            follow={character: "".join(neighbours) for character, neighbours in self.follow.items()},
            reach=reach,
        )


def _pairs(keys: list[str]) -> set[str]:
    """Return every pair of neighbours in keys."""
    joined = "\n".join(keys)
    if joined.count("\n") >= len(keys):  # A key with a line end in it, which a protected word may have.
        return {key[index - 1 : index + 1] for key in keys for index in range(1, len(key))}
    # All pairs of the joined keys at once is four times as quick as key by key.
    return {pair for pair in set(map(add, joined, joined[1:])) if "\n" not in pair}


def _rarity(character: str) -> int:
    """Return the rank of a common character, and a greater number for all others."""
    place = _COMMON.find(character)
    return place % (len(_COMMON) // 2) if place >= 0 else len(_COMMON) + 1


def _inverse(images: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return for each image the characters that it may come from, itself among them unless it always becomes others."""
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for source, found in images.items():
        for image in found:
            sources[image].append(source)
    for image, found_sources in sources.items():
        if image not in images:
            found_sources.append(image)
    return dict(sources)


def _after(images: dict[str, set[str]], entries: Iterable[tuple[str, str]], end: int) -> dict[str, set[str]]:
    """Return what text beginning (`end` 0) or ending (-1) with a character may begin or end with after a step."""
    becomes: defaultdict[str, set[str]] = defaultdict(set)
    for before, found_after in {(key[end], value[end]) for key, value in entries}:
        if before != found_after:
            becomes[before].add(found_after)
    after = {source: found.union(*(becomes.get(image, ()) for image in found)) for source, found in images.items()}
    for character, found in becomes.items():
        if character not in after:
            after[character] = {character, *found}
    return after
