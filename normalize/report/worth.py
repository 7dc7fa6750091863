"""The documents worth a look: why, and what changed in them."""

from __future__ import annotations

from normalize.corpus.manifest import Record
from normalize.edits import CERTAINTIES
from normalize.report.chosen import COMPARED, NAMED, REASONS, UNSURE, Collected
from normalize.report.comparison import CHANGES, LINES, WHOLE, Compare
from normalize.report.sides import legend, sides
from normalize.report.skeleton import Steps, shown
from normalize.report.totals import size

#: Documents that are open when the page is, and characters of an error: the manifest has all of it.
_OPEN, _ERROR = 3, 400


class Worth:
    """The section of documents worth a look; `places` holds the anchor of each document in it."""

    def __init__(self, found: Collected, compare: Compare, steps: Steps, numbers: dict[str, int]) -> None:
        self.found = found
        self.compare = compare
        self.steps = steps
        self.numbers = numbers
        self.places: dict[str, str] = {}
        self.compared = {record.path: record for record in found.compared()}

    def section(self) -> str:
        """Return the section: by reason, each document once, at the first reason that it is named for."""
        groups = []
        for reason in REASONS:
            heaviest = self.found.worth[reason.key]
            items = [self._item(record) for record in heaviest.records() if record.path not in self.places]
            more = f", the first {NAMED} of them here" if heaviest.count > NAMED else ""
            note = f"{reason.about}: {heaviest.count:,}{more}"
            groups.append(_group(reason.title, note, items))
        items = [self._item(record) for path, record in self.compared.items() if path not in self.places]
        groups.append(_group("Others", "one for each other rule, then those with most changes", items))
        if not any(groups):
            return ""
        note = (
            f"At most {COMPARED} documents, {LINES} lines of each and {CHANGES} changes of a line; of documents larger "
            f"than {size(WHOLE)} the first part. The whole of one: normalize explain --html."
        )
        return f'<section id="worth"><h2>Worth a look</h2><p class="soft">{note}</p>{"".join(groups)}</section>'

    def _item(self, record: Record) -> str:
        place = f"d{len(self.places) + 1}"
        self.places[record.path] = place
        number = self.numbers.get(record.path, -1)
        head = f'<h3 class="path">{shown(record.path)}</h3>{_badges(record)}'
        says = f'<p class="says">{shown(clipped(record.error))}</p>' if record.error else ""
        body = self._body(record) if record.path in self.compared else ""
        if not body:
            return (
                f'<div class="worth" id="{place}" data-row="{number}" tabindex="-1">'
                f'<div class="plain">{head}{says}</div></div>'
            )
        is_open = " open" if len(self.places) <= _OPEN else ""
        return (
            f'<details class="worth" id="{place}" data-row="{number}"{is_open}><summary>{head}{says}</summary>'
            f'<div class="body">{body}</div></details>'
        )

    def _body(self, record: Record) -> str:
        found = self.compare(record)
        if found.problem:
            return f'<p class="soft">{shown(found.problem)}</p>'
        if not found.lines:
            return '<p class="soft">Only its encoding or its line ends changed.</p>' if not record.lost else ""
        part = " in its first part" if found.is_part else ""
        count = f"{len(found.lines)} of {found.changed:,} lines that changed{part}"
        note = f'<p class="soft">{count}</p>' if found.changed > len(found.lines) or part else ""
        return f"{sides(found.lines, self.steps)}{note}{legend(found)}"


def _group(title: str, note: str, items: list[str]) -> str:
    if not items:
        return ""
    return (
        f'<div class="reason"><div class="group"><h3>{title}</h3><span class="soft">{note}</span></div>'
        f"{''.join(items)}</div>"
    )


def _badges(record: Record) -> str:
    badges: list[tuple[str, str]] = [(record.status, record.status)] if record.status != "ok" else []
    if record.encoding:
        doubt = record.confidence is not None and record.confidence < UNSURE
        sure = f", {record.confidence:.0%} sure" if doubt else ""
        badges.append(("inferred" if doubt else "", record.encoding + sure))
    if record.changes:
        badges.append(("", f"{record.changes:,} change{'s' * (record.changes != 1)}"))
    counts = {**record.certainty, "lost": record.lost}
    badges += ((kind, f"{counts[kind]:,} {kind}") for kind in CERTAINTIES[1:] if counts.get(kind))
    return "".join(f'<span class="badge {kind}">{shown(text)}</span>' for kind, text in badges)


def clipped(text: str) -> str:
    """Return an error as far as it is shown."""
    return text if len(text) <= _ERROR else text[:_ERROR] + "…"
