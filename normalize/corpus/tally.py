"""What the texts of a document come to: the counts that its record holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from normalize.formats.document import together
from normalize.result import Result


@dataclass
class Tally:
    """What the texts of one document come to."""

    changes: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    judged: dict[str, Counter[str]] = field(default_factory=dict)
    lost: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    confidence: float | None = None

    def add(self, result: Result) -> None:
        """Count the changes of one text: in all, by rule, by certainty."""
        self.changes += len(result.spans)
        self.before[result.script_before] += 1
        self.after[result.script_after] += 1
        if (found := result.detection) is not None and found.encoding:
            self.confidence = found.confidence if self.confidence is None else min(self.confidence, found.confidence)
        counts = np.bincount(result.spans.codes).tolist() if len(result.spans) else ()
        for steps, count in zip(result.spans.steps, counts, strict=False):
            if not count:
                continue  # what could have been, and was not
            self.lost += count * any(step.certainty == "lost" for step in steps)
            for step in steps:
                self.rules[f"{step.stage}.{step.rule}"] += count
                self.certainty[step.certainty] += count
                if step.certainty != "rule":
                    self.judged.setdefault(f"{step.stage}.{step.rule}", Counter())[step.certainty] += count

    def fields(self) -> dict[str, Any]:
        """Return what the record holds of it."""
        return {
            "changes": self.changes,
            "rules": dict(sorted(self.rules.items())),
            "certainty": dict(sorted(self.certainty.items())),
            "judged": {rule: dict(counts) for rule, counts in sorted(self.judged.items())},
            "confidence": None if self.confidence is None else round(self.confidence, 3),
            "lost": self.lost,
            "script_before": together(self.before),
            "script_after": together(self.after),
        }

    def include(self, other: Tally) -> None:
        """Count what was counted elsewhere."""
        self.changes += other.changes
        self.lost += other.lost
        for mine, theirs in (
            (self.rules, other.rules),
            (self.certainty, other.certainty),
            (self.before, other.before),
            (self.after, other.after),
        ):
            mine.update(theirs)
        for rule, counts in other.judged.items():
            self.judged.setdefault(rule, Counter()).update(counts)
        confidence = [each for each in (self.confidence, other.confidence) if each is not None]
        self.confidence = min(confidence, default=None)
