"""The short way in: the parts wired as the settings say, each loaded once and shared between threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from tonepoem import asked, composing, constraints, genres, phasing, selection
from tonepoem.errors import InputError, LoginError, SettingsError
from tonepoem.playlist import Constraints, Kept, Playlist, Reading, Track
from tonepoem.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tonepoem.asked import Names, Span
    from tonepoem.catalog import Catalog
    from tonepoem.composing import FeatureGenerator, TrackSource
    from tonepoem.constraints import Heard, Lookup
    from tonepoem.generator import Generator
    from tonepoem.library import Listener
    from tonepoem.playlist import Arc
    from tonepoem.reccobeats import ReccoBeats
    from tonepoem.spotify import App, Spotify

SOURCES: Final = ("auto", "recommendations", "reccobeats", "search", "catalog")
"""Where tracks may come from. ``auto`` takes the first of the others that works; without a login, the catalog."""


class Parts:
    """The parts of the program as the settings want them, each made when it is first needed. Safe to share.

    Args:
        settings: what the user has set.
        pause: waits for so many seconds, where a service asks for fewer calls.
    """

    def __init__(self, settings: Settings, pause: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self._pause = pause
        self._lock = threading.RLock()

    @property
    def generator(self) -> Generator:
        """The model.

        Raises:
            ModelError: it is missing, damaged, or no T5.
        """
        with self._lock:
            return self._generator

    @property
    def catalog(self) -> Catalog:
        """The catalog in use: the one that is set, else the user's own, else the starter catalog.

        Raises:
            CatalogError: it is missing or damaged.
        """
        with self._lock:
            return self._catalog

    @property
    def artists(self) -> Lookup:
        """Gives the name of an artist of the catalog in its right spelling, or None.

        Raises:
            CatalogError: the catalog is missing or damaged.
        """
        with self._lock:
            return self._artists

    @property
    def spotify(self) -> Spotify:
        """The account that is logged in.

        Raises:
            SettingsError: no app is set.
            LoginError: there is no login.
        """
        with self._lock:
            return self._spotify

    @property
    def reccobeats(self) -> ReccoBeats | None:
        """ReccoBeats; None where it is switched off."""
        with self._lock:
            return self._reccobeats

    @property
    def listener(self) -> Listener:
        """Whose saved songs, playlists and favourites a request means; asks nobody until it has to."""
        from tonepoem.library import Listener

        fill = self.reccobeats.features if self.reccobeats else None
        spelled = lambda name: self.artists(name)  # noqa: E731, PLW0108 - the artists are loaded when they are needed
        return Listener(lambda: self.spotify.library, lambda: self.catalog, spelled, fill)

    @property
    def app(self) -> App:
        """The app registered with Spotify.

        Raises:
            SettingsError: none is set, or a setting cannot be used.
        """
        from tonepoem.spotify import App

        return App.of(self.settings)

    def source(self, name: str = "auto") -> TrackSource:
        """A source of tracks.

        Args:
            name: one of :data:`SOURCES`.

        Raises:
            InputError: there is no source of this name.
            SettingsError: the source needs an app or ReccoBeats, and there is none.
            LoginError: the source needs a login, and there is none.
            CatalogError: the catalog is missing or damaged.
        """
        if name not in SOURCES:
            raise InputError(f"There is no source {name!r}. Use one of {', '.join(SOURCES)}.")
        with self._lock:
            return self._sources[name]()

    def listen(self, words: str) -> Reading:
        """What is heard in one description, exact wishes included; errors as for :func:`describe`."""
        return composing.listen(_text(words), self.generator, self.artists)

    def origins(self, reading: Reading) -> dict[str, tuple[str, ...]]:
        """The words that the model's features of a reading come from, by feature; see :meth:`Generator.origins`."""
        from tonepoem.generator import legible

        text = constraints.read(reading.description, self.artists).text
        return self.generator.origins(text) if legible(text) else {}

    def phased(self, reading: Reading, phases: Iterable[asked.PhaseGiven]) -> Reading:
        """A reading with phases that were given beside its words.

        Raises:
            InputError: the words of a phase hold a wish that cannot be kept.
        """
        phases = tuple(phases)
        return phasing.given(reading, phases, self.generator, self.artists) if phases else reading

    def listen_all(self, descriptions: Iterable[str]) -> Iterator[Reading]:
        """What is heard in each of many descriptions, in their order, read in batches.

        What would be an error in one description is none here: where nothing is heard the reading is empty, and a wish
        that cannot be kept stands in its notes.
        """
        from tonepoem.generator import legible

        read: deque[tuple[str, Heard, tuple[str, ...], bool]] = deque()  # by the rules; the model is some texts behind

        def for_the_model() -> Iterator[str]:
            for text in map(_text, descriptions):
                wishes, notes = self._wishes(text)
                read.append((text, wishes, notes, bool(legible(wishes.text))))
                if read[-1][-1]:
                    yield wishes.text

        def joined(heard: Reading | None) -> Reading:
            text, wishes, notes, _ = read.popleft()
            reading = heard or Reading(description=text)
            whole = composing.joined(text, reading, wishes).model_copy(update={"notes": reading.notes + notes})
            return phasing.phased(whole, wishes, self.generator)

        for heard in self.generator.describe_all(for_the_model()):
            while not read[0][-1]:
                yield joined(None)
            yield joined(heard)
        while read:
            yield joined(None)

    # -- how each is made

    @cached_property
    def _generator(self) -> Generator:
        from tonepoem.generator import Generator

        return Generator.load(self.settings.model)

    @cached_property
    def _catalog(self) -> Catalog:
        from tonepoem.catalog import Catalog

        return Catalog.open(self._own_catalog)

    @property
    def _own_catalog(self) -> Path | None:
        own = self.settings.own_catalog
        return own if self.settings.catalog or own.exists() else None

    @cached_property
    def _artists(self) -> Lookup:
        if self._own_catalog or "_catalog" in self.__dict__:
            return constraints.lookup(self.catalog.artists())
        # Reading words is to be quick: the starter catalog's artists also stand in a file that needs no database.
        names = resources.files("tonepoem").joinpath("data/starter_artists.tsv")
        if not names.is_file():
            return constraints.lookup(self.catalog.artists())
        return constraints.spelled(genres.read_spellings(names.read_text(encoding="utf-8").splitlines()))

    @cached_property
    def _spotify(self) -> Spotify:
        from tonepoem.spotify import Connection, Spotify

        return Spotify.open(self.app, connection=Connection(pause=self._pause))

    @cached_property
    def _reccobeats(self) -> ReccoBeats | None:
        from tonepoem.reccobeats import ReccoBeats

        if not self.settings.reccobeats:
            return None
        return ReccoBeats(self.settings.home / "reccobeats.jsonl", market=self.settings.market, pause=self._pause)

    @cached_property
    def _sources(self) -> dict[str, Callable[[], TrackSource]]:
        return {
            "auto": self._first_that_works,
            "recommendations": self._recommendations,
            "reccobeats": self._recommended,
            "search": self._search,
            "catalog": lambda: self.catalog,
        }

    def _recommendations(self) -> TrackSource:
        fill = self.reccobeats.features if self.reccobeats else None
        return self.spotify.recommendations(self.catalog.rank, fill)

    def _search(self) -> TrackSource:
        return self.spotify.searched(self.catalog.rank, self.reccobeats.features if self.reccobeats else None)

    def _recommended(self) -> TrackSource:
        from tonepoem.reccobeats import Recommended

        if self.reccobeats is None:
            raise SettingsError("ReccoBeats is switched off. Set TONEPOEM_RECCOBEATS to 1, or choose --source catalog.")
        return Recommended(
            self.reccobeats,
            nearest=self.catalog.find,
            rank=self.catalog.rank,
            resolve=self.spotify.resolve if self._logged_in() else None,
        )

    def _first_that_works(self) -> TrackSource:
        if not self._logged_in():
            return self.catalog
        from tonepoem.spotify.sources import FirstThatWorks

        others = (self._recommended(), self._search()) if self.reccobeats else ()
        return FirstThatWorks((self._recommendations(), *others, self.catalog))

    def _logged_in(self) -> bool:
        if not self.settings.client_id:
            return False
        try:
            return self.spotify is not None
        except LoginError:
            return False

    def _wishes(self, text: str) -> tuple[Heard, tuple[str, ...]]:
        """The exact wishes in a text, or none and a note of what is wrong with them."""
        try:
            return constraints.read(text, self.artists), ()
        except InputError as error:
            return constraints.Heard(Constraints(), (), text), (str(error),)


def describe(words: str, *, generator: FeatureGenerator | None = None) -> Reading:
    """What is heard in a description: audio features, how sure the model is of each, genres, exact wishes.

    Args:
        words: the description, in English; the first 2,000 characters are read.
        generator: who reads it, see :class:`tonepoem.Generator`; by default the model of the settings, loaded once.

    Raises:
        DescriptionError: there are no words, or nothing in them speaks of music.
        ModelError: the model is missing or damaged.
        SettingsError: a setting cannot be used.
    """
    parts = _parts()
    return parts.listen(words) if generator is None else composing.listen(_text(words), generator, parts.artists)


def compose(
    words: str | Reading,
    length: int | None = None,
    *,
    generator: FeatureGenerator | None = None,
    source: TrackSource | str = "auto",
    seed: int = 0,
    variety: float = selection.VARIETY,
    name: str | None = None,
    without: Callable[[Track], bool] | None = None,
    minutes: float | None = None,
    arc: Arc | None = None,
    years: Span | None = None,
    bpm: Span | None = None,
    key: str | None = None,
    clean: bool | None = None,
    explicit: bool | None = None,
    instrumental: bool | None = None,
    like: Names = (),
    by: Names = (),
    not_artist: Names = (),
    genre: Names = (),
    not_genre: Names = (),
    set: Mapping[str, float] | Names = (),  # noqa: A002 - the option's own name
    max_per_artist: int | None = None,
    market: str | None = None,
    phase: Names = (),
    like_me: bool = False,
    new_to_me: bool = False,
    among: str | None = None,
) -> Playlist:
    """Make a playlist from a description. Nothing is written anywhere.

    What is given by keyword goes before what the words say.

    Args:
        words: the description, or what was heard in one.
        length: number of tracks, 1 to 1,000. 25 if neither this nor the words say.
        generator: who reads the words, see :class:`tonepoem.Generator`; by default the model of the settings.
        source: where tracks come from: one of :data:`SOURCES`, or anything that fulfils
            :class:`tonepoem.composing.TrackSource`, such as :class:`tonepoem.Catalog`.
        seed: another seed gives another playlist for the same words; the same seed the same one.
        variety: 0 takes the tracks that fit best, 1 the most different ones.
        name: of the playlist, 1 to 100 characters; by default it is made from the words.
        without: tracks for which it is true are never chosen.
        minutes: length in minutes in place of a number of tracks, up to 6,000.
        arc: how the energy moves.
        years: of release: (1990, 1999), "1990-1999", "90s", (1990, None), a year.
        bpm: tempo: (120, 130), "120-130", or a number, which allows 3 % more or less.
        key: "A minor", "F#", "Bb major".
        clean: only tracks that are not explicit.
        explicit: True: only explicit tracks, False: as ``clean``.
        instrumental: True: no voice, False: with voice.
        like: an artist whose sound is wanted, or several.
        by: only this artist, or these.
        not_artist: not this artist, or these.
        genre: only this genre, or these and what is near.
        not_genre: not this genre, or these.
        set: features and their values: {"energy": 0.8}, or "energy=0.8".
        max_per_artist: at most so many tracks of one artist.
        market: two-letter country in which the songs shall be available, where the source knows.
        phase: parts of the playlist, each its length and then values or words: "10m energy=0.4", "20m at 170 bpm".
        like_me: draw it towards what the account that is logged in hears most.
        new_to_me: nothing that this account has saved.
        among: choose only among these, in place of a source: "liked", the address of a playlist of this account's own,
            or a file, see :func:`tonepoem.tracklist.read`.

    Raises:
        DescriptionError: there are no words, or nothing in them speaks of music.
        InputError: a wish makes no sense, two contradict each other, a name is not known, or there is no such source.
        NothingFitsError: no track keeps the wishes, even loosened.
        ModelError: the model is missing or damaged.
        CatalogError: the catalog is missing or damaged.
        SettingsError: a setting cannot be used, or there is no app to read an account with.
        LoginError: an account's songs are asked for, and there is no login.
        ServiceError: the source is a service, and it did not answer.
    """
    options = asked.Options(
        length=length, minutes=minutes, arc=arc, years=years, bpm=bpm, key=key, clean=clean, explicit=explicit,
        instrumental=instrumental, like=like, by=by, not_artist=not_artist, genre=genre, not_genre=not_genre, set=set,
        max_per_artist=max_per_artist, market=market, phase=phase,
    )  # fmt: skip
    asked.wishes_given(options)  # before any work is done
    if isinstance(source, str):
        source = _parts_in(market).source(source)
    given = asked.wishes_given(options, names_in(source))
    reading = words if isinstance(words, Reading) else describe(words, generator=generator)
    own = None
    if like_me or new_to_me or among is not None:
        styled = bool(like or by or genre)
        own = _parts_in(market).listener.personal(
            reading, like_me=like_me, new_to_me=new_to_me, among=among, without=without, styled=styled
        )
        reading, source, without = own.reading, own.source or source, own.without
    if given.phases:
        parts = _parts()
        reading = phasing.given(reading, given.phases, generator or parts.generator, parts.artists)
    reading = composing.wished(reading, given.constraints.model_copy(update={"count": None}))
    playlist = composing.compose(reading, source, length=length, seed=seed, variety=variety, name=name, without=without)
    if own is not None:
        playlist = own.checked(playlist)
    if given.market is None:
        return playlist
    told = Kept(wish=f"available in {given.market}", state="unchecked", how=f"left to the source, {playlist.source}")
    return playlist.model_copy(update={"wishes": (*playlist.wishes, told)})


def names_in(source: TrackSource) -> Callable[[], Collection[str]] | None:
    """Gives the names of all artists that a source has; None where it cannot tell."""
    return getattr(source, "artists", None)


def _text(words: str) -> str:
    """Words without the halves of characters that a terminal in another encoding leaves behind."""
    return words.encode(errors="replace").decode()


_making = threading.Lock()


@lru_cache(maxsize=1)
def _made() -> Parts:
    return Parts(Settings.load())


def _parts_in(market: str | None) -> Parts:
    """The parts, for songs that are available in a country."""
    parts = _parts()
    return Parts(replace(parts.settings, market=market.upper())) if market else parts


def _parts() -> Parts:
    with _making:  # two threads that start together share what the first one made
        return _made()
