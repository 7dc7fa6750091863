"""CSV and TSV: cells, by column, with any quoting (RFC 4180, and what people write instead)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from normalize.formats.escapes import QUOTED, Escapes, unless
from normalize.formats.span import Format, Options, Span

#: Characters that a cell without quotes may not get.
_NEVER = re.compile(r"(?!)")


@cache
def _bare(delimiter: str) -> Escapes:
    write = unless(delimiter + '"\r\n')
    return Escapes("", _NEVER, str, write, write)


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """Return what matches a cell with what ends it; a quote that is never closed is text like any other."""
    mark = re.escape(delimiter)
    return re.compile(
        rf'(?:"(?P<quoted>(?:[^"]++|"")*+)"(?=[{mark}\r\n]|\Z)|(?P<bare>[^{mark}\r\n]*+))(?P<end>[{mark}]|\r\n|\n|\r|\Z)'
    )


def _spans(text: str, delimiter: str, options: Options) -> Iterator[Span]:
    wanted = {name for name in options.columns if not name.isdigit()}
    numbers = {int(name) - 1 for name in options.columns if name.isdigit()}
    bare = _bare(delimiter)
    column = row = position = 0
    while position < len(text):
        match = _cell(delimiter).match(text, position)
        assert match is not None
        group = "bare" if match["quoted"] is None else "quoted"
        start, end = match.span(group)
        if row == 0 and match[group].lstrip("\ufeff") in wanted:
            numbers.add(column)
        if end > start and (not options.columns or column in numbers):
            yield Span(start, end, "text", bare if group == "bare" else QUOTED)
        if match["end"] == delimiter:
            column += 1
        else:
            column, row = 0, row + 1
        position = match.end()


def delimiter_of(text: str) -> str:
    """Return what separates the cells of a table: what the first lines have equally often.

    >>> delimiter_of("名称;数量\\n茶,绿;3\\n")
    ';'
    """
    lines = [re.sub(r'"[^"]*"', "", line) for line in text[:20_000].splitlines()[:20] if line]
    best, most = ",", 0
    for sign in ",;\t|":
        counts = [line.count(sign) for line in lines[:-1] or lines]
        regular = max((counts.count(count) * count for count in set(counts)), default=0)
        if counts and min(counts) > 0 and regular > most:
            best, most = sign, regular
    return best


CSV = Format("csv", (".csv",), lambda text, options: _spans(text, delimiter_of(text), options))
TSV = Format("tsv", (".tsv", ".tab"), lambda text, options: _spans(text, "\t", options))
