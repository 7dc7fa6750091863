"""Escapes that were left in text: entities, percent signs, backslashes, and the encodings of mail."""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import Edit, Edits
from normalize.profile import Class, Profile

__all__ = ["stage"]

#: Without one of these there is nothing to do. The search for a single character runs at some GB/s.
_SIGNS = ("&", "%", "\\", "=", "~", "+")


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Decode escapes of Chinese where they stand in text: not in code, URLs, regular expressions or JSON."""
    if not profile.has(Class.ASCII_MARK) or not any(sign in text for sign in _SIGNS):
        return Edits.none(text)
    from normalize.escapes.decoders import find

    edits: list[Edit] = []
    for edit in find(text):
        if config.allows(edit.step) and (not edits or edit.start >= edits[-1].end):
            edits.append(edit)
    return Edits.of(text, edits)
