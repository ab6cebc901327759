"""Why a track is in the playlist: one line, from its numbers."""

from __future__ import annotations

from typing import Final

from tonepoem import kinship
from tonepoem.features import FEATURES
from tonepoem.playlist import Reading, Track

_WORDS: Final = {
    "acousticness": ("electric", "acoustic"),
    "energy": ("calm", "energetic"),
    "valence": ("sombre", "cheerful"),
    "danceability": ("unhurried", "danceable"),
    "instrumentalness": ("sung", "instrumental"),
    "speechiness": ("melodic", "spoken"),
    "liveness": ("studio", "live"),
    "loudness": ("quiet", "loud"),
    "popularity": ("little known", "well known"),
}
"""What a low and a high value of a feature is called."""

_ABSENT: Final = ("instrumentalness", "speechiness", "liveness")
"""Features whose low values only say that something is not there: one is like the other."""

NEAR: Final = 0.6
"""A value within so many spreads of what was asked for is "as asked"."""


def why(track: Track, reading: Reading) -> str:
    """One line: what speaks most for the track, its tempo and genre; "acoustic 0.85 as asked, 72 BPM, folk"."""
    kept: list[tuple[float, str]] = []
    for name, target in reading.features.voiced().items():
        value = getattr(track.features, name)
        if name not in _WORDS or value is None:
            continue
        feature = FEATURES[name]
        lean = (target - feature.typical) / feature.spread
        weight = abs(lean) * reading.confidence.get(name, 0.5)
        miss = (value - target) / feature.spread
        # Beyond the target on the side it leans to is as asked too: "calm" has no floor.
        if abs(miss) <= NEAR or (miss * lean > 0 and abs(lean) > NEAR):
            kept.append((weight, _said(name, value, high=lean > 0)))
    kept.sort(key=lambda pair: -pair[0])
    parts = []
    if kept:
        parts.append(" and ".join(text for _, text in kept[:2]) + " as asked")
    if track.features.tempo:
        parts.append(f"{track.features.tempo:.0f} BPM")
    genre = _genre(track, reading)
    if genre:
        parts.append(genre)
    if reading.constraints.years and track.year:
        parts.append(str(track.year))
    return ", ".join(parts) or "near what was asked for"


def _said(name: str, value: float, *, high: bool) -> str:
    """A feature in words and numbers: "acoustic 0.85", "calm (energy 0.20)", "quiet -14 dB", "sung"."""
    word = _WORDS[name][high]
    if name in ("loudness", "popularity"):
        return f"{word} {value:.0f}{' dB' if name == 'loudness' else ''}"
    if high:
        return f"{word} {value:.2f}"
    return word if name in _ABSENT else f"{word} ({name} {value:.2f})"


def _genre(track: Track, reading: Reading) -> str | None:
    """The track's genre that answers the reading best, else its first."""
    wanted = (*reading.constraints.genres, *reading.genres)
    if not track.genres:
        return None
    return max(track.genres, key=lambda label: kinship.affinity(wanted, label) or 0.0)
