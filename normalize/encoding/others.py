"""Encodings of other languages: chardet is asked when nothing Chinese fits."""

from __future__ import annotations

from normalize.encoding.names import SUPERSET, EncodingError, canonical

_LOOKED_AT = 1 << 16


def named_by_chardet(data: bytes) -> str | None:
    """Return the encoding that chardet finds, under the name that Python reads it with, or None."""
    import chardet

    found = chardet.detect(data[:_LOOKED_AT])["encoding"]
    if found is None:
        return None
    try:
        name = canonical(found)
    except EncodingError:
        return None
    return SUPERSET.get(name, name)
