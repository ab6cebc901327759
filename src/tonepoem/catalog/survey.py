"""What is in a catalog, and the whole of it written out."""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter or quoted

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tonepoem.catalog import store
from tonepoem.errors import InputError, OutputError
from tonepoem.features import FEATURES

BINS: Final = 20
"""Bars of a histogram at most."""

ENDINGS: Final = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet, COMPRESSION zstd"}
"""Files that a catalog can be written to, and how."""

_SHOWN: Final[Mapping[str, tuple[float, float]]] = {"tempo": (40, 220), "duration_ms": (0, 600_000), "loudness": (-40, 0)}
"""Where almost all values lie, for features whose range is much wider; what lies outside counts at the ends."""

Rows = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How the values of a feature are spread.

    Attributes:
        low: the left end of the first bar, in the feature's unit.
        high: the right end of the last bar.
        counts: tracks in each bar; values beyond an end are in the bar there.
        known: tracks of which the value is known.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    known: int


@dataclass(frozen=True, slots=True)
class CatalogInfo:
    """What is in a catalog.

    Attributes:
        path: its file; None for the starter catalog.
        tracks: number of tracks.
        artists: number of artists, guests included.
        decades: tracks by decade (1990 for the nineties), in order; None for unknown.
        genres: tracks by genre, the most frequent first.
        languages: tracks by language, the most frequent first.
        histograms: how each feature is spread.
    """

    path: Path | None
    tracks: int
    artists: int
    decades: Mapping[int | None, int]
    genres: Mapping[str, int]
    languages: Mapping[str, int]
    histograms: Mapping[str, Histogram]


def survey(rows: Rows, path: Path | None) -> CatalogInfo:
    """Count what is in a catalog.

    Args:
        rows: answers a query.
        path: the catalog's file.
    """
    ((tracks,),) = rows("SELECT count(*) FROM tracks")
    ((artists,),) = rows("SELECT count(DISTINCT name) FROM (SELECT unnest(artists) AS name FROM tracks)")
    decades = rows("SELECT year // 10 * 10 AS decade, count(*) FROM tracks GROUP BY decade ORDER BY decade NULLS LAST")
    labels = rows(
        "SELECT name, sum(count)::BIGINT AS total FROM (SELECT unnest(genres) AS name, count FROM genre_sets JOIN "
        "(SELECT genre_set, count(*) AS count FROM tracks GROUP BY genre_set) ON id = genre_set) "
        "GROUP BY name ORDER BY total DESC, name",
    )
    languages = rows(
        "SELECT language, count(*) AS total FROM tracks WHERE language IS NOT NULL "
        "GROUP BY language ORDER BY total DESC, language",
    )
    return CatalogInfo(
        path=path,
        tracks=tracks,
        artists=artists,
        decades=MappingProxyType(dict(decades)),
        genres=MappingProxyType(dict(labels)),
        languages=MappingProxyType(dict(languages)),
        histograms=MappingProxyType({name: _histogram(rows, name) for name in FEATURES}),
    )


def _histogram(rows: Rows, name: str) -> Histogram:
    feature = FEATURES[name]
    low, high = _SHOWN.get(name, (feature.low, feature.high))
    if feature.integer and high - low < BINS:  # a bar for each value: keys, modes, beats
        low, high = low - 0.5, high + 0.5
        bars = round(high - low)
    else:
        bars = BINS
    counts = [0] * bars
    bar = f"greatest(0, least({bars - 1}, floor(({name} - $low) / ($high - $low) * {bars})))::INTEGER"
    for place, count in rows(
        f"SELECT {bar} AS bar, count(*) FROM tracks WHERE {name} IS NOT NULL GROUP BY bar", {"low": low, "high": high}
    ):
        counts[place] = count
    return Histogram(low, high, tuple(counts), sum(counts))


def export(execute: Callable[[str], object], path: Path) -> None:
    """Write every track to a CSV or Parquet file, whole or not at all; lists are joined by ";".

    Args:
        execute: runs a statement.
        path: the file, ending in .csv or .parquet.

    Raises:
        InputError: the ending is not known.
        OutputError: the file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path.name} has no ending that is known. Use one of {', '.join(ENDINGS)}.")
    import duckdb

    columns = []
    for name in [*store.PLAIN, "genres", *FEATURES]:
        if name == "artists":
            columns.append("array_to_string(artists, ';') AS artists")
        elif name == "genres":
            columns.append("array_to_string(genres, ';') AS genres")
        elif store.FEATURE_TYPES.get(name) == "FLOAT":
            columns.append(f"round({name}::DOUBLE, 4) AS {name}")
        else:
            columns.append(name)
    partial = path.with_name(f".{path.name}.partial")
    target = str(partial).replace("'", "''")
    try:
        execute(
            f"COPY (SELECT {', '.join(columns)} FROM tracks LEFT JOIN genre_sets ON id = genre_set ORDER BY tracks.rowid) "
            f"TO '{target}' ({ENDINGS[path.suffix.lower()]})",
        )
        partial.replace(path)
    except (duckdb.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written. Choose another place, or make room.") from error
