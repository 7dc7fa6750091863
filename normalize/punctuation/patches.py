"""Patches: lines that were rewritten, and blanks that were added, put back into the text they are from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from normalize.edits import Edits, Spans, Step, compose


class Patch(NamedTuple):
    """A line and what the rules made of it one after the other; or, without edits, a place where a blank is added."""

    start: int
    end: int
    edits: tuple[Edits, ...]


def patched(text: str, patches: Sequence[Patch], blank: Step) -> Edits:
    """Return the edits of a text, given its patches in order.

    >>> step = Step("punctuation", "spacing.add")
    >>> patched("用PM", [Patch(1, 1, ())], step).text
    '用 PM'
    """
    if not patches:
        return Edits.none(text)
    pieces: list[str] = []
    position = 0
    for start, end, edits in patches:
        pieces += (text[position:start], edits[-1].text if edits else " ")
        position = end
    pieces.append(text[position:])
    return Edits(text, "".join(pieces), lambda: _spans(patches, blank))


def _spans(patches: Sequence[Patch], blank: Step) -> Spans:
    steps: dict[tuple[Step, ...], int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    moved = 0
    for start, end, edits in patches:
        if not edits:
            rows.append((start, start, start + moved, start + moved + 1, steps.setdefault((blank,), len(steps))))
            moved += 1
            continue
        spans = edits[0].spans
        for later in edits[1:]:
            spans = compose(spans, later.spans)
        for first, last, out_first, out_last, code in spans.rows():
            own = steps.setdefault(spans.steps[code], len(steps))
            out = start + moved
            rows.append((start + first, start + last, out + out_first, out + out_last, own))
        moved += len(edits[-1].text) - (end - start)
    starts, ends, out_starts, out_ends, codes = (list(column) for column in zip(*rows, strict=True))
    return Spans(starts, ends, out_starts, out_ends, codes, tuple(steps))
