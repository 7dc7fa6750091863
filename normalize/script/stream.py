"""Conversion of text that comes in pieces, in constant memory and equal to converting the whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from normalize.config import Config
from normalize.profile import Class, Profile
from normalize.script import scalar, simplified
from normalize.script.between import Between
from normalize.script.converter import Converter
from normalize.script.incontext import in_context, settling
from normalize.script.keeping import Around
from normalize.script.lexicon import CONFIGURATIONS, Plan
from normalize.script.many import distinctive
from normalize.script.ready import converting, of_configuration, refining
from normalize.script.stage import settings_for
from normalize.script.targets import is_traditional

#: A stretch in which no pair of neighbours may be parted (one key repeated on and on) is cut when it has grown to this
#: many characters, by following its matches; real text has a place to cut every few characters.
LONGEST_STRETCH = 1 << 14
#: A line is judged as a whole up to this many characters, and in parts beyond.
LONGEST_LINE = 1 << 20


class Stream:
    """Converts what it is fed, and gives back as much as is certain.

    Text is passed on as soon as nothing that may follow can change it, which at the end of a line is all of it; within
    a line the last few characters are held back. A stream serves one text and one thread.

    >>> from normalize.script.lexicon import load
    >>> stream = Stream(Converter(load("s2t")))
    >>> stream.feed("用头"), stream.feed("发。"), stream.close()
    ('用', '頭髮。', '')
    """

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self._held = ""

    def feed(self, text: str) -> str:
        """Take in some more text, and return what of the conversion is certain."""
        text = self._held + text
        place = certain(text, self._converter)
        self._held = text[place:]
        return self._converter.convert(text[:place])

    def close(self) -> str:
        """Return the conversion of what was held back; no more text will come."""
        text, self._held = self._held, ""
        return self._converter.convert(text)


class LineStream:
    """Brings what it is fed to a target, line by line: text is passed on at the end of each line.

    As `stage` does, with one difference that comes from not knowing the end: a line that has characters of neither
    script alone follows the text before it, not the text after; and a page that was converted one
    character at a time, which is recognised over the whole, is not.
    """

    def __init__(self, config: Config) -> None:
        assert config.target is not None
        self._config = config
        self._traditional = is_traditional(config.target)
        self._held = ""
        self._seen = (0, 0)

    def feed(self, text: str) -> str:
        """Take in some more text, and return the lines that are complete."""
        text = self._held + text
        place = text.rfind("\n") + 1
        if not place and len(text) > LONGEST_LINE:
            place = min(certain(text, make(self._config)) for make in (converting, refining))
        self._held = text[place:]
        return self._convert(text[:place])

    def close(self) -> str:
        """Return the last line; no more text will come."""
        text, self._held = self._held, ""
        return self._convert(text)

    def _convert(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        ready = zip(lines, map(self._converter, *distinctive(lines).tolist()), strict=True)
        groups = groupby(ready, key=itemgetter(1))
        kana = Profile(text).has(Class.KANA)
        around = ((Around(converter, kana), "".join(line for line, _ in group)) for converter, group in groups)
        return "".join(converter.convert(part) for converter, part in around)

    def _converter(self, hans: int, hant: int) -> Converter | Between:
        """Return what converts a line, given how many characters of either script alone it has, and count them."""
        here, other = (hant, hans) if self._traditional else (hans, hant)
        wanted, unwanted = self._seen = (self._seen[0] + here, self._seen[1] + other)
        settled = not other and (here > 0 or wanted > unwanted)
        if not self._traditional:
            return simplified.converting(self._config, settled)
        return settling(self._config) if settled else in_context(self._config, "mixed" if here else "simplified")


def stream(config: str, **options: object) -> Stream | LineStream:
    """Return a stream that converts as `convert` does with the same configuration or target and options.

    >>> lines = stream("zh-Hant-TW")
    >>> lines.feed("萬里之外\\n没有"), lines.close()
    ('萬里之外\\n', '沒有')
    """
    if config in CONFIGURATIONS:
        return Stream(of_configuration(config, Config.of(target=None, **options)))
    settings = settings_for(config, options)
    return LineStream(settings) if settings.context else Stream(converting(settings))


def certain(text: str, converter: Converter) -> int:
    """Return the length of the part of a text whose conversion is certain, whatever may follow."""
    compiled = converter.compiled
    if compiled is None or not text:
        return 0
    if converter.ends_alone(text):
        return len(text)
    place = len(text) - 1
    while place and not converter.may_cut(text, place):
        place -= 1
        if len(text) - place > LONGEST_STRETCH:
            steps = converter.plan.matchers
            longest = max(dictionary.longest for matcher in steps for dictionary in matcher.dictionaries())
            # How far beyond a place the steps look together, counted in characters of the source.
            return last_boundary(text, converter.plan, len(text) - compiled.reach * len(steps) * (1 + longest // 64))
    return place


def last_boundary(text: str, plan: Plan, limit: int) -> int:
    """Return the last place up to `limit` at which a match or a character ends in every step of a plan.

    Whatever the steps find before such a place is found without the text after it, if all that they look at is there;
    and after it they start afresh.
    """
    if plan.overrides is not None:
        ends = [0]
        for start, end, match in scalar.pieces(text, plan.overrides):
            if match and end > limit:
                limit = min(limit, start)
                break
            if match:
                ends.append(end)
        # What the user's entries match divides the text; without such a match before the limit they say nothing.
        return ends[-1] or last_boundary(text, replace(plan, overrides=None), limit)
    # Each place of the source where all steps so far have ended one match and begin another, with its place now.
    places = {place: place for place in range(len(text) + 1)}
    segments = [text]
    for matcher in plan.matchers:
        if matcher is plan.segmentation:
            segments = [part for segment in segments for part in scalar.segments(segment, matcher)]
            continue
        moved = {0: 0}
        offset = length = 0
        for index, segment in enumerate(segments):
            values: list[str] = []
            for start, end, match in scalar.pieces(segment, matcher):
                values.append(match.value if match else segment[start:end])
                length += len(values[-1])
                moved[offset + end] = length
            offset += len(segment)
            segments[index] = "".join(values)
        places = {place: moved[now] for place, now in places.items() if now in moved}
    return max((place for place in places if place <= limit), default=0)
