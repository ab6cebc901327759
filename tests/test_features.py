import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tonepoem.features import FEATURES, PITCHES, AudioFeatures

SHARES = {"danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness"}
names = st.sampled_from(sorted(FEATURES))


def test_the_table_has_the_fourteen_features_of_spotify():
    assert set(FEATURES) == SHARES | {
        "loudness",
        "tempo",
        "duration_ms",
        "key",
        "mode",
        "time_signature",
        "popularity",
    }
    assert {
        name for name, feature in FEATURES.items() if (feature.low, feature.high, feature.integer) == (0, 1, False)
    } == SHARES
    assert (FEATURES["loudness"].low, FEATURES["loudness"].high) == (-60, 0)
    assert (FEATURES["key"].low, FEATURES["key"].high, len(PITCHES)) == (0, 11, 12)
    assert (FEATURES["time_signature"].low, FEATURES["time_signature"].high) == (3, 7)
    assert (FEATURES["popularity"].low, FEATURES["popularity"].high) == (0, 100)


def test_each_row_knows_its_name_and_says_what_it_means():
    for name, feature in FEATURES.items():
        assert feature.name == name
        assert feature.meaning
        assert feature.low <= feature.typical <= feature.high
        assert feature.spread > 0


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        FEATURES["energy"] = FEATURES["valence"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        FEATURES["energy"].low = -1
    with pytest.raises(ValidationError):
        AudioFeatures(energy=0.5).energy = 0.6


@given(names, st.floats())
def test_what_is_built_is_in_range(name, value):
    feature = FEATURES[name]
    try:
        built = getattr(AudioFeatures.model_validate({name: value}), name)
    except ValidationError:
        whole = not feature.integer or value == round(value) if math.isfinite(value) else False
        assert not (whole and feature.low <= value <= feature.high)
    else:
        assert feature.low <= built <= feature.high
        assert built == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "loud", True + 1, -0.001, 1.001, [0.5]])
def test_what_is_no_share_cannot_be_built(value):
    with pytest.raises(ValidationError):
        AudioFeatures.model_validate({"energy": value})


def test_an_unknown_name_cannot_be_built():
    with pytest.raises(ValidationError):
        AudioFeatures.model_validate({"loudnes": -5})


def test_voiced_features_come_in_the_order_of_the_table():
    features = AudioFeatures(tempo=120, energy=0.0, danceability=0.5)
    assert list(features.voiced().items()) == [("danceability", 0.5), ("energy", 0.0), ("tempo", 120)]
    assert AudioFeatures().voiced() == {}


@given(names, st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_quantizing_stays_in_range_and_changes_nothing_twice(name, value):
    feature = FEATURES[name]
    once = feature.quantize(value)
    assert feature.low <= once <= feature.high
    assert feature.quantize(once) == once
    if feature.low <= value <= feature.high:
        assert abs(once - value) <= feature.step / 2 + 1e-9


@given(names, st.floats(0, 1), st.floats(0, 1))
def test_aiming_keeps_the_order_and_the_range(name, one, other):
    feature = FEATURES[name]
    low, high = sorted(feature.low + share * (feature.high - feature.low) for share in (one, other))
    assert feature.low <= feature.aim(low) <= feature.aim(high) <= feature.high


@given(st.sampled_from(sorted(SHARES)), st.floats(0.05, 0.95))
def test_the_average_of_an_aim_is_where_it_came_from(name, value):
    feature = FEATURES[name]
    aim = feature.aim(value)
    assume(0.001 < aim < 0.999)  # beyond, the odds are cut off
    assert feature.average(aim) == pytest.approx(value, abs=1e-6)


def test_an_aim_is_further_out_than_the_average():
    assert FEATURES["valence"].aim(0.65) > 0.75
    assert FEATURES["valence"].aim(0.3) < 0.2
    assert FEATURES["energy"].aim(FEATURES["energy"].typical) == pytest.approx(FEATURES["energy"].typical)
