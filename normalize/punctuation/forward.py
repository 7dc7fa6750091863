"""The two collapses that punctuation suffers, as functions: what restoring inverts, and what tests make damage with."""

from __future__ import annotations

import unicodedata

#: U+FF01-FF5E stand 0xFEE0 above their ASCII twins; U+3000 folds to a blank (Unicode, Halfwidth and Fullwidth Forms).
OFFSET = 0xFEE0
_FOLD = {code: code - OFFSET for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def fold(text: str) -> str:
    """Fold full-width forms and the ideographic space to ASCII, and nothing else: `…` and U+00A0 survive.

    >>> fold("算力，即（計算能力）……")
    '算力,即(計算能力)……'
    """
    return text.translate(_FOLD)


def nfkc(text: str) -> str:
    """Apply Unicode's compatibility composition, as many corpus pipelines do.

    It folds full-width forms too, and also spells `…` as three stops, `㎡` as `m2` and `①` as `1`.

    >>> nfkc("算力，約１０㎡……")
    '算力,約10m2......'
    """
    return unicodedata.normalize("NFKC", text)
