"""A normalised text with its changes marked: cut into pieces for a terminal, written as HTML for a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from normalize.edits import CERTAINTIES
from normalize.findings import Finding, findings_of, visible
from normalize.references import reference_of
from normalize.result import Change, Result

#: A stretch without changes is shown up to this many characters at each end.
AROUND = 40
#: Changes that a notebook shows: some hundred are more than anybody reads there.
SHOWN = 500

#: A stretch that stayed, or a change.
Piece = str | Change

_STYLE = """
.normalize{font:16px/1.7 system-ui,sans-serif;color:#222;background:#fff}
.normalize pre{white-space:pre-wrap;font:inherit;margin:0 0 1em}
.normalize table{border-collapse:collapse;font-size:14px}
.normalize td,.normalize th{padding:2px 12px 2px 0;text-align:left;vertical-align:top}
.normalize del{color:#b00;background:#fee;text-decoration:line-through}
.normalize ins{text-decoration:none;background:#eef}
.normalize .proved{background:#dfd}.normalize .inferred{background:#fe9}.normalize .lost{background:#f99}
"""


def pieces(result: Result, findings: Iterable[Finding], around: int = AROUND) -> Iterator[tuple[int, list[Piece]]]:
    """Yield the lines that have changes, by their number in the source, as stretches and changes.

    A change that spans lines belongs to the first. Long stretches are cut short in the middle, with an ellipsis.
    """
    source = result.source
    line: list[Piece] = []
    number = position = 0
    for finding in findings:
        change = finding.change
        if line and finding.line != number and "\n" in source[position : change.start]:
            yield number, [*line, _tail(source, position, around)]
            line = []
        if not line:
            number = finding.line
            position = source.rfind("\n", 0, change.start) + 1
        stretch = source[position : change.start]
        if len(stretch) > 2 * around:
            head = stretch[:around] if line else ""
            stretch = f"{head}…{stretch[-around:]}"
        line += (stretch, change)
        position = change.end
    if line:
        yield number, [*line, _tail(source, position, around)]


def _tail(source: str, position: int, around: int) -> str:
    end = source.find("\n", position)
    tail = source[position : len(source) if end < 0 else end]
    return tail if len(tail) <= around else tail[:around] + "…"


def legend(findings: Iterable[Finding]) -> list[tuple[str, str, int, str, str]]:
    """Return for each rule that acted, most frequent first: name, certainty, how often, why, and what it rests on."""
    counts: Counter[tuple[str, str]] = Counter()
    reasons: dict[tuple[str, str], str] = {}
    for finding in findings:
        for step in finding.change.steps:
            key = f"{step.stage}.{step.rule}", step.certainty
            counts[key] += 1
            reasons.setdefault(key, step.reason)
    return [(*key, count, about(key[0]) or reasons[key], reference_of(key[0])) for key, count in counts.most_common()]


def about(name: str) -> str:
    """Return what a rule does, or nothing for a rule that is not registered."""
    from normalize.rules import all_rules

    return next((rule.about for rule in all_rules() if rule.full_name == name), "")


def html_fragment(result: Result, limit: int | None = SHOWN) -> str:
    """Return the changed lines and a legend as HTML, with its own style; at most `limit` changes."""
    findings = list(findings_of(result))
    shown = findings[:limit]
    more = f"<p>… and {len(findings) - len(shown)} more changes</p>" if len(shown) < len(findings) else ""
    lines = "".join(
        f"<pre>{number}&#9;{''.join(map(_html_piece, line))}</pre>" for number, line in pieces(result, shown)
    )
    rows = "".join(
        f'<tr><td><span class="{certainty}">{escape(name)}</span></td><td>{certainty}</td><td>{count}</td>'
        f"<td>{escape(why)}</td><td>{escape(reference)}</td></tr>"
        for name, certainty, count, why, reference in legend(findings)
    )
    header = "".join(f"<th>{name}</th>" for name in ("rule", "sure", "changes", "why", "reference"))
    table = f"<table><tr>{header}</tr>{rows}</table>" if rows else ""
    head = f"<p>{summary(result, findings)}</p>"
    return f'<style>{_STYLE}</style><div class="normalize">{head}{lines}{more}{table}</div>'


def _html_piece(piece: Piece) -> str:
    if isinstance(piece, str):
        return escape(visible(piece))
    title = escape(f"{'+'.join(piece.names)} ({piece.certainty}): {piece.reason}", quote=True)
    if piece.before == piece.after:
        return f'<ins class="{piece.certainty}" title="{title}">{escape(visible(piece.before))}</ins>'
    before = f'<del title="{title}">{escape(visible(piece.before))}</del>' if piece.before else ""
    after = f'<ins class="{piece.certainty}" title="{title}">{escape(visible(piece.after))}</ins>'
    return before + (after if piece.after else "")


def summary(result: Result, findings: Sequence[Finding]) -> str:
    """Return a sentence: what was read, which script it was and is, and how many changes of which certainty."""
    read_as = f"read as {result.decoded.encoding}" if result.decoded else ""
    found = result.detection
    if found is not None and found.confidence:
        read_as += f" ({found.confidence:.0%} sure)"
    if result.decoded and result.decoded.segments:
        parts = Counter(segment.encoding for segment in result.decoded.segments)
        read_as += "".join(f", {count} part{'s'[: count > 1]} as {name}" for name, count in parts.items())
    certainty = Counter(finding.change.certainty for finding in findings)
    counts = ", ".join(f"{certainty[kind]} {kind}" for kind in CERTAINTIES if certainty[kind])
    unit = "change" if len(findings) == 1 else "changes"
    changes = f"{len(findings)} {unit}" + (f" ({counts})" if counts else "")
    return "; ".join(filter(None, (read_as, f"script {result.script_before}, now {result.script_after}", changes)))
