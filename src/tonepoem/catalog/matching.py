"""How far a track is from what was asked for: one formula, in SQL for a catalog and in Python for any track.

::

    D = Σ wᵢ · min(δᵢ², 9) / Σ wᵢ          score = exp(−D / 2)

The sum runs over the features that the reading voices, the genre, and a mild prior for popularity. What the words do
not speak of is not in the sum.

===============  ==========================================================================  =======================
term             δ                                                                           w
===============  ==========================================================================  =======================
feature          (g(x) − g(t)) / σ                                                           weight · confidence
tempo            min(│x − t│, │2x − t│, │x/2 − t│) / (0.12 · t): half and double are near    weight · confidence
key              steps on the circle of fifths / 2                                           weight · confidence
genre            3 · (1 − affinity)                                                          2.5
popularity       (1 − x/100) · 2, only where the words do not speak of it                    0.1
===============  ==========================================================================  =======================

* g is the square root for acousticness, instrumentalness, speechiness and liveness, whose values crowd near zero, and
  the value itself for the others. μ and σ are the mean and standard deviation of g over the catalog, so one unit means
  the same for every feature: one standard deviation of the music there is to choose from.
* Genre is a weight, not a wall: the affinity of :func:`tonepoem.genres.affinity`, at its best over a track's genres.
* An unknown value neither wins nor loses: it counts as the mean of δ² over the catalog, 1 + ((g(t) − μ)/σ)²
  for a feature, the mean over all sets of genres for the genre.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tonepoem import genres
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

CAP: Final = 9.0
GENRE_WEIGHT: Final = 2.5
PRIOR_WEIGHT: Final = 0.1
TEMPO_WIDTH: Final = 0.12
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
        unknown: what an unknown value adds, δ² on average.
    """

    name: str
    target: float
    spread: float
    weight: float
    unknown: float

    def squared(self, value: float | None) -> float:
        """min(δ², 9) of a track's value."""
        if value is None:
            return self.unknown
        match self.name:
            case "tempo":
                off = min(abs(value - self.target), abs(2 * value - self.target), abs(value / 2 - self.target))
            case "key":
                steps = abs(value * 7 % 12 - self.target)
                off = min(steps, 12 - steps)
            case name if name in SKEWED:
                off = math.sqrt(value) - self.target
            case _:
                off = value - self.target
        return float(min((off / self.spread) ** 2, CAP))

    def sql(self) -> str:
        """The same as :meth:`squared` times the weight, over the column; its numbers are the parameters it names."""
        x, t = self.name, f"$t_{self.name}"
        match self.name:
            case "tempo":
                off = f"least(abs({x} - {t}), abs({x} * 2 - {t}), abs({x} / 2 - {t}))"
            case "key":
                off = f"least(abs({x} * 7 % 12 - {t}), 12 - abs({x} * 7 % 12 - {t}))"
            case name if name in SKEWED:
                off = f"(sqrt({x}) - {t})"
            case _:
                off = f"({x} - {t})"
        delta = f"{off} * $s_{x}"
        # least() skips NULL, so an unknown value is replaced before the cap
        return f"$w_{x} * least(coalesce({delta} * ({delta}), $u_{x}), $cap)"

    def parameters(self) -> dict[str, float]:
        """The numbers that :meth:`sql` names."""
        return {
            f"t_{self.name}": self.target,
            f"s_{self.name}": 1 / self.spread,
            f"w_{self.name}": self.weight,
            f"u_{self.name}": self.unknown,
        }


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
            typical = ((100 - known.mean) / 50) ** 2
            terms.append(Term("popularity", 100.0, 50.0, PRIOR_WEIGHT, typical))
        wanted = dict.fromkeys((*reading.constraints.genres, *reading.genres))
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
            total += GENRE_WEIGHT * min((3 * miss) ** 2, CAP)
            weights += GENRE_WEIGHT
        return total / weights if weights else 0.0

    def sql(self) -> str:
        """D over the columns of ``tracks``, with ``near.miss`` where genres are wanted."""
        terms = [term.sql() for term in self.terms]
        weights = sum(term.weight for term in self.terms)
        if self.genres:
            # miss is within [0, 1], so the cap of 9 holds by itself
            terms.append("$w_genre * 9 * near.miss * near.miss")
            weights += GENRE_WEIGHT
        return f"({' + '.join(terms)}) / {weights!r}" if weights else "0.0"

    def parameters(self) -> dict[str, float]:
        """The numbers that :meth:`sql` names."""
        numbers: dict[str, float] = {"cap": CAP} if self.terms else {}
        for term in self.terms:
            numbers |= term.parameters()
        return numbers | ({"w_genre": GENRE_WEIGHT} if self.genres else {})


def _term(name: str, value: float, weight: float, scale: Scale) -> Term:
    match name:
        case "tempo":
            return Term(name, value, TEMPO_WIDTH * value, weight, 2.5)
        case "key":
            return Term(name, value * 7 % 12, FIFTHS_WIDTH, weight, 3.0)
    target = math.sqrt(value) if name in SKEWED else value
    unknown = 1 + ((target - scale.mean) / scale.spread) ** 2
    return Term(name, target, scale.spread, weight, min(unknown, CAP))


def score(distance: float) -> float:
    """1 for exactly what was asked for, 0 for far off."""
    return math.exp(-distance / 2)


def miss(wanted: tuple[str, ...], labels: Iterable[str]) -> float | None:
    """1 − affinity of a track's genres, at their best; None if nothing is known of them."""
    known = [value for label in labels if (value := genres.affinity(wanted, label)) is not None]
    return 1 - max(known) if known else None
