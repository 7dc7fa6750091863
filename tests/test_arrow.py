"""Arrow tables: text of every layout is normalised; types, nulls, chunks and metadata stay; no row costs another."""

from __future__ import annotations

import pickle
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import normalize
from normalize import Config, ConfigError, Normalizer, normalize_table

pa = pytest.importorskip("pyarrow")

from normalize.arrow.columns import TableError  # noqa: E402 - they need pyarrow
from normalize.arrow.table import RECORD, rewrite_table  # noqa: E402

HANS, HANT = "图书馆的阅览室在三楼。", "圖書館的閱覽室在三樓。"
PAIR = pa.map_(pa.string(), pa.string())
#: Each layout that text may have, with values in it, and what becomes of them.
LAYOUTS: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "string": (pa.string(), [HANS, None, "abc", ""], [HANT, None, "abc", ""]),
    "large_string": (pa.large_string(), [HANS, None, "abc"], [HANT, None, "abc"]),
    "string_view": (pa.string_view(), [HANS, None, "abc"], [HANT, None, "abc"]),
    "list": (pa.list_(pa.string()), [[HANS, "b"], None, [], [None]], [[HANT, "b"], None, [], [None]]),
    "large_list": (pa.large_list(pa.string()), [["b"], None, [HANS]], [["b"], None, [HANT]]),
    "fixed_size_list": (pa.list_(pa.string(), 2), [["b", HANS], None, ["c", None]], [["b", HANT], None, ["c", None]]),
    "map": (PAIR, [[("软", HANS)], None, []], [[("软", HANT)], None, []]),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), ["软", None, "軟", "软"], ["軟", None, "軟", "軟"]),
    "struct": (
        pa.struct({"title": pa.string(), "n": pa.int8()}),
        [{"title": HANS, "n": 1}, None, {"title": None, "n": 2}],
        [{"title": HANT, "n": 1}, None, {"title": None, "n": 2}],
    ),
    "messages": (
        pa.list_(pa.struct({"role": pa.dictionary(pa.int32(), pa.string()), "content": pa.large_string()})),
        [[{"role": "user", "content": HANS}, {"role": "user", "content": None}], [], None],
        [[{"role": "user", "content": HANT}, {"role": "user", "content": None}], [], None],
    ),
}


def of_type(values: list[Any], kind: Any) -> Any:
    """Return an array; pyarrow makes no dictionaries inside other types from Python values."""
    if kind == LAYOUTS["messages"][0]:
        plain = pa.list_(pa.struct({"role": pa.string(), "content": pa.large_string()}))
        return pa.array(values, plain).cast(kind)
    return pa.array(values, kind)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_text_of_every_layout_is_done(layout: str) -> None:
    """Nulls, lengths and the type stay; keys of maps are names, not text."""
    kind, before, after = LAYOUTS[layout]
    table = pa.table({"id": list(range(len(before))), "x": of_type(before, kind)})
    done = normalize_table(table, "zh-TW")
    done.validate(full=True)
    assert done.schema.equals(table.schema, check_metadata=True)
    assert done["x"].to_pylist() == after
    assert normalize_table(done, "zh-TW") is done


@pytest.mark.parametrize("layout", LAYOUTS)
def test_slices_are_done_by_themselves(layout: str) -> None:
    """A part of a table gives that part of the result, as a table and as a batch, wherever it is cut."""
    kind, before, after = LAYOUTS[layout]
    table = pa.table({"x": of_type(before, kind)})
    for start in range(len(before)):
        for length in (1, 2):
            part = table.slice(start, length)
            for given_part in (part, part.to_batches()[0]):
                done = normalize_table(given_part, "zh-TW")
                done.validate(full=True)
                assert type(done) is type(given_part)
                assert done.column(0).to_pylist() == after[start : start + length]


def test_chunks_metadata_and_what_does_not_change_stay() -> None:
    """Chunks keep their bounds; a chunk without changes is not copied, nor a column, nor a table."""
    field = pa.field("x", pa.string(), nullable=False, metadata={"unit": "title"})
    schema = pa.schema([field, pa.field("y", pa.string())], {"pandas": "{}"})
    column = pa.chunked_array([["abc", "d"], [], [HANS]])
    table = pa.table([column, pa.chunked_array([["a"], ["b", "c"]])], schema=schema)
    done = normalize_table(table)
    assert done.schema.equals(schema, check_metadata=True)
    assert [len(chunk) for chunk in done["x"].chunks] == [2, 0, 1]
    assert done["x"].chunk(0).buffers()[2].address == column.chunk(0).buffers()[2].address
    assert done["y"].chunk(1).buffers()[2].address == table["y"].chunk(1).buffers()[2].address
    assert normalize_table(done) is done


def test_columns_are_chosen_by_name_or_path() -> None:
    """A struct is named with all in it; a path leads through lists."""
    messages, before, after = LAYOUTS["messages"]
    table = pa.table({"id": ["软"] * 3, "m": of_type(before, messages), "a.b": ["软"] * 3})
    for chosen in ("m", ["m.content"], ("m.content", "m.role")):
        done = normalize_table(table, columns=chosen)
        assert done["m"].to_pylist() == after
        assert done["id"].to_pylist() == done["a.b"].to_pylist() == ["软"] * 3
    assert normalize_table(table, columns="a.b")["a.b"].to_pylist() == ["軟"] * 3
    assert normalize_table(table, columns=[]) is table


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("tex", r"no column 'tex' \(did you mean 'text'\?\); columns of text: 'text', 'meta.title'"),
        (["text", "number"], "column 'number' holds int64, not text"),
        ("raw", r"column 'raw' holds binary, not text; decode it first, with normalize.decode"),
        ("meta.size", "column 'meta.size' holds int64, not text"),
        ("meta.titel", r"no column 'meta.titel' \(did you mean 'meta.title'\?\)"),
    ],
)
def test_a_column_that_cannot_be_done_is_refused(columns: Any, message: str) -> None:
    """The sentence says which there are."""
    table = pa.table({"text": ["a"], "number": [1], "raw": [b"a"], "meta": [{"title": "a", "size": 1}]})
    with pytest.raises(TableError, match=message):
        normalize_table(table, columns=columns)


def test_what_is_no_table_is_refused() -> None:
    """What exports an Arrow stream is one; a dict is not."""
    with pytest.raises(TableError, match="not dict"):
        normalize_table({"text": ["软"]})
    reader = pa.table({"text": ["软"]}).to_reader()
    assert normalize_table(reader)["text"].to_pylist() == ["軟"]


def test_options_are_those_of_the_configuration() -> None:
    """An unknown one is answered with the nearest."""
    table = pa.table({"text": ["软件"]})
    assert normalize_table(table, "zh-TW", vocabulary=True)["text"].to_pylist() == ["軟體"]
    with pytest.raises(ConfigError, match="vocabulary"):
        normalize_table(table, vocabulry=True)


def invalid(*values: bytes, kind: Any = None) -> Any:
    """Return an array of strings that holds bytes which are none, as some writers of files leave them."""
    kind = kind or pa.string()
    raw = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}[kind]
    return pa.Array.from_buffers(kind, len(values), pa.array(values, raw).buffers())


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_bytes_that_are_not_utf8_cost_only_themselves(kind: Any) -> None:
    """They stay, byte for byte; a warning names the first, a record every one."""
    good = f"{HANS}，并且比别的句子长一些".encode()
    legacy = "软件的长名字，图书馆的阅览室".encode("gbk")
    table = pa.table({"id": [1, 2, 3], "x": invalid(good, legacy, b"abc", kind=kind)})
    with pytest.warns(UserWarning, match=r"left as they are: 1, the first in row 1, column 'x': not UTF-8"):
        done = normalize_table(table)
    raw = done["x"].cast(pa.large_binary()).to_pylist()
    assert raw == [normalize.normalize(good.decode()).encode(), legacy, b"abc"]
    told = normalize_table(table, record=True)
    assert told["normalize_status"].to_pylist() == ["ok", "failed", "unchanged"]
    assert told["normalize_error"].to_pylist()[1].startswith("column 'x': not UTF-8 (byte 0xc8 at 0)")


def test_a_defect_costs_the_row_that_shows_it() -> None:
    """Whatever a stage raises, all other rows are done."""

    class Broken(Normalizer):
        def normalize_many(self, texts: Any) -> list[str]:
            return [self.normalize(text) for text in texts]

        def explain(self, text: Any) -> Any:
            if text == "b":
                raise ZeroDivisionError("division by zero")
            return super().explain(text)

        normalize = explain  # type: ignore[assignment]

    table = pa.table({"x": [HANS, "b", "软"]})
    with pytest.warns(UserWarning, match="row 1, column 'x': ZeroDivisionError: division by zero"):
        done = rewrite_table(Broken(Config()), table)
    assert done["x"].to_pylist() == [HANT, "b", "軟"]


def test_the_record_says_what_became_of_each_row() -> None:
    """Over all of its columns and lists; a second run replaces it."""
    table = pa.table(
        {"a": [HANS, "電腦和軟體", "abc", None], "b": [["软"], [], None, ["关(guān)"]]},
    )
    done = normalize_table(table, record=True)
    assert done.column_names == ["a", "b", *RECORD]
    rows = done.select(list(RECORD)).to_pylist()
    assert [row["normalize_status"] for row in rows] == ["ok", "unchanged", "unchanged", "ok"]
    assert [row["normalize_script_before"] for row in rows] == ["Hans", "Hant", "none", "Hans"]
    assert [row["normalize_script_after"] for row in rows] == ["Hant", "Hant", "none", "Hant"]
    assert rows[0]["normalize_changes"] == sum(one != two for one, two in zip(HANS, HANT, strict=True)) + 1
    assert all(row["normalize_error"] is None and row["normalize_lost"] == 0 for row in rows)
    again = normalize_table(done, columns=["a", "b"], record=True)
    assert again.column_names == done.column_names
    assert set(again["normalize_status"].to_pylist()) == {"unchanged"}
    empty = normalize_table(table.slice(0, 0), record=True)
    assert empty.schema == done.schema


def test_categories_that_become_one_are_one() -> None:
    """A dictionary holds no value twice, whatever the type of its indices."""
    for index in (pa.int8(), pa.uint16(), pa.int64()):
        column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2], index), ["软", "軟", "b"], ordered=True)
        done = normalize_table(pa.table({"x": column}))["x"]
        assert done.type == column.type
        assert done.to_pylist() == ["軟", "軟", None, "b"]
        assert done.chunk(0).dictionary.to_pylist() == ["軟", "b"]


def test_large_columns_are_done_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pieces are put together again: the chunks are those that were there."""
    monkeypatch.setattr("normalize.arrow.values._PIECE", 100)
    texts = [f"{HANS}{number}" if number % 3 else None for number in range(50)]
    done = normalize_table(pa.table({"x": texts}))["x"]
    assert done.num_chunks == 1
    assert done.to_pylist() == [text and text.replace(HANS, HANT) for text in texts]


def test_it_can_be_sent_to_workers() -> None:
    """A partial call is picklable, which is how Ray and Spark hand it out."""
    work = pickle.loads(pickle.dumps(partial(normalize_table, target="zh-TW", columns=["x"])))
    assert work(pa.table({"x": ["软"]}))["x"].to_pylist() == ["軟"]


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8))
def test_a_column_is_its_values_one_by_one(values: list[str | None]) -> None:
    """Whatever the text, alone or in lists."""
    expected = [None if value is None else normalize.normalize(value) for value in values]
    table = pa.table({"x": pa.array(values, pa.string()), "y": pa.array([[value] for value in values])})
    if table["y"].type != pa.list_(pa.string()):
        table = table.select(["x"])
    done = normalize_table(table)
    assert done["x"].to_pylist() == expected
    if "y" in done.column_names:
        assert done["y"].to_pylist() == [[value] for value in expected]


def test_without_pyarrow_a_sentence_says_what_to_install() -> None:
    """And `import normalize` does not load it where it is there."""
    code = (
        "import sys, normalize; assert 'pyarrow' not in sys.modules; sys.modules['pyarrow'] = None\n"
        "try: normalize.normalize_table(None)\n"
        "except normalize.ConfigError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "pip install 'zh-normalize[arrow]'" in done.stdout
