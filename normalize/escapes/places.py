"""Where escapes are not text: code, URLs, paths, regular expressions, string literals."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import itemgetter

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|<(script|style|pre|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"'\u3000-\u303f\uff00-\uffef]+|\bwww\.\S+|\bmailto:\S+")
_PATH = re.compile(r"^[\"'(<]*(?:\.{0,2}/|[A-Za-z]:[\\/]|(?:href|src|url)=|[\w-]+(?:\.[\w-]+)+[/?])")
_CODE_LINE = re.compile(
    r'[{};]\s*$|^\s*(?:[{\[]|[\w.]+\s*[=(]|import |from |def |return |const |let |var )|"\s*:|==|=>|->'
)

#: A Chinese character.
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
#: How near what an escape means must stand, in the same line, for the text to be about it: about a sentence.
_BESIDE = 40


class Places:
    """The parts of a text in which escapes mean themselves."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _code(self) -> list[tuple[int, int]]:
        if "`" not in self.text and "</" not in self.text:
            return []
        return [match.span() for match in _CODE.finditer(self.text)]

    @cached_property
    def _urls(self) -> list[tuple[int, int]]:
        return [match.span() for match in _URL.finditer(self.text)]

    def in_code(self, place: int) -> bool:
        """Tell whether a place is between backticks, or in an element for code."""
        return _inside(self._code, place)

    def in_url(self, place: int) -> bool:
        """Tell whether a place is part of a URL, or in a token that holds one."""
        return _inside(self._urls, place)

    def is_path(self, token: str) -> bool:
        """Tell whether a token is a URL without its scheme, or a path.

        >>> Places("").is_path("/wiki/%E4%B8%AD"), Places("").is_path("Content=%D6%D0")
        (True, False)
        """
        return "://" in token or _PATH.match(token) is not None

    def in_literal(self, start: int, end: int) -> bool:
        r"""Tell whether a span is in code, a regular expression, or a string of code or JSON.

        >>> Places(r"[\u4e00-\u9fa5]").in_literal(1, 7), Places(r"\u4e2d\u6587").in_literal(0, 12)
        (True, False)
        """
        text = self.text
        if self.in_code(start) or self.in_url(start):
            return True
        before, after = text[start - 1 : start], text[end : end + 1]
        if before == "[" or (after == "-" and text[end + 1 : end + 2] == "\\") or (after in "]" and before == "-"):
            return True
        line = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", end) + 1 or len(text) + 1) - 1]
        quoted = any(line.count(quote, 0, start) % 2 for quote in "\"'") or before in "\"'" or after in "\"'"
        return bool(before + after) and quoted and _CODE_LINE.search(line) is not None

    def is_shown(self, start: int, end: int, decoded: str) -> bool:
        r"""Tell whether a text is about an escape: set off from other Chinese, with what it means beside it.

        >>> Places(r"\u4e2d 表示“中”").is_shown(0, 6, "中"), Places(r"中国的\u4e2d医").is_shown(3, 9, "中")
        (True, False)
        """
        text = self.text
        if HAN.match(text[start - 1 : start]) or HAN.match(text, end) or not HAN.search(decoded):
            return False
        before = text[max(text.rfind("\n", 0, start) + 1, start - _BESIDE) : start]
        return decoded in before or decoded in text[end : end + _BESIDE].partition("\n")[0]


def _inside(spans: list[tuple[int, int]], place: int) -> bool:
    """Tell whether a place is in one of the spans, which are in order and do not overlap."""
    at = bisect_right(spans, place, key=itemgetter(0))
    return at > 0 and place < spans[at - 1][1]
