"""How far a track is from what was asked for: one formula, in SQL for a catalog and in Python for any track.

::

    D = Σ wᵢ · δᵢ² / Σ wᵢ          score = exp(−D / 2)

The sum runs over the features that the reading voices, the genre, and a mild prior for popularity. What the words do
not speak of is not in the sum.

===========  =========================================================================  ===================
term         δ                                                                          w
===========  =========================================================================  ===================
feature      (g(x) − g(t)) / σ                                                          weight · confidence
tempo        octaves between x and t on a circle, so half and double are near, / 0.16   weight · confidence
key          steps on the circle of fifths / 2                                          weight · confidence
genre        3 · (1 − affinity)                                                         2.5
popularity   δ² = 2 · (1 − x/100), only where the words do not speak of it              0.5
===========  =========================================================================  ===================

* g is the square root for acousticness, instrumentalness, speechiness and liveness, whose values crowd near zero, and
  the value itself for the others. σ is the standard deviation of g over the catalog, so one unit means the same for
  every feature: one standard deviation of the music there is to choose from.
* Genre is a weight, not a wall: the affinity of :func:`tonepoem.kinship.affinity`, at its best over a track's genres.
* An unknown value neither wins nor loses: it counts as the mean of δ² over the catalog, 1 + ((g(t) − μ)/σ)²
  for a feature with mean μ, the mean over all sets of genres for the genre.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tonepoem import genres, kinship
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Reading

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "danceability": 0.8,
        "energy": 1.0,
        "valence": 0.8,
        "acousticness": 0.9,
        "instrumentalness": 0.9,
        "speechiness": 0.7,
        "liveness": 0.3,
        "loudness": 0.5,
        "tempo": 0.3,
        "duration_ms": 0.4,
        "key": 0.5,
        "mode": 0.4,
        "time_signature": 0.5,
        "popularity": 0.5,
    },
)
"""What a voiced feature weighs at full confidence: how much of a track's character it tells."""

SKEWED: Final = frozenset({"acousticness", "instrumentalness", "speechiness", "liveness"})
"""Features whose values crowd near zero: compared by their square roots."""

GENRE_WEIGHT: Final = 2.5
PRIOR_WEIGHT: Final = 0.5
TEMPO_WIDTH: Final = 0.16
FIFTHS_WIDTH: Final = 2.0
UNCERTAIN: Final = 0.5
"""The confidence of a voiced feature that comes without one."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of g over a catalog's known values of one feature."""

    mean: float
    spread: float


def prior_scale(name: str) -> Scale:
    """The scale of popular music at large, for a feature of which a catalog knows too little."""
    feature = FEATURES[name]
    if name in SKEWED:
        return Scale(math.sqrt(feature.typical), 0.25)
    return Scale(feature.typical, feature.spread)


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of D.

    Attributes:
        name: the feature.
        target: g(t).
        spread: σ, or what a difference is divided by.
        weight: w.
        unknown: δ² of an unknown value: the mean over the catalog.
        prior: whether this is the prior for popularity, not what was asked for.
    """

    name: str
    target: float
    spread: float
    weight: float
    unknown: float
    prior: bool = False

    def squared(self, value: float | None) -> float:
        """δ² of a track's value."""
        if value is None:
            return self.unknown
        match self.name:
            case "tempo":
                off = 0.5 - abs(abs(octave(value) - self.target) - 0.5)
            case "key":
                off = 6 - abs(abs(value * 7 % 12 - self.target) - 6)
            case "popularity" if self.prior:
                return 2 * (1 - value / 100)
            case name if name in SKEWED:
                off = math.sqrt(value) - self.target
            case _:
                off = value - self.target
        return float((off / self.spread) ** 2)

    def sql(self) -> str:
        """The same as :meth:`squared` times the weight, over the columns of ``tracks``, with :meth:`parameters`.

        Single precision throughout: it is enough, and half the work.
        """
        x, t = self.name, f"$t_{self.name}::FLOAT"
        match self.name:
            case "tempo":
                off = f"(0.5::FLOAT - abs(abs(octave - {t}) - 0.5::FLOAT))"
            case "key":
                off = f"(6::FLOAT - abs(abs((key * 7 % 12)::FLOAT - {t}) - 6::FLOAT))"
            case "popularity" if self.prior:
                return f"coalesce($f_{x}::FLOAT * (100::FLOAT - {x}::FLOAT), $u_{x}::FLOAT)"
            case name if name in SKEWED:
                off = f"(sqrt({x})::FLOAT - {t})"
            case _:
                off = f"({x}::FLOAT - {t})"
        return f"coalesce($f_{x}::FLOAT * {off} * {off}, $u_{x}::FLOAT)"

    def parameters(self) -> dict[str, float]:
        """The numbers that :meth:`sql` names: target, factor, and what an unknown value adds."""
        unknown = {f"u_{self.name}": self.weight * self.unknown}
        if self.prior:
            return {f"f_{self.name}": self.weight / 50, **unknown}
        return {f"t_{self.name}": self.target, f"f_{self.name}": self.weight / self.spread**2, **unknown}


@dataclass(frozen=True, slots=True)
class Aim:
    """A reading in the units of a catalog: what D measures the distance to.

    Attributes:
        terms: one for each voiced feature, and the popularity prior.
        genres: the genres that are wanted, the most wanted first.
    """

    terms: tuple[Term, ...]
    genres: tuple[str, ...]

    @classmethod
    def at(cls, reading: Reading, scales: Mapping[str, Scale]) -> Aim:
        """What a reading aims at, given a catalog's scales."""
        terms = []
        for name, value in reading.features.voiced().items():
            confidence = reading.confidence.get(name, UNCERTAIN)
            terms.append(_term(name, value, WEIGHTS[name] * confidence, scales.get(name) or prior_scale(name)))
        if reading.features.popularity is None:
            known = scales.get("popularity") or prior_scale("popularity")
            typical = 2 * (1 - known.mean / 100)
            terms.append(Term("popularity", 100.0, 1.0, PRIOR_WEIGHT, typical, prior=True))
        wanted = dict.fromkeys((*reading.constraints.genres, *filter(genres.specific, reading.genres)))
        return cls(tuple(term for term in terms if term.weight > 0), tuple(wanted))

    def distance(self, features: AudioFeatures, miss: float | None) -> float:
        """D of a track.

        Args:
            features: the track's.
            miss: 1 − affinity of its genres; None where no genre is wanted.
        """
        total = sum(term.weight * term.squared(getattr(features, term.name)) for term in self.terms)
        weights = sum(term.weight for term in self.terms)
        if miss is not None:
            total += GENRE_WEIGHT * (3 * miss) ** 2
            weights += GENRE_WEIGHT
        return total / weights if weights else 0.0

    def sql(self) -> str:
        """D over the columns of ``tracks``, with ``near.far`` (the genres' term of each set) where genres are wanted."""
        terms = [term.sql() for term in self.terms]
        weights = sum(term.weight for term in self.terms)
        if self.genres:
            terms.append("near.far[genre_set + 1]")
            weights += GENRE_WEIGHT
        return f"({' + '.join(terms)}) / {weights!r}::FLOAT" if weights else "0::FLOAT"

    def parameters(self) -> dict[str, float]:
        """The numbers that :meth:`sql` names."""
        return {name: value for term in self.terms for name, value in term.parameters().items()}


def _term(name: str, value: float, weight: float, scale: Scale) -> Term:
    match name:
        case "tempo":  # on average over a circle δ² is a third of the greatest, (0.5 / width)²
            return Term(name, octave(value), TEMPO_WIDTH, weight, (0.5 / TEMPO_WIDTH) ** 2 / 3)
        case "key":
            return Term(name, value * 7 % 12, FIFTHS_WIDTH, weight, (6 / FIFTHS_WIDTH) ** 2 / 3)
    target = math.sqrt(value) if name in SKEWED else value
    return Term(name, target, scale.spread, weight, 1 + ((target - scale.mean) / scale.spread) ** 2)


def octave(tempo: float) -> float:
    """A tempo's place in its octave, 0 to 1: half and double time have the same."""
    return math.log2(tempo) % 1


def score(distance: float) -> float:
    """1 for exactly what was asked for, 0 for far off."""
    return math.exp(-distance / 2)


def miss(wanted: tuple[str, ...], labels: Iterable[str]) -> float | None:
    """1 − affinity of a track's genres, at their best; None if nothing is known of them."""
    known = [value for label in labels if (value := kinship.affinity(wanted, label)) is not None]
    return 1 - max(known) if known else None
