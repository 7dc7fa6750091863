"""Word frequencies, and the most probable way to cut a run of Chinese into words.

What the numbers mean. A word costs `-log p(word)` in nats (natural logarithm), p being its share of running words in
text of many kinds; a run of characters costs the sum over its words, cut where that sum is least. Words are kept in
Simplified characters and text is folded before it is looked up, one character to one, so both scripts cost the same.

Measured on texts that the frequencies have not seen (tools/build_words.py prints them): running Chinese costs 4.6 to
5.4 nats a character; of runs of 8 Han characters the median costs 5.3 and one in a hundred more than 7.2, of runs of 4
5.4 and 8.4. The same characters shuffled cost 7.1, common characters at random 10.8, UTF-8 misread as GB18030 11.6
(medians of 8). A common word costs 3 (的) to 10 (发明), a rare one 12 to 17.5, an unknown character 18.

>>> segment("被发明"), segment("展示了如何"), segment("勇敢的士兵")
(['被', '发明'], ['展示', '了', '如何'], ['勇敢', '的', '士兵'])
>>> cost("發明電燈") == cost("发明电灯") < cost("明发灯电")
True
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from math import inf
from pathlib import Path

from normalize.data import read_bytes

#: Words longer than this are not kept: they are as well found by their parts.
LONGEST = 8
#: Stored costs are whole numbers of this many steps to a nat.
STEPS = 4
#: The character that stands for a cost of nothing in the file; those after it for one step more each.
COST_BASE = 0x21
#: What a Han character costs that is in no list: rarer than the rarest that was counted (17.5).
UNKNOWN = 18.0
#: What anything else costs, a run of ASCII letters or digits counting as one word: about what marks and foreign words
#: cost on average, so that they neither attract nor repel a cut.
OTHER = 7.0


_NOTHING: dict[str, float] = {}


class _Words:
    """The words by their first character; those of one character are read when it is first met.

    The file: a line of Traditional and a line of Simplified characters, which are the fold; then a line for each first
    character: itself, and apart by blanks what follows it in each word, with a last character for the cost.
    """

    def __init__(self) -> None:
        text = zlib.decompress(read_bytes("words.bin")).decode("utf-8")
        traditional, simplified, *lines = text.split("\n")
        self.fold = dict(zip(map(ord, traditional), map(ord, simplified), strict=True))
        self._lines = {line[0]: line for line in lines}
        self._read: dict[str, dict[str, float]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._following: dict[str, dict[str, dict[str, float]]] = {}

    def after(self, first: str) -> dict[str, float]:
        """Return what may follow a first character in a word ("" for itself alone), and the cost of each word."""
        found = self._read.get(first)
        if found is None:
            line = self._lines.get(first, "")
            found = {rest[:-1]: (ord(rest[-1]) - COST_BASE) / STEPS for rest in line[1:].split(" ") if rest}
            self._lengths[first] = sorted({len(rest) + 1 for rest in found} | {1})
            self._read[first] = found
        return found

    def following(self, beginning: str) -> dict[str, float]:
        """Return the characters that complete a word after all its others, and the cost of each word."""
        first = beginning[0]
        found = self._following.get(first)
        if found is None:
            found = self._following[first] = {}
            for rest, cost in self.after(first).items():
                if rest:
                    found.setdefault(rest[:-1], {})[rest[-1]] = cost
        return found.get(beginning[1:], _NOTHING)

    def all_below(self, limit: float) -> Iterator[tuple[str, float]]:
        """Yield every word that costs less than `limit`, with its cost."""
        highest = chr(min(COST_BASE + int(limit * STEPS), 0x7E))
        for first, line in self._lines.items():
            for rest in line[1:].split(" "):
                if rest and rest[-1] < highest:
                    yield first + rest[:-1], (ord(rest[-1]) - COST_BASE) / STEPS

    def lengths(self, first: str) -> list[int]:
        """Return how long words that begin with a character are; 1 is always among them."""
        self.after(first)
        return self._lengths[first]


@cache
def _words() -> _Words:
    return _Words()


def fold(text: str) -> str:
    """Return the text with each Traditional character replaced by its Simplified form, whatever the context.

    The length stays the same. What two characters became one in Simplified stays one: 乾 and 幹 become 干.

    >>> fold("頭髮和發現"), fold("乾坤")
    ('头发和发现', '干坤')
    """
    return text if text.isascii() else text.translate(_words().fold)


def fold_sources() -> str:
    """Return the characters that folding changes."""
    return "".join(map(chr, _words().fold))


def known(word: str) -> float | None:
    """Return the cost of a word in nats, or None when it is not in the list.

    >>> known("發明") == known("发明"), known("明发灯")
    (True, None)
    """
    return known_folded(fold(word)) if word else None


def known_folded(word: str) -> float | None:
    """Return what `known` returns for a word that is folded already, and not empty."""
    return _words().after(word[0]).get(word[1:])


def following(beginning: str) -> dict[str, float]:
    """Return the characters that complete a word, after all its other characters, and the cost of each word.

    Both the beginning and the characters are folded.

    >>> following("发")["明"] == known("发明")
    True
    """
    return _words().following(beginning)


def path() -> Path:
    """Return the file that the words are read from: what is worked out from them depends on its content."""
    return Path(str(resources.files("normalize.data") / "words.bin"))


def common(limit: float) -> Iterator[tuple[str, float]]:
    """Yield every word that costs less than `limit` nats, folded, with its cost."""
    yield from _words().all_below(limit)


def cost(text: str) -> float:
    """Return what the most probable segmentation of a text costs, in nats.

    >>> cost("") == 0 < cost("的") < cost("中国") < cost("中国人民")
    True
    """
    return cost_folded(fold(text))


def cost_folded(text: str) -> float:
    """Return what `cost` returns for a text that is folded already."""
    return _best(text)[-1][0] if text else 0.0


class Between:
    """What a text costs for what may stand in a gap of it: left and right of the gap it is segmented once.

    >>> Between("他说明天", "馆门口").cost("图书") == cost("他说明天图书馆门口")
    True
    """

    def __init__(self, left: str, right: str) -> None:
        self._left, self._right = fold(left), fold(right)
        reached = [least for least, _ in _best(self._left)]
        self._reached = reached[-1]
        # Words that begin on the left and may reach into the gap: the cost up to them, what may follow their first
        # character, what does, and how long they may become.
        self._begun: list[tuple[float, dict[str, float], str, int]] = []
        for start in range(max(0, len(left) - LONGEST + 1), len(left)):
            have = self._left[start + 1 :]
            longest = _words().lengths(self._left[start])[-1] - 1
            if reached[start] < inf and longest > len(have):
                self._begun.append((reached[start], _words().after(self._left[start]), have, longest))
        rest = _rests(self._right)
        self._rest = rest[0]
        self._ends = [(self._right[:end], rest[end]) for end in range(1, min(len(rest), LONGEST)) if rest[end] < inf]

    def cost(self, text: str) -> float:
        """Return what the whole costs, in nats, with `text` in the gap."""
        folded = fold(text)
        if any(character.isascii() and character.isalnum() for character in folded):  # part of a longer word, maybe
            return _best(self._left + folded + self._right)[-1][0]
        words = _words()
        begun, reached = self._begun, [self._reached]
        for start, character in enumerate(folded):
            after = words.after(character)
            single = after.get("", UNKNOWN if _is_han(character) else OTHER)
            best = reached[start] + single
            longer = []
            for before, following, have, longest in begun:
                have += character
                if (word := following.get(have)) is not None and before + word < best:
                    best = before + word
                if len(have) < longest:
                    longer.append((before, following, have, longest))
            longest = words.lengths(character)[-1] - 1
            if longest:
                longer.append((reached[start], after, "", longest))
            reached.append(best)
            begun = longer
        least = reached[-1] + self._rest
        for before, following, have, longest in begun:
            for beginning, rest in self._ends[: longest - len(have)]:
                word = following.get(have + beginning)
                if word is not None and before + word + rest < least:
                    least = before + word + rest
        return least


def segment(text: str) -> list[str]:
    """Cut a text into its most probable words; joined, they are the text.

    >>> segment("一個中學生在Python裡"), segment("")
    (['一個', '中學生', '在', 'Python', '裡'], [])
    """
    best = _best(fold(text))
    words: list[str] = []
    end = len(text)
    while end:
        start = best[end][1]
        words.append(text[start:end])
        end = start
    return words[::-1]


def _best(folded: str) -> list[tuple[float, int]]:
    """Return for every place the least cost of the text before it, and where its last word begins."""
    words = _words()
    best = [(inf, 0)] * (len(folded) + 1)
    best[0] = (0.0, 0)
    position = 0
    for start, character in enumerate(folded):
        reached = best[start][0]
        if start < position:
            continue
        after = words.after(character)
        for length in words.lengths(character):
            end = start + length
            if end > len(folded):
                break
            cost = after.get(folded[start + 1 : end])
            if cost is None:
                if length > 1:
                    continue
                if not _is_han(character):
                    # One word of everything up to the next character that is no ASCII letter or digit.
                    end = position = _other_end(folded, start)
                    cost = OTHER
                else:
                    cost = UNKNOWN
            if reached + cost < best[end][0]:
                best[end] = (reached + cost, start)
    return best


def _rests(folded: str) -> list[float]:
    """Return for every place the least cost of the text after it."""
    words = _words()
    rests = [inf] * len(folded) + [0.0]
    for start in range(len(folded) - 1, -1, -1):
        character = folded[start]
        after = words.after(character)
        for length in words.lengths(character):
            end = start + length
            if end > len(folded):
                break
            cost = after.get(folded[start + 1 : end])
            if cost is None and length == 1:
                cost = UNKNOWN
                if not _is_han(character):
                    end, cost = _other_end(folded, start), OTHER
            if cost is not None and cost + rests[end] < rests[start]:
                rests[start] = cost + rests[end]
    return rests


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"


def _other_end(folded: str, start: int) -> int:
    """Return where the run of ASCII letters and digits that begins at `start` ends; one character of anything else."""
    end = start
    while end < len(folded) and folded[end].isascii() and folded[end].isalnum():
        end += 1
    return max(end, start + 1)
