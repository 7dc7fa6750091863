"""Compressed files and archives: the text in them is edited, everything else about them stays."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable

import pytest

from normalize.formats import FormatError, Options, rewrite
from normalize.formats.compressed import method_of
from normalize.pipeline import Normalizer

TAIWAN = Normalizer(target="zh-Hant-TW")
SIMPLIFIED = "图书馆的阅览室在三楼，报纸放在门口。\n"
TRADITIONAL = "圖書館的閱覽室在三樓，報紙放在門口。\n"
Entry = tuple[str, str | bytes]

WORD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<w:document xmlns:w="urn:w"><w:body>'
    '<w:p w:rsid="发"><w:r><w:t>发</w:t></w:r>'
    '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">展，头</w:t></w:r></w:p><w:p><w:r><w:t>发</w:t></w:r>'
    "<w:r><w:instrText>软件</w:instrText></w:r></w:p></w:body></w:document>"
)
DOCUMENTS: dict[str, tuple[list[Entry], str, str, str]] = {
    "docx": (
        [("[Content_Types].xml", "<Types/>"), ("word/document.xml", WORD), ("word/styles.xml", "<a>软件</a>")],
        "word/document.xml",
        "<w:t>发</w:t></w:r><w:r><w:rPr>",
        "<w:t>發</w:t></w:r><w:r><w:rPr>",
    ),
    "xlsx": (
        [
            ("xl/workbook.xml", '<workbook><sheet name="软件"/></workbook>'),
            ("xl/sharedStrings.xml", "<sst><si><t>软件</t></si><si><r><t>发</t></r><r><t>展</t></r></si></sst>"),
            ("xl/worksheets/sheet1.xml", '<c t="str"><f>"软件"</f><v>1</v></c>'),
        ],
        "xl/sharedStrings.xml",
        "<t>发</t></r><r><t>展</t>",
        "<t>發</t></r><r><t>展</t>",
    ),
    "pptx": (
        [
            ("ppt/presentation.xml", "<p/>"),
            ("ppt/slides/slide1.xml", "<a:p><a:r><a:t>软件 &amp; 关键</a:t></a:r></a:p>"),
        ],
        "ppt/slides/slide1.xml",
        "软件 &amp; 关键",
        "軟件 &amp; 關鍵",
    ),
    "epub": (
        [
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", "<container/>"),
            ("OEBPS/a.xhtml", '<?xml version="1.0" encoding="utf-8"?><html><p class="软">软<i>件</i></p></html>'),
            ("OEBPS/b.opf", "<metadata><dc:title>软件</dc:title><dc:language>zh-CN</dc:language></metadata>"),
        ],
        "OEBPS/a.xhtml",
        "软<i>件</i>",
        "軟<i>件</i>",
    ),
    "odf": (
        [
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("content.xml", '<text><text:p text:style-name="软">发<text:span>展</text:span></text:p></text>'),
        ],
        "content.xml",
        "发<text:span>展",
        "發<text:span>展",
    ),
}  # fmt: skip


def archive(entries: list[Entry], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """Return a zip archive with odd dates and attributes, its first member stored."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for index, (name, content) in enumerate(entries):
            info = zipfile.ZipInfo(name, (1999, 3, index + 1, 10, 20, 30))
            info.compress_type = method if index else zipfile.ZIP_STORED
            info.external_attr = 0o100640 << 16
            file.writestr(info, content)
        file.comment = comment
    return buffer.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {info.filename: file.read(info) for info in file.infolist()}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_that_are_archives_are_edited_in_place(kind: str) -> None:
    """Words that markup divides are one word; parts, order, dates, methods and the other parts' bytes stay."""
    entries, part, before, after = DOCUMENTS[kind]
    data = archive(entries)
    done = rewrite(data, "document", TAIWAN)
    assert done.format == kind
    old, new = contents(data), contents(done.data)
    assert list(new) == list(old)
    assert new[part].decode() == old[part].decode().replace(before, after).replace("软件<", "軟件<").replace(
        "展，头</w:t></w:r></w:p><w:p><w:r><w:t>发", "展，頭</w:t></w:r></w:p><w:p><w:r><w:t>發"
    ).replace("<w:instrText>軟件", "<w:instrText>软件")
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(done.data)) as other:
        for a, b in zip(one.infolist(), other.infolist(), strict=True):
            assert (a.date_time, a.compress_type, a.external_attr) == (b.date_time, b.compress_type, b.external_attr)
    assert all(new[name] == old[name] for name, _ in entries if name.endswith(("styles.xml", "mimetype", "sheet1.xml")))
    assert rewrite(done.data, "document", TAIWAN).data == done.data


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("name", PACKERS)
def test_compressed_documents_are_edited_and_packed_again(name: str) -> None:
    """The name inside decides the format; nothing to change gives the same bytes."""
    pack = PACKERS[name]
    data = pack(f'{{"text": "{SIMPLIFIED.strip()}", "id": "软"}}\n'.encode())
    done = rewrite(data, f"rows.jsonl.{name}", TAIWAN, Options(fields=("text",)))
    method = method_of(done.data)
    assert done.format == f"{name}/jsonl"
    assert method is not None
    assert method.open(io.BytesIO(done.data)).read().decode() == f'{{"text": "{TRADITIONAL.strip()}", "id": "软"}}\n'
    assert rewrite(done.data, f"rows.jsonl.{name}", TAIWAN, Options(fields=("text",))).data == done.data


def test_gzip_keeps_time_and_name() -> None:
    """What the header says of the file stays."""
    buffer = io.BytesIO()
    with gzip.GzipFile("name.txt", "wb", fileobj=buffer, mtime=86400) as file:
        file.write(SIMPLIFIED.encode())
    done = rewrite(buffer.getvalue(), "a.gz", TAIWAN).data
    assert done[3:10] == buffer.getvalue()[3:10]
    assert b"name.txt\0" in done[:20]
    with gzip.GzipFile(fileobj=io.BytesIO(done)) as file:
        assert file.read().decode() == TRADITIONAL
        assert file.mtime == 86400


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archives_of_files_are_edited_member_by_member(method: int) -> None:
    """Text is normalised, pictures and broken members keep their bytes, the comment stays."""
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
    entries: list[Entry] = [
        ("p.png", picture),
        ("a.txt", SIMPLIFIED),
        ("d/", b""),
        ("d/b.txt", SIMPLIFIED.encode("gbk")),
        ("c.txt.gz", gzip.compress(SIMPLIFIED.encode())),
    ]
    data = archive(entries, method, comment="软件".encode())
    done = rewrite(data, "a.zip", TAIWAN)
    new = contents(done.data)
    assert new["p.png"] == picture
    assert new["a.txt"].decode() == new["d/b.txt"].decode() == TRADITIONAL
    assert gzip.decompress(new["c.txt.gz"]).decode() == TRADITIONAL
    assert zipfile.ZipFile(io.BytesIO(done.data)).comment == "软件".encode()
    assert rewrite(done.data, "a.zip", TAIWAN).data == done.data


def _legacy(names: list[bytes]) -> bytes:
    """Return an archive whose names are not UTF-8 and not marked as such."""
    data = archive([(f"{'x' * (len(name) - 1)}{index}", SIMPLIFIED) for index, name in enumerate(names)])
    for index, name in enumerate(names):
        data = data.replace(b"x" * (len(name) - 1) + str(index).encode(), name)
    return data


def test_names_of_members_are_decoded_and_converted_when_asked() -> None:
    """GBK names without the flag stay as they are, or become UTF-8 in the target's script; no two become one."""
    names = ["软件说明.txt", "图书馆的报纸.txt"]
    data = _legacy([name.encode("gbk") for name in names])
    with zipfile.ZipFile(io.BytesIO(rewrite(data, "a.zip", TAIWAN).data)) as file:
        assert [info.orig_filename.encode("cp437").decode("gbk") for info in file.infolist()] == names
    done = rewrite(data, "a.zip", TAIWAN, Options(names=True)).data
    assert list(contents(done)) == ["軟件說明.txt", "圖書館的報紙.txt"]
    clash = archive([("发.txt", "发"), ("發.txt", "發")])
    assert set(contents(rewrite(clash, "a.zip", TAIWAN, Options(names=True)).data)) == {"发.txt", "發.txt"}


def test_bombs_are_refused_with_a_sentence() -> None:
    """A file that unpacks to too much is not unpacked, alone, in an archive, or packed again and again."""
    options = Options(most=1 << 22)
    bomb = gzip.compress(bytes(1 << 23))
    with pytest.raises(FormatError, match="bomb"):
        rewrite(bomb, "a.gz", TAIWAN, options)
    with pytest.raises(FormatError, match="bomb"):
        rewrite(archive([("x", "x"), ("a.txt", bytes(1 << 23))]), "a.zip", TAIWAN, options)
    many = archive([(f"{number}.txt", bytes(1 << 21)) for number in range(4)])
    with pytest.raises(FormatError, match="bomb"):
        rewrite(many, "a.zip", TAIWAN, options)
    nested = b"x"
    for _ in range(6):
        nested = gzip.compress(nested)
    with pytest.raises(FormatError, match="too deep"):
        rewrite(nested, "a.gz", TAIWAN)


def test_members_that_lead_out_are_left_and_named() -> None:
    """`../` and absolute names are not read; the other members are done."""
    done = rewrite(archive([("../a.txt", SIMPLIFIED), ("/b.txt", SIMPLIFIED), ("c.txt", SIMPLIFIED)]), "a.zip", TAIWAN)
    assert [note.partition(":")[0] for note in done.left] == ["../a.txt", "/b.txt"]
    assert contents(done.data)["c.txt"].decode() == TRADITIONAL
    assert contents(done.data)["../a.txt"].decode() == SIMPLIFIED


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(SIMPLIFIED.encode() * 50, mtime=0)[:-20],
        gzip.compress(SIMPLIFIED.encode(), mtime=0)[:-5] + b"\0" * 5,
        bz2.compress(SIMPLIFIED.encode())[:-9],
        lzma.compress(SIMPLIFIED.encode())[:-9],
        archive([("x", "x"), ("a.txt", SIMPLIFIED)])[:-30],
        b"PK\x03\x04" + bytes(100),
        struct.pack("<4sH", b"PK\x05\x06", 1),
    ],
)
def test_damaged_archives_are_refused_with_a_sentence(data: bytes) -> None:
    """Nothing half read is written."""
    with pytest.raises(FormatError, match=r"unpacked|archive"):
        rewrite(data, "a.bin", TAIWAN)


def test_a_damaged_member_costs_that_member() -> None:
    """A checksum that does not fit is named, and the member keeps its bytes."""
    data = archive([("x", "x"), ("a.txt", SIMPLIFIED), ("b.txt", SIMPLIFIED)], zipfile.ZIP_STORED)
    at = data.index(SIMPLIFIED.encode())
    damaged = data[:at] + b"?" + data[at + 1 :]
    done = rewrite(damaged, "a.zip", TAIWAN)
    assert [note.partition(":")[0] for note in done.left] == ["a.txt"]
    assert TRADITIONAL.encode() in done.data
    assert damaged[at : at + 20] in done.data
