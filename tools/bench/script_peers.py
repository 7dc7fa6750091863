"""The script converters that ours is measured against, each in a process and a virtual environment of its own.

Apart, because two of them install a module of the same name (`opencc`), and so that none shares memory or a global lock
with another. A worker is told on its standard input what to convert and answers how long it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Name here, and the distribution that is installed for it; ours runs where the benchmark runs.
PEERS = {
    "normalize": None,
    "opencc": "opencc",
    "opencc-pyo3": "opencc-pyo3",
    "zhconv-rs": "zhconv-rs",
    "opencc-python": "opencc-python-reimplemented",
}
VENVS = Path(tempfile.gettempdir()) / "zh-normalize-bench"
#: zhconv-rs knows targets, not configurations.
_ZHCONV = {"s2t": "zh-hant", "t2s": "zh-hans", "s2twp": "zh-tw", "s2tw": "zh-tw", "s2hk": "zh-hk", "tw2s": "zh-hans"}


def python_of(peer: str, create: bool = True) -> str | None:
    """Return the interpreter of a peer's environment, made and filled by name when it is not there yet."""
    distribution = PEERS[peer]
    if distribution is None:
        return sys.executable
    home = VENVS / peer
    python = home / "bin" / "python"
    if not python.exists():
        if not create:
            return None
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", distribution], check=True)
    return str(python)


class Worker:
    """A peer's process."""

    def __init__(self, peer: str, python: str) -> None:
        self.peer = peer
        command = [python, __file__, peer]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request (`_answer` says what may be asked) and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def converter(peer: str, name: str) -> Callable[..., str]:
    """Return a peer's function from text to text for a configuration."""
    if peer == "normalize":
        from normalize.script import convert

        return lambda text, **options: convert(text, name, **options)
    if peer == "zhconv-rs":
        from zhconv_rs import zhconv  # type: ignore[import-not-found]

        return lambda text: zhconv(text, _ZHCONV[name])
    if peer == "opencc-pyo3":
        import opencc_pyo3  # type: ignore[import-not-found]

        made = opencc_pyo3.OpenCC(name)
    else:
        import opencc

        made = opencc.OpenCC(name)
    return lambda text: made.convert(text)


def array_work(threads: int) -> float:
    """Return the seconds that some work of arrays takes, shared by threads: what a second core gives just now."""
    import numpy as np

    table = np.arange(1 << 16)
    places = np.random.default_rng(1).integers(0, 1 << 16, 1 << 17)

    def work() -> None:
        out = np.empty_like(places)
        for _ in range(100 // threads):
            table.take(places, out=out, mode="clip")

    others = [threading.Thread(target=work) for _ in range(threads - 1)]
    start = time.perf_counter()
    for other in others:
        other.start()
    work()
    for other in others:
        other.join()
    return time.perf_counter() - start


def _answer(peer: str, request: dict[str, Any], functions: dict[str, Callable[..., str]]) -> dict[str, Any]:
    """Convert the text in a file, all of it at once (seconds) or in pieces of some characters (seconds a call).

    `many` hands all pieces over in one call.

    With `output`, the name of a file, the whole conversion is written there, for comparisons; `array_work` asks for
    that instead, in so many threads.
    """
    if "array_work" in request:
        return {"seconds": array_work(request["array_work"])}
    name = request["configuration"]
    if name not in functions:
        functions[name] = converter(peer, name)
    function = functions[name]
    with open(request["path"], encoding="utf-8", newline="") as opened:
        text = opened.read()
    if "output" in request:
        with open(request["output"], "w", encoding="utf-8", newline="") as opened:
            opened.write(function(text))
        return {}
    size = request.get("piece", len(text))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    options = request.get("options", {})
    start = time.perf_counter()
    if request.get("many"):
        from normalize.script import convert_many

        convert_many(pieces, name)
    else:
        for piece in pieces:
            function(piece, **options)
    return {"seconds": (time.perf_counter() - start) / len(pieces)}


def main() -> None:
    """Answer requests until standard input ends; given a configuration, print how long the first conversion takes."""
    if len(sys.argv) > 2:
        start = time.perf_counter()
        converter(sys.argv[1], sys.argv[2])("头发和软件")
        print(time.perf_counter() - start)
        return
    functions: dict[str, Callable[..., str]] = {}
    for line in sys.stdin:
        print(json.dumps(_answer(sys.argv[1], json.loads(line), functions)), flush=True)


if __name__ == "__main__":
    main()
