"""The flow as a whole: the same through every door, recorded, and undone."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config, ConfigError
from normalize.edits import Edits
from normalize.profile import Profile
from normalize.result import apply
from normalize.screening import concerned

TARGETS = ["zh-Hans", "zh-Hant", "zh-Hant-TW", "zh-Hant-HK", "zh-Hans-CN", None]
SHARED = Path(__file__).parent.parent.parent / "shared" / "cases"

#: Text of all kinds that the stages look for, and of none.
PIECES = st.sampled_from(
    [
        *(
            "关键",
            "關(guān)鍵",
            "皇后",
            "发展",
            "後來",
            "領域?yàn)锳I",
            "，",
            ",",
            "(",
            ")",
            "!",
            "？",
            "A",
            "a.b",
            "12:30",
        ),
        *("\n", " ", "\u3000", "\0", "\ud800", "𠮷", "\ufffd", "ä¸\xad", "é", "か", "한", "http://a.cn/x,y", "“", "”"),
        *("\r\n", "?", "-"),
    ]
)
#: Without the misread piece.
UNDAMAGED = st.lists(PIECES.filter(lambda piece: piece != "ä¸\xad"), max_size=14).map("".join)
TEXTS = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=30))


@pytest.mark.parametrize("target", TARGETS)
@given(text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_changes_applied_give_the_output_and_undo_gives_the_source(target: str | None, text: str) -> None:
    """The record is complete: it leads from the source to the output and back."""
    result = normalize.explain(text, target)
    assert result.text == normalize.normalize(text, target)
    assert apply(result.source, result.changes) == result.text
    assert result.undo() == text


@pytest.mark.parametrize("target", TARGETS)
@given(text=UNDAMAGED)
@settings(max_examples=60)
def test_normalising_twice_is_normalising_once(target: str | None, text: str) -> None:
    """What came out is clean: nothing more happens to it."""
    once = normalize.normalize(text, target)
    assert normalize.normalize(once, target) == once


@pytest.mark.parametrize("target", TARGETS)
@given(text=TEXTS)
@settings(max_examples=60)
def test_what_was_left_in_doubt_is_settled_the_second_time(target: str | None, text: str) -> None:
    """A misread character or two may be believed only once the text around is converted; after that all is settled."""
    twice = normalize.normalize(normalize.normalize(text, target), target)
    assert normalize.normalize(twice, target) == twice


@given(data=st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_come_through_and_back(data: bytes) -> None:
    """Bytes of any kind are read without an exception, and undo gives them back exactly."""
    result = normalize.explain(data, "zh-Hans")
    assert result.text == normalize.normalize(data, "zh-Hans")
    assert result.undo() == data


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("", "zh-Hans", ""),
        ("\0", "zh-Hant", "\0"),
        ("发\0展", "zh-Hant", "發\0展"),
        ("\ud800发", "zh-Hant", "\ud800發"),
        ("𠮷野家", "zh-Hans", "𠮷野家"),
        ("又一關(guān)鍵突破，領(lǐng)域?yàn)锳I", "zh-Hans", "又一关键突破，领域为AI"),
        ("今天下雨,路上很滑(尤其桥上)!小心走。", "zh-Hant-TW", "今天下雨，路上很滑（尤其橋上）！小心走。"),
        ("老闆說：「軟體更新了」", "zh-CN", "老板说：「软体更新了」"),
        ("他说后天来", None, "他说后天来"),
    ],
)
def test_the_flow(text: str, target: str | None, expected: str) -> None:
    """Repair, punctuation and script in one go, on ordinary and on odd text."""
    assert normalize.normalize(text, target) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16", "utf-32"])
def test_bytes_in_any_encoding(encoding: str) -> None:
    """Bytes go in, text comes out; the result names what they were read as."""
    text = "街角的書店在下雨天也開門，老闆坐在門口看報紙，看見熟人就點頭。"
    result = normalize.explain(text.encode(encoding), "zh-Hant")
    assert result.text == text
    assert result.detection is not None
    assert result.decoded is not None
    assert result.decoded.errors == ()


def test_what_cannot_be_decoded_is_reported_and_stays_visible() -> None:
    """A bad byte is a lost change with its byte offset, and a mark in the text."""
    data = "他们在河边钓鱼".encode() + b"\xff" + "，一直到天黑。".encode()
    result = normalize.explain(data, "zh-Hant")
    assert result.text == "他們在河邊釣魚\ufffd，一直到天黑。"
    assert [(change.start, change.certainty) for change in result.lost] == [(7, "lost")]
    assert "byte 21" in result.lost[0].reason
    assert result.undo() == data


def test_ten_megabytes_on_one_line() -> None:
    """A long line is a text like any other."""
    text = "鼠标和软件的发展，" * 400_000
    assert normalize.normalize(text, "zh-Hant") == "鼠標和軟件的發展，" * 400_000


MARKS = "发後字，。：、“”（）,;:!?().'\"-/#@*12abZ \n"
DAMAGE = ["https://a.cn/1?b", "(huán)", "??", "????", "烫烫烫烫", "h(huan)ow", "\U00020bb7", "\uffff"]
DAMAGE += ["。蛐O冗M行", "國門", "? ！?/p>", "锟斤拷", "蔽蔽蔽", "娴嬭瘯", "鍏抽"]
ESCAPES = [
    "&#20013;",
    "%E4%B8%AD",
    "\\u4e2d",
    "=E4=B8=AD",
    "+Ti1lhw-",
    "~{VPND~}",
    "50%",
    "a = b",
    "→①",
    "$x^2$",
    "`c`",
]
ORDINARY = st.lists(st.sampled_from([*MARKS, *DAMAGE, *ESCAPES])).map("".join)


def unconcerned(text: str) -> dict[str, Edits]:
    """Return what the stages do, each by itself, that a text does not concern."""
    normalizer = normalize.Normalizer(target=None)
    (concern,) = concerned([text])
    return {
        name: stage(text, Profile(text), normalizer.config)
        for name, stage in normalizer.stages.items()
        if name not in concern
    }


@given(ORDINARY)
@settings(max_examples=300)
def test_a_stage_that_a_text_does_not_concern_finds_nothing(text: str) -> None:
    """What the screen of many texts passes on is not changed, and not remarked on, by the stages that it leaves out."""
    assert all(edits.text == text and not len(edits.spans) for edits in unconcerned(text).values())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected cases are not here")
@pytest.mark.parametrize("place", ["annotations/cases", "mojibake/*", "punctuation/*", "script/mixed_fine"])
def test_a_stage_that_damage_does_not_concern_finds_nothing(place: str) -> None:
    """The same on collected cases of damage of all kinds, of which nothing may be passed over."""
    texts = set()
    for path in SHARED.glob(f"{place}.jsonl"):
        for line in path.read_text(encoding="utf-8").strip().split("\n"):
            texts.update(value for value in json.loads(line).values() if isinstance(value, str))
    texts = set(sorted(texts)[:: max(1, len(texts) // 400)])
    assert texts
    for text in texts:
        assert all(edits.text == text and not len(edits.spans) for edits in unconcerned(text).values())


@pytest.mark.parametrize("target", TARGETS)
@given(texts=st.lists(TEXTS, max_size=6))
@settings(max_examples=60)
def test_many_texts_come_out_as_one_by_one(target: str | None, texts: list[str]) -> None:
    """Texts that are normalised together do not see each other."""
    assert normalize.normalize_many(texts, target) == [normalize.normalize(text, target) for text in texts]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected cases are not here")
def test_many_real_texts_come_out_as_one_by_one() -> None:
    """The same on paragraphs of all kinds, and on single sentences of them."""
    with gzip.open(SHARED / "clean" / "paragraphs.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][::9]
    texts += [sentence for text in texts for sentence in text.split("。")]
    normalizer = normalize.Normalizer(target="zh-Hant-TW")
    assert normalizer.normalize_many(texts) == [normalizer.normalize(text) for text in texts]


def test_stages_and_rules_are_switched_off() -> None:
    """Every stage can be left out, and every rule by its name."""
    text = "關(guān)鍵,业务(网上)办理,数据。"
    assert normalize.normalize(text, None, repair=False, punctuation=False) == text
    assert "(guān)" not in normalize.normalize(text, None, punctuation=False)
    assert "," in normalize.normalize(text, "zh-Hant", disable=["comma"])


def test_one_normalizer_serves_threads_and_can_be_pickled() -> None:
    """A normaliser is a value: shared, copied and sent to other processes."""
    normalizer = pickle.loads(pickle.dumps(normalize.Normalizer(target="zh-Hant")))
    texts = [f"第{i}次发展关键" for i in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(normalizer.normalize, texts)) == normalizer.normalize_many(texts)


def test_settings_that_cannot_be_used_are_answered_with_the_nearest() -> None:
    """A misspelt option or value names what was probably meant."""
    with pytest.raises(ConfigError, match="did you mean 'zh-Hant'"):
        normalize.normalize("", "zh-Hnat")
    with pytest.raises(ConfigError, match="did you mean 'vocabulary'"):
        normalize.normalize("", vocabularly=True)


def test_fingerprint_follows_the_settings(tmp_path: Path) -> None:
    """Any setting, and the content of a user's dictionary, changes the fingerprint."""
    own = tmp_path / "own.txt"
    own.write_text("鼠标\t滑鼠\n", "utf-8")
    configs = [Config(), Config(target="zh-Hans"), Config(tidy=True), Config(dictionary=(str(own),))]
    seen = {config.fingerprint for config in configs}
    own.write_text("鼠标\t滑鼠器\n", "utf-8")
    seen.add(Config(dictionary=(str(own),)).fingerprint)
    assert len(seen) == 5


def test_import_is_quick_and_lazy() -> None:
    """`import normalize` loads neither NumPy nor any stage, and takes under 30 ms."""
    code = (
        "import time, sys; a = time.perf_counter(); import normalize; b = time.perf_counter();"
        "print(b - a); assert 'numpy' not in sys.modules and 'normalize.pipeline' not in sys.modules"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    # A factor of two for machines that are busy with other tests.
    assert min(times) < 0.060


def test_what_is_no_text_is_refused_with_a_sentence() -> None:
    """Every function says what it expected and what it was given."""
    wrong: Any = 3
    missing: Any = None
    for function in (normalize.normalize, normalize.explain, normalize.repair, normalize.punctuate, normalize.identify):
        with pytest.raises(TypeError, match=r"expected text.*found int"):
            function(wrong)
    with pytest.raises(TypeError, match="expected text, found int"):
        normalize.convert(wrong, "s2t")
    with pytest.raises(TypeError, match="expected text, found NoneType"):
        normalize.normalize_many(["一", missing])
    with pytest.raises(normalize.ConfigError, match="unknown conversion 3"):
        normalize.convert("一", wrong)
