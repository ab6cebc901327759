"""Publishing exactly once: what is about to be written stands in a journal before it is written.

A lost answer leaves it open whether a write took effect. So every write is either one that may be repeated (replacing
all items), or leaves a mark to find it by (a playlist carries its mark in the description). After a crash, a broken
answer or Ctrl-C at any point, :meth:`Publisher.resume` ends with one playlist that holds every track once, in order.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from tonepoem.errors import (
    ConnectionFailed,
    NothingFitsError,
    PublishError,
    ServiceError,
    TonepoemError,
)
from tonepoem.playlist import Playlist, Published
from tonepoem.spotify.client import BATCH, PlaylistAnswer
from tonepoem.spotify.errors import Gone, Unsent
from tonepoem.spotify.records import Records

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 300
"""Characters that Spotify takes."""
READ: Final = "playlist-read-private"
LATE: Final = (0.5, 2.0)
"""Seconds to wait before counting again: what was written may be counted late."""

_RESUME: Final = "Run `tonepoem publish --resume` to finish it."


class Writer(Protocol):
    """The calls that publishing needs, see :class:`tonepoem.spotify.client.Client`."""

    def create(self, name: str, description: str, *, public: bool) -> PlaylistAnswer:
        """Make an empty playlist."""
        ...

    def append(self, playlist_id: str, uris: list[str]) -> None:
        """Add at most 100 tracks at the end."""
        ...

    def replace(self, playlist_id: str, uris: list[str]) -> None:
        """Put at most 100 tracks in the place of all that are there."""
        ...

    def total(self, playlist_id: str) -> int | None:
        """How many items a playlist holds."""
        ...

    def own_playlists(self, offset: int) -> tuple[tuple[PlaylistAnswer, ...], bool]:
        """Fifty of the account's playlists, and whether there are more."""
        ...


class Intent(BaseModel):
    """What is being published, and how far it came.

    Attributes:
        mark: what the playlist is found by.
        began: when, in seconds since 1970.
        playlist: what was asked for, with the addresses that were found.
        name: the name on Spotify.
        description: the description on Spotify, with the mark in it.
        public: whether it appears on the profile.
        state: ``intended``: nothing was sent; ``sent``: creating was asked for, the answer is not known;
            ``created``: it exists.
        id: Spotify's id, once created.
        url: the address, once created.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: str
    began: float
    playlist: Playlist
    name: str
    description: str
    public: bool
    state: Literal["intended", "sent", "created"] = "intended"
    id: str = ""
    url: str = ""

    @property
    def uris(self) -> list[str]:
        """The addresses of the tracks that Spotify has, in order."""
        return addresses(self.playlist)

    def published(self) -> Published:
        """The result, once everything is written."""
        missing = tuple(choice.track for choice in self.playlist.tracks if not choice.track.uri)
        return Published(playlist=self.playlist, url=self.url, id=self.id, missing=missing)


class Journal:
    """The intents that are not closed, one file each.

    Args:
        folder: where they stand, made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._records = Records(folder, Intent)

    def write(self, intent: Intent) -> Intent:
        """Keep an intent as it now is.

        Raises:
            OutputError: it cannot be written.
        """
        self._records.write(intent.mark, intent)
        return intent

    def close(self, intent: Intent) -> None:
        """Forget an intent: it is fulfilled, or nothing came of it."""
        self._records.delete(intent.mark)

    def open(self) -> tuple[Intent, ...]:
        """All intents that are not closed, the oldest first."""
        return tuple(sorted(self._records.read(), key=lambda intent: intent.began))


class Publisher:
    """Puts playlists on Spotify.

    Args:
        writer: the calls.
        journal: where intents stand.
        need: makes sure of a permission, or raises AccessError.
        pause: waits for so many seconds.
    """

    def __init__(
        self,
        writer: Writer,
        journal: Journal,
        need: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause = pause
        self._writer = writer
        self._journal = journal
        self._need = need

    def publish(self, playlist: Playlist, *, public: bool) -> Published:
        """Create and fill a playlist; one that was begun with the same tracks is finished instead.

        Args:
            playlist: what to publish; a track without an address is one that Spotify does not have.
            public: whether it appears on the profile.

        Raises:
            NothingFitsError: there is no track to publish.
            PublishError: it was begun and not finished.
            ServiceError: it was not begun.
        """
        uris = addresses(playlist)
        if not uris:
            raise NothingFitsError(
                f"None of the {len(playlist.tracks)} songs was found on Spotify, so nothing was created. "
                "Describe something else, or set another market."
            )
        name = line(playlist.name, LONGEST_NAME)
        for begun in self._journal.open():
            if (begun.name, begun.uris, begun.public) == (name, uris, public):
                return self.finish(begun)
        mark = secrets.token_hex(5)
        description = described(playlist.reading.description, mark)
        intent = Intent(mark=mark, began=time.time(), playlist=playlist, name=name, description=description, public=public)
        return self._fill(self._create(self._journal.write(intent)), fresh=True)

    def rewrite(self, playlist: Playlist, answer: PlaylistAnswer) -> Published:
        """Put a playlist's tracks in the place of those that a playlist on Spotify holds.

        Raises:
            PublishError: it was begun and not finished.
        """
        intent = Intent(
            mark=secrets.token_hex(5),
            began=time.time(),
            playlist=playlist,
            name=answer.name or playlist.name,
            description="",
            public=False,
        )
        return self._fill(self._created(intent, answer), fresh=False)

    def resume(self) -> tuple[Published, ...]:
        """Finish everything that was begun, the oldest first; nothing if there is nothing.

        Raises:
            PublishError: one was not finished this time either; the others were tried.
            AccessError: a permission is missing.
        """
        done: list[Published] = []
        errors: list[TonepoemError] = []
        for intent in self._journal.open():
            try:
                done.append(self.finish(intent))
            except TonepoemError as error:  # one that cannot be finished must not keep the others from it
                errors.append(error)
        if errors:
            raise errors[0]
        return tuple(done)

    def unfinished(self) -> tuple[str, ...]:
        """Names of what was begun and not finished, the oldest first."""
        return tuple(intent.name for intent in self._journal.open())

    def finish(self, intent: Intent) -> Published:
        """Finish what was begun, see :meth:`resume`."""
        if intent.state == "sent":
            self._need(READ)
            found = self._find(intent)
            intent = self._created(intent, found) if found else intent.model_copy(update={"state": "intended"})
        fresh = intent.state == "intended"
        return self._fill(self._create(intent) if fresh else intent, fresh=fresh)

    def _create(self, intent: Intent) -> Intent:
        sent = self._journal.write(intent.model_copy(update={"state": "sent"}))
        try:
            answer = self._writer.create(intent.name, intent.description, public=intent.public)
        except Unsent:
            self._journal.close(sent)
            raise
        except ConnectionFailed as error:
            raise PublishError(
                f"Spotify's answer was lost, so it is not known whether {intent.name!r} was created. {_RESUME}"
            ) from error
        except TonepoemError:
            self._journal.close(sent)  # refused: nothing exists, and nothing has to be finished
            raise
        return self._created(sent, answer)

    def _created(self, intent: Intent, answer: PlaylistAnswer) -> Intent:
        return self._journal.write(
            intent.model_copy(update={"state": "created", "id": answer.id, "url": answer.url}),
        )

    def _find(self, intent: Intent) -> PlaylistAnswer | None:
        offset, more = 0, True
        while more:
            playlists, more = self._writer.own_playlists(offset)
            for playlist in playlists:
                if intent.mark in (playlist.description or ""):
                    return playlist
            offset += 50
        return None

    def _fill(self, intent: Intent, *, fresh: bool) -> Published:
        """Write the tracks.

        A new playlist is appended to. One about which something is unknown is replaced from its first batch on, so
        that it does not matter what stood there.
        """
        uris = intent.uris
        batches = [uris[start : start + BATCH] for start in range(0, len(uris), BATCH)]
        batches = batches or [[]]  # going back to an empty playlist is a write, too
        written = 0
        try:
            for number, batch in enumerate(batches):
                if number == 0 and not fresh:
                    self._writer.replace(intent.id, batch)
                else:
                    self._writer.append(intent.id, batch)
                written += len(batch)
            # One batch that was answered needs no check; a late write can only disturb several.
            if not fresh or len(batches) > 1:
                self._check(intent)
        except Gone as error:
            self._journal.close(intent)
            raise PublishError(f"{intent.name!r} was created, and has been deleted since. Publish it again.") from error
        except ServiceError as error:
            stands = f"It stands at {intent.url} with {written} of {len(uris)} tracks for certain."
            raise PublishError(
                f"{intent.name!r} exists and is not finished: {_sentence(error)} {stands} {_RESUME}", intent.url
            ) from error
        self._journal.close(intent)
        return intent.published()

    def _check(self, intent: Intent) -> None:
        for wait in (*LATE, None):
            total = self._writer.total(intent.id)
            if total in {None, len(intent.uris)}:
                return
            if wait is not None:
                self._pause(wait)
        raise ConnectionFailed(f"Spotify counts {total} tracks where {len(intent.uris)} were written.")


def addresses(playlist: Playlist) -> list[str]:
    """The addresses of a playlist's tracks, as far as they have one, in order."""
    return [choice.track.uri for choice in playlist.tracks if choice.track.uri]


def writes(tracks: int) -> int:
    """Calls that it takes to create a playlist of so many tracks, fill it, and check it where that is needed."""
    batches = -(-tracks // BATCH)
    return 1 + batches + (batches > 1)


def _sentence(error: Exception) -> str:
    return str(error).partition(". ")[0].rstrip(".") + "."


def line(text: str, longest: int) -> str:
    """A text on one line, without mark-up and control characters, cut at a word where it is too long."""
    text = " ".join(re.sub(r"[<>]", " ", "".join(sign if sign.isprintable() else " " for sign in text)).split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1].rpartition(" ")[0] or text[: longest - 1]
    return cut.rstrip(" ,.;:") + "…"


def described(words: str, mark: str) -> str:
    """The description on Spotify: the words, and the mark that the playlist is found by."""
    end = f" · tonepoem {mark}"
    return line(words, LONGEST_DESCRIPTION - len(end)) + end
