"""Writing files so that nobody ever sees half of one, and changing them in their place."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path


class ReplaceError(ValueError):
    """A file that is not to be changed in its place; the message says why and what to do."""


def write_atomically(
    path: Path,
    data: bytes | Iterable[bytes],
    durable: bool = True,
    like: Path | None = None,
    staging: Path | None = None,
) -> None:
    """Replace the file at `path`, or make it: a reader sees all of the old or all of the new.

    The new content, whole or in blocks, goes to a file beside it that is then renamed. `durable` also waits until the
    disk has it, so that even a loss of power leaves one or the other. `like` names a file whose owner, permissions,
    times and extended attributes are taken over. `staging` names a folder of the same file system for the new content,
    whose owner clears it after a run that was killed. Raises OSError when the folder cannot be written.
    """
    folder = path.parent
    # Short, because the name with it must not exceed what file systems allow (255 bytes).
    handle, name = tempfile.mkstemp(prefix=".normalize-", dir=staging or folder)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                file.writelines(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if like is None:
            os.chmod(name, _mode(path))
        else:
            _take_over(like, Path(name))
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if staging is None or not isinstance(error, OSError) or error.errno != errno.EXDEV:
            raise
        # The staging folder is on another file system than this file's.
        write_atomically(path, data, durable, like)
    if durable and hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_replaceable(path: Path, follow_links: bool = False) -> Path:
    """Return the file that is to be changed in place of `path`.

    A symbolic link would be replaced by a file, and a hard link would part from its other names: both are refused
    unless `follow_links` asks for the file behind them. Raises ReplaceError, or OSError for a file that is not there.
    """
    if path.is_symlink():
        if not follow_links:
            raise ReplaceError(f"is a symbolic link to {os.readlink(path)}; name that file, or use --follow-links")
        path = path.resolve(strict=True)
    status = path.stat()
    if not path.is_file():
        raise ReplaceError("is not a regular file, and cannot be changed in its place")
    if status.st_nlink > 1 and not follow_links:
        raise ReplaceError(f"has {status.st_nlink} names (hard links); use --follow-links to change it under all")
    if not os.access(path, os.W_OK):
        raise ReplaceError("is read-only; make it writable first")
    return path


def replace_content(path: Path, data: bytes, staging: Path | None = None) -> None:
    """Change the content of a file and nothing else: owner, permissions and times stay; `staging` as in writing.

    The change is atomic, but for a file with several names: that is rewritten, so that it changes under all of them.
    """
    status = path.stat()
    if status.st_nlink == 1:
        write_atomically(path, data, like=path, staging=staging)
        return
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _take_over(source: Path, target: Path) -> None:
    """Give a file the owner, permissions, times and extended attributes of another."""
    wanted, found = source.stat(), target.stat()
    if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
        try:
            os.chown(target, wanted.st_uid, wanted.st_gid)
        except PermissionError:
            raise ReplaceError("belongs to another user or group, which could not be kept; ask its owner") from None
    shutil.copystat(source, target)


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or that a new one would get."""
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
