"""Compressed files: gzip, bzip2, xz and, with Python 3.14 or the extra `zstd`, Zstandard."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, BinaryIO

from normalize.formats.containers import allowed, inside
from normalize.formats.document import Rewritten, Visit, rewrite
from normalize.formats.span import FormatError, Options
from normalize.pipeline import Normalizer


@dataclass(frozen=True)
class Method:
    """A way of compressing: its first bytes, the ends of file names, and its two directions."""

    name: str
    magic: bytes
    suffixes: tuple[str, ...]
    open: Callable[[BinaryIO], Any]
    compress: Callable[[bytes, bytes], bytes]


def gzip_like(data: bytes, old: bytes) -> bytes:
    """Compress with the time and name that the old header gives (RFC 1952, 2.3)."""
    flags = old[3]
    time = struct.unpack_from("<I", old, 4)[0]
    name = b""
    if flags & 8 and not flags & 4:
        name = old[10 : old.index(b"\0", 10) + 1]
    head = b"\x1f\x8b\x08" + bytes([8 if name else 0]) + struct.pack("<I", time) + old[8:10] + name
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(data) + packer.flush()
    return head + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _zstandard() -> Any:
    """Return a module that reads Zstandard: the standard library's from Python 3.14, or its backport."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise FormatError("Zstandard needs Python 3.14, or: pip install 'zh-normalize[zstd]'")


class _ZstandardFile:
    """Reads all frames of a file. The library refuses windows of more than 128 MB, unless told otherwise."""

    def __init__(self, file: BinaryIO) -> None:
        module = _zstandard()
        self._error: type[Exception] = module.ZstdError
        self._file = module.ZstdFile(file)

    def __enter__(self) -> _ZstandardFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Return the next bytes; raise OSError for what is damaged, EOFError for what is cut off."""
        try:
            data: bytes = self._file.read(size)
        except self._error as error:
            raise OSError(str(error)) from None
        return data


def zstandard_packer(old: bytes) -> Any:
    """Return what compresses, with a checksum where the frame that begins like this has one (RFC 8878, 3.1.1.1.1)."""
    module = _zstandard()
    has_checksum = len(old) > 4 and old[4] >> 2 & 1
    return module.ZstdCompressor(options={module.CompressionParameter.checksum_flag: has_checksum})


def _zstandard_whole(data: bytes, old: bytes) -> bytes:
    packer = zstandard_packer(old)
    packed: bytes = packer.compress(data, packer.FLUSH_FRAME)
    return packed


METHODS = (
    Method("gz", b"\x1f\x8b\x08", (".gz", ".gzip"), lambda file: gzip.GzipFile(fileobj=file), gzip_like),
    Method("bz2", b"BZh", (".bz2",), bz2.BZ2File, lambda data, old: bz2.compress(data)),
    Method("xz", b"\xfd7zXZ\x00", (".xz",), lzma.LZMAFile, lambda data, old: lzma.compress(data)),
    Method("zst", b"\x28\xb5\x2f\xfd", (".zst", ".zstd"), _ZstandardFile, _zstandard_whole),
)
#: How the names of compressed files end.
PACKED = tuple(suffix for method in METHODS for suffix in method.suffixes)


def method_of(data: bytes) -> Method | None:
    """Return how data is compressed, or None.

    >>> method_of(b"BZh91AY&SY").name
    'bz2'
    """
    for method in METHODS:
        if data.startswith(method.magic):
            # Text may begin with BZh: the level and the first block's sign (the digits of pi) must follow.
            if method.name == "bz2" and data[4:10] not in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
                continue
            return method
    return None


def unpack(data: bytes, method: Method, path: str, options: Options) -> bytes:
    """Return the content, or raise FormatError when it is too large, damaged or cut off."""
    most = allowed(len(data), options)
    try:
        with method.open(io.BytesIO(data)) as file:
            content: bytes = file.read(most + 1)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise FormatError(f"cannot be unpacked ({method.name}): {error}") from None
    if len(content) > most:
        raise FormatError(
            f"unpacks to more than {most:,} bytes from {len(data):,}, which is refused as a decompression bomb"
        )
    return content


def rewrite_compressed(data: bytes, path: str, normalizer: Normalizer, options: Options, visit: Visit) -> Rewritten:
    """Return a compressed document with its text normalised; the very same bytes when nothing is to be changed."""
    method = method_of(data)
    assert method is not None
    deeper = inside(options, path)
    content = unpack(data, method, path, options)
    name = path
    for suffix in method.suffixes:
        if path.lower().endswith(suffix):
            name = path[: -len(suffix)]
    done = rewrite(content, name, normalizer, deeper, visit)
    packed = data if done.data == content else method.compress(done.data, data)
    return replace(done, data=packed, format=f"{method.name}/{done.format}")
