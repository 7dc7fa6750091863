"""The totals of a folder job as HTML: figures, tables, bars."""

from __future__ import annotations

from collections import Counter

from normalize.corpus.manifest import STATUSES
from normalize.edits import CERTAINTIES
from normalize.highlight import about
from normalize.references import reference_of
from normalize.report.chosen import Collected
from normalize.report.skeleton import shown
from normalize.rules import all_rules

#: Rows of a table of the totals: the manifest has all of them.
_ROWS = 9


def figures(found: Collected) -> str:
    """Return the counts that matter most, and a strip of the documents by status."""
    failed = found.statuses["failed"] + found.statuses["crashed"]
    figures = [
        (f"{found.count:,}", "documents", ""),
        (size(found.size), "read", ""),
        (f"{found.statuses['ok']:,}", "changed", ""),
        (f"{found.changes:,}", "changes", ""),
        (f"{failed:,}", "failed", "bad" if failed else ""),
        (f"{found.lost:,}", "places lost", "bad" if found.lost else ""),
    ]
    cards = "".join(
        f'<div class="figure {kind}"><b>{value}</b><span>{name}</span></div>' for value, name, kind in figures
    )
    present = [(status, found.statuses[status]) for status in STATUSES if found.statuses[status]]
    strip = "".join(f'<i class="{status}" style="flex:{count}"></i>' for status, count in present)
    names = {"ok": "changed"}
    key = "".join(
        f'<li><i class="{status}"></i>{count:,} {names.get(status, status)}</li>' for status, count in present
    )
    return (
        f'<section aria-label="Summary"><div class="figures">{cards}</div>'
        f'<div class="strip" aria-hidden="true">{strip}</div><ul class="key">{key}</ul></section>'
    )


def rules(found: Collected) -> str:
    """Return the kinds of damage: rules by stage, each with how sure it was."""
    if not found.rules:
        return ""
    most = max(found.rules.values())
    numbers = rule_numbers(found)
    order = list(dict.fromkeys(rule.stage for rule in all_rules()))
    stages: dict[str, list[str]] = {stage: [] for stage in order}
    for rule, _ in found.rules.most_common():
        stages.setdefault(rule.partition(".")[0], []).append(rule)
    rows = []
    for stage, rules in stages.items():
        if not rules:
            continue
        rows.append(f'<tr class="stage"><th colspan="6" scope="rowgroup">{shown(stage)}</th></tr>')
        for rule in rules:
            count = found.rules[rule]
            judged = found.judged.get(rule, Counter())
            parts = {**judged, "rule": count - sum(judged.values())}
            bar = "".join(
                f'<i class="{kind}" style="--w:{parts[kind] / count:.1%}"></i>'
                for kind in CERTAINTIES
                if parts.get(kind)
            )
            sure = " ".join(
                f'<span class="badge {kind}">{parts[kind]:,} {kind}</span>'
                for kind in CERTAINTIES
                if kind != "rule" and parts.get(kind)
            )
            # The root makes small counts visible beside the conversion of every second character.
            width = max((count / most) ** 0.5, 0.01)
            rows.append(
                f'<tr><td><button class="badge" data-filter="rule" data-value="{numbers[rule]}" '
                f'title="Show the documents">{shown(rule.partition(".")[2])}</button></td>'
                f'<td title="{shown(reference_of(rule))}">{shown(about(rule))}</td><td>{sure}</td>'
                f'<td class="number">{count:,}</td><td class="number">{found.holders[rule]:,}</td>'
                f'<td class="bar" aria-hidden="true"><span style="--w:{width:.1%}">{bar}</span></td></tr>'
            )
    heads = ("rule", "what it does", "how sure", "#changes", "#documents", "")
    return _panel("What was done", heads, "".join(rows), "rules")


def counts(title: str, name: str, counts: Counter[str], filter: str = "") -> str:
    """Return how many documents are of each kind; the kinds set a filter if it is named."""
    if not counts:
        return ""
    most = max(counts.values())
    rows = ""
    for value, count in counts.most_common(_ROWS):
        label = f"<code>{shown(value)}</code>"
        if filter:
            label = f'<button class="badge" data-filter="{filter}" data-value="{shown(value)}">{shown(value)}</button>'
        rows += (
            f'<tr><td>{label}</td><td class="number">{count:,}</td>'
            f'<td class="bar" aria-hidden="true"><span style="--w:{count / most:.1%}"></span></td></tr>'
        )
    more = f'<p class="soft">and {len(counts) - _ROWS:,} more</p>' if len(counts) > _ROWS else ""
    return _panel(title, (name, "#documents", ""), rows, more=more)


def scripts(found: Collected) -> str:
    """Return the scripts before and after, and how many documents went from the one to the other."""
    if not found.scripts:
        return ""
    most = max(found.scripts.values())
    rows = "".join(
        f'<tr><td>{shown(before or "?")}</td><td>{shown(after or "?")}</td><td class="number">{count:,}</td>'
        f'<td class="bar" aria-hidden="true"><span style="--w:{count / most:.1%}"></span></td></tr>'
        for (before, after), count in found.scripts.most_common(_ROWS)
    )
    return _panel("Scripts", ("before", "after", "#documents", ""), rows)


def speed(found: Collected, seconds: float) -> str:
    """Return how fast it was, and the documents that took longest."""
    if not found.seconds:
        return ""
    rows = "".join(
        f'<tr><td class="path">{shown(record.path)}</td><td class="number">{size(record.size)}</td>'
        f'<td class="number">{record.seconds:.2f} s</td></tr>'
        for record in found.slowest.records()[:5]
    )
    rate = (
        f"{size(found.size / found.seconds)} and {found.count / found.seconds:,.0f} documents a second for each worker"
    )
    run = f" This run took {seconds:,.1f} seconds." if seconds else ""
    note = f'<p class="soft">{rate}; {found.seconds:,.1f} seconds of work.{run}</p>'
    return _panel("Speed", ("slowest", "#size", "#took"), rows, more=note)


def _panel(title: str, heads: tuple[str, ...], rows: str, kind: str = "", more: str = "") -> str:
    """Return a table with a title; a column of numbers has a head that begins with `#`."""
    head = "".join(
        f'<th scope="col" class="number">{name[1:]}</th>' if name.startswith("#") else f'<th scope="col">{name}</th>'
        for name in heads
    )
    wide = " wide" if kind == "rules" else ""
    return (
        f'<div class="panel{wide}"><h2>{title}</h2>'
        f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}</div>'
    )


def size(size: float) -> str:
    """Return a size in bytes as people read it."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def rule_numbers(found: Collected) -> dict[str, int]:
    """Return the number by which the page's script knows each rule."""
    return {rule: number for number, rule in enumerate(sorted(found.rules))}
