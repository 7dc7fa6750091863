"""The script stage: brings a text to its target, whichever script it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from normalize.config import TARGETS, Config, ConfigError
from normalize.edits import Edits, Spans, Step
from normalize.profile import Class, Profile
from normalize.script import lexicon, targets
from normalize.script.converter import Converter
from normalize.script.passages import Passage, passages

#: The classes of the characters that a conversion can change; a text without any is passed on.
_CONVERTIBLE = (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.RADICAL, Class.SURROGATE, Class.KANA)


def convert(text: str, config: str, **options: object) -> str:
    """Convert a text: exactly as OpenCC does under one of its configurations, or to a target from either script.

    `config` is an OpenCC name (`s2t`, `tw2sp`, ...) or a target (`zh-Hant-TW`, ...); `options` are the settings of
    `Config` that concern script: vocabulary, context, lexicon, dictionary, protect, disable. Raises ConfigError for a
    name that is neither.

    >>> convert("鼠标和软件", "s2twp"), convert("皇后与军队", "zh-Hant-TW")
    ('滑鼠和軟體', '皇后與軍隊')
    """
    if config in lexicon.CONFIGURATIONS:
        return (_official(config) if not options else _plain(config, Config.of(target=None, **options))).convert(text)
    if config.lower().replace("_", "-") not in TARGETS:
        known = ", ".join((*lexicon.CONFIGURATIONS, *sorted(set(TARGETS.values()))))
        raise ConfigError(f"unknown conversion {config!r}; known are {known}")
    return stage(text, Profile(text), Config.of(target=config, **options)).text


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Bring a text to the target of `config`.

    >>> stage("皇后与军队", Profile("皇后与军队"), Config(target="zh-Hant")).text
    '皇后與軍隊'
    """
    if config.target is None or "script" in config.disable or not profile.has(*_CONVERTIBLE):
        return Edits.none(text)
    if not config.context:
        return _edits(text, [Passage(0, len(text), settled=False)], config)
    return _edits(text, passages(text, profile, targets.is_traditional(config.target)), config)


def _edits(text: str, found: Sequence[Passage], config: Config) -> Edits:
    """Convert each passage by the plan that fits it."""
    parts = [(passage, text[passage.start : passage.end], _for(passage, config)) for passage in found]
    outputs = [converter.convert(part) for _, part, converter in parts]
    output = "".join(outputs)
    if output == text:
        return Edits.none(text)

    def spans() -> Spans:
        pieces = [converter.trace(part) for _, part, converter in parts]
        return _joined(pieces, [passage.start for passage, _, _ in parts], [len(part) for part in outputs])

    return Edits(text, output, spans)


def _joined(pieces: Sequence[Spans], starts: Sequence[int], lengths: Sequence[int]) -> Spans:
    """Join the spans of passages, which are counted from the start of each."""
    if len(pieces) == 1:
        return pieces[0]
    steps: dict[tuple[Step, ...], int] = {}
    columns: tuple[list[int], ...] = ([], [], [], [], [])
    out = 0
    for spans, start, length in zip(pieces, starts, lengths, strict=True):
        codes = [steps.setdefault(reasons, len(steps)) for reasons in spans.steps]
        for row in spans.rows():
            moved = (row[0] + start, row[1] + start, row[2] + out, row[3] + out, codes[row[4]])
            for column, value in zip(columns, moved, strict=True):
                column.append(value)
        out += length
    return Spans(columns[0], columns[1], columns[2], columns[3], columns[4], tuple(steps))


def _for(passage: Passage, config: Config) -> Converter:
    return _refining(config) if passage.settled else _converting(config)


@lru_cache(64)
def _converting(config: Config) -> Converter:
    assert config.target is not None
    return Converter(targets.conversion(config.target, config))


@lru_cache(64)
def _refining(config: Config) -> Converter:
    assert config.target is not None
    return Converter(targets.refinement(config.target, config))


@cache
def _official(name: str) -> Converter:
    """Return the converter of a configuration without any options; apart, because settings take time to check."""
    return _plain(name, Config(target=None))


@lru_cache(64)
def _plain(name: str, config: Config) -> Converter:
    return Converter(targets.without(lexicon.load(name, config.lexicon), config.disable))
