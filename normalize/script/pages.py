"""Pages that were converted to Traditional one character at a time, recognised by what they lack.

Such a converter has one form for each Simplified character: it writes 制造, 復雜, 批準 and 頭發, and 后 for both 后
and 後. The page is compared with what the context model expects: under the one hypothesis each character has the form
that the author meant, with the probability that the model gives it; under the other it has the converter's only form,
whatever stands around. Where the page uses two forms of one Simplified character, no such converter can have made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from normalize import words
from normalize.script import columns
from normalize.script.arrays import codes
from normalize.script.context import STEPS
from normalize.script.identification import CANTONESE
from normalize.script.many import many
from normalize.script.resolver import CANTONESE_REACH

if TYPE_CHECKING:
    from normalize.script.resolver import Resolver

Places = npt.NDArray[np.intp]
Nats = npt.NDArray[np.float64]

#: Characters of a page that are looked at, to tell how it was made: enough for any, so that long ones cost no more.
SAMPLE = 8192
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
#: A longer text is judged by so many characters first, and not looked at further where these say clearly (nats) that it
#: was not converted so. Of 800 clean pages and 96 converted ones none was judged otherwise for that:
#: what is clean has -22 at 1,024 characters (median), what was converted 16, and -12 at least.
FIRST = 1024
REFUTING = -15.0
#: Texts are looked at together up to this many characters: their arrays stay in the cache.
TOGETHER = 1 << 16
#: Characters of which the form tells the author's period or taste: the classics have 于 and 於 side by side.
OF_PERIOD = "于"
#: Words that are spelled either way, so that neither spelling tells anything.
_OPTIONAL = (
    "計畫 計劃 規畫 規劃 企畫 企劃 策畫 策劃 籌畫 籌劃 答覆 答復 回覆 "
    "回復 函覆 函復 瞭解 了解 明瞭 明了 儘量 盡量 儘快 盡快 儘早 盡早 "
    "儘速 盡速 儘可 盡可 復原 覆原 布署 部署 重複 重覆 沖擊 衝擊 沖突 "
    "衝突 彙報 匯報 彙整 匯整 彙總 匯總 彙集 匯集 係數 系數 櫃檯 櫃台 "
    "吧檯 吧台 彷彿 仿佛 弔詭 吊詭"
)
OPTIONAL = frozenset(_OPTIONAL.split(" "))


class Page(NamedTuple):
    """A text, what its folded form is and converts to, and the text with the region's forms: all of one length."""

    text: str
    folded: str
    answer: str
    kept: str


class _Found(NamedTuple):
    """The characters of several pages that have other forms: columns of equal length.

    Whose page and at what place in it, the row of the choice, the form that stands there, whether a converter of single
    characters can have written it, and how little the model expects it, in nats.
    """

    page: Places
    place: Places
    row: Places
    form: Places
    possible: npt.NDArray[np.bool_]
    surprise: Nats


def converted_by_character(resolver: Resolver, texts: Sequence[str]) -> list[bool]:
    """Tell of each Traditional text whether it looks like Simplified converted one character at a time."""
    found = [False] * len(texts)
    if resolver.model is None or not resolver.pages:
        return found
    asked = list(range(len(texts)))
    longer = [index for index in asked if len(texts[index]) > 2 * FIRST]
    beginnings = _likelihoods(resolver, [texts[index][:FIRST] for index in longer], _same_length)
    refuted = {index for index, nats in zip(longer, beginnings, strict=True) if nats < REFUTING}
    asked = [index for index in asked if index not in refuted]
    for index, nats in zip(
        asked, _likelihoods(resolver, [texts[index][:SAMPLE] for index in asked], _suspicious), strict=True
    ):
        found[index] = nats >= THRESHOLD
    return found


def _likelihoods(resolver: Resolver, texts: Sequence[str], worth: Callable[[Page], bool]) -> Iterator[float]:
    """Yield for each text how much likelier (nats) it is as such a conversion than as it stands; 0 if not `worth` it.

    Short texts are looked at together.
    """
    start = 0
    while start < len(texts):
        end, size = start + 1, len(texts[start])
        while end < len(texts) and size + len(texts[end]) <= TOGETHER:
            size += len(texts[end])
            end += 1
        pages = _pages(resolver, texts[start:end])
        chosen = [page for page in pages if worth(page)]
        found = iter(likelihoods(resolver, chosen))
        yield from (next(found) if worth(page) else 0.0 for page in pages)
        start = end


def _pages(resolver: Resolver, texts: Sequence[str]) -> list[Page]:
    """Return texts with their conversions, made together."""
    whole = resolver.folded("".join(texts))
    ends = accumulate(map(len, texts))
    folded = [whole[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]
    answers, kept = many(resolver.converter, folded), many(resolver.refining, texts)
    return list(map(Page, texts, folded, answers, kept))


def _same_length(page: Page) -> bool:
    return len(page.text) == len(page.answer) == len(page.kept)


def _suspicious(page: Page) -> bool:
    """Tell whether a text could be anything else than what it is.

    In written Cantonese the lexicon's answer is 系 where the author means 係.
    """
    if page.folded == page.text or not _same_length(page):
        return False
    text = page.text
    return page.answer != page.kept or ("系" in text and any(character in text for character in CANTONESE))


def likelihoods(resolver: Resolver, pages: Sequence[Page]) -> list[float]:
    """Return how much likelier (nats) each page is as a conversion one character at a time than as it stands.

    Where it is less than THRESHOLD, what is returned may be more than it.
    """
    found = _found(resolver, pages)
    if found is None:
        return [0.0] * len(pages)
    evidence = np.array([STANDARD if page.kept != page.text else 0.0 for page in pages])
    most: list[float] = _evidence(found, evidence).tolist()
    for index in [index for index, nats in enumerate(most) if nats >= THRESHOLD]:
        page = pages[index]
        own = found.page == index
        its = _Found(*(column[own] for column in found))
        its.page[:] = 0
        _correct(resolver, page, its)
        is_standard = page.kept != page.text and not any(character in page.text for character in resolver.regional)
        most[index] = float(_evidence(its, np.array([STANDARD if is_standard else 0.0]))[0])
    return most


def _found(resolver: Resolver, pages: Sequence[Page]) -> _Found | None:
    """Return what the model says of the characters of several pages that have other forms; None if it knows none."""
    if not pages:
        return None
    # A separator that the contexts take for a line end, and so for the end of the text.
    text, folded, answer, _ = map("\uffff".join, zip(*pages, strict=True))
    scored = columns.score(resolver, folded, answer)
    if scored is None:
        return None
    arrays = resolver.scoring
    observed = arrays.index.take(codes(text)[scored.places], mode="clip").astype(np.intp)
    known = (observed >= 0).nonzero()[0]
    if not known.size:
        return None
    places, rows, said, observed = scored.places[known], scored.rows[known], scored.said[known], observed[known]
    scores = scored.scores[known] / STEPS
    top = scores.max(axis=1)
    total = top + np.log(np.exp(np.maximum(scores - top[:, None], -50.0)).sum(axis=1))
    surprise = np.minimum(total - scores[np.arange(rows.size), observed], MOST)
    default = arrays.default[rows]
    by_default = observed == default
    surprise[(said != default) & by_default] += EXCLUDED
    for character in OF_PERIOD:
        surprise[rows == arrays.row[ord(character)]] = 0.0
    starts = np.array([0, *accumulate(len(page.text) + 1 for page in pages)])
    page = starts.searchsorted(places, "right") - 1
    return _Found(page, places - starts[page], rows, observed, by_default | (observed == arrays.itself[rows]), surprise)


def _evidence(found: _Found, evidence: Nats) -> Nats:
    """Return what speaks for each page's being such a conversion (nats), beside `evidence`."""
    order = np.lexsort((found.row, found.page))
    page, row, form, possible = (column[order] for column in (found.page, found.row, found.form, found.possible))
    surprise = np.where(possible, found.surprise[order], 0.0)
    first = np.ones(order.size, np.bool_)
    first[1:] = (row[1:] != row[:-1]) | (page[1:] != page[:-1])
    starts = first.nonzero()[0]
    forms = int(form.max()) + 1
    counts = np.bincount((first.cumsum() - 1) * forms + form, minlength=starts.size * forms).reshape(-1, forms)
    # Two forms of one character refute it, however well each fits.
    refuted = counts.sum(axis=1) - counts.max(axis=1) + np.add.reduceat(~possible, starts, dtype=np.intp)
    again = np.add.reduceat(surprise, starts)
    most = np.maximum.reduceat(surprise, starts)
    of_characters = most + AGAIN * (again - most) - SUPPOSED - REFUTED * refuted
    return evidence + np.bincount(page[starts], of_characters, minlength=evidence.size)


def _correct(resolver: Resolver, page: Page, found: _Found) -> None:
    """Lessen the surprises at characters of a page whose form is not a matter of spelling."""
    found.surprise[optional(page.text, found.place)] = 0.0
    # In written Cantonese 係 is a word by itself, and 系 in its place tells much.
    cantonese = columns.near(codes(page.folded), found.place, CANTONESE_REACH) > 0
    telling = ((found.surprise >= TELLING) & ~cantonese).nonzero()[0]
    lone = [alone(page.folded, place) for place in found.place[telling].tolist()]
    found.surprise[telling[lone]] *= ALONE


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
