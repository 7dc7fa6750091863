"""Samples for judging detectors: texts that the language model has never seen, cut, wrapped, damaged and encoded.

The texts are those of ../shared/text whose licence forbids their use in the model, so every figure is held out.
"""

from __future__ import annotations

import codecs
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import normalize  # registers EUC-TW and ISO-2022-CN

TEXTS = Path(__file__).parent.parent.parent.parent / "shared" / "text"
SIMPLIFIED = ("hans-sighan_msr", "hans-gnome_kde_ui_cn", "hans-debian_docs_cn")
TRADITIONAL = (
    "hant_tw-sinica_treebank",
    "hant_hk-sighan_cityu",
    "hant_tw-gnome_kde_ui_tw",
    "hant_tw-javascript_info_hant",
    "hant_tw-ruby_elixir_cpumem_tw",
    "hant_hk-gnome_ui_hk",
)
LENGTHS = (4, 8, 16, 64, 256, 2048)
#: Codec and the script whose texts are encoded in it; UTF-7 and others that nobody meets are left out.
CODECS = {
    "gb2312": "s",
    "gbk": "t",
    "gb18030": "st",
    "big5": "t",
    "cp950": "t",
    "big5hkscs": "t",
    "big5_uao": "st",
    "euc_tw": "t",
    "hz": "s",
    "iso2022_cn": "st",
    "utf-8": "st",
    "utf-16-le": "st",
    "utf-16-be": "st",
    "utf-32-le": "st",
    "utf-32-be": "st",
}
_ENGLISH = (
    "The harbour office keeps a paper ledger of every boat that ties up overnight. Each morning the clerk copies the "
    "names into a spreadsheet, checks the fees and files the page by date. Visitors may ask to see the older volumes, "
    "but they have to be read at the desk and cannot be taken home. A short note on the cover explains the symbols. "
)
_PAGES = (
    "<!DOCTYPE html>\n<html><head><title>{0}</title></head>\n<body>\n<p class='lead'>{0}</p>\n</body></html>\n",
    "<ul>\n<li><a href='/archive/2004/06/11.html' title='{0}'>{0}</a> <span>(17)</span></li>\n</ul>\n",
    "<rss version='2.0'><channel><item><title>{0}</title><pubDate>Fri, 11 Jun 2004</pubDate></item></channel></rss>\n",
)


@dataclass(frozen=True)
class Sample:
    """Bytes, the text that they hold, and how they came about."""

    data: bytes
    text: str
    codec: str
    length: int
    variant: str
    source: str


def read(name: str) -> list[str]:
    """Return the lines of a text that are mostly Han."""
    lines = gzip.decompress((TEXTS / f"{name}.txt.gz").read_bytes()).decode().splitlines()
    return [line for line in lines if sum("\u4e00" <= c <= "\u9fff" for c in line) * 2 > len(line)]


def spans(lines: list[str], length: int, chance: random.Random) -> Iterator[str]:
    """Yield spans of `length` characters that begin with a line, or inside one; short ones are nearly all Han."""
    while True:
        index = chance.randrange(len(lines))
        span = lines[index]
        while len(span) < length + 12 and length > 32:
            index = (index + 1) % len(lines)
            span += "\n" + lines[index]
        start = chance.randrange(len(span) - length + 1) if len(span) > length and chance.random() < 0.5 else 0
        span = span[start : start + length]
        han = sum("\u4e00" <= c <= "\u9fff" for c in span)
        if len(span) == length and han >= (length - 1 if length <= 16 else length * 0.5):
            yield span


def make(count: int = 20, seed: int = 4, sources: tuple[str, ...] | None = None) -> Iterator[Sample]:
    """Yield `count` samples of each codec and length, each plain and in its variants."""
    assert normalize.__version__
    chance = random.Random(seed)
    texts = {name: read(name) for name in sources or (*SIMPLIFIED, *TRADITIONAL)}
    for codec, scripts in CODECS.items():
        names = [name for name in texts if ("s" if name.startswith("hans") else "t") in scripts]
        for length in LENGTHS:
            streams = [(name, spans(texts[name], length, chance)) for name in names]
            for number in range(count):
                name, stream = streams[number % len(streams)]
                for _ in range(1000):
                    text = next(stream)
                    if _fits(text, codec):
                        break
                else:
                    continue
                yield from variants(Sample(text.encode(codec), text, codec, length, "plain", name), chance)


def _fits(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode(codec) == text
    except UnicodeError:
        return False


def variants(plain: Sample, chance: random.Random) -> Iterator[Sample]:
    """Yield a sample, in HTML, inside English, with its last byte cut off, and with one to three bad bytes."""
    yield plain
    codec = plain.codec
    page = chance.choice(_PAGES).format(plain.text)
    yield replace(plain, data=page.encode(codec), text=page, variant="html")
    if plain.length <= 16:
        start = chance.randrange(60)
        english = f"{_ENGLISH[start:]}{plain.text}. {_ENGLISH * 3}"
        yield replace(plain, data=english.encode(codec), text=english, variant="in-english")
    if plain.length >= 8 and codec not in ("hz", "iso2022_cn"):
        kept = codecs.getincrementaldecoder(codec)().decode(plain.data[:-1])
        yield replace(plain, data=plain.data[:-1], text=kept, variant="trunc")
    if plain.length >= 64:
        damaged = bytearray(plain.data)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice((0xFF, 0xFF, 0x00, 0x80, chance.randrange(256)))
        yield replace(plain, data=bytes(damaged), variant="corrupt")


_FAMILIES = {"gb2312": "gb18030", "gbk": "gb18030", "utf-8-sig": "utf-8"} | dict.fromkeys(
    ("big5", "cp950", "big5_uao"), "big5hkscs"
)


def right(sample: Sample, encoding: str | None) -> bool:
    """Tell whether decoding with the answer gives exactly the text; for damaged bytes, whether the family is right."""
    if encoding is None or encoding == "binary":
        return False
    try:
        if sample.variant in ("trunc", "corrupt"):
            return _family(encoding) == _family(sample.codec)
        return sample.data.decode(encoding) == sample.text
    except (LookupError, UnicodeError):
        return False


def _family(name: str) -> str:
    name = codecs.lookup(name).name
    return _FAMILIES.get(name, name)
