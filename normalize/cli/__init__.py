"""The command line: parse, call, print. Errors are sentences on standard error; exit codes are those of the design."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from normalize import __version__
from normalize.cli.outcome import DONE, INTERRUPTED, SOME_FAILED, USAGE, Failure
from normalize.config import ConfigError, suggestion

#: Each command is the function of its name in the module of its name: loaded when it is asked for. Its line stands in
#: the list of commands, in 80 columns.
_COMMANDS = {
    "convert": "Repair text and convert it to one script.",
    "undo": "Restore what `convert --in-place` changed.",
    "detect": "Say what files are written in.",
    "check": "Say what would change; exit with 1 if anything would.",
    "explain": "Show every change in a text, and why.",
    "batch": "Normalise a folder of documents.",
    "rules": "List the rules, each with an example.",
    "config": "Show the settings, and where each comes from.",
    "completion": "Print the completion script of a shell.",
}
#: By this variable the script of `normalize completion` asks for completions.
COMPLETE_VARIABLE = "_NORMALIZE_COMPLETE"


class _Commands(click.Group):
    """The commands, in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"normalize.cli.{cmd_name}"), cmd_name)
        command.short_help = _COMMANDS[cmd_name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in _COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        if os.path.isdir(name):
            raise click.UsageError(f"{name!r} is no command; for a folder: normalize batch {name} -o OUT", ctx)
        if os.path.exists(name):
            raise click.UsageError(f"{name!r} is no command; to convert this file: normalize convert {name}", ctx)
        raise click.UsageError(f"{name!r} is no command{suggestion(name, _COMMANDS)}", ctx)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. One whose reader has gone (`| head`) is done; click and rich would end it with 1."""
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, SystemExit) as end:
            if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
                raise
            _drop_output()
            return DONE


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="normalize")
def commands() -> None:
    """Take Chinese text as it is found; return it clean and in one script.

    \b
    Examples:
      normalize convert page.txt --to zh-Hans            print a page in Simplified
      normalize convert page.txt -o clean.txt --to zh-TW write it to a file
      normalize detect *.txt                             what the files are written in
      normalize check --diff docs/                       what would change, and where
      normalize explain page.txt                         every change, and why
      normalize batch pages/ -o clean/ --to zh-Hant -j 2 a whole folder
      normalize convert -i docs/; normalize undo docs/   in place, and back
    """


def main() -> NoReturn:
    """Run the command; the entry point of `normalize` and `python -m normalize`."""
    _open_closed_streams()
    # File names and text of any encoding must come through, also under LANG=C.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = commands.main(prog_name="normalize", complete_var=COMPLETE_VARIABLE, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (Failure, ConfigError) as error:
        click.echo(f"normalize: {error}", err=True)
        code = error.code if isinstance(error, Failure) else USAGE
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`): end quietly, and keep Python from complaining when it closes the stream.
        _drop_output()
        code = DONE
    except OSError as error:
        # A stream has no name: the disk that standard output goes to is full, say.
        _drop_output()
        what = f"{os.fsdecode(error.filename)}" if error.filename else "cannot write the output"
        click.echo(f"normalize: {what}: {error.strerror or error}", err=True)
        code = SOME_FAILED
    sys.exit(code or DONE)


def _open_closed_streams() -> None:
    """Give nothing to read, and nowhere to write, where the caller has closed a standard stream (`>&-`)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open as long as the program


def _drop_output() -> None:
    """Send what is still to be written nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
