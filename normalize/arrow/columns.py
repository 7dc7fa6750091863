"""Which columns of a table hold text, and which of them are asked for.

A text column is one of strings (in any of Arrow's layouts), or one that has strings inside: lists, structs, the values
of maps, dictionaries (categories). What lies inside is named by a path, `meta.title`; lists add nothing to it, so that
`messages.content` is the content of every message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from normalize.config import suggestion


class TableError(ValueError):
    """A table or a choice of columns that cannot be used; the message says which, why, and what would do."""


def is_text(kind: pa.DataType) -> bool:
    """Tell whether the values of a type are strings.

    >>> is_text(pa.large_string()), is_text(pa.binary())
    (True, False)
    """
    # Strings as views came with pyarrow 16.
    view = getattr(kinds, "is_string_view", lambda kind: False)
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or view(kind))


def is_list(kind: pa.DataType) -> bool:
    """Tell whether the values of a type are lists, of any layout but views."""
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind))


def inner(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that a list, map or dictionary has inside, where text may be; None for other types."""
    if is_list(kind) or kinds.is_dictionary(kind):
        return kind.value_type
    return kind.item_type if kinds.is_map(kind) else None


def text_paths(path: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths of the strings in a column of this type.

    >>> list(text_paths("m", pa.struct({"a": pa.string(), "b": pa.list_(pa.string()), "n": pa.int8()})))
    ['m.a', 'm.b']
    """
    if is_text(kind):
        yield path
    elif kinds.is_struct(kind):
        for field in _fields(kind):
            yield from text_paths(f"{path}.{field.name}", field.type)
    elif (inside := inner(kind)) is not None:
        yield from text_paths(path, inside)


class Choice:
    """The columns that are asked for, by name or path; all of them when there are no names."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = tuple(names)

    def includes(self, path: str) -> bool:
        """Tell whether what stands at a path is asked for: by its own name, or with what it lies in.

        >>> Choice(["meta"]).includes("meta.title"), Choice(["meta"]).includes("metal")
        (True, False)
        """
        return not self.names or any(path == name or path.startswith(name + ".") for name in self.names)

    def found(self, schema: pa.Schema) -> frozenset[str]:
        """Return the paths of the strings of a table that are asked for."""
        paths = (path for field in schema for path in text_paths(field.name, field.type))
        return frozenset(path for path in paths if self.includes(path))

    def missing(self, schema: pa.Schema) -> list[str]:
        """Return a sentence for each name that no text of the table has."""
        paths = [path for field in schema for path in text_paths(field.name, field.type)]
        kinds_of = {path: kind for field in schema for path, kind in _all_paths(field.name, field.type)}
        sentences = []
        for name in self.names:
            if any(path == name or path.startswith(name + ".") for path in paths):
                continue
            if name in kinds_of:
                sentences.append(f"column {name!r} holds {kinds_of[name]}, not text{_remedy(kinds_of[name])}")
            else:
                known = ", ".join(repr(path) for path in paths) or "there is none"
                sentences.append(f"no column {name!r}{suggestion(name, paths)}; columns of text: {known}")
        return sentences


def _remedy(kind: pa.DataType) -> str:
    return "; decode it first, with normalize.decode" if kinds.is_binary(kind) or kinds.is_large_binary(kind) else ""


def _all_paths(path: str, kind: Any) -> Iterator[tuple[str, pa.DataType]]:
    yield path, kind
    while (inside := inner(kind)) is not None:
        kind = inside
    if kinds.is_struct(kind):
        for field in _fields(kind):
            yield from _all_paths(f"{path}.{field.name}", field.type)


def _fields(kind: pa.DataType) -> list[pa.Field]:
    return [kind.field(index) for index in range(kind.num_fields)]
