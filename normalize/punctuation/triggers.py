"""Triggers: which rules of tidying may have something to do in which lines of a long text.

Each rule has a pattern without which it changes nothing (see `tidy`). Trying them all on a whole text takes several
times as long as everything else, so a long text is looked at in columns: what stands at each mark, and beside it. What
is found is all that a rule would change, and some more.
"""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from normalize.punctuation import masks
from normalize.punctuation.lines import BREAKS
from normalize.punctuation.stretch import BLANKS, SIGNS, Flags, Offsets, Stretch

Classes = npt.NDArray[np.uint16]
Bits = npt.NDArray[np.uint32]

#: The rules of tidying that stay within a line, in their order; each has a bit.
NAMES = (
    "width.letter",
    "width.mark",
    "width.sentence",
    "width.kana",
    "quote.form",
    "ellipsis",
    "dash",
    "middle-dot",
    "title",
    "width.bracket",
    "repeated",
    "stop",
    "quote.straight",
    "quote.region",
    "spacing.mark",
    "spacing.add",
    "spacing.remove",
)
BITS = {name: np.uint32(1 << index) for index, name in enumerate(NAMES)}

#: What a character is, as bits: Han; wide (Han, kana, marks); an ASCII letter; an ASCII digit; a character of a word
#: that a blank parts from Han; a blank or line end; a sign of a mask; ASCII that an address has; a mark beside which no
#: blank stands; one of a sentence; a quote around English; and whether any rule asks for it.
_HAN, _WIDE, _LETTER, _DIGIT, _TOKEN, _SPACE, _SIGN, _ADDRESS, _MARK, _SENTENCE, _QUOTE, _ASKED = (
    np.uint16(1 << bit) for bit in range(12)
)
_ALNUM = np.uint16(_LETTER | _DIGIT)
#: Characters that call for a rule wherever they stand.
_ALONE = {
    "width.letter": "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))),
    "width.mark": "＂＃＄％＆＇＊＋－．／＜＝＞＠［＼］＾＿｀｛｜｝～",
    "width.kana": "".join(map(chr, range(0xFF61, 0xFFA0))),
    "quote.form": "〝〞〟﹁﹂﹃﹄„‟＂",
    "ellipsis": "⋯‥",
    "dash": "⸺⸻",
    "middle-dot": "•‧・･∙⋅．",
    "width.bracket": "（）",
}
#: Characters that call for a rule when two of them stand in a row; for an ellipsis, three.
_IN_A_ROW = {"ellipsis": ".。．·・", "dash": "-－–−─―﹣", "title": "<＜", "repeated": "，。、；："}
#: Characters that call for a rule by what stands beside them, or elsewhere in their line.
_BESIDE = {
    "width.mark": "，：？（\u3000",
    "width.sentence": "，；：！？（）。",
    "ellipsis": "…",
    "dash": "—",
    "stop": ".．",
    "quote.straight": "\"'",
    "quote.region": "“”‘’「」『』",
    "spacing.mark": " ",
    "spacing.add": "%°+#",
    "spacing.remove": " ",
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
        (_MARKS, _MARK),
        ("，。；！？", _SENTENCE),
        ('“‘「『"', _QUOTE),
        *((characters, _ASKED) for called in (_ALONE, _IN_A_ROW, _BESIDE) for characters in called.values()),
    ):
        for character in characters:
            table[ord(character)] |= bits
    return table


@cache
def _calls(which: str) -> Bits:
    """Return for every character, as bits, the rules that it calls for alone, in a row, or by what stands beside it."""
    table = np.zeros(0x10001, dtype=np.uint32)
    for name, characters in {"alone": _ALONE, "in a row": _IN_A_ROW, "beside": _BESIDE}[which].items():
        table[[ord(character) for character in characters]] |= BITS[name]
    return table


@cache
def _table_of(characters: str) -> Flags:
    table = np.zeros(0x10001, dtype=bool)
    table[[ord(character) for character in characters]] = True
    return table


class _Places:
    """Characters that some rules ask for: where they stand, their code points, and what stands beside them."""

    def __init__(self, stretch: Stretch, classes: Classes, places: Offsets) -> None:
        self._stretch = stretch
        self._classes = classes
        self.places = places
        self.codes = stretch.codes.take(places)

    def beside(self, step: int) -> tuple[Classes, npt.NDArray[np.uint32]]:
        """Return class and code point of what stands before (-1) or after (1) each place; zeros at the edge."""
        at = self.places + step
        classes, codes = self._classes.take(at, mode="clip"), self._stretch.codes.take(at, mode="clip")
        if at.size and (at[0] < 0 or at[-1] >= self._classes.size):
            outside = (at < 0) | (at >= self._classes.size)
            classes[outside] = codes[outside] = 0
        return classes, codes

    @cached_property
    def lines(self) -> Offsets:
        """The numbers of the lines."""
        return self._stretch.lines(self.places)


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
        if stretch.has_beyond:
            ideographs = (stretch.codes >= 0x20000).nonzero()[0]
            self._classes[ideographs[stretch.codes[ideographs] <= 0x3FFFF]] |= _HAN | _WIDE
        starts = stretch.starts
        if starts[-1] >= self._classes.size:
            starts = np.minimum(starts, self._classes.size - 1)
        self._lines: Classes = np.bitwise_or.reduceat(self._classes, starts)
        for first, last in blocks:
            self._lines[starts.searchsorted(first, "right") - 1 : starts.searchsorted(last)] |= _SIGN

    def of_lines(self, names: frozenset[str]) -> tuple[Bits, Offsets]:
        """Return for each line, as bits, the rules of these names that may change something there.

        And the places where a blank is to be added: all that there is to do in their lines.
        """
        asked = self._at((self._classes & _ASKED).nonzero()[0])
        called = _calls("alone").take(asked.codes, mode="clip")
        self._in_a_row(asked, called)
        beside = _calls("beside").take(asked.codes, mode="clip")
        for name, bit in BITS.items():
            judge = getattr(self, "_" + name.replace(".", "_").replace("-", "_"), None)
            if judge is not None and name in names:
                some = (beside & bit).nonzero()[0]
                if some.size:
                    called[some[judge(self._at(asked.places.take(some)))]] |= bit
        bits = np.zeros(self._lines.size, dtype=np.uint32)
        called &= np.bitwise_or.reduce([BITS[name] for name in names], initial=np.uint32(0))
        calling = called.nonzero()[0]
        np.bitwise_or.at(bits, self._stretch.lines(asked.places.take(calling)), called.take(calling))
        if "spacing.add" not in names:
            return bits, np.zeros(0, dtype=np.intp)
        places, certain = self._words()
        lines = self._stretch.lines(places)
        # Where another rule, or a sign beside Han (the bit of this one), has something to do.
        uncertain = (bits > 0) | (self._lines & _SIGN > 0)
        # What may be a record: no mark of a sentence, and something of an address.
        uncertain |= (self._lines & (_SENTENCE | _ADDRESS)) == _ADDRESS
        uncertain[lines[~certain]] = True
        others = uncertain.take(lines)
        bits[lines[others]] |= BITS["spacing.add"]
        return bits, places[~others]

    def _at(self, places: Offsets) -> _Places:
        return _Places(self._stretch, self._classes, places)

    def _in_a_row(self, asked: _Places, called: Bits) -> None:
        """Add the rules that two or three of a character call for."""
        _, following = asked.beside(1)
        repeated = (asked.codes == following).nonzero()[0]
        if repeated.size:
            some = self._at(asked.places.take(repeated))
            calls = _calls("in a row").take(some.codes, mode="clip")
            _, preceding = some.beside(-1)
            calls[preceding != some.codes] &= ~BITS["ellipsis"]
            called[repeated] |= calls

    def _width_mark(self, some: _Places) -> Flags:
        """A mark between half-width characters, a bracket in a formula, an ideographic blank inside English."""
        (before, previous), (after, following) = some.beside(-1), some.beside(1)
        half = ((previous - np.uint32(0x21)) <= 0x7E - 0x21) | ((previous - np.uint32(0xFF01)) <= 0xFF5E - 0xFF01)
        is_after = after & _ALNUM != 0
        is_bracket, is_blank = some.codes == ord("（"), some.codes == 0x3000
        found: Flags = ~(is_bracket | is_blank) & half & is_after
        found |= is_bracket & (before & _LETTER != 0) & (is_after | (following == ord("，")))
        found |= is_blank & (before & _ALNUM != 0) & is_after
        return found

    def _width_sentence(self, some: _Places) -> Flags:
        """A mark behind a Latin word, in a line without Han or with quotes."""
        before, previous = some.beside(-1)
        two_before = self._classes.take(some.places - 2, mode="clip")
        behind: Flags = (before & _LETTER != 0) | ((previous == ord(" ")) & (two_before & _LETTER != 0))
        if behind.any():
            lines = self._lines.take(some.lines)
            behind &= (lines & _HAN == 0) | (lines & _QUOTE != 0)
        return behind

    def _ellipsis(self, some: _Places) -> Flags:
        """Any number of U+2026 but two and four: one for each Han character, …… and ………… are as they should be."""
        begins = np.flatnonzero(np.concatenate(([True], some.places[1:] != some.places[:-1] + 1)))
        lengths = np.diff(np.append(begins, some.places.size))
        found = np.zeros(some.places.size, dtype=bool)
        found[begins[(lengths != 2) & (lengths != 4)]] = True
        return found

    def _dash(self, some: _Places) -> Flags:
        """Three of them."""
        (_, previous), (_, following) = some.beside(-1), some.beside(1)
        found: Flags = (previous == ord("—")) & (following == ord("—"))
        return found

    def _stop(self, some: _Places) -> Flags:
        """A stop with a blank, a closing mark or nothing behind it, in a line with wide characters."""
        after, following = some.beside(1)
        found: Flags = (after & _SPACE != 0) | (following == 0) | _table_of(_CLOSING).take(following, mode="clip")
        found &= self._lines.take(some.lines) & _WIDE != 0
        return found

    def _quote_straight(self, some: _Places) -> Flags:
        """One in a line with Han, when it is known what straight quotes stand for."""
        found: Flags = (self._lines.take(some.lines) & _HAN != 0) & (self._style is not None)
        return found

    def _quote_region(self, some: _Places) -> Flags:
        """Quotes of lines in which they do not alternate, opening and closing, in the region's outer marks."""
        lines, codes = some.lines, some.codes
        begins = np.concatenate(([True], lines[1:] != lines[:-1]))
        ordinal = np.arange(lines.size) - begins.nonzero()[0][begins.cumsum() - 1]
        pairs = {"CN": "“”", "TW": "「」", "HK": "「」", None: "“”「」『』"}[self._region]
        opening, closing = _table_of(pairs[::2]).take(codes), _table_of(pairs[1::2]).take(codes)
        odd = ordinal % 2 == 1
        # Closing marks of all three stand one after the opening ones.
        right = np.where(odd, closing & (codes == np.roll(codes, 1) + 1), opening)
        is_last = np.append(begins[1:], True)
        found: Flags = ~right | (is_last & ~odd) | (self._lines.take(lines) & _SIGN != 0)
        return found

    def _spacing_mark(self, some: _Places) -> Flags:
        """A blank beside a full-width mark."""
        found: Flags = (some.beside(-1)[0] | some.beside(1)[0]) & _MARK != 0
        return found

    def _spacing_add(self, some: _Places) -> Flags:
        """A sign that ends a word, in front of Han."""
        found: Flags = some.beside(1)[0] & _HAN != 0
        return found

    def _spacing_remove(self, some: _Places) -> Flags:
        """A blank beside Han."""
        found: Flags = (some.beside(-1)[0] | some.beside(1)[0]) & _HAN != 0
        return found

    def _words(self) -> tuple[Offsets, Flags]:
        """Return where Han and a word of Latin letters or digits meet, and whether the word is nothing but that.

        On its other side, too, it ends at Han, at a wide mark, or at a blank that is itself not beside a mark.
        """
        size = len(self._classes)
        inside = self._classes & _TOKEN != 0
        edges = (inside[1:] != inside[:-1]).nonzero()[0] + 1
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
