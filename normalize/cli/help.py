"""Help that fits a screen: what most people need; `--help-all` shows the rest."""

from __future__ import annotations

from typing import Any

import click

_ALL = "normalize.help-all"


class Rare(click.Option):
    """An option that few people need, which `--help` leaves to `--help-all`."""


class Command(click.Command):
    """A command whose help leaves out rare options unless they are asked for."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        rare = sum(isinstance(item, Rare) for item in self.params)
        if rare:
            more = click.Option(
                ["--help-all"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_show_all,
                help=f"Show {rare} more options.",
            )
            self.params.append(more)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, the rare ones in a list of their own."""
        for title, are_rare in (("Options", False), ("More options", True)):
            options = [item for item in self.get_params(ctx) if isinstance(item, click.Option)]
            found = [item for item in options if isinstance(item, Rare) == are_rare]
            rows = [row for item in found if (row := item.get_help_record(ctx)) is not None]
            if rows and (not are_rare or ctx.meta.get(_ALL)):
                with formatter.section(title):
                    formatter.write_dl(rows)


def _show_all(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        ctx.meta[_ALL] = True
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()
