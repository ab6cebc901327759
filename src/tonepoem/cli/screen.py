"""The only place that prints: for a terminal, for a pipe, or as JSON.

Results go to standard output, all else to standard error. A pipe gets plain lines without colours, boxes or cuts.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer

from tonepoem.spelling import NAMED, along, clock, shown, spell_time

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tonepoem.playlist import Choice, Playlist, Reading

BLOCKS: Final = "▁▂▃▄▅▆▇█"
FULL, EMPTY = "█", "░"
WIDE: Final = 100
"""Columns from which on a playlist's reasons stand beside the songs rather than below them."""
_ROOM_FOR_ORIGINS: Final = 76
"""Columns from which on the words that a feature comes from stand beside it."""

_ASCII: Final = str.maketrans("▁▂▃▄▅▆▇█░·•–—‘’“”…♯♭→↑↓×−│─╭╮╰╯━┃┏┓┗┛", "_.,-=+*#.**--''\"\".#b>^vx-|-++++-|++++")


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """What an encoding cannot say, in ASCII of the same length where possible: ``Sigur Ros`` for ``Sigur Rós``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelled = []
    for letter in error.object[error.start : error.end]:
        plain = unicodedata.normalize("NFKD", letter.translate(_ASCII)).encode("ascii", "ignore").decode()
        spelled.append(plain or "?")
    return "".join(spelled), error.end


def prepare_streams() -> None:
    """Make standard output and error take any text, in whatever encoding, and be there even if closed."""
    codecs.register_error("tonepoem.spelled", _spelled)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - lives as long as we do
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="tonepoem.spelled")


class Screen:
    """What commands print with.

    Args:
        debug: whether tracebacks are shown.
        color: False never colours; None leaves it to the terminal and ``NO_COLOR``.
    """

    def __init__(self, *, debug: bool = False, color: bool | None = None) -> None:
        self.debug = debug
        self.color = False if os.environ.get("NO_COLOR") else color

    @property
    def rich(self) -> bool:
        """Whether a person looks at standard output."""
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    # -- plain text

    def say(self, text: str = "", end: str = "\n") -> None:
        """A line of the result."""
        sys.stdout.write(text + end)

    def json(self, value: Any) -> None:
        """A JSON document on one line; flushed, so that whoever reads a stream gets it at once."""
        ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
        sys.stdout.write(json.dumps(value, ensure_ascii=ascii_only) + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A line beside the result."""
        typer.echo(text, err=True, color=self.color)

    def error(self, text: str) -> None:
        """What went wrong."""
        self.note(typer.style("tonepoem:", fg="red", bold=True) + " " + printable(text))

    # -- progress, on standard error and only for a person

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Say what is being done for as long as it is."""
        if not sys.stderr.isatty():
            yield
            return
        with self.console(sys.stderr).status(f"{what} …"):
            yield

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[str, float], None]]:
        """A bar; what it yields is told what is being done and the share of it that is done, 0 to 1."""
        if not sys.stderr.isatty():
            yield lambda _what, _share: None
            return
        from rich.progress import Progress

        with Progress(console=self.console(sys.stderr), transient=True) as bar:
            task = bar.add_task(what, total=1.0)
            yield lambda what, share: bar.update(task, description=what, completed=share)

    def pause(self, seconds: float) -> None:
        """Wait, and say so."""
        if seconds >= 1:
            self.note(f"Waiting {seconds:.0f} s, as the service asked for fewer calls.")
        time.sleep(seconds)

    # -- what was heard

    def reading(self, reading: Reading, origins: Mapping[str, Sequence[str]] | None = None) -> None:
        """Features as bars with the model's confidence and the words that they come from, genres, wishes."""
        confidence = reading.confidence
        if not self.rich:
            for name, value in reading.features.voiced().items():
                sure = f" (confidence {confidence[name]:.2f})" if name in confidence else ""
                self.say(f"{name}: {shown(name, value)}{sure}")
            for label, text in _heard_beside(reading):
                self.say(printable(f"{label}: {text}"))
            return
        from rich.table import Table
        from rich.text import Text

        console = self.console()
        origins = origins if origins and console.width >= _ROOM_FOR_ORIGINS else {}
        width = max(5, min(30, console.width - (70 if origins else 42)))
        table = Table.grid(padding=(0, 2))
        for name, value in reading.features.voiced().items():
            sure = f"{confidence[name]:.0%} sure" if name in confidence else ""
            words = Text(printable(" · ".join(origins.get(name, ()))), "dim", no_wrap=True, overflow="ellipsis")
            table.add_row(name, _bar(name, value, width), Text(shown(name, value), justify="right"), Text(sure, "dim"), words)
        console.print(table)
        self.beside(console, _heard_beside(reading))

    # -- the playlist

    def playlist(self, playlist: Playlist) -> None:
        """The tracks in order, each with one line of why, and below them time and arc of the whole."""
        from tonepoem.selection import aloud

        whole = [
            ("length", f"{len(playlist.tracks)} tracks, {spell_time(playlist.duration_ms)}"),
            ("source", playlist.source),
            *aloud(playlist.wishes),
        ]
        if not self.rich:
            self.say(printable(playlist.name))
            for number, choice in enumerate(playlist.tracks, start=1):
                track = choice.track
                length = f" ({clock(track.duration_ms)})" if track.duration_ms else ""
                self.say(printable(f"{number}. {', '.join(track.artists)} - {track.title}{length}: {choice.why}"))
            for label, text in whole:
                self.say(printable(f"{label}: {text}"))
            return
        from rich.text import Text

        console = self.console()
        console.print(Text(printable(playlist.name), "bold"))
        console.print(_tracks(playlist.tracks, console.width))
        energies = [choice.track.features.energy for choice in playlist.tracks]
        console.print(Text.assemble(("energy    ", "dim"), (sparkline(energies, console.width - 12), "cyan")))
        self.beside(console, whole)

    def beside(self, console: Console, rows: Sequence[tuple[str, str]]) -> None:
        """Lines below the result, each with its label."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for label, text in rows:
            table.add_row(Text(f"{label:<8}", "dim"), Text(printable(text)))
        console.print(table)

    def console(self, file: Any = None) -> Console:
        """What draws for a person, on standard output if no file is given."""
        from rich.console import Console

        return Console(file=file, no_color=self.color is False or None, highlight=False, markup=False, emoji=False)


def printable(text: str) -> str:
    """Text that stays on its line and steers no terminal, whoever wrote it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def sparkline(values: Sequence[float | None], width: int) -> str:
    """Shares from 0 to 1 as a line of blocks, a dot where one is not known; averaged where there are too many."""
    width = max(1, min(width, len(values)))
    line = []
    for place in range(width):
        part = values[place * len(values) // width : (place + 1) * len(values) // width]
        known = [value for value in part if value is not None]
        line.append(BLOCKS[min(7, int(sum(known) / len(known) * 8))] if known else "·")
    return "".join(line)


def _bar(name: str, value: float, width: int) -> Text:
    from rich.text import Text

    if name in NAMED:
        return Text("")
    full = round(width * along(name, value))
    return Text.assemble((FULL * full, "cyan"), (EMPTY * (width - full), "dim"))


def _heard_beside(reading: Reading) -> list[tuple[str, str]]:
    rows = []
    if reading.genres:
        rows.append(("genres", ", ".join(reading.genres)))
    if reading.said:
        rows += [("wish", wish) for wish in reading.said]
    elif wishes := reading.constraints.spoken():
        rows.append(("wishes", ", ".join(f"{name} {_wish(value)}" for name, value in wishes.items())))
    for number, phase in enumerate(reading.phases, start=1):
        sound = ", ".join(f"{name} {shown(name, value)}" for name, value in phase.features.voiced().items())
        rows.append((f"phase {number}", f"{phase.minutes:g} min {phase.words}{': ' if sound else ''}{sound}"))
    rows += [("note", note) for note in reading.notes]
    if reading.model:
        rows.append(("model", reading.model))
    return rows


def _wish(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " to ".join("…" if one is None else f"{one:g}" if isinstance(one, float) else str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tracks(choices: Sequence[Choice], width: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    wide = width >= WIDE
    table = Table(box=box.SIMPLE_HEAD if wide else None, show_header=wide, padding=(0, 1), expand=False, pad_edge=False)
    table.add_column("", justify="right", style="dim", no_wrap=True)
    if wide:
        for header in ("title", "artist"):
            table.add_column(header, overflow="ellipsis", no_wrap=True, max_width=width // 4)
        table.add_column("time", justify="right")
        table.add_column("why", style="dim", min_width=24)
    else:
        table.add_column("", ratio=1)
        table.add_column("", justify="right")
    for number, choice in enumerate(choices, start=1):
        track = choice.track
        title, artists, why = map(printable, (track.title, ", ".join(track.artists), choice.why))
        length = clock(track.duration_ms)
        if wide:
            table.add_row(str(number), Text(title, "bold"), artists, length, why)
        else:
            song = Text.assemble((title, "bold"), f"  {artists}")
            table.add_row(str(number), Text.assemble(song, "\n", (why, "dim")), length)
    return table
