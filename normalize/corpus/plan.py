"""Which documents of a folder are to be normalised, and which entries are recorded instead."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from normalize.journal import ENDING

#: The folder inside the output that holds the manifest; never read as input.
STATE = ".normalize"

#: Gives the names in a folder, in order, the names that they are to have in the output.
Rename = Callable[[list[str]], list[str]]


class PlanError(ValueError):
    """A folder that cannot be worked on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the input: its path relative to the folder (POSIX style), its size in bytes.

    `problem` says why it is not to be read (a device, a link out of the folder); then it only gets a record. `output`
    is the path that it is written to, relative to the output.
    """

    path: str
    size: int
    problem: str = ""
    output: str = ""

    @property
    def place(self) -> str:
        """The path that it is written to: its own, unless names are converted."""
        return self.output or self.path


def check_folders(source: Path, target: Path, in_place: bool = False) -> None:
    """Raise PlanError unless documents can go from one folder to the other without meeting themselves.

    What is done in place has one folder only.
    """
    if not source.is_dir():
        what = "is a file; use `normalize convert` for single files" if source.exists() else "does not exist"
        raise PlanError(f"the input folder {source} {what}")
    if in_place:
        return
    inside, outside = source.resolve(), target.resolve()
    if inside == outside:
        raise PlanError(f"input and output are the same folder ({source}); choose another output, originals are kept")
    if outside.is_relative_to(inside):
        raise PlanError(f"the output {target} lies inside the input {source}; choose a folder outside of it")
    if inside.is_relative_to(outside):
        raise PlanError(f"the input {source} lies inside the output {target}; choose a folder outside of it")
    if target.exists() and not target.is_dir():
        raise PlanError(f"the output {target} is a file; name a folder")


def find_documents(source: Path, in_place: bool = False, rename: Rename = list) -> Iterator[Document]:
    """Yield every entry of the folder that is not a folder, in a stable order.

    Links to files inside the folder are followed, links to folders are not: they would repeat documents or never end.
    Where documents are changed in place, hidden ones (those of version control, of editors) and journals are none.
    `rename` gives the names of one folder their new ones.
    """
    root = source.resolve()
    # Folders, as their paths in the input and in the output begin.
    stack = [("", "")]
    while stack:
        folder, output = stack.pop()
        try:
            entries = sorted(os.scandir(source / folder), key=lambda entry: entry.name)
            if in_place:
                entries = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            yield Document(folder.removesuffix("/") or ".", 0, f"the folder cannot be read: {error.strerror}")
            continue
        places = [output + name for name in rename([entry.name for entry in entries])]
        folders = []
        for entry, place in zip(entries, places, strict=True):
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name != STATE:
                    folders.append((f"{path}/", f"{place}/"))
            elif not in_place:
                yield _document(entry, path, root, "" if place == path else place)
            elif entry.is_symlink():
                yield Document(path, 0, "a link; links are not changed in place")
            elif not entry.name.endswith(ENDING):
                yield _document(entry, path, root)
        stack += reversed(folders)


def without_clashes(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the documents; one whose output another would overwrite, because only case tells them apart, is a problem.

    The names are kept as hashes: a folder may hold millions.
    """
    seen: set[int] = set()
    for document in documents:
        name = hash(unicodedata.normalize("NFC", document.place).casefold())
        if name in seen and not document.problem:
            document = replace(document, problem="another document's name differs from this one's only in case")
        seen.add(name)
        yield document


def _document(entry: os.DirEntry[str], path: str, root: Path, output: str = "") -> Document:
    problem, size = "", 0
    if entry.is_symlink():
        problem = _problem_of_link(Path(entry.path), root)
    if not problem:
        try:
            if entry.is_file():
                size = entry.stat().st_size
            else:
                problem = "not a regular file (a device, socket or pipe)"
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
    return Document(path, size, problem, output)


def _problem_of_link(path: Path, root: Path) -> str:
    """Say why a link is not followed; nothing when it leads to a file of the folder."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not target.is_relative_to(root):
        return "a link out of the folder"
    return "a link to a folder; its documents are found at their own place" if target.is_dir() else ""
