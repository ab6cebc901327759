"""``make`` and ``describe``, and what holds for every command."""

import json
import re

import pytest
import typer
from ears import KNOWN
from tracks import track
from typer.testing import CliRunner

from tonepoem import api, export
from tonepoem.cli import COMMANDS, app
from tonepoem.cli.screen import sparkline
from tonepoem.features import FEATURES
from tonepoem.playlist import Choice, Playlist, Reading
from tonepoem.spelling import clock, shown, spell_time


@pytest.fixture
def tonepoem(ears):
    """The program with a model that hears a few words."""

    def run(*args, given=None):
        return CliRunner().invoke(app, list(args), input=given, prog_name="tonepoem")

    return run


def failed(done, status=1):
    """The sentence of a command that failed, which printed nothing else."""
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.stderr


# -- make


@pytest.mark.parametrize("args", [["calm songs"], ["make", "calm songs"], ["calm", "songs"], ["--", "calm songs"]])
def test_words_make_a_playlist(tonepoem, args):
    done = tonepoem(*args)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "energy: 0.20 (confidence 0.90)" in lines
    assert "Calm songs" in lines
    assert len([line for line in lines if re.match(r"\d+\. .+ - .+: .+", line)]) == 25
    assert any(re.fullmatch(r"length: 25 tracks, (\d h )?\d+ min", line) for line in lines)
    assert "source: catalog" in lines
    assert done.stderr == ""


def test_options_may_come_first_and_those_of_the_program_anywhere(tonepoem):
    for args in (["--length", "2", "calm"], ["calm", "--debug", "-n", "2"], ["--no-color", "calm", "-n", "2"]):
        done = tonepoem(*args)
        assert done.exit_code == 0
        assert "length: 2 tracks" in done.stdout


def test_json_is_one_document_as_designed(tonepoem):
    document = json.loads(tonepoem("calm songs", "--json", "--length", "3").stdout)
    assert [row["position"] for row in document["tracks"]] == [1, 2, 3]
    assert document["features"] == {"energy": 0.2, "valence": 0.45, "tempo": 90}
    assert document["confidence"] == {"energy": 0.9, "valence": 0.4, "tempo": 0.5}
    assert (document["constraints"], document["relaxed"], document["url"], document["model"]) == ({}, [], None, "ears")
    assert set(document["tracks"][0]) >= {"title", "artists", "album", "year", "duration_ms", "uri", "score", "why"}


def test_wishes_in_the_words_are_read_and_options_go_before_them(tonepoem):
    document = json.loads(tonepoem("8 calm songs from the 80s", "--json").stdout)
    assert document["constraints"] == {"count": 8, "years": [1980, 1989]}
    assert len(document["tracks"]) == 8
    assert all(1980 <= row["year"] <= 1989 for row in document["tracks"])
    document = json.loads(tonepoem("8 calm songs from the 80s", "--json", "--length", "3").stdout)
    assert len(document["tracks"]) == 3
    document = json.loads(tonepoem("8 calm songs", "--json", "--minutes", "30").stdout)
    assert 25 < sum(row["duration_ms"] for row in document["tracks"]) / 60_000 < 35


def test_what_was_read_is_shown_with_its_words(tonepoem):
    assert re.search(r"wish: .*8.*8 calm songs|wish: .*8.*'8", tonepoem("8 calm songs").stdout)


def test_names_seeds_and_arcs(tonepoem):
    one, same, other = (tonepoem("calm", "--json", "--seed", seed).stdout for seed in ("1", "1", "2"))
    assert one == same != other
    document = json.loads(tonepoem("calm", "--json", "--name", "Mine", "--arc", "rise", "--variety", "0").stdout)
    assert (document["name"], document["constraints"]) == ("Mine", {"arc": "rise"})


def test_saving_under_each_ending(tonepoem, own_place):
    done = tonepoem("calm", "-n", "2", *(part for ending in export.FORMATS for part in ("--out", f"calm{ending}")))
    assert done.exit_code == 0
    assert {path.suffix for path in own_place.glob("calm.*")} == set(export.FORMATS)
    assert len(Playlist.load("calm.json").tracks) == 2
    assert "Saved as calm.json." in done.stderr


@pytest.mark.parametrize("name", ["calm.txt", "calm", "no/such/folder/calm.json"])
def test_a_file_that_cannot_be_written_is_one_sentence(tonepoem, own_place, name):
    assert len(failed(tonepoem("calm", "--out", name)).strip().splitlines()) == 1
    assert [path.name for path in own_place.iterdir() if path.name != "home"] == []


@pytest.mark.parametrize(
    "args",
    [
        ["calm", "--length", "0"],
        ["calm", "--length", "1000000"],
        ["calm", "--length", "many"],
        ["calm", "--minutes", "0"],
        ["calm", "--minutes", "nan"],
        ["calm", "--length", "5", "--minutes", "5"],
        ["calm", "--source", "radio"],
        ["calm", "--arc", "zigzag"],
        ["calm", "--variety", "2"],
        ["calm", "--public"],
        ["calm", "--no-such-option"],
        ["make"],
        ["describe"],
        ["describe", "calm", "--input", "x.txt"],
        ["publish"],
        ["publish", "x.json", "--resume"],
        ["catalog", "nothing"],
        ["catalog", "import"],
        ["catalog", "import", "x.csv", "--map", "title"],
    ],
)
def test_wrong_usage_ends_with_two(tonepoem, args):
    assert failed(tonepoem(*args), 2)


@pytest.mark.parametrize("words", ["", "   ", "\t\n", "\x00\x01", "…?!", "invoice number four", "0 calm songs", "x" * 10_000])
def test_words_that_cannot_be_read_are_one_sentence(tonepoem, words):
    said = failed(tonepoem(words)).strip()
    assert said.startswith("tonepoem: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("words", ["calm 🌧️🎹", "calm " * 2_000, "calm \x1b[31m\x00", "calm 静かな音楽", "calm \udcff"])
def test_strange_words_make_a_playlist(tonepoem, words):
    done = tonepoem(words, "-n", "2")
    assert done.exit_code == 0
    assert "\x1b" not in done.output


def test_strict_ends_with_three_and_saves_nothing(tonepoem, own_place):
    args = ["30 calm songs from the 1920s", "--source", "catalog"]
    loose = tonepoem(*args)
    assert loose.exit_code == 0
    assert "loosened: " in loose.stdout
    assert "Not every wish" in failed(tonepoem(*args, "--strict", "--out", "calm.json"), 3)
    assert not (own_place / "calm.json").exists()
    done = tonepoem(*args, "--strict", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["relaxed"]


def test_words_that_begin_with_a_minus_and_a_figure_are_words(tonepoem):
    assert "-1 bpm" in failed(tonepoem("-1 bpm techno"))


def test_strict_is_content_where_all_wishes_are_met(tonepoem):
    assert tonepoem("calm songs", "-n", "3", "--strict").exit_code == 0


def test_nothing_that_fits_is_three_only_if_strict(tonepoem, own_place):
    own = own_place / "tiny.csv"
    own.write_text("title,artist,energy\nPink Moon,Nick Drake,0.2\n", encoding="utf-8")
    assert tonepoem("catalog", "import", str(own), "--catalog", "tiny.duckdb").exit_code == 0
    wish = ["calm songs without Nick Drake", "--catalog", "tiny.duckdb"]
    assert "No track satisfies" in failed(tonepoem(*wish), 1)
    assert "No track satisfies" in failed(tonepoem(*wish, "--strict"), 3)


def test_another_model_and_another_catalog_are_taken(tonepoem, ears, own_place):
    (own_place / "bad.duckdb").write_bytes(b"no catalog" * 1000)
    assert "damaged" in failed(tonepoem("calm", "--catalog", "bad.duckdb"))
    assert "There is no catalog" in failed(tonepoem("calm", "--catalog", "none.duckdb"))
    tonepoem("calm", "-n", "1", "--model", "someone/t5")
    assert ears.loaded[-1] == "someone/t5"


def test_a_damaged_model_folder_is_one_sentence(own_place):
    (own_place / "model").mkdir()
    (own_place / "model" / "checksums.json").write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(app, ["describe", "calm", "--model", "model"], prog_name="tonepoem")
    assert len(failed(done).strip().splitlines()) == 1


def test_publishing_and_searching_without_an_app_say_how_to_get_one(tonepoem):
    for args in (["calm", "--publish"], ["calm", "--source", "search"], ["login"], ["logout"], ["publish", "--resume"]):
        assert "SPOTIPY_CLIENT_ID" in failed(tonepoem(*args))


def test_a_wrong_setting_is_one_sentence(tonepoem, monkeypatch):
    monkeypatch.setenv("TONEPOEM_CALL_BUDGET", "lots")
    assert "TONEPOEM_CALL_BUDGET" in failed(tonepoem("calm"))


def test_debug_shows_the_traceback_in_any_place(tonepoem):
    for args in (["--debug", "calm", "--out", "x.txt"], ["calm", "--out", "x.txt", "--debug"]):
        done = tonepoem(*args)
        assert done.exit_code == 1
        assert "Traceback" in done.stderr
        assert done.stderr.strip().splitlines()[-1].startswith("tonepoem: ")


# -- describe


def test_describe_prints_features_alone(tonepoem):
    done = tonepoem("describe", "minor waltz")
    assert done.stdout.splitlines() == [
        "duration_ms: 4:00",
        "key: A",
        "mode: minor (confidence 1.00)",
        "time_signature: 3/4",
        "genres: waltz",  # named in the words
        "model: ears",
    ]


def test_describe_prints_one_json_object_a_line(tonepoem, own_place):
    (own_place / "lines.txt").write_text("calm songs\n\n  \nfurious songs\r\n!!!\ninvoice", encoding="utf-8")
    done = tonepoem("describe", "--input", "lines.txt", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["description"] for row in rows] == ["calm songs", "furious songs", "!!!", "invoice"]
    assert [row["features"] for row in rows] == [KNOWN["calm"].features.voiced(), KNOWN["furious"].features.voiced(), {}, {}]
    assert all(list(row) == ["description", "features", "confidence", "genres", "constraints", "model"] for row in rows)
    assert rows[1]["genres"] == ["thrash metal"]


def test_describe_reads_standard_input(tonepoem):
    done = tonepoem("describe", "--input", "-", given="calm songs\nfurious songs\n")
    assert done.stdout.count("model: ears") == 2
    assert done.stdout.startswith("calm songs\n")


def test_describe_takes_bytes_that_are_no_text_and_wishes_that_cannot_be_kept(tonepoem, own_place):
    (own_place / "lines.txt").write_bytes(b"\xef\xbb\xbfcalm \xff\xfe songs\nminus five calm songs\ncalm\x00\n")
    done = tonepoem("describe", "-i", "lines.txt", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [row["features"]["energy"] for row in rows] == [0.2, 0.2, 0.2]
    assert rows[0]["description"].startswith("calm ")


def test_describe_says_which_file_cannot_be_read(tonepoem, own_place):
    for name in ("none.txt", str(own_place)):
        assert name in failed(tonepoem("describe", "--input", name))


def test_an_empty_file_has_nothing_in_it(tonepoem, own_place):
    (own_place / "empty.txt").touch()
    done = tonepoem("describe", "--input", "empty.txt", "--json")
    assert (done.exit_code, done.output) == (0, "")


# -- help


def test_every_command_has_help_with_an_example(tonepoem):
    commands = [["make"], ["describe"], ["publish"], ["login"], ["logout"], ["doctor"]]
    commands += [["catalog", name] for name in ("import", "export", "info")] + [[]]
    for command in commands:
        done = tonepoem(*command, "--help")
        assert done.exit_code == 0
        assert "Example: tonepoem" in done.stdout


def test_the_version(tonepoem):
    from tonepoem import __version__

    assert tonepoem("--version").stdout == f"tonepoem {__version__}\n"


def test_every_command_is_in_the_table_by_which_its_module_is_found():
    assert set(typer.main.get_command(app).commands) == COMMANDS


def test_nothing_at_all_shows_the_help(tonepoem):
    assert "Usage: tonepoem" in tonepoem().output


# -- what is drawn


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("energy", 0.9, "0.90"),
        ("loudness", -7.4, "-7 dB"),
        ("tempo", 120.0, "120 BPM"),
        ("duration_ms", 225_000, "3:45"),
        ("key", 1, "C♯"),
        ("mode", 0, "minor"),
        ("time_signature", 4, "4/4"),
        ("popularity", 40, "40"),
    ],
)
def test_values_are_shown_with_their_units(name, value, text):
    assert shown(name, value) == text
    assert set(FEATURES) >= {name}


def test_times():
    assert [clock(None), clock(59_600), clock(3_599_000)] == ["", "1:00", "59:59"]
    assert [spell_time(0), spell_time(3_540_000), spell_time(5_520_000)] == ["0 min", "59 min", "1 h 32 min"]


def test_the_arc_is_drawn_in_the_room_there_is():
    assert sparkline([0, 0.5, 1, None], 10) == "▁▅█·"
    assert sparkline([0.0] * 50 + [1.0] * 50, 4) == "▁▁██"
    assert sparkline([0.3], 0) == "▃"


def test_titles_steer_no_terminal(tonepoem, ears, monkeypatch):
    evil = Playlist(
        name="x\x1b[2J",
        reading=Reading(description="calm"),
        tracks=(Choice(track=track("a\nb\x1b]0;owned\x07", "c\rd"), score=0.5, why="w"),),
    )
    monkeypatch.setattr(api, "compose", lambda *_args, **_more: evil)
    done = tonepoem("calm")
    assert not set("\x1b\x07\r") & set(done.stdout)
    assert "1. c d - a b ]0;owned : w" in done.stdout
