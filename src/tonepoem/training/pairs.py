"""Pairs of requests of which one must be heard higher than the other: "not sad" is happier than "sad".

They test what averages hide: the direction of a word, of a degree, of a negation. They stand in ``lexicon/pairs.tsv``; those
marked as held are kept out of every corpus, so no model has seen them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from tonepoem.features import FEATURES
from tonepoem.generator import Generator
from tonepoem.playlist import Reading

KINDS: Final = ("plain", "negation")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requests.

    Attributes:
        feature: the feature that tells them apart.
        high: the request that asks for more of it.
        low: the request that asks for less of it.
        kind: ``plain``, or ``negation`` where one is the other turned round, or both hold a negation.
        held: whether both are kept out of training.
    """

    feature: str
    high: str
    low: str
    kind: str
    held: bool


@dataclass(frozen=True, slots=True)
class PairScore:
    """How many pairs of one kind a model hears the right way round.

    Attributes:
        kind: ``plain`` or ``negation``.
        held: whether they were kept out of training.
        right: how many come out right; two equal values are wrong.
        count: how many there are.
        wrong: those that do not, as "high / low (feature)".
    """

    kind: str
    held: bool
    right: int
    count: int
    wrong: tuple[str, ...]


@lru_cache(maxsize=1)
def pairs() -> tuple[Pair, ...]:
    """Every pair, in the order of the file."""
    text = resources.files("tonepoem").joinpath("training", "lexicon", "pairs.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple(Pair(feature, high, low, kind, held == "1") for feature, high, low, kind, held in rows)


def bare(text: str) -> str:
    """A text without case and punctuation, in which form requests count as the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=1)
def held_out() -> frozenset[str]:
    """The requests that no corpus may hold, :func:`bare`."""
    return frozenset(bare(text) for pair in pairs() if pair.held for text in (pair.high, pair.low))


def score(generator: Generator) -> tuple[PairScore, ...]:
    """Measure a model on the pairs: plain and negation, known and held.

    A feature that the model does not voice counts as typical, which is what matching takes it for.
    """
    texts = list(dict.fromkeys(text for pair in pairs() for text in (pair.high, pair.low)))
    readings = dict(zip(texts, generator.describe_all(texts), strict=True))
    found = []
    for kind in KINDS:
        for held in (False, True):
            own = [pair for pair in pairs() if (pair.kind, pair.held) == (kind, held)]
            wrong = [
                f"{pair.high} / {pair.low} ({pair.feature})"
                for pair in own
                if not _value(readings[pair.high], pair.feature) > _value(readings[pair.low], pair.feature)
            ]
            if own:
                found.append(PairScore(kind, held, len(own) - len(wrong), len(own), tuple(wrong)))
    return tuple(found)


def _value(reading: Reading, name: str) -> float:
    value = getattr(reading.features, name)
    return FEATURES[name].typical if value is None else float(value)
