"""Where on Spotify a track is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from tonepoem.playlist import Track

_URI: Final = re.compile(r"spotify:track:([0-9A-Za-z]{22})")


def located(track: Track) -> bool:
    """Whether it is known where the track stands on Spotify."""
    return _URI.fullmatch(track.uri or "") is not None


def address(track: Track) -> str:
    """Where Spotify plays a track; without a uri, where it searches for it."""
    if known := _URI.fullmatch(track.uri or ""):
        return f"https://open.spotify.com/track/{known[1]}"
    words = f"{track.artists[0]} {track.title}".encode(errors="replace")
    return f"https://open.spotify.com/search/{quote(words, safe='')}"
