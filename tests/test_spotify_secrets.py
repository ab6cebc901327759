"""No token, code or secret appears anywhere but in the token file: not in a log, an error, a traceback, a repr, a file."""

import base64
import contextlib
import io
import logging
import traceback
from urllib.parse import quote

import pytest
from spotify_server import CLIENT_ID, Fault, SpotifyServer, browsed_in, hit, logged_in
from test_publish import make, many

from tonepoem.errors import TonepoemError
from tonepoem.spotify import Connection, Spotify

SECRET = "hushSECRET0123456789abcdef"


def faults(planted):
    """Every kind of failure, with answers that repeat all secrets that they know."""
    body = ('{"error": {"message": "' + " ".join(planted) + '", "reason": "' + planted[0] + '"}}').encode()
    echo = {"error": planted[0], "error_description": " ".join(planted)}
    for status in (400, 401, 429, 500):
        yield Fault("refuse", "^/v1/", status=status, body=body, times=9)
        yield Fault("refuse", "^/v1/", status=status, body=" ".join(planted).encode(), times=9)
        yield Fault("refuse", "/api/token", status=status, body=echo, times=9)
    for status in (200, 400):
        yield Fault("refuse", "/api/token", status=status, body={**echo, "access_token": planted[0]}, times=9)
        yield Fault("refuse", "/api/token", status=status, body=" ".join(planted).encode(), times=9)
    for kind in ("before", "after", "middle", "garbled"):
        yield Fault(kind, "^/v1/", times=9)
        yield Fault(kind, "/api/token", times=9)
    yield Fault("refuse", "^/v1/", status=200, body=[planted[0]], times=9)


@pytest.mark.parametrize("secret", [None, SECRET])
def test_nothing_secret_gets_out(tmp_path, secret, caplog, capfd):
    home = tmp_path / "home"
    said = io.StringIO()
    caplog.set_level(logging.DEBUG)
    for name in ("spotipy.client", "spotipy.oauth2", "urllib3", "requests", "tonepoem"):
        logging.getLogger(name)

    quick = Connection(pause=lambda seconds: None)

    @contextlib.contextmanager
    def recorded():
        try:
            yield
        except TonepoemError:
            said.write(traceback.format_exc())

    with SpotifyServer(index=[hit("Hurt", "Johnny Cash")], secret=secret) as server:
        app = server.app(home)

        def login():
            return logged_in(server, home, "playlist-read-private", again=True, connection=quick)

        actions = (
            lambda spotify: spotify.search("x"),
            lambda spotify: spotify.publish(many(2)),
            lambda spotify: spotify.resume(),
            lambda spotify: spotify.doctor(),
            lambda spotify: login(),
            lambda spotify: browsed_in(server, home, again=True, connection=quick),
            lambda spotify: Spotify.login(app, again=True, ask=lambda url: url),
        )
        spotify = login()
        said.write(f"{app} {app!r} {spotify} {spotify.token!r} {spotify.token}")
        spotify.publish(make())
        planted = [*server.issued, SECRET, base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()]
        for fault in faults(planted):
            for act in actions:
                server.faults[:] = [Fault(**{**vars(fault), "times": 9})]
                if "token" in fault.path:
                    server.expire()
                with recorded():
                    said.write(repr(act(spotify)))
            server.faults.clear()
            spotify = login()
        for options in ({"client_secret": "wrongSECRET"}, {"redirect_uri": "https://example.org/"}):
            with recorded():
                browsed_in(server, home, app=server.app(home, **options), again=True)
        with recorded():
            Spotify.login(app, again=True, ask=lambda url: f"http://127.0.0.1/callback?code={server.issued[0]}&state=x")
        issued = {*server.issued, SECRET, "wrongSECRET", *planted}
    out = capfd.readouterr()
    token_file = app.folder / "token.json"
    files = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file() and path != token_file]
    everything = "\n".join([caplog.text, out.out, out.err, said.getvalue(), *files])
    assert said.getvalue().count("Traceback") > 100
    assert "urllib3" in caplog.text, "debug logs were looked at"
    assert len(issued) > 50
    for word in (*issued, *map(quote, issued)):
        assert everything.find(word) < 0, everything[max(0, everything.find(word) - 300) :][:600]
    assert "SECRET" not in everything.replace("SPOTIPY_CLIENT_SECRET", "")
    assert "SECRET" in token_file.read_text()
