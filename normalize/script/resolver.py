"""Conversion in context, towards Traditional: words, neighbours and what the text itself says decide.

On top of the exact conversion, which is evidence and not law:

1. Phrases are matched on a folded view of the text, so that they are found whichever script their characters are in,
   and
   where they compete the most probable words decide (`boundaries`).
2. A character that is distinctly Traditional already is kept. One that both scripts write (后, 里, 干) is changed
   only when
   its neighbours say so more strongly than the script around it says that the author meant it (`channel`).
3. The neighbours are judged by a model (`context`), for the few characters that have several forms.
4. A Traditional text that was converted one character at a time (`pages`) is converted again as if it were Simplified.

All of this keeps the number of characters. Regional vocabulary, which does not, comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from normalize import words
from normalize.config import Config
from normalize.edits import Step
from normalize.script import boundaries, context, spellings, targets
from normalize.script.converter import Converter
from normalize.script.identification import CANTONESE
from normalize.script.lexicon import Plan
from normalize.script.matching import Match, Union
from normalize.script.runs import Runs
from normalize.script.scalar import COMPONENTS

if TYPE_CHECKING:
    from normalize.script.scoring import Scoring

#: How near a character of written Cantonese must stand, in the same line, for a place to be read as Cantonese.
CANTONESE_REACH = 20
#: Mixed text is worked on in blocks of whole lines of about this many characters, so that the arrays stay small.
BLOCK = 1 << 18
#: Where a phrase of the lexicon has the answer, another form must be likelier by this much more (in steps). Measured on
#: parallel sentences and on round trips of sources that the model has not seen.
IN_PHRASE = 3 * context.STEPS
#: The same in a word of the project's own list. Measured: were they never overruled, round trips had 11 errors more.
IN_SPELLED = 6 * context.STEPS
#: The same in mixed text, where phrases are found on the folded view: with 0, 1, 2 and 3 nats 355, 350, 349 and 355
#: errors are left in the two kinds of mixed sentences.
IN_PHRASE_MIXED = context.STEPS
#: How far a phrase is looked for to either side.
PHRASE_REACH = 6
#: So many places are remembered with the phrases around them: 4 MB.
MOST_REMEMBERED = 1 << 14
#: Below this many characters plain Python is quicker than arrays.
ARRAY_LENGTH = 600

CONTEXT = Step("script", "context", "inferred")
WORD = Step("script", "word", "rule", "the words here are others than the lexicon's phrase, or spelled otherwise")
PAGE = Step(
    "script", "page", "inferred", "the page was converted one character at a time; the form that the context asks for"
)

#: What a passage is taken for: Simplified; partly Traditional; Traditional made one character at a time.
Reading = Literal["simplified", "mixed", "by character"]


class WordRuns(Runs):
    """Runs in which words decide between phrases."""

    def __init__(self, converter: WordConverter) -> None:
        # The words that may compete are a segmentation only for the compiler, which keeps together what they link.
        super().__init__(replace(converter.plan, segmentation=None))
        self._converter = converter

    def work_out(self, run: str) -> str:
        """Return what a run becomes; parts that no phrase can link are worked out apart, however the run was found."""
        compiled = self._converter.compiled
        assert compiled is not None
        if not COMPONENTS.keys().isdisjoint(run):
            return super().work_out(run)
        return "".join(boundaries.convert(part, self._plan) for _, part in linked(run, compiled.follow))


def linked(text: str, follow: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the stretches of a text that no key can reach beyond, with where they begin."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place] not in follow.get(text[place - 1], ""):
            yield start, text[start:place]
            start = place


class WordConverter(Converter):
    """A converter that applies only the phrases that the most probable words allow."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._runs = WordRuns(self)
        # The scalar definition, which a converter begins with, knows nothing of words.
        self._unprepared = -1

    def __reduce__(self) -> tuple[type[Converter], tuple[Plan]]:
        return WordConverter, (self.plan,)


def with_words(plan: Plan, target: str, spelled: bool = True) -> WordConverter:
    """Return a converter by a plan in which words decide, with the project's own words added (`spelled`)."""
    if spelled:
        plan = spellings.added(plan, target)
    links = boundaries.links()
    segmentation = Union((links, plan.segmentation)) if plan.segmentation else links
    files = (*plan.files, *boundaries.files()) if plan.files else ()
    return WordConverter(replace(plan, name=f"{plan.name}:words for {target}", segmentation=segmentation, files=files))


class Resolver:
    """Everything that conversion in context needs for one target, made ready."""

    def __init__(self, target: str, lexicon: str, disable: frozenset[str]) -> None:
        config = Config(target=target, lexicon=lexicon, disable=disable)
        plan = targets.conversion(target, config)
        self.exact = Converter(plan)
        spelled = config.allows(CONTEXT._replace(rule="phrase"))
        self._spelled = spellings.entries(target) if spelled and config.allows(WORD) else None
        self.converter = with_words(plan, target, spelled) if config.allows(WORD) else self.exact
        self.refining = Converter(targets.refinement(target, config))
        # Without phrases the lexicon's answers are not the evidence that the model was trained with.
        judged = config.allows(CONTEXT) and config.allows(CONTEXT._replace(rule="phrase"))
        self.model = context.model() if judged else None
        self.pages = config.allows(PAGE)
        self._forms: dict[tuple[str, int], str] = {}
        self._in_phrases: dict[tuple[str, int], frozenset[int]] = {}

    def written(self, choice: context.Choice, form: int) -> str:
        """Return how the target writes a form."""
        key = choice.character, form
        if key not in self._forms:
            self._forms[key] = self.refining.convert(choice.forms[form])
        return self._forms[key]

    def folded(self, text: str) -> str:
        """Return the text in Simplified characters, one for one."""
        if len(text) < ARRAY_LENGTH:
            return words.fold(text)
        from normalize.script import columns

        return columns.folded(text)

    @cached_property
    def scoring(self) -> Scoring:
        """The model for many places at once; there must be one."""
        from normalize.script import scoring

        assert self.model is not None
        return scoring.of_model(self.model)

    @cached_property
    def regional(self) -> frozenset[str]:
        """The characters that the target's region writes and OpenCC's standard does not."""
        later = [dictionary for matcher in self.refining.plan.chain for dictionary in matcher.dictionaries()]
        return frozenset(value for dictionary in later for key, value in dictionary.entries.items() if len(key) == 1)

    def convert(self, text: str, reading: Reading) -> str:
        """Return a text, of the same length, with each character in the form that its context asks for."""
        if reading != "simplified" and len(text) > BLOCK:
            return "".join(self._convert(block, reading) for block in whole_lines(text))
        return self._convert(text, reading)

    def _convert(self, text: str, reading: Reading) -> str:
        folded = text if reading == "simplified" else self.folded(text)
        answer = self.converter.convert(folded)
        if len(answer) != len(text):
            # A lexicon of another edition may have entries that change the length: nothing here reads those.
            return self.exact.convert(text)
        if reading == "simplified":
            return replaced(answer, self.decide(folded, answer)) if self.model else answer
        from normalize.script import mixed

        return mixed.convert(self, text, folded, answer, reading == "by character")

    def decide(self, folded: str, answer: str) -> Sequence[tuple[int, str]]:
        """Return the places of a folded text, and the characters there, where context overrules the answer."""
        if len(folded) >= ARRAY_LENGTH:
            from normalize.script import columns

            return columns.decide(self, folded, answer)
        model = self.model
        assert model is not None
        found: list[tuple[int, str]] = []
        cantonese = any(character in folded for character in CANTONESE)
        for match in model.pattern.finditer(folded):
            place = match.start()
            choice = model.choices[folded[place]]
            said = model.index.get(answer[place], -1)
            if said < 0:
                continue
            near = cantonese and near_cantonese(folded, place)
            before = context.context_code(ord(folded[place - 1])) if place else context.LINE_END
            after = context.context_code(ord(folded[place + 1])) if place + 1 < len(folded) else context.LINE_END
            if not near and not model.doubtful(choice, said, before, after):
                continue
            scores = model.scores(choice, said, context.window(folded, place), near)
            scores[said] += context.MARGIN
            best = scores.index(max(scores))
            if best != said and not self.holds(folded, place, said, scores[best] - scores[said], IN_PHRASE):
                found.append((place, self.written(choice, best)))
        return found

    def holds(self, folded: str, place: int, said: int, lead: int, least: int) -> bool:
        """Tell whether the answer stands although the model prefers another form by `lead` steps: in a phrase of the
        lexicon by less than `least`, in a word of the project's own list by less than IN_SPELLED.
        """
        if lead < least:
            return self.in_phrase(folded, place, said)
        return lead < IN_SPELLED and self.spelled(folded, place) is not None

    def spelled(self, folded: str, place: int) -> Match | None:
        """Return the entry of the project's own list of words that stands at a place."""
        if self._spelled is not None:
            for start in range(max(0, place - PHRASE_REACH), place + 1):
                match = self._spelled.match(folded, start)
                if match is not None and place < start + match.length:
                    return match
        return None

    def in_phrase(self, folded: str, place: int, said: int) -> bool:
        """Tell whether a phrase of the lexicon stands at a place and has the form there that was answered."""
        assert self.model is not None
        near = folded[max(0, place - PHRASE_REACH) : place + PHRASE_REACH]
        known = near, min(place, PHRASE_REACH)
        forms = self._in_phrases.get(known)
        if forms is None:
            if len(self._in_phrases) >= MOST_REMEMBERED:
                self._in_phrases.clear()
            forms = self._in_phrases[known] = frozenset(self._forms_in_phrases(*known))
        return said in forms

    def _forms_in_phrases(self, text: str, at: int) -> Iterator[int]:
        """Yield the forms that a character has in the phrases around it."""
        assert self.model is not None
        first = self.converter.plan.chain[0]
        for start in range(at + 1):
            match = first.match(text, start)
            if match and match.length > 1 and match.length == len(match.value) and at < start + match.length:
                yield self.model.index.get(match.value[at - start], -1)


@lru_cache(16)
def ready(target: str, lexicon: str, disable: frozenset[str]) -> Resolver:
    """Return the resolver for a target, made once."""
    return Resolver(target, lexicon, disable)


def near_cantonese(folded: str, place: int) -> bool:
    """Tell whether a character of written Cantonese stands near a place, in the same line."""
    near = folded[max(0, place - CANTONESE_REACH) : place + CANTONESE_REACH + 1]
    if not any(character in near for character in CANTONESE):
        return False
    for step in (-1, 1):
        for at in range(place, place + step * (CANTONESE_REACH + 1), step):
            if not 0 <= at < len(folded) or ord(folded[at]) in context.LINE_ENDS:
                break
            if folded[at] in CANTONESE:
                return True
    return False


def whole_lines(text: str) -> Iterator[str]:
    """Cut a text after line ends, into blocks of at least `BLOCK` characters."""
    start = 0
    while start < len(text):
        end = text.find("\n", min(start + BLOCK, len(text))) + 1 or len(text)
        yield text[start:end]
        start = end


def replaced(answer: str, changes: Sequence[tuple[int, str]]) -> str:
    """Return the answer with characters replaced."""
    if not changes:
        return answer
    pieces: list[str] = []
    position = 0
    for place, character in changes:
        pieces += (answer[position:place], character)
        position = place + 1
    pieces.append(answer[position:])
    return "".join(pieces)
