"""``publish``, ``login``, ``logout`` and ``doctor``: what has to do with the account on Spotify."""

from __future__ import annotations

import sys
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tonepoem.cli.making import RECIPE, publish_it, tell
from tonepoem.cli.options import CatalogFile, Json, Model, parts_of, screen_of
from tonepoem.errors import InputError, TonepoemError

if TYPE_CHECKING:
    from tonepoem.cli.screen import Screen
    from tonepoem.parts import Parts
    from tonepoem.playlist import Playlist, Published
    from tonepoem.spotify import Spotify
    from tonepoem.spotify.capabilities import Finding


def publish(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A playlist that was saved with --out NAME.json.", show_default=False),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish what was begun and broken off.")] = False,
    update: Annotated[
        str | None,
        typer.Option(
            "--update", metavar="PLAYLIST", help="Replace the songs of this playlist of yours, once you have seen what changes."
        ),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last --update back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Update without asking.")] = False,
    public: Annotated[bool, typer.Option("--public", help="Show it on your Spotify profile.")] = False,
    cover: Annotated[bool, typer.Option("--cover", help="Draw a cover from its features.")] = False,
    as_json: Json = False,
) -> None:
    """Put a saved playlist on Spotify, or finish, change or restore one.

    Example: tonepoem publish study.json
    """
    from tonepoem.playlist import Playlist

    if file and file.name.lower().endswith(RECIPE):
        raise InputError(f"{file} is a recipe. Put it on Spotify with: tonepoem refresh {file} --publish")
    if [file is not None, resume, undo].count(True) != 1:
        raise typer.BadParameter("Give one of FILE, --resume and --undo.")
    screen, parts = screen_of(ctx), parts_of(ctx)
    playlist = Playlist.load(file) if file else None
    spotify = parts.spotify
    if playlist and update:
        done = _update(screen, spotify, playlist, update, yes)
    elif playlist:
        done = (publish_it(screen, parts, playlist, public=public, cover=cover),)
    else:
        with screen.busy("Publishing"):
            done = spotify.resume() if resume else (spotify.undo(),)
        for published in done:
            tell(screen, published)
        if not done:
            screen.note("Nothing was left unfinished.")
    if as_json:
        screen.json([{"name": one.playlist.name, "url": one.url, "missing": len(one.missing)} for one in done])


def _update(screen: Screen, spotify: Spotify, playlist: Playlist, target: str, yes: bool) -> tuple[Published, ...]:
    with screen.busy("Comparing"):
        change = spotify.compare(playlist, target)
    screen.note(str(change))
    for track in change.added:
        screen.note(f"  + {', '.join(track.artists)} - {track.title}")
    for item in change.removed:
        screen.note(f"  - {', '.join(artist.name for artist in item.artists)} - {item.name or item.uri}")
    if not yes:
        if not sys.stdin.isatty():
            raise InputError("Nobody can be asked whether to go on. Give --yes to update without asking.")
        if not typer.confirm("Update the playlist?", err=True):
            return ()
    with screen.busy("Updating"):
        published = spotify.update(change)
    tell(screen, published)
    return (published,)


def login(
    ctx: typer.Context,
    no_browser: Annotated[
        bool,
        typer.Option(
            "--no-browser", help="Print the address, and read the one that the browser was sent to from standard input."
        ),
    ] = False,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", metavar="SCOPE", help="A further permission; may be given again.")
    ] = None,
) -> None:
    """Log in to Spotify.

    Example: tonepoem login --no-browser
    """
    from tonepoem.spotify import Spotify

    screen, parts = screen_of(ctx), parts_of(ctx)

    def ask(address: str) -> str:
        screen.note(f"Open this address in a browser, and agree:\n\n{address}\n")
        screen.note("Then paste the address that the browser was sent to, even if it shows an error there:")
        return sys.stdin.readline()

    def browse(address: str) -> None:
        screen.note(f"Agree in your browser. If none opens, open this address:\n\n{address}\n")
        webbrowser.open(address)

    if no_browser:
        spotify = Spotify.login(parts.app, scopes=scope or (), again=True, ask=ask)
    else:
        spotify = Spotify.login(parts.app, scopes=scope or (), again=True, browse=browse)
    screen.note(f"You are logged in until {spotify.token.ends:%Y-%m-%d}.")


def logout(ctx: typer.Context) -> None:
    """Forget the login, and all that is kept about the account.

    Example: tonepoem logout
    """
    from tonepoem.spotify import Spotify

    there = Spotify.logout(parts_of(ctx).app)
    screen_of(ctx).note("All that was kept about your Spotify account is deleted." if there else "There was no login.")


def doctor(ctx: typer.Context, as_json: Json = False, catalog: CatalogFile = None, model: Model = None) -> None:
    """Say what works, what this Spotify app may do, and what to mend.

    Example: tonepoem doctor
    """
    screen, parts = screen_of(ctx), parts_of(ctx, model, catalog)
    with screen.busy("Looking"):
        findings = [*_here(parts), *_there(parts)]
    if as_json:
        for finding in findings:
            screen.json(asdict(finding))
        return
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = {True: "ok  ", False: "MEND", None: "    "}[finding.fine]
        screen.say(f"{mark} {finding.name:<{width}}  {finding.value}")
        if finding.mend:
            screen.say(f"     {'':<{width}}  {finding.mend}")


def _here(parts: Parts) -> list[Finding]:
    """What is on this machine."""
    from tonepoem.spotify.capabilities import Finding

    findings = []
    try:
        findings.append(Finding("model", parts.generator.name, True))
    except TonepoemError as error:
        findings.append(Finding("model", "cannot be used", False, str(error)))
    try:
        whose = str(parts.catalog.path or "the starter catalog")
        findings.append(Finding("catalog", f"{len(parts.catalog)} tracks, {whose}", True))
    except TonepoemError as error:
        findings.append(Finding("catalog", "cannot be used", False, str(error)))
    return findings


def _there(parts: Parts) -> list[Finding]:
    """What is on Spotify and with ReccoBeats."""
    from tonepoem.spotify import Spotify
    from tonepoem.spotify.capabilities import Finding

    others = [("ReccoBeats", parts.reccobeats.reach)] if parts.reccobeats else []
    try:
        app = parts.app
    except TonepoemError as error:
        return [Finding("Spotify app", "is not set" if not parts.settings.client_id else "cannot be used", None, str(error))]
    return list(Spotify(app).doctor(others))


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (publish, login, logout, doctor):
        app.command(rich_help_panel="Spotify")(command)
