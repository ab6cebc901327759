"""The lexicon: what musical words imply, as means and spreads of audio features.

Three reviewable tables, typed by this project from musical knowledge, each cell ``mean~spread`` or empty:

- ``data/genres.tsv``: genres, which the program itself needs as well;
- ``lexicon/concepts.tsv``: moods, activities, places, times, instruments, voices, production, eras, degree, negation, with
  their Spanish, French, German and Portuguese names;
- ``lexicon/phrases.tsv``: names of playlists as people and editors write them, for what words mean together.

Means say what playlists *average* under a word, on Spotify's scales; see :meth:`tonepoem.features.Feature.aim` for what a
request aims at. A spread says how definite the word is: in a product of distributions a narrow one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tonepoem.features import FEATURES

TARGETS: Final = tuple(name for name in FEATURES if name not in ("key", "duration_ms", "time_signature"))
"""The features that moods and genres imply. Keys, lengths and bars are named exactly, which rules read, or not at all."""

LANGUAGES: Final = ("es", "fr", "de", "pt")

MAJOR_SHARE: Final = 0.65
"""The share of popular music in a major mode: words give shares of it, a request asks for 0 or 1."""

Vector = NDArray[np.float64]

# Who asks for K-pop does not ask for famous songs in major, though that is what K-pop is.
_SHY_OF_GENRES: Final = [TARGETS.index(name) for name in ("mode", "popularity")]


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the lexicon.

    Attributes:
        name: the canonical name, lower case.
        kind: ``genre``, ``phrase``, or the kind of concept.
        aliases: other English names.
        foreign: names by language code; ``any`` holds a genre's foreign names, whatever the language.
        mean: implied means in the order of :data:`TARGETS`, NaN where the word says nothing.
        spread: their spreads, NaN likewise.
        genres: names of genres that belong to it; a genre's own name for a genre.
    """

    name: str
    kind: str
    aliases: tuple[str, ...]
    mean: Vector
    spread: Vector
    foreign: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    genres: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical name and its aliases, in English."""
        return (self.name, *self.aliases)


def prior() -> tuple[Vector, Vector]:
    """Mean and spread of every target where nothing is said, from the feature table."""
    rows = [FEATURES[name] for name in TARGETS]
    typical = [MAJOR_SHARE if row.name == "mode" else row.typical for row in rows]
    return np.array(typical, dtype=float), np.array([row.spread for row in rows])


def _rows(*place: str) -> Iterator[dict[str, str]]:
    text = resources.files("tonepoem").joinpath(*place).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise ValueError(f"{'/'.join(place)}, line {number}: {len(cells)} cells instead of {len(columns)}")
        yield dict(zip(columns, cells, strict=True))


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for part in cell.split("|") if (name := part.strip().lower()))


def _numbers(row: Mapping[str, str]) -> tuple[Vector, Vector]:
    mean, spread = np.full(len(TARGETS), np.nan), np.full(len(TARGETS), np.nan)
    for place, name in enumerate(TARGETS):
        if cell := row.get(name, ""):
            mean[place], spread[place] = (float(part) for part in cell.split("~"))
    return mean, spread


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """Every entry of the lexicon: genres first, then concepts, then phrases."""
    found = []
    for row in _rows("data", "genres.tsv"):
        mean, spread = _numbers(row)
        mean[_SHY_OF_GENRES] = spread[_SHY_OF_GENRES] = np.nan
        foreign = {"any": _names(row["foreign"])}
        found.append(Concept(row["name"], "genre", _names(row["aliases"]), mean, spread, foreign, (row["name"],)))
    for row in _rows("training", "lexicon", "concepts.tsv"):
        mean, spread = _numbers(row)
        foreign = {code: names for code in LANGUAGES if (names := _names(row[code]))}
        found.append(Concept(row["name"], row["kind"], _names(row["aliases"]), mean, spread, foreign))
    for row in _rows("training", "lexicon", "phrases.tsv"):
        mean, spread = _numbers(row)
        found.append(Concept(row["name"], "phrase", (), mean, spread, genres=_names(row["genres"].replace(";", "|"))))
    return tuple(found)


def of_kind(*kinds: str) -> tuple[Concept, ...]:
    """The entries of some kinds."""
    return tuple(concept for concept in concepts() if concept.kind in kinds)


def by_name(entries: Iterable[Concept]) -> dict[str, Concept]:
    """Entries by their English names and genres' foreign ones; where two share one, English goes first, then the earlier.

    Other concepts' foreign names are left out: German "alt" is old, in English it is a kind of rock.
    """
    entries = tuple(entries)
    table: dict[str, Concept] = {}
    for concept in entries:
        for name in concept.names:
            table.setdefault(name, concept)
    for concept in entries:
        for name in concept.foreign.get("any", ()):
            table.setdefault(name, concept)
    return table
