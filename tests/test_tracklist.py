"""Lists of tracks that people have, and what a catalog adds to them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import catalog_of, track

from tonepoem import tracklist
from tonepoem.errors import InputError
from tonepoem.playlist import Choice, Playlist, Reading

ID = "4iV5W9uYEdYUVa79Axb7Rh"
SONGS = (
    track("Pink Moon", "Nick Drake", year=1972, genres=("folk",), energy=0.1, tempo=110.0, duration_ms=124_000),
    track("September", artists=("Earth, Wind & Fire", "The Emotions"), uri=f"spotify:track:{ID}", energy=0.8),
    track("Holocene", "Bon Iver", isrc="USJ5G1100003", energy=0.3, album="Bon Iver"),
)


@pytest.fixture
def saved(tmp_path):
    """The same playlist in each format."""
    playlist = Playlist(
        name="Mine", reading=Reading(description="calm"), tracks=tuple(Choice(track=one, score=0.5, why="w") for one in SONGS)
    )
    for ending in ("json", "csv", "m3u8"):
        playlist.save(tmp_path / f"mine.{ending}")
    return tmp_path


def test_what_was_saved_is_read_back(saved):
    listed = tracklist.read(saved / "mine.json")
    assert (listed.name, listed.tracks, listed.reading.description) == ("Mine", SONGS, "calm")


def test_a_table_keeps_order_and_features(saved):
    listed = tracklist.read(saved / "mine.csv")
    assert [one.title for one in listed.tracks] == [one.title for one in SONGS]
    assert [one.artists for one in listed.tracks] == [one.artists for one in SONGS]
    assert [one.features for one in listed.tracks] == [one.features for one in SONGS]
    assert listed.reading is None


def test_an_m3u_keeps_names_lengths_and_addresses(saved):
    listed = tracklist.read(saved / "mine.m3u8")
    assert listed.name == "Mine"
    assert [one.title for one in listed.tracks] == ["Pink Moon", "September", "Holocene"]
    assert listed.tracks[0].duration_ms == 124_000
    assert listed.tracks[1].uri == f"spotify:track:{ID}"
    assert ", ".join(listed.tracks[1].artists) == "Earth, Wind & Fire, The Emotions"


def test_other_players_m3u_files_are_read(tmp_path):
    (tmp_path / "old.m3u").write_text(
        "\ufeff#EXTM3U\r\n#EXTINF:-1 tvg-id=x,Nick Drake - Pink Moon\r\n/music/a.mp3\r\n"
        "/music/Bon%20Iver%20-%20Holocene.mp3\r\n/music/track01.mp3\r\n",
        encoding="utf-8",
    )
    listed = tracklist.read(tmp_path / "old.m3u")
    assert [(one.artists[0], one.title, one.duration_ms) for one in listed.tracks] == [
        ("Nick Drake", "Pink Moon", None),
        ("Bon Iver", "Holocene", None),
    ]
    assert listed.notes == ("1 of the lines name no artist and title",)


def test_an_exportify_table(tmp_path):
    (tmp_path / "Liked Songs.csv").write_text(
        "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Genres,Danceability,"
        "Energy,Key,Tempo\n"
        f'spotify:track:{ID},September,Best,"Earth\\, Wind & Fire,The Emotions",1978-11-18,215000,80,false,"disco,funk",'
        "0.7,0.8,9,126\n"
        ",,,,,,,,,,,,\n",
        encoding="utf-8",
    )
    listed = tracklist.read(tmp_path / "Liked Songs.csv")
    (one,) = listed.tracks
    assert listed.name == "Liked Songs"
    assert one.artists == ("Earth, Wind & Fire", "The Emotions")
    assert (one.year, one.duration_ms, one.explicit, one.genres) == (1978, 215_000, False, ("disco", "funk"))
    assert (one.features.energy, one.features.key, one.features.tempo) == (0.8, 9, 126)
    assert listed.notes == ("1 row is no track: no title",)


def test_what_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "empty.m3u8").write_text("#EXTM3U\n")
    (tmp_path / "other.json").write_text(json.dumps({"a": 1}))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "other.txt").write_text("x")
    for name in ("empty.m3u8", "other.json", "other.csv", "other.txt", "none.csv"):
        with pytest.raises(InputError) as error:
            tracklist.read(tmp_path / name)
        assert name.partition(".")[0] in str(error.value)
        assert "--map" not in str(error.value)


@given(st.binary(max_size=300))
def test_no_bytes_break_reading_an_m3u(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("wild") / "wild.m3u8"
    path.write_bytes(content)
    with suppress(InputError):
        assert tracklist.read(path).tracks


# -- what a catalog adds


@pytest.fixture(scope="module")
def catalog():
    return catalog_of([*SONGS, track("Holocene - Live", "Bon Iver", energy=0.6), track("Creep", "Radiohead", energy=0.4)])


@pytest.mark.parametrize(
    ("known", "energy"),
    [
        (track("anything", "anyone", uri=f"spotify:track:{ID}"), 0.8),
        (track("anything", "anyone", isrc="USJ5G1100003"), 0.3),
        (track("pink moon!", "NICK DRAKE"), 0.1),
        (track("Pink Moon - 2013 Remaster", "Nick Drake"), 0.1),
        (track("Holocene (Live)", "Bon Iver"), 0.6),
        (track("Holocene", "Bon Iver"), 0.3),
        (track("September", artists=("Earth", "Wind & Fire", "The Emotions")), 0.8),
        (track("September", artists=("Earth", "Wind & Fire")), 0.8),  # a name cut at its comma
        (track("Creep", "Stone Temple Pilots"), None),
        (track("Creep (Acoustic)", "Radiohead"), None),
        (track("Pink Moon (Live)", "Nick Drake"), None),
    ],
)
def test_the_same_recording_is_known_and_no_other(catalog, known, energy):
    (found,) = catalog.recognise([known])
    assert (found.features.energy if found else None) == energy


def test_what_a_track_says_itself_goes_before_the_catalog(catalog):
    (one, unknown) = tracklist.filled([track("Pink Moon", "nick drake", energy=0.15), track("Nobody's", "Nobody")], catalog)
    assert one.features.energy == 0.15
    assert one.features.tempo == 110
    assert (one.year, one.genres, one.artists) == (1972, ("folk",), ("Nick Drake",))
    assert unknown == track("Nobody's", "Nobody")


def test_a_track_that_stands_twice_comes_twice(catalog):
    assert len(tracklist.filled([SONGS[0]] * 2, catalog)) == 2
