"""Build normalize/data/suspects.bin: what each UTF-16 code unit says about damage, for the screen of `mojibake`.

    python tools/build_suspects.py

Four bits a code unit, two units a byte; what the values mean is in `normalize/mojibake/screen.py`.
"""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

from normalize import language
from normalize.mojibake.screen import JOINT, MARK, RARE_HAN, RARE_OTHER, UNCOMMON_HAN
from normalize.profile import Class, class_table

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "suspects.bin"
#: Nats above which a Han character is rare, and uncommon. Measured on the clean paragraphs: 1 in 80 characters is rare,
#: 1 in 9 uncommon; of UTF-8 misread as GB18030 67 and 83 of 100, of GB18030 misread as Big5 38 and 72.
RARE, UNCOMMON = 11.5, 9.0
HAN = (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.RADICAL)
ALPHABETIC = (Class.CONTROL, Class.C1, Class.LATIN1, Class.LATIN, Class.PINYIN, Class.PRIVATE, Class.HALF_KANA)
BESIDE = (Class.OTHER, Class.GREEK_CYRILLIC, Class.KANA, Class.BOPOMOFO, Class.HANGUL, Class.REPLACEMENT)
MARKS = (Class.NO_BREAK_SPACE, Class.GENERAL_MARK, Class.SYMBOL)
#: Letters of Cyrillic that Russian does not use, box drawing, and block elements.
RARE_RANGES = ((0x400, 0x40F), (0x450, 0x45F), (0x490, 0x4FF), (0x2500, 0x259F))


def main() -> None:
    """Write the table."""
    classes = class_table()
    model = language.model("zh")
    flags = bytearray(0x10000)
    for code in range(0x10000):
        kind = classes[code]
        if kind in HAN:
            cost = model.costs("\uffff" + chr(code))[-1] / language.STEPS
            flags[code] = RARE_HAN if cost > RARE else UNCOMMON_HAN if cost > UNCOMMON else 0
        elif kind in ALPHABETIC or any(first <= code <= last for first, last in RARE_RANGES):
            flags[code] = RARE_OTHER
        elif kind in BESIDE or code in (0x3F, 0x20AC):
            flags[code] = JOINT
        elif kind in MARKS:
            flags[code] = MARK
    for code in map(ord, "·×°§±÷©®"):
        flags[code] = MARK
    packed = bytes(flags[i] | flags[i + 1] << 4 for i in range(0, len(flags), 2))
    TARGET.write_bytes(zlib.compress(packed, 9))
    print(
        f"{TARGET.name}: {sum(flag == RARE_HAN for flag in flags)} rare Han characters, {TARGET.stat().st_size} bytes"
    )
    print(hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
