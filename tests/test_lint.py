"""What is wrong with a list of tracks."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import track

from tonepoem import composing, lint
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Constraints, Phase, Reading


def asked(text="words", confidence=None, genres=(), phases=(), wishes=None, **features):
    return Reading(
        description=text,
        features=AudioFeatures(**features),
        confidence=confidence or {},
        genres=genres,
        phases=phases,
        constraints=Constraints(**(wishes or {})),
    )


def found(tracks, reading=None):
    return [(finding.kind, finding.places) for finding in lint.check(tracks, reading)]


def songs(count, **fields):
    return [track(f"Song {n}", f"Artist {n}", **fields) for n in range(count)]


# -- outliers


def test_an_outlier_is_named_with_its_feature_and_its_spreads():
    (finding,) = lint.check([*songs(3, energy=0.2), track("Loud", "Band", energy=0.9)], asked(energy=0.2))
    assert (finding.kind, finding.places, finding.numbers) == ("outlier", (4,), {"energy": 2.8})
    assert finding.what == "“Loud” by Band: energy 0.90 is 2.8 spreads above the 0.20 that the words ask for"


def test_further_than_asked_on_the_side_that_is_asked_for_is_no_fault():
    assert not found([track(energy=0.0, loudness=-40.0)], asked(energy=0.3, loudness=-15.0))
    assert found([track(loudness=-40.0)], asked(loudness=-9.0)) == [("outlier", (1,))]


def test_what_the_words_hardly_ask_for_makes_no_outliers():
    reading = asked(energy=0.1, confidence={"energy": lint.SURE - 0.01})
    assert not found([track(energy=1.0)], reading)


def test_a_tempo_that_the_words_only_suggest_makes_no_outliers():
    some = [track(f"{tempo}", f"{tempo}", tempo=tempo) for tempo in (75.0, 150.0, 148.0)]
    assert not found(some, asked(tempo=150))
    assert found(some, asked(tempo=150, wishes={"tempo": (145, 155)})) == [("wish", (1,))]


def test_genres_that_the_words_name_and_no_track_has_near():
    words = asked("quiet folk", genres=("folk",))
    assert found([track(genres=("thrash metal",))], words) == [("outlier", (1,))]
    assert not found([track(genres=("indie folk",)), track("B", genres=("thrash metal", "folk"))], words)
    assert not found([track(genres=("thrash metal",))], asked("quiet songs", genres=("folk",)))  # only heard


def test_without_words_the_list_is_its_own_measure():
    some = [*songs(20, energy=0.3, tempo=100.0), track("Odd", "One", energy=0.95, tempo=100.0)]
    (finding,) = lint.check(some)
    assert (finding.kind, finding.places) == ("outlier", (21,))
    assert finding.numbers["energy"] > lint.APART
    assert not found(songs(20, energy=0.3))


# -- twins and artists


def test_twins_are_the_same_song_in_another_guise():
    some = [
        track("Hurt", "Johnny Cash"),
        track("Hurt", "Nine Inch Nails"),
        track("Pink Moon", "Nick Drake", isrc="GBAAA7200001"),
        track("Hurt (Live)", "johnny cash"),
        track("Other", "Somebody", isrc="GBAAA7200001"),
        track("Duet", artists=("A", "B")),
        track("Duet - 2011 Remaster", artists=("B",)),
    ]
    assert found(some) == [("twins", (1, 4)), ("twins", (3, 5)), ("twins", (6, 7))]
    assert found(some[:1] * 3) == [("twins", (1, 2)), ("twins", (1, 3))]


def test_artists_too_often_and_side_by_side():
    some = [track(f"Song {n}", artist) for n, artist in enumerate("ABCADAEEF")]
    assert found(some) == [("artist", (1, 4, 6)), ("artist", (7, 8))]
    assert ("artist", (7, 8)) in found(some, asked(wishes={"max_per_artist": 1}))
    assert ("artist", (1, 4, 6)) in found(some, asked(wishes={"max_per_artist": 1}))
    assert not found(some, asked(wishes={"artists": tuple("ABCDEF")}))


def test_the_music_of_one_artist_is_what_it_is():
    assert not found([track(f"Song {n}", "A") for n in range(9)])


# -- joins


def test_a_rough_join_is_told_with_its_numbers():
    calm = track("Calm", "One", energy=0.1, tempo=70.0, key=0, mode=1)
    wild = track("Wild", "Two", energy=0.9, tempo=100.0, key=6, mode=1)
    (finding,) = lint.check([calm, wild])
    assert (finding.kind, finding.places) == ("join", (1, 2))
    assert finding.what == (
        "from “Calm” by One to “Wild” by Two is rough: energy 0.10 → 0.90, tempo 70 → 100 BPM, "
        "key 8B → 2B, 6 steps on the Camelot wheel"
    )
    assert finding.numbers["energy"] == pytest.approx(0.8)
    assert (finding.numbers["tempo"], finding.numbers["key"]) == (30, 6)
    assert finding.numbers["cost"] > lint.ROUGH
    assert not lint.check([calm, track("Twice", "Two", energy=0.15, tempo=140.0, key=0, mode=1)])


def test_what_is_not_known_is_not_held_against_a_track():
    assert not found(
        [track("A", "A"), track("B", "B", energy=0.9)], asked(energy=0.1, wishes={"years": (1990, 1999), "key": 3})
    )[1:]
    assert not found([track("A", "A"), track("B", "B")], asked(energy=0.1, wishes={"years": (1990, 1999), "explicit": False}))


def test_composed_playlists_have_smoother_joins_than_shuffled_ones(starter):
    joins = {"composed": 0, "shuffled": 0}
    for energy in (0.2, 0.5, 0.8):
        playlist = composing.compose(asked(valence=0.6, energy=energy), starter)
        tracks = [choice.track for choice in playlist.tracks]
        shuffled = random.Random(1).sample(tracks, len(tracks))
        for name, some in (("composed", tracks), ("shuffled", shuffled)):
            joins[name] += sum(kind == "join" for kind, _ in found(some))
    assert joins["composed"] <= 2
    assert joins["shuffled"] > 3 * joins["composed"]


# -- wishes


@pytest.mark.parametrize(
    ("wishes", "bad", "good", "said"),
    [
        ({"years": (1990, 1999)}, {"year": 1987}, {"year": 1990}, "“1990–1999”: 1987"),
        ({"tempo": (120, 130)}, {"tempo": 90.0}, {"tempo": 121.0}, "“120–130 BPM”: 90 BPM"),
        ({"explicit": False}, {"explicit": True}, {"explicit": False}, "“clean”"),
        ({"instrumental": True}, {"instrumentalness": 0.1}, {"instrumentalness": 0.9}, "“instrumental”"),
        ({"not_artists": ("Drake",)}, {"artists": ("X", "Drake")}, {"artists": ("Nick Drake",)}, "“nothing by Drake”"),
        ({"not_genres": ("rap",)}, {"genres": ("trap",)}, {"genres": ("folk",)}, "“no rap”"),
        ({"live": False}, {"title": "Song (Live)"}, {"title": "Live Forever"}, "“no live recordings”"),
    ],
)
def test_a_broken_wish_is_named(wishes, bad, good, said):
    (finding,) = lint.check([track(**bad)], asked(wishes=wishes))
    assert (finding.kind, finding.places) == ("wish", (1,))
    assert said in finding.what
    assert not lint.check([track(**good)], asked(wishes=wishes))


def test_wishes_about_the_whole():
    some = songs(3, duration_ms=200_000)
    assert found(some, asked(wishes={"count": 4})) == [("wish", ())]
    assert found(some, asked(wishes={"minutes": 20})) == [("wish", ())]
    assert not found(some, asked(wishes={"count": 3, "minutes": 10}))


def test_each_phase_has_wishes_of_its_own():
    phases = (
        Phase(minutes=10, features=AudioFeatures(energy=0.2)),
        Phase(minutes=10, features=AudioFeatures(energy=0.9), constraints=Constraints(tempo=(165, 175))),
    )
    calm, wild = ({"energy": 0.2, "tempo": 90.0}, {"energy": 0.9, "tempo": 170.0})
    some = [track(f"{n}", f"{n}", duration_ms=300_000, **row) for n, row in enumerate((calm, calm, wild, wild))]
    assert not [kind for kind, _ in found(some, asked(phases=phases)) if kind != "join"]
    swapped = [some[2], some[1], some[0], some[3]]
    assert [one for one in found(swapped, asked(phases=phases)) if one[0] != "join"] == [
        ("wish", (3,)),
        ("outlier", (1,)),
        ("outlier", (3,)),
    ]


shares = st.none() | st.floats(0, 1)
rows = st.tuples(
    st.sampled_from("ABC"), st.sampled_from("XYZ"), shares, st.none() | st.floats(20, 250), st.none() | st.integers(0, 11)
)


@given(st.lists(rows, min_size=1, max_size=15), st.booleans())
def test_any_list_is_judged(some, with_words):
    tracks = [track(title, artist, energy=energy, tempo=tempo, key=key, mode=1) for title, artist, energy, tempo, key in some]
    reading = asked(energy=0.5, tempo=100, wishes={"tempo": (90, 110)}) if with_words else None
    for finding in lint.check(tracks, reading):
        assert all(1 <= place <= len(tracks) for place in finding.places)
        assert "\n" not in finding.what
        json.dumps(finding.model_dump(mode="json"), allow_nan=False)
