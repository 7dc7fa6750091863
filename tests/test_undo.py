"""Nothing is lost: the record leads from the source to the output and back, to the very bytes."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config
from normalize.edits import NO_SPANS
from normalize.result import Result, apply, invert

SHARED = Path(__file__).parent.parent.parent / "shared"

#: Stretches in several encodings, whole and damaged, as files have them.
STRETCHES = st.sampled_from(
    [
        *(
            text.encode(codec)
            for text in ("发展,后天。", "關(guān)鍵\r\n", "know-how")
            for codec in ("utf-8", "gb18030")
        ),
        *("發展,後天".encode("big5"), "圖書館".encode("utf-16-le"), b"\xff", b"\xa3\xa0", b"\x00", b"\xe5\x8f"),
        *(b"~{VPND~}", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x84\x31\x95\x33", b"\xa1\xa1", "ä¸\xad".encode()),
    ]
)
FILES = st.lists(STRETCHES | st.binary(max_size=6), max_size=10).map(
    lambda pieces: b"".join(bytes([piece]) if isinstance(piece, int) else piece for piece in pieces)
)
ENCODINGS = st.sampled_from([None, "utf-8", "gb18030", "big5hkscs", "cp950", "utf-16", "hz", "euc_tw", "cp1252"])


@given(data=FILES, encoding=ENCODINGS)
@settings(max_examples=150)
def test_undo_leads_back_to_the_bytes(data: bytes, encoding: str | None) -> None:
    """Whatever the encoding and the damage, the changes and the record of the decoding give the exact bytes."""
    result = normalize.explain(data, "zh-Hant", encoding=encoding)
    assert result.undo() == data
    _check_record(result)


def _check_record(result: Result) -> None:
    """The laws of a record: complete both ways, in order, aligned."""
    assert apply(result.source, result.changes) == result.text
    assert apply(result.text, invert(result.changes)) == result.source
    forward = [result.align(place) for place in range(len(result.source) + 1)]
    back = [result.align(place, to_source=True) for place in range(len(result.text) + 1)]
    assert forward == sorted(forward)
    assert back == sorted(back)
    assert not forward or (forward[-1], back[-1]) == (len(result.text), len(result.source))
    changed = {place for change in result.changes for place in range(change.start, change.end)}
    assert all(result.text[forward[i]] == c for i, c in enumerate(result.source) if i not in changed)


def test_undo_follows_the_record_and_not_a_copy() -> None:
    """A result whose record is cut short does not give the source back: nothing else is kept."""
    result = normalize.explain("关键和发展".encode("gb18030"), "zh-Hant", encoding="gb18030")
    assert result.undo() == "关键和发展".encode("gb18030")
    assert replace(result, spans=NO_SPANS).undo() == "關鍵和發展".encode("gb18030")


@pytest.mark.parametrize("target", ["zh-Hans", "zh-Hant-TW"])
def test_long_texts_keep_the_laws(target: str) -> None:
    """The ways for long texts keep them too."""
    page = "又一關(guān)鍵性突破!市民說,業(yè)務(wù)(網(wǎng)上)已經(jīng)開通;"
    page += "他的头发和软件(新的)都好了。\n第1,000次,know-h(huán)ow\n"
    result = normalize.explain((page * 60).encode(), target)
    assert result.text == normalize.normalize(page * 60, target)
    assert len(result.changes) > 900
    _check_record(result)
    assert result.undo() == (page * 60).encode()


@pytest.mark.skipif(not SHARED.exists(), reason="the collected cases are not beside the checkout")
def test_collected_text_keeps_the_laws() -> None:
    """Real text of every kind, whole: explaining gives the text of normalising, and leads back."""
    normalizer = normalize.Normalizer(Config(target="zh-Hant-TW"))
    for path in sorted((SHARED / "text").glob("*.txt.gz")):
        text = gzip.decompress(path.read_bytes()).decode()[:30_000]
        result = normalizer.explain(text)
        assert result.text == normalizer.normalize(text), path.name
        assert result.undo() == text, path.name
    page = (SHARED / "cases" / "annotations" / "example-page.txt").read_bytes()
    result = normalizer.explain(page)
    assert result.text == normalizer.normalize(page)
    assert result.undo() == page
    _check_record(result)


@pytest.mark.skipif(not SHARED.exists(), reason="the collected cases are not beside the checkout")
def test_collected_files_are_given_back_to_the_byte() -> None:
    """Files in all encodings, cut and corrupted ones among them."""
    import base64

    with gzip.open(SHARED / "cases" / "encoding" / "samples.jsonl.gz", "rt", encoding="utf-8") as lines:
        samples = [json.loads(line) for number, line in enumerate(lines) if number % 40 == 0]
    normalizer = normalize.Normalizer(Config(target="zh-Hans"))
    for sample in samples:
        data = base64.b64decode(sample["b64"])
        assert normalizer.explain(data).undo() == data
