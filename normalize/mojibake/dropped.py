"""A byte fell out of text in pairs of bytes: what follows is read one byte off, up to the next ASCII character.

`中文编码测试` in GB18030 without the second byte of `文` reads `中伪嗦氩馐�`. Where the shift begins is found by what
it gains; the character that lost the byte, and the last one, of which the reader had a byte too few, are filled in
where one answer is clearly best, and marked otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from math import exp

from normalize import language, words
from normalize.edits import Edit, Step
from normalize.mojibake.chains import found_costs
from normalize.mojibake.filling import AROUND, follow
from normalize.mojibake.partial import UNKNOWN, candidates
from normalize.mojibake.readings import NAMES, reading

#: What is shifted must have so many whole characters, gain so many nats, and cost no more on average. Measured on the
#: odd places of 15 million clean characters: at most 15.9 nats are gained, at 10.4 a character, 11.7 at 8.2.
#: Of damaged spans of 8 and 64 characters 89 and 90 in 100 gain 18 at 8.5; in Big5, where a shift mostly ends after two
#: to four characters, four in five.
WHOLE, GAIN, DEAREST = 3, 18.0, 8.5
#: A lost character is filled in when its share of belief is this, and marked otherwise. Measured: at 0.6 one in three
#: spans comes back whole, at 0.35 four in ten.
CLEAR = 0.35
#: What stands for a character that is lost, and for the byte that a reader had left over.
LOST = "\ufffd"
LEFT_OVER = ("", LOST, "?")
#: Nats by which a place may gain less than the best and still be where the shift begins.
NEARLY = 12.0
#: Nats for a pair that no character has, in shifted text.
NO_PAIR = 18.0

# What follows a run: a mark for the byte that was left over, or in Big5 the byte of ASCII that it ends with.
_RUN = re.compile("([^\x00-\x7f\ufffd]{3,})([\ufffd?@-~]?)")


def repair_dropped(piece: str, offset: int) -> Iterator[Edit]:
    """Yield the repairs of stretches of a piece that are read one byte off.

    >>> [edit.after for edit in repair_dropped("中伪嗦氩馐\ufffd", 0)]
    ['文编码测试']
    """
    costs = found_costs(piece)
    for match in _RUN.finditer(piece):
        best = None
        for encoding in ("gb18030", "big5hkscs"):
            found = _shift(match[1], match[2], costs[match.start() : match.end()], encoding)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if best is not None:
            _, first, after, encoding = best
            reason = f"a byte of {NAMES[encoding]} was lost, and what follows was read one byte off"
            step = Step("mojibake", "dropped-byte", "inferred", reason)
            end = match.end() if encoding == "big5hkscs" or match[2] in LEFT_OVER else match.end(1)
            yield Edit(offset + match.start() + first, offset + end, after, step)


def _shift(run: str, mark: str, costs: list[float], encoding: str) -> tuple[float, int, str, str] | None:
    """Return the gain, where the shift begins, the text from there on, and the encoding; None without a clear gain.

    `mark` is what follows the run, `costs` what each of their characters costs as found.
    """
    reader = reading(encoding)
    closing = b"" if mark in LEFT_OVER or encoding != "big5hkscs" else mark.encode()
    if not closing:
        costs = costs[: len(run)]
    pairs = [reader.character(character) for character in run]
    if any(pair is None or len(pair) != 2 for pair in pairs):
        return None
    data = b"".join(pair or b"" for pair in pairs) + closing
    shifted = [reader.decode(data[i : i + 2]) or LOST for i in range(1, len(data) - 1, 2)]
    if any(len(character) != 1 for character in shifted):
        return None
    read = language.character_costs("".join(shifted))
    after = [
        min(cost, NO_PAIR) if character != LOST else NO_PAIR for cost, character in zip(read, shifted, strict=True)
    ]
    as_found = list(accumulate(reversed(costs), initial=0.0))[::-1]
    as_read = list(accumulate(reversed(after), initial=0.0))[::-1]
    gains = [as_found[i] - as_read[i] for i in range(len(shifted) + 1 - WHOLE)]
    gain = max(gains, default=0.0)
    if gain < GAIN:
        return None
    # The first pair read one byte off may look well by itself: of the places that gain about as much, the one at which
    # the character between is the likeliest.
    starts = [i for i, other in enumerate(gains) if other > gain - NEARLY]
    heads = {i: _filled(run[:i], "".join(shifted[i:]), _either(encoding, data[2 * i])) for i in starts}
    first = min(
        starts, key=lambda i: _whole_cost(run[max(0, starts[0] - AROUND) : i] + heads[i] + "".join(shifted[i:]))
    )
    whole = "".join(shifted[first:])
    if LOST in whole or as_read[first] > DEAREST * len(whole):
        return None
    if closing:
        return gain, first, heads[first] + whole, encoding
    last = data[-1]
    tail = chr(last) if last < 0x80 else _filled(whole, "", candidates(encoding, last, UNKNOWN)) if mark else LOST
    return gain, first, heads[first] + whole + tail + (mark if last < 0x80 else ""), encoding


def _whole_cost(text: str) -> float:
    return language.model().total(text) + words.cost(text)


def _either(encoding: str, byte: int) -> list[str]:
    """Return the characters of which a byte is left, the first or the second."""
    return candidates(encoding, byte, UNKNOWN) + candidates(encoding, UNKNOWN, byte)


def _filled(left: str, right: str, offered: tuple[str, ...] | list[str]) -> str:
    """Return the character that is clearly the likeliest between two texts, or the mark for one that is lost."""
    scores = []
    for character in offered:
        cost = follow(left[-1:] or "\n", character) + (follow(character, right[0]) if right else 0.0)
        scores.append((cost + words.cost(left[-AROUND:] + character + right[:AROUND]), character))
    if not scores:
        return LOST
    least, best = min(scores)
    return best if CLEAR * sum(exp(least - score) for score, _ in scores) <= 1.0 else LOST
