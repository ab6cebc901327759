"""Figures of a reading and of a playlist, drawn by Matplotlib: the extra ``plot``.

The figures belong to no window and to no list of open figures: a server may draw them in any thread, and a notebook shows
the one that a cell ends with.
"""

# ruff: noqa: PLC0415 - Matplotlib is an extra, and takes time to load

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tonepoem.errors import SettingsError
from tonepoem.page.measures import AXES, compare, scaled, way
from tonepoem.spelling import NAMED, along, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tonepoem.playlist import Playlist, Reading

ASKED: Final = "#b04a12"
GOT: Final = "#0b7570"


def reading_figure(reading: Reading) -> Figure:
    """What was heard in the words: a bar for each feature along its scale, the darker the surer the model is.

    Raises:
        SettingsError: Matplotlib is not installed.
    """
    values = [(name, value) for name, value in reading.features.voiced().items() if name not in NAMED]
    figure = _figure(6.4, 1.0 + 0.32 * max(1, len(values)))
    axes = figure.subplots()
    for place, (name, value) in enumerate(values):
        sure = reading.confidence.get(name, 1.0)
        axes.barh(place, 1, color="0.93", height=0.62)
        axes.barh(place, max(along(name, value), 0.005), color=GOT, alpha=0.25 + 0.75 * sure, height=0.62)
        said = f"{shown(name, value)}, {sure:.0%} sure" if name in reading.confidence else shown(name, value)
        axes.annotate(said, (1.02, place), va="center", fontsize=9, color="0.3", annotation_clip=False)
    axes.set_yticks(range(len(values)), [name for name, _ in values])
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(_plain(reading.description), loc="left", wrap=True)
    return figure


def playlist_figure(playlist: Playlist) -> Figure:
    """The sound asked for and got as a radar, and the energy from the first track to the last.

    Raises:
        SettingsError: Matplotlib is not installed.
    """
    figure = _figure(10.5, 4.2)
    places = figure.add_gridspec(1, 2, width_ratios=(1, 1.5))
    _radar(figure.add_subplot(places[0], projection="polar"), playlist)
    _way(figure.add_subplot(places[1]), playlist)
    figure.suptitle(_plain(playlist.name))
    return figure


def _radar(axes: Any, playlist: Playlist) -> None:
    by_name = {row.name: scaled(row) for row in compare(playlist)}
    angles = [2 * math.pi * place / len(AXES) for place in range(len(AXES))]

    def around(values: Sequence[float | None], colour: str, style: str, label: str) -> None:
        closed = [math.nan if value is None else value for value in (*values, values[0])]
        axes.plot([*angles, angles[0]], closed, style, color=colour, label=label, marker="o", markersize=4)

    got = [by_name[name][1] for name in AXES]
    around(got, GOT, "-", "in this playlist")
    if None not in got:
        axes.fill(angles, got, color=GOT, alpha=0.15)
    around([by_name[name][0] for name in AXES], ASKED, "--", "asked for")
    axes.set_theta_offset(math.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_xticks(angles, AXES, fontsize=8)
    axes.tick_params(axis="x", pad=9)
    axes.set_yticks([0.25, 0.5, 0.75, 1], [])
    axes.set_ylim(0, 1)
    axes.grid(color="0.85")
    axes.spines[:].set_color("0.85")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False, ncols=2, fontsize=8)


def _way(axes: Any, playlist: Playlist) -> None:
    steps = way(playlist)
    for step in steps:
        if step.energy is not None:
            axes.fill_between([step.start, step.end], step.energy, color=GOT, alpha=0.15, linewidth=0)
            axes.plot([step.start, step.end], [step.energy] * 2, color=GOT, linewidth=2.5, solid_capstyle="butt")
    if (asked := playlist.reading.features.energy) is not None:
        axes.axhline(asked, color=ASKED, linestyle="--")
    for start in playlist.phase_starts:
        if 0 < start < len(steps):
            axes.axvline(steps[start].start, color="0.6", linewidth=1)
    axes.set(xlim=(0, steps[-1].end if steps else 1), ylim=(0, 1), xlabel="minutes", ylabel="energy")
    axes.spines[["top", "right"]].set_visible(False)


def _plain(text: str) -> str:
    """A text on one line in which Matplotlib reads no formula."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split()).replace("$", r"\$")


def _figure(width: float, height: float) -> Figure:
    """An empty figure, measured in inches."""
    return _kind()(figsize=(width, height), layout="constrained")


@cache
def _kind() -> type[Figure]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SettingsError("Drawing a figure needs Matplotlib. Run `pip install 'tonepoem[plot]'`.") from error

    class Drawn(Figure):
        """A figure that a notebook shows even where pyplot, which would teach it to, was never imported."""

        def _repr_png_(self) -> bytes:
            png = io.BytesIO()
            self.savefig(png, format="png", dpi=100)
            return png.getvalue()

    return Drawn
