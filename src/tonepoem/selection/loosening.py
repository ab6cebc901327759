"""In which order exact wishes are loosened when too few tracks keep them, and which never are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tonepoem.features import PITCHES
from tonepoem.playlist import Constraints


@dataclass(frozen=True, slots=True)
class Loosened:
    """A wish made weaker.

    Attributes:
        what: "years 1990–1999 → 1988–2001".
        constraints: all wishes, with this one weaker.
    """

    what: str
    constraints: Constraints


Step = Callable[[Constraints], Loosened | None]


def loosenings(constraints: Constraints) -> Iterator[Loosened]:
    """The wishes weaker and weaker, one step at a time, each on top of the ones before.

    The order is fixed, :data:`STEPS`: what is least likely to be missed goes first. What must not be in the playlist stays
    out: artists, genres, years, languages, words in titles, explicit songs, live recordings, covers and remixes that were
    refused are never let in, nor are artists besides those that were asked for, nor voices where none shall be.
    """
    for step in STEPS:
        loosened = step(constraints)
        if loosened is not None:
            yield loosened
            constraints = loosened.constraints


def _popularity(want: Constraints) -> Loosened | None:
    if not want.popularity:
        return None
    low, high = want.popularity
    wider = (max(0, low - 15), min(100, high + 15))
    if wider == want.popularity:
        return None
    return Loosened(f"popularity {low}–{high} → {wider[0]}–{wider[1]}", want.model_copy(update={"popularity": wider}))


def _track_minutes(want: Constraints) -> Loosened | None:
    if not want.track_minutes:
        return None
    low, high = want.track_minutes
    wider = (low and round(low * 0.8, 2), high and round(high * 1.2, 2))
    return Loosened(f"tracks {bounds(low, high)} minutes → {bounds(*wider)}", want.model_copy(update={"track_minutes": wider}))


def _tempo(share: float) -> Step:
    def step(want: Constraints) -> Loosened | None:
        if not want.tempo:
            return None
        wider = (round(want.tempo[0] * (1 - share)), round(want.tempo[1] * (1 + share)))
        return Loosened(
            f"tempo {want.tempo[0]:g}–{want.tempo[1]:g} BPM → {wider[0]:g}–{wider[1]:g}",
            want.model_copy(update={"tempo": wider}),
        )

    return step


def _years(by: int) -> Step:
    def step(want: Constraints) -> Loosened | None:
        if not want.years or want.years == (None, None):
            return None
        first, last = want.years
        wider = (first - by if first is not None else None, last + by if last is not None else None)
        return Loosened(f"years {bounds(first, last)} → {bounds(*wider)}", want.model_copy(update={"years": wider}))

    return step


def _dropped(name: str, what: Callable[[Any], str], instead: str, *, only: Any = None) -> Step:
    """A step that lets go of a wish; ``only`` where it has this value."""

    def step(want: Constraints) -> Loosened | None:
        value, unsaid = getattr(want, name), Constraints.model_fields[name].default
        if value == unsaid or (only is not None and value is not only):
            return None
        return Loosened(f"{what(value)} → {instead}", want.model_copy(update={name: unsaid}))

    return step


def bounds(first: float | None, last: float | None) -> str:
    """A span of which either end may be open."""
    if first is None:
        return f"up to {last:g}"
    if last is None:
        return f"from {first:g}"
    return f"{first:g}–{last:g}"


STEPS: Final[tuple[Step, ...]] = (
    _popularity,
    _track_minutes,
    _tempo(0.04),
    _tempo(0.10),
    _dropped("key", lambda key: f"key {PITCHES[key]}", "any key"),
    _years(2),
    _dropped("mode", lambda mode: "major" if mode else "minor", "major or minor"),
    _dropped("genres", lambda names: f"genre {', '.join(names)}", "anything near"),
    _dropped("popularity", lambda span: f"popularity {span[0]}–{span[1]}", "any"),
    _dropped("topics", lambda words: f"titles about {', '.join(words)}", "any title"),
    _dropped("track_minutes", lambda span: f"tracks {bounds(*span)} minutes", "of any length"),
    _dropped("remixes", lambda _: "only remixes", "other versions too", only=True),
    _dropped("covers", lambda _: "only covers", "originals too", only=True),
    _dropped("live", lambda _: "only live recordings", "studio recordings too", only=True),
    _dropped("languages", lambda codes: f"sung in {', '.join(codes)}", "any language"),
    _years(5),
    _dropped("explicit", lambda _: "only explicit songs", "clean ones too", only=True),
)
"""The steps, in their order."""
