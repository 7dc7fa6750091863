"""Side by side: the lines that changed, before and after, with each change marked in both."""

from __future__ import annotations

import re
from collections.abc import Iterable

from normalize.findings import visible
from normalize.highlight import Piece, about
from normalize.report.comparison import Comparison, Line
from normalize.report.skeleton import Steps, shown
from normalize.result import Change

#: A change longer than this is cut short in the middle, in characters: a line that was rewritten as a whole.
_LONGEST = 160
#: A tag of HTML or XML, as far as a line has it.
_TAG = re.compile(r"(<[/!?A-Za-z][^<>]*>)")


def sides(lines: Iterable[Line], steps: Steps) -> str:
    """Return lines as rows of number, before and after."""
    rows = ['<div class="row head"><div class="number">line</div><p>before</p><p>after</p></div>']
    member = ""
    for line in lines:
        if line.member != member:
            member = line.member
            rows.append(f'<div class="row"><div class="member path">{shown(member)}</div></div>')
        more = f'<span class="ellipsis"> … {line.more:,} more changes</span>' if line.more else ""
        before = "".join(_before(piece, steps) for piece in line.pieces)
        after = "".join(_after(piece, steps) for piece in line.pieces)
        rows.append(
            f'<div class="row"><div class="number">{line.number:,}</div>'
            f'<p lang="zh">{before}{more}</p><p lang="zh">{after}{more}</p></div>'
        )
    return f'<div class="sides">{"".join(rows)}</div>'


def legend(comparison: Comparison) -> str:
    """Return what the rules do that are seen in a comparison."""
    seen: dict[tuple[str, str], str] = {}
    for line in comparison.lines:
        for piece in line.pieces:
            if isinstance(piece, Change):
                for step in piece.steps:
                    name = f"{step.stage}.{step.rule}"
                    seen.setdefault((name, step.certainty), about(name) or step.reason)
    items = "".join(
        f'<li><span class="badge {certainty}">{certainty}</span> <code>{shown(name)}</code> {shown(why)}</li>'
        for (name, certainty), why in sorted(seen.items())
    )
    return f'<ul class="legend">{items}</ul>' if items else ""


def _before(piece: Piece, steps: Steps) -> str:
    return _stretch(piece) if isinstance(piece, str) else _mark("del", piece, piece.before, steps)


def _after(piece: Piece, steps: Steps) -> str:
    return _stretch(piece) if isinstance(piece, str) else _mark("ins", piece, piece.after, steps)


def _stretch(text: str) -> str:
    """Return unchanged text, its tags less loud than what people read."""
    parts = _TAG.split(text)
    return "".join(
        f'<span class="tag">{shown(part)}</span>' if place % 2 else shown(part)
        for place, part in enumerate(parts)
        if part
    )


def _mark(tag: str, change: Change, text: str, steps: Steps) -> str:
    name = change.certainty if text else f"{change.certainty} none"
    return f'<{tag} class="{name}" data-s="{steps.number(change.steps)}">{_short(text)}</{tag}>'


def _short(text: str) -> str:
    seen = visible(text)
    if len(seen) > _LONGEST:
        seen = f"{seen[: _LONGEST // 2]}…{seen[-_LONGEST // 2 :]}"
    return shown(seen)
