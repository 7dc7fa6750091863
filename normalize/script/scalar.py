"""Conversion one match at a time: OpenCC's semantics, written plainly.

This is the definition that everything else in the room is held to. It is quick enough for short text, and the fast way
(`converter`) uses it for the runs where context decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from normalize.script.lexicon import Plan
from normalize.script.matching import Match, Matcher

#: Ideographic description characters, and how many components each takes (Unicode 15.1; OpenCC knows U+2FF0-2FFF).
FIRST_COMPONENT = 0x2FF0
COMPONENTS: dict[str, int] = {chr(FIRST_COMPONENT + index): 2 for index in range(16)}
COMPONENTS |= {"⿲": 3, "⿳": 3, "⿾": 1, "⿿": 1}
#: OpenCC gives up on a sequence that is nested deeper or that is longer (in code points).
DEEPEST = 16
LONGEST_SEQUENCE = 64


class Piece(NamedTuple):
    """A stretch of text and what it became; `match` is None where it was only passed on."""

    start: int
    end: int
    match: Match | None


def sequence_end(text: str, start: int) -> int:
    """Return where the ideographic description sequence at `start` ends, or `start` when there is no complete one.

    >>> sequence_end("⿰氵漢。", 0), sequence_end("⿰氵", 0)
    (3, 0)
    """
    end = _component_end(text, start, 0)
    return start if end is None or end - start > LONGEST_SEQUENCE else end


def _component_end(text: str, start: int, depth: int) -> int | None:
    if start >= len(text) or depth >= DEEPEST:
        return None
    position: int | None = start + 1
    for _ in range(COMPONENTS.get(text[start], 0)):
        position = _component_end(text, position, depth + 1)  # type: ignore[arg-type]
        if position is None:
            return None
    return position


def pieces(text: str, matcher: Matcher) -> Iterator[Piece]:
    """Scan from left to right: what matches is replaced, else one sequence or one character is passed on."""
    position = 0
    match = matcher.match
    while position < len(text):
        found = match(text, position)
        if found is not None:
            end = position + found.length
        elif text[position] in COMPONENTS:
            end = max(sequence_end(text, position), position + 1)
        else:
            end = position + 1
        yield Piece(position, end, found)
        position = end


def replace(text: str, matcher: Matcher) -> str:
    """Return the text with every match replaced: what `pieces` finds, with less ado."""
    if matcher.attempts is None:
        return "".join(match.value if match else text[start:end] for start, end, match in pieces(text, matcher))
    attempts = matcher.attempts
    done: list[str] = []
    position = 0
    size = len(text)
    while position < size:
        character = text[position]
        for length, entries, _ in attempts[character]:
            end = position + length
            if end > size:
                continue
            value = entries.get(text[position:end])
            if value is not None:
                done.append(value)
                position = end
                break
        else:
            end = position + 1
            if character in COMPONENTS:
                end = max(sequence_end(text, position), end)
            done.append(text[position:end])
            position = end
    return "".join(done)


def segments(text: str, matcher: Matcher | None) -> list[str]:
    """Cut a text at its matches (mmseg, forward longest match); what is unmatched between two stays one segment."""
    if matcher is None:
        return [text]
    found: list[str] = []
    unmatched = 0
    for piece in pieces(text, matcher):
        if piece.match:
            if unmatched < piece.start:
                found.append(text[unmatched : piece.start])
            found.append(text[piece.start : piece.end])
            unmatched = piece.end
    if unmatched < len(text):
        found.append(text[unmatched:])
    return found


def convert(text: str, plan: Plan) -> str:
    """Convert a text by a plan.

    >>> from normalize.script.lexicon import load
    >>> convert("头发和发现", load("s2t"))
    '頭髮和發現'
    """
    if plan.overrides is None:
        return _convert(text, plan)
    done: list[str] = []
    start = 0
    for piece in pieces(text, plan.overrides):
        if piece.match:
            done += (_convert(text[start : piece.start], plan), piece.match.value)
            start = piece.end
    done.append(_convert(text[start:], plan))
    return "".join(done)


def _convert(text: str, plan: Plan) -> str:
    for matcher in plan.normalization:
        text = replace(text, matcher)
    if plan.segmentation is None:
        return _through(text, plan.chain)
    return "".join(_through(segment, plan.chain) for segment in segments(text, plan.segmentation))


def _through(segment: str, chain: tuple[Matcher, ...]) -> str:
    for matcher in chain:
        segment = replace(segment, matcher)
    return segment
