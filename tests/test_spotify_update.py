import pytest
from spotify_server import Fault, SpotifyServer, Stored, hit, logged_in, spotify_id
from test_publish import SONGS, make, many, uris

from tonepoem.errors import AccessError, InputError, NothingFitsError, PublishError
from tonepoem.spotify import Spotify

OLD = [("Hurt", "Johnny Cash"), ("Gone", "Somebody"), ("Pink Moon", "Nick Drake")]


@pytest.fixture(params=["development", "extended"])
def server(request):
    with SpotifyServer(request.param, [hit(*song) for song in {*SONGS, *OLD}]) as server:
        name = spotify_id("mine")
        server.playlists[name] = Stored(name, "Mine", "", False, [hit(*song)["uri"] for song in OLD])
        yield server


@pytest.fixture
def mine(server):
    return server.playlists[spotify_id("mine")]


@pytest.fixture
def spotify(server, tmp_path):
    return logged_in(server, tmp_path, "playlist-read-private")


def test_the_difference_is_told_before_anything_is_written(server, mine, spotify):
    before = list(mine.uris)
    change = spotify.compare(make(), f"https://open.spotify.com/playlist/{mine.id}?si=abc")
    assert str(change) == "Mine: 1 added, 1 removed, 0 moved"
    assert [track.title for track in change.added] == ["Holocene"]
    assert [item.name for item in change.removed] == ["Gone"]
    assert (change.lost, change.missing, mine.uris) == ((), (), before)
    assert {call.method for call in server.calls()} == {"GET"}


def test_update_replaces_and_undo_goes_back(server, mine, spotify, tmp_path):
    before = list(mine.uris)
    published = spotify.update(spotify.compare(make(), mine.id))
    assert mine.uris == [hit(*song)["uri"] for song in SONGS]
    assert published.id == mine.id
    restored = Spotify.open(server.app(tmp_path)).undo()
    assert mine.uris == before
    assert (restored.id, restored.missing) == (mine.id, ())
    assert [choice.track.title for choice in restored.playlist.tracks] == ["Hurt", "Gone", "Pink Moon"]
    with pytest.raises(InputError, match="no update"):
        spotify.undo()
    assert len(server.playlists) == 1


def test_updates_are_taken_back_one_by_one(mine, spotify):
    states = [list(mine.uris)]
    for count in (1, 2, 3):
        spotify.update(spotify.compare(make(SONGS[:count]), mine.id))
        states.append(list(mine.uris))
    for state in reversed(states[:-1]):
        spotify.undo(mine.id)
        assert mine.uris == state


def test_going_back_restores_long_repeated_and_empty_playlists(mine, spotify):
    for before in ([], [hit("Hurt", "Johnny Cash")["uri"]] * 3, uris(many(130)), [f"spotify:episode:{spotify_id(1)}"]):
        mine.uris = list(before)
        spotify.update(spotify.compare(many(250), mine.id))
        assert mine.uris == uris(many(250))
        spotify.undo()
        assert mine.uris == before


def test_what_cannot_be_put_back_is_told_first(mine, spotify):
    mine.uris.append("spotify:local:Somebody::Home+recording:120")
    change = spotify.compare(make(), mine.id)
    assert [item.uri for item in change.lost] == ["spotify:local:Somebody::Home+recording:120"]
    assert "1 of them for good" in str(change)
    spotify.update(change)
    assert len(spotify.undo().missing) == 1
    assert mine.uris == [hit(*song)["uri"] for song in OLD]


def test_moves_are_counted(mine, spotify):
    mine.uris = [hit(*song)["uri"] for song in reversed(SONGS)]
    change = spotify.compare(make(), mine.id)
    assert (change.added, change.removed, change.moved) == ((), (), 2)


@pytest.mark.parametrize("kind", ["before", "after", "middle", "garbled"])
@pytest.mark.parametrize("call", [0, 1, 2])
def test_an_update_that_breaks_off_is_finished_and_can_be_taken_back(server, mine, spotify, kind, call):
    before = list(mine.uris)
    change = spotify.compare(many(250), mine.id)
    server.faults.append(Fault(kind, "/items", skip=call))
    with pytest.raises(PublishError, match="--resume") as caught:
        spotify.update(change)
    assert mine.id in caught.value.url
    (finished,) = spotify.resume()
    assert (finished.id, mine.uris) == (mine.id, uris(many(250)))
    server.faults.append(Fault(kind, "/items"))
    with pytest.raises(PublishError):
        spotify.undo()
    spotify.resume()
    assert mine.uris == before


def test_reading_needs_a_permission_that_is_asked_for_only_then(server, mine, tmp_path):
    spotify = logged_in(server, tmp_path)
    with pytest.raises(AccessError, match="tonepoem login --scope playlist-read-private"):
        spotify.compare(make(), mine.id)
    assert not server.calls()


@pytest.mark.parametrize("target", ["", "my list", "https://example.org/playlist/x", "spotify:album:" + "0" * 22])
def test_what_is_no_playlists_address_is_refused(server, spotify, target):
    with pytest.raises(InputError, match="address"):
        spotify.compare(make(), target)


def test_somebody_elses_playlist_is_left_alone(server, spotify, mine):
    server.faults.append(Fault("refuse", "/items", status=403, body={"error": {"message": "Forbidden"}}))
    with pytest.raises(AccessError, match="your own"):
        spotify.compare(make(), mine.id)


def test_a_playlist_that_does_not_exist_is_told(spotify):
    with pytest.raises(AccessError, match="no such playlist"):
        spotify.compare(make(), spotify_id("nowhere"))


def test_nothing_found_changes_nothing(mine, spotify):
    with pytest.raises(NothingFitsError):
        spotify.compare(make([("No", "Body")]), mine.id)
