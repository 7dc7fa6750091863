"""Conversion between what the user's entries match: they always win, and nothing reaches over them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from normalize.edits import Edit, Edits, Spans
from normalize.script import scalar
from normalize.script.matching import Dictionary, Match
from normalize.script.trace import step_of


class Between(ABC):
    """Converts a text in several ways one after the other, between what the user's entries match."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = Dictionary(dict(entries), "dictionary") if entries else None

    @abstractmethod
    def _convert(self, text: str) -> str:
        """Return a text converted, which has none of the entries."""

    @abstractmethod
    def _trace(self, text: str) -> Spans:
        """Return what is changed in such a text, and why."""

    @abstractmethod
    def _stands_alone(self, character: str) -> bool:
        """Tell whether nothing but entries ever reaches over a character."""

    def convert(self, text: str) -> str:
        """Return the converted text."""
        if self._entries is None:
            return self._convert(text)
        return "".join(match.value if match else self._convert(part) for _, part, match in self._parts(text))

    def trace(self, text: str) -> Spans:
        """Return what is changed in a text, and why."""
        if self._entries is None:
            return self._trace(text)
        edits: list[Edit] = []
        for start, part, match in self._parts(text):
            if match:
                if match.value != part:
                    edits.append(Edit(start, start + len(part), match.value, step_of(match, part)))
                continue
            found = self._trace(part)
            output = self._convert(part)
            for row in found.rows():
                after = output[row[2] : row[3]]
                edits.append(Edit(start + row[0], start + row[1], after, found.steps[row[4]][-1]))
        return Edits.of(text, edits).spans

    def stands_alone(self, character: str) -> bool:
        """Tell whether nothing ever reaches over a character."""
        if self._entries is not None and any(character in key for key in self._entries.entries):
            return False
        return self._stands_alone(character)

    def _parts(self, text: str) -> list[tuple[int, str, Match | None]]:
        """Return what the user's entries match, and the text between, which is converted as if it stood alone."""
        assert self._entries is not None
        found: list[tuple[int, str, Match | None]] = []
        start = 0
        for piece in scalar.pieces(text, self._entries):
            if piece.match:
                found += [
                    (start, text[start : piece.start], None),
                    (piece.start, text[piece.start : piece.end], piece.match),
                ]
                start = piece.end
        found.append((start, text[start:], None))
        return [row for row in found if row[1]]
