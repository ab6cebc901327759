"""The calls that a playlist maker needs, typed: arguments in, frozen answers out, tonepoem's own errors only."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tonepoem.errors import InputError
from tonepoem.playlist import Track
from tonepoem.spotify.errors import translated
from tonepoem.spotify.session import Calls

SEARCH_PAGE: Final = 10
"""Hits in one answer: the most that an app in development mode may ask for."""
PAGE: Final = 50
LARGEST_COVER: Final = 256 * 1024
"""Bytes of a cover, in base64."""
BATCH: Final = 100
"""Tracks in one write."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Named(_Answer):
    name: str


class _Album(_Answer):
    name: str | None = None
    release_date: str | None = None


class Hit(_Answer):
    """A track as Spotify describes it. Many fields are gone for apps in development mode."""

    uri: str
    name: str
    artists: tuple[_Named, ...]
    album: _Album | None = None
    duration_ms: int | None = None
    explicit: bool | None = None
    external_ids: dict[str, str | None] = {}
    is_playable: bool | None = None

    def track(self) -> Track:
        """The track in tonepoem's own terms."""
        date = (self.album and self.album.release_date) or ""
        return Track(
            title=self.name,
            artists=tuple(artist.name for artist in self.artists),
            album=(self.album and self.album.name) or None,
            year=int(date[:4]) if date[:4].isdigit() and int(date[:4]) >= 1000 else None,
            duration_ms=self.duration_ms or None,
            explicit=self.explicit,
            isrc=self.external_ids.get("isrc"),
            uri=self.uri,
        )


class PlaylistAnswer(_Answer):
    """A playlist without its items."""

    id: str
    name: str | None = None
    description: str | None = None
    external_urls: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where the playlist can be looked at."""
        return self.external_urls.get("spotify") or f"https://open.spotify.com/playlist/{self.id}"


class TrackPage(_Answer):
    """Fifty entries of a list of tracks.

    Attributes:
        tracks: those of the entries that are songs, local files included; episodes and what is gone are left out.
        total: how many entries the whole list has, as far as Spotify says.
        more: whether there are entries after these.
    """

    tracks: tuple[Track, ...]
    total: int
    more: bool


class Account(_Answer):
    """The account that is logged in."""

    id: str
    display_name: str | None = None
    product: str | None = None


class _Total(_Answer):
    total: int


class _Totals(_Answer):
    items: _Total | None = None  # its name since February 2026
    tracks: _Total | None = None


class _Page(_Answer):
    items: tuple[Any, ...]
    next: str | None = None


class _ListPage(_Page):
    total: int = 0


class _SearchPage(_Page):
    limit: int = SEARCH_PAGE


class _Search(_Answer):
    tracks: _SearchPage


class _Recommendations(_Answer):
    tracks: tuple[Any, ...]


class ArtistHit(_Answer):
    """An artist as Spotify describes one."""

    id: str
    name: str


class _Artists(_Answer):
    items: tuple[ArtistHit | None, ...]


class _ArtistSearch(_Answer):
    artists: _Artists


class Item(_Answer):
    """What stands at one place of a playlist: a track, an episode, or a local file, which no app can put back."""

    uri: str
    name: str | None = None
    artists: tuple[_Named, ...] = ()


class _Entry(_Answer):
    item: Item | None = None  # its name since February 2026
    track: Item | None = None

    def held(self) -> Item:
        return self.item or self.track or Item(uri="spotify:unavailable")


_Model = TypeVar("_Model", bound=BaseModel)


def _read(model: type[_Model], answer: Any) -> _Model:
    with translated():
        return model.model_validate(answer)


def _tracks(rows: Sequence[Any]) -> tuple[Track, ...]:
    """The playable tracks; an entry can be null, or lack what a track needs."""
    tracks = []
    for row in rows:
        try:
            hit = Hit.model_validate(row)
            if hit.is_playable is not False and hit.uri.startswith("spotify:track:"):
                tracks.append(hit.track())
        except ValidationError:
            continue
    return tuple(tracks)


def _songs(answer: Any) -> TrackPage:
    page = _read(_ListPage, answer)
    songs = []
    for row in page.items:
        try:
            held = (row.get("item") or row.get("track") or row) if isinstance(row, dict) else row
            hit = Hit.model_validate(held)
            if hit.uri.startswith(("spotify:track:", "spotify:local:")):
                songs.append(hit.track())
        except ValidationError:
            continue
    return TrackPage(tracks=tuple(songs), total=page.total, more=page.next is not None and bool(page.items))


class Client:
    """The Web API.

    Args:
        calls: the connection.
        market: country whose songs are wanted; None leaves it to the account.

    Every method raises ``ServiceError``, by its narrowest class, and nothing else.
    """

    def __init__(self, calls: Calls, market: str | None = None) -> None:
        self._calls = calls
        self._market = market

    def me(self) -> Account:
        """The account that is logged in."""
        return _read(Account, self._calls.current_user())

    def search(self, query: str, offset: int = 0) -> tuple[Track, ...]:
        """Playable tracks for a query of Spotify's own form, in Spotify's order."""
        answer = self._calls.search(query, limit=SEARCH_PAGE, offset=offset, type="track", market=self._market)
        return _tracks(_read(_Search, answer).tracks.items)

    def usual_page(self) -> int:
        """How many hits Spotify gives where none are asked for: 5 to an app in development mode, 20 to the others."""
        answer = self._calls.search("love", limit=None, type="track")
        return _read(_Search, answer).tracks.limit

    def search_artists(self, name: str) -> tuple[ArtistHit, ...]:
        """Artists for a name, in Spotify's order."""
        answer = self._calls.search(name, limit=SEARCH_PAGE, type="artist", market=self._market)
        return tuple(filter(None, _read(_ArtistSearch, answer).artists.items))

    def recommend(self, parameters: Mapping[str, Any]) -> tuple[Track, ...]:
        """Tracks for targets and seeds; few apps may still ask for them."""
        return _tracks(_read(_Recommendations, self._calls.recommend(parameters)).tracks)

    def create(self, name: str, description: str, *, public: bool) -> PlaylistAnswer:
        """Make an empty playlist."""
        answer = self._calls.current_user_playlist_create(name, public=public, description=description)
        return _read(PlaylistAnswer, answer)

    def append(self, playlist_id: str, uris: Sequence[str]) -> None:
        """Add at most 100 tracks at the end."""
        self._calls.append(playlist_id, uris)

    def replace(self, playlist_id: str, uris: Sequence[str]) -> None:
        """Put at most 100 tracks in the place of all that are there."""
        self._calls.playlist_replace_items(playlist_id, list(uris))

    def playlist(self, playlist_id: str) -> PlaylistAnswer:
        """A playlist without its items."""
        return _read(PlaylistAnswer, self._calls.playlist(playlist_id, fields="id,name,description,external_urls"))

    def total(self, playlist_id: str) -> int | None:
        """How many items a playlist holds; this needs no permission to read. None if Spotify does not say."""
        answer = self._calls.playlist(playlist_id, fields="items.total,tracks.total")
        totals = _read(_Totals, answer)
        held = totals.items or totals.tracks
        return held.total if held else None

    def own_playlists(self, offset: int) -> tuple[tuple[PlaylistAnswer, ...], bool]:
        """Fifty of the account's playlists, and whether there are more."""
        page = _read(_Page, self._calls.current_user_playlists(limit=PAGE, offset=offset))
        return tuple(_read(PlaylistAnswer, row) for row in page.items if row), page.next is not None

    def items(self, playlist_id: str) -> tuple[Item, ...]:
        """All items of an own playlist, in order, fifty a call."""
        items: list[Item] = []
        while True:
            answer = self._calls.playlist_items(playlist_id, limit=PAGE, offset=len(items))
            page = _read(_Page, answer)
            items += [_read(_Entry, row).held() for row in page.items]
            if page.next is None or not page.items:
                return tuple(items)

    def playlist_tracks(self, playlist_id: str, offset: int) -> TrackPage:
        """Fifty entries of an own playlist, in order."""
        return _songs(self._calls.playlist_items(playlist_id, limit=PAGE, offset=offset))

    def saved_tracks(self, offset: int) -> TrackPage:
        """Fifty of the songs that the account has saved, the newest first."""
        return _songs(self._calls.current_user_saved_tracks(limit=PAGE, offset=offset))

    def top_tracks(self) -> TrackPage:
        """The fifty songs that the account heard most in about six months."""
        return _songs(self._calls.current_user_top_tracks(limit=PAGE, time_range="medium_term"))

    def top_artists(self) -> tuple[str, ...]:
        """The names of the fifty artists that the account heard most in about six months, the most heard first."""
        answer = self._calls.current_user_top_artists(limit=PAGE, time_range="medium_term")
        return tuple(artist.name for artist in _read(_Artists, answer).items if artist)

    def upload_cover(self, playlist_id: str, jpeg: bytes) -> None:
        """Replace a playlist's cover.

        Raises:
            InputError: the picture is too large for Spotify, or no JPEG.
        """
        encoded = base64.b64encode(jpeg)
        if not jpeg.startswith(b"\xff\xd8\xff"):
            raise InputError("The cover is no JPEG, and Spotify takes nothing else. Choose a JPEG.")
        if len(encoded) > LARGEST_COVER:
            raise InputError("The cover is larger than the 192 KB that Spotify takes. Choose a smaller one.")
        self._calls.playlist_upload_cover_image(playlist_id, encoded)
