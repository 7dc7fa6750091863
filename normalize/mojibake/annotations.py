"""Repair the annotated page: `關(guān)鍵`, `know-h(huán)ow`, `領域?yàn)锳I`.

Annotations in phase are taken out; those out of phase are undone byte by byte; each repair is damaged again by the
forward model, and counts as proved when that gives what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations

from normalize.edits import Certainty, Edit, Step
from normalize.mojibake import cp936, likelihood, pinyin
from normalize.mojibake.annotate import annotate
from normalize.mojibake.annotation_list import AnnotationList, learn, learn_part, straddled
from normalize.mojibake.page import LOST
from normalize.mojibake.screen import Screen
from normalize.mojibake.seen import as_left, with_unmarked
from normalize.mojibake.shifted import ShiftReader, Undone
from normalize.mojibake.vanished import vanished_places
from normalize.profile import Class, Profile

_IN_PHASE = Step("mojibake", "annotation", "proved", "an annotating tool put the pinyin after this character")
_STRADDLING = Step(
    "mojibake", "annotation.straddling", "proved", "the pinyin belongs to bytes that straddle two characters"
)
_REASONS: dict[Certainty, str] = {
    "proved": "inserted pinyin shifted the bytes; read in step again, and shifted again they give what was found",
    "inferred": "inserted bytes shifted the bytes; what a question mark hid was chosen by the language model",
    "lost": "inserted bytes shifted the bytes; a character of which a byte is gone cannot be told from others",
}
_SHIFTED = {
    certainty: Step("mojibake", "annotation.shifted", certainty, reason) for certainty, reason in _REASONS.items()
}
_EATEN = Step("mojibake", "annotation.eaten", "lost", "a shifted lead byte took an ASCII character with it")
_VANISHED = Step(
    "mojibake",
    "annotation.shifted",
    "inferred",
    "a control byte shifted the bytes; the character before it, dropped, was chosen by the language model",
)
#: Nats that a repair must gain where nothing but what it gains tells of damage. Measured on 15 million clean
#: characters: of what gains 3 a character in step, nothing gains 8 in all; damage gains 15 to 40.
_VANISHED_GAIN = 12.0
#: So many characters before and after a place are the page, where hardly any of the text is damaged.
_AROUND = 1000
#: Nats that a repair must gain under the language model; the collected cases gain 6 and more.
_GAIN = 4.0

#: What the two characters behind an orphan cost each, in nats, when a shift begins with it. Measured where the page has
#: no other damage: of 94 shifts none less than 8, of 20 places in clean text none more than 7.
_GARBLED = 7.5
#: So many question marks together are looked at.
_MANY = 8

#: Characters before a repair that are given to the language model.
_CONTEXT = 6
#: Control bytes that tools put before marks, where they did not meet a lead byte.
_CONTROL = Step("mojibake", "annotation.control", "proved", "an annotating tool put control bytes before this mark")

_TAKEN = r"\?[\x05-\x08 ]?[\x05-\x08]*"
#: A mark that tools put control bytes before; a lead byte took the first control byte with it.
_ORPHANS = re.compile(rf"{_TAKEN}(?:[！；？。，：、]|[,;:!?](?=[\u3400-\u9fff]))")
#: The same where nothing but the damage of the rest of the page tells it from a writer's own marks (`?!?`, `??。`).
_ORPHAN = rf"{_TAKEN}(?:{_TAKEN}[！。]|[！；？。，：、]|[,;:!?](?=[^\x00-\x7f\s，。；：！？、]|\?))"
_BETWEEN = re.compile(rf"{_TAKEN}[！；？。，：]\?")
#: The same folded, before a tag: people write `?!?` too, and then a line end.
_BETWEEN_FOLDED = re.compile(rf"{_TAKEN}[!;?,:]\?(?=/?[A-Za-z])")
#: What stands before the number of an item: nothing, a line end, a tag, or the first half of the indent.
_INDENT = ("", "\n", ">", " ", "\u3000")
_CONTROL_BYTE = re.compile(r"[\x05-\x08]")
_CONTROLS = r"[\x05-\x08]+(?=[！；？。，：、,;:!?])"
_EVENT = re.compile(
    f"{pinyin.BROKEN_ANNOTATION.pattern}|{pinyin.ANNOTATION.pattern}|(?P<orphan>{_ORPHAN})|(?P<control>{_CONTROLS})"
)


def may_be_annotated(text: str, profile: Profile) -> bool:
    """Tell whether a text has pinyin with its tones, or traces of control bytes."""
    return (
        profile.has(Class.PINYIN)
        or (profile.has(Class.OTHER) and pinyin.DECOMPOSED.search(text) is not None)
        or ("?" in text and has_orphan(text))
    )


def has_orphan(text: str) -> bool:
    """Tell whether a question mark stands where a lead byte may have taken a control byte along."""
    return _ORPHANS.search(text) is not None or _BETWEEN_FOLDED.search(text) is not None


def repair_annotations(text: str) -> list[Edit]:
    """Return the edits that undo what an annotating tool did to a page; none for a text without its damage."""
    seen = as_left(text)
    page = learn(seen.text)
    if page is not None:
        return list(seen.carried_over(_repair_page(seen.text, page)))
    if part := learn_part(seen.text):
        start, end, page = part
        edits = _repair_page(seen.text[start:end], page)
        moved = (Edit(start + edit.start, start + edit.end, edit.after, edit.step) for edit in edits)
        return list(seen.carried_over(moved))
    if not has_orphan(text):
        return []
    # Control bytes but no annotations: where one repair is certain, the doubtful places are damage too.
    found = list(_repair(text, AnnotationList({}), damaged=False))
    doubtful = any(event["orphan"] and not _ORPHANS.match(text, event.start()) for event in _EVENT.finditer(text))
    return list(_repair(text, AnnotationList({}), damaged=False, noised=True)) if found and doubtful else found


def _repair_page(text: str, page: AnnotationList) -> Iterator[Edit]:
    """Yield the edits to a page that is known to be damaged."""
    marked = with_unmarked(text)
    if marked is None:
        return _repair(text, page, damaged=True)
    return marked.carried_over(_repair(marked.text, page, damaged=True, dropped=True))


def repair_vanished(screen: Screen) -> list[Edit]:
    """Return the edits that undo what control bytes did to a page whose undecodable pairs were dropped.

    >>> from normalize.profile import Profile
    >>> [edit.after for edit in repair_vanished(Screen("使之跨入正;蛐O冗M行列", Profile("使之跨入正;蛐O冗M行列")))]
    ['常或校先進']
    """
    text = screen.text
    edits: list[Edit] = []
    for place in vanished_places(screen):
        if edits and place < edits[-1].end:
            continue
        first = max(place - _AROUND, 0)
        part, start = text[first : place + _AROUND], place - first
        undone = ShiftReader(part, AnnotationList({}), dropped=True).undo_after(
            start, part[max(start - _CONTEXT, 0) : start]
        )
        if undone is None:
            continue
        before, after = part[max(start - 1, 0) : start], part[undone.end : undone.end + 2]
        found, restored = before + part[start : undone.end], before + undone.hypothesis.text
        if LOST in restored or likelihood.total(found + after) - likelihood.total(restored + after) < _VANISHED_GAIN:
            continue
        if reproduces(restored, found, (), undecodable=""):
            edits.append(Edit(place, first + undone.end, undone.hypothesis.text, _VANISHED))
    return edits


def _repair(
    text: str, page: AnnotationList, damaged: bool, noised: bool = False, dropped: bool = False
) -> Iterator[Edit]:
    reader: ShiftReader | None = None
    position = 0
    before = ""  # some characters before `position`, as repaired
    while True:
        event = _EVENT.search(text, position)
        if event is None:
            return
        start = event.start()
        before = (before + text[position:start])[-_CONTEXT:]
        if event["control"] is not None:
            position = event.end()
            if damaged:
                yield Edit(start, position, "", _CONTROL)
            continue
        position = event.end() if event["orphan"] is None else start + 1
        if event["orphan"] is not None or text[start] == "?":
            reader = reader or ShiftReader(text, page, dropped)
            possible = damaged or (
                event["orphan"] and (noised or _is_garbled(text, start) or _is_cut(text, start, reader))
            )
            possible = possible and (
                not event["orphan"] or _marks_around(text, start) <= (2 if damaged or noised else 1)
            )
            undone = reader.undo(start, before) if possible else None
            certainty = undone and _judge(text, before[-1:], undone)
            if undone and certainty:
                undone = reader.unfolded(undone)
                yield from _shift_edits(undone, certainty)
                position = undone.end
                before = (before + undone.hypothesis.text)[-_CONTEXT:]
            else:
                before = text[max(position - _CONTEXT, 0) : position]
        elif damaged and page.annotates(before[-1:], event[2], repaired=text[start - 1] != before[-1:]):
            yield Edit(start, event.end(), "", _IN_PHASE)
        elif damaged and (pair := straddled(before, event[2], page)):
            if pair != before[-2:] and text[start - 2 : start] == before[-2:]:
                yield Edit(start - 2, start - 1, pair[0], _STRADDLING)
            yield Edit(start, event.end(), "", _STRADDLING)
            before = before[:-2] + pair
        else:
            before = text[max(position - _CONTEXT, 0) : position]


def _marks_around(text: str, start: int) -> int:
    """Return how many question marks stand together at a place: several stand for characters an encoding lacked."""
    rest = text[start : start + _MANY]
    return (
        len(rest)
        - len(rest.lstrip("?"))
        + start
        - len(text[max(start - _MANY, 0) : start].rstrip("?"))
        - max(start - _MANY, 0)
    )


def _is_garbled(text: str, start: int) -> bool:
    """Tell whether the text behind an orphan, on a page that shows no other damage, reads as if it were shifted.

    Where no control byte is left of what was put in, ASCII right behind it says nothing: `?，?` and `? ，?` are what
    some people write.
    """
    orphan = _ORPHANS.match(text, start)
    if orphan is None or text[orphan.end() - 1] == "?":  # `? ?` too
        return False
    behind = text[orphan.end() - 1 : orphan.end() + 2]
    is_bare = not _CONTROL_BYTE.search(orphan[0])
    says_nothing = len(behind) < 3 or behind[1] < "\x80" or behind[2] == "?"
    return not (is_bare and says_nothing) and likelihood.mean(behind) >= _GARBLED


def _is_cut(text: str, start: int, reader: ShiftReader) -> bool:
    """Tell whether a mark stands between two question marks, and what follows shows that the second took a byte.

    `?！?/p>` was `。”</p>`, and `?。?）` was `　（1）` in front of a line: elsewhere it is what some people write.
    """
    between = _BETWEEN.match(text, start)
    if between is None:
        folded = _BETWEEN_FOLDED.match(text, start)
        return folded is not None and reader.page.is_cut(folded.end())
    is_numbered = text[between.end() : between.end() + 1] in (")", "）")
    return (is_numbered and text[max(start - 1, 0) : start] in _INDENT) or reader.page.is_cut(between.end())


def _shift_edits(undone: Undone, certainty: Certainty) -> Iterator[Edit]:
    """Yield the edit of a shift, and apart from it what its last question mark hid when that is gone."""
    h = undone.hypothesis
    step = _SHIFTED["lost" if LOST in h.text.rstrip(LOST) else certainty]
    if step.certainty == "inferred" and undone.rival is not None:
        step = step._replace(reason=f"{step.reason}; nearly as likely: {undone.rival!r}")
    kept = h.text.rstrip(LOST)
    if kept == h.text:
        yield Edit(undone.start, undone.end, h.text, step)
    else:
        yield Edit(undone.start, undone.end - 1, kept, step)
        yield Edit(undone.end - 1, undone.end, h.text[len(kept) :], _EATEN)


def _judge(text: str, before: str, undone: Undone) -> Certainty | None:
    """Return how sure a repair is, or None when it must not be made."""
    h = undone.hypothesis
    found = before + text[undone.start : undone.end]
    restored = before + h.text
    after = text[undone.end : undone.end + 2]
    # What is lost was some digit or character: it is weighed as an ordinary one.
    gain = likelihood.total(found + after) - likelihood.total(restored.replace(LOST, "1") + after)
    if gain < -_GAIN:
        return None
    proved = reproduces(restored, found, h.used)
    if gain < _GAIN and not (proved and _BETWEEN.match(text, undone.start)):
        return None
    return "proved" if proved and not h.guessed else "inferred"


@lru_cache(1 << 10)
def reproduces(
    restored: str, found: str, used: tuple[tuple[str, str], ...], undecodable: str = cp936.UNDECODABLE
) -> bool:
    """Tell whether the forward model makes `found` of `restored`, with the annotations used in some order.

    >>> reproduces("領域為AI", "領域?yàn)锳I", (("驗", "yàn"),))
    True
    """
    folded = cp936.folded(found) == found
    tables = permutations(used) if 0 < len(used) <= 4 else [used]
    for table in tables:
        for noise in _noises(restored):
            for controls in ("", " ", None):
                made = annotate(restored, table, noise, controls, undecodable=undecodable)
                if made == found or (folded and cp936.folded(made) == found):
                    return True
    return False


def _noises(restored: str) -> Iterator[dict[str, bytes]]:
    """Yield the control bytes that may have been put before a mark, wherever its bytes stand."""
    yield {}
    data = cp936.encode(restored)
    for mark in "！；？。，：、":
        if cp936.encode(mark) in data:
            yield {mark: b"\x06\x07"}
            yield {mark: b"\x06"}
