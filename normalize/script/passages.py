"""The gate: which parts of a text are in the target's script already, and keep their shared characters.

A converter that takes everything for the other script damages what is right: 萬里 becomes 萬裏 in a Traditional page
that passes through s2t. A line that has characters of the target's script only, and none of the other only, is left as
it is except for the region's forms. By line, because whole lines and paragraphs come from one writer; by clause or by
the nearest character the gate was measured to be worse. A line that says nothing itself follows the rest of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from normalize.profile import Class, Profile


class Passage(NamedTuple):
    """A part of a text, and whether it is in the target's script already."""

    start: int
    end: int
    settled: bool


def passages(text: str, profile: Profile, traditional: bool, before: tuple[int, int] = (0, 0)) -> list[Passage]:
    """Cut a text into passages of whole lines, each of one kind.

    `before` counts the characters of the target's script only, and of the other only, in the text that went before.

    >>> text = "皇后与军队\\n皇后與軍隊\\n皇后"
    >>> [text[start:end] for start, end, settled in passages(text, Profile(text), traditional=True) if settled]
    ['皇后與軍隊\\n']
    """
    target, other = (Class.HANT, Class.HANS) if traditional else (Class.HANS, Class.HANT)
    wanted, unwanted = before[0] + profile.count(target), before[1] + profile.count(other)
    if not wanted or not unwanted:
        return [Passage(0, len(text), settled=wanted > 0)]
    undecided = wanted > unwanted
    found: list[Passage] = []
    for start, end, has_target, has_other in _lines(text, target, other):
        settled = not has_other and (has_target or undecided)
        if found and found[-1].settled == settled:
            found[-1] = Passage(found[-1].start, end, settled)
        else:
            found.append(Passage(start, end, settled))
    return found


def _lines(text: str, target: Class, other: Class) -> Iterator[tuple[int, int, bool, bool]]:
    """Yield the start and the end of each line, and whether it has characters of either script only."""
    start = 0
    for line in text.splitlines(keepends=True):
        profile = Profile(line)
        yield start, start + len(line), profile.has(target), profile.has(other)
        start += len(line)
