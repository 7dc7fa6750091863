"""Convert texts with another converter: the part of `quality.py` that runs in the interpreter where they are installed.

    python tools/bench/quality_peers.py NAME CONFIG < texts.json > converted.json

They live in an environment of their own because the official binding of OpenCC and opencc-python-reimplemented both
install a module named `opencc`. Without arguments, prints the names of those that are installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable

#: Name in the table, and the module that does it.
PEERS = {
    "OpenCC": "opencc",
    "opencc-pyo3": "opencc_pyo3",
    "opencc-jieba-pyo3": "opencc_jieba_pyo3",
    "zhconv-rs": "zhconv_rs",
}
#: MediaWiki's variant for an OpenCC configuration.
VARIANTS = {"t": "zh-hant", "tw": "zh-tw", "hk": "zh-hk", "s": "zh-hans", "twp": "zh-tw", "sp": "zh-cn"}


def converter(name: str, config: str) -> Callable[[str], str]:
    """Return a peer's function for an OpenCC configuration."""
    module = importlib.import_module(PEERS[name])
    if name == "zhconv-rs":
        variant = VARIANTS[config.split("2")[1]]
        return lambda text: str(module.zhconv(text, variant))
    convert: Callable[[str], str] = module.OpenCC(config).convert
    return convert


def main() -> None:
    """Convert standard input, a JSON list of texts."""
    if len(sys.argv) < 3:
        print(*(name for name, module in PEERS.items() if importlib.util.find_spec(module)))
        return
    convert = converter(sys.argv[1], sys.argv[2])
    json.dump([convert(text) for text in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
