"""Options beside the words: what they mean, what they refuse, and that they go before the words."""

import json

import pytest
from typer.testing import CliRunner

import tonepoem
from tonepoem.asked import Options, wishes_given
from tonepoem.cli import app
from tonepoem.errors import InputError
from tonepoem.playlist import Constraints


def meant(**options) -> dict:
    return wishes_given(Options(**options)).constraints.spoken()


@pytest.mark.parametrize(
    ("options", "wishes"),
    [
        ({}, {}),
        ({"length": 7, "arc": "rise"}, {"count": 7, "arc": "rise"}),
        ({"years": "1990-1999"}, {"years": [1990, 1999]}),
        ({"years": "90s"}, {"years": [1990, 1999]}),
        ({"years": "1970s-80s"}, {"years": [1970, 1989]}),
        ({"years": "00s"}, {"years": [2000, 2009]}),
        ({"years": "1991"}, {"years": [1991, 1991]}),
        ({"years": "1990-"}, {"years": [1990, None]}),
        ({"years": "-1969"}, {"years": [None, 1969]}),
        ({"years": (1990, 1999)}, {"years": [1990, 1999]}),
        ({"years": [None, 1999]}, {"years": [None, 1999]}),
        ({"years": 1984}, {"years": [1984, 1984]}),
        ({"bpm": "120-130"}, {"tempo": [120, 130]}),
        ({"bpm": "170"}, {"tempo": [165, 175]}),
        ({"bpm": 170}, {"tempo": [165, 175]}),
        ({"bpm": "-100"}, {"tempo": [20, 100]}),
        ({"bpm": "150-"}, {"tempo": [150, 250]}),
        ({"bpm": (120, 130)}, {"tempo": [120, 130]}),
        ({"key": "A minor"}, {"key": 9, "mode": 0}),
        ({"key": "F#"}, {"key": 6}),
        ({"key": "Bb major"}, {"key": 10, "mode": 1}),
        ({"key": "c♯ min"}, {"key": 1, "mode": 0}),
        ({"key": "Am"}, {"key": 9, "mode": 0}),
        ({"key": "E-flat major"}, {"key": 3, "mode": 1}),
        ({"clean": True}, {"explicit": False}),
        ({"explicit": True}, {"explicit": True}),
        ({"explicit": False}, {"explicit": False}),
        ({"instrumental": False}, {"instrumental": False}),
        ({"by": "Drake", "like": ["Adele"]}, {"artists": ["Drake"], "like_artists": ["Adele"]}),
        ({"genre": "Hip-Hop", "not_genre": ["metal"]}, {"genres": ["hip hop"], "not_genres": ["metal"]}),
        ({"set": {"energy": 0.8}}, {"targets": {"energy": 0.8}}),
        ({"set": ["energy=0.8", "tempo = 120"]}, {"targets": {"energy": 0.8, "tempo": 120}}),
        ({"max_per_artist": 1}, {"max_per_artist": 1}),
    ],
)
def test_what_options_mean(options, wishes):
    assert meant(**options) == wishes


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"length": 5, "minutes": 5}, "length.*minutes"),
        ({"length": -5}, "-5 tracks"),
        ({"length": 0}, "0 tracks"),
        ({"minutes": 0}, "0 minutes"),
        ({"minutes": 60_000}, "60000 minutes"),
        ({"years": "19"}, "years 19"),
        ({"years": "2000-1990"}, "years 2000-1990.*backwards"),
        ({"years": (2000, 1990)}, "years 2000-1990.*backwards"),
        ({"years": "20s"}, "years 20s"),
        ({"years": "-"}, "years -"),
        ({"years": (None, None)}, "years"),
        ({"years": (1990.5, 1991)}, "years"),
        ({"bpm": "-1"}, "bpm -1"),
        ({"bpm": -1}, "bpm -1"),
        ({"bpm": "fast"}, "bpm fast"),
        ({"bpm": "130-120"}, "bpm 130-120.*backwards"),
        ({"bpm": float("nan")}, "bpm"),
        ({"key": "H minor"}, "key H minor"),
        ({"set": "energy=9"}, "energy=9"),
        ({"set": "energy"}, "energy="),
        ({"set": "energie=0.5"}, "Did you mean energy"),
        ({"set": ["energy=0.1", "energy=0.9"]}, "twice"),
        ({"set": {"key": 1.5}}, "whole number"),
        ({"max_per_artist": 0}, "max-per-artist"),
        ({"market": "Germany"}, "market Germany"),
        ({"arc": "zigzag"}, "zigzag"),
        ({"clean": True, "explicit": True}, "clean.*explicit"),
        ({"by": "Drake", "not_artist": "DRAKE"}, "by Drake.*not-artist Drake"),
        ({"genre": "rap", "not_genre": "rap"}, "genre rap.*not-genre rap"),
        ({"genre": "trap", "not_genre": "hip hop"}, "genre trap.*not-genre hip hop"),
        ({"bpm": "120", "set": "tempo=120"}, "bpm.*set tempo"),
        ({"key": "A minor", "set": "mode=1"}, "key.*set mode"),
        ({"instrumental": True, "set": "instrumentalness=0.1"}, "instrumental.*instrumentalness"),
        ({"minutes": 30, "phase": "10m calm"}, "minutes.*phase"),
        ({"phase": "calm"}, "phase calm.*length"),
        ({"phase": "0m calm"}, "phase 0m calm"),
        ({"phase": "10m energy=9"}, "energy=9"),
        ({"phase": "10m bpm=100 tempo=100"}, "bpm and tempo"),
        ({"genre": "technoo"}, "genre technoo.*techno"),
        ({"genre": "qqqq"}, "genre qqqq"),
        ({"by": "   "}, "artist"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_that_names_the_wish(options, said):
    with pytest.raises(InputError, match=said) as caught:
        meant(**options)
    assert "\n" not in str(caught.value)


def test_artists_are_checked_against_those_there_are_and_spelled_like_them():
    there = ("The Beatles", "Björk", "Drake")

    def given(**options):
        return wishes_given(Options(**options), lambda: there).constraints

    assert given(by="beatles", like="bjork", not_artist="DRAKE").spoken() == {
        "artists": ["The Beatles"],
        "like_artists": ["Björk"],
        "not_artists": ["Drake"],
    }
    with pytest.raises(InputError, match="Nearest are Drake"):
        given(not_artist="Drak")
    with pytest.raises(InputError, match="tonepoem catalog import"):
        given(by="Zzyzx Qwertz")
    many = tuple(f"Artist {n}" for n in range(20_000)) + there
    with pytest.raises(InputError, match="Björk"):
        wishes_given(Options(by="Bjorg"), lambda: many)


def test_phases():
    one, two = wishes_given(Options(phase=["10m energy=0.4 calm songs", "1.5 h at 170 bpm"])).phases
    assert (one.minutes, one.words, dict(one.targets)) == (10, "calm songs", {"energy": 0.4})
    assert (two.minutes, two.words, two.spelled) == (90, "at 170 bpm", "at 170 bpm")
    assert wishes_given(Options(phase="20min bpm=170")).phases[0].tempo == (165, 175)


def test_what_is_given_goes_before_what_was_said():
    said = Constraints(
        count=8, years=(1980, 1989), not_years=((1985, 1985),), not_artists=("Drake", "Adele"), not_genres=("rap",), arc="rise"
    )
    given = Constraints(minutes=30, years=(1985, 1995), artists=("drake",), genres=("rap",), shuffle=True)
    assert said.overruled(given).spoken() == {
        "minutes": 30,
        "years": [1985, 1995],
        "artists": ["drake"],
        "not_artists": ["Adele"],
        "genres": ["rap"],
        "shuffle": True,
    }
    assert said.overruled(Constraints(not_artists=("Queen",))).not_artists == ("Drake", "Adele", "Queen")
    assert Constraints(artists=("Queen", "Drake")).overruled(Constraints(not_artists=("queen",))).artists == ("Drake",)
    assert said.overruled(Constraints()) == said


# -- through the doors


@pytest.fixture
def run(ears):
    def run(*args):
        return CliRunner().invoke(app, list(args), prog_name="tonepoem")

    return run


def test_options_win_over_words_and_their_wishes_are_told(run):
    done = run("8 calm songs from the 80s, no rock", "--years", "90s", "--genre", "rock", "--not-artist", "nirvana", "--json")
    document = json.loads(done.stdout)
    assert document["constraints"] == {
        "count": 8,
        "years": [1990, 1999],
        "genres": ["rock"],
        "not_artists": ["Nirvana"],
    }
    assert all(1990 <= row["year"] <= 1999 for row in document["tracks"])
    assert [(one["wish"], one["state"]) for one in document["wishes"]] == [
        ("8 tracks", "kept"),
        ("1990–1999", "kept"),
        ("nothing by Nirvana", "kept"),
        ("genre rock", "kept"),
    ]


@pytest.mark.parametrize(
    "args",
    [
        ["--years", "19"],
        ["--set", "energy=9"],
        ["--clean", "--explicit"],
        ["--by", "Drake", "--not-artist", "Drake"],
        ["--by", "Zzyzx Qwertz"],
        ["--genre", "tekknoo"],
        ["--key", "H"],
        ["--bpm=-1"],
        ["--market", "Germany"],
        ["--max-per-artist", "0"],
        ["--phase", "calm"],
    ],
)
def test_options_that_cannot_be_kept_end_with_two(run, args):
    done = run("calm songs", *args)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_the_two_lines(run):
    done = run("calm songs like Adele", "-n", "3", "--not-genre", "rap", "--market", "de")
    lines = done.stdout.splitlines()
    assert "kept: 3 tracks, no rap" in lines
    assert any(line.startswith("not checkable: like Adele (") and "available in DE (" in line for line in lines)
    loose = run("30 calm songs from the 1920s").stdout.splitlines()
    assert any(line.startswith("loosened: 1920–1929 (") for line in loose)


def test_what_cannot_be_checked_does_not_fail_a_strict_run(run):
    assert run("3 calm songs like Adele", "--strict").exit_code == 0


def test_phases_by_option(run, ears):
    done = run("calm songs", "--phase", "12m energy=0.9", "--phase", "8m furious", "--json")
    document = json.loads(done.stdout)
    assert document["constraints"] == {"minutes": 20}
    assert [phase["minutes"] for phase in document["phases"]] == [12, 8]
    first, second = document["phase_starts"]
    energies = [row["features"]["energy"] for row in document["tracks"]]
    assert first == 0
    assert min(*energies[:second], *energies[second:]) > 0.6
    assert abs(sum(row["duration_ms"] for row in document["tracks"]) / 60_000 - 20) <= 0.5
    assert [one["wish"] for one in document["wishes"]] == ["20 minutes", "phase 1: 12 min energy=0.9", "phase 2: 8 min furious"]


def test_the_same_by_keyword(ears):
    playlist = tonepoem.compose(
        "calm songs", 6, years=(1990, 1999), bpm="60-140", clean=True, not_artist="Drake", set={"energy": 0.4}, max_per_artist=1
    )
    assert [one.state for one in playlist.wishes] == ["kept"] * len(playlist.wishes)
    assert {one.wish for one in playlist.wishes} == {
        "6 tracks", "1990–1999", "clean", "60–140 BPM", "nothing by Drake", "one song per artist", "energy 0.4",
    }  # fmt: skip
    assert playlist.reading.features.energy == 0.4
    with pytest.raises(InputError, match="Zzyzx"):
        tonepoem.compose("calm songs", by="Zzyzx Qwertz")
    phased = tonepoem.compose("calm songs", phase=["10m energy=0.2", "10m furious"])
    assert len(phased.phase_starts) == 2


def test_contradicting_words_are_said_unless_an_option_decides(run):
    done = run("calm songs, shuffle, start slow and build up")
    assert done.exit_code == 1
    assert "contradict" in done.stderr
    assert "shuffle" in done.stderr
