"""What a damaged page says about itself, which helps to tell what a hidden byte was."""

from __future__ import annotations

import re
from collections import Counter
from math import exp, log

from normalize.mojibake import likelihood
from normalize.profile import Class, class_of

#: What stands where a byte is gone for good.
LOST = "\ufffd"

#: What a Simplified character costs on a page that has none and the other way round, and a mark where none stands: the
#: general model has seen both, in mixed text and in rows of dots.
_UNUSUAL = 6.0
#: A quote after a stop, and a line end after a quote, cost 1.2 to 3.4 nats in news and fiction, of which the general
#: model has read little.
_QUOTE = 3.0
#: How many Han characters a page must have to say as much about its words as the general model does.
_GENERAL = 1000

_STOPS = "。，、；：！？"
_AFTER_NO_STOP = _STOPS + "·"
_OPENING = "“‘「『（《〈【"
_CLOSER = {"“": "”", "‘": "’", "「": "」", "『": "』"}
_CLOSED = {after: before for before, after in _CLOSER.items()}
_NOISED_ORPHAN = re.compile(r"\?[\x05-\x08 ]?[！；？。，：、]")
_CLOSING_TAG = re.compile(r"/[A-Za-z][A-Za-z0-9]*>")
_GROUP_OF_DIGITS = re.compile(r" \d{3}(?!\d)")
#: How far back an open quotation is looked for.
_QUOTATION = 400


class Page:
    """A text with the facts about it as a page: its script, its quotes, its words, what was done to it later."""

    def __init__(self, text: str) -> None:
        self.text = text
        # A page that was folded shows `,` where its bytes had `，`, so that the bytes of its marks are uncertain.
        marks = _NOISED_ORPHAN.sub("", text)
        self.folded = marks.count(",") >= marks.count("，")
        self.private_stripped = not re.search("[\ue000-\uf8ff]", text)
        self._spaced = bool(re.search("[\u4e00-\u9fff] [A-Za-z]", text))
        counts = Counter(text)
        hans = sum(count for x, count in counts.items() if class_of(x) is Class.HANS)
        hant = sum(count for x, count in counts.items() if class_of(x) is Class.HANT)
        # The damage itself brings some of either; the pages of this family are Traditional unless most say otherwise.
        self._other_script = Class.HANT if hans > 3 * hant + 3 else Class.HANS
        # These pages were made from Simplified ones, whose quotes are “ ” and ‘ ’.
        self._foreign_quotes = "" if re.search("[「」『』]", text) else "「」『』"
        self._counts = Counter({x: count for x, count in counts.items() if x >= "\u3400"})
        self._total = self._counts.total()

    def cost(self, previous: str, character: str) -> float:
        """Return the cost of a character after another, in nats: the language model, fitted to the page."""
        cost = likelihood.cost(previous, character)
        if (previous in _STOPS and character in "“”") or (previous == "”" and character == "\n"):
            return min(cost, _QUOTE)
        if previous in _STOPS and character in _AFTER_NO_STOP:
            return cost + _UNUSUAL
        if character in self._foreign_quotes or (previous in _OPENING and character == "\n"):
            return cost + _UNUSUAL
        if class_of(character) is self._other_script:
            cost += _UNUSUAL
        return cost + self._topic(character)

    def _topic(self, character: str) -> float:
        """Return what a character costs more or less than elsewhere, because the page uses it seldom or often.

        A page repeats its own words and names, which a general model may never have seen: its characters are counted
        on top of `_GENERAL` characters of general text.
        """
        expected = exp(-likelihood.alone(character)) * _GENERAL
        ratio = (self._counts[character] + expected) / expected
        return log((self._total + _GENERAL) / _GENERAL) - log(ratio)

    def quotation_cost(self, position: int, text: str) -> float:
        """Return what the quotes of `text`, put at `position`, cost: closing what is not open, or opening it twice."""
        before = [x for x in self.text[max(position - _QUOTATION, 0) : position] if x in _CLOSER or x in _CLOSED]
        if not before:
            return 0.0
        opened = before[-1] if before[-1] in _CLOSER else ""
        cost = 0.0
        for character in text:
            if character in _CLOSER:
                cost += _UNUSUAL * (opened == character)
                opened = character
            elif character in _CLOSED:
                cost += _UNUSUAL * (opened != _CLOSED[character])
                opened = ""
        return cost

    def eaten(self, position: int) -> str:
        """Return the ASCII character that a lead byte took along before `position`, or LOST when it cannot be known.

        What follows tells: the rest of a tag, of a number, of an empty line. Between words it is what the page
        puts between words. At the end of the text there was none to take.
        """
        following = self.text[position : position + 1]
        if _CLOSING_TAG.match(self.text, position):
            return "<"
        if following in ("", "\n"):
            return following
        if following == " ":
            return LOST if _GROUP_OF_DIGITS.match(self.text, position) else " "
        if following.isdigit() or following in ".%)":
            return LOST
        if not following.isalpha() or (following.isascii() and self._spaced):
            return " "
        return "," if self.folded else " "
