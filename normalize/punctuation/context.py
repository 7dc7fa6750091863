"""Context: whether a mark that a collapse may have flattened is to be full-width, by what stands beside it.

Brackets are paired before anything is decided, because one side often says nothing: in `150EFlops(每秒15000京次)` it is
the content that is Chinese, in `人工智能(AI)` what stands before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from normalize.punctuation.lines import HAN, Line

_MARK = re.compile(r"[,;:!?()]")
_LIST_MARKER = re.compile(r"(?:^|[\s;；。,，:：、])[A-Za-z0-9]{1,3}$")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
#: How far apart the brackets of a pair that spans lines may be.
_REACH = 500
_OPERATORS = tuple("=+-*/<>^|&")
_AFTER_PARAMETERS = re.compile(r"\s*(?:=>|->|\{)")
#: A chemical formula, of the common elements: HP(OH), Ca(OH).
_FORMULA = re.compile(
    r"(?:(?:He|Li|Be|Na|Mg|Al|Si|Cl|Ar|Ca|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Br|Ag|Sn|Ba|Pt|Au|Hg|Pb|[HBCNOFPSKIU])[0-9]*)+"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
_FIRST_DIGITS, _THREE_DIGITS = re.compile(r"(?<![0-9.,:])[0-9]{1,3}$"), re.compile("[0-9]{3}(?![0-9])")
_WORD_PAIR = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


class Loose(NamedTuple):
    """A bracket whose partner is not in its line: where it stands, and what it looks like by itself."""

    line: Line
    at: int
    is_full: bool

    @property
    def is_open(self) -> bool:
        """Whether it opens."""
        return self.line.text[self.at] == "("

    @property
    def place(self) -> int:
        """Its place in the text."""
        return self.line.start + self.at


def marks_to_restore(line: Line) -> tuple[list[int], list[Loose]]:
    """Return the offsets of the marks in `line` that are to be full-width, and the brackets without a partner in it.

    >>> marks_to_restore(Line("版本v1.2(測試),比例1:2"))[0]
    [6, 9, 10]
    """
    if not HAN.search(line.text) or line.is_english:
        return [], []
    marks = [match.start() for match in _MARK.finditer(line.text)]
    if marks and line.spans:
        marks = [at for at in marks if line.mask(at) is None]
    paired: set[int] = set()
    full: set[int] = set()
    stays: set[int] = set()
    stack: list[int] = []
    for at in marks:
        if line.text[at] == "(":
            stack.append(at)
        elif line.text[at] == ")" and stack:
            start = stack.pop()
            paired |= {start, at}
            if is_full_pair(line, start, at):
                full |= {start, at}
            else:
                stays.update(marks[bisect_left(marks, start) : bisect_left(marks, at) + 1])
    loose: list[Loose] = []
    for at in marks:
        if line.text[at] in "()":
            if at not in paired and at not in stays:
                if at and line.text[at - 1] in ":;=":
                    # A face, or what only looks like one: neither of its marks is sure.
                    stays.add(at - 1)
                else:
                    loose.append(Loose(line, at, _is_full_alone(line, at)))
        elif is_full(line, at):
            full.add(at)
    return sorted(full - stays), loose


def pair_across_lines(loose: Iterable[Loose]) -> Iterator[int]:
    """Yield the places in the text of the brackets to widen, of those that found no partner in their line."""
    opened: Loose | None = None
    for bracket in loose:
        if bracket.is_open or opened is None or not _same_paragraph(opened, bracket):
            if opened is not None and opened.is_full:
                yield opened.place
            opened = bracket if bracket.is_open else None
            if not bracket.is_open and bracket.is_full:
                yield bracket.place
        else:
            if opened.is_full or bracket.is_full:
                yield opened.place
                yield bracket.place
            opened = None
    if opened is not None and opened.is_full:
        yield opened.place


def _same_paragraph(opening: Loose, closing: Loose) -> bool:
    start, end = opening.place, closing.place
    return end - start <= _REACH and _BLANK_LINE.search(opening.line.source, start, end) is None


def _is_full_alone(line: Line, at: int) -> bool:
    """Tell what a bracket without partner in its line looks like by itself; list markers, a) and 1), stay."""
    left, left_gap = line.left(at)
    right, _ = line.right(at)
    if line.text[at] == "(":
        return (left == "wide" and not left_gap) or right == "wide"
    return left == "wide" or (right == "wide" and _LIST_MARKER.search(line.text, max(at - 5, 0), at) is None)


def is_full_pair(line: Line, start: int, end: int) -> bool:
    """Tell whether the brackets at `start` and `end` are to be full-width."""
    if HAN.search(line.text, start + 1, end):
        return True
    left, left_gap = line.left(start)
    content = line.text[start + 1 : end]
    after = line.text[end + 1 : end + 2]
    if _AFTER_PARAMETERS.match(line.text, end + 1):
        return False
    if content.isalpha() and after.isascii() and after.isalpha() and not _behind_word(line, start):
        # Part of a word: (in)dividual.
        return False
    if left == "wide":
        return True
    if not left_gap and _is_call(line.text, start, end):
        return False
    if line.text[:start].rstrip()[-1:] in _OPERATORS:
        return False
    right, _ = line.right(end)
    if left_gap and left == "letter" and line.mask(start + 1) == "url":
        return False
    return right == "wide" or (right == "edge" and not left_gap) or (left == "edge" and right != "letter")


def _behind_word(line: Line, at: int) -> bool:
    """Tell whether a Chinese word or a closing mark stands directly before `at`."""
    return line.is_wide(at - 1) and line.text[at - 1] not in "（「『《〈【“‘"


def _is_call(text: str, start: int, end: int) -> bool:
    """Tell whether brackets without Han belong to a call or a formula, f(x), and not to a name, NATO(1949)."""
    name = _NAME.search(text, max(0, start - 40), start)
    if name is None:
        return False
    word = name.group()
    content = text[start + 1 : end]
    if not content or len(word) == 1 or "_" in word or "." in word or text[name.start() - 1 : name.start()] == "=":
        return True
    if _FORMULA.fullmatch(word) and _FORMULA.fullmatch(content):
        return True
    if word[0].isupper() and (len(content) > 2 or content[-1].isdigit()):
        return False
    return not _WORD_PAIR.search(content)


def is_full(line: Line, at: int) -> bool:
    """Tell whether one of `, ; : ! ?`, outside of masks, is to be full-width."""
    mark = line.text[at]
    before, after = line.text[at - 1 : at], line.text[at + 1 : at + 2]
    opens = before in ("“", "‘", "「", "『") or (before == '"' and line.text.count('"', 0, at) % 2 == 1)
    if opens and after.isascii() and after.isalnum():
        # Something that is named and begins with a mark: “:w”.
        return False
    if mark == ":" and before == " " and after.isascii() and after.isalpha():
        # A symbol or a placeholder: the option :port.
        return False
    if mark == "," and before.isdigit() and _THREE_DIGITS.match(line.text, at + 1):
        # A number, of which another mask may cover a part: /1,000.
        start = max(at - 4, 0)
        if _FIRST_DIGITS.search(line.text, start, at):
            return False
    left, _ = line.left(at)
    if left == "wide":
        return True
    right, right_gap = line.right(at)
    if mark == ":" and after and after in "”’」』\"'" and left != "edge":
        # A label that is named: “Subject:”.
        return False
    if right == "wide":
        return line.text[at + 1 : at + 3] not in (" ,", " ;", " :")
    if left == "edge":
        return False
    if right == "edge":
        return True
    if mark in "!?":
        return line.text[at + 1] in "!?)" and is_full(line, at + 1)
    if right_gap:
        return False
    # A1:B2, image:latest; what a collapse left there cannot be told from what was typed.
    return mark != ":" or right not in ("letter", "digit") or (left == "digit" and right == "digit")
