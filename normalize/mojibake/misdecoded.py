"""Text whose bytes were read in the wrong encoding: found, undone, and proved by damaging it again.

One search over pairs (read as, was) and up to three layers. A piece that was damaged as a whole is undone by Python's
codecs; where only a part was damaged, or bytes were lost, the likeliest way through the piece is taken (`lattice.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from normalize import language
from normalize.edits import Certainty, Edit, Step
from normalize.mojibake.chains import Candidate, Misreading, as_found, chinese, found_costs, redo, truths, undo, unravel
from normalize.mojibake.lattice import Found, Lattice
from normalize.mojibake.readings import MULTI_BYTE, SINGLE_BYTE, reading
from normalize.mojibake.screen import flags, suspects
from normalize.profile import Profile

#: Nats that a repair must gain, and the most that a character beyond ASCII may cost in what it makes, by how many there
#: are. Measured on 25,000 clean pieces in 30 languages: false candidates cost 8.0 and more with two characters, 9.4 and
#: more with three and more; true ones gain 14 (GB18030 read as Big5, four characters) and cost at most 9.9 with four.
GAIN = 12.0
DEAREST = {0: 0.0, 1: 0.0, 2: 7.5, 3: 8.5, 4: 9.0, 5: 8.9, 6: 8.8, 7: 8.7}
DEAREST_LONG = 8.5
#: UTF-8 proves itself: hardly any other text has bytes in its pattern. A single character is believed with this gain.
DEAREST_UTF8, GAIN_UTF8 = 12.5, 8.0
#: Pieces no longer than this are searched as they are; longer lines are cut at what is clean.
LONGEST_PIECE = 600
#: Lines longer than this are cut at what is clean, unless a suspicious place stands in every DENSE characters.
LONG_LINE, DENSE = 120, 16
#: Suspicious places no further apart belong to one stretch; MARGIN clean characters are taken with it on each side.
APART, MARGIN = 12, 8
#: Nats a character around a suspicious place above which text is unlikely in every language. Measured: rare words and
#: names of the clean paragraphs cost 9.1 in the median, misread text 11 and more.
ODD = 8.0


def repair_misdecoded(text: str, profile: Profile) -> list[Edit]:
    """Return the repairs of what was read in the wrong encoding, in order.

    >>> [(edit.after, edit.step.reason) for edit in repair_misdecoded("娴嬭瘯", Profile("娴嬭瘯"))]
    [('测试', 'UTF-8 read as GB18030')]
    """
    places = suspects(text, profile)
    if not places:
        return []
    edits: list[Edit] = []
    known: list[tuple[Misreading, ...]] = []
    for start, end in _pieces(text, places):
        edits += _repair_piece(text, start, end, known)
    return edits


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
        if line_end - line <= LONG_LINE or LONGEST_PIECE >= line_end - line < (until - i) * DENSE:
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
    costs = found_costs(text[start:end])
    place = start - 3
    for suspicious in places:
        if suspicious < place + 3:
            continue
        place = suspicious
        first, last = max(start, place - 2), min(end, place + 4)
        around = [costs[k - start] for k in range(first, last) if text[k] > "\x7f"]
        if sum(around) > ODD * len(around):
            return True
    return False


def _repair_piece(text: str, start: int, end: int, known: list[tuple[Misreading, ...]]) -> list[Edit]:
    piece = text[start:end]
    for layers in known:
        inner = undo(piece, layers)
        if inner is not None and inner != piece:
            cost = chinese(inner)
            if convincing(inner, as_found(piece) - cost, layers):
                return [_edit(piece, start, Candidate(inner, layers, cost))]
    whole = unravel(piece)
    if whole is not None and convincing(whole.text, as_found(piece) - whole.cost, whole.layers):
        if whole.layers not in known:
            known.insert(0, whole.layers)
        return [_edit(piece, start, whole)]
    return list(_parts(piece, start))


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
    return Edit(start + first, start + end, after[first : len(after) - last], _step(found.layers, certainty))


def _step(layers: tuple[Misreading, ...], certainty: Certainty, note: str = "") -> Step:
    reason = ", then ".join(str(layer) for layer in reversed(layers))
    return Step("mojibake", "misdecoded", certainty, reason + note)


def convincing(after: str, gain: float, layers: tuple[Misreading, ...], supposed: bool = False) -> bool:
    """Tell whether a repair is clearly better than what was found; `supposed` if bytes had to be filled in."""
    costs = [cost for cost, character in zip(language.character_costs(after), after, strict=True) if character > "\x7f"]
    if not costs:
        return False
    mean = sum(costs) / len(costs)
    if supposed:
        return gain >= GAIN and mean <= DEAREST.get(_han(after), DEAREST_LONG)
    if all(layer.was == "utf-8" for layer in layers):
        return gain >= GAIN_UTF8 and mean <= (DEAREST_UTF8 if len(costs) > 1 else DEAREST[4])
    return gain >= GAIN and mean <= DEAREST.get(len(costs), DEAREST_LONG)


def _parts(piece: str, offset: int) -> Iterator[Edit]:
    """Yield the repairs of the parts of a piece that were damaged."""
    costs = found_costs(piece)
    table = flags()
    marked = {c for c in piece if ord(c) < 0x10000 and table[ord(c)] & 3}
    best: tuple[float, Misreading, list[Found]] | None = None
    for read_as in (*SINGLE_BYTE, *MULTI_BYTE):
        reader = reading(read_as)
        readable = sum(reader.character(c) is not None for c in marked)
        if readable * 2 < len(marked) or read_as.startswith("utf-16"):
            continue
        for was in truths(read_as):
            if was.startswith("utf-16"):
                continue
            layer = Misreading(read_as, was)
            parts = Lattice(piece, layer, costs, lossy=True).found()
            found = [part for part in parts if convincing(part.text, part.gain, (layer,), part.supposed)]
            gain = sum(part.gain for part in found)
            if found and (best is None or gain > best[0] + 0.1):
                best = gain, layer, found
    if best is None:
        return
    _, layer, found = best
    for part in found:
        before = piece[part.start : part.end]
        proved = not part.supposed and layer.redo(part.text) == before
        note = ", bytes that were lost filled in" if part.supposed else ""
        yield Edit(
            offset + part.start,
            offset + part.end,
            part.text,
            _step((layer,), "proved" if proved else "inferred", note),
        )


def _han(text: str) -> int:
    return sum("\u3400" <= character <= "\u9fff" for character in text)
