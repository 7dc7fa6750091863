"""Compiled plans kept between runs in the user's cache folder: never needed, only quicker than compiling again.

A file holds JSON, so that reading one can do nothing but give tables. It is named after everything that the tables
depend on (the files of the lexicon, the user's entries, this package's code for compiling), begins with the checksum of
what follows, is written beside its place and moved into it, and is passed over unless it is whole, well-formed and the
user's own.

The environment variable `ZH_NORMALIZE_CACHE` names another folder, or switches the cache off (`off`).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from normalize.script.compiler import Compiled, compile_plan
from normalize.script.lexicon import Plan

_VARIABLE = "ZH_NORMALIZE_CACHE"
#: The modules that decide what is in a plan, and what a compiled one looks like.
_CODE = (
    *("cache.py", "compiler.py", "lexicon.py", "matching.py", "targets.py"),
    *("boundaries.py", "resolver.py", "simplified.py", "spellings.py", "vocabulary.py"),
)
_TABLES = ("default", "ahead", "behind", "follow")


def folder() -> Path | None:
    """Return the folder of the cache, or None when it is switched off."""
    chosen = os.environ.get(_VARIABLE, "")
    if chosen.lower() in ("off", "0", "no", "false"):
        return None
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "zh-normalize")


def compiled(plan: Plan) -> Compiled | None:
    """Return the compiled form of a plan: from the cache, or made anew and kept there."""
    if not plan.files or folder() is None:
        return compile_plan(plan)
    file = _name(plan)
    found = read(file)
    if found is None:
        found = compile_plan(plan)
        if found is not None:
            write(file, found)
    return found


def _name(plan: Plan) -> str:
    """Return the name of the file for a plan, from all that its compiled form depends on."""
    digest = hashlib.sha256(plan.name.encode())
    code = (Path(__file__).with_name(module) for module in _CODE)
    for file in (*plan.files, *code):
        content = file.read_bytes()
        digest.update(f"\n{file.name} {len(content)}\n".encode())
        digest.update(content)
    if plan.overrides is not None:
        digest.update(json.dumps(plan.overrides.entries, sort_keys=True).encode())
    return f"script-{digest.hexdigest()[:32]}.json"


def read(file: str) -> Compiled | None:
    """Return the plan that a file of the cache holds, or None when there is no such file or it cannot be trusted."""
    home = folder()
    if home is None:
        return None
    try:
        with open(home / file, "rb") as opened:
            if hasattr(os, "getuid") and os.fstat(opened.fileno()).st_uid != os.getuid():
                return None
            checksum, _, payload = opened.read().partition(b"\n")
        if checksum != _checksum(payload):
            return None
        return _compiled(json.loads(payload))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(file: str, compiled: Compiled) -> None:
    """Keep a compiled plan; where that is impossible (a full or read-only disk) it is compiled again the next time."""
    home = folder()
    if home is None:
        return
    tables: dict[str, object] = {name: getattr(compiled, name) for name in _TABLES}
    tables |= {"always": "".join(sorted(compiled.always)), "reach": compiled.reach}
    payload = json.dumps(tables, ensure_ascii=True, separators=(",", ":")).encode()
    temporary = ""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=home)
        with open(descriptor, "wb") as opened:
            opened.write(_checksum(payload) + b"\n" + payload)
        os.replace(temporary, home / file)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest().encode()


def _compiled(tables: Any) -> Compiled:
    """Return tables as a compiled plan; raises TypeError, KeyError or ValueError when they are not such tables."""
    for name in _TABLES:
        table = tables[name]
        if not isinstance(table, dict) or not all(isinstance(value, str) and value for value in table.values()):
            raise ValueError(name)
        if any(len(character) != 1 for character in table):
            raise ValueError(name)
    return Compiled(
        default=tables["default"],
        always=frozenset(str(tables["always"])),
        ahead=tables["ahead"],
        behind=tables["behind"],
        follow=tables["follow"],
        reach=int(tables["reach"]),
    )
