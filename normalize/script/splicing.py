"""Putting stretches of characters into an array of code points: by the thousand, and of any length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from normalize.script.workspace import CodePoints, Places


class Stretches(NamedTuple):
    """Stretches of a text: where they begin, their sizes, those they get, and the new characters of all together."""

    left: Places
    sizes: Places
    lengths: Places
    points: CodePoints

    def those(self, chosen: npt.NDArray[np.bool_]) -> Stretches:
        """Return the stretches that are chosen."""
        index = chosen.nonzero()[0]
        points = self.points[chosen.repeat(self.lengths)]
        return Stretches(self.left.take(index), self.sizes.take(index), self.lengths.take(index), points)


def scatter(out: CodePoints, left: Places, sizes: Places, points: CodePoints) -> None:
    """Write the characters of several stretches, which follow each other in `points`, to where the stretches begin."""
    out[spread(left, sizes)] = points


def spread(left: Places, sizes: Places) -> Places:
    """Return every place of stretches that begin at `left`."""
    ends: Places = sizes.cumsum()
    places = (left - (ends - sizes)).repeat(sizes)
    places += np.arange(places.size, dtype=np.intp)
    return places


def spliced(out: CodePoints, found: Sequence[Stretches]) -> CodePoints:
    """Return code points with stretches of them replaced, none of which overlap, that become longer or shorter."""
    if not found:
        return out
    left, sizes, lengths = (np.concatenate([part[column] for part in found]) for column in range(3))
    points = np.concatenate([part.points for part in found])
    order: Places = left.argsort()
    # What a stretch adds moves all that come after it.
    more = lengths - sizes
    shift = more.take(order).cumsum()
    moved: Places = np.empty_like(left)
    moved[order] = left.take(order) + shift
    moved -= more
    longer = np.empty(out.size + int(shift[-1]), np.uint32)
    new = spread(moved, lengths)
    stays = np.ones(longer.size, np.bool_)
    stays[new] = False
    kept = np.ones(out.size, np.bool_)
    kept[spread(left, sizes)] = False
    # Of long stretches that stay NumPy copies each at once.
    longer[stays] = out[kept]
    longer[new] = points
    return longer
