"""Which stages may have anything to do with a text: asked of many texts in one pass.

Most texts are of common Han characters, full-width marks, letters and digits, and concern no stage but the conversion
of script; others have one sign that one stage may have to do with. A stage that is not named here would find nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from normalize.mojibake import screen
from normalize.profile import ARRAY_LENGTH, Class, class_table
from normalize.punctuation.signature import TOLERATED

Places = npt.NDArray[np.intp]

#: The stages before the conversion of script, and each as a bit.
STAGES = ("escapes", "mojibake", "characters", "punctuation")
_ESCAPES, _MOJIBAKE, _CHARACTERS, _PUNCTUATION = 1, 2, 4, 8
#: What a sum of bits says.
_CONCERNS = tuple(
    frozenset(stage for bit, stage in enumerate(STAGES) if found >> bit & 1) for found in range(1 << len(STAGES))
)

_ORDINARY = (
    *(Class.LETTER, Class.DIGIT, Class.SPACE, Class.HAN, Class.HANS, Class.HANT, Class.SYMBOL),
    *(Class.CJK_MARK, Class.FULL_MARK, Class.FULL_WIDTH, Class.GENERAL_MARK),
)
#: Marks that are part of no escape, and that no collapse is told by.
_PLAIN_MARKS = "\"'-./_*#@[]<>{}|·:()$^`"
#: Marks that tell of a collapse where they stand behind a wide character.
_TELLING = ",;!?"
#: What may follow the signs that an escape begins with.
_FOLLOWING = {
    "&": "#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "%": "89ABCDEFabcdef",
    "\\": "\\ux23",
    "=": "?89ABCDEF",
    "~": "}",
    "+": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
}
#: Behind a mark that a collapse left there is none of these.
_NOT_BEHIND = " \t,;:"
#: A run of one of these says that memory was never written to; the first of 锟斤拷 says enough.
_FILLS, _KUN = "烫屯葺锘蔽", "锟"

#: As plain numbers: to compare an array with a member of an enumeration takes 25 µs longer.
_HANS, _HANT, _LINE_END, _QUESTION = int(Class.HANS), int(Class.HANT), ord("\n"), ord("?")

#: Characters looked at together, and texts: as many as fit the cache.
_TOGETHER, _TEXTS = 1 << 16, 1 << 12
#: A longer text always has something that some stage must look at.
_LONG = 1 << 18

#: What a code unit is, in the bits above those of the screen for misread text.
_ODD, _DOUBTFUL, _FILL, _WIDE, _FULL, _UNCOMMON = (1 << bit for bit in range(8, 14))
#: Where the bits are that say which characters damage puts behind a mark, as the screen has them in the lowest: rare.
_NOISED = 14
#: A pair that is suspicious, and a mark with a rare character behind it, once both characters are seen.
_PAIR, _BEHIND = 15, 3 << 4


@cache
def _table() -> npt.NDArray[np.uint16]:
    """Return what is known of each UTF-16 code unit; the last entry stands for all characters beyond the BMP."""
    classes = np.frombuffer(class_table(), dtype=np.uint8)
    table = np.frombuffer(screen.flags(), dtype=np.uint8).astype(np.uint16)
    table[~np.isin(classes, _ORDINARY)] |= _ODD
    table[_codes(_PLAIN_MARKS + _TELLING + "".join(_FOLLOWING))] &= ~np.uint16(_ODD)
    table[[0x85, 0x2028, 0x2029, *_codes(_KUN)]] |= _ODD
    table[_codes(_TELLING + "".join(_FOLLOWING))] |= _DOUBTFUL
    table[_codes(screen.NOISED)] |= 3 << _NOISED
    table[_codes(_FILLS)] |= _FILL
    wide = np.isin(classes, (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.SURROGATE))
    table[wide] |= _WIDE
    table[_codes("”」』》〉")] |= _WIDE
    table[_codes("，；：！？（）")] |= _FULL
    table[-1] |= _ODD | _WIDE
    uncommon = np.frombuffer(screen.values(), dtype=np.uint8) != 0
    uncommon[:0x80] = False
    table[uncommon] |= _UNCOMMON
    return table


@cache
def _followed() -> npt.NDArray[np.uint8]:
    """Return for each ASCII sign, and each that follows, which stages it may concern; 7F stands for what is beyond."""
    table = np.zeros((0x80, 0x80), dtype=np.uint8)
    for sign, following in _FOLLOWING.items():
        table[ord(sign), _codes(following)] |= _ESCAPES
    for mark in _TELLING:
        table[ord(mark)] |= _PUNCTUATION
        table[ord(mark), _codes(_NOT_BEHIND)] = 0
    return table


@cache
def _classes() -> npt.NDArray[np.uint8]:
    """Return the class of each character of the BMP, and of a last one for those beyond it."""
    return np.frombuffer(class_table() + bytes([Class.OTHER]), dtype=np.uint8)


def _codes(characters: str) -> list[int]:
    return [ord(character) for character in characters]


def concerned(texts: Sequence[str]) -> list[frozenset[str]]:
    """Return for each text the stages before the conversion of script that may find something in it.

    >>> [sorted(stages) for stages in concerned(["皇后(在)1920年。", "皇后,在1920年", "重慶(chóng)", "&#20013;"])]
    [[], ['punctuation'], ['characters', 'mojibake'], ['escapes']]
    """
    found = [_CONCERNS[-1]] * len(texts)
    for places in _groups(texts):
        for place, stages in zip(places, _Joined([texts[place] for place in places]).concerns(), strict=True):
            found[place] = _CONCERNS[stages]
    return found


def _groups(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield which texts are looked at together."""
    group: list[int] = []
    size = 0
    for place, text in enumerate(texts):
        if len(text) >= _LONG:
            continue
        if group and (size + len(text) > _TOGETHER or len(group) == _TEXTS):
            yield group
            group, size = [], 0
        group.append(place)
        size += len(text)
    if group:
        yield group


class _Joined:
    """Texts joined by line ends, over which nothing reaches, with what is known of each character."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.codes: npt.NDArray[np.uint32] = np.array("\n".join(("", *texts, "", ""))).reshape(1).view(np.uint32)
        self.known: npt.NDArray[np.uint16] = _table().take(self.codes, mode="clip")
        self.lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        self.ends = (self.lengths + 1).cumsum()
        self.starts = self.ends - self.lengths

    def owners(self, places: Places) -> Places:
        """Return which texts stand at these places."""
        return self.starts.searchsorted(places, "right") - 1

    def counts(self, places: Places) -> Places:
        """Return how many of these places, which are in order, each text has."""
        return places.searchsorted(self.ends) - places.searchsorted(self.starts)

    def concerns(self) -> list[int]:
        """Return for each text the sum of the bits of the stages that it may concern."""
        found = np.zeros(len(self.lengths), dtype=np.uint8)
        signs = self._signs()
        # Where anything stands at all is looked for once: that takes longer than all comparisons.
        places = (signs != 0).nonzero()[0]
        signs = signs[places]

        def owners(sign: int) -> Places:
            return self.owners(places[signs & sign != 0])

        found[owners(_ODD)] = _MOJIBAKE | _CHARACTERS
        found[owners(_PAIR | _FILL)] |= _MOJIBAKE
        self._look_at_doubtful(places[signs & _DOUBTFUL != 0], found)
        # Rare characters behind marks tell of damage that only Traditional pages have.
        for text in np.unique(owners(_BEHIND)).tolist():
            if not found[text] & _MOJIBAKE and self._is_traditional(text):
                found[text] |= _MOJIBAKE
        if self.lengths.min() < ARRAY_LENGTH:
            found[self._uncommon()] |= _MOJIBAKE
        return found.tolist()

    def _signs(self) -> npt.NDArray[np.uint16]:
        """Return what is to be looked at of each character, and beside which it stands, as bits."""
        known = self.known
        signs = np.bitwise_and(known, _ODD | _DOUBTFUL)
        # A pair that the screen for misread text would stop at: what the second makes one with, and the first is.
        pairs = np.right_shift(known[1:], 4)
        pairs &= known[:-1]
        pairs &= _PAIR
        if (known & _FILL).any():
            pairs |= known[1:] & known[:-1] & _FILL
        signs[:-1] |= pairs
        behind = np.bitwise_or(known[1:-1], known[2:])
        behind &= np.right_shift(known[:-2], _NOISED)
        behind <<= 4
        behind &= _BEHIND
        signs[:-2] |= behind
        return signs

    def _look_at_doubtful(self, places: Places, found: npt.NDArray[np.uint8]) -> None:
        """Add what signs of ASCII are in doubt about, by what stands beside them."""
        signs = self.codes[places]
        stages = _followed()[signs, np.minimum(self.codes[places + 1], 0x7F)]
        found[self.owners(places[stages & _ESCAPES != 0])] |= _ESCAPES
        # A question mark may stand for a byte that was lost together with the first of a mark.
        taken = (signs == _QUESTION) & ((self.known[places + 1] | self.known[places + 2]) >> _NOISED != 0)
        found[self.owners(places[taken])] |= _MOJIBAKE
        left = places[(stages & _PUNCTUATION != 0) & (self.known[places - 1] & _WIDE != 0)]
        if left.size:
            found[list(self._collapsed(left))] |= _PUNCTUATION

    def _collapsed(self, left: Places) -> Iterator[int]:
        """Yield the texts that may have lost their full-width marks, or a line of which may, by what is left of them.

        In a text that far outnumbers the full-width marks then; in a line, there are two, and no full-width one.
        """
        counts = self.counts(left)
        for text in counts.nonzero()[0].tolist():
            start, end = self.starts[text], self.ends[text]
            is_full = self.known[start:end] & _FULL != 0
            if counts[text] >= max(TOLERATED * int(np.count_nonzero(is_full)), 1):
                yield text
                continue
            is_full |= self.codes[start:end] == _LINE_END
            first = left.searchsorted(start)
            places = (left[first : first + counts[text]] - start).tolist()
            if any(not is_full[one:other].any() for one, other in pairwise(places)):
                yield text

    def _is_traditional(self, text: int) -> bool:
        """Tell whether a text has as many Traditional characters as Simplified ones, or more."""
        classes = _classes().take(self.codes[self.starts[text] : self.ends[text]], mode="clip")
        return bool(np.count_nonzero(classes == _HANT) >= np.count_nonzero(classes == _HANS))

    def _uncommon(self) -> list[int]:
        """Return the short texts of which so much is uncommon that they are suspicious as a whole."""
        uncommon = self.counts((self.known & _UNCOMMON != 0).nonzero()[0])
        few = ((self.lengths < ARRAY_LENGTH) & (uncommon > 1)).nonzero()[0].tolist()
        beyond = (np.count_nonzero(self.codes[self.starts[text] : self.ends[text]] > 0x7F) for text in few)
        return [text for text, size in zip(few, beyond, strict=True) if uncommon[text] >= screen.UNCOMMON_SHARE * size]
