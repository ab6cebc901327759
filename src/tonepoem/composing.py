"""The story, top to bottom: words are read, tracks are found, chosen, put in order, and explained.

What it needs from outside it names as ports, :class:`FeatureGenerator` and :class:`TrackSource`; the doors that fulfil
them do not know it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final, Protocol

from tonepoem import constraints, genres, selection, sequencing
from tonepoem.errors import DecodingError, DescriptionError, InputError, NothingFitsError
from tonepoem.playlist import Arc, Candidate, Choice, Constraints, Playlist, Reading, Track

MOST_GENRES: Final = 5
"""Genres in a reading at most."""

LENGTH: Final = 25
"""Tracks in a playlist, if neither the words nor the options say."""

LONGEST: Final = 1_000
"""Tracks in a playlist at most."""

NAME_LENGTH: Final = 100
"""Characters in a playlist's name at most: Spotify's limit."""

_TRACK_MINUTES: Final = 2.5
"""A short track: so many candidates are asked for that even short ones fill the minutes."""

_MOST_ASKED: Final = 100_000
"""Candidates that a source is asked for at most, however many of them may not be chosen."""


class FeatureGenerator(Protocol):
    """Whoever turns words into audio features."""

    def describe(self, text: str) -> Reading:
        """What is heard in the words: features, confidence, genres and the model's name.

        Raises:
            DecodingError: nothing is.
        """
        ...


class TrackSource(Protocol):
    """Wherever tracks come from."""

    @property
    def name(self) -> str:
        """What the source is called in a playlist."""
        ...

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` tracks that fit a reading and keep its constraints, best first."""
        ...


def listen(words: str, generator: FeatureGenerator, artists: constraints.Lookup | Collection[str] = ()) -> Reading:
    """Read a description: rules hear the exact wishes, the model features and genres in the rest.

    Args:
        words: the description.
        generator: the model.
        artists: the artists that are known, for wishes that name one; see :func:`tonepoem.constraints.read`.

    Raises:
        DescriptionError: there are no words, or nothing in them speaks of music.
        InputError: a wish that cannot be kept, or two that contradict each other.
    """
    if not re.search(r"\w", words) and not any(unicodedata.category(c) == "So" for c in words):
        raise DescriptionError("There are no words to read. Say what you want to hear, e.g. “calm songs for a rainy day”.")
    wishes = constraints.read(words, artists)
    heard = Reading(description=words)
    if wishes.text:
        with suppress(DecodingError, DescriptionError):  # the wishes may be all there is
            heard = generator.describe(wishes.text)
    reading = joined(words, heard, wishes)
    if not (reading.features.voiced() or reading.genres or reading.constraints.spoken()):
        raise DescriptionError(
            "Nothing in these words could be read as music. Name a mood, a genre, a time or an occasion.",
        )
    return reading


def joined(words: str, heard: Reading, wishes: constraints.Heard) -> Reading:
    """What the model heard and what rules read, as one reading of the words.

    Genres that the words call by name go before those that the model hears.
    """
    refused = wishes.constraints.not_genres
    named = (name for name in (*genres.named(wishes.text), *heard.genres) if not genres.within(name, refused))
    return heard.model_copy(
        update={
            "description": words,
            "genres": tuple(dict.fromkeys(named))[:MOST_GENRES],
            "constraints": merged(heard.constraints, wishes.constraints),
            "said": tuple(map(str, wishes.said)),
        },
    )


def merged(read: Constraints, given: Constraints) -> Constraints:
    """The wishes that were read from words, with those that were given by option in their place where they speak."""
    spoken = given.model_dump(exclude_defaults=True)
    return Constraints.model_validate({**read.model_dump(), **spoken})


def compose(
    reading: Reading,
    source: TrackSource,
    *,
    length: int | None = None,
    seed: int = 0,
    variety: float = selection.VARIETY,
    name: str | None = None,
    without: Callable[[Track], bool] | None = None,
) -> Playlist:
    """A playlist for what was heard.

    Args:
        reading: what was heard; its constraints may name a count, minutes, a cap per artist and an arc.
        source: where tracks come from.
        length: how many tracks, 1 to 1,000; goes before what the reading says. 25 if neither does.
        seed: another seed gives another playlist for the same words; the same seed the same one.
        variety: 0 takes the tracks that fit best, 1 the most different ones.
        name: of the playlist; without one it is made from the words.
        without: tracks for which it is true are never chosen.

    Raises:
        InputError: length or variety is out of range.
        NothingFitsError: no track keeps the wishes, even loosened.
    """
    if length is not None and not 1 <= length <= LONGEST:
        raise InputError(f"A playlist of {length} tracks cannot be made. Ask for 1 to {LONGEST}.")
    if not 0 <= variety <= 1:
        raise InputError(f"A variety of {variety:g} is out of range. Give 0 to 1.")
    if name is not None and not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise InputError(f"A name of {len(name.strip())} characters cannot be used. Give 1 to {NAME_LENGTH}.")
    wants = reading.constraints
    minutes = wants.minutes if length is None and wants.count is None else None
    count = length or wants.count or LENGTH
    asked = selection.asked_versions(reading.description)

    def chosen_for(wishes: Constraints) -> tuple[Candidate, ...]:
        expected = round(minutes / _TRACK_MINUTES) if minutes else count
        asking = reading.model_copy(update={"constraints": wishes})
        return selection.choose(
            _offered(asking, source, max(300, 12 * expected), without),
            length=None if minutes else count,
            minutes=minutes,
            seed=seed,
            variety=variety,
            max_per_artist=_cap(wishes),
            asked=asked,
        )

    def enough(chosen: tuple[Candidate, ...]) -> bool:
        return _minutes(chosen) >= minutes - 2 * _TRACK_MINUTES if minutes else len(chosen) >= count

    chosen = chosen_for(wants)
    relaxed: list[str] = []
    steps: list[str] = []
    for step in selection.loosenings(wants):
        if enough(chosen):
            break
        steps.append(step.what)
        more = chosen_for(step.constraints)
        if len(more) > len(chosen):
            # a step that helped only together with those before it is said with them
            relaxed.append(f"{', '.join(steps)}: +{len(more) - len(chosen)} tracks")
            chosen, steps = more, []
    if not chosen:
        raise NothingFitsError(
            "No track satisfies these wishes, even loosened. Ask for less at once, or bring more music with "
            "tonepoem catalog import FILE.",
        )
    if not enough(chosen):
        wish = f"{minutes:g} minutes" if minutes else f"{count} tracks"
        there = f"{_minutes(chosen):.0f} minutes" if minutes else f"{len(chosen)}"
        relaxed.append(f"{wish} → {there}: nothing else fits")
    arc: Arc = wants.arc or "flat"
    return Playlist(
        name=name or title(reading.description),
        reading=reading,
        tracks=tuple(
            Choice(track=candidate.track, score=candidate.score, why=selection.why(candidate.track, reading))
            for candidate in sequencing.order(chosen, arc)
        ),
        source=source.name,
        relaxed=tuple(relaxed),
    )


def _offered(
    reading: Reading, source: TrackSource, limit: int, without: Callable[[Track], bool] | None
) -> tuple[Candidate, ...]:
    """What the source offers and keeps the wishes; where much of it may not be chosen, it is asked for more."""
    while True:
        found = source.find(reading, limit)
        fitting = tuple(candidate for candidate in found if selection.fits(candidate.track, reading.constraints))
        if without is None:
            return fitting
        left = tuple(candidate for candidate in fitting if not without(candidate.track))
        if len(found) < limit or 2 * len(left) >= len(fitting) or limit >= _MOST_ASKED:
            return left
        limit *= 4


def _cap(wishes: Constraints) -> int | None:
    """How many tracks one artist may have: any number where only certain artists are wanted."""
    if wishes.max_per_artist is not None:
        return wishes.max_per_artist
    return None if wishes.artists else selection.ARTIST_CAP


def _minutes(chosen: tuple[Candidate, ...]) -> float:
    return sum(candidate.track.duration_ms or 225_000 for candidate in chosen) / 60_000


def title(words: str) -> str:
    """A playlist's name made from the words: one line, capitalised, cut at a word after 100 characters at most."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    if len(line) > NAME_LENGTH:
        line = re.sub(r"\W*\s\S*$", "", line[: NAME_LENGTH - 1])[: NAME_LENGTH - 1] + "…"
    return (line[:1].upper() + line[1:]) or "Tone poem"
