"""`normalize config`: the settings that count, and where each comes from."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import click

from normalize.cli.inputs import PATH
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE


@click.command()
@click.argument("file", type=PATH, default="-", metavar="[FILE]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@config_options
def config(file: str, as_json: bool, **options: Any) -> int:
    """Show the settings for FILE (or for the current folder), and where each comes from.

    Settings are looked for in normalize.toml, and in pyproject.toml under [tool.normalize], in the folder of the file
    and then upward; the first counts. Options of the command line win, also over lists.

    \b
    Examples:
      normalize config
      normalize config docs/page.md --to zh-TW
    """
    settings = Settings(options)
    effective, origins = settings.config_for(file), settings.origins(file)
    values: dict[str, Any] = {}
    for item in fields(effective):
        value = getattr(effective, item.name)
        values[item.name] = sorted(value) if isinstance(value, frozenset) else value
    if as_json:
        rows = {name: {"value": value, "origin": origins.get(name, "default")} for name, value in values.items()}
        click.echo(json.dumps(rows, ensure_ascii=False))
        return DONE
    from normalize.show import settings_table

    settings_table((name, _toml(name, value), origins.get(name, "default")) for name, value in values.items())
    return DONE


def _toml(name: str, value: object) -> str:
    """Return a value as a settings file would have it."""
    if value is None:
        return '"none"' if name == "target" else "(not set)"
    # JSON's strings, lists and booleans are TOML's.
    return json.dumps(value, ensure_ascii=False)
