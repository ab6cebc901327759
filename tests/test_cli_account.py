"""Login, publish and doctor at the command line, over HTTP against the stand-in for Spotify."""

import json
import re
import sys
import webbrowser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from spotify_server import Fault, SpotifyServer, browser, hit, logged_in
from typer.testing import CliRunner

from tonepoem.cli import app
from tonepoem.parts import Parts
from tonepoem.playlist import Choice, Playlist, Reading, Track
from tonepoem.settings import Settings
from tonepoem.spotify import App

SONGS = [("Hurt", "Johnny Cash"), ("Pink Moon", "Nick Drake"), ("Holocene", "Bon Iver")]


@pytest.fixture(params=["development", "extended"])
def server(request, monkeypatch):
    with SpotifyServer(request.param, [hit(*song) for song in SONGS]) as server:
        monkeypatch.setenv("SPOTIPY_CLIENT_ID", server.app(Path()).client_id)
        monkeypatch.setenv("TONEPOEM_RECCOBEATS", "0")  # nobody but the stand-in is to be asked

        def of(settings=None):
            settings = settings or Settings.load()
            return server.app(settings.home, call_budget=settings.call_budget)

        monkeypatch.setattr(App, "of", staticmethod(of))
        yield server


@pytest.fixture
def account(server, own_place):
    """A login to the stand-in."""
    return logged_in(server, own_place / "home")


@pytest.fixture
def saved(own_place):
    """A playlist that was saved."""
    choices = tuple(Choice(track=Track(title=title, artists=(artist,)), score=0.5, why="calm") for title, artist in SONGS)
    Playlist(name="Calm study", reading=Reading(description="calm songs"), tracks=choices).save("calm.json")
    return "calm.json"


def tonepoem(*args):
    return CliRunner().invoke(app, list(args), prog_name="tonepoem")


def test_a_saved_playlist_is_published_and_its_cost_said_before(server, account, saved):
    done = tonepoem("publish", saved)
    assert done.exit_code == 0
    (stored,) = server.playlists.values()
    assert stored.uris == [hit(*song)["uri"] for song in SONGS]
    assert (stored.name, stored.public) == ("Calm study", False)
    assert re.search(r"Publishing on Spotify: \d+ calls to create, 3 to find songs; 0 of 600 used\.", done.stderr)
    assert f"Published: https://open.spotify.com/playlist/{stored.id}" in done.stderr
    assert done.stdout == ""


def test_json_says_where_it_stands(server, account, saved):
    (row,) = json.loads(tonepoem("publish", saved, "--json", "--public").stdout)
    (stored,) = server.playlists.values()
    assert row == {"name": "Calm study", "url": f"https://open.spotify.com/playlist/{stored.id}", "missing": 0}
    assert stored.public


def test_making_writes_nothing_unless_asked(server, account, ears):
    assert tonepoem("calm songs", "-n", "3", "--source", "catalog").exit_code == 0
    assert (server.playlists, server.calls()) == ({}, [])


def test_making_and_publishing_in_one(server, account, ears, own_place):
    own = own_place / "own.csv"
    own.write_text("title,artist,energy\n" + "".join(f"{title},{artist},0.2\n" for title, artist in SONGS), encoding="utf-8")
    assert tonepoem("catalog", "import", str(own)).exit_code == 0
    done = tonepoem("calm songs", "-n", "3", "--source", "catalog", "--publish", "--json", "--out", "calm.json")
    (stored,) = server.playlists.values()
    assert json.loads(done.stdout)["url"] == f"https://open.spotify.com/playlist/{stored.id}"
    assert set(stored.uris) == {hit(*song)["uri"] for song in SONGS}
    assert Playlist.load("calm.json").name == "Calm songs"


def test_who_is_not_logged_in_learns_it_before_the_work(server, ears):
    done = tonepoem("calm songs", "--publish")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "tonepoem login" in done.stderr
    assert ears.asked == []


def test_songs_that_spotify_does_not_have_are_named(server, account, saved):
    server.index.pop()
    done = tonepoem("publish", saved)
    assert done.exit_code == 0
    assert "Not on Spotify: Bon Iver - Holocene" in done.stderr


def test_what_broke_off_says_where_it_stands_and_is_resumed(server, account, saved):
    server.faults.append(Fault("refuse", r"/items$", method="POST", times=20))
    done = tonepoem("publish", saved)
    assert done.exit_code == 1
    (stored,) = server.playlists.values()
    assert stored.id in done.stderr
    assert "tonepoem publish --resume" in done.stderr
    server.faults.clear()
    done = tonepoem("publish", "--resume")
    assert done.exit_code == 0
    assert stored.uris == [hit(*song)["uri"] for song in SONGS]
    assert len(server.playlists) == 1
    assert "Nothing was left unfinished" in tonepoem("publish", "--resume").stderr


def test_updating_asks_first_and_can_be_taken_back(server, own_place, saved):
    logged_in(server, own_place / "home", "playlist-read-private")
    tonepoem("publish", saved)
    (stored,) = server.playlists.values()
    before = list(stored.uris)
    shorter = Playlist.load(saved)
    shorter.model_copy(update={"tracks": shorter.tracks[:1]}).save("short.json")
    done = tonepoem("publish", "short.json", "--update", stored.id)
    assert done.exit_code == 1
    assert "--yes" in done.stderr
    assert "0 added, 2 removed" in done.stderr
    assert "  - Bon Iver - Holocene" in done.stderr
    assert stored.uris == before
    assert tonepoem("publish", "short.json", "--update", stored.id, "--yes").exit_code == 0
    assert stored.uris == before[:1]
    assert tonepoem("publish", "--undo").exit_code == 0
    assert stored.uris == before


def test_a_cover_needs_its_permission(server, account, saved, own_place):
    done = tonepoem("publish", saved, "--cover")
    assert done.exit_code == 1
    assert "tonepoem login --scope ugc-image-upload" in done.stderr
    assert server.playlists == {}
    logged_in(server, own_place / "home", "ugc-image-upload")
    assert tonepoem("publish", saved, "--cover").exit_code == 0
    assert server.calls("/images$")


def test_over_the_budget_nothing_is_asked(server, account, saved, monkeypatch):
    monkeypatch.setenv("TONEPOEM_CALL_BUDGET", "2")
    done = tonepoem("publish", saved)
    assert done.exit_code == 1
    assert "TONEPOEM_CALL_BUDGET" in done.stderr
    assert server.calls() == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"name": 1}'])
def test_a_file_that_is_no_playlist_is_one_sentence(server, account, own_place, content):
    (own_place / "a.json").write_text(content, encoding="utf-8")
    done = tonepoem("publish", "a.json")
    assert done.exit_code == 1
    assert "not a playlist saved by tonepoem" in done.stderr


def test_login_through_a_browser_and_logout(server, own_place, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", browser)
    done = tonepoem("login")
    assert done.exit_code == 0
    assert re.search(r"You are logged in until \d{4}-\d\d-\d\d\.", done.stderr)
    assert (own_place / "home").exists()
    assert "deleted" in tonepoem("logout").stderr
    assert list((own_place / "home").rglob("token*")) == []
    assert "There was no login" in tonepoem("logout").stderr


def test_login_without_a_browser_reads_the_address_that_is_pasted(server, monkeypatch, capsys):
    printed = []

    class Pasting:
        def readline(self):
            printed.append(capsys.readouterr())
            (address,) = re.findall(r"http://127\S+authorize\S+", printed[-1].err)
            return server.authorize({name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}) + "\n"

    monkeypatch.setattr(sys, "stdin", Pasting())
    with pytest.raises(SystemExit) as end:
        app(["login", "--no-browser", "--scope", "playlist-read-private"], prog_name="tonepoem")
    assert end.value.code == 0
    assert printed[0].out == ""
    assert "playlist-read-private" in Parts(Settings.load()).spotify.token.scopes


def test_login_without_an_answer_is_one_sentence(server, monkeypatch):
    done = CliRunner().invoke(app, ["login", "--no-browser"], input="", prog_name="tonepoem")
    assert done.exit_code == 1
    assert "tonepoem login" in done.stderr


def test_the_doctor_tells_what_the_app_may_do(server, account, ears):
    done = tonepoem("doctor")
    assert done.exit_code == 0
    assert re.search(r"ok +model +ears", done.stdout)
    assert re.search(r"ok +catalog +\d+ tracks, the starter catalog", done.stdout)
    kind = {"development": "development mode", "extended": "extended quota"}[server.kind]
    assert kind in done.stdout
    rows = [json.loads(line) for line in tonepoem("doctor", "--json").stdout.splitlines()]
    assert {"model", "catalog", "login", "app", "search", "recommendations"} <= {row["name"] for row in rows}


def test_the_doctor_works_without_login_model_and_catalog(server, own_place):
    (own_place / "model").mkdir()
    (own_place / "model" / "checksums.json").write_text("{}", encoding="utf-8")
    done = tonepoem("doctor", "--model", "model", "--catalog", "none.duckdb")
    assert done.exit_code == 0
    assert len(re.findall(r"^MEND", done.stdout, re.MULTILINE)) >= 3
    assert "tonepoem login" in done.stdout


def test_the_doctor_works_without_an_app(ears, monkeypatch):
    monkeypatch.setenv("TONEPOEM_RECCOBEATS", "0")
    done = tonepoem("doctor")
    assert done.exit_code == 0
    assert "developer.spotify.com/dashboard" in done.stdout


def test_without_anything_better_auto_says_why_it_takes_the_catalog(server, account, ears):
    done = tonepoem("calm songs", "-n", "3")
    assert done.exit_code == 0
    if server.kind == "development":
        assert "source: catalog" in done.stdout
        assert "Not from recommendations: " in done.stderr
    else:
        assert "source: " in done.stdout
