"""The login: PKCE, or the code flow where a secret is set, with a random state that is checked.

spotipy knows the protocol. The callback is ours: it has a time limit, answers stray requests without giving up, and
takes nothing that does not carry the state of this login.
"""

from __future__ import annotations

import queue
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from spotipy.cache_handler import CacheHandler
from spotipy.oauth2 import SpotifyOAuth, SpotifyPKCE

from tonepoem.errors import LoginError, SettingsError
from tonepoem.spotify.app import App, Connection
from tonepoem.spotify.errors import Answer, of_answer, translated
from tonepoem.spotify.session import Session
from tonepoem.spotify.token import Token, granted

BASIC: Final = ("playlist-modify-private", "playlist-modify-public")
"""What every login asks for: to create playlists. All else is asked for when it is first needed."""
LOOPBACK: Final = ("127.0.0.1", "::1")

_AGAIN: Final = "Run `tonepoem login` to try again."


class _Nowhere(CacheHandler):  # type: ignore[misc]
    """Keeps spotipy from writing a token: its default is a file in the working directory."""

    def get_cached_token(self) -> None:
        return None

    def save_token_to_cache(self, token_info: dict[str, Any]) -> None:
        pass


def manager(app: App, redirect_uri: str, scopes: Iterable[str], state: str | None = None) -> Any:
    """The protocol as spotipy speaks it, pointed at the app's accounts service."""
    common = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": sorted(scopes),
        "state": state,
        "requests_session": Session(app.accounts, Connection().timeout),  # its own, as spotipy closes it in the end
        "open_browser": False,
        "cache_handler": _Nowhere(),
    }
    made = SpotifyOAuth(client_secret=app.client_secret, **common) if app.client_secret else SpotifyPKCE(**common)
    made.OAUTH_AUTHORIZE_URL = f"{app.accounts}/authorize"
    made.OAUTH_TOKEN_URL = f"{app.accounts}/api/token"
    return made


def refresher(app: App) -> Callable[[str], dict[str, Any]]:
    """A function that trades a refresh token for a new access token."""

    def refresh(refresh_token: str) -> dict[str, Any]:
        with translated():
            answer = manager(app, app.redirect_uri, ()).refresh_access_token(refresh_token)
            return _checked(answer)

    return refresh


def browser_login(
    app: App,
    scopes: tuple[str, ...],
    *,
    browse: Callable[[str], Any],
    timeout: float,
) -> Token:
    """Log in through a browser on this machine.

    Args:
        app: the app to log in to.
        scopes: the permissions to ask for.
        browse: opens an address in a browser.
        timeout: seconds until the user must have agreed.

    Raises:
        LoginError: the user refused, or did not answer in time.
        SettingsError: the redirect address is not one of this machine's, its port is taken, or Spotify does not
            know the app.
    """
    parts = urlsplit(app.redirect_uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise SettingsError(
            f"A browser cannot hand the login over to {app.redirect_uri}. Use `tonepoem login --no-browser`, or set "
            "SPOTIPY_REDIRECT_URI to http://127.0.0.1/callback."
        )
    state = secrets.token_urlsafe(24)
    with _Callback(parts.hostname, parts.port or 0, parts.path or "/", state) as callback:
        # A loopback address that is registered without a port may be used with any (RFC 8252, section 7.3).
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        redirect_uri = f"http://{host}:{callback.port}{parts.path}"
        auth = manager(app, redirect_uri, scopes, state)
        browse(auth.get_authorize_url())
        form = callback.wait(timeout)
    return _exchange(app, auth, form, scopes)


def pasted_login(app: App, scopes: tuple[str, ...], *, ask: Callable[[str], str]) -> Token:
    """Log in where no browser can reach this machine: over ssh, in a container.

    Args:
        app: the app to log in to.
        scopes: the permissions to ask for.
        ask: shows the address to open, and gives back the address that the browser was sent to.

    Raises:
        LoginError: the user refused, or the address is not an answer to this login.
        SettingsError: Spotify does not know the app.
    """
    state = secrets.token_urlsafe(24)
    auth = manager(app, app.redirect_uri, scopes, state)
    reply = ask(auth.get_authorize_url()).strip()
    try:
        form = _form(urlsplit(reply).query)
    except ValueError:
        form = {}
    if not form.get("code") and not form.get("error"):
        raise LoginError(f"That is not the address that the browser was sent to; it holds `code=` and `state=`. {_AGAIN}")
    if not _same(form.get("state"), state):
        raise LoginError(f"That address belongs to another login. {_AGAIN}")
    return _exchange(app, auth, form, scopes)


def _exchange(app: App, auth: Any, form: dict[str, str], scopes: tuple[str, ...]) -> Token:
    if "error" in form:
        raise of_answer(Answer("GET", "/authorize", 0, form["error"].casefold(), False, None), accounts=True)
    kept: dict[str, Any] = {}
    auth.cache_handler.save_token_to_cache = kept.update  # where spotipy hands over the whole answer
    with translated():
        quiet = {"as_dict": False} if app.client_secret else {}
        auth.get_access_token(form["code"], check_cache=False, **quiet)
        return granted(app.client_id, _checked(kept), scopes)


def _checked(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict) or not answer.get("access_token"):
        raise ValueError("no token in the answer")
    return answer


def _form(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, max_num_fields=50).items()}


def _same(given: str | None, state: str) -> bool:
    return given is not None and secrets.compare_digest(given.encode(), state.encode())


_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>tonepoem</title>"
    "<body style='font-family: system-ui; max-width: 32em; margin: 4em auto'><h1>tonepoem</h1><p>{}</p></body></html>"
)


class _Callback:
    """Waits on the loopback address for the browser to come back."""

    def __init__(self, host: str, port: int, path: str, state: str) -> None:
        arrived: queue.Queue[dict[str, str]] = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # browsers open connections that they never use

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                try:
                    form = _form(parts.query)
                except ValueError:
                    form = {}
                if parts.path != path:
                    self.page(404, "There is nothing here.")
                elif not _same(form.get("state"), state):
                    self.page(400, "This page belongs to another login. Go back to the newest one.")
                elif form.get("error"):
                    self.page(200, "You did not agree. Nothing was changed. You can close this window.")
                    arrived.put(form)
                elif form.get("code"):
                    self.page(200, "You are logged in. You can close this window.")
                    arrived.put(form)
                else:
                    self.page(400, "This is not an answer to a login.")

            def page(self, status: int, text: str) -> None:
                content = _PAGE.format(text).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Referrer-Policy", "no-referrer")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Say nothing: the request line holds the code."""

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True
            allow_reuse_address = False

            def handle_error(self, *args: object) -> None:
                """A browser that breaks off is not our error."""

        self._arrived = arrived
        try:
            self._server = Server((host, port), Handler)
        except OSError as error:
            raise SettingsError(
                f"Port {port} of {host} cannot be used: {error.strerror}. Register http://127.0.0.1/callback without "
                "a port, which lets tonepoem choose one, or set SPOTIPY_REDIRECT_URI to another port."
            ) from error
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> _Callback:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, timeout: float) -> dict[str, str]:
        """The answer that carries our state.

        Raises:
            LoginError: none came in time.
        """
        ends = time.monotonic() + timeout
        while (left := ends - time.monotonic()) > 0:
            try:
                return self._arrived.get(timeout=min(left, 0.5))  # in pieces, so that Ctrl-C is heard everywhere
            except queue.Empty:
                continue
        raise LoginError(f"The browser did not come back within {timeout:g} seconds. {_AGAIN}")
