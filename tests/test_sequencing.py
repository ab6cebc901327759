from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import candidate, track

from tonepoem.sequencing import camelot, key_distance, order, tempo_distance


def playlist(count=24, artists=20, seed=1):
    dice = random.Random(seed)
    return [
        candidate(
            f"Song {n}",
            f"Artist {n % artists}",
            score=dice.uniform(0.5, 0.9),
            energy=dice.random(),
            tempo=dice.uniform(70, 170),
            key=dice.randrange(12),
            mode=dice.randrange(2),
        )
        for n in range(count)
    ]


def energies(ordered) -> list[float]:
    return [one.track.features.energy for one in ordered]


def mean(values) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize(
    ("key", "mode", "place"),
    [(0, 1, (8, "B")), (9, 0, (8, "A")), (7, 1, (9, "B")), (5, 1, (7, "B")), (4, 0, (9, "A")), (11, 1, (1, "B"))],
)
def test_camelot_wheel(key, mode, place):
    assert camelot(key, mode) == place


def test_every_key_has_its_own_place_on_the_wheel():
    assert len({camelot(key, mode) for key in range(12) for mode in range(2)}) == 24


def test_key_distance_is_in_steps_on_the_wheel():
    c_major, a_minor, g_major = track(key=0, mode=1), track(key=9, mode=0), track(key=7, mode=1)
    f_sharp = track(key=6, mode=1)
    assert key_distance(c_major, c_major) == 0
    assert key_distance(c_major, a_minor) == key_distance(c_major, g_major) == 1
    assert key_distance(c_major, f_sharp) == 6
    assert 0 < key_distance(c_major, track()) < 6


def test_half_and_double_time_are_near():
    assert tempo_distance(track(tempo=70), track(tempo=140)) == 0
    assert tempo_distance(track(tempo=100), track(tempo=110)) < tempo_distance(track(tempo=100), track(tempo=140))


@given(st.integers(0, 30), st.sampled_from(["flat", "rise", "fall", "peak", "wave"]), st.integers(0, 99))
def test_an_order_keeps_every_track_and_is_always_the_same(count, arc, seed):
    tracks = playlist(count, 20, seed)
    ordered = order(tracks, arc)
    assert sorted(one.track.title for one in ordered) == sorted(one.track.title for one in tracks)
    assert ordered == order(tracks, arc)


@pytest.mark.parametrize("arc", ["flat", "rise", "fall", "peak", "wave"])
@pytest.mark.parametrize("seed", range(5))
def test_one_artist_is_never_side_by_side(arc, seed):
    ordered = order(playlist(24, 12, seed), arc)
    names = [one.track.artists[0] for one in ordered]
    assert all(a != b for a, b in itertools.pairwise(names))


def test_arcs_move_the_energy():
    tracks = playlist()
    rise, fall = energies(order(tracks, "rise")), energies(order(tracks, "fall"))
    assert mean(rise[:6]) < mean(rise[6:12]) < mean(rise[12:18]) < mean(rise[18:])
    assert mean(fall[:6]) > mean(fall[6:12]) > mean(fall[12:18]) > mean(fall[18:])
    peak = energies(order(tracks, "peak"))
    assert mean(peak[13:18]) > mean(peak[:6])
    assert mean(peak[13:18]) > mean(peak[-3:])
    wave = energies(order(tracks, "wave"))
    assert mean(wave[4:8]) > mean(wave[:3]) + 0.2
    assert mean(wave[4:8]) > mean(wave[10:14]) + 0.2
    assert mean(wave[16:20]) > mean(wave[10:14]) + 0.2


def roughness(ordered) -> float:
    pairs = list(itertools.pairwise(ordered))
    keys = mean([key_distance(a.track, b.track) for a, b in pairs]) / 3.2
    tempos = mean([tempo_distance(a.track, b.track) for a, b in pairs]) / 0.25
    return keys + tempos


def test_neighbours_are_close_in_tempo_and_key():
    for seed in range(5):
        tracks = playlist(25, 25, seed)
        assert roughness(order(tracks)) < 0.7 * roughness(tracks)
        assert roughness(order(tracks, "rise")) < roughness(tracks)


def test_the_first_track_is_strong():
    tracks = playlist()
    first = order(tracks)[0]
    assert first.score >= sorted(one.score for one in tracks)[-5]


def test_a_thousand_tracks_take_seconds_at_most():
    assert len(order(playlist(1000, 500), "rise")) == 1000
