"""What a sequence of bytes is written in: stages from certain to likely, each of which may end the search."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import replace

from normalize.encoding import binary, readings, uao
from normalize.encoding.certainty import belief, shares
from normalize.encoding.declared import declaration
from normalize.encoding.decoding import as_bytes, bom_of
from normalize.encoding.escapes import escaped
from normalize.encoding.evidence import evidence, spread, without_repeats
from normalize.encoding.names import SUPERSET, canonical
from normalize.encoding.others import THAI, is_thai, named_by_chardet
from normalize.encoding.readings import Candidate, Reading
from normalize.encoding.tables import table_of
from normalize.encoding.wide import wide
from normalize.language import model
from normalize.result import Alternative, Detection

#: What the encoding that a document declares is believed to be worth, in nats: as much as two or three characters.
#: Declarations are wrong in about one page of twenty (a template's, a converter's), so evidence overrules them soon.
_DECLARED = 6.0
#: How many nats dearer than its best rival an encoding that was asked for may be: about one character's worth.
_CLEARLY = 6.0
#: How many nats a text of rare words may cost more than when nothing is known of it, if every alphabet, and every
#: encoding of Japanese and Korean, costs so many more than it does. Measured on recipes, poems and names of 4 to 12
#: characters: they cost up to 10.8 more than nothing known, alphabets 9.4 to 85 more than they. Of 8,900 fragments of
#: files in other languages 4 more are claimed for it, of 49,000 samples of such Chinese 76 fewer are missed.
_RARE_WORDS = 12.0
_ALPHABETS = 9.0
_NEIGHBOURS = 2.0
_CHINESE = ("gb18030", "big5hkscs", "cp950", "big5_uao", "euc_tw")
#: How many nats less than in HKSCS a text must cost in Big5-UAO, which is as common. Measured: up to 12.4 in Big5 with
#: three bad bytes, which then reads as a character that the model knows from Simplified text.
_UAO = 16.0
#: Bytes that most decisions are made on; more evidence is gathered only where they do not suffice.
_FIRST = 256
_LARGE = 1 << 24
_KANA, _HANGUL, _HAN = (re.compile(f"[{chars}]") for chars in ("\u3041-\u30fe", "\uac00-\ud7a3", "\u4e00-\u9fff"))
_PHRASE = re.compile("[\u3001-\u3011\u4e00-\u9fff\uff01-\uff1f]{4}")
_TOGETHER = re.compile("[^\x00-\x7f]{2}")
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")


def detect(data: bytes | bytearray | memoryview, candidates: Iterable[str] | None = None) -> Detection:
    """Return what data is written in.

    Empty data is answered with encoding None; what is no text (images, archives) with "binary". `candidates` restricts
    the answer to some encodings, but their rivals stay in the race: where another encoding clearly fits better the
    answer is None, and the rival stands first among the alternatives.

    `confidence` is the share of answers that were right, on samples of texts that the models do not know, among those
    with about the same distance to the next likely reading.

    Raises EncodingError for an unknown name among `candidates`.

    >>> detect("中文編碼".encode("big5")).encoding
    'big5hkscs'
    >>> detect(b"\\x89PNG\\r\\n\\x1a\\n").encoding
    'binary'
    """
    candidates = [candidates] if isinstance(candidates, str) else candidates
    names = None if candidates is None else [canonical(name) for name in candidates]
    found = _search(Utf8(as_bytes(data)), names)
    if names is None or found.encoding is None or _is_one_of(found.encoding, names) or found.narrow in names:
        return found
    if found.narrow == "ascii":
        # Every candidate but UTF-16 and UTF-32 reads ASCII alike; the first is the one that is preferred.
        for name in names:
            if not name.startswith(("utf-16", "utf-32")):
                return replace(found, encoding=SUPERSET.get(name, name))
    rival = Alternative(found.encoding, found.confidence)
    reason = f"reads as {found.encoding}, which is not among the candidates"
    return Detection(None, 0.0, None, (rival, *found.alternatives), found.bom, found.language, reason)


class Utf8:
    """Data that may be UTF-8: to find out takes decoding it, and then the `text` is there already."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.text: str | None = None

    def read(self) -> str:
        """Return the text, and keep it. Raises UnicodeDecodeError for what is no UTF-8."""
        self.text = self.data.decode("utf-8")
        return self.text


def detected(utf8: Utf8) -> Detection:
    """Return what `detect` returns, without candidates."""
    return _search(utf8, None)


def _search(utf8: Utf8, names: list[str] | None) -> Detection:
    """Go through the stages."""
    data = utf8.data
    if not data:
        return Detection(None, 0.0, reason="there is nothing to read")
    marked = bom_of(data)
    if marked is not None:
        name = "utf-8-sig" if marked[1] == "utf-8" else marked[1].removesuffix("-le").removesuffix("-be")
        return Detection(name, 1.0, marked[1], bom=True, reason="begins with a byte order mark")
    if binary.has_signature(data):
        return Detection("binary", 1.0, reason="begins like an image, an archive or a program")
    reading = escaped(data)
    if reading is not None:
        return _answer(reading, [], data, "has the escapes of this encoding")
    reading = wide(data)
    if reading is not None:
        return _answer(reading, [], data, "reads well in units of two or four bytes")
    if binary.is_binary(data):
        return Detection("binary", 0.99, reason="has too many control characters for a text")
    if data.isascii():
        return Detection("utf-8", 1.0, "ascii", reason="is ASCII only")
    first = evidence(data[:_FIRST])
    return _utf8(utf8, first) or _race(data, first[: readings.GLANCE], names)


def _utf8(utf8: Utf8, first: bytes) -> Detection | None:
    """Answer UTF-8 when its structure is there: bytes of other encodings do not form its sequences by chance."""
    data = utf8.data
    try:
        characters, hint = _read_utf8(utf8)
    except UnicodeDecodeError:
        good = len(_THREE_BYTES.findall(first))
        if good or len(first) < _FIRST or first.isascii():
            first = evidence(data)
            good = len(_THREE_BYTES.findall(first))
        # Measured: of text in GB18030, Big5 and EUC at most 0.04 good three-byte sequences come with one bad byte, of
        # UTF-8 with every twentieth character damaged at least 4.
        if good < 5 or good < 2 * first.decode("utf-8", "replace").count("\ufffd"):
            return None
        return Detection("utf-8", belief(4.0 * good), "utf-8", reason="is UTF-8 but for some damaged bytes")
    # Few sequences may be well-formed by chance: 联通 in GB2312, 電報，並 in GBK.
    if len(data) - characters < 12 and _reads_better_as_chinese(evidence(data)):
        return None
    return Detection("utf-8", 1.0, "utf-8", language=hint, reason="is well-formed UTF-8")


def _read_utf8(utf8: Utf8) -> tuple[int, str | None]:
    """Return the number of characters and a hint at the language, by kana, hangul and Han at the beginning.

    Raises UnicodeDecodeError for what is no UTF-8. Large data is read in blocks, so that memory does not grow with it.
    """
    data = utf8.data
    if len(data) <= _LARGE:
        text = utf8.read()
        return len(text), _hint(text[:512])
    decoder = codecs.getincrementaldecoder("utf-8")()
    characters = 0
    hint = None
    for start in range(0, len(data), _LARGE):
        text = decoder.decode(data[start : start + _LARGE], final=start + _LARGE >= len(data))
        characters += len(text)
        hint = hint or _hint(text[:512])
    return characters, hint


def _hint(text: str) -> str | None:
    if _KANA.search(text):
        # A の on a shop sign does not make a page Japanese.
        return "ja" if len(_KANA.findall(text)) * 5 > len(text) or not _HAN.search(text) else "zh"
    if _HANGUL.search(text):
        return "ko"
    return "zh" if _HAN.search(text) else None


def _reads_better_as_chinese(seen: bytes) -> bool:
    """Tell whether well-formed UTF-8 is a better text, and a good one, in another encoding of Chinese."""
    here = readings.read(seen, readings.UTF8)
    for reading in readings.read_all(seen, (*readings.CHINESE, *readings.CHINESE_RARE)):
        most = readings.SURE_COST + (2.0 if reading.foreign > 2 else 0.0)
        if reading.foreign > 1 and reading.mean <= most and reading.cost < here.cost:
            # A single character now and then, in English, is a symbol: the · of UTF-8 is 路 in GBK.
            return _TOGETHER.search(seen.decode(reading.encoding, "replace")) is not None
    return False


def _race(data: bytes, first: bytes, names: list[str] | None) -> Detection:
    """Let the encodings of Chinese and their rivals read the evidence; the cheapest reading wins."""
    said = declaration(data)
    glance = readings.read_all(first, readings.CHINESE)[0]
    if glance.sure:
        return _answer(glance, [readings.unknown(first)], data, _because(glance, said))
    seen = without_repeats(evidence(data))
    ranked: list[Reading] = []
    for group in (readings.CHINESE, readings.CHINESE_RARE, readings.EAST_ASIAN, (readings.UTF8,), readings.SINGLE_BYTE):
        more = readings.read_all(seen, group)
        ranked += [_with_declared(reading, said) for reading in more]
        if more[0].sure:
            break
    # What is mostly errors is no UTF-8, however little it costs: one error may be three bytes.
    ranked = [item for item in ranked if item.encoding != "utf-8" or item.foreign > item.errors]
    ranked.append(readings.unknown(seen))
    ranked.sort(key=lambda reading: reading.cost)
    best = _best(ranked, seen, names)
    if best.language in ("zh", "ja", "ko"):
        return _answer(best, [reading for reading in ranked if reading is not best], data, _because(best, said))
    return _other(data, seen, ranked, said, names)


def _best(ranked: list[Reading], seen: bytes, names: list[str] | None) -> Reading:
    """Return the cheapest reading, or the cheapest of the encodings asked for if nothing else is clearly cheaper."""
    if ranked[0].encoding == "unknown" and ranked[1].fair:
        # A list of names is worse than average, and yet no wrong reading is as good.
        ranked[:2] = ranked[1::-1]
    if names is None or _is_one_of(ranked[0].encoding, names):
        return ranked[0]
    tried = {reading.encoding for reading in ranked}
    extra = [Candidate(name, ("xx",), 3.0) for name in names if SUPERSET.get(name, name) not in tried]
    ranked += readings.read_all(
        seen, [item for item in extra if not item.encoding.startswith(("utf", "iso2022", "hz"))]
    )
    asked = [reading for reading in ranked if _is_one_of(reading.encoding, names)]
    best = min(asked, key=lambda reading: reading.cost, default=ranked[0])
    return best if best.cost <= ranked[0].cost + _CLEARLY else ranked[0]


def _with_declared(reading: Reading, said: str | None) -> Reading:
    return reading.cheaper(_DECLARED) if said == reading.encoding else reading


def _because(reading: Reading, said: str | None) -> str:
    if said == reading.encoding:
        return "is declared, and reads well"
    if said:
        return f"reads better than the declared {said}"
    return {"zh": "reads well as Chinese", "ja": "reads well as Japanese", "ko": "reads well as Korean"}[
        reading.language
    ]


def _other(data: bytes, seen: bytes, ranked: list[Reading], said: str | None, names: list[str] | None) -> Detection:
    """Name an encoding that is not one of Chinese, with chardet's help."""
    known = [reading for reading in ranked if reading.encoding != "unknown"]
    asked = [reading for reading in known if names and reading.language == "xx" and _is_one_of(reading.encoding, names)]
    if asked:
        chosen = min(asked, key=lambda reading: reading.cost)
        return _answer(chosen, [reading for reading in known if reading is not chosen], data, "is asked for, and fits")
    name = said if said and said not in _CHINESE else named_by_chardet(data)
    chinese = min((item for item in known if item.language == "zh"), key=lambda item: item.cost)
    rivals = [item for item in known if item.language != "zh"]
    # Names without a model (iso8859-15, cp775) are of alphabets that have one, or of Thai.
    likeliest = 0.0 if name in THAI and is_thai(seen) else min(item.cost for item in rivals)
    named = next((item.cost for item in known if item.encoding == name), likeliest)
    doubted = named > chinese.cost + _CLEARLY and _PHRASE.search(seen.decode(chinese.encoding, "replace"))
    if name is None or name in _CHINESE or doubted:
        if _is_rare_chinese(chinese, rivals, ranked[0]):
            return _answer(chinese, rivals, data, "may be Chinese of rare words")
        if chinese.cost <= ranked[0].cost + _CLEARLY:
            return _answer(chinese, [item for item in ranked if item is not chinese], data, "may be Chinese")
        if name is None or name in _CHINESE:
            name = min((item for item in known if item.language == "xx"), key=lambda item: item.cost).encoding
    # What another detector knows of the language is worth at least what the letters alone say.
    chosen = next((item for item in known if item.encoding == name), Reading(name, ranked[0].cost))
    chosen = chosen.cheaper(max(0.0, chosen.cost - ranked[0].cost))
    rest = [item for item in known if item.encoding != name]
    return _answer(chosen, rest, data, "reads better as another language than as Chinese")


def _is_rare_chinese(chinese: Reading, rivals: list[Reading], best: Reading) -> bool:
    """Tell whether a text is Chinese of words that the model has hardly seen: every rival that has a model is worse."""
    if chinese.errors or chinese.cost > best.cost + _RARE_WORDS:
        return False
    return all(rival.cost >= chinese.cost + (_ALPHABETS if rival.language == "xx" else _NEIGHBOURS) for rival in rivals)


def _answer(best: Reading, rest: list[Reading], data: bytes, reason: str) -> Detection:
    margin = min((reading.cost for reading in rest), default=best.cost + 40.0) - best.cost
    confidence = belief(margin, best.language)
    others = tuple(Alternative(name, share) for name, share in shares(best, confidence, rest))
    name, narrow = best.encoding, best.encoding
    parts = spread(data) if name in ("gb18030", "big5hkscs") else []
    if name == "gb18030":
        narrow = next((other for other in ("gb2312", "gbk") if all(_decodes(part, other) for part in parts)), name)
    elif name == "big5hkscs":
        name, narrow = _big5(parts)
    return Detection(name, confidence, narrow, others, False, best.language or None, reason)


def _big5(parts: list[bytes]) -> tuple[str, str]:
    """Return which table of Big5 reads the parts, and the narrowest that does.

    Python's Big5 and HKSCS read nine marks (A145 ‧, A1E3 ～ ...) otherwise than Windows and the web do; where they
    occur, nothing else differs, and the text is likelier with them, Windows-950 is the answer.
    """
    hkscs = "".join(part.decode("big5hkscs", "replace") for part in parts)
    table = table_of("big5hkscs")
    if table is not None and table.modernise(hkscs) != hkscs:
        windows = "".join(part.decode("cp950", "replace") for part in parts)
        if table.modernise(hkscs) == table.modernise(windows) and _gain(windows, hkscs, favour=1.0) >= 0:
            return "cp950", "cp950"
    for narrow in ("big5", "cp950"):
        if all(_decodes(part, narrow) for part in parts):
            return "big5hkscs", narrow
    hong_kong, taiwan = ("".join(texts) for texts in zip(*map(uao.readings, parts), strict=True))
    name = uao.NAME if _gain(taiwan, hong_kong) >= _UAO else "big5hkscs"
    return name, name


def _gain(first: str, second: str, favour: float = 0.0) -> float:
    """Return how many nats less the first of two texts costs that differ in single characters.

    `favour` is what the first may cost more at each.
    """
    places = [index for index, (a, b) in enumerate(zip(first, second, strict=True)) if a != b][:200]
    costs = [sum(model().total(text[max(0, i - 1) : i + 2]) for i in places) for text in (first, second)]
    return costs[1] - costs[0] + favour * len(places)


def _decodes(part: bytes, name: str) -> bool:
    """Tell whether a part decodes; its last character may be cut off."""
    try:
        codecs.getincrementaldecoder(name)().decode(part)
    except UnicodeDecodeError:
        return False
    return True


def _is_one_of(name: str, names: list[str]) -> bool:
    return _family(name) in {_family(other) for other in names}


def _family(name: str) -> str:
    plain = {"utf-8-sig": "utf-8", "ascii": "utf-8"}.get(name, name).removesuffix("-le").removesuffix("-be")
    return SUPERSET.get(plain, {"cp950": "big5hkscs", "big5_uao": "big5hkscs"}.get(plain, plain))
