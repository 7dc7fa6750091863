"""The report of a folder job, and the page that explains one document: one HTML file each, without any network."""

from __future__ import annotations

from normalize.report.check import ReportError, check_place
from normalize.report.chosen import Collected
from normalize.report.document import Part, explained_page
from normalize.report.page import report_page

__all__ = ["Collected", "Part", "ReportError", "check_place", "explained_page", "report_page"]
