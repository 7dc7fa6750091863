"""The rules of punctuation: their names, whether they are on, what they do, and an example of each.

`Config.disable` switches single rules off, `Config.enable` on; `spaces` and `brackets` are settings of their own,
because they are matters of house style. Rules of the kind `restore` act on text that shows the
signature of a collapse; those of the kind `tidy` only when tidying was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from normalize.config import Config
from normalize.edits import Step


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, when it acts, whether it is on unless told otherwise, what it does, an example."""

    name: str
    kind: Literal["restore", "tidy"]
    on: bool
    about: str
    before: str
    after: str


_T: Literal["tidy"] = "tidy"
RULES: tuple[Rule, ...] = (
    Rule("comma", "restore", True, "a comma that lost its full width", "算力,即计算能力。", "算力，即计算能力。"),
    Rule("semicolon", "restore", True, "a semicolon that lost its full width", "一是水;二是电。", "一是水；二是电。"),
    Rule(
        "colon", "restore", True, "a colon that lost its full width; times and ratios stay", "时间:9:30", "时间：9:30"
    ),
    Rule("exclamation", "restore", True, "an exclamation mark that lost its full width", "好极了!", "好极了！"),
    Rule("question", "restore", True, "a question mark that lost its full width", "去吗?", "去吗？"),
    Rule("bracket", "restore", True, "brackets that lost their full width", "算力(FLOPS)足够", "算力（FLOPS）足够"),
    Rule("ellipsis.collapsed", "restore", True, "six stops that NFKC made of ……", "他说......是的", "他说……是的"),
    Rule("width.english", "restore", True, "a full-width mark inside an English word", "know－how", "know-how"),
    Rule("width.letter", _T, True, "full-width letters and digits to half", "Ａ座１２层", "A座12层"),
    Rule("width.mark", _T, True, "full-width marks in numbers and addresses to half", "50％", "50%"),
    Rule(
        "width.sentence", _T, True, "full-width marks in English sentences to half", "“Stop，look！”", "“Stop, look!”"
    ),
    Rule("width.kana", _T, True, "half-width katakana and its marks to full", "ﾃﾞｰﾀ", "データ"),
    Rule("quote.form", _T, True, "vertical forms and double primes to quotes", "〝好〞", "“好”"),
    Rule("ellipsis", _T, True, "three stops and single ellipses to ……", "等等...", "等等……"),
    Rule("dash", _T, True, "hyphens between Han to ——", "他来了--终于。", "他来了——终于。"),
    Rule("middle-dot", _T, True, "bullets and katakana dots between Han to ·", "約翰‧史密斯", "約翰·史密斯"),
    Rule("title", _T, True, "doubled angle brackets to book title marks", "<<日出>>", "《日出》"),
    Rule("width.bracket", _T, False, "full-width brackets to half", "算力（FLOPS）足够", "算力 (FLOPS) 足够"),
    Rule("repeated", _T, True, "a mark written twice", "好的，，走吧", "好的，走吧"),
    Rule("stop", _T, True, "a full stop that ends a Chinese sentence to 。", "圆周率约为3.14.", "圆周率约为3.14。"),
    Rule("quote.straight", _T, True, "straight quotes in pairs to the region's", '他说"好"', "他说“好”"),
    Rule("quote.region", _T, True, "quotes to the region's, by depth", "“他说“好””", "“他说‘好’”"),
    Rule("spacing.mark", _T, True, "no blank beside a full-width mark", "好， 走吧", "好，走吧"),
    Rule("spacing.add", _T, True, "a blank between Han and Latin letters or digits", "用PM开会", "用 PM 开会"),
    Rule("spacing.remove", _T, False, "no blank between Han and Latin letters or digits", "用 PM 开会", "用PM开会"),
    Rule("line-start", _T, True, "no mark at the start of a line", "今天晴\n，明天雨", "今天晴，\n明天雨"),
)
BY_NAME = {rule.name: rule for rule in RULES}


def switched_off(config: Config) -> frozenset[str]:
    """Return the names of the rules that do not act: those that are off, and those that others stand against."""
    chosen = {("spaces", "remove"): "spacing.remove", ("brackets", "half"): "width.bracket"}
    asked = {name for (setting, value), name in chosen.items() if getattr(config, setting) == value}
    off = set()
    for rule in RULES:
        enabled = rule.on or rule.name in asked or not config.enable.isdisjoint({rule.name, f"punctuation.{rule.name}"})
        if not enabled or not config.allows(Step("punctuation", rule.name)):
            off.add(rule.name)
    if config.spaces == "keep" or "spacing.remove" not in off:
        off.add("spacing.add")
    if "width.bracket" not in off or config.brackets == "half":
        off.add("bracket")
    return frozenset(off)
