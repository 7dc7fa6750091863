"""Staging: output is written inside the manifest's folder and then moved, so that no end of a run leaves half a file.

What an earlier run that was killed left there is cleared away when the next one begins; among the documents there is
never anything but whole documents.
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from normalize.corpus.plan import STATE
from normalize.files import write_atomically


class Staging:
    """Where one process writes its output before it is moved to its place."""

    def __init__(self, target: Path) -> None:
        self.folder = target / STATE / "staging"
        self._numbers = count()
        self._made: set[Path] = set()

    def clear(self) -> None:
        """Take away what earlier runs left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def place(self) -> str:
        """Return a path in the staging folder that nobody else writes to."""
        # Machines that share the folder have processes of the same number.
        return f"{self.folder}/{platform.node()}-{os.getpid()}-{next(self._numbers)}"

    def write(self, path: Path, data: bytes) -> None:
        """Put a file in its place, whole or not at all. Raises OSError when it cannot be written."""
        self.write_all(path, (data,))

    def write_all(self, path: Path, blocks: Iterable[bytes]) -> int:
        """Put a file in its place that comes in blocks; return its size in bytes."""
        for folder in (self.folder, path.parent):
            if folder not in self._made:
                folder.mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
        place = self.place()
        size = 0
        try:
            with open(place, "wb", buffering=0) as file:
                for block in blocks:
                    view = memoryview(block)
                    while view:  # a disk that is nearly full takes less than it is given
                        view = view[file.write(view) :]
                    size += len(block)
            try:
                os.replace(place, path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                write_atomically(path, Path(place).read_bytes(), durable=False)
                os.unlink(place)
        except BaseException:
            Path(place).unlink(missing_ok=True)
            raise
        return size


def folds_case(folder: Path) -> bool:
    """Tell whether a folder's file system takes names for the same that differ in case."""
    probe = folder / STATE / "Case-Probe"
    probe.parent.mkdir(parents=True, exist_ok=True)
    try:
        probe.touch()
        return probe.with_name("cASE-pROBE").exists()
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
