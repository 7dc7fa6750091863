"""`normalize detect`: what files are written in."""

from __future__ import annotations

import json

import click

from normalize.cli.inputs import PATH, files_from, named, opened, walked
from normalize.cli.outcome import code_of, complain, shown


@click.command()
@click.argument("paths", type=PATH, nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@files_from
def detect(paths: tuple[str, ...], as_json: bool, files_from: str | None) -> int:
    """Say what files (or all files of folders, or standard input) are written in.

    \b
    Examples:
      normalize detect page.txt
      normalize detect --json archive/
      curl ... | normalize detect
    """
    from normalize.encoding import detect_stream

    failed = total = 0
    rows = []
    for file in walked(named(paths, files_from)):
        total += 1
        try:
            with opened(file) as stream:
                found = detect_stream(stream)
        except OSError as error:
            failed += 1
            complain(file, error)
            continue
        if as_json:
            entry = {
                "path": file,
                "encoding": found.encoding,
                "narrow": found.narrow,
                "confidence": round(found.confidence, 4),
                "bom": found.bom,
                "language": found.language,
                "alternatives": [{"encoding": a.encoding, "confidence": a.confidence} for a in found.alternatives],
                "reason": found.reason,
            }
            click.echo(json.dumps(entry, ensure_ascii=False))
        else:
            rows.append((shown(file), found))
    if rows:
        from normalize.show import detections

        detections(rows)
    return code_of(failed, total)
