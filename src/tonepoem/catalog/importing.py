"""Bringing one's own track tables: CSV, Parquet and JSON lines into a catalog file.

The tables are read in one stream into a staging database next to the catalog, rows that are the same recording are
merged there, and a new catalog is written and put in the old one's place in one step: whatever happens before, the old
one stays as it was. The tracks that are in the catalog already take part as if they were a first table, so importing a
table again changes nothing.
"""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter or quoted

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tonepoem import genres
from tonepoem.catalog import store
from tonepoem.catalog.files import broken_rows, open_table
from tonepoem.catalog.tables import literal
from tonepoem.errors import CatalogError, InputError

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, float], None]
"""Called now and then with what is being done and the share of it that is done, 0 to 1."""

SHOWN: Final = 10
"""So many refused rows are told with their line."""

_FIELDS: Final = store.PLAIN | store.FEATURE_TYPES
"""What a row in staging holds beside its genres, with types."""

_process_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where it stands, the header being line 1, and why."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows.

    Attributes:
        rows: rows that came in from the files, refused ones included.
        merged: rows that were the same recording as another, in the files or in the catalog before.
        refused: how many rows were refused, by reason.
        examples: the first refused rows.
        tracks: tracks in the catalog now.
        kinds: what each file was known as, by file name.
    """

    rows: int
    merged: int
    refused: Mapping[str, int]
    examples: tuple[Refused, ...]
    tracks: int
    kinds: Mapping[str, str]


@dataclass(slots=True)
class _Tally:
    """What is counted while files come in."""

    files: int = 0
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: list[Refused] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)


def import_files(
    catalog: str | os.PathLike[str],
    files: Sequence[str | os.PathLike[str]],
    *,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Add track tables to a catalog file; it is made if it does not exist.

    Args:
        catalog: the catalog file.
        files: CSV (any delimiter, UTF-8, UTF-16 or Latin-1, also compressed as ``.gz``), Parquet (``.parquet``) or JSON
            lines (``.jsonl``, ``.ndjson``, ``.json``).
        columns: headers that are not known by themselves, by the field they hold.
        progress: is told how far the work is.

    Raises:
        InputError: a file does not exist, or has no column for title and artists.
        CatalogError: a table or the catalog there cannot be read, the catalog cannot be written, or another import is
            running. The catalog is as it was before.
    """
    target = Path(catalog)
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.is_file():
            raise InputError(f"There is no file {path}. Give the path of a CSV, Parquet or JSON lines file.")
    if target.is_file():
        store.open_file(target).close()  # says what is wrong with it before any work is done
    tally = _Tally()
    with _alone(target) as (fresh, staging):
        with store.translated(f"{target} cannot be written", "Choose another place, or make room."):
            connection = store.connect(fresh)
        try:
            with store.translated(f"{target} cannot be written", "Choose another place, or make room."):
                connection.execute(f"ATTACH {literal(staging)} AS staging")
                _prepare(connection, target)
            work = staging.with_suffix(".utf8")
            for path in paths:
                with store.translated(f"{path} cannot be read as a track table", "Check the file, and import again."):
                    _stage(connection, path, work=work, given=columns or {}, tally=tally, progress=progress)
            with store.translated(f"{target} cannot be written", "Make room on the disk, and import again."):
                total, tracks = _build(connection, progress)
                connection.execute("DETACH staging")
        finally:
            connection.close()
        with store.translated(f"{target} cannot be written", "Choose another place."):
            fresh.replace(target)
    return ImportReport(
        rows=tally.rows,
        merged=total - tracks,
        refused=dict(tally.refused.most_common()),
        examples=tuple(tally.examples[:SHOWN]),
        tracks=tracks,
        kinds=tally.kinds,
    )


@contextmanager
def _alone(target: Path) -> Iterator[tuple[Path, Path]]:
    """Paths for the new catalog and for staging, which no other import uses as long as this one runs.

    The lock is the one that DuckDB holds on a file it writes: it ends with the process, however that ends.
    """
    fresh = target.with_name(f".{target.name}.new")
    staging = target.with_name(f".{target.name}.staging")
    guard = target.with_name(f".{target.name}.lock")
    with _process_lock, store.translated(f"{target} cannot be written", "Choose another place."):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = store.connect(guard)
        except OSError:
            raise
        except Exception as error:
            raise CatalogError(f"Another import into {target} is running. Wait for it to end, and import again.") from error
        leftovers = [path.with_name(path.name + end) for path in (fresh, staging) for end in ("", ".wal", ".tmp")]
        leftovers.append(staging.with_suffix(".utf8"))
        try:
            for path in leftovers:
                path.unlink(missing_ok=True)
            yield fresh, staging
        finally:
            for path in leftovers:
                path.unlink(missing_ok=True)
            lock.close()
            guard.unlink(missing_ok=True)


def _prepare(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """An empty staging table, or the tracks of the catalog so far.

    Rows hold their genres as the text that the file has, told apart by the number of the file; ``sets`` says which
    genres each text means. Texts that are read once more and then thrown away are not worth compressing.
    """
    columns = ", ".join(
        f"{name} {kind}{' USING COMPRESSION uncompressed' if kind.startswith('VARCHAR') else ''}"
        for name, kind in _FIELDS.items()
    )
    connection.execute(f"CREATE TABLE staging.rows ({columns}, genres VARCHAR, song UBIGINT, refused VARCHAR)")
    connection.execute("CREATE TABLE staging.sets (said VARCHAR, genres VARCHAR[])")
    if not target.is_file():
        return
    connection.execute(f"ATTACH {literal(target)} AS before (READ_ONLY)")
    connection.execute(
        f"INSERT INTO staging.rows BY NAME SELECT {', '.join(_FIELDS)}, {_said(0, 'genre_set')} AS genres, {_SONG} AS song "
        "FROM before.tracks ORDER BY rowid",
    )
    connection.execute(f"INSERT INTO staging.sets SELECT {_said(0, 'id')}, genres FROM before.genre_sets")
    connection.execute("DETACH before")


def _said(file: int, text: str) -> str:
    """SQL for the key of what a row of a file says of genres."""
    return f"'{file}' || chr(29) || {text}"


_SONG: Final = "hash(lower(strip_accents(title)), lower(strip_accents(artists[1])))"
"""What recordings with the same title and main artist have in common."""


# -- reading one file


def _stage(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    work: Path,
    given: Mapping[str, str],
    tally: _Tally,
    progress: Progress | None,
) -> None:
    table = open_table(connection, path, work=work, given=given)
    tally.files += 1
    tally.kinds[path.name] = table.kind
    (before,) = connection.execute("SELECT count(*) FROM staging.rows").fetchone() or (0,)
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in _FIELDS.items())
    _execute(
        connection,
        f"INSERT INTO staging.rows BY NAME SELECT {typed}, {_said(tally.files, 'genres')} AS genres, refused, {_SONG} AS song "
        f"FROM ({table.query})",
        f"reading {path.name}",
        progress,
    )
    connection.execute(
        f"INSERT INTO staging.sets SELECT said, {table.genres} FROM (SELECT said, said[instr(said, chr(29)) + 1:] AS genres "
        "FROM (SELECT DISTINCT genres AS said FROM staging.rows WHERE rowid >= ?))",
        [before],
    )
    (taken,) = connection.execute("SELECT count(*) FROM staging.rows").fetchone() or (0,)
    broken = broken_rows(connection, table)
    tally.rows += taken - before + len(broken)
    for _, why in broken:
        tally.refused[why] += 1
    for why, count in connection.execute(
        "SELECT refused, count(*) FROM staging.rows WHERE rowid >= ? AND refused IS NOT NULL GROUP BY refused",
        [before],
    ).fetchall():
        tally.refused[why] += count
    if len(tally.examples) < SHOWN:
        tally.examples += _examples(connection, path.name, before, broken)


def _examples(connection: duckdb.DuckDBPyConnection, file: str, before: int, broken: list[tuple[int, str]]) -> list[Refused]:
    """The first refused rows of a file with their lines: the n-th row stands after the broken ones before it."""
    refused = connection.execute(
        "SELECT rowid - ?, refused FROM staging.rows WHERE rowid >= ? AND refused IS NOT NULL ORDER BY rowid LIMIT ?",
        [before, before, SHOWN],
    ).fetchall()
    lines = [line for line, _ in broken]
    examples = [Refused(file, line, why) for line, why in broken[:SHOWN]]
    for place, why in refused:
        line = place + 2
        for other in lines:
            if other > line:
                break
            line += 1
        examples.append(Refused(file, line, why))
    return sorted(examples, key=lambda one: one.line)[:SHOWN]


# -- merging, and writing the catalog


def _build(connection: duckdb.DuckDBPyConnection, progress: Progress | None) -> tuple[int, int]:
    """Merge what is the same recording and write the tables of the catalog; rows taken, and tracks made of them."""
    connection.execute("""
        CREATE TEMP TABLE doubled AS
            SELECT rowid AS row, song, uri, isrc, rowid AS track FROM staging.rows
            WHERE refused IS NULL AND (
                song IN (SELECT song FROM staging.rows WHERE refused IS NULL GROUP BY song HAVING count(*) > 1)
                OR uri IN (SELECT uri FROM staging.rows WHERE refused IS NULL GROUP BY uri HAVING count(*) > 1)
                OR isrc IN (SELECT isrc FROM staging.rows WHERE refused IS NULL GROUP BY isrc HAVING count(*) > 1)
            )
    """)
    # A track is the first row of a chain of rows, each sharing an id, an ISRC, or title and artist with another.
    before = None
    while (now := connection.execute("SELECT sum(track) FROM doubled").fetchone()) != before:
        before = now
        for key in ("song", "uri", "isrc"):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT * REPLACE (CASE WHEN {key} IS NULL THEN track "
                f"ELSE min(track) OVER (PARTITION BY {key}) END AS track) FROM doubled",
            )
    # The most popular row speaks first, then the earlier one; arg_min passes over what a row does not know.
    order = "((100 - coalesce(rows.popularity, -1)::BIGINT) << 40) + rows.rowid"
    best = ", ".join(f"arg_min(rows.{name}, {order}) AS {name}" for name in _FIELDS)
    (total,) = connection.execute("SELECT count(*) FROM staging.rows WHERE refused IS NULL").fetchone() or (0,)
    connection.execute(f"""
        CREATE TEMP TABLE joined AS
            SELECT * REPLACE (list_filter(genres, lambda one, nth: list_position(genres, one) = nth) AS genres)
            FROM (
                SELECT doubled.track, {best}, flatten(list(sets.genres ORDER BY rows.rowid)) AS genres
                FROM doubled JOIN staging.rows AS rows ON rows.rowid = doubled.row
                LEFT JOIN staging.sets AS sets ON sets.said = rows.genres GROUP BY doubled.track
            );
        INSERT INTO staging.rows BY NAME
            SELECT {", ".join(_FIELDS)}, array_to_string(genres, chr(31)) AS genres FROM joined ORDER BY track;
        INSERT INTO staging.sets SELECT array_to_string(genres, chr(31)) AS said, any_value(genres) FROM joined GROUP BY said;
        DROP TABLE joined;
    """)
    if progress:
        progress("writing the catalog", 0.0)
    connection.execute(
        "DELETE FROM staging.rows WHERE refused IS NOT NULL OR rowid IN (SELECT row FROM doubled); DROP TABLE doubled"
    )
    store.fill(connection, "staging.rows", "staging.sets", _canonical)
    connection.execute("CHECKPOINT")
    (tracks,) = connection.execute("SELECT count(*) FROM tracks").fetchone() or (0,)
    if progress:
        progress("writing the catalog", 1.0)
    return total, tracks


def _canonical(label: str) -> str:
    """The list's name of a genre, or the label in lower case."""
    known = genres.find(label)
    return known.name if known else " ".join(label.lower().split())


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, what: str, progress: Progress | None) -> None:
    """Run one long statement, and tell how far it is while it runs."""
    if progress is None:
        connection.execute(sql)
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            share = connection.query_progress()
            if share >= 0:  # −1: DuckDB cannot say yet
                progress(what, min(share / 100, 1.0))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        connection.execute(sql)
    finally:
        done.set()
        watcher.join()
    progress(what, 1.0)
