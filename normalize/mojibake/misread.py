"""The forward models of misread text: how each kind of damage comes about.

Tests, the benchmark and the sample corpus make damage with them, and a repair is proved by them: the repaired text,
damaged again, must be what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from normalize.mojibake.readings import reading

#: What a program does with bytes that its encoding has no character for.
Errors = Literal["strict", "replace", "question", "swallow", "ignore"]
#: What happens to characters afterwards: NBSP to blank, white space stripped, C1 controls, private use.
After = Literal["nbsp-space", "stripped", "c1-dropped", "private-dropped"]

_AFTER: dict[str, Callable[[str], str]] = {
    "nbsp-space": lambda text: text.replace("\xa0", " "),
    "stripped": str.strip,
    "c1-dropped": lambda text: "".join(c for c in text if not "\x80" <= c <= "\x9f" and c != "\xad"),
    "private-dropped": lambda text: "".join(c for c in text if not "\ue000" <= c <= "\uf8ff"),
}


def misread(text: str, read_as: str, was: str, errors: Errors = "strict", after: Sequence[After] = ()) -> str | None:
    """Return `text`, saved in the encoding `was` and read as `read_as`; None where that is not possible.

    `errors` says what becomes of bytes that cannot be read: `strict` (None), `replace` (U+FFFD for each), `question`
    (`?` for each), `swallow` (`?` for an odd byte together with the byte after it, as Windows does) or
    `ignore` (dropped).

    >>> misread("中文编码", "gb18030", "utf-8")
    '涓\ue15f枃缂栫爜'
    >>> misread("中文，1", "cp936", "utf-8", "swallow")
    '涓\ue15f枃锛?'
    >>> misread("曹操", "cp936", "big5hkscs")
    '变巨'
    """
    data = reading(was).encode(text)
    if data is None:
        return None
    damaged = reading(read_as).decode(data) if errors == "strict" else _read(data, read_as, errors)
    if damaged is None:
        return None
    for change in after:
        damaged = _AFTER[change](damaged)
    return damaged


def _read(data: bytes, read_as: str, errors: Errors) -> str:
    """Read bytes one character after another, with a mark (or nothing) for what cannot be read."""
    reader = reading(read_as)
    mark = {"replace": "\ufffd", "ignore": ""}.get(errors, "?")
    pieces: list[str] = []
    position = 0
    while position < len(data):
        for length in (1, 2, 4, 3):
            text = reader.decode(data[position : position + length])
            if text is not None and len(text) == 1 and position + length <= len(data):
                pieces.append(text)
                break
        else:
            pieces.append(mark)
            length = 2 if errors == "swallow" and data[position] >= 0x80 else 1
        position += length
    return "".join(pieces)
