"""Bytes to text and back: detect, decode and encode, with today's tables and without losing a byte."""

from __future__ import annotations

from normalize.encoding.decoding import decode
from normalize.encoding.detection import detect
from normalize.encoding.encoding import encode, to_bytes, unencodable
from normalize.encoding.incremental import Detector, detect_stream
from normalize.encoding.names import EncodingError, canonical

__all__ = [
    "Detector",
    "EncodingError",
    "canonical",
    "decode",
    "detect",
    "detect_stream",
    "encode",
    "to_bytes",
    "unencodable",
]
