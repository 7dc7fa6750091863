"""The codecs that Python lacks, as `codecs` wants them: EUC-TW, Big5-UAO, ISO-2022-CN and ISO-2022-CN-EXT.

They are registered under these names when `normalize` is imported, and read their table when first used.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from normalize.encoding import cns, uao
from normalize.encoding.iso2022 import Stream
from normalize.encoding.stepwise import walk

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


@cache
def find(name: str) -> codecs.CodecInfo | None:
    """Return the codec of this name (as `codecs` spells it: lower case, underscores), or None."""
    plain = name.replace("_", "").removeprefix("x").removeprefix("cs")
    if plain in ("euctw", "cns11643"):
        return _info("euc_tw", cns.encode, cns.decode, cns.complete)
    if plain == "big5uao":
        return _info(uao.NAME, uao.encode, uao.decode, uao.complete)
    if plain in ("iso2022cn", "iso2022cnext"):
        return _stateful("iso2022_cn_ext" if plain.endswith("ext") else "iso2022_cn", plain.endswith("ext"))
    return None


def _stateful(name: str, extended: bool) -> codecs.CodecInfo:
    def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
        state = Stream(extended)
        data = state.encode(text, name, errors)
        return data + (b"\x0f" if state.shifted else b""), len(text)

    def decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
        return walk(bytes(data), errors, name, Stream(extended).step), len(data)

    return _info(name, encode, decode, lambda data: data.rfind(b"\n") + 1)


def _info(
    name: str,
    encode: Callable[..., tuple[bytes, int]],
    decode: Callable[..., tuple[str, int]],
    complete: Callable[[bytes], int],
) -> codecs.CodecInfo:
    class Codec(codecs.Codec):
        def encode(self, text: str, errors: str = "strict") -> tuple[bytes, int]:
            return encode(text, errors)

        def decode(self, data: bytes, errors: str = "strict") -> tuple[str, int]:
            return decode(data, errors)

    class Encoder(codecs.IncrementalEncoder):
        def encode(self, text: str, final: bool = False) -> bytes:
            return encode(text, self.errors)[0]

    class Decoder(codecs.BufferedIncrementalDecoder):
        def _buffer_decode(self, data: Buffer, errors: str, final: bool) -> tuple[str, int]:
            buffered = bytes(data)
            end = len(buffered) if final else complete(buffered)
            return decode(buffered[:end], errors)[0], end

    class Reader(Codec, codecs.StreamReader):
        pass

    class Writer(Codec, codecs.StreamWriter):
        pass

    return codecs.CodecInfo(encode, decode, Reader, Writer, Encoder, Decoder, name=name)
