"""Lists of tracks that people have: what tonepoem saved, tables such as Exportify's, M3U playlists.

A list says little of each track at times, a title and an artist; :func:`filled` adds what a catalog knows of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict

from tonepoem.errors import InputError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Playlist, Reading, Track

TABLES: Final = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".gz")
"""Endings of files that are tables of tracks."""

_ADDRESS: Final = re.compile(r"^(?:https?://open\.spotify\.com/(?:intl-\w+/)?track/|spotify:track:)([0-9A-Za-z]{22})\b")
_LINE: Final = re.compile(r"#EXTINF:\s*(?P<seconds>-?\d+(?:\.\d+)?)?[^,]*,(?P<label>.*)")


class TrackList(BaseModel):
    """Tracks in their order, as a file or a service has them.

    Attributes:
        name: what the list is called.
        tracks: as far as the list describes them.
        reading: what was asked for, where the list says.
        notes: what could not be read, in words.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    tracks: tuple[Track, ...]
    reading: Reading | None = None
    notes: tuple[str, ...] = ()


class Knower(Protocol):
    """Whoever knows recordings, see :class:`tonepoem.Catalog`."""

    def recognise(self, tracks: Iterable[Track]) -> tuple[Track | None, ...]:
        """For each track the same recording, or None."""
        ...


def read(path: str | os.PathLike[str]) -> TrackList:
    """Read a list of tracks.

    Args:
        path: what tonepoem saves (``.json``, ``.csv``, ``.m3u8``, ``.playlist.toml``), Exportify's CSV, any other table that
            :func:`tonepoem.catalog.import_files` takes, or an M3U playlist.

    Raises:
        InputError: there is no such file, its ending is not known, or it holds no track.
        CatalogError: it cannot be read as a table.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}. Give a saved playlist, an Exportify table, or an M3U playlist.")
    match path.suffix.lower():
        case ".json":
            playlist = Playlist.load(path)
            tracks = tuple(choice.track for choice in playlist.tracks)
            listed = TrackList(name=playlist.name, tracks=tracks, reading=playlist.reading)
        case ".toml":
            from tonepoem import recipe  # noqa: PLC0415 - few lists are recipes

            made = recipe.load(path).playlist()
            listed = TrackList(name=made.name, tracks=tuple(choice.track for choice in made.tracks), reading=made.reading)
        case ".m3u8" | ".m3u":
            listed = _m3u(path)
        case ending if ending in TABLES:
            listed = _table(path)
        case _:
            raise InputError(
                f"{path.name} has no ending that is known. Use one of .json, .toml, .m3u8, .m3u, {', '.join(TABLES)}."
            )
    return _some(listed, str(path))


def of(name: str, tracks: Sequence[Track]) -> TrackList:
    """Tracks as a list.

    Raises:
        InputError: there are none.
    """
    return _some(TrackList(name=name, tracks=tuple(tracks)), name)


def _some(listed: TrackList, where: str) -> TrackList:
    if not listed.tracks:
        raise InputError(f"{where} holds no track. Give a playlist that is not empty.")
    return listed


def _table(path: Path) -> TrackList:
    from tonepoem.catalog.reading import read_table  # noqa: PLC0415 - a playlist of our own needs no database

    try:
        tracks, refused = read_table(path)
    except InputError as error:
        raise InputError(
            f"{path} has no columns that are known to hold titles and artists. Call them “title” and “artist”."
        ) from error
    notes = tuple(f"{count} {'row is' if count == 1 else 'rows are'} no track: {why}" for why, count in refused.items())
    return TrackList(name=path.name.partition(".")[0] or path.name, tracks=tracks, notes=notes)


def _m3u(path: Path) -> TrackList:
    """The tracks of an M3U file: the line of ``#EXTINF`` names artist and title, else the name of the file does."""
    try:
        lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Give an M3U playlist.") from error
    name, label, seconds, nameless = path.stem, "", 0.0, 0
    tracks = []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("#PLAYLIST:"):
            name = line.removeprefix("#PLAYLIST:").strip() or name
        elif said := _LINE.fullmatch(line):
            label, seconds = said["label"].strip(), float(said["seconds"] or 0)
        elif not line.startswith("#"):
            address = _ADDRESS.match(line)
            artists, _, title = (label or Path(unquote(line)).name.rpartition(".")[0] or line).partition(" - ")
            if title.strip() and artists.strip():
                tracks.append(
                    Track(
                        title=title.strip(),
                        artists=tuple(filter(None, map(str.strip, artists.split(", ")))),
                        duration_ms=round(seconds * 1000) if seconds > 0 else None,
                        uri=f"spotify:track:{address[1]}" if address else None,
                    )
                )
            else:
                nameless += 1
            label, seconds = "", 0.0
    notes = (f"{nameless} of the lines name no artist and title",) if nameless else ()
    return TrackList(name=name, tracks=tuple(tracks), notes=notes)


def filled(tracks: Sequence[Track], catalog: Knower) -> tuple[Track, ...]:
    """The tracks with what a catalog knows of them where they say nothing themselves."""
    return tuple(
        track if other is None else _joined(track, other)
        for track, other in zip(tracks, catalog.recognise(tracks), strict=True)
    )


def _joined(track: Track, other: Track) -> Track:
    plain = {
        name: getattr(track, name) or getattr(other, name) for name in ("album", "year", "isrc", "uri", "language", "genres")
    }
    features = AudioFeatures.model_validate({**other.features.voiced(), **track.features.voiced()})
    return track.model_copy(
        update={
            **plain,
            "features": features,
            "artists": other.artists,  # a file may have cut a name at its comma
            "duration_ms": track.duration_ms or other.duration_ms,
            "explicit": other.explicit if track.explicit is None else track.explicit,
        }
    )
