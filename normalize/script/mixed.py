"""Text that is partly Traditional, or made one character at a time: what is kept and what is decided anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from normalize.script import channel, columns
from normalize.script.arrays import codes, string

if TYPE_CHECKING:
    from normalize.script.resolver import Resolver


def convert(resolver: Resolver, text: str, folded: str, answer: str, by_character: bool) -> str:
    """Return the text in the target's form; `answer` is what the conversion of the folded view gives."""
    kept = resolver.refining.convert(text)
    if len(kept) != len(text):
        return answer
    source, view, said, stays = (codes(part) for part in (text, folded, answer, kept))
    out = said.copy()
    if by_character:
        # What such a converter would have written for the folded character may be replaced, if a phrase of the lexicon
        # has another form there; anything else stays, and the model decides on the characters that it knows.
        single = codes("".join(map(resolver.converter.convert, folded)))
        keep = ((stays != single) & (source != view)) | ((source == view) & (said == single))
        cost = None
    else:
        kinds = columns.classes(source)
        cost = channel.penalties(source, kinds)
        keep = (source != view) | (
            columns.is_shared(kinds) & (cost > columns.priors(resolver).take(source, mode="clip"))
        )
    out[keep] = stays[keep]
    if resolver.model is not None:
        places, decided = columns.decide_mixed(resolver, text, folded, answer, cost)
        out[places] = np.where(decided == 0, stays[places], decided)
    return string(out)
