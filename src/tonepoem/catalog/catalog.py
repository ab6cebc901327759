"""The catalog as its users see it."""

# ruff: noqa: S608 - SQL is put together from names in this package; what comes from outside is a parameter

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final, Self

from tonepoem import genres, kinship
from tonepoem.catalog import store
from tonepoem.catalog.matching import GENRE_WEIGHT, Aim, Scale, miss, prior_scale, score
from tonepoem.catalog.recognition import recognised
from tonepoem.catalog.survey import CatalogInfo, export, survey
from tonepoem.catalog.walls import bits, walls
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Candidate, Reading, Track

if TYPE_CHECKING:
    import duckdb

FEW: Final = 30
"""Below so many known values of a feature its scale is popular music's, not the catalog's."""

LARGE: Final = 20_000
"""Tracks from which on the whole of what was found is fetched by a join."""
LIKE_CONFIDENCE: Final = 0.7
"""Confidence in features that are taken from the tracks of an artist whose sound is wanted."""


class Catalog:
    """Tracks to choose from. Open it with :meth:`open`; safe to share between threads.

    Attributes:
        name: what to call it as a source of tracks.
        path: its file; None for the starter catalog.
    """

    name: str = "catalog"

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Open a catalog file, or the starter catalog if no path is given.

        Raises:
            CatalogError: there is no such file, it is damaged, or written by another version.
        """
        if path is None:
            return cls(store.open_starter(), None)
        return cls(store.open_file(Path(path)), Path(path))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._size

    def find(self, reading: Reading, limit: int = 400) -> tuple[Candidate, ...]:
        """The tracks nearest to a reading, best first.

        The constraints of the reading are walls: a track that breaks one, or of which it is unknown, is not offered.
        Distance and score are those of :mod:`tonepoem.catalog.matching`.

        Args:
            reading: what was heard.
            limit: at most so many tracks.

        Raises:
            CatalogError: the catalog's file is damaged.
        """
        distances = self._nearest(reading, limit)
        tracks = self._fetch(list(distances))
        return tuple(Candidate(track=tracks[row], score=score(distance)) for row, distance in distances.items())

    def _nearest(self, reading: Reading, limit: int) -> dict[int, float]:
        """The rows nearest to a reading with their distances, best first."""
        aim = Aim.at(self._with_likeness(reading), self._scales)
        condition, values = walls(reading.constraints, self._spelled, lambda: self._sets)
        parameters: dict[str, Any] = {**aim.parameters(), **values, "limit": limit}
        near = ""
        if aim.genres:
            near = ", (SELECT $far::FLOAT[] AS far) AS near"
            parameters["far"] = [9 * GENRE_WEIGHT * off * off for off in self._misses(aim.genres)]
        found = self._rows(
            f"SELECT tracks.rowid, ({aim.sql()})::FLOAT AS distance FROM tracks{near} "
            f"WHERE {condition} ORDER BY distance, tracks.rowid LIMIT $limit",
            parameters,
        )
        return dict(found)

    def rank(self, reading: Reading, tracks: Iterable[Track]) -> tuple[Candidate, ...]:
        """Tracks from elsewhere in the order of the same distance as in :meth:`find`, best first.

        The constraints are not applied.
        """
        aim = Aim.at(self._with_likeness(reading), self._scales)
        tracks = tuple(tracks)
        typical = self._misses(aim.genres)[0] if aim.genres else None
        ranked = []
        for place, track in enumerate(tracks):
            off = miss(aim.genres, track.genres) if aim.genres else None
            ranked.append((aim.distance(track.features, typical if off is None else off), place))
        return tuple(Candidate(track=tracks[place], score=score(distance)) for distance, place in sorted(ranked))

    def recognise(self, tracks: Iterable[Track]) -> tuple[Track | None, ...]:
        """For each track the same recording in the catalog, by address, ISRC, or title and artist; None where it is not."""
        rows = recognised(tuple(tracks), self._rows, self._spelled)
        known = self._fetch([row for row in rows if row is not None])
        return tuple(None if row is None else known[row] for row in rows)

    @cached_property
    def _artists(self) -> tuple[str, ...]:
        rows = self._rows("SELECT name FROM (SELECT unnest(artists) AS name FROM tracks) GROUP BY name ORDER BY name")
        return tuple(name for (name,) in rows)

    def artists(self) -> tuple[str, ...]:
        """The names of all artists, guests included, in alphabetical order."""
        return self._artists

    @cached_property
    def checksum(self) -> str:
        """A checksum of all tracks with their features and genres: the same for the same content in any order."""
        plain = [f"coalesce({name}::VARCHAR, '')" for name in (*store.PLAIN, *FEATURES, "genres")]
        ((count, total),) = self._rows(
            f"SELECT count(*), sum(md5_number_lower(concat_ws(chr(31), {', '.join(plain)}))::HUGEINT) "
            "FROM tracks LEFT JOIN genre_sets ON id = genre_set"
        )
        return hashlib.sha256(f"{count} {total}".encode()).hexdigest()

    def info(self) -> CatalogInfo:
        """What is in the catalog: counts, decades, genres, languages, a histogram of each feature."""
        return survey(self._rows, self.path)

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write every track to a file; its columns are the fields of a track, lists joined by ";".

        Args:
            path: ends in .csv or .parquet.

        Raises:
            InputError: the ending is not known.
            OutputError: the file cannot be written; what was there is unharmed.
        """
        cursor = self._connection.cursor()
        try:
            export(cursor.execute, Path(path))
        finally:
            cursor.close()

    # -- what matching needs to know of the catalog, asked once

    @cached_property
    def _scales(self) -> Mapping[str, Scale]:
        scales = {}
        for name, mean, spread, known in store.scales(self._rows("SELECT * FROM scales")[0]):
            usual = prior_scale(name)
            # A catalog of one style would blow its small differences up without bound.
            scales[name] = Scale(mean, max(spread, 0.3 * usual.spread)) if known >= FEW else usual
        return scales

    @cached_property
    def _size(self) -> int:
        ((count,),) = self._rows("SELECT count(*) FROM tracks")
        return int(count)

    @cached_property
    def _sets(self) -> tuple[tuple[str, ...], ...]:
        """The sets of genres in the order of their numbers; number 0 is that of a track without any."""
        one: dict[str, str] = {}  # each label once in memory, however many sets it is in
        rows = self._rows("SELECT genres FROM genre_sets ORDER BY id")
        return ((), *(tuple(one.setdefault(label, label) for label in labels) for (labels,) in rows))

    def _misses(self, wanted: tuple[str, ...]) -> list[float]:
        """For each set of genres 1 − affinity, at its best; the mean of all where nothing can be said, as of set 0."""
        near = {label: kinship.affinity(wanted, label) for label in dict.fromkeys(chain.from_iterable(self._sets))}
        best = [max((value for label in own if (value := near[label]) is not None), default=None) for own in self._sets]
        misses = [None if value is None else 1 - value for value in best]
        known = [off for off in misses if off is not None]
        typical = fmean(known) if known else 1.0
        return [typical if off is None else off for off in misses]

    def _spelled(self, names: Iterable[str]) -> list[str]:
        """The spellings in which these artists stand in the catalog."""
        wanted = {genres.fold(name) for name in names}
        return [name for name, folded in self._folded_artists if folded in wanted]

    @cached_property
    def _folded_artists(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, genres.fold(name)) for name in self.artists())

    def _with_likeness(self, reading: Reading) -> Reading:
        """The reading with the sound of the artists it names as examples, where the words say nothing else."""
        spelled = self._spelled(reading.constraints.like_artists) if reading.constraints.like_artists else []
        if not spelled:
            return reading
        own = [name for name in FEATURES if name not in {"key", "mode", "time_signature", "duration_ms", "popularity"}]
        row, *_ = self._rows(
            f"SELECT {', '.join(f'avg({name})' for name in own)} FROM tracks WHERE list_has_any(artists, $names)",
            {"names": spelled},
        )
        sound = {name: value for name, value in zip(own, row, strict=True) if value is not None}
        numbers = self._rows("SELECT genre_set FROM tracks WHERE list_has_any(artists, $names)", {"names": spelled})
        counts = Counter(label for (number,) in numbers for label in self._sets[number])
        usual = sorted(counts, key=lambda label: (-counts[label], label))[:3]
        voiced = reading.features.voiced()
        return reading.model_copy(
            update={
                "features": AudioFeatures.model_validate({**sound, **voiced}),
                "confidence": {**dict.fromkeys(sound, LIKE_CONFIDENCE), **reading.confidence},
                "genres": tuple(dict.fromkeys((*usual, *reading.genres))),
            },
        )

    # -- rows
    #
    # What is asked for each reading goes without joins and grouping: sets come as bits and lists, looked up by number.
    # DuckDB keeps some 250 bytes of each block of memory that such a query has used, 16 blocks a join, until tens of
    # thousands of them are gathered in each of several queues: the process would grow by 40 MB before that levels off.
    # Beside a catalog of LARGE and more tracks that is little, and there one join saves most of the time of fetching.

    def _readable(self) -> AbstractContextManager[None]:
        where = str(self.path) if self.path else "The starter catalog"
        advice = "Import your tables again." if self.path else "Install tonepoem again."
        return store.translated(f"{where} cannot be read", advice)

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._readable():
            cursor = self._connection.cursor()  # a connection of its own: threads do not wait for each other
            try:
                return cursor.execute(sql, parameters).fetchall()
            finally:
                cursor.close()

    def _fetch(self, rows: list[int]) -> dict[int, Track]:
        if not rows:
            return {}
        plain = list(store.PLAIN)
        # FLOAT holds 0.85 as 0.8500000238: four places are what was meant
        measured = [name if feature.integer else f"round({name}::DOUBLE, 4)" for name, feature in FEATURES.items()]
        columns = ", ".join([*plain, *measured])
        # A join skips what holds none of the rows, which pays in a large catalog.
        where, wanted = (
            ("get_bit($wanted::BIT, rowid::INTEGER) = 1", bits(rows, self._size))
            if self._size < LARGE
            else ("rowid IN (SELECT unnest($wanted::BIGINT[]))", rows)
        )
        table = self._rows(f"SELECT rowid, genre_set, {columns} FROM tracks WHERE {where}", {"wanted": wanted})
        with self._readable():
            return {
                row: _track(dict(zip(plain, values, strict=False)), self._sets[number], values[len(plain) :])
                for row, number, *values in table
            }


def _track(plain: dict[str, Any], labels: tuple[str, ...], measured: list[float | None]) -> Track:
    features = AudioFeatures.model_validate(dict(zip(FEATURES, measured, strict=True)))
    return Track(**plain, genres=labels, duration_ms=features.duration_ms, features=features)
