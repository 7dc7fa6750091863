"""Encodings of other languages: chardet is asked when nothing Chinese fits."""

from __future__ import annotations

import re

from normalize.encoding.names import SUPERSET, EncodingError, canonical

_LOOKED_AT = 1 << 16
#: The names of the encodings of Thai.
THAI = frozenset({"tis-620", "cp874", "iso8859-11"})
#: Where Thai (TIS-620) has none of these: a mark that is not above or below a consonant or another mark, a vowel before
#: no consonant, and bytes without a letter.
_NO_THAI = re.compile(
    rb"(?<![\xa1-\xce\xd1\xd4-\xda\xe7-\xee])[\xd1\xd4-\xda\xe7-\xee]|[\xe0-\xe4](?![\xa1-\xce])|"
    rb"[\x80-\xa0\xdb-\xde\xfc-\xff]"
)
_THAI_MARK = re.compile(rb"[\xd1\xd4-\xda\xe0-\xe4\xe7-\xee]")


def is_thai(data: bytes) -> bool:
    """Tell whether bytes are spelt as Thai is in TIS-620, which no model here knows: each mark on a letter.

    >>> is_thai("ภาษาไทย".encode("tis-620")), is_thai("薑蒜末和豆".encode("big5"))
    (True, False)
    """
    # What was cut off at either end is not judged.
    inner = data[1:-1]
    return _THAI_MARK.search(inner) is not None and _NO_THAI.search(inner) is None


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
