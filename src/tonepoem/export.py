"""Writing a playlist to a file: m3u8, csv, json, html.

The JSON form is the same document that ``tonepoem make --json`` prints, and :func:`load` reads it back.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tonepoem.errors import InputError, OutputError
from tonepoem.features import FEATURES

if TYPE_CHECKING:
    from tonepoem.playlist import Playlist, Reading, Track


def document(playlist: Playlist, url: str | None = None) -> dict[str, Any]:
    """The playlist as plain JSON values; ``url`` is where it stands once published."""
    return {
        "name": playlist.name,
        **heard(playlist.reading),
        "source": playlist.source,
        "tracks": [
            {"position": position, **_track(choice.track), "score": round(choice.score, 4), "why": choice.why}
            for position, choice in enumerate(playlist.tracks, start=1)
        ],
        "relaxed": list(playlist.relaxed),
        "wishes": [wish.model_dump(mode="json") for wish in playlist.wishes],
        **_phases(playlist),
        "url": url,
    }


def heard(reading: Reading) -> dict[str, Any]:
    """A reading as plain JSON values; its phases are left out."""
    return {
        "description": reading.description,
        "features": reading.features.voiced(),
        "confidence": dict(reading.confidence),
        "genres": list(reading.genres),
        "constraints": reading.constraints.spoken(),
        "model": reading.model,
    }


def _phases(playlist: Playlist) -> dict[str, Any]:
    """The parts of a playlist, where it has any."""
    if not playlist.reading.phases:
        return {}
    return {
        "phases": [phase.model_dump(mode="json", exclude_defaults=True) for phase in playlist.reading.phases],
        "phase_starts": list(playlist.phase_starts),
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "title": track.title,
        "artists": list(track.artists),
        "album": track.album,
        "year": track.year,
        "duration_ms": track.duration_ms,
        "explicit": track.explicit,
        "isrc": track.isrc,
        "uri": track.uri,
        "genres": list(track.genres),
        "features": track.features.voiced(),
    }


def _json(playlist: Playlist) -> str:
    return json.dumps(document(playlist), ensure_ascii=False, indent=2) + "\n"


def _csv(playlist: Playlist) -> str:
    plain = ["title", "artists", "album", "year", "duration_ms", "explicit", "isrc", "uri", "genres"]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    own = [name for name in FEATURES if name not in plain]
    out.writerow(["position", *plain, *own, "score", "why"])
    for row in document(playlist)["tracks"]:
        cells = [";".join(cell) if isinstance(cell := row[name], list) else cell for name in plain]
        out.writerow([row["position"], *cells, *(row["features"].get(name) for name in own), row["score"], row["why"]])
    return text.getvalue()


def _m3u8(playlist: Playlist) -> str:
    def line(text: str) -> str:
        return " ".join(text.split())

    lines = ["#EXTM3U", f"#PLAYLIST:{line(playlist.name)}"]
    for choice in playlist.tracks:
        track = choice.track
        seconds = round(track.duration_ms / 1000) if track.duration_ms else -1
        lines.append(f"#EXTINF:{seconds},{line(', '.join(track.artists))} - {line(track.title)}")
        # A player without the song's address can still show and look for its name.
        address = track.uri.replace("spotify:track:", "https://open.spotify.com/track/") if track.uri else None
        lines.append(address or f"{line(track.artists[0])} - {line(track.title)}".replace("/", "-"))
    return "\n".join(lines) + "\n"


def _html(playlist: Playlist) -> str:
    from tonepoem import page  # noqa: PLC0415 - most files are no page

    return page.render(playlist)


FORMATS: Final[Mapping[str, Callable[[Playlist], str]]] = MappingProxyType(
    {".m3u8": _m3u8, ".csv": _csv, ".json": _json, ".html": _html},
)
"""File endings that a playlist can be saved under."""


def check(path: str | os.PathLike[str]) -> Path:
    """The path, if its ending is a known format.

    Raises:
        InputError: the ending is not known.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path.name or path} has no ending that is known. Use one of {', '.join(FORMATS)}.")
    return path


def save(playlist: Playlist, path: str | os.PathLike[str]) -> None:
    """Write the playlist in the format of the file's ending, whole or not at all.

    Raises:
        InputError: the ending is not known.
        OutputError: the file cannot be written.
    """
    path = check(path)
    write_whole(path, FORMATS[path.suffix.lower()](playlist).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there entirely or as it was before.

    Raises:
        OutputError: the file cannot be written.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
