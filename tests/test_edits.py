"""Edits compose: whatever several stages do comes back as one list against the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.composition import compose_columns
from normalize.edits import Edit, Edits, Spans, Step, compose, compose_rows
from normalize.result import Alignment, Changes, apply, invert

ONE, TWO = Step("first", "one"), Step("second", "two", "inferred", "because")


@st.composite
def edits_of(draw: st.DrawFn, text: str, step: Step) -> Edits:
    """Draw edits of a text: replacements, insertions and deletions, in order."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return Edits.of(text, [Edit(a, b, draw(st.text("xy漢", max_size=3)), step) for a, b in pairs])


@st.composite
def two_stages(draw: st.DrawFn) -> tuple[Edits, Edits]:
    first = draw(edits_of(draw(st.text("ab漢𠀀", max_size=12)), ONE))
    return first, draw(edits_of(first.text, TWO))


@given(two_stages())
def test_composed_changes_applied_to_the_source_give_the_output(stages: tuple[Edits, Edits]) -> None:
    """Applying the composed changes is running both stages, and inverting them leads back."""
    first, second = stages
    changes = Changes(first.source, second.text, compose(first.spans, second.spans))
    assert apply(first.source, changes) == second.text
    assert apply(second.text, invert(changes)) == first.source


@given(two_stages())
def test_composed_spans_are_in_order_and_carry_their_steps(stages: tuple[Edits, Edits]) -> None:
    """Spans never overlap, and no step of either stage is forgotten."""
    first, second = stages
    spans = compose(first.spans, second.spans)
    ends = (0, 0)
    for start, end, out_start, out_end, _ in spans.rows():
        assert start >= ends[0]
        assert out_start >= ends[1]
        ends = (end, out_end)
    steps = {step for group in spans.steps for step in group}
    assert steps == ({ONE} if len(first.spans) else set()) | ({TWO} if len(second.spans) else set())


@given(two_stages())
def test_alignment_is_total_monotone_and_exact_on_unchanged_text(stages: tuple[Edits, Edits]) -> None:
    """Every offset maps, in order, and the same character stands at both ends outside of changes."""
    first, second = stages
    source, output = first.source, second.text
    spans = compose(first.spans, second.spans)
    alignment = Alignment(spans)
    forward = [alignment.to_output(i) for i in range(len(source) + 1)]
    back = [alignment.to_source(i) for i in range(len(output) + 1)]
    assert forward == sorted(forward)
    assert back == sorted(back)
    assert all(0 <= place <= len(output) for place in forward)
    assert all(0 <= place <= len(source) for place in back)
    changed = {i for start, end, *_ in spans.rows() for i in range(start, end)}
    for i, character in enumerate(source):
        if i not in changed:
            assert output[forward[i]] == character
            assert back[forward[i]] == i


@given(two_stages())
def test_columns_compose_as_rows_do(stages: tuple[Edits, Edits]) -> None:
    """The way for long texts gives the spans and the steps that the way for short ones gives."""
    first, second = stages
    if len(first.spans) and len(second.spans):
        by_row = compose_rows(first.spans, second.spans)
        assert _told(compose_columns(first.spans, second.spans)) == _told(by_row)


def _told(spans: Spans) -> list[tuple[int, int, int, int, tuple[Step, ...]]]:
    return [(*row[:4], spans.steps[row[4]]) for row in spans.rows()]


def test_long_texts_compose_in_columns() -> None:
    """Thousands of spans of two stages: complete, in order, and applied they give the output."""
    source = "ab漢" * 4000
    first = Edits.of(source, [Edit(i * 3, i * 3 + i % 3, "x" * (i % 4), ONE) for i in range(4000)])
    places = range(0, len(first.text) - 8, 7)
    second = Edits.of(first.text, [Edit(i, i + i % 5, "漢y"[: i % 3], TWO) for i in places])
    spans = compose(first.spans, second.spans)
    assert _told(spans) == _told(compose_rows(first.spans, second.spans))
    assert apply(source, Changes(source, second.text, spans)) == second.text


def test_edits_that_overlap_are_refused() -> None:
    """A stage that hands out overlapping edits is a defect, and is told so."""
    with pytest.raises(ValueError, match="overlap"):
        Edits.of("abc", [Edit(0, 2, "", ONE), Edit(1, 3, "", ONE)])


def test_changes_that_do_not_fit_are_refused() -> None:
    """Changes applied to another text say what was expected there."""
    changes = Changes("甲乙", "丙乙", Edits.of("甲乙", [Edit(0, 1, "丙", ONE)]).spans)
    with pytest.raises(ValueError, match="expected '甲', found '丁'"):
        apply("丁乙", changes)
