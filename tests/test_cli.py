"""The command line, run as real processes."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import heeding, run

PAGE = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)(網(wǎng)上)已經(jīng)開通;領(lǐng)域?yàn)锳I。\n"
CLEAN = "又一关键性突破！市民说，业务（网上）已经开通；领域为AI。\n"


def test_convert_reads_standard_input_and_writes_standard_output() -> None:
    """In a pipe: repaired, punctuated, in the script asked for, UTF-8."""
    done = run("convert", "--to", "zh-Hans", data=PAGE.encode())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, CLEAN, b"")


def test_convert_reads_legacy_encodings_and_writes_them() -> None:
    """Big5 in, GBK out, each named or detected."""
    text = "圖書館的閱覽室在三樓，報紙放在門口的架子上，看完請放回原處。\r\n"
    done = run("convert", "--to", "zh-Hans", "--to-encoding", "gbk", data=text.encode("big5"))
    assert done.stdout.decode("gbk") == "图书馆的阅览室在三楼，报纸放在门口的架子上，看完请放回原处。\r\n"
    named = run("convert", "--to", "none", "--from-encoding", "big5", data=text.encode("big5"))
    assert named.stdout.decode() == text


def test_what_an_output_encoding_lacks_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    """A character that does not fit is named with its place; entities are offered."""
    source = tmp_path / "a.txt"
    source.write_text("书店和𠮷野家", "utf-8")
    done = run("convert", "--to", "zh-Hant", "--to-encoding", "big5", str(source), "-o", str(tmp_path / "b.txt"))
    assert done.returncode == 2
    assert b"U+20BB7" in done.stderr
    assert not (tmp_path / "b.txt").exists()
    entity = run("convert", "--to", "zh-Hant", "--to-encoding", "big5", "--unencodable", "entity", str(source))
    assert entity.stdout.decode("big5") == "書店和&#134071;野家"


def test_files_go_to_files_and_folders(tmp_path: Path) -> None:
    """One file to a file, several to a folder."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(PAGE, "utf-8")
    assert run("convert", "--to", "zh-Hans", "a.txt", "-o", "c.txt", cwd=tmp_path).returncode == 0
    assert (tmp_path / "c.txt").read_text("utf-8") == CLEAN
    assert run("convert", "--to", "zh-Hans", "a.txt", "b.txt", "-o", "out/", cwd=tmp_path).returncode == 0
    assert [(tmp_path / "out" / name).read_text("utf-8") for name in ("a.txt", "b.txt")] == [CLEAN, CLEAN]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    """The input is never its own output, and an output that exists is kept unless forced."""
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    (tmp_path / "b.txt").write_text("keep", "utf-8")
    same = run("convert", "a.txt", "-o", "a.txt", cwd=tmp_path)
    assert same.returncode == 2
    assert b"both input and output" in same.stderr
    kept = run("convert", "a.txt", "-o", "b.txt", cwd=tmp_path)
    assert kept.returncode == 2
    assert b"--force" in kept.stderr
    assert (tmp_path / "b.txt").read_text("utf-8") == "keep"
    assert run("convert", "a.txt", "-o", "b.txt", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.txt").read_text("utf-8") == PAGE


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["convert", "missing.txt"], 2, "missing.txt: No such file"),
        (["convert", ".", "missing.txt"], 3, "Is a directory"),
        (["convert", "--to", "zh-Hnat"], 2, "did you mean 'zh-Hant'"),
        (["convert", "--from-encoding", "gb2321"], 2, "gb2321"),
        (["convert", "--to-encoding", "nothing"], 2, "nothing"),
        (["convert", "."], 2, "`normalize batch` and `normalize convert --in-place` take folders"),
        (["convrt"], 2, "'convrt' is no command (did you mean 'convert'?)"),
        (["."], 2, "for a folder: normalize batch . -o OUT"),
        (["/dev/null"], 2, "to convert this file: normalize convert /dev/null"),
        (["explain", "missing.txt"], 2, "missing.txt"),
        (["detect", "missing.txt"], 2, "missing.txt"),
        (["batch", "missing", "-o", "out"], 2, "does not exist"),
        (["batch", ".", "-o", "inside"], 2, "lies inside the input"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    """Every mistake of a user gets a sentence on standard error and the exit code of the design."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_detect_tells_people_and_programs(tmp_path: Path) -> None:
    """A table for people, an object a line for programs, over files and folders."""
    (tmp_path / "a.txt").write_bytes("图书馆的阅览室在三楼，报纸放在门口。".encode("gbk"))
    (tmp_path / "b.txt").write_bytes("圖書館的閱覽室在三樓，報紙放在門口。".encode("big5"))
    table = run("detect", "a.txt", "b.txt", cwd=tmp_path).stdout.decode()
    assert "gb18030" in table
    assert "big5" in table
    lines = run("detect", "--json", ".", cwd=tmp_path).stdout.decode().splitlines()
    assert [json.loads(line)["encoding"] for line in lines] == ["gb18030", "big5hkscs"]


def test_detect_knows_folders_lists_and_what_is_no_text(tmp_path: Path) -> None:
    """Folders are walked, lists of names read, pictures are "binary" and empty files nothing: none of it an error."""
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "page.html").write_bytes("<meta charset=big5><p>圖書館的閱覽室</p>".encode("big5"))
    (tmp_path / "a" / "empty.txt").touch()
    (tmp_path / "a" / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    (tmp_path / "bom.txt").write_bytes("读我".encode("utf-8-sig"))
    (tmp_path / "list").write_bytes(b"bom.txt\r\na/empty.txt")
    done = run("detect", "--json", "a", cwd=tmp_path)
    rows = {row["path"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert {path: row["encoding"] for path, row in rows.items()} == {
        "a/empty.txt": None,
        "a/photo.jpg": "binary",
        "a/b/page.html": "big5hkscs",
    }
    page = rows["a/b/page.html"]
    assert (page["narrow"], page["language"], page["bom"]) == ("big5", "zh", False)
    assert 0.9 < page["confidence"] <= 1
    listed = run("detect", "--json", "--files-from", "list", cwd=tmp_path).stdout.splitlines()
    assert [json.loads(line)["bom"] for line in listed] == [True, False]
    table = run("detect", "a", cwd=tmp_path).stdout.decode()
    assert "binary" in table
    assert "empty" in table
    assert json.loads(run("detect", "--json", data="读我".encode("utf-16")).stdout)["encoding"] == "utf-16"


def test_explain_shows_each_change() -> None:
    """Where, before, after, rule and certainty of every change."""
    done = run("explain", "--to", "zh-Hans", "--json", data=PAGE.encode())
    entries = [json.loads(line) for line in done.stdout.decode().splitlines()]
    removed = [entry for entry in entries if entry["before"] == "(guān)"]
    assert [(entry["line"], entry["column"], entry["after"]) for entry in removed] == [(1, 4, "")]
    assert removed[0]["certainty"] == "proved"
    assert "annotating tool" in removed[0]["reason"]
    table = run("explain", "--to", "zh-Hans", "--table", "--rule", "mojibake", data=PAGE.encode()).stdout.decode()
    assert "1:4" in table
    assert "script Hant, now Hans" in table


def test_explain_marks_the_text() -> None:
    """Lines that change, each change marked, and a legend with a sentence for each rule."""
    text = "这一行不变。\n关键。\n" + PAGE
    shown = run("explain", "--to", "zh-Hans", data=text.encode()).stdout.decode()
    assert "3: 又一[-關-]{+关+}[-(guān)-]" in shown
    assert "不变" not in shown
    assert "pinyin that a tool put after characters" in shown
    assert "OpenCC: STCharacters" in shown
    assert "did you mean 'mojibake'" in run("explain", "--rule", "mojibke", data=b"").stderr.decode()


def test_explain_writes_a_page(tmp_path: Path) -> None:
    """One file for a browser, which holds what the text has as text."""
    (tmp_path / "a.txt").write_text("<b>關(guān)鍵</b>\x01\n", "utf-8")
    command = ("explain", "a.txt", "--to", "zh-Hans", "--html", "a.html")
    assert run(*command, cwd=tmp_path).returncode == 0
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "&lt;b&gt;" in page
    assert "<del" in page
    assert "<0001>" not in page
    assert "&lt;0001&gt;" in page
    assert b"--force" in run(*command, cwd=tmp_path).stderr


def test_binary_input_is_refused_and_bad_bytes_are_pointed_out() -> None:
    """What is no text is not converted; bytes that mean nothing are reported with their place."""
    picture = run("convert", data=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    assert (picture.returncode, picture.stdout) == (2, b"")
    assert b"not text" in picture.stderr
    damaged = run("convert", "--to", "zh-Hant", data="图书馆的阅览室".encode() + b"\xff" + "在三楼。".encode())
    assert damaged.stdout.decode() == "圖書館的閱覽室\ufffd在三樓。"
    assert b"ff at byte 21" in damaged.stderr


def test_windows_line_ends_and_byte_order_marks_stay() -> None:
    """What is not text to be converted comes out as it went in."""
    data = b"\xef\xbb\xbf" + "发展\r\n后天\r\n没有换行".encode()
    assert run("convert", "--to", "zh-Hant", data=data).stdout == b"\xef\xbb\xbf" + "發展\r\n後天\r\n沒有換行".encode()


def test_a_closed_pipe_ends_quietly() -> None:
    """`| head` closes the pipe: no traceback, no message."""
    for name in ("convert", "explain", "check"):
        command = f"yes 发展 | head -50000 | {sys.executable} -m normalize {name} | head -1; echo ${{PIPESTATUS[2]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
        shown, code = done.stdout.decode().splitlines()
        assert "發" in shown or "read as utf-8" in shown
        assert (code, done.stderr) == ("0", b"")


def test_plain_locale_and_no_colour() -> None:
    """Under LANG=C text and names come through; a pipe gets no colour codes."""
    done = run(
        "explain",
        "--to",
        "zh-Hans",
        data=PAGE.encode(),
        LC_ALL="C",
        LANG="C",
        PYTHONUTF8="0",
        FORCE_COLOR="",
        NO_COLOR="1",
    )
    assert "關" in done.stdout.decode()
    assert b"\x1b[" not in done.stdout


@pytest.mark.parametrize("command", [[], ["convert"], ["undo"], ["detect"], ["check"], ["explain"], ["batch"]])
def test_help_has_examples(command: list[str]) -> None:
    """Every command shows how it is used."""
    done = run(*command, "--help")
    assert done.returncode == 0
    assert b"Examples:" in done.stdout


@pytest.mark.parametrize("command", ["convert", "undo", "detect", "check", "explain", "batch", "rules"])
def test_help_fits_a_screen(command: str) -> None:
    """At most 40 lines of 80 columns; what is left out is shown by --help-all."""
    short = run(command, "--help", COLUMNS="80").stdout.decode()
    assert len(short.splitlines()) <= 40
    assert max(len(line) for line in short.splitlines()) <= 80
    if "--help-all" in short:
        (count,) = re.findall(r"Show (\d+) more options", short)
        whole = run(command, "--help-all", COLUMNS="80").stdout.decode()
        rest = whole.partition("More options:")[2]
        assert len(re.findall(r"^  -", rest, re.MULTILINE)) == int(count)
        assert "--lexicon" in rest
        assert "--lexicon" not in short


def test_formats_are_respected(tmp_path: Path) -> None:
    """The text of a page changes; scripts, attributes, and the other members of data stay, byte for byte."""
    page = '<html><head><meta charset="gbk"><script>var 发展 = "a,b";</script></head><body><p>发展。</p></body></html>'
    (tmp_path / "page.html").write_bytes(page.encode("gbk"))
    expected = page.replace("<p>发展", "<p>發展").replace("gbk", "utf-8")
    assert run("convert", "page.html", cwd=tmp_path).stdout.decode() == expected
    assert run("convert", "--in-place", "page.html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "page.html").read_text("utf-8") == expected
    assert run("undo", "page.html", cwd=tmp_path).returncode == 0
    assert (tmp_path / "page.html").read_bytes() == page.encode("gbk")
    (tmp_path / "rows.jsonl").write_text('{"id": "发", "text": "发展"}\n', "utf-8")
    done = run("convert", "rows.jsonl", "--field", "text", cwd=tmp_path)
    assert done.stdout.decode() == '{"id": "发", "text": "發展"}\n'


def test_compressed_files_stay_compressed(tmp_path: Path) -> None:
    """What is inside is converted, in place and back too."""
    packed = gzip.compress("发展".encode())
    (tmp_path / "a.txt.gz").write_bytes(packed)
    assert gzip.decompress(run("convert", "a.txt.gz", cwd=tmp_path).stdout).decode() == "發展"
    assert run("convert", "--in-place", "a.txt.gz", cwd=tmp_path).returncode == 0
    assert gzip.decompress((tmp_path / "a.txt.gz").read_bytes()).decode() == "發展"
    assert run("undo", "a.txt.gz", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.txt.gz").read_bytes() == packed


def test_names_of_any_bytes(tmp_path: Path) -> None:
    """File names are bytes: those that are no UTF-8 are read, written, reported and restored, under LANG=C too."""
    name = "关键".encode("gbk") + b".txt"
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(PAGE.encode())
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for environment in ({}, plain):
        found = run("check", "--to", "zh-Hans", ".", cwd=tmp_path, **environment)
        assert (found.returncode, b"Traceback" in found.stderr) == (1, False)
        listed = run("check", "--to", "zh-Hans", "-q", "--files-from", "-", data=name, cwd=tmp_path, **environment)
        assert listed.returncode == 1
        for form in ("json", "sarif", "github"):
            done = run("check", "--to", "zh-Hans", "--format", form, ".", cwd=tmp_path, **environment)
            assert (done.returncode, done.stderr) == (1, b"1 file would change, of 1\n")
        assert run("convert", "-i", "--to", "zh-Hans", ".", cwd=tmp_path, **environment).returncode == 0
        with open(path, "rb") as file:
            assert file.read() == CLEAN.encode()
        assert run("undo", ".", cwd=tmp_path, **environment).returncode == 0
        with open(path, "rb") as file:
            assert file.read() == PAGE.encode()


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"COLUMNS": "20"}, {"COLUMNS": "1"}, {"TERM": ""}])
@pytest.mark.parametrize("command", [["explain"], ["explain", "--table"], ["check"], ["check", "--diff"], ["rules"]])
def test_dumb_and_narrow_terminals(environment: dict[str, str], command: list[str]) -> None:
    """Nothing is asked of a terminal: no colours where there are none, no failure where there is no room."""
    done = run(*command, data=PAGE.encode() if command != ["rules"] else b"", **environment)
    assert done.returncode in (0, 1)
    assert b"\x1b[" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


def test_an_interrupt_ends_with_130(tmp_path: Path) -> None:
    """Ctrl-C while a command waits for its input: no traceback."""
    command = [sys.executable, "-m", "normalize", "convert"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heeding
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_large_files_take_bounded_memory(tmp_path: Path) -> None:
    """A file of many megabytes is done in blocks: the same text, in memory that does not grow with it."""
    line = "鼠标和软件的发展，后天再说。\n"
    with (tmp_path / "large.txt").open("wb") as file:
        for _ in range(64):
            file.write((line * 16_000).encode())
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'normalize', 'convert', 'large.txt', '-o', 'out.txt'])\n"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    returncode, megabytes = map(int, done.stdout.split())
    assert returncode == 0
    assert megabytes < 300
    expected = ("鼠標和軟件的發展，後天再說。\n" * 16_000).encode()
    with (tmp_path / "out.txt").open("rb") as file:
        for _ in range(64):
            assert file.read(len(expected)) == expected
        assert not file.read()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_detect_reads_pipes_and_large_files_in_bounded_memory(tmp_path: Path) -> None:
    """A named pipe is read as it comes, and a file of 200 MB costs no more memory than a small one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f"printf 图书馆在三楼 > '{pipe}'"])
    assert "utf-8" in run("detect", str(pipe)).stdout.decode()
    writer.wait(timeout=10)
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        for _ in range(200):
            file.write("图书馆的阅览室。\n".encode("gbk") * 58_000)
    code = (
        "from normalize.cli import commands;"
        f"commands.main(['detect', {str(large)!r}], standalone_mode=False);"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    # The peak of this program alone: that of getrusage counts the process that started it.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "gb18030" in done.stdout
    assert int(done.stdout.split()[-1]) < 200_000
