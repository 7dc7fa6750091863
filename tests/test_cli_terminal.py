"""The command line on a terminal of its own: colours where it has them, and lines that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)(網(wǎng)上)已經(jīng)開通;領(lǐng)域?yàn)锳I。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a page in it."""
    (tmp_path / "page.txt").write_text(PAGE, "utf-8")
    return tmp_path


def on_terminal(folder: Path, *arguments: str, columns: int = 80, **environment: str) -> str:
    """Run a command with a terminal as its standard output, and return what appears there."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "normalize", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**plain, "TERM": "xterm-256color", **environment},
    )
    os.close(there)
    seen = b""
    while True:
        try:
            part = os.read(here, 65536)
        except OSError:  # the terminal is closed
            break
        if not part:
            break
        seen += part
    os.close(here)
    assert process.wait(timeout=60) in (0, 1)
    text = seen.decode()
    assert "Traceback" not in text
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize("command", [["check"], ["check", "--diff"], ["explain"], ["explain", "--table"]], ids=" ".join)
def test_colours_are_for_terminals_that_have_them(command: list[str], folder: Path) -> None:
    """With colours and without, the same text is shown; `explain` marks changes by letters where there are none."""
    coloured = on_terminal(folder, *command, "page.txt", "--to", "zh-Hans")
    assert ESCAPE.search(coloured)
    for environment in ({"TERM": "dumb"}, {"NO_COLOR": "1"}):
        shown = on_terminal(folder, *command, "page.txt", "--to", "zh-Hans", **environment)
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)
        if command[0] == "check":
            assert ESCAPE.sub("", shown) == ESCAPE.sub("", coloured)
    if command == ["check", "--diff"]:
        assert "\x1b[31m-又一關(guān)鍵" in coloured
        assert "\x1b[32m+又一关键" in coloured


@pytest.mark.parametrize("columns", [8, 20, 40, 200])
@pytest.mark.parametrize("command", ["detect", "config", "rules"])
def test_tables_fit_narrow_terminals(command: str, columns: int, folder: Path) -> None:
    """Cells are folded, so that nothing is cut off and no line is longer than the terminal is wide."""
    arguments = (command, "page.txt") if command != "rules" else (command, "escapes")
    shown = ESCAPE.sub("", on_terminal(folder, *arguments, columns=columns))
    assert shown
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= columns


def test_nothing_waits_for_an_answer(folder: Path) -> None:
    """What needs a decision is decided by an option: without it the command ends with a sentence."""
    (folder / "other.txt").write_text("keep", "utf-8")
    command = [sys.executable, "-m", "normalize", "convert", "page.txt", "-o", "other.txt"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, timeout=60)
    assert done.returncode == 2
    assert b"--force" in done.stderr
