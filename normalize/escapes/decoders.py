"""One function for each kind of escape: each yields the edits that decode it."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import unquote_to_bytes

from normalize import language
from normalize.edits import Edit, Step
from normalize.escapes.places import HAN, Places

#: What escaped bytes may be, in the order in which they are tried, and the names for people.
_CHARSETS = (("utf-8", "UTF-8"), ("gb18030", "GB18030"), ("big5hkscs", "Big5-HKSCS"))
_DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs"}
#: Nats a character beyond ASCII may cost at most for bytes to be believed Chinese. Measured on escaped spans of 2 to 16
#: characters: 1 in 100 costs more; random bytes that GB18030 can read cost 12.
DEAREST = 10.0
#: The same where ordinary ASCII text looks alike (UTF-7, HZ without its marks).
DEAREST_ALIKE = 8.0

_ENTITY = re.compile(r"&(?:amp;)*(?:#(?:[0-9]{2,7}|[xX][0-9A-Fa-f]{2,6})(?![0-9A-Za-z]);?|[A-Za-z]{2,10}[0-9]{0,2};)")
# Each begins with the sign itself: a search for one character is some ten times as fast as any other.
_PERCENT = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_TOKEN = re.compile(r"[!-~]*")
_UNIT = r"u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{2,6}\})"
_UNICODE = re.compile(rf"\\\\?{_UNIT}(?:\\{{1,2}}{_UNIT})*")
_BYTES = re.compile(r"\\x[89A-Fa-f][0-9A-Fa-f](?:[ -\[\]-~]{0,1}\\x[0-9A-Fa-f]{2})+")
_OCTAL = re.compile(r"\\[23][0-7]{2}(?:\\[23][0-7]{2})+")
_QUOTED = re.compile(r"=[89A-F][0-9A-F]=[89A-F][0-9A-F]")
_WORDS = re.compile(r"=\?[\w-]+\?[bBqQ]\?[^?\s]*\?=(?:\s*=\?[\w-]+\?[bBqQ]\?[^?\s]*\?=)*")
_WORD = re.compile(r"=\?([\w-]+)\?([bBqQ])\?([^?\s]*)\?=")
_UTF7 = re.compile(r"\+(?<![\w+/=-]\+)[A-Za-z0-9+/]{3,}-?")
_HZ = re.compile(r"~?\{(?:[!-}][!-~]){1,1000}~\}")


def find(text: str) -> list[Edit]:
    """Return the decodings of all escapes, in order; they may overlap where kinds look alike.

    >>> [edit.after for edit in find("&#20013;&#25991; %D6%D0%CE%C4 ~{VPND~}")]
    ['中', '文', '中文', '中文']
    """
    places = Places(text)
    edits: list[Edit] = []
    if "&" in text:
        edits += _entities(text, places)
    if "%" in text:
        edits += _percent(text, places)
    if "\\" in text:
        edits += _backslashes(text, places)
    if "=" in text:
        edits += _mail_words(text)
        edits += _quoted_printable(text)
    if "+" in text:
        edits += _utf7(text, places)
    if "~}" in text:
        edits += _hz(text, places)
    edits.sort(key=lambda edit: (edit.start, -edit.end))
    return [edit for edit in edits if not places.is_shown(edit.start, edit.end, edit.after)]


def plausible(text: str, dearest: float = DEAREST) -> bool:
    """Tell whether text has Chinese in it, and what is beyond ASCII is not unlikely."""
    costs = [c for c, character in zip(language.character_costs(text), text, strict=True) if character > "\x7f"]
    return any("\u3400" <= c <= "\u9fff" for c in text) and sum(costs) <= dearest * len(costs)


def _chinese(data: bytes) -> tuple[str, str] | None:
    """Return bytes as Chinese text with the name of their encoding, or None."""
    found = []
    for codec, name in _CHARSETS:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if plausible(text):
            if codec == "utf-8":
                return text, name
            found.append((language.model().total(text), text, name))
    return min(found)[1:] if found else None


def _step(rule: str, reason: str) -> Step:
    return Step("escapes", rule, "rule", reason)


def _entities(text: str, places: Places) -> Iterator[Edit]:
    """Decode references to characters beyond ASCII, in Chinese text; what HTML needs (`&lt;`, `&nbsp;`) stays."""
    edits = []
    for match in _ENTITY.finditer(text):
        name = match[0].replace("amp;", "")[1:]
        if name.startswith("#"):
            digits = name.strip("#;")
            code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
            character = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else ""
        else:
            character = html5.get(name, "")
        if (
            len(character) == 1
            and character > "\u00a0"
            and not character.isspace()
            and not places.in_code(match.start())
        ):
            edits.append(Edit(*match.span(), character, _step("entity", "reference to a character in HTML")))
    if HAN.search("".join(edit.after for edit in edits)) or (edits and HAN.search(text)):
        yield from edits


def _percent(text: str, places: Places) -> Iterator[Edit]:
    for start, end in _tokens(text):
        token = text[start:end]
        if places.in_url(start) or places.is_path(token) or places.in_code(start):
            continue
        form = "+" in token and "%20" not in token
        found = _chinese(unquote_to_bytes(token.replace("+", " ") if form else token))
        if found is not None and "\ufffd" not in found[0]:
            yield Edit(start, end, found[0], _step("percent", f"percent-encoded {found[1]}"))


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yield the runs of ASCII without blanks in which a byte beyond ASCII is escaped by a percent sign."""
    end = 0
    while (match := _PERCENT.search(text, end)) is not None:
        start = match.start()
        while start > end and "!" <= text[start - 1] <= "~":
            start -= 1
        run = _TOKEN.match(text, match.end())
        end = run.end() if run else match.end()
        yield start, end


def _backslashes(text: str, places: Places) -> Iterator[Edit]:
    for match in _UNICODE.finditer(text):
        units = [int(digits.strip("{}"), 16) for digits in re.findall(r"u(\{\w+\}|\w{4})", match[0])]
        if any(unit > 0x10FFFF for unit in units):
            continue
        decoded = "".join(map(chr, units)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        reason = "characters by their code points (\\u)"
        if all(unit < 0x100 for unit in units):
            found = _chinese(bytes(units))
            decoded, reason = (found[0], f"bytes of {found[1]} escaped as characters") if found else ("", "")
        if plausible(decoded) and "\ufffd" not in decoded and not places.in_literal(*match.span()):
            yield Edit(*match.span(), decoded, _step("unicode", reason))
    for match in _BYTES.finditer(text):
        data = re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), match[0]).encode("latin-1")
        yield from _escaped_bytes(match, data, places)
    for match in _OCTAL.finditer(text):
        yield from _escaped_bytes(match, bytes(int(digits, 8) for digits in match[0][1:].split("\\")), places)


def _escaped_bytes(match: re.Match[str], data: bytes, places: Places) -> Iterator[Edit]:
    found = _chinese(data)
    if found is not None and not places.in_literal(*match.span()):
        yield Edit(*match.span(), found[0], _step("bytes", f"escaped bytes of {found[1]}"))


def _mail_words(text: str) -> Iterator[Edit]:
    """Decode the words of mail headers (RFC 2047); words in a row are one sequence of bytes."""
    for match in _WORDS.finditer(text):
        data, charset = b"", ""
        for word in _WORD.finditer(match[0]):
            charset = word[1].lower()
            if word[2] in "qQ":
                data += quopri.decodestring(word[3].replace("_", " ").encode("latin-1", "replace"))
                continue
            try:
                data += binascii.a2b_base64(word[3] + "=" * (-len(word[3]) % 4))
            except (binascii.Error, ValueError):
                break
        else:
            try:
                decoded = data.decode(_DECLARED.get(charset, charset))
            except (UnicodeDecodeError, LookupError):
                continue
            if not decoded.isascii():
                yield Edit(*match.span(), decoded, _step("mail-word", f"encoded word of a mail header, {charset}"))


def _quoted_printable(text: str) -> Iterator[Edit]:
    """Decode lines of quoted-printable; a line that ends in `=` goes on in the next."""
    if not _QUOTED.search(text):
        return
    for match in re.finditer(r"(?:[^\n]*=\r?\n)*[^\n]*", text):
        block = match[0].rstrip("\r")
        if block.isascii() and _QUOTED.search(block) and "=?" not in block and "://" not in block:
            found = _chinese(quopri.decodestring(block.encode()))
            if found is not None:
                reason = f"quoted-printable, {found[1]}"
                yield Edit(match.start(), match.start() + len(block), found[0], _step("quoted-printable", reason))


def _utf7(text: str, places: Places) -> Iterator[Edit]:
    for match in _UTF7.finditer(text):
        try:
            decoded = match[0].encode().decode("utf-7")
        except UnicodeDecodeError:
            continue
        exact = decoded.encode("utf-7", "replace").rstrip(b"-") == match[0].encode().rstrip(b"-")
        if exact and len(decoded) > 1 and plausible(decoded, DEAREST_ALIKE) and not places.in_code(match.start()):
            yield Edit(*match.span(), decoded, _step("utf-7", "UTF-7"))


def _hz(text: str, places: Places) -> Iterator[Edit]:
    for match in _HZ.finditer(text):
        whole = match[0].startswith("~")
        inner = match[0].lstrip("~")[1:-2]
        try:
            decoded = bytes(ord(character) | 0x80 for character in inner).decode("gb2312")
        except UnicodeDecodeError:
            continue
        if plausible(decoded, DEAREST if whole else DEAREST_ALIKE) and not places.in_code(match.start()):
            yield Edit(*match.span(), decoded, _step("hz", "HZ" if whole else "HZ whose first mark was lost"))
