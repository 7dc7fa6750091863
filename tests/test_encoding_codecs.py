"""The codecs that Python lacks, beside glibc's iconv where it is installed."""

from __future__ import annotations

import codecs
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

import normalize
from normalize.encoding import decode, to_bytes
from normalize.encoding.cns import PLANES, characters_of

NAMES = ("euc-tw", "big5-uao", "iso-2022-cn", "iso-2022-cn-ext")
TRADITIONAL = "渡船靠岸時，廚房的蒸籠正冒煙。"
MIXED = "第一行 first\n渡船靠岸\n简体也行 ok\n"

iconv = pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")


def run_iconv(data: bytes, source: str, target: str) -> bytes | None:
    """Return what iconv makes of data, or None when it refuses."""
    done = subprocess.run(["iconv", "-f", source, "-t", target], input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_importing_normalize_registers_the_codecs() -> None:
    """Python decodes with these names once the package is imported."""
    assert normalize.__version__
    for name in (*NAMES, "EUC_TW", "euctw", "x-euc-tw", "ISO2022CN", "csISO2022CN", "iso-2022-cn-ext", "Big5-UAO"):
        assert codecs.lookup(name).name in ("euc_tw", "big5_uao", "iso2022_cn", "iso2022_cn_ext")


@pytest.mark.parametrize("name", NAMES)
def test_text_comes_back(name: str) -> None:
    """What is encoded decodes to the same text; ISO-2022-CN takes both scripts, EUC-TW what CNS 11643 has."""
    text = TRADITIONAL if name in ("euc-tw", "big5-uao") else MIXED + TRADITIONAL
    assert text.encode(name).decode(name) == text


def test_iso_2022_cn_bytes() -> None:
    """Designation, shift out, two bytes a character, shift in before ASCII; a line ends designations (RFC 1922)."""
    assert "中文a\n中".encode("iso-2022-cn") == b"\x1b$)A\x0eVPND\x0fa\n\x1b$)A\x0eVP\x0f"
    assert "𠀋".encode("iso-2022-cn-ext") == b"\x1b$+I\x1bO!D"


def test_big5_uao() -> None:
    """Simplified characters and symbols have a pair of bytes; what Big5 has too is written as Big5 writes it."""
    assert MIXED.encode("big5-uao").decode("big5-uao") == MIXED
    assert "葛".encode("big5-uao") == b"\xb8\xaf"
    assert b"\x82\x43\xb8\xaf".decode("big5-uao") == "葛葛"
    for data in (b"\x82\x43", b"\x81", b"\x81\x90\xb8"):
        assert to_bytes(decode(data, "big5-uao")) == data


@given(st.text(st.sampled_from("渡船靠岸時简体龘卡abc \n。、"), max_size=30))
def test_iso_2022_cn_round_trip(text: str) -> None:
    """Every mixture of scripts, ASCII and lines comes back."""
    assert text.encode("iso-2022-cn-ext").decode("iso-2022-cn-ext") == text


@given(st.binary(max_size=40) | st.lists(st.sampled_from([b"\x8e", b"\xa2", b"\xc4\xe3", b"\x1b$)A", b"\x0e", b"VP"])))
def test_errors_are_listed_and_undone(data: bytes | list[bytes]) -> None:
    """Broken data in these encodings is decoded without loss like any other."""
    data = data if isinstance(data, bytes) else b"".join(data)
    for name in NAMES:
        assert to_bytes(decode(data, name)) == data


@pytest.mark.parametrize("name", NAMES)
@given(cut=st.integers(0, 60), second=st.integers(0, 60))
def test_decoding_in_pieces(name: str, cut: int, second: int) -> None:
    """However the bytes are cut, the incremental decoder gives the same text."""
    text = TRADITIONAL + "\n" + TRADITIONAL
    data = text.encode(name)
    first, last = sorted((cut, second))
    decoder = codecs.getincrementaldecoder(name)()
    pieces = [decoder.decode(data[:first]), decoder.decode(data[first:last]), decoder.decode(data[last:], True)]
    assert "".join(pieces) == text


def test_error_handlers_of_python_work() -> None:
    """`bytes.decode` and `str.encode` accept every registered handler."""
    assert b"\xc4\xe3\xff".decode("euc-tw", "replace") == "一\ufffd".replace("一", b"\xc4\xe3".decode("euc-tw"))
    assert "渡x简".encode("euc-tw", "replace").endswith(b"x?")
    assert "简".encode("euc-tw", "xmlcharrefreplace") == b"&#31616;"
    with pytest.raises(UnicodeDecodeError, match="position 0"):
        b"\xff".decode("euc-tw")
    with pytest.raises(UnicodeEncodeError, match="position 1"):
        "渡简".encode("euc-tw")


@iconv
def test_every_plane_is_as_glibc_has_it() -> None:
    """Every character of every plane of CNS 11643 decodes to what iconv decodes it to."""
    for plane in PLANES[:-1]:
        characters = characters_of(plane)
        sequences = [bytes((0x8E, 0xA0 + plane)) + bytes(byte | 0x80 for byte in cell) for cell in characters]
        data = b"\n".join(sequences)
        assert run_iconv(data, "EUC-TW", "UTF-8") == "\n".join(characters.values()).encode()
        assert data.decode("euc-tw") == "\n".join(characters.values())


@iconv
def test_iso_2022_cn_is_read_by_glibc() -> None:
    """What is written here, iconv reads to the same text, and the other way round.

    Two faults of glibc are left out: it misreads a new designation while shifted out (its own output too), and after an
    SS3 character it leaves out the shift before the next. So each line here needs one set, or ends after the SS3.
    """
    lines = ("第一行 first\n", "渡船靠岸\n", "简体也行 ok\n", "時間\n", "廚房\n")
    for name, text in (("ISO-2022-CN", "".join(lines)), ("ISO-2022-CN-EXT", "".join(lines) + "𠀋")):
        assert run_iconv(text.encode(name), name, "UTF-8") == text.encode()
        written = run_iconv(text.encode(), "UTF-8", name)
        assert written is not None
        assert written.decode(name) == text


#: Marks of Big5 that are read as Windows and the WHATWG standard read them, and the last of ETEN's frames.
MARKS = ("a145‧", "a14e﹑", "a1c2¯", "a1e3～", "a1f2⊕", "a1f3⊙", "a244￥", "a246￠", "a247￡", "f9fe▓")


@iconv
@pytest.mark.parametrize(
    ("encoding", "theirs", "expected"),
    [
        # A3A0 is a blank in deployed text.
        ("gb18030", "GB18030", {"a3a0": "\u3000"}),
        ("big5hkscs", "BIG5-HKSCS", {mark[:4]: mark[4] for mark in MARKS}),
    ],
)
def test_two_byte_tables_beside_glibc(encoding: str, theirs: str, expected: dict[str, str]) -> None:
    """Every two-byte code that both read is the same character in glibc's table, but for those listed."""
    different = {}
    for lead in range(0x81, 0xFF):
        codes = [bytes((lead, trail)) for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF))]
        texts = {code: decoded.text for code in codes if not (decoded := decode(code, encoding)).errors}
        done = run_iconv(b"\n".join(texts), theirs, "UTF-8")
        if done == "\n".join(texts.values()).encode():
            continue
        for code, text in texts.items():
            other = run_iconv(code, theirs, "UTF-8")
            if other is not None and other.decode() != text:
                different[code.hex()] = text
    assert different == expected
