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

from normalize.data import read_bytes

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

#: The table of bounds has this many slots, as a power of two. For an answer and a neighbour it says how much the
#: contexts with that neighbour can add to what another form is ahead by: most places can be passed over on that alone.
BOUND_BITS = 17

_MASK = 0xFFFFFFFF
MULTIPLIER = 0x9E3779B1
MIX = 0x85EBCA6B
TASK = 0xC2B2AE35
TEMPLATE = 0x27D4EB2F


def slot_and_check(task: int, template: int, neighbours: Sequence[int]) -> tuple[int, int]:
    """Return where the weight of a context stands in the table, and the byte that says that it is this context's."""
    value = task * TASK + template * TEMPLATE & _MASK
    for code in neighbours:
        value = (value + code) * MULTIPLIER & _MASK
        value ^= value >> 15
    value = value * MIX & _MASK
    return value >> (32 - SLOT_BITS), value >> 4 & 0xFF


#: What the contexts see of a line end, of the ends of the text, of a mark that ends a clause, and of all beyond them.
LINE_END = 10
LINE_ENDS = frozenset((10, 13, 0x1C, 0x1D, 0x1E, 0x1F, 0x2028, 0x2029, 0xFFFE, 0xFFFF))
#: Characters that are one to the contexts, each class by its first. Measured by places of sources left out: with these
#: classes, and contexts that end with the clause, 8 % fewer are wrong in modern prose, 4 % in classics.
CLASSES = (
    *("\n，。、；：！？…—．～,.;:!?", "「『“‘（(《〈【[", "」』”’）)》〉】]"),
    "0123456789二三四五六七八九十百千万亿两几廿卅",
)


@cache
def classes() -> dict[int, int]:
    """Return what the contexts see of each character that they do not see as itself; letters are one too."""
    found = {ord(character): ord(members[0]) for members in CLASSES for character in members}
    letters = {code: ord("a") for code in range(128) if chr(code).isalpha()}
    return found | letters | dict.fromkeys(LINE_ENDS, LINE_END)


def context_code(code: int) -> int:
    """Return what the contexts see of one folded code point: most are seen as they are."""
    return classes().get(code, code)


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


def bound_slot(answer: int, side: int, code: int) -> int:
    """Return where the bound of an answer with a neighbour on one side (0 before, 1 after) stands in its table."""
    return (answer * TASK + code * MULTIPLIER + side * TEMPLATE & _MASK) >> (32 - BOUND_BITS)


@dataclass(frozen=True)
class Choice:
    """A folded character, the forms it may take (OpenCC's standard, the commonest first) and its constants.

    `default` is the form that OpenCC gives the character by itself, `first_task` numbers the scores of its forms but
    the first, and `first_answer` what OpenCC may answer; `constants[form - 1][answer]` is what a form scores when
    OpenCC answered `answer`; `cantonese[form - 1]` is added in written Cantonese.
    """

    character: str
    forms: str
    default: str
    first_task: int
    first_answer: int
    constants: tuple[tuple[int, ...], ...]
    cantonese: tuple[int, ...]

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """What the bounds must add up to, for each answer, before another form can be likelier by MARGIN."""
        found = []
        for answer in range(len(self.forms)):
            # The first form scores nothing.
            scores = [0, *(constants[answer] for constants in self.constants)]
            others = scores[:answer] + scores[answer + 1 :]
            found.append(MARGIN + scores[answer] - max(others))
        return tuple(found)


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
        self.table = table
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
        task = answer = 0
        for character, forms, default, constants, cantonese in head["choices"]:
            numbers = tuple(map(tuple, constants))
            choices.append(Choice(character, forms, default, task, answer, numbers, tuple(cantonese)))
            task += len(forms) - 1
            answer += len(forms)
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
        own = choice.first_answer + answer
        most = self.bounds[bound_slot(own, 0, before)] + self.bounds[bound_slot(own, 1, after)]
        return most >= choice.limits[answer]

    def scores(self, choice: Choice, answer: int, window: Sequence[int], cantonese: bool) -> list[int]:
        """Return what each form scores, in steps, when OpenCC answered the form `answer`."""
        found = [0]
        for form in range(1, len(choice.forms)):
            score = choice.constants[form - 1][answer] + (choice.cantonese[form - 1] if cantonese else 0)
            found.append(score + sum(weight for weight, _ in self.evidence(choice, form, window)))
        return found


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
