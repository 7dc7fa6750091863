"""The work on one document: read, normalise, write, and say what happened. Whatever goes wrong becomes a record."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from normalize.corpus.counting import CountingNormalizer
from normalize.corpus.job import Job, Task, begun
from normalize.corpus.manifest import Record
from normalize.corpus.plan import Document
from normalize.corpus.shares import Answer, Part, Parted, Shared
from normalize.corpus.staging import Staging
from normalize.corpus.tally import Tally
from normalize.formats import Rewritten
from normalize.formats.blocks import Blocks, Divided, Share, large
from normalize.formats.compressed import PACKED
from normalize.formats.containers import container_of
from normalize.formats.document import TextDocument, read_text
from normalize.formats.packing import Packed
from normalize.pipeline import Normalizer
from normalize.result import Result

#: Bytes copied at once.
_COPY = 1 << 20

_Done = TypeVar("_Done")


@dataclass(frozen=True)
class _Opened:
    """A document of text that was read, with its record so far and the place of its output."""

    record: Record
    output: Path
    data: bytes
    text: TextDocument


class Worker:
    """Does documents of one job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.normalizer = Normalizer(job.config) if job.full_record else CountingNormalizer(job.config)
        self.staging = Staging(job.target)

    def do(self, document: Document, earlier: Record | None = None) -> Record:
        """Return the record of a document, after writing its output. Never raises."""
        return self.do_many([(document, earlier)])[0]

    def do_many(self, tasks: Sequence[Task]) -> list[Record]:
        """Return the records of some documents; their texts are normalised together, which for small ones is quicker.

        Never raises: what goes wrong with one of them costs no other.
        """
        start = perf_counter()
        opened = [self._guarded(document, partial(self._open, document, earlier)) for document, earlier in tasks]
        documents = [each.text for each in opened if isinstance(each, _Opened)]
        texts = [(text, document.is_whole) for document in documents for text in document.texts]
        try:
            results = iter(self.normalizer.explain_many([text for text, _ in texts], [whole for _, whole in texts]))
        except Exception as error:
            if len(tasks) > 1:  # which of them it is, only doing them one by one can tell
                return [self.do(*task) for task in tasks]
            return [self.failed(begun(self.job, tasks[0][0], "failed", _sentence(error)))]
        records = [
            self._guarded(document, partial(self._finish, each, list(islice(results, len(each.text.texts)))))
            if isinstance(each, _Opened)
            else each
            for (document, _), each in zip(tasks, opened, strict=True)
        ]
        share = round((perf_counter() - start) / len(tasks), 4)
        return [
            record if record is earlier else record.but(seconds=share)
            for record, (_, earlier) in zip(records, tasks, strict=True)
        ]

    def _guarded(self, document: Document, work: Callable[[], _Done]) -> _Done | Record:
        """Return what work on a document comes to, or the record that it failed."""
        try:
            return work()
        except Exception as error:  # whatever it is, it must not cost the other documents
            return self.failed(begun(self.job, document, "failed", _sentence(error)))

    def _open(self, document: Document, earlier: Record | None) -> Record | _Opened:
        """Return a document of text as it is read, or the record of one that needs, or can have, no more than this."""
        record = begun(self.job, document, "failed")
        if document.problem:
            return record.but(status="skipped", error=document.problem)
        path = self.job.source / document.path
        output = self.job.target / document.place
        blocks = self._blocks(path, document)
        if blocks is not None:
            return self._do_blocks(blocks, path, output, record, earlier)
        if document.size > self.job.limits.size:
            raise ValueError(
                f"{document.size:,} bytes are more than the {self.job.limits.size:,} that are read at once; "
                "raise the limit with --max-size"
            )
        data = self.read(path)
        record = record.but(size=len(data), hash_in=hashlib.sha256(data).hexdigest())
        if earlier is not None and self.is_done(earlier, record, output):
            return earlier
        options = self.job.format_options
        container = container_of(data)
        if container is not None:
            tally = Tally()
            done = container(data, document.path, self.normalizer, options, tally.add)
            return self._closed(record, output, data, done, tally)
        text = read_text(data, document.path, self.job.config.encoding, options)
        if isinstance(text, Rewritten):
            return self._closed(record, output, data, text, Tally())
        return _Opened(record, output, data, text)

    def _finish(self, opened: _Opened, results: Sequence[Result]) -> Record:
        tally = Tally()
        done = opened.text.written(results, tally.add)
        return self._closed(opened.record, opened.output, opened.data, done, tally)

    def _closed(self, record: Record, output: Path, data: bytes, done: Rewritten, tally: Tally) -> Record:
        """Return the record of a document after writing what became of it."""
        record = record.but(format=done.format, encoding=done.encoding, names=dict(done.names))
        if done.problem:
            if self.job.copy_others:
                self.write(output, data, data)
            return record.but(status="skipped", error=done.problem)
        self.write(output, data, done.data)
        return record.but(
            status="unchanged" if done.data == data else "ok",
            error="; ".join(done.left),
            size_out=len(done.data),
            hash_out=record.hash_in if done.data is data else hashlib.sha256(done.data).hexdigest(),
            **tally.fields(),
        )

    def read(self, path: Path) -> bytes:
        """Return the content of a document."""
        return path.read_bytes()

    def is_done(self, earlier: Record, record: Record, output: Path) -> bool:
        """Tell whether an earlier run did this very document with these very settings, and its output is there."""
        same = earlier.hash_in == record.hash_in and earlier.fingerprint == record.fingerprint
        if not (same and earlier.output == record.output and earlier.is_done):
            return False
        if earlier.status == "skipped":
            return True
        try:
            # A loss of power may leave a file without its content.
            return output.stat().st_size == earlier.size_out
        except OSError:
            return False

    def write(self, output: Path, before: bytes, after: bytes) -> None:
        """Write what was made of a document."""
        self.staging.write(output, after)

    def _blocks(self, path: Path, document: Document) -> Divided | None:
        """Return a document that is large enough, and can be divided, in blocks."""
        least = self.job.limits.block
        # What is compressed may be many times as large.
        if self.job.in_place:  # the way back needs the whole content
            return None
        if document.size <= 2 * least and not document.path.lower().endswith(PACKED):
            return None
        return large(path, document.path, least, self.job.format_options, self.job.config.encoding)

    def _do_blocks(self, blocks: Divided, path: Path, output: Path, record: Record, earlier: Record | None) -> Record:
        with path.open("rb") as file:
            record = record.but(hash_in=hashlib.file_digest(file, "sha256").hexdigest())
        if earlier is not None and self.is_done(earlier, record, output):
            return earlier
        tally = Tally()
        return self._put_together(blocks, blocks.rewritten(self.normalizer, tally.add), path, output, record, tally)

    def do_share(self, share: Shared, earlier: Record | None = None) -> Answer:
        """Return what becomes of a share of a document: nothing, when it cannot be divided and this is not the first.

        Never raises: what goes wrong is the record of the document.
        """
        return self._guarded(share, partial(self._do_share, share, earlier))

    def _do_share(self, share: Shared, earlier: Record | None) -> Answer:
        start = perf_counter()
        path = self.job.source / share.path
        state = _state(path)
        blocks = self._blocks(path, share)
        if not isinstance(blocks, Blocks) or not blocks.packer().is_apart:
            return None if share.index else self.do(share, earlier)
        tally, packer = Tally(), blocks.packer()
        packed: list[tuple[int, int, int]] = []

        def told() -> Iterator[bytes]:
            for data in blocks.normalized(self.normalizer, tally.add, Share(share.index, share.count)):
                block = packer.pack(data)
                packed.append((len(block.data), block.size, block.sum))
                yield block.data

        place = self.staging.place()
        self.staging.write_all(Path(place), told())
        faulty = blocks.faulty.first, blocks.faulty.count
        return Part(place, state, packed, blocks.changed, faulty, tally, perf_counter() - start)

    def join(self, document: Parted) -> Record:
        """Return the record of a document whose shares are done, after putting them together. Never raises."""
        return self._guarded(document, partial(self._join, document))

    def _join(self, document: Parted) -> Record:
        start = perf_counter()
        path = self.job.source / document.path
        blocks = self._blocks(path, document)
        if not isinstance(blocks, Blocks) or {part.state for part in document.parts} != {_state(path)}:
            raise ValueError("was changed by somebody else meanwhile; run again")
        tally = Tally()
        for part in document.parts:
            tally.include(part.tally)
            blocks.faulty.add(0, *part.faulty)
            blocks.changed = blocks.changed or part.changed
        with path.open("rb") as file:
            record = begun(self.job, document, "failed").but(hash_in=hashlib.file_digest(file, "sha256").hexdigest())
        with ExitStack() as stack:
            files = [stack.enter_context(open(part.place, "rb")) for part in document.parts]
            count = sum(len(part.blocks) for part in document.parts)

            def packed() -> Iterator[Packed]:
                for number in range(count):
                    row, share = divmod(number, len(files))
                    length, size, checksum = document.parts[share].blocks[row]
                    yield Packed(files[share].read(length), size, checksum)

            output = self.job.target / document.place
            record = self._put_together(
                blocks, blocks.put_together(packed(), blocks.packer()), path, output, record, tally
            )
        for part in document.parts:
            os.unlink(part.place)
        seconds = sum(part.seconds for part in document.parts) + perf_counter() - start
        return record.but(seconds=round(seconds, 4))

    def _put_together(
        self, blocks: Divided, packed: Iterator[bytes], path: Path, output: Path, record: Record, tally: Tally
    ) -> Record:
        """Return the record of a large document after writing what it became."""
        digest = hashlib.sha256()

        def told() -> Iterator[bytes]:
            for block in packed:
                digest.update(block)
                yield block

        size = self.staging.write_all(output, told())
        hash_out = digest.hexdigest()
        if not blocks.changed:
            # Packing again may give other bytes for the same content.
            with path.open("rb") as file:
                size = self.staging.write_all(output, iter(lambda: file.read(_COPY), b""))
            hash_out = record.hash_in
        return record.but(
            status="ok" if blocks.changed else "unchanged",
            error="; ".join(blocks.left),
            format=blocks.name,
            encoding=blocks.encoding,
            size_out=size,
            hash_out=hash_out,
            **tally.fields(),
        )

    def failed(self, record: Record) -> Record:
        """Copy a document that could not be done, if that was asked for."""
        if self.job.on_error != "keep" or self.job.in_place:
            return record
        try:
            with (self.job.source / record.path).open("rb") as file:
                self.staging.write_all(self.job.target / record.place, iter(lambda: file.read(_COPY), b""))
        except OSError as error:
            return record.but(error=f"{record.error}; it could not be copied either: {_sentence(error)}")
        return record


def _state(path: Path) -> tuple[int, int]:
    """Return what tells that a file was changed."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _sentence(error: BaseException) -> str:
    """Return what went wrong as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, ValueError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
