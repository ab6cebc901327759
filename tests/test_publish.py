import pytest
from spotify_server import Fault, SpotifyServer, Stored, hit, logged_in, spotify_id

from tonepoem.errors import (
    AccessError,
    BudgetError,
    ConnectionFailed,
    LoginError,
    NothingFitsError,
    PublishError,
    RateLimitError,
    UnavailableError,
)
from tonepoem.playlist import Choice, Playlist, Reading, Track
from tonepoem.spotify import Connection, Spotify

SONGS = [("Hurt", "Johnny Cash"), ("Pink Moon", "Nick Drake"), ("Holocene", "Bon Iver")]


def make(songs=SONGS, words="calm acoustic songs for studying", name="Calm study", uris=False):
    return Playlist(
        name=name,
        reading=Reading(description=words),
        tracks=tuple(
            Choice(
                track=Track(title=title, artists=(artist,), uri=hit(title, artist)["uri"] if uris else None),
                score=0.5,
                why="calm",
            )
            for title, artist in songs
        ),
    )


def many(count):
    return make([(f"Song {number}", f"Artist {number}") for number in range(count)], uris=True)


def uris(playlist):
    return [choice.track.uri for choice in playlist.tracks]


@pytest.fixture(params=["development", "extended"])
def server(request):
    with SpotifyServer(request.param, [hit(*song) for song in SONGS]) as server:
        yield server


def test_a_playlist_is_created_unlisted_and_filled_in_order(server, tmp_path):
    published = make().publish(logged_in(server, tmp_path))
    (stored,) = server.playlists.values()
    assert stored.uris == [hit(*song)["uri"] for song in SONGS]
    assert not stored.public
    assert stored.name == "Calm study"
    assert stored.description.startswith("calm acoustic songs for studying")
    assert published.url == f"https://open.spotify.com/playlist/{stored.id}"
    assert (published.id, published.missing) == (stored.id, ())


def test_the_calls_are_those_that_a_new_app_may_make(server, tmp_path):
    make().publish(logged_in(server, tmp_path))
    calls = server.calls()
    assert [(call.method, call.status) for call in calls] == [("GET", 200)] * 3 + [("POST", 201)] * 2
    assert all(call.query["limit"] == "10" and call.query["type"] == "track" for call in calls[:3])
    assert calls[3].path == "/v1/me/playlists"
    assert calls[3].json["public"] is False
    assert set(calls[4].json) == {"uris"}


def test_public_only_where_asked(server, tmp_path):
    logged_in(server, tmp_path).publish(make(), public=True)
    (stored,) = server.playlists.values()
    assert stored.public


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
def test_items_go_in_hundreds(server, tmp_path, count):
    playlist = many(count)
    spotify = logged_in(server, tmp_path)
    cost = spotify.cost(playlist)
    spotify.publish(playlist)
    (stored,) = server.playlists.values()
    assert stored.uris == uris(playlist)
    assert max(len(call.json["uris"]) for call in server.calls("/items")) <= 100
    assert (cost.find, cost.write) == (0, len(server.calls()))


def test_what_is_not_found_is_left_out_and_listed(server, tmp_path):
    lost = ("A Song That Never Was", "Nobody Special")
    published = logged_in(server, tmp_path).publish(make([*SONGS[:1], lost, *SONGS[1:]]))
    assert [(track.title, *track.artists) for track in published.missing] == [lost]
    (stored,) = server.playlists.values()
    assert stored.uris == [hit(*song)["uri"] for song in SONGS]


def test_nothing_is_created_when_nothing_is_found(server, tmp_path):
    with pytest.raises(NothingFitsError, match="nothing was created"):
        logged_in(server, tmp_path).publish(make([("No", "Body")]))
    assert not server.playlists


def test_a_song_that_stands_twice_is_added_once(server, tmp_path):
    logged_in(server, tmp_path).publish(make([SONGS[0], SONGS[1], SONGS[0]]))
    (stored,) = server.playlists.values()
    assert stored.uris == [hit(*song)["uri"] for song in SONGS[:2]]


def test_the_second_time_costs_two_calls(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    assert str(spotify.cost(make())) == "2 calls to create, 3 to find songs; 0 of 600 used"
    spotify.publish(make())
    before = len(server.calls())
    other = Spotify.open(server.app(tmp_path))
    assert str(other.cost(make())) == "2 calls to create; 5 of 600 used"
    other.publish(make())
    assert len(server.calls()) - before == 2


def test_without_a_login_the_command_is_named(server, tmp_path):
    with pytest.raises(LoginError, match="tonepoem login"):
        make().publish(Spotify(server.app(tmp_path)))
    assert not server.asked


def test_over_the_budget_nothing_is_begun(server, tmp_path):
    spotify = logged_in(server, tmp_path, app=server.app(tmp_path, call_budget=4))
    with pytest.raises(BudgetError, match="5 calls"):
        spotify.publish(make())
    assert not server.calls()


def test_names_and_descriptions_fit(server, tmp_path):
    words = "a <b>very</b> long\nwish & more\t" + "on and on " * 60
    logged_in(server, tmp_path).publish(make(words=words, name="Line\nbreak " + "x" * 89))
    (stored,) = server.playlists.values()
    assert len(stored.name) <= 100
    assert len(stored.description) <= 300
    assert not set("\n\t<>") & set(stored.name + stored.description)


@pytest.mark.parametrize("kind", ["before", "after", "middle", "garbled"])
def test_a_failure_while_adding_says_what_stands_where_and_resume_finishes_it(server, tmp_path, kind):
    spotify = logged_in(server, tmp_path)
    server.faults.append(Fault(kind, "/items", skip=1))
    playlist = many(250)
    with pytest.raises(PublishError, match="--resume") as caught:
        spotify.publish(playlist)
    (stored,) = server.playlists.values()
    assert caught.value.url == f"https://open.spotify.com/playlist/{stored.id}"
    assert caught.value.url in str(caught.value)
    assert "100 of 250" in str(caught.value)
    assert spotify.unfinished() == ("Calm study",)
    (published,) = Spotify.open(server.app(tmp_path)).resume()
    assert published.url == caught.value.url
    assert published.playlist == playlist
    assert [each.uris for each in server.playlists.values()] == [uris(playlist)]
    assert spotify.resume() == ()


@pytest.mark.parametrize("kind", ["after", "middle", "garbled"])
def test_a_playlist_whose_creation_was_not_heard_of_is_found_again(server, tmp_path, kind):
    spotify = logged_in(server, tmp_path, "playlist-read-private")
    for number in range(120):
        server.playlists[f"other{number}"] = Stored(spotify_id(number), "Calm study", "", True)
    made = spotify_id("playlist 120")
    server.faults.append(Fault(kind, "/v1/me/playlists", "POST"))
    with pytest.raises(PublishError, match="not known whether") as caught:
        spotify.publish(many(3))
    assert caught.value.url is None
    # Newer playlists push it to the last page.
    for number in range(200, 320):
        server.playlists[f"other{number}"] = Stored(spotify_id(number), "Calm study", "", True)
    (published,) = spotify.resume()
    assert published.id == made
    assert len(server.playlists) == 241
    assert server.playlists[made].uris == uris(many(3))


def test_a_creation_that_never_took_effect_is_made_up_for(server, tmp_path):
    spotify = logged_in(server, tmp_path, "playlist-read-private")
    server.faults.append(Fault("refuse", "/v1/me/playlists", "POST", status=502))
    with pytest.raises(PublishError):
        spotify.publish(many(3))
    assert len(server.calls("/v1/me/playlists")) == 1, "a write must not be repeated blindly"
    (published,) = spotify.resume()
    assert [stored.id for stored in server.playlists.values()] == [published.id]


def test_finding_it_again_needs_a_permission_that_is_asked_for_only_then(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.faults.append(Fault("after", "/v1/me/playlists", "POST"))
    with pytest.raises(PublishError):
        spotify.publish(many(3))
    with pytest.raises(AccessError, match="tonepoem login --scope playlist-read-private"):
        spotify.resume()
    logged_in(server, tmp_path, "playlist-read-private").resume()
    assert len(server.playlists) == 1


def test_publishing_the_same_again_finishes_what_was_begun(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.faults.append(Fault("refuse", "/items", status=500))
    with pytest.raises(PublishError):
        spotify.publish(many(3))
    spotify.publish(many(3))
    assert [stored.uris for stored in server.playlists.values()] == [uris(many(3))]


def test_what_was_begun_in_private_is_not_finished_for_one_that_is_asked_for_in_public(server, tmp_path):
    spotify = logged_in(server, tmp_path, "playlist-modify-public")
    server.faults.append(Fault("refuse", "/items", status=500))
    with pytest.raises(PublishError):
        spotify.publish(many(3))
    spotify.publish(many(3), public=True)
    assert [(stored.public, stored.uris) for stored in server.playlists.values()] == [(False, []), (True, uris(many(3)))]
    assert spotify.unfinished() == ("Calm study",)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ({"status": 403, "body": {"error": {"status": 403, "message": "Forbidden"}}}, UnavailableError),
        ({"status": 429, "headers": {"Retry-After": "50000"}}, RateLimitError),
    ],
)
def test_a_refusal_to_create_leaves_nothing_to_finish(server, tmp_path, refusal, error):
    spotify = logged_in(server, tmp_path)
    server.faults.append(Fault("refuse", "/v1/me/playlists", "POST", **refusal))
    with pytest.raises(error):
        spotify.publish(many(3))
    assert spotify.unfinished() == ()


def test_with_the_network_down_nothing_is_begun(tmp_path):
    with SpotifyServer() as server:
        app = server.app(tmp_path)
        spotify = logged_in(server, tmp_path)
    with pytest.raises(ConnectionFailed, match="network"):
        spotify.publish(many(3))
    assert Spotify.open(app).unfinished() == ()


def test_one_that_cannot_be_finished_keeps_no_other_from_it(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    for count in (2, 3):
        server.faults.append(Fault("refuse", "/items"))
        with pytest.raises(PublishError):
            spotify.publish(many(count))
    server.faults.append(Fault("refuse", "/items"))
    with pytest.raises(PublishError):
        spotify.resume()
    assert [len(stored.uris) for stored in server.playlists.values()] == [0, 3]
    assert len(spotify.resume()) == 1


def test_a_count_that_comes_late_is_waited_for(server, tmp_path):
    pauses = []
    spotify = logged_in(server, tmp_path, connection=Connection(pause=pauses.append))
    early = {"items": {"total": 100}, "tracks": {"total": 100}}
    server.faults.append(Fault("refuse", "/playlists/[^/]+$", "GET", status=200, body=early, times=2))
    spotify.publish(many(250))
    assert pauses == [0.5, 2.0]
    server.faults.append(Fault("refuse", "/playlists/[^/]+$", "GET", status=200, body=early, times=3))
    with pytest.raises(PublishError, match="counts 100"):
        spotify.publish(many(250))


def test_progress_is_told_song_by_song(server, tmp_path):
    told = []
    logged_in(server, tmp_path).publish(make(), progress=lambda *place: told.append(place))
    assert told == [(0, 3), (1, 3), (2, 3)]


def test_a_playlist_that_was_deleted_before_it_was_finished_is_given_up(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.faults.append(Fault("refuse", "/items"))
    with pytest.raises(PublishError):
        spotify.publish(many(3))
    server.playlists.clear()
    with pytest.raises(PublishError, match="deleted"):
        spotify.resume()
    assert spotify.resume() == ()
