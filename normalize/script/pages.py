"""Pages that were converted to Traditional one character at a time, recognised by what they lack.

Such a converter has one form for each Simplified character: it writes 制造, 復雜, 批準 and 頭發, and 后 for both 后
and 後. The page is compared with what the context model expects: under the one hypothesis each character has the form
that the author meant, with the probability that the model gives it; under the other it has the converter's only form,
whatever stands around. Where the page uses two forms of one Simplified character, no such converter can have made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from normalize import words
from normalize.script import columns
from normalize.script.arrays import codes
from normalize.script.context import STEPS
from normalize.script.resolver import CANTONESE_REACH, SAMPLE

if TYPE_CHECKING:
    from normalize.script.resolver import Resolver

#: How much likelier (nats) the page must be as such a conversion than as it stands: see `tools/bench/quality.py`.
THRESHOLD = 4.0
#: What each use of a form that such a converter cannot have written counts against it, in nats.
REFUTED = 5.0
#: An author may use a form that the model thinks impossible: no single character counts more than this, in nats.
MOST = 5.0
#: A form that the lexicon's word excludes is more surprising than the neighbours alone say, by this, in nats.
EXCLUDED = 3.0
#: The same character again counts this much less: it may be the author's way of writing it.
AGAIN = 0.3
#: A character that is a word by itself counts this much less: only within a word is a form a matter of spelling.
ALONE = 0.3
#: A surprise below this (nats) is not worth asking whether its character is a word by itself.
TELLING = 0.5
#: How many characters before a place and after it are enough to find the words there.
AROUND = 10
#: What it costs, in nats, to suppose that a converter's only form of a character is the one that the page has.
SUPPOSED = 0.5
#: The forms that OpenCC has as its standard and the region does not write (爲 裏 羣 衆), with none beside them that it
#: does write, are what a converter leaves: they count this much (nats). With 0, 2 and 3 nats 72.7, 72.9 and 73.4 % of
#: such pages are right, and 40, 41 and 42 characters of clean passages wrong.
STANDARD = 3.0
#: Characters of which the form tells the author's period or taste: the classics have 于 and 於 side by side.
OF_PERIOD = "于"
#: Words that are spelled either way, so that neither spelling tells anything.
OPTIONAL = frozenset(
    [
        "計畫",
        "計劃",
        "規畫",
        "規劃",
        "企畫",
        "企劃",
        "策畫",
        "策劃",
        "籌畫",
        "籌劃",
        "答覆",
        "答復",
        "回覆",
        "回復",
        "函覆",
        "函復",
        "瞭解",
        "了解",
        "明瞭",
        "明了",
        "儘量",
        "盡量",
        "儘快",
        "盡快",
        "儘早",
        "盡早",
        "儘速",
        "盡速",
        "儘可",
        "盡可",
        "復原",
        "覆原",
        "布署",
        "部署",
        "重複",
        "重覆",
        "沖擊",
        "衝擊",
        "沖突",
        "衝突",
        "彙報",
        "匯報",
        "彙整",
        "匯整",
        "彙總",
        "匯總",
        "彙集",
        "匯集",
        "係數",
        "系數",
        "櫃檯",
        "櫃台",
        "吧檯",
        "吧台",
        "彷彿",
        "仿佛",
        "弔詭",
        "吊詭",
    ]
)


def converted_by_character(resolver: Resolver, text: str) -> bool:
    """Tell whether a Traditional text looks like Simplified converted one character at a time."""
    text = text[:SAMPLE]
    folded = words.fold(text)
    answer = resolver.converter.convert(folded)
    kept = resolver.refining.convert(text)
    if len(answer) != len(text) or not resolver.differs(text, answer, kept):
        return False
    return likelihood(resolver, text, folded, answer, kept) >= THRESHOLD


def likelihood(resolver: Resolver, text: str, folded: str, answer: str, kept: str) -> float:
    """Return how much likelier (nats) a text is as a conversion one character at a time than as it stands.

    `answer` is what its folded form converts to, `kept` the text with the region's forms.
    """
    found = columns.score(resolver, folded, answer)
    if found is None:
        return 0.0
    arrays = resolver.scoring
    observed = arrays.index.take(codes(text)[found.places], mode="clip").astype(np.intp)
    known = observed >= 0
    rows, said, observed = found.rows[known], found.said[known], observed[known]
    scores = found.scores[known] / STEPS
    if not rows.size:
        return 0.0
    top = scores.max(axis=1)
    total = top + np.log(np.exp(np.maximum(scores - top[:, None], -50.0)).sum(axis=1))
    everywhere = np.arange(rows.size)
    surprise = np.minimum(total - scores[everywhere, observed], MOST)
    default = arrays.default[rows]
    surprise += np.where((said != default) & (observed == default), EXCLUDED, 0.0)
    surprise[optional(text, found.places[known])] = 0.0
    choices = list(resolver.model.choices)  # type: ignore[union-attr]
    surprise[np.isin(rows, [choices.index(character) for character in OF_PERIOD if character in choices])] = 0.0
    evidence = STANDARD if kept != text and not resolver.regional.intersection(text) else 0.0
    if surprise.sum() + evidence < THRESHOLD:
        return 0.0
    # In written Cantonese 係 is a word by itself, and 系 in its place tells much.
    cantonese = columns.near(codes(folded), found.places[known], CANTONESE_REACH) > 0
    telling = ((surprise >= TELLING) & ~cantonese).nonzero()[0]
    lone = [alone(folded, place) for place in found.places[known][telling].tolist()]
    surprise[telling[lone]] *= ALONE
    possible = (observed == default) | (observed == arrays.itself[rows])
    evidence -= REFUTED * float((~possible).sum())
    for row in np.unique(rows):
        own = np.sort(surprise[(rows == row) & possible])[::-1]
        # Two forms of one character refute it, however well each fits.
        counts = np.bincount(observed[rows == row], minlength=2)
        evidence -= SUPPOSED + REFUTED * float(counts.sum() - counts.max())
        if own.size:
            evidence += float(own[0] + AGAIN * own[1:].sum())
    return evidence


def alone(folded: str, place: int) -> bool:
    """Tell whether the character at a place is a word by itself."""
    start = max(0, place - AROUND)
    position = start
    for word in words.segment(folded[start : place + AROUND]):
        position += len(word)
        if position > place:
            return len(word) == 1
    return True


def optional(text: str, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the indices of the places where the text has a word that is spelled either way."""
    found = []
    for index, place in enumerate(places.tolist()):
        if text[place : place + 2] in OPTIONAL or text[max(0, place - 1) : place + 1] in OPTIONAL:
            found.append(index)
    return np.array(found, np.intp)
