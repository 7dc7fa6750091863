"""Restoring: the full-width marks that a collapse took, put back by what stands beside them.

Only `, ; : ! ? ( )` come back. Brackets are paired before anything is decided, because one side often says nothing: in
`150EFlops(每秒15000京次)` it is the content that is Chinese, in `人工智能(AI)` what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.config import Config
from normalize.edits import Edit, Edits, Step
from normalize.punctuation import signature
from normalize.punctuation.lines import HAN, Line, split

#: Full-width twins stand at a fixed distance (Unicode, Halfwidth and Fullwidth Forms).
FULL = {mark: chr(ord(mark) + 0xFEE0) for mark in ",;:!?()"}
RULES = {
    ",": "comma",
    ";": "semicolon",
    ":": "colon",
    "!": "exclamation",
    "?": "question",
    "(": "bracket",
    ")": "bracket",
}
STEPS = {
    mark: Step("punctuation", rule, "inferred", "a collapse took the full width of this mark")
    for mark, rule in RULES.items()
}

_MARK = re.compile(r"[,;:!?()]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
_WORD_PAIR = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
#: Full-width marks that stand inside English words and addresses, where no Chinese text has them: know－how.
_ENGLISH_MARK = re.compile(r"(?<=[A-Za-z])[－／＆＇．＠＿＋](?=[A-Za-z])")
_ENGLISH = Step("punctuation", "width.english", "rule", "a mark inside an English word is half-width")


def restored(text: str, config: Config, asked: bool) -> Edits:
    """Return the edits that restore `text`; `asked` takes less evidence, because somebody asked for it."""
    return Edits.of(text, _edits(text, config, asked))


def _edits(text: str, config: Config, asked: bool) -> Iterator[Edit]:
    signs = signature.read(text)
    whole = signs.collapsed or (asked and not signs.full)
    for line in split(text):
        if not whole and not signature.line_collapsed(line.text):
            continue
        found = [(line.start + at, FULL[line.text[at]], STEPS[line.text[at]]) for at in marks_to_restore(line)]
        if not whole and not signs.has_full_brackets:
            found = [edit for edit in found if edit[1] not in "（）"]
        if signs.collapsed:
            found += english_marks(line)
            found.sort()
        for at, after, step in found:
            if config.allows(step):
                yield Edit(at, at + 1, after, step)


def english_marks(line: Line) -> list[tuple[int, str, Step]]:
    """Return the full-width marks inside English words, each with its half-width form."""
    return [
        (line.start + match.start(), chr(ord(match[0]) - 0xFEE0), _ENGLISH)
        for match in _ENGLISH_MARK.finditer(line.text)
        if line.mask(match.start()) is None
    ]


def marks_to_restore(line: Line) -> list[int]:
    """Return the offsets of the marks in `line` that are to be full-width, taking it for collapsed.

    >>> marks_to_restore(Line("版本v1.2(測試),比例1:2"))
    [6, 9, 10]
    """
    if not HAN.search(line.text) or line.is_english:
        return []
    marks = [match.start() for match in _MARK.finditer(line.text)]
    if marks and line.spans:
        marks = [at for at in marks if line.mask(at) is None]
    brackets, inside = _brackets(line, marks)
    return [at for at in marks if (at in brackets if line.text[at] in "()" else at not in inside and is_full(line, at))]


def _brackets(line: Line, marks: list[int]) -> tuple[set[int], set[int]]:
    """Return the brackets to widen, and the marks inside brackets that stay as they are."""
    full: set[int] = set()
    inside: set[int] = set()
    stack: list[int] = []
    for at in marks:
        if line.text[at] == "(":
            stack.append(at)
        elif line.text[at] == ")" and stack:
            start = stack.pop()
            if is_full_pair(line, start, at):
                full |= {start, at}
            else:
                inside.update(mark for mark in marks if start < mark < at)
    return full - inside, inside


def is_full_pair(line: Line, start: int, end: int) -> bool:
    """Tell whether the brackets at `start` and `end` are to be full-width."""
    if HAN.search(line.text, start + 1, end):
        return True
    left, left_gap = line.left(start)
    if left == "wide":
        return True
    if not left_gap and _is_call(line.text, start, end):
        return False
    right, _ = line.right(end)
    return right == "wide" or (right == "edge" and not left_gap) or (left == "edge" and right != "letter")


def _is_call(text: str, start: int, end: int) -> bool:
    """Tell whether brackets without Han belong to a call or a formula, f(x), and not to a name, NATO(1949)."""
    name = _NAME.search(text, max(0, start - 40), start)
    if name is None:
        return False
    word = name.group()
    content = text[start + 1 : end]
    if not content or len(word) == 1 or "_" in word or "." in word:
        return True
    if word[0].isupper() and (len(content) > 2 or content.isdigit()):
        return False
    return not _WORD_PAIR.search(content)


def is_full(line: Line, at: int) -> bool:
    """Tell whether one of `, ; : ! ?`, outside of masks, is to be full-width."""
    mark = line.text[at]
    left, _ = line.left(at)
    if left == "wide":
        return True
    right, right_gap = line.right(at)
    if right == "wide":
        return True
    if left == "edge":
        return False
    if right == "edge":
        return True
    if mark in "!?":
        return line.text[at + 1] in "!?)" and is_full(line, at + 1)
    if right_gap:
        return False
    return mark != ":" or left != "letter" or right not in ("letter", "digit")
