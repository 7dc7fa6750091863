"""`normalize batch`: a whole folder into another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, SOME_FAILED, Failure


@click.command()
@click.argument("source", metavar="IN")
@click.option("-o", "--output", required=True, metavar="OUT", help="The folder to write to.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Worker processes.")
@click.option("--to-encoding", default="utf-8", metavar="NAME", help="Encoding of the output.  [default: utf-8]")
@click.option("--resume/--restart", default=True, help="Do only what is missing or changed (default), or all.")
@config_options
def batch(source: str, output: str, jobs: int, to_encoding: str, resume: bool, **options: Any) -> int:
    """Normalise all text files of the folder IN into the folder OUT.

    Every document gets a line in OUT/.normalize/manifest.jsonl. A second run does only what is missing or changed.

    \b
    Examples:
      normalize batch pages/ -o clean/ --to zh-Hans
      normalize batch pages/ -o clean/ --to zh-Hant-TW --vocabulary -j 2
    """
    from normalize.corpus.batch import Job, run
    from normalize.corpus.plan import PlanError
    from normalize.encoding import EncodingError, canonical
    from normalize.show import Progress, summary

    try:
        job = Job(Path(source), Path(output), Settings(options).config_for(source), canonical(to_encoding))
        with Progress(job) as progress:
            result = run(job, jobs, resume, progress.advance)
    except (PlanError, EncodingError) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"cannot write the output: {error}", SOME_FAILED) from None
    summary(result, Path(output))
    return SOME_FAILED if result.failed else DONE
