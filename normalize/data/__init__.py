"""Tables and models, never code. SOURCES.md says where each comes from and what builds it."""

from __future__ import annotations

from importlib import resources


def read_text(name: str) -> str:
    """Return a data file as text."""
    return resources.files(__name__).joinpath(name).read_text("utf-8")


def read_bytes(name: str) -> bytes:
    """Return a data file as bytes."""
    return resources.files(__name__).joinpath(name).read_bytes()
