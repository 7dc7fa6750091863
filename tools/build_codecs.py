"""Build the tables of the encoding room.

`encoding_labels.tsv`: the labels of the WHATWG Encoding Standard (as the package webencodings lists them) with the
name of the Python codec that reads them, for labels that appear in documents.
`cns11643.bin`: CNS 11643 planes 1-7 and 15 and ISO-IR-165, from glibc (its charmap EUC-TW, its iconv). Nine planes of
94 rows of 94 cells, each cell a code point (0: none); first the low bytes of all, then the middle, then the high ones.
`uao.bin`: Big5-UAO 2.50, as the package uao lists it: the character of each pair 8140-FEFE, low bytes, then high bytes.

    python tools/build_codecs.py        (needs webencodings and uao, and glibc with the charmaps of the package locales)
"""

from __future__ import annotations

import codecs
import gzip
import lzma
import re
import subprocess
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
    from webencodings.labels import LABELS

    rows = []
    for label, name in LABELS.items():
        python = REPLACED.get(label) or PYTHON_NAMES.get(name, name)
        if python:
            rows.append((label, python if python in OURS else codecs.lookup(python).name))
    return sorted(rows)


CHARMAP = Path("/usr/share/i18n/charmaps/EUC-TW.gz")
PLANES = (1, 2, 3, 4, 5, 6, 7, 15)
CELLS = 94 * 94


def cns_planes() -> list[list[int]]:
    """Return the code points of each plane of CNS 11643 that Unicode has characters of."""
    planes = {plane: [0] * CELLS for plane in PLANES}
    rows = re.findall(
        r"^<U([0-9A-F]+)>\s+((?:/x[0-9a-f]{2})+)", gzip.decompress(CHARMAP.read_bytes()).decode(), re.MULTILINE
    )
    for code, sequence in rows:
        raw = bytes.fromhex(sequence.replace("/x", ""))
        if len(raw) == 2:
            plane, row, cell = 1, raw[0], raw[1]
        elif len(raw) == 4:
            plane, row, cell = raw[1] - 0xA0, raw[2], raw[3]
        else:
            continue
        index = (row - 0xA1) * 94 + cell - 0xA1
        if plane in planes and not planes[plane][index]:
            planes[plane][index] = int(code, 16)
    return [planes[plane] for plane in PLANES]


def iso_ir_165() -> list[int]:
    """Return the code points of ISO-IR-165, as glibc's iconv reads them in ISO-2022-CN-EXT."""
    found = []
    for index in range(CELLS):
        pair = bytes((0x21 + index // 94, 0x21 + index % 94))
        data = b"\x1b$)E\x0e" + pair + b"\x0f"
        command = ["iconv", "-f", "ISO-2022-CN-EXT", "-t", "UTF-32BE"]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        found.append(int.from_bytes(done.stdout, "big") if done.returncode == 0 and len(done.stdout) == 4 else 0)
    return found


def big5_uao() -> list[int]:
    """Return the code point of each pair of bytes, 157 for each lead byte from 81 to FE."""
    from uao.b2u import b2u_table

    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    return [ord(b2u_table[lead << 8 | trail]) for lead in range(0x81, 0xFF) for trail in trails]


def pack(name: str, codes: list[int], shifts: tuple[int, ...]) -> int:
    """Write code points as layers of bytes, compressed; return the size of the file."""
    layers = b"".join(bytes(code >> shift & 0xFF for code in codes) for shift in shifts)
    packed = lzma.compress(layers, lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)
    (DATA / name).write_bytes(packed)
    return len(packed)


def main() -> None:
    """Write every table."""
    rows = labels()
    lines = ["# label, codec: the labels of the WHATWG Encoding Standard.", *("\t".join(row) for row in rows)]
    (DATA / "encoding_labels.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"encoding_labels.tsv: {len(rows)} labels")
    planes = [*cns_planes(), iso_ir_165()]
    codes = [code for plane in planes for code in plane]
    size = pack("cns11643.bin", codes, (0, 8, 16))
    print(f"cns11643.bin: {[sum(map(bool, plane)) for plane in planes]} characters, {size:,} bytes")
    print(f"uao.bin: {pack('uao.bin', big5_uao(), (0, 8)):,} bytes")


if __name__ == "__main__":
    main()
