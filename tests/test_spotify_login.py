import os
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from spotify_server import CLIENT_ID, Fault, SpotifyServer, browser, hit
from spotify_server import browsed_in as logged_in

from tonepoem.errors import AccessError, LoginError, SettingsError
from tonepoem.spotify import App, Spotify


@pytest.fixture
def server():
    with SpotifyServer(index=[hit("Hurt", "Johnny Cash")]) as server:
        yield server


def test_a_client_id_is_enough_and_the_verifier_never_travels_in_an_address(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    assert set(spotify.token.scopes) == {"playlist-modify-private", "playlist-modify-public"}
    (asked,) = server.calls("/authorize")
    assert asked.query["code_challenge_method"] == "S256"
    assert len(asked.query["state"]) >= 20
    (exchange,) = server.calls("/api/token")
    form = parse_qs(exchange.body.decode())
    assert form["client_id"] == [CLIENT_ID]
    assert form["code_verifier"][0] not in str(asked)


def test_a_secret_is_used_where_there_is_one(tmp_path):
    with SpotifyServer(secret="hush") as server:
        assert logged_in(server, tmp_path).token.refresh_token
        assert "code_challenge" not in server.calls("/authorize")[0].query
        wrong = server.app(tmp_path / "other", client_secret="wrong")
        with pytest.raises(SettingsError, match="SPOTIPY_CLIENT_SECRET"):
            logged_in(server, tmp_path, app=wrong)


def test_the_second_login_asks_nobody(server, tmp_path):
    logged_in(server, tmp_path)
    asked = len(server.asked)
    logged_in(server, tmp_path)
    Spotify.open(server.app(tmp_path))
    assert len(server.asked) == asked


def test_a_new_permission_is_asked_for_and_the_old_ones_are_kept(server, tmp_path):
    logged_in(server, tmp_path, "user-top-read")
    spotify = logged_in(server, tmp_path, "ugc-image-upload")
    assert {"user-top-read", "ugc-image-upload", "playlist-modify-private"} <= set(spotify.token.scopes)


def test_the_address_can_be_pasted(server, tmp_path):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    def ask(url):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.build_opener(Stay).open(url)
        with caught.value as answer:
            return f"  {answer.headers['Location']}\n"

    assert Spotify.login(server.app(tmp_path), ask=ask).token.access_token
    assert server.calls("/authorize")[0].query["redirect_uri"] == "http://127.0.0.1/callback"


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ("", "not the address"),
        ("http://127.0.0.1/callback", "not the address"),
        ("http://[half/callback?code=x", "not the address"),
        ("http://127.0.0.1/callback?code=abc", "another login"),
        ("http://127.0.0.1/callback?code=abc&state=guess", "another login"),
        ("http://127.0.0.1/callback?code=abc&state=gu%C3%A9ss", "another login"),
    ],
)
def test_a_pasted_address_must_belong_to_this_login(server, tmp_path, reply, says):
    with pytest.raises(LoginError, match=says) as caught:
        Spotify.login(server.app(tmp_path), ask=lambda url: reply)
    assert "tonepoem login" in str(caught.value)
    assert not server.calls("/api/token")


def test_refusing_is_understood(server, tmp_path):
    server.agree = False
    with pytest.raises(LoginError, match="did not agree"):
        logged_in(server, tmp_path)
    assert not server.app(tmp_path).folder.exists()


def test_the_callback_outlives_strangers_and_takes_only_its_own_state(server, tmp_path):
    """Stray requests, a forged state and a connection that never speaks must neither end nor win the login."""
    answers = []

    def visit(url):
        query = parse_qs(urlsplit(url).query)
        base = query["redirect_uri"][0]
        silent = socket.create_connection(("127.0.0.1", urlsplit(base).port))
        for path in ("/favicon.ico", "/callback", "/callback?code=forged&state=forged", "/callback?error=x", "/%00"):
            root = base.removesuffix("/callback")
            try:
                urllib.request.urlopen(root + path, timeout=5).close()
            except urllib.error.HTTPError as error:
                answers.append(error.code)
                error.close()
        silent.close()
        browser(url)

    spotify = Spotify.login(server.app(tmp_path), browse=visit, timeout=10)
    assert answers == [404, 400, 400, 400, 404]
    assert spotify.token.access_token


def test_a_browser_that_never_comes_back_ends_in_words(server, tmp_path):
    with pytest.raises(LoginError, match="did not come back"):
        Spotify.login(server.app(tmp_path), browse=lambda url: None, timeout=0.2)


def test_a_port_that_is_taken_says_so(server, tmp_path):
    taken = urlsplit(server.url).port
    app = server.app(tmp_path, redirect_uri=f"http://127.0.0.1:{taken}/callback")
    with pytest.raises(SettingsError, match=str(taken)):
        logged_in(server, tmp_path, app=app)


@pytest.mark.parametrize("uri", ["https://example.org/callback", "http://192.0.2.1/callback"])
def test_a_redirect_elsewhere_is_for_pasting(server, tmp_path, uri):
    with pytest.raises(SettingsError, match="--no-browser"):
        logged_in(server, tmp_path, app=server.app(tmp_path, redirect_uri=uri))


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_id": "../../etc"},
        {"redirect_uri": "http://localhost:8888"},
        {"redirect_uri": "callback"},
        {"market": "Germany"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(tmp_path, wrong):
    with pytest.raises(SettingsError):
        App(**{"client_id": CLIENT_ID, "home": tmp_path, **wrong})


def test_the_token_file_is_for_its_owner_alone_from_the_first_byte(server, tmp_path, monkeypatch):
    modes = []
    real = os.fdopen

    def watched(handle, *args, **kwargs):
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return real(handle, *args, **kwargs)

    monkeypatch.setattr("tonepoem.spotify.token.os.fdopen", watched)
    before = os.umask(0)
    try:
        logged_in(server, tmp_path)
    finally:
        os.umask(before)
    (path,) = tmp_path.rglob("token.json")
    assert modes == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent.name == CLIENT_ID
    assert not list(tmp_path.rglob(".token-*"))


def test_a_token_of_another_app_is_not_used(server, tmp_path):
    logged_in(server, tmp_path)
    (path,) = tmp_path.rglob("token.json")
    other = server.app(tmp_path, client_id="another")
    other.folder.mkdir(parents=True)
    (other.folder / "token.json").write_bytes(path.read_bytes())
    with pytest.raises(LoginError, match="tonepoem login"):
        Spotify.open(other)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"client_id": 1}', b"\xff\xfe"])
def test_a_damaged_token_file_means_logging_in_again(server, tmp_path, damage):
    logged_in(server, tmp_path)
    (path,) = tmp_path.rglob("token.json")
    path.write_bytes(damage)
    with pytest.raises(LoginError, match="tonepoem login"):
        Spotify.open(server.app(tmp_path))
    assert logged_in(server, tmp_path).token


def test_an_access_token_that_ran_out_is_renewed_once_for_all_threads(server, tmp_path):
    server.lifetime = 30  # under the minute of grace: stale from the start
    spotify = logged_in(server, tmp_path)
    server.lifetime = 3600
    threads = [threading.Thread(target=spotify.search, args=("track:Hurt artist:Cash",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [asked.status for asked in server.calls("/api/token")] == [200, 200]
    assert len(server.calls()) == 8


def test_a_refused_access_token_is_renewed_once_and_the_call_repeated(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.expire()
    assert spotify.search("track:Hurt artist:Cash")
    assert [asked.status for asked in server.calls()] == [401, 200]
    server.faults.append(Fault("refuse", "/v1/search", status=401, body={"error": {"message": "Invalid"}}, times=9))
    with pytest.raises(LoginError, match="tonepoem login"):
        spotify.search("track:Hurt artist:Cash")
    assert len(server.calls()) == 4


def test_a_login_that_ended_is_forgotten(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.revoke()
    with pytest.raises(LoginError, match="tonepoem login"):
        spotify.search("track:Hurt artist:Cash")
    assert not list(tmp_path.rglob("token.json"))
    with pytest.raises(LoginError, match="tonepoem login"):
        Spotify.open(server.app(tmp_path))


def test_a_token_renewed_by_another_process_is_taken_over(server, tmp_path):
    here, there = logged_in(server, tmp_path), Spotify.open(server.app(tmp_path))
    server.expire()
    assert there.search("track:Hurt artist:Cash")
    assert here.search("track:Hurt artist:Cash")  # its refresh token has been used by the other
    assert here.token == there.token


def test_the_end_after_six_months_is_announced_in_the_fifth(server, tmp_path, monkeypatch):
    token = logged_in(server, tmp_path).token
    assert token.notice() is None
    day = 24 * 3600
    for days, announced in [(121, False), (123, True), (181, True)]:
        monkeypatch.setattr("tonepoem.spotify.token.time.time", lambda days=days: token.consented_at + days * day)
        assert bool(token.notice()) is announced
    assert f"{token.ends:%Y-%m-%d}" in token.notice()
    assert 181 <= (token.ends.timestamp() - token.consented_at) / day <= 184


def test_the_app_comes_from_the_settings_where_none_is_given(server, tmp_path, monkeypatch):
    for name in ("SPOTIPY_CLIENT_ID", "SPOTIPY_CLIENT_SECRET", "SPOTIPY_REDIRECT_URI", "TONEPOEM_MARKET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TONEPOEM_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match="SPOTIPY_CLIENT_ID"):
        Spotify.login()
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", CLIENT_ID)
    monkeypatch.setattr("tonepoem.spotify.app.API", f"{server.url}/v1/")
    monkeypatch.setattr("tonepoem.spotify.app.ACCOUNTS", server.url)
    spotify = Spotify.login(browse=browser, timeout=10)
    assert spotify.search("track:Hurt artist:Cash")
    assert spotify.app.folder == tmp_path / "spotify" / CLIENT_ID
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".cache")]


def test_importing_loads_neither_spotipy_nor_requests():
    code = "import sys, tonepoem.spotify, tonepoem.reccobeats; print({'spotipy', 'requests', 'urllib3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_logout_leaves_nothing(server, tmp_path):
    logged_in(server, tmp_path).search("track:Hurt artist:Cash")
    app = server.app(tmp_path)
    assert list(app.folder.iterdir())
    assert Spotify.logout(app)
    assert not app.folder.exists()
    assert not Spotify.logout(app)


def test_a_missing_permission_names_the_command(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    with pytest.raises(AccessError, match=r"tonepoem login --scope playlist-read-private"):
        spotify.need("playlist-read-private")


def test_redirect_uri_that_spotify_does_not_know(server, tmp_path):
    server.faults.append(
        Fault(
            "refuse",
            "/api/token",
            status=400,
            body={"error": "invalid_request", "error_description": "Invalid redirect URI"},
        )
    )
    with pytest.raises(SettingsError, match="SPOTIPY_REDIRECT_URI"):
        logged_in(server, tmp_path)


def test_the_login_address_holds_no_secret(tmp_path):
    with SpotifyServer(secret="hush") as server:
        seen = []
        with pytest.raises(LoginError):
            Spotify.login(server.app(tmp_path), ask=lambda url: seen.append(url) or "")
        assert "hush" not in seen[0]
        assert urlencode({"redirect_uri": "http://127.0.0.1/callback"}) in seen[0]
