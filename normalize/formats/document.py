"""One document: its format found, its text normalised in place, its bytes written back.

The law of this package: where nothing is to be changed, the bytes that come out are those that came in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from normalize.edits import Step, compose
from normalize.encoding import canonical, decode, encode
from normalize.formats.registry import format_of
from normalize.formats.span import Format, FormatError, Options, Span
from normalize.formats.splice import Joined, Placed, join, splice
from normalize.pipeline import Normalizer, undecodable
from normalize.result import Decoded, Result
from normalize.script.identification import MIXED_SHARE

CHARSET = Step("formats", "charset", "rule", "the document names the encoding that it is now written in")
#: What documents call an encoding that they are written in.
_CHARSET_NAMES = {"utf-8-sig": "utf-8", "big5hkscs": "big5-hkscs", "gbk": "GBK", "gb18030": "GB18030"}


def charset_name(encoding: str) -> str:
    """Return what documents call an encoding.

    >>> charset_name("big5hkscs")
    'big5-hkscs'
    """
    return _CHARSET_NAMES.get(encoding, encoding)


#: What is done with formats unless the user decides otherwise.
DEFAULTS = Options()

Visit = Callable[[Result], object]


def unseen(result: Result) -> None:
    """Take no notice: who passes this needs no record of what became of the texts."""


def within(visit: Visit, name: str) -> Visit:
    """Return who is to be told of the texts of a member: a visitor that wants to know the member has a `within`."""
    enter: Callable[[str], Visit] | None = getattr(visit, "within", None)
    return visit if enter is None else enter(name)


@dataclass(frozen=True)
class Rewritten:
    """What became of a document: its bytes, its format (`zip/docx` style for nested ones), its encoding.

    `problem` says why it was left as it is; `left` names parts inside it that were, with the reason. `faulty` are the
    numbers (from 1) of lines that are not as the format asks, which `left` tells of too. `names` are the members of an
    archive that have another name now, before and after.
    """

    data: bytes
    format: str
    encoding: str | None = None
    problem: str = ""
    left: tuple[str, ...] = ()
    faulty: tuple[int, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def rewrite(
    data: bytes, path: str, normalizer: Normalizer, options: Options = DEFAULTS, visit: Visit = unseen
) -> Rewritten:
    """Return a document with its text normalised, in `options.to_encoding`; `visit` is told of every text in it.

    Raises FormatError for what is made to break readers, EncodingError when the encoding lacks a character.
    """
    from normalize.formats.containers import container_of

    container = container_of(data)
    if container is not None:
        return container(data, path, normalizer, options, visit)
    return rewrite_text(data, path, normalizer, options, visit)


def rewrite_text(
    data: bytes, path: str, normalizer: Normalizer, options: Options, visit: Visit, format: Format | None = None
) -> Rewritten:
    """Return a text document, of the format given or found, with its text normalised."""
    document = read_text(data, path, normalizer.config.encoding, options, format)
    if isinstance(document, Rewritten):
        return document
    if visit is unseen and document.is_whole:
        # The record would take half as long again, and most of the memory.
        return document.written([Result(normalizer.normalize(text), text) for text in document.texts], visit)
    texts = document.texts
    return document.written(normalizer.explain_many(texts, [document.is_whole] * len(texts)), visit)


def read_text(
    data: bytes, path: str, encoding: str | None, options: Options, format: Format | None = None
) -> TextDocument | Rewritten:
    """Return a text document as it is read; what turns out to be no text is done with."""
    if len(data) > options.largest:
        raise FormatError(
            f"{len(data):,} bytes of text are more than the {options.largest:,} that are done at once; "
            "raise the limit with --max-size"
        )
    decoded = decode(data, encoding)
    if decoded.detection is not None and decoded.detection.encoding == "binary":
        return Rewritten(data, "binary", "binary", problem="not text")
    return TextDocument(decoded, format or format_of(decoded.text, path), options, data)


class TextDocument:
    """A text document as it is read: `texts` are to be normalised, and `result` brings back what they became."""

    def __init__(self, decoded: Decoded, format: Format, options: Options, data: bytes = b"") -> None:
        self._decoded = decoded
        self._format = format
        self._options = options
        self._data = data
        spans = list(format.spans(decoded.text, options))
        self.is_whole = spans == [Span(0, len(decoded.text))]
        self.faulty = tuple(faulty_numbers(decoded.text, spans))
        self._joined: Joined | None = None if self.is_whole else join(decoded.text, _sound(spans))

    @property
    def texts(self) -> list[str]:
        """What is to be normalised: each is judged by itself (a row), and all that is in it together."""
        return [self._decoded.text] if self._joined is None else self._joined.texts

    def result(self, results: Sequence[Result]) -> Result:
        """Return the document with its texts as they became, and the record of every change."""
        if self._joined is None:
            (whole,) = results
            text, changes, scripts = whole.text, whole.spans, (whole.script_before, whole.script_after)
        else:
            charset: list[Placed] = []
            declared = self._format.charset(self._decoded.text)
            if declared is not None and canonical(self._options.to_encoding) != self._decoded.encoding:
                charset.append((*declared, charset_name(self._options.to_encoding), (CHARSET,)))
            output, spans = self._joined.together(results)
            text, changes = splice(self._decoded.text, self._joined, output, spans, charset)
            scripts = (
                together(result.script_before for result in results),
                together(result.script_after for result in results),
            )
        return Result(
            text=text,
            source=self._decoded.text,
            spans=compose(undecodable(self._decoded).spans, changes),
            script_before=scripts[0],
            script_after=scripts[1],
            decoded=self._decoded,
        )

    def written(self, results: Sequence[Result], visit: Visit) -> Rewritten:
        """Return the bytes of the document with its texts as they became."""
        result = self.result(results)
        visit(result)
        left = (self.faults(),) if self.faulty else ()
        written = _write(result, self._decoded, self._data, self._options)
        return Rewritten(written, self._format.name, self._decoded.encoding, left=left, faulty=self.faulty)

    def faults(self) -> str:
        """Return a sentence about the lines that are not as the format asks."""
        return faulty_lines(self.faulty, len(self.faulty), self._format)


def _sound(spans: Iterable[Span]) -> Iterator[Span]:
    return (span for span in spans if span.kind != "faulty")


def faulty_numbers(text: str, spans: Iterable[Span]) -> list[int]:
    """Return the numbers (from 1) of the lines of a document that are not as its format asks."""
    lines: list[int] = []
    line, position = 1, 0
    for span in spans:
        if span.kind == "faulty":
            line += text.count("\n", position, span.start)
            position = span.start
            lines.append(line)
    return lines


#: So many faulty lines are named.
NAMED = 5


def faulty_lines(first: Sequence[int], count: int, format: Format) -> str:
    """Return a sentence about lines that are not as the format asks, given the first of them and their number.

    >>> from normalize.formats.members import JSON_LINES
    >>> faulty_lines([3], 1, JSON_LINES), faulty_lines([3, 5], 2, JSON_LINES)
    ('line 3 is not valid jsonl and stays as it is', 'lines 3 and 5 are not valid jsonl and stay as they are')
    """
    if count == 1:
        return f"line {first[0]} is not valid {format.name} and stays as it is"
    named = [str(number) for number in first[:NAMED]]
    last = f"{count - len(named):,} more" if count > len(named) else named.pop()
    return f"lines {', '.join(named)} and {last} are not valid {format.name} and stay as they are"


def together(labels: Iterable[str]) -> str:
    """Return the script of a document whose parts have these scripts; `labels` may also count them.

    >>> together(["Hans", "none"]), together(["Hans", "Hant"]), together({"Hans": 99, "mixed": 1})
    ('Hans', 'mixed', 'Hans')
    """
    found = Counter(labels)
    del found["none"]
    if len(found) < 2:
        return next(iter(found), "none")
    label, count = found.most_common(1)[0]
    return label if count > (1 - MIXED_SHARE) * found.total() else "mixed"


def _write(result: Result, decoded: Decoded, data: bytes, options: Options) -> bytes:
    name = canonical(options.to_encoding)
    if result.text == result.source and name == decoded.encoding:
        return data
    written = encode(result.text, name)
    return decoded.bom + written if decoded.bom and name == decoded.encoding else written


__all__ = ["FormatError", "Rewritten", "TextDocument", "read_text", "rewrite", "rewrite_text", "together"]
