"""``make -i``: looking at a playlist and changing it key by key before anything is saved or published.

What keys do is decided in :mod:`tonepoem.adjusting`; here it is drawn, whole after each key, in plain ANSI on the
terminal's other screen, so that what stood there before comes back however it ends.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from tonepoem.cli.screen import printable, sparkline
from tonepoem.errors import TonepoemError
from tonepoem.spelling import clock, shown, spell_time

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from tonepoem.adjusting import Again, Command, Session
    from tonepoem.cli.making import Asked
    from tonepoem.cli.screen import Screen
    from tonepoem.parts import Parts
    from tonepoem.playlist import Playlist, Reading, Track

KEYS: Final[dict[str, Command]] = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\xe0H": "up",  # Windows
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\xe0P": "down",
    "k": "keep",
    "d": "drop",
    "m": "more",
    "l": "less",
    "+": "louder",
    "=": "louder",  # the same key without shift on many keyboards
    "-": "softer",
    "f": "faster",
    "s": "slower",
    "h": "happier",
    "a": "sadder",
    "u": "undo",
}
"""What each key does; ``w`` saves, ``p`` publishes and ``q`` ends besides."""

SHOWN: Final = (
    ("↑↓", "move"),
    ("k", "keep"),
    ("d", "drop"),
    ("m", "more like this"),
    ("l", "less of this"),
    ("+", "louder"),
    ("-", "softer"),
    ("f", "faster"),
    ("s", "slower"),
    ("h", "happier"),
    ("a", "sadder"),
    ("u", "undo"),
    ("w", "save"),
    ("p", "publish"),
    ("q", "quit"),
)
"""The keys as they are told."""

_ONE: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|[\x00\xe0][A-Z]|.", re.DOTALL)
"""One key in what a terminal sends."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How looking ended.

    Attributes:
        playlist: as it is now.
        publish: whether it is to be published.
    """

    playlist: Playlist
    publish: bool = False


def changed(screen: Screen, parts: Parts, playlist: Playlist, asked: Asked, *, seed: int, files: Sequence[Path]) -> Looked:
    """Let a person change what ``make`` has made; what it asked for besides the words still holds.

    Args:
        screen: where it is drawn.
        parts: what the playlist was made with.
        playlist: as it was made; its reading holds what options asked for and what the listener likes.
        asked: the options.
        seed: what it was made with.
        files: where it will be saved at the end, and on request before; without any a file is named after the playlist.
    """
    from tonepoem import api

    paths = list(files)

    def again(reading: Reading, without: Callable[[Track], bool]) -> Playlist:
        own = parts.listener.personal(reading, new_to_me=asked.new_to_me, among=asked.among, without=without)
        return api.compose(
            own.reading,
            source=own.source or parts.source(asked.source),
            seed=seed,
            variety=asked.variety,
            name=playlist.name,
            without=own.without,
        )

    def save(now: Playlist) -> str:
        if not paths:
            paths.append(_free(now.name))
        for path in paths:
            now.save(path)
        return ", ".join(map(str, paths))

    return look(screen, playlist, again, save=save, may_publish=lambda: parts.spotify)


def _free(name: str) -> Path:
    """A file named after a playlist that is not there yet."""
    from tonepoem.genres import fold

    stem = fold(name).replace(" ", "-")[:60].strip("-") or "playlist"
    numbered = (Path(f"{stem}-{number}.json" if number > 1 else f"{stem}.json") for number in count(1))
    return next(path for path in numbered if not path.exists())


def look(
    screen: Screen,
    playlist: Playlist,
    again: Again,
    *,
    save: Callable[[Playlist], str],
    may_publish: Callable[[], object],
) -> Looked:
    """Let a person change a playlist; without a terminal it stays as it is, and that is said.

    Args:
        screen: where it is drawn.
        playlist: as it was made.
        again: makes a playlist for a changed reading.
        save: saves one, and says where.
        may_publish: raises TonepoemError if the account cannot be used.

    Raises:
        KeyboardInterrupt: Ctrl-C; the terminal is as it was before.
    """
    from tonepoem.adjusting import Session, act

    if not (screen.rich and sys.stdin.isatty()):
        screen.note("There is no terminal to look at the playlist with -i, so it stays as it was made.")
        return Looked(playlist)
    session, asked = Session(playlist), False
    console = screen.console()
    with _unechoed() as read, console.screen(hide_cursor=True):

        def draw(busy: str = "") -> None:
            console.update_screen(_lines(view(session, console.width, console.height, busy)))

        draw()
        for key in _keys_of(read):
            sure, asked = asked, False
            try:
                if key == "q":
                    break
                if key == "w":
                    session = replace(session, said=f"Saved as {save(session.playlist)}.")
                elif key == "p" and sure:
                    return Looked(session.playlist, publish=True)
                elif key == "p":
                    may_publish()
                    asked = True
                    session = replace(
                        session, said=f"Press p again to publish {len(session.playlist.tracks)} tracks on Spotify."
                    )
                elif command := KEYS.get(key):
                    if command not in {"up", "down", "keep", "undo"}:
                        draw("Looking for songs …")
                    session = act(session, command, again)
                else:
                    session = replace(session, said="That key does nothing.")
            except TonepoemError as error:
                session = replace(session, said=str(error))
            draw()
    return Looked(session.playlist)


def _keys_of(read: Callable[[], str]) -> Iterator[str]:
    """Keys one by one as they are typed, until there are no more."""
    while True:
        try:
            typed = read()
        except EOFError:
            return
        if not typed:  # the terminal has gone
            return
        for key in _ONE.findall(typed):
            if key == "\x03":
                raise KeyboardInterrupt
            if key == "\x04":
                return
            yield key


@contextmanager
def _unechoed() -> Iterator[Callable[[], str]]:
    """Gives a function that waits for what is typed. It is not echoed, nor lost while songs are looked for.

    Ctrl-C still is a signal. Afterwards the terminal is as it was before.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows, where keys are read one by one
        yield typer.getchar
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)
        manners = termios.tcgetattr(terminal)
        manners[6][termios.VSUSP] = b"\0"  # no Ctrl-Z: the shell would come back to the other screen
        termios.tcsetattr(terminal, termios.TCSADRAIN, manners)
        yield lambda: os.read(terminal, 64).decode(errors="replace")
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _lines(lines: Iterable[Text]) -> RenderableType:
    from rich.text import Text

    return Text("\n").join(lines)


# -- what is drawn


def view(session: Session, width: int, height: int, busy: str = "") -> list[Text]:
    """The lines of the screen, none wider than ``width`` and no more than ``height``.

    Where there is little room, the list stays, and what stands above it goes first.

    Args:
        session: the state.
        width: columns.
        height: rows.
        busy: what is being done, in place of what was done last.
    """
    from rich.text import Text

    playlist = session.playlist
    keys = _keys(width)
    said = _packed([Text(word, "bold") for word in printable(busy or session.said).split()], " ", width)
    below = [*_about(session), *said[:3], *keys]
    above = _above(session, width)
    while above and height - len(above) - len(below) < 5:
        above.pop()
    while len(below) > 1 and height - len(below) < 3:
        below.pop()
    room = max(1, height - len(above) - len(below))
    first = min(max(0, session.cursor - room // 2), max(0, len(playlist.tracks) - room))
    tracks = [_row(session, place, width) for place in range(first, min(first + room, len(playlist.tracks)))]
    tracks += [Text()] * (room - len(tracks))
    lines = [*above, *tracks, *below][:height]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _above(session: Session, width: int) -> list[Text]:
    """The name of the whole, its energy, and what it aims at, the most important first."""
    from rich.text import Text

    playlist = session.playlist
    kept = sum(session.keeps(choice.track) for choice in playlist.tracks)
    size = f"{len(playlist.tracks)} tracks, {spell_time(playlist.duration_ms)}" + (f", {kept} kept" if kept else "")
    lines = [Text.assemble((printable(playlist.name), "bold"), ("  " + size, "dim"))]
    aims = ", ".join(f"{name} {shown(name, value)}" for name, value in playlist.reading.features.voiced().items())
    if aims:
        lines.append(Text(f"aims at {aims}", "dim"))
    energies = [choice.track.features.energy for choice in playlist.tracks]
    lines.append(Text.assemble(("energy ", "dim"), (sparkline(energies, width - 8), "cyan")))
    lines.append(Text())
    return lines


def _row(session: Session, place: int, width: int) -> Text:
    """One track: a mark for the cursor, one for what stays, number, song, length."""
    from rich.text import Text

    track = session.playlist.tracks[place].track
    here, kept = place == session.cursor, session.keeps(track)
    mark = f"{'>' if here else ' '}{'•' if kept else ' '}{place + 1:>3} "
    time = f" {clock(track.duration_ms)}"
    song = Text.assemble((printable(track.title), "bold"), "  ", printable(", ".join(track.artists)))
    song.truncate(max(1, width - len(mark) - len(time)), overflow="ellipsis", pad=True)
    return Text.assemble(mark, song, (time, "dim"), style="reverse" if here else "green" if kept else "")


def _about(session: Session) -> list[Text]:
    """What is known of the track under the cursor."""
    from rich.text import Text

    choice = session.playlist.tracks[session.cursor]
    track = choice.track
    facts = [
        choice.why,
        str(track.year) if track.year and str(track.year) not in choice.why else "",
        ", ".join(track.genres[:3]),
    ]
    return [Text(), Text(printable(" · ".join(filter(None, facts))), "dim")]


def _keys(width: int) -> list[Text]:
    """The keys and what they do, in as many lines as it takes."""
    from rich.text import Text

    return _packed([Text.assemble((key, "bold cyan"), f" {does}") for key, does in SHOWN], "  ", width)


def _packed(items: Iterable[Text], gap: str, width: int) -> list[Text]:
    """Items side by side in as few lines as they fit in."""
    from rich.text import Text

    lines = [Text()]
    for item in items:
        if lines[-1] and lines[-1].cell_len + len(gap) + item.cell_len > width:
            lines.append(Text())
        if lines[-1]:
            lines[-1].append(gap)
        lines[-1].append_text(item)
    return lines
