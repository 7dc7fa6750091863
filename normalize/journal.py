"""The journal of a file that was changed in its place: enough to restore its exact bytes.

A journal is JSON beside the file (`page.txt.normalize.json`), or in a folder for journals. Each run in it has the
hashes of the content before and after, and the way back: the changes with the record of the decoding, or, where that
would be longer, the content before, compressed. A run is tried out before it is written down.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from normalize.files import write_atomically
from normalize.result import Decoded, DecodeError, Irregular, Result, Segment

#: What the name of a journal ends with.
ENDING = ".normalize.json"
_FORMAT = 1


class JournalError(ValueError):
    """A file that cannot be led back; the message says why and what to do."""


def journal_path(path: Path, folder: Path | None = None) -> Path:
    """Return where the journal of a file is: beside it, or in a folder under a name that tells its place by a hash."""
    if folder is None:
        return path.with_name(path.name + ENDING)
    place = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]
    return folder / f"{path.name}.{place}{ENDING}"


def make_run(before: bytes, after: bytes, result: Result | None, encoding: str) -> dict[str, Any]:
    """Return the run that led from `before` to `after`, which is the text of `result` in an encoding, if it is text."""
    run: dict[str, Any] = {"before": _signed(before), "after": _signed(after)}
    content = {**run, "content": base64.b64encode(zlib.compress(before, 9)).decode()}
    if result is None:
        return content
    run |= {"encoding": encoding, "changes": _changes(result), "decoding": _decoding(result.decoded)}
    if len(_dump(run)) < len(_dump(content)) and _lead_back(run, after) == before:
        return run
    return content


@dataclass
class Journal:
    """The runs over one file, the latest last."""

    path: Path
    runs: list[dict[str, Any]]
    staging: Path | None = None

    @classmethod
    def of(cls, file: Path, folder: Path | None = None, staging: Path | None = None) -> Journal:
        """Return the journal of a file, empty when there is none. Raises JournalError for one that is damaged.

        `staging` names a folder where it is made before it is moved to its place.
        """
        path = journal_path(file, folder)
        try:
            content = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
            if content["format"] != _FORMAT:
                raise JournalError(f"its journal {path} was written by another version of normalize; use that one")
            return cls(path, list(content["runs"]), staging)
        except FileNotFoundError:
            return cls(path, [], staging)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"its journal {path} is damaged; restore the journal from a copy") from None

    def add(self, run: dict[str, Any]) -> None:
        """Write down a run, before the file is changed: an end in between leaves a run that was not done.

        The next run takes its place.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.runs and self.runs[-1]["before"] == run["before"]:
            self.runs.pop()
        self.runs.append(run)
        self._write()

    def lead_back(self, content: bytes) -> bytes | None:
        """Return the bytes before the latest run; None when the file has them already.

        Raises JournalError when there is no run, and when the file was edited since.
        """
        if not self.runs:
            raise JournalError(f"there is no journal {self.path}; it was not changed in place, or is undone already")
        run = self.runs[-1]
        found = _hash(content)
        if found == run["before"]["sha256"]:
            return None
        if found != run["after"]["sha256"]:
            raise JournalError(
                "was edited since it was normalised, and undoing would lose that; restore the normalised content first"
            )
        try:
            back = _lead_back(run, content)
        except (KeyError, TypeError, ValueError, zlib.error):
            back = b""
        if _hash(back) != run["before"]["sha256"]:
            raise JournalError(f"its journal {self.path} is damaged and does not lead back to the original")
        return back

    def drop(self) -> None:
        """Forget the latest run; the journal goes with the last."""
        self.runs.pop()
        if self.runs:
            self._write()
        else:
            self.path.unlink()

    def _write(self) -> None:
        content = _dump({"format": _FORMAT, "runs": self.runs}) + b"\n"
        write_atomically(self.path, content, staging=self.staging)


def _lead_back(run: dict[str, Any], after: bytes) -> bytes:
    if "content" in run:
        return zlib.decompress(base64.b64decode(run["content"]))
    from normalize.encoding import decode, to_bytes

    text = decode(after, run["encoding"]).text
    pieces: list[str] = []
    position = 0
    for gap, length, before in run["changes"]:
        pieces += (text[position : position + gap], before)
        position += gap + length
    pieces.append(text[position:])
    kept = run["decoding"]
    return to_bytes(
        Decoded(
            "".join(pieces),
            kept["encoding"],
            tuple(DecodeError(0, bytes.fromhex(data), "", position) for position, data in kept["errors"]),
            None,
            bytes.fromhex(kept["bom"]),
            tuple(Segment(0, 0, position, length, encoding) for position, length, encoding in kept["segments"]),
            tuple(Irregular(place, length, bytes.fromhex(data)) for place, length, data in kept["irregular"]),
        )
    )


def _changes(result: Result) -> list[tuple[int, int, str]]:
    """Return for each change how far it is behind the one before, how long it is now, and what was there."""
    changes = []
    position = 0
    for start, end, output_start, output_end, _ in result.spans.rows():
        changes.append((output_start - position, output_end - output_start, result.source[start:end]))
        position = output_end
    return changes


def _decoding(decoded: Decoded | None) -> dict[str, Any]:
    assert decoded is not None, "a run is of bytes"
    return {
        "encoding": decoded.encoding,
        "bom": decoded.bom.hex(),
        "errors": [(error.position, error.data.hex()) for error in decoded.errors],
        "segments": [(item.position, item.length, item.encoding) for item in decoded.segments],
        "irregular": [(item.position, item.length, item.data.hex()) for item in decoded.irregular],
    }


def _signed(content: bytes) -> dict[str, Any]:
    return {"sha256": _hash(content), "size": len(content)}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _dump(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
