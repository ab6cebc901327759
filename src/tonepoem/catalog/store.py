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
        connection.execute(
            "CREATE TEMP TABLE staged AS SELECT * REPLACE "
            "(string_split(artists, ';') AS artists, string_split(genres, ';') AS genres) FROM read_parquet($path)",
            {"path": str(path)},
        )
        fill(connection, "staged")
        connection.execute("DROP TABLE staged")
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    canonical: Callable[[str], str] | None = None,
) -> None:
    """Make the tables of a catalog from a table or view that has a column for each field of a track.

    ``artists`` and ``genres`` are lists there; every value is clean already.

    Args:
        connection: to an empty catalog.
        source: the table's name.
        canonical: gives a label of a genre the name it should have; None keeps labels as they are.
    """
    columns = ", ".join(f"source.{name}::{kind} AS {name}" for name, kind in (PLAIN | FEATURE_TYPES).items())
    connection.execute(
        "CREATE TEMP TABLE set_of AS SELECT row_number() OVER (ORDER BY genres)::INTEGER AS id, genres "
        f"FROM (SELECT DISTINCT genres FROM {source} WHERE len(genres) > 0)",
    )
    if canonical:
        _rename(connection, canonical)
    else:
        connection.execute("CREATE TABLE genre_sets AS SELECT id, genres FROM set_of")
    # The big table has to be the probing side of this join: only then the tracks keep the order of the rows.
    connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    connection.execute(f"""
        CREATE TABLE tracks AS
            SELECT {columns}, (log2(tempo) % 1)::FLOAT AS octave, coalesce(set_of.id, 0) AS genre_set
            FROM {source} AS source LEFT JOIN set_of ON set_of.genres = source.genres;
        DROP TABLE set_of;
    """)
    connection.execute("RESET disabled_optimizers")
    finish(connection)


def _rename(connection: duckdb.DuckDBPyConnection, canonical: Callable[[str], str]) -> None:
    """Make ``genre_sets`` of the sets in ``set_of`` with every label under its right name, and point ``set_of`` there."""
    labels = [label for (label,) in connection.execute("SELECT DISTINCT unnest(genres) FROM set_of").fetchall()]
    connection.execute(
        """
        CREATE TEMP TABLE named AS
            WITH name_of AS (SELECT unnest($labels::VARCHAR[]) AS label, unnest($names::VARCHAR[]) AS name),
            listed AS (SELECT id, unnest(genres) AS label, generate_subscripts(genres, 1) AS place FROM set_of),
            once AS (SELECT id, name, min(place) AS place FROM listed JOIN name_of USING (label) GROUP BY id, name)
            SELECT id, list(name ORDER BY place) AS genres FROM once GROUP BY id
        """,
        {"labels": labels, "names": [canonical(label) for label in labels]},
    )
    connection.execute("""
        CREATE TABLE genre_sets AS
            SELECT row_number() OVER (ORDER BY genres)::INTEGER AS id, genres FROM (SELECT DISTINCT genres FROM named);
        CREATE OR REPLACE TEMP TABLE set_of AS
            SELECT genre_sets.id, set_of.genres
            FROM set_of JOIN named USING (id) JOIN genre_sets ON genre_sets.genres = named.genres;
        DROP TABLE named;
    """)


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
