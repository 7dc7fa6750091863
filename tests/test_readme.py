"""The README is true: every command in it runs, and prints what it shows; every snippet gives what it says."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import normalize as module
from normalize import normalize, repair
from normalize.settings import read_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PAGE = "又一關(guān)鍵性突破!傳統(tǒng)的行業(yè)know-h(huán)ow(知識(shí))很重要,領(lǐng)域?yàn)锳I留了位置。\n"
TEXT = "軟件更新了，请大家看一看，后天发布。\n"


def of_kind(kind: str) -> list[str]:
    return [block for name, block in BLOCKS if name == kind]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README speaks of, and the command on the path."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "bin").mkdir()
    command = folder / "bin" / "normalize"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m normalize "$@"\n')
    command.chmod(0o755)
    home = folder / "home"
    for name in ("docs", "pages", "out"):
        (home / name).mkdir(parents=True)
    (home / "page.txt").write_text(PAGE, "utf-8")
    (home / "in.txt").write_text(TEXT, "utf-8")
    (home / "old.txt").write_bytes("图书馆的阅览室在三楼，报纸放在门口的架子上。\n".encode("gbk"))
    for name in ("docs/a.md", "docs/b.md", "pages/a.txt", "pages/b.txt"):
        (home / name).write_text(TEXT, "utf-8")
    (home / "docs" / "guide.md").write_text("关于軟件\n", "utf-8")
    return home


def sessions() -> Iterator[tuple[str, str]]:
    """Yield each command with the output that is shown for it."""
    for block in of_kind("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def test_every_command_runs_and_prints_what_is_shown(shell: Path) -> None:
    """In order, in one folder; `...` stands for anything."""
    path = f"{shell.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    commands = list(sessions())
    assert len(commands) > 15
    for command, shown in commands:
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, cwd=shell, env={**os.environ, "PATH": path}, timeout=60
        )
        printed = (done.stdout + done.stderr).decode()
        assert done.returncode in ((0, 1) if " check " in command else (0,)), (command, printed)
        if shown:
            pattern = re.escape(_without_padding(shown)).replace(r"\.\.\.", ".*")
            assert re.match(pattern, _without_padding(printed), re.DOTALL), (command, printed)


def _without_padding(text: str) -> str:
    """Columns are as wide as what is in them."""
    return re.sub(" +", " ", text).replace(" \n", "\n").rstrip()


#: Frameworks start clusters, and keep them: `test_frameworks` runs what is shown with them, in processes of its own.
CLUSTERS = re.compile(r"^(?:import|from) (?:datasets|ray|pyspark)\b", re.MULTILINE)


@pytest.mark.parametrize("snippet", [block for block in of_kind("python") if not CLUSTERS.search(block)])
def test_every_snippet_gives_what_it_says(snippet: str) -> None:
    """A comment behind an expression is its value."""
    tree = ast.parse(snippet)
    lines = snippet.splitlines()
    space: dict[str, object] = {"normalize": module}
    for node in tree.body:
        if isinstance(node, ast.Import) and importlib.util.find_spec(node.names[0].name) is None:
            pytest.skip(f"{node.names[0].name} is not installed")
        if isinstance(node, ast.Expr):
            assert node.end_lineno is not None
            value = eval(compile(ast.Expression(node.value), "README", "eval"), space)
            comment = lines[node.end_lineno - 1].rpartition("  # ")[2]
            assert value == ast.literal_eval(comment), comment
        else:
            exec(compile(ast.Module([node], []), "README", "exec"), space)


def test_the_settings_shown_are_settings(tmp_path: Path) -> None:
    """The example is read without complaint."""
    (block,) = of_kind("toml")
    (tmp_path / "pyproject.toml").write_text(block, "utf-8")
    assert read_settings(tmp_path / "pyproject.toml").values["vocabulary"] is True


def test_the_hooks_shown_exist() -> None:
    """What the example names is in `.pre-commit-hooks.yaml`, and so is what the sentence before it names."""
    hooks = set(re.findall(r"- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")))
    (block,) = of_kind("yaml")
    assert set(re.findall(r"- id: (\S+)", block)) <= hooks == {"normalize", "normalize-check"}


def test_the_table_of_repairs_is_true() -> None:
    """Each example becomes what the table says."""
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+) \| (`[^|]+) \|$", README, re.MULTILINE)
    assert len(rows) >= 6
    for before, after in rows:
        pairs = zip(re.findall("`([^`]+)`", before), re.findall("`([^`]+)`", after), strict=True)
        for damaged, clean in pairs:
            assert normalize(damaged, target=None) == clean
    gloss = "重慶(chóng qìng)是座山城"
    assert "`重慶(chóng qìng)`, stays" in README
    assert repair(gloss) == gloss


def test_files_that_are_named_exist() -> None:
    """Links and programs lead somewhere."""
    for name in re.findall(r"\]\((?!http)([^)#]+)\)", README) + re.findall(r"python (\S+\.py)", README):
        # The package may be installed elsewhere.
        root = Path(module.__file__).parent.parent if name.startswith("normalize/") else ROOT
        assert (root / name).exists(), name
