"""What the repairs ask of the language model, in nats: the lower, the likelier."""

from __future__ import annotations

from functools import lru_cache

from normalize import language


@lru_cache(1 << 16)
def cost(previous: str, character: str) -> float:
    """Return what a character costs after another.

    >>> cost("知", "識") < cost("檎", "摗")
    True
    """
    if len(previous) != 1:
        return language.character_costs(previous + character)[-1]
    return language.model().pair(previous, character)


@lru_cache(1 << 11)
def after(previous: str, characters: str) -> tuple[float, ...]:
    """Return what each of these characters costs after one character: what `cost` says, several times as fast.

    >>> after("知", "識道") == (cost("知", "識"), cost("知", "道"))
    True
    """
    return tuple(language.character_costs("".join(previous + character for character in characters))[1::2])


@lru_cache(1 << 14)
def alone(character: str) -> float:
    """Return what a character costs after nothing that says anything about it."""
    return language.character_costs("\uffff" + character)[-1]


def total(text: str) -> float:
    """Return what a text costs as a whole, in Chinese."""
    return sum(language.character_costs(text))


def mean(text: str) -> float:
    """Return what each character of a text but the first costs after the one before, on average."""
    return sum(map(cost, text, text[1:])) / max(len(text) - 1, 1)
