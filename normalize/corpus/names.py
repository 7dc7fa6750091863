"""The names of files and folders, converted as texts are: what a name becomes must be a name, and nobody else's."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

from normalize.corpus.plan import STATE
from normalize.encoding import detect
from normalize.pipeline import Normalizer

#: What file systems allow, in bytes (POSIX NAME_MAX).
_LONGEST = 255


class Names:
    """Converts the names in one folder at a time, so that two of them never become one.

    >>> Names(Normalizer(target="zh-Hant")).of(["软件.txt", "軟件.txt", "说明"])
    ['软件.txt', '軟件.txt', '說明']
    """

    def __init__(self, normalizer: Normalizer) -> None:
        self.normalizer = normalizer

    def of(self, names: Sequence[str]) -> list[str]:
        """Return the new name for each name in a folder; what cannot have one keeps its own.

        Names that are not UTF-8 are read in the encoding that all of them together show.
        """
        read = _decoded(names)
        taken = {_folded(name) for name in names}
        new = []
        for name, text in zip(names, read, strict=True):
            changed = self.normalizer.normalize(text)
            if changed != name and (not _is_name(changed) or _folded(changed) in taken):
                changed = text if text != name and _is_name(text) and _folded(text) not in taken else name
            taken.add(_folded(changed))
            new.append(changed)
        return new


def _folded(name: str) -> str:
    """Return what two names have in common that some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_name(text: str) -> bool:
    """Tell whether a text can be the name of a file, here and in most other places."""
    if text in ("", ".", "..", STATE) or not text.isprintable() or set(text) & set('/\\:*?"<>|'):
        return False
    return len(os.fsencode(text)) <= _LONGEST


def _decoded(names: Sequence[str]) -> list[str]:
    legacy = [name for name in names if any("\udc80" <= character <= "\udcff" for character in name)]
    if not legacy:
        return list(names)
    encoding = detect(b"\n".join(os.fsencode(name) for name in legacy)).encoding
    return [_read(name, encoding) if name in legacy else name for name in names]


def _read(name: str, encoding: str | None) -> str:
    try:
        return os.fsencode(name).decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return name
