"""Text that nothing but the conversion of script can have anything to do with.

Most texts are of common Han characters, full-width marks, letters and digits: no stage of repair, characters or
punctuation can change one. Of many short texts these are told apart in one pass, and converted together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from normalize.mojibake import screen
from normalize.profile import Class, class_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ORDINARY = (
    *(Class.LETTER, Class.DIGIT, Class.SPACE, Class.HAN, Class.HANS, Class.HANT),
    *(Class.CJK_MARK, Class.FULL_MARK, Class.FULL_WIDTH, Class.GENERAL_MARK),
)
#: Marks that are part of no escape, and that no collapse makes.
_PLAIN_MARKS = "\"'-./_*#@[]<>{}|·"
#: Texts looked at together: as many as fit the cache.
_TOGETHER = 1 << 12


@cache
def _strange() -> npt.NDArray[np.bool_]:
    """Return for each UTF-16 code unit whether it is out of the ordinary by itself."""
    import numpy as np

    strange = ~np.isin(np.frombuffer(class_table(), dtype=np.uint8), _ORDINARY)
    strange[[ord(mark) for mark in _PLAIN_MARKS]] = False
    strange[[0x85, 0x2028, 0x2029]] = True
    return strange


def ordinary(texts: Sequence[str]) -> list[bool]:
    """Tell of each text whether it is ordinary.

    >>> ordinary(["皇后在1920年。", "皇后(在)1920年", ""])
    [True, False, True]
    """
    found: list[bool] = []
    for start in range(0, len(texts), _TOGETHER):
        found += _ordinary(texts[start : start + _TOGETHER])
    return found


def _ordinary(texts: Sequence[str]) -> list[bool]:
    import numpy as np

    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # Characters beyond the BMP count as a surrogate: out of the ordinary.
    codes = np.where(codes > 0xFFFF, 0xD800, codes)
    strange = _strange()[codes]
    # What the screen for misread text would stop at: suspicious pairs, and short texts that are uncommon on the whole.
    flags = np.frombuffer(screen.flags(), dtype=np.uint8)[codes]
    strange[1:] |= (flags[1:] >> 4 & flags[:-1]) != 0
    uncommon = (codes > 0x7F) & (np.frombuffer(screen.values(), dtype=np.uint8)[codes] != 0)
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    starts = np.concatenate(([0], ends[:-1] + 1))

    def count(array: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        sums: npt.NDArray[np.int64] = np.concatenate(([0], np.cumsum(array)))
        return np.asarray(sums[ends] - sums[starts])

    mostly = count(uncommon) >= screen.UNCOMMON_SHARE * np.maximum(count(codes > 0x7F), 1)
    return ((count(strange) == 0) & ~mostly).tolist()  # type: ignore[no-any-return]
