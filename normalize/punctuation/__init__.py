"""Punctuation and width: the marks that a collapse took put back, and, when asked for, the whole text made tidy."""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import Edits
from normalize.profile import Class, Profile

__all__ = ["punctuate", "stage"]


def punctuate(text: str, region: str | None = None, tidy: bool = False) -> str:
    """Put full-width marks back where a collapse took them.

    Asking is evidence in itself: a text without any full-width mark is restored even when it is too short to show the
    signature by which the stage of the pipeline decides. A text that has its marks is left alone, but for lines that
    lost theirs. `tidy` also brings quotes, ellipses, dashes, stops, widths and spaces to the style of `region` (CN, TW,
    HK; None keeps the marks that are found).

    Raises ConfigError for an unknown region.

    >>> punctuate("算力规模超过150EFlops(每秒15000京次),比2019年增加1,000家")
    '算力规模超过150EFlops（每秒15000京次），比2019年增加1,000家'
    """
    from normalize.punctuation import restore

    config = Config(target=None, region=region, tidy=tidy)
    return restore.restored(text, config, asked=True).text


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Restore what a collapse took from `text`, and make it tidy when the configuration says so."""
    if not profile.has(Class.FOLDED_MARK) or not profile.han:
        return Edits.none(text)
    from normalize.punctuation import restore

    return restore.restored(text, config, asked=False)
