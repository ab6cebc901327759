"""Build hook: turns the starter catalog's reviewable text files into what the wheel carries.

That is a Parquet file, and the names of the artists in a text file, which is quick to read.

Run as a script, it does the same in the checkout: ``python hatch_build.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

DATA = Path(__file__).parent / "src" / "tonepoem" / "data"

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
    """Write ``target`` from every ``*.tsv`` in ``source``, whole or not at all, and next to it the artists' names."""
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
    target.with_name(f"{target.stem}_artists.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    partial.replace(target)


class StarterCatalog(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Builds the starter catalog before hatchling collects the files of a wheel, editable ones included."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Called by hatchling before each build."""
        build_starter()


if __name__ == "__main__":
    build_starter()
