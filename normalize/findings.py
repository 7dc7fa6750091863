"""Findings: the changes of a result with their place in the file, as people, editors and services read them."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from normalize import __version__
from normalize.result import Change, Result

#: Lines around a change in a diff.
_AROUND = 3


@dataclass(frozen=True)
class Finding:
    """A change with its place in the source: lines and columns are counted from 1, columns in characters."""

    line: int
    column: int
    end_line: int
    end_column: int
    change: Change

    def entry(self) -> dict[str, Any]:
        """Return it as an object for programs."""
        change = self.change
        return {
            "line": self.line,
            "column": self.column,
            "start": change.start,
            "end": change.end,
            "output_start": change.output_start,
            "output_end": change.output_end,
            "before": change.before,
            "after": change.after,
            "stage": change.stage,
            "rule": change.rule,
            "certainty": change.certainty,
            "reason": change.reason,
        }

    @property
    def sentence(self) -> str:
        """What was found, for people: the text before and after, or that something is gone."""
        change = self.change
        if change.before == change.after:
            return f"{visible(change.before)} is {change.certainty}"
        return f"{visible(change.before) or 'nothing'} -> {visible(change.after) or 'nothing'}"


def findings_of(result: Result) -> Iterator[Finding]:
    """Yield the changes with their places; a line ends with a line feed."""
    starts = [0, *(found.end() for found in re.finditer("\n", result.source))]
    for change in result.changes:
        line, end_line = bisect_right(starts, change.start), bisect_right(starts, change.end)
        columns = change.start - starts[line - 1] + 1, change.end - starts[end_line - 1] + 1
        yield Finding(line, columns[0], end_line, columns[1], change)


def visible(text: str) -> str:
    """Return text with controls and private characters written out, so that a terminal shows what is there."""
    return "".join(c if c.isprintable() or c == "\u3000" else f"<{ord(c):04X}>" for c in text)


def github(path: str, finding: Finding, member: str = "") -> str:
    """Return a finding as a workflow command of GitHub Actions, which shows it beside the line.

    What is in a member of an archive is shown for the archive, and says where in it.
    """
    change = finding.change
    if member:
        message = f"{member}:{finding.line}:{finding.column} {_message(finding)}"
        return (
            f"::warning file={_escaped(path, ':,')},title={_escaped('+'.join(change.names), ':,')}::{_escaped(message)}"
        )
    place = f"line={finding.line},endLine={finding.end_line},col={finding.column},endColumn={finding.end_column}"
    title = _escaped("+".join(change.names), ":,")
    return f"::warning file={_escaped(path, ':,')},{place},title={title}::{_escaped(_message(finding))}"


def _message(finding: Finding) -> str:
    reason = finding.change.reason
    return f"{finding.sentence} ({reason})" if reason else finding.sentence


def _escaped(text: str, more: str = "") -> str:
    """Return text with the characters escaped that end a workflow command, or a property of it."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" or c in more else c for c in text)


def sarif(files: Iterable[tuple[str, str, Iterable[Finding]]]) -> dict[str, Any]:
    """Return findings as one SARIF 2.1.0 log (OASIS standard), each with the fix that makes the change.

    A file comes with the member that the findings are in, if it is an archive; then they have a logical location and
    no fix, because no editor could make it.
    """
    rules: dict[str, int] = {}
    results = []
    for path, member, findings in files:
        for finding in findings:
            name = "+".join(finding.change.names)
            index = rules.setdefault(name, len(rules))
            results.append(_sarif_result(path, member, finding, name, index))
    driver = {"name": "zh-normalize", "version": __version__, "rules": [_sarif_rule(name) for name in rules]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _sarif_rule(name: str) -> dict[str, Any]:
    """Return what the rules of a change, joined by `+`, do and rest on."""
    from normalize.rules import all_rules

    found = [rule for rule in all_rules() if rule.full_name in name.split("+")]
    if not found:
        return {"id": name}
    about = "; ".join(rule.about for rule in found)
    reference = "; ".join(dict.fromkeys(rule.reference for rule in found))
    return {"id": name, "shortDescription": {"text": about}, "help": {"text": reference}}


def _sarif_result(path: str, member: str, finding: Finding, name: str, index: int) -> dict[str, Any]:
    change = finding.change
    artifact = {"uri": quote(PurePath(path).as_posix().encode("utf-8", "surrogateescape"))}
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if member:
        place = f"{member}:{finding.line}:{finding.column}"
        location = {
            "physicalLocation": {"artifactLocation": artifact},
            "logicalLocations": [{"fullyQualifiedName": place, "kind": "resource"}],
        }
    found: dict[str, Any] = {
        "ruleId": name,
        "ruleIndex": index,
        "level": "note" if change.before == change.after else "warning",
        "message": {"text": _message(finding)},
        "locations": [location],
    }
    if change.before != change.after and not member:
        replacement = {"deletedRegion": region, "insertedContent": {"text": change.after}}
        found["fixes"] = [{"artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}]}]
    return found


def diff(path: str, result: Result) -> Iterator[str]:
    """Yield the lines of a unified diff of source and output, each with its end; none when nothing differs."""
    before = result.source.split("\n")
    after = result.text.split("\n")
    # Nearly always line stands against line, and nothing needs to be searched for.
    parallel = len(before) == len(after)
    matcher = _Parallel(before, after) if parallel else difflib.SequenceMatcher(None, before, after, autojunk=False)
    header = [f"--- {path}\n", f"+++ {path}\n"]
    for group in matcher.get_grouped_opcodes(_AROUND):
        yield from header
        header = []
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2], before)} +{_range(first[3], last[4], after)} @@\n"
        for tag, start, end, out_start, out_end in group:
            if tag == "equal":
                yield from _marked(" ", before, start, end)
                continue
            yield from _marked("-", before, start, end)
            yield from _marked("+", after, out_start, out_end)


class _Parallel(difflib.SequenceMatcher[str]):
    """Matches line against line."""

    def __init__(self, before: list[str], after: list[str]) -> None:
        super().__init__()
        self._codes = list(_line_by_line(before, after))

    def get_opcodes(self) -> list[Any]:
        return self._codes


def _line_by_line(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    start = 0
    same = [a == b for a, b in zip(before, after, strict=True)]
    while start < len(same):
        kind = same[start]
        end = start
        while end < len(same) and same[end] == kind:
            end += 1
        yield ("equal" if kind else "replace", start, end, start, end)
        start = end


def _range(start: int, end: int, lines: list[str]) -> str:
    # What follows the last line end is no line when it is empty.
    end -= end == len(lines) and not lines[-1]
    length = max(end - start, 0)
    return f"{start + 1 if length else start}" if length == 1 else f"{start + 1 if length else start},{length}"


def _marked(mark: str, lines: list[str], start: int, end: int) -> Iterator[str]:
    for number in range(start, end):
        if number < len(lines) - 1:
            yield f"{mark}{lines[number]}\n"
        elif lines[number]:
            yield f"{mark}{lines[number]}\n\\ No newline at end of file\n"
