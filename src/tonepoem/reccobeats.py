"""ReccoBeats: audio features and recommendations without Spotify's quota. The only room that knows it.

It is a third party. What it is told are ids of tracks and numbers for features, never a user's words; only
:meth:`ReccoBeats.search`, which nothing here calls by itself, sends a title and an artist.

Source: https://reccobeats.com/docs/apis/reccobeats-api
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from tonepoem.errors import ConnectionFailed, OutputError, RateLimitError, ServiceError, UnavailableError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.mapper import to_seeds
from tonepoem.playlist import Candidate, Reading, Track

if TYPE_CHECKING:
    import requests

ADDRESS: Final = "https://api.reccobeats.com"
BATCH: Final = 40
"""Ids in one question."""
MOST_SEEDS: Final = 5
MOST_TRACKS: Final = 100
A_MINUTE: Final = 120
"""Calls in a minute that were found safe; the true limit is not published."""
PATIENCE: Final = 30.0
"""The longest ``Retry-After``, in seconds, that is waited out rather than reported."""
TAKEN: Final = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "key",
    "liveness",
    "loudness",
    "mode",
    "popularity",
    "speechiness",
    "tempo",
    "valence",
)
"""The features that can be asked for."""

_SPOTIFY: Final = "open.spotify.com/track/"
_ELSEWHERE: Final = "Try again later, or choose another source, for instance --source catalog."

Rank = Callable[[Reading, Iterable[Track]], tuple[Candidate, ...]]
"""Orders tracks by how well they fit, best first, and gives each its score."""


class _Artist(BaseModel):
    name: str


class _Song(BaseModel):
    model_config = ConfigDict(extra="ignore")

    href: str
    trackTitle: str  # noqa: N815 - the service's spelling
    artists: tuple[_Artist, ...]
    durationMs: int | None = None  # noqa: N815
    isrc: str | None = None
    availableCountries: str | None = None  # noqa: N815
    popularity: float | None = None

    def track(self) -> Track:
        known = {"popularity": round(FEATURES["popularity"].clamp(self.popularity))} if self.popularity else {}
        return Track(
            title=self.trackTitle,
            artists=tuple(artist.name for artist in self.artists),
            duration_ms=self.durationMs or None,
            isrc=self.isrc or None,
            uri=_uri(self.href),
            features=AudioFeatures.model_validate(known),
        )


class ReccoBeats:
    """The service. Safe to share between threads.

    Args:
        memory: a file in which the features that came are kept; None keeps nothing.
        market: country whose songs are wanted; None takes all.
        address: the service's root.
        timeout: seconds to connect, and between two pieces of an answer.
        pause: waits for so many seconds.
    """

    def __init__(
        self,
        memory: Path | None = None,
        *,
        market: str | None = None,
        address: str = ADDRESS,
        timeout: tuple[float, float] = (5.0, 20.0),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._memory = memory
        self._market = market
        self._address = address
        self._timeout = timeout
        self._pause = pause
        self._lock = threading.RLock()
        self._calls: deque[float] = deque(maxlen=A_MINUTE)
        self._session: requests.Session | None = None
        self._known: dict[str, AudioFeatures] | None = None

    def reach(self) -> None:
        """Make sure that the service answers.

        Raises:
            ServiceError: it does not.
        """
        self._get("/v1/track", {"ids": "4iV5W9uYEdYUVa79Axb7Rh"})

    def features(self, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """The tracks with their features, in forties, as far as ReccoBeats knows them; the others as they are.

        Raises:
            ServiceError: it did not answer.
        """
        with self._lock:
            known = self._remembered()
            ids = dict.fromkeys(name for track in tracks if (name := _id(track)) and name not in known)
            asked = list(ids)
            for start in range(0, len(asked), BATCH):
                rows = self._get("/v1/audio-features", {"ids": ",".join(asked[start : start + BATCH])})
                self._remember(dict(_described(rows)))
        return tuple(
            track.model_copy(update={"features": _joined(track.features, known[name])})
            if (name := _id(track)) in known
            else track
            for track in tracks
        )

    def recommend(self, seeds: Sequence[str], wanted: Mapping[str, float], size: int) -> tuple[Track, ...]:
        """Tracks like the seeds, near the wanted features.

        Args:
            seeds: one to five Spotify ids.
            wanted: values by feature name, in the units of :mod:`tonepoem.features`.
            size: how many, 1 to 100.

        Raises:
            ServiceError: it did not answer.
        """
        numbers = {name: f"{wanted[name]:g}" for name in TAKEN if name in wanted}
        rows = self._get("/v1/track/recommendation", {"seeds": ",".join(seeds), "size": str(size), **numbers})
        return self._songs(rows)

    def search(self, track: Track) -> tuple[Track, ...]:
        """Songs by title and artist, for finding an address on Spotify without its quota; the order is weak.

        Raises:
            ServiceError: it did not answer.
        """
        text = f"{track.title} {track.artists[0]}"
        if len(text) < 3:
            return ()
        return self._songs(self._get("/v1/track/search", {"searchText": text[:200], "size": "25", "page": "0"}))

    def _songs(self, rows: Sequence[Any]) -> tuple[Track, ...]:
        tracks = []
        for row in rows:
            try:
                song = _Song.model_validate(row)
                countries = (song.availableCountries or "").split(",")
                if _SPOTIFY in song.href and (not self._market or countries == [""] or self._market in countries):
                    tracks.append(song.track())
            except ValidationError:
                continue
        return tuple(tracks)

    def _get(self, path: str, query: Mapping[str, str]) -> Sequence[Any]:
        """The rows of an answer, which come as ``{"content": […]}`` or as a bare list."""
        with self._lock, _translated():
            answer = self._answer(path, query)
            if answer.status_code == 429 and (wait := _seconds(answer.headers.get("Retry-After"))) is not None:
                if wait > PATIENCE:
                    raise _refused(429, wait)
                self._pause(wait + 0.1)
                answer = self._answer(path, query)
            if answer.status_code >= 400:
                raise _refused(answer.status_code, _seconds(answer.headers.get("Retry-After")))
            document = answer.json()
        rows = document.get("content") if isinstance(document, dict) else document
        if not isinstance(rows, list):
            raise ConnectionFailed(f"ReccoBeats' answer has an unexpected form. {_ELSEWHERE}")
        return rows

    def _answer(self, path: str, query: Mapping[str, str]) -> requests.Response:
        if len(self._calls) == A_MINUTE and (early := self._calls[0] + 60 - time.monotonic()) > 0:
            self._pause(early)
        self._calls.append(time.monotonic())
        return self._connection().get(self._address + path, params=dict(query), timeout=self._timeout)

    def _connection(self) -> requests.Session:
        if self._session is None:
            import requests  # noqa: PLC0415 - only who asks ReccoBeats pays for it
            import urllib3  # noqa: PLC0415

            self._session = requests.Session()
            retry = urllib3.Retry(
                total=2,
                read=0,
                status_forcelist=(500, 502, 503, 504),
                backoff_factor=0.3,
                respect_retry_after_header=False,
                raise_on_status=False,
            )
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
        return self._session

    def _remembered(self) -> dict[str, AudioFeatures]:
        if self._known is None:
            self._known = {}
            try:
                lines = self._memory.read_text(encoding="utf-8", errors="replace").splitlines() if self._memory else []
            except OSError:
                lines = []
            for line in lines:
                try:
                    row = json.loads(line)
                    self._known[str(row["id"])] = AudioFeatures.model_validate(row["features"])
                except (ValueError, KeyError, TypeError):
                    continue
        return self._known

    def _remember(self, came: Mapping[str, AudioFeatures]) -> None:
        self._remembered().update(came)
        if self._memory is None or not came:
            return
        lines = [json.dumps({"id": name, "features": features.voiced()}) + "\n" for name, features in came.items()]
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with self._memory.open("a", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError as error:
            raise OutputError(
                f"{self._memory} cannot be written: {error.strerror}. Set TONEPOEM_HOME to a folder that can."
            ) from error


class Recommended:
    """ReccoBeats' recommendations as a source of tracks.

    Args:
        reccobeats: the service.
        nearest: the tracks of a catalog that fit a reading best, to start from.
        resolve: gives a track its address on Spotify; None uses only tracks that have one.
        rank: orders what came.
    """

    name = "reccobeats"
    _TRIED: Final = 10

    def __init__(
        self,
        reccobeats: ReccoBeats,
        *,
        nearest: Callable[[Reading, int], Sequence[Candidate]],
        rank: Rank,
        resolve: Callable[[Track], str | None] | None = None,
    ) -> None:
        self._reccobeats = reccobeats
        self._nearest = nearest
        self._resolve = resolve
        self._rank = rank
        self._came: dict[str, tuple[Track, ...]] = {}
        self._lock = threading.RLock()

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` tracks, at most 100, best first.

        Raises:
            UnavailableError: there is no track to start from.
            ServiceError: a service did not answer.
        """
        wanted = to_seeds(reading).target
        with self._lock:
            seeds = self._seeds(reading)
            key = repr((seeds, dict(wanted)))
            if key not in self._came:
                came = self._reccobeats.recommend(seeds, wanted, MOST_TRACKS)
                self._came[key] = self._reccobeats.features(came)
        return self._rank(reading, self._came[key])[:limit]

    def _seeds(self, reading: Reading) -> list[str]:
        seeds: list[str] = []
        for candidate in self._nearest(reading, self._TRIED):
            track = candidate.track
            uri = track.uri or (self._resolve(track) if self._resolve else None)
            if uri and (name := uri.rpartition(":")[2]) not in seeds:
                seeds.append(name)
            if len(seeds) == MOST_SEEDS:
                break
        if not seeds:
            raise UnavailableError(
                "ReccoBeats needs songs with a Spotify address to start from, and there are none. Run `tonepoem "
                "login`, or choose --source catalog."
            )
        return seeds


def _uri(href: str) -> str:
    return "spotify:track:" + href.partition(_SPOTIFY)[2].partition("?")[0]


def _id(track: Track) -> str | None:
    return track.uri.rpartition(":")[2] if track.uri and track.uri.startswith("spotify:track:") else None


def _described(rows: Sequence[Any]) -> Iterator[tuple[str, AudioFeatures]]:
    """The Spotify ids and features in an answer; its own order and ids say nothing."""
    for row in rows:
        href = row.get("href") if isinstance(row, dict) else None
        if not isinstance(href, str) or _SPOTIFY not in href:
            continue
        values = {
            name: feature.clamp(row[name])
            for name, feature in FEATURES.items()
            if isinstance(row.get(name), int | float)
            and not isinstance(row[name], bool)
            and math.isfinite(row[name])
            and not (name == "key" and row[name] < 0)  # -1: no key was detected
        }
        yield _uri(href).rpartition(":")[2], AudioFeatures.model_validate(values)


def _joined(own: AudioFeatures, came: AudioFeatures) -> AudioFeatures:
    return AudioFeatures.model_validate({**came.voiced(), **own.voiced()})


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e7 else None


def _refused(status: int, wait: float | None) -> ServiceError:
    if status == 429:
        at = datetime.now().astimezone() + timedelta(seconds=wait or 60)
        return RateLimitError(f"ReccoBeats asks for fewer calls. Try again after {at:%H:%M}.", at)
    if status >= 500:
        return ConnectionFailed(f"ReccoBeats has trouble of its own. {_ELSEWHERE}")
    return UnavailableError(f"ReccoBeats does not do what was asked. {_ELSEWHERE}")


@contextmanager
def _translated() -> Iterator[None]:
    import requests  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    try:
        yield
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise ConnectionFailed(f"ReccoBeats could not be reached, or its answer broke off. {_ELSEWHERE}") from error
