"""Every request, checked against Spotify's own OpenAPI description by an outside checker, as an app of today."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(os.environ.get("TONEPOEM_SPOTIFY_CHECK") or Path(__file__).parents[2] / "shared/spotify/check.sh")

FLOW = """
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from tonepoem.errors import PublishError, UnavailableError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Candidate, Choice, Constraints, Playlist, Reading, Track
from tonepoem.spotify import App, Spotify
from tonepoem.spotify.client import Client

def agree(url):
    query = parse_qs(urlsplit(url).query)
    return query["redirect_uri"][0] + "?" + urlencode({"code": "agreed", "state": query["state"][0]})

def track(number):
    return Track(title=f"Song {number}", artists=("Somebody",), uri=f"spotify:track:{number:022d}")

app = App(client_id="0123456789abcdef", home=Path(sys.argv[1]), market="DE")
spotify = Spotify.login(app, ask=agree, scopes=(
    "playlist-read-private", "ugc-image-upload", "user-library-read", "user-top-read",
))
tracks = [*map(track, range(100)), Track(title="Pink Moon", artists=("Nick Drake",))]
playlist = Playlist(
    name="Calm & <b>bold</b>", reading=Reading(description="calm\\nsongs"),
    tracks=tuple(Choice(track=each, score=1, why="calm") for each in tracks),
)
published = spotify.publish(playlist)
assert len(published.missing) == 1, published
assert published.url.startswith("https://open.spotify.com/playlist/"), published

# A playlist of two batches is checked, and the checker's answer does not count our tracks: so it is resumed.
more = playlist.model_copy(update={"tracks": tuple(Choice(track=track(n), score=1, why="") for n in range(150))})
for attempt in (lambda: spotify.publish(more), spotify.resume):
    try:
        attempt()
    except PublishError as error:
        print(error)
Client.total = lambda self, name: None
assert spotify.resume()

change = spotify.compare(playlist, published.id)
print(change)
spotify.update(change)
spotify.undo()
spotify.cover(published, bytes.fromhex("ffd8ffe000104a464946") + bytes(1000))
print(spotify.doctor())

for held in (spotify.library.saved(), spotify.library.favourites(), spotify.library.playlist(published.url)):
    assert held.tracks, held
assert spotify.library.favourites().artists

reading = Reading(description="calm songs", genres=("folk",), features=AudioFeatures(energy=0.2, tempo=90))
wants = Constraints(years=(1970, 1979), like_artists=("Nick Drake",))
reading = reading.model_copy(update={"constraints": wants})
rank = lambda reading, tracks: tuple(Candidate(track=each, score=1) for each in tracks)
spotify.searched(rank, lambda tracks: tracks).find(reading, 300)
spotify._capabilities.learn("recommendations", True)
try:
    spotify.recommendations(rank).find(reading, 50)
except UnavailableError as error:
    print(error)
else:
    raise SystemExit("recommendations were not refused")
"""


@pytest.mark.skipif(not (CHECK.exists() and shutil.which("npm")), reason="the checker or node is not here")
def test_no_request_breaks_the_description(tmp_path):
    log = tmp_path / "log.jsonl"
    flow = tmp_path / "flow.py"
    flow.write_text(FLOW)
    source = str(Path(__file__).parents[1] / "src")
    done = subprocess.run(
        [CHECK, "--port", "0", "--log", log, "--deprecated", "403", "--", sys.executable, flow, tmp_path / "home"],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if "checker:" not in done.stderr:
        pytest.skip("the checker cannot be started here: " + done.stderr[-200:])
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [row for row in rows if row["violations"]] == []
    assert done.returncode == 0, done.stderr
    assert {(row["method"], row.get("spec_path")) for row in rows if row.get("spec_path")} == {
        ("GET", "/me"),
        ("GET", "/search"),
        ("GET", "/recommendations"),
        ("GET", "/me/tracks"),
        ("GET", "/me/top/tracks"),
        ("GET", "/me/top/artists"),
        ("POST", "/me/playlists"),
        ("GET", "/playlists/{playlist_id}"),
        ("GET", "/playlists/{playlist_id}/items"),
        ("POST", "/playlists/{playlist_id}/items"),
        ("PUT", "/playlists/{playlist_id}/items"),
        ("PUT", "/playlists/{playlist_id}/images"),
    }
