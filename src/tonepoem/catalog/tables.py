"""Track tables that people bring: which column means what, and how its cells become a track's fields.

A column is known by its header, whatever the case and punctuation; the headers below are those of the 114-genre table, of
TidyTuesday's, of Exportify's old and new files, of the table of 175,000 tracks, and of this program's own export.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tonepoem.errors import InputError
from tonepoem.features import FEATURES

HEADERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "title": ("title", "track name", "name", "track", "song"),
        "artists": ("artists", "artist name s", "artist names", "track artist", "artist", "artist name"),
        "album": ("album", "album name", "track album name"),
        "year": ("year", "release year", "release date", "album release date", "track album release date"),
        "duration_ms": ("duration ms", "track duration ms", "duration s", "duration", "length", "duration seconds"),
        "explicit": ("explicit",),
        "isrc": ("isrc",),
        "uri": ("uri", "track uri", "spotify uri", "track id", "spotify id", "id"),
        "language": ("language",),
        "popularity": ("popularity", "track popularity"),
        "genres": ("genres", "artist genres", "track genre", "genre", "playlist subgenre", "playlist genre"),
        **{name: (name.replace("_", " "),) for name in FEATURES if name not in {"duration_ms", "popularity"}},
    },
)
"""For each field the headers it goes by, the first present one wins; of genres all that are present count."""

KINDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "Exportify": frozenset({"track name", "artist name s", "album name"}),
        "TidyTuesday": frozenset({"track name", "track artist", "playlist subgenre"}),
        "114 genres": frozenset({"track name", "artists", "track genre"}),
        "tonepoem": frozenset({"title", "artists", "duration ms", "isrc", "uri"}),
    },
)
"""Well-known tables by the headers that tell them."""

REQUIRED: Final = ("title", "artists")


def plain_header(text: str) -> str:
    """A header without case and punctuation: "Artist Name(s)" is "artist name s"."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold which fields.

    Attributes:
        kind: the name of a well-known table, or "table".
        of: the columns of each field that is present, as they are called in the table.
        seconds: whether durations are in seconds.
    """

    kind: str
    of: Mapping[str, tuple[str, ...]]
    seconds: bool = False


def recognise(headers: Sequence[str], given: Mapping[str, str], where: str) -> Columns:
    """Find the fields among a table's columns.

    Args:
        headers: the names of the columns.
        given: columns named by the user, by field.
        where: the file's name, for messages.

    Raises:
        InputError: a field or column that the user names does not exist, or title or artists cannot be found.
    """
    for field, column in given.items():
        if field not in HEADERS:
            raise InputError(f"There is no field “{field}”. Use one of {', '.join(HEADERS)}.")
        if column not in headers:
            raise InputError(f"{where} has no column “{column}”. It has {_some(headers)}.")
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(plain_header(header), header)
    found: dict[str, tuple[str, ...]] = {}
    for field, names in HEADERS.items():
        present = [by_name[name] for name in names if name in by_name]
        if field in given:
            found[field] = (given[field],)
        elif present:
            found[field] = tuple(present) if field == "genres" else (present[0],)
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        raise InputError(
            f"{where} has no column for {' and '.join(missing)}; it has {_some(headers)}. "
            f"Name it with --map {missing[0]}=COLUMN.",
        )
    kind = next((kind for kind, marks in KINDS.items() if marks <= by_name.keys()), "table")
    return Columns(kind, MappingProxyType(found))


def _some(headers: Sequence[str]) -> str:
    shown = ", ".join(f"“{header}”" for header in headers[:12])
    return shown + (f" and {len(headers) - 12:,} more" if len(headers) > 12 else "") if headers else "no columns"


# -- cells to fields, in SQL

_BLANKS: Final = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"
_NOTHING: Final = r"'[\s\x{A0}]*(|na|n/a|null|none|nan|undefined)[\s\x{A0}]*', 'i'"
"""What tables write where they have no number. A pattern: of each IN with so many values DuckDB would make a join."""


def quoted(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text, or a path, as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def _trimmed(x: str) -> str:
    """A text without blanks around it, or NULL: most cells have none, and trimming costs more than looking."""
    return f"CASE WHEN {_bare(x)} THEN {x} ELSE nullif(trim({x}, {_BLANKS}), '') END"


def _bare(x: str) -> str:
    """A quick test that is true only of texts that neither begin nor end with a blank."""
    return f"{x}[1] BETWEEN '!' AND '~' AND {x}[-1] BETWEEN '!' AND '~'"


def _listed(x: str, *, is_list: bool, commas: bool) -> str:
    """A list of names from a cell: a list already, a Python list's text, or names joined by ";" or ","."""
    if is_list:
        return _cleaned(f"{x}::VARCHAR[]")
    cell = f"coalesce({x}, '')"
    # Exportify joins by commas, and writes a comma that belongs to a name as "\,"
    by_comma = f"list_transform(string_split(replace({cell}, '\\,', chr(1)), ','), lambda a: replace(a, chr(1), ','))"
    joined = f"CASE WHEN contains({cell}, ';') THEN string_split({cell}, ';') ELSE {by_comma} END"
    split = joined if commas else f"string_split({cell}, ';')"
    names = (
        f"CASE WHEN {cell}[:2] IN ('[''', '[\"') AND {cell}[-1] = ']' "
        f"THEN list_transform(regexp_extract_all({cell}, '''[^'']*''|\"[^\"]*\"'), lambda a: a[2:-2]) "
        f"ELSE {split} END"
    )
    several = "".join(f" OR contains({x}, '{mark}')" for mark in (";," if commas else ";"))
    return f"CASE WHEN {_bare(x)} AND NOT ({x}[1] = '['{several}) THEN [{x}] ELSE {_cleaned(names)} END"


def _cleaned(names: str) -> str:
    return f"list_filter(list_transform({names}, lambda a: trim(a, {_BLANKS})), lambda a: a <> '')"


_CELL, _NAME = "chr(30)", "chr(31)"
"""What stands between cells, and between the names of one, in the text of all genres of a row."""


def genre_text(columns: Columns, lists: frozenset[str]) -> str:
    """SQL for all that a row says of genres, as one text: few rows say something that no other says."""
    cells = [
        f"coalesce(array_to_string({quoted(name)}, {_NAME}), '')" if name in lists else f"coalesce({quoted(name)}, '')"
        for name in columns.of.get("genres", ())
    ]
    return f" || {_CELL} || ".join(cells) or "''"


def genre_names(columns: Columns, lists: frozenset[str], text: str) -> str:
    """SQL for the list of genres that a text of :func:`genre_text` says."""
    names = []
    for place, name in enumerate(columns.of.get("genres", ()), 1):
        cell = f"string_split({text}, {_CELL})[{place}]"
        if name in lists:
            names.append(_cleaned(f"string_split({cell}, {_NAME})"))
        else:
            commas = columns.kind == "Exportify" or plain_header(name) == "artist genres"
            names.append(_listed(cell, is_list=False, commas=commas))
    return f"list_concat({', '.join(names)})" if len(names) > 1 else names[0] if names else "[]::VARCHAR[]"


def select(columns: Columns, lists: frozenset[str], source: str) -> str:
    """SQL that reads a table's text cells as the fields of a track, and ``refused``: NULL, or why the row is not taken.

    The genres are one text, see :func:`genre_names`.

    Args:
        columns: which column is what.
        lists: the columns that hold lists instead of text.
        source: the table in SQL.
    """
    read = _plain_fields(columns, lists)
    kept: dict[str, str] = {name: name for name in read}
    reasons = [("title IS NULL", "no title"), ("len(artists) = 0", "no artist")]
    for name, feature in FEATURES.items():
        if name not in columns.of:
            kept[name] = "NULL"
            continue
        cell = quoted(columns.of[name][0])
        number = f"number_{name}"
        read[number] = f"try_cast({cell} AS DOUBLE)"
        read[f"cell_{name}"] = cell
        if name == "duration_ms":
            minutes = f"try_cast(regexp_extract({cell}, '^([0-9]+):[0-9]{{2}}$', 1) AS DOUBLE)"
            clock = f"{minutes} * 60000 + try_cast(right({cell}, 2) AS DOUBLE) * 1000"
            read[number] = f"coalesce({read[number]} * {1000 if columns.seconds else 1}, {clock})"
        else:
            nothing = f"regexp_full_match(cell_{name}, {_NOTHING})"
            wrong = f"{number} IS NULL AND cell_{name} IS NOT NULL AND NOT {nothing}"
            reasons.append((wrong, f"{name} is not a number"))
        low, high = feature.low, feature.high
        kept[name] = f"CASE WHEN {number} BETWEEN {low} AND {high} THEN {number} END"
        if name == "loudness":
            kept[name] = f"CASE WHEN {number} BETWEEN -100 AND 100 THEN least(greatest({number}, {low}), {high}) END"
        if name not in _FORGIVING:
            reasons.append((f"NOT {number} BETWEEN {low} AND {high} AND NOT isnan({number})", f"{name} is out of range"))
    cases = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in reasons)
    inner = ", ".join(f"{sql} AS {name}" for name, sql in read.items())
    outer = ", ".join(f"{sql} AS {name}" for name, sql in kept.items())
    return f"SELECT {outer}, CASE {cases} END AS refused FROM (SELECT {inner} FROM {source})"  # noqa: S608 - see quoted()


_FORGIVING: Final = frozenset({"tempo", "key", "mode", "time_signature", "duration_ms", "loudness"})
"""Features whose odd values are no reason to refuse a row.

Analyses write 0 BPM, key −1 and 0 beats a bar where they found none: unknown. Loudness passes 0 dB on loud masters, and
is held there. A share outside 0 to 1, though, is no share at all.
"""


def _plain_fields(columns: Columns, lists: frozenset[str]) -> dict[str, str]:
    """Expressions for the fields that are no features, by name."""

    def cell(field: str) -> str | None:
        return quoted(columns.of[field][0]) if field in columns.of else None

    sql = {name: _trimmed(x) if (x := cell(name)) else "NULL" for name in ("title", "album", "language")}
    artists = columns.of["artists"][0]
    sql["artists"] = _listed(quoted(artists), is_list=artists in lists, commas=columns.kind == "Exportify")
    sql["genres"] = genre_text(columns, lists)
    sql["year"] = sql["explicit"] = sql["isrc"] = sql["uri"] = "NULL"
    if x := cell("year"):
        year = f"coalesce(try_cast(left({x}, 4) AS SMALLINT), try_cast(regexp_extract({x}, '[12][0-9]{{3}}') AS SMALLINT))"
        sql["year"] = f"CASE WHEN {year} BETWEEN 1000 AND 2200 THEN {year} END"
    if x := cell("explicit"):
        sql["explicit"] = (
            f"CASE WHEN regexp_full_match({x}, 'true|1|t|yes|1[.]0', 'i') THEN true "
            f"WHEN regexp_full_match({x}, 'false|0|f|no|0[.]0', 'i') THEN false END"
        )
    if x := cell("isrc"):
        code = f"upper(replace(trim({x}), '-', ''))"
        sql["isrc"] = f"CASE WHEN regexp_full_match({code}, '[A-Z]{{2}}[A-Z0-9]{{3}}[0-9]{{7}}') THEN {code} END"
    if x := cell("uri"):
        bare = f"nullif(regexp_extract({x}, '(?:^|:track:|/track/)([A-Za-z0-9]{{22}})(?:[?].*)?$', 1), '')"
        usual = f"regexp_full_match({x}, '(?:spotify:track:)?[A-Za-z0-9]{{22}}')"
        sql["uri"] = f"'spotify:track:' || CASE WHEN {usual} THEN right({x}, 22) ELSE {bare} END"
    return sql
