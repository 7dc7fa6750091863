"""Containers: compressed files and archives, told by their first bytes."""

from __future__ import annotations

from collections.abc import Callable

from normalize.formats.document import Rewritten
from normalize.formats.span import Options

Container = Callable[..., Rewritten]


def container_of(data: bytes) -> Container | None:
    """Return what rewrites a container of this kind, or None for what is none."""
    return None


__all__ = ["Container", "Options", "container_of"]
