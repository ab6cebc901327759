"""Finding enough: a source is asked, wishes are loosened one by one, and what kept the stricter ones stays.

A playlist is gathered in one part, or in as many as it has phases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tonepoem import selection
from tonepoem.playlist import Candidate, Constraints, Reading, Track

if TYPE_CHECKING:
    from tonepoem.composing import TrackSource

LENGTH: Final = 25
"""Tracks in a playlist, if neither the words nor the options say."""

FEWEST_ASKED: Final = 300
MOST_ASKED: Final = 20_000
"""Candidates that a source is asked for at least, and at most however few of them can be chosen."""

_TRACK_MINUTES: Final = 2.5
"""A short track: so many candidates are asked for that even short ones fill the minutes."""

SLACK: Final = 5.0
"""Minutes that may be missing before a wish is loosened for them; of a short part a quarter."""

_SHORTEST_TOLERANCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Part:
    """What is gathered at once.

    Attributes:
        reading: what is wanted.
        count: how many tracks; None where a length is given.
        minutes: how long instead.
        label: what to call it before what is said of it; empty for a whole.
    """

    reading: Reading
    count: int | None
    minutes: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How tracks are chosen, the same for all parts; see :func:`tonepoem.composing.compose`."""

    seed: int = 0
    variety: float = selection.VARIETY
    without: Callable[[Track], bool] | None = None
    tolerance_ms: int = selection.TOLERANCE_MS


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found for a part: the tracks, best first, and each loosening that brought some, in words."""

    chosen: tuple[Candidate, ...]
    relaxed: tuple[str, ...]


def parts(reading: Reading, length: int | None) -> tuple[Part, ...]:
    """The parts of a playlist: its phases, each with the wishes for the whole, or the whole as one.

    A number of tracks is shared out by the minutes of the phases.
    """
    wants = reading.constraints
    count = length or wants.count or (None if wants.minutes else LENGTH)
    if not reading.phases:
        return (Part(reading, count, None if count else wants.minutes),)
    whole = sum(phase.minutes for phase in reading.phases)
    scale = (wants.minutes or whole) / whole
    found, until, shared = [], 0.0, 0
    for number, phase in enumerate(reading.phases, start=1):
        own = reading.model_copy(
            update={
                "description": phase.words,
                "features": phase.features,
                "confidence": phase.confidence,
                "genres": phase.genres,
                "constraints": wants.overruled(phase.constraints),
            },
        )
        until += phase.minutes
        due = round((count or 0) * until / whole)
        found.append(Part(own, due - shared if count else None, phase.minutes * scale, f"phase {number}: "))
        shared = due
    return tuple(found)


def tolerance(parts: Sequence[Part]) -> int:
    """How far the length of each part may be off, in milliseconds, so that the whole is not too far off."""
    return max(_SHORTEST_TOLERANCE, selection.TOLERANCE_MS // len(parts))


def gather(part: Part, source: TrackSource, manner: Manner, taken: Sequence[Candidate] = ()) -> Gathered:
    """The tracks of one part. Wishes are loosened only where too few tracks keep them; those that do come first.

    Args:
        part: what is wanted.
        source: where tracks come from.
        manner: how to choose.
        taken: tracks of the parts before.
    """
    search = _Search(part, source, manner, tuple(taken))
    chosen = search.more(part.reading.constraints, ())
    relaxed: list[str] = []
    steps: list[str] = []
    wishes = part.reading.constraints
    for step in selection.loosenings(wishes):
        if search.enough(chosen):
            break
        steps.append(step.what)
        wishes = step.constraints
        if new := search.more(wishes, chosen):
            # a step that helped only together with those before it is said with them
            relaxed.append(f"{part.label}{', '.join(steps)}: +{len(new)} tracks")
            chosen, steps = (*chosen, *new), []
    if not chosen and (chosen := search.more(wishes, (), selection.UNWANTED)):
        # where there is nothing else, a copy of the song is the nearest that there is
        relaxed.append(f"{part.label}no karaoke, covers, changed speed or Christmas → that too: +{len(chosen)} tracks")
    if not search.enough(chosen):
        relaxed.append(f"{part.label}{search.short_of(chosen)}: nothing else fits")
    return Gathered(chosen, tuple(relaxed))


def minutes_of(chosen: Sequence[Candidate]) -> float:
    """The length of tracks in minutes, those of unknown length taken for usual ones."""
    return sum(selection.length_ms(candidate.track) for candidate in chosen) / 60_000


@dataclass(frozen=True, slots=True)
class _Search:
    part: Part
    source: TrackSource
    manner: Manner
    taken: tuple[Candidate, ...]

    def more(
        self, wishes: Constraints, chosen: tuple[Candidate, ...], asked: frozenset[str] = frozenset()
    ) -> tuple[Candidate, ...]:
        """Tracks that keep the wishes, besides those that are chosen already.

        A source is asked for the nearest few; for more only where these are not enough.
        """
        count, minutes, manner = self.part.count, self.part.minutes, self.manner
        asking = self.part.reading.model_copy(update={"constraints": wishes})
        expected = count if count is not None else round((minutes or 0) / _TRACK_MINUTES)
        asked |= selection.asked_versions(self.part.reading.description, wishes, self.part.reading.genres)
        limit = max(FEWEST_ASKED, 12 * expected)
        while True:
            found = self.source.find(asking, limit)
            fitting = [candidate for candidate in found if self._fits(candidate.track, wishes)]
            new = selection.choose(
                fitting,
                length=None if count is None else count - len(chosen),
                minutes=None if minutes is None or count is not None else minutes - minutes_of(chosen),
                seed=manner.seed,
                variety=manner.variety,
                max_per_artist=_cap(wishes),
                asked=asked,
                taken=(*self.taken, *chosen),
                tolerance_ms=manner.tolerance_ms,
            )
            strangers = bool(new) and found[-1].score < selection.floor(fitting)
            if self._met((*chosen, *new)) or len(found) < limit or limit >= MOST_ASKED or strangers:
                return new
            limit = min(MOST_ASKED, 4 * limit)

    def enough(self, chosen: Sequence[Candidate]) -> bool:
        """Whether no wish need be loosened for more."""
        if self.part.count is not None:
            return len(chosen) >= self.part.count
        minutes = self.part.minutes or 0
        return bool(chosen) and minutes_of(chosen) >= minutes - min(SLACK, minutes / 4)

    def short_of(self, chosen: Sequence[Candidate]) -> str:
        """What is asked for, and what there is."""
        if self.part.count is not None:
            return f"{self.part.count} tracks → {len(chosen)}"
        return f"{self.part.minutes:g} minutes → {minutes_of(chosen):.0f} minutes"

    def _fits(self, track: Track, wishes: Constraints) -> bool:
        return selection.fits(track, wishes) and not (self.manner.without and self.manner.without(track))

    def _met(self, chosen: Sequence[Candidate]) -> bool:
        if self.part.count is not None:
            return len(chosen) >= self.part.count
        return abs(minutes_of(chosen) - (self.part.minutes or 0)) * 60_000 <= self.manner.tolerance_ms


def _cap(wishes: Constraints) -> int | None:
    """How many tracks one artist may have: any number where only certain artists are wanted."""
    if wishes.max_per_artist is not None:
        return wishes.max_per_artist
    return None if wishes.artists else selection.ARTIST_CAP
