"""Words that the lexicon lacks, or spells as hardly anyone does (`data/spellings.tsv`), added to its phrases.

OpenCC has no phrase for 马里 and so writes 馬裏; it writes 孃家 and 傢俱, which printed text does not. Each line of the
file is a Simplified word, the Traditional one in OpenCC's standard, and the region where it holds, if not everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from normalize import data
from normalize.script.lexicon import Plan
from normalize.script.matching import Dictionary, Matcher, ShortCircuit, Union

_FILE = "spellings.tsv"


@cache
def entries(target: str) -> Dictionary:
    """Return the words that hold for a target.

    >>> entries("zh-Hant-TW").entries["马里"], "尽快" in entries("zh-Hant-HK").entries
    ('馬里', True)
    """
    found: dict[str, str] = {}
    for line in data.read_text(_FILE).splitlines():
        if line and line[0] != "#":
            key, value, *regions = line.split("\t")
            if not regions or target.endswith(regions[0]):
                found[key] = value
    return Dictionary(found, "phrase")


def added(plan: Plan, target: str) -> Plan:
    """Return the plan with these words among the phrases of its first step; of equals they come first."""
    first, *later = plan.chain
    words = entries(target)
    matcher: Matcher
    if isinstance(first, ShortCircuit):
        phrases, *others = first.members
        matcher = ShortCircuit((Union((words, phrases)), *others))
    else:
        matcher = Union((words, first))
    return replace(plan, chain=(matcher, *later), files=(*plan.files, Path(data.__file__).parent / _FILE))
