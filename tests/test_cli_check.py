"""`normalize check`, run as real processes: for people, editors, hooks and services."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from command import run

from normalize import explain
from normalize.findings import diff

PAGE = "第一行\n又一關(guān)鍵性突破!市民說,业务开通。\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_text(PAGE, "utf-8")
    (tmp_path / "clean.txt").write_text("这一页没有什么要改的。\n", "utf-8")
    return tmp_path


def test_findings_are_one_a_line_with_their_place(page: Path) -> None:
    """path:line:column rule before -> after, on standard output; the count on standard error; exit 1."""
    done = run("check", "--to", "zh-Hans", "page.txt", "clean.txt", cwd=page)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert "page.txt:2:4 mojibake.annotation (guān) -> nothing" in lines
    assert all(re.fullmatch(r"page\.txt:2:\d+ \S+ .+ -> .+", line) for line in lines)
    assert done.stderr.decode() == "1 file would change, of 2\n"


def test_clean_files_exit_with_0(page: Path) -> None:
    """Nothing to change, nothing printed."""
    done = run("check", "--to", "zh-Hans", "clean.txt", cwd=page)
    assert (done.returncode, done.stdout) == (0, b"")


def test_folders_lists_and_pipes(page: Path) -> None:
    """Files are found in folders, but for hidden ones; named by a list; or come by standard input."""
    (page / ".git").mkdir()
    (page / ".git" / "page.txt").write_text(PAGE, "utf-8")
    (page / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    found = run("check", "--to", "zh-Hans", ".", cwd=page)
    assert {line.split(":")[0] for line in found.stdout.decode().splitlines()} == {"page.txt"}
    for separator in (b"\n", b"\0", b"\r\n"):
        listed = run(
            "check", "--to", "zh-Hans", "--files-from", "-", data=separator.join([b"page.txt", b"clean.txt"]), cwd=page
        )
        assert listed.stdout == found.stdout
    piped = run("check", "--to", "zh-Hans", "-q", data=PAGE.encode())
    assert (piped.returncode, piped.stdout, piped.stderr) == (1, b"", b"")


def test_diff_applies_as_a_patch(page: Path) -> None:
    """The unified diff, applied by `git apply`, gives what convert gives."""
    (page / "page.txt").write_text(PAGE * 3 + "没有换行和關(guān)鍵", "utf-8")
    patch = run("check", "--to", "zh-Hans", "--diff", "page.txt", cwd=page)
    assert patch.returncode == 1
    expected = run("convert", "--to", "zh-Hans", "page.txt", cwd=page).stdout
    command = ["git", "apply", "-p0", "--unsafe-paths", "--directory", str(page), "-"]
    subprocess.run(command, input=patch.stdout, check=True, cwd=page)
    assert (page / "page.txt").read_bytes() == expected


def test_diff_of_lines_that_are_joined() -> None:
    """Lines may come and go; the hunks then say how many."""
    result = explain("a\nb\nc", None)
    joined = type(result)(text="a\nbc", source="a\nb\nc")
    lines = list(diff("x", joined))
    assert lines[:3] == ["--- x\n", "+++ x\n", "@@ -1,3 +1,2 @@\n"]
    assert list(diff("x", result)) == []


def test_services_read_it(page: Path) -> None:
    """GitHub's commands, JSON lines, and SARIF with fixes that give the output."""
    commands = run("check", "--to", "zh-Hans", "--format", "github", "page.txt", cwd=page).stdout.decode().splitlines()
    place = "file=page.txt,line=2,endLine=2,col=4,endColumn=10"
    assert any(line.startswith(f"::warning {place},title=mojibake.annotation::") for line in commands)
    entries = [
        json.loads(line)
        for line in run("check", "--to", "zh-Hans", "--format", "json", "page.txt", cwd=page).stdout.splitlines()
    ]
    assert {entry["path"] for entry in entries} == {"page.txt"}
    log = json.loads(run("check", "--to", "zh-Hans", "--format", "sarif", "page.txt", cwd=page).stdout)
    results = log["runs"][0]["results"]
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert "pinyin" in rules["mojibake.annotation"]["shortDescription"]["text"]
    assert "GBK" in rules["mojibake.annotation"]["help"]["text"]
    assert len(results) == len(commands) == len(entries)
    lines = PAGE.split("\n")
    for found in reversed(results):
        replacement = found["fixes"][0]["artifactChanges"][0]["replacements"][0]
        region = replacement["deletedRegion"]
        row = region["startLine"] - 1
        start, end = region["startColumn"] - 1, region["endColumn"] - 1
        lines[row] = lines[row][:start] + replacement["insertedContent"]["text"] + lines[row][end:]
    assert "\n".join(lines) == run("convert", "--to", "zh-Hans", "page.txt", cwd=page).stdout.decode()
    assert run("check", "--format", "sarif", "clean.txt", "--to", "zh-Hans", cwd=page).returncode == 0


def test_another_encoding_is_a_finding(tmp_path: Path) -> None:
    """A file whose text is clean but which is not in the encoding asked for would change."""
    (tmp_path / "old.txt").write_bytes("图书馆的阅览室在三楼，报纸放在门口。\n".encode("gbk"))
    done = run("check", "--to", "zh-Hans", "old.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout.decode()) == (1, "old.txt:1:1 encoding.other gb18030 -> utf-8\n")
    kept = run("check", "--to", "zh-Hans", "--to-encoding", "gb18030", "old.txt", cwd=tmp_path)
    assert kept.returncode == 0


def test_missing_files_are_told(page: Path) -> None:
    """What cannot be read costs its own place only."""
    done = run("check", "--to", "zh-Hans", "missing.txt", "page.txt", cwd=page)
    assert done.returncode == 3
    assert b"missing.txt: No such file" in done.stderr
    assert b"page.txt:2:4" in done.stdout


def test_the_hooks_name_commands_that_exist() -> None:
    """`.pre-commit-hooks.yaml` names commands and options that there are."""
    hooks = (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text("utf-8")
    entries = re.findall(r"entry: normalize (.+)", hooks)
    assert entries
    for entry in entries:
        command, *options = entry.split()
        helped = run(command, "--help-all").stdout.decode()
        assert all(option in helped for option in options)
