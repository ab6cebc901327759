"""``make -i`` on a terminal, and without one."""

import dataclasses
import json
import re
import sys
from pathlib import Path

import pytest
from terminal import Terminal
from tracks import track
from typer.testing import CliRunner

from tonepoem.adjusting import COMMANDS, Session
from tonepoem.cli import app
from tonepoem.cli.interactive import KEYS, SHOWN, view
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Choice, Playlist, Reading

PROGRAM = [sys.executable, str(Path(__file__).parent / "ears.py"), "0"]


def looking(environment, *args, columns=80, rows=24):
    return Terminal([*PROGRAM, "calm songs", "-i", *args], environment, columns, rows)


def test_a_playlist_is_changed_saved_and_shown_at_the_end(environment, own_place):
    with looking(environment, "-n", "6") as terminal:
        terminal.shows("q quit")
        first = terminal.shows(r">   1 (.+?)  ")[1]
        terminal.type("\x1b[Bk")
        terminal.shows(r">•  2")
        terminal.shows("stays")
        second = terminal.shows(r">•  2 (.+?)  ")[1]
        terminal.type("\x1b[Ad")
        terminal.shows(re.escape(f"“{first}” goes"))
        terminal.type("h")
        terminal.shows(r"Happier, 0\.45 → 0\.5")
        terminal.shows(rf" •  2 {re.escape(second)}")
        terminal.type("x")
        terminal.shows("That key does nothing")
        terminal.type("u")
        terminal.shows("Taken back")
        terminal.type("w")
        terminal.shows("Saved as calm-songs.json")
        terminal.type("q")
        assert terminal.ends() == 0
        assert terminal.manners == terminal.before
        shown = terminal.screen
        assert "q quit" not in shown  # what was drawn is gone, and the result stands there
        assert second in shown
        assert first not in shown
    saved = [row["title"] for row in json.loads((own_place / "calm-songs.json").read_text())["tracks"]]
    assert saved[1] == second
    assert first not in saved


def test_ctrl_c_leaves_the_terminal_as_it_was(environment, own_place):
    with looking(environment, "-n", "3", "--out", "calm.json") as terminal:
        terminal.shows("q quit")
        terminal.type("\x03")
        assert terminal.ends() == 130
        assert terminal.manners == terminal.before
        assert terminal.written.count("\x1b[?1049h") == terminal.written.count("\x1b[?1049l") == 1
        assert terminal.written.rfind("\x1b[?25h") > terminal.written.rfind("\x1b[?25l")  # the cursor is there again
    assert not (own_place / "calm.json").exists()


@pytest.mark.parametrize(("columns", "rows"), [(40, 16), (20, 8)])
def test_a_small_terminal(environment, columns, rows):
    with looking(environment, "-n", "4", columns=columns, rows=rows) as terminal:
        terminal.shows(">   1")
        terminal.type("\x1b[B")
        terminal.shows(">   2")
        lines = terminal.screen.splitlines()
        assert len(lines) <= rows
        assert max(map(len, lines)) <= columns
        terminal.type("\x04")
        assert terminal.ends() == 0


def test_what_is_typed_ahead_is_neither_lost_nor_echoed(environment):
    with looking(environment, "-n", "6") as terminal:
        terminal.shows("q quit")
        terminal.type("h\x1b[B\x1b[B\x1b[Bkh\x1b[A")
        terminal.shows(r">   3")
        terminal.shows(r" •  4")
        assert "^[" not in terminal.screen
        terminal.type("q")
        assert terminal.ends() == 0


def test_publishing_asks_twice_and_needs_an_account(environment):
    with looking(environment, "-n", "2") as terminal:
        terminal.shows("q quit")
        terminal.type("p")
        terminal.shows("No Spotify app is set")
        terminal.type("q")
        assert terminal.ends() == 0


def test_without_a_terminal_it_is_said_and_all_else_as_ever(ears):
    done = CliRunner().invoke(app, ["calm songs", "-i", "-n", "2"], prog_name="tonepoem")
    assert done.exit_code == 0
    assert "There is no terminal" in done.stderr
    assert "length: 2 tracks" in done.stdout
    assert CliRunner().invoke(app, ["calm", "-i", "--json"], prog_name="tonepoem").exit_code == 2


# -- what is drawn


def session(count=30, **fields):
    choices = tuple(
        Choice(
            track=track(f"Song {n}", f"Artist {n}", energy=0.2, duration_ms=200_000, **fields),
            score=0.5,
            why="calm 0.20 as asked",
        )
        for n in range(count)
    )
    reading = Reading(description="calm", features=AudioFeatures(energy=0.2, tempo=90))
    return Session(Playlist(name="Calm", reading=reading, tracks=choices))


def test_every_command_has_a_key_that_is_told():
    assert set(KEYS.values()) == set(COMMANDS)
    told = {key for key, _ in SHOWN}
    assert {key for key in KEYS if len(key) == 1} - {"="} <= told
    assert {"w", "p", "q"} <= told


@pytest.mark.parametrize("width", [12, 20, 40, 80, 200])
@pytest.mark.parametrize("height", [3, 8, 24, 60])
@pytest.mark.parametrize("cursor", [0, 15, 29])
def test_the_cursor_is_seen_at_any_size(width, height, cursor):
    lines = view(dataclasses.replace(session(), cursor=cursor, said="word " * 60), width, height)
    assert len(lines) <= height
    assert all(line.cell_len <= width for line in lines)
    assert any(line.plain.startswith(f"> {cursor + 1:>3} ") for line in lines)


def test_wide_letters_and_odd_ones_stay_in_their_line():
    for line in view(session(artists=("静かな音楽のオーケストラ" * 5, "x\x1b[2J\ny")), 40, 20):
        assert line.cell_len <= 40
        assert not set("\x1b\n") & set(line.plain)
