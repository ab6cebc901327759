"""``refresh``, and saving a playlist as a recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tonepoem.cli.options import Json, parts_of, screen_of
from tonepoem.cli.screen import printable
from tonepoem.errors import AccessError, CatalogError, InputError, ModelError, PublishError

if TYPE_CHECKING:
    from tonepoem.cli.screen import Screen
    from tonepoem.parts import Parts
    from tonepoem.playlist import Playlist, Published, Reading, Track
    from tonepoem.recipe import Ingredient, Option, Recipe

NOT_KEPT: Final = frozenset(
    {"words", "out", "as_json", "publish", "public", "cover", "strict", "interactive", "seed", "name", "help"}
)
"""Parameters of ``make`` that say nothing of what is in the playlist, or that stand in a place of their own."""

_PATHS: Final = frozenset({"catalog", "model", "from"})
"""Options that may name a file: kept in full, as a refresh may run elsewhere."""


# -- saving


def keep(ctx: typer.Context, parts: Parts, playlist: Playlist, heard: Reading, seed: int) -> Recipe:
    """The recipe of what ``make`` has just made.

    Args:
        ctx: the command's, with its options.
        parts: what was used.
        playlist: the result.
        heard: what was heard in the words, options left out.
        seed: what it was made with.
    """
    from tonepoem import __version__
    from tonepoem.recipe import Recipe

    return Recipe.of(
        playlist,
        version=__version__,
        heard=heard,
        options=_given(ctx),
        seed=seed,
        model=_model(parts),
        catalog=_catalog(parts),
    )


def tracked(recipe: Recipe, paths: Sequence[Path], publish: Callable[[], Published]) -> Published:
    """Publish, and note in recipes where the playlist stands, even if it could not be finished.

    Raises:
        ServiceError: as the publishing did.
    """
    url = None
    try:
        published = publish()
        url = published.url
    except PublishError as error:
        url = error.url
        raise
    finally:
        if url and url != recipe.url:
            for path in paths:
                recipe.published(url).save(path)
    return published


def _given(ctx: typer.Context) -> dict[str, Option]:
    """The options that were given on the command line, by their long names, as a file can hold them."""
    given: dict[str, Option] = {}
    for param in ctx.command.params:
        name = str(param.name)
        source = ctx.get_parameter_source(name)
        if name in NOT_KEPT or source is None or source.name != "COMMANDLINE":
            continue
        value, spelled = ctx.params[name], _long(param)
        if value is False and getattr(param, "secondary_opts", None):
            value, spelled = True, max(param.secondary_opts, key=len).removeprefix("--")
        given[spelled] = _plain(value, spelled in _PATHS)
    return given


def _long(param: Any) -> str:
    return str(max(param.opts, key=len).removeprefix("--"))


def _plain(value: Any, path: bool) -> Option:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return str(Path(text).absolute()) if path and Path(text).exists() else text


def _model(parts: Parts) -> Ingredient:
    from tonepoem.generator import folder
    from tonepoem.recipe import Ingredient

    model = parts.settings.model
    return Ingredient(name=model or "the shipped model", checksum=folder.checksum(model))


def _catalog(parts: Parts) -> Ingredient:
    from tonepoem.recipe import Ingredient

    return Ingredient(name=str(parts.catalog.path or "the starter catalog"), checksum=parts.catalog.checksum)


# -- refreshing


def refresh(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A playlist that was saved with --out NAME.playlist.toml.", show_default=False),
    ],
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            help="By default the first seed and the number of refreshes, so that each refresh gives other songs.",
            show_default=False,
        ),
    ] = None,
    avoid_recent: Annotated[
        int,
        typer.Option(
            "--avoid-recent", metavar="N", min=0, help="Keep out the songs of the last N refreshes, today's included."
        ),
    ] = 0,
    publish: Annotated[
        bool, typer.Option("--publish", help="Put the new songs into its playlist on Spotify, made if there is none.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Go on where the file, the model, the catalog or tonepoem has changed since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a saved playlist again with other songs, and say the difference. Meant for cron, too.

    Example: tonepoem refresh morning.playlist.toml --avoid-recent 3 --publish
    """
    from tonepoem import __version__, library
    from tonepoem import recipe as recipes
    from tonepoem.cli.making import Asked, composed

    screen = screen_of(ctx)
    before = recipes.load(file)
    avoided = before.recent(avoid_recent)
    params = _params(ctx, file, before)
    parts, model, catalog = _parts(ctx, params)
    differences = before.differences(__version__, model, catalog)
    if differences and not anyway:
        raise InputError(f"{file} would not give the same playlist: {'; '.join(differences)}. Go on with --anyway.")
    for difference in differences:
        screen.note(printable(f"Note: {difference}."))
    if publish:  # who may not learns it before the work
        parts.spotify.need("playlist-modify-private", *(("playlist-read-private",) if before.url else ()))
    by_hand = "heard" in before.edited and "words" not in before.edited
    with screen.busy("Reading the words"):
        heard = before.heard if by_hand else parts.listen(before.words)
    used = before.next_seed if seed is None else seed
    without = library.known(avoided) if avoided else None
    with _options_of(file):
        playlist = composed(screen, parts, heard, Asked.of(params), seed=used, name=before.name, without=without)
    for wish in playlist.relaxed:
        screen.note(printable(f"Loosened: {wish}."))
    after = before.again(playlist, version=__version__, heard=heard, seed=used, model=_model(parts), catalog=_catalog(parts))
    after.save(file)
    came, went = recipes.difference(before.tracks, after.tracks)
    if not as_json:
        screen.say(printable(f"{before.name}: +{len(came)} −{len(went)}"))
        for sign, tracks in (("+", came), ("−", went)):
            for track in tracks:
                screen.say(printable(f"{sign} {', '.join(track.artists)} - {track.title}"))
    url = before.url
    if publish:
        url = tracked(after, (file,), lambda: _publish(screen, parts, file, playlist, before.url)).url
    if as_json:
        row = {"name": before.name, "seed": used, "tracks": len(playlist.tracks), "added": list(map(_song, came))}
        row |= {"removed": list(map(_song, went)), "relaxed": list(playlist.relaxed), "differences": list(differences)}
        screen.json({**row, "url": url})


def _song(track: Track) -> dict[str, object]:
    return {"title": track.title, "artists": list(track.artists), "uri": track.uri}


def _params(ctx: typer.Context, file: Path, recipe: Recipe) -> dict[str, Any]:
    """The options of a recipe, read as ``make`` reads them.

    Raises:
        InputError: an option is not known, or its value cannot be used.
    """
    from tonepoem.cli.making import Asked
    from tonepoem.recipe import faults

    root = ctx.find_root()
    make = root.command.commands["make"]  # type: ignore[attr-defined]  # the program is a group
    flags = {_long(param): param for param in make.params if param.name not in NOT_KEPT}
    negative = {
        max(param.secondary_opts, key=len).removeprefix("--"): param for param in flags.values() if param.secondary_opts
    }
    arguments: list[str] = []
    for name, value in recipe.options.items():
        key = ("options", name)
        if name not in flags and name not in negative:
            raise faults.wrong(file, key, "is no option of tonepoem make")
        param = flags.get(name) or negative[name]
        if param.is_flag is not isinstance(value, bool):
            raise faults.wrong(file, key, "is to be true or false" if param.is_flag else "is to have a value")
        if isinstance(value, bool):
            arguments += [f"--{name}"] if value else []
        else:
            arguments += [f"--{name}={one}" for one in (value if isinstance(value, list) else [value])]
    try:
        read = make.make_context("make", [*arguments, "--", recipe.words], parent=root)
    except typer.BadParameter as error:
        name = _long(error.param) if error.param else ""
        raise faults.wrong(file, ("options", name), f"cannot be used: {error.message.rstrip('.')}") from error
    params = dict(read.params)
    with _options_of(file):
        Asked.of(params).check()
    return params


@contextmanager
def _options_of(file: Path) -> Iterator[None]:
    """What is wrong with options is wrong with the file."""
    try:
        yield
    except typer.BadParameter as error:
        raise InputError(f"{file}, options: {error.message} Mend the file, or make the playlist anew.") from error


def _parts(ctx: typer.Context, params: dict[str, Any]) -> tuple[Parts, Ingredient | str, Ingredient | str]:
    """The parts that a recipe names, with why its model or its catalog cannot be used; then the usual one takes its place."""
    parts = parts_of(ctx, params["model"], params["catalog"], params["market"])
    model: Ingredient | str
    catalog: Ingredient | str
    try:
        model = _model(parts)
    except ModelError as error:
        model = str(error)
        parts = parts_of(ctx, None, params["catalog"], params["market"])
        parts.settings = replace(parts.settings, model=None)
    try:
        catalog = _catalog(parts)
    except CatalogError as error:
        catalog = str(error)
        other = parts_of(ctx, parts.settings.model, None, params["market"])
        other.settings = replace(other.settings, catalog=None)
        parts = other
    return parts, model, catalog


def _publish(screen: Screen, parts: Parts, file: Path, playlist: Playlist, url: str | None) -> Published:
    """Put a playlist in the place of what stands on Spotify, or make it there.

    Raises:
        ServiceError: Spotify did not do it.
    """
    from tonepoem.cli.making import publish_it, tell

    if url is None:
        return publish_it(screen, parts, playlist, public=False, cover=False)
    from tonepoem.spotify.errors import Gone

    spotify = parts.spotify
    if notice := spotify.token.notice():
        screen.note(notice)
    try:
        with screen.busy("Comparing"):
            change = spotify.compare(playlist, url)
    except Gone as error:
        raise AccessError(
            f"The playlist {url} is no longer on Spotify. Delete the line url in {file}, and refresh it with --publish "
            "--anyway to make a new one."
        ) from error
    if change.lost:
        names = ", ".join(item.name or item.uri for item in change.lost)
        raise InputError(
            f"{change.target.name or url} holds what no app can put back: {printable(names)}. {file} is refreshed; take "
            "these out of the playlist, and refresh it again."
        )
    screen.note(printable(f"On Spotify, {change}."))
    with screen.busy("Updating"):
        published = spotify.update(change)
    tell(screen, published)
    return published


def add_to(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command(rich_help_panel="Playlists")(refresh)
