"""The forward model of the annotated page: how a byte-level tool put pinyin into GBK text.

Tests and the sample corpus make damage with it, and a repair is proved by it: the repaired text, damaged again, must be
what was found. What the tool did, in order: encode in cp936; put control bytes before punctuation marks; for each
entry of an ordered list insert `(pinyin)` after the two bytes of the character, wherever those two bytes stand, also
where they straddle two characters; decode as cp936.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from normalize.mojibake import cp936

_CONTROLS = re.compile("[\x05-\x08]+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def annotate(
    text: str,
    table: Iterable[tuple[str, str]] = (),
    noise: Mapping[str, bytes] | None = None,
    controls: str | None = None,
    private_kept: bool = True,
    undecodable: str = cp936.UNDECODABLE,
) -> str:
    """Return `text` as such a page shows it.

    `table` is the ordered list of (character, pinyin); `noise` maps a punctuation mark to the control bytes (05-08)
    that are put before it; `controls` is what later extraction makes of a run of them: None keeps them,
    `""` drops them, `" "` makes one blank. `private_kept` False strips private-use characters, and `undecodable` is
    what stands for an undecodable pair (some extractions drop it).

    >>> annotate("關鍵", [("關", "guān")])
    '關(guān)鍵'
    >>> annotate("know－how", [("環", "huán")])
    'know－h(huán)ow'
    >>> annotate("領域為AI", [("驗", "yàn")])
    '領域?yàn)锳I'
    """
    data = cp936.encode(text)
    for mark, inserted in (noise or {}).items():
        code = cp936.encode(mark)
        data = data.replace(code, inserted + code)
    for character, pinyin in table:
        code = cp936.encode(character)
        data = data.replace(code, code + cp936.encode(f"({pinyin})"))
    result = cp936.decode(data, undecodable)
    if controls is not None:
        result = _CONTROLS.sub(controls, result)
    return result if private_kept else _PRIVATE.sub("", result)
