"""Documents changed where they are: each gets a journal first, which leads back to its exact bytes.

The journal is that of `convert --in-place`, and `normalize undo` reads it. An end of the run at any moment leaves a
document as it was, or changed with its journal beside it; the next run tells the two apart by the hashes in there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from normalize.corpus.job import Job, Task
from normalize.corpus.manifest import Record
from normalize.corpus.work import Worker
from normalize.files import ReplaceError, check_replaceable, replace_content
from normalize.journal import Journal, make_run

#: Under this name a run in a journal says which job made it.
_JOB = "job"


class InPlaceWorker(Worker):
    """Does documents in their place."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._found: tuple[int, int, int] = (0, 0, 0)
        self._now = b""

    def do_many(self, tasks: Sequence[Task]) -> list[Record]:
        """Do documents one after the other: between reading one and changing it nothing else comes."""
        return [super(InPlaceWorker, self).do_many([task])[0] for task in tasks]

    def read(self, path: Path) -> bytes:
        """Return a document as it was before this job: what an interrupted run made of it already is led back."""
        check(path)
        self._found = _state(path)
        self._now = path.read_bytes()
        return before(path, self._now, self.job.fingerprint)

    def is_done(self, earlier: Record, record: Record, output: Path) -> bool:
        """Tell whether the document is what an earlier run with these settings made of it."""
        same = (earlier.hash_in, earlier.fingerprint) == (record.hash_in, record.fingerprint)
        if not same or not earlier.is_done:
            return False
        return earlier.status == "skipped" or earlier.hash_out == hashlib.sha256(self._now).hexdigest()

    def write(self, output: Path, before: bytes, after: bytes) -> None:
        """Change the document, after writing down the way back. Raises ReplaceError when somebody else changed it."""
        if after == self._now:
            return
        self.staging.folder.mkdir(parents=True, exist_ok=True)
        journal = Journal.of(output, staging=self.staging.folder)
        run = make_run(self._now, after, None, self.job.to_encoding)
        if _state(output) != self._found:
            raise ReplaceError("was changed by somebody else meanwhile, and is left alone; run again")
        journal.add({**run, _JOB: self.job.fingerprint})
        replace_content(output, after, self.staging.folder)


def before(path: Path, now: bytes, fingerprint: str) -> bytes:
    """Return what a document was before a job changed it, or `now` when that job did not.

    Raises JournalError for a journal that is damaged.
    """
    journal = Journal.of(path)
    if not journal.runs or journal.runs[-1].get(_JOB) != fingerprint:
        return now
    if journal.runs[-1]["after"]["sha256"] != hashlib.sha256(now).hexdigest():
        return now
    back = journal.lead_back(now)
    return now if back is None else back


def check(path: Path) -> None:
    """Raise ReplaceError, with what to do, when a file cannot be changed in its place."""
    if not path.is_symlink() and path.stat().st_nlink > 1:
        raise ReplaceError(
            f"has {path.stat().st_nlink} names (hard links); `normalize convert --in-place --follow-links` changes it "
            "under all of them"
        )
    check_replaceable(path)


def _state(path: Path) -> tuple[int, int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size, status.st_ino
