"""What the context model learns for one character: weights of its neighbours, from examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from context_examples import CLASSICAL, SPOKEN_SOURCES, Examples, Forms

from normalize.script.context import REACH, TEMPLATES

#: A form is a choice when it makes up this share of the examples of its character, and occurs this often.
LEAST_SHARE = 0.0005
LEAST_COUNT = 12
#: A context is learnt when it occurs in so many places of so many sources, or in more places of any. With contexts of
#: one source left out 1,703 errors are left in round trips of sources left out, so 1,684.
LEAST_SOURCES = 2
LEAST_PLACES = 3
LEAST_OF_ONE = 5
#: Places without any known context, as a share of the examples, at which the lexicon counts as right.
PLAIN = 0.3
#: A form that the lexicon answers is a choice too where it is wrong in this share of at least so many examples, in at
#: least so many sources: 揹 and 蓆 are always written 背 and 席.
WRONG_SHARE = 0.5
WRONG_COUNT = 5
WRONG_SOURCES = 2
#: Strength of the regularisation (scikit-learn's C).
STRENGTH = 10.0
#: What an example from the classics counts. With 1.0, in prose of today, 吊 is 弔 at the end of a clause; of pages
#: converted one by one, of sources left out, 73.1 % are exact with 1.0 and 74.0 % with 0.4.
OLD = 0.4
#: The lexicon's answer is a feature of this size, so that regularisation hardly touches it.
ANSWER = 3.0
#: Weights smaller than this (nats) are dropped.
LEAST_WEIGHT = 0.02

Ints = npt.NDArray[np.int64]
Context = tuple[int, tuple[int, ...]]


@dataclass
class Trained:
    """What was learnt for one character, in nats: for each form but the first, constants and weights of contexts.

    `right` says for each form in how many of the examples in modern prose with this answer it was right, and of how
    many.
    """

    forms: list[str]
    constants: npt.NDArray[np.float64]
    cantonese: npt.NDArray[np.float64]
    weights: list[dict[Context, float]]
    right: list[tuple[int, int]]


def columns_of(neighbours: npt.NDArray[np.uint32], sources: npt.NDArray[np.str_]) -> tuple[list[Context], Any]:
    """Return the contexts that occur often enough, and the matrix of which example has which.

    What only one source has is its own way of writing more often than a fact about the language: it must occur oftener.
    """
    from scipy import sparse  # type: ignore[import-not-found, import-untyped, unused-ignore]

    source = np.unique(sources, return_inverse=True)[1].ravel()
    names: list[Context] = []
    rows: list[Ints] = []
    columns: list[Ints] = []
    for template, offsets in enumerate(TEMPLATES):
        values = neighbours[:, [REACH + offset for offset in offsets]]
        found, inverse = np.unique(values, axis=0, return_inverse=True)
        inverse = inverse.ravel()
        pairs = np.unique(np.stack([inverse, source]), axis=1)
        places = np.bincount(inverse, minlength=len(found))
        several = np.bincount(pairs[0], minlength=len(found)) >= LEAST_SOURCES
        several = (several & (places >= LEAST_PLACES)) | (places >= LEAST_OF_ONE)
        number = np.full(len(found), -1, dtype=np.int64)
        number[several] = np.arange(np.count_nonzero(several)) + len(names)
        names += [(template, tuple(int(v) for v in row)) for row in found[several]]
        column = number[inverse]
        rows.append(np.flatnonzero(column >= 0))
        columns.append(column[column >= 0])
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (len(neighbours), len(names))
    return names, sparse.csr_matrix((np.ones(len(row), np.float64), (row, column)), shape=shape)


def choices(labels: npt.NDArray[np.str_], answers: npt.NDArray[np.str_], sources: Any, listed: set[str]) -> list[str]:
    """Return the forms to choose between, the commonest first: those written, and those wrongly answered."""
    counts = Counter(labels.tolist())
    least = max(LEAST_COUNT, LEAST_SHARE * len(labels))
    kept = [form for form, count in counts.most_common() if form in listed and count >= least]
    for form, count in Counter(answers.tolist()).most_common():
        wrong = (answers == form) & (labels != form)
        often = count >= WRONG_COUNT and wrong.sum() >= WRONG_SHARE * count
        if form in listed and form not in kept and often and len(set(sources[wrong].tolist())) >= WRONG_SOURCES:
            kept.append(form)
    return kept


def train(folded: str, found: Examples, forms: Forms) -> Trained | None:
    """Learn the forms of one character from its examples, or return None where there is no choice."""
    from scipy import sparse  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found, import-untyped, unused-ignore]

    labels = np.array([forms.group(label) for label in found.labels])
    answers = np.array([forms.group(answer) for answer in found.answers])
    kept = choices(labels, answers, found.sources, {forms.group(value) for value in forms.listed[folded]})
    if len(kept) < 2:
        return None
    rows = np.isin(labels, kept)
    labels, answers = labels[rows], answers[rows]
    names, matrix = columns_of(found.neighbours[rows], found.sources[rows])
    said = sparse.csr_matrix(np.stack([answers == form for form in kept], axis=1).astype(np.float64) * ANSWER)
    near = sparse.csr_matrix(found.cantonese[rows][:, None].astype(np.float64))
    features = sparse.hstack([said, near, matrix], format="csr")
    # Where no context is known the lexicon's answer stands: as many such places as this share of its right answers.
    plain = sparse.csr_matrix(
        (np.full(len(kept), ANSWER), (range(len(kept)), range(len(kept)))), (len(kept), features.shape[1])
    )
    features = sparse.vstack([features, plain], format="csr")
    right = [int(((answers == form) & (labels == form)).sum()) for form in kept]
    modern = ~np.isin(found.sources[rows], list(CLASSICAL | SPOKEN_SOURCES))
    in_modern = [
        (int((modern & (answers == f) & (labels == f)).sum()), int((modern & (answers == f)).sum())) for f in kept
    ]
    ones = np.where(np.isin(found.sources[rows], list(CLASSICAL)), OLD, 1.0)
    weight = np.concatenate([ones, [max(1.0, PLAIN * number) for number in right]])
    labels = np.concatenate([labels, kept])
    constants = np.zeros((len(kept) - 1, len(kept)))
    cantonese = np.zeros(len(kept) - 1)
    weights: list[dict[Context, float]] = []
    for index, form in enumerate(kept[1:]):
        pair = (labels == form) | (labels == kept[0])
        learner = LogisticRegression(
            penalty="l1", C=STRENGTH, solver="liblinear", intercept_scaling=3.0, random_state=0, max_iter=200, tol=1e-3
        )
        learner.fit(features[pair], labels[pair] == form, sample_weight=weight[pair])
        coefficients = learner.coef_[0]
        constants[index] = learner.intercept_[0] + ANSWER * coefficients[: len(kept)]
        cantonese[index] = coefficients[len(kept)]
        own = coefficients[len(kept) + 1 :]
        weights.append({names[i]: float(own[i]) for i in np.flatnonzero(np.abs(own) > LEAST_WEIGHT)})
    return Trained(kept, constants, cantonese, weights, in_modern)


def prior(folded: str, found: Examples, forms: Forms) -> float | None:
    """Return what speaks (nats) against a character standing for itself, or None where it is no form of its own."""
    if folded not in forms.listed[folded]:
        return None
    itself = int((found.labels == folded).sum())
    return float(np.log((len(found.labels) - itself + 1.0) / (itself + 0.5)))
