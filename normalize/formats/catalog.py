"""PO: the translations of a message catalogue. Messages to be translated are its keys, and stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.formats.escapes import C
from normalize.formats.span import Format, Options, Span

_ENTRY = re.compile(
    r'^[ \t]*(?:(?P<key>msgid_plural|msgid|msgctxt|msgstr(?:\[\d+\])?)[ \t]*)?"(?P<text>(?:[^"\\\n]|\\.)*)"', re.M
)
_CHARSET = re.compile(
    r'^(?:msgstr[ \t]+)?"(?:[^"\n]*\\n)?Content-Type:[^"\n]*charset=([A-Za-z0-9][\w.:+-]*)',
    re.MULTILINE | re.IGNORECASE,
)
_SIGN = re.compile(r'(?:#[^\n]*\n|\s)*msg(?:id|ctxt)\s+"')


def _spans(text: str, options: Options) -> Iterator[Span]:
    key = message = ""
    fresh = True
    for match in _ENTRY.finditer(text):
        if match["key"]:
            if match["key"] == "msgid":
                message = ""
            key, fresh = match["key"], True
        if key == "msgid":
            message += match["text"]
        # The translation of the empty message is the catalogue's header.
        elif key.startswith("msgstr") and message and match["text"]:
            yield Span(match.start("text"), match.end("text"), "text" if fresh else "more", C)
            fresh = False


def _charset(text: str) -> tuple[int, int] | None:
    found = _CHARSET.search(text[:20_000])
    return found.span(1) if found else None


PO = Format("po", (".po", ".pot"), _spans, lambda head: _SIGN.match(head) is not None, _charset)
