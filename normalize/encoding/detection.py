"""What a sequence of bytes is written in."""

from __future__ import annotations

from collections.abc import Iterable

from normalize.encoding.decoding import bom_of
from normalize.encoding.names import SUPERSET, canonical
from normalize.result import Alternative, Detection


def detect(data: bytes, candidates: Iterable[str] | None = None) -> Detection:
    """Return what data is written in.

    Empty data is answered with encoding None; what is no text (images, archives) with "binary". `candidates` restricts
    the answer to some encodings.

    >>> detect("中文編碼".encode("big5")).encoding
    'big5hkscs'
    """
    data = bytes(data)
    if not data:
        return Detection(None, 0.0, reason="there is nothing to read")
    found = bom_of(data)
    if found is not None:
        name = {"utf-8": "utf-8-sig"}.get(found[1], found[1])
        return Detection(name, 1.0, found[1], bom=True, reason="begins with a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\0" not in text:
            return Detection("utf-8", 1.0 if not data.isascii() else 0.99, "ascii" if data.isascii() else "utf-8")
    import chardet

    names = [canonical(name) for name in candidates] if candidates is not None else None
    alternatives = []
    for item in chardet.detect_all(data):
        if item["encoding"] is None:
            continue
        name = canonical(item["encoding"])
        wide = SUPERSET.get(name, name)
        if names is None or name in names or wide in names:
            alternatives.append((wide, name, float(item["confidence"])))
    for wide, name, confidence in alternatives:
        return Detection(
            wide, confidence, name, tuple(Alternative(other, share) for other, _, share in alternatives[1:])
        )
    return Detection("binary", 0.5, reason="no encoding fits")
