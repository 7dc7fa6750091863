"""Masks: what is no running text, so that no rule of punctuation touches it.

Blocks (code, comments, formulas, regions switched off) are found over the whole text, everything else line by line:
links, markup, paths, file names, numbers, times, structured data. A mask protects the marks inside it; to its
neighbours it counts as one foreign word.
"""

from __future__ import annotations

import re
from functools import cache

#: Han, with the ideographic planes beyond the BMP.
HAN_RANGES = ((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES)
#: What ends a URL or a path besides a blank: Han, CJK marks, kana, full-width forms, curly quotes, dash, ellipsis.
WIDE_RANGES = ((0x2014, 0x2014), (0x2018, 0x201F), (0x2026, 0x2026), (0x3000, 0x30FF), (0xFF00, 0xFFEF))
WIDE = HAN + "".join(f"{chr(first)}-{chr(last)}" for first, last in WIDE_RANGES)

#: What faces are made of.
KAOMOJI = "_^°□▽∀ω╯╰﹏´≧≦Д¯¬"

#: A block may not be longer than this many characters, so that a stray opening mark costs a bounded look ahead.
_REACH = 20_000
_INDENT = 40

_COMMENT = r"(?:<!--|^[ \t]*(?://|/\*|\(\*|\#|%|--|;|\.\.|REM|'))[ \t]*normalize:[ ]*"
_BLOCKS = rf"""
    (?P<off>{_COMMENT}off\b(?:.*?{_COMMENT}on\b[^\n]*|.*))
  | (?P<fence>^[ \t>]*(?P<ticks>`{{3,}}+|~{{3,}}+)[^\n]*+\n(?:.{{0,{_REACH}}}?^[ \t>]*(?P=ticks)[`~]*[ \t]*$)?)
  | (?P<comment><!--.{{0,{_REACH}}}?-->)
  | (?P<element><(?P<tag>script|style|pre|code|kbd|samp|math|svg)\b[^<>]{{0,1000}}>.{{0,{_REACH}}}?</(?P=tag)\s*>)
  | (?P<front>\A---[ \t]*\n.{{0,{_REACH}}}?^---[ \t]*$)
  | (?P<display>\$\$[^$]{{1,2000}}\$\$|\\\[.{{1,2000}}?\\\]
      |\\begin\{{(?P<env>equation|align|gather|math|verbatim|lstlisting)\*?\}}.{{0,{_REACH}}}?\\end\{{(?P=env)\*?\}})
"""
_TAGS = ("script", "style", "pre", "code", "kbd", "samp", "math", "svg")
#: What a block begins with, by its first character, found much faster than the pattern; and whether with its line.
_BLOCK_SIGNS = (
    ("n", re.compile("normalize:"), True),
    ("`", re.compile("```"), True),
    ("~", re.compile("~~~"), True),
    ("<", re.compile(f"<(?:!--|{'|'.join(_TAGS)})"), False),
    ("$", re.compile(r"\$\$"), False),
    ("\\", re.compile(r"\\(?:\[|begin\{)"), False),
)
#: What must follow for it to end.
_BLOCK_ENDS = {
    "normalize:": "off",
    "```": "\n",
    "~~~": "\n",
    "<!--": "-->",
    "$$": "$$",
    "\\[": "\\]",
    "\\begin{": "\\end{",
    **{f"<{tag}": f"</{tag}" for tag in _TAGS},
}

_TOP_LEVEL = "com|net|org|edu|gov|mil|int|io|ai|app|dev|info|cn|tw|hk|mo|sg|jp|kr|us|uk|de|fr|eu"
#: Alternatives by their first character, so that most places in a line (Han, the other letters of a word, most marks)
#: fail at once. All repeats are bounded: a mark without its partner must not cost a look at the whole line.
_INLINE = rf"""(?![{WIDE}])(?!(?<=[A-Za-z\d_])[A-Za-z_]|(?<![“‘’「『《〈"'])[,?)\]}}%+*@])(?:
    (?P<english>(?<=[“‘「『《〈])[^{WIDE}]{{0,300}}[A-Za-z][,;:]?[ ][^{WIDE}]{{1,300}}(?=[”’」』》〉])
      |(?<=[“‘’「"'])[!-/:-@\[-`{{-~]{{1,3}}(?=[”’」"'])|"[A-Z][^"{WIDE}]{{0,300}}[A-Za-z][,;:]?[ ][^"{WIDE}]{{1,300}}")
  | ^(?:
        (?P<label>[ \t]{{0,20}}\[[^\[\]]{{1,100}}\]:(?=[ \t]))
      | (?P<member>[ \t]{{0,40}}"[^"]{{1,200}}"[ \t]*:[ \t]*
          (?:"[^"]{{0,1000}}"|[\[\]{{}}\w.+-]{{0,100}})[ \t]*,?[ \t]*$)
      | (?P<value>[ \t]{{0,40}}(?:-[ \t]+)?[A-Za-z_][A-Za-z\d_.-]{{0,60}}:[ \t]+
          (?:"[^"]{{0,1000}}"|'[^']{{0,1000}}')[ \t]*,?[ \t]*$)
      | (?P<key>[ \t]{{0,40}}(?:-[ \t]+)?["']?[A-Za-z_][A-Za-z\d_.-]{{0,60}}["']?:(?=[ \t]))
    )
  | (?=[A-Za-z_])(?<![A-Za-z\d_])(?:
        (?P<url>(?:[A-Za-z][A-Za-z\d+.-]{{1,15}}://|(?<![\w.@])www\.)[^\s<>"`{WIDE}]+)
      | (?P<mail>(?:mailto:)?[A-Za-z\d_.+-]{{1,64}}@[A-Za-z\d-]{{1,64}}(?:\.[A-Za-z\d-]{{1,64}})+)
      | (?P<host>(?<![.-])(?:localhost|(?:[A-Za-z\d-]{{1,64}}\.){{1,5}}(?:{_TOP_LEVEL}))
          (?::\d+(?:/[^\s<>"`{WIDE}]*)?|/[^\s<>"`{WIDE}]*))
      | (?P<windows>[A-Za-z]:\\(?:[^\\/:*?"<>|]{{1,200}}\\){{0,30}}[^\\/:*?"<>|\s,;()]*)
      | (?P<call>[A-Za-z_][A-Za-z\d_.:]{{0,60}}!?\((?=[^()]{{0,200}}["'])
          (?:"[^"]{{0,300}}"|'[^']{{0,300}}'|[^()"'{HAN}]){{1,100}}\);?)
      | (?P<assignment>[A-Za-z_][A-Za-z\d_.-]{{0,60}}[ ]?[-+*/:]?=[ ]?(?:"[^"]{{0,1000}}"|'[^']{{0,1000}}');?)
      | (?P<scope>[A-Za-z_][\w.-]{{0,60}}(?:::[A-Za-z_<][\w<>]{{0,60}})+)
      | (?P<address>[A-Fa-f][0-9A-Fa-f]{{0,3}}(?::[0-9A-Fa-f]{{0,4}}){{3,7}}(?![\w:]))
      | (?P<brand>(?:Yahoo|Joomla|Jeopardy|Yum|Wham|Mamma[ ]Mia|Moulin[ ]Rouge)!)
      | (?P<query>SELECT[ ][\w*"`.,()\ ]{{1,200}}?[ ]FROM[ ][^\s,;]{{1,60}}(?:[ ]WHERE[ ][^,;]{{1,200}})?;?)
    )
  | (?=\d)(?<!\d)(?:
        (?P<network>(?<![A-Za-z\d_:.])(?:[0-9A-Fa-f]{{1,4}}(?::[0-9A-Fa-f]{{0,4}}){{3,7}}(?![\w:])
          |(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?::\d+(?:/[^\s<>"`{WIDE}]*)?|/[^\s<>"`{WIDE}]*)))
      | (?P<digits>(?<![A-Za-z\d_])(?:[A-Za-z\d_.+-]{{1,64}}@[A-Za-z\d-]{{1,64}}(?:\.[A-Za-z\d-]{{1,64}})+
          |(?:[A-Za-z\d-]{{1,64}}\.){{1,5}}(?:{_TOP_LEVEL})/[^\s<>"`{WIDE}]*))
      | (?P<number>(?<!\d[,.])\d{{1,3}}(?:,[ ]?\d{{3}})+(?!\d)|(?<!\d:)\d{{1,3}}(?::\d{{1,3}})+(?:\.\d+)?(?!:?\d))
    )
  | (?=[^A-Za-z\d_\s])(?:
      (?P<code>(?P<tick>`{{1,5}})[^`](?:.{{0,1000}}?[^`])??(?P=tick)(?!`))
      | (?P<tex>\\\(.{{1,500}}?\\\)|(?<![\\$A-Za-z\d])\$(?=[^\s$])[^${HAN}]{{0,300}}(?<![\s\\])\$(?![\d$])
        |\\[A-Za-z]{{1,30}}\*?(?:\[[^\]{HAN}]{{0,100}}\])?(?:\{{[^{{}}{HAN}]{{0,300}}\}}){{0,5}})
      | (?P<markup></?[A-Za-z][^<>]{{0,1000}}>|&(?:[A-Za-z]{{2,31}}\d*|\#\d{{1,7}}|\#x[0-9A-Fa-f]{{1,6}});)
      | (?P<target>(?<=\])\((?:[^()\s,{HAN}]|\([^()\s]{{0,200}}\)){{0,1000}}(?:\s+["'][^"']{{0,200}}["'])?\)
        |(?<=\])\((?:https?:|mailto:|\.{{0,2}}/|\#)[^()\s]{{0,1000}}\)|(?<=\])\([^()\s]{{0,200}}[./\#][^()\s,]{{0,1000}}\)|(?<=\])\[[^\[\]]{{0,200}}\]|\[\^[^\[\]]{{1,100}}\]:?)
      | (?P<path>(?<![A-Za-z\d_:/.)\]])(?:~|\.{{1,2}})?(?:/[A-Za-z\d._+@%-]+)+/?
        (?::~?(?:/[A-Za-z\d._+@%-]+)+/?){{0,50}})
      | (?P<json>\{{\s*"(?:[^{{}}]|\{{[^{{}}]{{0,300}}\}}){{0,1000}}\}}
        |\{{\s*["']?[A-Za-z_][\w-]*["']?\s*:[^{{}}]{{0,1000}}\}},?
        |\{{[^{{}}]{{0,300}};\s*\}})
      | (?P<kaomoji>\([^(){HAN}A-NP-SU-Za-np-z0-9]{{0,12}}[{KAOMOJI}][^(){HAN}A-NP-SU-Za-np-z0-9]{{0,12}}\)
        [╯╰ノシっ︵┻━]{{0,12}})
      | (?P<image>!\[)
      | (?P<literal>[\[{{][^\[\]{{}}{HAN}]{{0,300}}[\]}}])
      | (?P<colons>::+|:[a-z][a-z\d_+-]{{1,30}}:(?=[A-Za-z`\s]|$))
    )
  | (?P<operator>[!=<>]=|=>|->|\#!|\(\(+[^(){HAN}]{{0,300}}\)\)+|\|?[ \t]?:?-{{2,}}:?[ \t]?(?=\||$))
  | (?=[^A-Za-z\d_\s])(?:
      (?P<face>(?<!\S)(?:[:;=][-'^o]?[()DPpOo3/|*\]\[]|\([:;=]|\^[_.]?\^;?)(?!\S)|(?<![A-Za-z\d:])[:;]-[()DPp])
      | (?P<error>\#[A-Z\d/]{{3,10}}[!?])
    ))"""
#: A line without any of these has no inline mask: nearly all prose.
_INLINE_SIGN = re.compile(
    rf"(?=[!-~“‘’「{KAOMOJI}])(?:"
    r"[`$\\<&\[{/@\"|=>]|[A-Za-z]:|://|::|www\.|\d[,:]|!=|->|\(\(|#!|--:|[:;=]-?[)(DPp]|\^_?\^|[a-z]!|[A-Za-z][,;:]? "
    r"|[A-Za-z]\('|[“‘’「'][!-/:-?]"
    rf"|[{KAOMOJI}]|:[a-z]|#[A-Z])"
)


#: Where a mask may begin, which takes much less to find than the masks: behind a quote, or at a sign that something
#: follows which makes a mask of both.
_BEGINNING = rf"""(?:
    (?<=[“‘「『《〈])(?=[^{WIDE}])(?P<quote>)
  | (?<=[!-/:-@\[-`{{-~])(?:
        (?<=[“‘’「"'].)(?=[!-/:-@\[-`{{-~]{{0,2}}[”’」"'])
      | (?<=[`{{\[])
      | (?<=\$)(?=[^\s$])
      | (?<=\\)(?=[(A-Za-z])
      | (?<=<)(?=[/A-Za-z=])
      | (?<=&)(?=[A-Za-z#])
      | (?<=\()(?:(?<=\]\()|(?=[(:;=])|(?=[^(){HAN}A-NP-SU-Za-np-z0-9]{{0,12}}[{KAOMOJI}]))
      | (?<=!)(?=[\[=])
      | (?<=[:;=^])(?=[-:;=^>_.'oDPp)(3/|*\]\[a-z])
      | (?<=-)(?=[->])
      | (?<=[/.~])(?=\.?/?[A-Za-z\d._+@%-])
      | (?<=\#)(?=[A-Z\d/!])
      | (?<=>)(?==)
      | (?<=\|)(?=[ \t]?:?--)
      | (?<=")(?=[A-Z])
    )
  | (?<=[ \t])(?=:?--)
)"""
_AT_SIGN = rf"[ \t!-/:-@\[-`{{-~“‘「『《〈]{_BEGINNING}"
#: The same, or at a word or number that a sign follows.
_AT_WORD = rf"""[ \t!-~“‘「『《〈](?:
    (?<=[A-Za-z\d_])(?:(?<!\d\d)(?<=\d)
      |(?<![A-Za-z\d_].)(?=[A-Za-z\d_.+-]{{0,330}}(?:[:@/(!=]|[ ][-+*/:]?=)
        |[\w.-]{{0,60}}::|(?<=S)ELECT[ ]|(?<=w)ww\.|(?<=M)(?:amma|oulin)[ ]))
  | {_BEGINNING})"""
#: A line without any of these has no mask that begins with a word or a number, but for one at its start.
_WORD_SIGN = re.compile(
    r"""[:@/(!=,.T](?:(?<=:)[:/\\\dA-Fa-f]|(?<=@)|(?<=[a-z\d]/)|(?<=[A-Za-z\d_.:!]\()(?=[^()]{0,200}["'])|(?<=[a-z]!)"""
    r"""|(?<==)[ ]?["']|(?<=\d,)[ ]?\d|(?<=www\.)|(?<=SELECT)[ ])"""
)


@cache
def _pattern(pattern: str, flags: int) -> re.Pattern[str]:
    """Compile when first needed: these two take longer than all other imports of the room."""
    return re.compile(pattern, flags)


def blocks(text: str) -> list[tuple[int, int]]:
    """Return the spans of blocks that hold no running text, in order.

    >>> blocks("文字\\n```\\nf(a,b)\\n```\\n文字")
    [(3, 17)]
    """
    places: list[int] = [0] if text.startswith("---") else []
    closes: dict[str, int] = {}
    for first, pattern, from_line in _BLOCK_SIGNS:
        if first not in text:
            continue
        for begin in pattern.finditer(text):
            sign, at, end = begin[0], begin.start(), begin.end()
            if closes.get(sign, 0) < end:
                place = text.find(_BLOCK_ENDS[sign], end)
                closes[sign] = place if place >= 0 else len(text) + _REACH + 1
            if closes[sign] - end <= _REACH:
                if from_line:
                    # What may stand before the sign: an indent, a quotation mark, the opening of a comment.
                    near = max(at - _INDENT, 0)
                    places += (text.rfind("\n", near, at) + 1 or near, max(text.rfind("<!--", near, at), near))
                places.append(at)
    spans: list[tuple[int, int]] = []
    end = 0
    for place in sorted(set(places)):
        if place >= end:
            match = _pattern(_BLOCKS, re.VERBOSE | re.MULTILINE | re.DOTALL).match(text, place)
            if match:
                end = match.end()
                spans.append(match.span())
    return spans


def inline(line: str) -> list[tuple[int, int, str]]:
    """Return the spans of a line that hold no running text, in order, each with its kind.

    >>> inline("見 http://example.com/a,b;然後,共1,000人")
    [(2, 24, 'url'), (29, 34, 'number')]
    """
    if not _INLINE_SIGN.search(line):
        return []
    spans: list[tuple[int, int, str]] = []
    match_at = _pattern(_INLINE, re.VERBOSE).match
    find = _pattern(_AT_WORD if _WORD_SIGN.search(line) else _AT_SIGN, re.VERBOSE).search
    at = searched = 0
    while True:
        if match := match_at(line, at):
            kind = match.lastgroup or ""
            spans.append((match.start(), _end(line, match, kind), kind))
            at = searched = match.end()
            continue
        tried = at
        while at == tried:
            beginning = find(line, searched)
            if beginning is None:
                return spans
            searched = beginning.end()
            # A quote stands before what it holds.
            at = searched if beginning.lastgroup else searched - 1


def _end(line: str, match: re.Match[str], kind: str) -> int:
    """Return where a mask ends when what does not belong to it is left outside."""
    start, end = match.span()
    if kind in ("url", "host", "network", "digits"):
        return _trim_url(line, start, end)
    return start + len(line[start:end].rstrip(".")) if kind == "windows" else end


def _trim_url(line: str, start: int, end: int) -> int:
    """Return where a URL ends when the marks after it, and a bracket that it did not open, are left outside."""
    while end > start:
        last = line[end - 1]
        if last in ".,;:!?'*~|" or (last == ")" and line.count("(", start, end) < line.count(")", start, end)):
            end -= 1
        else:
            break
    return end
