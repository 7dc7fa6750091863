"""Containers: compressed files and archives, told by their first bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from normalize.formats.document import Rewritten, Visit
from normalize.formats.span import FormatError, Options
from normalize.pipeline import Normalizer

Container = Callable[[bytes, str, Normalizer, Options, Visit], Rewritten]


def container_of(data: bytes) -> Container | None:
    """Return what rewrites a container of this kind, or None for what is none."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from normalize.formats.archive import rewrite_archive

        return rewrite_archive
    from normalize.formats.warc_reader import is_warc

    if is_warc(data[:512]):
        from normalize.formats.warc import rewrite_warc

        return rewrite_warc
    from normalize.formats.columnar import kind_of, rewrite_columnar

    if kind_of(data[:16]):
        return rewrite_columnar
    from normalize.formats.compressed import method_of, rewrite_compressed

    return rewrite_compressed if method_of(data) else None


def inside(options: Options, path: str) -> Options:
    """Return the options for what lies inside a container, or raise FormatError when it lies too deep."""
    if options.depth <= 0:
        raise FormatError(f"{path} lies too deep in other compressed files")
    return replace(options, depth=options.depth - 1)


def allowed(size: int, options: Options) -> int:
    """Return how many bytes a container of this size may unpack to."""
    # Small files compress well and harm nobody: a ratio alone would refuse a kilobyte of blanks.
    return min(options.most, max(size * options.ratio, 1 << 20))
