import contextlib
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tonepoem.codec import PREFIX, decode, encode, number
from tonepoem.errors import DecodingError
from tonepoem.features import FEATURES, AudioFeatures


def values(feature):
    if feature.integer:
        return st.integers(int(feature.low), int(feature.high))
    return st.floats(feature.low, feature.high, allow_nan=False)


features = st.fixed_dictionaries({}, optional={name: values(row) for name, row in FEATURES.items()}).map(
    AudioFeatures.model_validate
)
genre_names = st.text("abcdefghijklmnopqrstuvwxyz&-", min_size=1, max_size=12).map(lambda name: name.strip("-") or "pop")


def test_the_published_form_is_written():
    text = encode(AudioFeatures(valence=0.9, energy=0.9, danceability=0.9))
    assert text == '"danceability": 0.9, "energy": 0.9, "valence": 0.9'
    assert PREFIX == "prompt: "


def test_numbers_are_written_short():
    written = [number("energy", 0.9), number("energy", 0.0), number("energy", 1.0), number("loudness", -7.46)]
    assert written == ["0.9", "0", "1", "-7.5"]
    assert [number("loudness", -0.01), number("tempo", 119.6), number("duration_ms", 240_400)] == ["0", "120", "240000"]


@given(features, st.lists(genre_names, max_size=5, unique=True))
def test_reading_what_was_written_gives_it_back_to_the_step(written, genres):
    if not written.voiced():
        with pytest.raises(DecodingError):
            decode(encode(written, genres))
        return
    read = decode(encode(written, genres))
    assert read.genres == tuple(genres)
    assert read.notes == ()
    assert read.features.voiced() == {name: FEATURES[name].quantize(value) for name, value in written.voiced().items()}


@given(features)
def test_braces_and_breaks_change_nothing(written):
    text = encode(written)
    if written.voiced():
        assert decode("{" + text + "}") == decode(text) == decode("{\n  " + text.replace(", ", ",\n  ") + ",\n}")


@given(st.text(max_size=400))
@example('"energy": ' * 50)
@example('"energy": 1e999')
@example('"energy": -0')
@example('"key": 5.5, "mode": 0.5')
@example('"duration_ms": 9' + "9" * 300)
def test_no_text_whatever_raises_anything_but_our_own(text):
    try:
        read = decode(text)
    except DecodingError:
        return
    for name, value in read.features.voiced().items():
        assert FEATURES[name].low <= value <= FEATURES[name].high


pieces = st.lists(
    st.sampled_from(
        [
            '"',
            "'",
            "{",
            "}",
            ":",
            ",",
            " ",
            "nu ll",
            "null",
            "0.5",
            "-3",
            "1e3",
            "e",
            "energy",
            '"tempo"',
            "genres",
            ";",
            "=",
            "\n",
        ]
    ),
    max_size=40,
).map("".join)


@given(pieces)
def test_no_heap_of_pieces_does_either(text):
    try:
        read = decode(text)
    except DecodingError:
        return
    assert encode(read.features) == encode(decode(encode(read.features)).features) if read.features.voiced() else True


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ('"energy": 0.9, "valence": 0.', {"energy": 0.9, "valence": 0.0}),  # cut off within a number
        ('"energy": 0.9, "valen', {"energy": 0.9}),  # cut off within a name
        ('"energy": 0.9, "valence":', {"energy": 0.9}),
        ('energy: 0.9, valence": 0.8', {"energy": 0.9, "valence": 0.8}),  # quotes missing
        ("'energy': 0.9", {"energy": 0.9}),
        ("“energy”: 0.9", {"energy": 0.9}),
        ('"energy": "0.9"', {"energy": 0.9}),
        ('"energy": nu ll, "valence": 0.5', {"valence": 0.5}),
        ('"energy": null', {}),
        ('"energy": None, "tempo": 120 BPM', {"tempo": 120}),
        ('{"energy": 0.9, "valence": 0.5,}', {"energy": 0.9, "valence": 0.5}),
        ('{"energy" : .9}', {"energy": 0.9}),
        ('"energy"=0.9', {"energy": 0.9}),
        ('"ENERGY": 0.9', {"energy": 0.9}),
        ('"loudness": -7.5', {"loudness": -7.5}),
        ('"key": 4.6', {"key": 5}),
    ],
)
def test_what_models_really_write_is_repaired(text, voiced):
    assert decode(text).features.voiced() == voiced


@pytest.mark.parametrize(
    ("text", "kept", "said"),
    [
        ('"energy": 1.4', {"energy": 1.0}, "energy 1.4 is out of range and became 1"),
        ('"tempo": 900', {"tempo": 250}, "out of range"),
        ('"loudness": 5', {"loudness": 0}, "out of range"),
        ('"energy": 0.5, "energy": 0.9', {"energy": 0.5}, "energy came twice"),
        ('"sadness": 0.5, "energy": 0.9', {"energy": 0.9}, "sadness is no audio feature"),
        ('"energy": high, "valence": 0.5', {"valence": 0.5}, "energy has no number"),
    ],
)
def test_what_was_changed_is_said(text, kept, said):
    read = decode(text)
    assert read.features.voiced() == kept
    assert any(said in note for note in read.notes)


@pytest.mark.parametrize("text", ["", "   ", "{}", "a sad song", '"genres": "pop"', '"mood": 0.5', ":::", "\x00"])
def test_a_text_without_any_feature_is_refused_with_advice(text):
    with pytest.raises(DecodingError, match="no audio feature"):
        decode(text)


def test_genres_are_read_to_the_fifth():
    read = decode('"energy": 0.5, "genres": "indie folk;  dream   pop; a; b; c; d"')
    assert read.genres == ("indie folk", "dream pop", "a", "b", "c")


def test_a_long_text_takes_no_long_time():
    start = time.perf_counter()
    for text in ('"energy": ' * 100_000, '"' * 1_000_000, "a" * 1_000_000, "energy:" + " " * 1_000_000, '"x": "' * 100_000):
        with contextlib.suppress(DecodingError):
            decode(text)
    assert time.perf_counter() - start < 5


@given(features)
def test_the_text_holds_names_and_numbers_alone(written):
    assert re.fullmatch(r'(?:"[a-z_]+": -?[0-9.]+(?:, |$))*', encode(written))
