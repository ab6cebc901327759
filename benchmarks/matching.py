"""How fast the catalog answers: matching against NumPy and scikit-learn, import, cold start.

    python benchmarks/matching.py [--rows 10000000] [--work FOLDER] [--table REAL.csv]

Rows are synthetic. Everything runs in one process after another on the same machine; times are the best of several warm
runs, in seconds. NumPy does the same arithmetic on the same columns in memory; scikit-learn looks for the nearest
neighbours on the four columns alone, without genres or filter. Needs the extra ``test`` and scikit-learn.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FEATURES = {"energy": 0.3, "valence": 0.4, "acousticness": 0.7, "tempo": 100.0}
GENRES = ("folk", "singer-songwriter")
YEARS = (1990, 1999)
LIMIT = 300


def best(work: Callable[[], Any], times: int = 7) -> float:
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spans.append(time.perf_counter() - start)
    return min(spans)


def memory() -> float:
    """The process's greatest resident memory so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def make_csv(path: Path, rows: int) -> None:
    """A table like the one of 114 genres, of random tracks."""
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


def in_own_process(part: str, *arguments: object) -> None:
    """Run a part of this file by itself, so that its memory is its own."""
    subprocess.run([sys.executable, __file__, "--part", part, *map(str, arguments)], check=True)


def part_import(source: str, target: str) -> None:
    from tonepoem.catalog import import_files

    start = time.perf_counter()
    report = import_files(target, [source])
    span = time.perf_counter() - start
    size = Path(target).stat().st_size / (1 << 20)
    print(
        f"import      {report.rows:>11,} rows in {span:6.1f} s = {report.rows / span:>9,.0f} rows/s, "
        f"{report.tracks:,} tracks, {size:,.0f} MB on disk, {memory():,.0f} MB of memory",
    )


def reading() -> Any:
    from tonepoem.features import AudioFeatures
    from tonepoem.playlist import Constraints, Reading

    return Reading(
        description="benchmark",
        features=AudioFeatures(**FEATURES),
        confidence=dict.fromkeys(FEATURES, 0.8),
        genres=GENRES,
        constraints=Constraints(years=YEARS),
    )


def part_match(target: str) -> None:
    from tonepoem.catalog import Catalog

    asked = reading()
    with Catalog.open(target) as catalog:
        found = catalog.find(asked, LIMIT)
        span = best(lambda: catalog.find(asked, LIMIT))
        rows = len(catalog)
    print(f"find        {rows:>11,} rows: {span:.3f} s, {memory():,.0f} MB of memory; best score {found[0].score:.3f}")


def part_numpy(target: str) -> None:
    import duckdb
    import numpy as np

    from tonepoem import genres
    from tonepoem.catalog import Catalog
    from tonepoem.catalog.matching import GENRE_WEIGHT, Aim

    with Catalog.open(target) as catalog:
        aim = Aim.at(reading(), catalog._scales)
    connection = duckdb.connect(target, read_only=True)
    names = [*FEATURES, "popularity", "year", "genre_set"]
    columns = connection.execute(f"SELECT {', '.join(names)} FROM tracks").fetchnumpy()
    columns = {name: np.ascontiguousarray(columns[name]) for name in names}
    sets = connection.execute("SELECT id, genres FROM genre_sets ORDER BY id").fetchall()
    miss = np.ones(len(sets) + 1, np.float32)
    for number, labels in sets:
        miss[number] = 1 - max(genres.affinity(aim.genres, label) or 0 for label in labels)

    columns["octave"] = (np.log2(columns.pop("tempo")) % 1).astype(np.float32)
    far = (GENRE_WEIGHT * (3 * miss) ** 2).astype(np.float32)

    def work() -> Any:
        total = far[columns["genre_set"]]
        for term in aim.terms:
            if term.prior:
                total += np.float32(term.weight / 50) * (100 - columns["popularity"].astype(np.float32))
                continue
            if term.name == "tempo":
                off = 0.5 - abs(abs(columns["octave"] - np.float32(term.target)) - np.float32(0.5))
            elif term.name == "acousticness":
                off = np.sqrt(columns["acousticness"]) - np.float32(term.target)
            else:
                off = columns[term.name] - np.float32(term.target)
            total += np.float32(term.weight / term.spread**2) * off * off
        total[(columns["year"] < YEARS[0]) | (columns["year"] > YEARS[1])] = np.inf
        nearest = np.argpartition(total, LIMIT)[:LIMIT]
        return nearest[np.argsort(total[nearest])]

    print(f"NumPy       {len(columns['year']):>11,} rows: {best(work):.3f} s, the same arithmetic in memory")


def part_sklearn(target: str) -> None:
    import duckdb
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    fetched = duckdb.connect(target, read_only=True).execute(f"SELECT {', '.join(FEATURES)} FROM tracks").fetchnumpy()
    matrix = np.column_stack([fetched[name] for name in FEATURES]).astype(np.float32)
    matrix /= matrix.std(axis=0)
    model = NearestNeighbors(n_neighbors=LIMIT, algorithm="brute", n_jobs=-1).fit(matrix)
    query = matrix[:1]
    print(f"scikit-learn{len(matrix):>11,} rows: {best(lambda: model.kneighbors(query)):.3f} s, four columns alone")


COLD = """
import time
start = time.perf_counter()
from tonepoem.catalog import Catalog
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Reading
between = time.perf_counter()
reading = Reading(description="x", features=AudioFeatures(energy=0.3, acousticness=0.7), genres=("folk", "acoustic pop"))
Catalog.open().find(reading, 300)
print(f"{between - start:.3f} {time.perf_counter() - between:.3f}")
"""


def cold() -> None:
    spans = [
        [
            float(x)
            for x in subprocess.run([sys.executable, "-c", COLD], check=True, capture_output=True, text=True).stdout.split()
        ]
        for _ in range(5)
    ]
    loading, matching = (min(column) for column in zip(*spans, strict=True))
    print(f"cold start  starter catalog: {loading:.3f} s for the imports, {matching:.3f} s to load and match")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path, help="a folder for the files, kept; some 4 GB for 10 million rows")
    parser.add_argument("--table", type=Path, help="a real table to import twice")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        name, *arguments = options.part
        globals()[f"part_{name}"](*arguments)
        return
    with tempfile.TemporaryDirectory(prefix="tonepoem-") as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        cold()
        if options.table:
            in_own_process("import", options.table, work / "real.duckdb")
            in_own_process("import", options.table, work / "real.duckdb")
        for rows in sorted({100_000, 1_000_000, options.rows}):
            source, target = work / f"{rows}.csv", work / f"{rows}.duckdb"
            if not target.exists():
                make_csv(source, rows)
                in_own_process("import", source, target)
                source.unlink()
            in_own_process("match", target)
        in_own_process("numpy", target)
        in_own_process("sklearn", target)


if __name__ == "__main__":
    main()
