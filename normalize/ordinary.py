"""Text that nothing but the conversion of script can have anything to do with.

Most texts are of common Han characters, full-width marks, letters and digits: no stage of repair, characters or
punctuation can change one. Of many short texts these are told apart in one pass, and converted together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from normalize.mojibake import screen
from normalize.profile import ARRAY_LENGTH, Class, class_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ORDINARY = (
    *(Class.LETTER, Class.DIGIT, Class.SPACE, Class.HAN, Class.HANS, Class.HANT, Class.SYMBOL),
    *(Class.CJK_MARK, Class.FULL_MARK, Class.FULL_WIDTH, Class.GENERAL_MARK),
)
#: Marks that are part of no escape, and that no collapse is told by.
_PLAIN_MARKS = "\"'-./_*#@[]<>{}|·:()$^`"
#: What each of the others is in doubt about: a collapse is told by these marks behind a wide character, a question mark
#: may stand for a byte that was lost, together with what follows it, and these signs may begin an escape.
_TELLING, _QUESTION, _ESCAPE = 2, 3, 4
_DOUBTFUL = {_TELLING: ",;!", _QUESTION: "?", _ESCAPE: "&%\\=~+"}
#: Texts looked at together: as many as fit the cache.
_TOGETHER = 1 << 12
#: To look at longer texts costs more than it saves. Measured: 89 % of texts of 100 characters are ordinary, 43 % of
#: 2,000, 24 % of 4,000, where it costs as much as it saves, and 13 % of pages of 7,400.
_LONG = 1 << 12


#: Where in an entry of the table stands, above what the screen for misread text says, the kind, and what is uncommon.
_KIND, _UNCOMMON = 8, 12


@cache
def _table() -> npt.NDArray[np.uint16]:
    """Return what is known of each UTF-16 code unit; its kind is 1 for what is out of the ordinary, more for doubt."""
    import numpy as np

    kinds = (~np.isin(np.frombuffer(class_table(), dtype=np.uint8), _ORDINARY)).astype(np.uint16)
    kinds[[ord(mark) for mark in _PLAIN_MARKS]] = 0
    kinds[[0x85, 0x2028, 0x2029]] = 1
    for kind, marks in _DOUBTFUL.items():
        kinds[[ord(mark) for mark in marks]] = kind
    uncommon = np.frombuffer(screen.values(), dtype=np.uint8) != 0
    uncommon[:0x80] = False
    flags = np.frombuffer(screen.flags(), dtype=np.uint8)
    return np.asarray(flags | kinds << _KIND | uncommon.astype(np.uint16) << _UNCOMMON, np.uint16)


def ordinary(texts: Sequence[str]) -> list[bool]:
    """Tell of each text whether it is ordinary; long ones are not looked at.

    >>> ordinary(["皇后(在)1920年。", "皇后,在1920年", ""])
    [True, False, True]
    """
    found = [False] * len(texts)
    short = [place for place, text in enumerate(texts) if len(text) < _LONG]
    for start in range(0, len(short), _TOGETHER):
        places = short[start : start + _TOGETHER]
        for place, is_ordinary in zip(places, _ordinary([texts[place] for place in places]), strict=True):
            found[place] = is_ordinary
    return found


def _ordinary(texts: Sequence[str]) -> list[bool]:
    import numpy as np

    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # The last entry of the table is out of the ordinary, and stands for all characters beyond the BMP.
    known = _table().take(codes, mode="clip")
    # What the screen for misread text would stop at: suspicious pairs, and short texts that are uncommon on the whole.
    strange = (known[1:] >> 4 & known[:-1] & 15) != 0
    kinds = np.asarray(known >> _KIND & 7, np.uint16)
    strange = np.concatenate(([False], strange)) | (kinds == 1)
    doubtful = np.flatnonzero(kinds > 1)
    strange[doubtful[~_innocent(codes, kinds, doubtful)]] = True
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    starts = (lengths + 1).cumsum() - lengths - 1

    def count(places: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        owners = starts.searchsorted(np.flatnonzero(places), "right") - 1
        return np.bincount(owners, minlength=len(texts))

    found = count(strange) == 0
    uncommon = count(known >> _UNCOMMON != 0)
    for place in np.flatnonzero(found & (lengths < ARRAY_LENGTH) & (uncommon > 1)).tolist():
        beyond = np.count_nonzero(codes[starts[place] : starts[place] + lengths[place]] > 0x7F)
        found[place] = uncommon[place] < screen.UNCOMMON_SHARE * beyond
    return found.tolist()  # type: ignore[no-any-return]


def _innocent(
    codes: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint16], places: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Tell of what is in doubt, at these places, whether it is ordinary where it stands."""
    import numpy as np

    around = np.concatenate(([ord("\n")], codes, [ord("\n")]))
    before, after, kind = around[places], around[places + 2], kinds[places]
    is_word = [
        np.isin(beside, [ord("\n"), *range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B)])
        for beside in (before, after)
    ]
    innocent: npt.NDArray[np.bool_] = np.where(kind == _QUESTION, is_word[0] & is_word[1], before < 0x80)
    return np.where(kind == _ESCAPE, (after <= 0x20) | (after > 0x7F), innocent)
