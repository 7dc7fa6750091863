"""HTML, XHTML and XML: the text between tags. The scanner is our own, because parsers repair what they read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from normalize.formats.escapes import ATTRIBUTE, CDATA, XML
from normalize.formats.span import Format, Kind, Options, Span

#: A quoted value in a tag may not be longer than this many characters: a stray quote costs a bounded look ahead.
_REACH = 65_536
#: A reading (`<rt>`) is a few letters; one that is not closed within this many characters is text.
_READING = 1000


def _tag(first: str) -> re.Pattern[str]:
    """Return what matches one tag whose name begins with `first`. Possessive, so that what is no tag fails at once."""
    return re.compile(
        rf"""<(?P<close>/?)(?P<name>{first}[^\s<>/"'=]*+)
             (?P<rest>(?:[^<>"']++|"[^"]{{0,{_REACH}}}+"|'[^']{{0,{_REACH}}}+'|["'](?=[^"'<>]*+>))*+)>
           |(?P<comment><!--)|(?P<cdata><!\[CDATA\[)|(?P<other><[!?])""",
        re.VERBOSE,
    )


#: In HTML `<` before anything but an ASCII letter is text; names in XML may have any letter.
_HTML_TAG = _tag("[A-Za-z]")
_XML_TAG = _tag(r"[^\W\d]")
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")


@dataclass(frozen=True)
class Markup:
    """How a kind of markup is read.

    `raw` elements hold no text at all, `kept` ones text that is not changed, `aside` ones text that interrupts a
    passage without ending it and is not changed; `inline` tags do not end a passage. `texts` names the elements whose
    text is read (empty: all). `attributes` decides which attributes of an element are text, given their values.
    """

    raw: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    inline: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    attributes: Callable[[str, dict[str, str]], frozenset[str]] | None = None
    case: bool = False
    inline_unless: frozenset[str] | None = None

    def kind(self, name: str) -> tuple[str, bool, bool]:
        """Return the name of a tag as it is listed, whether the tag ends the passage that it stands in, and whether
        what it encloses is read in any other way than the text around it.
        """
        name = name if self.case else name.lower()
        ends = name in self.inline_unless if self.inline_unless is not None else name not in self.inline
        return name, ends, name in self.raw or name in self.aside or name in self.kept or name in self.texts


def scan(text: str, markup: Markup) -> Iterator[Span]:
    """Yield the spans of text of a document, in reading order; those of attributes after the passages."""
    asides: list[Span] = []
    open_kept: list[str] = []
    inside: list[str] = []  # open elements of `texts`
    position, fresh = 0, True
    searched_from: dict[str, int] = {}

    def find(sign: str, start: int) -> int:
        """Find a sign, remembering that there is none further on: unclosed comments must not cost a search each."""
        if start >= searched_from.get(sign, len(text) + 1):
            return -1
        found = text.find(sign, start)
        if found < 0:
            searched_from[sign] = start
        return found

    def passage(start: int, end: int) -> tuple[Span, ...]:
        nonlocal fresh
        if start == end or (markup.texts and not inside):
            return ()
        if fresh and text[start].isspace() and text[start:end].isspace():
            return ()
        kind: Kind = "kept" if open_kept else "text" if fresh else "more"
        fresh = False
        return (Span(start, end, kind, XML),)

    search = (_XML_TAG if markup.case else _HTML_TAG).search
    kinds: dict[str, tuple[str, bool, bool]] = {}
    while match := search(text, position):
        start, end = match.span()
        name, closing, rest = match.group("name", "close", "rest")
        if name is None:
            if match["cdata"]:
                stop = find("]]>", end)
                if stop >= 0:
                    yield from passage(position, start)
                    if not markup.texts or inside:
                        yield Span(end, stop, "text" if fresh else "more", CDATA)
                        fresh = False
                    position = stop + 3
                    continue
            stop = _after(text, match, find)
            yield from passage(position, start)
            position = stop
            continue
        yield from passage(position, start)
        position = end
        kind = kinds.get(name)
        if kind is None:
            kind = kinds[name] = markup.kind(name)
        name, ends, is_special = kind
        if ends:
            fresh = True
        if "=" in rest and markup.attributes and not closing:
            asides += _attributes(match, name, markup)
        if not is_special or rest.endswith("/"):
            continue
        if name in markup.raw and not closing:
            stopped = re.compile(rf"</{re.escape(name)}(?![\w-])", re.IGNORECASE).search(text, end)
            position = stopped.start() if stopped else len(text)
        elif name in markup.aside and not closing:
            stopped = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE).search(text, end, end + _READING)
            position = stopped.end() if stopped else end
        elif name in markup.kept:
            _toggle(open_kept, name, bool(closing))
        elif name in markup.texts:
            _toggle(inside, name, bool(closing))
    yield from passage(position, len(text))
    yield from asides


def _toggle(open_elements: list[str], name: str, closing: bool) -> None:
    if not closing:
        open_elements.append(name)
    elif name in open_elements:
        # Elements that were left open end with the one around them.
        del open_elements[len(open_elements) - 1 - open_elements[::-1].index(name) :]


def _after(text: str, match: re.Match[str], find: Callable[[str, int], int]) -> int:
    """Return where a comment, declaration or processing instruction ends; behind its first sign if it does not."""
    end = match.end()
    sign = "-->" if match["comment"] else ">"
    stop = find(sign, end)
    if sign == ">" and text.startswith("<!DOCTYPE", match.start()) and "[" in text[end : max(stop, end)]:
        subset = find("]", end)
        stop = find(">", subset) if subset >= 0 else stop
    return stop + len(sign) if stop >= 0 else end


def _attributes(match: re.Match[str], name: str, markup: Markup) -> Iterator[Span]:
    assert markup.attributes is not None
    offset = match.start("rest")
    found = list(_ATTRIBUTE.finditer(match["rest"]))
    values = {item[1].lower(): item[2] or item[3] or "" for item in found}
    wanted = markup.attributes(name, values)
    for item in found:
        if item[1].lower() in wanted:
            group = 2 if item[2] is not None else 3
            if item.end(group) > item.start(group):
                yield Span(offset + item.start(group), offset + item.end(group), "text", ATTRIBUTE)


_TEXT_ATTRIBUTES = frozenset({"alt", "title", "placeholder", "label", "summary", "aria-label", "aria-description"})
#: `<meta>` whose content is for people.
_META = re.compile(r"(?:^|[:.])(?:title|description|keywords|author|subject|site_name|caption)$", re.IGNORECASE)
_BUTTONS = frozenset({"button", "submit", "reset"})


def _html_attributes(name: str, values: dict[str, str]) -> frozenset[str]:
    if name == "meta" and "content" in values:
        about = values.get("name") or values.get("property") or values.get("itemprop") or ""
        return frozenset({"content"}) if _META.search(about) else frozenset()
    if name == "input" and values.get("type", "").lower() in _BUTTONS:
        return _TEXT_ATTRIBUTES | {"value"}
    return _TEXT_ATTRIBUTES


#: Tags that stand within a sentence ("phrasing content" of the HTML standard, and what came before it).
_INLINE = """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark math nobr q rb rt rp ruby s samp small
    span strike strong sub sup time tt u var wbr
"""
HTML_MARKUP = Markup(
    raw=frozenset({"script", "style", "template", "xmp", "plaintext"}),
    kept=frozenset({"code", "kbd", "samp", "tt", "var", "math"}),
    aside=frozenset({"rt", "rp"}),
    inline=frozenset(_INLINE.split()),
    attributes=_html_attributes,
)
XML_MARKUP = Markup(case=True)

_META_CHARSET = re.compile(r"""<meta\b[^<>]{0,500}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9][\w.:+-]*)""", re.IGNORECASE)
_XML_ENCODING = re.compile(r"""\A\s*<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9][\w.:+-]*)""")
_DECLARES_WITHIN = 4096


def charset(text: str) -> tuple[int, int] | None:
    """Return the place of the encoding's name in a document that declares it.

    >>> charset('<meta charset="big5"><p>')
    (15, 19)
    """
    head = text[:_DECLARES_WITHIN]
    found = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return found.span(1) if found else None


def xml_charset(text: str) -> tuple[int, int] | None:
    """Return the place of the encoding's name in the declaration of XML."""
    found = _XML_ENCODING.search(text[:_DECLARES_WITHIN])
    return found.span(1) if found else None


_HTML_SIGN = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S)
_XML_SIGN = re.compile(r"\s*<\?xml\s")

HTML = Format(
    "html",
    (".html", ".htm", ".xhtml", ".xht", ".shtml"),
    lambda text, options: scan(text, HTML_MARKUP),
    lambda head: _HTML_SIGN.match(head) is not None,
    charset,
)
XML_FORMAT = Format(
    "xml",
    (".xml", ".rss", ".atom", ".tei", ".xlf", ".xliff", ".opf", ".ncx", ".svg", ".fb2"),
    lambda text, options: scan(text, XML_MARKUP),
    lambda head: _XML_SIGN.match(head) is not None,
    xml_charset,
)


def elements(texts: str, passages: str) -> Callable[[str, Options], Iterator[Span]]:
    """Return what scans XML whose text stands in the elements `texts`, joined within each of `passages`."""
    ending = frozenset(passages.split())
    markup = Markup(texts=frozenset(texts.split()), case=True, inline_unless=ending)
    return lambda text, options: scan(text, markup)
