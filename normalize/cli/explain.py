"""`normalize explain`: every change, and why."""

from __future__ import annotations

import json
from typing import Any

import click

from normalize.cli.inputs import read
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, USAGE, complain, shown


@click.command()
@click.argument("file", type=click.Path(), default="-", metavar="[FILE]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change, for programs.")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only changes by this rule or stage.")
@config_options
def explain(file: str, as_json: bool, rules: tuple[str, ...], **options: Any) -> int:
    """Show every change that normalising FILE (or standard input) makes: where, what, by which rule, how sure.

    \b
    Examples:
      normalize explain page.txt --to zh-Hans
      normalize explain page.txt --rule mojibake
      normalize explain page.txt --json | jq .rule
    """
    from normalize.encoding import EncodingError
    from normalize.findings import findings_of
    from normalize.show import explanation

    normalizer = Settings(options).normalizer_for(file)
    try:
        result = normalizer.explain(read(file))
    except (OSError, EncodingError) as error:
        complain(file, error)
        return USAGE
    wanted = set(rules)
    rows = (
        row
        for row in findings_of(result)
        if not wanted or wanted & {*row.change.rule.split("+"), *row.change.stage.split("+"), *row.change.names}
    )
    if as_json:
        for row in rows:
            click.echo(json.dumps(row.entry(), ensure_ascii=False))
    else:
        explanation(shown(file), result, rows)
    return DONE
