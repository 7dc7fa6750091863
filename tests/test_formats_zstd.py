"""Zstandard: read whole, packed again as a frame of its kind, refused when damaged, cut off or a bomb."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from normalize import Config, Normalizer
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest, Record
from normalize.formats import FormatError, compressed, rewrite

try:
    zstd: Any = compressed._zstandard()
except FormatError as missing:
    pytest.skip(str(missing), allow_module_level=True)

TAIWAN = Normalizer(target="zh-Hant-TW")
HANS, HANT = "图书馆的阅览室在三楼。\n", "圖書館的閱覽室在三樓。\n"


def packed(text: str, **options: int) -> bytes:
    chosen = {getattr(zstd.CompressionParameter, name): value for name, value in options.items()}
    data: bytes = zstd.compress(text.encode(), options=chosen)
    return data


def folder_job(tmp_path: Path, limits: Limits, **files: bytes) -> dict[str, Record]:
    source = tmp_path / "in"
    source.mkdir()
    for name, data in files.items():
        (source / f"{name}.txt.zst").write_bytes(data)
    run(Job(source, tmp_path / "out", Config(target="zh-Hant-TW"), limits=limits))
    return {name.partition(".")[0]: record for name, record in Manifest(tmp_path / "out").read().items()}


@pytest.mark.parametrize("checksum", [0, 1])
def test_the_content_is_done_and_packed_again(checksum: int) -> None:
    """Several frames are one text; a checksum is kept; without changes the bytes are the same."""
    data = packed(HANS, checksum_flag=checksum) + packed(HANS, checksum_flag=checksum)
    done = rewrite(data, "a.txt.zst", TAIWAN)
    assert done.format == "zst/text"
    assert zstd.decompress(done.data).decode() == HANT * 2
    assert done.data[4] >> 2 & 1 == checksum
    clean = packed(HANT, checksum_flag=checksum)
    assert rewrite(clean, "a.txt.zst", TAIWAN).data == clean


def test_large_files_are_done_in_blocks(tmp_path: Path) -> None:
    """The size that counts is that of the content, block by block."""
    many = packed("".join(f"{number} {HANS}" for number in range(3000)), checksum_flag=1)
    clean = packed(HANT * 3000) + packed(HANT)
    found = folder_job(tmp_path, Limits(size=1000, block=500), many=many, clean=clean)
    assert (found["many"].status, found["many"].format) == ("ok", "zst/text")
    written = (tmp_path / "out" / "many.txt.zst").read_bytes()
    assert zstd.decompress(written).decode() == "".join(f"{number} {HANT}" for number in range(3000))
    assert written[4] >> 2 & 1 == 1
    assert found["clean"].status == "unchanged"
    assert (tmp_path / "out" / "clean.txt.zst").read_bytes() == clean


def test_what_is_damaged_cut_off_or_a_bomb_is_a_record(tmp_path: Path) -> None:
    """Nothing of it is written."""
    data = packed("".join(f"{number} {HANS}" for number in range(3000)), checksum_flag=1)
    files = {
        "cut": data[:-3],
        "damaged": data[: len(data) // 2] + bytes(40) + data[len(data) // 2 + 40 :],
        "bomb": packed("\n" * (1 << 25)),
        "frame": packed(HANS) + data[:100],
    }
    for name, content in files.items():
        with pytest.raises(FormatError, match="bomb" if name == "bomb" else "cannot be unpacked"):
            rewrite(content, f"{name}.txt.zst", TAIWAN)
    found = folder_job(tmp_path, Limits(block=500), **files)
    assert {record.status for record in found.values()} == {"failed"}
    assert not list((tmp_path / "out").glob("*.zst"))


def test_without_the_package_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    """The document is a record."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt.zst").write_bytes(packed(HANS))
    code = (
        "import sys; sys.modules['backports.zstd'] = sys.modules['compression.zstd'] = None\n"
        "from pathlib import Path; from normalize.config import Config\n"
        "from normalize.corpus.batch import Job, run\n"
        "print(run(Job(Path(sys.argv[1]), Path(sys.argv[2]), Config())).troubles[0].error)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "in"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "pip install 'zh-normalize[zstd]'" in done.stdout
