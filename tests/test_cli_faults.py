"""The command line where the world around it fails: full disks, closed streams, files that cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import run

from normalize.cli.inputs import walked

FULL = Path("/dev/full")
#: A file that exists, and that not even its owner can read from its beginning.
UNREADABLE = Path("/proc/self/mem")
COMMANDS = (
    ["convert", "a.txt"],
    ["detect", "a.txt"],
    ["detect", "--json", "a.txt"],
    ["check", "a.txt"],
    ["check", "--diff", "a.txt"],
    ["check", "--format", "sarif", "a.txt"],
    ["explain", "a.txt"],
    ["explain", "--table", "a.txt"],
    ["rules"],
    ["config"],
    ["completion", "bash"],
    ["--help"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file in it."""
    (tmp_path / "a.txt").write_text("鼠标和软件\n", "utf-8")
    return tmp_path


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told(command: list[str], folder: Path) -> None:
    """What cannot be written to standard output is an error with a sentence, and never taken for done."""
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "normalize", *command], stdout=full, stderr=subprocess.PIPE, cwd=folder, timeout=60
        )
    assert done.returncode == 3
    assert done.stderr.decode().splitlines()[-1] == "normalize: cannot write the output: No space left on device"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("command", "code"), [("convert", 0), ("convert a.txt", 0), ("check a.txt", 1), ("rules", 0)])
def test_closed_streams_are_empty(command: str, code: int, closed: str, folder: Path) -> None:
    """A caller that closes a standard stream, as daemons do, gets the same exit code, and no traceback."""
    if command == "convert" and "<" not in closed:
        closed += " < /dev/null"
    line = f"{sys.executable} -m normalize {command} {closed}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=folder, timeout=60)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not UNREADABLE.exists(), reason="this system has no /proc")
@pytest.mark.parametrize("command", [["detect"], ["detect", "--json"], ["check"], ["convert"]], ids=" ".join)
def test_a_file_that_cannot_be_read_costs_its_own_place_only(command: list[str], folder: Path) -> None:
    """The others are done; the one is named, with what the system says; the exit code tells."""
    done = run(*command, str(UNREADABLE), "a.txt", cwd=folder)
    assert done.returncode == 3
    assert done.stderr.decode().startswith(f"normalize: {UNREADABLE}: Input/output error\n")
    assert done.stdout
    assert run(*command, str(UNREADABLE), cwd=folder).returncode == 2


def test_a_folder_that_cannot_be_read_is_yielded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not passed over in silence: whoever opens it says what is wrong."""
    locked = folder / "locked"
    locked.mkdir()
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != locked)
    assert sorted(walked([str(folder)])) == [str(folder / "a.txt"), str(locked)]


def test_folders_are_walked_without_what_is_no_document(folder: Path) -> None:
    """Hidden files, links that lead out or nowhere, pipes and journals are no documents of a folder."""
    (folder / ".hidden").write_text("鼠标", "utf-8")
    (folder / "a.txt.normalize.json").write_text("{}", "utf-8")
    (folder / "nowhere").symlink_to("missing")
    (folder / "out").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    found = [json.loads(line)["path"] for line in run("detect", "--json", ".", cwd=folder).stdout.splitlines()]
    assert found == ["a.txt"]


@pytest.mark.parametrize("command", ["convert", "check", "explain", "config"])
def test_an_unknown_encoding_is_a_mistake_of_the_command(command: str, folder: Path) -> None:
    """It is told once, before any file is read."""
    files = ["a.txt"] if command in ("explain", "config") else ["a.txt", "a.txt"]
    done = run(command, "--from-encoding", "gb2321", *files, cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "normalize: unknown encoding 'gb2321'; did you mean 'gb2312'?\n"


def test_the_list_of_commands_is_whole_in_80_columns() -> None:
    """Each command has its sentence, and none is cut off."""
    lines = run("--help", COLUMNS="80").stdout.decode().partition("Commands:\n")[2].splitlines()
    assert len(lines) == 9
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)
