"""The page of a folder job: what was there, what became of it, and the documents worth a look."""

from __future__ import annotations

from datetime import datetime

from normalize.corpus.job import Job
from normalize.corpus.manifest import STATUSES, Record
from normalize.findings import visible
from normalize.report.chosen import Collected
from normalize.report.comparison import Compare
from normalize.report.skeleton import Steps, embedded, shown, skeleton
from normalize.report.totals import counts, figures, rule_numbers, rules, scripts, speed
from normalize.report.worth import Worth, clipped

_COLUMNS = ("path", "status", "format", "encoding", "script", "changes", "lost", "error", "rules", "place", "output")


def report_page(job: Job, collected: Collected, compare: Compare, when: datetime, seconds: float = 0.0) -> str:
    """Return the report of a folder job as one self-contained page.

    `compare` gives the differences of a document; it is asked for at most `COMPARED` of them. `seconds` is what the run
    took from its beginning to its end.
    """
    steps = Steps()
    rows = collected.rows()
    numbers = {record.path: number for number, record in enumerate(rows)}
    worth = Worth(collected, compare, steps, numbers)
    look = worth.section()
    main = "".join(
        (
            figures(collected),
            '<section aria-label="Totals"><div class="panels">',
            rules(collected),
            counts("Encodings", "encoding", collected.encodings, "encoding"),
            scripts(collected),
            counts("Formats", "format", collected.formats),
            speed(collected, seconds),
            "</div></section>",
            _filters(collected) if rows else "",
            look,
            _documents(collected, len(rows)),
        )
    )
    target = job.config.target or "no conversion"
    title = f"{job.source.name or job.source}: {collected.count:,} document{'s' * (collected.count != 1)}"
    where = "in place" if job.target == job.source else f"to {job.target}"
    line = (
        f"<p>{shown(str(job.source))} {shown(where)}, {shown(target)}, "
        f'<time datetime="{when:%Y-%m-%dT%H:%M}">{when:%d %B %Y, %H:%M}</time></p>'
    )
    return skeleton(f"Normalised {title}", line, main, steps, _data(rows, collected, worth.places))


def _filters(found: Collected) -> str:
    statuses = "".join(f"<option>{status}</option>" for status in STATUSES if found.statuses[status])
    rules = "".join(f'<option value="{number}">{shown(rule)}</option>' for rule, number in rule_numbers(found).items())
    encodings = "".join(f"<option>{shown(name)}</option>" for name in sorted(found.encodings))
    return (
        '<div class="filters" id="look" role="search" aria-label="Filter the documents">'
        '<input id="filter-text" type="search" placeholder="Search names, errors, changes" aria-label="Search (/)">'
        f'<select id="filter-status" aria-label="Status"><option value="">any status</option>{statuses}</select>'
        f'<select id="filter-rule" aria-label="Rule"><option value="">any rule</option>{rules}</select>'
        f'<select id="filter-encoding" aria-label="Encoding"><option value="">any encoding</option>{encodings}</select>'
        '<button id="clear">Clear</button><output id="found" aria-live="polite"></output></div>'
    )


def _documents(found: Collected, listed: int) -> str:
    left = found.count - listed
    note = (
        f'<p class="soft">The {listed:,} that are most worth a look of {found.count:,}; the manifest has all.</p>'
        if left
        else ""
    )
    heads = ("document", "status", "format", "encoding", "script", "changes", "lost")
    head = "".join(f'<th scope="col"{" class=number" * (name in ("changes", "lost"))}>{name}</th>' for name in heads)
    return (
        f"<section><h2>{'Documents' if left else 'All documents'}</h2>{note}<noscript><p>The list needs scripts; "
        "the manifest holds the same.</p></noscript>"
        f'<table class="documents" id="documents"><thead><tr>{head}</tr></thead><tbody></tbody></table>'
        '<p id="nothing" class="soft" hidden>No document is like that.</p>'
        '<button id="more" class="more" hidden>Show more</button></section>'
    )


def _data(rows: list[Record], found: Collected, places: dict[str, str]) -> str:
    rules = rule_numbers(found)
    encodings = {name: number for number, name in enumerate(dict.fromkeys(record.encoding or "" for record in rows))}
    values = [
        (
            visible(record.path),
            STATUSES.index(record.status),
            record.format,
            encodings[record.encoding or ""],
            _script(record),
            record.changes,
            record.lost,
            visible(clipped(record.error)),
            [rules[rule] for rule in record.rules],
            places.get(record.path, ""),
            visible(record.output),
        )
        for record in rows
    ]
    return embedded("data", {"columns": _COLUMNS, "statuses": STATUSES, "encodings": list(encodings), "rows": values})


def _script(record: Record) -> str:
    before, after = record.script_before, record.script_after
    return before if before == after else f"{before} → {after}"
