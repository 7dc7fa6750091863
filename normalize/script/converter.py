"""A converter: a plan made ready, with the fastest way that gives exactly what `scalar` defines."""

from __future__ import annotations

from normalize.edits import Spans
from normalize.script import scalar
from normalize.script.lexicon import Plan


class Converter:
    """Converts text by a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def convert(self, text: str) -> str:
        """Return the converted text."""
        return scalar.convert(text, self.plan)

    def trace(self, text: str) -> Spans:
        """Return what is changed in a text, and why."""
        from normalize.script.trace import trace

        return trace(text, self.plan)
