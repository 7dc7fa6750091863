"""Running the command as a user's shell would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path


def run(
    *arguments: str, data: bytes = b"", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command with standard input from `data`, and return what it did."""
    command = [sys.executable, "-m", "normalize", *arguments]
    return subprocess.run(
        command, input=data, capture_output=True, cwd=cwd, env={**os.environ, **environment}, timeout=60
    )


def heeding() -> None:
    """Make a new process heed interrupts, which those that a shell starts in the background do not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
