"""What a report keeps of the records that pass by: counts of all documents, and a bounded choice of single ones.

A folder may hold a hundred thousand documents and more: the counts stay small whatever their number, the list of
documents and the sets worth a look are the heaviest of their kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import NamedTuple

from normalize.corpus.manifest import Record

#: Documents that the page lists. Rows of 10,000 documents take 1 MB of the page, and a browser filters them in 20 ms.
LISTED = 10_000
#: Documents whose differences the page shows: more than anybody looks through, and some 2 MB at the most.
COMPARED = 40
#: Documents that are named for one reason.
NAMED = 8
#: An encoding is worth a look below this confidence: of 2,878 collected samples that were read right, from 4 characters
#: on, 27 are.
UNSURE = 0.9


class Kept(NamedTuple):
    """A record with its weight; of equal weights the earlier is kept."""

    weight: float
    order: int
    record: Record


class Heaviest:
    """The heaviest records, up to a number of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.count = 0
        self._heap: list[Kept] = []

    def add(self, weight: float, record: Record) -> None:
        """Keep the record if it is heavy enough."""
        self.count += 1
        item = Kept(weight, -self.count, record)
        if len(self._heap) < self.most:
            heappush(self._heap, item)
        else:
            heappushpop(self._heap, item)

    def records(self) -> list[Record]:
        """Return what was kept, the heaviest first."""
        return [item.record for item in sorted(self._heap, key=lambda item: item[:2], reverse=True)]


@dataclass(frozen=True)
class Reason:
    """Why a document is worth a look; `weigh` says how much (0: not for this reason)."""

    key: str
    title: str
    about: str
    weigh: Callable[[Record], float]


def _is_failure(record: Record) -> float:
    return {"crashed": 2.0, "failed": 1.0}.get(record.status, 0.0)


def _doubt(record: Record) -> float:
    return 1.0 - record.confidence if record.confidence is not None and record.confidence < UNSURE else 0.0


#: In the order in which they matter.
REASONS: tuple[Reason, ...] = (
    Reason("failed", "Failed", "no output was written for these", _is_failure),
    Reason("lost", "Something is lost", "gone before they came here; left visible", lambda record: record.lost),
    Reason(
        "left",
        "Left in part",
        "some of their parts stayed as they were",
        lambda record: float(bool(record.error) and record.status in ("ok", "unchanged")),
    ),
    Reason("unsure", "Encoding in doubt", f"detected with less than {UNSURE:.0%} confidence", _doubt),
    Reason(
        "inferred",
        "Repaired by inference",
        "likely, but not proved",
        lambda record: record.certainty.get("inferred", 0),
    ),
    Reason("most", "Most changed", "by the number of changes", lambda record: record.changes),
)


@dataclass
class Collected:
    """All that a report says about the documents of a run; `add` is told of each."""

    count: int = 0
    size: int = 0
    size_out: int = 0
    seconds: float = 0.0
    changes: int = 0
    lost: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    scripts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    judged: dict[str, Counter[str]] = field(default_factory=dict)
    worth: dict[str, Heaviest] = field(default_factory=lambda: {reason.key: Heaviest(NAMED) for reason in REASONS})
    listed: Heaviest = field(default_factory=lambda: Heaviest(LISTED))
    slowest: Heaviest = field(default_factory=lambda: Heaviest(NAMED))
    examples: dict[str, Heaviest] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Count one document, and keep its record if it is worth it."""
        self.count += 1
        self.size += record.size
        self.seconds += record.seconds
        self.statuses[record.status] += 1
        if record.status in ("ok", "unchanged"):
            self._add_text(record)
        weights = [reason.weigh(record) for reason in REASONS]
        for reason, weight in zip(REASONS, weights, strict=True):
            if weight:
                self.worth[reason.key].add(weight, record)
        first = next((place for place, weight in enumerate(weights) if weight), len(weights))
        self.listed.add((len(weights) - first) * 1e9 + min(record.changes, 1e8), record)
        self.slowest.add(record.seconds, record)

    def _add_text(self, record: Record) -> None:
        self.size_out += record.size_out
        self.changes += record.changes
        self.lost += record.lost
        self.formats[record.format or "?"] += 1
        self.encodings[record.encoding or "?"] += 1
        self.scripts[record.script_before, record.script_after] += 1
        self.rules.update(record.rules)
        self.holders.update(record.rules.keys())
        self.certainty.update(record.certainty)
        for rule, counts in record.judged.items():
            self.judged.setdefault(rule, Counter()).update(counts)
        for rule, count in record.rules.items():
            self.examples.setdefault(rule, Heaviest(1)).add(count, record)

    def compared(self) -> list[Record]:
        """Return the documents whose differences are to be shown, at most `COMPARED`.

        Those worth a look, then for each rule that none of them shows the document where it acted most, then others
        that changed: in a small folder that is all of them.
        """
        chosen: dict[str, Record] = {}
        for reason in REASONS:
            for record in self.worth[reason.key].records():
                if record.status == "ok" or (record.status == "unchanged" and record.lost):
                    chosen[record.path] = record
        shown = {rule for record in chosen.values() for rule in record.rules}
        for rule, heaviest in sorted(self.examples.items()):
            if rule not in shown:
                (record,) = heaviest.records()
                chosen[record.path] = record
                shown.update(record.rules)
        for record in self.listed.records():
            if len(chosen) >= COMPARED:
                break
            if record.status == "ok" and record.changes:
                chosen.setdefault(record.path, record)
        return list(chosen.values())[:COMPARED]

    def rows(self) -> list[Record]:
        """Return the documents that are listed, by their paths."""
        return sorted(self.listed.records(), key=lambda record: record.path)
