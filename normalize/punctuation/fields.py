"""Fields: which lines of a long text may be rows of a table, so that only those are looked at one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from normalize.punctuation.stretch import SIZE, bounds, points

#: Start, end, number of the line, its fields, and how many of those have no characters of Chinese text.
Columns = npt.NDArray[np.intp]


def candidates(text: str, separator: str, sentence_ends: str, longest: int, size: int = SIZE) -> list[tuple[int, int]]:
    """Return start and end of the lines that may be rows of a table: all that are, and some more.

    A row holds separators, ends with none of the marks in `sentence_ends`, and is at most `longest` characters long; it
    or a row beside it has a field without Han, and alone it has four fields at least.

    >>> candidates("甲,乙,丙\\n丁,2,己\\n庚。", ",", "。", 100)
    [(0, 5), (6, 11)]
    """
    found: list[Columns] = []
    number = 0
    for first, last in bounds(text, size):
        if text.find(separator, first, last) < 0:
            number += text.count("\n", first, last)
            continue
        columns, lines = _lines(points(text[first:last]), last == len(text), separator, sentence_ends, longest)
        columns += np.array([[first], [first], [number], [0], [0]])
        found.append(columns)
        number += lines
    if not found:
        return []
    starts, ends, numbers, fields, plain = np.concatenate(found, axis=1)
    if not starts.size:
        return []
    is_first = np.concatenate(([True], numbers[1:] != numbers[:-1] + 1))
    firsts = np.flatnonzero(is_first)
    is_alone = np.diff(np.append(firsts, starts.size)) == 1
    kept = (np.maximum.reduceat(plain, firsts) > 0) & ~(is_alone & (fields[firsts] < 4))
    chosen = kept[is_first.cumsum() - 1]
    return list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))


def _lines(
    codes: npt.NDArray[np.uint32], is_last: bool, separator: str, sentence_ends: str, longest: int
) -> tuple[Columns, int]:
    """Return the lines of a stretch that hold separators and are no sentences, and how many lines there are in all."""
    is_edge = codes == ord(separator)
    is_edge |= codes == ord("\n")
    edges = np.flatnonzero(is_edge)
    is_line_end = codes.take(edges) == ord("\n")
    if is_last:
        edges, is_line_end = np.append(edges, codes.size), np.append(is_line_end, True)
    starts = np.concatenate(([0], edges[:-1] + 1))
    # From the ideographic blank to the last Han of the BMP; kana and CJK marks are no data either.
    is_chinese = (codes - np.uint32(0x3000)) <= 0x9FFF - 0x3000
    plain = ~np.logical_or.reduceat(is_chinese, np.minimum(starts, codes.size - 1))
    lasts = np.flatnonzero(is_line_end)
    firsts = np.concatenate(([0], lasts[:-1] + 1))
    fields = lasts - firsts + 1
    begin, end = starts[firsts], edges[lasts]
    final = codes.take(end - 1, mode="clip")
    is_sentence = np.isin(final, points(sentence_ends)) | ((end - begin > longest) & (final != ord("\r")))
    chosen = np.flatnonzero((fields > 1) & ~is_sentence)
    of_line = np.add.reduceat(plain, firsts, dtype=np.intp)
    return np.stack([column[chosen] for column in (begin, end, np.arange(lasts.size), fields, of_line)]), lasts.size
