"""The story, top to bottom: words are read, tracks are found, chosen, put in order, explained, and checked.

What it needs from outside it names as ports, :class:`FeatureGenerator` and :class:`TrackSource`; the doors that fulfil
them do not know it.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from tonepoem import constraints, gathering, genres, kinship, selection, sequencing
from tonepoem.errors import DecodingError, DescriptionError, InputError, NothingFitsError
from tonepoem.features import AudioFeatures
from tonepoem.gathering import Manner, Part
from tonepoem.phasing import phased
from tonepoem.playlist import Candidate, Choice, Constraints, Kept, Playlist, Reading, Track

MOST_GENRES: Final = 5
"""Genres in a reading at most."""

LONGEST: Final = 1_000
"""Tracks in a playlist at most."""

NAME_LENGTH: Final = 100
"""Characters in a playlist's name at most: Spotify's limit."""


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
    reading = phased(joined(words, heard, wishes), wishes, generator)
    if not (reading.features.voiced() or reading.genres or reading.constraints.spoken()):
        raise DescriptionError(
            "Nothing in these words could be read as music. Name a mood, a genre, a time or an occasion.",
        )
    return reading


def joined(words: str, heard: Reading, wishes: constraints.Heard) -> Reading:
    """What the model heard and what rules read, as one reading of the words.

    Who calls a style by name wants that one: what the model hears beside it is left out, as "pop" beside "French pop".
    """
    refused = wishes.constraints.not_genres
    called = genres.named(wishes.text)
    named = (name for name in called or heard.genres if not kinship.within(name, refused))
    return heard.model_copy(
        update={
            "description": words,
            "genres": tuple(dict.fromkeys(named))[:MOST_GENRES],
            "constraints": heard.constraints.overruled(wishes.constraints),
            "said": tuple(map(str, wishes.said)),
        },
    )


def wished(reading: Reading, given: Constraints) -> Reading:
    """A reading with wishes that were given beside the words: they go before what the words say."""
    wishes = reading.constraints.overruled(given)
    update: dict[str, object] = {"constraints": wishes}
    if given.targets:
        update["features"] = AudioFeatures.model_validate({**reading.features.voiced(), **given.targets})
        update["confidence"] = {**reading.confidence, **dict.fromkeys(given.targets, 1.0)}
        update["phases"] = tuple(
            phase.model_copy(
                update={
                    "features": AudioFeatures.model_validate({**phase.features.voiced(), **given.targets}),
                    "confidence": {**phase.confidence, **dict.fromkeys(given.targets, 1.0)},
                },
            )
            for phase in reading.phases
        )
    return reading.model_copy(update=update)


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
    _check(length, variety, name)
    parts = gathering.parts(reading, length)
    manner = Manner(seed, variety, without, gathering.tolerance(parts))
    playing: list[Candidate] = []
    choices: list[Choice] = []
    starts: list[int] = []
    relaxed: list[str] = []
    for part in parts:
        found = gathering.gather(_due(part, parts, playing), source, manner, playing)
        ordered = _in_order(found.chosen, part, manner, playing)
        starts.append(len(playing))
        playing += ordered
        choices += [_choice(candidate, part.reading) for candidate in ordered]
        relaxed += found.relaxed
    if not playing:
        raise NothingFitsError(_nothing(reading, source))
    return Playlist(
        name=name or title(reading.description),
        reading=reading,
        tracks=tuple(choices),
        source=source.name,
        relaxed=tuple(relaxed),
        wishes=_checked(reading, length, tuple(starts), [candidate.track for candidate in playing], without),
        phase_starts=tuple(starts) if reading.phases else (),
    )


def _nothing(reading: Reading, source: TrackSource) -> str:
    """Why there is no track for a reading, and what to do."""
    wants = reading.constraints
    for wish, column, known in (
        ("explicit", "explicit", "which tracks are explicit"),
        ("years", "year", "from which year its tracks are"),
    ):
        if getattr(wants, wish) is None:
            continue
        free = reading.model_copy(update={"constraints": wants.model_copy(update={wish: None})})
        there = [getattr(found.track, column) for found in source.find(free, gathering.FEWEST_ASKED)]
        if there and all(value is None for value in there):
            return (
                f"No track is known to satisfy these wishes: the source {source.name!r} does not say {known}. Leave out that "
                "wish, or bring music that says it with tonepoem catalog import FILE."
            )
    wishes = ", ".join(kept.wish for kept in selection.verify(wants, ()))
    return (
        f"No track satisfies these wishes, even loosened{': ' if wishes else ''}{wishes}. Ask for less at once, or bring "
        "more music with tonepoem catalog import FILE."
    )


def _check(length: int | None, variety: float, name: str | None) -> None:
    if length is not None and not 1 <= length <= LONGEST:
        raise InputError(f"A playlist of {length} tracks cannot be made. Ask for 1 to {LONGEST}.")
    if not 0 <= variety <= 1:
        raise InputError(f"A variety of {variety:g} is out of range. Give 0 to 1.")
    if name is not None and not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise InputError(f"A name of {len(name.strip())} characters cannot be used. Give 1 to {NAME_LENGTH}.")


def _due(part: Part, parts: tuple[Part, ...], playing: list[Candidate]) -> Part:
    """A part as long as it takes for the whole to be on time, as far as the parts before were a little off."""
    if part.minutes is None or len(parts) == 1:
        return part
    before = sum(one.minutes or 0 for one in parts[: parts.index(part)])
    late = gathering.minutes_of(playing) - before
    return replace(part, minutes=part.minutes - max(-0.5, min(0.5, late)))


def _in_order(chosen: tuple[Candidate, ...], part: Part, manner: Manner, playing: list[Candidate]) -> tuple[Candidate, ...]:
    """The tracks of a part in playing order, to go with what plays before."""
    wishes = part.reading.constraints
    if wishes.shuffle and wishes.arc is None:
        return tuple(random.Random(f"{manner.seed}/order").sample(chosen, len(chosen)))  # noqa: S311 - no secret
    # what rises over the whole rises in each of its parts; other arcs are not made of small ones
    arc = wishes.arc if not part.label or wishes.arc in {"rise", "fall"} else None
    return sequencing.order(chosen, arc or "flat", playing[-1] if playing else None)


def _choice(candidate: Candidate, reading: Reading) -> Choice:
    return Choice(track=candidate.track, score=candidate.score, why=selection.why(candidate.track, reading))


def _checked(
    reading: Reading,
    length: int | None,
    starts: tuple[int, ...],
    tracks: list[Track],
    without: Callable[[Track], bool] | None,
) -> tuple[Kept, ...]:
    """What became of each wish, read off the result. A length that nobody asked for counts only where it is missed."""
    wishes = reading.constraints.overruled(Constraints(count=length)) if length else reading.constraints
    if wishes.count is None and wishes.minutes is None and len(tracks) < gathering.LENGTH:
        wishes = wishes.model_copy(update={"count": gathering.LENGTH})
    timed = wishes.minutes is not None and wishes.count is None
    ends = (*starts[1:], len(tracks))
    phases = (
        selection.verify_phase(number, phase, tracks[start:end], timed=timed)
        for number, (phase, start, end) in enumerate(zip(reading.phases, starts, ends, strict=False), start=1)
    )
    return (*selection.verify(wishes, tracks, without=without), *phases)


def title(words: str) -> str:
    """A playlist's name made from the words: one line, capitalised, cut at a word after 100 characters at most."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    if len(line) > NAME_LENGTH:
        line = re.sub(r"\W*\s\S*$", "", line[: NAME_LENGTH - 1])[: NAME_LENGTH - 1] + "…"
    return (line[:1].upper() + line[1:]) or "Tone poem"
