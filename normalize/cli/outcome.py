"""How a command ends: its exit code, and the sentences about what went wrong."""

from __future__ import annotations

import click

#: 0 done, 1 `check` found something, 2 usage or configuration, 3 finished but some documents failed, 130 interrupted.
DONE, FOUND, USAGE, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130


class Failure(Exception):
    """An error as a sentence with its remedy, and the exit code for it."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


def warn(message: str) -> None:
    """Print a sentence on standard error."""
    click.echo(f"normalize: {message}", err=True)


def complain(file: str, error: Exception) -> None:
    """Print what is wrong with one file; the others go on."""
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    warn(f"{shown(file)}: {what}")


def shown(file: str) -> str:
    """Return how a file is called in messages."""
    return "standard input" if file == "-" else file


def code_of(failed: int, total: int) -> int:
    """Return the exit code: a single file that fails is the caller's concern as much as several."""
    if not failed:
        return DONE
    return USAGE if failed == total == 1 else SOME_FAILED
