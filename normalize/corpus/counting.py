"""Normalising with a light record: what the manifest counts, without asking the conversion for the rule of each place.

The conversion of script touches every second character, and naming the phrase or rule that decided each of them costs
ten times what the conversion costs (measured: 17.1 ms against 1.3 ms for a page of 20 KB). The manifest needs
numbers, so here the places where the script changed are found by comparing the texts; repair and punctuation, which are
rare and worth a look, keep their full record. Many texts are done together, which for pages and rows is much quicker.

Where words change their length, comparing cannot tell what became of which character. For numbers that does not matter;
but a text that was taken from the pieces of a document goes back into them by its changes, which must be exact then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import accumulate, pairwise, repeat

import numpy as np
import numpy.typing as npt

from normalize.edits import NO_SPANS, Spans, Step, compose, without_returns
from normalize.pipeline import Normalizer
from normalize.profile import Profile
from normalize.result import Result
from normalize.script import stage_many
from normalize.script.identification import labels

_CONVERTED = (Step("script", "converted", "rule", "converted to the script that was asked for"),)


class CountingNormalizer(Normalizer):
    """A normaliser whose explanations say where the script changed, but not by which rule; the text is the same."""

    def explain(self, text: str | bytes) -> Result:
        """Return the normalised text with the light record; bytes have the full one."""
        return self.explain_many([text], [True])[0] if isinstance(text, str) else super().explain(text)

    def explain_many(self, texts: Sequence[str], rough: Sequence[bool] = ()) -> list[Result]:
        """Return what `explain` returns for each text; the script is converted in all of them together.

        `rough` tells of which texts the changes need not be exact, only lead to the output (none, unless it is given).
        """
        found: list[str] = []
        repairs: list[Spans] = []
        for text, edits in zip(texts, self.run_before_script(texts), strict=True):
            found.append(edits[-1].text if edits else text)
            repairs.append(reduce(compose, (each.spans for each in edits), NO_SPANS))
        outputs = stage_many(found, self.config)
        before = labels(found if self.config.target else outputs)
        after = labels(outputs)
        spans = map(without_returns, map(compose, repairs, self._converted(found, outputs, rough)), texts, outputs)
        return list(map(Result, outputs, texts, spans, before, after))

    def _converted(self, texts: Sequence[str], outputs: Sequence[str], rough: Sequence[bool]) -> Iterator[Spans]:
        """Yield for each text the spans that the conversion of script changed."""
        pairs = list(zip(texts, outputs, strict=True))
        same = [(text, output) for text, output in pairs if len(text) == len(output)]
        together = _differing([text for text, _ in same], [output for _, output in same])
        for (text, output), is_rough in zip(pairs, rough or repeat(False), strict=bool(rough)):
            spans = next(together) if len(text) == len(output) else differences(text, output) if is_rough else None
            if not is_rough and self._may_change_length and len(spans or ()):
                spans = None
            yield self.stages["script"](text, Profile(text), self.config).spans if spans is None else spans

    @property
    def _may_change_length(self) -> bool:
        """Whether some word may become a longer or shorter one: then two may make up for each other in a text."""
        return self.config.vocabulary or bool(self.config.dictionary)


def differences(before: str, after: str) -> Spans | None:
    """Return the spans in which a conversion differs from its source, or None when their lines do not correspond.

    >>> differences("发展abc", "發展abc").starts.tolist()
    [0]
    """
    if len(before) == len(after):
        return next(_differing([before], [after]))
    old, new = before.split("\n"), after.split("\n")
    if len(old) != len(new):
        return None
    rows: list[tuple[int, int, int, int]] = []
    position = out_position = 0
    for one, other in zip(old, new, strict=True):
        if len(one) == len(other):
            if one != other:
                rows += (
                    (position + at, position + at + 1, out_position + at, out_position + at + 1)
                    for at, (a, b) in enumerate(zip(one, other, strict=True))
                    if a != b
                )
        else:
            head = _common(one, other)
            tail = _common(one[head:][::-1], other[head:][::-1])
            end, out_end = position + len(one) - tail, out_position + len(other) - tail
            rows.append((position + head, end, out_position + head, out_end))
        position += len(one) + 1
        out_position += len(other) + 1
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return _spans(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3])


def _differing(texts: Sequence[str], outputs: Sequence[str]) -> Iterator[Spans]:
    """Yield for each text the spans of the characters in which it differs from an output of the same length."""
    places = np.flatnonzero(_codes(texts) != _codes(outputs))
    starts = list(accumulate(map(len, texts), initial=0))
    for start, (first, end) in zip(starts, pairwise(places.searchsorted(starts).tolist()), strict=False):
        inside = places[first:end] - start
        yield _spans(inside, inside + 1, inside, inside + 1)


def _spans(*columns: npt.NDArray[np.int64]) -> Spans:
    starts, ends, out_starts, out_ends = columns
    codes = np.zeros(len(starts), np.int64)
    return Spans(starts, ends, out_starts, out_ends, codes, (_CONVERTED,))  # type: ignore[arg-type]


def _codes(texts: Sequence[str]) -> npt.NDArray[np.uint32]:
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _common(one: str, other: str) -> int:
    """Return the length of the common beginning."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
