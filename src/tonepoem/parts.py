"""The parts of the program, wired as the settings say, each loaded once and shared between threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Final

from tonepoem import asked, composing, constraints, phasing
from tonepoem.errors import InputError, LoginError, SettingsError
from tonepoem.playlist import Constraints, Reading
from tonepoem.settings import Settings
from tonepoem.spellings import Spellings

if TYPE_CHECKING:
    from pathlib import Path

    from tonepoem.catalog import Catalog
    from tonepoem.composing import TrackSource
    from tonepoem.constraints import Heard, Lookup
    from tonepoem.generator import Generator
    from tonepoem.library import Listener
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
        return composing.listen(encodable(words), self.generator, self.artists)

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
            for text in map(encodable, descriptions):
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
        return constraints.spelled(Spellings(names.read_bytes()))

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


def encodable(words: str) -> str:
    """Words without the halves of characters that a terminal in another encoding leaves behind."""
    return words.encode(errors="replace").decode()
