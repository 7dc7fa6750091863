"""`normalize rules`: every rule by name."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from normalize.cli.outcome import DONE, Failure
from normalize.config import suggestion
from normalize.rules import all_rules


@click.command()
@click.argument("stages", nargs=-1, metavar="[STAGE]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def rules(stages: tuple[str, ...], as_json: bool) -> int:
    """List the rules: name, whether it is on, what it does, an example, and the standard or source behind it.

    `--disable` and `--enable`, and the settings of the same names, take a rule (`comma`), a rule with its stage
    (`punctuation.comma`), a group (`annotation`), or a whole stage (`mojibake`). A name without its stage means every
    rule of that name: `compatibility` is a rule of two stages, `script.compatibility` one of them.

    \b
    Examples:
      normalize rules
      normalize rules punctuation
      normalize convert page.txt --disable annotation --enable half-katakana
    """
    known = list(dict.fromkeys(rule.stage for rule in all_rules()))
    for stage in stages:
        if stage not in known:
            raise Failure(f"unknown stage {stage!r}{suggestion(stage, known)}; known are {', '.join(known)}")
    chosen = [rule for rule in all_rules() if not stages or rule.stage in stages]
    if as_json:
        for rule in chosen:
            click.echo(json.dumps({**asdict(rule), "reference": rule.reference}, ensure_ascii=False))
    else:
        from normalize.show import rule_table

        rule_table(chosen)
    return DONE
