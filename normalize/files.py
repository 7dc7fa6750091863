"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Replace the file at `path`, or make it: a reader sees all of the old or all of the new.

    The new content goes to a file beside it that is then renamed. `durable` also waits until the disk has it, so that
    even a loss of power leaves one or the other. Raises OSError when the folder cannot be written.
    """
    folder = path.parent
    # Short, because the name with it must not exceed what file systems allow (255 bytes).
    handle, name = tempfile.mkstemp(prefix=".normalize-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    if durable and hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or that a new one would get."""
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
