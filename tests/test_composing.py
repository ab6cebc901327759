from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import candidate

from tonepoem import composing, constraints
from tonepoem.catalog import Catalog
from tonepoem.composing import compose, listen, title
from tonepoem.errors import DecodingError, DescriptionError, InputError, NothingFitsError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Constraints, Reading


class Ears:
    """A generator that hears what it is told to hear, and remembers what it was asked."""

    def __init__(self, **features):
        self.features = features
        self.asked = []

    def describe(self, text):
        self.asked.append(text)
        if not self.features:
            raise DecodingError("nothing")
        confidence = dict.fromkeys(self.features, 0.8)
        return Reading(description=text, features=AudioFeatures(**self.features), confidence=confidence, model="ears")


class Shelf:
    """A source that offers what it holds, whatever is asked, and remembers the wishes."""

    name = "shelf"

    def __init__(self, candidates):
        self.candidates = tuple(candidates)
        self.asked = []

    def find(self, reading, limit):
        self.asked.append(reading.constraints)
        return self.candidates[:limit]


def shelf(count=120, **fields):
    return Shelf(
        candidate(f"Song {n}", f"Artist {n}", 0.9 - n / 400, year=1980 + n % 40, energy=0.5, duration_ms=200_000, **fields)
        for n in range(count)
    )


def heard(words="calm songs", **constraints):
    return Reading(
        description=words,
        features=AudioFeatures(energy=0.3),
        confidence={"energy": 0.8},
        constraints=Constraints(**constraints),
    )


@pytest.mark.parametrize(
    ("wish", "said"),
    [({"explicit": False}, "does not say which tracks are explicit"), ({"years": (1990, 1999)}, "from which year")],
)
def test_a_source_that_does_not_tell_is_named_where_nothing_fits(wish, said):
    source = Shelf(candidate(f"Song {n}", f"Artist {n}", 0.9, year=None, explicit=None, energy=0.5) for n in range(9))
    with pytest.raises(NothingFitsError, match=said):
        compose(heard(**wish), source)


def test_words_become_a_playlist():
    ears, source = Ears(energy=0.3, acousticness=0.8), shelf()
    playlist = compose(listen("calm acoustic songs", ears), source)
    assert ears.asked == ["calm acoustic songs"]
    assert playlist.name == "Calm acoustic songs"
    assert len(playlist.tracks) == 25
    assert playlist.source == "shelf"
    assert playlist.reading.model == "ears"
    assert playlist.relaxed == ()
    assert all(choice.why for choice in playlist.tracks)


def test_the_length_comes_from_the_option_then_the_words_then_a_default():
    assert len(compose(heard(count=7), shelf()).tracks) == 7
    assert len(compose(heard(count=7), shelf(), length=9).tracks) == 9
    assert len(compose(heard(count=7, minutes=60), shelf()).tracks) == 7
    assert len(compose(heard(), shelf()).tracks) == 25


def test_minutes():
    playlist = compose(heard(minutes=60), shelf())
    assert abs(playlist.duration_ms - 3_600_000) <= 30_000


@pytest.mark.parametrize("length", [0, -1, 1_000_000])
def test_lengths_out_of_range(length):
    with pytest.raises(InputError, match="1 to 1000"):
        compose(heard(), shelf(), length=length)


def test_wishes_hold_whatever_the_source_offers():
    playlist = compose(heard(years=(1990, 1999), not_artists=("Artist 12",)), shelf())
    assert all(1990 <= choice.track.year <= 1999 for choice in playlist.tracks)
    assert all(choice.track.artists[0] != "Artist 12" for choice in playlist.tracks)


def test_wishes_are_loosened_in_order_and_each_loosening_is_said():
    source = shelf()
    playlist = compose(heard(years=(1990, 1994)), source)
    assert playlist.relaxed == ("years 1990–1994 → 1988–1996: +10 tracks",)
    assert [wish.years for wish in source.asked] == [(1990, 1994), (1988, 1996)]
    assert all(1988 <= choice.track.year <= 1996 for choice in playlist.tracks)


def test_too_few_are_said_and_nothing_else_is_filled_in():
    playlist = compose(heard(artists=("Artist 3", "Artist 5")), shelf())
    assert len(playlist.tracks) == 2
    assert playlist.relaxed == ("25 tracks → 2: nothing else fits",)


def test_nothing_fits():
    with pytest.raises(NothingFitsError):
        compose(heard(artists=("Nobody",)), shelf())


def test_seeds():
    reading = heard()
    first, again, other = (compose(reading, shelf(), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.tracks != other.tracks


def test_arcs_are_followed():
    source = Shelf(candidate(f"Song {n}", f"A{n}", 0.8, energy=n / 30) for n in range(30))
    playlist = compose(heard(arc="rise"), source)
    energies = [choice.track.features.energy for choice in playlist.tracks]
    assert sum(energies[:8]) < sum(energies[-8:]) - 2


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\x00\x01", "…!?"])
def test_no_words(words):
    with pytest.raises(DescriptionError):
        listen(words, Ears(energy=0.5))


def test_words_that_say_nothing_of_music():
    with pytest.raises(DescriptionError, match="mood"):
        listen("qwertz", Ears())


def test_exact_wishes_are_enough():
    reading = listen("songs from 1991", Ears())
    assert compose(reading, shelf(), length=2).reading.constraints.years == (1991, 1991)


def test_options_go_before_words():
    both = Constraints(count=10, explicit=False).overruled(Constraints(count=20, arc="rise"))
    assert both == Constraints(count=20, explicit=False, arc="rise")


@given(st.text())
def test_a_name_is_one_line_of_at_most_100_characters(words):
    name = title(words)
    assert 1 <= len(name) <= 100
    assert name.isprintable() or name == "Tone poem"


def test_a_long_name_is_cut_at_a_word():
    name = title("songs for " + "very " * 100 + "long roads")
    assert name.startswith("Songs for very")
    assert name.endswith("very…")


def test_the_starter_catalog_makes_playlists_of_different_character():
    def reading(words, genres, **features):
        return Reading(
            description=words,
            features=AudioFeatures(**features),
            confidence=dict.fromkeys(features, 0.8),
            genres=genres,
        )

    with Catalog.open() as catalog:
        calm = compose(reading("calm", ("folk", "acoustic"), energy=0.2, acousticness=0.85), catalog)
        fierce = compose(reading("metal", ("metal", "thrash metal"), energy=0.95, acousticness=0.0), catalog)
    assert len(calm.tracks) == len(fierce.tracks) == 25
    for playlist, low, high in ((calm, 0.0, 0.45), (fierce, 0.75, 1.0)):
        energies = [choice.track.features.energy for choice in playlist.tracks]
        assert low <= sum(energies) / 25 <= high
    assert not {c.track.title for c in calm.tracks} & {c.track.title for c in fierce.tracks}


def test_a_genre_that_the_words_name_goes_first_and_one_they_refuse_is_not_named():
    heard = Reading(description="", genres=("pop", "rap"))

    def joined(words):
        return composing.joined(words, heard, constraints.read(words)).genres

    assert joined("90s bossa nova for a cookout")[0] == "bossa nova"
    assert "rap" not in joined("a quiet evening, no rap")
    assert len(joined("rock, jazz, soul, funk, disco and techno")) == composing.MOST_GENRES


def test_what_is_kept_out_is_replaced_by_more_of_the_source():
    source = Shelf(candidate(f"Song {n}", f"Artist {n}", 0.9 - n / 4000, duration_ms=200_000) for n in range(1_000))
    kept_out = {f"Song {n}" for n in range(600)}
    playlist = compose(heard(), source, without=lambda track: track.title in kept_out)
    assert len(playlist.tracks) == 25
    assert kept_out.isdisjoint(choice.track.title for choice in playlist.tracks)
    with pytest.raises(NothingFitsError):
        compose(heard(), shelf(), without=lambda _track: True)
