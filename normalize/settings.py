"""Settings files: `normalize.toml`, or `[tool.normalize]` in `pyproject.toml`, found upward from what is normalised."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from normalize.config import SWITCHES, Config, ConfigError, suggestion

#: In the order in which a folder is searched.
NAMES = ("normalize.toml", "pyproject.toml")
_LISTS = frozenset({"dictionary", "protect", "disable", "enable"})


@dataclass(frozen=True)
class SettingsFile:
    """A settings file and the values in it, checked: the fields of `Config`."""

    path: Path
    values: Mapping[str, object]


def find_settings(folder: Path) -> SettingsFile | None:
    """Return the nearest settings file in a folder or above; a `pyproject.toml` without our table is passed over.

    Raises ConfigError, naming file and key, for what cannot be used.
    """
    for parent in (folder, *folder.parents):
        for name in NAMES:
            path = parent / name
            # Not `Path.is_file`, which raises for a folder that may not be entered.
            if os.path.isfile(path) and (found := _read(path)) is not None:
                return found
    return None


def read_settings(path: Path) -> SettingsFile:
    """Return the settings in a file that was named; raises ConfigError for what cannot be used."""
    found = _read(path)
    if found is None:
        raise ConfigError(f"{path} has no table [tool.normalize]; add it, or name another file")
    return found


def _read(path: Path) -> SettingsFile | None:
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read the settings file {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        tools = content.get("tool", {})
        if not isinstance(tools, dict) or "normalize" not in tools:
            return None
        content = tools["normalize"]
        if not isinstance(content, dict):
            raise ConfigError(f"{path}: tool.normalize must be a table: [tool.normalize]")
    values = {name: _checked(path, name, value) for name, value in content.items()}
    try:
        Config.of(**values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return SettingsFile(path, values)


def _checked(path: Path, name: str, value: object) -> object:
    """Return a value in the form that `Config` takes, or raise ConfigError."""
    known = [item.name for item in fields(Config)]
    if name not in known:
        raise ConfigError(f"{path}: unknown key {name!r}{suggestion(name, known)}; known are {', '.join(known)}")
    if name in SWITCHES:
        if not isinstance(value, bool):
            raise ConfigError(f"{path}: {name} must be true or false, not {value!r}")
        return value
    if name in _LISTS:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ConfigError(f"{path}: {name} must be a list of strings, not {value!r}")
        # Files are named from where the settings are, not from where the command runs.
        return tuple(str(path.parent / item) for item in items) if name == "dictionary" else tuple(items)
    if not isinstance(value, str):
        raise ConfigError(f"{path}: {name} must be a string, not {value!r}")
    if name == "encoding":
        from normalize.encoding import EncodingError, canonical

        try:
            canonical(value)
        except EncodingError as error:
            raise ConfigError(f"{path}: {error}") from None
    return None if name == "target" and value.lower() == "none" else value
