"""Build normalize/data/characters.tsv: what radicals and private-use characters stand for.

    python tools/build_characters.py

Three columns: the kind (`radical`, `gbk`, `hkscs`), the code point in hexadecimal, the character. Kangxi radicals are
decomposed by Unicode (NFKC); the supplement is not, and is listed here by its names in Unicode. The private use of GBK
is that of cp936 (U+E815-E864 for FE50-FEA0) and of GB 18030-2000, as the 2005 and 2022 editions assign it; that of
HKSCS and ETEN is the arithmetic of cp950, read by Python's `big5hkscs`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from normalize.encoding.tables import table_of
from normalize.mojibake.readings import reading

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "characters.tsv"
#: Radicals of the supplement, each before the character that it is, or that has its shape. Shapes that no character
#: has by itself are left out.
SUPPLEMENT = (
    "⺁厂⺃乚⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑尣⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糸⺰纟"
    "⺱罒⺲罒⺳㓁⺵罓⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞飠⻟飠"
    "⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)


def radicals() -> Iterator[tuple[str, str]]:
    """Yield each radical with its character."""
    for code in (*range(0x2F00, 0x2FD6), 0x2E9F, 0x2EF3):
        yield chr(code), unicodedata.normalize("NFKC", chr(code))
    yield from zip(SUPPLEMENT[::2], SUPPLEMENT[1::2], strict=True)


def gbk() -> Iterator[tuple[str, str]]:
    """Yield each private-use character of cp936 and GB 18030-2000 that has a character today."""
    table = table_of("gb18030")
    assert table is not None
    found = dict(zip(table.old, table.new, strict=True))
    trails = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    for index, trail in enumerate(trails):
        character = table.modernise(bytes((0xFE, trail)).decode("gb18030"))
        if not "\ue000" <= character <= "\uf8ff":
            found[chr(0xE815 + index)] = character
    found |= {"\ue76c": "€", "\ue7c8": "ǹ", "\ue7e7": "〾"}
    found |= {chr(0xE7E8 + index): chr(0x2FF0 + index) for index in range(12)}
    yield from sorted(found.items())


def hkscs() -> Iterator[tuple[str, str]]:
    """Yield each private-use character of cp950 whose pair HKSCS assigns."""
    for code in (*range(0xE000, 0xF6B1), *range(0xF6B1, 0xF849)):
        data = reading("cp950").encode(chr(code))
        text = reading("big5hkscs").decode(data) if data is not None else None
        if text is not None:
            yield chr(code), text


def main() -> None:
    """Write the table."""
    lines = ["# Built by tools/build_characters.py: kind, code point, character"]
    for kind, pairs in (("radical", radicals()), ("gbk", gbk()), ("hkscs", hkscs())):
        lines += [f"{kind}\t{ord(old):X}\t{new}" for old, new in pairs]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TARGET.name}: {len(lines) - 1} characters, {TARGET.stat().st_size} bytes")
    print(hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
