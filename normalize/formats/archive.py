"""Zip archives and the documents that are such archives: EPUB, DOCX, XLSX, PPTX and ODF, their text edited in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from normalize.encoding import EncodingError, detect
from normalize.formats.containers import allowed, inside
from normalize.formats.document import Rewritten, Visit, rewrite, rewrite_text, within
from normalize.formats.markup import HTML, XML_FORMAT, elements
from normalize.formats.span import Format, FormatError, Options, Span
from normalize.formats.zipfiles import Archive, Member
from normalize.pipeline import Normalizer

#: More members than this are not looked at one by one.
_MOST_MEMBERS = 65_000


def _part(texts: str, passages: str) -> Format:
    spans: Callable[[str, Options], Iterator[Span]] = elements(texts, passages)
    return Format("xml", (), spans, charset=XML_FORMAT.charset)


_WORD = _part("w:t a:t", "w:p a:p w:tab w:br w:cr a:br")
_SHEET = _part("t", "si is rPh")
_SLIDE = _part("a:t", "a:p a:br")
_CORE = _part("dc:title dc:subject dc:description dc:creator cp:keywords cp:category", "cp:coreProperties dc:title")
_OPEN_DOCUMENT = _part(
    "text:p text:h dc:title dc:subject dc:description meta:keyword", "text:p text:h text:tab text:line-break text:s"
)
_PACKAGE = _part("dc:title dc:creator dc:description dc:subject dc:publisher dc:contributor", "metadata dc:title")
_CONTENTS = _part("text", "text")

#: Kinds of archive: the member that tells them, and the parts that hold text with their formats.
KINDS: tuple[tuple[str, str, tuple[tuple[str, Format], ...]], ...] = (
    (
        "docx",
        "word/document.xml",
        (
            (r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml|word/charts/.*\.xml", _WORD),
            (r"docProps/core\.xml", _CORE),
        ),
    ),
    (
        "xlsx",
        "xl/workbook.xml",
        (
            (r"xl/sharedStrings\.xml|xl/worksheets/[^/]*\.xml|xl/comments\d*\.xml", _SHEET),
            (r"xl/(?:drawings|charts)/[^/]*\.xml", _SLIDE),
            (r"docProps/core\.xml", _CORE),
        ),
    ),
    (
        "pptx",
        "ppt/presentation.xml",
        (
            (r"ppt/(?:slides|notesSlides|charts|diagrams)/[^/]*\.xml", _SLIDE),
            (r"docProps/core\.xml", _CORE),
        ),
    ),
    (
        "epub",
        "META-INF/container.xml",
        (
            (r".*\.(?:xhtml|html|htm)", HTML),
            (r".*\.opf", _PACKAGE),
            (r".*\.ncx", _CONTENTS),
        ),
    ),
    ("odf", "content.xml", ((r"(?:content|styles|meta)\.xml", _OPEN_DOCUMENT),)),
)


def rewrite_archive(data: bytes, path: str, normalizer: Normalizer, options: Options, visit: Visit) -> Rewritten:
    """Return an archive with the text of its members normalised; members without changes keep their bytes."""
    deeper = inside(options, path)
    archive = Archive(data)
    if len(archive.members) > _MOST_MEMBERS:
        raise FormatError(f"has {len(archive.members):,} members; more than {_MOST_MEMBERS:,} are refused")
    names = decoded_names(archive.members)
    kind, parts = _kind(names)
    if kind != "zip":
        # The parts of such a document are UTF-8, whatever files by themselves are to be.
        deeper = replace(deeper, to_encoding="utf-8")
    most = allowed(len(data), options)
    contents: dict[int, bytes] = {}
    left: list[str] = []
    renamed: list[tuple[str, str]] = []
    encodings: set[str | None] = set()
    for index, (member, name) in enumerate(zip(archive.members, names, strict=True)):
        format = next((format for pattern, format in parts if re.fullmatch(pattern, name)), None)
        if name.endswith("/") or (kind != "zip" and format is None):
            continue
        try:
            content = _read(archive, member, name, most)
            most -= len(content)
            if format is None:
                done = rewrite(content, name, normalizer, deeper, within(visit, name))
            else:
                done = rewrite_text(content, name, normalizer, deeper, within(visit, name), format)
        except (FormatError, EncodingError) as error:
            left.append(f"{name}: {error}")
            if "bomb" in str(error):
                raise FormatError(left[-1]) from None
            continue
        if done.problem:
            left.append(f"{name}: {done.problem}")
            continue
        encodings.add(done.encoding)
        left += (f"{name}/{inner}" for inner in done.left)
        renamed += ((f"{name}/{old}", f"{name}/{now}") for old, now in done.names)
        if done.data != content:
            contents[index] = done.data
    # What is one document to its reader is not half normalised: a part that cannot be read leaves all of it as it is.
    if kind != "zip" and left:
        raise FormatError("; ".join(left))
    new = _new_names(archive.members, names, normalizer) if kind == "zip" and options.names else {}
    out = archive.replaced(contents, new) if contents or new else data
    # Archives hold pictures and the like beside text as a matter of course: these are not worth a word.
    worth = tuple(note for note in left if not note.endswith(": not text"))
    encoding = encodings.pop() if len(encodings) == 1 else None
    problem = "" if encoding or encodings or contents or new else "no text in it"
    renamed += ((names[index], name) for index, name in new.items() if name != names[index])
    return Rewritten(out, kind, encoding, problem, worth, names=tuple(renamed))


def _read(archive: Archive, member: Member, name: str, most: int) -> bytes:
    if not member.is_readable:
        raise FormatError("encrypted, or packed in a way that is not known")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", name):
        raise FormatError("its name leads out of the archive")
    return archive.read(member, most)


def _kind(names: list[str]) -> tuple[str, tuple[tuple[str, Format], ...]]:
    found = set(names)
    for kind, sign, parts in KINDS:
        # An archive of somebody's files may hold a content.xml; an ODF document begins with its media type.
        if sign in found and (kind not in ("odf", "epub") or "mimetype" in found):
            return kind, parts
    return "zip", ()


def decoded_names(members: list[Member]) -> list[str]:
    """Return the names of members; those without the UTF-8 flag are in the encoding that all of them together show."""
    legacy = [member.raw_name for member in members if not member.is_utf8]
    together = b"\n".join(legacy)
    encoding = "cp437" if together.isascii() else detect(together).encoding or "cp437"
    names = []
    for member in members:
        try:
            name = member.raw_name.decode("utf-8" if member.is_utf8 else encoding)
        except (UnicodeDecodeError, LookupError):
            name = member.info.filename
        names.append(name)
    return names


def _new_names(members: list[Member], names: list[str], normalizer: Normalizer) -> dict[int, str]:
    """Return the names that members are to have: normalised, UTF-8, and no two the same."""
    new: dict[int, str] = {}
    taken = {name.casefold() for name in names}
    for index, (member, name) in enumerate(zip(members, names, strict=True)):
        changed = normalizer.normalize(name)
        if changed.count("/") != name.count("/") or (changed != name and changed.casefold() in taken):
            changed = name
        taken.add(changed.casefold())
        if changed != name or changed.encode() != member.raw_name:
            new[index] = changed
    return new
