"""What a notebook shows of a reading and of a playlist: small, in the notebook's own type, on dark and on light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tonepoem.page.drawing import NOTEBOOK, bar, legend, skyline, unique
from tonepoem.page.links import address
from tonepoem.page.markup import Markup, element, join
from tonepoem.page.measures import way
from tonepoem.spelling import NAMED, clock, shown, spell_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tonepoem.playlist import Kept, Playlist, Reading

MOST: Final = 50
"""Tracks that a cell shows at most."""

_LEFT: Final = "text-align: left"
_RIGHT: Final = "text-align: right; font-variant-numeric: tabular-nums"


def reading_cell(reading: Reading) -> Markup:
    """What was heard in the words, as HTML for a notebook."""
    rows = [
        element(
            "tr",
            element("th", name, scope="row", style=_LEFT),
            element("td", bar(name, value, NOTEBOOK) if name not in NAMED else None),
            element("td", shown(name, value), style=_RIGHT),
            element("td", f"{reading.confidence[name]:.0%}" if name in reading.confidence else None, style=_RIGHT),
        )
        for name, value in reading.features.voiced().items()
    ]
    head = element("tr", [element("th", label, scope="col", style=_LEFT) for label in ("feature", "", "value", "sure")])
    return element(
        "div",
        element("p", element("em", reading.description, dir="auto")),
        element("table", element("thead", head), element("tbody", rows)) if rows else None,
        _lines(
            (("genres", ", ".join(reading.genres)), ("wishes", "; ".join(reading.said)), ("notes", "; ".join(reading.notes)))
        ),
    )


def playlist_cell(playlist: Playlist) -> Markup:
    """A playlist, as HTML for a notebook: the energy from first track to last, and the tracks."""
    facts = f"{len(playlist.tracks)} track{'s' * (len(playlist.tracks) != 1)}, {spell_time(playlist.duration_ms)}"
    rows = [
        element(
            "tr",
            element("td", str(number), style=_RIGHT),
            element("td", element("a", choice.track.title, href=address(choice.track), rel="noreferrer"), style=_LEFT),
            element("td", ", ".join(choice.track.artists), style=_LEFT),
            element("td", choice.why, style=_LEFT),
            element("td", clock(choice.track.duration_ms), style=_RIGHT),
        )
        for number, choice in enumerate(playlist.tracks[:MOST], start=1)
    ]
    head = element("tr", [element("th", label, scope="col", style=_LEFT) for label in ("", "song", "artist", "why", "time")])
    asked = playlist.reading.features.energy
    drawn = skyline(way(playlist), asked, playlist.phase_starts, NOTEBOOK, unique(playlist.reading))
    more = len(playlist.tracks) - MOST
    return element(
        "div",
        element("p", element("strong", playlist.name, dir="auto"), f" · {facts} · from {playlist.source}"),
        element("div", "energy ", legend(NOTEBOOK), drawn, style="max-width: 44rem; font-size: smaller; margin-bottom: 0.8em"),
        element("table", element("thead", head), element("tbody", rows)),
        element("p", f"and {more} more") if more > 0 else None,
        _lines((("wishes", "; ".join(map(_outcome, playlist.wishes))), ("loosened", "; ".join(playlist.relaxed)))),
    )


def _outcome(wish: Kept) -> str:
    return f"{wish.wish} ({wish.state}{': ' if wish.how else ''}{wish.how})"


def _lines(pairs: Iterable[tuple[str, str]]) -> Markup | None:
    items = [element("div", element("b", label), f" {said}") for label, said in pairs if said]
    return join(items) if items else None
