"""What the account has and likes, read over HTTP from the stand-in."""

import json
import stat
import time

import pytest
from spotify_server import Fault, SpotifyServer, Stored, hit, logged_in, spotify_id

from tonepoem.errors import AccessError, BudgetError, ConnectionFailed, InputError, LoginError, NothingFitsError
from tonepoem.spotify import Spotify

SCOPES = ("user-library-read", "user-top-read", "playlist-read-private")


@pytest.fixture(params=["development", "extended"])
def server(request):
    with SpotifyServer(request.param) as server:
        server.saved = [hit(f"Saved {n}", f"Artist {n % 7}", external_ids={"isrc": f"XX000{n:07d}"}) for n in range(120)]
        server.top = [hit(f"Top {n}", ["Nick Drake", f"Guest {n}"]) for n in range(30)]
        yield server


@pytest.fixture
def spotify(server, tmp_path):
    return logged_in(server, tmp_path, *SCOPES)


def playlist_of(server, rows):
    server.index += rows
    stored = Stored(spotify_id("mine"), "Mine", "", False, [row["uri"] for row in rows])
    server.playlists[stored.id] = stored
    return stored


def test_saved_songs_come_in_fifties_and_are_kept_for_a_day(server, spotify, tmp_path):
    held = spotify.library.saved()
    assert [track.title for track in held.tracks] == [row["name"] for row in server.saved]
    assert held.tracks[3].isrc == "XX0000000003"
    assert [(call.query["limit"], call.query["offset"]) for call in server.calls()] == [
        ("50", "0"),
        ("50", "50"),
        ("50", "100"),
    ]
    server.saved.clear()
    assert spotify.library.saved() == held
    assert Spotify.open(server.app(tmp_path)).library.saved() == held
    assert len(server.calls()) == 3


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2)])
def test_no_call_is_made_for_nothing(server, spotify, count, calls):
    del server.saved[count:]
    assert len(spotify.library.saved().tracks) == count
    assert len(server.calls()) == calls


def test_after_a_day_it_is_read_afresh(server, spotify, monkeypatch):
    spotify.library.saved()
    del server.saved[:20]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    assert len(spotify.library.saved().tracks) == 100


def test_what_another_login_read_is_not_shown(server, spotify, tmp_path):
    spotify.library.saved()
    server.saved = server.saved[:1]
    assert len(logged_in(server, tmp_path, *SCOPES, again=True).library.saved().tracks) == 1


def test_logging_out_deletes_it(server, spotify, tmp_path):
    spotify.library.saved()
    spotify.library.favourites()
    kept = list(tmp_path.rglob("*.json"))
    assert {path.name for path in kept} >= {"saved.json", "favourites.json"}
    (saved,) = (path for path in kept if path.name == "saved.json")
    assert stat.S_IMODE(saved.parent.stat().st_mode) & 0o077 == 0
    Spotify.logout(server.app(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_kept_file_that_is_damaged_is_read_afresh(server, spotify, tmp_path):
    spotify.library.saved()
    (path,) = tmp_path.rglob("saved.json")
    for content in ("", "[]", "{", json.dumps({"at": "x"}), json.dumps({"at": time.time() + 9e9, "tracks": []})):
        path.write_text(content)
        assert len(spotify.library.saved().tracks) == 120


def test_favourites_are_songs_and_artists(server, spotify):
    held = spotify.library.favourites()
    assert [track.title for track in held.tracks] == [f"Top {n}" for n in range(30)]
    assert held.artists[:2] == ("Nick Drake", "Guest 0")
    assert spotify.library.favourites() == held
    assert len(server.calls()) == 2


def test_an_account_without_favourites_is_told(server, spotify):
    server.top = []
    with pytest.raises(NothingFitsError, match="no favourites"):
        spotify.library.favourites()


def test_a_playlist_of_the_account(server, spotify):
    stored = playlist_of(server, [hit(f"Song {n}", "Somebody") for n in range(60)])
    held = spotify.library.playlist(f"https://open.spotify.com/playlist/{stored.id}?si=1")
    assert [track.title for track in held.tracks] == [f"Song {n}" for n in range(60)]
    assert spotify.library.playlist(stored.id) == held
    assert len(server.calls()) == 2


def test_local_files_count_and_what_is_no_song_does_not(server, spotify):
    local = {**hit("Home recording", "Me"), "uri": "spotify:local:Me::Home+recording:90", "id": None}
    stored = playlist_of(server, [local, hit("Hurt", "Johnny Cash")])
    stored.uris += [f"spotify:episode:{spotify_id(1)}", "spotify:track:gone"]
    assert [track.title for track in spotify.library.playlist(stored.id).tracks] == ["Home recording", "Hurt"]


def test_somebody_elses_playlist_is_one_sentence(server, spotify):
    stored = playlist_of(server, [])
    server.faults.append(Fault("refuse", "/items", status=403, body={"error": {"message": "Forbidden"}}))
    with pytest.raises(AccessError, match="your own"):
        spotify.library.playlist(stored.id)
    with pytest.raises(InputError, match="address"):
        spotify.library.playlist("my list")


@pytest.mark.parametrize(
    ("scope", "read"),
    [
        ("user-library-read", lambda library: library.saved()),
        ("user-top-read", lambda library: library.favourites()),
        ("playlist-read-private", lambda library: library.playlist(spotify_id(1))),
    ],
)
def test_a_permission_is_asked_for_when_it_is_needed(server, tmp_path, scope, read):
    with pytest.raises(AccessError, match=f"tonepoem login --scope {scope}"):
        read(logged_in(server, tmp_path).library)
    assert not server.calls()


def test_a_library_that_the_budget_does_not_reach_costs_one_call(server, tmp_path):
    server.saved *= 10
    spotify = logged_in(server, tmp_path, *SCOPES, app=server.app(tmp_path, call_budget=20))
    with pytest.raises(BudgetError, match=r"23 calls .* Take a shorter list, or set TONEPOEM_CALL_BUDGET"):
        spotify.library.saved()
    assert len(server.calls()) == 1


@pytest.mark.parametrize("kind", ["before", "middle", "garbled"])
def test_what_breaks_off_is_not_kept(server, spotify, kind):
    server.faults.append(Fault(kind, "/me/tracks", skip=1))
    with pytest.raises(ConnectionFailed):
        spotify.library.saved()
    assert len(spotify.library.saved().tracks) == 120


def test_entries_of_an_unexpected_form_are_passed_over(server, spotify):
    server.saved[1:3] = [None, {"uri": "spotify:track:x", "name": "", "artists": []}]
    server.saved.append({**hit("Late", "Late"), "album": None, "external_ids": {"isrc": None}})
    titles = [track.title for track in spotify.library.saved().tracks]
    assert (len(titles), titles[-1]) == (119, "Late")


def test_a_login_that_has_ended_is_told(server, spotify):
    server.revoke()
    with pytest.raises(LoginError):
        spotify.library.saved()
