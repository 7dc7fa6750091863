"""JSON, and JSON by lines: the strings that are values, chosen by the names of their members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from normalize.formats.escapes import JSON
from normalize.formats.span import Format, FormatError, Kind, Options, Span

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]', re.DOTALL)
#: No document written by people or programs nests deeper; what does is made to break parsers.
_DEEPEST = 10_000


def strings(text: str, start: int, end: int, fields: frozenset[str], first: Kind = "text") -> Iterator[Span]:
    """Yield the strings between two places that are values of `fields` (empty: all), the first as the kind `first`."""
    path: list[str] = []  # the member names on the way here
    is_object: list[bool] = []
    is_key = False
    kind = first
    for match in _TOKEN.finditer(text, start, end):
        sign = text[match.start()]
        if sign == '"':
            if is_key:
                path[-1] = text[match.start() + 1 : match.end() - 1]
            elif match.end() - match.start() > 2 and (not fields or _wanted(path, fields)):
                yield Span(match.start() + 1, match.end() - 1, kind, JSON)
                kind = "text"
        elif sign in "{[":
            if len(is_object) >= _DEEPEST:
                raise FormatError(f"nested deeper than {_DEEPEST} levels at character {match.start()}")
            is_object.append(sign == "{")
            path.append("")
            is_key = sign == "{"
        elif sign in "}]":
            if is_object:
                is_object.pop()
                path.pop()
            is_key = False
        elif sign == ":":
            is_key = False
        else:
            is_key = bool(is_object and is_object[-1])


_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"(\s*+:)?', re.DOTALL)


def _values(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield all strings of valid JSON that are values, as a document of its own."""
    kind: Kind = "document"
    for match in _STRING.finditer(text, start, end):
        first, last = match.span()
        if match[1] is None and last - first > 2:
            yield Span(first + 1, last - 1, kind, JSON)
            kind = "text"


def _wanted(path: list[str], fields: frozenset[str]) -> bool:
    """Tell whether a member is asked for: by its own name, that of what it lies in, or by its dotted path."""
    names = [name for name in path if name]
    dotted = ".".join(names)
    return any(field in names or dotted == field or dotted.startswith(field + ".") for field in fields)


def _json(text: str, options: Options) -> Iterator[Span]:
    return strings(text, 0, len(text), frozenset(options.fields))


_LINE = re.compile(r"[^\n]+")


def _lines(text: str, options: Options) -> Iterator[Span]:
    """Yield the strings of each line that is JSON; other lines are faulty, unless they are blank."""
    fields = frozenset(options.fields)
    for match in _LINE.finditer(text):
        line = match[0]
        if is_json(line):
            place = match.start(), match.end()
            yield from strings(text, *place, fields, "document") if fields else _values(text, *place)
        elif not line.isspace():
            yield Span(match.start(), match.end(), "faulty")


def is_json(line: str) -> bool:
    """Tell whether a line is a JSON document of its own."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


_LINES_SIGN = re.compile(r"\s*\{[^\n]*\}\s*\n\s*\{")


def _looks_like_lines(head: str) -> bool:
    if not _LINES_SIGN.match(head):
        return False
    first = head.strip().partition("\n")[0]
    return is_json(first)


JSON_LINES = Format("jsonl", (".jsonl", ".ndjson", ".ldjson"), _lines, _looks_like_lines)
JSON_FORMAT = Format("json", (".json", ".geojson", ".ipynb", ".webmanifest"), _json)
