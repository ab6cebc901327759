"""What the pictures of a playlist show, as numbers: the sound asked for and got, and the way from first track to last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from tonepoem.features import FEATURES
from tonepoem.spelling import NAMED, along, shown

if TYPE_CHECKING:
    from tonepoem.playlist import Playlist

AXES: Final = (
    "energy",
    "danceability",
    "valence",
    "liveness",
    "speechiness",
    "instrumentalness",
    "acousticness",
    "tempo",
    "loudness",
)
"""The features that a radar shows, in its order: neighbours tend to go together, so shapes can be told apart."""

_UNKNOWN_MS: Final = 225_000
"""How long a track is taken to be whose length is not known: what most are."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One feature, asked for and got.

    Attributes:
        name: of the feature.
        asked: what the words ask for; None if they do not speak of it.
        sure: the model's confidence in that, 0 to 1.
        got: the tracks' average, or for a feature that names something its most common value; None where it is known of
            no track.
        share: for a feature that names something, the share of tracks with that value, 0 to 1.
    """

    name: str
    asked: float | None
    sure: float | None
    got: float | None
    share: float | None = None

    def asked_in_words(self) -> str:
        """What was asked for, with its unit; empty where nothing was."""
        return "" if self.asked is None else _together(self.name, self.asked)

    def got_in_words(self) -> str:
        """What came of it, with its unit; empty where it is not known."""
        if self.got is None:
            return ""
        return _together(self.name, self.got) + (f" ({self.share:.0%})" if self.share is not None else "")


def _together(name: str, value: float) -> str:
    return shown(name, value).replace(" ", "\u00a0")  # a number does not part from its unit


def compare(playlist: Playlist) -> tuple[Compared, ...]:
    """Every feature that the words ask for or that a radar shows, in the order of the feature table."""
    asked = playlist.reading.features.voiced()
    rows = []
    for name in FEATURES:
        if name not in asked and name not in AXES:
            continue
        values = [value for choice in playlist.tracks if (value := getattr(choice.track.features, name)) is not None]
        got, share = None, None
        if values and name in NAMED:
            got, count = Counter(values).most_common(1)[0]
            share = count / len(values)
        elif values:
            got = sum(values) / len(values)
        rows.append(Compared(name, asked.get(name), playlist.reading.confidence.get(name), got, share))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Step:
    """One track on the way through a playlist.

    Attributes:
        start: when it begins, in minutes from the start of the whole.
        end: when it ends.
        energy: its energy, 0 to 1; None where it is not known.
        label: its artist and title.
    """

    start: float
    end: float
    energy: float | None
    label: str


def way(playlist: Playlist) -> tuple[Step, ...]:
    """The tracks in order with when each plays; those of unknown length are taken to last 3:45."""
    tracks = [choice.track for choice in playlist.tracks]
    ends = list(accumulate((track.duration_ms or _UNKNOWN_MS) / 60_000 for track in tracks))
    return tuple(
        Step(start, end, track.features.energy, f"{track.artists[0]} – {track.title}")
        for track, start, end in zip(tracks, [0.0, *ends], ends, strict=False)
    )


def scaled(row: Compared) -> tuple[float | None, float | None]:
    """Asked and got as places along the feature's scale, 0 to 1."""
    return (
        None if row.asked is None else along(row.name, row.asked),
        None if row.got is None else along(row.name, row.got),
    )
