"""Sets of pairs of neighbouring characters, asked for by the thousand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from normalize.script.workspace import CodePoints


class Pairs:
    """Sets of pairs of numbers in one hashed table: what it holds it always finds, and now and then a pair too many."""

    def __init__(self, places: int, *sets: tuple[Callable[[str], int], dict[str, str]]) -> None:
        count = sum(len(seconds) for _, pairs in sets for seconds in pairs.values())
        bits = max(6, (count * places).bit_length())
        self._shift = np.uint32(32 - bits)
        self._table = np.zeros(1 << bits, np.bool_)
        for which, (number, pairs) in enumerate(sets):
            if pairs:
                first = np.array([number(character) for character in pairs], np.uint32)
                first = first.repeat([len(seconds) for seconds in pairs.values()])
                second = np.array("".join(pairs.values())).reshape(1).view(np.uint32)
                self._table[self._place(first, second, which)] = True

    def hold(self, first: CodePoints, second: CodePoints, which: int = 0) -> npt.NDArray[np.bool_]:
        """Tell for each pair whether it is in a set (or happens to share a place with one that is)."""
        found: npt.NDArray[np.bool_] = self._table.take(self._place(first, second, which))
        return found

    def _place(self, first: CodePoints, second: CodePoints, which: int) -> CodePoints:
        place = first * np.uint32(0x9E3779B1)
        place += second * np.uint32((0x85EBCA77, 0xC2B2AE3D)[which])
        place >>= self._shift
        return place
