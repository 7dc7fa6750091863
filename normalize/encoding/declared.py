"""What a document says about its own encoding: in HTML, XML, CSS, Python and Emacs style."""

from __future__ import annotations

import re

from normalize.encoding.names import declared

#: HTML and XML declare within the first kilobyte; WHATWG browsers look no further either.
_HEAD = 1024
_DECLARATION = re.compile(
    rb"""(?:<meta\b[^>]*?\bcharset\s*=\s*["']?\s*|<\?xml\b[^>]*?\bencoding\s*=\s*["']|"""
    rb"""^@charset\s+"|\b(?:file)?(?:en)?coding[:=]\s*|\bcharset=)([A-Za-z0-9][\w.:+-]*)""",
    re.IGNORECASE | re.MULTILINE,
)


def declaration(data: bytes) -> str | None:
    """Return the encoding that a document declares for itself, as the superset that is meant, or None.

    >>> declaration(b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">')
    'gb18030'
    """
    head = data[:_HEAD]
    # One plain search each is quicker than the pattern on text that declares nothing.
    lower = head.lower()
    if b"charset" not in lower and b"coding" not in lower:
        return None
    found = _DECLARATION.search(head)
    return declared(found[1].decode("ascii")) if found else None
