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
from tonepoem.playlist import Choice, Playlist, Reading, Track
from tonepoem.spotify import App, Spotify

def agree(url):
    query = parse_qs(urlsplit(url).query)
    return query["redirect_uri"][0] + "?" + urlencode({"code": "agreed", "state": query["state"][0]})

def track(number):
    return Track(title=f"Song {number}", artists=("Somebody",), uri=f"spotify:track:{number:022d}")

app = App(client_id="0123456789abcdef", home=Path(sys.argv[1]), market="DE")
spotify = Spotify.login(app, ask=agree, scopes=("playlist-read-private", "ugc-image-upload"))
tracks = [*map(track, range(100)), Track(title="Pink Moon", artists=("Nick Drake",))]
playlist = Playlist(
    name="Calm & <b>bold</b>", reading=Reading(description="calm\\nsongs"),
    tracks=tuple(Choice(track=each, score=1, why="calm") for each in tracks),
)
published = spotify.publish(playlist)
assert len(published.missing) == 1, published
assert published.url.startswith("https://open.spotify.com/playlist/"), published
"""


@pytest.mark.skipif(not (CHECK.exists() and shutil.which("npm")), reason="the checker or node is not here")
@pytest.mark.parametrize("kind", ["403", "warn"])
def test_no_request_breaks_the_description(tmp_path, kind):
    log = tmp_path / "log.jsonl"
    flow = tmp_path / "flow.py"
    flow.write_text(FLOW)
    source = str(Path(__file__).parents[1] / "src")
    done = subprocess.run(
        [CHECK, "--port", "0", "--log", log, "--deprecated", kind, "--", sys.executable, flow, tmp_path / "home"],
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
    asked = {(row["method"], row.get("spec_path")) for row in rows}
    assert {("POST", "/me/playlists"), ("POST", "/playlists/{playlist_id}/items"), ("GET", "/search")} <= asked
