"""The starter catalog's text files, row by row, and the Parquet file that is built from them."""

from __future__ import annotations

import csv
import importlib.util
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tonepoem import genres
from tonepoem.catalog import Catalog
from tonepoem.features import FEATURES
from tonepoem.selection import core_title

ROOT = Path(__file__).parent.parent
STARTER = ROOT / "src" / "tonepoem" / "data" / "starter"

if not STARTER.is_dir():
    pytest.skip("an installed package has only the Parquet file", allow_module_level=True)

COLUMNS = [
    *("title", "artists", "album", "year", "duration_s", "explicit", "language", "genres", "key", "tempo"),
    *("time_signature", "danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness"),
    *("liveness", "loudness", "popularity"),
]
SHARES = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness")
KEYS = {
    *("C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B"),
    *("Cm", "C#m", "Dbm", "Dm", "D#m", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Abm", "Am", "A#m", "Bbm", "Bm"),
}


def rows() -> list[dict[str, str]]:
    table = []
    for path in sorted(STARTER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            assert reader.fieldnames == COLUMNS, path.name
            table += [{**row, "file": path.name} for row in reader]
    return table


ROWS = rows()


def named(row: dict[str, str]) -> str:
    return f"{row['file']}: {row['title']} – {row['artists']}"


def wrong(test) -> list[str]:
    return [named(row) for row in ROWS if not test(row)]


def test_every_cell_is_there_and_clean():
    for row in ROWS:
        assert None not in row.values(), named(row)
        assert None not in row, named(row)
        for name, cell in row.items():
            assert cell == cell.strip(), (named(row), name)
            assert cell == unicodedata.normalize("NFC", cell), (named(row), name)
            assert cell or name == "key", (named(row), name)


def test_values_are_in_their_ranges():
    for row in ROWS:
        for name in SHARES:
            assert 0 <= float(row[name]) <= 1, (named(row), name)
        assert -40 <= float(row["loudness"]) <= 0, named(row)
        assert 0 <= int(row["popularity"]) <= 100, named(row)
        assert 1920 <= int(row["year"]) <= 2026, named(row)
        assert 40 <= float(row["tempo"]) <= 220, named(row)
        assert row["explicit"] in {"0", "1"}, named(row)
        assert row["time_signature"] in {"3", "4", "5", "6", "7"}, named(row)
        assert not row["key"] or row["key"] in KEYS, named(row)
        assert re.fullmatch(r"[a-z]{2,3}", row["language"]), named(row)


def test_durations_are_those_of_recordings():
    assert not wrong(lambda row: 30 <= int(row["duration_s"]) <= 3900)
    long = [row for row in ROWS if int(row["duration_s"]) > 900]
    assert len(long) < 0.02 * len(ROWS)


def test_genres_are_names_of_the_list():
    for row in ROWS:
        labels = row["genres"].split(";")
        assert 1 <= len(labels) <= 3, named(row)
        assert len(set(labels)) == len(labels), named(row)
        for label in labels:
            assert label in genres.genres(), (named(row), label)


def test_a_file_holds_one_family():
    assert not wrong(lambda row: genres.genres()[row["genres"].split(";")[0]].family == row["file"].removesuffix(".tsv"))


def test_no_recording_comes_twice():
    seen = Counter((core_title(row["title"]), genres.fold(row["artists"].split(";")[0])) for row in ROWS)
    assert [key for key, count in seen.items() if count > 1] == []


def test_an_artist_is_spelled_in_one_way():
    spellings = defaultdict(set)
    for row in ROWS:
        for artist in row["artists"].split(";"):
            assert artist.strip() == artist != "", named(row)
            spellings[genres.fold(artist).removeprefix("the ").replace(" ", "")].add(artist)
    namesakes = [{"LISA", "LiSA"}]  # of BLACKPINK, and the singer of anime themes
    assert [names for names in spellings.values() if len(names) > 1 and names not in namesakes] == []


def test_titles_are_plain():
    """No suffix of a re-release: a search for the title finds every release."""
    tail = re.compile(r"(?i)remaster|\bsingle version|\balbum version|\bdeluxe|\bbonus track|\s-\s(mono|stereo)\b")
    assert not wrong(lambda row: not tail.search(row["title"]))


def test_tempos_fit_the_genre():
    """Far off, even in half or double time, only where the recording is known for it."""
    off = [row for row in ROWS if tempo_gap(row) > 0.34]
    assert len(off) < 0.25 * len(ROWS), Counter(row["file"] for row in off)
    breaks = [float(row["tempo"]) for row in ROWS if "drum and bass" in row["genres"].split(";")]
    assert sum(155 <= tempo <= 185 or 77 <= tempo <= 93 for tempo in breaks) >= 0.85 * len(breaks)


def tempo_gap(row: dict[str, str]) -> float:
    """The smallest relative distance to a tempo that is typical of one of the genres, half and double time as near."""
    tempo, gaps = float(row["tempo"]), []
    for label in row["genres"].split(";"):
        typical = genres.genres()[label].features.get("tempo", 120)
        gaps += [abs(tempo * factor - typical) / typical for factor in (0.5, 1, 2)]
    return min(gaps)


def test_features_hang_together():
    """What cannot be true of one recording at once."""
    instrumental = [r for r in ROWS if r["language"] == "zxx" and float(r["instrumentalness"]) < 0.1]
    assert len(instrumental) < 0.01 * len(ROWS), [named(row) for row in instrumental]
    sung = [r for r in ROWS if r["language"] != "zxx" and float(r["instrumentalness"]) > 0.97]
    assert len(sung) < 0.01 * len(ROWS), [named(row) for row in sung]
    assert not wrong(lambda row: not (float(row["loudness"]) > -3 and float(row["energy"]) < 0.3))
    assert not wrong(lambda row: not (float(row["loudness"]) < -24 and float(row["energy"]) > 0.6))


def test_the_build_hook_turns_the_files_into_parquet(tmp_path):
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    target = tmp_path / "starter.parquet"
    hook.build_starter(target=target)
    assert target.stat().st_size <= 1_000_000
    import duckdb

    table = duckdb.read_parquet(str(target))
    names = table.columns
    built = {(row[names.index("title")], row[names.index("artists")]): row for row in table.fetchall()}
    assert len(built) == len(ROWS)
    for row in ROWS:
        got = dict(zip(names, built[row["title"], row["artists"]], strict=True))
        assert got["duration_ms"] == int(row["duration_s"]) * 1000
        assert got["energy"] == pytest.approx(float(row["energy"]), abs=1e-6)
        assert got["explicit"] is (row["explicit"] == "1")
        assert (got["key"] is None) == (row["key"] == "")
        if row["key"]:
            assert got["mode"] == (not row["key"].endswith("m")), row["key"]
    assert {row["key"]: built[row["title"], row["artists"]][names.index("key")] for row in ROWS if row["key"]}.items() >= {
        "C": 0,
        "F#m": 6,
        "Bb": 10,
        "B": 11,
    }.items()


def test_the_starter_catalog_opens_and_holds_every_row():
    with Catalog.open() as catalog:
        assert len(catalog) == len(ROWS), "the Parquet file is stale: run python hatch_build.py"
        artists = {artist for row in ROWS for artist in row["artists"].split(";")}
        assert set(catalog.artists()) == artists
    assert set(FEATURES) >= set(SHARES)
