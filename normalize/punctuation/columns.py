"""Columns: what a long text says about its marks, and which of them are to be full-width, without a look at each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np

from normalize.punctuation import signature
from normalize.punctuation.judge import NONE, Judge
from normalize.punctuation.stretch import (
    AFTER_QUOTE,
    BLANK,
    CLOSING,
    COLON,
    FULL,
    FULL_OPEN,
    FULL_WIDTH,
    HAN,
    MARK,
    NEWLINE,
    OPEN,
    QUOTE,
    SIZE,
    Flags,
    Marks,
    Offsets,
    Stretch,
    stretches,
)

#: So many stretches of a text are kept from one question to the next: 10 MB for 2 million characters.
_KEPT = 32


class Columns:
    """A long text, whose marks are judged in columns.

    How much of it is worked on together (`size` characters) does not change what is found.
    """

    def __init__(self, text: str, size: int = SIZE) -> None:
        self._text = text
        self._size = size
        self.has_loose = False
        #: Which of the stretches have two marks behind Han, which may be in one line.
        self._suspects: list[bool] = []

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the stretches of the text, of one that is not too long always the same."""
        return iter(self._kept) if len(self._text) <= _KEPT * self._size else stretches(self._text, self._size)

    @cached_property
    def _kept(self) -> list[Stretch]:
        return list(stretches(self._text, self._size))

    @cached_property
    def signature(self) -> signature.Signature:
        """What the text says about its marks, as `signature.read` has it."""
        full = folded = strong = beside = 0
        for stretch in self._stretches():
            full += int(np.count_nonzero((stretch.kinds - np.uint8(FULL)) <= FULL_OPEN - FULL))
            marks = stretch.marks
            self._suspects.append(False)
            if not marks.places.size:
                continue
            single = marks.kinds == MARK
            folded += int(np.count_nonzero(single))
            if not full:
                beside += int(np.count_nonzero((marks.before == HAN) | (marks.after == HAN)))
            behind = marks.of((single & _is_behind(marks)).nonzero()[0])
            if behind.places.size:
                strong += _strong(stretch, behind)
                self._suspects[-1] = behind.places.size > 1
        return signature.judged(self._text, full, folded, strong, beside)

    @property
    def has_collapsed_line(self) -> bool:
        """Whether a line shows by two marks that it was collapsed, while it has no full-width mark."""
        assert self.signature
        if not any(self._suspects):
            return False
        for suspect, stretch in zip(self._suspects, self._stretches(), strict=True):
            for number in _suspects(stretch).nonzero()[0].tolist() if suspect else ():
                start, end = stretch.first + int(stretch.starts[number]), stretch.first + int(stretch.ends[number])
                if signature.line_collapsed(self._text[start:end]):
                    return True
        return False

    def offsets(self) -> Sequence[int]:
        """Return where the marks stand that are to be full-width, taking the whole of the text for collapsed."""
        judge = Judge(self._text)
        found = [judge.full(stretch, stretch.marks) for stretch in self._stretches()]
        self.has_loose = judge.has_loose
        return _in_order([*found, judge.across_lines()])

    def offsets_in_lines(self) -> Sequence[int]:
        """Return where the marks stand that are to be full-width in lines of a text that has its other marks.

        The lines are those with a mark behind Han and none that is full-width. What shows a typing hand is left: a
        blank behind a mark, brackets in a line that has one behind a blank, and all brackets where nobody wrote
        full-width ones.
        """
        judge = Judge(self._text)
        has_full_brackets = self.signature.has_full_brackets
        found: list[Offsets] = []
        for stretch in self._stretches():
            behind = stretch.marks.places[_is_behind(stretch.marks)]
            if not behind.size:
                continue
            chosen = stretch.having(behind)
            chosen[stretch.lines(stretch.places(FULL, FULL_OPEN))] = False
            lines = stretch.lines(stretch.marks.places)
            of_chosen = chosen.take(lines)
            marks, lines = stretch.marks.of(of_chosen), lines[of_chosen]
            if not lines.size:
                continue
            full = judge.full(stretch, marks) - stretch.first
            is_mark = stretch.kinds.take(full) <= COLON
            typed = is_mark & (stretch.codes.take(full + 1, mode="clip") == ord(" "))
            if has_full_brackets:
                blank = (stretch.codes.take(marks.places - 1, mode="clip") == ord(" ")) & (marks.kinds == OPEN)
                typed |= ~is_mark & np.isin(stretch.lines(full), lines[blank])
            else:
                typed |= ~is_mark
            found.append(full[~typed] + stretch.first)
        if has_full_brackets:
            found.append(judge.across_lines(typed=False))
        return _in_order(found)

    def english_marks(self) -> list[int]:
        """Return where full-width marks stand that belong into English words, wherever they may stand here."""
        return [
            place for stretch in self._stretches() for place in (stretch.first + stretch.places(FULL_WIDTH)).tolist()
        ]


def _in_order(found: list[Offsets]) -> Sequence[int]:
    """Return all the places in order, as the column of integers that spans are made of."""
    return cast("Sequence[int]", np.sort(np.concatenate((NONE, *found))))


def _is_behind(marks: Marks) -> Flags:
    """Tell which marks stand directly behind Han or a closing mark, without a blank behind them."""
    behind: Flags = ((marks.before - np.uint8(HAN)) <= AFTER_QUOTE - HAN) & (marks.after != BLANK)
    return behind


def _strong(stretch: Stretch, behind: Marks) -> int:
    """Count the marks of a signature, of those that stand behind Han: neither a blank nor `, ; :` follows."""
    following, after = (column.take(behind.places + 1, mode="clip") for column in (stretch.codes, stretch.kinds))
    weak = (following == ord(",")) | (following == ord(";")) | (after == COLON)
    # Of the ends of lines `$` knows only one.
    weak |= (after == BLANK) | ((after == NEWLINE) & (following != ord("\n")))
    if stretch.is_last and behind.places[-1] == stretch.kinds.size - 1:
        weak[-1] = False
    return int(np.count_nonzero(~weak))


def _suspects(stretch: Stretch) -> Flags:
    """Tell which lines have two marks behind Han, none at full width, and one that no collapse touches."""
    marks = stretch.marks
    lines = stretch.lines(marks.places[(marks.kinds == MARK) & _is_behind(marks)])
    found = np.zeros(stretch.starts.size, dtype=bool)
    found[lines[1:][lines[1:] == lines[:-1]]] = True
    if found.any():
        found &= stretch.having(stretch.places(AFTER_QUOTE, CLOSING), stretch.places(QUOTE))
        found &= ~stretch.having(stretch.places(FULL, FULL_OPEN))
    return found
