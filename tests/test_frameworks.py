"""What the package shows of other frameworks runs, and gives what it says; also where rows are bad."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import normalize

PAGE = (Path(normalize.__file__).parent / "arrow" / "FRAMEWORKS.md").read_text("utf-8")
#: Each section with what it shows.
SNIPPETS = {
    section.partition("\n")[0]: "".join(re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    for section in re.split(r"^#{1,2} ", PAGE, flags=re.MULTILINE)[1:]
}


def checked(snippet: str) -> str:
    """Return a snippet in which every value shown in a comment behind an expression is asserted."""
    lines = snippet.splitlines()
    for node in ast.parse(snippet).body:
        if isinstance(node, ast.Expr) and "  # " in (line := lines[node.end_lineno - 1]):  # type: ignore[operator]
            code, _, value = line.rpartition("  # ")
            start = node.lineno - 1
            whole = "\n".join([*lines[start : node.end_lineno - 1], code])  # type: ignore[operator]
            lines[start : node.end_lineno] = [f"shown = {whole}; assert shown == {value}, shown"]
            lines[start + 1 : start + 1] = [""] * (node.end_lineno - 1 - start)  # type: ignore[operator]
    return "\n".join(lines) + "\n"


def needs(code: str) -> set[str]:
    """Return the packages that code imports, but for this one."""
    found = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    return found - {"normalize"} | {"pyarrow"}


def run_alone(code: str) -> None:
    """Run code in a process of its own: frameworks start clusters, and keep them."""
    for name in sorted(needs(code)):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    if "pyspark" in code and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("name", SNIPPETS)
def test_every_snippet_gives_what_it_says(name: str) -> None:
    """A comment behind an expression is its value."""
    code = checked(SNIPPETS[name])
    assert "assert shown" in code
    run_alone(code)


def test_all_that_are_promised_are_shown() -> None:
    """One snippet each."""
    assert list(SNIPPETS) == [
        "Tables in other frameworks",
        "pandas",
        "Polars",
        "Hugging Face datasets",
        "Ray Data",
        "Spark",
        "datatrove",
        "Data-Juicer",
    ]


ROWS = """
import pyarrow, warnings
from functools import partial
from normalize import normalize_table
raw = ["软件".encode(), "软件".encode("gbk"), "头发".encode()] * 500
table = pyarrow.table({
    "id": range(1500),
    "text": pyarrow.Array.from_buffers(pyarrow.string(), 1500, pyarrow.array(raw).buffers()),
})
work = partial(normalize_table, target="zh-TW", columns=["text"], record=True)
def check(statuses, texts):
    assert statuses == ["ok", "failed", "ok"] * 500, statuses[:9]
    assert texts == ["軟件".encode(), "软件".encode("gbk"), "頭髮".encode()] * 500, texts[:9]
"""


def test_ray_data_keeps_every_row() -> None:
    """A row that is no text costs no other, and a second run gives the same."""
    run_alone(
        ROWS
        + textwrap.dedent("""
            import ray
            for _ in range(2):
                data = ray.data.from_arrow(table).map_batches(work, batch_format="pyarrow", batch_size=100).sort("id")
                done = pyarrow.concat_tables(ray.get(reference) for reference in data.to_arrow_refs())
                check(done["normalize_status"].to_pylist(), done["text"].cast("binary").to_pylist())
        """)
    )


def test_datasets_keep_every_row() -> None:
    """Batches of any size."""
    run_alone(
        ROWS
        + textwrap.dedent("""
            import datasets
            data = datasets.Dataset(table).with_format("arrow").map(work, batched=True, batch_size=70)
            done = data[:]
            check(done["normalize_status"].to_pylist(), done["text"].cast("binary").to_pylist())
        """)
    )


def test_spark_takes_the_record_too() -> None:
    """The schema of the result is that of an empty table done."""
    run_alone(
        textwrap.dedent("""
            from functools import partial
            import pyarrow
            import pyspark
            from pyspark.sql import SparkSession
            from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
            from normalize import normalize_table
            spark = SparkSession.builder.master("local[2]").getOrCreate()
            spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 7)
            work = partial(normalize_table, target="zh-TW", columns=["text"], record=True)
            frame = spark.createDataFrame([(i, "软件" if i % 2 else None) for i in range(100)], "id int, text string")
            schema = work(to_arrow_schema(frame.schema).empty_table()).schema
            done = frame.mapInArrow(lambda batches: map(work, batches), from_arrow_schema(schema))
            rows = done.orderBy("id").collect()
            assert [row.text for row in rows] == [None, "軟件"] * 50
            assert [row.normalize_status for row in rows] == ["unchanged", "ok"] * 50
            spark.stop()
        """)
    )


README = Path(__file__).parent.parent / "README.md"
SHOWN = [
    block
    for block in re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    if needs(block) & {"datasets", "ray", "pyspark"}
]


@pytest.mark.parametrize("snippet", SHOWN, ids=lambda snippet: snippet.partition("\n")[0])
def test_what_the_readme_shows_with_frameworks_runs(snippet: str) -> None:
    """The shorter forms in the README give what they say."""
    run_alone(checked(snippet))


def test_the_readme_shows_each_framework() -> None:
    """None of the snippets is overlooked."""
    assert len(SHOWN) == 3
