"""One document: its format found, its text normalised in place, its bytes written back.

The law of this package: where nothing is to be changed, the bytes that come out are those that came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from normalize.edits import Step, compose
from normalize.encoding import canonical, decode, encode
from normalize.formats import splice
from normalize.formats.registry import format_of
from normalize.formats.span import Format, FormatError, Options, Span
from normalize.pipeline import Normalizer, undecodable
from normalize.result import Decoded, Result

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
    data: bytes, path: str, normalizer: Normalizer, options: Options = DEFAULTS, visit: Visit = lambda result: None
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
    if len(data) > options.largest:
        raise FormatError(
            f"{len(data):,} bytes of text are more than the {options.largest:,} that are done at once; "
            "raise the limit with --max-size"
        )
    decoded = decode(data, normalizer.config.encoding)
    if decoded.detection is not None and decoded.detection.encoding == "binary":
        return Rewritten(data, "binary", "binary", problem="not text")
    format = format or format_of(decoded.text, path)
    spans = list(format.spans(decoded.text, options))
    faulty = faulty_numbers(decoded.text, spans)
    result = explain(decoded, format, normalizer, options, spans)
    visit(result)
    left = (faulty_lines(faulty, len(faulty), format),) if faulty else ()
    return Rewritten(
        _write(result, decoded, data, options), format.name, decoded.encoding, left=left, faulty=tuple(faulty)
    )


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


def explain(
    decoded: Decoded, format: Format, normalizer: Normalizer, options: Options, found: list[Span] | None = None
) -> Result:
    """Return what normalising a decoded document in its format gives, with the record of every change.

    `found` are its spans, where they are known.
    """
    document = decoded.text
    spans = list(format.spans(document, options)) if found is None else found
    spans = [span for span in spans if span.kind != "faulty"]
    if spans == [Span(0, len(document))]:
        result = normalizer.explain(document)
        text, changes = result.text, result.spans
        scripts = [(result.script_before, result.script_after)]
    else:
        spliced = splice.Splice(document)
        scripts = []
        parts = list(splice.join(document, spans))
        for joined, result in zip(parts, normalizer.explain_many([part.text for part in parts]), strict=True):
            scripts.append((result.script_before, result.script_after))
            spliced.take(joined, result.text, result.spans)
        declared = format.charset(document)
        if declared is not None and canonical(options.to_encoding) != decoded.encoding:
            name = charset_name(options.to_encoding)
            spliced.add((*declared, name, (CHARSET,)))
        text, changes = spliced.assemble()
    return Result(
        text=text,
        source=document,
        spans=compose(undecodable(decoded).spans, changes),
        script_before=together(before for before, _ in scripts),
        script_after=together(after for _, after in scripts),
        decoded=decoded,
    )


def together(labels: Iterable[str]) -> str:
    """Return the script of a document whose parts have these scripts.

    >>> together(["Hans", "none"]), together(["Hans", "Hant"])
    ('Hans', 'mixed')
    """
    found = set(labels) - {"none"}
    return "none" if not found else found.pop() if len(found) == 1 else "mixed"


def _write(result: Result, decoded: Decoded, data: bytes, options: Options) -> bytes:
    name = canonical(options.to_encoding)
    if result.text == result.source and name == decoded.encoding:
        return data
    written = encode(result.text, name)
    return decoded.bom + written if decoded.bom and name == decoded.encoding else written


__all__ = ["FormatError", "Rewritten", "explain", "rewrite", "rewrite_text", "together"]
