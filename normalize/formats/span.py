"""What a format says about a document: spans of text in it, and how text is spelled there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from normalize.formats.escapes import PLAIN, Escapes


class FormatError(ValueError):
    """A document that cannot be worked on as its format asks; the message says why."""


#: `text` begins a passage; `more` continues the passage before it, with only markup between; `kept` is seen as part of
#: the passage but is not changed (code); `document` begins a document of its own (a row), judged apart from the others;
#: `faulty` is no text, but something that is not as the format asks: it stays as it is, and its line is named.
Kind = Literal["text", "more", "kept", "document", "faulty"]


class Span(NamedTuple):
    """A stretch of text in a decoded document, in characters, with the escapes that spell it."""

    start: int
    end: int
    kind: Kind = "text"
    escapes: Escapes = PLAIN


@dataclass(frozen=True)
class Options:
    """What the user decides about formats.

    `fields` are the names (or dotted paths) of JSON members to normalise, and `columns` the names or numbers (from 1)
    of table columns; empty means all. `to_encoding` is what is written. `most` caps what a compressed file or archive
    may hold and `largest` one text, in bytes, and `ratio` how many times its own size; `depth` how deep one may lie in
    another. `names` also normalises the names of the members of archives.
    """

    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    to_encoding: str = "utf-8"
    most: int = 1 << 28
    largest: int = 1 << 28
    ratio: int = 200
    depth: int = 3
    names: bool = False


@dataclass(frozen=True)
class Format:
    """One format: its name, the ends of file names, where its text is, and where it names its own encoding.

    `spans` must not raise for broken input: what is not understood is not text. `signature` tells the format by the
    beginning of a document, before its name is asked; `charset` gives the place of the encoding's name.
    """

    name: str
    suffixes: tuple[str, ...]
    spans: Callable[[str, Options], Iterator[Span]]
    signature: Callable[[str], bool] = lambda head: False
    charset: Callable[[str], tuple[int, int] | None] = lambda text: None
