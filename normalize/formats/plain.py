"""Plain text: all of it. Markdown: all of it is seen, code is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.formats.span import Format, Options, Span

#: What code and its like begin with: a fence, backticks, a comment, an element, the target of a link
#: or of what links refer to, an address.
_OPENING = re.compile(
    r"""
    (?P<fence>^[ \t>]*(?P<ticks>`{3,}+|~{3,}+)[^`\n]*+$)
  | (?P<span>`+)
  | (?P<comment><!--)
  | <(?P<tag>script|style|code|kbd|samp|SCRIPT|STYLE|CODE|KBD|SAMP)\b
  | (?P<target>(?<=\]\()[^()\s]{1,2000}+(?=[)\s]))
  | ^[ ]{0,3}\[(?!\^)[^\]\n]{1,999}\]:[ \t]+(?P<definition>(?=\S*[./#])\S+)
  | (?P<address>https?://[^\s<>"`，。；：！？、（）《》「」『』“”‘’\u3000]+)
    """,
    re.VERBOSE | re.MULTILINE,
)
#: A span of code ends within its paragraph.
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Yield what is code. A sign that nothing closes is text, but for a fence, whose block ends with the document."""
    closers: dict[str, re.Pattern[str]] = {}
    absent: dict[str, int] = {}  # from where on there is no such closer

    def end_of(closer: str, start: int) -> int:
        if start >= absent.get(closer, len(text) + 1):
            return -1
        pattern = closers.setdefault(closer, re.compile(closer, re.MULTILINE))
        found = pattern.search(text, start)
        if found is None:
            absent[closer] = start
            return -1
        return found.end()

    position = 0
    while match := _OPENING.search(text, position):
        start, position = match.span()
        if match["fence"]:
            ticks = match["ticks"]
            end = end_of(rf"^[ \t>]*{ticks[0]}{{{len(ticks)},}}[ \t]*\r?$", position + 1)
            end = end if end >= 0 else len(text)
        elif match["span"]:
            end = end_of(f"(?<!`){match['span']}(?!`)", position)
            limit = end_of(_PARAGRAPH_END.pattern, position)
            end = -1 if 0 <= limit < end else end
        elif match["comment"]:
            end = end_of("-->", position)
        elif match["tag"]:
            end = end_of(rf"</{match['tag']}\s*>", position)
        else:
            start, end = match.span("definition") if match["definition"] else match.span()
        if end >= 0:
            yield start, end
            position = end


def _plain(text: str, options: Options) -> Iterator[Span]:
    yield Span(0, len(text))


def _markdown(text: str, options: Options) -> Iterator[Span]:
    position = 0
    for start, end in _code(text):
        if start > position:
            yield Span(position, start, "more")
        yield Span(start, end, "kept")
        position = end
    yield Span(position, len(text), "more")


PLAIN_TEXT = Format("text", (".txt", ".text", ".log"), _plain)
MARKDOWN = Format("markdown", (".md", ".markdown", ".mdown", ".mkd"), _markdown)
