"""Judge detectors: accuracy by encoding, length and variant, beside other detectors, and speed in the same run.

    python tools/bench/encoding.py [--count N] [--peers] [--cases] [--speed] [--errors]

Own samples come from texts that no model here has seen (see encoding_samples.py); `--cases` judges on
../shared/cases/encoding instead. Peers are used where they are installed: chardet 7, charset-normalizer, chardetng
(`chardetng_py`) and uchardet (`faust-cchardet`). Right: decoding with the answer gives exactly the text.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from encoding_samples import LENGTHS, Sample, make, right

from normalize import detect

CASES = Path(__file__).parent.parent.parent.parent / "shared" / "cases" / "encoding"
CHINESE = ("gb2312", "gbk", "gb18030", "hz", "big5", "cp950", "big5hkscs", "euc_tw", "euctw", "iso2022cn")
Detector = Callable[[bytes], str | None]


def ours(data: bytes) -> str | None:
    """Return the answer of this project."""
    return detect(data).encoding


def _chardet() -> Detector:
    chardet = import_module("chardet")
    return lambda data: chardet.detect(data)["encoding"]


def _charset_normalizer() -> Detector:
    module = import_module("charset_normalizer")

    def answer(data: bytes) -> str | None:
        best = module.from_bytes(data).best()
        return best.encoding if best else None

    return answer


def _chardetng() -> Detector:
    module = import_module("chardetng_py")
    return lambda data: module.detect(data)


def _uchardet() -> Detector:
    module = import_module("cchardet")
    return lambda data: module.detect(data)["encoding"]


PEERS: dict[str, Callable[[], Detector]] = {
    "chardet7": _chardet,
    "charset-norm.": _charset_normalizer,
    "chardetng": _chardetng,
    "uchardet": _uchardet,
}


def read_cases() -> Iterator[Sample]:
    """Yield the samples of the shared cases."""
    for line in gzip.decompress((CASES / "samples.jsonl.gz").read_bytes()).splitlines():
        row = json.loads(line)
        data = base64.b64decode(row["b64"])
        codec = row["codec"] or {"euc-tw": "euc_tw", "iso-2022-cn": "iso2022_cn"}[row["group"]]
        if row["group"].endswith("-bom"):
            codec = "utf-16" if codec.startswith("utf-16") else "utf-32"
        text = row.get("text") or data.decode(codec, "ignore")
        yield Sample(data, text, codec, row["n"], row["variant"], row["domain"])


def others() -> Iterator[tuple[str, bytes]]:
    """Yield what is not Chinese: its encoding and the bytes."""
    for line in gzip.decompress((CASES / "not_chinese.jsonl.gz").read_bytes()).splitlines():
        row = json.loads(line)
        yield row["encoding"], base64.b64decode(row["b64"])


def accuracy(samples: list[Sample], detectors: dict[str, Detector], show: bool) -> None:
    """Print tables of right answers by family and length, and by variant."""
    results: dict[tuple[str, str], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for name, detector in detectors.items():
        for sample in samples:
            try:
                answer = detector(sample.data)
            except Exception:  # a peer that fails has no answer
                answer = None
            ok = right(sample, answer)
            if not ok and show and name == "ours":
                print(sample.codec, sample.length, sample.variant, sample.source, answer, repr(sample.text[:40]))
            family = "GB*/Big5*" if sample.codec in CHINESE[:3] + CHINESE[4:7] else sample.codec
            results[family, f"{sample.variant} {sample.length}"][name].append(ok)
            results[family, f"{sample.variant} all"][name].append(ok)
            results["all", sample.variant][name].append(ok)
    print(f"{'':34}{'n':>6}" + "".join(f"{name:>15}" for name in detectors))
    for (family, key), row in sorted(results.items(), key=_order):
        cells = "".join(f"{100 * sum(row[name]) / len(row[name]):15.2f}" for name in detectors)
        print(f"{family:14}{key:20}{len(row['ours']):6}{cells}")


def _order(item: tuple[tuple[str, str], object]) -> tuple[str, str, int]:
    (family, key), _ = item
    variant, _, length = key.partition(" ")
    return family, variant, LENGTHS.index(int(length)) if length.isdigit() and int(length) in LENGTHS else 99


def speed(detectors: dict[str, Detector]) -> None:
    """Print microseconds a call on 1 KB and MB/s on 1 MB, the best of several runs."""
    text = "".join(sample.text for sample in make(40) if sample.codec in ("gbk", "big5") and sample.variant == "plain")
    while len(text) < 600_000:
        text += text
    for codec in ("gb18030", "big5hkscs", "utf-8"):
        whole = text.encode(codec, "ignore")
        for size in (1024, 1 << 20):
            data = whole[:size].decode(codec, "ignore").encode(codec)
            cells = []
            for detector in detectors.values():
                detector(data)
                best = min(_timed(detector, data, 30 if size < 5000 else 1) for _ in range(7 if size < 5000 else 3))
                cells.append(f"{best * 1e6:11.1f} µs" if size < 5000 else f"{size / best / 1e6:9.0f} MB/s")
            print(f"{codec:14}{size:20}{'':6}" + "".join(f"{cell:>15}" for cell in cells))


def _timed(detector: Detector, data: bytes, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        detector(data)
    return (time.perf_counter() - start) / times


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=11)
    for flag in ("peers", "cases", "speed", "errors"):
        parser.add_argument(f"--{flag}", action="store_true")
    arguments = parser.parse_args()
    detectors: dict[str, Detector] = {"ours": ours}
    if arguments.peers:
        for name, load in PEERS.items():
            try:
                detectors[name] = load()
            except ImportError:
                print(f"{name} is not installed")
    if arguments.speed:
        speed(detectors)
        return
    samples = list(read_cases() if arguments.cases else make(arguments.count, arguments.seed))
    accuracy(samples, detectors, arguments.errors)
    if arguments.cases:
        files = list(others())
        for name, detector in detectors.items():
            claimed = [
                e
                for e, data in files
                if (detector(data) or "")
                .lower()
                .replace("-", "")
                .startswith(tuple(c.replace("_", "") for c in CHINESE))
            ]
            print(
                f"{name}: {len(claimed)} of {len(files)} files that are not Chinese are claimed Chinese {claimed[:9]}"
            )


if __name__ == "__main__":
    main()
