"""The arrays that a block of text is worked on in."""

from __future__ import annotations

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

    def holding(self, text: str, out: CodePoints | None = None) -> Workspace:
        """Put in a text, and return as much of the workspace as that takes; `out` is another place for the result."""
        size = len(text)
        source = self.source[:size]
        source.view(np.dtype((np.str_, size)))[0] = text
        return Workspace(source, self.out[:size] if out is None else out, self.flags[:size], self.places)
