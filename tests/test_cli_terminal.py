"""The program as a process: terminals of any width and encoding, pipes that close, Ctrl-C, full disks."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from fcntl import ioctl
from pathlib import Path

import pytest

PROGRAM = str(Path(__file__).parent / "ears.py")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def start(environment, *args, loading="0", **more):
    return subprocess.Popen([sys.executable, PROGRAM, loading, *args], env=environment, **more)


def at_terminal(environment, columns, *args, **variables):
    """What the program shows on a terminal so wide, and its status."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with start(
        {**environment, "TERM": "xterm", **variables}, *args, stdout=theirs, stdin=theirs, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end was closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    assert process.returncode == 0
    return shown.decode(variables.get("PYTHONIOENCODING", "utf-8")).replace("\r\n", "\n")


def width(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_playlist_fits_the_terminal(environment, columns):
    shown = ESCAPE.sub("", at_terminal(environment, columns, "calm songs", "-n", "6"))
    lines = shown.splitlines()
    assert max(map(width, lines)) <= columns
    assert any(re.match(r"energy +█+░+ +0\.20 +90% sure", line) for line in lines)
    assert any(re.match(r"energy +[▁▂▃▄▅▆▇█]{6}$", line.rstrip()) for line in lines)
    assert any(re.match(r"length +6 tracks, \d+ min", line) for line in lines)
    assert any(re.search(r"energy.*sure +calm *$", line) for line in lines) == (columns >= 80)  # where it comes from
    for number in range(1, 7):
        assert any(re.match(rf" *{number} ", line) for line in lines)
    assert ("artist" in shown) == (columns >= 100)


def test_colours_are_left_out_where_nobody_wants_them(environment):
    def colours(shown):
        return {code for code in re.findall(r"\x1b\[([0-9;]*)m", shown) if re.search(r"\b(3|4|9|10)\d\b", code)}

    assert colours(at_terminal(environment, 80, "calm", "-n", "1"))
    assert not colours(at_terminal(environment, 80, "calm", "-n", "1", NO_COLOR="1"))
    assert not colours(at_terminal(environment, 80, "calm", "-n", "1", "--no-color"))
    assert "\x1b" not in at_terminal(environment, 80, "calm", "-n", "1", TERM="dumb")


def test_a_terminal_without_utf8_gets_ascii_of_the_same_shape(environment):
    shown = ESCAPE.sub("", at_terminal(environment, 80, "calm songs", "-n", "3", PYTHONIOENCODING="ascii"))
    assert re.search(r"energy +#+\.+ +0\.20 +90% sure", shown)
    assert max(map(len, shown.splitlines())) <= 80


def test_help_without_utf8(environment):
    done = start({**environment, "PYTHONIOENCODING": "ascii"}, "--help", stdout=subprocess.PIPE)
    shown, _ = done.communicate()
    assert done.returncode == 0
    assert b"Usage: tonepoem" in shown


def test_json_without_utf8_is_still_the_same_json(environment):
    import json

    def document(**more):
        process = start({**environment, **more}, "calm 静か", "--json", "-n", "40", stdout=subprocess.PIPE)
        return json.loads(process.communicate()[0])

    assert document(PYTHONIOENCODING="latin-1") == document(PYTHONIOENCODING="utf-8")


def test_a_pipe_gets_plain_lines(environment):
    process = start(environment, "calm songs", "-n", "3", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    shown, beside = process.communicate()
    assert process.returncode == 0
    assert beside == ""
    assert not set("\x1b█░▁─") & set(shown)


@pytest.mark.parametrize("args", [["calm", "-n", "2"], ["calm", "-n", "2", "--json"], ["catalog", "info"]])
def test_a_pipe_that_closes_is_quiet(environment, args):
    reading, writing = os.pipe()
    os.close(reading)
    process = start(environment, *args, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert process.communicate()[1] == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence(environment):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        process = start(environment, "calm", "-n", "2", stdout=full, stderr=subprocess.PIPE, text=True)
        beside = process.communicate()[1]
    assert process.returncode == 1
    assert beside.startswith("tonepoem: ")
    assert len(beside.strip().splitlines()) == 1


def test_ctrl_c_ends_quietly(environment):
    process = start(environment, "calm", loading="60", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2)  # however slow the machine: it is loading the model, or still itself
    process.send_signal(signal.SIGINT)
    shown, beside = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (shown, beside) == (b"", b"")


def test_a_closed_standard_output_is_no_error(environment):
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" "$@" >&-', sys.executable, PROGRAM, "0", "calm", "-n", "2"],
        env=environment,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_a_home_folder(environment, own_place):
    bare = {name: value for name, value in environment.items() if name not in {"HOME", "TONEPOEM_HOME"}}
    process = start(bare, "calm", "-n", "1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.communicate()
    assert process.returncode == 0


def test_bytes_that_are_no_text_are_words_still(environment):
    process = start(environment, b"calm caf\xe9", "--json", "-n", "1", stdout=subprocess.PIPE)
    assert b'"description": "calm caf?"' in process.communicate()[0]
    assert process.returncode == 0
