"""The flow: bytes are decoded, then each stage has its turn, in an order that is part of the design.

Repair comes before punctuation, because most of the brackets on a damaged page belong to the damage; and punctuation,
which asks what is Han and what is Latin, before the conversion of script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cached_property
from importlib import import_module
from typing import Any

from normalize.config import Config
from normalize.edits import Edit, Edits, Step, compose, without_returns
from normalize.profile import Profile, checked, profiles
from normalize.result import Decoded, Result

Stage = Callable[[str, Profile, Config], Edits]

#: The stages in their order: the package that holds each, and the setting that switches it.
STAGES: tuple[tuple[str, Callable[[Config], bool]], ...] = (
    ("escapes", lambda config: config.repair),
    ("mojibake", lambda config: config.repair),
    ("characters", lambda config: config.characters),
    ("punctuation", lambda config: config.punctuation),
    ("script", lambda config: config.target is not None),
)


class Normalizer:
    """Normalises texts with one configuration; may be shared between threads, and pickled.

    >>> Normalizer(Config(target="zh-Hans")).normalize("關(guān)鍵節(jié)點(diǎn)")
    '关键节点'
    """

    def __init__(self, config: Config | None = None, **options: Any) -> None:
        """Take a configuration, or the options of one (see `Config`)."""
        if config is not None and not isinstance(config, Config):
            raise TypeError(f"expected a Config, found {config!r}; settings have names: Normalizer(target='zh-TW')")
        self.config = Config.of(**options) if config is None else config.with_options(**options)

    def __repr__(self) -> str:
        return f"Normalizer({self.config!r})"

    def __reduce__(self) -> tuple[type[Normalizer], tuple[Config]]:
        return type(self), (self.config,)

    @cached_property
    def stages(self) -> dict[str, Stage]:
        """The stages that this configuration switches on, by name, in order."""
        return {name: import_module(f"normalize.{name}").stage for name, is_on in STAGES if is_on(self.config)}

    def run(self, text: str) -> Iterator[Edits]:
        """Yield what each stage did, in order. This is the flow."""
        return _flow(self.stages, Profile(text), self.config, self.stages.keys())

    def run_before_script(self, texts: Sequence[str]) -> Iterator[list[Edits]]:
        """Yield for each text what the stages before the conversion of script did, which looks at many texts together.

        A stage that a text does not concern is not asked; once a text has changed, all that follow are.
        """
        from normalize.screening import concerned

        stages = {name: stage for name, stage in self.stages.items() if name != "script"}
        every = frozenset(stages)
        # More than what a text needs was asked for.
        asked = self.config.tidy or self.config.enable
        concerns = [every] * len(texts) if asked else [every & found for found in concerned(texts)]
        looked_at = iter(profiles([text for text, concern in zip(texts, concerns, strict=True) if concern]))
        for concern in concerns:
            yield list(_flow(stages, next(looked_at), self.config, concern)) if concern else []

    def normalize(self, text: str | bytes) -> str:
        """Return the normalised text.

        Bytes are decoded first; what cannot be decoded stays visible as U+FFFD.
        """
        source = text if isinstance(text, str) else self._decode(text).text
        for edits in self.run(source):
            source = edits.text
        return source

    def normalize_many(self, texts: Iterable[str]) -> list[str]:
        """Return the normalised texts, in order: quicker than one by one when they are short."""
        from normalize.script import stage_many

        if isinstance(texts, str):
            raise TypeError("expected several texts, found one; `normalize` takes one")
        texts = list(map(checked, texts))
        done = zip(texts, self.run_before_script(texts), strict=True)
        return stage_many([edits[-1].text if edits else text for text, edits in done], self.config)

    def explain(self, text: str | bytes) -> Result:
        """Return the normalised text with the record of every change."""
        from normalize.script import identify

        decoded = None if isinstance(text, str) else self._decode(text)
        source = checked(text) if decoded is None else decoded.text  # type: ignore[arg-type]
        first = Edits.none(source) if decoded is None else undecodable(decoded)
        spans = first.spans
        output = found = source
        for edits in self.run(source):
            spans = compose(spans, edits.spans)
            # The script that the text was in is that of the repaired text: damage adds characters of either.
            found, output = output, edits.text
        return Result(
            text=output,
            source=source,
            spans=without_returns(spans, source, output),
            script_before=identify(found if self.config.target else output).label,
            script_after=identify(output).label,
            decoded=decoded,
        )

    def explain_many(self, texts: list[str], rough: Sequence[bool] = ()) -> list[Result]:
        """Return what `explain` returns for each text.

        `rough` tells which of them a light record need not be exact for (see `CountingNormalizer`); this one is exact.
        """
        return [self.explain(text) for text in texts]

    def normalize_table(self, table: Any, columns: str | Iterable[str] | None = None, record: bool = False) -> Any:
        """Return an Arrow table or batch with its text normalised (see `normalize.normalize_table`)."""
        from normalize.arrow.table import rewrite_table

        return rewrite_table(self, table, columns, record)

    def _decode(self, data: bytes) -> Decoded:
        from normalize.encoding import decode

        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"expected text or bytes, found {type(data).__name__}")
        return decode(data, self.config.encoding)


def _flow(stages: dict[str, Stage], profile: Profile, config: Config, concern: Set[str]) -> Iterator[Edits]:
    """Yield what each stage does to a text, in order: those that it concerns, and once it has changed, all."""
    for name, stage in stages.items():
        if name in concern:
            edits = stage(profile.text, profile, config)
            if edits.text != profile.text:
                profile, concern = Profile(edits.text), stages.keys()
            yield edits


def undecodable(decoded: Decoded) -> Edits:
    """Return a note for each place where bytes could not be decoded; the text stays as it is."""
    notes = []
    for error in decoded.errors:
        reason = f"byte {error.offset}: {error.data.hex(' ')} {error.reason}"
        step = Step("encoding", "undecodable", "lost", reason)
        notes.append(Edit(error.position, error.position + 1, decoded.text[error.position], step))
    return Edits.of(decoded.text, notes)


def normalize(text: str | bytes, target: str | None = "zh-Hant", **options: Any) -> str:
    """Return the text repaired, with its punctuation restored, and in one script.

    `target` says what comes out (see `Config`, whose fields are the options). Raises ConfigError for a setting that
    cannot be used, EncodingError for an unknown encoding.

    >>> normalize("鼠标和軟件")
    '鼠標和軟件'
    >>> normalize("鼠标和软件".encode("gb18030"), "zh-Hant-TW", vocabulary=True)
    '滑鼠和軟體'
    """
    return Normalizer(target=target, **options).normalize(text)


def explain(text: str | bytes, target: str | None = "zh-Hant", **options: Any) -> Result:
    """Return what `normalize` returns, with the record of every change.

    >>> for change in explain("關(guān)于", "zh-Hans").changes:
    ...     print(change.start, change.before, change.after, change.certainty)
    0 關 关 rule
    1 (guān)  proved
    """
    return Normalizer(target=target, **options).explain(text)


def repair(text: str) -> str:
    """Return the text with its damage undone, and nothing else; clean text comes back as it is.

    >>> repair("又一關(guān)鍵性突破，領(lǐng)域?yàn)锳I"), repair("娴嬭瘯"), repair("&#20013;&#25991;")
    ('又一關鍵性突破，領域為AI', '测试', '中文')
    >>> repair("重慶(chóng qìng)是座山城")
    '重慶(chóng qìng)是座山城'
    """
    return Normalizer(target=None, punctuation=False).normalize(text)


def normalize_many(texts: Iterable[str], target: str | None = "zh-Hant", **options: Any) -> list[str]:
    """Return the normalised texts, in order: quicker than one by one when they are short.

    >>> normalize_many(["关键", "鼠标"])
    ['關鍵', '鼠標']
    """
    return Normalizer(target=target, **options).normalize_many(texts)
