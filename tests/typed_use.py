"""What a user of the package writes, with types: checked by mypy --strict and pyright, and run (see test_typed.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import normalize
from normalize import Change, Config, ConfigError, Normalizer, Result


def clean(paths: Iterable[Path], normalizer: Normalizer) -> Iterator[tuple[Path, str]]:
    """Yield the text of files of any encoding, normalised."""
    for path in paths:
        yield path, normalizer.normalize(path.read_bytes())


def doubtful(result: Result) -> list[Change]:
    """Return the changes that somebody should look at."""
    return [change for change in result.changes if change.certainty in ("inferred", "lost")]


def encoding_of(data: bytes) -> str:
    """Return the encoding of bytes, or what else they are."""
    found = normalize.detect(data, candidates=["gb18030", "big5", "utf-8"])
    if found.encoding is None:
        return "nothing" if not found.alternatives else f"perhaps {found.alternatives[0].encoding}"
    return f"{found.encoding} ({found.confidence:.0%})"


def counts(text: str) -> dict[str, int]:
    """Return how many characters of a text are of one script only."""
    script = normalize.identify(text)
    return {"Hans": script.hans, "Hant": script.hant}


def config_from(options: dict[str, str]) -> Config | None:
    """Return a configuration, or None for a target that nobody knows."""
    try:
        return Config(target=options.get("target"), disable=frozenset({"spacing.add"}), protect=("皇后镇",))
    except ConfigError:
        return None


def offsets(result: Result, positions: list[int]) -> list[int]:
    """Return where characters of the source stand in the output."""
    return [result.align(position) for position in positions]


def texts() -> list[str]:
    """Return what each function makes of its example."""
    decoded = normalize.decode("中文".encode("gbk"), "gbk")
    errors: list[tuple[int, bytes]] = [(error.offset, error.data) for error in decoded.errors]
    assert not errors
    source: str | bytes = normalize.explain("關(guān)于", "zh-Hans").undo()
    assert isinstance(source, str)
    return [
        decoded.text,
        source,
        normalize.normalize("鼠标", target="zh-Hant-TW", vocabulary=True),
        normalize.repair("又一關(guān)鍵性突破"),
        normalize.punctuate("好,走吧!", region="CN", tidy=True),
        normalize.convert("汉字", "s2t"),
        *normalize.normalize_many(["关键", "鼠标"]),
    ]
