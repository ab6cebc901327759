"""Updating an own playlist: the difference is shown first, and what stood there is kept to go back to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from tonepoem.errors import InputError, NothingFitsError
from tonepoem.playlist import Choice, Playlist, Published, Reading, Track
from tonepoem.spotify.client import Item, PlaylistAnswer
from tonepoem.spotify.publish import READ, Publisher, addresses
from tonepoem.spotify.records import Records

_ID: Final = re.compile(r"^(?:https?://open\.spotify\.com/(?:intl-\w+/)?playlist/|spotify:playlist:)?([0-9A-Za-z]{22})\b")
_RESTORABLE: Final = re.compile(r"spotify:(?:track|episode):[0-9A-Za-z]{22}")


class Reader(Protocol):
    """The calls that reading a playlist needs, see :class:`tonepoem.spotify.client.Client`."""

    def playlist(self, playlist_id: str) -> PlaylistAnswer:
        """A playlist without its items."""
        ...

    def items(self, playlist_id: str) -> tuple[Item, ...]:
        """All items of an own playlist, in order."""
        ...


class Change(BaseModel):
    """What an update would do to a playlist.

    Attributes:
        target: the playlist as it stands on Spotify.
        before: the items that it holds, in order.
        playlist: what is wanted, with the addresses that were found.
    """

    model_config = ConfigDict(frozen=True)

    target: PlaylistAnswer
    before: tuple[Item, ...]
    playlist: Playlist

    @property
    def added(self) -> tuple[Track, ...]:
        """The tracks that come in."""
        there = {item.uri for item in self.before}
        tracks = (choice.track for choice in self.playlist.tracks)
        return tuple(track for track in tracks if track.uri and track.uri not in there)

    @property
    def removed(self) -> tuple[Item, ...]:
        """The items that go."""
        wanted = set(addresses(self.playlist))
        return tuple(item for item in self.before if item.uri not in wanted)

    @property
    def moved(self) -> int:
        """How many items stay and change their place among those that stay."""
        wanted = addresses(self.playlist)
        there = [item.uri for item in self.before if item.uri in set(wanted)]
        stay = [uri for uri in wanted if uri in set(there)]
        return len(stay) - sum(match.size for match in SequenceMatcher(None, there, stay, False).get_matching_blocks())

    @property
    def lost(self) -> tuple[Item, ...]:
        """The items that go and that no app can put back: local files, and what Spotify no longer names."""
        return tuple(item for item in self.removed if not _RESTORABLE.fullmatch(item.uri))

    @property
    def missing(self) -> tuple[Track, ...]:
        """Wanted tracks that Spotify does not have."""
        return tuple(choice.track for choice in self.playlist.tracks if not choice.track.uri)

    def __str__(self) -> str:
        lost = f", {len(self.lost)} of them for good" if self.lost else ""
        name = self.target.name or self.target.url
        return f"{name}: {len(self.added)} added, {len(self.removed)} removed{lost}, {self.moved} moved"


class Snapshot(BaseModel):
    """What stood in a playlist before an update."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: PlaylistAnswer
    at: float
    playlist: Playlist


class Snapshots:
    """The states to go back to, one file each.

    Args:
        folder: where they stand, made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._records = Records(folder, Snapshot)

    def keep(self, snapshot: Snapshot) -> None:
        """Keep a state.

        Raises:
            OutputError: it cannot be written.
        """
        self._records.write(_name(snapshot), snapshot)

    def latest(self, playlist_id: str | None) -> Snapshot:
        """The newest state, of one playlist or of all.

        Raises:
            InputError: there is none.
        """
        kept = [one for one in self._records.read() if playlist_id in (None, one.target.id)]
        if not kept:
            raise InputError("There is no update to take back. Updates are made with --update PLAYLIST.")
        return max(kept, key=lambda snapshot: snapshot.at)

    def forget(self, snapshot: Snapshot) -> None:
        """Delete a state."""
        self._records.delete(_name(snapshot))


def _name(snapshot: Snapshot) -> str:
    return f"{snapshot.at * 1e6:.0f}-{snapshot.target.id}"


class Updater:
    """Changes own playlists, and takes changes back.

    Args:
        reader: the calls that read.
        publisher: writes, once whatever happens.
        snapshots: where states are kept.
        need: makes sure of a permission, or raises AccessError.
    """

    def __init__(self, reader: Reader, publisher: Publisher, snapshots: Snapshots, need: Callable[[str], None]) -> None:
        self._reader = reader
        self._publisher = publisher
        self._snapshots = snapshots
        self._need = need

    def compare(self, playlist: Playlist, target: str) -> Change:
        """What an update would do; reads only.

        Raises:
            InputError: the target is no address of a playlist.
            NothingFitsError: Spotify has none of the songs.
            AccessError: the playlist is not the account's own, or a permission is missing.
        """
        self._need(READ)
        if not addresses(playlist):
            raise NothingFitsError("None of the songs was found on Spotify. Describe something else.")
        found = self._reader.playlist(playlist_id(target))
        return Change(target=found, before=self._reader.items(found.id), playlist=playlist)

    def update(self, change: Change) -> Published:
        """Keep what stands there, and write what is wanted.

        Raises:
            PublishError: it was begun and not finished; resuming finishes it.
        """
        self._snapshots.keep(Snapshot(target=change.target, at=time.time(), playlist=_before(change)))
        return self._publisher.rewrite(change.playlist, change.target)

    def undo(self, target: str | None) -> Published:
        """Put back what stood there before the last update.

        Raises:
            InputError: there is no update to take back.
            PublishError: it was begun and not finished; resuming finishes it.
        """
        snapshot = self._snapshots.latest(playlist_id(target) if target else None)
        restored = self._publisher.rewrite(snapshot.playlist, snapshot.target)
        self._snapshots.forget(snapshot)
        return restored


def playlist_id(target: str) -> str:
    """The id in a playlist's address, ``spotify:playlist:`` form, or bare.

    Raises:
        InputError: there is none in it.
    """
    found = _ID.match(target.strip())
    if not found:
        raise InputError(
            f"{target!r} is no playlist's address. Give one such as https://open.spotify.com/playlist/…, which "
            "Spotify's “Copy link” gives."
        )
    return found[1]


def _before(change: Change) -> Playlist:
    """What stands there, as a playlist; what no app can put back has no address in it."""
    name = change.target.name or "A playlist"
    choices = [
        Choice(
            track=Track(
                title=item.name or item.uri,
                artists=tuple(artist.name for artist in item.artists) or ("?",),
                uri=item.uri if _RESTORABLE.fullmatch(item.uri) else None,
            ),
            score=0,
            why="it stood there before",
        )
        for item in change.before
    ]
    reading = Reading(description=f"{name} before its update")
    return Playlist(name=name[:100], reading=reading, tracks=tuple(choices), source="spotify")
