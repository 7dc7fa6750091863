"""`normalize_table`: the text columns of an Arrow table, normalised; what takes Arrow tables can use it.

Ray Data (`map_batches`), Spark (`mapInArrow`), Hugging Face `datasets`, pandas and Polars all hand over Arrow tables or
batches: FRAMEWORKS.md beside this file shows each.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from normalize.config import Config, ConfigError
from normalize.pipeline import Normalizer

if TYPE_CHECKING:
    from normalize.arrow.values import Fact

#: The columns that `record=True` appends.
RECORD = (
    "normalize_status",
    "normalize_error",
    "normalize_script_before",
    "normalize_script_after",
    "normalize_changes",
    "normalize_lost",
)


def normalize_table(
    table: Any,
    target: str | None = "zh-Hant",
    columns: str | Iterable[str] | None = None,
    record: bool = False,
    **options: Any,
) -> Any:
    """Return an Arrow table or record batch with its text normalised; anything that exports one becomes a table.

    `columns` names the columns (or, in structs and lists of them, paths: `meta.title`); without, every text in the
    table is done: strings of all layouts, those inside lists, structs and maps, and dictionaries. Every value is a
    document of its own. Nulls, chunks, types, the order of columns and the schema's metadata stay; what does not change
    is not copied.

    A value that cannot be done (bytes that are not UTF-8) stays as it is and never costs another: a warning tells of
    it. `record` appends six columns instead: `normalize_status` (`ok`, `unchanged`, `failed`), `normalize_error` (null
    or a sentence), `normalize_script_before` and `_after`, `normalize_changes` and `normalize_lost` (numbers).

    Raises TableError (a ValueError) for a column that is not there or holds no text, ConfigError for a setting that
    cannot be used, and when pyarrow is not installed.

    `normalize_table(pyarrow.table({"text": ["软件"]}), "zh-TW")` is a table whose `text` is 軟件.
    """
    return rewrite_table(_normalizer(Config.of(target=target, **options)), table, columns, record)


@lru_cache(maxsize=8)
def _normalizer(config: Config) -> Normalizer:
    return Normalizer(config)


def rewrite_table(
    normalizer: Normalizer, table: Any, columns: str | Iterable[str] | None = None, record: bool = False
) -> Any:
    """Return what `normalize_table` returns, with a normaliser that is there."""
    try:
        import pyarrow as pa
    except ImportError:
        raise ConfigError("tables need pyarrow; install it with: pip install 'zh-normalize[arrow]'") from None
    from normalize.arrow.columns import Choice, TableError
    from normalize.arrow.values import Values

    if not isinstance(table, pa.Table | pa.RecordBatch):
        if not hasattr(table, "__arrow_c_stream__"):
            raise TableError(f"an Arrow table or record batch is needed, not {type(table).__name__}")
        table = pa.table(table)
    if columns is None:
        choice = Choice()
    else:
        choice = Choice([columns] if isinstance(columns, str) else columns)
        missing = choice.missing(table.schema)
        if missing:
            raise TableError("; ".join(missing))
        if not choice.names:
            return table
    if record:
        from normalize.corpus.counting import CountingNormalizer

        normalizer = CountingNormalizer(normalizer.config)
    values = Values(normalizer, choice.found(table.schema), facts=record)
    is_batch = isinstance(table, pa.RecordBatch)
    columns_before = table.columns
    columns_after: list[Any] = []
    facts: dict[str, list[Fact]] = {}
    for field, column in zip(table.schema, columns_before, strict=True):
        done, known = values.array(column, field.name) if is_batch else values.column(column, field.name)
        columns_after.append(done)
        if known is not None:
            facts[field.name] = known
    if any(after is not before for after, before in zip(columns_after, columns_before, strict=True)):
        make = pa.RecordBatch if is_batch else pa.Table
        table = make.from_arrays(columns_after, schema=table.schema)
    if record:
        return _with_record(table, facts)
    _warn(facts)
    return table


def _with_record(table: Any, facts: dict[str, list[Fact]]) -> Any:
    """Append the record of each row; that of an earlier run is replaced."""
    import pyarrow as pa

    from normalize.arrow.values import NOTHING
    from normalize.formats.document import together

    rows = [NOTHING] * table.num_rows
    for name, known in facts.items():
        rows = [row + _named(fact, name) for row, fact in zip(rows, known, strict=True)]
    columns = (
        pa.array(["failed" if row.error else "ok" if row.changes else "unchanged" for row in rows], pa.string()),
        pa.array([row.error or None for row in rows], pa.string()),
        pa.array([together(row.before) for row in rows], pa.string()),
        pa.array([together(row.after) for row in rows], pa.string()),
        pa.array([row.changes for row in rows], pa.int64()),
        pa.array([row.lost for row in rows], pa.int64()),
    )
    kept = [index for index, name in enumerate(table.schema.names) if name not in RECORD]
    fields = [table.schema.field(index) for index in kept]
    fields += [pa.field(name, column.type) for name, column in zip(RECORD, columns, strict=True)]
    schema = pa.schema(fields, table.schema.metadata)
    return type(table).from_arrays([*(table.column(index) for index in kept), *columns], schema=schema)


def _named(fact: Fact, name: str) -> Fact:
    from dataclasses import replace

    return replace(fact, error=f"column {name!r}: {fact.error}") if fact.error else fact


def _warn(facts: dict[str, list[Fact]]) -> None:
    """Tell of the rows that were left as they are."""
    left = [(row, name, fact.error) for name, known in facts.items() for row, fact in enumerate(known) if fact.error]
    if left:
        row, name, error = left[0]
        warnings.warn(
            f"values left as they are: {len(left)}, the first in row {row}, column {name!r}: {error}; "
            "record=True tells of each",
            stacklevel=4,
        )
