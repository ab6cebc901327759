"""The commands for one's own tracks."""

import csv
import json

import pytest
from typer.testing import CliRunner

from tonepoem.cli import app

TABLE = """\
title,artist,album,year,energy,genres
Pink Moon,Nick Drake,Pink Moon,1972,0.2,folk
Hurt,Johnny Cash,American IV,2002,0.4,country
"""


def tonepoem(*args):
    return CliRunner().invoke(app, list(args), prog_name="tonepoem")


@pytest.fixture
def table(own_place):
    (own_place / "own.csv").write_text(TABLE + "Nobody,,,1999,0.5,\n", encoding="utf-8")
    return "own.csv"


def test_the_starter_catalog_is_in_use_until_there_is_another(table, own_place):
    assert tonepoem("catalog", "info").stdout.startswith("The starter catalog: ")
    done = tonepoem("catalog", "import", table)
    assert done.exit_code == 0
    assert "3 rows came in" in done.stdout
    assert "1 refused" in done.stdout
    assert "own.csv, line 4" in done.stdout
    own = own_place / "home" / "catalog.duckdb"
    assert f"2 tracks are in {own} now." in done.stdout
    assert tonepoem("catalog", "info").stdout.startswith(f"{own}: 2 tracks by 2 artists")


def test_one_catalog_can_be_named(table, own_place):
    assert tonepoem("catalog", "import", table, "--catalog", "x.duckdb").exit_code == 0
    assert (own_place / "x.duckdb").exists()
    document = json.loads(tonepoem("catalog", "info", "--catalog", "x.duckdb", "--json").stdout)
    assert (document["tracks"], document["artists"], document["decades"]) == (2, 2, {"1970": 1, "2000": 1})
    assert document["histograms"]["energy"]["known"] == 2


def test_import_as_json(table):
    document = json.loads(tonepoem("catalog", "import", table, "--json").stdout)
    assert (document["rows"], document["tracks"], document["merged"]) == (3, 2, 0)


def test_headers_can_be_mapped(own_place):
    (own_place / "odd.csv").write_text("Song,Who\nPink Moon,Nick Drake\n", encoding="utf-8")
    assert "--map" in tonepoem("catalog", "import", "odd.csv").stderr
    done = tonepoem("catalog", "import", "odd.csv", "--map", "title=Song", "--map", "artists=Who")
    assert "1 tracks are in" in done.stdout


def test_export_writes_what_import_reads(table, own_place):
    tonepoem("catalog", "import", table)
    done = tonepoem("catalog", "export", "out.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    with (own_place / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["title"]: row for row in csv.DictReader(file)}
    assert (rows["Pink Moon"]["artists"], rows["Pink Moon"]["genres"], rows["Hurt"]["energy"]) == ("Nick Drake", "folk", "0.4")
    assert "2 tracks" in tonepoem("catalog", "import", "out.csv", "--catalog", "again.duckdb").stdout


@pytest.mark.parametrize(
    "args",
    [
        ["import", "none.csv"],
        ["export", "out.xlsx"],
        ["export", "no/such/folder/out.csv"],
        ["info", "--catalog", "none.duckdb"],
    ],
)
def test_what_cannot_be_done_is_one_sentence(args, own_place):
    done = tonepoem("catalog", *args)
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_a_home_that_cannot_be_written_is_one_sentence(table, monkeypatch, own_place):
    (own_place / "file").touch()
    monkeypatch.setenv("TONEPOEM_HOME", str(own_place / "file"))
    done = tonepoem("catalog", "import", table)
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
