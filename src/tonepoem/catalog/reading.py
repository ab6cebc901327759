"""A track table read as a list of tracks, in its order, without a catalog being made of it."""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter or quoted

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tonepoem.catalog import store
from tonepoem.catalog.files import broken_rows, open_table
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Track


def read_table(path: Path) -> tuple[tuple[Track, ...], Mapping[str, int]]:
    """The tracks of a CSV, Parquet or JSON lines file by the rules of an import, and how many rows are none, by reason.

    Nothing is merged: a track that stands there twice comes twice.

    Raises:
        InputError: the file has no column for title and artists.
        CatalogError: the file cannot be read as a table.
    """
    refused: Counter[str] = Counter()
    tracks = []
    advice = "Give a table of tracks, such as Exportify's CSV."
    with store.translated(f"{path} cannot be read as a track table", advice), tempfile.TemporaryDirectory() as folder:
        connection = store.connect(None)
        try:
            table = open_table(connection, path, work=Path(folder) / "work.utf8")
            plain = [*store.PLAIN, "genres"]
            measured = [f"round({name})::INTEGER" if FEATURES[name].integer else name for name in FEATURES]
            cursor = connection.execute(
                f"SELECT refused, {', '.join([*plain, *measured])} "
                f"FROM (SELECT * REPLACE ({table.genres} AS genres) FROM ({table.query}))",
            )
            for why, *values in cursor.fetchall():
                if why:
                    refused[why] += 1
                    continue
                features = AudioFeatures.model_validate(dict(zip(FEATURES, values[len(plain) :], strict=True)))
                fields = dict(zip(plain, values, strict=False))
                tracks.append(Track(**fields, duration_ms=features.duration_ms, features=features))
            for _, why in broken_rows(connection, table):
                refused[why] += 1
        finally:
            connection.close()
    return tuple(tracks), refused
