"""What a list of tracks is, in numbers and in words."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import track

from tonepoem import portrait
from tonepoem.features import FEATURES


def tracks(*energies, **fields):
    return [track(f"Song {n}", f"Artist {n}", energy=energy, **fields) for n, energy in enumerate(energies)]


def said(some):
    return portrait.words(portrait.of("List", some))


def test_means_spreads_and_what_is_not_known():
    some = [*tracks(0.2, 0.4, tempo=100.0), track("Mystery")]
    found = portrait.of("List", some)
    energy = found.features["energy"]
    assert (energy.mean, energy.spread, energy.low, energy.high, energy.known) == (
        pytest.approx(0.3),
        pytest.approx(0.1),
        0.2,
        0.4,
        2,
    )
    assert "valence" not in found.features
    assert (found.tracks, found.heard, found.unheard) == (3, 2, (3,))
    assert said(some).endswith("How 1 of them sounds is not known.")
    assert said([track("Mystery")]) == "1 track. Nothing is known of how they sound."


def test_keys_have_no_mean_and_modes_a_share():
    found = portrait.of("List", [track(key=0, mode=1), track(key=11, mode=0)])
    assert "key" not in found.features
    assert found.features["mode"].mean == 0.5


def test_length_and_years():
    some = [track(duration_ms=3_600_000, year=1968), track(duration_ms=2_040_000, year=2021)]
    assert said(some).startswith("2 tracks, 1 h 34 min, 1968–2021")
    assert said([*some, track()]).startswith("3 tracks, at least 1 h 34 min, 1968–2021")
    assert portrait.of("List", some).decades == {1960: 1, 2020: 1}


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"loudness": -20.0}, "very quiet"),
        ({"loudness": -12.0}, "quiet"),
        ({"loudness": -4.0}, "loud"),
        ({"energy": 0.1}, "very calm"),
        ({"energy": 0.9}, "energetic"),
        ({"acousticness": 0.9}, "very acoustic"),
        ({"valence": 0.2}, "sombre"),
        ({"valence": 0.8}, "cheerful"),
        ({"danceability": 0.8}, "danceable"),
        ({"tempo": 122.0}, "around 122 BPM"),
        ({"instrumentalness": 0.9}, "without voice"),
        ({"speechiness": 0.9}, "mostly spoken word"),
        ({"liveness": 0.95}, "mostly recorded live"),
        ({"mode": 0}, "mostly in minor keys"),
    ],
)
def test_each_sound_has_its_word(fields, word):
    assert re.search(rf"(: |, |; ){re.escape(word)}[.,;]", said([track(**fields)] * 4))


def test_what_is_usual_has_no_word():
    usual = {name: feature.typical for name, feature in FEATURES.items() if not feature.integer}
    assert said([track(**usual)]) == "1 track: around 120 BPM."


def test_genres_in_front_and_scattered_ones():
    some = [track(genres=("indie folk", "chamber pop")), track(genres=("Indie Folk",)), track(genres=("techno",))]
    found = portrait.of("List", some)
    assert found.genres == {"indie folk": 2, "chamber pop": 1, "techno": 1}
    assert "indie folk, chamber pop and techno" in portrait.words(found)
    names = ["bebop", "cool jazz", "vocal jazz", "hard bop", "swing", "jazz fusion", "free jazz", "latin jazz"]
    assert "many kinds of jazz" in said([track(genres=(name,)) for name in names])


@pytest.mark.parametrize(
    ("energies", "arc", "words"),
    [
        ([0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9], "rise", "starts calm and rises until it is energetic"),
        ([0.9, 0.8, 0.6, 0.5, 0.3, 0.2, 0.1], "fall", "starts energetic and comes down until it is calm"),
        ([0.1, 0.3, 0.5, 0.7, 0.9, 0.6, 0.2], "peak", "rises to a peak"),
        ([0.1, 0.5, 0.9, 0.5, 0.1, 0.5, 0.9, 0.5, 0.1], "wave", "rises and falls twice"),
        ([0.5, 0.52, 0.5, 0.52, 0.5, 0.52], "flat", "much the same energy throughout"),
        ([0.1, 0.9, 0.1, 0.9, 0.1, 0.9], "flat", "energy goes up and down without an arc"),
        ([0.1, 0.9], None, None),
    ],
)
def test_the_arc(energies, arc, words):
    found = portrait.of("List", tracks(*energies))
    assert found.arc == arc
    assert words is None or words in portrait.words(found)


shares = st.none() | st.floats(0, 1)


@given(st.lists(st.tuples(shares, shares, st.none() | st.floats(20, 250), st.integers(0, 1)), min_size=1, max_size=30))
def test_any_list_has_words_and_a_document(rows):
    some = [track(energy=a, valence=b, tempo=c, mode=d) for a, b, c, d in rows]
    document = json.loads(json.dumps(portrait.of("List", some).document(), allow_nan=False))
    assert document["words"].startswith(f"{len(rows)} track")
    assert document["tracks"] == len(rows)
    for name, lies in document["features"].items():
        assert lies["low"] - 1e-3 <= lies["mean"] <= lies["high"] + 1e-3, name
        assert 0 <= lies["spread"] <= lies["high"] - lies["low"] + 1e-3
