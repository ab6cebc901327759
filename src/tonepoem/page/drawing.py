"""The drawings of a page: SVG that needs nothing beside it, in the colours it is given."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tonepoem.page.markup import Markup, element, join
from tonepoem.page.measures import AXES, Compared, Step, scaled
from tonepoem.spelling import along, clock, shown

if TYPE_CHECKING:
    from tonepoem.playlist import Reading

_RADIUS: Final = 110.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours, as CSS has them.

    Attributes:
        asked: for what was asked.
        got: for what came of it.
        line: for grids and frames.
    """

    asked: str
    got: str
    line: str


PAGE: Final = Ink("var(--asked)", "var(--got)", "var(--line)")
"""The colours of the page, which are others in the dark."""

NOTEBOOK: Final = Ink("#c05a1f", "#14857f", "#8a8a8a")
"""Colours that show on white and on black, as a notebook does not say which it is: contrast 4 or more with either."""


def radar(rows: Sequence[Compared], ink: Ink, key: str) -> Markup:
    """The sound asked for and got, as a radar.

    What was not asked for, or is not known, has no point; a line joins only neighbours that both have one.

    Args:
        rows: the features compared; those of :data:`~tonepoem.page.measures.AXES` are drawn.
        ink: the colours.
        key: the beginning of ids that no other drawing of the document has.
    """
    by_name = {row.name: scaled(row) for row in rows}
    asked = [by_name[name][0] if name in by_name else None for name in AXES]
    got = [by_name[name][1] if name in by_name else None for name in AXES]
    grid = [
        *(element("circle", r=_RADIUS * part, fill="none", stroke=ink.line) for part in (0.25, 0.5, 0.75, 1)),
        *(element("line", x2=x, y2=y, stroke=ink.line) for x, y in (_point(place, 1) for place in range(len(AXES)))),
    ]
    spoken = [
        f"{row.name} {row.asked_in_words()} asked, {row.got_in_words() or 'not known'}" for row in rows if row.asked is not None
    ]
    return element(
        "svg",
        element("title", "The sound asked for, and that of the playlist", id=f"{key}-title"),
        element("desc", "; ".join(spoken) or "No feature was asked for.", id=f"{key}-desc"),
        element("g", grid, stroke_width="1", aria_hidden="true"),
        element("g", [_label(place, name) for place, name in enumerate(AXES)], aria_hidden="true"),
        _shape(got, ink.got, dashed=False),
        _shape(asked, ink.asked, dashed=True),
        viewBox="-205 -140 410 275",
        width="100%",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="radar",
        font_size="14",
    )


def _point(place: int, far: float) -> tuple[float, float]:
    angle = 2 * math.pi * place / len(AXES) - math.pi / 2
    return _RADIUS * far * math.cos(angle), _RADIUS * far * math.sin(angle)


def _label(place: int, name: str) -> Markup:
    x, y = _point(place, 1.1)
    anchor = "middle" if abs(x) < 8 else "start" if x > 0 else "end"
    return element(
        "text", name, x=x, y=y + 4 + (6 if y > 60 else -4 if y < -60 else 0), text_anchor=anchor, fill="currentColor"
    )


def _shape(values: Sequence[float | None], colour: str, *, dashed: bool) -> Markup:
    places = [None if value is None else _point(place, value) for place, value in enumerate(values)]
    dashes = "5 4" if dashed else None
    parts: list[Markup] = []
    if all(places):
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in filter(None, places))
        fill = None if dashed else "0.16"
        parts.append(
            element(
                "polygon",
                points=corners,
                fill="none" if dashed else colour,
                fill_opacity=fill,
                stroke=colour,
                stroke_dasharray=dashes,
            )
        )
    else:
        for one, other in zip(places, [*places[1:], places[0]], strict=True):
            if one and other:
                parts.append(
                    element("line", x1=one[0], y1=one[1], x2=other[0], y2=other[1], stroke=colour, stroke_dasharray=dashes)
                )
    parts += [element("circle", cx=x, cy=y, r="4" if dashed else "3", fill=colour) for x, y in filter(None, places)]
    return element("g", parts, stroke_width="2", stroke_linejoin="round", aria_hidden="true")


def skyline(steps: Sequence[Step], asked: float | None, starts: Iterable[int], ink: Ink, key: str) -> Markup:
    """The energy from the first track to the last: a block for each, as wide as it is long.

    It takes any width: it is stretched, and its lines are not.

    Args:
        steps: the tracks.
        asked: the energy asked for, if it was.
        starts: the first track of each phase.
        ink: the colours.
        key: as for :func:`radar`.
    """
    whole = steps[-1].end if steps else 1.0
    known = [step.energy for step in steps if step.energy is not None]
    blocks, tops = [], []
    for step in steps:
        if step.energy is None:
            continue
        left, right, top = 1000 * step.start / whole, 1000 * step.end / whole, 100 * (1 - step.energy)
        said = element("title", f"{step.label}, from {clock(round(step.start * 60_000)) or '0:00'}, energy {step.energy:.2f}")
        # The block reaches to the ceiling for the pointer: a calm one would be too low to be met.
        blocks.append(element("path", said, d=f"M{left:.1f} 0H{right:.1f}V100H{left:.1f}Z", fill="transparent"))
        tops.append((left, right, top))
    area = "".join(f"M{left:.1f} {top:.1f}H{right:.1f}V100H{left:.1f}Z" for left, right, top in tops)
    edge = "".join(f"M{left:.1f} {top:.1f}H{right:.1f}" for left, right, top in tops)
    apart = "".join(f"M{left:.1f} {top:.1f}V100" for left, _, top in tops[1:])
    cuts = "".join(f"M{1000 * steps[start].start / whole:.1f} 0V100" for start in starts if 0 < start < len(steps))

    def line(d: str, colour: str, width: str, dashes: str | None = None, faint: str | None = None) -> Markup | None:
        if not d:
            return None
        return element(
            "path",
            d=d,
            fill="none",
            stroke=colour,
            stroke_width=width,
            stroke_dasharray=dashes,
            stroke_opacity=faint,
            vector_effect="non-scaling-stroke",
        )

    told = (
        f"From {known[0]:.2f} to {known[-1]:.2f}; lowest {min(known):.2f}, highest {max(known):.2f}." if known else "Not known."
    )
    return element(
        "svg",
        element("title", "Energy from the first track to the last", id=f"{key}-title"),
        element("desc", told, id=f"{key}-desc"),
        line("M0 0H1000M0 50H1000M0 100H1000", ink.line, "1", faint="0.8"),
        element("path", d=area, fill=ink.got, fill_opacity="0.16") if area else None,
        line(apart, ink.line, "1", faint="0.6"),
        line(cuts, ink.line, "2"),
        line(edge, ink.got, "2.5"),
        None if asked is None else line(f"M0 {100 * (1 - asked):.1f}H1000", ink.asked, "2", "5 4"),
        blocks,
        viewBox="0 0 1000 100",
        preserveAspectRatio="none",
        width="100%",
        height="140",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="skyline",
        overflow="visible",
    )


def swatch(colour: str, *, dashed: bool) -> Markup:
    """A short piece of line, for a legend."""
    stroke = element(
        "line", x1="1", x2="27", y1="6", y2="6", stroke=colour, stroke_width="2.5", stroke_dasharray="5 4" if dashed else None
    )
    return element("svg", stroke, width="28", height="12", viewBox="0 0 28 12", aria_hidden="true")


def bar(name: str, value: float, ink: Ink) -> Markup:
    """A feature's value as a bar along its scale."""
    long = 120 * along(name, value)
    return element(
        "svg",
        element("title", f"{name} {shown(name, value)}"),
        element("rect", width="120", height="8", rx="4", fill=ink.line, fill_opacity="0.3"),
        element("rect", width=max(long, 2.0), height="8", rx="4", fill=ink.got),
        width="120",
        height="8",
        viewBox="0 0 120 8",
        role="img",
        aria_label=f"{name} {shown(name, value)}",
    )


def legend(ink: Ink) -> Markup:
    """What the two kinds of line mean."""
    return join(
        element("span", swatch(ink.asked, dashed=True), " asked for\u2003", class_="key"),
        element("span", swatch(ink.got, dashed=False), " in this playlist", class_="key"),
    )


def unique(reading: Reading) -> str:
    """The beginning of ids for the drawings of one reading, the same for the same words."""
    return f"t{zlib.crc32(reading.description.encode(errors='replace')):x}"
