import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tonepoem import genres
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.mapper import MOST_SEEDS, NEUTRAL_SEED, SEEDS, SeedParameters, to_seeds
from tonepoem.playlist import Constraints, Reading


def values(feature):
    if feature.integer:
        return st.integers(int(feature.low), int(feature.high))
    return st.floats(feature.low, feature.high, allow_nan=False)


features = st.fixed_dictionaries({}, optional={name: values(row) for name, row in FEATURES.items()})
tempos = st.tuples(st.floats(1, 400), st.floats(1, 400)).map(lambda pair: tuple(sorted(pair)))
constraints = st.builds(
    Constraints,
    tempo=st.none() | tempos,
    key=st.none() | st.integers(0, 11),
    mode=st.none() | st.integers(0, 1),
    instrumental=st.none() | st.booleans(),
    genres=st.lists(st.sampled_from(["jazz", "polka", "hip hop", "klezmer"]), max_size=3).map(tuple),
    not_genres=st.lists(st.sampled_from(["jazz", "rock", "metal"]), max_size=2).map(tuple),
)


@st.composite
def readings(draw):
    voiced = draw(features)
    confidence = {name: draw(st.floats(0, 1)) for name in voiced if draw(st.booleans())}
    named = draw(st.lists(st.sampled_from(sorted(genres.genres())), max_size=5))
    return Reading(
        description="words",
        features=AudioFeatures.model_validate(voiced),
        confidence=confidence,
        genres=tuple(named),
        constraints=draw(constraints),
    )


ids = st.lists(st.from_regex(r"[0-9A-Za-z]{22}", fullmatch=True), max_size=6)


@given(readings(), ids, ids, st.integers(-5, 500))
def test_every_reading_gives_parameters_inside_spotifys_ranges(reading, artists, tracks, limit):
    query = to_seeds(reading, artists=artists, tracks=tracks, limit=limit, market="DE").query()
    for name, feature in FEATURES.items():
        bounds = [query[f"{kind}_{name}"] for kind in ("min", "target", "max") if f"{kind}_{name}" in query]
        assert bounds == sorted(bounds)
        assert all(feature.low <= bound <= feature.high for bound in bounds)
        assert all(isinstance(bound, int) for bound in bounds) or not feature.integer
    assert all(f"target_{name}" in query for name in reading.features.voiced())
    seeds = [seed for kind in ("genres", "artists", "tracks") for seed in str(query.get(f"seed_{kind}", "")).split(",") if seed]
    assert 1 <= len(seeds) <= MOST_SEEDS
    assert set(str(query.get("seed_genres", "pop")).split(",")) <= set(SEEDS)
    assert 1 <= query["limit"] <= 100
    assert query["market"] == "DE"


@given(st.sampled_from(sorted(FEATURES)), st.data())
def test_bounds_are_wider_where_confidence_is_low(name, data):
    value = data.draw(values(FEATURES[name]))

    def width(confidence):
        reading = Reading(
            description="words",
            features=AudioFeatures.model_validate({name: value}),
            confidence={name: confidence},
        )
        found = to_seeds(reading)
        return found.maximum[name] - found.minimum[name]

    assert width(1.0) <= width(0.5) <= width(0.0)
    assert width(0.0) > 0


def test_the_126_genre_seeds():
    assert len(SEEDS) == len(set(SEEDS)) == 126
    assert NEUTRAL_SEED in SEEDS


def test_what_is_not_spoken_of_is_not_asked_for():
    query = to_seeds(Reading(description="words", features=AudioFeatures(energy=0.3))).query()
    assert {name.partition("_")[2] for name in query if name.startswith(("min_", "max_", "target_"))} == {"energy"}
    assert query["target_energy"] == 0.3
    assert query["seed_genres"] == NEUTRAL_SEED


def test_exact_wishes_replace_bounds_and_pull_the_target_inside():
    reading = Reading(
        description="words",
        features=AudioFeatures(tempo=90, mode=1),
        constraints=Constraints(tempo=(120, 130), mode=0, instrumental=True),
    )
    query = to_seeds(reading).query()
    assert (query["min_tempo"], query["target_tempo"], query["max_tempo"]) == (120, 120, 130)
    assert (query["min_mode"], query["target_mode"], query["max_mode"]) == (0, 0, 0)
    assert query["min_instrumentalness"] == 0.5


def test_genres_that_must_not_appear_are_no_seeds():
    reading = Reading(description="words", genres=("jazz", "blues"), constraints=Constraints(not_genres=("jazz",)))
    assert to_seeds(reading).genres == ("blues",)


def test_artists_and_tracks_take_the_room_that_is_left():
    reading = Reading(description="words", genres=("jazz", "blues", "soul"))
    found = to_seeds(reading, artists=["a", "b", "c"], tracks=["t", "u"])
    assert (found.artists, found.genres, found.tracks) == (("a", "b"), ("jazz", "blues", "soul"), ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": {"energy": 1.2}, "genres": ("pop",)},
        {"target": {"energy": float("nan")}, "genres": ("pop",)},
        {"target": {"mood": 0.5}, "genres": ("pop",)},
        {"target": {"key": 4.5}, "genres": ("pop",)},
        {"target": {"energy": 0.5}, "minimum": {"energy": 0.6}, "genres": ("pop",)},
        {"target": {}, "genres": ()},
        {"target": {}, "genres": ("pop", "rock", "jazz"), "tracks": ("t", "u", "v")},
        {"target": {}, "genres": ("no such genre",)},
        {"target": {}, "genres": ("pop",), "limit": 0},
        {"target": {}, "genres": ("pop",), "limit": 101},
        {"target": {}, "genres": ("pop",), "market": "Germany"},
    ],
)
def test_what_spotify_would_refuse_cannot_be_built(wrong):
    with pytest.raises(ValidationError):
        SeedParameters.model_validate(wrong)
