"""Repair of damaged text: nothing is repaired without proof, and clean text is never touched."""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import NO_SPANS, Edit, Edits, compose
from normalize.profile import Class, Profile

__all__ = ["stage"]


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Undo the damage that the profile gives reason to look for.

    Annotated pages come first: their damage is text that was read in the right encoding, with bytes put in, and what it
    leaves would look misread. A page that was annotated and then misread is read again, and comes after.
    """
    edits: list[Edit] = []
    if profile.han and (profile.has(Class.PINYIN, Class.OTHER) or "?" in text):
        from normalize.mojibake.annotations import may_be_annotated, repair_annotations

        if may_be_annotated(text, profile):
            edits = repair_annotations(text)
    # ASCII is clean, but for the controls that bytes of UTF-16 leave in it.
    if not edits and text.isascii() and not profile.has(Class.CONTROL):
        return Edits.none(text)
    from normalize.mojibake.screen import Screen

    screen = Screen(text, profile)
    # These pages are Traditional.
    if not edits and profile.count(Class.HANT) >= profile.count(Class.HANS):
        from normalize.mojibake.annotations import repair_vanished

        edits = repair_vanished(screen)
    first = Edits.of(text, [edit for edit in edits if config.allows(edit.step)])
    if first.text != text:
        screen = Screen(first.text, Profile(first.text))
    from normalize.mojibake.lost import with_losses
    from normalize.mojibake.misdecoded import repair_misdecoded

    edits = with_losses(screen, repair_misdecoded(screen))
    second = Edits.of(first.text, [edit for edit in edits if config.allows(edit.step)])
    if second.spans is NO_SPANS:
        return first
    read = Edits(text, second.text, lambda: compose(first.spans, second.spans))
    annotated = Profile(read.text)
    if first.text != text or not (annotated.han and annotated.has(Class.PINYIN)):
        return read
    from normalize.mojibake.annotations import repair_annotations

    edits = repair_annotations(read.text)
    third = Edits.of(read.text, [edit for edit in edits if config.allows(edit.step)])
    return Edits(text, third.text, lambda: compose(read.spans, third.spans))
