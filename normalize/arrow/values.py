"""The values of Arrow columns, normalised: strings in any layout, and those inside lists, structs, maps, dictionaries.

Every value is a document of its own. What does not change is not copied: a column, or a chunk of one, in which nothing
changes comes back as the very same object. A value that cannot be done stays as it is, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from normalize.arrow.columns import is_list, is_text
from normalize.pipeline import Normalizer
from normalize.result import Result

#: Bytes of strings that are Python objects at a time: they take three to five times the room that they have in Arrow.
_PIECE = 1 << 23


@dataclass(frozen=True, slots=True)
class Fact:
    """What became of the text of a value: how many changes and losses, its scripts, and what went wrong, if it did."""

    changes: int = 0
    lost: int = 0
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    error: str = ""

    def __add__(self, other: Fact) -> Fact:
        return Fact(
            self.changes + other.changes,
            self.lost + other.lost,
            self.before | other.before,
            self.after | other.after,
            "; ".join(part for part in (self.error, other.error) if part),
        )


NOTHING = Fact()
#: The facts of each value of an array, or None where nobody asked for them and nothing went wrong.
Facts = list[Fact] | None


class Values:
    """Normalises arrays: in them the strings at `paths`.

    `visit` is told of the text of every value, with its path and, where it stands in a row by itself, the number of the
    row (from 1); `facts` asks for those of each value.
    """

    def __init__(
        self,
        normalizer: Normalizer,
        paths: frozenset[str],
        visit: Callable[[Result, str, int | None], object] | None = None,
        facts: bool = False,
    ) -> None:
        self._normalizer = normalizer
        self._paths = paths
        self._visit = visit
        self._facts = facts
        self._dictionaries: dict[str, tuple[Any, Any, Any, Facts]] = {}

    def column(self, column: pa.ChunkedArray, path: str) -> tuple[pa.ChunkedArray, Facts]:
        """Return a column normalised, in chunks as it was, and the facts."""
        if not self.concerns(path):
            return column, None
        chunks: list[pa.Array] = []
        facts: Facts = None
        done = 0
        changed = False
        for chunk in column.chunks:
            fresh, known = self.array(chunk, path)
            chunks.append(fresh)
            changed = changed or fresh is not chunk
            facts = _joined(facts, done, known, len(chunk))
            done += len(chunk)
        return pa.chunked_array(chunks, column.type) if changed else column, facts

    def concerns(self, path: str) -> bool:
        """Tell whether any string at or below a path is asked for."""
        return any(wanted == path or wanted.startswith(path + ".") for wanted in self._paths)

    def array(self, array: pa.Array, path: str, row: int | None = None) -> tuple[pa.Array, Facts]:
        """Return an array normalised, and the facts; the same object when nothing changes.

        `row` is the number of its first row, for an array that is a column.
        """
        kind = array.type
        if not self.concerns(path):
            return array, None
        if is_text(kind):
            return self._strings(array, path, row)
        if kinds.is_dictionary(kind):
            return self._categories(array, path)
        if kinds.is_struct(kind):
            return self._struct(array, path)
        if is_list(kind) or kinds.is_map(kind):
            return self._lists(array, path)
        return array, None

    def _strings(self, array: pa.Array, path: str, row: int | None) -> tuple[pa.Array, Facts]:
        pieces = min(-(-array.nbytes // _PIECE) or 1, len(array) or 1)
        size = -(-len(array) // pieces) or 1
        parts: list[pa.Array] = []
        facts: Facts = None
        changed = False
        for start in range(0, len(array), size):
            old = array.slice(start, size)
            fresh, known = self._piece(old, path, None if row is None else row + start)
            parts.append(fresh)
            changed = changed or fresh is not old
            facts = _joined(facts, start, known, len(old))
        if not changed:
            return array, facts
        return (parts[0] if len(parts) == 1 else pa.concat_arrays(parts)), facts

    def _piece(self, array: pa.Array, path: str, row: int | None) -> tuple[pa.Array, Facts]:
        values, errors = _read(array)
        # Columns repeat themselves (a language, a source, an author): what is equal is done once.
        texts = list(dict.fromkeys(value for value in values if isinstance(value, str)))
        results: dict[str, Result] = {}
        if self._facts or self._visit is not None:
            results = dict(zip(texts, self._explained(texts, errors), strict=True))
            done = {text: result.text for text, result in results.items()}
        else:
            done = dict(zip(texts, self._normalized(texts, errors), strict=True))
        for text, fresh in done.items():
            if fresh != text and not _is_writable(fresh):
                errors[text] = "what it becomes is not Unicode text (a lone surrogate)"
        output = [value if value is None or value in errors else done[value] for value in values]
        if self._visit is not None:
            for index, value in enumerate(values):
                if value is not None and value not in errors:
                    self._visit(results[value], path, None if row is None else row + index)
        facts: Facts = None
        if self._facts or errors:
            known = {text: _fact(result) for text, result in results.items()}
            facts = [_fact_of(value, known, errors) for value in values]
        if output == values:
            return array, facts
        return _written(output, array.type), facts

    def _normalized(self, texts: list[str], errors: dict[Any, str]) -> list[str]:
        try:
            return self._normalizer.normalize_many(texts)
        except Exception:  # one of them: which, only doing them one by one can tell
            return [self._alone(text, errors).text for text in texts]

    def _explained(self, texts: list[str], errors: dict[Any, str]) -> list[Result]:
        try:
            return self._normalizer.explain_many(texts)
        except Exception:  # as above
            return [self._alone(text, errors) for text in texts]

    def _alone(self, text: str, errors: dict[Any, str]) -> Result:
        try:
            return self._normalizer.explain(text)
        except Exception as error:  # whatever it is, it must not cost the other rows
            errors[text] = f"{type(error).__name__}: {error}"
            return Result(text, text)

    def _categories(self, array: pa.DictionaryArray, path: str) -> tuple[pa.Array, Facts]:
        """Normalise a dictionary; where two of its values become one, the indices follow: none is there twice."""
        old, fresh, places, known = self._dictionaries.get(path, (None, None, None, None))
        if old is None or not old.equals(array.dictionary):
            old = array.dictionary
            fresh, known = self.array(old, path)
            places = None
            if fresh is not old:
                unique = fresh.unique()
                if len(unique) < len(fresh):
                    at = {value: index for index, value in enumerate(unique.to_pylist())}
                    places = pa.array([at[value] for value in fresh.to_pylist()], array.type.index_type)
                    fresh = unique
            # Files hold one dictionary for all of their batches.
            self._dictionaries[path] = (old, fresh, places, known)
        facts = None
        if known is not None:
            facts = [NOTHING if index is None else known[index] for index in array.indices.to_pylist()]
        if fresh is old:
            return array, facts
        indices = array.indices if places is None else places.take(array.indices)
        return pa.DictionaryArray.from_arrays(indices, fresh, ordered=array.type.ordered), facts

    def _struct(self, array: pa.StructArray, path: str) -> tuple[pa.Array, Facts]:
        fields = [array.type.field(index) for index in range(array.type.num_fields)]
        facts: Facts = None
        columns: list[pa.Array] = []
        changed = False
        for index, field in enumerate(fields):
            old = array.field(index)
            fresh, known = self.array(old, f"{path}.{field.name}")
            columns.append(fresh)
            changed = changed or fresh is not old
            if known is not None:
                facts = known if facts is None else [one + other for one, other in zip(facts, known, strict=True)]
        if not changed:
            return array, facts
        return pa.StructArray.from_arrays(columns, fields=fields, mask=array.is_null()), facts

    def _lists(self, array: pa.Array, path: str) -> tuple[pa.Array, Facts]:
        # Written anew a slice is whole: it begins at 0, and has the values of its own lists only.
        whole = pa.concat_arrays([array, array.slice(0, 0)])
        is_map = kinds.is_map(array.type)
        old = whole.items if is_map else whole.values
        fresh, known = self.array(old, path)
        facts: Facts = None
        if known is not None:
            facts = [sum(known[start:end], NOTHING) for start, end in pairwise(_ends(whole))]
        if fresh is old:
            return array, facts
        if is_map:
            pair = [array.type.key_field, array.type.item_field]
            fresh = pa.StructArray.from_arrays([whole.keys, fresh], fields=pair)
        own = 1 if kinds.is_fixed_size_list(array.type) else 2
        buffers = whole.buffers()[:own]
        return pa.Array.from_buffers(array.type, len(whole), buffers, children=[fresh]), facts


def _ends(array: pa.Array) -> Iterable[int]:
    """Return where the values of each list begin and end."""
    if kinds.is_fixed_size_list(array.type):
        # Null lists have their values too.
        return [index * array.type.list_size for index in range(len(array) + 1)]
    offsets: list[int] = array.offsets.to_pylist()
    return offsets


def _read(array: pa.Array) -> tuple[list[Any], dict[Any, str]]:
    """Return the values of an array of strings, and what is wrong with those that are no UTF-8, which stay bytes."""
    try:
        return array.to_pylist(), {}
    except UnicodeDecodeError:
        pass
    kind = array.type
    if kinds.is_large_string(kind):
        raw = array.cast(pa.large_binary())
    else:
        raw = array.cast(pa.binary() if kinds.is_string(kind) else pa.binary_view())
    values: list[Any] = []
    errors: dict[Any, str] = {}
    for value in raw.to_pylist():
        try:
            values.append(None if value is None else value.decode())
        except UnicodeDecodeError as error:
            values.append(value)
            errors[value] = f"not UTF-8 (byte {value[error.start]:#04x} at {error.start})"
    return values, errors


def _written(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return an array of strings, or of bytes that are said to be, as they were."""
    if not any(isinstance(value, bytes) for value in values):
        return pa.array(values, kind)
    raw_kind = pa.large_binary() if kinds.is_large_string(kind) else pa.binary()
    raw = pa.array([value.encode() if isinstance(value, str) else value for value in values], raw_kind)
    if not (kinds.is_string(kind) or kinds.is_large_string(kind)):
        raw = raw.cast(pa.binary_view())
    return pa.Array.from_buffers(kind, len(raw), raw.buffers())


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fact(result: Result) -> Fact:
    lost = len(result.lost)
    return Fact(len(result.spans), lost, frozenset({result.script_before}), frozenset({result.script_after}))


def _fact_of(value: Any, known: dict[str, Fact], errors: dict[Any, str]) -> Fact:
    if value is None:
        return NOTHING
    return Fact(error=errors[value]) if value in errors else known.get(value, NOTHING)


def _joined(facts: Facts, done: int, known: Facts, length: int) -> Facts:
    """Return the facts of `done` values and those of the `length` after them."""
    if facts is None and known is None:
        return None
    if facts is None:
        facts = [NOTHING] * done
    facts += [NOTHING] * length if known is None else known
    return facts
