"""Detection: every encoding of Chinese, its rivals, damage, mixtures, and what is no text."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from normalize.encoding import Detector, EncodingError, decode, detect, detect_stream, to_bytes
from normalize.encoding.declared import declaration

CASES = json.loads((Path(__file__).parent / "cases" / "encoding.json").read_text("utf-8"))
SHARED = Path(__file__).parent.parent.parent / "shared" / "cases" / "encoding"
CHINESE = ("gb18030", "big5hkscs", "cp950", "euc_tw", "hz", "iso2022_cn", "iso2022_cn_ext")
ENGLISH = "The ferry office opens at eight. Tickets are sold at the pier only, and the last boat leaves at dusk. "
HANS = "傍晚的集市上卖鱼的人渐渐散去，只剩下几只猫在石阶上打盹。"
HANT = "傍晚的市集上賣魚的人漸漸散去，只剩下幾隻貓在石階上打盹。"


def case_name(case: dict[str, str]) -> str:
    """Name a case for the report."""
    return f"{case['codec']}-{case['text'][:8]}"


@pytest.mark.parametrize("case", CASES["plain"], ids=case_name)
def test_short_texts(case: dict[str, str]) -> None:
    """A few characters suffice; the answer is the superset, with the narrowest encoding beside it."""
    data = case["text"].encode(case["codec"])
    found = detect(data)
    assert (found.encoding, found.narrow) == (case["encoding"], case["narrow"])
    assert data.decode(case["encoding"]) == case["text"]
    assert 0.5 < found.confidence <= 1.0
    assert found.reason


@pytest.mark.parametrize("case", CASES["rare_words"], ids=case_name)
def test_words_that_the_model_hardly_knows(case: dict[str, str]) -> None:
    """Recipes, poems and names are read as what they are, alone, on a page and in English: no rival reads well."""
    for frame in ("{}", "<title>{}</title>", ENGLISH + "{}. " + ENGLISH):
        data = frame.format(case["text"]).encode(case["codec"])
        assert data.decode(detect(data).encoding or "") == data.decode(case["codec"])


@pytest.mark.parametrize("case", CASES["not_chinese"], ids=case_name)
def test_other_languages_are_not_claimed(case: dict[str, str]) -> None:
    """Text in another language is not taken for Chinese, also when only Chinese is asked for."""
    data = case["text"].encode(case["codec"])
    assert detect(data).encoding not in CHINESE
    restricted = detect(data, candidates=["gb18030", "big5", "utf-8"])
    assert restricted.encoding is None
    assert restricted.alternatives[0].encoding not in CHINESE
    assert "not among the candidates" in restricted.reason


@pytest.mark.parametrize(("codec", "text"), [("gbk", "请勿入内"), ("big5", "請勿入內"), ("utf-8", "請勿入內")])
def test_a_few_characters_inside_english(codec: str, text: str) -> None:
    """Only what is not ASCII is judged, so English around it does no harm."""
    data = (ENGLISH + text + ". " + ENGLISH * 30).encode(codec)
    assert data.decode(detect(data).encoding or "") == data.decode(codec)


@pytest.mark.parametrize(("codec", "text"), [("gb18030", HANS), ("big5hkscs", HANT), ("utf-8", HANS), ("euc_tw", HANT)])
def test_bad_bytes_do_not_change_the_answer(codec: str, text: str) -> None:
    """Bytes are overwritten in turn, and every prefix of at least eight characters is taken: same answer."""
    data = text.encode(codec)
    for offset in range(0, len(data), 3):
        damaged = data[:offset] + b"\xff" + data[offset + 1 :]
        assert detect(damaged).encoding == codec
    for length in range(24, len(data), 2 if codec == "utf-8" else 1):
        assert detect(data[:length]).encoding == codec


def test_after_a_bad_byte_the_text_goes_on() -> None:
    """Decoding goes on at the right one of the next two bytes, so that one bad byte costs one character."""
    data = HANS.encode("gbk")
    for offset in range(0, 20, 2):
        text = decode(data[:offset] + b"\xff" + data[offset + 1 :], "gbk").text
        assert text.endswith(HANS[offset // 2 + 1 :])


def test_a_declaration_is_believed_only_as_long_as_it_fits() -> None:
    """A declared charset decides between equals and is overruled by evidence."""
    page = "<html><head><meta charset='{}'></head><body>{}</body></html>"
    assert detect(page.format("big5", HANS).encode("gbk")).encoding == "gb18030"
    assert detect(page.format("gb2312", HANT).encode("big5")).encoding == "big5hkscs"
    assert detect(page.format("gb2312", HANT).encode()).encoding == "utf-8"
    wrong = detect(page.format("big5", HANS).encode("gbk"))
    assert "declared big5hkscs" in wrong.reason


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=gbk>", "gb18030"),
        ("<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=Big5'>", "big5hkscs"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb18030"),
        ('@charset "big5";', "big5hkscs"),
        ("# -*- coding: gbk -*-", "gb18030"),
        ("# vim: set fileencoding=big5 :", "big5hkscs"),
        ("Content-Type: text/plain; charset=gb2312", "gb18030"),
        ("<meta charset=no-such>", None),
        ("charset is a word, coding another", None),
        (" " * 2000 + "<meta charset=gbk>", None),
    ],
)
def test_declarations_of_every_kind_are_found(head: str, encoding: str | None) -> None:
    """HTML, XML, CSS, mail and source code say it each in their way, in the first kilobyte."""
    assert declaration(head.encode()) == encoding


def test_a_declaration_decides_between_equals() -> None:
    """Four bytes that are two words, 安家 in GBK and 假模 in Big5, are what the page says they are."""
    data = bytes.fromhex("b0b2 bcd2")
    for charset, encoding in (("gbk", "gb18030"), ("big5", "big5hkscs")):
        assert detect(b"<meta charset=" + charset.encode() + b">" + data).encoding == encoding


def test_confident_answers_are_right() -> None:
    """Of all windows of four characters the sure ones are right, and there are many; the others are less sure."""
    windows = [(HANS[i : i + 4], "gb18030") for i in range(len(HANS) - 3)]
    windows += [(HANT[i : i + 4], codec) for i in range(len(HANT) - 3) for codec in ("gb18030", "big5hkscs")]
    found = [(detect(text.encode(codec)), codec) for text, codec in windows]
    sure = [item.encoding == codec for item, codec in found if item.confidence >= 0.95]
    assert all(sure)
    assert len(sure) > len(found) / 2


def test_candidates_restrict_the_answer() -> None:
    """One of the candidates is answered, in any of its names; an unknown name is an error."""
    data = HANT.encode("big5")
    assert detect(data, candidates=["big5"]).encoding == "big5hkscs"
    assert detect(data, candidates="big5").encoding == "big5hkscs"
    assert detect(data, candidates=["cp950", "utf-8"]).encoding == "big5hkscs"
    assert detect(data, candidates=["gbk"]).encoding is None
    assert detect(data, candidates=["gbk"]).alternatives[0].encoding == "big5hkscs"
    assert detect(b"no ferries", candidates=["gbk", "big5"]).encoding == "gb18030"
    assert detect("déjà vu à Liège".encode("latin-1"), candidates=["gbk", "latin-1"]).encoding == "iso8859-1"
    with pytest.raises(EncodingError, match="unknown encoding"):
        detect(data, candidates=["big55"])


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"PK\x03\x04\x14\x00\x00\x00",
        gzip.compress(HANS.encode() * 9, mtime=0),
        bytes(range(256)) * 4,
        b"\x7fELF\x02\x01\x01\x00",
    ],
    ids=["png", "jpeg", "zip", "gzip", "all bytes", "elf"],
)
def test_binary_data_is_no_text(data: bytes) -> None:
    """Images, archives and programs are answered "binary", and still decode without loss."""
    assert detect(data).encoding == "binary"
    assert to_bytes(decode(data)) == data


@pytest.mark.parametrize(
    "data", [b"\0", b"a", b"\xff", b"\x80", b"\xd6", b"\xd6\xd0", b"\n", b"~{", b"\x1b$)A", b"+AAA-"]
)
def test_almost_nothing(data: bytes) -> None:
    """One byte or two are answered without an error."""
    assert 0.0 <= detect(data).confidence <= 1.0
    assert to_bytes(decode(data)) == data


@pytest.mark.parametrize(
    "text",
    [
        "~{foo bar~}",
        "a+b-c+d",
        "x = {1: 2}",
        "{name} and {path}",
        "a {color:red} b {wide}",
        r"\\frac{1234}{abcd}",
        "data:image/png;base64,+iVBORw0KGgo/+A==",
    ],
)
def test_ascii_stays_ascii(text: str) -> None:
    """Braces, plus signs and base64 in programs are not HZ, UTF-7 or UTF-16."""
    assert detect(text.encode()).narrow == "ascii"


@settings(deadline=None)
@example("A0W00:A0")
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_printable_ascii_is_never_wide(text: str) -> None:
    """Printable ASCII is not taken for UTF-16, however it is made up."""
    assert detect(text.encode()).encoding in (None, "utf-8", "hz", "utf-7")


def test_hz_that_lost_its_tildes() -> None:
    """Mail programs ate the tildes of HZ: `{VPND}` is read as what it was, and undone exactly."""
    data = "今天的渡轮停航 (see notice)".encode("hz").replace(b"~", b"")
    decoded = decode(data)
    assert (decoded.encoding, decoded.text) == ("hz", "今天的渡轮停航 (see notice)")
    assert to_bytes(decoded) == data


def test_mixed_lines_are_decoded_on_their_own() -> None:
    """Lines in another encoding are found, decoded and listed with their place."""
    lines = [
        HANT.encode(),
        "這一行是舊系統匯出的資料".encode("big5"),
        HANS.encode(),
        "这一行是旧系统导出的数据".encode("gbk"),
    ]
    data = b"\r\n".join(lines)
    decoded = decode(data)
    assert decoded.encoding == "utf-8"
    assert decoded.text.split("\r\n") == [HANT, "這一行是舊系統匯出的資料", HANS, "这一行是旧系统导出的数据"]
    assert decoded.errors == ()
    for segment, line, encoding in zip(decoded.segments, (lines[1], lines[3]), ("big5hkscs", "gb18030"), strict=True):
        assert data[segment.offset : segment.end] == line
        assert segment.encoding == encoding
        assert decoded.text[segment.position :][: segment.length].encode(encoding) == line
    assert to_bytes(decoded) == data


def test_a_span_in_another_encoding() -> None:
    """A name in another encoding inside a line is found between blanks or marks of ASCII."""
    data = "作者 ".encode() + "陈小明".encode("gbk") + " 于昨日提交".encode()
    decoded = decode(HANS.encode() + b"\n" + data)
    assert decoded.text.endswith("作者 陈小明 于昨日提交")
    assert [segment.encoding for segment in decoded.segments] == ["gb18030"]
    assert to_bytes(decoded) == HANS.encode() + b"\n" + data


def test_naming_the_encoding_switches_that_off() -> None:
    """Who names an encoding gets that encoding for everything."""
    decoded = decode(HANS.encode() + b"\n" + HANS.encode("gbk"), "utf-8")
    assert decoded.segments == ()
    assert decoded.errors


@settings(deadline=None)
@given(st.lists(st.sampled_from([HANS.encode(), HANS.encode("gbk"), HANT.encode("big5"), b"\xff", b"abc", b""])))
def test_mixtures_lose_nothing(lines: list[bytes]) -> None:
    """Whatever is mixed, the exact bytes come back."""
    data = b"\n".join(lines)
    assert to_bytes(decode(data)) == data


@settings(deadline=None)
@given(st.sampled_from(["gb18030", "big5", "utf-8", "utf-16-le", "hz"]), st.integers(1, 50))
def test_pieces_of_any_size_give_the_same_answer(codec: str, size: int) -> None:
    """Feeding in pieces gives the answer of the whole."""
    data = (HANS if codec in ("gb18030", "hz") else HANT).encode(codec)
    detector = Detector()
    for start in range(0, len(data), size):
        detector.feed(data[start : start + size])
    assert detector.close() == detect(data) == detector.close()
    with pytest.raises(ValueError, match="closed"):
        detector.feed(b"more")


@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs", "utf-8", "utf-16-le"])
def test_large_streams(codec: str) -> None:
    """A long stream with Chinese late in it is detected in bounded memory, wherever it is cut."""
    text = ENGLISH * 3000 + (HANT + "\n") * 20_000
    data = text.encode(codec)
    assert detect(data).encoding == codec
    assert detect_stream(io.BytesIO(data)).encoding == codec
    detector = Detector()
    for start in range(0, len(data), 77_777):
        detector.feed(data[start : start + 77_777])
    assert detector.close() == detect_stream(io.BytesIO(data))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (HANS, "zh"),
        (HANT, "zh"),
        ("優の良品專賣店今天開張", "zh"),
        ("猫が石の上で昼寝をする", "ja"),
        ("고양이가 잔다", "ko"),
        ("café", None),
    ],
)
def test_utf8_has_a_hint_at_the_language(text: str, language: str | None) -> None:
    """The letters of UTF-8 say enough about the language."""
    assert detect((text * 3).encode()).language == language


def test_text_is_no_bytes() -> None:
    """Text, or a number of bytes, is refused with a sentence; other views of bytes are taken."""
    for wrong in ("text", 5, None):
        with pytest.raises(TypeError, match="expected bytes"):
            detect(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="expected bytes"):
            decode(wrong)  # type: ignore[arg-type]
    assert detect(bytearray(HANS.encode())).encoding == detect(memoryview(HANS.encode())).encoding == "utf-8"


def test_confidence_is_lower_where_less_is_known() -> None:
    """A long text is surer than a short one, and alternatives are ranked below the answer."""
    short, long = detect("的".encode("gbk")), detect(HANS.encode("gbk"))
    assert short.confidence < long.confidence
    shares = [other.confidence for other in short.alternatives]
    assert shares == sorted(shares, reverse=True)
    assert all(share <= short.confidence for share in shares)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not here")
def test_shared_files_that_are_not_chinese() -> None:
    """None of the files in other languages is claimed to be Chinese."""
    for line in gzip.decompress((SHARED / "not_chinese.jsonl.gz").read_bytes()).splitlines():
        import base64

        row = json.loads(line)
        assert detect(base64.b64decode(row["b64"])).encoding not in CHINESE, row["path"]


BOARD = "版上的朋友們，這家店的拉面（ラーメン）♥很好吃，价格也不贵，門口還有人寫着「营业中」。\n"


def test_big5_uao_is_told_from_hkscs() -> None:
    """Text of Taiwan's bulletin boards, with Simplified characters and hearts in it, is named and read as Big5-UAO."""
    data = BOARD.encode("big5-uao")
    found = detect(data)
    assert found.encoding == "big5_uao"
    assert decode(data).text == BOARD
    assert to_bytes(decode(data)) == data
    assert detect(data, candidates=["big5"]).encoding == "big5_uao"


def test_hong_kong_text_stays_hkscs() -> None:
    """Cantonese in HKSCS uses the same rows, and stays HKSCS; what both read alike is called Big5-HKSCS."""
    text = "佢哋喺茶餐廳嗌咗兩杯凍檸茶，話嗰啲菠蘿包啱啱出爐，唔好畀佢凍咗㗎。"
    assert detect(text.encode("big5hkscs")).encoding == "big5hkscs"
    assert detect("這家店的湯麵很好吃".encode("big5-uao")).encoding == "big5hkscs"


def test_what_a_page_repeats_is_one_piece_of_evidence() -> None:
    """A rare name in the title and again in the text reads as it does when it stands once."""
    page = "<html><title>{0}</title><p>{0}<br>{0}</p>".format("許氏三姊")
    assert detect(page.encode("big5")).encoding == "big5hkscs"
