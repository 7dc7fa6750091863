"""The arrays that a block of text is worked on in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CodePoints = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]

#: Characters that are looked up at once, unless said otherwise: the places that NumPy makes of them, 8 bytes each, stay
#: in the cache.
STRETCH = 1 << 17


class Workspace(NamedTuple):
    """Arrays for a block: its characters, what they become, which need a second look, and places in the tables.

    The blocks of a text share them one after the other: memory fresh from the system costs as much as the work in it.
    """

    source: CodePoints
    out: CodePoints
    flags: npt.NDArray[np.bool_]
    places: Places

    @classmethod
    def of(cls, size: int, stretch: int = STRETCH) -> Workspace:
        """Return one for blocks of up to `size` characters."""
        source, out = np.empty(size, np.uint32), np.empty(size, np.uint32)
        return cls(source, out, np.empty(size, np.bool_), np.empty(min(size, stretch), np.intp))

    def of_size(self, size: int) -> Workspace:
        """Return as much of the workspace as a block of some characters takes."""
        return Workspace(self.source[:size], self.out[:size], self.flags[:size], self.places)

    def stretches(self, text: str, start: int) -> Iterator[tuple[CodePoints, CodePoints, Places]]:
        """Fill in a text from `start` on; yield, stretch by stretch, its characters, where to put what they become,
        and places for them.

        A stretch at a time is still in the cache when it is looked up, and of several threads, each of which holds
        Python's lock to copy a stretch, one copies while others look up.
        """
        for first in range(0, self.source.size, self.places.size):
            last = min(first + self.places.size, self.source.size)
            source = self.source[first:last]
            source.view(np.dtype((np.str_, source.size)))[0] = text[start + first : start + last]
            yield source, self.out[first:last], self.places[: source.size]
