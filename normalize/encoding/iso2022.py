"""ISO-2022-CN and ISO-2022-CN-EXT (RFC 1922): seven-bit text that switches between character sets by escapes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from normalize.encoding.cns import characters_of, gb2312
from normalize.encoding.stepwise import unencodable


class _Set(NamedTuple):
    """A character set of ISO-2022-CN: how it is designated, where it then stands, and its characters."""

    designation: bytes
    place: int  # 1: SO, 2: SS2, 3: SS3
    characters: dict[bytes, str]


@cache
def _sets(extended: bool) -> list[_Set]:
    """Return the character sets of ISO-2022-CN in the order in which they are tried for a character (RFC 1922)."""
    sets = [_Set(b"\x1b$)A", 1, gb2312()), _Set(b"\x1b$)G", 1, characters_of(1)), _Set(b"\x1b$*H", 2, characters_of(2))]
    if extended:
        sets.append(_Set(b"\x1b$)E", 1, characters_of(165)))
        sets += [_Set(b"\x1b$+" + bytes((0x46 + plane,)), 3, characters_of(plane)) for plane in range(3, 8)]
    return sets


class Stream:
    """An ISO-2022-CN stream and its state: what SO, SS2 and SS3 mean, and whether SO is in force."""

    def __init__(self, extended: bool) -> None:
        self.extended = extended
        self.sets = _sets(extended)
        self.by_designation = {item.designation: item for item in self.sets}
        self.reset()

    def reset(self) -> None:
        """Forget everything: each line starts in ASCII without designations."""
        self.designated: dict[int, _Set] = {}
        self.shifted = False

    def step(self, data: bytes, start: int) -> tuple[str | None, int]:
        """Decode one character or one escape (which is no text)."""
        byte = data[start]
        if byte == 0x1B:
            return self._escape(data, start)
        if byte in (0x0E, 0x0F):
            self.shifted = byte == 0x0E
            # SO means nothing before a designation.
            return ("", start + 1) if byte == 0x0F or 1 in self.designated else (None, start + 1)
        if byte in (0x0A, 0x0D):
            self.reset()
            return chr(byte), start + 1
        if byte >= 0x80:
            return None, start + 1
        if self.shifted and byte > 0x20 and 1 in self.designated:
            character = self.designated[1].characters.get(data[start : start + 2])
            return character, start + 2 if character else start + 1
        return chr(byte), start + 1

    def _escape(self, data: bytes, start: int) -> tuple[str | None, int]:
        found = self.by_designation.get(data[start : start + 4])
        if found is not None:
            self.designated[found.place] = found
            return "", start + 4
        place = {b"\x1bN": 2, b"\x1bO": 3}.get(data[start : start + 2])
        if place in self.designated:
            character = self.designated[place].characters.get(data[start + 2 : start + 4])
            return character, start + 4 if character else start + 1
        return None, start + 1

    def encode(self, text: str, name: str, errors: str) -> bytes:
        """Encode text; every line ends in ASCII."""
        out = bytearray()
        for position, character in enumerate(text):
            if character < "\x80":
                if self.shifted:
                    out.append(0x0F)
                    self.shifted = False
                if character in "\r\n":
                    self.reset()
                out += character.encode("ascii")
                continue
            found = self._find(character)
            if found is None:
                out += unencodable(name, text, position, errors, lambda t: self.encode(t, name, "strict"))
                continue
            chosen, cell = found
            if self.designated.get(chosen.place) is not chosen:
                out += chosen.designation
                self.designated[chosen.place] = chosen
            if chosen.place == 1 and not self.shifted:
                out.append(0x0E)
                self.shifted = True
            out += {1: b"", 2: b"\x1bN", 3: b"\x1bO"}[chosen.place] + cell
        return bytes(out)

    def _find(self, character: str) -> tuple[_Set, bytes] | None:
        """Return the set to write a character in: one that is designated now if possible."""
        found = _cells(self.extended).get(character, ())
        for number, cell in found:
            if self.designated.get(self.sets[number].place) is self.sets[number]:
                return self.sets[number], cell
        return (self.sets[found[0][0]], found[0][1]) if found else None


@cache
def _cells(extended: bool) -> dict[str, tuple[tuple[int, bytes], ...]]:
    """Return where each character stands: the number of its set and its two bytes, in order of preference."""
    found: dict[str, tuple[tuple[int, bytes], ...]] = {}
    for number, item in enumerate(_sets(extended)):
        for cell, character in item.characters.items():
            found[character] = (*found.get(character, ()), (number, cell))
    return found
