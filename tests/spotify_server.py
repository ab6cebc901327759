"""A stand-in for Spotify over real HTTP on loopback: accounts and Web API, with state, pages, two kinds of app, faults.

It keeps what it was asked, so that a test can look at the traffic.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import socket
import string
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from tonepoem.spotify import App, Spotify

BASE62 = string.digits + string.ascii_letters
CLIENT_ID = "0123456789abcdef0123456789abcdef"


def spotify_id(seed: object) -> str:
    """A 22-character id that is always the same for the same seed."""
    number = int.from_bytes(hashlib.sha256(str(seed).encode()).digest(), "big")
    return "".join(BASE62[number // 62**place % 62] for place in range(22))


def hit(title: str, artist: str | list[str], seed: object = None, **more: Any) -> dict[str, Any]:
    """A track as Spotify describes it to an app in development mode."""
    artists = [artist] if isinstance(artist, str) else artist
    name = spotify_id((title, *artists) if seed is None else seed)
    album = {"name": more.pop("album", title), "release_date": more.pop("release_date", "1999-05-01")}
    return {
        "type": "track",
        "id": name,
        "uri": f"spotify:track:{name}",
        "name": title,
        "artists": [{"name": each, "id": spotify_id(each), "type": "artist"} for each in artists],
        "album": album,
        "duration_ms": 200_000,
        "explicit": False,
        "external_ids": {},
        **more,
    }


@dataclass
class Fault:
    """Something that goes wrong with one call.

    ``refuse`` answers with ``status``, ``body``, ``headers``; ``before`` breaks off unread; ``after`` breaks off when
    the call has taken effect; ``middle`` in the middle of the answer; ``garbled`` answers with broken JSON; ``slow``
    answers after ``seconds``; ``never`` keeps silent, the call having taken effect.
    """

    kind: Literal["refuse", "before", "after", "middle", "garbled", "slow", "never"]
    path: str = ""
    method: str = ""
    status: int = 500
    body: bytes | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int = 1
    seconds: float = 0.05

    def hits(self, method: str, path: str) -> bool:
        if self.times == 0 or not re.search(self.path, path) or self.method not in ("", method):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Stored:
    id: str
    name: str
    description: str
    public: bool
    uris: list[str] = field(default_factory=list)
    cover: bytes = b""

    def document(self, url: str) -> dict[str, Any]:
        return {
            "type": "playlist",
            "id": self.id,
            "uri": f"spotify:playlist:{self.id}",
            "name": self.name,
            "description": self.description.replace("&", "&amp;").replace("'", "&#x27;"),
            "public": self.public,
            "collaborative": False,
            "external_urls": {"spotify": f"https://open.spotify.com/playlist/{self.id}"},
            "items": {"href": f"{url}/v1/playlists/{self.id}/items", "total": len(self.uris)},
        }


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, message: str | None = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.content: bytes | dict[str, Any] = (
            b"" if message is None else {"error": {"status": status, "message": message, **more}}
        )


class SpotifyServer:
    """The stand-in; use it as a context manager.

    Args:
        kind: the kind of app.
        index: the tracks that search can find, in the order in which it finds them.
        secret: the app's secret; an app without one must use PKCE.
    """

    def __init__(
        self,
        kind: Literal["development", "extended"] = "development",
        index: Iterable[dict[str, Any]] = (),
        secret: str | None = None,
    ) -> None:
        self.kind = kind
        self.index = list(index)
        self.secret = secret
        self.agree = True
        self.premium = True
        self.listed = True
        self.lifetime = 3600.0
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.playlists: dict[str, Stored] = {}
        self.saved: list[dict[str, Any]] = []
        self.top: list[dict[str, Any]] = []
        self.issued: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._access: dict[str, tuple[float, frozenset[str]]] = {}
        self._refresh: dict[str, frozenset[str]] = {}
        self._lock = threading.RLock()
        self._words: dict[str, set[str]] = {}
        self._open: set[socket.socket] = set()
        self._stopped = threading.Event()
        self._random = random.SystemRandom()
        self._server = _server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SpotifyServer:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        for connection in list(self._open):
            connection.close()
        self._server.server_close()

    def app(self, home: Path, **more: Any) -> App:
        """The app that this server knows."""
        return App(
            **{
                "client_id": CLIENT_ID,
                "home": home,
                "client_secret": self.secret,
                "api": f"{self.url}/v1/",
                "accounts": self.url,
                **more,
            },
        )

    def calls(self, pattern: str = "^/v1/") -> list[Asked]:
        """What was asked of the Web API, or of any path."""
        return [asked for asked in self.asked if re.search(pattern, asked.path)]

    def expire(self) -> None:
        """End all access tokens."""
        self._access.clear()

    def revoke(self) -> None:
        """End all logins."""
        self._access.clear()
        self._refresh.clear()

    # ------------------------------------------------------------------------------------------- accounts

    def token(self, form: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        if self.secret:
            expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{self.secret}".encode()).decode()
            if headers.get("authorization") != expected:
                raise _oauth("invalid_client", "Invalid client secret")
        elif form.get("client_id") != CLIENT_ID:
            raise _oauth("invalid_client", "Invalid client")
        if form.get("grant_type") == "authorization_code":
            granted = self._codes.pop(form.get("code", ""), None)
            if granted is None or granted["redirect_uri"] != form.get("redirect_uri"):
                raise _oauth("invalid_grant", "Invalid authorization code")
            if not self.secret:
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                if base64.urlsafe_b64encode(digest).decode().rstrip("=") != granted["code_challenge"]:
                    raise _oauth("invalid_grant", "code_verifier was incorrect")
            return self._issue(frozenset(granted.get("scope", "").split()))
        if form.get("grant_type") == "refresh_token":
            given = form.get("refresh_token", "")
            scopes = self._refresh.get(given)
            if scopes is None:
                raise _oauth("invalid_grant", f"Refresh token revoked: {given}")
            if not self.secret:  # PKCE refresh tokens are used once
                del self._refresh[given]
            return self._issue(scopes)
        raise _oauth("unsupported_grant_type", "")

    def _issue(self, scopes: frozenset[str]) -> dict[str, Any]:
        access, refresh = (f"{kind}SECRET{self._random.getrandbits(128):032x}" for kind in ("BQ", "AQ"))
        self._access[access] = (time.time() + self.lifetime, scopes)
        self._refresh[refresh] = scopes
        self.issued += [access, refresh]
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(self.lifetime),
            "refresh_token": refresh,
            "scope": " ".join(sorted(scopes)),
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent after the user has agreed, or not."""
        redirect = query["redirect_uri"]
        if not self.agree:
            return f"{redirect}?{urlencode({'error': 'access_denied', 'state': query.get('state', '')})}"
        if not self.secret and query.get("code_challenge_method") != "S256":
            return f"{redirect}?{urlencode({'error': 'invalid_request', 'state': query.get('state', '')})}"
        code = f"codeSECRET{self._random.getrandbits(128):032x}"
        self._codes[code] = query
        self.issued.append(code)
        return f"{redirect}?{urlencode({'code': code, 'state': query.get('state', '')})}"

    # ------------------------------------------------------------------------------------------- Web API

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Any:
        """The status and document for a call to the Web API."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        ends, scopes = self._access.get(token, (0.0, frozenset()))
        if ends < time.time():
            raise Refusal(401, "The access token expired")
        if not self.premium:
            raise Refusal(403, "Active premium subscription required for the owner of the app.")
        if not self.listed:
            refusal = Refusal(403)
            refusal.content = b"User not registered in the Developer Dashboard"
            raise refusal
        for (verb, pattern), (needed, function) in ROUTES.items():
            match = re.fullmatch(pattern, path)
            if match and verb == method:
                if needed and not needed & scopes:
                    raise Refusal(403, "Insufficient client scope")
                if "image" in path and "ugc-image-upload" not in scopes:
                    raise Refusal(403, "Insufficient client scope")
                return function(self, *match.groups(), query=query, body=body)
        raise Refusal(403, "Forbidden")

    def _me(self, query: dict[str, str], body: bytes) -> Any:
        gone = {} if self.kind == "development" else {"product": "premium", "country": "DE"}
        return 200, {"id": "listener", "account_id": spotify_id("listener"), "display_name": "Listener", **gone}

    def _search(self, query: dict[str, str], body: bytes) -> Any:
        most, usual = (10, 5) if self.kind == "development" else (50, 20)
        limit, offset = int(query.get("limit", usual)), int(query.get("offset", 0))
        if not 1 <= limit <= most:
            raise Refusal(400, "Invalid limit")
        words = set(re.findall(r"\w+", re.sub(r"\b(track|artist|genre|year|album|isrc):", " ", query["q"]).casefold()))

        def overlap(row: dict[str, Any]) -> int:
            if row["uri"] not in self._words:
                said = " ".join([row["name"], *(artist["name"] for artist in row["artists"]), *row.get("genres", [])])
                self._words[row["uri"]] = set(re.findall(r"\w+", said.casefold()))
            return len(words & self._words[row["uri"]])

        if query["type"] == "artist":
            names = {artist["id"]: artist for row in self.index for artist in row["artists"]}
            found = [each for each in names.values() if words & set(each["name"].casefold().split())]
            return 200, {"artists": _page(found, limit, offset, f"{self.url}/v1/search")}
        best = sorted(((overlap(row), -place) for place, row in enumerate(self.index)), reverse=True)
        found = [self.index[-place] for common, place in best if common >= min(2, len(words))]
        page = _page(found, limit, offset, f"{self.url}/v1/search")
        if page["items"]:
            page["items"][-1:] = [page["items"][-1], None][: limit - len(page["items"]) + 1]
        return 200, {"tracks": page}

    def _recommend(self, query: dict[str, str], body: bytes) -> Any:
        if self.kind == "development":
            raise Refusal(404, None)
        seeds = sum(len(query[name].split(",")) for name in query if name.startswith("seed_"))
        if not 1 <= seeds <= 5:
            raise Refusal(400, "1 to 5 seeds wanted")
        known = {"limit", "market", "seed_artists", "seed_genres", "seed_tracks"}
        for name in set(query) - known:
            if not re.fullmatch(r"(min|max|target)_\w+", name):
                raise Refusal(400, f"unknown parameter {name}")
        return 200, {"tracks": self.index[: int(query.get("limit", 20))], "seeds": []}

    def _create(self, query: dict[str, str], body: bytes) -> Any:
        given = json.loads(body)
        if not given.get("name") or len(given["name"]) > 100 or len(given.get("description", "")) > 300:
            raise Refusal(400, "Bad name or description")
        number = len(self.playlists)
        made = Stored(spotify_id(f"playlist {number}"), given["name"], given.get("description", ""), given.get("public", True))
        self.playlists[made.id] = made
        return 201, made.document(self.url)

    def _own(self, query: dict[str, str], body: bytes) -> Any:
        newest = [stored.document(self.url) for stored in reversed(self.playlists.values())]
        limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
        return 200, _page(newest, limit, offset, f"{self.url}/v1/me/playlists")

    def _stored(self, name: str) -> Stored:
        if name not in self.playlists:
            raise Refusal(404, "Resource not found")
        return self.playlists[name]

    def _get(self, name: str, query: dict[str, str], body: bytes) -> Any:
        return 200, self._stored(name).document(self.url)

    def _items(self, name: str, query: dict[str, str], body: bytes) -> Any:
        limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
        if limit > 50:
            raise Refusal(400, "Invalid limit")
        key = "item" if self.kind == "development" else "track"
        known = {row["uri"]: row for row in self.index}
        rows = [
            {"added_at": "2026-11-01T00:00:00Z", "is_local": False, key: known.get(uri, {"uri": uri, "name": uri[-4:]})}
            for uri in self._stored(name).uris
        ]
        return 200, _page(rows, limit, offset, f"{self.url}/v1/playlists/{name}/items")

    def _saved(self, query: dict[str, str], body: bytes) -> Any:
        rows = [{"added_at": "2026-11-01T00:00:00Z", "track": row} for row in self.saved]
        return self._fifty(rows, query, "me/tracks")

    def _top_tracks(self, query: dict[str, str], body: bytes) -> Any:
        return self._fifty(self.top, query, "me/top/tracks")

    def _top_artists(self, query: dict[str, str], body: bytes) -> Any:
        artists = {artist["name"]: artist for row in self.top for artist in row["artists"]}
        return self._fifty(list(artists.values()), query, "me/top/artists")

    def _fifty(self, rows: list[dict[str, Any]], query: dict[str, str], path: str) -> Any:
        limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
        if not 1 <= limit <= 50:
            raise Refusal(400, "Invalid limit")
        return 200, _page(rows, limit, offset, f"{self.url}/v1/{path}")

    def _uris(self, body: bytes) -> list[str]:
        given = json.loads(body)
        if not isinstance(given, dict) or len(given["uris"]) > 100:
            raise Refusal(400, "Bad uris")
        if not all(re.fullmatch(r"spotify:(track|episode):[0-9A-Za-z]{22}", uri) for uri in given["uris"]):
            raise Refusal(400, "Bad uri")
        return list(given["uris"])

    def _append(self, name: str, query: dict[str, str], body: bytes) -> Any:
        self._stored(name).uris += self._uris(body)
        return 201, {"snapshot_id": spotify_id(time.time())}

    def _replace(self, name: str, query: dict[str, str], body: bytes) -> Any:
        self._stored(name).uris = self._uris(body)
        return 200, {"snapshot_id": spotify_id(time.time())}

    def _cover(self, name: str, query: dict[str, str], body: bytes) -> Any:
        image = base64.b64decode(body, validate=True)
        if len(body) > 256 * 1024 or not image.startswith(b"\xff\xd8\xff"):
            raise Refusal(400, "Bad image")
        self._stored(name).cover = image
        return 202, None


MODIFY = frozenset({"playlist-modify-private", "playlist-modify-public"})
READ = frozenset({"playlist-read-private"})
ROUTES: dict[tuple[str, str], tuple[frozenset[str], Callable[..., Any]]] = {
    ("GET", "/v1/me/?"): (frozenset(), SpotifyServer._me),
    ("GET", "/v1/search"): (frozenset(), SpotifyServer._search),
    ("GET", "/v1/recommendations"): (frozenset(), SpotifyServer._recommend),
    ("POST", "/v1/me/playlists"): (MODIFY, SpotifyServer._create),
    ("GET", "/v1/me/playlists"): (READ, SpotifyServer._own),
    ("GET", "/v1/me/tracks"): (frozenset({"user-library-read"}), SpotifyServer._saved),
    ("GET", "/v1/me/top/tracks"): (frozenset({"user-top-read"}), SpotifyServer._top_tracks),
    ("GET", "/v1/me/top/artists"): (frozenset({"user-top-read"}), SpotifyServer._top_artists),
    ("GET", "/v1/playlists/([^/]+)"): (frozenset(), SpotifyServer._get),
    ("GET", "/v1/playlists/([^/]+)/items"): (READ, SpotifyServer._items),
    ("POST", "/v1/playlists/([^/]+)/items"): (MODIFY, SpotifyServer._append),
    ("PUT", "/v1/playlists/([^/]+)/items"): (MODIFY, SpotifyServer._replace),
    ("PUT", "/v1/playlists/([^/]+)/images"): (MODIFY, SpotifyServer._cover),
}


def _oauth(error: str, description: str) -> Refusal:
    refusal = Refusal(400)
    refusal.content = {"error": error, "error_description": description}
    return refusal


def _page(rows: list[Any], limit: int, offset: int, href: str) -> dict[str, Any]:
    more = offset + limit < len(rows)
    return {
        "href": href,
        "items": rows[offset : offset + limit],
        "limit": limit,
        "offset": offset,
        "total": len(rows),
        "next": f"{href}?offset={offset + limit}&limit={limit}" if more else None,
        "previous": None,
    }


def _server(owner: SpotifyServer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        wbufsize = -1  # one write an answer: else Nagle and delayed acknowledgements cost 40 ms each

        def setup(self) -> None:
            super().setup()
            owner._open.add(self.request)

        def finish(self) -> None:
            owner._open.discard(self.request)
            super().finish()

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            fault = next((each for each in owner.faults if each.hits(self.command, parts.path)), None)
            if fault and fault.kind == "before":
                self.break_off()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.casefold(): value for name, value in self.headers.items()}
            more: dict[str, str] = {}
            with owner._lock:
                if fault and fault.kind == "refuse":
                    status, content = fault.status, fault.body
                    more = fault.headers
                else:
                    status, content, more = self.work(parts.path, query, headers, body)
                owner.asked.append(Asked(self.command, parts.path, query, headers, body, status))
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            if fault and fault.kind == "after":
                self.break_off()
                return
            if fault and fault.kind == "never":
                owner._stopped.wait(30)
                self.break_off()
                return
            if fault and fault.kind == "slow":
                owner._stopped.wait(fault.seconds)
            if fault and fault.kind == "garbled":
                data = data[: len(data) // 2] or b"{"
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if not isinstance(content, bytes) else "text/plain")
            self.send_header("Content-Length", str(len(data)))
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            if fault and fault.kind == "middle":
                self.wfile.write(data[: len(data) // 2])
                self.break_off()
                return
            self.wfile.write(data)

        def work(self, path: str, query: Any, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
            try:
                if path == "/authorize":
                    return 302, b"", {"Location": owner.authorize(query)}
                if path == "/api/token":
                    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                    return 200, owner.token(form, headers), {}
                status, document = owner.answer(self.command, path, query, headers, body)
            except Refusal as refusal:
                return refusal.status, refusal.content, {}
            return status, b"" if document is None else document, {}

        def break_off(self) -> None:
            self.wfile.flush()
            self.close_connection = True
            self.request.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names that the base class calls

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            pass

    return Server(("127.0.0.1", 0), Handler)


def browser(url: str) -> None:
    """A browser whose user agrees: follows the redirect to the callback, in the background as browsers do."""

    def visit() -> None:
        with urllib.request.urlopen(url, timeout=10) as page:
            page.read()

    threading.Thread(target=visit, daemon=True).start()


def logged_in(server: SpotifyServer, home: Path, *scopes: str, app: App | None = None, **options: Any) -> Spotify:
    """An account that has just logged in to the stand-in, by a pasted address: no browser, no waiting."""

    def agree(url: str) -> str:
        return server.authorize({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})

    return Spotify.login(app or server.app(home), ask=agree, scopes=scopes, **options)


def browsed_in(server: SpotifyServer, home: Path, *scopes: str, app: App | None = None, **options: Any) -> Spotify:
    """An account that has just logged in to the stand-in through a browser."""
    return Spotify.login(app or server.app(home), browse=browser, scopes=scopes, timeout=10, **options)
