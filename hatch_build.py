"""Build hook: turns reviewable text files into what the wheel carries, which is quick to read.

The starter catalog becomes a Parquet file; the spellings of its artists and those of genres become tables of their own.

Run as a script, it does the same in the checkout: ``python hatch_build.py``.
"""

# ruff: noqa: PLC0415 - the package can be imported once build() has said where it lies

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

SOURCE = Path(__file__).parent / "src"
DATA = SOURCE / "tonepoem" / "data"

SHARES = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness")

QUERY = f"""
COPY (
    SELECT
        title, artists, album, year::SMALLINT AS year, duration_s::INTEGER * 1000 AS duration_ms,
        explicit = '1' AS explicit, NULL::VARCHAR AS isrc, NULL::VARCHAR AS uri, language, genres,
        {", ".join(f"{name}::FLOAT AS {name}" for name in SHARES)},
        loudness::FLOAT AS loudness, tempo::FLOAT AS tempo,
        -- "F#m" is letter, accidental, mode: the pitch class counts semitones from C
        (instr('C D EF G A B', key[1]) - 1 + CASE key[2] WHEN '#' THEN 1 WHEN 'b' THEN 11 ELSE 0 END)::TINYINT % 12
            AS key,
        CASE WHEN ends_with(key, 'm') THEN 0 WHEN key IS NOT NULL THEN 1 END AS mode,
        time_signature::TINYINT AS time_signature, popularity::TINYINT AS popularity
    FROM read_csv($source, delim = '\t', quote = '', escape = '', header = true, all_varchar = true, nullstr = '')
    ORDER BY artists, year, title
) TO '{{target}}' (FORMAT parquet, COMPRESSION zstd)
"""  # noqa: S608 - every part stands in this file


def build_starter(source: Path = DATA / "starter", target: Path = DATA / "starter.parquet") -> None:
    """Write ``target`` from every ``*.tsv`` in ``source``, and next to it the spellings of the artists' names."""
    partial = target.with_suffix(".partial")
    with duckdb.connect() as connection:
        connection.execute(
            QUERY.format(target=str(partial).replace("'", "''")),
            {"source": [str(path) for path in sorted(source.glob("*.tsv"))]},
        )
        (names,) = connection.execute(
            "SELECT list_sort(list_distinct(flatten(list(string_split(artists, ';'))))) FROM read_parquet($parquet)",
            {"parquet": str(partial)},
        ).fetchone()
    from tonepoem.constraints import names as artists
    from tonepoem.spellings import write_spellings

    _write(target.with_name(f"{target.stem}_artists.tsv"), write_spellings(artists.spellings(names)))
    partial.replace(target)


def build_genres(target: Path = DATA / "genre_spellings.tsv") -> None:
    """Write the spellings of all genres, below the checksum of the list that they were made of."""
    from tonepoem import genres
    from tonepoem.spellings import write_spellings

    _write(target, (genres.checksum(), *write_spellings(genres.spellings())))


def build() -> None:
    """Write all of it."""
    sys.path.insert(0, str(SOURCE))  # the package makes its own tables; it is not installed while it is built
    build_starter()
    build_genres()


def _write(target: Path, lines: Iterable[str]) -> None:
    partial = target.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(target)


class ReadyMade(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Builds them before hatchling collects the files of a wheel, editable ones included."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Called by hatchling before each build."""
        build()


if __name__ == "__main__":
    build()
