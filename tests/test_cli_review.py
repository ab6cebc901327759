"""``describe --playlist`` and ``lint`` at the command line."""

import json
import re
from pathlib import Path

import pytest
from ears import KNOWN
from spotify_server import SpotifyServer, Stored, hit, logged_in
from tracks import track
from typer.testing import CliRunner

from tonepoem import api
from tonepoem.cli import app
from tonepoem.playlist import Choice, Constraints, Playlist, Reading
from tonepoem.settings import Settings
from tonepoem.spotify import App


@pytest.fixture
def tonepoem(ears):
    def run(*args):
        return CliRunner().invoke(app, list(args), prog_name="tonepoem")

    return run


def save(path, tracks, **reading):
    choices = tuple(Choice(track=one, score=0.5, why="w") for one in tracks)
    Playlist(name="Quiet", reading=Reading(description="calm songs", **reading), tracks=choices).save(path)
    return path


CALM = KNOWN["calm"].features


def calm(count=6):
    return [
        track(
            f"Song {n}",
            f"Artist {n}",
            energy=0.2,
            valence=0.45,
            tempo=90.0,
            year=1970 + n,
            genres=("folk",),
            duration_ms=200_000,
        )
        for n in range(count)
    ]


# -- describe --playlist


def test_a_list_is_said_in_words_and_numbers(tonepoem):
    done = tonepoem("describe", "--playlist", save("quiet.json", calm()))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "Quiet"
    assert lines[1].startswith("6 tracks, 20 min, 1970–1975: very calm,")
    assert {"energy: 0.20 ± 0.00", "tempo: 90 ± 0 BPM", "duration_ms: 3:20 ± 0:00", "genres: folk 6", "arc: flat"} <= set(lines)
    assert "years: 1970s 6" in lines
    assert not set("\x1b█░▁─") & set(done.stdout)


def test_json_is_one_document(tonepoem):
    document = json.loads(tonepoem("describe", "--playlist", save("quiet.json", calm()), "--json").stdout)
    assert document["words"].startswith("6 tracks, 20 min")
    assert document["features"]["energy"] == {"mean": 0.2, "spread": 0.0, "low": 0.2, "high": 0.2, "known": 6}
    assert (document["genres"], document["decades"], document["arc"]) == ({"folk": 6}, {"1970": 6}, "flat")


def test_what_a_file_does_not_say_is_looked_up_and_what_is_unknown_is_said(tonepoem):
    Path("list.m3u8").write_text(
        "#EXTM3U\n#EXTINF:1,Nick Drake - Pink Moon\nx\n#EXTINF:1,Nobody At All - No Such Song\nx\n", encoding="utf-8"
    )
    done = tonepoem("describe", "--playlist", "list.m3u8")
    assert done.exit_code == 0
    assert "How 1 of them sounds is not known." in done.stdout
    assert re.search(r"acousticness: 0\.\d\d ± 0\.00 \(1 known\)", done.stdout)
    assert "unknown: Nobody At All - No Such Song" in done.stdout


@pytest.mark.parametrize(
    "args", [["describe", "calm", "--playlist", "x.json"], ["describe", "--playlist", "x.json", "--input", "y.txt"], ["lint"]]
)
def test_wrong_usage_ends_with_two(tonepoem, args):
    assert tonepoem(*args).exit_code == 2


@pytest.mark.parametrize("command", [["describe", "--playlist"], ["lint"]])
@pytest.mark.parametrize("name", ["none.json", "none.txt", "broken.json", "https://open.spotify.com/playlist/x"])
def test_what_cannot_be_read_is_one_sentence(tonepoem, command, name):
    Path("broken.json").write_text("{", encoding="utf-8")
    done = tonepoem(*command, name)
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1


# -- lint


def test_a_clean_list_ends_with_zero(tonepoem):
    done = tonepoem("lint", save("quiet.json", calm(), features=CALM))
    assert (done.exit_code, done.stdout) == (0, "Nothing is wrong with these 6 tracks.\n")


def test_findings_end_with_three_and_name_places(tonepoem):
    some = [*calm(3), track("Loud", "Band", energy=0.95, tempo=90.0, year=1999), track("Song 0 (Live)", "Artist 0", energy=0.2)]
    path = save("quiet.json", some, features=CALM, constraints=Constraints(years=(1970, 1979)))
    done = tonepoem("lint", path)
    assert done.exit_code == 3
    assert done.stdout.splitlines() == [
        "4: wish: “Loud” by Band breaks the wish “1970–1979”: 1999.",
        "4: outlier: “Loud” by Band: energy 0.95 is 3.0 spreads above the 0.20 that the words ask for.",
        "1, 5: twins: “Song 0 (Live)” by Artist 0 is the same song as “Song 0” by Artist 0.",
        "3 findings in 5 tracks: wish 1, outlier 1, twins 1.",
    ]
    document = json.loads(tonepoem("lint", path, "--json").stdout)
    assert [row["kind"] for row in document["findings"]] == ["wish", "outlier", "twins"]
    assert document["findings"][1]["numbers"] == {"energy": 3.0}


def test_other_words_are_another_measure(tonepoem):
    path = save("quiet.json", calm(), features=CALM)
    done = tonepoem("lint", path, "--words", "furious songs", "--json")
    assert done.exit_code == 3
    document = json.loads(done.stdout)
    assert document["words"] == "furious songs"
    assert {row["kind"] for row in document["findings"]} == {"outlier"}
    assert len(document["findings"]) == 6


def test_titles_steer_no_terminal(tonepoem):
    path = save("quiet.json", [track("a\x1b[2Jb\nc", "d\re"), track("a\x1b[2Jb\nc", "d\re")])
    for args in (["lint", path], ["describe", "--playlist", path]):
        assert not set("\x1b\r") & set(tonepoem(*args).stdout)


# -- a playlist on Spotify


@pytest.fixture
def account(monkeypatch, own_place, ears):
    """A login to the stand-in, whose account has a playlist."""
    songs = [hit("Pink Moon", "Nick Drake"), hit("No Such Song", "Nobody At All")]
    with SpotifyServer("development", songs) as server:
        monkeypatch.setenv("SPOTIPY_CLIENT_ID", server.app(Path()).client_id)
        monkeypatch.setenv("TONEPOEM_RECCOBEATS", "0")

        def of(settings=None):
            settings = settings or Settings.load()
            return server.app(settings.home, call_budget=settings.call_budget)

        monkeypatch.setattr(App, "of", staticmethod(of))
        logged_in(server, own_place / "home", "playlist-read-private")
        server.playlists["37i9dQZF1DX4sWSpwq3LiO"] = Stored(
            "37i9dQZF1DX4sWSpwq3LiO", "Mine", "", False, [song["uri"] for song in songs]
        )
        yield server


def test_a_playlist_of_the_account_is_read_through_its_budget(tonepoem, account, monkeypatch):
    url = "https://open.spotify.com/playlist/37i9dQZF1DX4sWSpwq3LiO?si=1"
    done = tonepoem("describe", "--playlist", url)
    assert done.exit_code == 0, done.output
    assert "2 tracks, " in done.stdout
    assert "unknown: Nobody At All - No Such Song" in done.stdout
    monkeypatch.setenv("TONEPOEM_CALL_BUDGET", "1")
    api._made.cache_clear()
    account.playlists["0" * 22] = Stored("0" * 22, "Long", "", False, [hit("A", "B")["uri"]] * 120)
    assert "calls" in tonepoem("lint", "spotify:playlist:" + "0" * 22).stderr
