"""What a list of tracks is: its features with their spread, its genres, its years, its arc; and all of it in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tonepoem import genres
from tonepoem.features import FEATURES
from tonepoem.playlist import Arc, Track
from tonepoem.selection import INSTRUMENTAL
from tonepoem.sequencing import ARCS
from tonepoem.spelling import NAMED, spell_time

LIVE: Final = 0.8
"""Liveness from which a track was very likely recorded before an audience, as Spotify defines it."""

SPOKEN: Final = 0.66
"""Speechiness from which a track is probably nothing but speech, as Spotify defines it."""

LEAN: Final = 0.45
"""A mean so many spreads from the typical value is worth a word, one three times as far a "very"."""

FRONT: Final = 0.15
"""A genre on so great a share of the tracks stands in front."""

MATCH: Final = 0.6
"""The least correlation of the energies with the shape of an arc that is called one."""

_LEANS: Final[Mapping[str, tuple[str, str]]] = {
    "loudness": ("quiet", "loud"),
    "energy": ("calm", "energetic"),
    "acousticness": ("electric", "acoustic"),
    "valence": ("sombre", "cheerful"),
    "danceability": ("hardly made for dancing", "danceable"),
}
"""What a low and a high mean of a feature is called, in the order of the sentence."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Spread(_Frozen):
    """How the values of one feature lie, in the unit of the feature.

    Attributes:
        mean: their mean.
        spread: their standard deviation, of these values and no sample's.
        low: the smallest.
        high: the largest.
        known: how many tracks have a value.
    """

    mean: float
    spread: float
    low: float
    high: float
    known: int


class Portrait(_Frozen):
    """What a list of tracks is.

    Attributes:
        name: what the list is called.
        tracks: how many there are.
        heard: of how many of them it is known how they sound.
        duration_ms: the length of those whose length is known, in milliseconds.
        timed: of how many the length is known.
        years: the first and the last year; None where no year is known.
        decades: tracks by decade, 1990 for the nineties, in order.
        features: how each feature lies, by name; ``mode`` is the share of major, and keys have no mean.
        genres: tracks by genre, the most frequent first.
        families: tracks by family of genres, the most frequent first.
        artists: tracks by main artist, the most frequent first.
        energy: the energy of each track in order, None where it is not known.
        arc: how the energy moves; None where too little of it is known.
        instrumental: the share of tracks without voice, 0 to 1, of those of which it is known; None where of none.
        spoken: likewise the share of tracks that are speech.
        live: likewise the share of tracks recorded before an audience.
        explicit: how many tracks are marked as explicit.
        unheard: the places, from 1, of the tracks of which nothing is known but their names.
    """

    name: str
    tracks: Annotated[int, Field(ge=1)]
    heard: int
    duration_ms: int
    timed: int
    years: tuple[int, int] | None
    decades: dict[int, int]
    features: dict[str, Spread]
    genres: dict[str, int]
    families: dict[str, int]
    artists: dict[str, int]
    energy: tuple[float | None, ...]
    arc: Arc | None
    instrumental: float | None
    spoken: float | None
    live: float | None
    explicit: int
    unheard: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """The portrait as plain JSON values, its words included."""
        document = self.model_dump(mode="json", exclude={"families"})
        for spread in document["features"].values():
            spread.update({name: round(spread[name], 4) for name in ("mean", "spread", "low", "high")})
        for name in ("instrumental", "spoken", "live"):
            document[name] = None if document[name] is None else round(document[name], 4)
        return {"name": document.pop("name"), "words": words(self), **document}


def of(name: str, tracks: Sequence[Track]) -> Portrait:
    """The portrait of a list of at least one track."""
    years = sorted(track.year for track in tracks if track.year is not None)
    lengths = [track.duration_ms for track in tracks if track.duration_ms]
    labels = [_labels(track) for track in tracks]
    unheard = [place for place, track in enumerate(tracks, start=1) if not heard(track)]
    energy = tuple(track.features.energy for track in tracks)
    return Portrait(
        name=name,
        tracks=len(tracks),
        heard=len(tracks) - len(unheard),
        duration_ms=sum(lengths),
        timed=len(lengths),
        years=(years[0], years[-1]) if years else None,
        decades=dict(sorted(Counter(year // 10 * 10 for year in years).items())),
        features={
            feature: _spread(values)
            for feature in FEATURES
            if feature not in NAMED - {"mode"} and (values := _values(tracks, feature))
        },
        genres=_counted(label for row in labels for label in row),
        families=_counted(family for row in labels for family in {_family(label): None for label in row} if family),
        artists=_counted(track.artists[0] for track in tracks),
        energy=energy,
        arc=_arc(energy),
        instrumental=_share(tracks, "instrumentalness", INSTRUMENTAL),
        spoken=_share(tracks, "speechiness", SPOKEN),
        live=_share(tracks, "liveness", LIVE),
        explicit=sum(track.explicit is True for track in tracks),
        unheard=tuple(unheard),
    )


def heard(track: Track) -> bool:
    """Whether anything is known of how a track sounds."""
    return any(name not in {"duration_ms", "popularity"} for name in track.features.voiced())


def _values(tracks: Sequence[Track], name: str) -> list[float]:
    return [value for track in tracks if (value := getattr(track.features, name)) is not None]


def _spread(values: Sequence[float]) -> Spread:
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    return Spread(mean=mean, spread=spread, low=min(values), high=max(values), known=len(values))


def _share(tracks: Sequence[Track], name: str, least: float) -> float | None:
    values = _values(tracks, name)
    return sum(value >= least for value in values) / len(values) if values else None


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _labels(track: Track) -> tuple[str, ...]:
    """A track's genres under the names of the list, each once."""
    named = (known.name if (known := genres.find(label)) else label.lower() for label in track.genres)
    return tuple(dict.fromkeys(named))


def _family(label: str) -> str | None:
    known = genres.find(label)
    return known.family if known and known.family != genres.UNSPECIFIC else None


def _arc(energies: Sequence[float | None]) -> Arc | None:
    """The arc whose shape the energies follow best, ``flat`` if none; None below six known values."""
    size = len(energies)
    known = [(place / (size - 1), value) for place, value in enumerate(energies) if value is not None] if size > 1 else []
    if len(known) < 6:
        return None
    if _spread([value for _, value in known]).spread < 0.25 * FEATURES["energy"].spread:
        return "flat"
    found: dict[Literal["flat", "rise", "fall", "peak", "wave"], float] = {
        arc: _correlation([ARCS[arc](at) for at, _ in known], [value for _, value in known])
        for arc in ("rise", "fall", "peak", "wave")
    }
    best = max(found, key=lambda arc: found[arc])
    return best if found[best] >= MATCH else "flat"


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation of two rows of equal length."""
    a, b = _spread(one), _spread(other)
    if not a.spread or not b.spread:
        return 0.0
    products = ((x - a.mean) * (y - b.mean) for x, y in zip(one, other, strict=True))
    return math.fsum(products) / len(one) / (a.spread * b.spread)


# -- in words


def words(portrait: Portrait) -> str:
    """One paragraph of plain words; what is not known is said."""
    head = [f"{portrait.tracks} {'track' if portrait.tracks == 1 else 'tracks'}"]
    if portrait.timed:
        head.append(("at least " if portrait.timed < portrait.tracks else "") + spell_time(portrait.duration_ms))
    if portrait.years:
        first, last = portrait.years
        head.append(str(first) if first == last else f"{first}–{last}")
    said = [part for part in (_sound(portrait), _style(portrait), _course(portrait)) if part]
    text = ", ".join(head) + (f": {'; '.join(said)}." if said else ".")
    missing = len(portrait.unheard)
    if missing == portrait.tracks:
        text += " Nothing is known of how they sound."
    elif missing:
        text += f" How {missing} of them {'sounds' if missing == 1 else 'sound'} is not known."
    return text


def _sound(portrait: Portrait) -> str:
    said = []
    for name, (low, high) in _LEANS.items():
        if name in portrait.features:
            word = _leaning(name, portrait.features[name], low, high)
            if word:
                said.append(word)
    if tempo := portrait.features.get("tempo"):
        said.append(
            f"around {tempo.mean:.0f} BPM" if tempo.spread < 12 else f"{_pace(tempo.mean)} of {tempo.mean:.0f} BPM on average"
        )
    said += _voice(portrait)
    mode = portrait.features.get("mode")
    if mode and not 0.3 <= mode.mean <= 0.85:
        said.append("mostly in minor keys" if mode.mean < 0.3 else "nearly all in major keys")
    return ", ".join(said)


def _leaning(name: str, values: Spread, low: str, high: str) -> str:
    feature = FEATURES[name]
    lean = (values.mean - feature.typical) / feature.spread
    if abs(lean) < LEAN:
        # as much both ways as all music has between its ends: worth saying that it is mixed
        return f"{low} and {high} by turns" if values.spread > 1.15 * feature.spread else ""
    word = low if lean < 0 else high
    return f"very {word}" if abs(lean) >= 3 * LEAN and " " not in word else word


def _pace(tempo: float) -> str:
    return "a slow pace" if tempo < 95 else "a fast pace" if tempo > 135 else "a middling pace"


def _voice(portrait: Portrait) -> list[str]:
    said = []
    if (share := portrait.instrumental) is not None:
        if share >= 0.95:
            said.append("without voice")
        elif share >= 0.6:
            said.append("mostly without voice")
        elif share >= 0.3:
            said.append("with and without voice")
    for part, word in ((portrait.spoken, "spoken word"), (portrait.live, "recorded live")):
        if part is not None and part >= 0.3:
            said.append(f"{'mostly' if part >= 0.6 else 'in part'} {word}")
    if portrait.explicit >= 0.3 * portrait.tracks:
        said.append("often explicit")
    return said


def _style(portrait: Portrait) -> str:
    """The genres in front, or the family that most of the scattered ones are of."""
    if not portrait.genres:
        return ""
    front = [name for name, count in portrait.genres.items() if count >= FRONT * portrait.tracks][:3]
    if front:
        return _joined(front)
    family, count = next(iter(portrait.families.items()), ("", 0))
    if count >= 0.4 * portrait.tracks:
        return f"many kinds of {family}"
    return f"{len(portrait.genres)} genres, none in front"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _course(portrait: Portrait) -> str:
    """How the energy moves from the first track to the last."""
    known = [value for value in portrait.energy if value is not None]
    if portrait.arc is None or not known:
        return ""
    quarter = max(1, len(known) // 4)
    start = _level(math.fsum(known[:quarter]) / quarter)
    end = _level(math.fsum(known[-quarter:]) / quarter)
    match portrait.arc:
        case "rise":
            return f"starts {start} and rises" + ("" if start == end else f" until it is {end}")
        case "fall":
            return f"starts {start} and comes down" + ("" if start == end else f" until it is {end}")
        case "peak":
            return f"starts {start}, rises to a peak and ends {end}"
        case "wave":
            return "rises and falls twice"
        case "flat":
            steady = _spread(known).spread < 0.5 * FEATURES["energy"].spread
            return "much the same energy throughout" if steady else "energy goes up and down without an arc"


def _level(energy: float) -> str:
    feature = FEATURES["energy"]
    lean = (energy - feature.typical) / feature.spread
    return "calm" if lean < -0.6 else "energetic" if lean > 0.6 else "at a middling level"
