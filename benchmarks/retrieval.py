"""Does what the catalog finds belong under the words? Measured on real playlists, which are read and never kept.

    python -m benchmarks.retrieval TABLE.csv PLAYLISTS.csv [--read truth]

The table tells for each track which playlists it is in. The catalog is made of it; the name of a playlist is read as a
description; counted is which share of the first 25 tracks are by an artist that is in that playlist. Printed as a
multiple of what a random choice reaches, for the table with and without its columns of genres, and for readings by the
shipped model or, to tell the choosing from the reading, by the playlist's true mean features.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.measuring import Figure, markdown
from tonepoem import selection
from tonepoem.catalog import Catalog, import_files
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Reading

NAMED = [name for name in FEATURES if name not in {"duration_ms", "key", "mode", "time_signature", "popularity"}]
Reader = Callable[[str], Reading]


def by_truth(rows: Iterable[dict[str, str]]) -> Reader:
    """Readings that know the playlist's mean features."""
    truth = {row["text"]: row for row in rows}

    def read(name: str) -> Reading:
        features = {feature: FEATURES[feature].aim(float(truth[name][feature])) for feature in NAMED}
        confidence = dict.fromkeys(features, 0.8)
        return Reading(description=name, features=AudioFeatures.model_validate(features), confidence=confidence)

    return read


def by_model() -> Reader:
    """Readings as the program makes them: the shipped model, and rules for wishes and for genres that are called by name."""
    from tonepoem.parts import Parts
    from tonepoem.settings import Settings

    parts = Parts(Settings.load())
    return lambda name: next(parts.listen_all([name]))


def without_genres(table: Path, target: Path) -> Path:
    """A copy of the table without the columns that name genres."""
    with table.open(encoding="utf-8-sig", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        reader = csv.DictReader(file)
        kept = [name for name in reader.fieldnames or () if "genre" not in name]
        writer = csv.DictWriter(out, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(reader)
    return target


def hits(catalog: Catalog, read: Reader, names: list[str], members: dict[str, set[str]], *, variety: float) -> float:
    shares = []
    for name in names:
        chosen = selection.choose(catalog.find(read(name), 400), length=25, variety=variety)
        shares.append(sum(one.track.artists[0] in members[name] for one in chosen) / 25)
    return statistics.fmean(shares)


def measure(work: Path, table: Path, bench: Path, reader: str, count: int) -> list[Figure]:
    """What share of chosen tracks belongs under the words, as a multiple of what a random choice reaches."""
    members: dict[str, set[str]] = defaultdict(set)
    artists: dict[str, str] = {}
    with table.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            members[row["playlist_name"]].add(row["track_artist"])
            artists[row["track_id"]] = row["track_artist"]
    with bench.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["text"] in members]
    names = [row["text"] for row in rows][:count]
    chance = statistics.fmean(sum(artist in members[name] for artist in artists.values()) / len(artists) for name in names)
    read = by_truth(rows) if reader == "truth" else by_model()
    what = f"first 25 tracks for {len(names)} playlists of {len(artists):,} tracks, read by {reader}"
    figures = []
    for label, source in (("without genres", without_genres(table, work / "bare.csv")), ("with genres", table)):
        target = work / f"{label}.duckdb"
        import_files(target, [source])
        with Catalog.open(target) as catalog:
            for variety in (0.0, selection.VARIETY):
                share = hits(catalog, read, names, members, variety=variety)
                figures.append(Figure(what, f"{label}, variety {variety:.2f}", "times chance", (share / chance,)))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path, help="tracks with playlist_name and track_artist, one row a playlist")
    parser.add_argument("bench", type=Path, help="playlists with their mean features, in the column text their name")
    parser.add_argument("--read", choices=["truth", "model"], default="model")
    parser.add_argument("--names", type=int, default=60, help="so many playlists, the longest first")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tonepoem-") as folder:
        print(markdown(measure(Path(folder), options.table, options.bench, options.read, options.names)))


if __name__ == "__main__":
    main()
