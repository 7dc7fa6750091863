"""The context model on arrays: scores of many places at once, the same as `context.Model` gives one by one.

All forms of all places are worked on together, in columns of (place, form) pairs, and all contexts of a pair together,
in rows by template: a page has some hundred places, for which the number of operations is what counts.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from normalize.script.context import (
    BOUND_BITS,
    LINE_END,
    MIX,
    MULTIPLIER,
    REACH,
    SLOT_BITS,
    TASK,
    TEMPLATE,
    TEMPLATES,
    UNLISTED,
    Model,
    classes,
)
from normalize.script.identification import CANTONESE

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]

#: The score of a form that a character does not have.
LEAST = -(1 << 20)

#: The templates by length: which row of a window their first, second and third neighbours are. Shorter ones come first.
_LENGTHS = np.array([len(offsets) for offsets in TEMPLATES])
_STEPS = [
    np.array([REACH + offsets[step] for offsets in TEMPLATES if len(offsets) > step])
    for step in range(int(_LENGTHS.max()))
]
_SEEDS = (np.arange(len(TEMPLATES), dtype=np.uint32) * np.uint32(TEMPLATE))[:, None]


class Scoring:
    """The model as arrays."""

    def __init__(self, model: Model) -> None:
        choices = list(model.choices.values())
        self.choices = choices
        self.most = max(len(choice.forms) for choice in choices)
        self.row = np.full(0x10000, -1, np.int16)
        for number, choice in enumerate(choices):
            self.row[ord(choice.character)] = number
        self.index = np.full(0x10000, -1, np.int8)
        for character, form in model.index.items():
            self.index[ord(character)] = form
        #: Which characters are choices (1), and which tell of written Cantonese (2); those beyond the BMP may (4).
        self.flags = (self.row >= 0).astype(np.uint8)
        for character in CANTONESE:
            code = ord(character)
            self.flags[min(code, 0xFFFF)] |= 2 if code <= 0xFFFF else 4
        #: The form that a converter of single characters writes, and the form that the folded character is itself (or
        #: -1).
        self.default = np.array([choice.forms.find(choice.default) for choice in choices])
        self.itself = np.array([model.index.get(choice.character, -1) for choice in choices])
        self._others = np.array([len(choice.forms) - 1 for choice in choices])
        self._first_task = np.array([choice.first_task for choice in choices])
        tasks = int(self._others.sum())
        # What a form (but the first) scores for each answer, side by side.
        self._constants = np.zeros((tasks, self.most), np.int32)
        self._cantonese = np.zeros(tasks, np.int32)
        for choice in choices:
            for form, (constants, near) in enumerate(zip(choice.constants, choice.cantonese, strict=True)):
                self._constants[choice.first_task + form, : len(constants)] = constants
                self._cantonese[choice.first_task + form] = near
        self.priors = np.full(0x10000, UNLISTED, np.int32)
        for character, steps in model.priors.items():
            self.priors[ord(character)] = steps
        self._table = np.frombuffer(model.table, np.uint16)
        self._first_answer = np.array([choice.first_answer for choice in choices])
        self._limits = np.array([limit for choice in choices for limit in choice.limits], np.int32)
        self._bounds = np.frombuffer(model.bounds, np.uint8)

    def doubtful(self, rows: Places, answers: Places, near: Codes, cantonese: Ints) -> Places:
        """Return the indices of the places at which the contexts might overrule the answer.

        `near` has the neighbour before each place, and the one after.
        """
        own = self._first_answer.take(rows)
        own += answers
        slots = near * np.uint32(MULTIPLIER)
        slots += own.astype(np.uint32) * np.uint32(TASK)
        slots[1] += np.uint32(TEMPLATE)
        slots >>= np.uint32(32 - BOUND_BITS)
        before, after = self._bounds.take(slots)
        doubt = np.add(before, after, dtype=np.int32) >= self._limits.take(own)
        doubt |= cantonese > 0
        found: Places = doubt.nonzero()[0]
        return found

    def scores(self, rows: Places, answers: Places, seen: Codes, cantonese: Ints) -> Ints:
        """Return an array of what each form of each place scores; forms that a character does not have score least.

        `seen` is what the contexts see around the places, as `windows` gives it.
        """
        pairs = _Pairs(self, rows)
        around = seen.take(pairs.owner, axis=1)
        value = pairs.task.astype(np.uint32) * np.uint32(TASK) + _SEEDS
        for neighbours in _STEPS:
            part = value[len(TEMPLATES) - neighbours.size :]
            part += around.take(neighbours, axis=0)
            part *= np.uint32(MULTIPLIER)
            part ^= part >> np.uint32(15)
        value *= np.uint32(MIX)
        entries = self._table.take(value >> np.uint32(32 - SLOT_BITS))
        value >>= np.uint32(4)
        known = entries & np.uint16(0xFF) == value & np.uint32(0xFF)
        known &= entries != 0
        weights = (entries >> np.uint16(8)).astype(np.int32)
        weights -= 128
        weights *= known
        total = weights.sum(axis=0, dtype=np.int32)
        total += self._constants[pairs.task, answers.take(pairs.owner)]
        total += self._cantonese.take(pairs.task) * cantonese.take(pairs.owner)
        scores = np.full((rows.size, self.most), LEAST, np.int32)
        scores[:, 0] = 0
        scores[pairs.owner, pairs.form] = total
        return scores


class _Pairs:
    """Every form but the first of every place: whose it is, its number among the forms, and that of its scores."""

    def __init__(self, scoring: Scoring, rows: Places) -> None:
        counts = scoring._others.take(rows)
        ends = counts.cumsum()
        self.starts: Places = ends - counts
        self.owner: Places = np.arange(rows.size).repeat(counts)
        self.form: Places = np.arange(1, self.owner.size + 1) - self.starts.take(self.owner)
        self.task: Places = scoring._first_task.take(rows).take(self.owner) + self.form - 1


def windows(source: Codes, places: Places) -> Codes:
    """Return what the contexts see around many places, which are in order: a row for each offset, from -REACH on.

    The row in the middle has the characters at the places themselves.
    """
    at = places + np.arange(-REACH, REACH + 1)[:, None]
    seen = source.take(at, mode="clip")
    seen = _context_codes(seen)
    if places.size and (places[0] < REACH or places[-1] >= source.size - REACH):
        seen[(at < 0) | (at >= source.size)] = LINE_END
    for side in (seen[REACH::-1], seen[REACH:]):
        for nearer, farther in pairwise(side[1:]):
            np.putmask(farther, nearer == LINE_END, LINE_END)
    return seen


def neighbours(source: Codes, places: Places) -> Codes:
    """Return what the contexts see before each of many places, and after it."""
    at = np.stack((places - 1, places + 1))
    seen = _context_codes(source.take(at, mode="clip"))
    seen[(at < 0) | (at >= source.size)] = LINE_END
    return seen


def _context_codes(seen: Codes) -> Codes:
    return np.where(seen <= 0xFFFF, _context_table().take(seen, mode="clip"), seen)


@cache
def _context_table() -> Codes:
    table = np.arange(0x10000, dtype=np.uint32)
    for code, seen in classes().items():
        table[code] = seen
    return table


@cache
def of_model(model: Model) -> Scoring:
    """Return a model as arrays, made once."""
    return Scoring(model)
