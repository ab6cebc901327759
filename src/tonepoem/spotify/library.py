"""What the account has and likes: saved songs, own playlists, what it hears most. Read in fifties, kept for a day.

What was read stands in a folder of the account's own, which logging out deletes with everything else. It counts for the
login that read it alone: after a new login, which may be another account's, it is read afresh.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from tonepoem.errors import NothingFitsError
from tonepoem.playlist import Track
from tonepoem.spotify.budget import CallLedger
from tonepoem.spotify.client import PAGE, TrackPage
from tonepoem.spotify.publish import READ
from tonepoem.spotify.records import Records
from tonepoem.spotify.token import Token
from tonepoem.spotify.update import playlist_id

SAVED: Final = "user-library-read"
"""The permission to read the saved songs."""
TOP: Final = "user-top-read"
"""The permission to read what the account hears most."""
KEPT: Final = 24 * 3600
"""Seconds for which what was read is taken as it is."""


class Reader(Protocol):
    """The calls that reading takes, see :class:`tonepoem.spotify.client.Client`."""

    def saved_tracks(self, offset: int) -> TrackPage:
        """Fifty of the saved songs."""
        ...

    def playlist_tracks(self, playlist_id: str, offset: int) -> TrackPage:
        """Fifty entries of an own playlist."""
        ...

    def top_tracks(self) -> TrackPage:
        """The songs heard most."""
        ...

    def top_artists(self) -> tuple[str, ...]:
        """The names of the artists heard most."""
        ...


class Login(Protocol):
    """Whoever knows the login, see :class:`tonepoem.spotify.token.Keeper`."""

    @property
    def token(self) -> Token:
        """The login, or LoginError."""
        ...

    def need(self, *scopes: str) -> None:
        """Make sure of permissions, or raise AccessError."""
        ...


class Held(BaseModel):
    """What was read of the account.

    Attributes:
        at: when, in seconds since 1970.
        tracks: the songs, in Spotify's order.
        artists: names of artists, where artists were asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: float
    tracks: tuple[Track, ...]
    artists: tuple[str, ...] = ()


class Library:
    """Reads what the account has. Safe to share between threads.

    Args:
        reader: the calls.
        login: the permissions, and when they were given.
        ledger: whether there are calls left.
        folder: where it is kept what was read, made when it is first needed.
    """

    def __init__(self, reader: Reader, login: Login, ledger: CallLedger, folder: Path) -> None:
        self._reader = reader
        self._login = login
        self._ledger = ledger
        self._records = Records(folder, Held)
        self._lock = threading.RLock()

    def saved(self) -> Held:
        """The songs that the account has saved, the newest first; a call for each fifty.

        Raises:
            AccessError: it was not permitted to read them; the message names the command that asks for it.
            BudgetError: it would cost more calls than are left today.
            ServiceError: Spotify did not answer.
        """
        self._login.need(SAVED)
        return self._kept("saved", lambda: Held(at=time.time(), tracks=self._all(self._reader.saved_tracks)))

    def playlist(self, target: str) -> Held:
        """The songs of a playlist of the account's own, in order; a call for each fifty.

        Args:
            target: the playlist's address or id.

        Raises:
            InputError: the target is no address of a playlist.
            AccessError: the playlist is not the account's own, or reading it was not permitted.
            BudgetError: it would cost more calls than are left today.
            ServiceError: Spotify did not answer.
        """
        name = playlist_id(target)
        self._login.need(READ)

        def page(offset: int) -> TrackPage:
            return self._reader.playlist_tracks(name, offset)

        return self._kept(name, lambda: Held(at=time.time(), tracks=self._all(page)))

    def favourites(self) -> Held:
        """The fifty songs and artists that the account heard most in about six months; two calls.

        Raises:
            AccessError: it was not permitted to read them.
            BudgetError: too few calls are left today.
            NothingFitsError: Spotify names none, as for an account that is new.
            ServiceError: Spotify did not answer.
        """
        self._login.need(TOP)

        def read() -> Held:
            self._ledger.require(2)
            tracks = self._reader.top_tracks().tracks
            return Held(at=time.time(), tracks=tracks, artists=self._reader.top_artists())

        held = self._kept("favourites", read)
        if not (held.tracks or held.artists):
            raise NothingFitsError("Spotify names no favourites of this account yet. Try again when it has heard more.")
        return held

    def _all(self, page: Callable[[int], TrackPage]) -> tuple[Track, ...]:
        offset, tracks, more = 0, list[Track](), True
        while more:
            came = page(offset)
            tracks += came.tracks
            more = came.more
            offset += PAGE
            if offset == PAGE and more:  # now the number of calls is known, and half a library is of no use
                self._ledger.require(-(-came.total // PAGE) - 1, "Take a shorter list")
        return tuple(tracks)

    def _kept(self, name: str, read: Callable[[], Held]) -> Held:
        with self._lock:
            held = self._records.get(name)
            now = time.time()
            if held and max(now - KEPT, self._login.token.consented_at) <= held.at <= now:
                return held
            held = read()
            self._records.write(name, held)
            return held
