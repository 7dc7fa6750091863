"""Where a report may be written: never over a document, or over somebody's file."""

from __future__ import annotations

import os
from pathlib import Path

from normalize.report.skeleton import GENERATOR

#: How far into a page its generator is looked for, in bytes.
_HEAD = 1000


class ReportError(ValueError):
    """A place where a report cannot be written; the message says why and what to do."""


def check_place(page: Path, source: Path, target: Path) -> None:
    """Raise ReportError unless a report of the folder job can be written to `page`: asked before the work begins.

    A report of an earlier run is replaced; any other file is not.
    """
    if page.is_dir():
        raise ReportError(f"the report {page} is a folder; name a file, such as {page / 'report.html'}")
    if not page.parent.is_dir():
        raise ReportError(f"the folder of the report {page} does not exist; make it first")
    if not os.access(page.parent, os.W_OK):
        raise ReportError(f"the folder of the report {page} is read-only; choose another place")
    place = page.resolve()
    if place.is_relative_to(source.resolve()):
        raise ReportError(f"the report {page} lies inside the input {source}, and would become a document of it")
    if place.is_relative_to(target.resolve()) and (source / place.relative_to(target.resolve())).exists():
        raise ReportError(f"the report {page} would overwrite the output of a document; choose another name")
    if page.exists() and not _is_report(page):
        raise ReportError(f"{page} exists and is no report; choose another name, or remove it first")


def _is_report(page: Path) -> bool:
    with page.open("rb") as file:
        return GENERATOR.encode() in file.read(_HEAD)
