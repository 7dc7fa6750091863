"""Data that is no text: signatures of common file formats, and too many control characters."""

from __future__ import annotations

#: How images, archives, programs and office documents begin.
_SIGNATURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
    b"%PDF-",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite format 3\x00",
    b"\x00asm",
    b"OggS\x00",
    b"fLaC",
    b"wOFF",
    b"wOF2",
    b"\x00\x01\x00\x00\x00",
    b"II*\x00",
    b"MM\x00*",
)
#: C0 controls that no text uses: all but tab, line ends, form feed, SO, SI, SUB and ESC.
_CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 0x1A, 0x1B})
_LOOKED_AT = 8192


def has_signature(data: bytes) -> bool:
    """Tell whether data begins like a common format that is no text."""
    head = data[:32]
    if head.startswith(_SIGNATURES):
        return True
    return head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ", b"WEBP"))


def is_binary(data: bytes) -> bool:
    """Tell whether the head has too many control characters to be text.

    Compressed data has 9 % of them, machine code more; text has none, or (the annotated pages) up to 1 %, or one or two
    by damage.
    """
    head = data[:_LOOKED_AT]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > 2 and controls * 25 > len(head)
