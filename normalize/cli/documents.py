"""Documents as a command sees them: their format respected, their bytes made again from their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from normalize.cli.options import encoding_named
from normalize.cli.outcome import shown, warn
from normalize.formats import FormatError, Options, Rewritten, rewrite
from normalize.formats.document import TextDocument, Visit, unseen
from normalize.pipeline import Normalizer
from normalize.result import Decoded, Result

if TYPE_CHECKING:
    from normalize.formats.blocks import Divided

#: Files of more bytes are done in blocks of this size where their format allows it. Smaller ones are judged whole: the
#: signature of a collapse, and damage that is a pattern of the page, show best in all of it, and 2 MB are a thick book.
#: With everything on, blocks of this size and whole files up to that take 125 MB of memory; 4 MB take 150, or 250 with
#: the record of all changes, and longer.
LARGE = 1 << 21
BLOCK = 1 << 19


def form_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what form documents have and get."""
    options = [
        click.option("--to-encoding", default="utf-8", metavar="NAME", help="Encoding to be in.  [default: utf-8]"),
        click.option(
            "--field", "fields", multiple=True, metavar="NAME", help="Of JSON this member only (a.b: b in a)."
        ),
        click.option(
            "--column", "columns", multiple=True, metavar="KEY", help="Of tables this column only (or number)."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@dataclass(frozen=True)
class Form:
    """The form of documents: the encoding of the output, and what is text in them."""

    encoding: str
    unencodable: Any
    options: Options

    @classmethod
    def of(cls, options: dict[str, Any]) -> Form:
        """Return the form that options ask for, taking them out of `options`."""
        encoding = encoding_named(options.pop("to_encoding"))
        unencodable = options.pop("unencodable", "strict")
        chosen = Options(options.pop("fields"), options.pop("columns"), encoding)
        return cls(encoding, unencodable, chosen)

    def explain(self, file: str, source: Decoded, normalizer: Normalizer) -> Result:
        """Return a decoded document normalised as its format asks, with the record of every change."""
        document = self._document(file, source)
        return document.result(normalizer.explain_many(document.texts))

    def text(self, file: str, source: Decoded, normalizer: Normalizer) -> str:
        """Return a decoded document normalised as its format asks; say what in it could not be."""
        document = self._document(file, source)
        if document.is_whole:
            return normalizer.normalize(source.text)
        if document.faulty:
            warn(f"{shown(file)}: {document.faults()}")
        return document.result(light(normalizer).explain_many(document.texts)).text

    def _document(self, file: str, source: Decoded) -> TextDocument:
        from normalize.formats.registry import format_of

        return TextDocument(source, format_of(source.text, "" if file == "-" else file), self.options)

    def container(self, file: str, data: bytes, normalizer: Normalizer) -> bytes | None:
        """Return a compressed file or an archive with what is in it normalised; None for what is neither.

        What had to stay as it is is said.
        """
        found = self.rewritten(file, data, light(normalizer))
        if found is None:
            return None
        if found.problem:
            raise FormatError(found.problem)
        for note in found.left:
            warn(f"{shown(file)}: {note}")
        return found.data

    def rewritten(
        self, file: str, data: bytes, normalizer: Normalizer, visit: Visit = lambda result: None
    ) -> Rewritten | None:
        """Return what becomes of a compressed file or an archive, `visit` told of every text; None for others."""
        from normalize.formats.containers import container_of

        return rewrite(data, file, normalizer, self.options, visit) if container_of(data) else None

    def parts(self, file: str, normalizer: Normalizer) -> Parts | None:
        """Return a large file normalised part by part, in memory that does not grow with it; None for others.

        Text of lines can be divided so, when its encoding is to be had from its beginning; tables and web archives too.
        """
        from normalize.formats.blocks import large

        path = Path(file)
        if file == "-" or self.unencodable != "strict" or not path.is_file() or path.stat().st_size <= LARGE:
            return None
        found = large(path, file, BLOCK, self.options, normalizer.config.encoding)
        return Parts(path, found, light(normalizer)) if found else None

    def bytes_of(self, text: str, source: Decoded, data: bytes) -> bytes:
        """Return the bytes of what was made of a document; `data` itself where nothing changed.

        The byte order mark is kept where the encoding is.
        """
        from normalize.encoding import encode

        stays = source.encoding == self.encoding
        if stays and text == source.text and not source.errors:
            return data
        written = encode(text, self.encoding, self.unencodable)
        return source.bom + written if stays else written


def light(normalizer: Normalizer) -> Normalizer:
    """Return a normaliser for documents whose record nobody will see: that takes half of the time."""
    from normalize.corpus.counting import CountingNormalizer

    return CountingNormalizer(normalizer.config)


class Parts:
    """A large file that is normalised part by part; where nothing changes in the end, its own bytes count."""

    def __init__(self, path: Path, divided: Divided, normalizer: Normalizer) -> None:
        self._path = path
        self._divided = divided
        self._normalizer = normalizer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._divided.rewritten(self._normalizer, unseen)
        for note in self._divided.left:
            warn(f"{self._path}: {note}")

    def unchanged(self) -> Iterator[bytes] | None:
        """Return the file as it is, if no part of it changed: packing again may give other bytes for the same."""
        if self._divided.changed:
            return None
        return _content(self._path)


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(BLOCK), b"")


class Seen:
    """Told of the texts in an archive, keeps those that would change, or that are not in the encoding asked for."""

    def __init__(self, encoding: str, member: str = "", results: list[tuple[str, Result]] | None = None) -> None:
        self.encoding = encoding
        self.member = member
        self.results: list[tuple[str, Result]] = [] if results is None else results

    def within(self, name: str) -> Seen:
        """Return who is told of the texts of a member."""
        return Seen(self.encoding, f"{self.member}/{name}" if self.member else name, self.results)

    def __call__(self, result: Result) -> None:
        source = result.decoded
        other = source is not None and source.encoding != self.encoding and not result.source.isascii()
        if len(result.spans) or other:
            self.results.append((self.member, result))
