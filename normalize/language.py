"""The language model: how likely a run of characters is, as Chinese and as its rivals.

A character costs `-log p(character | the one before)` in nats (natural logarithm). The statistics are of single
characters and of pairs; a pair that is not among those kept costs the back-off of its first character plus the second
alone. Languages: `zh` (Simplified and Traditional together, written and Cantonese), `ja`, `ko`, and `xx` (alphabetic
languages: Latin, Cyrillic, Greek, Hebrew, Arabic). Letters and digits of ASCII are one class each in the first three.

What the numbers mean, measured on texts of which the model has seen nothing (news from the mainland and Hong Kong, the
Sinica treebank): running Chinese costs 4.7 to 5.9 nats a character. Of runs of 4 Han characters the median costs 6.1 to
6.5 and one in a hundred more than 9.0 to 10.2; of 8, 5.8 to 6.3 and 8.1 to 9.1. The same runs in UTF-8, misread as
GB18030, cost 15.2 (median); one in a hundred less than 12.4 to 12.7 (13.4 to 13.5 for runs of 8).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from normalize.data import read_bytes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Stored costs are in steps of 1/12 nat: at most 21.25 fits a byte, and rounding costs less than 0.001 nat a character.
STEPS = 12
#: Slots of the pair tables, as powers of two; a quarter full, so that few pairs are lost to another in the same slot.
SLOT_BITS = {"zh": 20, "ja": 18, "ko": 18, "xx": 16}
LANGUAGES = tuple(SLOT_BITS)
#: Below this many characters plain Python is quicker than NumPy's fixed cost (measured: they meet at 40 to 60).
ARRAY_LENGTH = 48

# ASCII letters and digits are one class each outside the alphabetic model, and cost this much more than the class.
_LETTER_COST = 38  # ln 26, rounded down for the unequal frequencies of letters, in steps
_DIGIT_COST = 26  # ln 10
IDEOGRAPH_BEYOND = 0xD840  # stands for every ideograph beyond the BMP
_SYMBOL_BEYOND = 0xD83D  # stands for everything else there

_BLOCK = 1 << 14
_MASK = 0xFFFFFFFF
_MULTIPLIER = 0x9E3779B1
_SECOND_MULTIPLIER = 0x85EBCA6B


class Beyond(NamedTuple):
    """The cost in nats of the characters of a text that are not ASCII, whole and bounded, and what was counted."""

    cost: float
    bounded: float
    characters: int
    letters: int


class Model:
    """The statistics of one language."""

    def __init__(self, language: str, unigrams: bytes, back_off: bytes, marks: bytes, values: bytes) -> None:
        self.language = language
        self._unigrams = unigrams
        self._back_off = back_off
        self._marks = marks
        self._values = values
        self._shift = 32 - SLOT_BITS[language]
        self._fold = _fold_list(language)
        self._extra = _extra(language)

    @classmethod
    def read(cls, language: str, path: Path | None = None) -> Model:
        """Read the statistics of a language from the package, or from a file."""
        packed = path.read_bytes() if path else read_bytes(f"language_{language}.bin")
        parts = []
        for _ in range(4):
            stream = zlib.decompressobj()
            parts.append(stream.decompress(packed))
            packed = stream.unused_data
        return cls(language, *parts)

    def costs(self, text: str) -> Sequence[int]:
        """Return the cost of each character in steps of 1/12 nat; an array for a long text."""
        if len(text) >= ARRAY_LENGTH:
            return self._cost_array(text)  # type: ignore[return-value]
        fold, unigrams, back_off, extra = self._fold, self._unigrams, self._back_off, self._extra
        marks, values, shift = self._marks, self._values, self._shift
        out = []
        before = 10
        for character in text:
            code = ord(character)
            if code > 0xFFFF:
                code = IDEOGRAPH_BEYOND if 0x20000 <= code < 0x40000 else _SYMBOL_BEYOND
            unit = fold[code]
            mixed = (before << 16 | unit) * _MULTIPLIER & _MASK
            mixed = (mixed ^ mixed >> 15) * _SECOND_MULTIPLIER & _MASK
            slot = mixed >> shift
            value = values[slot]
            if not value or marks[slot] != (mixed & 0xFF):
                value = unigrams[unit] + back_off[before]
            out.append(value + extra[code] if code < 128 else value)
            before = unit
        return out

    def _cost_array(self, text: str) -> npt.NDArray[np.int16]:
        import numpy as np

        out = np.empty(len(text), dtype=np.int16)
        before = 10
        # Blocks keep every temporary array in the cache and bound the memory.
        for start in range(0, len(text), _BLOCK):
            codes = unit_array(text[start : start + _BLOCK])
            units = fold_table(self.language)[codes]
            firsts = np.empty(len(units), dtype=np.uint16)
            firsts[0] = before
            firsts[1:] = units[:-1]
            before = int(units[-1])
            slots, marks = slots_and_marks(firsts.astype(np.uint32) << np.uint32(16) | units)
            slots >>= np.uint32(self._shift)
            values = np.frombuffer(self._values, np.uint8)[slots]
            known = (values != 0) & (np.frombuffer(self._marks, np.uint8)[slots] == marks)
            costs = np.frombuffer(self._unigrams, np.uint8)[units].astype(np.int16)
            costs += np.frombuffer(self._back_off, np.uint8)[firsts]
            np.copyto(costs, values, where=known)
            costs += _extra_array(self.language)[codes]
            out[start : start + len(units)] = costs
        return out

    def pair(self, previous: str, character: str) -> float:
        """Return what `costs` says of one character after another, in nats, several times as fast.

        >>> model().pair("中", "文") == character_costs("中文")[1]
        True
        """
        code, before = ord(character), ord(previous)
        if code > 0xFFFF or before > 0xFFFF:
            return self.costs(previous + character)[-1] / STEPS
        first, unit = self._fold[before], self._fold[code]
        mixed = (first << 16 | unit) * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 15) * _SECOND_MULTIPLIER & _MASK
        slot = mixed >> self._shift
        value = self._values[slot]
        if not value or self._marks[slot] != (mixed & 0xFF):
            value = self._unigrams[unit] + self._back_off[first]
        return (value + self._extra[code] if code < 128 else value) / STEPS

    def total(self, text: str) -> float:
        """Return the cost of the whole text in nats."""
        return sum(self.costs(text)) / STEPS if len(text) < ARRAY_LENGTH else int(self._cost_array(text).sum()) / STEPS

    def beyond_ascii(self, text: str, most: float = 25.0) -> Beyond:
        """Return the cost in nats of what is not ASCII, also with no character at more than `most`.

        A letter of ASCII that follows is part of the cost: it shows whether a word goes on.
        """
        limit = int(most * STEPS)
        if len(text) < ARRAY_LENGTH:
            costs = self.costs(text)
            if text and min(text) > "\x7f":
                bounded = sum([cost if cost < limit else limit for cost in costs])
                return Beyond(sum(costs) / STEPS, bounded / STEPS, len(text), 0)
            kept = []
            foreign = 0
            before = False
            for cost, character in zip(costs, text, strict=True):
                beyond = character > "\x7f"
                if beyond or (before and character.isalpha()):
                    kept.append(cost)
                foreign += beyond
                before = beyond
            bounded = sum([min(cost, limit) for cost in kept])
            return Beyond(sum(kept) / STEPS, bounded / STEPS, foreign, len(kept) - foreign)
        import numpy as np

        codes = unit_array(text)
        here: npt.NDArray[np.bool_] = codes > 0x7F
        goes_on: npt.NDArray[np.bool_] = (codes | 0x20) - 0x61 < 26  # letters of ASCII: units wrap around
        goes_on[0] = False
        goes_on[1:] &= here[:-1]
        chosen = self._cost_array(text)[here | goes_on]
        bounded = int(np.minimum(chosen, limit).sum())
        return Beyond(int(chosen.sum()) / STEPS, bounded / STEPS, int(here.sum()), int(goes_on.sum()))

    def rare(self, text: str, cost: float) -> list[int]:
        """Return the offsets of the characters that alone, whatever stands before them, cost more than so many nats."""
        limit = int(cost * STEPS)
        if len(text) < ARRAY_LENGTH:
            unigrams, fold = self._unigrams, self._fold
            codes = [min(ord(character), 0x10000) for character in text]
            return [i for i, code in enumerate(codes) if code > 0xFFFF or unigrams[fold[code]] > limit]
        import numpy as np

        units = fold_table(self.language)[unit_array(text)]
        found: list[int] = np.flatnonzero(np.frombuffer(self._unigrams, np.uint8)[units] > limit).tolist()
        return found

    def alone(self, text: str) -> list[float]:
        """Return what each character costs whatever stands before it, in nats."""
        unigrams, fold = self._unigrams, self._fold
        return [unigrams[fold[min(ord(character), 0xFFFF)]] / STEPS for character in text]

    def score(self, text: str) -> float:
        """Return the mean log-probability of a character; 0.0 for no text."""
        return -self.total(text) / len(text) if text else 0.0


@cache
def model(language: str = "zh") -> Model:
    """Return the model of a language, read once."""
    return Model.read(language)


def score(text: str, language: str = "zh") -> float:
    """Return the mean log-probability per character (natural logarithm, so below zero; higher is likelier).

    >>> score("我们在这里") > score("鎴戜滑鍦ㄨ繖閲�")
    True
    """
    return model(language).score(text)


def scores(texts: Iterable[str], language: str = "zh") -> list[float]:
    """Return the score of each of many short texts."""
    of = model(language).score
    return [of(text) for text in texts]


def character_costs(text: str, language: str = "zh") -> list[float]:
    """Return what each character costs in nats, given the one before it."""
    costs = model(language).costs(text)
    to_list = getattr(costs, "tolist", None)
    return [cost / STEPS for cost in (to_list() if to_list else costs)]


@cache
def _fold_list(language: str) -> tuple[int, ...]:
    """Return what each code unit counts as: classes of ASCII, and one kind of blank and of line end."""
    fold = list(range(65536))
    for code in (9, 11, 12, 0xA0, 0x3000):
        fold[code] = 32
    fold[13] = 10
    if language != "xx":
        for code in (*range(65, 91), *range(97, 123)):
            fold[code] = 97
    for code in range(48, 58):
        fold[code] = 48
    return tuple(fold)


@cache
def _extra(language: str) -> bytes:
    """Return what a character of ASCII costs more than its class, in steps."""
    extra = bytearray(128)
    if language != "xx":
        for code in (*range(65, 91), *range(97, 123)):
            extra[code] = _LETTER_COST
    for code in range(48, 58):
        extra[code] = _DIGIT_COST
    return bytes(extra)


@cache
def fold_table(language: str) -> npt.NDArray[np.uint16]:
    """Return `_fold_list` as an array."""
    import numpy as np

    return np.array(_fold_list(language), dtype=np.uint16)


@cache
def _extra_array(language: str) -> npt.NDArray[np.uint8]:
    import numpy as np

    extra = np.zeros(65536, dtype=np.uint8)
    extra[:128] = np.frombuffer(_extra(language), np.uint8)
    return extra


def unit_array(text: str) -> npt.NDArray[np.uint16]:
    """Return the code points of text, those beyond the BMP as one of two stand-ins."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    beyond = codes > 0xFFFF
    if beyond.any():
        ideographs = (codes >= 0x20000) & (codes < 0x40000)
        codes = np.where(beyond, np.where(ideographs, IDEOGRAPH_BEYOND, _SYMBOL_BEYOND), codes)
    return codes.astype(np.uint16)


def slots_and_marks(keys: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Return the mixed bits that give the slot of each pair, and the byte that tells pairs in one slot apart."""
    import numpy as np

    mixed = keys * np.uint32(_MULTIPLIER)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(_SECOND_MULTIPLIER)
    return mixed, mixed.astype(np.uint8)
