"""Print what the context model is worth on texts that it has not seen: the tables of `quality.py`, by region.

    python tools/bench/held_out.py [--texts ../shared/text] [--cases ../shared/cases/script]

The model is trained four times, each time without a quarter of its sources, and measured on the passages of those;
parallel sentences, and passages of sources that are never learnt from, are measured with all sources. Needs what
`tools/train_context.py` needs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from context_examples import Forms, examples  # noqa: E402 (the folder above must be on the path)
from quality import CASES, Folds, Score, ambiguous_characters, converted, ours, tables  # noqa: E402
from train_context import FEATURES, ROOT, without, write  # noqa: E402

from normalize.script import context, incontext, resolver  # noqa: E402

#: What is left out together.
FOLDS = (
    ("ly_gazette", "ud_gsd", "ws_zuozhuan", "ws_xixiang"),
    ("moj_law", "laravel_tw", "ws_shierlou"),
    ("legco_hansard", "kr_shiji_lotus", "ws_houhei"),
    ("hkcancor", "ruby_elixir_cpumem_tw", "tang_poetry", "ws_xiyuan"),
)
TITLES = (
    *("Simplified to Traditional", "clean Traditional damaged", "mixed_runs", "mixed_chars", "round trip"),
    *("clean passages", "passages char30", "passages spans", "passages naive_st"),
)


def use(path: Path) -> None:
    """Make a model the one that conversion asks."""
    read = context.Model.read(path.read_bytes())
    context.model = lambda: read  # type: ignore[assignment]
    resolver.ready.cache_clear()
    incontext._ready.cache_clear()


def fold_of(group: str) -> tuple[str, ...]:
    """Return what is left out to measure a group of cases; some of the parallel sentences are of a source too."""
    return next((fold for fold in FOLDS if group.split(" ")[-1] in fold), ())


def main() -> None:
    """Train, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=ROOT / ".." / "shared" / "text")
    parser.add_argument("--cases", type=Path, default=CASES)
    arguments = parser.parse_args()
    forms = Forms()
    found = examples(arguments.texts, forms)
    folds, ambiguous = Folds(arguments.cases / "folds.json"), ambiguous_characters()
    listed = tables(arguments.cases)
    errors: Counter[tuple[str, str]] = Counter()
    inexact: Counter[tuple[str, str]] = Counter()
    cases_of: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "context.bin"
        for left_out in ((), *FOLDS):
            write(without(found, left_out), forms, FEATURES, model)
            use(model)
            for title in TITLES:
                cases = [case for case in listed[title] if fold_of(case[0]) == left_out]
                score = Score(cases, converted(ours, cases), folds, ambiguous)
                for group, number in score.cases.items():
                    region = group.split(" ")[0] if " " in group else "all"
                    for key in {(title, region), (title, "all")}:
                        errors[key] += score.errors[group]
                        inexact[key] += score.inexact[group]
                        cases_of[key] += number
    for key, number in sorted(cases_of.items(), key=lambda item: TITLES.index(item[0][0])):
        print(f"{key[0]:28}{key[1]:10}{errors[key]:6} errors {100 * (1 - inexact[key] / number):6.1f} % exact")


if __name__ == "__main__":
    main()
