"""The order of a playlist: an arc of energy over the whole, and neighbours that go together.

The cost of an order is the sum of

* for each place, how far the track's energy is from what the arc wants there,
* for each pair of neighbours, the distance of their keys on the Camelot wheel, of their tempos (half and double time
  are near), and the jump in energy; and much more than all of these for two tracks of one artist,
* for the first place, how much weaker the track is than the strongest.

An order by the arc is improved by exchanging pairs of tracks as long as that lowers the cost. It is deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from tonepoem.features import FEATURES
from tonepoem.genres import fold
from tonepoem.playlist import Arc, Candidate, Track

ARCS: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {
        "rise": lambda at: at,
        "fall": lambda at: 1 - at,
        "peak": lambda at: at / 0.65 if at <= 0.65 else (1 - at) / 0.35,
        "wave": lambda at: 0.5 - 0.5 * math.cos(4 * math.pi * at),
    },
)
"""The share of the energy there is that each arc wants, from the start (0) to the end (1). A flat one wants none."""

ARC_WEIGHT: Final = 12.0
KEY_WEIGHT: Final = 0.12
TEMPO_WEIGHT: Final = 1.5
JUMP_WEIGHT: Final = 1.0
FIRST_WEIGHT: Final = 2.0
SAME_ARTIST: Final = 100.0

_UNKNOWN_KEYS: Final = 3.2
"""The mean distance of two random keys on the wheel: what an unknown key counts as."""

_ALL_PAIRS: Final = 80
"""Up to so many tracks any two may change places; beyond, only those within reach, to stay quick."""
_REACH: Final = 12
_PASSES: Final = 8


def camelot(key: int, mode: int) -> tuple[int, str]:
    """A key's place on the Camelot wheel: 1 to 12, A for minor and B for major; C major is 8B, A minor 8A."""
    major = key if mode else (key + 3) % 12
    return (major * 7 + 7) % 12 + 1, "B" if mode else "A"


def key_distance(one: Track, other: Track) -> float:
    """Steps on the Camelot wheel, 0 (the same key) to 7; neighbours and relative keys are 1 apart."""
    a, b = one.features, other.features
    if a.key is None or a.mode is None or b.key is None or b.mode is None:
        return _UNKNOWN_KEYS
    (n, letter), (m, other_letter) = camelot(a.key, a.mode), camelot(b.key, b.mode)
    around = abs(n - m)
    return min(around, 12 - around) + (letter != other_letter)


def tempo_distance(one: Track, other: Track) -> float:
    """How far apart two tempos are in octaves, 0 to 0.5; half and double time are the same."""
    a, b = one.features.tempo, other.features.tempo
    if not a or not b:
        return 0.2
    octaves = math.log2(a / b)
    return abs(octaves - round(octaves))


def order(candidates: Sequence[Candidate], arc: Arc = "flat", after: Candidate | None = None) -> tuple[Candidate, ...]:
    """The candidates in playing order.

    Args:
        candidates: the chosen tracks.
        arc: how the energy moves: ``flat`` smooth throughout, ``rise``, ``fall``, ``peak`` two thirds through, ``wave``
            twice up and down.
        after: the track that plays before them; the first of them then goes well with it.
    """
    if len(candidates) < 3:
        return tuple(sorted(candidates, key=lambda candidate: -candidate.score))
    plan = _Plan(candidates, arc, after)
    return tuple(candidates[place] for place in plan.improved(plan.first_draft()))


class _Plan:
    """The costs of one set of tracks, and the search for a cheap order; tracks are numbers here."""

    def __init__(self, candidates: Sequence[Candidate], arc: Arc, after: Candidate | None) -> None:
        self.size = len(candidates)
        self.follows = after is not None
        # what plays before stands behind the others, as number ``size``: it has neighbours, and no place
        tracks = [candidate.track for candidate in (*candidates, *([after] if after else []))]
        self.tracks = tracks
        self.artists = [fold(track.artists[0]) for track in tracks]
        usual = FEATURES["energy"].typical
        self.energy = [usual if (energy := track.features.energy) is None else energy for track in tracks]
        # The arc moves through the energies that there are, by their rank: a calm playlist rises too.
        ranked = sorted(range(self.size), key=lambda n: (self.energy[n], n))
        self.rank = [0.0] * self.size
        for place, number in enumerate(ranked):
            self.rank[number] = place / (self.size - 1)
        shape = ARCS.get(arc)
        wanted = [shape(place / (self.size - 1)) if shape else 0.0 for place in range(self.size)]
        # by rank as well: each arc then asks for exactly the energies there are
        self.wish: list[float] | None = None
        if shape:
            self.wish = [0.0] * self.size
            for rank, place in enumerate(sorted(range(self.size), key=lambda n: (wanted[n], n))):
                self.wish[place] = rank / (self.size - 1)
        best = max(candidate.score for candidate in candidates)
        span = best - min(candidate.score for candidate in candidates) or 1.0
        self.weakness = [(best - candidate.score) / span for candidate in candidates]
        self.pairs: dict[tuple[int, int], float] = {}

    def first_draft(self) -> list[int]:
        """By the arc; for a flat one, from the strongest always to the nearest."""
        if self.wish is not None:
            by_energy = sorted(range(self.size), key=lambda n: (self.rank[n], n))
            places = sorted(range(self.size), key=lambda place: (self.wish[place] if self.wish else 0, place))
            draft = [0] * self.size
            for place, number in zip(places, by_energy, strict=True):
                draft[place] = number
            return draft
        left = sorted(range(self.size), key=lambda n: (self.weakness[n], n))
        draft = [left.pop(0)] if not self.follows else [left.pop(left.index(min(left, key=lambda n: self.pair(self.size, n))))]
        while left:
            nearest = min(left, key=lambda n: (self.pair(draft[-1], n), n))
            left.remove(nearest)
            draft.append(nearest)
        return draft

    def pair(self, one: int, other: int) -> float:
        """The cost of two tracks side by side."""
        key = (one, other) if one < other else (other, one)
        if key not in self.pairs:
            a, b = self.tracks[one], self.tracks[other]
            self.pairs[key] = (
                KEY_WEIGHT * key_distance(a, b)
                + TEMPO_WEIGHT * tempo_distance(a, b)
                + JUMP_WEIGHT * abs(self.energy[one] - self.energy[other])
                + SAME_ARTIST * (self.artists[one] == self.artists[other])
            )
        return self.pairs[key]

    def place(self, order: list[int], at: int) -> float:
        """The cost of the track at a place, with its neighbours."""
        number = order[at]
        cost = 0.0
        if self.wish is not None:
            cost += ARC_WEIGHT * (self.rank[number] - self.wish[at]) ** 2
        if at == 0:
            cost += self.pair(self.size, number) if self.follows else FIRST_WEIGHT * self.weakness[number]
        else:
            cost += self.pair(order[at - 1], number)
        if at + 1 < self.size:
            cost += self.pair(number, order[at + 1])
        return cost

    def improved(self, order: list[int]) -> list[int]:
        """The order after exchanging pairs as long as it helps."""
        reach = self.size if self.size <= _ALL_PAIRS else _REACH
        for _ in range(_PASSES):
            better = False
            for one in range(self.size - 1):
                for other in range(one + 1, min(self.size, one + 1 + reach)):
                    before = self.place(order, one) + self.place(order, other)
                    order[one], order[other] = order[other], order[one]
                    if self.place(order, one) + self.place(order, other) < before - 1e-9:
                        better = True
                    else:
                        order[one], order[other] = order[other], order[one]
            if not better:
                break
        return order
