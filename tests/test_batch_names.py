"""Names converted with the texts: each a name, no two the same, and all of them in the manifest."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from command import run as command
from hypothesis import given
from hypothesis import strategies as st

from normalize.config import Config
from normalize.corpus.batch import Job, run
from normalize.corpus.manifest import Manifest
from normalize.corpus.names import Names
from normalize.corpus.plan import find_documents
from normalize.formats import Options
from normalize.pipeline import Normalizer

TAIWAN = Names(Normalizer(target="zh-Hant-TW"))


def job_of(source: Path, names: bool = True, **options: object) -> Job:
    target = source.parent / "out"
    return Job(source, target, Config(target="zh-Hant-TW"), options=Options(names=names), **options)  # type: ignore[arg-type]


def written(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found} - {".normalize/manifest.jsonl"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with names in both scripts, some of which would become others."""
    folder = tmp_path / "in"
    for name in ("软件/说明.txt", "软件/說明.txt", "头发/关于.txt", "頭髮/关于.txt", "a.txt", "关(guān)鍵.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("发展\n", "utf-8")
    return folder


def test_names_of_files_and_folders_are_converted(source: Path) -> None:
    """What would meet another file or folder keeps its name; the manifest says where each document went."""
    run(job_of(source))
    expected = {
        "软件/说明.txt": "軟件/说明.txt",
        "软件/說明.txt": "軟件/說明.txt",
        "头发/关于.txt": "头发/關於.txt",
        "頭髮/关于.txt": "頭髮/關於.txt",
        "a.txt": "a.txt",
        "关(guān)鍵.txt": TAIWAN.normalizer.normalize("关(guān)鍵.txt"),
    }
    records = Manifest(source.parent / "out").read()
    assert {path: record.place for path, record in records.items()} == expected
    assert written(source.parent / "out") == set(expected.values())
    assert all(record.output == "" for path, record in records.items() if expected[path] == path)


def test_without_the_option_names_stay(source: Path) -> None:
    """They are nobody's business unless asked for."""
    run(job_of(source, names=False))
    assert written(source.parent / "out") == written(source)


def test_a_second_run_finds_what_the_first_wrote(source: Path) -> None:
    """Nothing is done again; where a new neighbour takes a name, the document moves back to its own."""
    run(job_of(source))
    output = source.parent / "out"
    times = {name: (output / name).stat().st_mtime_ns for name in written(output)}
    run(job_of(source))
    assert {name: (output / name).stat().st_mtime_ns for name in written(output)} == times
    (source / "头发" / "關於.txt").write_text("别的\n", "utf-8")
    run(job_of(source))
    assert (output / "头发" / "關於.txt").read_text("utf-8") == "別的\n"
    assert (output / "头发" / "关于.txt").read_text("utf-8") == "發展\n"


def test_names_that_are_not_utf8_become_so(tmp_path: Path) -> None:
    """Those of one folder are read in the encoding that they show together."""
    source = tmp_path / "in"
    source.mkdir()
    legacy = [name.encode("gbk") for name in ("图书馆说明.txt", "阅览室时间.txt", "软件.txt")]
    try:
        for name in legacy:
            (source / os.fsdecode(name)).write_text("发展\n", "utf-8")
    except OSError:
        pytest.skip("the file system takes no such names")
    run(job_of(source))
    assert written(tmp_path / "out") == {"圖書館說明.txt", "閱覽室時間.txt", "軟件.txt"}


def test_names_of_members_are_in_the_manifest(tmp_path: Path) -> None:
    """Before and after, also of an archive without any text, and of archives in archives."""
    source = tmp_path / "in"
    source.mkdir()
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("软.txt", "软件")
    with zipfile.ZipFile(outer, "w") as file:
        file.writestr("图.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
        file.writestr("内.zip", inner.getvalue())
        file.writestr("關.txt", "a")
        file.writestr("关.txt", "b")
    (source / "all.zip").write_bytes(outer.getvalue())
    with zipfile.ZipFile(source / "pictures.zip", "w") as file:
        file.writestr("图.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    run(job_of(source))
    records = Manifest(tmp_path / "out").read()
    assert records["all.zip"].names == {"图.png": "圖.png", "内.zip": "內.zip", "内.zip/软.txt": "内.zip/軟.txt"}
    assert records["pictures.zip"].names == {"图.png": "圖.png"}
    with zipfile.ZipFile(tmp_path / "out" / "all.zip") as file:
        assert file.namelist() == ["圖.png", "內.zip", "關.txt", "关.txt"]
    with zipfile.ZipFile(tmp_path / "out" / "pictures.zip") as file:
        assert file.namelist() == ["圖.png"]


def test_a_failed_document_that_is_kept_has_its_new_name(tmp_path: Path) -> None:
    """The copy stands where the output would."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "软件.zip").write_bytes(b"PK\x03\x04 and no more")
    run(job_of(tmp_path / "in", on_error="keep"))
    assert written(tmp_path / "out") == {"軟件.zip"}
    assert Manifest(tmp_path / "out").read()["软件.zip"].output == "軟件.zip"


PARTS = st.sampled_from(
    ["软", "軟", "件", "后", "後", "/", "／", "．", "..", "\x01", "%2F", "&#47;", "发展" * 60, "A", "a", " "]
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("".join), unique=True, max_size=8))
def test_new_names_are_names_and_differ(names: list[str]) -> None:
    """No separator comes into a name, none grows too long, and no two meet, also where case does not count."""
    names = [name for name in names if "/" not in name and len(name.encode()) <= 255]
    new = TAIWAN.of(names)
    assert len(new) == len(names)
    assert len({name.casefold() for name in new}) == len({name.casefold() for name in names})
    for before, after in zip(names, new, strict=True):
        assert after == before or not set(after) & set("/\\\0")
        assert len(after.encode()) <= 255


def test_the_plan_gives_each_document_its_place(source: Path) -> None:
    """In the order of the folder, whatever the names become."""
    found = list(find_documents(source, rename=TAIWAN.of))
    assert [document.path for document in found] == [document.path for document in find_documents(source)]


def test_the_command_takes_the_option(source: Path) -> None:
    """Not in place: `undo` gives back what was in a file, not its name."""
    done = command("batch", "in", "-o", "out", "--to", "zh-TW", "--convert-names", "-j1", cwd=source.parent)
    assert done.returncode == 0, done.stderr.decode()
    assert "軟件/說明.txt" in written(source.parent / "out")
    done = command("batch", "in", "--in-place", "--convert-names", cwd=source.parent)
    assert done.returncode == 2
    assert b"--convert-names" in done.stderr
