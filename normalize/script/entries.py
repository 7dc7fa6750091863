"""The user's own entries: dictionary files, and words that conversion must not touch. They always win."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from normalize.config import ConfigError


def read_entries(files: Iterable[str | Path], protected: Iterable[str] = ()) -> dict[str, str]:
    """Return the entries of dictionary files and, for each protected word, the word itself.

    A file is in UTF-8 and has on each line a key, a tab and a value, or several values apart by blanks, of which the
    first is used, as in OpenCC; empty lines and lines that begin with `#` say nothing. Later files win over earlier
    ones, protected words over all. Raises ConfigError with the file and the number of a line that is none of these.

    >>> read_entries([], ["于"])
    {'于': '于'}
    """
    entries: dict[str, str] = {}
    for file in files:
        entries |= _read(Path(file))
    return entries | {word: word for word in protected if word}


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"the dictionary {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is {error.object[error.start]:#04x}"
        raise ConfigError(f"the dictionary {path} is not UTF-8 ({found}); save it as UTF-8") from None
    entries: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            key, tab, values = line.partition("\t")
            value = values.strip().split(" ", 1)[0]
            if not tab or not key or not value or "\t" in values:
                raise ConfigError(f"{path}, line {number}: expected a key, a tab and a value, found {line!r}")
            entries[key] = value
    return entries


def stamp(files: Iterable[str | Path]) -> tuple[object, ...]:
    """Return what changes when one of the files is changed, so that a converter made from them is made anew."""
    found: list[object] = []
    for file in files:
        try:
            status = Path(file).stat()
        except OSError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)
