"""Pinyin as annotating tools write it: one syllable with a tone mark, and the characters that are read so."""

from __future__ import annotations

import re
from functools import cache

from normalize.data import read_text

_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹɡ"

#: `(pinyin)` with either kind of brackets; some tools leave a blank before the closing one.
ANNOTATION = re.compile(rf"[(（]([{_LETTERS}]{{1,6}}) ?[)）]")

#: The same where a lead byte took the opening bracket with it, which left a question mark.
BROKEN_ANNOTATION = re.compile(rf"\?([{_LETTERS}]{{1,6}}) ?[)）]")

#: Where a lead byte took the opening bracket along and nothing stands for the two: pinyin right after Han, with a tone.
UNMARKED = re.compile(
    rf"(?<=[\u3400-\u9fff。，、；：！？“”])(?=[{_LETTERS}]{{0,5}}[{_LETTERS[3:-1]}][{_LETTERS}]{{0,5}} ?[)）])"
)

#: A line end within an annotation, whole or broken, or before it, where a mailer or an editor wrapped the line.
WRAPPED = re.compile(
    rf"[(（?][{_LETTERS}]{{0,6}}(?P<within>\r?\n)[{_LETTERS}]{{0,6}} ?[)）]"
    rf"|(?<=[\u3400-\u9fff])(?P<before>\r?\n)(?=[(（?][{_LETTERS}]{{1,6}} ?[)）])"
)

#: A letter with its tone, or `ü`, as two or three characters (NFD): names of files on a Mac, some editors.
DECOMPOSED = re.compile("[aeioun]\u0308?[\u0300\u0301\u0304\u030c]|u\u0308")

#: Another mark in the place of the question mark: what a reader puts for bytes it cannot read, or a widened one.
OTHERWISE_BROKEN = re.compile(rf"[\ufffd？](?=[{_LETTERS}]{{1,6}} ?[)）])")

#: Blanks that an editor put between an annotation, whole or broken, and Han.
BLANK_BEFORE = re.compile(rf"(?<=[\u3400-\u9fff]) (?=[(（?][{_LETTERS}]{{1,6}} ?[)）])")
BLANK_AFTER = re.compile(rf"[(（?][{_LETTERS}]{{1,6}} ?[)）] (?=[^\x00-\x7f])")


@cache
def _readings() -> dict[str, str]:
    lines = (line for line in read_text("pinyin.txt").splitlines() if not line.startswith("#"))
    return dict(line.split("\t") for line in lines)


def characters(syllable: str) -> str:
    """Return the Han characters of cp936 that are read so, in code point order; none for what is no syllable.

    The readings are those of pypinyin.

    >>> "環" in characters("huán"), characters("html")
    (True, '')
    """
    return _readings().get(syllable.replace("ɡ", "g"), "")


def is_reading(character: str, syllable: str) -> bool:
    """Tell whether a character is read so.

    >>> is_reading("關", "guān"), is_reading("關", "hé")
    (True, False)
    """
    return character in characters(syllable)
