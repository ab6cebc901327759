"""How a catalog lies in DuckDB: its tables, opening a file, and filling it from rows.

::

    tracks       one row a recording: the plain fields of a track, its features, the place of its tempo in the octave, and
                 the number of its set of genres
    genre_sets   each set of genres that occurs, once: a track's genres are compared per set, not per track
    scales       one row: mean and spread of each feature over the tracks, in the units of matching, and how many are known
    about        one row: the version of this layout, and when the catalog was written

A catalog file is written once and never changed: an import writes a new one and puts it in the old one's place.
"""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from tonepoem.catalog.matching import SKEWED
from tonepoem.catalog.tables import literal
from tonepoem.errors import CatalogError
from tonepoem.features import FEATURES

if TYPE_CHECKING:
    import duckdb

VERSION: Final = 1
"""The version of the layout. A file of another version is refused: its tables are imported again."""

PLAIN: Final = {
    "title": "VARCHAR",
    "artists": "VARCHAR[]",
    "album": "VARCHAR",
    "year": "SMALLINT",
    "explicit": "BOOLEAN",
    "isrc": "VARCHAR",
    "uri": "VARCHAR",
    "language": "VARCHAR",
}
"""The plain columns of ``tracks`` with their types; the features follow, then ``genre_set``."""

FEATURE_TYPES: Final = {
    name: ("INTEGER" if feature.high > 127 else "TINYINT") if feature.integer else "FLOAT" for name, feature in FEATURES.items()
}

MEMORY: Final = "1GB"
"""What DuckDB may use before it spills to disk."""


@contextmanager
def translated(what: str, advice: str) -> Iterator[None]:
    """Turn DuckDB's and the system's errors into :class:`CatalogError`."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError, RuntimeError, ValidationError) as error:
        raise CatalogError(f"{what}. {advice}") from error


def connect(path: Path | None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to a catalog file, or to memory."""
    import duckdb

    # Nothing here needs an extension; without this DuckDB would look for one on the network where a query names it.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": False,
    }
    return duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=settings)


def open_file(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a catalog file for reading.

    Raises:
        CatalogError: there is none, it is damaged, or of another version.
    """
    if not path.is_file():
        raise CatalogError(f"There is no catalog at {path}. Make one with: tonepoem catalog import FILE")
    advice = "Import your tables again with: tonepoem catalog import FILE"
    with translated(f"{path} is not a catalog, or is damaged", advice):
        connection = connect(path, read_only=True)
        try:
            (version,) = connection.execute("SELECT version FROM about").fetchone() or (None,)
        except BaseException:
            connection.close()
            raise
    if version != VERSION:
        connection.close()
        raise CatalogError(f"{path} was written by another version of tonepoem. {advice}")
    return connection


def open_starter() -> duckdb.DuckDBPyConnection:
    """The starter catalog, loaded into memory.

    Raises:
        CatalogError: it is missing from the installation, or damaged.
    """
    source = resources.files("tonepoem").joinpath("data/starter.parquet")
    with (
        translated("The starter catalog is missing or damaged", "Install tonepoem again."),
        resources.as_file(source) as path,
    ):
        connection = connect(None)
        connection.execute("SET threads = 1")  # a few thousand tracks are read faster than they are shared out
        connection.execute(f"""
            CREATE TEMP VIEW staged AS
                SELECT * REPLACE (string_split(artists, ';') AS artists) FROM read_parquet({literal(path)});
            CREATE TEMP VIEW sets AS
                SELECT said, string_split(said, ';') AS genres FROM (SELECT DISTINCT genres AS said FROM staged);
        """)
        fill(connection, "staged", "sets")
        connection.execute("DROP VIEW sets; DROP VIEW staged")
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    sets: str | None = None,
    canonical: Callable[[str], str] | None = None,
) -> None:
    """Make the tables of a catalog from a table or view that has a column for each field of a track.

    Every value is clean already, and ``artists`` is a list.

    Args:
        connection: to an empty catalog.
        source: the table's name.
        sets: a table that gives for each value of the column ``genres``, there called ``said``, the list of ``genres`` that
            it means, and each value once; None if the column holds the lists itself.
        canonical: gives a label of a genre the name it should have; None keeps labels as they are.
    """
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in (PLAIN | FEATURE_TYPES).items())
    types = PLAIN | FEATURE_TYPES | {"octave": "FLOAT", "genre_set": "INTEGER"}
    said = "genres" if sets else "array_to_string(genres, chr(31))"
    sets = sets or f"(SELECT DISTINCT {said} AS said, genres FROM {source})"
    if canonical:
        _rename(connection, sets, canonical)
        sets = "named"
    # A join would shuffle the tracks; an enumeration finds the number of a text as fast, and keeps them in order.
    connection.execute(f"""
        CREATE TEMP TABLE set_of AS SELECT said, dense_rank() OVER (ORDER BY genres)::INTEGER AS id, genres
            FROM {sets} WHERE said <> '' AND len(genres) > 0;
        CREATE TABLE genre_sets AS SELECT id, any_value(genres) AS genres FROM set_of GROUP BY id ORDER BY id;
        CREATE TEMP TYPE text_of_genres AS ENUM (SELECT '' UNION SELECT said FROM set_of ORDER BY 1);
        SET VARIABLE sets = (SELECT list(id ORDER BY said) FROM set_of);
        CREATE TABLE tracks ({", ".join(f"{name} {_laid(kind)}" for name, kind in types.items())});
        INSERT INTO tracks
            SELECT {columns}, (log2(tempo) % 1)::FLOAT AS octave,
                coalesce(getvariable('sets')[enum_code(try_cast({said} AS text_of_genres))], 0)::INTEGER AS genre_set
            FROM {source};
        DROP TYPE text_of_genres; DROP TABLE set_of; DROP TABLE IF EXISTS named; RESET VARIABLE sets;
    """)
    finish(connection)


def _laid(kind: str) -> str:
    """How a column lies in a file: distances run over the floats, and to unpack them took a fifth of the time."""
    return f"{kind} USING COMPRESSION uncompressed" if kind == "FLOAT" else kind


def _rename(connection: duckdb.DuckDBPyConnection, sets: str, canonical: Callable[[str], str]) -> None:
    """Make a table ``named`` like ``sets`` with every label under its right name."""
    labels = [label for (label,) in connection.execute(f"SELECT DISTINCT unnest(genres) FROM {sets}").fetchall()]
    connection.execute(
        f"""
        CREATE TEMP TABLE named AS
            WITH name_of AS (SELECT unnest($labels::VARCHAR[]) AS label, unnest($names::VARCHAR[]) AS name),
            listed AS (SELECT said, unnest(genres) AS label, generate_subscripts(genres, 1) AS place FROM {sets}),
            once AS (SELECT said, name, min(place) AS place FROM listed JOIN name_of USING (label) GROUP BY said, name)
            SELECT said, list(name ORDER BY place) AS genres FROM once GROUP BY said
        """,
        {"labels": labels, "names": [canonical(label) for label in labels]},
    )


def finish(connection: duckdb.DuckDBPyConnection) -> None:
    """Measure the scales of the tracks, and sign the catalog as whole."""
    roots = {name: f"sqrt({name})" if name in SKEWED else name for name in FEATURES}
    measures = [
        f"avg({x}) AS mean_{name}, stddev_pop({x}) AS spread_{name}, count({x}) AS known_{name}" for name, x in roots.items()
    ]
    connection.execute(f"CREATE TABLE scales AS SELECT {', '.join(measures)} FROM tracks")
    connection.execute(f"CREATE TABLE about AS SELECT {VERSION} AS version, now()::TIMESTAMP AS written")


def scales(row: Sequence[float]) -> Iterator[tuple[str, float, float, int]]:
    """Name, mean, spread and number of known values of each feature, from the row of ``scales``."""
    for place, name in enumerate(FEATURES):
        mean, spread, known = row[3 * place : 3 * place + 3]
        yield name, mean, spread, int(known)
