"""The chains of misreadings that are searched, and the search over a piece that was damaged as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from normalize import language
from normalize.mojibake.readings import MULTI_BYTE, SINGLE_BYTE, reading

#: A second save and a third are seen in the wild (catalogue, kinds 5 and 8); more are not.
LAYERS = 3
RIVALS = ("zh", "xx", "ja", "ko")

#: Readings that differ from another in a few characters must be better by so many nats: they are rarer.
SECOND_CHOICES = ("cp950", "shift_jis", "euc_kr", "iso8859-2", "iso8859-15", "koi8-u", "ptcp154")
SECOND_CHOICE = 5.0

#: So many characters beyond ASCII that are UTF-8, with nothing that is not, are no chance.
#: Measured: of 566,745 runs of four Han characters in GB18030 or Big5 190 are (1 in 3,000).
BEYOND_DOUBT = 4

# What a reader of two-byte text is known to have been given, besides UTF-8.
_OTHER_TRUTHS = {
    "gb18030": ("big5hkscs",),
    "cp936": ("big5hkscs",),
    "big5hkscs": ("gb18030",),
    "cp950": ("gb18030",),
    "cp932": ("gb18030", "big5hkscs"),
    "shift_jis": ("gb18030", "big5hkscs"),
    "euc_jp": ("gb18030", "big5hkscs"),
    "cp949": ("gb18030", "big5hkscs"),
    "euc_kr": ("gb18030", "big5hkscs"),
}
_WIDE_READERS = ("latin-1", "cp1252", "gb18030", "cp936")


class Misreading(NamedTuple):
    """One layer of damage: bytes of the encoding `was` were read as `read_as`, with a mark for each that it lacks."""

    read_as: str
    was: str
    mark: str = "\ufffd"

    def __str__(self) -> str:
        return f"{reading(self.was).label} read as {reading(self.read_as).label}"

    def undo(self, text: str) -> str | None:
        """Return the text before this layer of damage, or None where it cannot have been damaged so."""
        data = reading(self.read_as).encode(text)
        return None if data is None else reading(self.was).decode(data)

    def redo(self, text: str) -> str | None:
        """Return the text damaged in this way."""
        data = reading(self.was).encode(text)
        return None if data is None else reading(self.read_as).decode(data)


@cache
def truths(read_as: str) -> tuple[str, ...]:
    """Return the encodings that `read_as` may have been given."""
    if read_as in ("utf-16-le", "utf-16-be"):
        return ("utf-16-be",) if read_as == "utf-16-le" else ("utf-16-le",)
    others = ("gb18030", "big5hkscs") if read_as in SINGLE_BYTE else _OTHER_TRUTHS[read_as]
    wide = ("utf-16-le", "utf-16-be") if read_as in _WIDE_READERS else ()
    return ("utf-8", *others, *wide)


class Candidate(NamedTuple):
    """What a piece may have been: the text, how it was damaged (the last layer first), and its cost in nats."""

    text: str
    layers: tuple[Misreading, ...]
    cost: float


def layers_of(piece: str) -> Iterator[tuple[str, Misreading]]:
    """Yield what each single misreading would make of the piece, undone; one for each different outcome."""
    seen = {piece}
    for read_as in (*SINGLE_BYTE, *MULTI_BYTE):
        data = reading(read_as).encode(piece)
        if data is None:
            continue
        for was in truths(read_as):
            if was != "utf-8" and is_utf8(data):
                break
            text = reading(was).decode(data)
            if text is not None and text not in seen:
                seen.add(text)
                yield text, Misreading(read_as, was)
            if read_as == "cp932" or (read_as == "cp936" and was == "utf-8" and text is None):
                text = _with_others(piece, read_as, was)
                if text is not None and text not in seen:
                    seen.add(text)
                    yield text, Misreading(read_as, was)


def is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 beyond doubt: a language that is not Chinese, maybe, but nothing else.

    >>> is_utf8("Ελληνικά".encode()), is_utf8("中文编码".encode("gb18030"))
    (True, False)
    """
    text = reading("utf-8").decode(data)
    return text is not None and sum(character > "\x7f" for character in text) >= BEYOND_DOUBT


def _with_others(piece: str, read_as: str, was: str) -> str | None:
    """Return what was misread, with the other bytes of characters that the reader has twice where those are likelier.

    One after another: each says little about the next.
    """
    reader = reading(read_as)
    codes = [reader.character(character) for character in piece]
    twice = [i for i, character in enumerate(piece) if reader.others(character)]
    if not twice or None in codes:
        return None
    found = b"".join(code or b"" for code in codes)
    best = reading(was).decode(found)
    for i in twice:
        start = sum(len(code or b"") for code in codes[:i])
        for other in reader.others(piece[i]):
            data = found[:start] + other + found[start + len(other) :]
            text = reading(was).decode(data)
            if text is not None and (best is None or chinese(text) < chinese(best)):
                found, best = data, text
    return best


def unravel(piece: str) -> Candidate | None:
    """Return the likeliest text that the piece, as a whole, can have been; None when there is no candidate at all.

    Only UTF-8 is looked for under another layer: what was misread twice had been saved as UTF-8 in between.

    >>> found = unravel("Ã¤Â¸Â\\xadÃ¦â€\u201câ€¡")
    >>> found.text, [str(layer) for layer in found.layers]
    ('中文', ['UTF-8 read as Windows-1252', 'UTF-8 read as Windows-1252'])
    """
    best: Candidate | None = None
    frontier: list[tuple[str, tuple[Misreading, ...]]] = [(piece, ())]
    seen = {piece}
    for _ in range(LAYERS):
        following = []
        for text, before in frontier:
            for inner, layer in layers_of(text):
                if inner in seen:
                    continue
                seen.add(inner)
                layers = (*before, layer)
                cost = chinese(inner) + (SECOND_CHOICE if layer.read_as in SECOND_CHOICES else 0.0)
                if best is None or cost < best.cost:
                    best = Candidate(inner, layers, cost)
                if layer.was == "utf-8":
                    following.append((inner, layers))
        frontier = following
    return best


def undo(piece: str, layers: tuple[Misreading, ...]) -> str | None:
    """Return the piece with all layers undone, or None where that cannot be."""
    text: str | None = piece
    for layer in layers:
        text = None if text is None else layer.undo(text)
    return text


def redo(text: str, layers: tuple[Misreading, ...]) -> str | None:
    """Return `text` damaged by all layers: the proof of a repair is that this is what was found."""
    damaged: str | None = text
    for layer in reversed(layers):
        damaged = None if damaged is None else layer.redo(damaged)
    return damaged


@lru_cache(256)
def chinese(text: str) -> float:
    """Return what a text costs as Chinese, in nats."""
    return language.model("zh").total(text)


@lru_cache(64)
def found_costs(text: str) -> list[float]:
    """Return the cost of each character of a text in the language that suits it best, in nats."""
    columns = [language.character_costs(text, name) for name in RIVALS]
    return [min(costs) for costs in zip(*columns, strict=True)]


def as_found(text: str) -> float:
    """Return what a text costs where every character is judged in the language that suits it best."""
    return sum(found_costs(text))
