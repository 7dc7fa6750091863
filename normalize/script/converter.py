"""A converter: a plan made ready, with the quickest way that gives exactly what `scalar` defines."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from normalize.edits import Spans
from normalize.script import scalar
from normalize.script.compiler import Compiled, compile_plan
from normalize.script.lexicon import Plan
from normalize.script.runs import Runs
from normalize.script.scalar import COMPONENTS
from normalize.script.short import Short

if TYPE_CHECKING:
    from normalize.script.arrays import Arrays

#: Up to this many characters plain Python is quicker than arrays.
ARRAY_LENGTH = 600
#: Characters in a block: its arrays (four bytes a character, three of them) stay in a cache of 2 MB.
BLOCK = 1 << 18

_SEQUENCE = re.compile(f"[{''.join(COMPONENTS)}]")


class Converter:
    """Converts text by a plan; safe to share between threads, and picklable."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._runs = Runs(plan)
        self._lock = threading.Lock()

    def convert(self, text: str, block: int = BLOCK) -> str:
        """Return the converted text."""
        compiled = self.compiled
        if compiled is None:
            return scalar.convert(text, self.plan)
        if len(text) <= ARRAY_LENGTH:
            return self._short.convert(text)
        return "".join(map(self._arrays.convert, self.blocks(text, block)))

    def blocks(self, text: str, size: int) -> Iterator[str]:
        """Cut a text where no match can reach over, into blocks of about `size` characters."""
        start = 0
        while len(text) - start > size:
            end = self.cut(text, start, start + size)
            yield text[start:end]
            start = end
        if start < len(text):
            yield text[start:]

    def cut(self, text: str, start: int, wanted: int) -> int:
        """Return the last place up to `wanted` where a text may be cut, or the first after it, or the end."""
        place = wanted
        while place > start:
            if self.may_cut(text, place):
                return place
            place -= 1
        place = wanted + 1
        while place < len(text) and not self.may_cut(text, place):
            place += 1
        return min(place, len(text))

    def may_cut(self, text: str, place: int) -> bool:
        """Tell whether the text before a place inside it and the text after it are converted independently."""
        compiled = self.compiled
        assert compiled is not None
        if text[place] in compiled.follow.get(text[place - 1], ""):
            return False
        return not _SEQUENCE.search(text, max(0, place - compiled.reach), place)

    def trace(self, text: str) -> Spans:
        """Return what is changed in a text, and why."""
        from normalize.script.trace import trace

        return trace(text, self.plan)

    @cached_property
    def compiled(self) -> Compiled | None:
        """The plan as defaults and exceptions."""
        return compile_plan(self.plan)

    @cached_property
    def _short(self) -> Short:
        assert self.compiled is not None
        return Short(self.compiled, self._runs)

    @cached_property
    def _arrays(self) -> Arrays:
        from normalize.script.arrays import Arrays

        assert self.compiled is not None
        return Arrays(self.compiled, self._runs)
