"""Large documents shared out to several workers: what comes out is what one worker makes of them."""

from __future__ import annotations

import bz2
import gzip
import os
import signal
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.config import Config
from normalize.corpus import runner
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits, Task
from normalize.corpus.manifest import Manifest, Record
from normalize.corpus.plan import Document
from normalize.corpus.shares import Answer, Gathered, Part, Parted, Shared, shared_out
from normalize.corpus.work import Worker
from normalize.formats.packing import joined_sum

LINES = "图书馆的阅览室在三楼，报纸放在门口。\n发展关键业务，头发很长。\n\n中文字\n" * 400
ROWS = '{"id": "软", "text": "图书馆的阅览室在三楼"}\n{"text": "发展\n{"text": "头发"}\n' * 300
CLEAN = '{"text": "no Chinese here"}\n' * 2000


def job(source: Path, target: Path, **options: object) -> Job:
    known = {"config": Config(target="zh-Hant-TW"), "limits": Limits(block=2000), **options}
    return Job(source, target, **known)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with large documents, some of which can be divided, and small ones."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "lines.txt").write_bytes(LINES.encode())
    (source / "wide.txt").write_bytes(LINES.encode("utf-16"))
    (source / "rows.jsonl").write_bytes(ROWS.encode())
    (source / "rows.jsonl.gz").write_bytes(gzip.compress((ROWS * 20).encode(), 0))
    (source / "torn.jsonl.gz").write_bytes(gzip.compress((ROWS * 20).encode(), 0)[:-100])
    (source / "clean.jsonl.gz").write_bytes(gzip.compress((CLEAN * 4).encode(), 0))
    (source / "rows.jsonl.bz2").write_bytes(
        bz2.compress("".join(f"{os.urandom(9).hex()}\n" for _ in range(1000)).encode())
    )
    (source / "page.html").write_text("<p>" + LINES.replace("\n", "<p>"))
    (source / "small.txt").write_text("发展")
    return source


def records(output: Path) -> dict[str, Record]:
    return Manifest(output).read()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_number_of_workers_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """Outputs, and records but for the time, are the same with one worker as with several, and nothing is left over."""
    for workers in (1, 2, 5):
        run(job(folder, tmp_path / str(workers)), workers)
    alone = records(tmp_path / "1")
    assert alone["rows.jsonl.gz"].format == "gz/jsonl"
    assert alone["rows.jsonl"].error == "lines 2, 5, 8, 11, 14 and 295 more are not valid jsonl and stay as they are"
    assert alone["torn.jsonl.gz"].status == "failed"
    assert alone["clean.jsonl.gz"].status == "unchanged"
    for workers in (2, 5):
        together = records(tmp_path / str(workers))
        assert files(tmp_path / str(workers)) == files(tmp_path / "1")
        assert {path: record.but(seconds=0) for path, record in together.items()} == {
            path: record.but(seconds=0) for path, record in alone.items()
        }
        assert os.listdir(tmp_path / str(workers) / ".normalize") == ["manifest.jsonl"]
    unpacked = gzip.decompress((tmp_path / "5" / "rows.jsonl.gz").read_bytes())
    assert unpacked.count("圖書館".encode()) == 6000
    assert files(tmp_path / "5")["clean.jsonl.gz"] == files(folder)["clean.jsonl.gz"]


def test_a_large_document_goes_to_all_workers(folder: Path, tmp_path: Path) -> None:
    """Every block is done once, and the shares are about as large."""
    worker = Worker(job(folder, tmp_path / "out"))
    parts = [worker.do_share(_shared(folder / "lines.txt", index, 3)) for index in range(3)]
    assert all(isinstance(part, Part) for part in parts)
    sizes = [[size for _, size, _ in part.blocks] for part in parts if isinstance(part, Part)]
    assert max(map(len, sizes)) - min(map(len, sizes)) <= 1
    assert sum(map(sum, sizes)) == len(LINES.encode())


def _shared(path: Path, index: int, count: int) -> Shared:
    return Shared(path.name, path.stat().st_size, index=index, count=count)


def test_what_was_changed_between_its_shares_is_not_put_together(folder: Path, tmp_path: Path) -> None:
    """Half of one version and half of another would be nobody's document."""
    worker, path = Worker(job(folder, tmp_path / "out")), folder / "lines.txt"
    parts = [worker.do_share(_shared(path, index, 2)) for index in range(2)]
    document = Parted(path.name, path.stat().st_size, parts=tuple(part for part in parts if isinstance(part, Part)))
    os.utime(path, ns=(1, 1))
    record = worker.join(document)
    assert (record.status, record.error) == ("failed", "was changed by somebody else meanwhile; run again")
    assert not (tmp_path / "out" / "lines.txt").exists()


def _poisoned(worker: Worker, share: Shared, earlier: Record | None = None) -> Answer:
    if (share.path, share.index) == ("wide.txt", 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return _do_share(worker, share, earlier)


def _deadly(worker: Worker, document: Parted) -> Record:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


_do_share = Worker.do_share


def _work_with_poison(job: Job, line: object) -> None:
    Worker.do_share = _poisoned  # type: ignore[method-assign]
    _work(job, line)  # type: ignore[arg-type]


def _work_with_death_at_the_end(job: Job, line: object) -> None:
    Worker.join = _deadly  # type: ignore[method-assign]
    _work(job, line)  # type: ignore[arg-type]


_work = runner._work


@pytest.mark.parametrize("work", [_work_with_poison, _work_with_death_at_the_end])
def test_a_share_that_kills_its_worker_costs_one_document(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: object
) -> None:
    """It is tried again and recorded as crashed, whether at a share or when all are put together; others are done."""
    monkeypatch.setattr(runner, "_work", work)
    run(job(folder, tmp_path / "out"), 2)
    found = records(tmp_path / "out")
    assert found["wide.txt"].status == "crashed"
    assert "2 times" in found["wide.txt"].error
    assert {path for path, record in found.items() if not record.is_done} == {"wide.txt", "torn.jsonl.gz"}
    assert not (tmp_path / "out" / "wide.txt").exists()
    monkeypatch.undo()
    run(job(folder, tmp_path / "out"), 2)
    assert records(tmp_path / "out")["wide.txt"].status == "ok"


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ([10, 99_999], {1}),  # nothing comes after it
        ([99_999, 10, 10], {0}),
        ([99_999, 50_000, 50_000], {2}),  # others work on these meanwhile
        ([7_999, 10], set()),  # too few blocks
        ([90_000, 99_999], {1}),
    ],
)
def test_a_document_is_shared_out_when_the_others_would_wait(
    tmp_path: Path, sizes: list[int], shares: set[int]
) -> None:
    """Whatever is shared is read by all; so it is only what would keep the other workers waiting."""
    tasks: list[Task] = [(Document(f"{place}.txt", size), None) for place, size in enumerate(sizes)]
    found = list(shared_out(job(tmp_path, tmp_path / "out"), iter(tasks), 2))
    assert [int(document.path[0]) for document, _ in found] == sorted([*range(len(sizes)), *shares])
    assert {int(document.path[0]) for document, _ in found if isinstance(document, Shared)} == shares


def test_what_seems_done_is_not_shared_out(tmp_path: Path) -> None:
    """To see whether it is takes reading it once."""
    here = job(tmp_path, tmp_path / "out")
    earlier = Record("a.txt", "ok", size=99_999, fingerprint=here.fingerprint)

    def counts(record: Record) -> int:
        return len(list(shared_out(here, iter([(Document("a.txt", 99_999), record)]), 2)))

    others = [{"size": 1}, {"status": "failed"}, {"fingerprint": ""}]
    assert [counts(earlier), *(counts(replace(earlier, **other)) for other in others)] == [1, 2, 2, 2]
    assert len(list(shared_out(replace(here, in_place=True), iter([(Document("a.txt", 99_999), None)]), 2))) == 1


def _shares(count: int) -> Iterator[Shared]:
    return (Shared("a", 9, index=index, count=count) for index in range(count))


@given(st.permutations(range(4)), st.integers(0, 4), st.integers(0, 3))
def test_shares_may_be_done_in_any_order(order: list[int], failed: int, whole: int) -> None:
    """A document has one record: of all its parts, of the first share that fails, or of the whole."""
    shares = list(_shares(4))
    part = Part("", (0, 0), [], False, ([], 0), None, 0.0)  # type: ignore[arg-type]
    gathered = Gathered()
    answers = {index: Record("a", "failed", str(index)) if index == failed else part for index in order}
    found = [gathered.add(shares[index], answers[index]) for index in order]
    assert len([each for each in found if each is not None]) == 1
    assert found[-1] == Parted("a", 9, parts=(part,) * 4) or found[order.index(failed)] == answers[failed]
    undivided = Gathered()
    told = [undivided.add(shares[index], None if index else Record("a", "ok")) for index in order]
    assert [each for each in told if each] == [Record("a", "ok")]


@given(st.lists(st.binary(max_size=50), max_size=6))
def test_checksums_of_stretches_make_that_of_the_whole(stretches: list[bytes]) -> None:
    """As zlib has it."""
    found = 0
    for stretch in stretches:
        found = joined_sum(found, zlib.crc32(stretch), len(stretch))
    assert found == zlib.crc32(b"".join(stretches))
