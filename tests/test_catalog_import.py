from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tracks import lines, track

import tonepoem
from tonepoem.catalog import Catalog, import_files
from tonepoem.errors import CatalogError, InputError, OutputError
from tonepoem.playlist import Reading

EVERYTHING = Reading(description="everything")
ID = "6f807x0ima9a1j3VPbc7VN"


def all_tracks(path):
    with Catalog.open(path) as catalog:
        return [candidate.track for candidate in catalog.find(EVERYTHING, 10_000)]


def dump(path) -> str:
    """A catalog's whole content as text."""
    out = path.with_suffix(".dump.csv")
    with Catalog.open(path) as catalog:
        catalog.export(out)
    return out.read_text(encoding="utf-8")


def table(path: Path, rows, delimiter=",", encoding="utf-8") -> Path:
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=delimiter)
    out.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


TIDY = [
    ["track_id", "track_name", "track_artist", "track_popularity", "track_album_release_date", "playlist_genre",
     "playlist_subgenre", "energy", "tempo", "duration_ms", "loudness"],
    [ID, "Song, with a comma", "Tyler, The Creator", "66", "2019-06-14", "pop", "dance pop", "0.9", "122.036", "194754", "1.2"],
    [ID, "Song, with a comma", "Tyler, The Creator", "66", "2019-06-14", "edm", "pop edm", "0.9", "122.036", "194754", "1.2"],
]  # fmt: skip


def test_tidytuesday(tmp_path):
    target = tmp_path / "mine.duckdb"
    report = import_files(target, [table(tmp_path / "songs.csv", TIDY)])
    assert (report.rows, report.merged, report.tracks, report.refused) == (2, 1, 1, {})
    assert report.kinds == {"songs.csv": "TidyTuesday"}
    (one,) = all_tracks(target)
    assert one.uri == f"spotify:track:{ID}"
    assert one.artists == ("Tyler, The Creator",)
    assert one.year == 2019
    assert one.duration_ms == one.features.duration_ms == 194754
    assert one.features.popularity == 66
    assert one.features.loudness == 0
    assert one.genres == ("dance pop", "pop", "pop edm", "edm")


def test_the_table_of_114_genres(tmp_path):
    rows = [
        ["", "track_id", "artists", "album_name", "track_name", "popularity", "duration_ms", "explicit", "energy", "key",
         "mode", "tempo", "time_signature", "track_genre"],
        ["0", ID, "Ingrid Michaelson;ZAYN", "Lights", "To Begin Again", "55", "210826", "TRUE", "0.4", "0",
         "1", "0.0", "0", "r-n-b"],
    ]  # fmt: skip
    import_files(tmp_path / "c.duckdb", [table(tmp_path / "dataset.csv", rows)])
    (one,) = all_tracks(tmp_path / "c.duckdb")
    assert one.artists == ("Ingrid Michaelson", "ZAYN")
    assert one.explicit is True
    assert one.features.tempo is None
    assert one.features.time_signature is None
    assert one.features.key == 0
    assert one.genres == ("r&b",)


def test_exportify_old_and_new(tmp_path):
    new = [
        ["Track URI", "Track Name", "Album Name", "Artist Name(s)", "Release Date", "Duration (ms)", "Popularity",
         "Explicit", "Genres", "Energy", "Time Signature"],
        [f"spotify:track:{ID}", "One", "Album", "Alpha;Beta", "1999", "200000", "50", "false", "indie rock,shoegaze",
         "0.7", "4"],
        ["spotify:local:::x:1", "Local", "", "Gamma", "", "100000", "", "false", "", "", ""],
    ]  # fmt: skip
    old = [
        ["Track ID", "Track Name", "Album Name", "Artist Name(s)", "Release Date", "Duration (ms)", "Popularity"],
        ["1" * 22, "Two", "Album", "Tyler\\, The Creator, Frank Ocean", "2013-04-02", "180000", "61"],
    ]
    target = tmp_path / "c.duckdb"
    files = [table(tmp_path / "new.csv", new, encoding="utf-8-sig"), table(tmp_path / "old.csv", old)]
    report = import_files(target, files)
    assert set(report.kinds.values()) == {"Exportify"}
    assert report.refused == {}
    by_title = {one.title: one for one in all_tracks(target)}
    assert by_title["One"].artists == ("Alpha", "Beta")
    assert by_title["One"].genres == ("indie rock", "shoegaze")
    assert by_title["Two"].artists == ("Tyler, The Creator", "Frank Ocean")
    assert by_title["Two"].uri == "spotify:track:" + "1" * 22
    assert by_title["Local"].uri is None
    assert by_title["Local"].year is None


def test_any_other_table_by_naming_its_columns(tmp_path):
    rows = [["Lied", "Wer", "Tanz", "Länge"], ["Blau", "Die Band", "0.5", "3:20"]]
    path = table(tmp_path / "t.csv", rows, delimiter=";")
    with pytest.raises(InputError, match="--map title=COLUMN"):
        import_files(tmp_path / "c.duckdb", [path])
    import_files(
        tmp_path / "c.duckdb",
        [path],
        columns={"title": "Lied", "artists": "Wer", "danceability": "Tanz", "duration_ms": "Länge"},
    )
    (one,) = all_tracks(tmp_path / "c.duckdb")
    assert (one.title, one.artists, one.features.danceability, one.duration_ms) == ("Blau", ("Die Band",), 0.5, 200_000)
    with pytest.raises(InputError, match="no field “dance”"):
        import_files(tmp_path / "c.duckdb", [path], columns={"dance": "Tanz"})
    with pytest.raises(InputError, match="no column “Tango”"):
        import_files(tmp_path / "c.duckdb", [path], columns={"title": "Tango"})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    rows = [["title", "artist", "duration_s"], ["Café; del, Mar|\t", "Beyoncé", "200"], ['A "quoted"\nline', "Ü", "100"]]
    import_files(tmp_path / "c.duckdb", [table(tmp_path / "t.csv", rows, delimiter, encoding)])
    found = {one.title: one for one in all_tracks(tmp_path / "c.duckdb")}
    assert found.keys() == {"Café; del, Mar|", 'A "quoted"\nline'}
    assert found["Café; del, Mar|"].artists == ("Beyoncé",)
    assert found["Café; del, Mar|"].duration_ms == 200_000


def test_compressed_csv_and_seconds_without_a_unit(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"name,artists,duration\nOne,\"['Abe', 'Bea']\",183\n"))
    import_files(tmp_path / "c.duckdb", [path])
    (one,) = all_tracks(tmp_path / "c.duckdb")
    assert one.artists == ("Abe", "Bea")
    assert one.duration_ms == 183_000


SONGS = st.lists(
    st.builds(
        track,
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
        st.sampled_from(["Abba", "Björk", "AC/DC"]),
        energy=st.one_of(st.none(), st.integers(0, 100).map(lambda n: n / 100)),
        tempo=st.one_of(st.none(), st.integers(40, 220).map(float)),
        popularity=st.one_of(st.none(), st.integers(0, 100)),
        explicit=st.sampled_from([None, True, False]),
        genres=st.lists(st.sampled_from(["folk", "techno", "my own"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: (one.title.casefold(), one.artists),
)


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(SONGS)
def test_json_lines_csv_and_parquet_hold_the_same(tmp_path_factory, tracks):
    folder = tmp_path_factory.mktemp("formats")
    source = folder / "t.jsonl"
    source.write_text(lines(tracks), encoding="utf-8")
    import_files(folder / "json.duckdb", [source])
    whole = dump(folder / "json.duckdb")
    for name in ("whole.csv", "whole.parquet"):
        with Catalog.open(folder / "json.duckdb") as catalog:
            catalog.export(folder / name)
        import_files(folder / f"{name}.duckdb", [folder / name])
        assert dump(folder / f"{name}.duckdb") == whole


def test_json_as_this_program_writes_tracks(tmp_path):
    row = {"title": "One", "artists": ["A", "B"], "genres": ["folk"], "features": {"energy": 0.25, "tempo": 90}}
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n")
    import_files(tmp_path / "c.duckdb", [tmp_path / "t.jsonl"])
    (one,) = all_tracks(tmp_path / "c.duckdb")
    assert one.artists == ("A", "B")
    assert one.features.energy == 0.25
    assert one.features.tempo == 90


def test_duplicates_are_merged_by_id_isrc_or_title_and_artist(tmp_path):
    rows = [
        ["title", "artists", "id", "isrc", "popularity", "energy", "album", "genres"],
        ["One", "Abba", ID, "", "10", "", "First", "folk"],
        ["One (renamed)", "Abba", ID, "USRC17607839", "90", "0.5", "", "techno"],
        ["Uno", "Abba", "", "US-RC1-76-07839", "5", "0.9", "Third", "folk;samba"],
        ["UNO", "ÁBBA", "2" * 22, "", "", "", "", "jazz"],
        ["Other", "Abba", "", "", "", "", "", ""],
    ]
    report = import_files(tmp_path / "c.duckdb", [table(tmp_path / "t.csv", rows)])
    assert (report.rows, report.merged, report.tracks) == (5, 3, 2)
    one = next(one for one in all_tracks(tmp_path / "c.duckdb") if one.title != "Other")
    # the most popular row speaks first, the others fill in what it does not know
    assert one.title == "One (renamed)"
    assert one.features.popularity == 90
    assert one.features.energy == 0.5
    assert one.album == "First"
    assert one.genres == ("folk", "techno", "samba", "jazz")


def test_importing_again_changes_nothing(tmp_path):
    dice = random.Random(5)
    rows = [["title", "artists", "id", "isrc", "popularity", "energy", "genres"]]
    rows += [
        [
            f"Song {dice.randrange(40)}", f"Artist {dice.randrange(3)}", dice.choice(["", f"{dice.randrange(30):022}"]),
            dice.choice(["", f"USRC1{dice.randrange(30):07}"]), str(dice.randrange(100)), str(dice.random()),
            dice.choice(["folk", "Techno", "r-n-b;soul", ""]),
        ]
        for _ in range(200)
    ]  # fmt: skip
    target, path = tmp_path / "c.duckdb", table(tmp_path / "t.csv", rows)
    first = import_files(target, [path])
    once = dump(target)
    again = import_files(target, [path])
    assert dump(target) == once
    assert again.tracks == first.tracks
    assert again.merged == 200


def test_a_table_of_several_row_groups_keeps_its_order(tmp_path):
    target, path = tmp_path / "c.duckdb", tmp_path / "t.csv"
    count = 130_000
    rows = (f"Song {n},Artist {n % 7},{'folk' if n % 3 else ' Techno ; samba'}\n" for n in range(count))
    path.write_text("title,artists,genres\n" + "".join(rows) + "Song 5,Artist 5,jazz\n")
    report = import_files(target, [path])
    assert (report.tracks, report.merged) == (count, 1)
    found = dump(target).splitlines()
    # what was merged comes last
    expected = [*(n for n in range(count) if n != 5), 5]
    assert [line.partition(",")[0] for line in found[1:]] == [f"Song {n}" for n in expected]
    assert [",folk;jazz," in found[-1], ",techno;samba," in found[1], ",folk," in found[2]] == [True, True, True]
    assert import_files(target, [path]).merged == count + 1
    assert dump(target).splitlines() == found


def test_tables_add_up(tmp_path):
    target = tmp_path / "c.duckdb"
    head = ["title", "artists"]
    import_files(target, [table(tmp_path / "a.csv", [head, ["One", "A"]]), table(tmp_path / "b.csv", [head, ["Two", "B"]])])
    report = import_files(target, [table(tmp_path / "c.csv", [head, ["Three", "C"], ["one", "a"]])])
    assert report.tracks == 3
    assert {one.title for one in all_tracks(target)} == {"One", "Two", "Three"}


def test_refused_rows_are_counted_and_the_first_ten_told_with_their_lines(tmp_path):
    content = ["title,artists,energy,popularity"]
    content += [f"Song {n},Artist,0.5,50" for n in range(20)]  # lines 2 to 21
    content[4] = ",Nobody,0.5,50"  # line 5
    content[7] = "Loud,Artist,7,50"  # line 8
    content[9] = "Words,Artist,very,50"  # line 10
    content[11] = "Too,few"  # line 12
    content[13] = "Far,too,0.5,many,cells"  # line 14: what is beyond the last column is nobody's
    content[15] = "Nameless,,0.5,50"  # line 16
    path = tmp_path / "t.csv"
    path.write_text("\n".join(content))
    report = import_files(tmp_path / "c.duckdb", [path])
    assert report.rows == 20
    assert report.tracks == 14
    assert [(one.line, one.reason) for one in report.examples] == [
        (5, "no title"),
        (8, "energy is out of range"),
        (10, "energy is not a number"),
        (12, "broken row: missing columns"),
        (14, "popularity is not a number"),
        (16, "no artist"),
    ]
    assert sum(report.refused.values()) == 6
    assert report.refused["no title"] == 1


def test_garbage_rows_do_not_stop_an_import(tmp_path):
    dice = random.Random(1)
    good = [f"Song {n},Artist {n},0.5".encode() for n in range(2000)]
    bad = [bytes(dice.randrange(1, 256) for _ in range(40)).replace(b"\n", b" ").replace(b'"', b"'") for _ in range(100)]
    rows = good + bad
    dice.shuffle(rows)
    path = tmp_path / "t.csv"
    path.write_bytes(b"title,artists,energy\n" + b"Plain,Someone,0.5\n" * 3 + b"\n".join(rows) + b"\n")
    report = import_files(tmp_path / "c.duckdb", [path])
    titles = {one.title for one in all_tracks(tmp_path / "c.duckdb")}
    assert sum(f"Song {n}" in titles for n in range(2000)) >= 1950
    assert len(report.examples) <= 10


@pytest.mark.parametrize("tail", ["Cut,Art", '"Cut in the mid', 'Cut,"Artist, and', "Cut"])
def test_a_file_that_ends_in_the_middle_of_a_row(tmp_path, tail):
    path = tmp_path / "t.csv"
    path.write_text("title,artists,energy\n" + "".join(f"Song {n},Artist,0.5\n" for n in range(50)) + tail)
    report = import_files(tmp_path / "c.duckdb", [path])
    assert report.tracks == 50
    assert sum(report.refused.values()) == 1


def test_formulas_are_only_text(tmp_path):
    evil = "=cmd|' /C calc'!A0"
    import_files(tmp_path / "c.duckdb", [table(tmp_path / "t.csv", [["title", "artists"], [evil, "@SUM(1)"]])])
    (one,) = all_tracks(tmp_path / "c.duckdb")
    assert (one.title, one.artists) == (evil, ("@SUM(1)",))


def test_sql_in_headers_and_names_does_nothing(tmp_path):
    header = '"; DROP TABLE tracks; --'
    folder = tmp_path / "it's"
    folder.mkdir()
    path = table(folder / "t'; DROP.csv", [["title", "artists", header], ["One", "A", "x"]])
    import_files(folder / "c'.duckdb", [path], columns={"album": header})
    (one,) = all_tracks(folder / "c'.duckdb")
    assert one.album == "x"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"a,b,c\n1,2,3\n"),
        ("wide.csv", ",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n"),
        ("wide2.csv", ",".join(f"c{n}" for n in range(5_000)).encode() + b"\n1\n"),
        ("line.csv", b"title,artists" + b"x" * 3_000_000),
        ("binary.csv", bytes(range(256)) * 1000),
        ("broken.parquet", b"PAR1 and then nothing"),
        ("broken.jsonl", b"this is { no json\n"),
        ("image.jsonl", bytes(range(256)) * 100),
    ],
)
def test_files_that_are_no_track_tables(tmp_path, name, content):
    target = tmp_path / "c.duckdb"
    import_files(target, [table(tmp_path / "good.csv", [["title", "artists"], ["One", "A"]])])
    before = target.read_bytes()
    (tmp_path / name).write_bytes(content)
    with pytest.raises((CatalogError, InputError)) as caught:
        import_files(target, [tmp_path / name])
    assert name in str(caught.value)
    assert len(str(caught.value)) < 600
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["c.duckdb", "good.csv", name])


def test_a_parquet_file_of_the_wrong_schema(tmp_path):
    import duckdb

    path = tmp_path / "numbers.parquet"
    duckdb.sql("SELECT range AS a, range * 2 AS b FROM range(10)").write_parquet(str(path))
    with pytest.raises(InputError, match="no column for title and artists"):
        import_files(tmp_path / "c.duckdb", [path])


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="no file"):
        import_files(tmp_path / "c.duckdb", [tmp_path / "none.csv"])
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_catalog_is_not_written_over(tmp_path):
    target = tmp_path / "c.duckdb"
    target.write_bytes(b"something else")
    with pytest.raises(CatalogError, match="damaged"):
        import_files(target, [table(tmp_path / "t.csv", [["title", "artists"], ["One", "A"]])])
    assert target.read_bytes() == b"something else"


def test_an_unwritable_place(tmp_path):
    path = table(tmp_path / "t.csv", [["title", "artists"], ["One", "A"]])
    with pytest.raises(CatalogError, match="cannot be written"):
        import_files(path / "below" / "c.duckdb", [path])


def test_export_needs_a_known_ending_and_a_writable_place(tmp_path):
    with Catalog.open() as catalog:
        with pytest.raises(InputError, match=r"\.csv"):
            catalog.export(tmp_path / "whole.xlsx")
        with pytest.raises(OutputError):
            catalog.export(tmp_path / "none" / "whole.csv")


def test_two_imports_at_once_in_one_process_wait_for_each_other(tmp_path):
    target, errors = tmp_path / "c.duckdb", []

    def bring(n):
        try:
            import_files(target, [table(tmp_path / f"{n}.csv", [["title", "artists"], [f"Song {n}", "A"]])])
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=bring, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(all_tracks(target)) == 4


SLOW = """
import sys, time
from tonepoem.catalog import import_files
def wait(what, share):
    print(what, flush=True)
    time.sleep(30)
import_files(sys.argv[1], [sys.argv[2]], progress=wait)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_another_import_says_so_and_a_killed_one_leaves_the_old_catalog(tmp_path):
    target = tmp_path / "c.duckdb"
    path = table(tmp_path / "t.csv", [["title", "artists"], ["One", "A"]])
    import_files(target, [path])
    before = target.read_bytes()
    more = table(tmp_path / "more.csv", [["title", "artists"], *([f"Song {n}", "B"] for n in range(1000))])
    found = {**os.environ, "PYTHONPATH": str(Path(tonepoem.__file__).parents[1])}
    command = [sys.executable, "-c", SLOW, target, more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=found) as other:
        assert other.stdout.readline()  # it is in the middle of its work
        with pytest.raises(CatalogError, match="Another import"):
            import_files(target, [more])
        other.send_signal(signal.SIGKILL)
    assert target.read_bytes() == before
    assert import_files(target, [more]).tracks == 1001
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.duckdb", "more.csv", "t.csv"]


def test_an_open_catalog_stays_readable_while_another_is_written(tmp_path):
    target = tmp_path / "c.duckdb"
    import_files(target, [table(tmp_path / "a.csv", [["title", "artists"], ["One", "A"]])])
    with Catalog.open(target) as old:
        import_files(target, [table(tmp_path / "b.csv", [["title", "artists"], ["Two", "B"]])])
        assert len(old) == 1
    assert len(all_tracks(target)) == 2


def test_progress_is_told(tmp_path):
    told = []
    import_files(
        tmp_path / "c.duckdb",
        [table(tmp_path / "t.csv", [["title", "artists"], ["One", "A"]])],
        progress=lambda what, share: told.append((what, share)),
    )
    assert ("reading t.csv", 1.0) in told
    assert told[-1] == ("writing the catalog", 1.0)
    assert all(0 <= share <= 1 for _, share in told)


def test_info(tmp_path):
    rows = [
        ["title", "artists", "year", "energy", "key", "language", "genres"],
        ["One", "A;B", "1994", "0.02", "11", "en", "folk"],
        ["Two", "A", "1999", "1", "0", "en", "folk;samba"],
        ["Three", "C", "", "", "", "pt", ""],
    ]
    import_files(tmp_path / "c.duckdb", [table(tmp_path / "t.csv", rows)])
    with Catalog.open(tmp_path / "c.duckdb") as catalog:
        info = catalog.info()
    assert (info.tracks, info.artists) == (3, 3)
    assert info.decades == {1990: 2, None: 1}
    assert info.genres == {"folk": 2, "samba": 1}
    assert info.languages == {"en": 2, "pt": 1}
    energy = info.histograms["energy"]
    assert (energy.counts[0], energy.counts[-1], energy.known) == (1, 1, 2)
    assert info.histograms["key"].counts[11] == info.histograms["key"].counts[0] == 1


SHARED = Path(os.environ.get("TONEPOEM_SHARED", Path(__file__).parents[2] / "shared")) / "data"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real tables are not here")
def test_real_tables(tmp_path):
    target = tmp_path / "c.duckdb"
    start = time.process_time()
    report = import_files(target, [SHARED / "spotify_songs.csv"])
    assert time.process_time() - start < 10  # of all threads, which take 1 s together; a busy machine changes that little
    assert report.rows == 32_833
    assert 20_000 < report.tracks <= 28_356
    once = dump(target)
    assert import_files(target, [SHARED / "spotify_songs.csv"]).tracks == report.tracks
    assert dump(target) == once
    more = import_files(target, [SHARED / "tracks_by_genre_sample.csv"])
    assert report.tracks < more.tracks <= report.tracks + 1380
    assert set(report.kinds.values()) | set(more.kinds.values()) == {"TidyTuesday", "114 genres"}
