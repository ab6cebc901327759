"""``lint`` and ``describe --playlist``: what a list of tracks is, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonepoem.cli.options import CatalogFile, Json, Model, parts_of, screen_of
from tonepoem.cli.screen import EMPTY, FULL, printable, sparkline
from tonepoem.errors import ServiceError
from tonepoem.spelling import along, shown

if TYPE_CHECKING:
    from rich.text import Text

    from tonepoem.cli.screen import Screen
    from tonepoem.lint import Finding
    from tonepoem.parts import Parts
    from tonepoem.portrait import Portrait, Spread
    from tonepoem.tracklist import TrackList

_MOST = 8
"""So many genres, artists and unknown tracks are named on a line."""


def lint(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_URL",
            help="A saved playlist, an Exportify table, an M3U playlist, or the address of a playlist of yours on Spotify.",
            show_default=False,
        ),
    ],
    words: Annotated[
        str | None,
        typer.Option(
            "--words", metavar="WORDS", help="What the list is meant to be. By default what a saved one was made from."
        ),
    ] = None,
    as_json: Json = False,
    catalog: CatalogFile = None,
    model: Model = None,
) -> None:
    """Name what is wrong with a playlist: strangers, twins, crowding artists, rough joins, broken wishes.

    Ends with status 3 if anything is. Outliers are measured from what the words ask; without words, from the list itself.

    Example: tonepoem lint study.json --words 'calm acoustic songs for studying'
    """
    from tonepoem import lint as linting
    from tonepoem.portrait import heard

    screen, parts = screen_of(ctx), parts_of(ctx, model, catalog)
    listed = tracks_of(screen, parts, target)
    reading = parts.listen(words) if words is not None else listed.reading
    findings = linting.check(listed.tracks, reading)
    unheard = [place for place, track in enumerate(listed.tracks, start=1) if not heard(track)]
    if as_json:
        screen.json(
            {
                "name": listed.name,
                "words": reading.description if reading else None,
                "tracks": len(listed.tracks),
                "findings": [finding.model_dump(mode="json") for finding in findings],
                "unheard": unheard,
            }
        )
    else:
        for finding in findings:
            screen.say(printable(_line(finding)))
        screen.say(_summary(findings, len(listed.tracks)))
        if unheard:
            sound = "sounds" if len(unheard) == 1 else "sound"
            screen.say(f"How {len(unheard)} of them {sound} is not known: {', '.join(map(str, unheard))}.")
    if findings:
        raise typer.Exit(3)


def _line(finding: Finding) -> str:
    places = finding.places
    where = f"{places[0]}–{places[1]}" if finding.kind == "join" else ", ".join(map(str, places)) or "all"
    return f"{where}: {finding.kind}: {finding.what}."


def _summary(findings: Sequence[Finding], tracks: int) -> str:
    if not findings:
        return f"Nothing is wrong with these {tracks} tracks."
    counts = Counter(finding.kind for finding in findings)
    return f"{len(findings)} findings in {tracks} tracks: {', '.join(f'{kind} {count}' for kind, count in counts.items())}."


def tracks_of(screen: Screen, parts: Parts, target: str) -> TrackList:
    """The tracks of a file or of a playlist on Spotify, with what the catalog knows of them.

    A playlist on Spotify is on the network already, so ReccoBeats is asked for the sound of what the catalog does not know.

    Raises:
        InputError: the file cannot be read, or the address is none of a playlist.
        CatalogError: a table or the catalog cannot be read.
        ServiceError: Spotify did not answer, or may not be asked.
    """
    from tonepoem import tracklist
    from tonepoem.portrait import heard

    away = target.startswith(("http://", "https://", "spotify:playlist:"))
    if away:
        with screen.busy("Reading the playlist"):
            listed = tracklist.of("Spotify playlist", parts.spotify.library.playlist(target).tracks)
    else:
        listed = tracklist.read(target)
    for note in listed.notes:
        screen.note(printable(f"{note}."))
    if all(heard(track) and track.genres and track.year for track in listed.tracks):
        return listed
    tracks = tracklist.filled(listed.tracks, parts.catalog)
    if away and parts.reccobeats and not all(map(heard, tracks)):
        try:
            with screen.busy("Asking how they sound"):
                tracks = parts.reccobeats.features(tracks)
        except ServiceError as error:
            screen.note(str(error))
    return listed.model_copy(update={"tracks": tracks})


def portray(screen: Screen, parts: Parts, target: str, *, as_json: bool) -> None:
    """Say what the tracks of a file or of a playlist on Spotify are.

    Raises:
        TonepoemError: as for :func:`tracks_of`.
    """
    from tonepoem import portrait

    listed = tracks_of(screen, parts, target)
    found = portrait.of(listed.name, listed.tracks)
    if as_json:
        screen.json(found.document())
        return
    screen.say(printable(found.name))
    if screen.rich:
        _drawn(screen, found, listed)
        return
    screen.say(printable(portrait.words(found)))
    for name, spread in found.features.items():
        screen.say(f"{name}: {_value(name, spread)}{_known(spread, found)}")
    for label, text in _beside(found, listed):
        screen.say(printable(f"{label}: {text}"))
    if found.arc:
        screen.say(f"arc: {found.arc}")


def _drawn(screen: Screen, found: Portrait, listed: TrackList) -> None:
    """The portrait for a person at a terminal: bars for means and spreads, a line for the arc."""
    from rich.table import Table
    from rich.text import Text

    from tonepoem import portrait

    console = screen.console()
    console.print(Text(printable(portrait.words(found))))
    console.print()
    width = max(5, min(30, console.width - 42))
    table = Table.grid(padding=(0, 2))
    for name, spread in found.features.items():
        bar = _band(name, spread, width)
        table.add_row(name, bar, Text(_value(name, spread)), Text(_known(spread, found).strip(), "dim"))
    console.print(table)
    if any(value is not None for value in found.energy):
        console.print(Text.assemble(("arc       ", "dim"), (sparkline(found.energy, console.width - 12), "cyan")))
    screen.beside(console, _beside(found, listed))


def _band(name: str, spread: Spread, width: int) -> Text:
    """A line over the feature's scale: a block at the mean, a stroke one spread to both sides."""
    from rich.text import Text

    if name == "mode":  # a share of major
        full = round(width * spread.mean)
        return Text.assemble((FULL * full, "cyan"), (EMPTY * (width - full), "dim"))
    low, mean, high = (round((width - 1) * along(name, spread.mean + off * spread.spread)) for off in (-1, 0, 1))
    return Text.assemble(
        (EMPTY * low, "dim"),
        ("─" * (mean - low), "cyan"),
        (FULL, "cyan"),
        ("─" * (high - mean), "cyan"),
        (EMPTY * (width - 1 - high), "dim"),
    )


def _value(name: str, spread: Spread) -> str:
    if name == "mode":
        return f"{spread.mean:.0%} major"
    if name == "duration_ms":
        return f"{shown(name, spread.mean)} ± {shown(name, spread.spread) or '0:00'}"
    number, _, unit = shown(name, spread.mean).partition(" ")
    return f"{number} ± {shown(name, spread.spread).partition(' ')[0]} {unit}".rstrip()


def _known(spread: Spread, found: Portrait) -> str:
    return "" if spread.known == found.tracks else f" ({spread.known} known)"


def _beside(found: Portrait, listed: TrackList) -> list[tuple[str, str]]:
    """Genres, years, artists, and what is not known, as lines."""
    rows = []
    if found.genres:
        rows.append(("genres", _counts(found.genres)))
    if found.decades:
        unknown = found.tracks - sum(found.decades.values())
        decades = ", ".join(f"{decade}s {count}" for decade, count in found.decades.items())
        rows.append(("years", decades + (f", unknown {unknown}" if unknown else "")))
    rows.append(("artists", _counts(found.artists)))
    if found.unheard:
        some = [listed.tracks[place - 1] for place in found.unheard[:_MOST]]
        more = f" and {len(found.unheard) - _MOST} more" if len(found.unheard) > _MOST else ""
        rows.append(("unknown", "; ".join(f"{', '.join(one.artists)} - {one.title}" for one in some) + more))
    return rows


def _counts(counts: Mapping[str, Any]) -> str:
    named = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:_MOST])
    return named + (f" and {len(counts) - _MOST} more" if len(counts) > _MOST else "")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command(rich_help_panel="Playlists")(lint)
