"""Options that several commands share, and the parts wired as they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from tonepoem.cli.screen import Screen
    from tonepoem.parts import Parts

Shape = Literal["flat", "rise", "fall", "peak", "wave"]
"""The arcs of :data:`tonepoem.playlist.Arc`; typed here as that module takes time to load."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="ID_OR_FOLDER", help="Another T5 that writes audio features.", rich_help_panel="Parts"),
]
CatalogFile = Annotated[
    Path | None,
    typer.Option(
        "--catalog",
        metavar="FILE",
        help="Another catalog file. By default yours, and until there is one, the starter catalog.",
        rich_help_panel="Parts",
    ),
]


def _wish(*names: str, metavar: str | None = None, **more: Any) -> Any:
    """An option that says exactly what is wanted."""
    return typer.Option(*names, metavar=metavar, show_default=False, rich_help_panel="Exact wishes", **more)


Length = Annotated[int | None, _wish("--length", "-n", min=1, max=1_000, help="Number of tracks. 25 if the words do not say.")]
Minutes = Annotated[float | None, _wish("--minutes", min=1, max=6_000, help="Length in minutes instead.")]
PhaseOption = Annotated[
    list[str] | None,
    _wish(
        "--phase", metavar="PART", help="One part after the other: '10m energy=0.4', '20m at 170 bpm'; give it again for each."
    ),
]
ArcOption = Annotated[Shape | None, _wish("--arc", help="How the energy moves.")]
Years = Annotated[str | None, _wish("--years", metavar="SPAN", help="Years of release: 1990-1999, 1990-, -1999, 90s, 1991.")]
Bpm = Annotated[str | None, _wish("--bpm", metavar="SPAN", help="Tempo: 120-130, -100, or 170, which allows 3 % more or less.")]
Key = Annotated[str | None, _wish("--key", metavar="KEY", help="Key: 'A minor', F#, 'Bb major'.")]
Clean = Annotated[bool, _wish("--clean", help="Nothing explicit.")]
Explicit = Annotated[bool, _wish("--explicit", help="Only what is explicit.")]
Instrumental = Annotated[bool | None, _wish("--instrumental/--no-instrumental", help="Without voice, or with.")]
Like = Annotated[list[str] | None, _wish("--like", metavar="ARTIST", help="The sound of this artist; may be given again.")]
By = Annotated[list[str] | None, _wish("--by", metavar="ARTIST", help="Only this artist; may be given again.")]
NotArtist = Annotated[list[str] | None, _wish("--not-artist", metavar="ARTIST", help="Not this artist; may be given again.")]
GenreOption = Annotated[
    list[str] | None, _wish("--genre", metavar="GENRE", help="Only this genre and what is near it; may be given again.")
]
NotGenre = Annotated[list[str] | None, _wish("--not-genre", metavar="GENRE", help="Not this genre; may be given again.")]
Values = Annotated[
    list[str] | None, _wish("--set", metavar="FEATURE=VALUE", help="Aim here, e.g. energy=0.8; may be given again.")
]
MaxPerArtist = Annotated[int | None, _wish("--max-per-artist", min=1, max=1_000, help="Tracks of one artist at most.")]
Market = Annotated[
    str | None, _wish("--market", metavar="COUNTRY", help="Songs available there, where the source knows: two letters, DE.")
]


def screen_of(ctx: typer.Context) -> Screen:
    """What the command prints with."""
    screen: Screen = ctx.find_root().obj
    return screen


def parts_of(ctx: typer.Context, model: str | None = None, catalog: Path | None = None, market: str | None = None) -> Parts:
    """The parts as settings and options want them; options go first.

    Raises:
        SettingsError: a setting cannot be used.
    """
    from tonepoem.parts import Parts
    from tonepoem.settings import Settings

    settings = Settings.load()
    if model is not None:
        settings = replace(settings, model=model)
    if catalog is not None:
        settings = replace(settings, catalog=catalog.absolute())
    if market is not None:
        settings = replace(settings, market=market.upper())
    return Parts(settings, screen_of(ctx).pause)
