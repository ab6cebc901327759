"""Tracks from elsewhere found again in a catalog: by address, by ISRC, by title and artist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tonepoem.genres import fold
from tonepoem.playlist import Track
from tonepoem.selection import core_title, versions

Rows = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]


def recognised(tracks: Sequence[Track], rows: Rows, spelled: Callable[[Iterable[str]], list[str]]) -> list[int | None]:
    """For each track the row of the same recording, or None.

    An address or an ISRC decides. Without one, title and one artist have to be the same in their folded form, and the
    version too: a live recording is not the studio's, a remaster is.

    Args:
        tracks: as any service or file describes them.
        rows: answers a query.
        spelled: gives the spellings of artists in the catalog.
    """
    found: list[int | None] = [None] * len(tracks)
    for code in ("uri", "isrc"):
        codes = {value for track in tracks if (value := getattr(track, code))}
        if codes:
            there: dict[str, int] = dict(
                rows(
                    f"SELECT {code}, min(rowid) FROM tracks WHERE {code} IN (SELECT unnest($codes::VARCHAR[])) "  # noqa: S608
                    f"GROUP BY {code}",
                    {"codes": sorted(codes)},
                )
            )
            found = [there.get(getattr(track, code)) if row is None else row for row, track in zip(found, tracks, strict=True)]
    left = [place for place, row in enumerate(found) if row is None]
    names = spelled({name for place in left for name in _names(tracks[place])})
    if not names:
        return found
    songs: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row, title, artists in rows(
        "SELECT rowid, title, artists FROM tracks WHERE list_has_any(artists, $names::VARCHAR[]) ORDER BY rowid",
        {"names": names},
    ):
        for artist in artists:
            songs.setdefault((core_title(title), fold(artist)), []).append((row, title))
    for place in left:
        track = tracks[place]
        same = [
            (fold(title) != fold(track.title), row)
            for name in _names(track)
            for row, title in songs.get((core_title(track.title), fold(name)), ())
            if versions(title) == versions(track.title)
        ]
        if same:
            found[place] = min(same)[1]
    return found


def _names(track: Track) -> tuple[str, ...]:
    """The artists one by one, and in one name: lists that join them by commas cut "Earth, Wind & Fire" apart."""
    return (*track.artists, ", ".join(track.artists)) if len(track.artists) > 1 else track.artists
