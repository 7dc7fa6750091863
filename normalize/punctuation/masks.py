"""Masks: what is no running text, so that no rule of punctuation touches it.

Blocks (code, comments, formulas, regions switched off) are found over the whole text, everything else line by line:
links, markup, paths, file names, numbers, times, structured data. A mask protects the marks inside it; to its
neighbours it counts as one foreign word.
"""

from __future__ import annotations

import re

#: Han, with the ideographic planes beyond the BMP.
HAN_RANGES = ((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES)
#: What ends a URL or a path besides a blank: Han, CJK marks, kana, full-width forms, curly quotes, dash, ellipsis.
WIDE = rf"{HAN}\u2014\u2018-\u201f\u2026\u3000-\u303f\u3040-\u30ff\uff00-\uffef"

#: A block may not be longer than this many characters, so that a stray opening mark costs a bounded look ahead.
_REACH = 20_000

_BLOCKS = re.compile(
    rf"""
    (?P<off>(?:<!--|^[ \t]*(?://|/\*|\(\*|\#|%|--|;|\.\.|REM|'))[ \t]*normalize:[ ]*off\b
      (?:.*?(?:<!--|^[ \t]*(?://|/\*|\(\*|\#|%|--|;|\.\.|REM|'))[ \t]*normalize:[ ]*on\b[^\n]*|.*))
  | (?P<fence>^[ \t>]*(?P<ticks>`{{3,}}|~{{3,}})[^\n]*\n(?:.{{0,{_REACH}}}?^[ \t>]*(?P=ticks)[`~]*[ \t]*$)?)
  | (?P<comment><!--.{{0,{_REACH}}}?-->)
  | (?P<element><(?P<tag>script|style|pre|code|kbd|samp|math|svg)\b[^<>]{{0,1000}}>.{{0,{_REACH}}}?</(?P=tag)\s*>)
  | (?P<front>\A---[ \t]*\n.{{0,{_REACH}}}?^---[ \t]*$)
  | (?P<display>\$\$[^$]{{1,2000}}\$\$|\\\[.{{1,2000}}?\\\]
      |\\begin\{{(?P<env>equation|align|gather|math|verbatim|lstlisting)\*?\}}.{{0,{_REACH}}}?\\end\{{(?P=env)\*?\}})
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
#: Without one of these a text has no block.
_BLOCK_SIGNS = ("```", "~~~", "<!--", "</", "$$", "\\[", "\\begin", "normalize:", "---\n")

_TOP_LEVEL = "com|net|org|edu|gov|mil|int|io|ai|app|dev|info|cn|tw|hk|mo|sg|jp|kr|us|uk|de|fr|eu"
_INLINE = re.compile(
    rf"""
    (?P<code>(?P<tick>`+)[^`](?:.{{0,1000}}?[^`])??(?P=tick)(?!`))
  | (?P<tex>\\\(.{{1,500}}?\\\)|(?<![\\$A-Za-z\d])\$(?=[^\s$])[^${HAN}]{{0,300}}(?<![\s\\])\$(?![\d$])
      |\\[A-Za-z]+\*?(?:\[[^\]{HAN}]{{0,100}}\])?(?:\{{[^{{}}{HAN}]{{0,300}}\}})*)
  | (?P<markup></?[A-Za-z][^<>]{{0,1000}}>|&(?:[A-Za-z]+\d*|\#\d+|\#x[0-9A-Fa-f]+);)
  | (?P<target>(?<=\])\((?:[^()\s,{HAN}]|\([^()\s]*\))*(?:\s+["'][^"']*["'])?\)
      |(?<=\])\([^()\s]*[./\#][^()\s,]*\)|(?<=\])\[[^\[\]]*\])
  | (?P<label>^[ \t]*\[[^\[\]]+\]:(?=[ \t])|\[\^[^\[\]]+\]:?)
  | (?P<url>(?:[A-Za-z][A-Za-z\d+.-]{{1,15}}://|(?<![\w.@])www\.)[^\s<>"`{WIDE}]+)
  | (?P<mail>(?:mailto:)?[A-Za-z\d_][A-Za-z\d_.+-]*@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+)
  | (?P<host>(?<![A-Za-z\d_.-])(?:localhost|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|(?:[A-Za-z\d-]+\.)+(?:{_TOP_LEVEL}))
      (?::\d+(?:/[^\s<>"`{WIDE}]*)?|/[^\s<>"`{WIDE}]*))
  | (?P<windows>(?<![A-Za-z])[A-Za-z]:\\(?:[^\\/:*?"<>|]+\\)*[^\\/:*?"<>|\s,;()]*)
  | (?P<path>(?<![A-Za-z\d_:/.)\]])(?:~|\.{{1,2}})?(?:/[A-Za-z\d._+@%-]+)+/?(?::~?(?:/[A-Za-z\d._+@%-]+)+/?)*)
  | (?P<json>\{{\s*"(?:[^{{}}]|\{{[^{{}}]*\}})*\}}
      |^[ \t]*"[^"]+"[ \t]*:[ \t]*(?:"[^"]*"|[\[\]{{}}\w.+-]*)[ \t]*,?[ \t]*$)
  | (?P<object>\{{\s*["']?[A-Za-z_][\w-]*["']?\s*:[^{{}}]*\}},?)
  | (?P<call>[A-Za-z_][A-Za-z\d_.:]*!?\((?=[^()]*["'])(?:"[^"]*"|'[^']*'|[^()"'{HAN}])*\);?)
  | (?P<assignment>[A-Za-z_][A-Za-z\d_.-]*[ ]*[-+*/:]?=[ ]*(?:"[^"]*"|'[^']*');?)
  | (?P<image>!\[)
  | (?P<english>(?<=[“‘「『《〈])[^{WIDE}]*[A-Za-z][,;:]?[ ][^{WIDE}]+(?=[”’」』》〉])
      |(?<=[“‘’「"'])[!-/:-@\[-`{{-~]{{1,3}}(?=[”’」"'])|"[A-Z][^"{WIDE}]*[A-Za-z][,;:]?[ ][^"{WIDE}]+")
  | (?P<literal>[\[{{][^\[\]{{}}{HAN}]*[\]}}])
  | (?P<scope>[A-Za-z_][\w.-]*(?:::[A-Za-z_<][\w<>]*)+|::+|:[a-z]{{2,}}:(?=[A-Za-z`]))
  | (?P<address>(?<![\w:])[0-9A-Fa-f]{{1,4}}(?::[0-9A-Fa-f]{{0,4}}){{3,7}}(?![\w:]))
  | (?P<number>(?<!\d)(?<!\d[,.])\d{{1,3}}(?:,[ ]?\d{{3}})+(?!\d)
      |(?<!\d)(?<!\d:)\d{{1,3}}(?::\d{{1,3}})+(?:\.\d+)?(?![\d:]))
  | (?P<operator>[!=<>]=|=>|->|\#!|\(\(+[^(){HAN}]*\)\)+|\|?[ \t]*:?-{{2,}}:?[ \t]*(?=\||$))
  | (?P<key>^[ \t]*(?:-[ \t]+)?["']?[A-Za-z_][A-Za-z\d_.-]*["']?:(?=[ \t]))
  | (?P<face>(?:(?<=\s)|^)(?:[:;=][-'^o]?[()DPpOo3/|*\]\[]|\([:;=]|\^[_.]?\^;?)(?=\s|$))
  | (?P<brand>\b(?:Yahoo|Joomla|Jeopardy|Yum|Wham|Mamma[ ]Mia|Moulin[ ]Rouge)!(?=\S))
    """,
    re.VERBOSE,
)
#: A line without any of these has no inline mask: nearly all prose.
_INLINE_SIGN = re.compile(
    r"[`$\\<&\[{/@\"|=>]|[A-Za-z]:|://|::|www\.|\d[,:]|!=|->|\(\(|#!|--:|[:;=]-?[)(DPp]|\^_?\^|[a-z]!|[A-Za-z][,;:]? "
    r"|[A-Za-z]\('|[“‘’「'][!-/:-?]"
)


def blocks(text: str) -> list[tuple[int, int]]:
    """Return the spans of blocks that hold no running text, in order.

    >>> blocks("文字\\n```\\nf(a,b)\\n```\\n文字")
    [(3, 17)]
    """
    if not any(sign in text for sign in _BLOCK_SIGNS):
        return []
    return [match.span() for match in _BLOCKS.finditer(text)]


def inline(line: str) -> list[tuple[int, int, str]]:
    """Return the spans of a line that hold no running text, in order, each with its kind.

    >>> inline("見 http://example.com/a,b;然後,共1,000人")
    [(2, 24, 'url'), (29, 34, 'number')]
    """
    if not _INLINE_SIGN.search(line):
        return []
    spans: list[tuple[int, int, str]] = []
    for match in _INLINE.finditer(line):
        start, end = match.span()
        kind = match.lastgroup or ""
        if kind in ("url", "host"):
            end = _trim_url(line, start, end)
        elif kind == "windows":
            end = start + len(line[start:end].rstrip("."))
        spans.append((start, end, kind))
    return spans


def _trim_url(line: str, start: int, end: int) -> int:
    """Return where a URL ends when the marks after it, and a bracket that it did not open, are left outside."""
    while end > start:
        last = line[end - 1]
        if last in ".,;:!?'*~|" or (last == ")" and line.count("(", start, end) < line.count(")", start, end)):
            end -= 1
        else:
            break
    return end
