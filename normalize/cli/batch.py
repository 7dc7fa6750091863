"""`normalize batch`: a whole folder into another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, SOME_FAILED, Failure


@click.command()
@click.argument("source", type=click.Path(), metavar="IN")
@click.option("-o", "--output", type=click.Path(), required=True, metavar="OUT", help="The folder to write to.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Worker processes.")
@click.option("--to-encoding", default="utf-8", metavar="NAME", help="Encoding of the output.  [default: utf-8]")
@click.option("--resume/--restart", default=True, help="Do only what is missing or changed (default), or all.")
@click.option("--field", "fields", multiple=True, metavar="NAME", help="Only this member of JSON (a.b: b in a).")
@click.option("--column", "columns", multiple=True, metavar="NAME", help="Only this column of tables, or its number.")
@click.option("--names", is_flag=True, help="Also convert the names of the members of zip archives.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "keep", "fail"]),
    default="skip",
    help="A document that fails: write nothing, copy it, or end the run.  [default: skip]",
)
@click.option("--copy-others", is_flag=True, help="Copy files that are not text.")
@click.option("--max-size", type=click.IntRange(1), default=16, metavar="MB", help="Largest document.  [default: 16]")
@click.option(
    "--timeout", type=click.FloatRange(0), default=300, metavar="S", help="Seconds a document.  [default: 300]"
)
@config_options
def batch(source: str, output: str, jobs: int, to_encoding: str, resume: bool, **options: Any) -> int:
    """Normalise all documents of the folder IN into the folder OUT.

    Text, Markdown, HTML, XML, JSON, JSON lines, CSV, TSV, SRT, WebVTT, ASS, LRC, PO, EPUB, DOCX, XLSX, PPTX, ODF, and
    any of them in gz, bz2, xz or zip: the text in them is normalised, every other byte stays.

    Every document gets a line in OUT/.normalize/manifest.jsonl. A second run does only what is missing or changed.

    \b
    Examples:
      normalize batch pages/ -o clean/ --to zh-Hans
      normalize batch pages/ -o clean/ --to zh-Hant-TW --vocabulary -j 2
      normalize batch rows/ -o clean/ --field text --field meta.title
    """
    from normalize.corpus.batch import Job, run
    from normalize.corpus.plan import PlanError
    from normalize.corpus.work import Limits
    from normalize.encoding import EncodingError, canonical
    from normalize.formats import Options
    from normalize.show import Progress, summary

    try:
        formats = Options(fields=options.pop("fields"), columns=options.pop("columns"), names=options.pop("names"))
        limits = Limits(size=options.pop("max_size") * 1_000_000, seconds=options.pop("timeout"))
        on_error, copy_others = options.pop("on_error"), options.pop("copy_others")
        config = Settings(options).config_for(source)
        job = Job(Path(source), Path(output), config, canonical(to_encoding), formats, limits, on_error, copy_others)
        with Progress(job) as progress:
            result = run(job, jobs, resume, progress.advance)
    except (PlanError, EncodingError) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"cannot write the output: {error}", SOME_FAILED) from None
    summary(result, Path(output))
    return SOME_FAILED if result.failed else DONE
