"""A converter: a plan made ready, with the quickest way that gives exactly what `scalar` defines."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from normalize.edits import Spans
from normalize.script import scalar
from normalize.script.lexicon import Plan
from normalize.script.runs import Runs
from normalize.script.scalar import COMPONENTS

if TYPE_CHECKING:
    from normalize.script.arrays import Arrays
    from normalize.script.compiler import Compiled
    from normalize.script.short import Short
    from normalize.script.trace import Traces

#: Up to this many characters plain Python is quicker than arrays.
ARRAY_LENGTH = 600
#: Characters in a block: its arrays (four bytes a character, three of them) stay in a cache of 2 MB.
BLOCK = 1 << 18
#: The same, at most, with several threads, which gain only by long operations on arrays: measured with two threads on
#: five million characters, blocks of half this size take a tenth longer, and larger ones need more memory for nothing.
THREAD_BLOCK = 1 << 20
#: Shorter texts are converted in one thread, however many are offered: 600,000 characters took two threads 1.7 times as
#: long with t2s, a million 0.9 times (s2twp: 0.95 and 0.8).
THREADED = 1 << 20

#: So many characters are converted by the definition before a plan is compiled: for a few words that would take longer.
UNPREPARED = 1000

_SEQUENCE = re.compile(f"[{''.join(COMPONENTS)}]")


class Converter:
    """Converts text by a plan; safe to share between threads, and picklable."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._runs = Runs(plan)
        self._preparing = threading.RLock()
        self._unprepared = UNPREPARED

    def __reduce__(self) -> tuple[type[Converter], tuple[Plan]]:
        return Converter, (self.plan,)

    def convert(self, text: str, block: int | None = None, threads: int = 1) -> str:
        """Return the converted text; neither the size of the blocks nor the number of threads changes it."""
        if "_ways" not in self.__dict__ and len(text) <= self._unprepared:
            self._unprepared -= len(text)
            return scalar.convert(text, self.plan)
        short = self._ways[1]
        if short is None:
            return scalar.convert(text, self.plan)
        if len(text) <= min(ARRAY_LENGTH, block or ARRAY_LENGTH):
            return short.convert(text)
        arrays = self._arrays
        if threads == 1 or len(text) <= (block or THREADED):
            return "".join(arrays.convert(text, self.cuts(text, block or BLOCK)))
        from normalize.script.threads import convert_in_threads

        # The first block is half as long as the others, so that the threads do not all do the same at the same time.
        rounds = -(-len(text) // (threads * (block or THREAD_BLOCK)))
        block = block or len(text) // (rounds * threads) + 1
        return convert_in_threads(arrays, text, list(self.cuts(text, block, block // 2 + 1)), threads)

    def blocks(self, text: str, size: int) -> Iterator[str]:
        """Cut a text where no match can reach over, into blocks of about `size` characters."""
        for start, end in self.cuts(text, size):
            yield text[start:end]

    def cuts(self, text: str, size: int, first: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield where such blocks begin and end; the first may have a size of its own."""
        start = 0
        wanted = first or size
        while len(text) - start > wanted:
            end = self.cut(text, start, start + wanted)
            yield start, end
            start, wanted = end, size
        if start < len(text):
            yield start, len(text)

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

    def ends_alone(self, text: str) -> bool:
        """Tell whether nothing that may follow a text, which must not be empty, can change its conversion."""
        compiled = self.compiled
        if compiled is None or text[-1] in compiled.follow:
            return False
        return not _SEQUENCE.search(text, max(0, len(text) - compiled.reach))

    def stands_alone(self, character: str) -> bool:
        """Tell whether no key of the lexicon has a character, so that nothing ever reaches over it."""
        compiled = self.compiled
        if compiled is None:
            return False
        tables = (compiled.default, compiled.always, compiled.ahead, compiled.behind, compiled.follow)
        return not any(character in table for table in tables) and character not in self._followers

    def trace(self, text: str, block: int = BLOCK) -> Spans:
        """Return what is changed in a text, and why."""
        from normalize.script.trace import trace

        short = self._ways[1]
        if short is None:
            return trace(text, self.plan)
        if len(text) <= ARRAY_LENGTH:
            return self._traces.short(text, short)
        from normalize.script.record import Record

        return Record(self._traces).spans(self.blocks(text, block), self._arrays)

    @cached_property
    def _traces(self) -> Traces:
        from normalize.script.trace import Traces

        return Traces(self.plan)

    @property
    def compiled(self) -> Compiled | None:
        """The plan as defaults and exceptions; None when it cannot be put so."""
        return self._ways[0]

    @cached_property
    def _ways(self) -> tuple[Compiled | None, Short | None]:
        with self._preparing:
            # Another thread may have prepared it meanwhile.
            found: tuple[Compiled | None, Short | None] | None = self.__dict__.get("_ways")
            if found is None:
                from normalize.script import cache
                from normalize.script.short import Short

                compiled = cache.compiled(self.plan)
                found = compiled, Short(compiled, self._runs) if compiled else None
                self.__dict__["_ways"] = found
            return found

    @cached_property
    def _arrays(self) -> Arrays:
        with self._preparing:
            found: Arrays | None = self.__dict__.get("_arrays")
            if found is None:
                from normalize.script.arrays import Arrays

                compiled, short = self._ways
                assert compiled is not None
                assert short is not None
                found = Arrays(compiled, self._runs, short)
                self.__dict__["_arrays"] = found
            return found

    @cached_property
    def _followers(self) -> frozenset[str]:
        assert self.compiled is not None
        return frozenset("".join(self.compiled.follow.values()))
