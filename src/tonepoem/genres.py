"""The list of genres: names, aliases, families, typical sound.

The list is ``data/genres.tsv``, written by this project; one row is one genre. Its column ``place`` says where a genre
is at home, and so mostly in which language it is sung: the region and the country if both have music of their own
("latin | mexican"). It is the one word on that, so it is filled too where the name tells the place. It is empty for what
is made everywhere (techno, italo disco, death metal) and for the anglophone mainstream.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from tonepoem.features import FEATURES
from tonepoem.spellings import Spelled, Spellings

SOUND: Final = (
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
    "loudness",
    "tempo",
)
"""The features by which the sound of genres is compared."""

UNSPECIFIC: Final = "mood"
"""The family of listening occasions (study, party): names that are no style, so sharing it makes no kin."""

FILED: Final = frozenset(
    {
        "christmas", "christmas instrumental", "carols", "halloween", "kids", "karaoke", "new age", "lounge", "easy listening",
        "white noise", "nature sounds", "adult standards", "throwback",
    }
)  # fmt: skip
"""Listening occasions that recordings are filed under all the same, so that a track's labels tell them."""

_BREAK: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Genre:
    """One genre.

    Attributes:
        name: the name, lower case.
        aliases: other names for it.
        family: the broad family it belongs to.
        places: where it is at home, as adjectives ("french", "south african"); empty if nowhere in particular.
        seed: the nearest of Spotify's recommendation genre seeds; empty if none is near.
        numbers: its typical values as they stand in the list; read when they are first asked for.
    """

    name: str
    aliases: tuple[str, ...]
    family: str
    places: frozenset[str]
    seed: str
    numbers: str = field(repr=False, compare=False)

    @cached_property
    def _means(self) -> Mapping[str, float]:
        """By column; a cell says ``mean~spread``, and only training needs the spread."""
        cells = zip(_columns()[_TEXTS:], self.numbers.split("\t"), strict=True)
        return {name: float(cell.partition("~")[0]) for name, cell in cells if cell}

    @cached_property
    def features(self) -> Mapping[str, float]:
        """Typical means over its tracks, by feature name, in the units of the feature table; without ``mode``."""
        means = {name: self._means[name] for name in FEATURES if name != "mode" and name in self._means}
        if "duration_s" in self._means:
            means["duration_ms"] = self._means["duration_s"] * 1000
        return MappingProxyType(means)

    @cached_property
    def sound(self) -> tuple[float, ...]:
        """How far the features of :data:`SOUND` are from typical, in standard deviations; 0 where one is not known."""
        # A thousand genres are compared at a start, so only these numbers are read.
        cells = self.numbers.split("\t")
        return tuple(
            [
                (float(cell.partition("~")[0]) - typical) / spread if (cell := cells[column]) else 0.0
                for column, typical, spread in _yardsticks()
            ]
        )

    @cached_property
    def major(self) -> float | None:
        """Typical share of its tracks in a major mode, 0 to 1, if known."""
        return self._means.get("mode")


def fold(text: str) -> str:
    """A form in which spellings of the same name are equal: case, accents, hyphens and "&" do not count."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    spaced = f" {_BREAK.sub(' ', plain.replace('&', ' and '))} "
    return spaced.replace(" n ", " and ").strip()


_TEXTS: Final = 6
"""Columns of the list before those that hold numbers: name, aliases, foreign names, family, place, seed."""


@lru_cache(maxsize=1)
def _list() -> bytes:
    return resources.files("tonepoem").joinpath("data/genres.tsv").read_bytes()


@lru_cache(maxsize=1)
def _columns() -> list[str]:
    return _list().partition(b"\n")[0].decode().rstrip().split("\t")


@lru_cache(maxsize=1)
def _yardsticks() -> tuple[tuple[int, float, float], ...]:
    """For each feature of :data:`SOUND` its column among the numbers, its typical value and its spread."""
    columns = _columns()[_TEXTS:]
    return tuple((columns.index(name), FEATURES[name].typical, FEATURES[name].spread) for name in SOUND)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, str]:
    """The lines of the list by the genre's name."""
    return {line.partition("\t")[0]: line for line in _list().decode().splitlines()[1:]}


@lru_cache(maxsize=4096)
def genre(name: str) -> Genre:
    """The genre of just this name, which is in the list."""
    _, aliases, foreign, family, place, seed, numbers = _rows()[name].split("\t", _TEXTS)
    names = (alias.strip() for cell in (aliases, foreign) for alias in cell.split("|"))
    places = frozenset(place.split(" | ")) if place else frozenset()
    return Genre(name, tuple(alias for alias in names if alias), family, places, seed, numbers)


@lru_cache(maxsize=1)
def genres() -> Mapping[str, Genre]:
    """Every genre by its name, in the order of the list."""
    return MappingProxyType({name: genre(name) for name in _rows()})


def spellings() -> dict[str, str]:
    """The name of the genre that each folded spelling means, without spaces too: "hiphop" for "hip hop".

    A genre's name goes before another one's alias. Where the list has a genre twice under two spellings of its name, all of
    them lead to the row with more aliases.
    """
    rows = genres()
    first: dict[str, str] = {}
    for name in sorted(rows, key=lambda name: -len(rows[name].aliases)):
        first.setdefault(fold(name).replace(" ", ""), name)
    one = {name: first[fold(name).replace(" ", "")] for name in rows}
    table = {fold(name): one[name] for name in rows}
    for name, genre in rows.items():
        for alias in genre.aliases:
            table.setdefault(fold(alias), one[name])
    for key, name in list(table.items()):
        table.setdefault(key.replace(" ", ""), name)
    return table


def checksum() -> str:
    """Of the list, and the form of what is made of it, by which a table is known to be of today."""
    return f"sorted-{zlib.crc32(_list()):08x}"


@lru_cache(maxsize=1)
def _by_spelling() -> Spelled:
    """:func:`spellings`, from the file that a build makes of them: folding 20,000 names takes longer than all the rest."""
    ready = resources.files("tonepoem").joinpath("data/genre_spellings.tsv")
    if ready.is_file():
        first, _, table = ready.read_bytes().partition(b"\n")
        if first.decode() == checksum():
            return Spellings(table)
    return spellings()


@lru_cache(maxsize=1 << 13)
def find(text: str) -> Genre | None:
    """The genre with this name or alias, whatever its case, accents and hyphens, or None.

    Where the list has a genre twice under two spellings, both lead to the same one.
    """
    key = fold(text)
    name = _by_spelling().get(key) or _by_spelling().get(key.replace(" ", ""))
    return genre(name) if name else None


def named(text: str) -> tuple[str, ...]:
    """The genres that a text calls by name or alias, in the order in which they stand there.

    The longest names win: "alternative hip hop" does not name hip hop too, though "alternative, hip hop" does. Occasions
    (:data:`UNSPECIFIC`) are left out.
    """
    found: dict[str, None] = {}
    for part in _PARTS.split(text):
        found |= _spoken(fold(part).split())
    return tuple(found)


_PARTS: Final = re.compile(r"[,;:/|()\[\]—–•·]")
"""What ends a name."""


def _spoken(spoken: list[str]) -> dict[str, None]:
    """The genres that a row of words calls by name."""
    found: dict[str, None] = {}
    at = 0
    while at < len(spoken):
        for size in range(min(_LONGEST, len(spoken) - at), 0, -1):
            name = _by_spelling().get(" ".join(spoken[at : at + size]))
            if name is not None and genre(name).family != UNSPECIFIC:
                found[name] = None
                at += size - 1
                break
        at += 1
    return found


_LONGEST: Final = 5
"""Words in the longest name worth looking for."""


def family(name: str) -> tuple[Genre, ...]:
    """The genres of one family; empty if there is no such family."""
    return tuple(genre for genre in genres().values() if genre.family == name)


def specific(name: str) -> bool:
    """Whether recordings are filed under a genre: under "study" and "party", which are occasions, they are not."""
    own = find(name)
    return own is None or own.family != UNSPECIFIC or own.name in FILED
