"""Shipped data is what SOURCES.md says it is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import normalize

DATA = Path(normalize.__file__).parent / "data"


def test_every_data_file_has_its_origin_and_its_hash() -> None:
    """Nothing is shipped without a line that names where it comes from, and the line is about this very file."""
    sources = (DATA / "SOURCES.md").read_text("utf-8")
    hashes = dict(re.findall(r"\| `([^`]+)` \|.*?`([0-9a-f]{64})` \|", sources))
    files = {path.name for path in DATA.iterdir() if path.is_file()} - {"SOURCES.md", "__init__.py"}
    assert files == set(hashes)
    for name, expected in hashes.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == expected, name
