"""Text whose bytes were read in the wrong encoding: found, undone, and proved by damaging it again.

One search over pairs (read as, was) and up to three layers. A piece that was damaged as a whole is undone by Python's
codecs; where only a part was damaged, or bytes were lost, the likeliest way through the piece is taken (`lattice.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from normalize import language, words
from normalize.edits import Certainty, Edit
from normalize.mojibake.chains import Candidate, Misreading, as_found, chinese, found_costs, redo, undo, unravel
from normalize.mojibake.dropped import repair_dropped
from normalize.mojibake.judging import convincing, explained
from normalize.mojibake.lattice import Lines
from normalize.mojibake.parts import Learnt, repair_parts
from normalize.mojibake.screen import Screen
from normalize.profile import Class

#: A text shorter than this is searched line by line; of a longer one that is damaged all over a sample is searched.
LONG_TEXT, SAMPLE = 2000, 400
#: Pieces no longer than this are searched as they are; longer lines are cut at what is clean.
LONGEST_PIECE, LONGEST_LINE = 600, 10_000
#: Lines longer than this are cut at what is clean, unless a suspicious place stands in every DENSE characters.
LONG_LINE, DENSE = 120, 16
#: Suspicious places no further apart belong to one stretch; MARGIN clean characters are taken with it on each side.
APART, MARGIN = 12, 8
#: Nats a character around a suspicious place above which text is unlikely in every language. Measured: rare words and
#: names of the clean paragraphs cost 9.1 in the median, misread text 11 and more.
ODD = 9.0


def repair_misdecoded(screen: Screen) -> list[Edit]:
    """Return the repairs of what was read in the wrong encoding, in order.

    >>> from normalize.profile import Profile
    >>> [(edit.after, edit.step.reason) for edit in repair_misdecoded(Screen("娴嬭瘯", Profile("娴嬭瘯")))]
    [('测试', 'UTF-8 read as GB18030')]
    """
    text, places = screen.text, screen.suspects()
    if not places:
        return []
    whole = repair_whole(text, len(places), screen.profile.has(Class.CONTROL))
    if whole is not None:
        return whole
    edits: list[Edit] = []
    known: list[tuple[Misreading, ...]] = []
    learnt = Learnt()
    for start, end in _pieces(text, places):
        edits += _repair_piece(text, start, end, known, learnt)
    return edits


def repair_whole(text: str, places: int, controls: bool) -> list[Edit] | None:
    """Return the repairs of a text that was damaged from end to end, or None where it is not so simple.

    Needed where lines cannot be told (bytes 0A of UTF-16 read as line ends), and quick for a long text: the search is
    over a sample, and what it finds is undone at once. Each line must be the likelier for it.
    """
    wide = controls or (len(text) <= SAMPLE and "\n" in text and max(text) < "\u2200")
    if not wide and (len(text) < LONG_TEXT or places * DENSE < len(text)):
        return None
    sample = text[:SAMPLE] if wide else text[: text.rfind("\n", 0, 4 * SAMPLE) + 1 or SAMPLE]
    found = unravel(sample)
    if found is None or not convincing(found.text, as_found(sample) - found.cost, found.layers):
        return None
    after = undo(text, found.layers)
    if after is None or redo(after, found.layers) != text:
        return None
    step = explained(found.layers, "proved")
    lines, repaired = text.split("\n"), after.split("\n")
    if len(lines) != len(repaired):
        return [Edit(0, len(text), after, step)]
    edits, start = [], 0
    costs, repaired_costs = _line_costs(text, lines), _line_costs(after, repaired)
    for line, new, cost, new_cost in zip(lines, repaired, costs, repaired_costs, strict=True):
        if line != new:
            if new_cost > cost:
                return None
            edits.append(Edit(start, start + len(line), new, step))
        start += len(line) + 1
    return edits


def _line_costs(text: str, lines: list[str]) -> list[float]:
    """Return what each line costs as Chinese."""
    totals = list(accumulate(language.character_costs(text), initial=0.0))
    ends = list(accumulate((len(line) + 1 for line in lines), initial=0))
    return [totals[end - 1] - totals[start] for start, end in pairwise(ends)]


def _pieces(text: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield what may be damaged: lines, and of a long line the stretches around suspicious places."""
    i = 0
    while i < len(places):
        place = places[i]
        line = text.rfind("\n", 0, place) + 1
        line_end = text.find("\n", place)
        line_end = len(text) if line_end < 0 else line_end
        until = bisect_left(places, line_end, i)
        if until == i:  # a line end, in a short text that is suspicious as a whole
            i += 1
            continue
        if line_end - line <= LONG_LINE or LONGEST_LINE >= line_end - line < (until - i) * DENSE:
            if _is_odd(text, line, line_end, places[i:until]):
                yield line, line_end
            i = until
            continue
        done = line
        while i < until:
            first = i
            while i + 1 < until and places[i + 1] - places[i] <= APART and places[i] - places[first] < LONGEST_PIECE:
                i += 1
            i += 1
            start, end = max(done, places[first] - MARGIN), min(line_end, places[i - 1] + 2 + MARGIN)
            done = end
            if _is_odd(text, start, end, places[first:i]):
                yield start, end


def _is_odd(text: str, start: int, end: int, places: Sequence[int]) -> bool:
    """Tell whether anywhere around the suspicious places the text is unlikely in every language."""
    place = start - 3
    for suspicious in places:
        if suspicious < place + 3 or words.known(text[suspicious : suspicious + 2]) is not None:
            continue
        place = suspicious
        around = text[max(start, place - 2) : min(end, place + 4)]
        beyond = [i for i, character in enumerate(around) if character > "\x7f"]
        for language_costs in (language.character_costs, found_costs):
            costs = language_costs(around)
            if sum(costs[i] for i in beyond) <= ODD * len(beyond):
                break
        else:
            return True
    return False


def _repair_piece(text: str, start: int, end: int, known: list[tuple[Misreading, ...]], learnt: Learnt) -> list[Edit]:
    piece = text[start:end]
    for layers in known:
        inner = undo(piece, layers)
        if inner is not None and inner != piece:
            cost = chinese(inner)
            if convincing(inner, as_found(piece) - cost, layers):
                return [_edit(piece, start, Candidate(inner, layers, cost))]
    whole = unravel(piece)
    if whole is not None and _each_gains(piece, whole):
        whole = _outer(piece, whole)
        if whole.layers not in known:
            known.insert(0, whole.layers)
        return [_edit(piece, start, whole)]
    edits: list[Edit] = []
    for first in range(0, len(piece), LONGEST_PIECE):
        last = min(first + LONGEST_PIECE, len(piece))
        # What follows the end of a text that is one line is not known: it may be a fragment.
        lines = Lines("\n" in text, text.startswith("\n", start + last) or (start + last == len(text) and "\n" in text))
        edits += repair_parts(piece[first:last], start + first, learnt, lines)
    return edits or list(repair_dropped(piece, start))


def _each_gains(piece: str, found: Candidate) -> bool:
    """Tell whether a candidate is a clear gain over what was found, and over the text after each of its layers.

    Russian under one layer of damage is not Chinese under two.
    """
    before = [piece, *(undo(piece, found.layers[:i]) or "" for i in range(1, len(found.layers)))]
    return all(convincing(found.text, as_found(text) - found.cost, found.layers) for text in before)


def _outer(piece: str, found: Candidate) -> Candidate:
    """Return the candidate without layers whose undoing is no clear gain over text that is Chinese already."""
    while len(found.layers) > 1:
        outer = found.layers[:-1]
        text = undo(piece, outer)
        if text is None or not convincing(text, as_found(piece) - chinese(text), outer):
            break
        if convincing(found.text, as_found(text) - found.cost, found.layers[-1:]):
            break
        found = Candidate(text, outer, chinese(text))
    return found


def _edit(piece: str, start: int, found: Candidate) -> Edit:
    """Return the repair of a whole piece, without what it leaves as it was at either end."""
    after = found.text
    first = 0
    while first < min(len(piece), len(after)) and piece[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(piece), len(after)) - first and piece[-1 - last] == after[-1 - last]:
        last += 1
    certainty: Certainty = "proved" if redo(after, found.layers) == piece else "inferred"
    end = len(piece) - last
    return Edit(start + first, start + end, after[first : len(after) - last], explained(found.layers, certainty))
