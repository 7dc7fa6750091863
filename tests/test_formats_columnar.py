"""Parquet and Arrow files: text columns done, all else as it was, in bounded memory; a bad file is a record."""

from __future__ import annotations

import datetime
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command import run as command

from normalize import Config, Normalizer
from normalize.corpus.batch import Job, run
from normalize.corpus.job import Limits
from normalize.corpus.manifest import Manifest, Record
from normalize.formats import FormatError, Options, rewrite

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from normalize.formats.arrow_ipc import IpcReader  # noqa: E402 - it needs pyarrow

TAIWAN = Normalizer(target="zh-Hant-TW")
HANS, HANT = "图书馆的阅览室在三楼。", "圖書館的閱覽室在三樓。"
DAY = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456)


def table(text: str, rows: int = 10) -> Any:
    """Return a table of many types, with metadata of its own and of a column."""
    columns = {
        "id": pa.array(range(rows), pa.uint32()),
        "text": pa.array([f"{text}{row}" if row % 4 else None for row in range(rows)]),
        "kind": pa.array(["论坛" if text == HANS else "論壇"] * rows).dictionary_encode(),
        "tags": pa.array([[text], [], None, ["a", text], ["b"]] * (rows // 5)),
        "meta": pa.array([{"title": text, "size": row} for row in range(rows)]),
        "day": pa.array([DAY] * rows, pa.timestamp("us", "Asia/Taipei")),
        "price": pa.array([Decimal("1.25")] * rows, pa.decimal128(9, 2)),
        "raw": pa.array(["软".encode("gbk")] * rows),
    }
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    fields[0] = fields[0].with_metadata({"PARQUET:field_id": "7"}).with_nullable(False)
    return pa.table(list(columns.values()), schema=pa.schema(fields, {"source": "a crawl", "pandas": "{}"}))


def parquet(data: Any, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(data, sink, **options)
    return sink.getvalue().to_pybytes()


def ipc(data: Any, make: Any, compression: str | None, batch: int = 3) -> bytes:
    sink = pa.BufferOutputStream()
    with make(sink, data.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        for number, part in enumerate(data.to_batches(max_chunksize=batch)):
            writer.write_batch(part, custom_metadata={"number": str(number)})
    return sink.getvalue().to_pybytes()


def batches(data: bytes) -> Any:
    """Return the batches of an Arrow file or stream, with their metadata and compression."""
    is_file = data.startswith(b"ARROW1")
    reader = IpcReader(data, is_file)
    found = [(batch.to_pylist(), dict(metadata)) for batch, metadata in reader.batches()]
    return found, reader.schema, dict(reader.schema.metadata), reader._settings()


def opened(data: bytes) -> Any:
    return pq.ParquetFile(pa.BufferReader(data))


def settings(data: bytes) -> Any:
    """Return what a Parquet file says about itself, and of each column of each row group."""
    metadata = opened(data).metadata
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    columns = [
        [(c.path_in_schema, c.physical_type, c.compression, set(c.encodings), c.is_stats_set, c.has_column_index)]
        for group in groups
        for c in (group.column(index) for index in range(group.num_columns))
    ]
    known = set(metadata.metadata or {})
    return opened(data).schema, metadata.format_version, [group.num_rows for group in groups], columns, known


PARQUET: dict[str, dict[str, Any]] = {
    "as pandas writes it": {},
    "many row groups": {"row_group_size": 3},
    "zstd": {"compression": "zstd", "row_group_size": 4},
    "a codec a column": {"compression": {"id": "none", "text": "gzip", "raw": "brotli"}},
    "without dictionaries": {"use_dictionary": False, "column_encoding": {"id": "DELTA_BINARY_PACKED"}},
    "some dictionaries": {"use_dictionary": ["kind", "id"]},
    "without statistics": {"write_statistics": False},
    "with an index of pages": {"write_page_index": True},
    "old": {"version": "1.0", "store_schema": False, "use_compliant_nested_type": False},
    "with times of 96 bits": {"use_deprecated_int96_timestamps": True},
}


@pytest.mark.parametrize("kind", PARQUET)
def test_parquet_keeps_what_it_says_about_itself(kind: str) -> None:
    """Schema, codecs, encodings, row groups, statistics, metadata; the values of text columns change, no others."""
    before = parquet(table(HANS), **PARQUET[kind])
    done = rewrite(before, "a.parquet", TAIWAN)
    assert (done.format, done.encoding, done.left) == ("parquet", "utf-8", ())
    assert settings(done.data) == settings(before)
    expected = opened(parquet(table(HANT), **PARQUET[kind])).read()
    assert opened(done.data).read().equals(expected, check_metadata=True)


def test_metadata_of_writers_that_do_not_know_arrow_stay() -> None:
    """As of Spark, which keeps its own schema there."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, pa.schema({"x": pa.string()}), store_schema=False) as writer:
        writer.add_key_value_metadata({"org.apache.spark.version": "4.0", "empty": ""})
        writer.write_table(pa.table({"x": [HANS]}))
    done = rewrite(sink.getvalue().to_pybytes(), "a.parquet", TAIWAN)
    assert opened(done.data).metadata.metadata == {b"org.apache.spark.version": b"4.0", b"empty": b""}
    assert opened(done.data).read()["x"].to_pylist() == [HANT]


@pytest.mark.parametrize("kind", PARQUET)
def test_parquet_without_changes_keeps_its_bytes(kind: str) -> None:
    """Though another writer would write others."""
    clean = parquet(table(HANT), **PARQUET[kind])
    assert rewrite(clean, "a.parquet", TAIWAN).data == clean
    assert rewrite(parquet(table(HANS), **PARQUET[kind]), "a", TAIWAN, Options(columns=("raw.x",))).left


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_keeps_batches_compression_and_metadata(kind: str, compression: str | None) -> None:
    """Files and streams, the metadata of each batch among it; without changes the bytes are the same."""
    make = {"file": pa.ipc.new_file, "stream": pa.ipc.new_stream}[kind]
    before, clean = (ipc(table(text), make, compression) for text in (HANS, HANT))
    done = rewrite(before, "a.arrow", TAIWAN)
    assert done.format == {"file": "arrow", "stream": "arrows"}[kind]
    assert batches(done.data) == batches(clean)
    assert rewrite(clean, "a.arrow", TAIWAN).data is clean


def test_columns_are_chosen_by_name_path_or_number() -> None:
    """As of CSV and of JSON; what no file of this kind has changes nothing, and is said."""
    before = parquet(table(HANS))
    for options in (Options(columns=("meta.title",)), Options(fields=("meta",)), Options(columns=("5",))):
        after = opened(rewrite(before, "a.parquet", TAIWAN, options).data).read()
        assert after["meta"].to_pylist()[1] == {"title": HANT, "size": 1}
        assert after["text"].to_pylist()[1] == f"{HANS}1"
    done = rewrite(before, "a.parquet", TAIWAN, Options(columns=("txt",)))
    assert done.data == before
    assert "no column 'txt'" in done.left[0]


def test_values_that_are_not_utf8_stay_and_are_named() -> None:
    """With their row; all others are done."""
    raw = pa.array([HANS.encode()] * 8 + ["软件".encode("gbk")] * 7 + [HANS.encode()], pa.binary())
    bad = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    for data in (parquet(pa.table({"x": bad})), ipc(pa.table({"x": bad}), pa.ipc.new_file, None)):
        done = rewrite(data, "a", TAIWAN)
        assert done.left[0] == "row 9, column 'x': not UTF-8 (byte 0xc8 at 0), stays as it is"
        assert done.left[-1] == "and 2 more values stay as they are"
        is_parquet = done.format == "parquet"
        after = opened(done.data).read() if is_parquet else pa.ipc.open_file(done.data).read_all()
        values = after["x"].cast(pa.binary()).to_pylist()
        assert values == [HANT.encode()] * 8 + ["软件".encode("gbk")] * 7 + [HANT.encode()]


def damaged() -> dict[str, bytes]:
    good, stream = parquet(table(HANS, 200)), ipc(table(HANS, 200), pa.ipc.new_stream, "lz4")
    file = ipc(table(HANS, 200), pa.ipc.new_file, None)
    at = good.index(HANS.encode())
    return {
        "cut.parquet": good[: len(good) // 2],
        "footer.parquet": good[:-8] + b"\xff\xff\xff\x7fPAR1",
        "page.parquet": good[: at - 60] + b"\xff" * 50 + good[at - 10 :],
        "cut.arrow": file[: len(file) // 2],
        "cut.arrows": stream[: len(stream) // 2],
    }


def folder_job(tmp_path: Path, files: dict[str, bytes], **options: Any) -> dict[str, Record]:
    source = tmp_path / "in"
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data)
    run(Job(source, tmp_path / "out", Config(target="zh-Hant-TW"), **options))
    return Manifest(tmp_path / "out").read()


@pytest.mark.parametrize("block", [100, 1 << 20])
def test_a_damaged_file_is_a_record(tmp_path: Path, block: int) -> None:
    """Nothing of it is written, and the others are done."""
    files = damaged()
    files["good.parquet"] = parquet(table(HANS))
    found = folder_job(tmp_path, files, limits=Limits(block=block))
    assert found.pop("good.parquet").status == "ok"
    assert {record.status for record in found.values()} == {"failed"}
    assert all("cannot be read" in record.error or "is no whole" in record.error for record in found.values())
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == ["good.parquet"]


def test_a_folder_of_tables_is_done(tmp_path: Path) -> None:
    """Part by part where they are large; the manifest counts changes and scripts; a second run has nothing to do."""
    files = {
        "a.parquet": parquet(table(HANS, 5000), row_group_size=1500),
        "b.parquet": parquet(table(HANT, 5000)),
        "c.feather": ipc(table(HANS, 50), pa.ipc.new_file, "lz4"),
        "d": ipc(table(HANS, 5), pa.ipc.new_stream, None),
    }
    found = folder_job(tmp_path, files, limits=Limits(block=100))
    assert [(record.status, record.format) for _, record in sorted(found.items())] == [
        ("ok", "parquet"),
        ("unchanged", "parquet"),
        ("ok", "arrow"),
        ("ok", "arrows"),
    ]
    assert (tmp_path / "out" / "b.parquet").read_bytes() == files["b.parquet"]
    written = opened((tmp_path / "out" / "a.parquet").read_bytes())
    assert written.read().equals(table(HANT, 5000))
    assert [written.metadata.row_group(index).num_rows for index in range(4)] == [1500, 1500, 1500, 500]
    assert found["a.parquet"].changes > 5000
    assert (found["a.parquet"].script_before, found["a.parquet"].script_after) == ("Hans", "Hant")
    job = Job(tmp_path / "in", tmp_path / "out", Config(target="zh-Hant-TW"), limits=Limits(block=100))
    before = (tmp_path / "out" / "a.parquet").stat().st_mtime_ns
    run(job)
    assert (tmp_path / "out" / "a.parquet").stat().st_mtime_ns == before


def test_the_commands_do_tables(tmp_path: Path) -> None:
    """`convert` and `batch`, with `--column`."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.parquet").write_bytes(parquet(table(HANS)))
    done = command("convert", "in/a.parquet", "-o", "b.parquet", "--to", "zh-TW", "--column", "text", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert opened((tmp_path / "b.parquet").read_bytes()).read()["text"].to_pylist()[1] == f"{HANT}1"
    done = command("batch", "in", "-o", "out", "--to", "zh-TW", "-j", "1", "--column", "text", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_text_that_begins_like_a_table_is_text() -> None:
    """The magic alone tells nothing."""
    for text in ("PAR1 软件", "ARROW1 软件"):
        assert rewrite(text.encode(), "a.txt", TAIWAN).data.decode() == text.replace("软", "軟")


def test_a_row_group_that_unpacks_to_too_much_is_refused() -> None:
    """By what the file says of itself, before it is read."""
    bomb = parquet(pa.table({"x": ["a" * 1000 + str(row) for row in range(40000)]}), compression="zstd")
    with pytest.raises(FormatError, match="bomb"):
        rewrite(bomb, "a.parquet", TAIWAN, Options(ratio=2))


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    """The document is a record."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.parquet").write_bytes(parquet(table(HANS)))
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path; from normalize.config import Config\n"
        "from normalize.corpus.batch import Job, run\n"
        "print(run(Job(Path(sys.argv[1]), Path(sys.argv[2]), Config())).troubles[0].error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "in"), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "pip install 'zh-normalize[arrow]'" in done.stdout


def test_row_groups_that_memory_cannot_hold_are_divided() -> None:
    """Once twice the largest text is collected; no row is lost or moved."""
    before = parquet(table(HANS, 5000))
    done = opened(rewrite(before, "a.parquet", TAIWAN, Options(largest=100_000)).data)
    assert done.metadata.num_row_groups > 2
    assert done.read().equals(table(HANT, 5000))


MEASURE = """
import re, sys
from pathlib import Path
from normalize.config import Config
from normalize.corpus.batch import Job, run
print(run(Job(Path(sys.argv[1]), Path(sys.argv[2]), Config(disable={"script"}))).statuses["unchanged"])
print(int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has used at most, by itself, is told by Linux")
def test_memory_does_not_grow_with_the_row_group(tmp_path: Path) -> None:
    """Forty megabytes in one row group need less than 300 MB."""
    (tmp_path / "in").mkdir()
    rows = [f"{HANT * 30}{number}" for number in range(40_000)]
    pq.write_table(pa.table({"x": rows}), tmp_path / "in" / "a.parquet", compression="none")
    options = [sys.executable, "-c", MEASURE, str(tmp_path / "in"), str(tmp_path / "out")]
    done = subprocess.run(options, capture_output=True, text=True, timeout=300, check=True)
    written, memory = done.stdout.split()
    assert written == "1"
    assert int(memory) < 300


def old_times(data: bytes) -> Any:
    return pq.ParquetFile(pa.BufferReader(data), coerce_int96_timestamp_unit="us").read()["day"].to_pylist()


def test_times_of_96_bits_keep_years_that_nanoseconds_cannot_hold() -> None:
    """As Spark and Hive write them; what neither unit holds is refused rather than made another day."""
    days = [datetime.datetime(500, 1, 2, 3, 4, 5, 678), datetime.datetime(9999, 12, 31), None, DAY]
    columns = {"x": [HANS] * 4, "day": pa.array(days, pa.timestamp("us"))}
    before = parquet(pa.table(columns), use_deprecated_int96_timestamps=True)
    assert old_times(before) == days
    done = rewrite(before, "a.parquet", TAIWAN)
    assert old_times(done.data) == days
    assert opened(done.data).schema.column(1).physical_type == "INT96"
    finer = pa.array([1, None], pa.timestamp("ns"))
    halves = {"day": finer, "other": pa.array(days[:2], pa.timestamp("us")), "x": [HANS] * 2}
    with pytest.raises(FormatError, match="neither nanoseconds nor microseconds"):
        rewrite(parquet(pa.table(halves), use_deprecated_int96_timestamps=True), "a", TAIWAN)
    exact = parquet(pa.table({"day": finer, "x": [HANS] * 2}), use_deprecated_int96_timestamps=True)
    assert opened(rewrite(exact, "a", TAIWAN).data).read()["day"].equals(opened(exact).read()["day"])


def test_what_is_stored_otherwise_stays_so() -> None:
    """Decimals as whole numbers, names that repeat, an order of rows by what does not change."""
    sorting = [pq.SortingColumn(0), pq.SortingColumn(1, descending=True)]
    names = ["price", "x", "x"]
    columns = [pa.array([Decimal("1.25"), Decimal("2.50")], pa.decimal128(9, 2)), [HANS] * 2, [HANS] * 2]
    data = pa.Table.from_arrays([pa.array(column) for column in columns], names=names)
    before = parquet(data, store_decimal_as_integer=True, sorting_columns=sorting)
    done = rewrite(before, "a.parquet", TAIWAN)
    assert done.left == ()
    assert opened(done.data).schema == opened(before).schema
    order = opened(done.data).metadata.row_group(0).sorting_columns
    assert [column.column_index for column in order] == [0]
    assert [column.to_pylist() for column in opened(done.data).read().columns[1:]] == [[HANT] * 2] * 2


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
def test_a_wrong_byte_anywhere_is_an_error_or_none(kind: str) -> None:
    """Offsets that lead out of memory, lengths that are none: pyarrow itself would go where they lead."""
    small = table(HANS, 5)
    make = {"file": pa.ipc.new_file, "stream": pa.ipc.new_stream}.get(kind)
    whole = parquet(small) if make is None else ipc(small, make, None)
    outcomes = set()
    for place in range(0, len(whole), 23):
        for value in (whole[place] ^ 0xFF, whole[place] ^ 0x04):
            data = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                outcomes.add(rewrite(data, "a", TAIWAN).format)
            except FormatError:
                outcomes.add("error")
    assert "error" in outcomes


def test_what_would_change_has_its_row(tmp_path: Path) -> None:
    """`check` names the column and the row, for each value of its own."""
    (tmp_path / "a.parquet").write_bytes(parquet(pa.table({"x": [HANT, None, HANS], "tags": [["a"], ["软"], []]})))
    done = command("check", "a.parquet", "--to", "zh-TW", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    places = {line.split(":")[0] for line in done.stdout.decode().splitlines()}
    assert {"a.parquet/x[3]", "a.parquet/tags"} <= places
