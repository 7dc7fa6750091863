"""The fast way for short text: defaults by a map, exceptions by run, without arrays.

The same method as in `arrays`, for texts on which the fixed cost of an array operation would be most of the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from normalize.script.compiler import Compiled
from normalize.script.runs import Runs
from normalize.script.scalar import COMPONENTS


class Short:
    """A compiled plan as maps of characters; `runs` converts a run by the definition, and remembers."""

    def __init__(self, compiled: Compiled, runs: Runs) -> None:
        self._runs = runs
        self._default = compiled.default.get
        self._always = compiled.always
        self._ahead = compiled.ahead
        self._behind = compiled.behind
        self._follow = compiled.follow
        self._reach = compiled.reach
        flagged = {*compiled.ahead, *compiled.behind, *compiled.always}
        self._flagged = re.compile(f"[{re.escape(''.join(sorted(flagged)))}]")

    def convert(self, text: str) -> str:
        """Convert a text."""
        pieces = [
            self._runs[text[start:end]] if is_run else self._by_default(text[start:end])
            for start, end, is_run in self.parts(text)
        ]
        return "".join(pieces)

    def parts(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Yield start and end of the stretches where every character becomes its default, and of the runs (True)."""
        position = 0
        for found in self._flagged.finditer(text):
            place = found.start()
            if place >= position and self._may_change(text, place):
                start, end = self._run_around(text, place, position)
                if start > position:
                    yield position, start, False
                yield start, end, True
                position = end
        if position < len(text):
            yield position, len(text), False

    def with_runs(self, text: str, defaults: str, places: Iterable[int]) -> str:
        """Return the defaults of a text with the runs around some places, which must be sorted, put in."""
        pieces: list[str] = []
        position = 0
        for place in places:
            if place >= position:
                start, end = self._run_around(text, place, position)
                pieces += (defaults[position:start], self._runs[text[start:end]])
                position = end
        return "".join([*pieces, defaults[position:]])

    def changed_by_default(self, text: str, start: int, end: int) -> list[int]:
        """Return the places in a stretch at which the default is another character."""
        default = self._default
        return [place for place in range(start, end) if default(text[place], text[place]) != text[place]]

    def _by_default(self, text: str) -> str:
        return "".join(map(self._default, text, text))

    def _may_change(self, text: str, place: int) -> bool:
        character = text[place]
        return (
            text[place + 1 : place + 2] in self._ahead.get(character, "")
            or (place > 0 and text[place - 1] in self._behind.get(character, ""))
            or character in self._always
        )

    def _run_around(self, text: str, place: int, earliest: int) -> tuple[int, int]:
        """Return the run that must be converted together with a place: up to neighbours that may be parted."""
        follow = self._follow
        start = place
        while start > earliest and text[start] in follow.get(text[start - 1], ""):
            start -= 1
        end = place
        reached = place + 1
        while end < len(text):
            if text[end] in COMPONENTS:
                reached = end + 1 + self._reach
            end += 1
            if end >= reached and (end >= len(text) or text[end] not in follow.get(text[end - 1], "")):
                break
        return start, end
