"""Web archives: pages done record by record; what does not change keeps its bytes; a bad record costs no other."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import lzma
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import Config, Normalizer
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest
from normalize.formats import FormatError, Options, rewrite
from normalize.formats.blocks import large
from normalize.formats.warc_reader import Content
from normalize.result import Result

TAIWAN = Normalizer(target="zh-Hant-TW")
HANS, HANT = "图书馆的阅览室在三楼，报纸放在门口。", "圖書館的閱覽室在三樓，報紙放在門口。"


def digest(data: bytes, name: str = "sha1") -> str:
    raw = hashlib.new(name, data).digest()
    return f"{name}:{base64.b32encode(raw).decode() if name == 'sha1' else raw.hex()}"


def record(kind: str, media: str, block: bytes, uri: str = "https://example.org/", **fields: str) -> bytes:
    lines = {"WARC-Type": kind, "WARC-Target-URI": uri, "Content-Type": media, **fields}
    lines = {name.replace("_", "-"): value for name, value in lines.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, "Content-Length": str(len(block))}.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def response(body: bytes, *fields: str, uri: str = "https://example.org/", name: str = "sha1", **more: str) -> bytes:
    """Return the record of an HTTP response with lengths and digests."""
    block = "\r\n".join(["HTTP/1.1 200 OK", *fields, "", ""]).encode() + body
    digests = {"WARC_Block_Digest": digest(block, name), "WARC_Payload_Digest": digest(body, name)}
    return record("response", "application/http; msgtype=response", block, uri, **{**digests, **more})


def page(text: str, charset: str = "utf-8") -> bytes:
    return f'<html><head><meta charset="{charset}"><title>{text}</title><p>{text}</html>'.encode(charset)


def sent(body: bytes, media: str = "text/html; charset=utf-8", **more: str) -> bytes:
    return response(body, "Server: x", f"Content-Type: {media}", f"Content-Length: {len(body)}", **more)


INFO = record("warcinfo", "application/warc-fields", b"software: a crawler\r\n", "")
PICTURE = response(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Content-Type: image/png")
REQUEST = record("request", "application/http; msgtype=request", "GET /软件 HTTP/1.1\r\n\r\n".encode())
WET = record("conversion", "text/plain", HANS.encode(), WARC_Block_Digest=digest(HANS.encode()))
WET_DONE = record("conversion", "text/plain", HANT.encode(), WARC_Block_Digest=digest(HANT.encode()))
CLEAN = sent(page(HANT))
BEFORE = [INFO, REQUEST, sent(page(HANS)), PICTURE, CLEAN, WET]
AFTER = [INFO, REQUEST, sent(page(HANT)), PICTURE, CLEAN, WET_DONE]


def members(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(item, mtime=7) for item in records)


def single(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return each gzip member, as it is and unpacked."""
    found = []
    while data:
        packer = zlib.decompressobj(31)
        content = packer.decompress(data)
        found.append((data[: len(data) - len(packer.unused_data)], content))
        data = packer.unused_data
    return found


def in_blocks(tmp_path: Path, data: bytes, options: Options = Options()) -> tuple[bytes, list[str]]:  # noqa: B008
    """Return what comes out when the archive is read from a file, and what was left."""
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    blocks = large(path, path.name, 1000, options)
    assert blocks is not None
    return b"".join(blocks.rewritten(TAIWAN, lambda result: None)), blocks.left


def test_pages_change_and_all_other_records_keep_their_bytes(tmp_path: Path) -> None:
    """The lengths and digests of those that change are right."""
    done = rewrite(b"".join(BEFORE), "a.warc", TAIWAN)
    assert done.data == b"".join(AFTER)
    assert (done.format, done.encoding, done.left) == ("warc", "utf-8", ())
    assert in_blocks(tmp_path, b"".join(BEFORE)) == (b"".join(AFTER), [])


def test_gzip_members_without_changes_keep_their_bytes(tmp_path: Path) -> None:
    """Each record has its own, and those packed anew keep their time."""
    before = members(BEFORE)
    done = rewrite(before, "a.warc.gz", TAIWAN)
    assert done.format == "gz/warc"
    pairs = list(zip(single(before), single(done.data), strict=True))
    assert [content for _, (_, content) in pairs] == AFTER
    assert [old == new for (old, _), (new, _) in pairs] == [True, True, False, True, True, False]
    assert all(new[:8] == old[:8] for (old, _), (new, _) in pairs)
    assert in_blocks(tmp_path, before) == (done.data, [])


def test_an_archive_that_is_one_gzip_member_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is larger than what is kept in memory."""
    before = gzip.compress(b"".join(BEFORE * 4))
    for kept in (1 << 24, 600, 1):
        monkeypatch.setattr("normalize.formats.warc._KEPT", kept)
        out, left = in_blocks(tmp_path, before)
        if kept > 1:
            assert gzip.decompress(out) == b"".join(AFTER * 4)
            assert left == []
        else:
            # The first record alone was too large to wait for others behind it.
            assert out == before
            assert left[0].startswith("record 3 (https://example.org/): is packed together with a large one")


def test_without_changes_the_bytes_are_the_same() -> None:
    """Packed or not, whatever the packer."""
    clean = [INFO, CLEAN, PICTURE, WET_DONE]
    for data in (b"".join(clean), members(clean), gzip.compress(b"".join(clean), 1)):
        assert rewrite(data, "a", TAIWAN).data == data


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%X;a=b\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5"])
@pytest.mark.parametrize("of_chunks", [True, False])
def test_bodies_that_are_packed_or_in_chunks_stay_so(name: str, of_chunks: bool) -> None:
    """Digests keep their kind, and are of the body with its chunks or without them, as they were."""
    packed = gzip.compress(page(HANS), mtime=0)
    body = chunked(packed, 50)
    payload = digest(body if of_chunks else packed, name)
    fields = ("Content-Type: text/html", "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    done = rewrite(response(body, *fields, name=name, WARC_Payload_Digest=payload), "a.warc", TAIWAN).data
    head, block = done.split(b"\r\n\r\n", 1)
    http, rest = block.split(b"\r\n\r\n", 1)
    after = rest.removesuffix(b"\r\n\r\n")
    size, _, chunk = after.partition(b"\r\n")
    new = chunk[: int(size, 16)]
    assert gzip.decompress(new) == page(HANT)
    assert chunk[len(new) :] == b"\r\n0\r\n\r\n"
    lines = head.decode().split("\r\n")
    assert f"WARC-Payload-Digest: {digest(after if of_chunks else new, name)}" in lines
    whole = http + b"\r\n\r\n" + after
    assert f"WARC-Block-Digest: {digest(whole, name)}" in lines
    assert f"Content-Length: {len(whole)}" in lines


def test_the_encoding_is_named_where_the_server_named_it() -> None:
    """In the page and in the header of the message."""
    before = sent(page(HANS, "gbk"), "text/html; charset=GBK")
    after = sent(page(HANT), "text/html; charset=utf-8")
    done = rewrite(before, "a.warc", TAIWAN)
    assert done.data == after
    assert done.encoding in ("gbk", "gb18030")
    assert rewrite(done.data, "a.warc", TAIWAN).data == after


def test_what_the_crawler_found_counts_where_the_server_says_nothing() -> None:
    """A page without a media type is one."""
    before = response(page(HANS), WARC_Identified_Payload_Type="text/html")
    assert rewrite(before, "a.warc", TAIWAN).data == response(page(HANT), WARC_Identified_Payload_Type="text/html")


def test_a_field_of_packing_that_is_not_true_is_known() -> None:
    """Some crawlers unpack the body and keep the header."""
    fields = ("Content-Type: text/html", "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    assert rewrite(response(page(HANS), *fields), "a", TAIWAN).data == response(page(HANT), *fields)


BAD: dict[str, tuple[bytes, str]] = {
    "no length": (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + page(HANS) + b"\r\n\r\n", "does not say how long it is"),
    "too short a length": (WET.replace(b"Length: 54", b"Length: 30"), "gives a wrong length"),
    "no message": (record("response", "application/http", page(HANS)), "is said to be an HTTP response, and is none"),
    "packing unknown": (
        response(b"\xce\xb2", "Content-Type: text/html", "Content-Encoding: br"),
        "is packed in a way that is not known (br)",
    ),
    "packing damaged": (
        response(gzip.compress(page(HANS))[:-9], "Content-Type: text/html", "Content-Encoding: gzip"),
        "cannot be unpacked (gzip): it is cut off",
    ),
    "chunks damaged": (
        response(chunked(page(HANS), 9)[:40], "Content-Type: text/html", "Transfer-Encoding: chunked"),
        "is said to come in chunks, and does not",
    ),
    "digest unknown": (
        record("conversion", "text/plain", HANS.encode(), WARC_Block_Digest="tiger:AAAA"),
        "has a digest that cannot be made anew (tiger)",
    ),
    "garbage": ("不是记录\r\n".encode() * 3, "does not begin as a record does"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("packed", [False, True])
def test_a_bad_record_stays_and_costs_no_other(name: str, packed: bool) -> None:
    """It is named; those before and behind it are done."""
    bad, sentence = BAD[name]
    before = [INFO, WET, bad, WET, CLEAN]
    after = [INFO, WET_DONE, bad, WET_DONE, CLEAN]
    done = rewrite(members(before) if packed else b"".join(before), "a.warc", TAIWAN)
    content = [item for _, item in single(done.data)] if packed else [done.data]
    assert b"".join(content) == b"".join(after)
    (left,) = done.left
    assert left.startswith("record 3")
    assert left.endswith("; it stays as it is")
    assert sentence in left


@pytest.mark.parametrize("place", [0, 3, 12, 200])
def test_a_damaged_member_stays_and_costs_no_other(tmp_path: Path, place: int) -> None:
    """Reading goes on with the next member that begins with a record."""
    noise = record("resource", "text/plain", bytes(range(256)) * 20)
    packed = [gzip.compress(item, mtime=0) for item in (INFO, noise, WET, WET)]
    damaged = bytearray(packed[1])
    if place:
        damaged[place : place + 5] = b"\xff\xff\xff\xff\xff"
    else:
        del damaged[-30:]
    data = packed[0] + bytes(damaged) + packed[2] + packed[3]
    for out, left in (in_blocks(tmp_path, data), (rewrite(data, "a.gz", TAIWAN).data, None)):
        assert out.startswith(packed[0] + bytes(damaged))
        rest = out[len(packed[0]) + len(damaged) :]
        assert [content for _, content in single(rest)] == [WET_DONE, WET_DONE]
        assert left is None or "cannot be unpacked" in left[0]


def test_an_archive_cut_off_anywhere_loses_nothing() -> None:
    """What is whole is done, the rest stays."""
    whole, packed = b"".join([WET, CLEAN]), members([WET, CLEAN])
    for end in range(0, len(whole), 23):
        done = rewrite(whole[:end], "a.warc", TAIWAN).data
        assert done in (whole[:end], WET_DONE + whole[len(WET) : end])
    for end in range(0, len(packed), 11):
        if end > 100:
            done = rewrite(packed[:end], "a.warc.gz", TAIWAN).data
            first = len(gzip.compress(WET))
            assert done == packed[:end] or done.endswith(packed[first:end])


def test_large_records_go_by_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They keep their bytes, and a page among them is named."""
    monkeypatch.setattr("normalize.formats.warc._KEPT", 1000)
    video = record("response", "application/http", b"HTTP/1.1 200 OK\r\n\r\n" + bytes(range(256)) * 999)
    large_page = record("resource", "text/html", page(HANS * 500))
    for data in (b"".join([INFO, video, large_page, WET]), members([INFO, video, large_page, WET])):
        out, left = in_blocks(tmp_path, data, Options(largest=9000))
        assert left == ["record 3 (https://example.org/): is too large; see --max-size; it stays as it is"]
        is_packed = data.startswith(b"\x1f")
        content = b"".join(item for _, item in single(out)) if is_packed else out
        assert content == b"".join([INFO, video, large_page, WET_DONE])
        if is_packed:
            assert [old[0] == new[0] for old, new in zip(single(data), single(out), strict=True)] == [1, 1, 1, 0]


def test_a_bomb_is_refused() -> None:
    """As in other compressed files."""
    bomb = gzip.compress(record("resource", "image/x", bytes(1 << 24)))
    with pytest.raises(FormatError, match="bomb"):
        rewrite(bomb, "a.warc.gz", TAIWAN)


def test_the_manifest_tells_of_lengths_digests_and_bad_records(tmp_path: Path) -> None:
    """By rule; a second run has nothing to do, and one over the output finds nothing."""
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "a.warc.gz").write_bytes(members([*BEFORE, BAD["packing unknown"][0]]))
    (source / "b.warc").write_bytes(b"".join(AFTER))
    (source / "c.warc.xz").write_bytes(lzma.compress(b"".join(BEFORE) * 3))
    job = Job(source, output, Config(target="zh-Hant-TW"), limits=Limits(block=100))
    run(job)
    found = Manifest(output).read()
    assert found["a.warc.gz"].format == "gz/warc"
    assert found["a.warc.gz"].rules["formats.digest"] == 3
    assert "(br)" in found["a.warc.gz"].error
    assert found["b.warc"].status == "unchanged"
    assert (output / "b.warc").read_bytes() == b"".join(AFTER)
    assert found["c.warc.xz"].format == "xz/warc"
    again = tmp_path / "again"
    run(Job(output, again, Config(target="zh-Hant-TW")))
    assert {record.status for record in Manifest(again).read().values()} == {"unchanged"}


def test_who_visits_hears_of_each_page_by_its_address() -> None:
    """And of what became of the headers."""

    class Visitor:
        def __init__(self, name: str = "") -> None:
            self.name = name

        def __call__(self, result: Result) -> None:
            seen[self.name] += 1

        def within(self, name: str) -> Visitor:
            return Visitor(name)

    seen: Counter[str] = Counter()
    rewrite(b"".join(BEFORE), "a.warc", TAIWAN, visit=Visitor())
    assert seen == {"https://example.org/": 5}


def test_a_text_about_archives_is_text() -> None:
    """The first line alone tells nothing."""
    assert rewrite("WARC/1.0\r\n软件".encode(), "a.txt", TAIWAN).data.decode() == "WARC/1.0\r\n軟件"


@given(st.lists(st.binary(max_size=9), max_size=6), st.lists(st.integers(0, 12), max_size=12))
def test_content_is_read_in_order_whatever_the_pieces(parts: list[bytes], steps: list[int]) -> None:
    """Looking ahead moves nothing; lines end where they end."""
    whole = b"".join(parts)
    queue = [part for part in parts if part]

    def read(size: int) -> bytes:
        if not queue:
            return b""
        piece, rest = queue[0][:size], queue[0][size:]
        queue[:1] = [rest] if rest else []
        return piece

    content = Content(read)
    plain = io.BytesIO(whole)
    for step in steps:
        position = plain.tell()
        assert content.peek(step) == plain.read(step)
        plain.seek(position)
        assert (content.read(step) if step % 2 else content.line(step)) == (
            plain.read(step) if step % 2 else plain.readline(step)
        )


def test_warcio_reads_what_is_written_and_finds_the_digests_right(tmp_path: Path) -> None:
    """The reference reader agrees on every record."""
    pytest.importorskip("warcio")
    from warcio.archiveiterator import ArchiveIterator

    fields = ("Content-Type: text/html", "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    packed = response(chunked(gzip.compress(page(HANS), mtime=0), 40), *fields)
    for data in (members([*BEFORE, packed]), b"".join([*BEFORE, packed])):
        done = rewrite(data, "a.warc", TAIWAN).data
        texts: list[Any] = []
        for item in ArchiveIterator(io.BytesIO(done), check_digests="raise"):
            texts.append(item.content_stream().read())
        assert texts[-1] == texts[2] == page(HANT)
        assert texts[5] == HANT.encode()
        assert len(texts) == 7


@given(st.data())
def test_damage_anywhere_costs_no_more_than_a_record(data: st.DataObject) -> None:
    """Members on both sides of it are done; without members at least the records before it."""
    middle = [record("resource", "text/html", page(HANS), WARC_Block_Digest="sha1:A"), PICTURE]
    chosen = data.draw(st.sampled_from(middle))
    at, length = data.draw(st.integers(0, len(chosen))), data.draw(st.integers(0, 40))
    damaged = chosen[:at] + data.draw(st.binary(max_size=12)) + chosen[at + length :]
    packed = rewrite(members([WET, damaged, WET]), "a.gz", TAIWAN).data
    contents = [content for _, content in single(packed)]
    assert (contents[0], contents[-1]) == (WET_DONE, WET_DONE)
    plain = rewrite(WET + damaged + b"\r\n" + WET, "a", TAIWAN).data
    assert plain.startswith(WET_DONE)
