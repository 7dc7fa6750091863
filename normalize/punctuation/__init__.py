"""Punctuation and width: the marks that a collapse took put back, and, when asked for, the whole text made tidy."""

from __future__ import annotations

from normalize.config import Config
from normalize.edits import Edits
from normalize.profile import Class, Profile, checked

__all__ = ["punctuate", "stage"]


def punctuate(text: str, region: str | None = None, tidy: bool = False) -> str:
    """Put full-width marks back where a collapse took them.

    Asking is evidence in itself: a text without any full-width mark is restored even when it is too short to show the
    signature by which the stage of the pipeline decides. A text that has its marks is left alone, but for lines that
    lost theirs. `tidy` also brings quotes, ellipses, dashes, stops, widths and spaces to the style of `region` (CN, TW,
    HK; None keeps the marks that are found). Code, links, formulas, numbers and times are masked, and so is what stands
    between `<!-- normalize: off -->` and `<!-- normalize: on -->`.

    Raises ConfigError for an unknown region.

    >>> punctuate("算力规模超过150EFlops(每秒15000京次),比2019年增加1,000家")
    '算力规模超过150EFlops（每秒15000京次），比2019年增加1,000家'
    >>> punctuate('他说:"等等..."', region="CN", tidy=True)
    '他说：“等等……”'
    """
    config = Config(target=None, region=region, tidy=tidy)
    return _edits(checked(text), config, asked=True).text


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Restore what a collapse took from `text`, and make it tidy when the configuration says so."""
    if config.tidy:
        if profile.has(*_WIDE):
            return _edits(text, config, asked=False)
    elif profile.has(Class.FOLDED_MARK) and profile.han and any(mark in text for mark in _SIGNS):
        return _edits(text, config, asked=False)
    return Edits.none(text)


#: Without one of these a text shows no collapse: colons and brackets are half-width in too much that is intact.
_SIGNS = ",;!?"
#: Without a character of these classes there is nothing to tidy.
_WIDE = (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.FULL_WIDTH, Class.FULL_MARK, Class.HALF_KANA)
#: The region that a target implies, for tidying only.
_REGIONS = {"zh-Hans-CN": "CN", "zh-Hant-TW": "TW", "zh-Hant-HK": "HK"}


def _edits(text: str, config: Config, asked: bool) -> Edits:
    if config.tidy:
        from normalize.punctuation import tidy

        return tidy.tidied(text, config, config.region or _REGIONS.get(config.target or ""))
    from normalize.punctuation import restore

    return restore.restored(text, config, asked)
