"""``make`` and ``describe``: from words to what is heard in them, and to a playlist."""

# ruff: noqa: ARG001 - most options of `make` are read by `Asked`, which a refresh fills from a recipe

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from tonepoem.cli.options import (
    ArcOption,
    Bpm,
    By,
    CatalogFile,
    Clean,
    Explicit,
    GenreOption,
    Instrumental,
    Json,
    Key,
    Length,
    Like,
    Market,
    MaxPerArtist,
    Minutes,
    Model,
    NotArtist,
    NotGenre,
    PhaseOption,
    Values,
    Years,
    parts_of,
    screen_of,
)
from tonepoem.cli.screen import printable
from tonepoem.errors import InputError, NothingFitsError

if TYPE_CHECKING:
    from tonepoem.asked import Given
    from tonepoem.cli.screen import Screen
    from tonepoem.composing import TrackSource
    from tonepoem.parts import Parts
    from tonepoem.playlist import Playlist, Published, Reading, Track


Source = Literal["auto", "recommendations", "reccobeats", "search", "catalog"]
"""The sources of :data:`tonepoem.parts.SOURCES`; typed here as that module takes time to load."""
RECIPE: Final = ".playlist.toml"
"""The ending of :data:`tonepoem.recipe.ENDING`, likewise."""

Words = Annotated[list[str], typer.Argument(metavar="WORDS", help="What you want to hear.", show_default=False)]


def make(
    ctx: typer.Context,
    words: Words,
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
            help="Save as .m3u8, .csv, .json or .html, or as .playlist.toml for `tonepoem refresh`; may be given again.",
            rich_help_panel="Result",
        ),
    ] = None,
    as_json: Json = False,
    interactive: Annotated[
        bool,
        typer.Option(
            "--interactive", "-i", help="Look first: keep, drop, more like this, louder, undo …", rich_help_panel="Result"
        ),
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Create the playlist on Spotify.", rich_help_panel="Result")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Show it on your Spotify profile.", rich_help_panel="Result")
    ] = False,
    cover: Annotated[bool, typer.Option("--cover", help="Draw a cover from its features.", rich_help_panel="Result")] = False,
    length: Length = None,
    minutes: Minutes = None,
    phase: PhaseOption = None,
    arc: ArcOption = None,
    years: Years = None,
    bpm: Bpm = None,
    key: Key = None,
    clean: Clean = False,
    explicit: Explicit = False,
    instrumental: Instrumental = None,
    like: Like = None,
    by: By = None,
    not_artist: NotArtist = None,
    genre: GenreOption = None,
    not_genre: NotGenre = None,
    values: Values = None,
    max_per_artist: MaxPerArtist = None,
    market: Market = None,
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
    from tonepoem import export
    from tonepoem.cli.interactive import changed
    from tonepoem.cli.recipes import keep, tracked

    asked = Asked.of(ctx.params)
    asked.check()
    screen, parts = screen_of(ctx), parts_of(ctx, model, catalog, market)
    if (public or cover) and not publish:
        raise typer.BadParameter("--public and --cover need --publish.")
    if interactive and as_json:
        raise typer.BadParameter("Give --interactive or --json, not both.")
    recipes = [path for path in out or () if path.name.lower().endswith(RECIPE)]
    files = [export.check(path) for path in out or () if path not in recipes]
    if publish:
        _ = parts.spotify  # who is not logged in learns it before the work
    with screen.busy("Reading the words"):
        reading = parts.listen(" ".join(words))
    with _strictly(strict):
        playlist = composed(screen, parts, reading, asked, seed=seed, name=name)
    if interactive:
        looked = changed(screen, parts, playlist, asked, seed=seed, files=files)
        playlist, publish = looked.playlist, publish or looked.publish
    if not as_json:
        _show(screen, parts, playlist)
    if strict and (loosened := [f"{one.wish}: {one.how}" for one in playlist.wishes if one.state == "loosened"]):
        if as_json:
            screen.json(export.document(playlist))
        screen.error(f"Not every wish could be met: {'; '.join(loosened)}. Ask for less, or leave out --strict.")
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

    url = (tracked(kept, recipes, put) if kept else put()).url if publish else None
    if as_json:
        screen.json(export.document(playlist, url))


WISHES: Final = (
    "length minutes phase arc years bpm key clean explicit instrumental like by not_artist genre not_genre set "
    "max_per_artist market"
).split()
"""The names of the fields of :class:`tonepoem.asked.Options`, which are parameters of ``make``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What options of ``make`` ask for beside the words: its parameters of the same names.

    What stands here a recipe asks for again when it is refreshed.
    """

    wishes: Mapping[str, Any]
    variety: float
    source: Source
    like_me: bool
    new_to_me: bool
    among: str | None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Asked:
        """Those among the parameters of ``make``."""
        own = {field.name: params[field.name] for field in fields(cls) if field.name != "wishes"}
        named = {name: params["values" if name == "set" else name] for name in WISHES}
        # an option that was not given is None or empty, and a flag False
        return cls(wishes={name: value for name, value in named.items() if _is_given(name, value)}, **own)

    def check(self, source: TrackSource | None = None) -> Given:
        """What the wishes mean.

        Args:
            source: where names of artists are looked up; None takes them as they are.

        Raises:
            typer.BadParameter: one makes no sense, or two contradict each other.
        """
        from tonepoem import api
        from tonepoem.asked import Options, wishes_given

        try:
            return wishes_given(Options(**self.wishes), api.names_in(source) if source else None)
        except InputError as error:
            raise typer.BadParameter(str(error)) from error


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

    with screen.busy("Looking for songs"):
        own = parts.listener.personal(
            reading,
            like_me=asked.like_me,
            new_to_me=asked.new_to_me,
            among=asked.among,
            without=without,
            styled=not {"like", "by", "genre"}.isdisjoint(asked.wishes),
        )
        taken = own.source or parts.source(asked.source)
        given = asked.check(taken)
        wishes = {wish: value for wish, value in asked.wishes.items() if wish != "phase"}
        phased = parts.phased(own.reading, given.phases)
        playlist = api.compose(phased, source=taken, seed=seed, variety=asked.variety, name=name, without=own.without, **wishes)
    for note in own.notes:
        screen.note(printable(note))
    for passed, why in getattr(taken, "passed_over", {}).items():
        screen.note(f"Not from {passed}: {why}")
    return own.checked(playlist)


def _is_given(name: str, value: object) -> bool:
    """Whether a parameter of ``make`` was given: its option was, and it is no flag that is off."""
    return value not in (None, (), []) and not (value is False and name in {"clean", "explicit"})


@contextmanager
def _strictly(strict: bool) -> Iterator[None]:
    try:
        yield
    except NothingFitsError as error:
        if not strict:
            raise
        typer.echo(f"tonepoem: {error}", err=True)
        raise typer.Exit(3) from error


def _show(screen: Screen, parts: Parts, playlist: Playlist) -> None:
    screen.reading(playlist.reading, parts.origins(playlist.reading) if screen.rich else None)
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
        from tonepoem.cli.review import portray

        portray(screen, parts, playlist, as_json=as_json)
        return
    readings: Iterable[Reading]
    if words:
        with screen.busy("Reading the words") if model else nullcontext():
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
        screen.reading(reading, parts.origins(reading) if words and screen.rich else None)
        first = False


def _document(reading: Reading) -> dict[str, object]:
    from tonepoem import export

    phases = [phase.model_dump(mode="json", exclude_defaults=True) for phase in reading.phases]
    return {**export.heard(reading), **({"phases": phases} if phases else {})}


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
