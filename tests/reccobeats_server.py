"""A stand-in for ReccoBeats over real HTTP on loopback: both forms of lists, absent ids, weak order, refusals."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from tonepoem.playlist import Track

RANGES = {
    **dict.fromkeys(
        ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence"), (0, 1)
    ),
    "key": (-1, 11),
    "mode": (0, 1),
    "loudness": (-60, 2),
    "tempo": (0, 250),
    "popularity": (0, 100),
}


@dataclass
class Answer:
    """What is said instead of the true answer, so many times."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


class ReccoBeatsServer:
    """The stand-in; use it as a context manager.

    Args:
        known: the tracks that it knows, each with a Spotify address and features.
        form: how lists come.
    """

    def __init__(self, known: Iterable[Track] = (), form: Literal["content", "bare"] = "content") -> None:
        self.known = {str(track.uri).rpartition(":")[2]: track for track in known}
        self.form = form
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.raw: list[str] = []
        self.instead: list[Answer] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            timeout = 30

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                owner.asked.append((parts.path, query))
                owner.raw.append(f"{self.requestline}\n{self.headers}")
                instead = next((each for each in owner.instead if each.times), None)
                if instead:
                    instead.times -= 1
                    status, body, headers = instead.status, instead.body, instead.headers
                else:
                    status, rows = owner.rows(parts.path, query)
                    body = json.dumps(rows if owner.form == "bare" else {"content": rows}).encode()
                    headers = {}
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ReccoBeatsServer:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def rows(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """The status and rows that the service would answer with."""
        ids = query.get("ids", "").split(",")
        if path == "/v1/track":
            return 200, [self._song(name) for name in ids if name in self.known]
        if path == "/v1/audio-features":
            if not 1 <= len(ids) <= 40:
                return 400, []
            return 200, [self._features(name) for name in reversed(ids) if name in self.known]
        if path == "/v1/track/recommendation":
            seeds, size = query.get("seeds", "").split(","), int(query.get("size", 0))
            numbers = {name: float(value) for name, value in query.items() if name not in {"seeds", "size"}}
            fine = all(name in RANGES and RANGES[name][0] <= value <= RANGES[name][1] for name, value in numbers.items())
            if not (1 <= len(seeds) <= 5 and all(seeds) and 1 <= size <= 100 and fine):
                return 400, []
            return 200, [self._song(name) for name in self.known if name not in seeds][:size]
        if path == "/v1/track/search":
            words = set(re.findall(r"\w+", query["searchText"].casefold()))
            hits = [
                name
                for name, track in self.known.items()
                if words & set(re.findall(r"\w+", f"{track.title} {track.artists[0]}".casefold()))
            ]
            return 200, [self._song(name) for name in hits]
        return 404, []

    def _song(self, name: str) -> dict[str, Any]:
        track = self.known[name]
        return {
            "id": f"own-{name}",
            "trackTitle": track.title,
            "artists": [{"id": "own", "name": artist, "href": "x"} for artist in track.artists],
            "durationMs": track.duration_ms,
            "isrc": track.isrc,
            "href": f"https://open.spotify.com/track/{name}",
            "availableCountries": "DE,US",
            "popularity": 40,
        }

    def _features(self, name: str) -> dict[str, Any]:
        features = self.known[name].features.voiced()
        features.pop("popularity", None)
        return {"id": f"own-{name}", "href": f"https://open.spotify.com/track/{name}", "isrc": None, **features}
