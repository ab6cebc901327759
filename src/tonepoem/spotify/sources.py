"""Spotify as a source of tracks: recommendations where the app still has them, else search, ranked elsewhere.

Neither knows the catalog or ReccoBeats: what fills in features and what ranks are handed in as functions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from tonepoem.errors import NothingFitsError, ServiceError, UnavailableError
from tonepoem.mapper import to_seeds
from tonepoem.playlist import Candidate, Constraints, Reading, Track
from tonepoem.spotify.budget import CallLedger
from tonepoem.spotify.capabilities import Capabilities
from tonepoem.spotify.client import SEARCH_PAGE, Client
from tonepoem.spotify.resolve import kinds, plain

Rank = Callable[[Reading, Iterable[Track]], tuple[Candidate, ...]]
"""Orders tracks by how well they fit, best first, and gives each its score."""
Fill = Callable[[Sequence[Track]], Sequence[Track]]
"""Gives tracks their audio features, as far as known."""

MOST_PAGES: Final = 12
"""Searches for one description, ten hits each: what a playlist may cost beyond finding and writing."""
MOST_GENRES: Final = 3
MOST_ARTISTS: Final = 2


class Source(Protocol):
    """Wherever tracks come from."""

    @property
    def name(self) -> str:
        """What the source is called in a playlist."""
        ...

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` tracks that fit a reading, best first."""
        ...


class Recommendations:
    """Spotify's recommendations: targets and bounds of the voiced features, seeds from genres and artists.

    Args:
        client: the calls.
        capabilities: whether this app may ask at all.
        ledger: whether there are calls left.
        rank: orders what came.
        fill: gives features; None leaves the order to Spotify.
        market: country whose songs are wanted.
    """

    name = "recommendations"

    def __init__(
        self,
        client: Client,
        capabilities: Capabilities,
        ledger: CallLedger,
        *,
        rank: Rank,
        fill: Fill | None = None,
        market: str | None = None,
    ) -> None:
        self._client = client
        self._capabilities = capabilities
        self._ledger = ledger
        self._rank = rank
        self._fill = fill
        self._market = market
        self._came: dict[str, tuple[Track, ...]] = {}
        self._artists: dict[str, str | None] = {}
        self._lock = threading.RLock()

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` tracks that Spotify recommends, at most 100, best first.

        Raises:
            UnavailableError: Spotify gives this app no recommendations.
            BudgetError: too few calls are left.
            ServiceError: Spotify did not answer.
        """
        self._capabilities.require("recommendations")
        named = [*reading.constraints.artists, *reading.constraints.like_artists][:MOST_ARTISTS]
        with self._lock:
            self._ledger.require(1 + sum(artist not in self._artists for artist in named))
            artists = [found for artist in named if (found := self._artist(artist))]
            asked = to_seeds(reading, artists=artists, limit=min(100, limit), market=self._market).query()
            if (key := repr(asked)) not in self._came:
                self._came[key] = self._filled(self._client.recommend(asked))
        return self._rank(reading, self._came[key])[:limit]

    def _filled(self, came: tuple[Track, ...]) -> tuple[Track, ...]:
        try:
            return tuple(self._fill(came)) if self._fill else came
        except ServiceError:  # Spotify has chosen by the features already
            return came

    def _artist(self, name: str) -> str | None:
        if name not in self._artists:
            self._artists[name] = next(
                (found.id for found in self._client.search_artists(name) if plain(found.name) == plain(name)),
                None,
            )
        return self._artists[name]


class Search:
    """Spotify's search: a pool drawn by genres, years, artists and words, ranked by features from elsewhere.

    Args:
        client: the calls.
        ledger: whether there are calls left.
        rank: orders what came.
        fill: gives features; without it search cannot tell what fits.
    """

    name = "search"

    def __init__(self, client: Client, ledger: CallLedger, *, rank: Rank, fill: Fill | None) -> None:
        self._client = client
        self._ledger = ledger
        self._rank = rank
        self._fill = fill
        self._pools: dict[str, dict[str, Track]] = {}
        self._pages: dict[tuple[str, int], tuple[Track, ...]] = {}
        self._spent: dict[str, int] = {}
        self._lock = threading.RLock()

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` tracks of the pool, best first; loosened wishes draw on the pool that is there.

        Raises:
            UnavailableError: nothing gives features.
            BudgetError: too few calls are left.
            ServiceError: Spotify, or what gives the features, did not answer.
        """
        if self._fill is None:
            raise UnavailableError(
                "Search needs ReccoBeats to tell which songs fit, and it is switched off. Switch it on, or choose "
                "--source catalog."
            )
        with self._lock:
            pool = self._pools.setdefault(reading.description, {})
            came = self._draw(reading, -(-limit // SEARCH_PAGE))
            new = [track for track in came if track.uri and track.uri not in pool]
            for track in self._fill(new):
                if track.features.voiced() and track.uri:
                    pool[track.uri] = track
            tracks = list(pool.values())
        return self._rank(reading, tracks)[:limit]

    def _draw(self, reading: Reading, pages: int) -> list[Track]:
        asked = queries(reading)
        left = min(pages, MOST_PAGES - self._spent.get(reading.description, 0))
        wanted = [(query, page, genre) for page in range(MOST_PAGES) for query, genre in asked]
        fresh = [row for row in wanted if row[:2] not in self._pages][: max(0, left)]
        if fresh:
            self._ledger.require(1)
        ended: set[str] = set()
        tracks: list[Track] = []
        for query, page, genre in fresh:
            if query in ended:
                continue
            hits = self._client.search(query, offset=page * SEARCH_PAGE)
            self._spent[reading.description] = self._spent.get(reading.description, 0) + 1
            self._pages[query, page] = hits
            if not hits:
                ended.add(query)
            tracks += [
                track.model_copy(update={"genres": (genre,)}) if genre else track
                for track in hits
                if not kinds(track) & {"karaoke", "tribute", "speed", "cover", "toy"}
            ]
        return tracks


def queries(reading: Reading) -> tuple[tuple[str, str | None], ...]:
    """The searches for a reading, each with the genre that its hits are taken to have, the most telling first."""
    wants = reading.constraints
    years = _years(wants)
    found: list[tuple[str, str | None]] = []
    found += [(f'artist:"{_words(name)}"{years}', None) for name in (*wants.artists, *wants.like_artists)]
    if not wants.artists:
        genres = dict.fromkeys((*wants.genres, *reading.genres))
        found += [(f'genre:"{_words(genre)}"{years}', genre) for genre in list(genres)[:MOST_GENRES]]
        if words := _words(reading.description)[:100].strip():
            found.append((f"{words}{years}", None))
    return tuple(found)


def _years(wants: Constraints) -> str:
    if not wants.years:
        return ""
    first, last = wants.years
    return f" year:{first or 1900}-{last or 2100}"


def _words(text: str) -> str:
    return " ".join("".join(" " if sign in '":*' or not sign.isprintable() else sign for sign in text).split())


class FirstThatWorks:
    """The first source that has something, down the list.

    Args:
        sources: in the order of preference.

    Attributes:
        passed_over: why sources before the taken one were not, by name; the last search counts.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._taken = self._sources[-1]
        self.passed_over: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The name of the source that was taken."""
        return self._taken.name

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """What the first source that works has.

        Raises:
            ServiceError: none works.
        """
        self.passed_over = {}
        for source in self._sources:
            try:
                found = source.find(reading, limit)
            except (ServiceError, NothingFitsError) as error:
                self.passed_over[source.name] = str(error)
                if source is self._sources[-1]:
                    raise
                continue
            if found or source is self._sources[-1]:
                self._taken = source
                return found
            self.passed_over[source.name] = "It has nothing that fits."
        return ()
