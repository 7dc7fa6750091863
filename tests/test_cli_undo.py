"""Files changed in their place, and restored to the byte, as real processes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command import run

from normalize import explain
from normalize.journal import Journal, make_run

PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)(網(wǎng)上)已經(jīng)開通。\r\n没有换行"
CLEAN = "又一关键性突破！市民说，业务（网上）已经开通。\r\n没有换行"
OLD = 1_000_000_000


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_bytes(PAGE.encode())
    path.chmod(0o640)
    os.utime(path, (OLD, OLD))
    return path


def in_place(path: Path, *options: str) -> bytes:
    done = run("convert", "--in-place", "--to", "zh-Hans", path.name, *options, cwd=path.parent)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr


def test_in_place_keeps_permissions_and_times_and_undo_restores(page: Path) -> None:
    """The content changes and nothing else; undo gives the exact bytes, and the journal goes."""
    assert in_place(page) == b"1 of 1 files changed\n"
    assert page.read_bytes() == CLEAN.encode()
    status = page.stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, OLD)
    assert sorted(path.name for path in page.parent.iterdir()) == ["page.txt", "page.txt.normalize.json"]
    done = run("undo", "page.txt", cwd=page.parent)
    assert (done.returncode, done.stderr) == (0, b"1 of 1 files restored\n")
    assert page.read_bytes() == PAGE.encode()
    assert (page.stat().st_mode & 0o777, page.stat().st_mtime) == (0o640, OLD)
    assert [path.name for path in page.parent.iterdir()] == ["page.txt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_stays(page: Path) -> None:
    """The file that takes the place of another belongs to whom it belonged, there and back."""
    os.chown(page, 12345, 23456)
    in_place(page)
    assert (page.stat().st_uid, page.stat().st_gid) == (12345, 23456)
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert (page.stat().st_uid, page.stat().st_gid) == (12345, 23456)


def test_clean_files_are_not_touched(page: Path) -> None:
    """A file that is as it should be is not written, and gets no journal."""
    page.write_bytes(CLEAN.encode())
    before = page.stat()
    assert in_place(page) == b"0 of 1 files changed\n"
    assert page.stat().st_ino == before.st_ino
    assert [path.name for path in page.parent.iterdir()] == ["page.txt"]


def test_an_edited_file_is_refused(page: Path) -> None:
    """Undo would lose the edit: it says so and leaves the file; with the edit taken back it works."""
    in_place(page)
    page.write_bytes(CLEAN.encode() + b"!")
    done = run("undo", "page.txt", cwd=page.parent)
    assert done.returncode == 2
    assert b"edited since" in done.stderr
    assert page.read_bytes() == CLEAN.encode() + b"!"
    page.write_bytes(CLEAN.encode())
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert page.read_bytes() == PAGE.encode()


def test_a_file_without_a_journal_is_told(page: Path) -> None:
    """There is nothing to undo, and the sentence says where it was looked for."""
    done = run("undo", "page.txt", cwd=page.parent)
    assert done.returncode == 2
    assert b"page.txt.normalize.json" in done.stderr


@pytest.mark.parametrize(
    "data",
    [
        "图书馆的阅览室在三楼,报纸放在门口的架子上。".encode("gbk") + b"\xff\x81",
        "圖書館的閱覽室在三樓，報紙放在門口的架子上。\r\n".encode("big5"),
        "關(guān)鍵".encode("utf-16"),
        "图书馆\n".encode() * 40 + "阅览室在三楼，报纸放在门口。\n".encode("gbk") + b"\xff",
        b"\xef\xbb\xbf" + PAGE.encode(),
        (PAGE * 300).encode(),
    ],
)
def test_every_byte_comes_back(page: Path, data: bytes) -> None:
    """Legacy encodings, bad bytes, marks and mixtures."""
    page.write_bytes(data)
    in_place(page, "--to", "zh-TW")
    assert page.read_bytes() != data
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert page.read_bytes() == data


def test_runs_are_undone_one_by_one(page: Path) -> None:
    """Two runs, two steps back."""
    in_place(page)
    once = page.read_bytes()
    in_place(page, "--to", "zh-Hant")
    assert page.read_bytes() != once
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert page.read_bytes() == once
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert page.read_bytes() == PAGE.encode()


def test_an_end_between_journal_and_file_loses_nothing(page: Path) -> None:
    """A run that was written down but not done is dropped."""
    result = explain(page.read_bytes(), "zh-Hans")
    Journal.of(page).add(make_run(page.read_bytes(), result.text.encode(), result, "utf-8"))
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    assert page.read_bytes() == PAGE.encode()
    assert [path.name for path in page.parent.iterdir()] == ["page.txt"]


def test_links_are_refused_or_followed(page: Path) -> None:
    """A symbolic link stays one and a hard link keeps its other name, when asked; else they are refused."""
    link, twin = page.parent / "link.txt", page.parent / "twin.txt"
    link.symlink_to("page.txt")
    done = run("convert", "--in-place", "--to", "zh-Hans", "link.txt", cwd=page.parent)
    assert done.returncode == 2
    assert b"symbolic link to page.txt" in done.stderr
    in_place(link, "--follow-links")
    assert link.is_symlink()
    assert page.read_bytes() == CLEAN.encode()
    assert run("undo", "page.txt", cwd=page.parent).returncode == 0
    twin.hardlink_to(page)
    done = run("convert", "--in-place", "--to", "zh-Hans", "page.txt", cwd=page.parent)
    assert done.returncode == 2
    assert b"hard links" in done.stderr
    in_place(page, "--follow-links")
    assert twin.read_bytes() == CLEAN.encode()
    assert twin.samefile(page)
    assert run("undo", "--follow-links", "twin.txt", "page.txt", cwd=page.parent).returncode == 3
    assert twin.read_bytes() == PAGE.encode()


def test_backups_and_folders_of_journals(page: Path) -> None:
    """The original under another name, or the journal elsewhere, or no way back; never several."""
    folder = page.parent
    in_place(page, "--backup", ".bak")
    assert (folder / "page.txt.bak").read_bytes() == PAGE.encode()
    page.write_bytes(PAGE.encode())
    done = run("convert", "--in-place", "--to", "zh-Hans", "page.txt", "--backup", ".bak", cwd=folder)
    assert done.returncode == 2
    assert b"--force" in done.stderr
    assert page.read_bytes() == PAGE.encode()
    in_place(page, "--journal", "kept")
    assert len(list((folder / "kept").iterdir())) == 1
    assert run("undo", "page.txt", "--journal", "kept", cwd=folder).returncode == 0
    assert page.read_bytes() == PAGE.encode()
    in_place(page, "--no-journal")
    assert not list(folder.glob("*.normalize.json"))
    assert run("convert", "-i", "--no-journal", "--backup", "~", "page.txt", cwd=folder).returncode == 2
    assert run("convert", "--no-journal", "page.txt", cwd=folder).returncode == 2


def test_a_folder_is_changed_and_restored(page: Path) -> None:
    """Folders are walked, text files changed, all others left; undo finds the journals."""
    folder = page.parent
    (folder / "deep").mkdir()
    (folder / "deep" / "b.txt").write_bytes(PAGE.encode())
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
    (folder / "deep" / "c.png").write_bytes(picture)
    done = run("convert", "--in-place", "--to", "zh-Hans", ".", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"2 of 3 files changed\n")
    assert (folder / "deep" / "b.txt").read_bytes() == CLEAN.encode()
    assert (folder / "deep" / "c.png").read_bytes() == picture
    done = run("undo", ".", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"2 of 2 files restored\n")
    assert (folder / "deep" / "b.txt").read_bytes() == PAGE.encode()


def test_a_damaged_journal_is_told(page: Path) -> None:
    """A journal that is no journal, and one that was tampered with, restore nothing."""
    in_place(page)
    journal = page.parent / "page.txt.normalize.json"
    content = json.loads(journal.read_text("utf-8"))
    way = "changes" if "changes" in content["runs"][0] else "content"
    content["runs"][0][way] = content["runs"][0][way][:-1]
    for damage in ("{", json.dumps(content), json.dumps({"format": 99, "runs": []})):
        journal.write_text(damage, "utf-8")
        done = run("undo", "page.txt", cwd=page.parent)
        assert done.returncode == 2
        assert b"journal" in done.stderr
        assert page.read_bytes() == CLEAN.encode()


def test_journals_are_compact() -> None:
    """The way back is the changes, or the compressed content where that is shorter."""
    page = ("".join(chr(0x4E00 + place * 37 % 5000) for place in range(1500)) + "，關(guān)鍵").encode()
    result = explain(page, None)
    small = make_run(page, result.text.encode(), result, "utf-8")
    assert "changes" in small
    assert len(json.dumps(small)) < len(page) / 4
    dense = ("发展关键" * 500).encode()
    result = explain(dense, "zh-Hant")
    assert "content" in make_run(dense, result.text.encode(), result, "utf-8")
