"""`normalize batch`: a whole folder into another."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from normalize.cli.documents import Form, form_options
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, SOME_FAILED, Failure


@click.command()
@click.argument("source", type=click.Path(), metavar="IN")
@click.option("-o", "--output", type=click.Path(), required=True, metavar="OUT", help="The folder to write to.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Worker processes.")
@click.option("--resume/--restart", default=True, help="Do only what is missing or changed (default), or all.")
@click.option("--names", is_flag=True, help="Also convert the names of the members of zip archives.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "keep", "fail"]),
    default="skip",
    help="A document that fails: write nothing, copy it, or end the run.  [default: skip]",
)
@click.option("--copy-others", is_flag=True, help="Copy files that are not text.")
@click.option("--max-size", type=click.IntRange(1), default=8, metavar="MB", help="Largest document.  [default: 8]")
@click.option(
    "--timeout", type=click.FloatRange(0), default=300, metavar="S", help="Seconds a document.  [default: 300]"
)
@form_options
@click.option("--full-record", is_flag=True, help="Count conversions by rule too, in ten times the time.")
@config_options
def batch(
    source: str,
    output: str,
    jobs: int,
    resume: bool,
    names: bool,
    on_error: Any,
    copy_others: bool,
    full_record: bool,
    max_size: int,
    timeout: float,
    **options: Any,
) -> int:
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
    from normalize.encoding import EncodingError
    from normalize.show import Progress, summary

    try:
        form = Form.of(options)
        limits = Limits(max_size * 1_000_000, timeout)
        config = Settings(options).config_for(source)
        formats = replace(form.options, names=names)
        job = Job(
            Path(source), Path(output), config, form.encoding, formats, limits, on_error, copy_others, full_record
        )
        with Progress(job) as progress:
            result = run(job, jobs, resume, progress.advance)
    except (PlanError, EncodingError) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"cannot write the output: {error}", SOME_FAILED) from None
    summary(result, Path(output))
    return SOME_FAILED if result.failed else DONE
