"""``catalog``: bring your own tracks, write them out, see what is there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tonepoem.cli.options import CatalogFile, Json, parts_of, screen_of
from tonepoem.cli.screen import BLOCKS

if TYPE_CHECKING:
    from tonepoem.catalog import CatalogInfo
    from tonepoem.cli.screen import Screen

catalog_app = typer.Typer(no_args_is_help=True, help="Bring your own tracks, write them out, see what is there.")


@catalog_app.command("import")
def import_(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV, Parquet or JSON lines.", show_default=False)],
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=HEADER", help="A header that is not known by itself; may be given again."),
    ] = None,
    catalog: CatalogFile = None,
    as_json: Json = False,
) -> None:
    """Add track tables to your catalog.

    Example: tonepoem catalog import liked.csv --map title=Song
    """
    from tonepoem.catalog import import_files

    pairs = [column.partition("=") for column in columns or ()]
    if any(not (ours and theirs) for ours, _, theirs in pairs):
        raise typer.BadParameter("--map takes FIELD=HEADER, such as --map title=Song.")
    screen, target = screen_of(ctx), parts_of(ctx, catalog=catalog).settings.own_catalog
    with screen.progress("Importing") as progress:
        report = import_files(target, files, columns={ours: theirs for ours, _, theirs in pairs}, progress=progress)
    if as_json:
        screen.json({**asdict(report), "catalog": str(target)})
        return
    for file, kind in report.kinds.items():
        screen.say(f"{file}: {kind}")
    screen.say(f"{report.rows} rows came in, {report.merged} were the same recording as another.")
    for reason, count in report.refused.items():
        screen.say(f"{count} refused: {reason}")
    for row in report.examples:
        screen.say(f"  {row.file}, line {row.line}: {row.reason}")
    screen.say(f"{report.tracks} tracks are in {target} now.")


@catalog_app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv or .parquet.", show_default=False)],
    catalog: CatalogFile = None,
) -> None:
    """Write out the catalog in use, lists joined by ";".

    Example: tonepoem catalog export tracks.csv
    """
    screen, tracks = screen_of(ctx), parts_of(ctx, catalog=catalog).catalog
    with screen.busy("Writing"):
        tracks.export(file)
    screen.note(f"{len(tracks)} tracks are in {file}.")


@catalog_app.command()
def info(ctx: typer.Context, catalog: CatalogFile = None, as_json: Json = False) -> None:
    """Say what is in the catalog in use.

    Example: tonepoem catalog info
    """
    screen, found = screen_of(ctx), parts_of(ctx, catalog=catalog).catalog.info()
    if as_json:
        plain = {name: dict(getattr(found, name)) for name in ("decades", "genres", "languages")}
        histograms = {name: asdict(histogram) for name, histogram in found.histograms.items()}
        path = str(found.path) if found.path else None
        screen.json({"path": path, "tracks": found.tracks, "artists": found.artists, **plain, "histograms": histograms})
    else:
        _tell(screen, found)


def _tell(screen: Screen, found: CatalogInfo) -> None:
    screen.say(f"{found.path or 'The starter catalog'}: {found.tracks} tracks by {found.artists} artists")
    decades = (f"{decade}s {count}" if decade else f"unknown {count}" for decade, count in found.decades.items())
    screen.say(f"decades    {', '.join(decades)}")
    for label, counts in (("genres", found.genres), ("languages", found.languages)):
        most = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:12])
        more = f" and {len(counts) - 12} more" if len(counts) > 12 else ""
        screen.say(f"{label:<9}  {most}{more}")
    for name, histogram in found.histograms.items():
        if histogram.known:
            most_of = max(histogram.counts)
            bars = "".join(BLOCKS[-(-count * 7 // most_of)] if count else " " for count in histogram.counts)
            screen.say(f"{name:<17}{histogram.low:>7g} {bars:<20} {histogram.high:<7g} {histogram.known} known")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(catalog_app, name="catalog", rich_help_panel="Your music")
