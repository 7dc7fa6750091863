"""The frame of a page: one file that asks the network for nothing, its style and script inside it."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from normalize import __version__
from normalize.edits import Step
from normalize.findings import visible

_FOLDER = Path(__file__).parent
#: By this a page is known for one of ours.
GENERATOR = '<meta name="generator" content="zh-normalize'

_KEYS = (
    (("j", "k"), "next and previous document"),
    (("n", "p"), "next and previous change, explained below"),
    (("o",), "open or close the document"),
    (("/",), "search"),
    (("t",), "light, dark, or as the system has it"),
    (("?",), "this help"),
    (("Esc",), "leave the search; close what explains"),
)


def shown(text: str) -> str:
    """Return text as HTML: nothing in it is a tag, and what cannot be seen is written out.

    >>> shown("a<b>\\u202e")
    'a&lt;b&gt;&lt;202E&gt;'
    """
    return escape(visible(text), quote=True)


def embedded(name: str, value: object) -> str:
    """Return a value for the script of the page: JSON in ASCII, in which no tag can begin or end."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{name}">{text}</script>'


class Steps:
    """The explanations of changes, each kept once: marks name them by number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Step, ...], int] = {}

    def number(self, steps: tuple[Step, ...]) -> int:
        """Return the number of an explanation."""
        return self._numbers.setdefault(steps, len(self._numbers))

    def embedded(self) -> str:
        """Return all of them for the script of the page."""
        rows = [
            [(f"{step.stage}.{step.rule}", step.certainty, visible(step.reason)) for step in steps]
            for steps in self._numbers
        ]
        return embedded("steps", rows)


@cache
def _part(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def skeleton(title: str, about: str, main: str, steps: Steps, data: str = "") -> str:
    """Return the page around its main part; `about` is HTML, `title` is text.

    Its security policy lets only the script run that is part of this package, and nothing be fetched.
    """
    script = _part("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    keys = "".join(
        f"<dt>{' '.join(f'<kbd>{escape(key)}</kbd>' for key in names)}</dt><dd>{what}</dd>" for names, what in _KEYS
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{GENERATOR} {__version__}">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{shown(title)}</title>
<style>{_part("page.css")}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<div class="page">
<header class="top">
<div><h1>{shown(title)}</h1>{about}</div>
<div class="tools"><button id="theme" title="Light, dark, or as the system has it (t)">Auto</button>
<button id="ask" title="Keys (?)" aria-label="Keys">?</button></div>
</header>
<main id="main">
{main}
</main>
<footer>Written by zh-normalize {__version__}. One file; it asks the network for nothing.</footer>
</div>
<aside id="why" class="why" aria-live="polite" aria-label="Why this changed"><div></div></aside>
<dialog id="help" aria-label="Keys">
<h2>Keys</h2><dl>{keys}</dl><form method="dialog"><button>Close</button></form>
</dialog>
{steps.embedded()}
{data}
<script>{script}</script>
</body>
</html>
"""
