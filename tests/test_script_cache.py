"""Compiled plans are kept between runs, and nothing that is wrong with the cache ever shows in a conversion."""

from __future__ import annotations

from pathlib import Path

import pytest

from normalize.script import cache, lexicon
from normalize.script.compiler import compile_plan
from normalize.script.converter import Converter
from normalize.script.lexicon import with_overrides

TEXT = "乾坤後來著名的髮型" * 200


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the cache in a folder of the test's own."""
    monkeypatch.setenv("ZH_NORMALIZE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_kept_is_what_was_compiled(home: Path) -> None:
    """A plan read back equals the plan compiled, and is not compiled again."""
    plan = lexicon.load("t2s")
    first = cache.compiled(plan)
    (file,) = home.iterdir()
    assert cache.read(file.name) == first == compile_plan(plan)
    assert cache.compiled(plan) == first


@pytest.mark.parametrize("damage", ["torn", "empty", "changed", "foreign", "other tables", "folder"])
def test_a_file_that_is_not_right_is_passed_over(home: Path, damage: str) -> None:
    """A torn, foreign or altered file is not believed, and is replaced where that is possible."""
    plan = lexicon.load("t2s")
    right = cache.compiled(plan)
    (file,) = home.iterdir()
    content = file.read_bytes()
    if damage == "torn":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "changed":
        file.write_bytes(content.replace(b"\\u540e", b"\\u524d", 1))
    elif damage == "foreign":
        file.write_bytes(b"\x80\x04\x95 not ours \xff\xfe")
    elif damage == "other tables":
        payload = b'{"default": {"aa": 3}, "ahead": [], "behind": {}, "follow": {}, "always": "", "reach": 64}'
        file.write_bytes(cache._checksum(payload) + b"\n" + payload)
    else:
        file.unlink()
        file.mkdir()
    assert cache.read(file.name) is None
    assert cache.compiled(plan) == right
    assert Converter(plan).convert(TEXT) == "乾坤后来著名的发型" * 200
    if damage != "folder":
        assert cache.read(file.name) == right


def test_the_name_depends_on_what_is_compiled(home: Path) -> None:
    """Other entries of the user's are other plans."""
    plan = lexicon.load("t2s")
    cache.compiled(plan)
    assert Converter(with_overrides(plan, {"著名": "着名"})).convert(TEXT) == "乾坤后来着名的发型" * 200
    assert len(list(home.iterdir())) == 2


def test_it_can_be_switched_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache nothing is read or written."""
    monkeypatch.setenv("ZH_NORMALIZE_CACHE", "off")
    assert Converter(lexicon.load("t2s")).convert(TEXT) == "乾坤后来著名的发型" * 200
    assert not home.exists()


def test_a_place_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept, conversion works all the same."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("ZH_NORMALIZE_CACHE", str(blocked / "cache"))
    assert Converter(lexicon.load("t2s")).convert(TEXT) == "乾坤后来著名的发型" * 200
