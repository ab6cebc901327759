"""A playlist as one page to look at: a file that needs no network, no script, and nothing beside it.

:func:`render` makes the page; :func:`reading_cell` and :func:`playlist_cell` what a notebook shows.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from tonepoem.page.cells import playlist_cell, reading_cell
from tonepoem.page.drawing import PAGE, legend, radar, skyline
from tonepoem.page.links import address, located
from tonepoem.page.markup import Markup, element, join
from tonepoem.page.measures import Compared, Step, compare, way
from tonepoem.spelling import clock, spell_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tonepoem.playlist import Choice, Playlist

__all__ = ["playlist_cell", "reading_cell", "render"]

_STATES: Final = {"kept": "✓ kept", "loosened": "≈ loosened", "unchecked": "? not checked"}


def render(playlist: Playlist) -> str:
    """The playlist as an HTML page.

    It holds the radar of the sound asked for and got with the numbers beside it, the way the energy takes, what became
    of the wishes, and the tracks, each with a link to Spotify. Everything in it is text or SVG; its own content security
    policy keeps a browser from running or loading anything.

    Args:
        playlist: what to show. Its texts may hold anything; they are shown, never obeyed.
    """
    style = resources.files("tonepoem.page").joinpath("style.css").read_text(encoding="utf-8")
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{fingerprint}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="referrer", content="no-referrer"),
        element("meta", name_="generator", content="tonepoem"),
        element("title", playlist.name),
        element("style", Markup(style)),
    )
    body = element(
        "body",
        element("main", _header(playlist), _sound(playlist), _energy(playlist), _wishes(playlist), _tracks(playlist)),
        _footer(playlist),
    )
    return "<!DOCTYPE html>\n" + element("html", head, body, lang="en") + "\n"


def _header(playlist: Playlist) -> Markup:
    words = playlist.reading.description.strip()
    told = words.casefold() != playlist.name.casefold()
    facts = [f"{len(playlist.tracks)} track{'s' * (len(playlist.tracks) != 1)}", spell_time(playlist.duration_ms)]
    facts += [", ".join(playlist.reading.genres)] if playlist.reading.genres else []
    return element(
        "header",
        element("h1", playlist.name, dir="auto"),
        element("blockquote", words, dir="auto") if told and words else None,
        element("p", [element("span", fact) for fact in facts], class_="meta"),
    )


def _sound(playlist: Playlist) -> Markup:
    rows = compare(playlist)
    table = element(
        "table",
        element("thead", element("tr", *(element("th", label, scope="col", class_=kind) for label, kind in _COLUMNS))),
        element("tbody", [_feature(row) for row in rows]),
        class_="features",
    )
    drawn = element("figure", radar(rows, PAGE, "sound"), element("figcaption", legend(PAGE)))
    return element(
        "section",
        element("h2", "The sound", id="h-sound"),
        element("div", drawn, table, class_="sound"),
        aria_labelledby="h-sound",
    )


_COLUMNS: Final = (("feature", None), ("asked", "number"), ("sure", "number"), ("got", "number"))


def _feature(row: Compared) -> Markup:
    return element(
        "tr",
        element("th", row.name, scope="row"),
        element("td", row.asked_in_words() or "–", class_="number asked" if row.asked is not None else "number soft"),
        element("td", "–" if row.sure is None else f"{row.sure:.0%}", class_="number soft"),
        element("td", row.got_in_words() or "–", class_="number got" if row.got is not None else "number soft"),
    )


def _energy(playlist: Playlist) -> Markup:
    steps = way(playlist)
    asked = playlist.reading.features.energy
    drawn = skyline(steps, asked, playlist.phase_starts, PAGE, "energy")
    end = steps[-1].end if steps else 0.0
    marks = [element("span", mark) for mark in ("0:00", _at(end / 2), _at(end))]
    return element(
        "section",
        element("h2", "The energy, track by track", id="h-energy"),
        element(
            "figure",
            element(
                "div",
                element("div", element("span", "1 · intense"), class_="ends"),
                drawn,
                element("div", element("span", "0 · calm"), class_="ends"),
                element("div", marks, class_="ends", aria_hidden="true"),
                class_="plot",
            ),
            element("figcaption", legend(PAGE)) if asked is not None else None,
        ),
        _phases(playlist, steps),
        aria_labelledby="h-energy",
    )


def _at(minutes: float) -> str:
    """A place in time: ``12:30``, ``1:12:30``."""
    hours, rest = divmod(round(minutes * 60), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _phases(playlist: Playlist, steps: Sequence[Step]) -> Markup | None:
    parts = zip(playlist.reading.phases, playlist.phase_starts, strict=False)
    items = [
        element(
            "li",
            element("bdi", phase.words or "as before"),
            element("span", f", from {_at(steps[start].start)}", class_="soft"),
        )
        for phase, start in parts
        if start < len(steps)
    ]
    return element("ol", items, class_="phases") if items else None


def _wishes(playlist: Playlist) -> Markup | None:
    if not (playlist.wishes or playlist.relaxed or playlist.reading.notes):
        return None
    rows = [
        element(
            "tr",
            element("th", wish.wish, scope="row"),
            element("td", _STATES[wish.state], class_="state got" if wish.state == "kept" else "state asked"),
            element("td", wish.how, class_="soft"),
        )
        for wish in playlist.wishes
    ]
    headers = [element("th", label, scope="col") for label in ("wish", "outcome", "how")]
    return element(
        "section",
        element("h2", "What was wished for", id="h-wishes"),
        element("table", element("thead", element("tr", headers)), element("tbody", rows), class_="wishes") if rows else None,
        _listed("Loosened to find enough songs:", playlist.relaxed),
        _listed("Noted while reading the words:", playlist.reading.notes),
        aria_labelledby="h-wishes",
    )


def _listed(label: str, items: Sequence[str]) -> Markup | None:
    if not items:
        return None
    return join(element("p", label, class_="soft"), element("ul", [element("li", item) for item in items], class_="plain"))


def _tracks(playlist: Playlist) -> Markup:
    labels = (("no.", "place number"), ("song", None), ("album", None), ("why it is here", None), ("time", "number"))
    known = sum(located(choice.track) for choice in playlist.tracks)
    if known == len(playlist.tracks):
        leads = "Each title opens the song on Spotify."
    elif known:
        leads = "Each title opens the song on Spotify; those in italics open a search for it."
    else:
        leads = "Each title opens a search for the song on Spotify."
    # The roles are said, as a narrow screen shows the rows as blocks, and a browser then forgets that this is a table.
    return element(
        "section",
        element("h2", "The tracks", id="h-tracks"),
        element(
            "table",
            element("caption", leads),
            element(
                "thead",
                element(
                    "tr",
                    *(
                        element("th", label or "number", scope="col", class_=kind, role="columnheader")
                        for label, kind in labels
                    ),
                    role="row",
                ),
                role="rowgroup",
            ),
            element(
                "tbody",
                [_track(number, choice, mark=bool(known)) for number, choice in enumerate(playlist.tracks, start=1)],
                role="rowgroup",
            ),
            class_="tracks",
            role="table",
        ),
        aria_labelledby="h-tracks",
    )


def _track(number: int, choice: Choice, *, mark: bool) -> Markup:
    """A row; ``mark`` says whether a link that only searches looks different."""
    track = choice.track
    title = element("bdi", track.title)
    link = element("a", element("i", title) if mark and not located(track) else title, href=address(track), rel="noreferrer")
    year = str(track.year) if track.year else None
    album = [element("bdi", track.album) if track.album else None, ", " if track.album and year else None, year]
    cells = (
        ("place number", [str(number)]),
        ("song", [link, element("bdi", ", ".join(track.artists), class_="artist")]),
        ("album", album),
        ("why", [choice.why]),
        ("time number", [clock(track.duration_ms)]),
    )
    return element("tr", *(element("td", parts, class_=kind, role="cell") for kind, parts in cells), role="row")


def _footer(playlist: Playlist) -> Markup:
    model = playlist.reading.model
    return element(
        "footer",
        element("p", "Made with tonepoem", f" and the model {model}" if model else None, f". Songs from: {playlist.source}."),
        element(
            "p",
            "Features are on Spotify’s scales; the radar’s rim is 1, for the tempo 220 BPM and for the loudness 0 dB. "
            "“Sure” is the model’s confidence in what it heard in the words.",
        ),
    )
