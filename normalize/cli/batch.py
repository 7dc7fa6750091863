"""`normalize batch`: a whole folder into another."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from normalize.cli.documents import Form, form_options
from normalize.cli.help import Command, Rare
from normalize.cli.options import Settings, config_options
from normalize.cli.outcome import DONE, SOME_FAILED, Failure

if TYPE_CHECKING:
    from normalize.corpus.batch import Job
    from normalize.corpus.manifest import Record
    from normalize.report import Collected


@click.command(cls=Command)
@click.argument("source", type=click.Path(), metavar="IN")
@click.option("-o", "--output", type=click.Path(), metavar="OUT", help="The folder to write to.")
@click.option("-i", "--in-place", is_flag=True, help="Change the documents where they are.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, metavar="N", help="Worker processes."
)
@click.option(
    "--runner",
    type=click.Choice(["processes", "ray"]),
    default="processes",
    help="Processes here, or the Ray cluster of RAY_ADDRESS (none: one here).",
    cls=Rare,
)
@click.option("--resume/--restart", default=True, help="Do what is missing or changed, or all.")
@click.option("--report", type=click.Path(), metavar="PAGE", help="Write a report for a browser, in one file.")
@click.option("--convert-names", is_flag=True, help="Convert the names of files, too.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "keep", "fail"]),
    default="skip",
    help="A document that fails: write nothing, copy it, or end the run.  [default: skip]",
    cls=Rare,
)
@click.option("--copy-others", is_flag=True, help="Copy files that are not text.", cls=Rare)
@click.option(
    "--max-size", type=click.IntRange(1), default=8, metavar="MB", help="Largest document.  [default: 8]", cls=Rare
)
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=300,
    metavar="S",
    help="Seconds a document.  [default: 300]",
    cls=Rare,
)
@form_options
@click.option("--full-record", is_flag=True, help="Count conversions by rule too, in ten times the time.", cls=Rare)
@config_options
def batch(
    source: str,
    output: str | None,
    in_place: bool,
    jobs: int,
    runner: Any,
    resume: bool,
    report: str | None,
    convert_names: bool,
    on_error: Any,
    copy_others: bool,
    full_record: bool,
    max_size: int,
    timeout: float,
    **options: Any,
) -> int:
    """Normalise all documents of the folder IN into the folder OUT, or in place.

    Only the text of HTML, JSON, tables, subtitles, office documents, archives and the like changes; every other byte
    stays. Every document gets a line in .normalize/manifest.jsonl of OUT (in place: of IN).

    \b
    Examples:
      normalize batch pages/ -o clean/ --to zh-Hans
      normalize batch pages/ -o clean/ --to zh-Hant-TW --report report.html
      normalize batch rows/ -o clean/ --field text --field meta.title
      normalize batch docs/ --in-place --to zh-Hans; normalize undo docs/
    """
    from normalize.corpus.batch import Job, RunnerError, run
    from normalize.corpus.job import Limits
    from normalize.corpus.plan import PlanError
    from normalize.encoding import EncodingError
    from normalize.show import Progress, summary

    if in_place and output is not None:
        raise Failure("--in-place and --output exclude each other; choose one")
    if in_place and copy_others:
        raise Failure("--copy-others goes with --output; in place all other files stay where they are")
    if in_place and convert_names:
        raise Failure("--convert-names goes with --output: what is changed in its place keeps its name")
    if not in_place and output is None:
        raise Failure("name the folder to write to with --output, or change the documents where they are (--in-place)")
    target = Path(source if output is None else output)
    try:
        form = Form.of(options)
        limits = Limits(max_size * 1_000_000, timeout)
        config = Settings(options).config_for(source)
        formats = replace(form.options, names=convert_names)
        job = Job(
            Path(source),
            target,
            config,
            form.encoding,
            formats,
            limits,
            on_error,
            copy_others,
            full_record,
            in_place,
        )
        reported = Reported.of(job, report)
        with Progress(job) as progress:

            def told(record: Record) -> None:
                progress.advance(record)
                reported.add(record)

            try:
                result = run(job, jobs, resume, told, runner)
            except KeyboardInterrupt:
                reported.write()
                raise
        reported.write()
    except (PlanError, EncodingError) as error:
        raise Failure(str(error)) from None
    except RunnerError as error:
        raise Failure(str(error), SOME_FAILED) from None
    except OSError as error:
        raise Failure(f"cannot write the output: {error}", SOME_FAILED) from None
    summary(result, target)
    if report is not None:
        click.echo(f"report: {report}")
    return SOME_FAILED if result.failed else DONE


@dataclass
class Reported:
    """The report of a job, if one was asked for: told of every document, and written in the end."""

    job: Job
    page: Path | None
    collected: Collected | None
    start: float = field(default_factory=perf_counter)

    @classmethod
    def of(cls, job: Job, page: str | None) -> Reported:
        """Return the report that is to be written to `page`; raise Failure when it cannot be."""
        if page is None:
            return cls(job, None, None)
        from normalize.report import Collected, ReportError, check_place

        try:
            check_place(Path(page), job.source, job.target)
        except ReportError as error:
            raise Failure(str(error)) from None
        return cls(job, Path(page), Collected())

    def add(self, record: Record) -> None:
        """Hear of a document."""
        if self.collected is not None:
            self.collected.add(record)

    def write(self) -> None:
        """Write the page."""
        if self.page is None or self.collected is None:
            return
        from normalize.files import write_atomically
        from normalize.report import report_page
        from normalize.report.comparison import Comparer

        seconds = perf_counter() - self.start
        content = report_page(self.job, self.collected, Comparer(self.job), datetime.now(), seconds)
        write_atomically(self.page, content.encode())
