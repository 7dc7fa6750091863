"""What a damaged page says about itself, which helps to tell what a hidden byte was."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from math import exp, log

from normalize.mojibake import likelihood, pinyin
from normalize.profile import Class, class_table

#: What stands where a byte is gone for good.
LOST = "\ufffd"

#: What a Simplified character costs on a page that has none and the other way round, and a mark where none stands: the
#: general model has seen both, in mixed text and in rows of dots.
_UNUSUAL = 3.5
#: How many Han characters a page must have to say as much about its words as the general model does.
_GENERAL = 1000

_STOPS = "。，、；：！？"
_BEFORE_NO_STOP = _STOPS + ",;:!?"
_AFTER_NO_STOP = _STOPS + "·"
_MARKS = "！（），：；？"
_NUMBERED = re.compile(r"(?<![^\s>。；：，,;:])[（(](\d{1,2})[)）]")
#: What stands before the number of a paragraph or of an item, as `_NUMBERED` has it.
_BEFORE_NUMBER = "\n\r> \u3000。；：，,;:"
_OPENING = "“‘「『（《〈【"
_CLOSER = {"“": "”", "‘": "’", "「": "」", "『": "』"}
_CLOSED = {after: before for before, after in _CLOSER.items()}
_NOISED_ORPHAN = re.compile(r"\?[\x05-\x08 ]?[！；？。，：、]")
#: The attributes of a tag are no longer than this.
LONGEST_TAG = 200
_TAG = re.compile(rf"/?[A-Za-z][A-Za-z0-9]*(?: [^<>\n]{{0,{LONGEST_TAG}}})?/?>")
_ENTITY = re.compile(r"#?[A-Za-z0-9]{2,8};")
_GROUP_OF_DIGITS = re.compile(r" \d{3}(?!\d)")
_ANY_ANNOTATION = re.compile(f"{pinyin.ANNOTATION.pattern}|{pinyin.BROKEN_ANNOTATION.pattern}")
_CLOSING_SOON = re.compile(r"[^()（）\n]{0,8}[)）]")
_AFTER_WIDE = re.compile(r"(?<=[^\x00-\x7f])[ \n\d,.()%\"'/:;-]")
#: How far back an open quotation is looked for, and an open bracket.
_QUOTATION, BRACKETED = 400, 100


class Page:
    """A text with the facts about it as a page: its script, its quotes, its words, what was done to it later."""

    def __init__(self, text: str) -> None:
        self.text = text
        # A page that was folded shows `,` where its bytes had `，`, so that the bytes of its marks are uncertain.
        marks = _NOISED_ORPHAN.sub("", text)
        self.folded = marks.count(",") >= marks.count("，")
        self.private_stripped = not re.search("[\ue000-\uf8ff]", text)
        self._spaced_digits = bool(re.search("[\u4e00-\u9fff] \\d", text))
        self._quoted: tuple[int, str | None] = (-1, None)
        self._returns = "\r\n" in text
        self._numbers: list[tuple[int, int]] = []
        counts = Counter(text)
        table, kinds = class_table(), [0] * len(Class)
        for character, count in counts.items():
            if character < "\U00010000":
                kinds[table[ord(character)]] += count
        hans, hant, kana = kinds[Class.HANS], kinds[Class.HANT], kinds[Class.KANA]
        # The damage itself brings some of either; the pages of this family are Traditional unless most say otherwise.
        self._other_script = Class.HANT if hans > 3 * hant + 3 else Class.HANS
        # Most of these pages were made from Simplified ones, whose quotes are “ ” and ‘ ’.
        corners, curved = len(re.findall("[「」『』]", text)), len(re.findall("[“”‘’]", text))
        self._foreign = "“”‘’" if corners > 3 * curved else "「」『』" if curved >= 3 * corners else ""
        self._kana = kana * 10 > len(text)
        self._wide_blanks = bool(re.search(r"[^\n> \u3000]\u3000", text))
        self._counts = Counter({x: count for x, count in counts.items() if x >= "\u3400"})
        # What a character costs more than elsewhere that is not on the page.
        self._unused = log((self._counts.total() + _GENERAL) / _GENERAL)

    def oddity(self, previous: str, character: str) -> float:
        """Return what a character costs after another because it is odd on this page, in nats."""
        if previous in _BEFORE_NO_STOP and character in _AFTER_NO_STOP:
            return 2 * _UNUSUAL
        if "\ue000" <= character <= "\uf8ff":
            return 2 * _UNUSUAL
        if character == "\u3000":
            return 0.0 if previous in "\n> \u3000" or self._wide_blanks else _UNUSUAL
        if character in self._foreign or (previous in _OPENING and character == "\n"):
            return _UNUSUAL
        if "！" <= character <= "～" and character not in _MARKS:
            return _UNUSUAL / 2
        kind = class_table()[ord(character)] if character < "\U00010000" else Class.HAN
        return _UNUSUAL if kind == self._other_script or (kind == Class.KANA and not self._kana) else 0.0

    def topic(self, character: str) -> float:
        """Return what a character costs more or less than elsewhere, because the page uses it seldom or often.

        A page repeats its own words and names, which a general model may never have seen: its characters are counted
        on top of `_GENERAL` characters of general text.
        """
        count = self._counts.get(character)
        if count is None:
            return self._unused
        expected = exp(-likelihood.alone(character)) * _GENERAL
        ratio = (count + expected) / expected
        return self._unused - log(ratio)

    def opened(self, position: int) -> str | None:
        """Return the quote that is open at a place, "" if all are closed; None where there is none before it."""
        if self._quoted[0] != position:
            around = self.text[max(position - _QUOTATION, 0) : position]
            last = next((x for x in reversed(around) if x in _CLOSER or x in _CLOSED), None)
            self._quoted = position, None if last is None else last if last in _CLOSER else ""
        return self._quoted[1]

    def quotation_cost(self, position: int, text: str) -> float:
        """Return what the quotes of `text`, put at `position`, cost: closing what is not open, or opening it twice."""
        opened = self.opened(position)
        if opened is None:
            return 0.0
        cost = 0.0
        for character in text:
            if character in _CLOSER:
                cost += _UNUSUAL * (opened == character)
                opened = character
            elif character in _CLOSED:
                cost += _UNUSUAL * (opened != _CLOSED[character])
                opened = ""
        return cost

    def bracket_cost(self, start: int, text: str, end: int) -> float:
        """Return what it costs that a bracket is closed soon after `end` that `text`, put at `start`, does not open."""
        if not _CLOSING_SOON.match(self.text, end):
            return 0.0
        before = _ANY_ANNOTATION.sub("", self.text[max(start - BRACKETED, 0) : start]) + text
        opened = sum((x in "(（") - (x in ")）") for x in before.rpartition("\n")[2])
        return 2 * _UNUSUAL if opened <= 0 else 0.0

    def number(self, position: int, before: str) -> str:
        """Return the one digit that stood in brackets after `before`, or "" where nothing tells.

        Items are numbered from one: it is one more than the number before it, or one less than the one after it. Both
        must agree where there are both.
        """
        if self.text[position : position + 1] not in (")", "）") or before[-1:] != "（":
            return ""
        if before[-2:-1] not in _BEFORE_NUMBER:
            return ""
        known = self._found_numbers + self._numbers
        earlier = max((item for item in known if item[0] < position), default=(0, 0))[1]
        later = min((item for item in known if item[0] > position), default=(0, 0))[1]
        number = earlier + 1 if later in (0, 1, earlier + 2) else later - 1 if not earlier else 0
        return str(number) if 0 < number < 10 else ""

    @cached_property
    def _found_numbers(self) -> list[tuple[int, int]]:
        """Where on the page as found the numbers of items stand."""
        return [(match.start(), int(match[1])) for match in _NUMBERED.finditer(self.text)]

    def remember(self, position: int, text: str) -> None:
        """Take note of the number of an item in a repair."""
        self._numbers += [(position, int(match[1])) for match in _NUMBERED.finditer(text)]

    def is_cut(self, position: int) -> bool:
        """Tell whether what stands at a place has lost its first character: a line end, a tag or an entity."""
        if self.text[position : position + 1] == "\n":
            return self._returns
        return bool(_TAG.match(self.text, position) or _ENTITY.match(self.text, position))

    def eaten(self, position: int) -> list[tuple[str, float]]:
        """Return the ASCII characters that a lead byte may have taken along before `position`, and what each costs.

        What follows tells: the rest of a tag or of an entity. Else it was a digit, which stands as LOST because nothing
        tells which one, or what the page puts after such characters. At the end of the text there was none to take.
        """
        if position >= len(self.text):
            return [("", 0.0)]
        if self.is_cut(position):
            return [("\r" if self.text[position] == "\n" else "<" if _TAG.match(self.text, position) else "&", 0.0)]
        following = self.text[position]
        if following == " ":
            return [(LOST if _GROUP_OF_DIGITS.match(self.text, position) else " ", 0.0)]
        if following.isdigit() or following in ".%)":
            return [x for x in self._taken if x[0] in (LOST, " ")] if self._spaced_digits else [(LOST, 0.0)]
        return self._taken

    @cached_property
    def _taken(self) -> list[tuple[str, float]]:
        """What costs how much, by how often it stands on the page after a character that is not ASCII."""
        found = Counter(_AFTER_WIDE.findall(_ANY_ANNOTATION.sub("", self.text)))
        if not self.folded:
            del found[","]
        counts = {" ": 1.0, "\n": 0.5, LOST: 1.0} | ({",": 2.0} if self.folded else {})
        for character, count in found.items():
            character = LOST if character.isdigit() else character
            counts[character] = counts.get(character, 0.0) + count
        total = sum(counts.values())
        return [(character, -log(count / total)) for character, count in counts.items()]
