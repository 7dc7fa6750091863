"""Decoding and encoding step by step, with the error handlers of `codecs`: what codecs written in Python share."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping

#: Decodes what begins at an offset: its text, or None when that cannot be decoded, and where it ends.
Step = Callable[[bytes, int], tuple[str | None, int]]


def walk(data: bytes, errors: str, name: str, step: Step) -> str:
    """Decode data step by step, with any error handler that is registered with `codecs`."""
    out = []
    position = 0
    while position < len(data):
        text, end = step(data, position)
        if text is None:
            error = UnicodeDecodeError(name, data, position, end, "illegal multibyte sequence")
            if errors == "strict":
                raise error
            replaced, end = codecs.lookup_error(errors)(error)
            text = str(replaced)
            if end < 0:
                end += len(data)
        out.append(text)
        position = end
    return "".join(out)


def unencodable(name: str, text: str, position: int, errors: str, encode: Callable[[str], bytes]) -> bytes:
    """Return the bytes for a character that the encoding lacks, as the error handler decides."""
    error = UnicodeEncodeError(name, text, position, position + 1, "no such character in this encoding")
    if errors == "strict":
        raise error
    replaced, _ = codecs.lookup_error(errors)(error)
    return replaced if isinstance(replaced, bytes) else encode(replaced)


def spell(text: str, table: Mapping[str, bytes], name: str, errors: str) -> bytes:
    """Encode text character by character, with any error handler that is registered with `codecs`."""
    out = []
    for position, character in enumerate(text):
        if character in table:
            out.append(table[character])
        else:
            out.append(unencodable(name, text, position, errors, lambda new: spell(new, table, name, "strict")))
    return b"".join(out)
