"""Take Chinese text as it is found and return it clean and in one consistent script.

>>> import normalize
>>> normalize.normalize("鼠标和软件", target="zh-Hant-TW")
'鼠標和軟件'
"""

from __future__ import annotations

import codecs
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from normalize.arrow.table import normalize_table as normalize_table
    from normalize.config import Config as Config
    from normalize.config import ConfigError as ConfigError
    from normalize.encoding import decode as decode
    from normalize.encoding import detect as detect
    from normalize.pipeline import Normalizer as Normalizer
    from normalize.pipeline import explain as explain
    from normalize.pipeline import normalize as normalize
    from normalize.pipeline import normalize_many as normalize_many
    from normalize.pipeline import repair as repair
    from normalize.punctuation import punctuate as punctuate
    from normalize.result import Change as Change
    from normalize.result import Result as Result
    from normalize.script import convert as convert
    from normalize.script import identify as identify

__version__ = "0.1.0"

# Where each public name lives: loaded when first asked for, so that `import normalize` costs next to nothing.
_HOME = {
    "Change": "result",
    "Config": "config",
    "ConfigError": "config",
    "Normalizer": "pipeline",
    "Result": "result",
    "convert": "script",
    "decode": "encoding",
    "detect": "encoding",
    "explain": "pipeline",
    "identify": "script",
    "normalize": "pipeline",
    "normalize_many": "pipeline",
    "normalize_table": "arrow.table",
    "punctuate": "punctuation",
    "repair": "pipeline",
}

__all__ = sorted(_HOME)


def _find_codec(name: str) -> codecs.CodecInfo | None:
    """Find the codecs that Python lacks; their code is loaded when somebody asks for one of their names."""
    plain = name.replace("_", "")
    if plain != "cns11643" and not any(known in plain for known in ("euctw", "iso2022cn", "big5uao")):
        return None
    from normalize.encoding.registry import find

    return find(name)


codecs.register(_find_codec)


if not TYPE_CHECKING:  # to a type checker a misspelt name must stay unknown

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
