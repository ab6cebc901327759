"""Exact wishes over whole playlists: kept, or said not to be; lengths in minutes; no request that crashes."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonepoem import composing, genres
from tonepoem.catalog import Catalog, import_files
from tonepoem.composing import compose
from tonepoem.errors import NothingFitsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Constraints, Phase, Playlist, Reading, Track

SONGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "spotify_songs.csv"
"""A large table of tracks, where there is one."""

THOROUGH = bool(os.environ.get("TONEPOEM_THOROUGH"))
"""Whether time does not matter."""
COMBINATIONS = 2_000 if THOROUGH else 250
REQUESTS = 200 if THOROUGH else 40

SOUND = ("danceability", "energy", "valence", "acousticness")
ARTISTS = ("Drake", "The Beatles", "Miles Davis", "Björk", "Radiohead", "Aretha Franklin", "Nobody At All")
KINDS = ("rap", "rock", "jazz", "pop", "metal", "country", "techno", "folk")


def reading_of(chance: random.Random, **more) -> Reading:
    """A reading as a model might give it, the same for the same chance."""
    voiced = {name: round(chance.random(), 2) for name in SOUND if chance.random() < 0.6}
    heard = tuple(chance.sample(KINDS, chance.choice((0, 1, 2))))
    return Reading(
        description="songs",
        features=AudioFeatures.model_validate(voiced),
        confidence=dict.fromkeys(voiced, 0.7),
        genres=heard,
        **more,
    )


def wishes_of(chance: random.Random) -> Constraints:
    """Some wishes at once, soft and hard, in any combination."""

    def years():
        first = chance.randrange(1950, 2020)
        return chance.choice([(first, first + chance.randrange(0, 25)), (first, None), (None, first)])

    def tempo():
        low = chance.randrange(60, 170)
        return (low, low + chance.randrange(4, 60))

    every = {
        "count": lambda: chance.randrange(1, 40),
        "minutes": lambda: chance.randrange(5, 150),
        "years": years,
        "tempo": tempo,
        "key": lambda: chance.randrange(12),
        "mode": lambda: chance.randrange(2),
        "explicit": lambda: chance.random() < 0.3,
        "instrumental": lambda: chance.random() < 0.5,
        "artists": lambda: tuple(chance.sample(ARTISTS, 2)),
        "like_artists": lambda: (chance.choice(ARTISTS),),
        "not_artists": lambda: tuple(chance.sample(ARTISTS, 2)),
        "genres": lambda: (chance.choice(KINDS),),
        "not_genres": lambda: tuple(chance.sample(KINDS, chance.choice((1, 3)))),
        "max_per_artist": lambda: chance.choice((1, 3)),
        "arc": lambda: chance.choice(("flat", "rise", "fall", "peak", "wave")),
        "not_years": lambda: ((1980, 1989),),
        "track_minutes": lambda: chance.choice(((None, 3.0), (4.0, None), (2.5, 4.0))),
        "popularity": lambda: chance.choice(((0, 35), (60, 100))),
        "live": lambda: chance.random() < 0.3,
        "covers": lambda: chance.random() < 0.3,
        "remixes": lambda: chance.random() < 0.3,
        "languages": lambda: (chance.choice(("en", "fr", "pt")),),
        "not_languages": lambda: ("en",),
        "topics": lambda: (chance.choice(("love", "rain", "night")),),
        "not_topics": lambda: ("love",),
        "shuffle": lambda: True,
        "targets": lambda: {"energy": 0.8},
    }
    chosen = chance.sample(sorted(every), chance.choice((1, 1, 2, 2, 3, 3, 4, 6)))
    if chance.random() < 0.5:
        chosen.append("count")
    return Constraints.model_validate({name: every[name]() for name in dict.fromkeys(chosen)})


# -- what "kept" means is said here once more, in plain words: neither the walls nor the checks of the program are asked


def breaks(track: Track, wish: str, want: Constraints) -> bool:
    """Whether a track breaks a hard wish; what is not known of it does not keep one."""
    match wish:
        case "years":
            first, last = want.years
            return track.year is None or track.year < (first or 0) or track.year > (last or 9999)
        case "explicit":
            return track.explicit is not want.explicit
        case "tempo":
            low, high = want.tempo
            return track.features.tempo is None or track.features.tempo < low or track.features.tempo > high
        case "not_artists":
            return any(genres.fold(name) == genres.fold(refused) for name in track.artists for refused in want.not_artists)
        case "not_years":
            return track.year is None or any(low <= track.year <= high for low, high in want.not_years)
        case "not_genres":
            return any(genres.fold(label) == genres.fold(refused) for label in track.genres for refused in want.not_genres)
        case "not_languages":
            return track.language in want.not_languages
        case "artists":
            return not {genres.fold(name) for name in track.artists} & {genres.fold(name) for name in want.artists}
        case "instrumental":
            return (track.features.instrumentalness >= 0.5) is not want.instrumental
    raise AssertionError(wish)


LOOSENED_IF_SAID = ("years", "tempo")
NEVER_LOOSENED = ("not_artists", "not_years", "not_genres", "not_languages", "artists", "instrumental")


def broken_unsaid(playlist: Playlist, want: Constraints) -> list[str]:
    """The hard wishes that the tracks break and of which nothing is said."""
    tracks = [choice.track for choice in playlist.tracks]
    loosened = " ".join(one.wish for one in playlist.wishes if one.state == "loosened")
    said = {
        "years": any(f"{year}" in loosened for year in want.years or () if year),
        "tempo": "BPM" in loosened,
        "explicit": want.explicit is True and "explicit" in loosened,
    }
    found = []
    for wish in (*LOOSENED_IF_SAID, *NEVER_LOOSENED, "explicit"):
        unsaid = Constraints.model_fields[wish].default
        if getattr(want, wish) != unsaid and any(breaks(track, wish, want) for track in tracks) and not said.get(wish):
            found.append(wish)
    return found


def check(source: Catalog, reading: Reading, want: Constraints, seed: int) -> Playlist | None:
    """Make a playlist and hold it against what was wanted."""
    try:
        playlist = compose(composing.wished(reading, want), source, seed=seed)
    except NothingFitsError:
        asking = reading.model_copy(update={"constraints": want})
        from tonepoem.selection import fits

        assert not [one for one in source.find(asking, 10_000) if fits(one.track, want)], want
        return None
    assert playlist.tracks
    assert not broken_unsaid(playlist, want), (want, playlist.wishes)
    assert len({(choice.track.title, choice.track.artists) for choice in playlist.tracks}) == len(playlist.tracks)
    spoken = {name for name in want.model_fields_set if getattr(want, name) != Constraints.model_fields[name].default}
    assert len(playlist.wishes) >= len(spoken - {"count", "minutes", "shuffle"}), (want, playlist.wishes)
    return playlist


def test_random_combinations_of_wishes(starter):
    made = 0
    for number in range(COMBINATIONS):
        chance = random.Random(number)
        made += check(starter, reading_of(chance), wishes_of(chance), seed=number % 3) is not None
    assert made > COMBINATIONS / 3


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_any_combination_of_wishes(starter, chance):
    check(starter, reading_of(chance), wishes_of(chance), seed=0)


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_any_phases(starter, chance):
    phases = tuple(
        Phase(
            minutes=chance.choice((5, 10, 20, 40)),
            words=f"part {number}",
            features=AudioFeatures(energy=round(chance.random(), 2)),
            constraints=wishes_of(chance).model_copy(update={"count": None, "minutes": None, "arc": None, "shuffle": None}),
        )
        for number in range(chance.choice((2, 3)))
    )
    minutes = sum(phase.minutes for phase in phases)
    reading = reading_of(chance, phases=phases, constraints=Constraints(minutes=minutes))
    try:
        playlist = compose(reading, starter)
    except NothingFitsError:
        return
    titles = [(choice.track.title, choice.track.artists[0]) for choice in playlist.tracks]
    assert len(set(titles)) == len(titles)
    assert playlist.phase_starts[0] == 0
    assert list(playlist.phase_starts) == sorted(playlist.phase_starts)
    ends = (*playlist.phase_starts[1:], len(playlist.tracks))
    for number, (phase, start, end) in enumerate(zip(phases, playlist.phase_starts, ends, strict=True), start=1):
        told = next(one for one in playlist.wishes if one.wish.startswith(f"phase {number}:"))
        part = playlist.model_copy(update={"tracks": playlist.tracks[start:end]})
        assert not broken_unsaid(part, phase.constraints) or told.state == "loosened"


# -- minutes


def off(playlist: Playlist, minutes: float) -> float:
    """Seconds too many or too few."""
    return playlist.duration_ms / 1000 - 60 * minutes


def within_half_a_minute(source: Catalog, requests: int) -> float:
    """The share of requests for 20 to 180 minutes that are met within 30 s."""
    met = 0
    for number in range(requests):
        chance = random.Random(number)
        minutes = chance.randrange(20, 181)
        met += abs(off(compose(reading_of(chance, constraints=Constraints(minutes=minutes)), source), minutes)) <= 30
    return met / requests


def test_minutes_on_the_starter_catalog(starter):
    assert within_half_a_minute(starter, 30) >= 0.95


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    if not SONGS.is_file():
        pytest.skip("there is no large table of tracks here")
    target = tmp_path_factory.mktemp("songs") / "songs.duckdb"
    import_files(target, [SONGS])
    with Catalog.open(target) as catalog:
        yield catalog


def test_minutes_on_a_large_catalog(songs):
    assert within_half_a_minute(songs, REQUESTS) >= 0.95


def test_phases_add_up_to_the_whole(starter):
    phases = tuple(
        Phase(minutes=minutes, words=words, features=AudioFeatures(energy=energy), constraints=Constraints(tempo=tempo))
        for minutes, words, energy, tempo in (
            (10, "warm-up", 0.5, None),
            (20, "run", 0.9, (160, 180)),
            (5, "cool-down", 0.3, None),
        )
    )
    playlist = compose(Reading(description="x", phases=phases, constraints=Constraints(minutes=35)), starter)
    assert abs(off(playlist, 35)) <= 30
    assert [one.state for one in playlist.wishes] == ["kept"] * 4
    run = playlist.tracks[playlist.phase_starts[1] : playlist.phase_starts[2]]
    assert all(160 <= choice.track.features.tempo <= 180 for choice in run)
    energies = [choice.track.features.energy for choice in playlist.tracks]
    cut = playlist.phase_starts[1:]
    warm, run, cool = energies[: cut[0]], energies[cut[0] : cut[1]], energies[cut[1] :]
    assert sum(cool) / len(cool) < sum(warm) / len(warm) < sum(run) / len(run)


def test_every_feature_can_be_a_target(starter):
    for name, feature in FEATURES.items():
        wish = Constraints(targets={name: feature.typical})
        playlist = compose(composing.wished(Reading(description="x"), wish), starter, length=5)
        assert any(one.wish.startswith(name) for one in playlist.wishes)
