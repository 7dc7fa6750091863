"""Pipes: what a writer that goes on has written is passed on, and any length is done in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from normalize.cli import pipes
from normalize.cli.documents import Form
from normalize.config import Config
from normalize.formats.document import rewrite
from normalize.formats.span import Options
from normalize.pipeline import Normalizer

PLAIN = ("--no-repair", "--no-characters", "--no-punctuation", "--no-context")
COMMAND = [sys.executable, "-m", "normalize", "convert", "--config", "none", "--to", "zh-Hant"]
SENTENCE = "理发师说：头发长了，准备后天再来。\n"


def feed(path: Path, pieces: list[bytes], pause: float) -> threading.Thread:
    """Write to a named pipe, piece by piece, in another thread."""

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            for piece in pieces:
                pipe.write(piece)
                time.sleep(pause)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def through_pipe(folder: Path, pieces: list[bytes], config: Config, pause: float = 0) -> tuple[bytes, bool]:
    """Return what comes of a named pipe, and whether it was done in pieces."""
    path = folder / "pipe"
    os.mkfifo(path)
    thread = feed(path, pieces, pause)
    form = Form("utf-8", "strict", Options())
    with pipes.normalized(str(path), form, Normalizer(config)) as found:
        output = found if isinstance(found, bytes) else b"".join(found)
        in_pieces = not isinstance(found, bytes)
    thread.join()
    path.unlink()
    return output, in_pieces


def test_a_writer_that_goes_on_is_answered() -> None:
    """Plain conversion passes on a line when it is written, and of the next what no more text can change."""
    with subprocess.Popen([*COMMAND, *PLAIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for written, expected in (("头发长了。\n理发师用头", "頭髮長了。\n理髮師用"), ("发\n", "頭髮\n")):
            process.stdin.write(written.encode())
            process.stdin.flush()
            assert os.read(process.stdout.fileno(), 1000).decode() == expected
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


def test_a_writer_that_pauses_is_answered() -> None:
    """With everything on, the lines that are there are passed on when nothing has come for a second."""
    command = [*COMMAND[:-1], "zh-Hant-TW"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for written, expected in (
            ("头发长了，&#20013;文。\n理发师用头", "頭髮長了，中文。\n"),
            ("发\n", "理髮師用頭髮\n"),
        ):
            process.stdin.write(written.encode())
            process.stdin.flush()
            assert os.read(process.stdout.fileno(), 1000).decode() == expected
        process.stdin.write("没有换行".encode())
        process.stdin.close()
        assert process.stdout.read().decode() == "沒有換行"
    assert process.returncode == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_what_comes_after_a_pause_is_judged_with_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """A text that is written with pauses becomes what it becomes as a whole: punctuation that was flattened as well."""
    monkeypatch.setattr(pipes, "PAUSE", 0.02)
    monkeypatch.setattr(pipes, "_BREATH", 0.01)
    lines = [f"他说,头发长了(第{number}次),准备后天再来!没有人知道“真假”、是非。\n" for number in range(8)]
    config = Config(target="zh-Hant-TW")
    data = "".join(lines).encode(encoding)
    expected = rewrite(data, "", Normalizer(config)).data
    assert "他說，頭髮長了（第1次）" in expected.decode()
    cut = len("".join(lines[:5]).encode(encoding))
    pieces = [data[:cut], *(data[start : start + 90] for start in range(cut, len(data), 90))]
    output, in_pieces = through_pipe(tmp_path, pieces, config, pause=0.06)
    assert in_pieces
    assert output == expected


def test_a_pause_before_anything_shows_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first line is whole, and has more than ASCII, neither encoding nor format is decided."""
    monkeypatch.setattr(pipes, "PAUSE", 0.01)
    for pieces in ([b"plain\n"] * 3, ["头".encode(), "发".encode()]):
        assert through_pipe(tmp_path, pieces, Config(target="zh-Hant"), pause=0.03) == (b"".join(pieces), False)


def test_a_long_pipe_is_read_in_the_encoding_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the text seems to be does not count against what it is said to be."""
    monkeypatch.setattr(pipes, "LARGE", 2000)
    data = ("ascii only\n" * 300).encode() + "头发\n".encode("gb18030")
    config = Config(target="zh-Hant", encoding="gb18030")
    output, in_pieces = through_pipe(tmp_path, [data], config)
    assert in_pieces
    assert output.endswith("頭髮\n".encode())


@pytest.mark.parametrize("size", [1, 5, 17, 1000])
def test_pieces_of_any_size_give_the_whole(tmp_path: Path, size: int) -> None:
    """Cut anywhere, inside characters and phrases too, the text comes out as if converted whole."""
    config = Config(target="zh-Hant", repair=False, characters=False, punctuation=False, context=False)
    data = ("\ufeff" + SENTENCE * 3 + "𠀀⿰木目的头").encode() + b"\xe5\xa4"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    output, in_pieces = through_pipe(tmp_path, pieces, config)
    assert in_pieces
    assert output.decode() == Normalizer(config).normalize(data.decode("utf-8", "replace"))


@pytest.mark.parametrize(
    "data",
    [
        SENTENCE.encode("gb18030"),
        b"plain\n" * 3,
        SENTENCE.encode("utf-16"),
        b"<!DOCTYPE html>\n" + SENTENCE.encode(),
        b"",
    ],
    ids=["GB 18030", "ASCII", "UTF-16", "HTML", "nothing"],
)
def test_what_must_be_judged_whole_is_read_to_its_end(tmp_path: Path, data: bytes) -> None:
    """Another encoding or format, or what does not show either yet, is given as it is."""
    config = Config(target="zh-Hant", repair=False, characters=False, punctuation=False, context=False)
    assert through_pipe(tmp_path, [data], config) == (data, False)


def test_a_long_pipe_is_done_as_a_long_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit lines are done in blocks, the same as those of a file."""
    monkeypatch.setattr(pipes, "LARGE", 2000)
    monkeypatch.setattr(pipes, "BLOCK", 700)
    data = (SENTENCE * 80).encode()
    config = Config(target="zh-Hant-TW")
    output, in_pieces = through_pipe(tmp_path, [data], config)
    assert in_pieces
    assert output == rewrite(data, "a.txt", Normalizer(config)).data
    short, in_pieces = through_pipe(tmp_path, [data[:1800]], config)
    assert (short, in_pieces) == (data[:1800], False)


MEASURE = """
import resource, subprocess, sys
line = "他们在图书馆里找到了一本关于头发的旧书，里面夹着几张发黄的照片。\\n".encode()
block = line * 10000
with subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
    for _ in range(int(sys.argv[1])):
        process.stdin.write(block)
    process.stdin.close()
print(process.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
@pytest.mark.parametrize(("megabytes", "options"), [("60", PLAIN), ("12", ("--vocabulary",))], ids=["plain", "all"])
def test_memory_does_not_grow_with_the_pipe(megabytes: str, options: tuple[str, ...]) -> None:
    """Many megabytes need less than 150 MB, with everything on too (so do two gigabytes, which were tried by hand)."""
    command = [sys.executable, "-c", MEASURE, megabytes, *COMMAND, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    code, peak = map(int, done.stdout.split())
    assert code == 0
    assert peak < 150
