"""From costs to confidence."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

from normalize.encoding.readings import Reading

#: The model's nats overstate evidence, because characters of a text depend on each other: a distance of d nats is
#: believed as 1 / (1 + e^-(SLOPE d + OFFSET)).
SLOPE = 0.35
OFFSET = 0.5
#: Alternatives below this share are not worth naming.
_LEAST = 0.001


def belief(margin: float) -> float:
    """Return how sure an answer is that is `margin` nats likelier than the next."""
    return 1.0 / (1.0 + exp(-max(-50.0, min(SLOPE * margin + OFFSET, 50.0))))


def shares(best: Reading, rest: Iterable[Reading]) -> list[tuple[str, float]]:
    """Return name and share of belief of each other reading, the likeliest first."""
    found: dict[str, float] = {}
    for reading in rest:
        if reading.encoding not in ("unknown", best.encoding):
            found.setdefault(reading.encoding, 1.0 - belief(reading.cost - best.cost))
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return [(name, share) for name, share in ranked if share >= _LEAST][:8]
