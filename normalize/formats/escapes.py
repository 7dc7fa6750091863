"""Escapes: how formats spell characters that they cannot hold as they are, read and written back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Escapes:
    """One way of spelling text.

    `sign` is the character that every escape begins with (empty: there are none), `pattern` matches one escape, `read`
    gives what it stands for, `write` spells new text, or returns None when it cannot stand there, and `write_escaped`
    spells what takes the place of an escape.
    """

    sign: str
    pattern: re.Pattern[str]
    read: Callable[[str], str]
    write: Callable[[str], str | None]
    write_escaped: Callable[[str], str | None]


def _same(text: str) -> str:
    return text


def _numeric(text: str) -> str:
    return "".join(f"&#{ord(c)};" if ord(c) > 127 else html.escape(c) for c in text)


def _read_xml(escape: str) -> str:
    # Python reads the forms that HTML forbids (&#0;) as U+FFFD or nothing: those stay as they are.
    text = html.unescape(escape)
    return text if text and "\ufffd" not in text else escape


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


_JSON_SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_JSON_CONTROL = {chr(code): f"\\u{code:04x}" for code in range(0x20)}
_JSON_CONTROL |= {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _read_json(escape: str) -> str:
    if escape[1] != "u":
        return _JSON_SIMPLE[escape[1]]
    units = [int(part, 16) for part in escape.split("\\u")[1:]]
    if len(units) == 2:
        return chr(0x10000 + ((units[0] - 0xD800) << 10) + units[1] - 0xDC00)
    return chr(units[0])


_JSON_SPECIAL = re.compile(r'["\\\x00-\x1f]')


def _write_json(text: str) -> str:
    if _JSON_SPECIAL.search(text) is None:
        return text
    return "".join(_JSON_CONTROL.get(character, character) for character in text)


def _write_json_escaped(text: str) -> str:
    out = []
    for character in text:
        if character in _JSON_CONTROL or ord(character) < 0x7F:
            out.append(_JSON_CONTROL.get(character, character))
        else:
            data = character.encode("utf-16-be", "surrogatepass")
            out += [f"\\u{data[at] << 8 | data[at + 1]:04x}" for at in range(0, len(data), 2)]
    return "".join(out)


_C_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_C_WRITE = {text: f"\\{name}" for name, text in _C_ESCAPES.items()}


def _write_c(text: str) -> str:
    return "".join(_C_WRITE.get(character, character) for character in text)


def unless(forbidden: str) -> Callable[[str], str | None]:
    """Return what writes text as it is, where it has none of the forbidden characters.

    >>> unless(",")("1,000") is None, unless(",")("一千")
    (True, '一千')
    """

    def write(text: str) -> str | None:
        return None if any(character in text for character in forbidden) else text

    return write


_NEVER = re.compile(r"(?!)")
PLAIN = Escapes("", _NEVER, _same, _same, _same)
#: A line of a format made of lines: a break would begin another one.
LINE = Escapes("", _NEVER, _same, unless("\n\r"), unless("\n\r"))
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
XML = Escapes("&", _REFERENCE, _read_xml, _text, _numeric)
ATTRIBUTE = Escapes("&", _REFERENCE, _read_xml, lambda text: html.escape(text), _numeric)
#: A CDATA section may hold anything but its own end.
CDATA = Escapes("", _NEVER, _same, unless("]>"), unless("]>"))
_JSON_ESCAPE = re.compile(r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])')
JSON = Escapes("\\", _JSON_ESCAPE, _read_json, _write_json, _write_json_escaped)
#: RFC 4180: a quote inside a quoted cell is doubled.
QUOTED = Escapes('"', re.compile('""'), lambda _: '"', lambda text: text.replace('"', '""'), lambda text: text)
C = Escapes("\\", re.compile(r'\\[ntr"\\abfv]'), lambda escape: _C_ESCAPES[escape[1]], _write_c, _write_c)
_ASS = {"\\N": "\n", "\\n": "\n", "\\h": "\xa0"}
ASS = Escapes("\\", re.compile(r"\\[Nnh]"), lambda e: _ASS[e], unless("\n\r{}\\"), unless("\n\r{}\\"))
