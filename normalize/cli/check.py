"""`normalize check`: what would change, for editors, hooks and services; nothing is written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import click

from normalize.cli.documents import Form, Seen, form_options
from normalize.cli.help import Command
from normalize.cli.inputs import PATH, files_from, is_binary, named, read, walked
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, FOUND, Failure, code_of, complain, shown
from normalize.edits import Step
from normalize.findings import Finding, diff, findings_of, github, sarif
from normalize.result import Change, Result

_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command(cls=Command)
@click.argument("paths", type=PATH, nargs=-1, metavar="[PATH]...")
@click.option("--diff", "as_diff", is_flag=True, help="Show a unified diff instead of one line a finding.")
@click.option(
    "--format", "form", type=click.Choice(["text", "github", "json", "sarif"]), help="For people or a service."
)
@click.option("-q", "--quiet", is_flag=True, help="Only the exit code.")
@form_options
@files_from
@config_options
def check(
    paths: tuple[str, ...],
    as_diff: bool,
    form: str | None,
    quiet: bool,
    files_from: str | None,
    **options: Any,
) -> int:
    """Say what `convert` would change in files (or folders, or standard input), and exit with 1 if anything.

    One line a finding: path:line:column rule before -> after. What is in an archive or an office document is named by
    the path inside it.

    \b
    Examples:
      normalize check docs/ --to zh-Hans
      normalize check --diff page.txt
      normalize check --format github docs/
      git ls-files '*.md' | normalize check --files-from -
    """
    if as_diff and form:
        raise Failure("--diff and --format exclude each other; choose one")
    settings = Settings(options)
    files = list(walked(named(paths, files_from)))
    for file in files:
        settings.normalizer_for(file)
    checked = Checked(Form.of(options), settings)
    reports = checked.reports(files)
    if quiet:
        for _ in reports:
            pass
    elif form == "sarif":
        log = sarif((shown(report.file), report.member, report.findings) for report in reports)
        click.echo(json.dumps(log, ensure_ascii=False, indent=2))
    else:
        printer = _diff if as_diff else _PRINTERS[form or "text"]
        for report in reports:
            printer(report)
    if not quiet:
        unit = "file" if checked.found == 1 else "files"
        click.echo(f"{checked.found} {unit} would change, of {len(files)}", err=True)
    return code_of(checked.failed, len(files)) or (FOUND if checked.found else DONE)


class Report(NamedTuple):
    """What would change in a file, or in a member of an archive; the findings are made as they are asked for."""

    file: str
    member: str
    result: Result
    findings: Iterator[Finding]

    @property
    def path(self) -> str:
        """The file as it is called in messages, and the member in it."""
        return f"{shown(self.file)}/{self.member}" if self.member else shown(self.file)


@dataclass
class Checked:
    """Checks files one by one, and counts."""

    form: Form
    settings: Settings
    found: int = 0
    failed: int = 0

    def reports(self, files: list[str]) -> Iterator[Report]:
        """Yield the files that would change, each with what would; what is no text is passed over."""
        from normalize.encoding import EncodingError
        from normalize.formats import FormatError

        for file in files:
            try:
                reports = self._reports(file)
            except (OSError, EncodingError, FormatError) as error:
                self.failed += 1
                complain(file, error)
                continue
            self.found += reports is not None
            yield from reports or ()

    def _reports(self, file: str) -> list[Report] | None:
        """Return what would change in a file by its members, or None when nothing would."""
        from normalize.encoding import decode

        data = read(file)
        normalizer = self.settings.normalizer_for(file)
        seen = Seen(self.form.encoding)
        done = self.form.rewritten(file, data, normalizer, seen)
        if done is not None:
            return None if done.data == data else [self._report(file, *item) for item in seen.results]
        source = decode(data, normalizer.config.encoding)
        if is_binary(source):
            return None
        result = self.form.explain(file, source, normalizer)
        if self.form.bytes_of(result.text, source, data) == data:
            return None
        return [self._report(file, "", result)]

    def _report(self, file: str, member: str, result: Result) -> Report:
        findings = findings_of(result)
        source = result.decoded
        if source is not None and source.text and source.encoding != self.form.encoding and not result.source.isascii():
            findings = chain((_encoding(source.encoding, self.form.encoding),), findings)
        return Report(file, member, result, findings)


def _encoding(before: str, after: str) -> Finding:
    """Return the finding that a file is in another encoding; it is none of the changes of the text."""
    step = Step("encoding", "other", "rule", "the file is in another encoding")
    return Finding(1, 1, 1, 1, Change(0, 0, 0, 0, before, after, (step,)))


def _text(report: Report) -> None:
    for item in report.findings:
        rule = click.style("+".join(item.change.names), fg="cyan") if _is_coloured() else "+".join(item.change.names)
        click.echo(f"{report.path}:{item.line}:{item.column} {rule} {item.sentence}")


def _github(report: Report) -> None:
    for item in report.findings:
        click.echo(github(shown(report.file), item, report.member))


def _json(report: Report) -> None:
    place = {"path": shown(report.file), **({"member": report.member} if report.member else {})}
    for item in report.findings:
        click.echo(json.dumps({**place, **item.entry()}, ensure_ascii=False))


def _diff(report: Report) -> None:
    coloured = _is_coloured()
    for line in diff(report.path, report.result):
        click.echo(click.style(line, fg=_COLOURS.get(line[0])) if coloured else line, nl=False)


def _is_coloured() -> bool:
    """Tell whether colours are shown: on a terminal that has them, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


_PRINTERS: dict[str, Callable[[Report], None]] = {"text": _text, "github": _github, "json": _json}
