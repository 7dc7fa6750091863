"""Build corpus/documents from corpus/originals, as corpus/recipe.json says: damaged, encoded, byte for byte the same.

    python tools/build_corpus.py            # write the documents
    python tools/build_corpus.py --check    # say which documents differ, and exit with 1 if any does

A recipe is a list with one object a document: `path` (relative, the same in all folders), `damage` (steps in order,
each an object with `kind` and the parameters of the function of that name in TEXT_DAMAGE), `line_ends` ("lf" or
"crlf"), `encoding`, `bom` (true puts a byte order mark in front), `bytes` (steps of BYTE_DAMAGE). To show another kind
of damage, write its function and name it in one of the two tables.

A document with `pack` ("gz", "bz2", "xz", "zst", "zip", "warc", "parquet" or "arrow") is an archive, and its original a
folder of its name that holds the parts; that of a table holds its rows as lines of JSON. Then `parts` says of some of
them, by patterns of names, what else is to be done (`damage`, `encoding`); without, a part goes in as it is. `encoding`
is that of the names. Archives are compared by what is in them, because compression differs from one version of zlib to
another. Tables and Zstandard need the extras `arrow` and `zstd`.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import sys
import zipfile
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import partial
from hashlib import sha1
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from normalize import convert
from normalize.encoding import encode
from normalize.mojibake.annotate import annotate
from normalize.mojibake.annotation_list import known_list
from normalize.mojibake.misread import misread
from normalize.punctuation.forward import fold, nfkc

CORPUS = Path(__file__).parent.parent / "corpus"
#: 1 January 2024, 0:00 UTC, in seconds: archives have the same date whenever they are built.
_DATE = 1_704_067_200


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


def one_by_one(text: str) -> str:
    """Return Traditional text as tables of single characters make it, by way of Simplified: 後 and 后 are both 后."""
    return "".join(convert(character, "s2t") for character in convert(text, "t2s"))


TEXT_DAMAGE: dict[str, Callable[..., str]] = {
    "annotate": annotated,
    "escape": escaped_lines,
    "fold": fold,
    "misread": misread_lines,
    "nfkc": nfkc,
    "one-by-one": one_by_one,
}
BYTE_DAMAGE: dict[str, Callable[..., bytes]] = {"insert": inserted, "truncate": truncated}


def build(item: dict[str, Any]) -> bytes:
    """Return the bytes of one document of the recipe."""
    original = CORPUS / "originals" / item["path"]
    return packed(item, original) if "pack" in item else damaged(item, original)


def packed(item: dict[str, Any], folder: Path) -> bytes:
    """Return an archive of the parts in a folder, with the date of 1 January 2024."""
    contents: dict[str, bytes] = {}
    for file in sorted(folder.rglob("*"), key=_place):
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            ways = [way for pattern, way in item.get("parts", {}).items() if fnmatch(name, pattern)]
            contents[name] = damaged(ways[0], file) if ways else file.read_bytes()
    if item["pack"] in STREAMS:
        ((_, content),) = contents.items()
        return STREAMS[item["pack"]][0](content)
    if item["pack"] == "warc":
        return b"".join(gzip.compress(record(name, content), mtime=_DATE) for name, content in contents.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (name, content) in enumerate(contents.items()):
            info = zipfile.ZipInfo(_stand_in(name, number, item["encoding"]), (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    data = buffer.getvalue()
    for number, name in enumerate(contents):
        stand_in = _stand_in(name, number, item["encoding"])
        if stand_in != name:
            data = data.replace(stand_in.encode(), encode(name, item["encoding"]))
    return data


def _zstandard() -> Any:
    return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def table(rows: bytes, make: str) -> bytes:
    """Return the table that lines of JSON are, as a file of Parquet or of Arrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = pa.Table.from_pylist([json.loads(line) for line in rows.splitlines()])
    buffer = io.BytesIO()
    if make == "parquet":
        pq.write_table(found, buffer)
    else:
        with pa.ipc.new_file(buffer, found.schema) as writer:
            writer.write_table(found)
    return buffer.getvalue()


def rows(data: bytes, made: str) -> bytes:
    """Return a table as lines of JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = pa.BufferReader(data)
    found = pq.read_table(source) if made == "parquet" else pa.ipc.open_file(source).read_all()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found.to_pylist()).encode()


#: Documents that hold one part: how it is packed, its name where that is not in theirs, how it is unpacked.
STREAMS: dict[str, tuple[Callable[[bytes], bytes], str, Callable[[bytes], bytes]]] = {
    "gz": (partial(gzip.compress, mtime=_DATE), "", gzip.decompress),
    "bz2": (bz2.compress, "", bz2.decompress),
    "xz": (lzma.compress, "", lzma.decompress),
    "zst": (lambda data: bytes(_zstandard().compress(data)), "", lambda data: bytes(_zstandard().decompress(data))),
    "parquet": (partial(table, make="parquet"), "rows.jsonl", partial(rows, made="parquet")),
    "arrow": (partial(table, make="arrow"), "rows.jsonl", partial(rows, made="arrow")),
}


def record(name: str, content: bytes) -> bytes:
    """Return the record of a page in a web archive: the response of a server, with lengths and digests."""
    media = "text/html; charset=gb2312" if name.endswith(".html") else "text/plain"
    block = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
    fields = {
        "WARC-Type": "response",
        "WARC-Target-URI": f"https://tide-pool.example/{name}",
        "WARC-Date": "2024-01-01T00:00:00Z",
        "WARC-Block-Digest": f"sha1:{b32encode(sha1(block).digest()).decode()}",
        "WARC-Payload-Digest": f"sha1:{b32encode(sha1(content).digest()).decode()}",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
    return f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def pages(data: bytes) -> dict[str, bytes]:
    """Return the pages of a web archive by name."""
    records = gzip.decompress(data).split(b"WARC/1.1\r\n")[1:]
    parts = (item.removesuffix(b"\r\n\r\n").split(b"\r\n\r\n", 2) for item in records)
    return {head.partition(b".example/")[2].split()[0].decode(): page for head, _, page in parts}


def _place(file: Path) -> tuple[bool, bool, str]:
    """Return what parts are ordered by: the kind of the archive comes first (EPUB OCF 4.2.1, ODF 1.2 part 3, 3.3)."""
    return file.name != "mimetype", file.name != "[Content_Types].xml", file.as_posix()


def _stand_in(name: str, number: int, encoding: str) -> str:
    """Return an ASCII name as long as the bytes of a name in a legacy encoding, which `zipfile` does not write."""
    length = len(encode(name, encoding))
    return name if name.isascii() or encoding == "utf-8" else f"@{number:@>{length - 1}}"


def unpacked(data: bytes, item: dict[str, Any]) -> dict[str, bytes]:
    """Return what is in a document by the names of its parts; a document that is no archive has one without a name."""
    if item.get("pack") in STREAMS:
        name, unpack = STREAMS[item["pack"]][1:]
        return {name or Path(item["path"]).stem: unpack(data)}
    if item.get("pack") == "warc":
        return pages(data)
    if item.get("pack") == "zip":
        with zipfile.ZipFile(io.BytesIO(data), metadata_encoding=item["encoding"]) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}
    return {"": data}


def damaged(item: dict[str, Any], original: Path) -> bytes:
    """Return the bytes that a text becomes."""
    text = original.read_bytes().decode("utf-8")
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
    items = {item["path"]: item for item in recipe()}
    wanted = {path: build(item) for path, item in items.items()}
    for path, data in wanted.items():
        if not (documents / path).exists():
            yield f"{path} is missing"
        elif unpacked((documents / path).read_bytes(), items[path]) != unpacked(data, items[path]):
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
