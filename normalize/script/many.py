"""Conversion of many short texts at once, joined into one so that arrays pay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from normalize.profile import Class, class_table
from normalize.script.arrays import codes
from normalize.script.scalar import COMPONENTS, FIRST_COMPONENT

#: What texts are joined with: the first of these that none of them holds. No lexicon has them.
_SEPARATORS = "\ufffe\uffff\x1e\x1f\x1d\x1c"

HANS, HANT, KANA = 1, 2, 4
FLAGS = {Class.HANS: HANS, Class.HANT: HANT, Class.KANA: KANA}


class Whole(Protocol):
    """Whatever converts a text, and knows which characters nothing reaches over."""

    def convert(self, text: str) -> str:
        """Return the converted text."""

    def stands_alone(self, character: str) -> bool:
        """Tell whether nothing ever reaches over a character."""


def many(converter: Whole, texts: Sequence[str]) -> list[str]:
    """Convert each text by itself, as `Converter.convert` would."""
    if len(texts) < 2:
        return list(map(converter.convert, texts))
    joined = join(converter, texts)
    if joined is None:
        return [converter.convert(text) for text in texts]
    text, separator = joined
    return converter.convert(text).split(separator)


def join(converter: Whole, texts: Sequence[str]) -> tuple[str, str] | None:
    """Return the texts as one, and what separates them; None when converting them together might not be the same.

    A description sequence without its end would go on in the next text, and a separator must stand alone.
    """
    whole = "".join(texts)
    if whole and (codes(whole) - np.uint32(FIRST_COMPONENT) < len(COMPONENTS)).any():
        return None
    for separator in _SEPARATORS:
        if separator not in whole and converter.stands_alone(separator):
            return separator.join(texts), separator
    return None


def scripts(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Tell for each text whether it has characters of one script only, and kana: the sum of the flags it has."""
    found = np.zeros(len(texts), np.uint8)
    filled, starts, flags = _flagged(texts)
    if filled.size:
        found[filled] = np.bitwise_or.reduceat(flags, starts)
    return found


def distinctive(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Count for each text the characters that only Simplified has, and those that only Traditional has: two rows."""
    found = np.zeros((2, len(texts)), np.int64)
    filled, starts, flags = _flagged(texts)
    if filled.size:
        for row, flag in zip(found, (HANS, HANT), strict=True):
            row[filled] = np.add.reduceat(flags == flag, starts, dtype=np.int64)
    return found


def _flagged(texts: Sequence[str]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.uint8]]:
    """Return the texts that are not empty, where each starts among all characters, and the flags of these."""
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    filled = lengths.nonzero()[0]
    starts = (lengths.cumsum() - lengths)[filled]
    return filled, starts, _flags().take(codes("".join(texts)), mode="clip")


@cache
def _flags() -> npt.NDArray[np.uint8]:
    """Return HANS, HANT or KANA for each character of the BMP, and a last 0 for those beyond it."""
    classes: npt.NDArray[np.uint8] = np.frombuffer(class_table() + bytes([Class.OTHER]), np.uint8)
    flags = np.zeros_like(classes)
    for kind, flag in FLAGS.items():
        flags[classes == kind] = flag
    return flags
