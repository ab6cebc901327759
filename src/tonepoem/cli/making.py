"""``make`` and ``describe``: from words to what is heard in them, and to a playlist."""

# ruff: noqa: ARG001 - most options of `make` are read by `Asked`, which a refresh fills from a recipe

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tonepoem.cli.options import CatalogFile, Json, Model, parts_of, screen_of
from tonepoem.cli.review import portray
from tonepoem.cli.screen import printable
from tonepoem.errors import InputError, NothingFitsError

if TYPE_CHECKING:
    from tonepoem.api import Parts
    from tonepoem.cli.screen import Screen
    from tonepoem.playlist import Playlist, Published, Reading, Track


Source = Literal["auto", "recommendations", "reccobeats", "search", "catalog"]
"""The sources of :data:`tonepoem.api.SOURCES`; typed here as that module takes time to load."""
Shape = Literal["flat", "rise", "fall", "peak", "wave"]
"""The arcs of :data:`tonepoem.playlist.Arc`, likewise."""

Words = Annotated[list[str], typer.Argument(metavar="WORDS", help="What you want to hear.", show_default=False)]


def make(
    ctx: typer.Context,
    words: Words,
    length: Annotated[
        int | None,
        typer.Option(
            "--length", "-n", min=1, max=1_000, help="Number of tracks. 25 if the words do not say.", show_default=False
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=1, max=6_000, help="Length in minutes.", show_default=False)
    ] = None,
    arc: Annotated[Shape | None, typer.Option("--arc", help="How the energy moves.", show_default=False)] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="The playlist's name. By default made from the words.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed gives another playlist.")] = 0,
    variety: Annotated[
        float, typer.Option("--variety", min=0, max=1, help="0: the tracks that fit best, 1: the most different ones.")
    ] = 0.25,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 3 if a wish could not be met; save and publish nothing then.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Save as .m3u8, .csv or .json, or as .playlist.toml for `tonepoem refresh`; may be given again.",
            rich_help_panel="Result",
        ),
    ] = None,
    as_json: Json = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Create the playlist on Spotify.", rich_help_panel="Result")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Show it on your Spotify profile.", rich_help_panel="Result")
    ] = False,
    cover: Annotated[bool, typer.Option("--cover", help="Draw a cover from its features.", rich_help_panel="Result")] = False,
    source: Annotated[
        Source, typer.Option("--source", help="Where tracks come from; auto: the first that works.", rich_help_panel="Parts")
    ] = "auto",
    like_me: Annotated[
        bool, typer.Option("--like-me", help="Draw it towards what you hear most on Spotify.", rich_help_panel="Yours")
    ] = False,
    new_to_me: Annotated[
        bool, typer.Option("--new-to-me", help="Nothing that you have saved on Spotify.", rich_help_panel="Yours")
    ] = False,
    among: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="LIST",
            help="Choose only among these: liked, the address of a playlist of yours, or a file.",
            rich_help_panel="Yours",
            show_default=False,
        ),
    ] = None,
    catalog: CatalogFile = None,
    model: Model = None,
) -> None:
    """Make a playlist from words. Nothing is written to Spotify without --publish.

    Example: tonepoem 'furious metal for deadlifts' --minutes 45 --arc rise --out lift.m3u8
    """
    from tonepoem import export, recipe
    from tonepoem.cli.recipes import keep, tracked

    screen, parts = screen_of(ctx), parts_of(ctx, model, catalog)
    if length is not None and minutes is not None:
        raise typer.BadParameter("Give --length or --minutes, not both.")
    if (public or cover) and not publish:
        raise typer.BadParameter("--public and --cover need --publish.")
    recipes = [path for path in out or () if recipe.is_recipe(path)]
    files = [export.check(path) for path in out or () if path not in recipes]
    spotify = parts.spotify if publish else None  # who is not logged in learns it before the work
    with screen.busy("Reading the words"):
        reading = parts.listen(" ".join(words))
    with _strictly(strict):
        playlist = composed(screen, parts, reading, Asked.of(ctx.params), seed=seed, name=name)
    if not as_json:
        _show(screen, playlist)
    if strict and playlist.relaxed:
        if as_json:
            screen.json(export.document(playlist))
        screen.error(f"Not every wish could be met: {'; '.join(playlist.relaxed)}. Ask for less, or leave out --strict.")
        raise typer.Exit(3)
    for path in files:
        playlist.save(path)
        screen.note(f"Saved as {path}.")
    kept = keep(ctx, parts, playlist, reading, seed) if recipes else None
    if kept:
        for path in recipes:
            kept.save(path)
            screen.note(f"Saved as {path}.")

    def put() -> Published:
        return publish_it(screen, parts, playlist, public=public, cover=cover)

    url = (tracked(kept, recipes, put) if kept else put()).url if spotify else None
    if as_json:
        screen.json(export.document(playlist, url))


@dataclass(frozen=True, slots=True)
class Asked:
    """What options of ``make`` ask for beside the words: its parameters of the same names.

    What stands here a recipe asks for again when it is refreshed.
    """

    length: int | None
    minutes: float | None
    arc: Shape | None
    variety: float
    source: Source
    like_me: bool
    new_to_me: bool
    among: str | None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Asked:
        """Those among the parameters of ``make``."""
        return cls(**{field.name: params[field.name] for field in fields(cls)})


def composed(
    screen: Screen,
    parts: Parts,
    reading: Reading,
    asked: Asked,
    *,
    seed: int,
    name: str | None,
    without: Callable[[Track], bool] | None = None,
) -> Playlist:
    """The playlist for what was heard and asked for; says where it did not come from and why.

    Raises:
        TonepoemError: as for :func:`tonepoem.compose`, and :meth:`tonepoem.library.Listener.personal`.
    """
    from tonepoem import api
    from tonepoem.cli.recipes import listener_of

    with screen.busy("Looking for songs"):
        own = listener_of(parts).personal(
            reading, like_me=asked.like_me, new_to_me=asked.new_to_me, among=asked.among, without=without
        )
        taken = own.source or parts.source(asked.source)
        playlist = api.compose(
            own.reading,
            asked.length,
            source=taken,
            seed=seed,
            minutes=asked.minutes,
            arc=asked.arc,
            variety=asked.variety,
            name=name,
            without=own.without,
        )
    for note in own.notes:
        screen.note(printable(note))
    for passed, why in getattr(taken, "passed_over", {}).items():
        screen.note(f"Not from {passed}: {why}")
    return own.checked(playlist)


@contextmanager
def _strictly(strict: bool) -> Iterator[None]:
    try:
        yield
    except NothingFitsError as error:
        if not strict:
            raise
        typer.echo(f"tonepoem: {error}", err=True)
        raise typer.Exit(3) from error


def _show(screen: Screen, playlist: Playlist) -> None:
    screen.reading(playlist.reading)
    screen.say()
    screen.playlist(playlist)
    sys.stdout.flush()


def publish_it(screen: Screen, parts: Parts, playlist: Playlist, *, public: bool, cover: bool) -> Published:
    """Create a playlist on Spotify, and say what it costs before and where it stands after.

    Raises:
        ServiceError: Spotify did not do it; the message says what exists already and where.
    """
    spotify = parts.spotify
    if notice := spotify.token.notice():
        screen.note(notice)
    if cover:
        spotify.need("ugc-image-upload")
    screen.note(f"Publishing on Spotify: {spotify.cost(playlist)}.")
    with screen.busy("Publishing"):
        published = spotify.publish(playlist, public=public)
        if cover:
            spotify.cover(published)
    tell(screen, published)
    return published


def tell(screen: Screen, published: Published) -> None:
    """Say where a playlist stands, and what is not in it."""
    for track in published.missing:
        screen.note(f"Not on Spotify: {', '.join(track.artists)} - {track.title}")
    screen.note(f"Published: {published.url}")


def describe(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help="What you want to hear.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--input", "-i", metavar="FILE", help="A text file with a description a line; - is standard input."),
    ] = None,
    playlist: Annotated[
        str | None,
        typer.Option(
            "--playlist",
            metavar="FILE_OR_URL",
            help="The other way round: say what these tracks are. A saved playlist, an Exportify table, an M3U playlist, or "
            "the address of a playlist of yours on Spotify.",
        ),
    ] = None,
    as_json: Json = False,
    model: Model = None,
    catalog: CatalogFile = None,
) -> None:
    """Say which audio features words ask for, and how sure the model is; or what the tracks of a playlist are.

    Example: tonepoem describe 'calm acoustic songs for studying' --json
    """
    screen = screen_of(ctx)
    if [bool(words), file is not None, playlist is not None].count(True) != 1:
        raise typer.BadParameter("Give WORDS, --input FILE or --playlist FILE_OR_URL.")
    parts = parts_of(ctx, model, catalog)
    if playlist is not None:
        portray(screen, parts, playlist, as_json=as_json)
        return
    readings: Iterable[Reading]
    if words:
        with screen.busy("Reading the words") if model else _at_once():
            readings = (parts.listen(" ".join(words)),)
    else:
        readings = parts.listen_all(_lines(str(file)))
    first = True
    for reading in readings:
        if as_json:
            screen.json(_document(reading))
            continue
        if file is not None:
            screen.say("" if first else "\n", end="")
            screen.say(printable(reading.description))
        screen.reading(reading)
        first = False


@contextmanager
def _at_once() -> Iterator[None]:
    yield


def _document(reading: Reading) -> dict[str, object]:
    return {
        "description": reading.description,
        "features": reading.features.voiced(),
        "confidence": dict(reading.confidence),
        "genres": list(reading.genres),
        "constraints": reading.constraints.spoken(),
        "model": reading.model,
    }


def _lines(file: str) -> Iterator[str]:
    """The lines that are not blank; bytes that are no UTF-8 are replaced."""
    try:
        with open(file, "rb") if file != "-" else nullcontext(sys.stdin.buffer) as stream:  # noqa: PTH123 - said as given
            for line in codecs.iterdecode(stream, "utf-8-sig", errors="replace"):
                if text := line.strip():
                    yield text
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}. Give a text file with a description a line.") from error


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command(rich_help_panel="Playlists")(make)
    app.command(rich_help_panel="Playlists")(describe)
