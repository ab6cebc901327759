"""Publishing under faults: whatever happens to whichever call, one playlist stands in the end, whole and in order."""

import random
from collections import Counter
from contextlib import suppress

import pytest
from spotify_server import Fault, SpotifyServer, logged_in
from test_publish import many, uris

from tonepoem.errors import ServiceError
from tonepoem.spotify import Connection
from tonepoem.spotify.session import Session

RUNS = 200
KINDS = ("refuse", "before", "after", "middle", "garbled", "slow", "never", "interrupt before", "interrupt after")
REFUSALS = ((500, {}), (502, {}), (503, {"Retry-After": "1"}), (429, {"Retry-After": "1"}), (429, {}))


class Weather:
    """Gives each call, in turn, its fault or none; Ctrl-C is a fault like any other."""

    def __init__(self, server, seed):
        self.random = random.Random(seed)
        self.server = server
        self.left = self.random.randint(1, 6)
        self.seen = Counter()

    def request(self, real):
        def request(session, *args, **kwargs):
            # Silence costs the test its time limit, so it is rarer than the rest.
            kind = self.random.choice(KINDS) if self.left and self.random.random() < 0.6 else None
            if kind == "never" and self.random.random() < 0.6:
                kind = "after"
            self.left -= kind is not None
            self.seen[kind] += 1
            if kind == "interrupt before":
                raise KeyboardInterrupt
            if kind not in (None, "interrupt after"):
                status, headers = self.random.choice(REFUSALS)
                self.server.faults[:] = [Fault(kind, "^/v1/", status=status, headers=headers, seconds=0.02)]
            session._timeout = (5.0, 0.15 if kind == "never" else 60.0)  # a busy machine is not a fault
            answer = real(session, *args, **kwargs)
            if kind == "interrupt after":
                raise KeyboardInterrupt
            return answer

        return request


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with SpotifyServer() as server:
        app = server.app(home, call_budget=100_000)
        connection = Connection(pause=lambda seconds: None)
        yield server, logged_in(server, home, "playlist-read-private", app=app, connection=connection)


@pytest.mark.parametrize("part", range(4))
def test_200_seeded_runs_end_with_one_playlist_whole_and_in_order(account, monkeypatch, part):
    server, spotify = account
    playlist = many(250)
    seen = Counter()
    for seed in range(part, RUNS, 4):
        server.playlists.clear()
        weather = Weather(server, seed)
        with monkeypatch.context() as patch:
            patch.setattr(Session, "request", weather.request(Session.request))
            published, tries = None, 0
            while published is None:
                tries += 1
                assert tries < 30
                with suppress(KeyboardInterrupt, ServiceError):
                    published = spotify.publish(playlist) if tries == 1 else _again(spotify, playlist)
        assert [stored.uris for stored in server.playlists.values()] == [uris(playlist)], seed
        assert published.id in server.playlists
        assert spotify.unfinished() == ()
        seen += weather.seen
    assert set(seen) == {None, *KINDS}


def _again(spotify, playlist):
    """What a user does: finish what was begun, and if nothing was, begin."""
    finished = spotify.resume()
    return finished[0] if finished else spotify.publish(playlist)
