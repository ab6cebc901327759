from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracks import catalog_of, track

from tonepoem.catalog.matching import SKEWED, WEIGHTS, Aim, Scale, Term, prior_scale, score
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Reading

SCALES = {name: prior_scale(name) for name in FEATURES}
LABELS = ("folk", "indie folk", "death metal", "house", "unheard of", "hip hop")


def values(name: str):
    feature = FEATURES[name]
    if feature.integer:
        return st.integers(int(feature.low), min(int(feature.high), 1_000_000))
    return st.floats(feature.low, feature.high, width=32)


SOME = st.fixed_dictionaries({}, optional={name: values(name) for name in FEATURES})
TRACKS = st.lists(st.tuples(SOME, st.lists(st.sampled_from(LABELS), max_size=3, unique=True)), min_size=1, max_size=12)


def reading(genres=(), confidence=None, **features) -> Reading:
    return Reading(
        description="words",
        features=AudioFeatures(**features),
        confidence=confidence or dict.fromkeys(features, 1.0),
        genres=genres,
    )


def test_every_feature_has_a_weight():
    assert set(WEIGHTS) == set(FEATURES)


@settings(max_examples=20, deadline=None)
@given(TRACKS, SOME, st.lists(st.sampled_from(LABELS), max_size=2, unique=True))
def test_the_formula_is_the_same_in_sql_and_in_python(rows, wanted, genres):
    tracks = [track(f"Song {n}", f"Artist {n}", genres=tuple(labels), **sound) for n, (sound, labels) in enumerate(rows)]
    with catalog_of(tracks) as catalog:
        heard = reading(genres=tuple(genres), **wanted)
        found = {c.track.title: c.score for c in catalog.find(heard, limit=100)}
        stored = [c.track for c in catalog.find(reading(), limit=100)]
        ranked = {c.track.title: c.score for c in catalog.rank(heard, stored)}
    assert found.keys() == ranked.keys() == {one.title for one in tracks}
    for title, value in found.items():
        assert value == pytest.approx(ranked[title], abs=2e-3)


def squared(name: str, wanted: float, value: float | None, confidence: float = 1.0) -> float:
    (term, *_) = Aim.at(reading(confidence={name: confidence}, **{name: wanted}), SCALES).terms
    assert term.name == name
    return term.squared(value)


def test_half_and_double_tempo_are_as_near_as_the_tempo_itself():
    for played in (70, 140, 280):
        assert squared("tempo", 140, played) == pytest.approx(0, abs=1e-12)
    assert squared("tempo", 140, 105) > squared("tempo", 140, 130)


def test_keys_lie_on_a_circle_of_fifths():
    near_fifth, near_fourth, tritone = (squared("key", 0, key) for key in (7, 5, 6))
    assert near_fifth == near_fourth == pytest.approx(0.25)
    assert tritone == 9
    assert squared("key", 11, 6) == near_fifth  # B and F♯, across the end of the numbers


def test_one_unit_is_one_standard_deviation_of_the_catalog():
    narrow = {"loudness": Scale(-8.0, 2.0)}
    wide = {"loudness": Scale(-8.0, 8.0)}
    (term, *_) = Aim.at(reading(loudness=-8.0), narrow).terms
    assert term.squared(-10.0) == 1
    (term, *_) = Aim.at(reading(loudness=-8.0), wide).terms
    assert term.squared(-10.0) == pytest.approx(1 / 16)


@given(st.sampled_from(sorted(SKEWED)), st.floats(0, 1), st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_an_unknown_value_neither_wins_nor_loses(name, wanted, known):
    """Against tracks spread as the catalog is, an unknown value costs what they cost on average."""
    roots = [math.sqrt(value) for value in known]
    mean = sum(roots) / len(roots)
    spread = math.sqrt(sum((root - mean) ** 2 for root in roots) / len(roots))
    (term, *_) = Aim.at(reading(**{name: wanted}), {name: Scale(mean, max(spread, 0.1))}).terms
    if spread >= 0.1:
        costs = [term.squared(value) for value in known]
        assert term.unknown == pytest.approx(sum(costs) / len(costs), abs=1e-6)


def test_what_is_not_spoken_of_does_not_count():
    one = AudioFeatures(energy=0.5, valence=0.0, tempo=60)
    other = AudioFeatures(energy=0.5, valence=1.0, tempo=200)
    aim = Aim.at(reading(energy=0.4), SCALES)
    assert aim.distance(one, None) == aim.distance(other, None)


def test_confidence_weighs():
    sure = Aim.at(reading(confidence={"energy": 1.0, "valence": 0.1}, energy=0.9, valence=0.9), SCALES)
    unsure = Aim.at(reading(confidence={"energy": 0.1, "valence": 1.0}, energy=0.9, valence=0.9), SCALES)
    energetic_and_sad = AudioFeatures(energy=0.9, valence=0.1)
    assert sure.distance(energetic_and_sad, None) < unsure.distance(energetic_and_sad, None)


def test_popularity_is_a_mild_prior_unless_spoken_of():
    known, unknown = AudioFeatures(energy=0.5, popularity=90), AudioFeatures(energy=0.5, popularity=5)
    aim = Aim.at(reading(energy=0.5), SCALES)
    assert 0 < aim.distance(unknown, None) - aim.distance(known, None) < 1
    hidden = Aim.at(reading(energy=0.5, popularity=5), SCALES)
    assert hidden.distance(unknown, None) < hidden.distance(known, None)


def test_genre_is_a_weight_not_a_wall():
    with catalog_of(
        [
            track("Right genre, wrong sound", "A", genres=("folk",), energy=0.95, acousticness=0.01),
            track("Near genre, right sound", "B", genres=("indie folk",), energy=0.2, acousticness=0.9),
            track("Far genre, right sound", "C", genres=("death metal",), energy=0.2, acousticness=0.9),
        ],
    ) as catalog:
        found = [c.track.title[0] for c in catalog.find(reading(genres=("folk",), energy=0.2, acousticness=0.9))]
    assert found[0] == "N"


def test_score_runs_from_one_to_zero():
    assert score(0) == 1
    assert score(1) > score(2) > 0
    assert isinstance(Term("energy", 0.5, 0.2, 1.0, 1.0).squared(None), float)
