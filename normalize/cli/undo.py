"""`normalize undo`: files that were changed in their place get their exact bytes back."""

from __future__ import annotations

from pathlib import Path

import click

from normalize.cli.inputs import PATH, files_from, named
from normalize.cli.outcome import Failure, code_of, complain
from normalize.files import ReplaceError, check_replaceable, replace_content
from normalize.journal import ENDING, Journal, JournalError


@click.command()
@click.argument("files", type=PATH, nargs=-1, metavar="[FILE]...")
@click.option("--journal", "journals", type=click.Path(), metavar="FOLDER", help="Where the journals were kept.")
@click.option("--follow-links", is_flag=True, help="Restore the file behind a symbolic or hard link.")
@files_from
def undo(files: tuple[str, ...], journals: str | None, follow_links: bool, files_from: str | None) -> int:
    """Restore FILEs (or all in folders that have a journal) to what they were before a change in place.

    The exact bytes come back. A file that was edited since is refused; several runs are undone one at a time.

    \b
    Examples:
      normalize undo page.txt
      normalize undo docs/
      normalize undo docs/*.txt --journal ~/journals
    """
    wanted = named(files, files_from)
    if "-" in wanted:
        raise Failure("name the files to restore")
    folder = Path(journals) if journals else None
    failed = restored = total = 0
    for path in (found for file in wanted for found in _journalled(Path(file), folder)):
        total += 1
        try:
            place = check_replaceable(path, follow_links)
            journal = Journal.of(place, folder)
            content = journal.lead_back(place.read_bytes())
            if content is not None:
                replace_content(place, content)
            journal.drop()
            restored += 1
        except (OSError, ReplaceError, JournalError) as error:
            failed += 1
            complain(str(path), error)
    click.echo(f"{restored} of {total} files restored", err=True)
    return code_of(failed, total)


def _journalled(path: Path, folder: Path | None) -> list[Path]:
    """Return the file that is named, or the files in a folder that have a journal beside them."""
    if not path.is_dir():
        return [path]
    if folder is not None:
        raise Failure(f"{path} is a folder; with --journal name the files in it")
    return [Path(str(found).removesuffix(ENDING)) for found in sorted(path.rglob("*" + ENDING))]
