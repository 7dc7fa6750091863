"""The script stage: brings a text to its target, whichever script it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from normalize.config import TARGETS, Config, ConfigError
from normalize.edits import Edits, Spans
from normalize.profile import Class, Profile, checked
from normalize.script import lexicon, targets
from normalize.script.converter import Converter
from normalize.script.keeping import Around
from normalize.script.passages import Passage, passages
from normalize.script.ready import converting, of_configuration, official, refining

if TYPE_CHECKING:
    from normalize.script.between import Between

#: The classes of the characters that a conversion can change; a text without any is passed on.
_CONVERTIBLE = (Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.RADICAL, Class.SURROGATE, Class.KANA)


def convert(text: str, config: str, *, threads: int = 1, **options: object) -> str:
    """Convert a text: exactly as OpenCC does under one of its configurations, or to a target from either script.

    `config` is an OpenCC name (`s2t`, `tw2sp`, ...) or a target (`zh-Hant-TW`, ...); `options` are the settings of
    `Config` that concern script: vocabulary, context, lexicon, dictionary, protect, disable. `threads` share the work
    on one text of a million characters and more where context is off, and two take two thirds of the time. Raises
    ConfigError for a name that is neither, and for a setting that cannot be used.

    >>> convert("鼠标和软件", "s2twp"), convert("皇后与军队", "zh-Hant-TW")
    ('滑鼠和軟體', '皇后與軍隊')
    >>> convert("于老师的头发", "s2t", protect=["于"])
    '于老師的頭髮'
    """
    checked(text)
    if config in lexicon.CONFIGURATIONS:
        return _configured(config, options).convert(text, threads=threads)
    settings = settings_for(config, options)
    if settings.context:
        return stage(text, Profile(text), settings).text
    return converting(settings).convert(text, threads=threads)


def convert_many(texts: Sequence[str], config: str, **options: object) -> list[str]:
    """Convert each of many texts as `convert` does: quicker than one by one when they are short.

    >>> convert_many(["头发", "发现"], "s2t")
    ['頭髮', '發現']
    """
    from normalize.script.many import many

    if config in lexicon.CONFIGURATIONS:
        return many(_configured(config, options), texts)
    return stage_many(texts, settings_for(config, options))


def settings_for(target: str, options: dict[str, object]) -> Config:
    """Return the settings for a target, or raise ConfigError with the names that are known."""
    if not isinstance(target, str) or target.lower().replace("_", "-") not in TARGETS:
        known = ", ".join((*lexicon.CONFIGURATIONS, *sorted(set(TARGETS.values()))))
        raise ConfigError(f"unknown conversion {target!r}; known are {known}")
    return Config.of(target=target, **options)


def _configured(name: str, options: dict[str, object]) -> Converter:
    return of_configuration(name, Config.of(target=None, **options)) if options else official(name)


def stage(text: str, profile: Profile, config: Config) -> Edits:
    """Bring a text to the target of `config`.

    >>> stage("皇后与军队", Profile("皇后与军队"), Config(target="zh-Hant")).text
    '皇后與軍隊'
    """
    if config.target is None or "script" in config.disable:
        return Edits.none(text)
    # The user's entries may be of any characters.
    if not (config.dictionary or profile.has(*_CONVERTIBLE)):
        return Edits.none(text)
    if not config.context:
        return _edits(text, [Passage(0, len(text), settled=False)], profile, config)
    return _edits(text, passages(text, profile, targets.is_traditional(config.target)), profile, config)


def stage_many(texts: Sequence[str], config: Config) -> list[str]:
    """Return what `stage` makes of each of many texts: quicker than one by one when they are short."""
    from normalize.script.many import HANS, HANT, KANA, many, scripts

    if config.target is None or "script" in config.disable:
        return list(texts)
    if not config.context:
        return many(converting(config), texts)
    traditional = targets.is_traditional(config.target)
    wanted, unwanted = (HANT, HANS) if traditional else (HANS, HANT)
    found = scripts(texts).tolist()
    done = list(texts)
    ready: list[Converter | Between]
    if not traditional:
        from normalize.script import simplified

        ready = [simplified.converting(config, settled=settled) for settled in (False, True)]
    else:
        from normalize.script import incontext

        ready = [incontext.in_context(config, "simplified"), incontext.settling(config)]
        places = [place for place, kind in enumerate(found) if kind == wanted]
        judged = incontext.converted_by_character([texts[place] for place in places], config)
        for place, by_character in zip(places, judged, strict=True):
            found[place] = HANS | HANT if by_character else wanted
    for converter, kinds in zip(ready, ((0, unwanted), (wanted,)), strict=True):
        places = [place for place, kind in enumerate(found) if kind in kinds]
        outputs = many(Around(converter), [texts[place] for place in places])
        for place, output in zip(places, outputs, strict=True):
            done[place] = output
    for place, kind in enumerate(found):
        if kind == HANS | HANT or kind & KANA:
            done[place] = stage(texts[place], Profile(texts[place]), config).text
    return done


def _edits(text: str, found: Sequence[Passage], profile: Profile, config: Config) -> Edits:
    """Convert each passage by the plan that fits it, towards Traditional in context."""
    assert config.target is not None
    chosen: Sequence[Converter | Around]
    if config.context and targets.is_traditional(config.target):
        from normalize.script.incontext import converters

        chosen = [Around(converter, profile.has(Class.KANA)) for converter in converters(text, found, profile, config)]
    else:
        chosen = [_for(passage, profile, config) for passage in found]
    passages_with = zip(found, chosen, strict=True)
    parts = [(passage, text[passage.start : passage.end], converter) for passage, converter in passages_with]
    outputs = [converter.convert(part) for _, part, converter in parts]
    output = "".join(outputs)
    if output == text:
        return Edits.none(text)

    def spans() -> Spans:
        pieces = [converter.trace(part) for _, part, converter in parts]
        if len(pieces) == 1:
            return pieces[0]
        from normalize.composition import joined

        out_starts = accumulate(map(len, outputs[:-1]), initial=0)
        return joined(pieces, [passage.start for passage, _, _ in parts], list(out_starts))

    return Edits(text, output, spans)


def _for(passage: Passage, profile: Profile, config: Config) -> Converter | Around:
    if config.context:
        from normalize.script import simplified

        return Around(simplified.converting(config, passage.settled), profile.has(Class.KANA))
    return refining(config) if passage.settled else converting(config)
