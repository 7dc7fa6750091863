"""Bytes to text and back: detect, decode and encode, with today's tables and without losing a byte."""

from __future__ import annotations

from normalize.encoding.decoding import decode
from normalize.encoding.detection import detect
from normalize.encoding.encoding import encode, to_bytes, unencodable
from normalize.encoding.names import EncodingError, canonical

__all__ = ["EncodingError", "canonical", "decode", "detect", "encode", "to_bytes", "unencodable"]
