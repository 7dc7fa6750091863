"""Which format a document has: by how it begins, then by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from normalize.formats.catalog import PO
from normalize.formats.markup import HTML, XML_FORMAT
from normalize.formats.members import JSON_FORMAT, JSON_LINES
from normalize.formats.plain import MARKDOWN, PLAIN_TEXT
from normalize.formats.span import Format
from normalize.formats.tables import CSV, TSV
from normalize.formats.timed import ASS, LRC, SRT, VTT

#: In the order in which their signatures are tried.
FORMATS: tuple[Format, ...] = (
    HTML,
    XML_FORMAT,
    VTT,
    ASS,
    SRT,
    LRC,
    PO,
    JSON_LINES,
    JSON_FORMAT,
    CSV,
    TSV,
    MARKDOWN,
    PLAIN_TEXT,
)
_BY_SUFFIX = {suffix: item for item in FORMATS for suffix in item.suffixes}
#: What a signature may look at, in characters.
_HEAD = 4096


def format_of(text: str, path: str = "") -> Format:
    """Return the format of a document, given its decoded text and its name.

    >>> format_of("WEBVTT\\n").name, format_of("a,b", "t.csv").name, format_of("文").name
    ('vtt', 'csv', 'text')
    """
    head = text[:_HEAD]
    named = _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
    # Markdown may begin with a comment, or show a page of markup; and a table with anything at all.
    if named in (MARKDOWN, CSV, TSV):
        return named
    for item in FORMATS:
        if item.signature(head):
            return item
    return named or PLAIN_TEXT
