"""What is gone for good: found, named, and left as it is, so that somebody can look for the original."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from normalize.edits import Edit, Step
from normalize.mojibake.screen import Screen
from normalize.profile import Class

# Each first byte has two behind it, one of which is lost on average: one first byte in four has none left.
_CONTROLS = re.compile("(?:[ã-ï]{1,3}[\xa0-¿]{1,2}){6,}[ã-ï]{0,2}")
#: Kinds of loss by what they look like, and what to say. Each needs more than ordinary text has: `???` is how
#: people write surprise, and 烫烫烫 is a line of a song.
_KINDS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "kun-jin-kao",
        re.compile("(?:锟斤拷|锟(?=[一-龥]斤?拷?锟)|斤拷(?=锟))+(?:锟[一-龥]?)?"),
        "bytes that were no UTF-8 became U+FFFD, and that was read as GBK (锟斤拷)",
    ),
    ("replacement-as-latin", re.compile("(?:ï¿½)+"), "U+FFFD in UTF-8, read as Latin-1"),
    ("memory-fill", re.compile("烫{4,}|屯{4,}|葺{4,}|锘锘+|蔽蔽蔽+"), "memory that was never written to (CC, CD, DD)"),
    ("replacement", re.compile("\ufffd+"), "U+FFFD: bytes that an earlier program could not read"),
    (
        "controls",
        _CONTROLS,
        "UTF-8 read as Latin-1, without the controls (80-9F): half of what followed each first byte",
    ),
    ("question-marks", re.compile(r"(?<![?\w])\?{4,}(?![?\w])"), "`?` for each character that an encoding lacked"),
)
#: A text without one of these has lost nothing. Each of the second line begins with a sign of the screen.
_MARKS = ("\ufffd", "????", "ï¿½")
_FILLS = ("锟斤拷", "烫烫烫烫", "屯屯屯屯", "葺葺葺葺", "锘锘", "蔽蔽蔽")
#: What Han begin with in UTF-8, as Latin-1 has it.
_LEADS = "äåæçèé"
#: The search for one character is ten times as fast as that for several, until it has stopped so often.
_TRIES = 100


def may_have_losses(screen: Screen) -> bool:
    """Tell whether a text has any of the signs of loss; of a clean text the screen knows that it has not."""
    marks = screen.profile.has(Class.REPLACEMENT, Class.FOLDED_MARK, Class.LATIN1)
    if marks and any(sign in screen.text for sign in _LEADS) and _CONTROLS.search(screen.text):
        return True
    return any(_occurs(sign, screen.text) for sign in _MARKS * marks + _FILLS * screen.may_have_losses)


def _occurs(sign: str, text: str) -> bool:
    place = text.find(sign[0])
    for _ in range(_TRIES):
        if place < 0 or text.startswith(sign, place):
            return place >= 0
        place = text.find(sign[0], place + 1)
    return sign in text


def losses(text: str) -> Iterator[Edit]:
    """Yield a note for each place where text is gone; the text stays as it is.

    >>> [(note.after, note.step.rule) for note in losses("查到锟斤拷锟斤拷，共三条")]
    [('锟斤拷锟斤拷', 'lost.kun-jin-kao')]
    >>> list(losses("地面太烫 烫烫烫"))
    []
    """
    notes = []
    for kind, pattern, reason in _KINDS:
        step = Step("mojibake", f"lost.{kind}", "lost", reason)
        notes += [Edit(*match.span(), match[0], step) for match in pattern.finditer(text)]
    end = 0
    for note in sorted(notes, key=lambda note: (note.start, -note.end)):
        if note.start >= end:
            yield note
            end = note.end


def with_losses(screen: Screen, edits: list[Edit]) -> list[Edit]:
    """Return the edits together with notes of what is lost where nothing was repaired, in order."""
    notes = list(losses(screen.text)) if may_have_losses(screen) else []
    if not notes:
        return edits
    free = []
    starts = [edit.start for edit in edits]
    for note in notes:
        at = bisect_left(starts, note.end)
        if at == 0 or edits[at - 1].end <= note.start:
            free.append(note)
    return sorted([*edits, *free], key=lambda edit: edit.start)
