"""What comes back: `Result` with its `Change`s and `Alignment`, `Detection` and `Decoded`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import overload

from normalize.edits import CERTAINTIES, NO_SPANS, Certainty, Spans, Step, as_list


@dataclass(frozen=True, slots=True)
class Change:
    """One change between the source text and the output text; offsets are in characters (code points).

    A change that went through several stages carries one step for each, and its certainty is that of the weakest.
    Where `before == after` nothing was changed: something is reported there that could not be repaired.
    """

    start: int
    end: int
    output_start: int
    output_end: int
    before: str
    after: str
    steps: tuple[Step, ...]

    @property
    def stage(self) -> str:
        """The stages that made the change, joined by `+`."""
        return "+".join(dict.fromkeys(step.stage for step in self.steps))

    @property
    def rule(self) -> str:
        """The names of the rules that made the change, joined by `+`."""
        return "+".join(dict.fromkeys(step.rule for step in self.steps))

    @property
    def names(self) -> tuple[str, ...]:
        """The full names of the rules, `stage.rule`, as `disable` takes them."""
        return tuple(f"{step.stage}.{step.rule}" for step in self.steps)

    @property
    def certainty(self) -> Certainty:
        """The weakest certainty of the steps: `rule`, `proved`, `inferred` or `lost`."""
        return max((step.certainty for step in self.steps), key=CERTAINTIES.index)

    @property
    def reason(self) -> str:
        """The reasons of the steps as sentences for people."""
        return "; ".join(dict.fromkeys(step.reason for step in self.steps if step.reason))


class Changes(Sequence[Change]):
    """The changes of a result in order: stored as columns, handed out as `Change` objects."""

    __slots__ = ("_output", "_source", "spans")

    def __init__(self, source: str, output: str, spans: Spans) -> None:
        self._source = source
        self._output = output
        self.spans = spans

    def __len__(self) -> int:
        return len(self.spans)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> list[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | list[Change]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        spans = self.spans
        return self._make(
            int(spans.starts[index]),
            int(spans.ends[index]),
            int(spans.out_starts[index]),
            int(spans.out_ends[index]),
            int(spans.codes[index]),
        )

    def __iter__(self) -> Iterator[Change]:
        for row in self.spans.rows():
            yield self._make(*row)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence):
            return list(self) == list(other)
        return NotImplemented

    def __repr__(self) -> str:
        return f"<{len(self)} changes>"

    def _make(self, start: int, end: int, output_start: int, output_end: int, code: int) -> Change:
        before = self._source[start:end]
        after = self._output[output_start:output_end]
        return Change(start, end, output_start, output_end, before, after, self.spans.steps[code])


def apply(source: str, changes: Iterable[Change]) -> str:
    """Apply changes to the text that they were recorded against.

    Raises ValueError when a change does not fit the text: it is not the text that the changes belong to.

    >>> apply("a,b", [Change(1, 2, 1, 2, ",", "，", ())])
    'a，b'
    """
    pieces: list[str] = []
    position = 0
    for change in changes:
        if change.start < position or source[change.start : change.end] != change.before:
            raise ValueError(
                f"the change at characters {change.start}-{change.end} does not fit this text: expected "
                f"{change.before!r}, found {source[change.start : change.end]!r}; "
                "use the text that the changes were made from"
            )
        pieces += (source[position : change.start], change.after)
        position = change.end
    pieces.append(source[position:])
    return "".join(pieces)


def invert(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that lead back from the output to the source."""
    return [Change(c.output_start, c.output_end, c.start, c.end, c.after, c.before, c.steps[::-1]) for c in changes]


class Alignment:
    """Where each character of the source stands in the output, and back.

    Both maps are total and monotone, and exact on unchanged text. Inside a change, an offset maps to the
    start of what stands in its place.
    """

    __slots__ = ("_in", "_in_ends", "_out", "_out_ends")

    def __init__(self, spans: Spans) -> None:
        self._in = as_list(spans.starts)
        self._in_ends = as_list(spans.ends)
        self._out = as_list(spans.out_starts)
        self._out_ends = as_list(spans.out_ends)

    def to_output(self, offset: int) -> int:
        """Map an offset in the source to the output."""
        return _map(offset, self._in, self._in_ends, self._out, self._out_ends)

    def to_source(self, offset: int) -> int:
        """Map an offset in the output to the source."""
        return _map(offset, self._out, self._out_ends, self._in, self._in_ends)


def _map(
    offset: int, starts: Sequence[int], ends: Sequence[int], other_starts: Sequence[int], other_ends: Sequence[int]
) -> int:
    # The first span that ends after the offset; all before it are passed entirely.
    index = bisect_right(ends, offset)
    if index < len(starts) and starts[index] <= offset:
        inside = min(offset - starts[index], other_ends[index] - other_starts[index])
        same_length = ends[index] - starts[index] == other_ends[index] - other_starts[index]
        return other_starts[index] + (inside if same_length else 0)
    if index == 0:
        return offset
    return offset - ends[index - 1] + other_ends[index - 1]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another encoding that was considered, with the share of belief that it was given."""

    encoding: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Detection:
    """What a sequence of bytes is written in.

    `encoding` is the widest encoding that reads it (`gb18030` rather than `gb2312`), a name that Python decodes
    with once `normalize` is imported, `binary` for what is no text, or None for nothing at all; `narrow` the smallest
    one that suffices. `confidence` is between 0 and 1.
    """

    encoding: str | None
    confidence: float
    narrow: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    bom: bool = False
    language: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DecodeError:
    """Bytes that could not be decoded: where they begin in the data, what they are, and why.

    `position` is the place in the text of the mark (U+FFFD, one a byte sequence) that stands for them.
    """

    offset: int
    data: bytes
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class Irregular:
    """Bytes that were decoded, but that encoding `text[position:position + length]` again would spell otherwise."""

    position: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a file that is in another encoding than the rest: where in the data, and where in the text."""

    offset: int
    end: int
    position: int
    length: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text decoded from bytes. `errors` lists what could not be decoded: nothing is dropped.

    `segments` lists parts that are in another encoding, `irregular` the parts whose bytes are needed to undo exactly.
    """

    text: str
    encoding: str
    errors: tuple[DecodeError, ...] = ()
    detection: Detection | None = None
    bom: bytes = b""
    segments: tuple[Segment, ...] = ()
    irregular: tuple[Irregular, ...] = ()


@dataclass(frozen=True)
class Result:
    """A normalised text with its record.

    `source` is the text that the changes refer to (after decoding, when bytes came in); `script_before` and
    `script_after` are labels (Hans, Hant, mixed, none).
    """

    text: str
    source: str
    spans: Spans = field(default=NO_SPANS, repr=False)
    script_before: str = "none"
    script_after: str = "none"
    decoded: Decoded | None = field(default=None, repr=False)

    @property
    def detection(self) -> Detection | None:
        """How the encoding was found, when bytes came in."""
        return self.decoded.detection if self.decoded else None

    @cached_property
    def changes(self) -> Changes:
        """Every change against `source`, in order."""
        return Changes(self.source, self.text, self.spans)

    @property
    def lost(self) -> list[Change]:
        """What is gone for good and was left visible."""
        lost = {code for code, steps in enumerate(self.spans.steps) if any(step.certainty == "lost" for step in steps)}
        if not lost:
            return []
        return [self.changes[i] for i, code in enumerate(as_list(self.spans.codes)) if code in lost]

    @cached_property
    def alignment(self) -> Alignment:
        """The map between offsets of the source and of the output."""
        return Alignment(self.spans)

    def align(self, offset: int, to_source: bool = False) -> int:
        """Map an offset of the source to the output, or back with `to_source`."""
        return self.alignment.to_source(offset) if to_source else self.alignment.to_output(offset)

    def _repr_html_(self) -> str:
        """Show the changes in a notebook."""
        from normalize.highlight import html_fragment

        return html_fragment(self)

    def undo(self) -> str | bytes:
        """Return the source: the text that came in, or the exact bytes, led back to through the record.

        The changes give the text before them, and the record of the decoding the bytes, undecodable ones included.

        >>> from normalize import explain
        >>> explain("關(guān)于", "zh-Hans").undo()
        '關(guān)于'
        >>> explain(b"\\xd6\\xd0\\xff\\xce\\xc4", "zh-Hant", encoding="gb18030").undo()
        b'\\xd6\\xd0\\xff\\xce\\xc4'
        """
        pieces: list[str] = []
        position = 0
        for start, end, output_start, output_end, _ in self.spans.rows():
            pieces += (self.text[position:output_start], self.source[start:end])
            position = output_end
        text = "".join((*pieces, self.text[position:]))
        if self.decoded is None:
            return text
        from normalize.encoding import to_bytes

        return to_bytes(replace(self.decoded, text=text))
