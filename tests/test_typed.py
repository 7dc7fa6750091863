"""Types: what users write with the package is understood by two type checkers, and what they get wrong is found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import typed_use

import normalize

EXAMPLE = Path(typed_use.__file__)
#: Each line but the first has one mistake.
MISTAKES = """import normalize
normalize.normalise("一")
normalize.normalize(3)
normalize.Config(tidy="yes")
count: int = normalize.repair("一")
normalize.explain("一").changes[0].befor
"""
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir=/dev/null"],
    "basedpyright": [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable],
}


@pytest.fixture(scope="module", params=CHECKERS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a type checker, in its strict mode, prints about the example and the mistakes."""
    checker: str = request.param
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    folder = tmp_path_factory.mktemp("typed")
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}))
    (folder / "example.py").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    (folder / "wrong.py").write_text(MISTAKES, "utf-8")
    command = [*CHECKERS[checker], "example.py", "wrong.py"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300).stdout


def test_an_example_of_use_is_clean(report: str) -> None:
    """Checkers find nothing in it."""
    assert "wrong.py" in report
    assert "example.py" not in report, report


def test_mistakes_are_found(report: str) -> None:
    """A misspelt name, and a value of the wrong type, in each line but the first."""
    for number in range(2, len(MISTAKES.splitlines()) + 1):
        assert f"wrong.py:{number}:" in report, report


def test_the_example_does_what_it_says() -> None:
    """It is not only typed."""
    assert typed_use.texts() == [
        "中文", "關(guān)于", "滑鼠", "又一關鍵性突破", "好，走吧！", "漢字", "關鍵", "鼠標"
    ]  # fmt: skip
    assert typed_use.encoding_of("圖書館的閱覽室".encode("big5")).startswith("big5hkscs (")
    assert typed_use.encoding_of(b"") == "nothing"
    assert typed_use.counts("后來发展")["Hans"] == 1
    assert typed_use.config_from({"target": "zh-XX"}) is None
    assert typed_use.offsets(normalize.explain("關(guān)于", "zh-Hans"), [0, 7]) == [0, 1]
    assert typed_use.doubtful(normalize.explain(b"\xe4\xb8\xad\xff\xe4\xb8\xad", "zh-Hans"))


def test_the_package_says_that_it_is_typed() -> None:
    """The marker of PEP 561 is there, and every public name is one that a checker sees."""
    package = Path(normalize.__file__).parent
    assert (package / "py.typed").exists()
    source = (package / "__init__.py").read_text("utf-8")
    for name in normalize.__all__:
        assert f" {name} as {name}\n" in source
