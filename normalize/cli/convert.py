"""`normalize convert`: files, pipes, or files in their place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from normalize.cli.documents import Form, Parts, form_options
from normalize.cli.help import Command, Rare
from normalize.cli.inputs import PATH, decoded, files_from, is_binary, named, read, refuse_binary, undecodable, walked
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import SOME_FAILED, Failure, code_of, complain, warn
from normalize.files import ReplaceError
from normalize.journal import Journal, JournalError, make_run


@click.command(cls=Command)
@click.argument("files", type=PATH, nargs=-1, metavar="[FILE]...")
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="Write to this file, or into this folder.")
@click.option("-i", "--in-place", is_flag=True, help="Change the files (of folders, too); `normalize undo` restores.")
@click.option(
    "--backup", metavar="SUFFIX", help="In place: keep the original under this suffix, without a journal.", cls=Rare
)
@click.option(
    "--journal", "journals", type=click.Path(), metavar="FOLDER", help="In place: keep the journals here.", cls=Rare
)
@click.option("--no-journal", is_flag=True, help="In place: no way back (for files under version control).", cls=Rare)
@click.option(
    "--follow-links", is_flag=True, help="In place: change the file behind a symbolic or hard link.", cls=Rare
)
@click.option("-f", "--force", is_flag=True, help="Overwrite an output that exists.")
@click.option(
    "--unencodable",
    type=click.Choice(["strict", "replace", "entity"]),
    default="strict",
    help="What becomes of characters that it lacks.",
    cls=Rare,
)
@form_options
@files_from
@config_options
def convert(
    files: tuple[str, ...],
    output: str | None,
    in_place: bool,
    force: bool,
    files_from: str | None,
    backup: str | None,
    journals: str | None,
    no_journal: bool,
    follow_links: bool,
    **options: Any,
) -> int:
    """Repair FILEs (or standard input) and convert them to one script.

    Text from a pipe is judged as a whole. When its writer pauses for a second, the lines that are there are passed on,
    and later ones as they come, judged by those before them.

    \b
    Examples:
      normalize convert page.txt --to zh-Hans
      curl ... | normalize convert --to zh-Hant-TW --vocabulary > page.txt
      normalize convert *.txt -o clean/ --to zh-Hant-HK
      normalize convert --in-place docs/ --to zh-Hans; normalize undo docs/
      normalize convert old.txt --to zh-Hant --to-encoding big5 -o new.txt
    """
    settings = Settings(options)
    form = Form.of(options)
    wanted = named(files, files_from)
    if in_place:
        if output is not None:
            raise Failure("--in-place and --output exclude each other; choose one")
        if "-" in wanted:
            raise Failure("--in-place needs the names of files")
        if (backup is not None) + (journals is not None) + no_journal > 1:
            raise Failure("--backup, --journal and --no-journal exclude each other; choose one")
        if backup is not None and (not backup or "/" in backup):
            raise Failure(f"the suffix {backup!r} does not make another name in the same folder; use one such as .bak")
        place = InPlace(settings, form, backup, Path(journals) if journals else None, no_journal, follow_links, force)
        return place.change(wanted)
    for name, value in (("--backup", backup), ("--journal", journals), ("--no-journal", no_journal)):
        if value:
            raise Failure(f"{name} goes with --in-place; add it, or leave {name} out")
    return _copy(wanted, settings, form, output, force)


def _copy(files: list[str], settings: Settings, form: Form, output: str | None, force: bool) -> int:
    """Convert files to other files, or to standard output."""
    from normalize.cli.pipes import is_pipe, normalized
    from normalize.encoding import EncodingError
    from normalize.formats import FormatError

    for file in files:
        settings.normalizer_for(file)
    destination = _destination(files, output, force)
    failed = 0
    for file in files:
        normalizer = settings.normalizer_for(file)
        try:
            parts = form.parts(file, normalizer)
            if parts is not None:
                destination(file, parts)
                continue
            if is_pipe(file):
                with normalized(file, form, normalizer) as found:
                    if not isinstance(found, bytes):
                        destination(file, found)
                        continue
                    data = found
            else:
                data = read(file)
            written = form.container(file, data, normalizer)
            if written is None:
                source = decoded(file, data, normalizer.config.encoding)
                written = form.bytes_of(form.text(file, source, normalizer), source, data)
        except (OSError, EncodingError, FormatError) as error:
            failed += 1
            complain(file, error)
            continue
        destination(file, written)
    return code_of(failed, len(files))


def _destination(files: list[str], output: str | None, force: bool) -> Callable[[str, bytes | Iterable[bytes]], None]:
    """Return what writes the output of each file, after checking that nothing is overwritten unasked."""
    if output is None or output == "-":
        return lambda _, data: _write(sys.stdout.buffer, data)
    target = Path(output)
    folder = target.is_dir() or output.endswith(("/", os.sep))
    if len(files) > 1 and not folder:
        raise Failure(f"{len(files)} files cannot go to one file {output}; name a folder (with a / at its end)")
    paths = {file: target / Path(file).name if folder else target for file in files}
    if folder and len(set(paths.values())) < len(paths):
        raise Failure("two of the files have the same name, and would overwrite each other; convert them separately")
    for file, path in paths.items():
        if file != "-" and path.exists() and Path(file).exists() and path.samefile(file):
            raise Failure(f"{path} is both input and output; use --in-place, or name another output")
        if path.exists() and not force:
            raise Failure(f"{path} exists; use --force to overwrite it")

    def write(file: str, data: bytes | Iterable[bytes]) -> None:
        from normalize.files import write_atomically

        path = paths[file]
        try:
            if folder:
                target.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
            same = data.unchanged() if isinstance(data, Parts) else None
            if same is not None:
                write_atomically(path, same)
        except OSError as error:
            raise Failure(f"cannot write {path}: {error.strerror}", SOME_FAILED) from None

    return write


def _write(stream: BinaryIO, data: bytes | Iterable[bytes]) -> None:
    for block in [data] if isinstance(data, bytes) else data:
        stream.write(block)
        # A block may be all that there is for a while.
        stream.flush()


@dataclass(frozen=True)
class InPlace:
    """Changes files in their place, leaving a way back: a journal, or a copy of the original."""

    settings: Settings
    form: Form
    backup: str | None
    journals: Path | None
    no_journal: bool
    follow_links: bool
    force: bool

    def change(self, named: list[str]) -> int:
        """Change the files, and those of the folders, that are named; return the exit code."""
        from normalize.encoding import EncodingError
        from normalize.formats import FormatError

        files = [file for file in walked(named) if file in named or not (self.backup and file.endswith(self.backup))]
        for file in files:
            self.settings.normalizer_for(file)
        failed = changed = 0
        for file in files:
            try:
                changed += self._change(file, file in named)
            except (OSError, EncodingError, FormatError, ReplaceError, JournalError) as error:
                failed += 1
                complain(file, error)
        click.echo(f"{changed} of {len(files)} files changed", err=True)
        return code_of(failed, len(files))

    def _change(self, file: str, named: bool) -> bool:
        """Change one file, and tell whether there was anything to change; what a folder has of no text is passed."""
        from normalize.encoding import decode
        from normalize.files import check_replaceable, replace_content

        path = check_replaceable(Path(file), self.follow_links)
        found = path.stat()
        data = path.read_bytes()
        normalizer = self.settings.normalizer_for(file)
        written = self.form.container(file, data, normalizer)
        result = None
        if written is None:
            source = decode(data, normalizer.config.encoding)
            if not named and is_binary(source):
                return False
            refuse_binary(source)
            result = self.form.explain(file, source, normalizer)
            written = self.form.bytes_of(result.text, source, data)
            if source.errors and written != data:
                warn(undecodable(file, source))
        if written == data:
            return False
        if self.backup is not None:
            self._keep(path, data)
        elif not self.no_journal:
            Journal.of(path, self.journals).add(make_run(data, written, result, self.form.encoding))
        now = path.stat()
        if (now.st_mtime_ns, now.st_size, now.st_ino) != (found.st_mtime_ns, found.st_size, found.st_ino):
            raise ReplaceError("was changed by somebody else meanwhile, and is left alone; try again")
        replace_content(path, written)
        return True

    def _keep(self, path: Path, data: bytes) -> None:
        from normalize.files import write_atomically

        copy = path.with_name(path.name + (self.backup or ""))
        if copy.exists() and not self.force:
            raise ReplaceError(f"has a backup {copy} already; move it away, or use --force to overwrite it")
        write_atomically(copy, data, like=path)
