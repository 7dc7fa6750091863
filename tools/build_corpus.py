"""Build corpus/documents from corpus/originals, as corpus/recipe.json says: damaged, encoded, byte for byte the same.

    python tools/build_corpus.py            # write the documents
    python tools/build_corpus.py --check    # say which documents differ, and exit with 1 if any does

A recipe is a list with one object a document: `path` (relative, the same in all folders), `damage` (steps in order,
each an object with `kind` and the parameters of the function of that name in TEXT_DAMAGE), `line_ends` ("lf" or
"crlf"), `encoding`, `bom` (true puts a byte order mark in front), `bytes` (steps of BYTE_DAMAGE). To show another kind
of damage, write its function and name it in one of the two tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from normalize.encoding import encode
from normalize.mojibake.annotate import annotate
from normalize.mojibake.annotation_list import known_list
from normalize.mojibake.misread import misread
from normalize.punctuation.forward import fold, nfkc

CORPUS = Path(__file__).parent.parent / "corpus"


def annotated(
    text: str,
    entries: int = 0,
    also: list[list[str]] | None = None,
    noise: dict[str, str] | None = None,
    controls: str | None = None,
    private_kept: bool = True,
) -> str:
    """Return the text with pinyin put in by bytes: the first `entries` of the known list, then those of `also`.

    `noise` maps a mark to the control bytes put before it, in hexadecimal; `controls` and `private_kept` are what
    later extraction made of control and private-use characters.
    """
    table = [*islice(known_list().items(), entries), *((character, syllable) for character, syllable in also or [])]
    control_bytes = {mark: bytes.fromhex(data) for mark, data in (noise or {}).items()}
    return annotate(text, table, control_bytes, controls, private_kept)


def inserted(data: bytes, encoding: str, before: str, hex: str) -> bytes:
    """Return the bytes with others put in where a passage begins; the passage must occur once."""
    mark = encode(before, encoding)
    if data.count(mark) != 1:
        raise ValueError(f"{before!r} occurs {data.count(mark)} times; a recipe must name a passage that occurs once")
    return data.replace(mark, bytes.fromhex(hex) + mark)


def truncated(data: bytes, encoding: str, count: int) -> bytes:
    """Return the bytes without the last `count`, as a copy that broke off leaves them."""
    return data[:-count]


def misread_lines(
    text: str, read_as: str, was: str, lines: list[int], column: int | None = None, times: int = 1
) -> str:
    """Return the text with some lines (counted from 1), or one column of them, read in the wrong encoding."""
    found = text.split("\n")
    for number in lines:
        cells = [found[number - 1]] if column is None else found[number - 1].split(",")
        place = (column or 1) - 1
        for _ in range(times):
            damaged = misread(cells[place], read_as, was)
            if damaged is None:
                raise ValueError(f"line {number}: {was} cannot be read as {read_as}; choose another line")
            cells[place] = damaged
        found[number - 1] = ",".join(cells)
    return "\n".join(found)


def escaped_lines(text: str, escape: str, lines: list[int]) -> str:
    """Return the text with some lines (counted from 1) escaped: `entity`, `percent`, `unicode` or `mail-word`."""
    found = text.split("\n")
    for number in lines:
        line = found[number - 1]
        if escape == "entity":
            line = "".join(c if c.isascii() else f"&#{ord(c)};" for c in line)
        elif escape == "percent":
            line = quote(line, safe=" ,.")
        elif escape == "unicode":
            line = line.encode("ascii", "backslashreplace").decode("ascii")
        else:
            line = f"=?UTF-8?B?{b64encode(line.encode()).decode('ascii')}?="
        found[number - 1] = line
    return "\n".join(found)


TEXT_DAMAGE: dict[str, Callable[..., str]] = {
    "annotate": annotated,
    "escape": escaped_lines,
    "fold": fold,
    "misread": misread_lines,
    "nfkc": nfkc,
}
BYTE_DAMAGE: dict[str, Callable[..., bytes]] = {"insert": inserted, "truncate": truncated}


def build(item: dict[str, Any]) -> bytes:
    """Return the bytes of one document of the recipe."""
    text = (CORPUS / "originals" / item["path"]).read_bytes().decode("utf-8")
    for step in item.get("damage", []):
        parameters = {name: value for name, value in step.items() if name != "kind"}
        text = TEXT_DAMAGE[step["kind"]](text, **parameters)
    if item.get("line_ends") == "crlf":
        text = text.replace("\n", "\r\n")
    encoding = item["encoding"]
    data = encode("\ufeff" + text if item.get("bom") else text, encoding)
    for step in item.get("bytes", []):
        parameters = {name: value for name, value in step.items() if name != "kind"}
        data = BYTE_DAMAGE[step["kind"]](data, encoding, **parameters)
    return data


def recipe() -> list[dict[str, Any]]:
    """Return the recipe, one object a document."""
    items: list[dict[str, Any]] = json.loads((CORPUS / "recipe.json").read_text("utf-8"))
    return items


def differences() -> Iterator[str]:
    """Yield a sentence for each document that is not what the recipe makes."""
    documents = CORPUS / "documents"
    wanted = {item["path"]: build(item) for item in recipe()}
    for path, data in wanted.items():
        if not (documents / path).exists():
            yield f"{path} is missing"
        elif (documents / path).read_bytes() != data:
            yield f"{path} is not what the recipe makes"
    for file in sorted(documents.rglob("*")):
        if file.is_file() and file.relative_to(documents).as_posix() not in wanted:
            yield f"{file.relative_to(documents).as_posix()} is not in the recipe"


def main() -> None:
    """Write the documents, or check them."""
    parser = argparse.ArgumentParser(description="Build corpus/documents from corpus/originals.")
    parser.add_argument("--check", action="store_true", help="compare only, and exit with 1 on a difference")
    if parser.parse_args().check:
        found = list(differences())
        print("\n".join(found) or f"{len(recipe())} documents are what the recipe makes")
        sys.exit(bool(found))
    for item in recipe():
        target = CORPUS / "documents" / item["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(build(item))
    print(f"{CORPUS / 'documents'}: {len(recipe())} documents")


if __name__ == "__main__":
    main()
