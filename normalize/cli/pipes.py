"""Pipes: standard input and named pipes of any length, in memory that does not grow with them.

What is short enough to be judged as a whole is read to its end. Longer text of lines is done in blocks, as large files
are. And where nothing of a text can depend on what follows (plain conversion, without repair and without context) each
piece is passed on as soon as it is certain, while whoever writes it goes on.

With repair or context the whole of a text has a say in each line: nothing is certain before the end. But a writer that
pauses may be one that never ends (`tail -f`). So when nothing has come for a second, the encoding and the format are
those of what is there, and lines are passed on whenever the writer pauses, judged together with those before them.
"""

from __future__ import annotations

import codecs
import select
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from normalize.cli.documents import BLOCK, LARGE, Form, light
from normalize.cli.inputs import opened
from normalize.cli.outcome import warn
from normalize.config import Config
from normalize.formats.blocks import Blocks
from normalize.formats.document import TextDocument, Visit, read_text, rewrite_text, unseen
from normalize.formats.span import Options
from normalize.pipeline import Normalizer
from normalize.result import Result

_READ = 1 << 16
#: Seconds of silence after which what was written so far is no longer taken for part of something to be judged whole:
#: more than writers wait that are at work, less than somebody who waits for an answer.
PAUSE = 1.0
#: Seconds of silence after which the lines that are there are passed on, once that is so.
_BREATH = 0.1
#: So many characters before a line are judged together with it: about what a page has.
_BEFORE = 1 << 12
#: So much is looked at to tell plain text in UTF-8 from everything else; until then nothing is passed on.
_HEAD = 1 << 12
#: What begins a sequence that changes the meaning of ASCII: escape, and `~{` of HZ; and what no plain text has.
_NOT_PLAIN = (b"\x1b", b"~{", b"\0")


def is_pipe(file: str) -> bool:
    """Tell whether an input is standard input or a named pipe."""
    return file == "-" or Path(file).is_fifo()


@contextmanager
def normalized(file: str, form: Form, normalizer: Normalizer) -> Iterator[bytes | Iterable[bytes]]:
    """Give what a pipe holds: all of it as it is, when it can be held; else blocks of it, normalised."""
    with opened(file) as stream:
        yield _read(stream, form, normalizer)


def _read(stream: BinaryIO, form: Form, normalizer: Normalizer) -> bytes | Iterable[bytes]:
    passes = _passes_on(normalizer.config, form)
    given = normalizer.config.encoding is not None
    read: deque[bytes] = deque()
    size = 0
    while True:
        if read and not _has_more(stream, PAUSE):
            paused = _Paused.of(read, stream, form, normalizer.config.encoding)
            if paused is not None:
                return paused.rewritten(normalizer, unseen)
        data = _some(stream)
        if not data:
            break
        read.append(data)
        size += len(data)
        if passes:
            head = b"".join(read)
            passes = _may_be_plain(head)
            if passes and (size >= _HEAD or b"\n" in head) and (given or not head.isascii()):
                return _passed_on(head, stream, normalizer.config)
        if size > LARGE:
            break
    if data and form.unencodable == "strict":
        blocks = _Piped(read, stream, form.options, normalizer.config.encoding)
        if blocks.is_divisible:
            return blocks.rewritten(light(normalizer), unseen)
    return b"".join(read) + stream.read()


def _some(stream: BinaryIO) -> bytes:
    """Return what there is to read, waiting only for the first of it."""
    read1 = getattr(stream, "read1", stream.read)
    data: bytes = read1(_READ)
    return data


def _has_more(stream: BinaryIO, seconds: float) -> bool:
    """Tell whether more can be read, or the end, waiting so long for it; True where that cannot be told."""
    try:
        return bool(select.select([stream.fileno()], [], [], seconds)[0])
    except (OSError, ValueError):
        return True


def _passes_on(config: Config, form: Form) -> bool:
    """Tell whether what is made of a text never depends on what follows it, but for the last few characters."""
    others = config.repair or config.characters or config.punctuation or config.context or config.target is None
    return not others and config.encoding in (None, "utf-8") and form.encoding == "utf-8"


def _may_be_plain(head: bytes) -> bool:
    """Tell whether what was read so far is plain text in UTF-8."""
    from normalize.formats.plain import PLAIN_TEXT
    from normalize.formats.registry import format_of

    if head.startswith(b"WARC/") or any(sign in head for sign in _NOT_PLAIN):
        return False
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return format_of(text, "") is PLAIN_TEXT


def _passed_on(head: bytes, stream: BinaryIO, config: Config) -> Iterator[bytes]:
    """Yield plain text converted, each piece as soon as it is certain."""
    from normalize.script.ready import converting
    from normalize.script.stream import Stream

    running = Stream(converting(config))
    decoder = codecs.getincrementaldecoder("utf-8")()
    data, position = head, 0
    while data:
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError as error:
            place = position - len(decoder.getstate()[0]) + error.start
            warn(f"what could not be decoded as utf-8 shows U+FFFD (the first: {error.reason} at byte {place})")
            decoder.errors = "replace"
            text = decoder.decode(data)
        yield running.feed(text).encode("utf-8", "surrogatepass")
        position += len(data)
        data = _some(stream)
    decoder.errors = "replace"
    yield (running.feed(decoder.decode(b"", True)) + running.close()).encode("utf-8", "surrogatepass")


class _Piped(Blocks):
    """A large document of lines that is read from a pipe, the beginning of which was read already."""

    def __init__(self, read: deque[bytes], stream: BinaryIO, options: Options, encoding: str | None) -> None:
        self._read = read
        self._stream = stream
        self._begun = False
        super().__init__(Path("-"), "", None, BLOCK, options, encoding)

    def _raw(self) -> Iterator[bytes]:
        if not self._begun:
            # The first look, which decides the encoding and the format.
            self._begun = True
            head = bytearray()
            for data in self._read:
                head += data
                if len(head) >= BLOCK:
                    break
            yield bytes(head[:BLOCK])
            return
        block = bytearray()
        while True:
            # In blocks of the size that files are read in, so that the same is made of them.
            while self._read and len(block) < BLOCK:
                block += self._read.popleft()
            block += self._stream.read(max(BLOCK - len(block), 0))
            if not block:
                return
            yield bytes(block[:BLOCK])
            del block[:BLOCK]


class _Paused(_Piped):
    """A text of lines whose writer pauses: each time the lines that are there are done."""

    @classmethod
    def of(cls, read: deque[bytes], stream: BinaryIO, form: Form, encoding: str | None) -> _Paused | None:
        """Return what was read so far as such a text, or None when it does not show yet, or cannot be divided."""
        head = b"".join(read)
        if form.unencodable != "strict" or head.isascii() or b"\n" not in head:
            return None
        paused = cls(read, stream, form.options, encoding)
        return paused if paused.is_divisible else None

    def _raw(self) -> Iterator[bytes]:
        if not self._begun:
            yield from super()._raw()
            return
        yield b"".join(self._read)
        while data := _some(self._stream):
            block = bytearray(data)
            while len(block) < BLOCK and _has_more(self._stream, _BREATH) and (data := _some(self._stream)):
                block += data
            yield bytes(block)

    def rewritten(self, normalizer: Normalizer, visit: Visit) -> Iterator[bytes]:
        """Yield the lines normalised, as they come."""
        known = Normalizer(normalizer.config, encoding=self._code)
        before = ""
        for block in self._whole_lines():
            document = read_text(block, "", self._code, self.options, self.format)
            if isinstance(document, TextDocument) and document.is_whole and len(block) < BLOCK:
                (text,) = document.texts
                yield document.written([Result(_after(before, text, known), text)], visit).data
                before = (before + text)[-_BEFORE:]
                before = before[before.find("\n") + 1 :]
            else:
                yield rewrite_text(block, "", known, self.options, visit, self.format).data


def _after(before: str, text: str, normalizer: Normalizer) -> str:
    """Return a text normalised that stands after another, which has a say in it."""
    result = normalizer.explain(before + text)
    place = len(before)
    if any(start < place < end for start, end, *_ in result.spans.rows()):
        return normalizer.normalize(text)
    return result.text[result.align(place) :]
