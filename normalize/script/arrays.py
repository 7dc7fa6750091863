"""The fast way for long text: defaults by table, exceptions by run, over an array of code points.

`compiler` explains why this is exact. How it is quick: a text is taken in blocks whose arrays fit the processor's
cache; one table lookup gives the default of every character together with a flag on the few that need a look at their
neighbours; those few are narrowed by a hashed table of pairs; what is left (1 % of running text, 6 % with regional
words) is extended to runs, which are converted by the scalar definition once and remembered; where there are but a few
runs, they are seen to one by one. Code points rather than UTF-16 units, because NumPy converts between `str` and
four-byte units five times as fast as Python's codecs do UTF-16, and because characters beyond the BMP and lone
surrogates are then nothing special.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import numpy as np
import numpy.typing as npt

from normalize.script.compiler import Compiled
from normalize.script.known import KnownRuns
from normalize.script.pairs import Pairs
from normalize.script.runs import Runs
from normalize.script.scalar import COMPONENTS, FIRST_COMPONENT
from normalize.script.short import Short
from normalize.script.splicing import Stretches, scatter, spliced, spread
from normalize.script.workspace import CodePoints, Places, Workspace

#: Layout of an entry of the character table: the default in the low 21 bits, above it the row of the pair tables, and
#: the highest bit as the flag (so that flagged entries are the negative ones).
_ROW_SHIFT = 21
_CODE_POINT = np.uint32((1 << _ROW_SHIFT) - 1)
_ROW = np.uint32(0x3FF)
_FLAG = 1 << 31
#: Rows with a meaning of their own. Characters share the others when there are more characters than rows.
_BEYOND, _ALWAYS, _FIRST_ROW = 0, 1, 2
_ROWS = 0x400 - _FIRST_ROW

#: How many places the hashed tables have for each pair at least: of other pairs 1 % and 5 % are then taken for one of
#: them. With a quarter as many for pairs that may change, a fifth of all runs is worked on for nothing.
_PAIR_PLACES = 64
_LINK_PLACES = 16
#: Runs are extended step by step up to this many characters to each side; in a million of real text 12 suffice.
_STEPS = 24
#: Fewer places than these are looked at one by one: 2 µs each, where operations on arrays take 100 to 200 µs at least
#: (1,500 characters take 0.4 of the time with s2t, 20,000 take 0.55 with t2s).
FEW = 64


class Arrays:
    """A compiled plan as arrays; `runs` converts a run by the definition, and remembers."""

    def __init__(self, compiled: Compiled, runs: Runs, short: Short) -> None:
        self._runs = runs
        self._short = short
        self._known = KnownRuns()
        runs.remember = self._known.add
        for run, value in list(runs.items()):
            self._known.add(run, value)
        self._reach = compiled.reach
        rows = _rows(compiled)
        self._table, self._beyond = _character_table(compiled, rows)
        self._pairs = Pairs(_PAIR_PLACES, (rows.__getitem__, compiled.ahead), (rows.__getitem__, compiled.behind))
        self._links = Pairs(_LINK_PLACES, (ord, compiled.follow))

    def convert(self, text: str, cuts: Iterable[tuple[int, int]]) -> Iterator[str]:
        """Convert the blocks of a text, given where they begin and end; it must be one that may be cut there."""
        space: Workspace | None = None
        for start, end in cuts:
            if space is None or space.source.size < end - start:
                space = Workspace.of(end - start)
            block = space.of_size(end - start)
            starts = self.defaults(text, start, block)
            if starts.size < FEW:
                yield self._short.with_runs(text[start:end], string(block.out), starts.tolist())
            else:
                yield string(spliced(block.out, self.exceptions(block, starts)))

    def parts(self, text: str) -> tuple[CodePoints, CodePoints, Places, Places]:
        """Return a block as code points, the defaults of its characters, and where its runs begin and end."""
        block = Workspace.of(len(text))
        starts = self.defaults(text, 0, block)
        if not starts.size:
            return block.source, block.out, starts, starts
        return block.source, block.out, *self._runs_around(block.source, starts)

    def defaults(self, text: str, start: int, block: Workspace) -> Places:
        """Put in the block of a text from `start` on and its defaults; return where a neighbour may change them."""
        for source, out, places in block.stretches(text, start):
            places[:] = source
            self._table.take(places, mode="clip", out=out)
        source, out, flags, _ = block
        np.less(out.view(np.int32), 0, out=flags)
        flagged = _places(flags)
        return self._candidates(source, out, flagged) if flagged.size else flagged

    def exceptions(self, block: Workspace, starts: Places) -> list[Stretches]:
        """Convert the runs around some places; return those that get another length, which are still to be put in."""
        if not starts.size:
            return []
        source, out = block.source, block.out
        left, right = self._runs_around(source, starts)
        sizes = right - left
        unknown, longer = self._known.put(source, out, left, sizes)
        resized = [] if longer is None else [longer]
        if unknown.size:
            resized += self._put(source, out, left.take(unknown), sizes.take(unknown))
        return resized

    def _put(self, source: CodePoints, out: CodePoints, left: Places, sizes: Places) -> list[Stretches]:
        """Put in runs that are looked up one by one; return those that get longer or shorter."""
        runs = self._runs
        values = [runs[run] for run in _texts(source, left, sizes)]
        lengths = np.fromiter(map(len, values), np.intp, len(values))
        points = codes("".join(values))
        same = lengths == sizes
        if same.all():
            scatter(out, left, sizes, points)
            return []
        kept = Stretches(left, sizes, lengths, points).those(same)
        scatter(out, kept.left, kept.sizes, kept.points)
        return [Stretches(left, sizes, lengths, points).those(np.logical_not(same))]

    def _candidates(self, source: CodePoints, out: CodePoints, flagged: Places) -> Places:
        """Clear the flags of `out`, and return the places where a neighbour may belong to a changing key."""
        found = out.take(flagged)
        rows: CodePoints = found >> np.uint32(_ROW_SHIFT)
        rows &= _ROW
        found &= _CODE_POINT
        if not rows.all():
            self._look_beyond(source[flagged], rows, found)
        out[flagged] = found
        hit = self._pairs.hold(rows, source.take(flagged + 1, mode="clip"), 0)
        hit |= self._pairs.hold(rows, source.take(flagged - 1, mode="clip"), 1)
        hit |= rows == _ALWAYS
        # Taking by places is several times quicker than indexing with a mask, here and below.
        return flagged.take(hit.nonzero()[0])

    def _look_beyond(self, source: CodePoints, rows: CodePoints, found: CodePoints) -> None:
        """Fill in rows and defaults of the characters beyond the BMP, which have no entries in the table."""
        places = (rows == _BEYOND).nonzero()[0]
        characters = source[places]
        known, default, row = self._beyond
        index = known.searchsorted(characters)
        index[index == known.size] = 0
        there = known[index] == characters
        found[places] = np.where(there, default[index], characters)
        rows[places] = np.where(there, row[index], np.uint32(_BEYOND))

    def _runs_around(self, source: CodePoints, starts: Places) -> tuple[Places, Places]:
        """Extend each place to the run that must be converted together with it."""
        left = self._grown(source, starts, -1)
        right = starts + 1
        sequences = (source.take(starts) - np.uint32(FIRST_COMPONENT) < len(COMPONENTS)).nonzero()[0]
        if sequences.size:
            right[sequences] = np.minimum(right[sequences] + self._reach, source.size)
            return _merged(left, self._grown(source, right, 1))
        # Places in one run have grown to the same beginning.
        first = np.empty(left.size, np.bool_)
        first[0] = True
        np.not_equal(left[1:], left[:-1], out=first[1:])
        distinct = first.nonzero()[0]
        return left.take(distinct), self._grown(source, right.take(distinct), 1)

    def _grown(self, source: CodePoints, places: Places, direction: int) -> Places:
        """Move each place to the left (-1) or right (1), as long as the characters beside it may belong to one key."""
        grown = places.copy()
        edge = 0 if direction < 0 else source.size
        growing = (grown != edge).nonzero()[0]
        at = grown.take(growing)
        near = source.take(at if direction < 0 else at - 1)
        for _ in range(_STEPS):
            if not at.size:
                return grown
            far = source.take(at - 1 if direction < 0 else at)
            linked = self._links.hold(far, near) if direction < 0 else self._links.hold(near, far)
            on = linked.nonzero()[0]
            growing, at, near = growing.take(on), at.take(on), far.take(on)
            at += direction
            grown[growing] = at
            inside = at != edge
            if not inside.all():
                on = inside.nonzero()[0]
                growing, at, near = growing.take(on), at.take(on), near.take(on)
        if at.size:
            # A key repeated on and on: step by step would take the square of its length.
            ends = np.logical_not(self._links.hold(source[:-1], source[1:])).nonzero()[0] + 1
            ends = np.concatenate(([0], ends, [source.size]))
            grown[growing] = ends.take(ends.searchsorted(at, "right" if direction < 0 else "left") - (direction < 0))
        return grown


def _places(mask: npt.NDArray[np.bool_]) -> Places:
    """Return where a mask is true.

    NumPy looks for the next true element with memchr when at most a tenth of the mask is true, which between 1 and 10 %
    takes three times as long as its way without branches; so such a mask is given enough true elements at its end.
    """
    count = int(np.count_nonzero(mask))
    if mask.size // 100 < count <= mask.size // 10:
        return np.concatenate((mask, np.ones(mask.size // 9 + 1, np.bool_))).nonzero()[0][:count]
    return mask.nonzero()[0]


def _texts(source: CodePoints, left: Places, sizes: Places) -> list[str]:
    """Return stretches of code points as text."""
    joined = string(source.take(spread(left, sizes)))
    ends = sizes.cumsum().tolist()
    return [joined[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def codes(text: str) -> CodePoints:
    """Return the code points of a text, which must not be empty."""
    return np.array(text).reshape(1).view(np.uint32)


def string(points: CodePoints) -> str:
    """Return code points as text.

    >>> string(codes("a\\0b\\0"))
    'a\\x00b\\x00'
    """
    text = cast(str, points.view(np.dtype((np.str_, points.size))).item())
    # NumPy takes zeros at the end for padding.
    return text if points[-1] else text + "\0" * (points.size - len(text))


def _merged(left: Places, right: Places) -> tuple[Places, Places]:
    """Join the runs that overlap or touch; needed only where description sequences stretch them."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return np.array(starts), np.array(ends)


def _rows(compiled: Compiled) -> dict[str, int]:
    """Give every flagged character its row in the pair tables."""
    flagged = dict.fromkeys((*compiled.ahead, *compiled.behind))
    rows = {character: _FIRST_ROW + index % _ROWS for index, character in enumerate(flagged)}
    return rows | dict.fromkeys(compiled.always, _ALWAYS)


def _character_table(
    compiled: Compiled, rows: dict[str, int]
) -> tuple[CodePoints, tuple[CodePoints, CodePoints, CodePoints]]:
    """Return the table of the BMP, with a last entry for all beyond it; and for those: character, default and row."""
    table = np.arange(0x10001, dtype=np.uint32)
    table[0x10000] = _FLAG | _BEYOND << _ROW_SHIFT
    beyond: dict[int, list[int]] = {}
    for character, value in compiled.default.items():
        if len(value) == 1:
            if ord(character) < 0x10000:
                table[ord(character)] = ord(value)
            else:
                beyond[ord(character)] = [ord(value), _BEYOND]
    for character, row in rows.items():
        if ord(character) < 0x10000:
            table[ord(character)] |= np.uint32(_FLAG | row << _ROW_SHIFT)
        else:
            beyond.setdefault(ord(character), [ord(character), _BEYOND])[1] = row
    # One entry at least, so that every search finds a place; U+10FFFF is no character and stays itself.
    known = sorted({0x10FFFF: [0x10FFFF, _BEYOND], **beyond}.items())
    columns = [(character, default, row) for character, (default, row) in known]
    keys, defaults, beyond_rows = np.array(columns, np.uint32).T
    return table, (keys.copy(), defaults.copy(), beyond_rows.copy())
