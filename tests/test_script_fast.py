"""The fast way gives exactly what the definition gives: in blocks of any size, streams, threads, for many texts."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normalize
from normalize.config import Config, ConfigError
from normalize.profile import Class, Profile
from normalize.script import convert_many, lexicon, scalar, stage_many
from normalize.script.compiler import compile_plan
from normalize.script.converter import THREADED, Converter
from normalize.script.entries import read_entries
from normalize.script.matching import Dictionary, Listed, ShortCircuit, Union
from normalize.script.ready import official
from normalize.script.record import Record
from normalize.script.stage import stage
from normalize.script.stream import Stream, last_boundary, stream
from normalize.script.threads import convert_in_threads
from normalize.script.trace import trace

settings.register_profile("script", deadline=None)  # The first example of a configuration loads its dictionaries.
settings.load_profile("script")

configurations = st.sampled_from(lexicon.CONFIGURATIONS)


@cache
def keys_of(name: str) -> list[str]:
    """Return the keys of every dictionary of a configuration."""
    return sorted({key for m in lexicon.load(name).matchers for d in m.dictionaries() for key in d.entries})


@st.composite
def rich_text(draw: st.DrawFn, name: str) -> str:
    """Draw text of keys, fragments of keys, description sequences, characters beyond the BMP, NUL and surrogates."""
    keys = keys_of(name)
    source = random.Random(draw(st.integers(0, 1 << 32)))
    pieces = []
    for kind in draw(st.lists(st.integers(0, 5), max_size=12)):
        key = source.choice(keys)
        if kind <= 1:
            pieces.append(key)
        elif kind == 2:
            start = source.randrange(len(key))
            pieces.append(key[start : start + source.randint(1, 4)])
        elif kind == 3:
            pieces.append("".join(source.choice(keys)[0] for _ in range(source.randint(1, 30))))
        elif kind == 4:
            pieces.append(chr(source.randrange(0x2FF0, 0x3000)) * source.choice((1, 1, 2, 17)))
        else:
            pieces.append(source.choice(("\0", "，", "\n", "a", "\ud83d", "\udc00", "😀", "𫖯", "𠀀", "豈")))
    return "".join(pieces)


small_texts = st.sampled_from(("t2s", "tw2sp", "jp2t")).flatmap(lambda name: st.tuples(st.just(name), rich_text(name)))
texts = configurations.flatmap(lambda name: st.tuples(st.just(name), rich_text(name)))


@given(texts, st.integers(1, 40), st.integers(1, 3))
def test_blocks_and_threads_do_not_matter(case: tuple[str, str], block: int, threads: int) -> None:
    """Blocks of any size, in any number of threads, and the way for short text, all give what the definition gives."""
    name, text = case
    converter = official(name)
    expected = scalar.convert(text, converter.plan)
    assert converter.convert(text) == expected
    assert converter.convert(text, block=block, threads=threads) == expected
    with patch("normalize.script.arrays.FEW", 0):
        assert converter.convert(text, block=block, threads=threads) == expected


@given(texts, st.data())
def test_streams_give_the_whole(case: tuple[str, str], data: st.DataObject) -> None:
    """Text fed in pieces of any size comes out as if converted whole."""
    name, text = case
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    running = Stream(official(name))
    assert "".join([*map(running.feed, pieces), running.close()]) == scalar.convert(text, official(name).plan)


def test_what_cannot_change_any_more_is_passed_on() -> None:
    """A stream gives back a complete line at once, and inside a line holds only what may belong to a phrase."""
    running = stream("s2t")
    assert running.feed("他的头发长了。\n") == "他的頭髮長了。\n"
    assert running.feed("喂！理发师用头") == "喂！理髮師用"
    assert running.feed("发") == ""
    assert running.close() == "頭髮"
    lines = stream("zh-Hant-TW")
    assert lines.feed("皇后已經歸來\n后来") == "皇后已經歸來\n"
    assert lines.close() == "後來"


@pytest.mark.parametrize("unit", ["一", "一一", "⿰", "的的", "発", "千千", "面面", "发"])
@pytest.mark.parametrize("name", ["s2t", "s2twp", "tw2sp"])
def test_a_stream_of_one_unending_stretch_stays_short(unit: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neighbours can never be parted a stream follows the matches, and still gives the whole."""
    monkeypatch.setattr("normalize.script.stream.LONGEST_STRETCH", 100)
    running = Stream(official(name))
    text = unit * (12000 // len(unit))
    output = []
    for start in range(0, len(text), 100):
        output.append(running.feed(text[start : start + 100]))
        assert len(running._held) < 8000
    assert "".join([*output, running.close()]) == scalar.convert(text, official(name).plan)


@given(texts, st.integers(0, 60))
def test_matches_end_together_at_a_boundary(case: tuple[str, str], limit: int) -> None:
    """A text cut where matches end in every step is converted in two parts as in one."""
    name, text = case
    plan = official(name).plan
    place = last_boundary(text, plan, min(limit, len(text)))
    assert scalar.convert(text[:place], plan) + scalar.convert(text[place:], plan) == scalar.convert(text, plan)


@given(configurations.flatmap(lambda name: st.tuples(st.just(name), st.lists(rich_text(name), max_size=8))))
def test_many_texts_are_converted_each_by_itself(case: tuple[str, list[str]]) -> None:
    """Converting many texts together is converting each."""
    name, found = case
    assert convert_many(found, name) == [normalize.convert(text, name) for text in found]


@given(st.lists(rich_text("s2twp"), max_size=6), st.sampled_from(("zh-Hans", "zh-Hant", "zh-Hant-TW")), st.booleans())
def test_many_texts_pass_the_stage_each_by_itself(found: list[str], target: str, context: bool) -> None:
    """The stage over many texts is the stage over each."""
    config = Config(target=target, context=context)
    assert stage_many(found, config) == [stage(text, Profile(text), config).text for text in found]


def test_every_key_has_a_character_that_the_stage_looks_for() -> None:
    """The stage passes on text without Han characters, which no key is."""
    classes = {Class.HAN, Class.HANS, Class.HANT, Class.COMPATIBILITY, Class.RADICAL, Class.SURROGATE, Class.KANA}
    for name in lexicon.CONFIGURATIONS:
        for key in keys_of(name):
            assert Profile(key).has(*classes), key


def test_an_entry_that_forbids_compiling_is_still_converted() -> None:
    """An empty value, or one that brings in a description character, is converted by the definition."""
    for value in ("", "⿰"):
        plan = lexicon.with_overrides(lexicon.load("s2t"), {"哦": value})
        assert compile_plan(plan) is None
        assert Converter(plan).convert("哦头发" * 300) == f"{value}頭髮" * 300


def test_groups_nest() -> None:
    """In a union the longest match wins, in a short circuit the first member that has any, at every depth."""
    first, second = Dictionary({"甲": "1"}, "character"), Dictionary({"甲乙": "2"}, "phrase")
    third = Dictionary({"甲乙丙": "3", "甲乙": "4"}, "phrase")
    assert scalar.replace("甲乙丙", ShortCircuit([first, second])) == "1乙丙"
    assert scalar.replace("甲乙丙", Union([first, second])) == "2丙"
    assert scalar.replace("甲乙丙", Union([ShortCircuit([first, third]), second])) == "2丙"
    assert scalar.replace("甲乙丙", Union([ShortCircuit([third, first]), second])) == "3"
    assert scalar.replace("甲乙丁", Union([second, third])) == "2丁"
    plan = lexicon.Plan("nested", (), None, (Union([ShortCircuit([first, third]), second]),))
    assert Converter(plan).convert("甲乙丙丁" * 500) == "2丙丁" * 500


def test_user_entries_win(tmp_path: Path) -> None:
    """Entries of a user's file and protected words are found first and stay as they are."""
    file = tmp_path / "mine.txt"
    file.write_text("# my own\n软件\t軟件體 軟件\n\n周\t周\n", "utf-8")
    options = {"dictionary": [str(file)], "protect": ["头发", "后"]}
    text = "软件、头发、周后面的理发店"
    assert normalize.convert(text, "s2twp", **options) == "軟件體、头发、周后面的理髮店"
    assert normalize.convert(text * 300, "s2twp", **options) == "軟件體、头发、周后面的理髮店" * 300
    assert normalize.convert(text, "zh-Hant-TW", **options) == "軟件體、头发、周后面的理髮店"
    file.write_text("软件\t軟\n", "utf-8")
    assert normalize.convert("软件", "s2t", **options) == "軟"


@settings(max_examples=25)  # Each compiles a plan of its own.
@given(
    small_texts,
    st.lists(st.text("發頭後裡一甲乙面", min_size=1, max_size=3), min_size=1, max_size=5),
    st.integers(1, 30),
)
def test_the_fast_way_is_exact_with_user_entries(case: tuple[str, str], protect: list[str], block: int) -> None:
    """The user's entries are compiled like any others."""
    name, text = case
    text = "".join(f"{protect[0]}{part}" for part in text.split("\n"))
    converter = Converter(lexicon.with_overrides(lexicon.load(name), {"一發": "乙", **read_entries([], protect)}))
    assert converter.convert(text, block=block) == scalar.convert(text, converter.plan)


@pytest.mark.parametrize("line", ["软件", "\t軟件", "软件\t", "软件\t軟\t件", "软件\t "])
def test_bad_lines_are_named(tmp_path: Path, line: str) -> None:
    """A line of a dictionary that cannot be used is refused with its number."""
    file = tmp_path / "bad.txt"
    file.write_text(f"# comment\n发\t發\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"bad\.txt, line 3: expected a key, a tab and a value"):
        normalize.convert("发", "s2t", dictionary=[str(file)])


def test_a_dictionary_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, or one that is not UTF-8, is refused with a sentence."""
    with pytest.raises(ConfigError, match=r"none\.txt cannot be read: No such file"):
        normalize.convert("发", "s2t", dictionary=[str(tmp_path / "none.txt")])
    file = tmp_path / "gbk.txt"
    file.write_bytes("软件\t軟件\n".encode("gbk"))
    with pytest.raises(ConfigError, match=r"gbk\.txt is not UTF-8 \(byte 0 is 0xc8\); save it as UTF-8"):
        normalize.convert("发", "s2t", dictionary=[str(file)])


def test_converters_pickle_and_are_shared_between_threads() -> None:
    """A converter survives pickling, and threads that use one at once from the start get the same."""
    plan = lexicon.load("s2twp")
    converter = Converter(plan)
    found = ["".join(random.Random(seed).choices(keys_of("s2twp"), k=400)) for seed in range(8)]
    expected = [scalar.convert(text, plan) for text in found]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(converter.convert, found * 4)) == expected * 4
    again = pickle.loads(pickle.dumps(converter))
    assert [again.convert(text) for text in found] == expected


def test_another_lexicon() -> None:
    """The dictionaries of opencc-python-reimplemented can be chosen."""
    pytest.importorskip("importlib.metadata").distribution("opencc-python-reimplemented")
    assert normalize.convert("鼠标里面", "s2twp", lexicon="opencc-python-reimplemented") == "滑鼠裡面"


@given(texts, st.integers(1, 40))
def test_the_fast_record_is_that_of_the_definition(case: tuple[str, str], block: int) -> None:
    """Working out the record in columns, or part by part, gives the spans that following every match gives."""
    name, text = case
    converter = official(name)
    expected = trace(text, converter.plan)
    long = Record(converter._traces).spans(converter.blocks(text, block), converter._arrays)
    short = converter._ways[1]
    assert short is not None
    for found in (long, converter._traces.short(text, short)):
        assert [(*row[:4], found.steps[row[4]]) for row in found.rows()] == [
            (*row[:4], expected.steps[row[4]]) for row in expected.rows()
        ]


@given(configurations, st.integers(0, 1 << 32), st.integers(0, 5))
def test_a_key_repeated_on_and_on(name: str, seed: int, skipped: int) -> None:
    """Runs without an end are converted as well, and in time that grows with their length only."""
    source = random.Random(seed)
    text = "".join(source.choice(keys_of(name)) * source.choice((1, 40)) for _ in range(8))[skipped:]
    assert official(name).convert(text, block=1 << 10) == scalar.convert(text, official(name).plan)


#: The peak since the process began, which `ru_maxrss` is not: that goes on from the process that started it.
MEASURE = """
from normalize.script import convert, lexicon
for name in lexicon.CONFIGURATIONS:
    convert("头发和软件，後來的資訊與裡面。" * 200, name)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_all_configurations_together_are_small() -> None:
    """A process that has converted by all sixteen configurations needs less than 150 MB."""
    assert len(lexicon.CONFIGURATIONS) == 16
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < 150 * 1024


@given(st.lists(st.sampled_from(keys_of("s2t")), max_size=60), st.text("#\t \r\u2028发頭", max_size=12))
def test_a_dictionary_read_by_the_line_is_the_dictionary(words: list[str], odd: str) -> None:
    """What is found for a character in its own lines, and then in all entries, is the same; hostile lines as well."""
    listing = f"# 发\t不\n{odd}\n" + "".join(f"{word}\t{word[::-1]} 不\n" for word in words)
    with tempfile.TemporaryDirectory() as folder:
        paths = (Path(folder, "one.txt"), Path(folder, "two.txt"))
        paths[0].write_bytes(listing.encode())
        paths[1].write_bytes("发\t發\r\n头发\t頭髮".encode())
        listed = Listed(partial(lexicon.listing, paths), lexicon.entries_of, "phrase")
        whole = Dictionary(lexicon.parse(paths[0]) | lexicon.parse(paths[1]), "phrase")
        for word in (*words, "发", "头发", "#", "后", odd + "发"):
            assert listed.match(word, 0) == whole.match(word, 0)
        assert listed.entries == whole.entries


def test_threads_are_used_where_they_pay() -> None:
    """A text of less than a million characters is converted in one thread, a longer one in as many as are offered."""
    text = "头发和软件，" * (THREADED // 6)
    with patch("normalize.script.threads.convert_in_threads", wraps=convert_in_threads) as shared:
        assert normalize.convert(text, "s2t", threads=2) == "頭髮和軟件，" * (THREADED // 6)
        assert not shared.called
        assert normalize.convert(text + text, "s2t", threads=2) == "頭髮和軟件，" * (THREADED // 6 * 2)
        assert shared.called
