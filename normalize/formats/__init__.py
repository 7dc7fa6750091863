"""File formats: each a short module that finds the text in a document; every other byte stays as it is."""

from __future__ import annotations

from normalize.formats.document import Rewritten, rewrite
from normalize.formats.span import FormatError, Options

__all__ = ["FormatError", "Options", "Rewritten", "rewrite"]
