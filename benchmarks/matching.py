"""The catalog: finding the nearest tracks beside NumPy, pandas and scikit-learn, and bringing a table in.

Tracks are synthetic. Asked for are 300 tracks of ten years, near four features and two genres. NumPy and pandas hold the
columns in memory and do the same arithmetic on one thread; that they find the same tracks is checked. They say which rows,
tonepoem also fetches the whole tracks, and says for comparison how long the rows alone take. scikit-learn looks
for the nearest neighbours in the four columns alone, without genres, popularity and years, on all cores. The catalog
reads its columns from a file, on all cores, and returns whole tracks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, apart, clock, compared, contest

FEATURES = {"energy": 0.3, "valence": 0.4, "acousticness": 0.7, "tempo": 100.0}
GENRES = ("folk", "singer-songwriter")
YEARS = (1990, 1999)
LIMIT = 300
CALLS = 3
IMPORTS = 3
"""A table is brought in at most so often: it takes long, and varies little."""

Numbers = list[int]
"""Found tracks by the numbers in their titles, best first."""


def measure(work: Path, rows: int, turns: int) -> list[Figure]:
    """Time and memory of an import, and of finding."""
    source, target = work / f"{rows}.csv", work / f"{rows}.duckdb"
    apart(make_csv, source, rows)
    rates, peaks, sizes = [], [], []
    for _ in range(min(turns, IMPORTS)):
        target.unlink(missing_ok=True)
        seconds, peak = apart(bring, source, target)
        rates.append(rows / seconds)
        peaks.append(peak)
        sizes.append(target.stat().st_size / (1 << 20))
    what = f"import of {rows:,} tracks"
    figures = [
        Figure(what, "tonepoem", "tracks/s", tuple(rates)),
        Figure(f"memory, {what}", "tonepoem", "MB", tuple(peaks)),
        Figure(f"catalog of {rows:,} tracks on disk", "tonepoem", "MB", tuple(sizes)),
    ]
    source.unlink()
    contenders = [who for who, (needs, _) in CONTENDERS.items() if find_spec(needs)]
    figures += apart(_race, target, contenders, turns)[0]
    held = {who: [apart(_once, who, target)[1]] for who in contenders}
    figures += compared(f"memory, finding among {rows:,} tracks", "MB", held)
    target.unlink()
    return figures


def make_csv(path: Path, rows: int) -> None:
    """A table like the one of 114 genres, of random tracks whose titles end in their numbers."""
    import duckdb

    labels = "'acoustic','afrobeat','techno','rock','pop','k-pop','death-metal','sleep','r-n-b','hip-hop','folk','jazz'"
    duckdb.execute(
        f"""
        COPY (
            SELECT left(md5(i::VARCHAR), 22) AS track_id,
                'Artist ' || hash(i) % 600000 || CASE WHEN i % 5 = 0 THEN ';Guest ' || i % 10000 ELSE '' END AS artists,
                'Album ' || i % 2000000 AS album_name, 'Title of the song ' || i AS track_name,
                (random() * 100)::INTEGER AS popularity, (60000 + random() * 300000)::INTEGER AS duration_ms,
                CASE WHEN random() < 0.1 THEN 'TRUE' ELSE 'FALSE' END AS explicit,
                round(random(), 3) AS danceability, round(random(), 3) AS energy, (random() * 11)::INTEGER AS key,
                round(-random() * 30, 3) AS loudness, (random() > 0.4)::INTEGER AS mode,
                round(random() * random(), 4) AS speechiness, round(random() * random(), 5) AS acousticness,
                CASE WHEN random() < 0.5 THEN 0 ELSE round(random(), 6) END AS instrumentalness,
                round(random() * random(), 4) AS liveness, round(random(), 3) AS valence,
                round(60 + random() * 120, 3) AS tempo, 4 AS time_signature,
                1950 + (random() * 75)::INTEGER || '-05-06' AS release_date,
                [{labels}][(hash(i) % 12 + 1)::INTEGER] || ';' || [{labels}][(hash(i + 7) % 12 + 1)::INTEGER] AS genres
            FROM range({rows}) AS t(i)
        ) TO '{path}' (HEADER)
        """,
    )


def bring(source: Path, target: Path) -> float:
    """Import a table; how many seconds that takes."""
    from tonepoem.catalog import import_files

    began = time.perf_counter()
    import_files(target, [source])
    return time.perf_counter() - began


def reading() -> Any:
    """What is asked for."""
    from tonepoem.features import AudioFeatures
    from tonepoem.playlist import Constraints, Reading

    return Reading(
        description="benchmark",
        features=AudioFeatures(**FEATURES),
        confidence=dict.fromkeys(FEATURES, 0.8),
        genres=GENRES,
        constraints=Constraints(years=YEARS),
    )


def ours(target: Path) -> Callable[[], Numbers]:
    """By the catalog."""
    from tonepoem.catalog import Catalog

    catalog, asked = Catalog.open(target), reading()
    return lambda: [int(one.track.title.rsplit(" ", 1)[1]) for one in catalog.find(asked, LIMIT)]


def ours_bare(target: Path) -> Callable[[], Numbers]:
    """By the catalog, which rows and no more, as the others."""
    from tonepoem.catalog import Catalog

    catalog, asked = Catalog.open(target), reading()
    numbers = columns_of(target)["number"]

    def run() -> Numbers:
        return numbers[list(catalog._nearest(asked, LIMIT))].tolist()

    return run


def columns_of(target: Path) -> dict[str, Any]:
    """The columns of a catalog that the arithmetic needs, and the numbers in the titles."""
    import numpy as np

    from tonepoem.catalog import store

    names = [*(name for name in FEATURES if name != "tempo"), "octave", "popularity", "year", "genre_set"]
    number = "regexp_extract(title, '[0-9]+$')::INTEGER AS number"
    with store.open_file(target) as connection:
        fetched = connection.execute(f"SELECT {', '.join(names)}, {number} FROM tracks").fetchnumpy()
    return {name: np.ascontiguousarray(column) for name, column in fetched.items()}


def arithmetic(target: Path) -> Callable[[Mapping[str, Any]], Any]:
    """The distance of tonepoem.catalog.matching over columns of NumPy or pandas."""
    import numpy as np

    from tonepoem.catalog import Catalog, store
    from tonepoem.catalog.matching import GENRE_WEIGHT, SKEWED, Aim, miss

    with Catalog.open(target) as catalog:
        aim = Aim.at(reading(), catalog._scales)
    with store.open_file(target) as connection:
        sets = connection.execute("SELECT id, genres FROM genre_sets").fetchall()
    far = np.zeros(len(sets) + 1, np.float32)
    for number, labels in sets:
        far[number] = GENRE_WEIGHT * (3 * (miss(aim.genres, labels) or 0)) ** 2

    def distances(columns: Mapping[str, Any]) -> Any:
        total = far[columns["genre_set"]]
        for term in aim.terms:
            target = np.float32(term.target)
            if term.prior:
                total = total + np.float32(term.weight / 50) * (100 - columns["popularity"].astype(np.float32))
                continue
            if term.name == "tempo":
                off = np.float32(0.5) - abs(abs(columns["octave"] - target) - np.float32(0.5))
            else:
                off = (np.sqrt(columns[term.name]) if term.name in SKEWED else columns[term.name]) - target
            total = total + np.float32(term.weight / term.spread**2) * off * off
        return total

    return distances


def by_numpy(target: Path) -> Callable[[], Numbers]:
    """By the same arithmetic in NumPy."""
    import numpy as np

    columns, distances = columns_of(target), arithmetic(target)

    def run() -> Numbers:
        inside = np.flatnonzero((columns["year"] >= YEARS[0]) & (columns["year"] <= YEARS[1]))
        kept = {name: column[inside] for name, column in columns.items()}
        total = distances(kept)
        some = min(LIMIT, len(total))
        nearest = np.argpartition(total, some - 1)[:some]
        return kept["number"][nearest[np.argsort(total[nearest])]].tolist()

    return run


def by_pandas(target: Path) -> Callable[[], Numbers]:
    """By the same arithmetic in pandas."""
    import pandas as pd

    frame, distances = pd.DataFrame(columns_of(target)), arithmetic(target)

    def run() -> Numbers:
        kept = frame[frame["year"].between(*YEARS)]
        return kept.assign(distance=distances(kept)).nsmallest(LIMIT, "distance")["number"].tolist()

    return run


def by_sklearn(target: Path) -> Callable[[], Any]:
    """The nearest neighbours in four columns, by scikit-learn."""
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    columns = columns_of(target)
    matrix = np.column_stack([columns["octave" if name == "tempo" else name] for name in FEATURES]).astype(np.float32)
    matrix /= matrix.std(axis=0)
    model = NearestNeighbors(n_neighbors=min(LIMIT, len(matrix)), algorithm="brute", n_jobs=-1).fit(matrix)
    return lambda: model.kneighbors(matrix[:1])


CONTENDERS: dict[str, tuple[str, Callable[[Path], Callable[[], Any]]]] = {
    "tonepoem": ("tonepoem", ours),
    "tonepoem, rows alone": ("tonepoem", ours_bare),
    "NumPy": ("numpy", by_numpy),
    "pandas": ("pandas", by_pandas),
    "scikit-learn, four columns": ("sklearn", by_sklearn),
}
"""Who finds, with the package that it takes: one that is not installed does not take part."""


def _race(target: Path, contenders: list[str], turns: int) -> list[Figure]:
    runs = {who: CONTENDERS[who][1](target) for who in contenders}
    expected = set(runs["tonepoem"]())
    for who in ("tonepoem, rows alone", "NumPy", "pandas"):
        if who in runs and len(expected ^ set(runs[who]())) > LIMIT // 50:  # float32 may order neighbours otherwise
            raise RuntimeError(f"{who} finds other tracks than the catalog does: its arithmetic is another one")
    rows = len(columns_of(target)["number"])
    return contest(f"nearest {LIMIT} of {rows:,} tracks", {who: clock(run, CALLS) for who, run in runs.items()}, turns)


def _once(who: str, target: Path) -> None:
    CONTENDERS[who][1](target)()
