"""Seven-bit encodings that announce themselves: ISO-2022-CN, -JP and -KR, HZ, UTF-7."""

from __future__ import annotations

import re

from normalize.encoding.evidence import evidence
from normalize.encoding.readings import MOST, Candidate, Reading, read
from normalize.language import model

_LOOKED_AT = 1 << 16
_HZ = re.compile(rb"~\{([^\r\n]+?)(?:~\}|$|(?=[\r\n]))")
_LOST_TILDES = re.compile(rb"(?<!~)\{((?:[\x21-\x77][\x21-\x7e]){2,})\}")
_UTF7 = re.compile(rb"\+([A-Za-z0-9+/]{3,})(?:-|(?![A-Za-z0-9+/]))")

#: UTF-7, and HZ without tildes, must read as Chinese: at most this in nats a character. Measured: real text 4.5 to 8.3,
#: base64 and braces in programs 12 and more. HZ with tildes may read as badly as a list of temperatures does.
_MOST = 8.5
_MOST_HZ = 10.4
#: UTF-7 of four characters and more, in words that the model hardly knows (recipes, poems), costs up to 10.
_MOST_UTF7 = 10.4


def escaped(data: bytes) -> Reading | None:
    """Return the reading in a seven-bit encoding whose escapes are there, else None."""
    head = data[:_LOOKED_AT]
    if b"\x1b" in head and _is_seven_bit(head):
        name = _iso2022(head)
        if name is not None:
            return Reading(name, 0.0, {"c": "zh", "j": "ja", "k": "ko"}[name[8]])
    # One byte is looked for ten times as fast as two.
    if b"~" in head and b"~{" in head and _is_seven_bit(head):
        start = head.index(b"~{")
        found = _hz(_HZ.findall(head[start : start + 4096]), 0.0, _MOST_HZ)
        if found is not None:
            return found
    if not head.isascii():
        return None
    if b"+" in head:
        found = _utf7(head)
        if found is not None:
            return found
    if b"{" in head and b"~{" not in head:
        return _hz(_LOST_TILDES.findall(head[:8192]), 8.0, _MOST)
    return None


def with_tildes(data: bytes) -> bytes | None:
    """Return HZ whose tildes were lost (`{VPND}` for `~{VPND~}`) with its tildes, or None when they are there."""
    if b"~{" in data:
        return None
    return _LOST_TILDES.sub(rb"~{\1~}", data.replace(b"~", b"~~"))


def _hz(runs: list[bytes], margin: float, most: float) -> Reading | None:
    """Return the reading of the runs as pairs of GB 2312 when it is better than as ASCII, and good in itself."""
    text = b"\n".join(bytes(byte | 0x80 for byte in run) for run in runs).decode("gb18030", "replace")
    beyond = model().beyond_ascii(text, MOST)
    as_ascii = model("xx").total(" ".join(run.decode("latin-1") for run in runs))
    count = beyond.characters
    if count and beyond.bounded <= most * count and beyond.bounded + margin < as_ascii:
        return Reading("hz", 0.0, "zh", count, beyond.cost)
    return None


def _is_seven_bit(head: bytes) -> bool:
    """Tell whether all but one byte in fifty, which may be damaged, are printable ASCII and line ends."""
    odd = len(head.translate(None, bytes(range(0x20, 0x7F)) + b"\t\r\n\x0e\x0f\x1b"))
    return odd * 50 <= len(head) + 100


def _iso2022(head: bytes) -> str | None:
    """Return the member of the family that the designations belong to."""
    if re.search(rb"\x1b\$\+[I-M]|\x1b\$\)E", head):
        return "iso2022_cn_ext"
    if re.search(rb"\x1b\$\)[AG]|\x1b\$\*H", head):
        return "iso2022_cn"
    if b"\x1b$)C" in head:
        return "iso2022_kr"
    for name, pattern in (
        ("iso2022_jp_2004", rb"\x1b\$\([OQP]"),
        ("iso2022_jp_2", rb"\x1b\$A|\x1b\.[AF]|\x1b\$\(C"),
        ("iso2022_jp_1", rb"\x1b\$\(D"),
        ("iso2022_jp", rb"\x1b\$[@B]|\x1b\(J"),
    ):
        if re.search(pattern, head):
            return name
    # One damaged byte in the only designation: the shift after it is still there.
    return "iso2022_cn" if re.search(rb"\x1b\$.{1,2}\x0e[\x21-\x7e]{4}|\x1b.\)[AG]\x0e[\x21-\x7e]{4}", head) else None


def _utf7(head: bytes) -> Reading | None:
    """Return UTF-7 when its shifted runs decode to plausible text (`a+b` and base64 do not)."""
    if not _UTF7.search(head):
        return None
    seen = evidence(head)
    try:
        text = head.decode("utf-7")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text[:2000] if character > "\x7f"]
    most = _MOST if len(foreign) < 4 else _MOST_UTF7
    if len(foreign) < 2 or -model().score("".join(foreign[:400])) > most:
        return None
    return read(seen, Candidate("utf-7", ("zh",), 0.0)) if len(seen) == len(head) else Reading("utf-7", 0.0, "zh")
