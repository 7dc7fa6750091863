"""Detection of data that comes in pieces: pipes, sockets, files too large to hold."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import BinaryIO

from normalize.encoding.detection import detect
from normalize.result import Detection

#: The data is seen in blocks. The first two are kept whole; of the others the first 4 KB of at most 64, spread evenly,
#: so that memory stays below 0.5 MB whatever is fed, and the answer does not depend on how the pieces are cut.
_BLOCK = 1 << 16
_HEAD = 2 * _BLOCK
_SAMPLE = 1 << 12
_SAMPLES = 64
_READ = 1 << 20


class Detector:
    """Detect what is fed in pieces of any size; the answer on small data is exactly that of `detect`.

    Of data beyond 128 KB, samples spread over the rest stand for it; whether it is UTF-8 is checked on all of it.

    >>> detector = Detector()
    >>> for piece in ("遇見".encode("big5"), "彩虹的早晨".encode("big5")):
    ...     detector.feed(piece)
    >>> detector.close().encoding
    'big5hkscs'
    """

    def __init__(self, candidates: Iterable[str] | None = None) -> None:
        candidates = [candidates] if isinstance(candidates, str) else candidates
        self._candidates = None if candidates is None else list(candidates)
        self._head = bytearray()
        self._pending = bytearray()
        self._samples: list[tuple[int, bytes]] = []
        self._step = 1
        self._blocks = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._result: Detection | None = None

    def feed(self, data: bytes) -> None:
        """Take the next piece. Raises ValueError after `close`."""
        if self._result is not None:
            raise ValueError("the detector is closed; make a new one for other data")
        data = bytes(data)
        if self._is_utf8:
            try:
                self._utf8.decode(data)
            except UnicodeDecodeError:
                self._is_utf8 = False
        room = _HEAD - len(self._head)
        self._head += data[: max(room, 0)]
        self._pending += data[max(room, 0) :]
        while len(self._pending) >= _BLOCK:
            self._sample()
            del self._pending[:_BLOCK]

    def _sample(self) -> None:
        """Keep the beginning of the pending block if it is one to keep; when too many are kept, every second goes."""
        if self._pending and self._blocks % self._step == 0:
            self._samples.append((self._blocks, bytes(self._pending[:_SAMPLE])))
            if len(self._samples) > _SAMPLES:
                self._step *= 2
                self._samples = [(number, kept) for number, kept in self._samples if number % self._step == 0]
        self._blocks += 1

    def close(self) -> Detection:
        """Return the answer; may be called again."""
        if self._result is None:
            self._result = self._detect()
        return self._result

    def _detect(self) -> Detection:
        data = bytes(self._head)
        if self._pending or self._samples:
            self._sample()
            # A sample begins and ends anywhere: line ends around it let a reader find the next character.
            data += b"".join(b"\n\n\n\n" + sample for _, sample in self._samples)
            if self._is_utf8:
                data = data.decode("utf-8", "ignore").encode()
        return detect(data, self._candidates)


def detect_stream(stream: BinaryIO, candidates: Iterable[str] | None = None) -> Detection:
    """Return what a binary stream is written in, reading it to its end in bounded memory."""
    detector = Detector(candidates)
    while data := stream.read(_READ):
        detector.feed(data)
    return detector.close()
