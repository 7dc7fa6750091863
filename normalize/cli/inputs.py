"""What a command works on: the files that are named, in any of the ways to name them, and their text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from normalize.cli.help import Rare
from normalize.cli.outcome import Failure, shown, warn
from normalize.journal import ENDING
from normalize.result import Decoded

#: A file or folder that is named. Whether it can be read shows when it is: one that cannot is one of several.
PATH = click.Path(readable=False)
files_from = click.option(
    "--files-from", type=PATH, metavar="LIST", help="Also the files named in LIST (or -).", cls=Rare
)


def read(file: str) -> bytes:
    """Return the content of a file, or of standard input for `-`."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except IsADirectoryError as error:
        error.strerror = "Is a directory; `normalize batch` and `normalize convert --in-place` take folders"
        raise


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for `-`, which stays open."""
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream


def named(files: Iterable[str], files_from: str | None) -> list[str]:
    """Return the files of the command line and of a list: one name a line, or NUL between them as `find -print0` does.

    Without any it is standard input. Names are bytes: they are read as the system spells them.
    """
    found = list(files)
    if files_from is None:
        return found or ["-"]
    try:
        data = read(files_from)
    except OSError as error:
        raise Failure(f"cannot read the list of files {files_from}: {error.strerror}") from None
    names = data.split(b"\0") if b"\0" in data else data.replace(b"\r\n", b"\n").split(b"\n")
    return found + [os.fsdecode(name) for name in names if name]


def walked(paths: Iterable[str]) -> Iterator[str]:
    """Yield the files that are named, and those in the folders that are named, but for hidden ones and journals.

    A folder inside that cannot be read is yielded itself, so that whoever reads it says so; links out of the folder and
    devices are passed over.
    """
    from normalize.corpus.plan import find_documents

    for path in paths:
        if path == "-" or not Path(path).is_dir():
            yield path
            continue
        for item in find_documents(Path(path)):
            hidden = any(part.startswith(".") for part in item.path.split("/"))
            place = Path(path) / item.path
            unread = item.problem and not place.is_symlink() and not os.access(place, os.R_OK)
            if unread or not (item.problem or hidden or item.path.endswith(ENDING)):
                yield str(place)


def decoded(file: str, data: bytes, encoding: str | None, tell: Callable[[str], Any] = warn) -> Decoded:
    """Decode what was read; binary data is refused, and bytes that mean nothing are pointed out."""
    from normalize.encoding import decode

    found = decode(data, encoding)
    refuse_binary(found)
    if found.errors:
        tell(undecodable(file, found))
    return found


def refuse_binary(found: Decoded | None) -> None:
    """Raise EncodingError when bytes were no text."""
    from normalize.encoding import EncodingError

    if is_binary(found):
        raise EncodingError("this is not text; name its encoding with --from-encoding if it is")


def is_binary(found: Decoded | None) -> bool:
    """Tell whether bytes were no text."""
    return found is not None and found.detection is not None and found.detection.encoding == "binary"


def undecodable(file: str, found: Decoded) -> str:
    """Return a sentence about the bytes that could not be decoded."""
    first = found.errors[0]
    return (
        f"{shown(file)}: {len(found.errors)} places could not be decoded as {found.encoding}, "
        f"and show U+FFFD (the first: {first.data.hex(' ')} at byte {first.offset})"
    )
