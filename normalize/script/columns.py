"""Decisions of the context model on a long text, in columns of places: the same as `resolver` makes one by one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from normalize import words
from normalize.profile import Class, class_table
from normalize.script import context, scoring
from normalize.script.arrays import codes, string
from normalize.script.identification import CANTONESE

if TYPE_CHECKING:
    from normalize.script.resolver import Resolver

Places = npt.NDArray[np.intp]
Codes = npt.NDArray[np.uint32]

#: Characters that are worked on together: their arrays stay in the cache.
BLOCK = 1 << 17
#: More than the contexts, and written Cantonese, look to either side.
_MARGIN = 64

_CANTONESE = codes(CANTONESE)

LINE_ENDS = np.array(sorted(context.LINE_ENDS), np.uint32)


def folded(text: str) -> str:
    """Return what `words.fold` does, of a text that is not empty."""
    source = codes(text)
    found = _fold_table().take(source, mode="clip")
    return string(found if source.max() <= 0xFFFF else np.where(source <= 0xFFFF, found, source))


@cache
def _fold_table() -> Codes:
    table = np.arange(0x10000, dtype=np.uint32)
    characters = words.fold_sources()
    table[codes(characters)] = codes(words.fold(characters))
    return table


class Scored(NamedTuple):
    """The places of a text that have a choice: the row of the choice, OpenCC's answer, and what each form scores."""

    places: Places
    rows: Places
    said: Places
    scores: npt.NDArray[np.int32]


def score(resolver: Resolver, folded: str, answer: str) -> Scored | None:
    """Return what each form of each ambiguous character scores; None where there is none."""
    return _score(resolver, codes(folded), codes(answer), doubtful=False)


def _score(resolver: Resolver, source: Codes, answer: Codes, doubtful: bool) -> Scored | None:
    """Return what each form of each ambiguous character scores (`doubtful`: that might be overruled)."""
    from normalize.script.resolver import CANTONESE_REACH

    arrays = resolver.scoring
    flags = arrays.flags.take(source, mode="clip")
    flagged = (flags > 0).nonzero()[0]
    kinds = flags.take(flagged)
    places = flagged[kinds & 1 > 0]
    form_of = arrays.index.take(answer.take(places), mode="clip")
    known = (form_of >= 0).nonzero()[0]
    if not known.size:
        return None
    places, said = places[known], form_of[known].astype(np.intp)
    rows = arrays.row.take(source.take(places)).astype(np.intp)
    telling = kinds & 2 > 0
    beyond = (kinds & 4 > 0).nonzero()[0]
    if beyond.size:
        telling[beyond] = np.isin(source.take(flagged.take(beyond)), _CANTONESE)
    cantonese = _near(source, places, flagged[telling], CANTONESE_REACH)
    if doubtful:
        chosen = arrays.doubtful(rows, said, scoring.neighbours(source, places), cantonese)
        places, rows, said, cantonese = places[chosen], rows[chosen], said[chosen], cantonese[chosen]
        if not places.size:
            return None
    scores = arrays.scores(rows, said, scoring.windows(source, places), cantonese)
    return Scored(places, rows, said, scores)


def decide(resolver: Resolver, folded: str, answer: str) -> list[tuple[int, str]]:
    """Return the places, and the characters there, where context overrules the answer."""
    from normalize.script.resolver import IN_PHRASE

    changes: list[tuple[int, str]] = []
    for start in range(0, len(folded), BLOCK):
        # What is decided in a block depends on no more than its margin beside it.
        first, last = max(0, start - _MARGIN), start + BLOCK + _MARGIN
        found = _score(resolver, codes(folded[first:last]), codes(answer[first:last]), doubtful=True)
        if found is not None:
            found.scores[np.arange(found.places.size), found.said] += context.MARGIN
            best = found.scores.argmax(axis=1)
            inside = (found.places >= start - first) & (found.places < start - first + BLOCK)
            at = ((best != found.said) & inside).nonzero()[0]
            rows = np.arange(found.places.size)
            lead = found.scores[rows, best] - found.scores[rows, found.said]
            at = at[[_stands(resolver, folded, first, found, int(i), int(lead[i]), IN_PHRASE) for i in at]]
            changes += ((first + place, form) for place, form in _written(resolver, found, best, at))
    return changes


def _stands(resolver: Resolver, folded: str, first: int, found: Scored, index: int, lead: int, least: int) -> bool:
    """Tell whether a decision stands against the phrases of the lexicon: by `least` (steps), or where there is none."""
    place, said = first + int(found.places[index]), int(found.said[index])
    return not resolver.holds(folded, place, said, lead, least)


def decide_mixed(
    resolver: Resolver, text: str, folded: str, answer: str, cost: npt.NDArray[np.int32] | None
) -> tuple[Places, npt.NDArray[np.uint32]]:
    """Return the ambiguous places of a text that is partly Traditional, and the characters there (0: as it stands).

    `cost` is, for each character, what it costs to read it as Simplified where both scripts write it; without it
    the text is read as Simplified throughout, except for forms that no converter of single characters writes.
    """
    from normalize.script.resolver import IN_PHRASE_MIXED

    found = score(resolver, folded, answer)
    if found is None:
        return np.zeros(0, np.intp), np.zeros(0, np.uint32)
    arrays = resolver.scoring
    source, view = codes(text)[found.places], codes(folded)[found.places]
    observed = arrays.index.take(source, mode="clip").astype(np.intp)
    everywhere = np.arange(found.places.size)
    scores = found.scores.copy()
    if cost is None:
        # On a page converted one character at a time the lexicon's answer has nothing to be the safer for.
        free = (observed == arrays.default[found.rows]) | (observed == arrays.itself[found.rows])
        free |= (observed < 0) & (source == view)
    else:
        scores[everywhere, found.said] += context.MARGIN
        # What is distinctly Traditional stays.
        free = source == view
        shared = free & (observed >= 0)
        other = shared[:, None] & (np.arange(arrays.most)[None, :] != observed[:, None])
        scores -= np.where(other, cost[found.places][:, None], 0)
    best = scores.argmax(axis=1)
    lead = scores[everywhere, best] - scores[everywhere, found.said]
    for index in (free & (best != found.said)).nonzero()[0].tolist():
        if not _stands(resolver, folded, 0, found, index, int(lead[index]), IN_PHRASE_MIXED):
            best[index] = found.said[index]
    stays = ~free | (best == observed)
    decided = codes(answer)[found.places]
    changed = (best != found.said).nonzero()[0]
    decided[changed] = [ord(character) for _, character in _written(resolver, found, best, changed)]
    decided[stays] = 0
    return found.places, decided


def _written(resolver: Resolver, found: Scored, best: Places, at: Places) -> list[tuple[int, str]]:
    choices = resolver.scoring.choices
    columns = zip(found.places[at].tolist(), found.rows[at].tolist(), best[at].tolist(), strict=True)
    return [(place, resolver.written(choices[row], form)) for place, row, form in columns]


def classes(source: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Return the class of each character."""
    table = np.frombuffer(class_table(), np.uint8)
    return table.take(np.minimum(source, 0xFFFF))


def is_shared(kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which characters both scripts write."""
    shared: npt.NDArray[np.bool_] = kinds == Class.HAN
    return shared


def priors(resolver: Resolver) -> npt.NDArray[np.int32]:
    """Return for each character of the BMP what speaks (in steps) against its standing for itself in Traditional."""
    return _no_priors() if resolver.model is None else resolver.scoring.priors


@cache
def _no_priors() -> npt.NDArray[np.int32]:
    return np.full(0x10000, context.UNLISTED, np.int32)


def near(source: Codes, places: Places, reach: int) -> npt.NDArray[np.int32]:
    """Tell (0 or 1) for each place whether a character of written Cantonese stands near it in its line."""
    return _near(source, places, np.isin(source, _CANTONESE).nonzero()[0], reach)


def _near(source: Codes, places: Places, markers: Places, reach: int) -> npt.NDArray[np.int32]:
    """Tell the same when the places of those characters are known."""
    found = np.zeros(places.size, np.int32)
    if not markers.size:
        return found
    lines = np.isin(source, LINE_ENDS).nonzero()[0]
    own = np.searchsorted(lines, places)
    for side in (0, 1):
        index = np.searchsorted(markers, places) - 1 + side
        marker = markers.take(index, mode="clip")
        distance = np.abs(marker - places)
        found |= (distance <= reach) & (np.searchsorted(lines, marker) == own) & (index >= 0) & (index < markers.size)
    return found
