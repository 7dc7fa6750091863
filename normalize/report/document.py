"""The page that explains one document: every line that changed, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from normalize.edits import CERTAINTIES
from normalize.findings import Finding
from normalize.highlight import legend, pieces, summary
from normalize.report.comparison import AROUND, Line
from normalize.report.sides import sides
from normalize.report.skeleton import Steps, shown, skeleton
from normalize.result import Result

#: Lines of the page, and changes of each: a browser scrolls through a page of this size without waiting.
_LINES, _CHANGES = 5_000, 1_000
#: Parts whose encoding and script are told at the top.
_SUMMED = 5


class Part(NamedTuple):
    """A document, or one member of an archive, and the changes of it that are to be shown."""

    member: str
    result: Result
    findings: Sequence[Finding]


def explained_page(title: str, parts: Sequence[Part]) -> str:
    """Return one self-contained page with the changes in the parts of a document: one, or the members of an archive.

    >>> from normalize import explain
    >>> from normalize.findings import findings_of
    >>> result = explain("關(guān)于", "zh-Hans")
    >>> page = explained_page("a.txt", [Part("", result, list(findings_of(result)))])
    >>> page.count("<ins "), "://" in page
    (2, False)
    """
    steps = Steps()
    findings = [finding for part in parts for finding in part.findings]
    counts = Counter(finding.change.certainty for finding in findings)
    figures = "".join(
        f'<div class="figure{" bad" if kind == "lost" and count else ""}"><b>{count:,}</b><span>{name}</span></div>'
        for name, kind, count in [
            ("changes" if len(findings) != 1 else "change", "", len(findings)),
            *((kind if kind != "rule" else "by plain rule", kind, counts[kind]) for kind in CERTAINTIES),
        ]
    )
    about = "".join(
        f"<p>{shown(part.member + ': ' if part.member else '')}{shown(summary(part.result, part.findings))}</p>"
        for part in parts[:_SUMMED]
    )
    if len(parts) > _SUMMED:
        about += f"<p>and {len(parts) - _SUMMED:,} more parts</p>"
    found = _found(parts, findings, steps) if findings else "<section><p>Nothing is to be changed.</p></section>"
    main = f'<section aria-label="Counts"><div class="figures">{figures}</div></section>{found}'
    return skeleton(title, about, main, steps)


def _found(parts: Sequence[Part], findings: Sequence[Finding], steps: Steps) -> str:
    """Return the rules that acted, and the lines that they changed."""
    rows = "".join(
        f'<tr><td><code>{shown(name)}</code></td><td><span class="badge {certainty}">{certainty}</span></td>'
        f'<td class="number">{count:,}</td><td>{shown(why)}</td><td class="soft">{shown(reference)}</td></tr>'
        for name, certainty, count, why, reference in legend(findings)
    )
    heads = ('">rule', '">how sure', 'number">changes', '">what it does', '">reference')
    head = "".join(f'<th scope="col" class="{name}</th>' for name in heads)
    lines = [line for part in parts for line in _lines(part)]
    more = len(lines) - _LINES
    note = f'<p class="soft">{more:,} more lines have changes; --json lists all of them.</p>' if more > 0 else ""
    return (
        f'<section class="panel" style="margin-bottom:2.75rem"><table class="legends"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
        f"<section><h2>What changed</h2>{sides(lines[:_LINES], steps)}{note}</section>"
    )


def _lines(part: Part) -> list[Line]:
    lines: list[Line] = []
    for number, group in groupby(part.findings, key=lambda finding: finding.line):
        found = list(group)
        # Lines that are not shown are counted only.
        marked = pieces(part.result, found[:_CHANGES], AROUND) if len(lines) < _LINES else ()
        shown_pieces = [piece for _, line in marked for piece in line]
        if len(found) > _CHANGES and shown_pieces:
            shown_pieces[-1] = ""  # behind the last change that is shown come others
        lines.append(Line(part.member, number, shown_pieces, max(len(found) - _CHANGES, 0)))
    return lines
