"""A terminal that a program can be looked at on: what stands where, after everything it has written."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

_PIECE = re.compile(r"\x1b\[(?P<args>[0-9;?]*)(?P<verb>[A-Za-z])|\x1b[()][A-Z0-9]|(?P<letter>[^\x1b])", re.DOTALL)


class Terminal:
    """A program on a pseudo-terminal. It knows as much of the ANSI sequences as this program writes."""

    def __init__(self, args, environment, columns=80, rows=24):
        self._ours, self._theirs = pty.openpty()
        ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.columns, self.rows = columns, rows
        self.before = self.manners
        self.written = ""
        self._text = codecs.getincrementaldecoder("utf-8")()
        # Only the terminal that a session calls its own turns Ctrl-C into a signal.
        own = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        ends = dict.fromkeys(("stdin", "stdout", "stderr"), self._theirs)
        self.process = subprocess.Popen(
            [sys.executable, "-c", own, *args], env={**environment, "TERM": "xterm"}, start_new_session=True, **ends
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    @property
    def manners(self):
        """How the terminal treats what is typed: echo, lines, signals."""
        return termios.tcgetattr(self._theirs)

    def type(self, keys):
        os.write(self._ours, keys.encode())

    def shows(self, pattern, seconds=60):
        """Wait until the screen shows something; give it back."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.screen)):
            if time.monotonic() > end or not self._read():
                raise AssertionError(f"{pattern!r} did not come; there is:\n{self.screen}")
        return found

    def ends(self, seconds=60):
        """Wait for the end; give back the status."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it does not end; there is:\n{self.screen}")
            self._read()
        while self._read(0.05):
            pass
        return self.process.poll()

    def _read(self, patience=0.2):
        """Take what has come; False where nothing has and nothing will."""
        ready, _, _ = select.select([self._ours], [], [], patience)
        if ready:
            self.written += self._text.decode(os.read(self._ours, 65536))
        return bool(ready) or self.process.poll() is None

    @property
    def screen(self):
        """What stands on the screen that is shown: the other one, or the usual one with all that scrolled away."""
        lines, kept, row, column = [""], [""], 0, 0
        whole = re.sub(r"\x1b(\[[0-9;?]*)?$", "", self.written)  # a sequence of which the rest is on its way
        for piece in _PIECE.finditer(whole):
            letter, verb, args = piece["letter"], piece["verb"], piece["args"] or ""
            if verb == "h" and args == "?1049":
                kept, lines, row, column = lines, [""], 0, 0
            elif verb == "l" and args == "?1049":
                lines, row, column = kept, len(kept) - 1, 0
            elif verb == "H":
                row, column = (int(part or 1) - 1 for part in (args.split(";") if ";" in args else ("1", "1")))
            elif letter == "\n":
                row += 1
            elif letter == "\r":
                column = 0
            elif letter and letter >= " ":
                while len(lines) <= row:
                    lines.append("")
                lines[row] = f"{lines[row]:<{column}}"[:column] + letter + lines[row][column + 1 :]
                column += 1
        return "\n".join(line.rstrip() for line in lines)
