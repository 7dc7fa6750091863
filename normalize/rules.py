"""Every rule by name: its stage, whether it is on, what it does, and an example of it.

`Config.disable` and `enable` take these names, `explain` and `check` report them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from normalize.config import ConfigError, suggestion
from normalize.references import reference_of


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `on` says when it acts (`always`, `yes`, `tidy`: when tidying was asked for, `no`: when enabled).

    Normalising `before` to `target` gives `after`; for what one line cannot show both are empty.
    """

    stage: str
    name: str
    on: str
    about: str
    before: str = ""
    after: str = ""
    target: str | None = None

    @property
    def full_name(self) -> str:
        """The name with its stage, which is one rule's alone."""
        return f"{self.stage}.{self.name}"

    @property
    def reference(self) -> str:
        """The standard that asks for it, or the source of what it knows."""
        return reference_of(self.full_name)


#: The rules of the stages that keep no list themselves, in the order of the flow.
_RULES = (
    Rule("encoding", "undecodable", "always", "bytes that mean nothing show U+FFFD and are reported"),
    Rule("encoding", "other", "always", "`check`: the file is in another encoding"),
    Rule("formats", "length", "always", "the length that a record of a web archive gives is that of its text now"),
    Rule("formats", "digest", "always", "the digest that a record of a web archive gives is that of its text now"),
    Rule("formats", "charset", "always", "the encoding that a document declares follows the one it is written in"),
    Rule("escapes", "entity", "yes", "HTML references to characters", "他说&#20013;文", "他说中文"),
    Rule("escapes", "percent", "yes", "percent-encoded text", "看%E4%B8%AD%E6%96%87吧", "看中文吧"),
    Rule("escapes", "unicode", "yes", r"\u escapes", r"\u4e2d\u6587", "中文"),
    Rule("escapes", "bytes", "yes", "bytes written as escapes", r"\xe4\xb8\xad\xe6\x96\x87", "中文"),
    Rule("escapes", "mail-word", "yes", "encoded words of mail headers", "=?utf-8?B?5Lit5paH?=", "中文"),
    Rule("escapes", "quoted-printable", "yes", "quoted-printable bytes", "=E4=B8=AD=E6=96=87", "中文"),
    Rule("escapes", "utf-7", "yes", "UTF-7", "+Ti1lhw-", "中文"),
    Rule("escapes", "hz", "yes", "HZ", "~{VPND~}", "中文"),
    Rule("mojibake", "annotation", "yes", "pinyin that a tool put after characters", "關(guān)鍵", "關鍵"),
    Rule("mojibake", "annotation.straddling", "yes", "the same, between the bytes of two characters"),
    Rule("mojibake", "annotation.shifted", "yes", "the same, where it shifted the bytes that follow"),
    Rule("mojibake", "annotation.control", "yes", "control bytes that a tool put before marks"),
    Rule("mojibake", "annotation.eaten", "yes", "an ASCII character that shifted bytes took; it is gone, and reported"),
    Rule("mojibake", "misdecoded", "yes", "bytes that were read in another encoding", "娴嬭瘯", "测试"),
    Rule("mojibake", "dropped-byte", "yes", "text read one byte off, because a byte fell out"),
    Rule("characters", "radical", "yes", "radicals in place of characters", "⽂字", "文字"),
    Rule("characters", "compatibility", "yes", "duplicates from old code pages", "\uf900有此理", "豈有此理"),
    Rule("characters", "private", "yes", "private use of old tables"),
    Rule("characters", "zero-width", "yes", "zero-width characters beside Han", "中\u200b文", "中文"),
    Rule("characters", "soft-hyphen", "yes", "soft hyphens beside Han"),
    Rule("characters", "bidi", "yes", "controls of direction in text from left to right", "中\u200f文", "中文"),
    Rule("characters", "compose", "yes", "letters and their marks as one character (NFC)", "cafe\u0301", "café"),
    Rule("characters", "variation", "no", "no variation selectors after Han", "葛\U000e0100", "葛"),
    Rule("characters", "control", "no", "no control characters", "中\x01文", "中文"),
    Rule("characters", "no-break-space", "no", "no-break spaces beside Han to blanks", "中\u00a0文", "中 文"),
    Rule("characters", "wide-space", "no", "U+3000 to a blank, but for indents", "中\u3000文", "中 文"),
    Rule("characters", "half-katakana", "no", "half-width katakana to full width", "ｶﾀｶﾅ中", "カタカナ中"),
)
_SCRIPT = (
    Rule("script", "character", "yes", "the form of a character in the other script", "图书", "圖書", "zh-Hant"),
    Rule("script", "phrase", "yes", "the form that a word takes in the other script", "头发", "頭髮", "zh-Hant"),
    Rule("script", "word", "yes", "where the words are others than the lexicon's phrase"),
    Rule("script", "context", "yes", "the form that the context asks for"),
    Rule("script", "converted", "always", "in the script asked for; `batch --full-record` tells the rules apart"),
    Rule("script", "page", "yes", "a page that was converted one character at a time"),
    Rule("script", "variant", "yes", "the form that the region prefers", "裏面", "裡面", "zh-Hant-TW"),
    Rule("script", "vocabulary", "vocabulary", "the region's word", "软件", "軟體", "zh-Hant-TW"),
    Rule("script", "compatibility", "yes", "compatibility characters that the lexicon maps"),
    Rule("script", "dictionary", "yes", "entries of the user's dictionaries"),
)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the flow.

    >>> next(rule.before for rule in all_rules() if rule.full_name == "mojibake.misdecoded")
    '娴嬭瘯'
    """
    from normalize.punctuation import rules

    punctuation = (
        Rule(
            "punctuation",
            rule.name,
            ("yes" if rule.kind == "restore" else "tidy") if rule.on else "no",
            rule.about,
            rule.before,
            rule.after,
        )
        for rule in rules.RULES
    )
    return (*_RULES, *punctuation, *_SCRIPT)


@cache
def known_names() -> frozenset[str]:
    """Return every name that `disable` and `enable` take: rules, with and without their stage, groups, and stages."""
    names: set[str] = set()
    for rule in all_rules():
        if rule.on == "always":
            continue
        names |= {rule.name, rule.full_name, rule.stage, rule.name.partition(".")[0]}
    return frozenset(names)


def check_names(setting: str, names: Iterable[str]) -> None:
    """Raise ConfigError, with the nearest known name, for a name that no rule has."""
    for name in sorted(names):
        if name not in known_names():
            near = suggestion(name, sorted(known_names()))
            raise ConfigError(f"unknown rule {name!r} in {setting}{near}; `normalize rules` lists them")
