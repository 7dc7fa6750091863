"""Characters that stand for others: radicals, compatibility forms, private use, what cannot be seen.

Every class is a rule that can be switched off (`disable`), or on where it is off (`enable`):

| rule | what | on | why |
|---|---|---|---|
| `radical` | Kangxi radicals and radicals supplement (⽂ ⻓) to characters | yes | PDF extraction |
| `compatibility` | compatibility ideographs (豈 U+F900) that are duplicates | yes | old code pages; NFC |
| `private` | private use of GBK, GB18030, HKSCS and ETEN to Unicode | yes | old tables; icon fonts are left alone |
| `zero-width` | zero-width space and joiners, BOM inside text, beside Han | yes | web copies |
| `soft-hyphen` | soft hyphens beside Han | yes | web copies |
| `bidi` | controls of direction, in text without right-to-left letters | yes | web copies; hides text |
| `variation` | variation selectors after Han | no | they choose a glyph that was meant |
| `control` | C0 and C1 controls except tab, line ends and form feed | no | nothing is lost unasked |
| `no-break-space` | NBSP to a blank beside Han | no | a typographer may have meant it |
| `wide-space` | U+3000 to a blank, except in front of a line | no | it is Chinese typography |
| `half-katakana` | half-width katakana to full width | no | Japanese data |
| `compose` | NFC of letters and marks | yes | decomposed names of files |
"""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import Edit, Edits, Step
from normalize.profile import Class, Profile

__all__ = ["stage"]

_KINDS = (
    Class.RADICAL, Class.COMPATIBILITY, Class.PRIVATE, Class.INVISIBLE, Class.SURROGATE,
    Class.OTHER, Class.KANA,
)  # fmt: skip
_ASKED = {
    "control": Class.CONTROL,
    "no-break-space": Class.NO_BREAK_SPACE,
    "wide-space": Class.WIDE_SPACE,
    "half-katakana": Class.HALF_KANA,
    "variation": Class.INVISIBLE,
}


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Replace characters that stand for others, and drop what cannot be seen; the table above says which."""
    asked = [kind for rule, kind in _ASKED.items() if _enabled(config, rule)]
    if not (profile.has(*_KINDS, *asked) or (profile.has(Class.LATIN1) and "\xad" in text)):
        return Edits.none(text)
    from normalize.characters.rules import find

    edits: list[Edit] = []
    for edit in find(text, profile):
        rule = edit.step.rule
        if config.allows(edit.step) and (rule not in _ASKED or _enabled(config, rule)):
            edits.append(edit)
    return Edits.of(text, edits)


def _enabled(config: Config, rule: str) -> bool:
    return not config.enable.isdisjoint((rule, f"characters.{rule}"))


def step(rule: str, reason: str) -> Step:
    """Return why a character was replaced."""
    return Step("characters", rule, "rule", reason)
