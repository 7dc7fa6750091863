"""Build the tables of the encoding room.

`encoding_labels.tsv`: the labels of the WHATWG Encoding Standard (as the package webencodings lists them) with the name
of the Python codec that reads them, for labels that appear in documents.

    python tools/build_codecs.py        (needs webencodings)
"""

from __future__ import annotations

import codecs
from pathlib import Path

DATA = Path(__file__).parent.parent / "normalize" / "data"

#: Names of the standard that Python knows under another name. Labels that the standard maps to "replacement" keep
#: their own meaning here: a text tool should read HZ, not refuse it.
PYTHON_NAMES = {
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-user-defined": "",
    "replacement": "",
}
REPLACED = {
    "csiso2022kr": "iso2022_kr",
    "hz-gb-2312": "hz",
    "iso-2022-kr": "iso2022_kr",
    "iso-2022-cn": "iso2022_cn",
    "iso-2022-cn-ext": "iso2022_cn_ext",
}
#: Codecs that this package registers itself.
OURS = ("iso2022_cn", "iso2022_cn_ext")


def labels() -> list[tuple[str, str]]:
    """Return (label, Python name) for every label that some codec reads."""
    from webencodings.labels import LABELS  # type: ignore[import-untyped]

    rows = []
    for label, name in LABELS.items():
        python = REPLACED.get(label) or PYTHON_NAMES.get(name, name)
        if python:
            rows.append((label, python if python in OURS else codecs.lookup(python).name))
    return sorted(rows)


def main() -> None:
    """Write every table."""
    rows = labels()
    lines = ["# label, codec: the labels of the WHATWG Encoding Standard.", *("\t".join(row) for row in rows)]
    (DATA / "encoding_labels.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"encoding_labels.tsv: {len(rows)} labels")


if __name__ == "__main__":
    main()
