"""Conversion equals that of OpenCC's official binding, where the benchmark has set it up in an environment of its own.

`python tools/bench/script_exact.py` sets it up, and compares 20 million characters; this is the same in small.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from normalize.script.lexicon import CONFIGURATIONS

BENCH = Path(__file__).parent.parent / "tools" / "bench"
sys.path.insert(0, str(BENCH))

from script_exact import SHARED, differences, random_text, sample_text  # noqa: E402 (the folder is not a package)
from script_peers import Worker, python_of  # noqa: E402


@pytest.fixture(scope="module")
def official() -> Iterator[Worker]:
    """Run OpenCC in a process of its own."""
    python = python_of("opencc", create=False)
    if python is None:
        pytest.skip("run tools/bench/script_exact.py once: it sets up OpenCC's binding")
    worker = Worker("opencc", python)
    yield worker
    worker.close()


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_sample_text_is_converted_alike(official: Worker, name: str, tmp_path: Path) -> None:
    """Real text of all sources is converted character for character as OpenCC does."""
    if not SHARED.is_dir():
        pytest.skip("../shared/text is not there")
    assert list(differences(official, name, sample_text(300_000), tmp_path)) == []


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_random_text_is_converted_alike(official: Worker, name: str, tmp_path: Path) -> None:
    """Keys, fragments of keys, description sequences and rare characters strung together are converted alike."""
    assert list(differences(official, name, random_text(name, 3000, seed=1), tmp_path)) == []
