"""Spotify: logging in, publishing, and finding songs. The only room that knows spotipy.

Importing it loads neither spotipy nor requests: they come with the first connection.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tonepoem.playlist import Playlist, Published, Track
from tonepoem.spotify.app import App, Connection
from tonepoem.spotify.budget import CallLedger, Cost
from tonepoem.spotify.token import Token, TokenFile

if TYPE_CHECKING:
    from tonepoem.spotify.capabilities import Finding
    from tonepoem.spotify.resolve import Finder
    from tonepoem.spotify.sources import Fill, Rank, Recommendations, Search
    from tonepoem.spotify.update import Change

__all__ = ["App", "Connection", "Cost", "Spotify", "Token"]


class Spotify:
    """An account on Spotify that is logged in. Safe to share between threads.

    Use :meth:`login` to log in, :meth:`open` where a login exists.

    Args:
        app: the app registered with Spotify.
        finders: where to look for a song before Spotify's own search, which costs a call each.
        connection: how calls are made.

    Attributes:
        app: the app registered with Spotify.
        library: what the account has and likes, see :class:`tonepoem.spotify.library.Library`.
    """

    def __init__(
        self,
        app: App,
        *,
        finders: Sequence[Finder] = (),
        connection: Connection | None = None,
    ) -> None:
        from tonepoem.spotify.capabilities import Capabilities
        from tonepoem.spotify.client import Client
        from tonepoem.spotify.library import Library
        from tonepoem.spotify.login import refresher
        from tonepoem.spotify.publish import Journal, Publisher
        from tonepoem.spotify.resolve import Resolver, Songs, query
        from tonepoem.spotify.session import Calls, Session
        from tonepoem.spotify.token import Keeper
        from tonepoem.spotify.update import Snapshots, Updater

        self.app = app
        self._keeper = Keeper(TokenFile(app.folder, app.client_id), refresher(app))
        self._ledger = CallLedger(app.folder / "calls", app.call_budget)
        connection = connection or Connection()
        session = Session(app.accounts, connection.timeout)
        self._capabilities = Capabilities(app.folder / "capabilities.json")
        calls = Calls(
            self._keeper,
            session,
            api=app.api,
            ledger=self._ledger,
            observer=self._capabilities,
            pause=connection.pause,
        )
        self._client = client = Client(calls, app.market)

        def search(track: Track) -> tuple[Track, ...]:
            return client.search(query(track))

        self._resolver = Resolver(Songs(app.home / "songs.jsonl"), (*finders, search), app.market)
        self._publisher = Publisher(client, Journal(app.folder / "unfinished"), self._keeper.need, connection.pause)
        self.library = Library(client, self._keeper, self._ledger, app.folder / "library")
        self._updater = Updater(client, self._publisher, Snapshots(app.folder / "snapshots"), self._keeper.need)

    @classmethod
    def open(cls, app: App | None = None, **options: Any) -> Spotify:
        """The account that is logged in already.

        Args:
            app: the app registered with Spotify; the one that is set if not given.
            options: as for :class:`Spotify`.

        Raises:
            LoginError: there is no login.
            SettingsError: no app is set.
        """
        spotify = cls(app or App.of(), **options)
        spotify._keeper.token  # noqa: B018 - raises LoginError where there is none
        return spotify

    @classmethod
    def login(
        cls,
        app: App | None = None,
        *,
        scopes: Iterable[str] = (),
        again: bool = False,
        ask: Callable[[str], str] | None = None,
        browse: Callable[[str], Any] = webbrowser.open,
        timeout: float = 300,
        **options: Any,
    ) -> Spotify:
        """Log in, or take the login that there is.

        Args:
            app: the app registered with Spotify; the one that is set if not given.
            scopes: permissions to ask for beyond creating playlists.
            again: log in even where there is a login that has these permissions.
            ask: for a machine without a browser: shows the address to open, and gives back the address that the
                browser was sent to.
            browse: opens an address in a browser on this machine; not used where ``ask`` is given.
            timeout: seconds until the user must have agreed in the browser.
            options: as for :class:`Spotify`.

        Raises:
            LoginError: the user refused, or did not answer in time.
            SettingsError: no app is set, or Spotify does not know it or the redirect address.
            ServiceError: Spotify could not be asked.
        """
        from tonepoem.spotify.login import BASIC, browser_login, pasted_login

        app = app or App.of()
        file = TokenFile(app.folder, app.client_id)
        present = file.read()
        wanted = {*BASIC, *scopes}
        if again or present is None or not wanted <= set(present.scopes):
            # A permission once given is asked for again, or the new login would take it back.
            asked = tuple(sorted(wanted | set(present.scopes if present else ())))
            if ask is not None:
                file.write(pasted_login(app, asked, ask=ask))
            else:
                file.write(browser_login(app, asked, browse=browse, timeout=timeout))
        return cls.open(app, **options)

    @classmethod
    def logout(cls, app: App | None = None) -> bool:
        """Delete everything kept about the account under this app, and say whether there was anything.

        Args:
            app: the app registered with Spotify; the one that is set if not given.

        Raises:
            OutputError: something cannot be deleted.
        """
        app = app or App.of()
        file = TokenFile(app.folder, app.client_id)
        there = app.folder.exists()
        file.forget_everything()
        return there

    @property
    def token(self) -> Token:
        """The login: its permissions and its end.

        Raises:
            LoginError: it has ended.
        """
        return self._keeper.token

    def need(self, *scopes: str) -> None:
        """Make sure that the login has these permissions.

        Raises:
            LoginError: there is no login.
            AccessError: a permission is missing; the message names the command that asks for it.
        """
        self._keeper.need(*scopes)

    def search(self, query: str, offset: int = 0) -> tuple[Track, ...]:
        """Ten tracks for a search in Spotify's own form, such as ``artist:Nina Simone year:1958-1965``.

        Args:
            query: with the filters artist, track, album, year, genre, isrc as needed.
            offset: how many hits to pass over, 0 to 990.

        Raises:
            ServiceError: Spotify did not answer, see :mod:`tonepoem.errors`.
        """
        return self._client.search(query, offset)

    def resolve(self, track: Track) -> str | None:
        """A track's address on Spotify, or None if Spotify does not have that very recording.

        Raises:
            ServiceError: Spotify did not answer, see :mod:`tonepoem.errors`.
        """
        return self._resolver.resolve(track)

    def cost(self, playlist: Playlist) -> Cost:
        """What :meth:`publish` will cost at most; asks nobody."""
        from tonepoem.spotify.publish import writes

        tracks = [choice.track for choice in playlist.tracks]
        return Cost(
            write=writes(len(tracks)),
            find=self._resolver.unknown(tracks),
            spent=self._ledger.spent(),
            budget=self._ledger.budget,
        )

    def publish(
        self, playlist: Playlist, *, public: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Published:
        """Create a playlist on the account and fill it.

        Songs that Spotify does not have are left out and listed in the result. It is made exactly once: one that was
        begun and broken off with the same tracks is finished.

        Args:
            playlist: what to publish.
            public: whether it appears on the account's profile and in search. False is no access control: whoever
                has the address can open it.
            progress: is told how many of how many songs have been looked for.

        Raises:
            LoginError: there is no login, or it has ended.
            AccessError: the account or the app may not do this.
            BudgetError: it would cost more calls than are left today; nothing was asked.
            NothingFitsError: Spotify has none of the songs; nothing was created.
            PublishError: the playlist was begun and not finished; its address is in ``url``.
            ServiceError: Spotify did not do it; nothing was created.
        """
        self._keeper.need("playlist-modify-public" if public else "playlist-modify-private")
        cost = self.cost(playlist)
        self._ledger.require(cost.find + cost.write)
        return self._publisher.publish(self._resolver.located(playlist, progress), public=public)

    def resume(self) -> tuple[Published, ...]:
        """Finish what :meth:`publish` began and did not finish, the oldest first; empty if there is nothing.

        Raises:
            LoginError: there is no login, or it has ended.
            AccessError: reading the account's playlists is needed to find one whose answer was lost.
            PublishError: it was not finished this time either.
        """
        self._keeper.token  # noqa: B018 - raises LoginError where there is none
        return self._publisher.resume()

    def unfinished(self) -> tuple[str, ...]:
        """Names of the playlists that were begun and not finished."""
        return self._publisher.unfinished()

    def compare(self, playlist: Playlist, target: str) -> Change:
        """What :meth:`update` would do to a playlist of the account; reads only.

        Args:
            playlist: what is wanted.
            target: the playlist's address or id.

        Raises:
            InputError: the target is no address of a playlist.
            AccessError: the playlist is not the account's own, or reading it was not permitted.
            BudgetError: it would cost more calls than are left today.
            NothingFitsError: Spotify has none of the songs.
            ServiceError: Spotify did not answer.
        """
        tracks = [choice.track for choice in playlist.tracks]
        self._keeper.need("playlist-read-private")
        self._ledger.require(self._resolver.unknown(tracks) + 2)
        return self._updater.compare(self._resolver.located(playlist), target)

    def update(self, change: Change) -> Published:
        """Replace the items of a playlist of the account, and keep what stood there.

        Args:
            change: what :meth:`compare` found, once it has been looked at.

        Raises:
            AccessError: changing it was not permitted.
            BudgetError: it would cost more calls than are left today; nothing was changed.
            PublishError: it was begun and not finished; :meth:`resume` finishes it.
        """
        from tonepoem.spotify.publish import writes

        self._keeper.need("playlist-modify-private", "playlist-modify-public")
        self._ledger.require(writes(len(change.playlist.tracks)))
        return self._updater.update(change)

    def undo(self, target: str | None = None) -> Published:
        """Put back what stood in a playlist before its last update; local files cannot be put back.

        Args:
            target: the playlist's address or id; None takes the last update of all.

        Raises:
            InputError: there is no update to take back.
            PublishError: it was begun and not finished; :meth:`resume` finishes it.
        """
        self._keeper.need("playlist-modify-private", "playlist-modify-public")
        return self._updater.undo(target)

    def cover(self, published: Published, jpeg: bytes | None = None) -> None:
        """Give a published playlist a cover.

        Args:
            published: the playlist.
            jpeg: at most 192 KB, which are 256 KB on the way; None draws one from the features, see
                :mod:`tonepoem.spotify.cover`.

        Raises:
            AccessError: it was not permitted.
            InputError: the picture is too large, or no JPEG.
            SettingsError: nothing that draws is installed.
            ServiceError: Spotify did not take it; the playlist stays as it is.
        """
        from tonepoem.spotify.cover import draw

        self._keeper.need("ugc-image-upload")
        reading = published.playlist.reading
        self._client.upload_cover(published.id, draw(reading.features, reading.description) if jpeg is None else jpeg)

    def doctor(self, third_parties: Sequence[tuple[str, Callable[[], None]]] = ()) -> tuple[Finding, ...]:
        """Find out what this app and this account may do, in at most six calls; works without a login, too.

        Args:
            third_parties: other services by name, each with a function that raises ServiceError if the service
                cannot be reached.
        """
        from tonepoem.spotify.capabilities import examine

        return examine(self._client, self._keeper, self._ledger, self._capabilities, third_parties)

    def recommendations(self, rank: Rank, fill: Fill | None = None) -> Recommendations:
        """Spotify's recommendations as a source of tracks, for the few apps that still have them.

        Args:
            rank: orders what came, see :meth:`tonepoem.Catalog.rank`.
            fill: gives tracks their features; None leaves the order to Spotify.
        """
        from tonepoem.spotify.sources import Recommendations

        return Recommendations(self._client, self._capabilities, self._ledger, rank=rank, fill=fill, market=self.app.market)

    def searched(self, rank: Rank, fill: Fill | None) -> Search:
        """Spotify's search as a source of tracks.

        Args:
            rank: orders what came, see :meth:`tonepoem.Catalog.rank`.
            fill: gives tracks their features; without it the source says that it cannot work.
        """
        from tonepoem.spotify.sources import Search

        return Search(self._client, self._ledger, rank=rank, fill=fill)
