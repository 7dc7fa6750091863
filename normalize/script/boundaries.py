"""Words decide where phrases compete.

Longest match from the left takes 被发 for a phrase in 被发明, and 的士 for a taxi in 勇敢的士兵. Where the phrases of
a run overlap words that are more probable, the most probable segmentation decides instead: phrases stand in it beside
words, and those that it does not choose are not applied. Runs are rare and remembered, so this costs next to nothing.

A word that only shares a part of a phrase competes with it too: 发明 with 生发 in 爱迪生发明了电灯, 眼神 with 神里 in
眼神里的光. `links` are the words that do so often; a run is as long as they reach.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from normalize import data, words
from normalize.script import scalar
from normalize.script.lexicon import Plan
from normalize.script.matching import Dictionary, Match, Matcher

#: A phrase of the lexicon is this much more probable (nats) than its words one by one: it was listed because it occurs.
#: Measured on the parallel sentences and round trips of tools/bench/quality.py.
PHRASE_BONUS = 3.0
#: By how much (nats) words must be better than a numeral with its measure: 一|出租车 is, 三|分半钟 is not. With 0, 2, 4
#: and no words at all 234, 232, 231 and 232 errors are left on 3,700 parallel sentences.
NUMERAL = 4.0
_NUMERALS = "〇一二两三四五六七八九十百千万亿几"
_LINKS = "links.bin"


@cache
def links() -> Dictionary:
    """Return the words that compete with phrases which they share a part with."""
    found = zlib.decompress(data.read_bytes(_LINKS)).decode("utf-8").split("\n")
    return Dictionary(dict(zip(found, found, strict=True)), "word")


def files() -> tuple[Path, ...]:
    """Return the files that the decisions of words depend on."""
    return Path(data.__file__).parent / _LINKS, words.path()


def convert(run: str, plan: Plan) -> str:
    """Convert a run by a plan, applying only the phrases that the most probable segmentation has.

    >>> from normalize.script.lexicon import load
    >>> convert("被发明", load("s2tw")), convert("的士兵", load("s2twp")), convert("搭的士", load("s2twp"))
    ('被發明', '的士兵', '搭計程車')
    """
    if plan.overrides is not None:
        pieces = list(scalar.pieces(run, plan.overrides))
        if any(piece.match for piece in pieces):
            return scalar.convert(run, plan)
    if len(run) < 3 or not plan.chain:
        return scalar.convert(run, plan)
    for matcher in plan.normalization:
        run = scalar.replace(run, matcher)
    cuts = _cuts(run, plan)
    if cuts is None:
        return scalar.convert(run, replace(plan, normalization=()))
    first, *later = plan.chain
    text = "".join(scalar.replace(run[start:end], first) for start, end in cuts)
    if len(text) != len(run):
        return scalar.convert(run, replace(plan, normalization=()))
    for matcher in later:
        text, cuts = _within(text, matcher, cuts)
    return text


def _cuts(run: str, plan: Plan) -> list[tuple[int, int]] | None:
    """Return the words and phrases that a run is made of, or None when the lexicon's own longest match decides."""
    edges = _edges(run, plan)
    if len(run) < 3 or not _compete(run, plan, edges):
        return None
    cuts = _segmentation(run, edges)
    return cuts if _better(run, plan, edges, cuts) else None


def _edges(run: str, plan: Plan) -> dict[tuple[int, int], Match]:
    """Return every phrase anywhere in a run, of the first step or in what that makes of single characters."""
    found: dict[tuple[int, int], Match] = {}
    for matcher in plan.chain:
        text = run if matcher is plan.chain[0] else "".join([_alone(character, plan.chain[0]) for character in run])
        for start in range(len(run) - 1):
            for match in matcher.matches(text, start):
                if match.length > 1:
                    found.setdefault((start, start + match.length), match)
    return found


@lru_cache(1 << 14)
def _cost(folded: str) -> float:
    """Return what a part of a run costs: most are a character or two, and come again and again."""
    return words.cost_folded(folded)


@lru_cache(1 << 12)
def _alone(character: str, matcher: Matcher) -> str:
    found = matcher.match(character, 0)
    return found.value if found and len(found.value) == 1 else character


def _compete(run: str, plan: Plan, edges: dict[tuple[int, int], Match]) -> bool:
    """Tell whether a phrase leaves part of the run to others."""
    return any(end - start < len(run) for start, end in edges)


def _segmentation(run: str, edges: dict[tuple[int, int], Match]) -> list[tuple[int, int]]:
    """Return the most probable words and phrases of a run, as spans."""
    folded = words.fold(run)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        options = []
        for start in range(max(0, end - words.LONGEST), end):
            phrase = edges.get((start, end))
            cost = words.known_folded(folded[start:end])
            if phrase is None:
                # A word around a phrase would hide how the phrase lies among the words inside it (电视频道: 视频).
                if cost is not None and end - start > 2 and any(start <= a and b <= end for a, b in edges):
                    cost = None
                if cost is None and end - start == 1:
                    cost = words.UNKNOWN
            elif phrase.rule != "vocabulary":
                parts = _cost(folded[start:end]) - PHRASE_BONUS
                cost = parts if cost is None else min(cost, parts)
            elif cost is None:
                cost = _cost(folded[start:end])
            if cost is not None:
                options.append((best[start][0] + cost, start))
        for start, stop in edges:
            if stop == end and end - start > words.LONGEST:
                options.append((best[start][0] + _cost(folded[start:end]) - PHRASE_BONUS, start))
        best.append(min(options))
    cuts: list[tuple[int, int]] = []
    end = len(run)
    while end:
        cuts.append((best[end][1], end))
        end = best[end][1]
    return _whole_phrases(cuts[::-1], edges)


def _whole_phrases(cuts: list[tuple[int, int]], edges: dict[tuple[int, int], Match]) -> list[tuple[int, int]]:
    """Return a segmentation with each phrase that is cut into whole words put together, the longest first.

    It is listed because it is not the sum of its parts (干了这杯, beside 干了), each of which PHRASE_BONUS favours.
    """
    phrases = [span for span, match in edges.items() if match.rule != "vocabulary"]
    for start, end in sorted(phrases, key=lambda span: span[0] - span[1]):
        if any(a == start and b < end for a, b in cuts) and any(b == end and a > start for a, b in cuts):
            cuts = [span for span in cuts if span[1] <= start or span[0] >= end]
            cuts = sorted([*cuts, (start, end)])
    return cuts


def _better(run: str, plan: Plan, edges: dict[tuple[int, int], Match], cuts: list[tuple[int, int]]) -> bool:
    """Tell whether a segmentation is better than that of the lexicon's own phrases.

    Asking for 2 nats more than that left 4 errors more on 3,700 parallel sentences, and 8 on 7,059 round trips.

    The lexicon lists a numeral with its measure (十台) for no other reason than that longest match would miss it.
    Regional vocabulary has no such order of its own: there the words always decide.
    """
    if any(match.rule == "vocabulary" for match in edges.values()):
        return True
    taken = [(piece.start, piece.end) for piece in scalar.pieces(run, plan.chain[0]) if piece.end - piece.start > 1]
    counted = [start for start, end in taken if run[start] in _NUMERALS and end - start == 2]
    if any(start and run[start - 1] in _NUMERALS for start in counted):
        # 四十|台|风 is no typhoon: what is counted with more than one numeral has its measure.
        return False
    folded = words.fold(run)
    lexicon = 0.0
    position = 0
    for start, end in [*taken, (len(run), len(run))]:
        lexicon += _cost(folded[position:start]) + _cost(folded[start:end])
        lexicon -= PHRASE_BONUS if start < end else 0.0
        position = end
    chosen = sum([_cost(folded[start:end]) - PHRASE_BONUS * ((start, end) in edges) for start, end in cuts])
    return chosen <= lexicon - (NUMERAL if counted else 0.0)


def _within(text: str, matcher: Matcher, cuts: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Pass a matcher over a text, taking no phrase that overlaps a word in part; return the text and its words."""
    done: list[str] = []
    position = 0
    while position < len(text):
        found = _fitting(text, position, matcher, cuts)
        end = position + (found.length if found else 1)
        done.append(found.value if found else text[position:end])
        position = end
    output = "".join(done)
    return output, cuts if len(output) == len(text) else [(0, len(output))]


def _fitting(text: str, position: int, matcher: Matcher, cuts: list[tuple[int, int]]) -> Match | None:
    """Return the longest match at a place that overlaps no word in part."""
    limit = len(text)
    while (found := matcher.match(text[:limit], position)) is not None:
        limit = position + found.length
        if found.length == 1 or not _overlaps(position, limit, cuts):
            return found
        limit -= 1
    return None


def _overlaps(start: int, end: int, cuts: list[tuple[int, int]]) -> bool:
    """Tell whether a span and a word have a part in common, and each a part of its own."""
    return any(a < start < b < end or start < a < end < b for a, b in cuts)


def pieces(run: str, plan: Plan) -> Iterator[scalar.Piece]:
    """Yield what `convert` replaces in a run, and what it passes on, by a plan of a single step."""
    (matcher,) = plan.chain
    for start, end in _cuts(run, plan) or [(0, len(run))]:
        for piece in scalar.pieces(run[start:end], matcher):
            yield scalar.Piece(start + piece.start, start + piece.end, piece.match)
