"""The list that an annotating tool worked through, learned from the page itself.

On a damaged page a character is annotated at every occurrence or at none, always with one pinyin, in the middle of
running text. A writer's own gloss is none of this: it stands once, at a word whose reading is rare or in question. So
whether a page is damaged is decided by adding up what all its annotations say together.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from normalize.data import read_text
from normalize.mojibake import cp936, pinyin
from normalize.mojibake.weighing import is_han

#: Words of texts that speak about pronunciation: their glosses are the writer's own.
_PRONUNCIATION = re.compile("拼音|注音|[讀读發发]音|[讀读念唸][作做成]|多音字|破音|[聲声][調调]|韻母|韵母|普通[話话]音")

#: A question mark in front of another mark with Han right after it: a lead byte that took a control byte.
_ORPHAN = re.compile(r"\?[\x05-\x08 ]{1,2}[！；？。，](?=[\u3400-\u9fff])")

#: What a writer puts before a character that is spoken about.
_OPENING = tuple("「『“‘\"'《〈【[")

#: The evidence that a part of a text must give, and how far before and after its annotations it reaches at the most.
_PART, _AROUND = 12, 100


@cache
def known_list() -> dict[str, str]:
    """Return the list that was recovered from 85 pages, in the best order known: character to pinyin."""
    lines = (line for line in read_text("annotation_list.txt").splitlines() if not line.startswith("#"))
    return dict(line.split("\t") for line in lines)


@dataclass(frozen=True)
class AnnotationList:
    """What was learned from a page: `own` maps the characters that the page annotates in phase to their pinyin.

    Where the page itself does not show a character, `candidates` fills in from the list that is known from other
    pages, and then from the readings of all characters.
    """

    own: dict[str, str]

    def candidates(self, lead: int, syllable: str) -> list[str]:
        """Return the characters with this lead byte and pinyin, the likeliest first.

        >>> AnnotationList({}).candidates(0xAD, "huán")
        ['環']
        """
        found = [x for x, reading in self.own.items() if reading == syllable and _lead(x) == lead]
        if found:
            return found
        found = [x for x, reading in known_list().items() if reading == syllable and _lead(x) == lead]
        return found or [x for x in pinyin.characters(syllable) if _lead(x) == lead]

    def listed(self, syllable: str) -> list[str]:
        """Return the listed characters with this pinyin: the page's own, or else the known ones."""
        own = [x for x, reading in self.own.items() if reading == syllable]
        return own or [x for x, reading in known_list().items() if reading == syllable]

    def annotates(self, character: str, syllable: str, repaired: bool = False) -> bool:
        """Tell whether the tool put this pinyin after this character.

        A character that came to light in a repair was not seen when the list was learned: its reading is enough.
        """
        if character in self.own:
            return self.own[character] == syllable
        return repaired and pinyin.is_reading(character, syllable)


@dataclass
class _Gloss:
    """What the page does with one character: its annotations by reading, how many, and how often in running text."""

    readings: Counter[str]
    total: int
    inside: int

    @property
    def syllable(self) -> str:
        return self.readings.most_common(1)[0][0]


def learn(text: str, least: int = 2) -> AnnotationList | None:
    """Return the page's own list, or None when its annotations are not damage: their evidence is less than `least`.

    The weights were set on the 91 collected passages, all damaged, and on glosses written for the tests, all
    genuine; the sums lie at 2 or above for the first and at 0 or below for the second.
    """
    counts = Counter(text)
    glosses, many_syllables = _collect(text, counts)
    shifted = _count_shifted(text)
    if not glosses and not shifted:
        return None
    known = known_list()
    han = sum(count for character, count in counts.items() if is_han(character))
    annotated = sum(gloss.readings.total() for gloss in glosses.values())
    evidence = 3.0 * shifted - many_syllables + len(_ORPHAN.findall(text))
    for character, gloss in glosses.items():
        if len(gloss.readings) > 1 and gloss.readings.most_common(2)[1][1] * 4 > gloss.readings.total():
            evidence -= 4  # two readings of one character: the text tells them apart
        elif gloss.readings.total() * 2 < gloss.total:
            evidence -= 2  # mostly without: a gloss at the first mention
        elif known.get(character) == gloss.syllable:
            evidence += 2 if gloss.inside else 1
        elif gloss.readings.total() >= 2:
            evidence += 1
    unlisted = sum(gloss.readings.total() for x, gloss in glosses.items() if x not in known)
    if annotated * 2 > han and unlisted * 3 > annotated:
        evidence -= 6  # nearly every character, the simplest ones too: a reader for learners
    if _PRONUNCIATION.search(text):
        evidence -= 4
    if evidence < least:
        return None
    return AnnotationList(_accept(glosses))


def learn_part(text: str) -> tuple[int, int, AnnotationList] | None:
    """Return the part of a text that an annotated page is in, and its list: something was quoted or put together.

    Nothing outside says anything about such a part, so that it must say more itself.
    """
    found = [match.start() for match in pinyin.ANNOTATION.finditer(text)]
    if not found:
        return None
    start = max(text.rfind("\n", 0, found[0]) + 1, found[0] - _AROUND)
    end = text.find("\n", found[-1], found[-1] + _AROUND)
    end = end if end >= 0 else min(found[-1] + _AROUND, len(text))
    if end - start == len(text):
        return None
    page = learn(text[start:end], _PART)
    return None if page is None else (start, end, page)


def _accept(glosses: dict[str, _Gloss]) -> dict[str, str]:
    """Return the characters whose annotations are the tool's, on a page that is known to be damaged."""
    known = known_list()
    # The one family of lists has no character of GB 2312 in it; pages of the other show several of theirs.
    common = sum(g.inside for x, g in glosses.items() if x not in known and _in_gb2312(x))
    accepted = {}
    for character, gloss in glosses.items():
        if known.get(character) in gloss.readings:
            accepted[character] = known[character]
        elif gloss.readings.total() * 2 >= gloss.total and (
            not _in_gb2312(character) or gloss.readings.total() > 1 or common > 2
        ):
            accepted[character] = gloss.syllable
    return accepted


def _collect(text: str, counts: Counter[str]) -> tuple[dict[str, _Gloss], int]:
    """Return the annotated characters, and the number of glosses of several syllables, which are a writer's own."""
    glosses: dict[str, _Gloss] = {}
    for match in pinyin.ANNOTATION.finditer(text):
        start = match.start()
        character = text[start - 1 : start]
        if not character or not pinyin.is_reading(character, match[1]):
            continue
        gloss = glosses.get(character)
        if gloss is None:
            gloss = glosses[character] = _Gloss(Counter(), counts[character], 0)
        gloss.readings[match[1]] += 1
        around = (text[max(start - 2, 0) : start - 1], text[match.end() : match.end() + 1])
        gloss.inside += around[0] not in _OPENING and any(x and is_han(x) for x in around)
    return glosses, len(re.findall(r"[(（][a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*[ ’'][^()（）]{1,40}[)）]", text))


def _count_shifted(text: str) -> int:
    """Count the annotations out of phase that the bytes before them explain: chance makes next to none of these."""
    found = 0
    anything = AnnotationList({})
    for match in pinyin.BROKEN_ANNOTATION.finditer(text):
        before = _before(text, match.start())
        code = cp936.encode_character(before) if before else None
        # A fragment of pinyin without a tone (`?a)`) says too little.
        found += bool(code and not match[1].isascii() and anything.candidates(code[-1], match[1]))
    for match in pinyin.ANNOTATION.finditer(text):
        found += straddled(text[max(match.start() - 2, 0) : match.start()], match[1], anything) is not None
    return found


def _before(text: str, position: int) -> str:
    """Return the character before a position, seen through the annotation that may stand between."""
    if text[position - 1 : position] == ")":
        position = max(text.rfind("(", 0, position), 0)
    return text[position - 1 : position]


def straddled(before: str, syllable: str, page: AnnotationList) -> str | None:
    """Return the two characters before an annotation, as they were, if their inner bytes are the annotated character.

    `h(huán)` after `－`: A3 AD, 68, and AD 68 is 環. A hyphen, comma or other mark that was folded from its
    full-width form is returned in that form.

    >>> straddled("-h", "huán", AnnotationList({}))
    '－h'
    """
    if len(before) < 2 or syllable.isascii():
        return None
    first, second = before[-2], before[-1]
    trail = ord(second)
    if not 0x40 <= trail < 0x7F:
        return None
    for lead in (first, cp936.full_width(first) if "!" <= first <= "~" else ""):
        code = cp936.encode_character(lead) if lead else None
        if code and len(code) == 2 and any(_trail(x) == trail for x in page.candidates(code[1], syllable)):
            return lead + second
    return None


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _lead(character: str) -> int:
    code = cp936.encode_character(character)
    return code[0] if code else -1


def _trail(character: str) -> int:
    code = cp936.encode_character(character)
    return code[1] if code and len(code) == 2 else -1
