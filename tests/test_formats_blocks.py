"""Large documents: done block by block they come out as if done whole, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest
from normalize.formats import FormatError, Options, rewrite
from normalize.formats.blocks import large
from normalize.pipeline import Normalizer

TAIWAN = Normalizer(target="zh-Hant-TW")
LINES = "图书馆的阅览室在三楼，报纸放在门口。\n发展关键业务，头发很长。\n\n中文字\n" * 40
ROWS = '{"id": "软", "text": "图书馆的阅览室在三楼"}\n{"text": "发展\n{"text": "头发"}\n' * 40


def blocks(path: Path, size: int, options: Options = Options()) -> bytes:  # noqa: B008 - it is frozen
    found = large(path, path.name, size, options)
    assert found is not None
    return b"".join(found.rewritten(TAIWAN, lambda result: None))


@pytest.mark.parametrize("size", [1000, 1001, 4099, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32-le"])
def test_blocks_of_any_size_give_what_the_whole_gives(tmp_path: Path, size: int, encoding: str) -> None:
    """Lines are never divided, in any encoding."""
    path = tmp_path / "a.txt"
    path.write_bytes(LINES.encode(encoding))
    assert blocks(path, size) == rewrite(path.read_bytes(), path.name, TAIWAN).data


def test_blocks_are_read_in_the_encoding_that_is_named(tmp_path: Path) -> None:
    """As documents that are read whole are, whatever their bytes look like."""
    path = tmp_path / "a.txt"
    path.write_bytes(LINES.encode("gb18030"))
    named = Normalizer(target=None, repair=False, encoding="cp1252")
    found = large(path, path.name, 1000, Options(), "cp1252")
    assert found is not None
    done = b"".join(found.rewritten(named, lambda result: None))
    assert done == rewrite(path.read_bytes(), path.name, named).data != LINES.encode()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_rows_are_unpacked_and_packed_in_blocks(tmp_path: Path, pack: object) -> None:
    """Rows that are no JSON stay; the output is a whole file of the same kind."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(pack(ROWS.encode()))  # type: ignore[operator]
    unpack = {"gzip": gzip, "bz2": bz2, "lzma": lzma}[pack.__module__]  # type: ignore[attr-defined]
    expected = rewrite(ROWS.encode(), "a.jsonl", TAIWAN, Options(fields=("text",))).data
    assert unpack.decompress(blocks(path, 500, Options(fields=("text",)))) == expected


def test_an_endless_line_is_divided_where_text_allows_it(tmp_path: Path) -> None:
    """Text without line ends is cut behind a sentence or a character; a row of that length is an error."""
    path = tmp_path / "a.txt"
    for sentence in ("图书馆在三楼。", "图书馆"):
        path.write_text(sentence * 500, "utf-8")
        assert blocks(path, 1000).decode() == TAIWAN.normalize(sentence) * 500
    rows = tmp_path / "a.jsonl"
    rows.write_text('{"text": "a"}\n{"text": "' + "长" * 2000 + '"}\n', "utf-8")
    with pytest.raises(FormatError, match="line of more than"):
        blocks(rows, 1000)


def test_formats_that_cannot_be_divided_are_read_whole(tmp_path: Path) -> None:
    """A page has its end; binary data has no lines."""
    for name, data in (("a.html", b"<p>" * 900), ("a.bin", bytes(range(256)) * 20), ("a.txt", "中文".encode("utf-7"))):
        (tmp_path / name).write_bytes(data)
        assert name == "a.txt" or large(tmp_path / name, name, 1000, Options()) is None


def test_large_documents_of_a_folder_are_done_in_blocks(tmp_path: Path) -> None:
    """A file above the limit of size is done if it can be divided; one without changes keeps its bytes."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text(LINES, "utf-8")
    (source / "b.jsonl.gz").write_bytes(gzip.compress(ROWS.encode()))
    (source / "c.txt.gz").write_bytes(gzip.compress("圖書館的閱覽室在三樓。\n".encode() * 500, 1))
    (source / "d.html").write_text(f"<p>{LINES}", "utf-8")
    (source / "e.txt.gz").write_bytes(gzip.compress(bytes(1 << 22) + b"\n"))
    output = tmp_path / "out"
    job = Job(source, output, Config(target="zh-Hant-TW"), limits=Limits(size=1000, block=60))
    run(job)
    found = Manifest(output).read()
    assert [found[name].status for name in sorted(found)][:4] == ["ok", "ok", "unchanged", "failed"]
    assert (output / "a.txt").read_bytes() == rewrite(LINES.encode(), "a.txt", TAIWAN).data
    assert found["b.jsonl.gz"].format == "gz/jsonl"
    assert (output / "c.txt.gz").read_bytes() == (source / "c.txt.gz").read_bytes()
    assert found["e.txt.gz"].status in ("failed", "skipped")
    assert not (output / "e.txt.gz").exists()
    again = run(job)
    assert again.statuses == {"ok": 2, "unchanged": 1, "failed": 2} or found["e.txt.gz"].status == "skipped"


MEASURE = """
import re, sys
from pathlib import Path
from normalize.config import Config
from normalize.corpus.batch import Job, run
run(Job(Path(sys.argv[1]), Path(sys.argv[2]), Config(target="zh-Hant")))
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten megabytes of rows, packed into one, need less than 300 MB."""
    source = tmp_path / "in"
    source.mkdir()
    row = '{"text": "' + "图书馆的阅览室在三楼，报纸放在门口。" * 100 + '"}\n'
    with gzip.open(source / "a.jsonl.gz", "wt", encoding="utf-8", compresslevel=1) as file:
        for number in range(2000):
            file.write(f'{{"id": {number * 7919}}}\n{row}')
    options = [sys.executable, "-c", MEASURE, str(source), str(tmp_path / "out")]
    done = subprocess.run(options, capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < 300
