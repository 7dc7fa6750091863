"""Subtitles and lyrics: SRT, WebVTT, ASS and LRC. Times, numbers, styles and override codes stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.formats.escapes import ASS as ASS_ESCAPES
from normalize.formats.escapes import LINE, XML, Escapes
from normalize.formats.span import Format, Options, Span

_LINE = re.compile(r"[^\r\n]+")
_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}")
_NUMBER = re.compile(r"\s*\d+\s*")
#: <i>, <font color="red">, <c.yellow>, <00:01.000>, {\an8}
_CUE_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,200}\}")
_ASS_MARKUP = re.compile(r"\{[^{}]{0,2000}\}")
_LRC_MARKUP = re.compile(r"<\d{1,3}:\d{2}(?:[.:]\d{1,3})?>")


def _between(text: str, start: int, end: int, markup: re.Pattern[str], escapes: Escapes) -> Iterator[Span]:
    """Yield a line's text without its markup, as one passage."""
    first = True
    position = start
    for match in [*markup.finditer(text, start, end), None]:
        stop = match.start() if match else end
        if stop > position:
            yield Span(position, stop, "text" if first else "more", escapes)
            first = False
        position = match.end() if match else end


def _cues(text: str, escapes: Escapes) -> Iterator[Span]:
    """Yield the lines below a line of times, to the next number with times below it."""
    lines = [match.span() for match in _LINE.finditer(text)]
    inside = False
    for index, (start, end) in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else (end, end)
        gap = text[lines[index - 1][1] : start] if index else ""
        if _TIMES.match(text, start, end):
            inside = True
        elif inside and not (_NUMBER.fullmatch(text, start, end) and _TIMES.match(text, *following)):
            # In WebVTT a block after a blank line that has no times is a note, a style or a cue's name.
            if escapes is XML and gap.count("\n") > 1:
                inside = False
                continue
            yield from _between(text, start, end, _CUE_MARKUP, escapes)


#: The fields of an event before its text, unless a Format line says otherwise.
_ASS_FIELDS = 9
_ASS_TITLE = re.compile(r"(?:Title|Original \w+): *")


def _ass(text: str, options: Options) -> Iterator[Span]:
    fields = _ASS_FIELDS
    section = ""
    for match in _LINE.finditer(text):
        line = match[0]
        if line.startswith("["):
            section = line.strip().lower()
        elif section == "[events]" and line.startswith("Format:"):
            fields = line.count(",")
        elif section == "[events]" and line.startswith("Dialogue:"):
            parts = line.split(",", fields)
            # Drawings are written where text stands: {\p1}m 0 0 l 100 0{\p0}
            if len(parts) == fields + 1 and not re.search(r"\\p[1-9]", parts[-1]):
                start = match.end() - len(parts[-1])
                yield from _between(text, start, match.end(), _ASS_MARKUP, ASS_ESCAPES)
        elif section == "[script info]" and (title := _ASS_TITLE.match(line)):
            yield Span(match.start() + title.end(), match.end(), "text", LINE)


_LRC_TIMES = re.compile(r"(?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]\s*)+")
_LRC_TAG = re.compile(r"\[(?:ti|ar|al|by|au|lr):(?P<text>[^\r\n\]]*)\]", re.IGNORECASE)


def _lrc(text: str, options: Options) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        times = _LRC_TIMES.match(match[0])
        tag = _LRC_TAG.match(match[0])
        if times:
            yield from _between(text, match.start() + times.end(), match.end(), _LRC_MARKUP, LINE)
        elif tag:
            yield Span(match.start() + tag.start("text"), match.start() + tag.end("text"), "text", LINE)


_SRT_SIGN = re.compile(r"\s*(?:\d+\s*\n)?\s*\d{1,2}:\d{2}:\d{2}[.,]\d{1,3}\s*-->")
#: Behind tags any time shows lyrics; else it takes fractions of a second: a chat has `[12:30]` in front of its lines.
_LRC_SIGN = re.compile(r"\s*(?:(?:\[[a-z]{2,8}:[^\n\]]*\]\s*)+\[\d{1,3}:\d{2}[.:\]]|\[\d{1,3}:\d{2}[.:]\d{1,3}\])")

SRT = Format("srt", (".srt",), lambda text, options: _cues(text, LINE), lambda head: _SRT_SIGN.match(head) is not None)
VTT = Format("vtt", (".vtt",), lambda text, options: _cues(text, XML), lambda head: head.startswith("WEBVTT"))
ASS = Format("ass", (".ass", ".ssa"), _ass, lambda head: head.lstrip().startswith("[Script Info]"))
LRC = Format("lrc", (".lrc",), _lrc, lambda head: _LRC_SIGN.match(head) is not None)
