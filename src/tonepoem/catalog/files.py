"""How DuckDB reads a file that somebody brings: CSV of any delimiter and encoding, Parquet, or JSON lines.

Whatever the format, what comes out is one query with the fields of a track; a file is never read as a whole here.
"""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter or quoted

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from tonepoem.catalog.tables import Columns, genre_names, literal, plain_header, quoted, recognise, select
from tonepoem.errors import InputError
from tonepoem.features import FEATURES

if TYPE_CHECKING:
    import duckdb

WIDEST: Final = 2_000
"""A table with more columns is no track table."""

_HEAD: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that can be read as tracks.

    Attributes:
        kind: the name of a well-known table, or "table".
        query: SQL with a row for each of the file's, in its order: the fields of a track, and ``refused``, which is NULL or
            why the row is not taken; ``genres`` is one text there.
        genres: SQL for the list of genres that is meant by the column ``genres`` of the query.
        notes_broken: whether rows that are none are noted while the query runs, see :func:`broken_rows`.
    """

    kind: str
    query: str
    genres: str
    notes_broken: bool


def open_table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    work: Path,
    given: Mapping[str, str] | None = None,
) -> TableFile:
    """Find out how a file is read as tracks.

    Args:
        connection: where the query will run.
        path: the file.
        work: where a copy in UTF-8 may be put, if the file is in another encoding; it is needed as long as the query runs.
        given: columns named by the user, by field.

    Raises:
        InputError: it has no column for title and artists, or is no table at all.
        duckdb.Error: it cannot be read.
    """
    source, headers, lists, notes_broken = _source(connection, path, work)
    columns = recognise(headers, given or {}, path.name)
    columns = replace(columns, seconds=_in_seconds(connection, source, columns))
    return TableFile(columns.kind, select(columns, lists, source), genre_names(columns, lists, "genres"), notes_broken)


def broken_rows(connection: duckdb.DuckDBPyConnection, table: TableFile) -> list[tuple[int, str]]:
    """Lines that were no rows when the table's query ran, with the reason; they are forgotten afterwards."""
    if not table.notes_broken:
        return []
    rows = connection.execute(
        "SELECT line, min(lower(error_type::VARCHAR)) FROM reject_errors GROUP BY line ORDER BY line",
    ).fetchall()
    connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    return [(line, f"broken row: {kind}") for line, kind in rows]


def _source(connection: duckdb.DuckDBPyConnection, path: Path, work: Path) -> tuple[str, list[str], frozenset[str], bool]:
    """How DuckDB reads a file: a table function, the columns, those that are lists, whether broken rows are noted."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    where = literal(path)
    if suffixes[-1:] == [".parquet"]:
        return (*_typed(connection, f"read_parquet({where})"), False)
    if set(suffixes) & {".jsonl", ".ndjson", ".json"}:
        options = "format = 'newline_delimited', ignore_errors = true, maximum_object_size = 16777216"
        return (*_typed(connection, f"read_json({where}, {options})"), False)
    encoding = _foreign_encoding(path)
    plain = _as_utf8(path, encoding, work) if encoding else path
    delimiter, headers = _sniff(plain, path.name)
    names = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in headers)
    source = (
        f"read_csv({literal(plain)}, delim = {literal(delimiter)}, quote = '\"', escape = '\"', header = true, "
        f"auto_detect = false, columns = {{{names}}}, ignore_errors = true, store_rejects = true, null_padding = false, "
        "strict_mode = false)"  # in strict mode a row of garbage can stop the whole file
    )
    return source, headers, frozenset(), True


def _typed(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[str, list[str], frozenset[str]]:
    """A typed source with every cell as text or a list of texts, so that one set of rules reads all formats."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    inner = []
    names, lists = [], set()
    for name, kind, *_ in described:
        if kind.startswith("STRUCT") and name == "features":
            for part in FEATURES:  # a track as this program writes it in JSON
                if f"{part} " in kind or f'"{part}" ' in kind:
                    inner.append(f"{quoted(name)}.{quoted(part)}::VARCHAR AS {quoted(part)}")
                    names.append(part)
            continue
        if kind.endswith("[]"):
            lists.add(name)
            inner.append(f"{quoted(name)}::VARCHAR[] AS {quoted(name)}")
        else:
            inner.append(f"{quoted(name)}::VARCHAR AS {quoted(name)}")
        names.append(name)
    return f"(SELECT {', '.join(inner)} FROM {source})", names, frozenset(lists)


def _open(path: Path) -> IO[bytes]:
    import gzip

    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def _foreign_encoding(path: Path) -> str | None:
    """The encoding of a CSV that is not UTF-8, from its beginning; rows of garbage do not make one."""
    with _open(path) as file:
        head = file.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    odd = []
    for line in head.split(b"\n")[: -1 if len(head) == _HEAD else None]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            odd.append(line)
    western = all(not line.translate(None, delete=_PRINTABLE) for line in odd)
    return "cp1252" if odd and western else None


_PRINTABLE: Final = bytes({*range(32, 256), *b"\t\r"} - {127, 0x81, 0x8D, 0x8F, 0x90, 0x9D})


def _as_utf8(path: Path, encoding: str, work: Path) -> Path:
    """A copy of a text file in UTF-8."""
    with _open(path) as file, work.open("w", encoding="utf-8", newline="") as out:
        reader = codecs.getreader(encoding)(file, "replace")
        while chunk := reader.read(_HEAD):
            out.write(chunk)
    return work


def _sniff(path: Path, name: str) -> tuple[str, list[str]]:
    """A CSV's delimiter and headers, from its beginning."""
    with _open(path) as file:
        head = file.read(_HEAD)
    text = head.decode("utf-8", errors="replace").removeprefix("\ufeff")
    first = text.split("\n", 1)[0].rstrip("\r")
    if "\x00" in first or (len(head) == _HEAD and "\n" not in text):
        raise InputError(f"{name} does not look like a table. Give a CSV, Parquet or JSON lines file.")
    rows = {mark: next(csv.reader([first], delimiter=mark), []) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(rows[mark]))
    headers = rows[delimiter]
    if len(headers) > WIDEST:
        raise InputError(f"{name} has {len(headers):,} columns; a track table has at most {WIDEST:,}. Keep those that matter.")
    seen: Counter[str] = Counter()
    unique = []
    for place, header in enumerate(headers):  # nameless and doubled columns get names of their own
        own = header.strip() or f"column {place}"
        seen[own.lower()] += 1
        unique.append(own if seen[own.lower()] == 1 else f"{own} ({place})")
    return delimiter, unique


def _in_seconds(connection: duckdb.DuckDBPyConnection, source: str, columns: Columns) -> bool:
    """Whether durations are in seconds: the header says, or they are too short for milliseconds."""
    if "duration_ms" not in columns.of:
        return False
    header = columns.of["duration_ms"][0]
    words = plain_header(header).split()
    if "ms" in words:
        return False
    if {"s", "sec", "secs", "seconds"} & set(words):
        return True
    (middle,) = connection.execute(
        f"SELECT median(value) FROM (SELECT try_cast({quoted(header)} AS DOUBLE) AS value FROM {source} LIMIT 2000)",
    ).fetchone() or (None,)
    return middle is not None and middle < 10_000
