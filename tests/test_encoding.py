"""Decoding and encoding: names, tables, and the law that no byte is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normalize.encoding import EncodingError, canonical, decode, detect, encode, to_bytes, unencodable

TEXT = "清晨的市場裡，賣豆腐的阿婆慢慢推著車走過石橋。"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030", "big5hkscs", "utf-7")
#: The first reading loads the language models, which may take longer than an example usually may.
patient = settings(deadline=None)
ANY_ENCODING = st.sampled_from(
    [*ENCODINGS, "gbk", "gb2312", "big5", "cp950", "hz", "cp932", "euc_jp", "cp949", "iso2022_jp", "cp1252", "latin-1"]
)
BYTES = st.binary(max_size=60) | st.text(max_size=20).map(lambda text: text.encode("gb18030", "replace"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_comes_back_from_each_encoding(encoding: str) -> None:
    """What was encoded decodes to the same text, when the encoding is named."""
    decoded = decode(encode(TEXT, encoding), encoding)
    assert (decoded.text, decoded.errors) == (TEXT, ())


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8", b"\xef\xbb\xbf"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le", b"\xff\xfe"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be", b"\xfe\xff"),
        (b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"), "utf-32-le", b"\xff\xfe\0\0"),
        (b"\0\0\xfe\xff" + TEXT.encode("utf-32-be"), "utf-32-be", b"\0\0\xfe\xff"),
        (b"\x84\x31\x95\x33" + TEXT.encode("gb18030"), "gb18030", b"\x84\x31\x95\x33"),
    ],
)
def test_byte_order_mark_decides_and_is_no_text(data: bytes, encoding: str, bom: bytes) -> None:
    """A byte order mark names the encoding, is kept apart from the text, and comes back with the bytes."""
    detection = detect(data)
    assert (detection.bom, detection.confidence, detection.narrow) == (True, 1.0, encoding)
    assert data.decode(str(detection.encoding)).lstrip("\ufeff") == TEXT
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.bom) == (TEXT, encoding, bom)
    assert to_bytes(decoded) == data


def test_utf16_that_begins_with_nul_is_not_utf32() -> None:
    """FF FE 00 00 is read as UTF-16 when what follows cannot be UTF-32."""
    data = b"\xff\xfe\0\0" + TEXT.encode("utf-16-le")
    assert decode(data).text == "\0" + TEXT


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("cp936", "gb18030"), ("Big5", "big5hkscs"), ("sjis", "cp932")],
)
def test_a_narrow_name_is_read_as_its_superset(encoding: str, expected: str) -> None:
    """Decoding with a narrow label uses the widest table."""
    assert decode(b"abc", encoding).encoding == expected


@pytest.mark.parametrize("name", ["gb2132", "utf8-bmo", "", "rot13", "hex", "undefined", "idna", "no\0name", "大五碼"])
def test_an_unknown_encoding_is_a_clear_error(name: str) -> None:
    """An unknown name, or a codec that is no encoding of text, is refused with a sentence."""
    with pytest.raises(EncodingError, match="unknown encoding"):
        decode(b"abc", name)


def test_the_error_names_the_nearest_encoding() -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(EncodingError, match="did you mean 'gb18030'"):
        canonical("gb18003")


@pytest.mark.parametrize(
    ("hexadecimal", "encoding", "character"),
    [
        ("a8bc", "gb18030", "ḿ"),
        ("a6d9", "gb18030", "︐"),
        ("a6db", "gb18030", "︑"),
        ("fe59", "gb18030", "龴"),
        ("fe51", "gb18030", "𠂇"),
        ("a3a0", "gb18030", "\u3000"),
        ("80", "gbk", "€"),
        ("fe50", "gbk", "⺁"),
        ("a1a4", "gb2312", "·"),
        ("a1aa", "gb2312", "—"),
        ("a145", "big5", "‧"),
        ("a1e3", "big5", "～"),
        ("a3e1", "big5", "€"),
        ("f9d6", "big5", "碁"),
        ("c6e7", "big5", "ぁ"),
        ("c6d5", "big5", "癶"),
        ("c6a1", "cp950", "①"),
        ("c6e7", "cp950", "ぁ"),
        ("c6de", "cp950", "〃"),
        ("fa40", "cp950", "𠕇"),
    ],
)
def test_todays_tables(hexadecimal: str, encoding: str, character: str) -> None:
    """Codes that Python's tables of 2000 read otherwise, or not at all, are read as they are read today."""
    data = bytes.fromhex(hexadecimal)
    decoded = decode(data, encoding)
    assert (decoded.text, decoded.errors) == (character, ())
    assert to_bytes(decoded) == data


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "cp950", "gb2312", "euc_tw"])
def test_every_two_byte_code_comes_back(encoding: str) -> None:
    """Each code, also one of two for the same character, is undone to itself, alone and among others."""
    codes = [bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF) if trail != 0x7F]
    for code in codes:
        assert to_bytes(decode(code, encoding)) == code
    data = b"\n".join(codes)
    assert to_bytes(decode(data, encoding)) == data


def test_undecodable_bytes_are_visible_and_listed() -> None:
    """Each undecodable sequence is one U+FFFD, with its offset, bytes, reason and position."""
    data = "前".encode() + b"\xff" + "後\ufffd".encode() + b"\xe4\xb8"
    decoded = decode(data, "utf-8")
    assert decoded.text == "前\ufffd後\ufffd\ufffd"
    assert [(e.offset, e.data, e.position) for e in decoded.errors] == [(3, b"\xff", 1), (10, b"\xe4\xb8", 4)]
    assert all(error.reason for error in decoded.errors)


def test_errors_strict_raises_with_the_place() -> None:
    """errors="strict" raises a sentence that says where and what."""
    with pytest.raises(EncodingError, match="FF at byte 2 as gb18030"):
        decode(b"\xd6\xd0\xff", "gb18030", errors="strict")


@patient
@given(BYTES, ANY_ENCODING)
def test_no_byte_is_lost(data: bytes, encoding: str) -> None:
    """Whatever the bytes and whatever they are read as, the exact bytes come back."""
    decoded = decode(data, encoding)
    assert to_bytes(decoded) == data
    for error in decoded.errors:
        assert data[error.offset : error.offset + len(error.data)] == error.data
        assert decoded.text[error.position] == "\ufffd"


@patient
@given(BYTES)
def test_any_bytes_are_read_without_a_name(data: bytes) -> None:
    """Detection and decoding never raise, and lose nothing."""
    assert to_bytes(decode(data)) == data


@patient
@given(BYTES, st.sampled_from(["utf-8", "gb18030", "big5", "utf-16-le", "cp949"]))
def test_preserved_bytes_are_in_the_text(data: bytes, encoding: str) -> None:
    """errors="preserve" keeps every undecodable byte as a surrogate, which encoding turns back."""
    decoded = decode(data, encoding, errors="preserve")
    assert to_bytes(decoded) == data
    assert "\ufffd" not in decoded.text or "\ufffd" in decode(data, encoding).text


def test_preserved_text_encodes_to_the_bytes() -> None:
    """Surrogates that stand for bytes become these bytes again."""
    data = "好".encode() + b"\xff\xfe" + "的".encode()
    assert encode(decode(data, "utf-8", errors="preserve").text, "utf-8", errors="preserve") == data


def test_encoding_says_what_does_not_fit() -> None:
    """Characters that the target lacks are listed, and refused, replaced or written as entities."""
    text = "豆腐𠮷，龍"
    assert unencodable(text, "gb2312") == [(2, "𠮷"), (4, "龍")]
    with pytest.raises(EncodingError, match=r"U\+20BB7 at character 2 as gb2312 \(and 1 more\)"):
        encode(text, "gb2312")
    assert encode(text, "gb2312", errors="replace").decode("gb2312") == "豆腐?，?"
    assert encode(text, "gb2312", errors="entity").decode("gb2312") == "豆腐&#134071;，&#40845;"


def test_gbk_is_the_one_of_windows() -> None:
    """It has the euro sign, and what GB18030 has in two bytes; the four bytes of GB18030 are none of it."""
    text = "€ǹ⿰〾⺁中"
    data = encode(text, "gbk")
    assert data.hex() == "80a8bfa98aa989fe50d6d0"
    assert decode(data, "gbk").text == text
    assert unencodable(text + "𠮷", "gbk") == [(6, "𠮷")]
    with pytest.raises(EncodingError, match="such as gb18030"):
        encode(text + "𠮷", "gbk")
    assert encode("€𠮷", "gbk", "entity") == b"\x80&#134071;"
    assert encode("€𠮷", "gbk", "replace") == b"\x80?"


@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs"])
def test_big5_is_written_as_it_is_read(encoding: str) -> None:
    """Kana and numbers in circles go where all of Big5 has them, so that browsers read them; others stay."""
    assert encode("①ぁん〃中", encoding).hex() == "c6a1c6e7c77aa1b2a4a4"


@patient
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_utf8_and_gb18030_hold_everything(text: str) -> None:
    """UTF-8 gives every text back; GB18030 all but the private-use characters that its new table gave away."""
    assert decode(encode(text, "utf-8"), "utf-8").text.lstrip("\ufeff") == text.lstrip("\ufeff")
    if not any("\ue000" <= character <= "\uf8ff" for character in text) and not text.startswith("\ufeff"):
        assert decode(encode(text, "gb18030"), "gb18030").text == text


def test_empty_data_is_nothing() -> None:
    """Nothing is written in no encoding, and decodes to nothing."""
    assert detect(b"").encoding is None
    assert decode(b"").text == ""
