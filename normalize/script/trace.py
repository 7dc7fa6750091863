"""The record of a conversion: which span became what, and by which entry of the lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from operator import add, sub

from normalize.edits import NO_SPANS, Edit, Edits, Spans, Step, compose, with_rows
from normalize.script import scalar
from normalize.script.lexicon import Plan
from normalize.script.matching import Match, Matcher
from normalize.script.runs import LONGEST, MOST
from normalize.script.short import Short

#: A span of a run: start, end, length afterwards, the reasons.
Row = tuple[int, int, int, tuple[Step, ...]]

_REASONS = {
    "character": "the form of this character in the other script",
    "phrase": "the form that the word {key} takes in the other script",
    "variant": "the form that the region prefers",
    "vocabulary": "the region's word for {key}",
    "compatibility": "the character that this compatibility character repeats",
    "dictionary": "an entry of the user's dictionary",
}


def trace(text: str, plan: Plan) -> Spans:
    """Return the spans of a text that a plan changes: one a character or, where a phrase decided, one a phrase.

    >>> from normalize.script.lexicon import load
    >>> [row[:2] for row in trace("头发软件", load("s2t")).rows()]
    [(0, 2), (2, 3)]
    """
    layers = _Layers(text)
    if plan.overrides is not None:
        layers.override(plan.overrides)
    for matcher in plan.normalization:
        layers.pass_over(matcher)
    if plan.segmentation is not None:
        layers.cut(plan.segmentation)
    for matcher in plan.chain:
        layers.pass_over(matcher)
    return _changing(layers.spans, text, layers.text)


class Traces(dict[str, tuple[Row, ...]]):
    """What runs and single characters become by a plan, and why; traced when one is first met, then remembered."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def __missing__(self, part: str) -> tuple[Row, ...]:
        spans = trace(part, self._plan)
        rows = tuple((row[0], row[1], row[3] - row[2], spans.steps[row[4]]) for row in spans.rows())
        if len(part) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[part] = rows
        return rows

    def short(self, text: str, ready: Short) -> Spans:
        """Return the spans of a short text, part by part as it is converted."""
        rows: list[Row] = []
        for start, end, is_run in ready.parts(text):
            if is_run:
                rows += ((start + row[0], start + row[1], *row[2:]) for row in self[text[start:end]])
            else:
                places = ready.changed_by_default(text, start, end)
                rows += ((place, place + 1, *self[text[place]][0][2:]) for place in places)
        if not rows:
            return NO_SPANS
        starts, ends, lengths, reasons = zip(*rows, strict=True)
        moved = accumulate(map(sub, lengths, map(sub, ends, starts)))
        out_ends = list(map(add, ends, moved))
        codes: dict[tuple[Step, ...], int] = {}
        coded = [codes.setdefault(steps, len(codes)) for steps in reasons]
        return Spans(starts, ends, list(map(sub, out_ends, lengths)), out_ends, coded, tuple(codes))


def _changing(spans: Spans, source: str, output: str) -> Spans:
    """Return the spans that differ after all steps: one step may have taken back what another did."""
    return with_rows(spans, [row for row in spans.rows() if source[row[0] : row[1]] != output[row[2] : row[3]]])


def step_of(match: Match, key: str) -> Step:
    """Say why a match replaces its key."""
    rule = "character" if match.rule == "phrase" and len(key) == 1 else match.rule
    return Step("script", rule, "rule", _REASONS[rule].format(key=key))


def _decisions(text: str, matcher: Matcher) -> Iterator[tuple[int, int, Match]]:
    """Yield what matches; in place of a phrase that becomes what its characters become, the characters."""
    for start, end, match in scalar.pieces(text, matcher):
        if match is not None and end - start > 1:
            alone = [matcher.match(character, 0) for character in text[start:end]]
            by_itself = [found.value if found else text[start + index] for index, found in enumerate(alone)]
            if by_itself == list(match.value):
                yield from ((start + index, start + index + 1, found) for index, found in enumerate(alone) if found)
                continue
        if match is not None:
            yield start, end, match


class _Layers:
    """A text in parts, on its way through a plan; parts that an override made are settled and stay as they are."""

    def __init__(self, text: str) -> None:
        self.parts: list[tuple[str, bool]] = [(text, False)]
        self.spans = NO_SPANS

    @property
    def text(self) -> str:
        """The text as it is now."""
        return "".join(part for part, _ in self.parts)

    def override(self, matcher: Matcher) -> None:
        """Replace what the user's entries match, and settle it."""
        text = self.parts[0][0]
        edits: list[Edit] = []
        self.parts = []
        start = 0
        for piece in scalar.pieces(text, matcher):
            if piece.match:
                key = text[piece.start : piece.end]
                self.parts += ((text[start : piece.start], False), (piece.match.value, True))
                start = piece.end
                if key != piece.match.value:
                    edits.append(Edit(piece.start, piece.end, piece.match.value, step_of(piece.match, key)))
        self.parts.append((text[start:], False))
        self.spans = Edits.of(text, edits).spans

    def cut(self, matcher: Matcher) -> None:
        """Cut each part into its segments."""
        self.parts = [
            (segment, settled)
            for part, settled in self.parts
            for segment in ([part] if settled else scalar.segments(part, matcher))
        ]

    def pass_over(self, matcher: Matcher) -> None:
        """Replace what matches in each part."""
        edits: list[Edit] = []
        after: list[tuple[str, bool]] = []
        offset = 0
        for part, settled in self.parts:
            if settled:
                after.append((part, True))
            else:
                for start, end, match in _decisions(part, matcher):
                    key = part[start:end]
                    if match.value != key:
                        edits.append(Edit(offset + start, offset + end, match.value, step_of(match, key)))
                after.append((scalar.replace(part, matcher), False))
            offset += len(part)
        source = self.text
        self.parts = after
        self.spans = compose(self.spans, Edits.of(source, edits).spans)
