"""Repair of the parts of a piece that were damaged: of a half of a line, of a field, and of what lost bytes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

from normalize.edits import Edit
from normalize.mojibake.chains import Misreading, chinese, found_costs, is_utf8, truths
from normalize.mojibake.judging import convincing, explained
from normalize.mojibake.lattice import Found, Lattice, Lines
from normalize.mojibake.readings import MULTI_BYTE, SINGLE_BYTE, STRICTER, reading
from normalize.mojibake.screen import flags

#: Misreadings of which lost bytes are looked for as well: the best so many without lost bytes.
LOSSY = 3
#: Of a longer piece so many characters say which misreadings those are.
SAMPLE = 160
#: So many whole characters of UTF-8 in a part are believed, and with them what is filled in between.
VOUCHING = 2
#: More than this share of the bytes lost, and what is filled in is invention. Of GB18030 read as EUC-JP, Shift_JIS and
#: EUC-KR 5 to 25 % are lost, of GB18030 read as UTF-8 60 %.
MOST_LOST = 0.4
#: Less than this share of the characters whole, and the rest is invention, however well it reads. Where Latin-1 lost
#: all controls 4 in 10 are, and a quarter of what was filled in was wrong; where Windows-1252 lost its five, 8 in 10.
LEAST_WHOLE = 0.5
#: With more marks among what is beyond ASCII nothing is looked for: text that lost so much is reported.
MOST_MARKS = 0.5
#: Nats that text of two bytes, read as such, must gain around something odd for its misreading to be searched at all.
#: Measured on damaged stretches of 4 to 8 characters in clean lines, and on the odd pieces of the Tang poems: at 4 and
#: at 8 as many stretches come back (54 and 52 of 240), and 149 and 71 misreadings of 166 odd pieces are searched.
AROUND_ODD = 8.0

#: After so many pieces in a row that a misreading explained better than those like it (other marks, stricter tables),
#: they are not compared any more: to find them costs four times as much as the one.
CONFIRMED = 3
#: After so many pieces that are odd all over, of more than half so many odd characters, for which nothing was found,
#: nothing is looked for in a text where nothing was found at all: what lost so much costs a second a line.
IN_VAIN, SAMPLE_IN_VAIN = 3, 24

#: Nats by which a program that loses more must explain a piece better: 0 to 6 are alike on 700 damaged spans.
RARER = 4.0
#: Nats for a byte that cannot be read: as much as an unlikely character would cost.
NO_CHARACTER = 6.0

# What UTF-8 leaves in bytes that were read in pairs: two characters, one of which may be cut, or one and a mark.
_HAN = re.compile("[\u3400-\u9fff]")
_BETWEEN_MARKS = re.compile("[^\ufffd\x00-\x7f]+")
_TRACES = re.compile(
    rb"[\xe2-\xef][\x80-\xbf]{1,2}(?:[?\xff]|[\xe2-\xef][\x80-\xbf])|\xff[\x80-\xbf]{2}|[\xe2-\xef]\xff[\x80-\xbf]?"
)


@dataclass
class Learnt:
    """What the pieces of a text have shown so far: the misreadings that were found; how many pieces in a row the first
    of them explained better than those like it; how many pieces that are odd all over nothing was found for.
    """

    layers: list[Misreading] = field(default_factory=list)
    confirmed: int = 0
    in_vain: int = 0


def repair_parts(piece: str, offset: int, learnt: Learnt, lines: Lines) -> Iterator[Edit]:
    """Yield the repairs of the parts of a piece that were damaged; what was found before in the text is tried first."""
    found: list[Found] = []
    preferred = learnt.layers
    for layer in preferred:
        found = _found(piece, layer, lines, lossy=True)
        if 2 * sum(part.end - part.start for part in found) > len(piece):
            if layer != preferred[0]:
                learnt.confirmed = 0
            if learnt.confirmed < CONFIRMED:
                found, better = _most_lossy(piece, found, layer, lines)
                learnt.confirmed = learnt.confirmed + 1 if better == preferred[0] else 0
                layer = better
            break
    else:
        if not _odd(piece) or piece.count("\ufffd") > MOST_MARKS * _beyond(piece):
            return
        if learnt.in_vain >= IN_VAIN and not preferred:
            return
        best = _likeliest(piece, lines)
        lossy = [_most_lossy(piece, _found(piece, layer, lines, lossy=True), layer, lines) for layer in best]
        found, layer = max(lossy, key=lambda pair: _gain(pair[0]), default=([], Misreading("", "")))
        if not found:
            learnt.in_vain += 2 * len(_odd(piece)) > max(_beyond(piece), SAMPLE_IN_VAIN)
            return
    if layer not in preferred:
        preferred.insert(0, layer)
    all_beyond, repaired = _beyond(piece), sum(_beyond(piece[part.start : part.end]) for part in found)
    if layer.was != "utf-8" or all_beyond // 2 < repaired < all_beyond:
        found = _throughout(piece, layer, lines) or found
    for part in found:
        proved = not part.supposed and layer.redo(part.text) == piece[part.start : part.end]
        step = explained(
            (layer,),
            "proved" if proved else "inferred",
            _note(part) if part.supposed else "",
        )
        yield Edit(offset + part.start, offset + part.end, part.text, step)


def _most_lossy(piece: str, found: list[Found], layer: Misreading, lines: Lines) -> tuple[list[Found], Misreading]:
    """Return what is found, or what is when the program had a stricter table, or put `?` for each byte."""
    best = _gain(found), found, layer
    for other in _losing_more(piece, layer):
        others = _found(piece, other, lines, lossy=True)
        best = max(best, (_gain(others) - RARER, others, other), key=itemgetter(0))
    return best[1], best[2]


def _losing_more(piece: str, layer: Misreading) -> Iterator[Misreading]:
    """Yield the misreadings like another that lose more bytes, or mark them otherwise."""
    marks = [layer.mark] if "\ufffd" in piece or "?" not in piece or layer.read_as in SINGLE_BYTE else ["\ufffd", "?"]
    for mark in marks:
        for read_as in (layer.read_as, STRICTER.get(layer.read_as)):
            if read_as and (read_as, mark) != (layer.read_as, layer.mark):
                yield Misreading(read_as, layer.was, mark)


def _note(part: Found) -> str:
    """Return what is said of a repair with lost bytes."""
    return ", bytes that were lost filled in" + (" where that is clear" if "\ufffd" in part.text else "")


def _likeliest(piece: str, lines: Lines) -> list[Misreading]:
    """Return the few misreadings that bytes may have been lost under: those that make most of what is whole."""
    piece = _sample(piece)
    layers = [layer for layer in _layers(piece) if _may_be(piece, layer)]
    if "\ufffd" in piece:
        worth = [(-_worth(piece, layer), i) for i, layer in enumerate(layers)]
        return [layers[i] for _, i in sorted(worth)[:LOSSY]]
    gains = [(-_gain(_found(piece, layer, lines, lossy=False)), i) for i, layer in enumerate(layers)]
    best = [layers[i] for gain, i in sorted(gains)[:LOSSY] if gain]
    return best or [layer for layer in layers if layer.was == "utf-8"][:LOSSY]


def _sample(piece: str) -> str:
    """Return of a long piece the stretch in which most is odd."""
    if len(piece) <= SAMPLE:
        return piece
    odd = _odd(piece)
    start = max(odd, key=lambda place: bisect_left(odd, place + SAMPLE) - bisect_left(odd, place))
    return piece[start : start + SAMPLE]


def _worth(piece: str, layer: Misreading) -> float:
    """Return about how many nats a misreading gains between the marks, whatever the marks stand for."""
    reader, costs = reading(layer.read_as), found_costs(piece)
    worth = 0.0
    for match in _BETWEEN_MARKS.finditer(piece):
        data = b"".join([reader.character(character) or b"?" for character in match[0]])
        read = min(_read_so(data[first:], layer.was) + NO_CHARACTER * first for first in range(2))
        worth += max(0.0, sum(costs[match.start() : match.end()]) - read)
    return worth


def _read_so(data: bytes, was: str) -> float:
    """Return what bytes cost as text in an encoding."""
    text = data.decode(was, "ignore")
    return chinese(text) + NO_CHARACTER * (len(data) - len(text.encode(was)))


def _found(piece: str, layer: Misreading, lines: Lines, lossy: bool) -> list[Found]:
    """Return the parts that are believed to have been misread."""
    parts = Lattice(piece, layer, found_costs(piece), lines, lossy).found()
    return [
        part
        for part in parts
        if _is_convincing(part, layer) and _is_left_enough(part, piece, layer) and not _is_other(part, piece, layer)
    ]


def _throughout(piece: str, layer: Misreading, lines: Lines) -> list[Found]:
    """Return all that was misread in a piece most of which was: what is odd about the rest need not prove itself."""
    parts = Lattice(piece, layer, found_costs(piece), lines, lossy=True, throughout=True).found()
    parts = [part for part in parts if _is_left_enough(part, piece, layer)]
    text, sure = "".join(part.text for part in parts), "".join(part.sure for part in parts)
    whole = Found(0, len(piece), text, _gain(parts), sum(part.evidence for part in parts), sure)
    return parts if parts and _is_convincing(whole, layer) else []


def _is_convincing(part: Found, layer: Misreading) -> bool:
    """Tell whether a part is clearly better than what was found: whole characters of UTF-8 vouch for others."""
    if not part.supposed:
        return convincing(part.text, part.gain, (layer,))
    if _beyond(part.sure) < LEAST_WHOLE * _beyond(part.text):
        return False
    if layer.was != "utf-8" and _beyond(part.sure) < _beyond(part.text) / 2:
        return False
    if layer.read_as in MULTI_BYTE and part.sure.isascii() and _HAN.search(part.text):
        return False  # a rare character and a question mark: any text has that
    if layer.was == "utf-8" and _beyond(part.sure) >= VOUCHING:
        return convincing(part.sure, part.evidence, (layer,))
    return convincing(part.text, part.evidence, (layer,), supposed=True)


def _is_other(part: Found, piece: str, layer: Misreading) -> bool:
    """Tell whether a part is UTF-8 beyond doubt, of another language, that only looks like text of two bytes."""
    if layer.was == "utf-8" or layer.read_as not in SINGLE_BYTE:
        return False
    data = reading(layer.read_as).encode(piece[part.start : part.end])
    return data is not None and is_utf8(data)


def _is_left_enough(part: Found, piece: str, layer: Misreading) -> bool:
    """Tell whether enough is left of the bytes for the rest to be supposed."""
    marks = piece.count(layer.mark, part.start, part.end)
    return not marks or marks <= MOST_LOST * len(reading(layer.was).encode(part.text) or b"")


def _layers(piece: str) -> list[Misreading]:
    """Return the misreadings by which most of what is odd in a piece can have come about."""
    odd = {piece[i] for i in _odd(piece)}
    layers = []
    for read_as in (*SINGLE_BYTE, *MULTI_BYTE):
        reader = reading(read_as)
        if not read_as.startswith("utf-16") and 2 * sum(reader.character(c) is not None for c in odd) >= len(odd):
            layers += [Misreading(read_as, was) for was in truths(read_as) if not was.startswith("utf-16")]
    return layers


def _may_be(piece: str, layer: Misreading) -> bool:
    """Tell whether a piece has any trace of a misreading: quick, so that rare words of clean text cost little."""
    if layer.read_as in SINGLE_BYTE:
        return True
    reader = reading(layer.read_as)
    odd = _odd(piece)
    costs = found_costs(piece)
    if layer.was == "utf-8":
        for place in odd:
            around = slice(max(0, place - 3), place + 5)
            found = b"".join([reader.character(c) or (b"\xff" if c == "\ufffd" else b"\0") for c in piece[around]])
            if _TRACES.search(found) and _read_so(found, layer.was) + AROUND_ODD <= sum(costs[around]):
                return True
        return False
    if "\ufffd" in piece or "?" in piece or any("\uff61" <= character <= "\uff9f" for character in piece):
        return True
    for place in odd:
        # What the reader has no character for was not misread: its cost is no gain.
        readable = [i for i in range(max(0, place - 1), min(place + 3, len(piece))) if reader.character(piece[i])]
        read = layer.undo("".join([piece[i] for i in readable]))
        if read is not None and chinese(read) + AROUND_ODD <= sum([costs[i] for i in readable]):
            return True
    return False


@lru_cache(16)
def _odd(piece: str) -> list[int]:
    table = flags()
    return [i for i, character in enumerate(piece) if ord(character) < 0x10000 and table[ord(character)] & 3]


def _beyond(text: str) -> int:
    return sum(character > "\x7f" for character in text)


def _gain(parts: list[Found]) -> float:
    return sum(part.gain for part in parts)
