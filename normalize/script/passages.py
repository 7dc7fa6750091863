"""The gate: which parts of a text are in the target's script already, and keep their shared characters.

A converter that takes everything for the other script damages what is right: 萬里 becomes 萬裏 in a Traditional page
that passes through s2t. A line that has characters of the target's script only, and none of the other only, is left as
it is except for the region's forms. By line, because whole lines and paragraphs come from one writer; by clause or by
the nearest character the gate was measured to be worse. A line that says nothing itself follows the rest of the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from normalize.profile import ARRAY_LENGTH, Class, Profile
from normalize.script.identification import label_of


class Passage(NamedTuple):
    """A part of a text, and whether it is in the target's script already."""

    start: int
    end: int
    settled: bool


def passages(text: str, profile: Profile, traditional: bool) -> list[Passage]:
    """Cut a text into passages of whole lines, each of one kind.

    >>> text = "皇后与军队\\n皇后與軍隊\\n皇后"
    >>> [text[start:end] for start, end, settled in passages(text, Profile(text), traditional=True) if settled]
    ['皇后與軍隊\\n']
    """
    target, other = (Class.HANT, Class.HANS) if traditional else (Class.HANS, Class.HANT)
    wanted, unwanted = profile.count(target), profile.count(other)
    if not wanted or not unwanted:
        return [Passage(0, len(text), settled=wanted > 0)]
    undecided = wanted > unwanted
    # Where a few characters of the target's script stand in a page of the other, only their lines are mixed.
    slips = traditional and label_of(unwanted, wanted) == "Hans"
    lines = text.splitlines(keepends=True)
    found: list[Passage] = []
    start = end = 0
    last = None
    for line, (has_target, has_other) in zip(lines, _scripts(lines, target, other), strict=True):
        kind = not has_other and (has_target or undecided), slips and has_target
        if kind != last:
            if last is not None:
                found.append(Passage(start, end, last[0]))
            start, last = end, kind
        end += len(line)
    return found if last is None else [*found, Passage(start, end, last[0])]


def _scripts(lines: Sequence[str], target: Class, other: Class) -> Iterator[tuple[bool, bool]]:
    """Yield for each line whether it has characters of the target's script only, and of the other only."""
    if sum(map(len, lines)) < ARRAY_LENGTH:
        for line in lines:
            profile = Profile(line)
            yield profile.has(target), profile.has(other)
        return
    from normalize.script.many import FLAGS, scripts

    for kind in scripts(lines).tolist():
        yield bool(kind & FLAGS[target]), bool(kind & FLAGS[other])
