"""Rows of tables in plain text: `石门,1958,气温、雨量` separates fields with its commas, and they are no punctuation.

A row is told by its fields. Next to each other, lines with the same number of fields are a table when one in two has a
datum among them (a number, a code, nothing at all); alone, a line needs two numbers among four fields or more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from normalize.profile import ARRAY_LENGTH

_SEPARATORS = ",;"
#: A field that is no prose: empty, or digits, Latin letters and their marks only.
_DATUM = re.compile(r'"?[\w.:%+/#@~-]{0,40}"?', re.ASCII)
_NUMBER = re.compile(r"[-+]?\d[\d.:/-]*%?")
#: Marks that end a sentence, which a row does not do.
_SENTENCE_ENDS = "。！？!?…"
#: Code points that stand for nothing, in any text: U+FDD0 and the 31 after it (The Unicode Standard, 23.7).
_NONCHARACTERS = [chr(code) for code in range(0xFDD0, 0xFDF0)]
_LONGEST = 2000


def rows(text: str) -> list[tuple[int, int, str]]:
    """Return the rows of tables in a text: start and end of each line, and what separates its fields.

    >>> rows("站名,年份,备注\\n石门,1958,在后院\\n今天很好,大家都来了,很高兴。")
    [(0, 8, ','), (9, 20, ',')]
    """
    found: list[tuple[int, int, str]] = []
    for separator, lines in _candidates(text):
        found += _rows(text, separator, lines)
    return sorted(found)


def may_have_rows(text: str, places: Sequence[int]) -> bool:
    """Tell whether a line that holds one of these places, which are in order, may be a row.

    >>> may_have_rows("甲,乙\\n丙,丁。", [1]), may_have_rows("甲,乙\\n丙,丁。", [5])
    (True, False)
    """
    end = -1
    for at in places:
        if at > end:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = end if end >= 0 else len(text)
            line = text[start:end].rstrip("\r")
            if any(_fields(line, separator) is not None for separator in _SEPARATORS):
                return True
    return False


def _candidates(text: str) -> Iterable[tuple[str, Iterable[tuple[int, int]]]]:
    """Return for each separator start and end of the lines that may be rows."""
    if len(text) >= ARRAY_LENGTH:
        from normalize.punctuation import fields

        return fields.candidates(text, _SEPARATORS, _SENTENCE_ENDS, _LONGEST)
    return [(separator, _lines(text)) for separator in _SEPARATORS if separator in text]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _rows(text: str, separator: str, lines: Iterable[tuple[int, int]]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    run: list[tuple[int, int, list[str]]] = []
    for start, end in lines:
        fields = _fields(text[start:end].rstrip("\r"), separator)
        if run and (fields is None or start != run[-1][1] + 1 or len(fields) != len(run[0][2])):
            found += _judge(run, separator)
            run = []
        if fields is not None:
            run.append((start, end, fields))
    return found + _judge(run, separator) if run else found


def _fields(line: str, separator: str) -> list[str] | None:
    """Return the fields of a line, or None when it cannot be a row."""
    if separator not in line or len(line) > _LONGEST or line[-1] in _SENTENCE_ENDS:
        return None
    if '"' not in line:
        fields = line.split(separator)
        return None if f"{separator} " in line else fields
    try:
        fields = next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return None
    # A blank behind the separator is how people write lists.
    return None if any(field.startswith(" ") for field in fields[1:]) else fields


def _judge(run: list[tuple[int, int, list[str]]], separator: str) -> list[tuple[int, int, str]]:
    """Return the lines of a run when they are rows."""
    if len(run) > 1:
        # Two fields are also what a line of verse looks like: only numbers count there.
        datum = _DATUM if len(run[0][2]) > 2 else _NUMBER
        # Nothing behind the last separator is no datum: so ends a line of a list in prose.
        data = sum(
            any(datum.fullmatch(field) for field in (fields if fields[-1] else fields[:-1])) for _, _, fields in run
        )
        is_table = data * 2 >= len(run) and data > (len(run[0][2]) == 2)
    else:
        fields = run[0][2]
        is_table = len(fields) > 3 and sum(_NUMBER.fullmatch(field) is not None for field in fields) > 1
    return [(start, end, separator) for start, end, _ in run] if is_table else []


def hidden(text: str, found: list[tuple[int, int, str]]) -> tuple[str, dict[str, str]]:
    """Return the text with the separators and quotes of rows replaced, one for one, and what leads back.

    They are replaced by characters that stand for nothing.
    """
    free = [character for character in _NONCHARACTERS if character not in text]
    signs = (*_SEPARATORS, '"')
    if not found or len(free) < len(signs):  # none, or a text made to spite us
        return text, {}
    stands_for = dict(zip(signs, free, strict=False))
    # One separator after the other: a line can be a row by both.
    for separator in _SEPARATORS:
        pieces: list[str] = []
        position = 0
        for start, end, own in found:
            if own == separator:
                row = text[start:end].replace(separator, stands_for[separator]).replace('"', stands_for['"'])
                pieces += (text[position:start], row)
                position = end
        text = "".join((*pieces, text[position:]))
    return text, {stand_in: sign for sign, stand_in in stands_for.items()}


def shown(text: str, stands_for: dict[str, str]) -> str:
    """Undo `hidden`."""
    for stand_in, sign in stands_for.items():
        text = text.replace(stand_in, sign)
    return text
