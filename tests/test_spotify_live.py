"""The whole way on the real Spotify, for people with an account: `tonepoem login` first, then `pytest -m live`.

Where TONEPOEM_LIVE is set, as in a job that should run them, these tests fail without a login instead of being skipped.
It takes about 15 of the day's calls, and takes the playlist out of the library again.
"""

import os

import pytest

from tonepoem.errors import TonepoemError
from tonepoem.playlist import Choice, Playlist, Reading, Track
from tonepoem.settings import Settings
from tonepoem.spotify import App, Spotify

pytestmark = pytest.mark.live

SONGS = [("Hurt", "Johnny Cash"), ("Pink Moon", "Nick Drake"), ("Heroes", "David Bowie"), ("Jolene", "Dolly Parton")]


@pytest.fixture
def spotify():
    if not os.environ.get("TONEPOEM_LIVE"):
        pytest.skip("set TONEPOEM_LIVE=1 to run against the real Spotify")
    return Spotify.open(App.of(Settings.load()))


def test_the_whole_way(spotify):
    for finding in spotify.doctor():
        assert finding.fine is not False or finding.name == "recommendations", finding
    playlist = Playlist(
        name="tonepoem live test",
        reading=Reading(description="a test, to be deleted"),
        tracks=tuple(Choice(track=Track(title=title, artists=(artist,)), score=1, why="") for title, artist in SONGS),
    )
    published = spotify.publish(playlist)
    try:
        assert published.url.startswith("https://open.spotify.com/playlist/")
        assert not published.missing
        assert spotify.cost(playlist).find == 0
        try:
            spotify.need("playlist-read-private")
        except TonepoemError:
            return
        shorter = playlist.model_copy(update={"tracks": playlist.tracks[:2]})
        change = spotify.compare(shorter, published.url)
        assert len(change.removed) == 2
        spotify.update(change)
        spotify.undo(published.url)
        assert not spotify.compare(playlist, published.url).removed
    finally:
        spotify._client._calls.current_user_unfollow_playlist(published.id)
