"""Tracks and catalogs for tests."""

from __future__ import annotations

import json
from typing import Any

from tonepoem.catalog import Catalog, store
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Candidate, Track


def track(title: str = "Song", artist: str = "Artist", **fields: Any) -> Track:
    """A track; keyword arguments that name features go into its features."""
    features = {name: fields[name] for name in FEATURES if name in fields}
    plain = {name: value for name, value in fields.items() if name not in FEATURES or name == "duration_ms"}
    return Track(title=title, artists=plain.pop("artists", (artist,)), features=AudioFeatures(**features), **plain)


def candidate(title: str = "Song", artist: str = "Artist", score: float = 0.8, **fields: Any) -> Candidate:
    return Candidate(track=track(title, artist, **fields), score=score)


def catalog_of(tracks: list[Track]) -> Catalog:
    """A catalog in memory that holds these tracks."""
    connection = store.connect(None)
    plain = [f"{name} {kind}" for name, kind in store.PLAIN.items()]
    measured = [f"{name} {kind}" for name, kind in store.FEATURE_TYPES.items()]
    connection.execute(f"CREATE TABLE rows ({', '.join([*plain, *measured, 'genres VARCHAR[]'])})")
    marks = ", ".join("?" * (len(plain) + len(measured) + 1))
    values: list[Any] = []
    for one in tracks:
        fields = one.model_dump()
        plain_values = (fields[name] for name in store.PLAIN)
        values += [list(value) if isinstance(value, tuple) else value for value in plain_values]
        values += [fields["features"][name] for name in FEATURES]
        values.append(list(one.genres))
    if tracks:
        connection.execute(f"INSERT INTO rows VALUES {', '.join([f'({marks})'] * len(tracks))}", values)
    store.fill(connection, "rows")
    connection.execute("DROP TABLE rows")
    return Catalog(connection, None)


def lines(tracks: list[Track]) -> str:
    """Tracks as JSON lines."""
    return "".join(json.dumps({**one.model_dump(exclude={"features"}), **one.features.voiced()}) + "\n" for one in tracks)
