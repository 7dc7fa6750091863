"""Lines that are not as their format asks stay as they are, cost no other line, and are named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from normalize import Config, Normalizer
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest
from normalize.formats import rewrite

TAIWAN = Normalizer(target="zh-Hant-TW")
GOOD, DONE, BAD = '{"text": "软件"}\n', '{"text": "軟件"}\n', '{"text": "软件\n'


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (GOOD + BAD + GOOD, "line 2 is not valid jsonl and stays as it is"),
        (BAD + GOOD + "  \n\n" + BAD, "lines 1 and 5 are not valid jsonl and stay as they are"),
        (GOOD + BAD * 5, "lines 2, 3, 4, 5 and 6 are not valid jsonl and stay as they are"),
        (GOOD + BAD * 1500, "lines 2, 3, 4, 5, 6 and 1,495 more are not valid jsonl and stay as they are"),
    ],
)
def test_rows_that_are_no_json_are_named(document: str, sentence: str) -> None:
    """All other rows are done."""
    done = rewrite(document.encode(), "a.jsonl", TAIWAN)
    assert done.data.decode() == document.replace(GOOD, DONE)
    assert done.left == (sentence,)


def test_the_manifest_names_them_also_in_blocks(tmp_path: Path) -> None:
    """Numbers count from the beginning of the file, whatever the blocks, the encoding and the compression."""
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    document = (GOOD * 50 + BAD) * 3
    (source / "a.jsonl").write_text(document, "utf-8")
    (source / "b.jsonl").write_bytes(document.encode("utf-16"))
    (source / "c.jsonl.gz").write_bytes(gzip.compress(document.encode("gb18030")))
    run(Job(source, output, Config(target="zh-Hant-TW"), limits=Limits(block=300)))
    found = Manifest(output).read()
    for record in found.values():
        assert record.error == "lines 51, 102 and 153 are not valid jsonl and stay as they are"
        assert record.status == "ok"
    assert (output / "a.jsonl").read_text("utf-8") == document.replace(GOOD, DONE)


def test_a_member_of_an_archive_is_named_with_its_line(tmp_path: Path) -> None:
    """A compressed row file tells the same."""
    done = rewrite(gzip.compress((GOOD + BAD).encode()), "a.jsonl.gz", TAIWAN)
    assert done.left == ("line 2 is not valid jsonl and stays as it is",)
