"""Exact wishes: whether a track keeps them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tonepoem import genres, kinship
from tonepoem.playlist import Constraints, Track
from tonepoem.selection.versions import versions

INSTRUMENTAL: Final = 0.5
"""Instrumentalness from which a track counts as having no voice, as Spotify defines it."""

KIN: Final = 0.45
"""Affinity from which a track answers a genre that was asked for by option."""


def fits(track: Track, constraints: Constraints) -> bool:  # noqa: PLR0911 - one exit a wish reads best
    """Whether a track keeps every exact wish. Where a wish is about something unknown of the track, it does not."""
    sound, want = track.features, constraints
    first, last = want.years or (None, None)
    if (first is not None or last is not None) and (
        track.year is None or not (first or track.year) <= track.year <= (last or track.year)
    ):
        return False
    if want.tempo and (sound.tempo is None or not want.tempo[0] <= sound.tempo <= want.tempo[1]):
        return False
    if want.key is not None and sound.key != want.key:
        return False
    if want.mode is not None and sound.mode != want.mode:
        return False
    if want.explicit is not None and track.explicit is not want.explicit:
        return False
    if want.instrumental is not None and (
        sound.instrumentalness is None or (sound.instrumentalness >= INSTRUMENTAL) is not want.instrumental
    ):
        return False
    if want.artists or want.not_artists:
        names = {genres.fold(name) for name in track.artists}
        if (want.artists and names.isdisjoint(_folded(want.artists))) or not names.isdisjoint(_folded(want.not_artists)):
            return False
    if want.genres and max((kinship.affinity(want.genres, label) or 0 for label in track.genres), default=0) < KIN:
        return False
    return _keeps_more(track, want) and not any(kinship.within(label, want.not_genres) for label in track.genres)


@lru_cache(maxsize=64)
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(genres.fold, names))


def _keeps_more(track: Track, want: Constraints) -> bool:  # noqa: PLR0911 - one exit a wish reads best
    """The wishes about release, length, popularity, version, language and title."""
    if want.not_years and (track.year is None or any(low <= track.year <= high for low, high in want.not_years)):
        return False
    if want.track_minutes:
        shortest, longest = want.track_minutes
        minutes = track.duration_ms and track.duration_ms / 60_000
        if minutes is None or not (shortest or 0) <= minutes <= (longest or minutes):
            return False
    popularity = track.features.popularity
    if want.popularity and (popularity is None or not want.popularity[0] <= popularity <= want.popularity[1]):
        return False
    kinds = versions(track.title)
    for wish, kind in ((want.live, "live"), (want.covers, "cover"), (want.remixes, "remix")):
        if wish is not None and (kind in kinds) is not wish:
            return False
    if want.languages and track.language not in want.languages:
        return False
    if track.language is not None and track.language in want.not_languages:
        return False
    title = f" {genres.fold(track.title)} "
    if want.topics and not any(named(topic, title) for topic in want.topics):
        return False
    return not any(named(topic, title) for topic in want.not_topics)


def named(topic: str, title: str) -> bool:
    """Whether a folded title between spaces holds a topic as whole words, in the singular or with an s."""
    word = genres.fold(topic)
    stem = word.removesuffix("s") or word
    return f" {stem} " in title or f" {stem}s " in title
