"""The context model: which Traditional form a Simplified character takes, judged by its neighbours.

A log-linear model. For a folded character that has several Traditional forms (发: 發 or 髮), each form but the first
gets a score in nats: a constant that depends on what OpenCC answered, and a weight for each context that the model
knows. The contexts are up to three characters on each side, alone and together (`TEMPLATES`). The first form scores
nothing, so a score is the logarithm of how much likelier a form is than the first. OpenCC's answer is evidence, not
law: it is replaced when another form is likelier by the factor that `MARGIN` says.

Weights are kept by hash of form, template and neighbours in one table with a check beside each, so that contexts that
the model does not know read as nothing. A score is a sum of whole numbers, and so the same for one character as for
an array.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from normalize.data import read_bytes
from normalize.script.identification import CANTONESE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint32]
    Ints = npt.NDArray[np.int32]
    Places = npt.NDArray[np.intp]

#: The contexts: offsets from the character of the neighbours that are looked at together.
TEMPLATES: tuple[tuple[int, ...], ...] = (
    (-1,),
    (1,),
    (-2, -1),
    (1, 2),
    (-1, 1),
    (-3, -2, -1),
    (1, 2, 3),
    (-2, -1, 1),
    (-1, 1, 2),
)
#: How far a context reaches to either side.
REACH = 3
#: Weights and scores are in whole numbers of this many steps to a nat.
STEPS = 16
#: A form replaces OpenCC's answer when it is likelier by this much: p >= 0.9 between the two.
#: (0.8 gave a few more right answers in statutes and records, and wrong ones in prose: 縣里, 里子, 一桶云.)
MARGIN = round(2.197 * STEPS)
#: The table has this many slots, as a power of two; an eighth full, so that few contexts meet in one slot.
SLOT_BITS = 20

#: What speaks (in steps) against a shared character standing for itself, where the model has no count of it.
UNLISTED = 5 * STEPS

#: The table of bounds has this many slots, as a power of two. For a form (but the first) and a neighbour it says how
#: much the contexts with that neighbour can add to the form, and how much they can take from it: most places can be
#: passed over on that alone.
BOUND_BITS = 16
#: The score of a form that a character does not have.
LEAST = -(1 << 20)

_MASK = 0xFFFFFFFF
_MULTIPLIER = 0x9E3779B1
_MIX = 0x85EBCA6B
_TASK = 0xC2B2AE35
_TEMPLATE = 0x27D4EB2F


def slot_and_check(task: int, template: int, neighbours: Sequence[int]) -> tuple[int, int]:
    """Return where the weight of a context stands in the table, and the byte that says that it is this context's."""
    value = task * _TASK + template * _TEMPLATE & _MASK
    for code in neighbours:
        value = (value + code) * _MULTIPLIER & _MASK
        value ^= value >> 15
    value = value * _MIX & _MASK
    return value >> (32 - SLOT_BITS), value >> 4 & 0xFF


def slots_and_checks(tasks: Codes, template: int, neighbours: Sequence[Codes]) -> tuple[Codes, Codes]:
    """Return the same for many contexts at once."""
    import numpy as np

    value = tasks * np.uint32(_TASK) + np.uint32(template * _TEMPLATE & _MASK)
    for codes in neighbours:
        value += codes
        value *= np.uint32(_MULTIPLIER)
        value ^= value >> np.uint32(15)
    value *= np.uint32(_MIX)
    return value >> np.uint32(32 - SLOT_BITS), value >> np.uint32(4) & np.uint32(0xFF)


#: What the contexts see of a line end, of the ends of the text, and of all that lies beyond them.
LINE_END = 10
_LINE_ENDS = frozenset((10, 13, 0x1C, 0x1D, 0x1E, 0x1F, 0x2028, 0x2029, 0xFFFE, 0xFFFF))


def context_code(code: int) -> int:
    """Return what the contexts see of one folded code point: digits are one, letters are one, line ends are one."""
    if code in _LINE_ENDS:
        return LINE_END
    if code < 128:
        character = chr(code)
        return 48 if character.isdigit() else 97 if character.isalpha() else code
    return code


def window(folded: str, place: int) -> list[int]:
    """Return what the contexts see of the `REACH` characters before a place, itself, and as many after."""
    seen = [0] * (2 * REACH + 1)
    seen[REACH] = ord(folded[place])
    for step in (-1, 1):
        code = 0
        for distance in range(1, REACH + 1):
            at = place + step * distance
            if code != LINE_END:
                code = context_code(ord(folded[at])) if 0 <= at < len(folded) else LINE_END
            seen[REACH + step * distance] = code
    return seen


def windows(source: Codes, places: Places) -> dict[int, Codes]:
    """Return the same for many places of an array of code points: a column for each offset."""
    return _columns(source, places, REACH)


def _columns(source: Codes, places: Places, reach: int) -> dict[int, Codes]:
    import numpy as np

    table = _context_table()
    seen: dict[int, Codes] = {}
    for step in (-1, 1):
        for distance in range(1, reach + 1):
            at = places + step * distance
            column = source.take(at, mode="clip")
            column = np.where(column <= 0xFFFF, table.take(column, mode="clip"), column)
            column[(at < 0) | (at >= source.size)] = LINE_END
            if distance > 1:
                column[seen[step * (distance - 1)] == LINE_END] = LINE_END
            seen[step * distance] = column
    return seen


def neighbours(source: Codes, places: Places) -> dict[int, Codes]:
    """Return the columns of the nearest neighbours alone."""
    return _columns(source, places, 1)


@cache
def _context_table() -> Codes:
    import numpy as np

    table = np.arange(0x10000, dtype=np.uint32)
    for code in (*range(128), *_LINE_ENDS):
        table[code] = context_code(code)
    return table


def bound_slot(task: int, side: int, code: int) -> int:
    """Return where the bounds of a form with a neighbour on one side (0 before, 1 after) stand in their table."""
    return (task * _TASK + code * _MULTIPLIER + side * _TEMPLATE & _MASK) >> (32 - BOUND_BITS)


def bound_slots(tasks: Codes, side: int, codes: Codes) -> Codes:
    """Return the same for many forms and neighbours at once."""
    import numpy as np

    value = tasks * np.uint32(_TASK) + codes * np.uint32(_MULTIPLIER) + np.uint32(side * _TEMPLATE & _MASK)
    return value >> np.uint32(32 - BOUND_BITS)


@dataclass(frozen=True)
class Choice:
    """A folded character, the forms it may take (OpenCC's standard, the commonest first) and its constants.

    `default` is the form that OpenCC gives the character by itself, `first_task` numbers the scores of its forms but
    the first; `constants[form - 1][answer]` is what a form scores when OpenCC answered `answer`; `cantonese[form -
    1]` is added in written Cantonese.
    """

    character: str
    forms: str
    default: str
    first_task: int
    constants: tuple[tuple[int, ...], ...]
    cantonese: tuple[int, ...]


class Model:
    """The choices and the table of weights."""

    def __init__(
        self, choices: Sequence[Choice], form_of: dict[str, str], priors: dict[str, int], table: bytes, bounds: bytes
    ) -> None:
        self.bounds = bounds
        #: For a character that both scripts write and that is no choice: what speaks, in steps, against its standing
        #: for itself in Traditional text, as 种 seldom does.
        self.priors = priors
        self.choices = {choice.character: choice for choice in choices}
        self.rows = {character: row for row, character in enumerate(self.choices)}
        self.pattern = re.compile(f"[{''.join(self.choices)}]")
        self._table = memoryview(table).cast("H")
        self._bytes = table
        #: For each character that is a form, or a variant of one: which form of its folded character it is.
        self.index: dict[str, int] = {}
        variants: dict[str, list[str]] = {}
        for variant, form in form_of.items():
            variants.setdefault(form, []).append(variant)
        for choice in choices:
            for number, form in enumerate(choice.forms):
                for character in (form, *variants.get(form, ())):
                    self.index[character] = number

    @classmethod
    def read(cls, packed: bytes) -> Model:
        """Read a model as `pack` wrote it."""
        stream = zlib.decompressobj()
        head = json.loads(stream.decompress(packed))
        second = zlib.decompressobj()
        table = second.decompress(stream.unused_data)
        bounds = zlib.decompress(second.unused_data)
        choices = []
        task = 0
        for character, forms, default, constants, cantonese in head["choices"]:
            choices.append(Choice(character, forms, default, task, tuple(map(tuple, constants)), tuple(cantonese)))
            task += len(forms) - 1
        return cls(choices, head["variants"], head["priors"], table, bounds)

    def weight(self, task: int, template: int, neighbours: Sequence[int]) -> int:
        """Return the weight of a context for one form, in steps."""
        slot, check = slot_and_check(task, template, neighbours)
        entry = self._table[slot]
        return (entry >> 8) - 128 if entry and entry & 0xFF == check else 0

    def evidence(self, choice: Choice, form: int, window: Sequence[int]) -> list[tuple[int, int]]:
        """Return the contexts that speak for or against a form (not the first): their weight and template.

        `window` holds what the contexts see of the `REACH` characters before, the character, and as many after.
        """
        found = []
        task = choice.first_task + form - 1
        for template, offsets in enumerate(TEMPLATES):
            weight = self.weight(task, template, [window[REACH + offset] for offset in offsets])
            if weight:
                found.append((weight, template))
        return found

    def doubtful(self, choice: Choice, answer: int, before: int, after: int) -> bool:
        """Tell whether the contexts with these neighbours might overrule the answer (not in written Cantonese)."""
        size = 1 << BOUND_BITS
        # The first form scores nothing: what is added to the others, and taken from the answer, is what counts.
        least = 0
        most = [0] * len(choice.forms)
        for form, constants in enumerate(choice.constants, 1):
            task = choice.first_task + form - 1
            slots = [bound_slot(task, side, code) for side, code in ((0, before), (1, after))]
            most[form] = constants[answer] + sum(self.bounds[slot] for slot in slots)
            if form == answer:
                least = constants[answer] - sum(self.bounds[size + slot] for slot in slots)
        return any(score - least >= MARGIN for form, score in enumerate(most) if form != answer)

    def scores(self, choice: Choice, answer: int, window: Sequence[int], cantonese: bool) -> list[int]:
        """Return what each form scores, in steps, when OpenCC answered the form `answer`."""
        found = [0]
        for form in range(1, len(choice.forms)):
            score = choice.constants[form - 1][answer] + (choice.cantonese[form - 1] if cantonese else 0)
            found.append(score + sum(weight for weight, _ in self.evidence(choice, form, window)))
        return found

    @cached_property
    def arrays(self) -> Arrays:
        """The model for many places at once."""
        return Arrays(self, self._bytes)


class Arrays:
    """The model as arrays: scores of many places at once, the same as `Model.scores` gives one by one."""

    def __init__(self, model: Model, table: bytes) -> None:
        import numpy as np

        choices = list(model.choices.values())
        self.most = max(len(choice.forms) for choice in choices)
        self.row = np.full(0x10000, -1, np.int16)
        for number, choice in enumerate(choices):
            self.row[ord(choice.character)] = number
        self.index = np.full(0x10000, -1, np.int8)
        for character, form in model.index.items():
            self.index[ord(character)] = form
        #: Which characters are choices (1), and which tell of written Cantonese (2).
        self.flags = (self.row >= 0).astype(np.uint8)
        for character in CANTONESE:
            self.flags[ord(character)] |= 2
        #: The form that a converter of single characters writes, and the form that the folded character is itself (or
        #: -1).
        self.default = np.array([choice.forms.find(choice.default) for choice in choices])
        self.itself = np.array([model.index.get(choice.character, -1) for choice in choices])
        self.sizes = np.array([len(choice.forms) for choice in choices])
        self.first_task = np.array([choice.first_task for choice in choices], np.uint32)
        self.constants = np.zeros((len(choices), self.most, self.most), np.int32)
        self.cantonese = np.zeros((len(choices), self.most), np.int32)
        for number, choice in enumerate(choices):
            for form, (constants, near) in enumerate(zip(choice.constants, choice.cantonese, strict=True), 1):
                self.constants[number, form, : len(constants)] = constants
                self.cantonese[number, form] = near
        self.priors = np.full(0x10000, UNLISTED, np.int32)
        for character, steps in model.priors.items():
            self.priors[ord(character)] = steps
        self._table = np.frombuffer(table, np.uint16)
        self._bounds = np.frombuffer(model.bounds, np.uint8).reshape(2, -1)

    def doubtful(self, rows: Places, answers: Places, columns: dict[int, Codes], cantonese: Ints) -> Places:
        """Return the indices of the places at which the contexts might overrule the answer."""
        import numpy as np

        least: Ints = np.zeros(rows.size, np.int32)
        highest: Ints = np.where(answers == 0, LEAST, 0).astype(np.int32)
        sizes = self.sizes.take(rows)
        for form in range(1, self.most):
            # Every character has a second form, and few have more.
            having = np.flatnonzero(sizes > form) if form > 1 else None
            if having is not None and not having.size:
                break
            own, said, low, high = (
                part if having is None else part.take(having) for part in (rows, answers, least, highest)
            )
            task = self.first_task.take(own) + np.uint32(form - 1)
            more, less = np.zeros(own.size, np.int32), np.zeros(own.size, np.int32)
            for side, offset in ((0, -1), (1, 1)):
                column = columns[offset] if having is None else columns[offset].take(having)
                slots = bound_slots(task, side, column)
                more += self._bounds[0].take(slots)
                less += self._bounds[1].take(slots)
            constant = self.constants[own, form, said]
            answered = said == form
            low = np.where(answered, constant - less, low).astype(np.int32)
            high = np.where(answered, high, np.maximum(high, constant + more)).astype(np.int32)
            if having is None:
                least, highest = low, high
            else:
                least[having], highest[having] = low, high
        found: Places = ((highest - least >= MARGIN) | (cantonese > 0)).nonzero()[0]
        return found

    def scores(self, rows: Places, answers: Places, columns: dict[int, Codes], cantonese: Ints) -> Ints:
        """Return an array of what each form of each place scores; forms that a character does not have score least.

        `columns` has what the contexts see at each offset from the places, as `windows` gives it.
        """
        import numpy as np

        scores = self.constants[rows, :, answers] + self.cantonese[rows] * cantonese[:, None]
        for form in range(1, self.most):
            having = np.flatnonzero(self.sizes[rows] > form)
            if not having.size:
                break
            tasks = (self.first_task[rows[having]] + (form - 1)).astype(np.uint32)
            seen = columns if having.size == rows.size else {o: column[having] for o, column in columns.items()}
            total = np.zeros(having.size, np.int32)
            for template, offsets in enumerate(TEMPLATES):
                slots, checks = slots_and_checks(tasks, template, [seen[offset] for offset in offsets])
                entries = self._table.take(slots)
                known = (entries != 0) & (entries & 0xFF == checks)
                total += np.where(known, (entries >> 8).astype(np.int32) - 128, 0)
            scores[having, form] += total
        scores[np.arange(self.most)[None, :] >= self.sizes[rows][:, None]] = LEAST
        return scores


def pack(
    choices: Sequence[Choice], form_of: dict[str, str], priors: dict[str, int], table: bytes, bounds: bytes
) -> bytes:
    """Return a model as a file: its choices as JSON, its tables with the empty slots squeezed out by compression."""
    listed = [[c.character, c.forms, c.default, c.constants, c.cantonese] for c in choices]
    head = json.dumps(
        {"choices": listed, "variants": form_of, "priors": priors}, ensure_ascii=False, separators=(",", ":")
    )
    return zlib.compress(head.encode("utf-8"), 9) + zlib.compress(table, 9) + zlib.compress(bounds, 9)


@cache
def model() -> Model:
    """Return the model that is shipped."""
    return Model.read(read_bytes("context.bin"))
