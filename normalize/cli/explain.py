"""`normalize explain`: every change, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from normalize.cli.documents import Form, Seen, form_options
from normalize.cli.help import Command
from normalize.cli.inputs import PATH, decoded, read
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, SOME_FAILED, USAGE, Failure, complain, shown
from normalize.formats import FormatError
from normalize.pipeline import Normalizer
from normalize.result import Change, Result


@click.command(cls=Command)
@click.argument("file", type=PATH, default="-", metavar="[FILE]")
@click.option("--table", "as_table", is_flag=True, help="One row a change: where, what, by which rule, how sure.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change, for programs.")
@click.option("--html", type=click.Path(), metavar="PAGE", help="Write a page for a browser, in one file.")
@click.option("-f", "--force", is_flag=True, help="Overwrite a page that exists.")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only changes by this rule or stage.")
@form_options
@config_options
def explain(
    file: str, as_table: bool, as_json: bool, html: str | None, force: bool, rules: tuple[str, ...], **options: Any
) -> int:
    """Show every change that normalising FILE (or standard input) makes: the lines, marked, and each rule.

    \b
    Examples:
      normalize explain page.txt --to zh-Hans
      normalize explain page.txt --table --rule mojibake
      normalize explain page.txt --html page.html
      normalize explain page.txt --json | jq .rule
    """
    from normalize.encoding import EncodingError
    from normalize.findings import findings_of
    from normalize.highlight import summary
    from normalize.report import Part, explained_page
    from normalize.rules import check_names

    if as_table + as_json + (html is not None) > 1:
        raise Failure("--table, --json and --html exclude each other; choose one")
    check_names("--rule", set(rules) - {"encoding", "undecodable", "encoding.undecodable"})
    normalizer = Settings(options).normalizer_for(file)
    form = Form.of(options)
    try:
        results = _results(file, normalizer, form)
    except (OSError, EncodingError, FormatError) as error:
        complain(file, error)
        return USAGE
    parts = [
        Part(member, result, [found for found in findings_of(result) if not rules or _is_by(found.change, set(rules))])
        for member, result in results
    ]
    if html is not None:
        _write(Path(html), explained_page(shown(file), parts), force)
        return DONE
    if as_json:
        for part in parts:
            place = {"member": part.member} if part.member else {}
            for finding in part.findings:
                click.echo(json.dumps({**place, **finding.entry()}, ensure_ascii=False))
        return DONE
    from normalize import show

    for part in parts:
        name = f"{shown(file)}/{part.member}" if part.member else shown(file)
        click.echo(f"{name}: {summary(part.result, part.findings)}")
        if as_table:
            show.change_table(part.findings)
        else:
            show.highlighted(part.result, part.findings)
    if not parts:
        click.echo(f"{shown(file)}: nothing is to be changed")
    return DONE


def _results(file: str, normalizer: Normalizer, form: Form) -> list[tuple[str, Result]]:
    """Return what becomes of a document, or of those members of an archive that would change, by their paths."""
    data = read(file)
    seen = Seen(form.encoding)
    done = form.rewritten(file, data, normalizer, seen)
    if done is None:
        source = decoded(file, data, normalizer.config.encoding)
        return [("", form.explain(file, source, normalizer))]
    if done.problem:
        raise FormatError(done.problem)
    return seen.results


def _is_by(change: Change, wanted: set[str]) -> bool:
    """Tell whether a rule or stage that is wanted had a part in a change."""
    names = {name for step in change.steps for name in (step.stage, step.rule, step.rule.partition(".")[0])}
    return not wanted.isdisjoint(names | set(change.names))


def _write(page: Path, content: str, force: bool) -> None:
    from normalize.files import write_atomically

    if page.exists() and not force:
        raise Failure(f"{page} exists; use --force to overwrite it")
    try:
        # A lone surrogate is no character of a page.
        write_atomically(page, content.encode("utf-8", "replace"))
    except OSError as error:
        raise Failure(f"cannot write {page}: {error.strerror}", SOME_FAILED) from None
