"""Runs: the short stretches of a text whose conversion depends on context, converted once and remembered."""

from __future__ import annotations

from collections.abc import Callable

from normalize.script import scalar
from normalize.script.lexicon import Plan

#: Runs of running text are short (3 characters on average, 12 at most in a million) and repeat; a longer one is not
#: worth its place. 65,536 of them take 12 MB; 5 million characters of the sample text have 26,000 with s2twp.
LONGEST = 64
MOST = 1 << 16


class Runs(dict[str, str]):
    """What runs become, by the plan; worked out when one is first met, and then told to `remember`, if anybody is."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self.remember: Callable[[str, str], None] | None = None

    def __missing__(self, run: str) -> str:
        value = self.work_out(run)
        if len(run) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[run] = value
            if self.remember is not None:
                self.remember(run, value)
        return value

    def work_out(self, run: str) -> str:
        """Return what a run becomes."""
        return scalar.convert(run, self._plan)

    def __reduce__(self) -> tuple[type[Runs], tuple[Plan]]:
        return Runs, (self._plan,)
