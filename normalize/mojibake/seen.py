"""A page as its annotating tool left it, where later readers and editors changed what stands around the pinyin.

U+FFFD, a widened question mark or nothing stands for a pair that could not be decoded, blanks stand between Han and
brackets, lines are wrapped within them, and letters are taken apart from their tones. The page is searched as the tool
left it, and what is found is carried over to the text as it is.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from normalize.edits import Edit
from normalize.mojibake import pinyin


class Seen:
    """A text with changes to it: `text` is what comes of them."""

    def __init__(self, found: str, changes: Iterable[tuple[int, int, str]] = ()) -> None:
        """Take a text and what to put in the place of which parts of it, in order."""
        self._found = found
        # Where the changes that alter the length begin and end in `text`, and how much longer that is so far.
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._longer = [0]
        pieces: list[str] = []
        position = length = 0
        for start, end, instead in changes:
            pieces += (found[position:start], instead)
            length += start - position + len(instead)
            position = end
            if len(instead) != end - start:
                self._starts.append(length - len(instead))
                self._ends.append(length)
                self._longer.append(self._longer[-1] + len(instead) - (end - start))
        self.text = "".join((*pieces, found[position:])) if pieces else found

    def carried_over(self, edits: Iterable[Edit]) -> Iterator[Edit]:
        """Yield edits of `text` as edits of the text that was found; what was taken out beside one goes with it.

        >>> from normalize.edits import Step
        >>> seen = Seen("關 (guān) 鍵", [(1, 2, ""), (8, 9, "")])
        >>> seen.text, [edit[:3] for edit in seen.carried_over([Edit(1, 7, "", Step("mojibake", "annotation"))])]
        ('關(guān)鍵', [(1, 9, '')])
        """
        if self.text is self._found:
            yield from edits
            return
        last = 0
        for edit in edits:
            first = bisect_right(self._ends, edit.start)
            while first and self._starts[first - 1] == self._ends[first - 1] == edit.start:
                first -= 1
            start = max(edit.start - self._longer[first], last)
            end = edit.end - self._longer[bisect_right(self._ends, edit.end)]
            # A line that was wrapped within an annotation stays wrapped.
            after = edit.after
            if "\n" in self._found[start:end] and "\n" not in self.text[edit.start : edit.end]:
                after += "\r\n" if "\r\n" in self._found[start:end] else "\n"
            if self._found[start:end] != after:
                yield Edit(start, end, after, edit.step)
                last = end


def as_left(text: str) -> Seen:
    """Return a page with the marks and without the blanks that its tool left.

    >>> as_left("領(lǐng)域\ufffdyàn)锳I").text, as_left("領 (lǐng) 域").text
    ('領(lǐng)域?yàn)锳I', '領(lǐng)域')
    """
    apart = [(*match.span(), unicodedata.normalize("NFC", match[0])) for match in pinyin.DECOMPOSED.finditer(text)]
    if apart:
        return Seen(text, apart)
    wrapped = (match.span(match.lastgroup or 0) for match in pinyin.WRAPPED.finditer(text))
    changes = [(start, end, "") for start, end in wrapped]
    if "\ufffd" in text or "？" in text:
        marks = {match.start() for match in pinyin.OTHERWISE_BROKEN.finditer(text)}
        if any(text[place] == "\ufffd" for place in marks):
            marks.update(place for place, character in enumerate(text) if character == "\ufffd")
        changes += [(place, place + 1, "?") for place in marks]
    blanks = [match.start() for match in pinyin.BLANK_BEFORE.finditer(text)]
    if blanks and 2 * len(blanks) > sum(1 for _ in pinyin.ANNOTATION.finditer(text)):
        after = pinyin.BLANK_AFTER.finditer(text)
        changes += [(place, place + 1, "") for place in {*blanks, *(match.end() - 1 for match in after)}]
    return Seen(text, sorted(changes))


def with_unmarked(text: str) -> Seen | None:
    """Return a page with question marks where nothing stands for what was broken; None for one that has some.

    >>> with_unmarked("領(lǐng)域yàn)锳I").text, with_unmarked("領(lǐng)域?yàn)锳I")
    ('領(lǐng)域?yàn)锳I', None)
    """
    if pinyin.BROKEN_ANNOTATION.search(text):
        return None
    places = [match.start() for match in pinyin.UNMARKED.finditer(text)]
    return Seen(text, [(place, place, "?") for place in places]) if places else None
