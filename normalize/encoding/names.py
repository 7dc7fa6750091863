"""Names of encodings: what a label means, which encoding includes which, and what to say to a name nobody knows."""

from __future__ import annotations

import codecs
from functools import cache

from normalize.data import read_text


class EncodingError(ValueError):
    """An encoding that cannot be used, or bytes and text that it cannot hold; the message says which and why."""


#: The encoding that reads everything the narrower one does, and more (GB2312 < GBK < GB18030; Big5 < HKSCS; the Windows
#: code pages extend the Japanese and Korean standards). Documents labelled with the narrower one often need the wider.
SUPERSET = {
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}

#: Codecs of Python that are no character encodings of documents, although `bytes.decode` takes some of them.
_NO_DOCUMENTS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape"})

#: Names that say "Chinese" rather than an encoding, and spellings that neither Python nor the standard lists.
_SPELLINGS = {
    "gb": "gb18030",
    "gb18030-2000": "gb18030",
    "gb18030-2005": "gb18030",
    "gb18030-2022": "gb18030",
    "gb2312-80": "gb2312",
    "hkscs": "big5hkscs",
    "big5-eten": "big5hkscs",
    "iso-2022-cn": "iso2022_cn",
    "iso-2022-cn-ext": "iso2022_cn_ext",
    "unicode": "utf-16",
    "ansi": "cp1252",
}


def canonical(name: str) -> str:
    """Return the one name under which an encoding is known here.

    Python's names, then the labels of the WHATWG Encoding Standard, then a few spellings found in the wild.
    Raises EncodingError for a name that nobody knows, naming the nearest known one.

    >>> canonical("GB_2312-80"), canonical("x-x-big5"), canonical("UTF8")
    ('gb18030', 'big5hkscs', 'utf-8')
    """
    key = name.strip().lower()
    found = _python_name(key) or labels().get(key) or _SPELLINGS.get(key.replace("_", "-"))
    if found is None:
        raise EncodingError(f"unknown encoding {name!r}{_suggest(key)}")
    return found


def declared(label: str) -> str | None:
    """Return the encoding that a document means when it declares this label, or None for a label nobody knows.

    Documents follow the WHATWG Encoding Standard, where `iso-8859-1` means Windows-1252.

    >>> declared("iso-8859-1"), declared("gb2312"), declared("no-such")
    ('cp1252', 'gb18030', None)
    """
    key = label.strip().lower()
    found = labels().get(key)
    if found is None:
        try:
            found = canonical(key)
        except EncodingError:
            return None
    return SUPERSET.get(found, found)


@cache
def labels() -> dict[str, str]:
    """Return the labels of the WHATWG Encoding Standard with the codec that reads each."""
    lines = read_text("encoding_labels.tsv").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def _python_name(key: str) -> str | None:
    try:
        info = codecs.lookup(key)
    except (LookupError, ValueError, UnicodeError):  # ValueError: a name with a NUL
        return None
    if info.name in _NO_DOCUMENTS or not getattr(info, "_is_text_encoding", True):
        return None
    return info.name


def _suggest(key: str) -> str:
    import difflib
    from encodings.aliases import aliases

    known = {*labels(), *_SPELLINGS, *(alias.replace("_", "-") for alias in aliases)}
    near = difflib.get_close_matches(key.replace("_", "-"), sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else "; use a name such as utf-8, gb18030, big5hkscs, utf-16-le"
