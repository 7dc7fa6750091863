"""Fields: which lines of a long text may be rows of a table, so that only those are looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from normalize.punctuation.stretch import SIZE, Flags, Offsets, bounds, points

#: Start, end, number of the line, its fields, how many of those have no characters of Chinese text, whether the line
#: has quotes, between which a separator separates nothing.
Columns = npt.NDArray[np.intp]
Codes = npt.NDArray[np.uint32]


def candidates(
    text: str, separators: str, sentence_ends: str, longest: int, size: int = SIZE
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield each separator with start and end of the lines that may be rows of a table: all that are, and some more.

    A row holds separators, ends with none of the marks in `sentence_ends`, and is at most `longest` characters long. In
    one of two rows next to each other there is a field without Han; a row alone has four fields, and two without.

    >>> list(candidates("甲,乙,丙\\n丁,2,己\\n庚。", ",", "。", 100))
    [(',', [(0, 5), (6, 11)])]
    """
    found: dict[str, list[Columns]] = {separator: [] for separator in separators if separator in text}
    number = 0
    for first, last in bounds(text, size) if found else ():
        codes = points(text[first:last])
        lines, count = _lines(codes, last == len(text), sentence_ends, longest)
        if codes.size == len(text) and not _has_data(codes, lines, separators):
            return
        for separator, some in found.items():
            columns = _columns(codes, lines, separator)
            if columns is not None:
                columns[:2] += first
                columns[2] += number
                some.append(columns)
        number += count
    for separator, some in found.items():
        if some:
            yield separator, _chosen(some[0] if len(some) == 1 else np.concatenate(some, axis=1))


def _chosen(columns: Columns) -> list[tuple[int, int]]:
    """Return start and end of those lines that are rows by what is beside them."""
    starts, ends, numbers, fields, plain, quotes = columns
    has_quotes = quotes > 0
    # Rows of one table follow each other, and have the same number of fields: where there are no quotes, so many.
    is_first = np.ones(starts.size, dtype=bool)
    is_first[1:] = numbers[1:] != numbers[:-1] + 1
    is_first[1:] |= (fields[1:] != fields[:-1]) & ~(has_quotes[1:] | has_quotes[:-1])
    firsts = is_first.nonzero()[0]
    count = np.diff(firsts, append=starts.size)
    data = np.add.reduceat(plain > 0, firsts, dtype=np.intp)
    of_first = fields.take(firsts)
    enough = (data * 2 >= count) & (data > (of_first == 2))
    enough = np.where(count > 1, enough, plain.take(firsts) > 1) | np.logical_or.reduceat(has_quotes, firsts)
    kept = enough & (data > 0) & ((count > 1) | (of_first > 3))
    if not kept.any():
        return []
    chosen = np.repeat(kept, count)
    return list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))


class Lines(NamedTuple):
    """Lines of a stretch: where they start and end, where they end without U+000D, and their numbers."""

    starts: Offsets
    ends: Offsets
    lasts: Offsets
    numbers: Offsets


def _lines(codes: Codes, is_last: bool, sentence_ends: str, longest: int) -> tuple[Lines, int]:
    """Return the lines of a stretch that end as no sentence does, and how many there are in all."""
    ends = (codes == ord("\n")).nonzero()[0]
    if is_last:
        ends = np.append(ends, codes.size)
    starts = np.empty_like(ends)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    final = codes.take(ends - 1, mode="clip")
    lasts = ends
    while (final == ord("\r")).any() and (returns := (final == ord("\r")) & (lasts > starts)).any():
        lasts = lasts - returns
        final = codes.take(lasts - 1, mode="clip")
    left = (lasts - starts - 1).view(np.uintp) < longest
    left &= ~_table_of(sentence_ends).take(final, mode="clip")
    numbers = left.nonzero()[0]
    return Lines(starts.take(numbers), ends.take(numbers), lasts.take(numbers), numbers), ends.size


@cache
def _table_of(characters: str) -> Flags:
    table = np.zeros(0x10001, dtype=bool)
    table[[ord(character) for character in characters]] = True
    return table


def _is_plain(codes: Codes) -> Flags:
    """Tell which characters are none of Chinese text: from the ideographic blank to the last Han of the BMP."""
    # Kana and CJK marks, which are in between, are no data either.
    plain: Flags = (codes - np.uint32(0x3000)) > 0x9FFF - 0x3000
    return plain


def _has_data(codes: Codes, lines: Lines, separators: str) -> bool:
    """Tell whether a field of the lines, whatever separates it, begins and ends as one without Han.

    Nothing is a field, too, but at the end of a line.
    """
    edges = _table_of(separators).take(codes, mode="clip").nonzero()[0]
    if not edges.size:
        return False
    before, after = (_is_plain(codes.take(edges + step, mode="clip")) for step in (-1, 1))
    # Between two, whether they stand in one line or not, before the first of a line, and behind the last.
    between = edges[1:][after[:-1] & before[1:]]
    firsts, lasts = edges.searchsorted(lines.starts), edges.searchsorted(lines.lasts)
    some = lasts > firsts
    found = _is_plain(codes.take(lines.starts)) & before.take(firsts, mode="clip")
    ends = edges.take(lasts - 1, mode="clip") < lines.lasts - 1
    found |= ends & _is_plain(codes.take(lines.lasts - 1)) & after.take(lasts - 1, mode="clip")
    found |= between.searchsorted(lines.starts) < between.searchsorted(lines.lasts)
    return bool((some & found).any())


def _columns(codes: Codes, lines: Lines, separator: str) -> Columns | None:
    """Return what there is to know of those of the lines that hold separators."""
    starts, _, ends, _ = lines
    separators = (codes == ord(separator)).nonzero()[0]
    before = separators.searchsorted(starts)
    count = separators.searchsorted(ends) - before
    quotes = (codes == ord('"')).nonzero()[0]
    quotes = quotes.searchsorted(ends) - quotes.searchsorted(starts)
    # A blank behind the separator is how people write lists.
    blanks = separators[codes.take(separators + 1, mode="clip") == ord(" ")]
    listed = (blanks.searchsorted(ends - 1) > blanks.searchsorted(starts)) & (quotes == 0)
    rows = ((count > 0) & ~listed).nonzero()[0]
    if not rows.size:
        return None
    starts, ends, before, count, quotes = (column.take(rows) for column in (starts, ends, before, count, quotes))
    # Each field begins at the start of its line or behind a separator.
    lasts = count.cumsum() + np.arange(rows.size)
    firsts = lasts - count
    is_first = np.zeros(int(lasts[-1]) + 1, dtype=bool)
    is_first[firsts] = True
    begins = np.empty(is_first.size, dtype=np.intp)
    begins[firsts] = starts
    owners = np.repeat(before - (count.cumsum() - count), count)
    begins[~is_first] = separators.take(np.arange(owners.size) + owners) + 1
    stops = np.empty_like(begins)
    stops[:-1] = begins[1:] - 1
    stops[lasts] = ends
    empty = begins == stops
    plain = ~_has(~_is_plain(codes), begins, stops) | empty
    # Nothing behind the last separator says nothing.
    plain[lasts] &= ~empty[lasts]
    of_line = np.add.reduceat(plain, firsts, dtype=np.intp)
    return np.stack((starts, lines.ends.take(rows), lines.numbers.take(rows), count + 1, of_line, quotes))


def _has(flags: Flags, starts: Offsets, ends: Offsets) -> Flags:
    """Tell of parts, in order, whether any flag is set in them; of empty ones it says nothing."""
    edges = np.stack((starts, ends), axis=1).ravel()
    if ends[-1] == flags.size:
        edges = np.minimum(edges[:-1], flags.size - 1)
    found: Flags = np.logical_or.reduceat(flags, edges)[::2]
    return found
