"""The structure of zip archives: read and written so that all that is not edited stays as it is, byte for byte.

`zipfile` reads; writing is done here, because it would write members anew, with other versions, flags and extra
fields. The layout is that of APPNOTE.TXT 6.3: local headers (4.3.7) with the members, then the central directory.
"""

from __future__ import annotations

import copy
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from normalize.formats.span import FormatError

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_DESCRIPTOR_FLAG, _UTF8_FLAG, _ENCRYPTED_FLAG = 1 << 3, 1 << 11, 1 << 0
_LARGEST = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One member: its entry as zipfile reads it, and its name as it is spelled in the archive."""

    info: zipfile.ZipInfo
    raw_name: bytes

    @property
    def is_utf8(self) -> bool:
        """Whether the archive says that the name is UTF-8."""
        return bool(self.info.flag_bits & _UTF8_FLAG)

    @property
    def is_readable(self) -> bool:
        """Whether the content can be read: not encrypted, and compressed in a way that can be written too."""
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        return not self.info.flag_bits & _ENCRYPTED_FLAG and self.info.compress_type in methods


class Archive:
    """A zip archive in memory: its members, and a copy with other content for some of them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self.file = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise FormatError(f"is no whole zip archive: {error}") from None
        # In the order of their places: the order of the directory is kept apart from it.
        self.members = [Member(info, _raw_name(info)) for info in self.file.infolist()]

    def read(self, member: Member, most: int) -> bytes:
        """Return the content of a member, or raise FormatError when it is damaged or larger than it may be."""
        try:
            with self.file.open(member.info) as file:
                content = file.read(most + 1)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error) as error:
            raise FormatError(f"cannot be unpacked: {error}") from None
        if len(content) > most:
            raise FormatError(f"unpacks to more than {most:,} bytes, which is refused as a decompression bomb")
        return content

    def replaced(self, contents: dict[int, bytes], names: dict[int, str]) -> bytes:
        """Return the archive with other contents and names for some members, given by their index."""
        out = bytearray()
        offsets: dict[int, int] = {}
        entries: dict[int, zipfile.ZipInfo] = {}
        starts = sorted(range(len(self.members)), key=lambda index: self.members[index].info.header_offset)
        prefix = self.members[starts[0]].info.header_offset if starts else 0
        out += self.data[:prefix]
        ends = [*(self.members[index].info.header_offset for index in starts[1:]), self.file.start_dir]
        for index, end in zip(starts, ends, strict=True):
            offsets[index] = len(out)
            entries[index] = self._member(out, index, end, contents.get(index), names.get(index))
        directory = len(out)
        for index, member in enumerate(self.members):
            out += _entry(entries[index], member, offsets[index], names.get(index))
        comment = self.file.comment
        count, size = len(self.members), len(out) - directory
        if len(out) >= _LARGEST or count >= 0xFFFF:
            raise FormatError("is too large an archive to be written again (more than 4 GB, or 65,534 members)")
        out += _END.pack(b"PK\x05\x06", 0, 0, count, count, size, directory, len(comment)) + comment
        return bytes(out)

    def _member(self, out: bytearray, index: int, end: int, content: bytes | None, name: str | None) -> zipfile.ZipInfo:
        """Write header and content of one member, and return the entry that the directory is to have."""
        info = self.members[index].info
        at = info.header_offset
        fields = list(_LOCAL.unpack_from(self.data, at))
        begin = at + _LOCAL.size
        body = begin + fields[9] + fields[10]
        if body + info.compress_size > end:
            raise FormatError("has members that overlap, as in decompression bombs")
        if content is None and name is None:
            out += self.data[at:end]
            return info
        entry = copy.copy(info)
        raw_name, extra = self.data[begin : begin + fields[9]], self.data[begin + fields[9] : body]
        rest = self.data[body:end]
        if content is not None:
            rest = _pack(content, info.compress_type)
            entry.CRC, entry.compress_size, entry.file_size = zlib.crc32(content), len(rest), len(content)
            # The sizes are known now, and stand in the header: no descriptor follows the content.
            entry.flag_bits &= ~_DESCRIPTOR_FLAG
            fields[6:9] = [entry.CRC, entry.compress_size, entry.file_size]
        if name is not None:
            raw_name = name.encode()
            entry.flag_bits |= _UTF8_FLAG
        fields[2], fields[9] = entry.flag_bits, len(raw_name)
        out += _LOCAL.pack(*fields) + raw_name + extra + rest
        return entry


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a name: without the flag zipfile reads them as code page 437, which has all 256."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_FLAG else "cp437", "replace")


def _pack(content: bytes, method: int) -> bytes:
    if method == zipfile.ZIP_STORED:
        return content
    if method == zipfile.ZIP_DEFLATED:
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(content) + packer.flush()
    # Rare methods: let zipfile pack a member, and take it out of its archive.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("x", content)
    info = archive.infolist()[0]
    body = _LOCAL.size + 1 + len(info.extra)
    return buffer.getvalue()[body : body + info.compress_size]


def _entry(info: zipfile.ZipInfo, member: Member, offset: int, name: str | None) -> bytes:
    """Return the entry of the central directory (4.3.12)."""
    raw = member.raw_name if name is None else name.encode()
    year, month, day, hour, minute, second = info.date_time
    date, time = (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2
    if max(info.compress_size, info.file_size, offset) >= _LARGEST:
        raise FormatError("is too large an archive to be written again (more than 4 GB)")
    fields = (
        b"PK\x01\x02",
        info.create_version | info.create_system << 8,
        info.extract_version,
        info.flag_bits,
        info.compress_type,
        time,
        date,
        info.CRC,
        info.compress_size,
        info.file_size,
        len(raw),
        len(info.extra),
        len(info.comment),
        0,
        info.internal_attr,
        info.external_attr,
        offset,
    )
    return _CENTRAL.pack(*fields) + raw + info.extra + info.comment
