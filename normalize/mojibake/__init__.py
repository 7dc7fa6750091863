"""Repair of damaged text: nothing is repaired without proof, and clean text is never touched."""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import Edits
from normalize.profile import Class, Profile

__all__ = ["repair", "stage"]


def repair(text: str) -> str:
    """Return the text with its damage undone; clean text comes back as it is.

    >>> repair("又一關(guān)鍵性突破，領(lǐng)域?yàn)锳I")
    '又一關鍵性突破，領域為AI'
    >>> repair("重慶(chóng qìng)是座山城")
    '重慶(chóng qìng)是座山城'
    """
    return stage(text, Profile(text), Config(target=None)).text


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Undo the damage that the profile gives reason to look for."""
    annotated = profile.has(Class.PINYIN)
    if not (profile.han and (annotated or "?" in text)):
        return Edits.none(text)
    from normalize.mojibake.annotations import has_orphan, repair_annotations

    if not annotated and not has_orphan(text):
        return Edits.none(text)
    edits = repair_annotations(text)
    return Edits.of(text, [edit for edit in edits if config.allows(edit.step)])
