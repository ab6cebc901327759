import csv
import io
import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import track

from tonepoem import export
from tonepoem.errors import InputError, OutputError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Choice, Constraints, Playlist, Reading

URI = "spotify:track:0123456789abcdefghijkl"


def playlist(*tracks, name="Calm study"):
    reading = Reading(
        description="calm songs",
        features=AudioFeatures(energy=0.2, tempo=90),
        confidence={"energy": 0.9},
        genres=("folk",),
        constraints=Constraints(years=(1990, None)),
        model="ears",
    )
    choices = tuple(Choice(track=one, score=0.87654321, why="calm 0.20 as asked") for one in tracks)
    return Playlist(name=name, reading=reading, tracks=choices, relaxed=("years: +1 tracks",))


SONG = track("Pink Moon", "Nick Drake", year=1972, duration_ms=124_000, uri=URI, genres=("folk", "rock"), energy=0.2)
BARE = track("Untitled", artists=("Nobody", "Somebody"))


def test_the_document_has_what_the_design_says():
    document = export.document(playlist(SONG, BARE), url="https://open.spotify.com/playlist/x")
    assert list(document) == [
        "name",
        "description",
        "features",
        "confidence",
        "genres",
        "constraints",
        "model",
        "source",
        "tracks",
        "relaxed",
        "wishes",
        "url",
    ]
    assert document["features"] == {"energy": 0.2, "tempo": 90}
    assert document["constraints"] == {"years": [1990, None]}
    first, second = document["tracks"]
    assert (first["position"], first["title"], first["artists"], first["score"]) == (1, "Pink Moon", ["Nick Drake"], 0.8765)
    assert (second["position"], second["uri"], second["year"], second["features"]) == (2, None, None, {})
    assert json.loads(json.dumps(document)) == document


def test_a_saved_playlist_is_read_back(tmp_path):
    made = playlist(SONG, BARE)
    made.save(tmp_path / "a.json")
    loaded = Playlist.load(tmp_path / "a.json")
    assert export.document(loaded) == export.document(made)


def test_csv_has_a_column_for_each_field_and_a_row_for_each_track(tmp_path):
    path = tmp_path / "a.csv"
    playlist(SONG, BARE).save(path)
    first, second = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    assert (first["title"], first["artists"], first["genres"], first["energy"]) == (
        "Pink Moon",
        "Nick Drake",
        "folk;rock",
        "0.2",
    )
    assert (second["artists"], second["year"], second["energy"]) == ("Nobody;Somebody", "", "")
    assert set(FEATURES) <= set(first)


def test_m3u8_has_address_or_name(tmp_path):
    path = tmp_path / "a.m3u8"
    playlist(SONG, BARE).save(path)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:Calm study",
        "#EXTINF:124,Nick Drake - Pink Moon",
        "https://open.spotify.com/track/0123456789abcdefghijkl",
        "#EXTINF:-1,Nobody, Somebody - Untitled",
        "Nobody - Untitled",
    ]


texts = st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable() or "\n" in text)


@given(title=texts, artist=texts)
def test_no_title_breaks_a_format(tmp_path_factory, title, artist):
    made = playlist(track(title, artist, duration_ms=1000))
    place = tmp_path_factory.mktemp("wild")
    for ending in export.FORMATS:
        made.save(place / f"a{ending}")
    assert Playlist.load(place / "a.json").tracks[0].track.title == title
    with (place / "a.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == title
    lines = (place / "a.m3u8").read_text(encoding="utf-8").split("\n")
    assert len(lines) == 5
    assert lines[2].startswith("#EXTINF:1,")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.m3u8.zip", "", "json"])
def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(InputError, match=r"\.m3u8"):
        playlist(SONG).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_ending_in_capitals_is_known(tmp_path):
    playlist(SONG).save(tmp_path / "A.JSON")
    assert (tmp_path / "A.JSON").exists()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        playlist(SONG).save(tmp_path / "no" / "a.json")


def test_what_cannot_be_replaced_stays_and_nothing_is_left_over(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputError):
        playlist(SONG).save(tmp_path / "a.json")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        export.write_whole(path, "\ud800".encode())
    assert path.read_text(encoding="utf-8") == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_saved_file_has_the_rights_that_the_user_gives_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        playlist(SONG).save(tmp_path / "a.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o640
