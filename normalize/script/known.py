"""Runs that are known already, looked up and written by the thousand."""

from __future__ import annotations

from threading import Lock

import numpy as np
import numpy.typing as npt

from normalize.script.splicing import Stretches
from normalize.script.workspace import CodePoints, Places

Numbers = npt.NDArray[np.uint64]

#: 65,536 places for runs: the 15,000 that 5 million characters have with s2twp fill a quarter of them.
_KNOWN_BITS = 16
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
_ALL_BITS = (1 << 64) - 1
#: How many characters of a run fit one number, and the bits of each.
_PACKED = 4
_UNIT_BITS = np.uint64(16)
_UNIT = np.uint64(0xFFFF)


class KnownRuns:
    """Runs of at most four characters of the BMP that become at most four, looked up by the thousand at once.

    A run is one number of 64 bits, 16 a character, and so is what it becomes. A number has two places in a table, found
    by hashing; one that finds both taken is left out, and is then looked up one by one. Entries are never changed or
    removed, and the value is written before the key, so that a thread that sees a key sees its value; only one thread
    adds at a time.
    """

    def __init__(self) -> None:
        self._keys = np.zeros(1 << _KNOWN_BITS, np.uint64)
        self._values = np.zeros(1 << _KNOWN_BITS, np.uint64)
        # How long the values are: only looked at when there are some that are longer or shorter than their runs.
        self._lengths = np.zeros(1 << _KNOWN_BITS, np.uint8)
        self._resizes = False
        self._adding = Lock()

    def put(self, source: CodePoints, out: CodePoints, left: Places, sizes: Places) -> tuple[Places, Stretches | None]:
        """Write what is known into `out`; return the indices of the runs that are not, and what has another length."""
        keys = _packed(source, left, sizes)
        place = _known_hash(keys, 0)
        known = self._keys.take(place) == keys
        second = np.logical_not(known).nonzero()[0]
        if second.size:
            others = keys.take(second)
            there = _known_hash(others, 1)
            known[second] = self._keys.take(there) == others
            place[second] = there
        known &= keys != 0
        found = known.nonzero()[0]
        left, sizes, place = left.take(found), sizes.take(found), place.take(found)
        values = self._values.take(place)
        resized = None
        if self._resizes:
            lengths = self._lengths.take(place)
            same = lengths == sizes
            other = np.logical_not(same).nonzero()[0]
            if other.size:
                points = _unpacked(values.take(other))
                resized = Stretches(left.take(other), sizes.take(other), lengths.take(other).astype(np.intp), points)
                kept = same.nonzero()[0]
                left, sizes, values = left.take(kept), sizes.take(kept), values.take(kept)
        for offset in range(_PACKED):
            out[left + offset] = values & _UNIT
            longer = (sizes > offset + 1).nonzero()[0]
            left, sizes, values = left.take(longer), sizes.take(longer), values.take(longer) >> _UNIT_BITS
        unknown: Places = np.logical_not(known).nonzero()[0]
        return unknown, resized

    def add(self, run: str, value: str) -> None:
        """Remember what a run becomes, if there is a place for it."""
        both = run + value
        if max(len(run), len(value)) > _PACKED or not value or max(both) > "\uffff" or "\0" in both:
            return
        key, packed = (
            sum(ord(character) << 16 * index for index, character in enumerate(text)) for text in (run, value)
        )
        with self._adding:
            for factor in _FACTORS:
                place = (key * factor & _ALL_BITS) >> (64 - _KNOWN_BITS)
                if self._keys[place] == 0:
                    self._values[place] = packed
                    self._lengths[place] = len(value)
                    self._resizes |= len(value) != len(run)
                    self._keys[place] = key
                    return


def _packed(source: CodePoints, left: Places, sizes: Places) -> Numbers:
    """Return each run as one number, or 0 for one that does not fit: longer, or with characters beyond the BMP."""
    keys = source.take(left).astype(np.uint64)
    fits = sizes <= _PACKED
    fits &= keys <= _UNIT
    for offset in range(1, _PACKED):
        longer = (sizes > offset).nonzero()[0]
        units = source.take(left.take(longer) + offset).astype(np.uint64)
        wide = longer.take((units > _UNIT).nonzero()[0])
        fits[wide] = False
        units <<= np.uint64(16 * offset)
        keys[longer] |= units
    keys *= fits
    return keys


def _known_hash(keys: Numbers, which: int) -> Numbers:
    return (keys * np.uint64(_FACTORS[which])) >> np.uint64(64 - _KNOWN_BITS)


def _unpacked(values: Numbers) -> CodePoints:
    """Return the characters that numbers hold, those of one number after those of the other."""
    units = (values[:, None] >> (np.arange(_PACKED, dtype=np.uint64) * _UNIT_BITS)) & _UNIT
    points: CodePoints = units[units != 0].astype(np.uint32)
    return points
