import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tracks import track

from tonepoem.errors import InputError
from tonepoem.playlist import Candidate, Choice, Constraints, Playlist, Published, Reading, Track


def made(*tracks, **more):
    choices = tuple(Choice(track=one, score=0.5, why="calm") for one in tracks)
    return Playlist(name=more.pop("name", "Calm"), reading=Reading(description="calm"), tracks=choices, **more)


def test_nothing_can_be_changed():
    for thing, field in [
        (track(), "title"),
        (Constraints(), "count"),
        (Reading(description="x"), "features"),
        (made(track()), "tracks"),
    ]:
        with pytest.raises(ValidationError):
            setattr(thing, field, None)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Track, {"title": "", "artists": ("A",)}),
        (Track, {"title": "T", "artists": ()}),
        (Track, {"title": "T", "artists": ("A",), "duration_ms": 0}),
        (Track, {"title": "T", "artists": ("A",), "year": 20000}),
        (Track, {"title": "T", "artists": ("A",), "name": "T"}),
        (Candidate, {"track": {"title": "T", "artists": ("A",)}, "score": 1.1}),
        (Candidate, {"track": {"title": "T", "artists": ("A",)}, "score": float("nan")}),
        (Reading, {"description": "x", "confidence": {"energy": 2}}),
        (Constraints, {"count": 0}),
        (Constraints, {"count": 1_001}),
        (Constraints, {"minutes": 0}),
        (Constraints, {"minutes": float("inf")}),
        (Constraints, {"years": (2000, 1990)}),
        (Constraints, {"tempo": (130, 120)}),
        (Constraints, {"tempo": (0, 120)}),
        (Constraints, {"key": 12}),
        (Constraints, {"arc": "zigzag"}),
        (Playlist, {"name": "", "reading": {"description": "x"}, "tracks": ()}),
        (Playlist, {"name": "x" * 101, "reading": {"description": "x"}, "tracks": ()}),
    ],
)
def test_what_makes_no_sense_cannot_be_built(kind, wrong):
    with pytest.raises(ValidationError):
        kind.model_validate(wrong)


def test_open_years_are_in_order():
    assert Constraints(years=(None, 1990)).spoken() == {"years": [None, 1990]}
    assert Constraints(years=(1990, None)).spoken() == {"years": [1990, None]}


def test_only_what_was_read_is_spoken():
    assert Constraints().spoken() == {}
    assert Constraints(explicit=False, arc="rise").spoken() == {"explicit": False, "arc": "rise"}


def test_the_length_counts_what_is_known():
    assert made(track(duration_ms=60_000), track("Other"), track("Third", duration_ms=1_500)).duration_ms == 61_500


def test_publishing_asks_the_publisher_that_is_given():
    playlist = made(track())
    published = Published(playlist=playlist, url="https://example.org/1", id="1")

    class Shelf:
        asked = None

        def publish(self, asked):
            self.asked = asked
            return published

    shelf = Shelf()
    assert playlist.publish(shelf) is published
    assert shelf.asked is playlist


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"name": 3}', "\x00", '{"tracks": {}}'])
def test_a_file_that_is_no_playlist_is_said(tmp_path, content):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="not a playlist"):
        Playlist.load(tmp_path / "a.json")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        Playlist.load(tmp_path / "a.json")


def test_bytes_that_are_no_text_are_no_playlist(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(InputError, match="not a playlist"):
        Playlist.load(tmp_path / "a.json")


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
wild = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3))


@given(st.sampled_from(["name", "description", "features", "confidence", "genres", "constraints", "tracks", "relaxed"]), wild)
def test_a_file_with_a_strange_part_is_read_or_refused_in_words(tmp_path_factory, part, value):
    place = tmp_path_factory.mktemp("wild")
    made(track(duration_ms=1000)).save(place / "a.json")
    document = json.loads((place / "a.json").read_text(encoding="utf-8"))
    (place / "a.json").write_text(json.dumps({**document, part: value}), encoding="utf-8")
    try:
        loaded = Playlist.load(place / "a.json")
    except InputError:
        return
    assert isinstance(loaded, Playlist)
