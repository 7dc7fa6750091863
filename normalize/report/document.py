"""The page that explains one document: every line that changed, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from normalize.edits import CERTAINTIES
from normalize.findings import Finding
from normalize.highlight import legend, pieces, summary
from normalize.report.comparison import AROUND, Line
from normalize.report.sides import sides
from normalize.report.skeleton import Steps, shown, skeleton
from normalize.result import Result

#: Lines of the page, and changes of each: a browser scrolls through a page of this size without waiting.
_LINES, _CHANGES = 5_000, 1_000


def explained_page(title: str, result: Result, findings: Sequence[Finding]) -> str:
    """Return one self-contained page with the changes of a result that `findings` names.

    >>> from normalize import explain
    >>> from normalize.findings import findings_of
    >>> result = explain("關(guān)于", "zh-Hans")
    >>> page = explained_page("a.txt", result, list(findings_of(result)))
    >>> page.count("<ins "), "://" in page
    (2, False)
    """
    steps = Steps()
    lines = _lines(result, findings)
    counts = Counter(finding.change.certainty for finding in findings)
    figures = "".join(
        f'<div class="figure{" bad" if kind == "lost" and count else ""}"><b>{count:,}</b><span>{name}</span></div>'
        for name, kind, count in [
            ("changes" if len(findings) != 1 else "change", "", len(findings)),
            *((kind if kind != "rule" else "by plain rule", kind, counts[kind]) for kind in CERTAINTIES),
        ]
    )
    rows = "".join(
        f'<tr><td><code>{shown(name)}</code></td><td><span class="badge {certainty}">{certainty}</span></td>'
        f'<td class="number">{count:,}</td><td>{shown(why)}</td><td class="soft">{shown(reference)}</td></tr>'
        for name, certainty, count, why, reference in legend(findings)
    )
    head = '<th>rule</th><th>how sure</th><th class="number">changes</th><th>what it does</th><th>reference</th>'
    left = len({finding.line for finding in findings}) - _LINES
    more = f'<p class="soft">{left:,} more lines have changes; --json lists all of them.</p>' if left > 0 else ""
    main = f'<section aria-label="Counts"><div class="figures">{figures}</div></section>' + (
        f'<section class="panel" style="margin-bottom:2.75rem"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></section><section><h2>What changed</h2>{sides(lines, steps)}{more}</section>"
        if findings
        else "<section><p>Nothing is to be changed.</p></section>"
    )
    return skeleton(title, f"<p>{shown(summary(result, findings))}</p>", main, steps)


def _lines(result: Result, findings: Sequence[Finding]) -> list[Line]:
    lines: list[Line] = []
    for number, group in groupby(findings, key=lambda finding: finding.line):
        if len(lines) == _LINES:
            break
        found = list(group)
        shown_pieces = [piece for _, line in pieces(result, found[:_CHANGES], AROUND) for piece in line]
        lines.append(Line("", number, shown_pieces, max(len(found) - _CHANGES, 0)))
    return lines
