"""Triggers: which rules of tidying may have something to do in which lines of a long text.

Each rule has a pattern without which it changes nothing (see `tidy`). Trying them all on a whole text takes several
times as long as everything else, so a long text is looked at in columns: what stands at each mark, and beside it. What
is found is all that a rule would change, and some more.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from normalize.punctuation import masks
from normalize.punctuation.lines import BREAKS
from normalize.punctuation.stretch import BLANKS, SIGNS, Flags, Offsets, Stretch

Classes = npt.NDArray[np.uint16]

#: What a character is, as bits: Han; wide (Han, kana, marks); an ASCII letter; an ASCII digit; a character of a word
#: that a blank parts from Han; a blank or line end; a sign of a mask; ASCII that an address has; a mark beside which no
#: blank stands; one of a sentence; a quote around English; and whether any rule asks for it.
_HAN, _WIDE, _LETTER, _DIGIT, _TOKEN, _SPACE, _SIGN, _ADDRESS, _MARK, _SENTENCE, _QUOTE, _ASKED = (
    np.uint16(1 << bit) for bit in range(12)
)
#: Characters that call for a rule wherever they stand.
_ALONE = {
    "width.letter": "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))),
    "width.mark": "＂＃＄％＆＇＊＋－．／＜＝＞＠［＼］＾＿｀｛｜｝～",
    "width.kana": "".join(map(chr, range(0xFF61, 0xFFA0))),
    "quote.form": "〝〞〟﹁﹂﹃﹄„‟＂",
    "ellipsis": "⋯‥",
    "dash": "⸺⸻",
    "middle-dot": "•‧・･∙⋅．",
    "quote.straight": "\"'",
}
#: Characters that call for a rule when so many of them stand in a row.
_IN_A_ROW = {
    "ellipsis": (3, ".。．·・"),
    "dash": (2, "-－–−─―﹣"),
    "title": (2, "<＜"),
    "repeated": (2, "，。、；："),
}
_MARKS = "，。、；：！？）」』》〉】〕（「『《〈【〔"
_CLOSING = " \t\r\n\v\f”’」』》）\"')*_<"


@cache
def _table() -> Classes:
    """Return the classes of every character of the BMP, and as a last entry those of characters beyond it."""
    table = np.zeros(0x10001, dtype=np.uint16)
    for first, last in masks.WIDE_RANGES:
        table[first : last + 1] |= _WIDE
    for first, last in masks.HAN_RANGES:
        table[first : min(last, 0xFFFF) + 1] |= _HAN | _WIDE
    table[0xFF10:0xFF1A] &= ~_WIDE
    table[[*range(0x370, 0x400), *range(0xC0, 0x250)]] |= _TOKEN
    for characters, bits in (
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER | _TOKEN),
        ("0123456789", _DIGIT | _TOKEN),
        ("`", _TOKEN),
        (BREAKS + BLANKS, _SPACE),
        (SIGNS, _SIGN),
        ("./@:\\", _ADDRESS),
        (_MARKS, _MARK | _ASKED),
        ("，。；！？", _SENTENCE),
        ('“‘「『"', _QUOTE),
        ("\r\n \u3000“”‘’「」『』…—%°+#.", _ASKED),
        *((characters, _ASKED) for characters in _ALONE.values()),
        *((characters, _ASKED) for _, characters in _IN_A_ROW.values()),
    ):
        for character in characters:
            table[ord(character)] |= bits
    return table


@cache
def _table_of(characters: str) -> Flags:
    table = np.zeros(0x10001, dtype=bool)
    table[[ord(character) for character in characters]] = True
    return table


class Triggers:
    """What tidying may have to do in the lines of a stretch.

    `blocks` are its parts without running text, `style` the region whose quotes stand for straight ones, and `region`
    the one whose quotes all others become; None leaves them as they are.
    """

    def __init__(self, stretch: Stretch, blocks: list[tuple[int, int]], style: str | None, region: str | None) -> None:
        self._stretch = stretch
        self._style = style
        self._region = region
        self._classes = _table().take(stretch.codes, mode="clip")
        ideographs = np.flatnonzero(stretch.codes >= 0x20000)
        self._classes[ideographs[stretch.codes[ideographs] <= 0x3FFFF]] |= _HAN | _WIDE
        starts = np.minimum(stretch.starts, len(self._classes) - 1)
        self._lines: Classes = np.bitwise_or.reduceat(self._classes, starts)
        for first, last in blocks:
            self._lines[starts.searchsorted(first, "right") - 1 : starts.searchsorted(last)] |= _SIGN
        self._places = np.flatnonzero(self._classes & _ASKED)
        self._codes = stretch.codes.take(self._places)
        self._line = stretch.lines(self._places)
        self._before, self._previous = self._beside(-1)
        self._after, self._next = self._beside(1)

    def _beside(self, step: int) -> tuple[Classes, npt.NDArray[np.uint32]]:
        """Return class and code point of what stands before (-1) or after (1) each place; zeros at the edge."""
        at = self._places + step
        classes, codes = self._classes.take(at, mode="clip"), self._stretch.codes.take(at, mode="clip")
        outside = (at < 0) | (at >= len(self._classes))
        classes[outside] = codes[outside] = 0
        return classes, codes

    def of_lines(self, names: tuple[str, ...]) -> tuple[npt.NDArray[np.uint32], Offsets]:
        """Return for each line, as bits in the order of `names`, the rules that may change something there.

        And the places where a blank is to be added: all that there is to do in their lines.
        """
        bits = np.zeros(len(self._lines), dtype=np.uint32)
        for index, name in enumerate(names):
            if name != "spacing.add":
                found = np.flatnonzero(self._holds(name))
                bits[self._line[found]] |= np.uint32(1 << index)
        if "spacing.add" not in names:
            return bits, np.zeros(0, dtype=np.intp)
        signs = self._holding("%°+#") & (self._after & _HAN != 0)
        places, certain = self._words()
        lines = self._stretch.lines(places)
        uncertain = (bits > 0) | (self._lines & _SIGN > 0)
        # What may be a record: no mark of a sentence, and something of an address.
        uncertain |= (self._lines & (_SENTENCE | _ADDRESS)) == _ADDRESS
        uncertain[self._line[signs]] = True
        uncertain[lines[~certain]] = True
        others = uncertain.take(lines)
        bit = np.uint32(1 << names.index("spacing.add"))
        bits[lines[others]] |= bit
        bits[self._line[signs]] |= bit
        return bits, places[~others]

    def _holds(self, name: str) -> Flags:
        """Tell which places call for a rule."""
        if name in _ALONE:
            found = _table_of(_ALONE[name]).take(self._codes, mode="clip")
        else:
            found = np.zeros(len(self._places), dtype=bool)
        if name in _IN_A_ROW:
            count, characters = _IN_A_ROW[name]
            repeated = _table_of(characters).take(self._codes, mode="clip") & (self._codes == self._next)
            found |= repeated if count == 2 else repeated & (self._codes == self._previous)
        more = getattr(self, "_" + name.replace(".", "_").replace("-", "_"), None)
        return found if more is None else more(found)

    def _holding(self, characters: str) -> Flags:
        return _table_of(characters).take(self._codes, mode="clip")

    def _width_mark(self, found: Flags) -> Flags:
        half = (self._previous > 0x20) & (self._previous < 0x7F)
        half |= (self._previous >= 0xFF01) & (self._previous <= 0xFF5E)
        alnum = np.uint16(_LETTER | _DIGIT)
        before, after = self._before & alnum != 0, self._after & alnum != 0
        found |= self._holding("，：？") & half & after
        found |= (self._codes == ord("（")) & (self._before & _LETTER != 0) & (after | (self._next == ord("，")))
        found |= (self._codes == 0x3000) & before & after
        return found

    def _width_sentence(self, found: Flags) -> Flags:
        two_before = self._classes.take(self._places - 2, mode="clip")
        behind = (self._before & _LETTER != 0) | ((self._previous == ord(" ")) & (two_before & _LETTER != 0))
        lines = self._lines.take(self._line)
        called: Flags = self._holding("，；：！？（）。") & behind & ((lines & _HAN == 0) | (lines & _QUOTE != 0))
        return called

    def _ellipsis(self, found: Flags) -> Flags:
        dots = np.flatnonzero(self._codes == ord("…"))
        if dots.size:
            places = self._places.take(dots)
            begins = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1] + 1)))
            lengths = np.diff(np.append(begins, dots.size))
            # One for each Han character: …… and ………… are as they should be.
            found[dots[begins[(lengths != 2) & (lengths != 4)]]] = True
        return found

    def _dash(self, found: Flags) -> Flags:
        called: Flags = found | ((self._codes == ord("—")) & (self._previous == ord("—")) & (self._next == ord("—")))
        return called

    def _stop(self, found: Flags) -> Flags:
        after = (self._after & _SPACE != 0) | (self._next == 0)
        after |= _table_of(_CLOSING).take(self._next, mode="clip")
        called: Flags = self._holding(".．") & after & (self._lines.take(self._line) & _WIDE != 0)
        return called

    def _quote_straight(self, found: Flags) -> Flags:
        called: Flags = found & (self._style is not None) & (self._lines.take(self._line) & _HAN != 0)
        return called

    def _quote_region(self, found: Flags) -> Flags:
        """Quotes of lines in which they do not alternate, opening and closing, in the region's outer marks."""
        quotes = np.flatnonzero(self._holding("“”‘’「」『』"))
        lines, codes = self._line[quotes], self._codes[quotes]
        begins = np.concatenate(([True], lines[1:] != lines[:-1])) if quotes.size else np.zeros(0, dtype=bool)
        ordinal = np.arange(quotes.size) - np.flatnonzero(begins)[begins.cumsum() - 1]
        pairs = {"CN": "“”", "TW": "「」", "HK": "「」", None: "“”「」『』"}[self._region]
        opening, closing = _table_of(pairs[::2]).take(codes), _table_of(pairs[1::2]).take(codes)
        odd = ordinal % 2 == 1
        # Closing marks of all three stand one after the opening ones.
        right = np.where(odd, closing & (codes == np.roll(codes, 1) + 1), opening)
        is_last = np.append(begins[1:], True) if quotes.size else begins
        wrong = ~right | (is_last & ~odd) | (self._lines.take(lines) & _SIGN != 0)
        found[quotes[wrong]] = True
        return found

    def _spacing_mark(self, found: Flags) -> Flags:
        called: Flags = (self._codes == ord(" ")) & ((self._before | self._after) & _MARK != 0)
        return called

    def _spacing_remove(self, found: Flags) -> Flags:
        called: Flags = (self._codes == ord(" ")) & ((self._before | self._after) & _HAN != 0)
        return called

    def _words(self) -> tuple[Offsets, Flags]:
        """Return where Han and a word of Latin letters or digits meet, and whether the word is nothing but that.

        On its other side, too, it ends at Han, at a wide mark, or at a blank that is itself not beside a mark.
        """
        size = len(self._classes)
        inside = self._classes & _TOKEN != 0
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        if inside[0]:
            edges = np.append(0, edges)
        if inside[-1]:
            edges = np.append(edges, size)
        starts, ends = edges[::2], edges[1::2]
        lines = self._stretch.lines(starts)
        sides = []
        for at, step, edge in (
            (starts - 1, -1, starts == self._stretch.starts.take(lines)),
            (ends, 1, ends == self._stretch.ends.take(lines)),
        ):
            beside, beyond = (self._classes.take(place, mode="clip") for place in (at, at + step))
            beside[edge] = _SPACE
            beyond[edge] = _TOKEN
            blank = (beside & _SPACE != 0) & (beyond & (_TOKEN | _WIDE) != 0)
            sides.append((beside & _HAN != 0, blank | (beside & _WIDE != 0)))
        (han_before, clear_before), (han_after, clear_after) = sides
        certain = clear_before & clear_after
        places = np.concatenate((starts[han_before], ends[han_after]))
        of_places = np.concatenate((certain[han_before], certain[han_after]))
        order = places.argsort()
        return places[order], of_places[order]
