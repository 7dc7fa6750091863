"""Restoring: the full-width marks that a collapse took, put back by what stands beside them.

Only `, ; : ! ? ( )` come back. Brackets are paired before anything is decided, because one side often says nothing: in
`150EFlops(每秒15000京次)` it is the content that is Chinese, in `人工智能(AI)` what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normalize.config import Config
from normalize.edits import Edit, Edits, Step
from normalize.punctuation import masks, signature

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

_MARK = re.compile(r"[,;:!?()]")
_HAN = re.compile(f"[{masks.HAN}]")
_WIDE = re.compile(f"[{masks.WIDE}\u00b7]")
#: What may stand between a mark and the word that it belongs to: emphasis, straight quotes, other marks.
_DRESS = "*_~\"',;:!?()"
_WORDS = re.compile(r"[A-Za-z]{2,}")
_WORD_PAIRS = re.compile(r"[A-Za-z]{2,} (?=[A-Za-z]{2,})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")


#: Full-width marks that stand inside English words and addresses, where no Chinese text has them: know－how.
_ENGLISH_MARK = re.compile(r"(?<=[A-Za-z])[－／＆＇．＠＿＋](?=[A-Za-z])")
_STEPS = {
    mark: Step("punctuation", rule, "inferred", "a collapse took the full width of this mark")
    for mark, rule in RULES.items()
}
_ENGLISH = Step("punctuation", "width.english", "rule", "a mark inside an English word is half-width")


def restored(text: str, config: Config, asked: bool) -> Edits:
    """Return the edits that restore `text`; `asked` takes less evidence, because somebody asked for it."""
    return Edits.of(text, _edits(text, config, asked))


def _edits(text: str, config: Config, asked: bool) -> Iterator[Edit]:
    signs = signature.read(text)
    whole = signs.collapsed or (asked and not signs.full)
    blocks = masks.blocks(text)
    start = 0
    for line in text.splitlines(keepends=True):
        if whole or signature.line_collapsed(line):
            found = [(start + at, line[at], FULL[line[at]], _STEPS[line[at]]) for at in marks_to_restore(line)]
            if not whole and not signs.has_full_brackets:
                found = [edit for edit in found if edit[1] not in "()"]
            if signs.collapsed:
                found += [
                    (start + match.start(), match[0], chr(ord(match[0]) - 0xFEE0), _ENGLISH)
                    for match in _ENGLISH_MARK.finditer(line)
                ]
                found.sort()
            for at, _, after, step in found:
                if step.rule not in config.disable and not any(first <= at < last for first, last in blocks):
                    yield Edit(at, at + 1, after, step)
        start += len(line)


def marks_to_restore(line: str) -> list[int]:
    """Return the offsets of the marks in `line` that are to be full-width, taking it for collapsed.

    >>> marks_to_restore("版本v1.2(測試),比例1:2")
    [6, 9, 10]
    """
    return list(restore_line(line, masks.inline(line)))


def restore_line(line: str, protected: list[tuple[int, int]]) -> Iterator[int]:
    """Yield the offsets of marks in `line` that are to be full-width, in order; `protected` are its masks."""
    if not _HAN.search(line) or is_english(line):
        return
    marks = [m.start() for m in _MARK.finditer(line)]
    if protected:
        marks = _outside(marks, protected)
    brackets, inside = _brackets(line, marks, protected)
    for at in marks:
        mark = line[at]
        if mark in "()":
            if at in brackets:
                yield at
        elif at not in inside and _is_full(line, at, protected):
            yield at


def is_english(line: str) -> bool:
    """Tell whether a line is English with some Chinese words in it, whose marks are English.

    >>> is_english("My name is 王小明, and I live in 北京."), is_english("他用 Python, Java 和 Go 写程序")
    (True, False)
    """
    pairs = len(_WORD_PAIRS.findall(line))
    return pairs >= 2 and len(_WORDS.findall(line)) > len(_HAN.findall(line))


def _outside(marks: list[int], protected: list[tuple[int, int]]) -> list[int]:
    kept = []
    spans = iter(protected)
    start, end = next(spans)
    for at in marks:
        while at >= end:
            start, end = next(spans, (len(marks) and marks[-1] + 1, marks[-1] + 1))
            if start > marks[-1]:
                break
        if not start <= at < end:
            kept.append(at)
    return kept


def _brackets(line: str, marks: list[int], protected: list[tuple[int, int]]) -> tuple[set[int], set[int]]:
    """Return the brackets to widen, and the marks inside brackets that stay as they are."""
    full: set[int] = set()
    inside: set[int] = set()
    stack: list[int] = []
    for at in marks:
        if line[at] == "(":
            stack.append(at)
        elif line[at] == ")" and stack:
            start = stack.pop()
            if _is_full_pair(line, start, at, protected):
                full |= {start, at}
            else:
                inside.update(mark for mark in marks if start < mark < at)
    return full - inside, inside


def _is_full_pair(line: str, start: int, end: int, protected: list[tuple[int, int]]) -> bool:
    if _HAN.search(line, start + 1, end):
        return True
    left, left_gap = _left(line, start, protected)
    right, _ = _right(line, end, protected)
    if left == "W":
        return True
    if not left_gap and _is_call(line, start, end):
        return False
    return right == "W" or (right == "E" and not left_gap) or (left == "E" and right != "L")


def _is_call(line: str, start: int, end: int) -> bool:
    """Tell whether brackets without Han belong to a call or a formula, f(x), and not to a name, NATO(1949)."""
    name = _NAME.search(line, max(0, start - 40), start)
    if name is None:
        return False
    word = name.group()
    content = line[start + 1 : end]
    if not content or len(word) == 1 or "_" in word or "." in word:
        return True
    if word[0].isupper() and (len(content) > 2 or content.isdigit()):
        return False
    return not _WORD_PAIRS.search(content)


def _left(line: str, at: int, protected: list[tuple[int, int]]) -> tuple[str, bool]:
    """Return the kind of what stands before `at`, and whether a gap stands between."""
    return _beside(line, range(at - 1, -1, -1), protected)


def _right(line: str, at: int, protected: list[tuple[int, int]]) -> tuple[str, bool]:
    """Return the kind of what stands after `at`, and whether a gap stands between."""
    return _beside(line, range(at + 1, len(line)), protected)


def _beside(line: str, offsets: range, protected: list[tuple[int, int]]) -> tuple[str, bool]:
    gap = False
    for at in offsets:
        character = line[at]
        if character.isspace():
            gap = True
        elif character not in _DRESS:
            return _kind(line, at, protected), gap
    return "E", gap


def _kind(line: str, at: int, protected: list[tuple[int, int]]) -> str:
    """W wide, L letter, D digit, M masked, P another mark."""
    for start, end in protected:
        if start <= at < end:
            return "D" if line[at].isdigit() else "M"
        if start > at:
            break
    character = line[at]
    if _WIDE.match(character):
        return "W"
    if character.isdigit():
        return "D"
    return "L" if character.isalpha() else "P"


def _is_full(line: str, at: int, protected: list[tuple[int, int]]) -> bool:
    mark = line[at]
    left, _ = _left(line, at, protected)
    right, right_gap = _right(line, at, protected)
    if left == "W":
        return True
    if right == "W":
        return True
    if left == "E":
        return False
    if right == "E":
        return True
    if mark in "!?":
        return line[at + 1] in "!?)" and _is_full(line, at + 1, protected)
    if right_gap:
        return False
    if mark == ":":
        return not (left == "L" and right in "LD")
    return True
