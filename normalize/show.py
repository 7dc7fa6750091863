"""What people see: tables, explanations, progress. Colour only on a terminal, and never with NO_COLOR."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from normalize.findings import Finding, visible
from normalize.highlight import Piece, legend, pieces
from normalize.result import Detection, Result

if TYPE_CHECKING:
    from rich.progress import TaskID

    from normalize.corpus.batch import Job, Record, Summary
    from normalize.rules import Rule

_STYLES = {"rule": "", "proved": "green", "inferred": "yellow", "lost": "red"}
#: Width of a table that goes to a file or a pipe, where nothing may be cut.
_PIPE_WIDTH = 160


def _console(error: bool = False) -> Console:
    console = Console(stderr=error, highlight=False, markup=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=error, highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def detections(rows: Iterable[tuple[str, Detection]]) -> None:
    """Print what files are written in."""
    table = _table("file", "encoding", "narrowest", "sure", "language", "because")
    for name, found in rows:
        sure = f"{found.confidence:.0%}" if found.encoding else ""
        narrow = found.narrow if found.narrow != found.encoding else ""
        table.add_row(name, found.encoding or "empty", narrow or "", sure, found.language or "", found.reason)
    _console().print(table)


def rule_table(rules: Iterable[Rule]) -> None:
    """Print rules by stage."""
    table = _table("rule", "on", "what", "example")
    for rule in rules:
        example = Text(f"{visible(rule.before)} → {visible(rule.after)}" if rule.before else "")
        table.add_row(rule.full_name, rule.on, _explained(rule.about, rule.reference), example)
    _console().print(table)


def _explained(about: str, reference: str) -> Text:
    """Return what a rule does, and on a line below what it rests on."""
    text = Text(about)
    text.append(f"\n{reference}", "dim")
    return text


def settings_table(rows: Iterable[tuple[str, str, str]]) -> None:
    """Print settings: name, value, and where it comes from."""
    table = _table("setting", "value", "from")
    for name, value, origin in rows:
        table.add_row(name, Text(value), Text(origin))
    _console().print(table)


def change_table(findings: Iterable[Finding]) -> None:
    """Print one row a change."""
    table = _table("where", "before", "after", "rule", "certainty", "why")
    for finding in findings:
        change = finding.change
        table.add_row(
            f"{finding.line}:{finding.column}",
            Text(visible(change.before)),
            Text("" if change.before == change.after else visible(change.after)),
            change.rule,
            Text(change.certainty, _STYLES[change.certainty]),
            Text(change.reason),
        )
    if table.row_count:
        _console().print(table)


def highlighted(result: Result, findings: Sequence[Finding]) -> None:
    """Print the lines that change, with the changes marked, and a legend of the rules."""
    console = _console()
    coloured = console.color_system is not None and not console.no_color
    for number, line in pieces(result, findings):
        text = Text()
        text.append(f"{number}: ", "dim")
        for piece in line:
            _mark(text, piece, coloured)
        console.print(text, soft_wrap=True)
    table = _table("rule", "certainty", "changes", "why")
    for name, certainty, count, why, reference in legend(findings):
        table.add_row(name, Text(certainty, _STYLES[certainty]), str(count), _explained(why, reference))
    if table.row_count:
        console.print()
        console.print(_marks(coloured))
        console.print(table)


def _marks(coloured: bool) -> Text:
    """Return the legend of the marks."""
    if not coloured:
        return Text("[-before-]{+after+}, {?lost?}")
    text = Text()
    text.append("before", "red strike")
    for certainty, style in _STYLES.items():
        text.append(f" {certainty}", f"bold {style}")
    return text


def _mark(text: Text, piece: Piece, coloured: bool) -> None:
    """Append a stretch or a change: in colours, or with the marks of word-wise diffs."""
    if isinstance(piece, str):
        text.append(visible(piece))
    elif piece.before == piece.after:
        text.append(visible(piece.before) if coloured else f"{{?{visible(piece.before)}?}}", "white on red")
    else:
        if piece.before:
            text.append(visible(piece.before) if coloured else f"[-{visible(piece.before)}-]", "red strike")
        if piece.after:
            style = f"bold {_STYLES[piece.certainty]}"
            text.append(visible(piece.after) if coloured else f"{{+{visible(piece.after)}+}}", style)


class Progress:
    """Progress of a batch: a bar with rate and remaining time on a terminal, nothing elsewhere."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._console = _console(error=True)
        self._bar: Any = None
        self._task: TaskID | None = None
        self._failed = 0
        self._start = perf_counter()

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            from rich import progress

            from normalize.corpus.batch import count_documents

            count, _ = count_documents(self._job)
            self._bar = progress.Progress(
                progress.TextColumn("{task.completed}/{task.total}"),
                progress.BarColumn(),
                progress.TextColumn("{task.fields[rate]}"),
                progress.TimeRemainingColumn(),
                progress.TextColumn("{task.fields[failures]}", style="red"),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=count, rate="", failures="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, record: Record) -> None:
        """Count one document."""
        if self._bar is None:
            return
        self._failed += record.status in ("failed", "crashed")
        done = self._bar.tasks[0].completed + 1
        rate = f"{done / (perf_counter() - self._start):.0f} documents/s"
        self._bar.update(self._task, advance=1, rate=rate, failures=f"{self._failed} failed" if self._failed else "")


def summary(result: Summary, output: Path) -> None:
    """Print what a batch did."""
    console = _console()
    total = sum(result.statuses.values())
    states = ", ".join(f"{count} {status}" for status, count in sorted(result.statuses.items()))
    console.print(Text(f"{total} documents, {_size(result.size)}: {states}", "bold"))
    if result.done_before:
        console.print(f"{result.done_before} of them were done by an earlier run")
    table = _table("encoding", "documents")
    for encoding, count in result.encodings.most_common():
        table.add_row(encoding, str(count))
    if table.row_count:
        console.print(table)
    table = _table("script", "became", "documents")
    for (before, after), count in result.scripts.most_common():
        table.add_row(before, after, str(count))
    if table.row_count:
        console.print(table)
    table = _table("rule", "changes")
    for rule, count in result.rules.most_common():
        table.add_row(rule, str(count))
    if table.row_count:
        console.print(table)
    counts = ", ".join(f"{result.certainty[kind]} {kind}" for kind in _STYLES if result.certainty[kind])
    if counts:
        console.print(f"changes: {counts}")
    for record in result.troubles:
        style = "yellow" if record.status == "skipped" else "red"
        console.print(Text(f"{record.status}: {record.path}: {record.error}", style))
    if result.trouble_count > len(result.troubles):
        console.print(f"and {result.trouble_count - len(result.troubles)} more such documents")
    console.print(f"record of every document: {output / '.normalize' / 'manifest.jsonl'}")


def _size(size: int) -> str:
    """Return a size in bytes as people read it."""
    value = float(size)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
