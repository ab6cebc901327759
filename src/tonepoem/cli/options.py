"""Options that several commands share, and the parts wired as they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tonepoem.api import Parts
    from tonepoem.cli.screen import Screen

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


def screen_of(ctx: typer.Context) -> Screen:
    """What the command prints with."""
    screen: Screen = ctx.find_root().obj
    return screen


def parts_of(ctx: typer.Context, model: str | None = None, catalog: Path | None = None) -> Parts:
    """The parts as settings and options want them; options go first.

    Raises:
        SettingsError: a setting cannot be used.
    """
    from tonepoem.api import Parts
    from tonepoem.settings import Settings

    settings = Settings.load()
    if model is not None:
        settings = replace(settings, model=model)
    if catalog is not None:
        settings = replace(settings, catalog=catalog.absolute())
    return Parts(settings, screen_of(ctx).pause)
