"""What is wrong with a list of tracks: strangers, twins, an artist too often, rough joins, broken wishes.

Each finding names places and numbers, so that a person can judge it and a program can act on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import ceil
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from tonepoem import gathering, genres, kinship, portrait, sequencing
from tonepoem.features import FEATURES
from tonepoem.playlist import Constraints, Reading, Track
from tonepoem.selection import ARTIST_CAP, core_title, each_of, length_ms, verify
from tonepoem.spelling import NAMED, shown

Kind = Literal["outlier", "twins", "artist", "join", "wish"]
KINDS: Final[tuple[Kind, ...]] = ("wish", "outlier", "twins", "artist", "join")
"""The kinds of findings in the order in which they are told."""

FAR: Final = 2.0
"""A value so many spreads of the feature table away from what the words ask is an outlier."""

APART: Final = 2.5
"""Without words: a value so many spreads of the list itself away from its mean is one."""

SURE: Final = 0.4
"""What the words ask with less confidence makes no outliers."""

STRANGER: Final = 0.05
"""A genre with less affinity to all that are asked for is a stranger: another family, and far off in sound."""

ROUGH: Final = 1.0
"""A join that costs more is rough, in the units of :mod:`tonepoem.sequencing`.

Over 27 playlists of 25 tracks from the starter catalog: 2 % of the joins as they were composed, 30 % of those of the
same playlists shuffled, 52 % of the joins of tracks drawn from all of them.
"""

CROWD: Final = 0.05
"""In long lists one artist may have this share of the tracks."""

_AMOUNTS: Final = tuple(name for name in FEATURES if name not in {*NAMED, "duration_ms"})
"""Features of which a track can have too much or too little."""

_ASKED: Final = tuple(name for name in _AMOUNTS if name != "tempo")
"""Those by which the words are a measure: half and double time pass for a tempo, and none is far from all three."""


class Finding(BaseModel):
    """One thing that is wrong.

    Attributes:
        kind: what sort of thing.
        places: the tracks that it is about, counted from 1; empty where it is about the whole.
        what: one sentence without its full stop.
        numbers: what was measured, by name: for outliers how many spreads each feature is off, above or below; for joins
            the jumps in the units of the feature table, the steps between the keys, and the cost of it all.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    places: tuple[int, ...]
    what: str
    numbers: dict[str, float] = {}


def check(tracks: Sequence[Track], reading: Reading | None = None) -> tuple[Finding, ...]:
    """What is wrong with a list of tracks, wish by wish, then place by place.

    What is not known of a track is not held against it.

    Args:
        tracks: in playing order.
        reading: what was asked for; without it outliers are measured from the list's own mean.
    """
    wants = reading.constraints if reading else Constraints()
    asked = _asked(tracks, reading) if reading else ()
    found = [
        *_whole(tracks, wants),
        *(finding for place, part in enumerate(asked) for finding in _wishes(place + 1, tracks[place], part.constraints)),
        *(finding for place, part in enumerate(asked) for finding in _strangers(place + 1, tracks[place], part)),
        *(() if reading else _odd_ones(tracks)),
        *_twins(tracks),
        *_artists(tracks, wants),
        *_joins(tracks),
    ]
    return tuple(sorted(found, key=lambda finding: (KINDS.index(finding.kind), finding.places)))


def _asked(tracks: Sequence[Track], reading: Reading) -> tuple[Reading, ...]:
    """For each track what is asked for at its place: that of the phase in which its middle lies, if there are phases."""
    if not reading.phases:
        return (reading,) * len(tracks)
    parts = gathering.parts(reading, None)
    ends = list(accumulate(phase.minutes * 60_000 for phase in reading.phases))
    lengths = [length_ms(track) for track in tracks]
    middles = [end - length / 2 for end, length in zip(accumulate(lengths), lengths, strict=True)]
    return tuple(parts[min(bisect_right(ends, middle), len(parts) - 1)].reading for middle in middles)


# -- outliers


class _Off(NamedTuple):
    """A value that is off its target, by how many spreads."""

    name: str
    value: float
    target: float
    spreads: float


def _strangers(place: int, track: Track, reading: Reading) -> Iterator[Finding]:
    """A track far from the features that are asked for, or from all the genres that the words name."""
    off = []
    for name, target in reading.features.voiced().items():
        value = getattr(track.features, name)
        if value is None or name not in _ASKED or reading.confidence.get(name, 1.0) < SURE:
            continue
        feature = FEATURES[name]
        lean = (target - feature.typical) / feature.spread
        miss = (value - target) / feature.spread
        # Beyond the target on the side it leans to is as asked: "calm" has no floor.
        if abs(miss) >= FAR and not (abs(lean) > 0.5 and miss * lean > 0):
            off.append(_Off(name, value, target, miss))
    if off:
        yield _outlier(place, track, off, "that the words ask for")
    # what a model hears beside the words is a help in finding, and no reason to blame
    named = genres.named(reading.description)
    wanted = (*reading.constraints.genres, *(name for name in reading.genres if name in named))
    known = {label: near for label in track.genres if (near := kinship.affinity(wanted, label)) is not None}
    if known and max(known.values()) < STRANGER:
        yield Finding(
            kind="outlier",
            places=(place,),
            what=f"{_name(track)} is {_list([*known][:3])}, and the words ask for {_list(wanted[:3])}",
            numbers={"affinity": round(max(known.values()), 4)},
        )


def _odd_ones(tracks: Sequence[Track]) -> Iterator[Finding]:
    """Tracks far from the mean of the list."""
    if len(tracks) < 5:  # of so few none is the odd one
        return
    lies = portrait.of("", tracks).features
    for place, track in enumerate(tracks, start=1):
        off = []
        for name in _AMOUNTS:
            value = getattr(track.features, name)
            if value is None or name == "popularity":
                continue
            # a list that is all alike would make an outlier of a trifle
            miss = (value - lies[name].mean) / max(lies[name].spread, 0.4 * FEATURES[name].spread)
            if abs(miss) >= APART:
                off.append(_Off(name, value, lies[name].mean, miss))
        if off:
            yield _outlier(place, track, off, "of the list on average")


def _outlier(place: int, track: Track, off: Sequence[_Off], whose: str) -> Finding:
    off = sorted(off, key=lambda one: -abs(one.spreads))
    said = [
        f"{one.name} {shown(one.name, one.value)} is {abs(one.spreads):.1f} spreads {'above' if one.spreads > 0 else 'below'} "
        f"the {shown(one.name, one.target)}" + (f" {whose}" if one is off[0] else "")
        for one in off
    ]
    return Finding(
        kind="outlier",
        places=(place,),
        what=f"{_name(track)}: {', '.join(said)}",
        numbers={one.name: round(one.spreads, 2) for one in off},
    )


# -- twins and artists


def _twins(tracks: Sequence[Track]) -> Iterator[Finding]:
    """Tracks that are the same song as an earlier one: the same recording, or a version of it by one artist."""
    before: dict[tuple[str, str], int] = {}
    for place, track in enumerate(tracks, start=1):
        song = core_title(track.title)
        marks = [("code", code) for code in (track.uri, track.isrc) if code]
        marks += [(song, genres.fold(name)) for name in track.artists]
        if first := min((before[mark] for mark in marks if mark in before), default=0):
            other = tracks[first - 1]
            which = "there again" if track.title == other.title else f"the same song as {_name(other)}"
            yield Finding(kind="twins", places=(first, place), what=f"{_name(track)} is {which}")
        for mark in marks:
            before.setdefault(mark, place)


def _artists(tracks: Sequence[Track], wants: Constraints) -> Iterator[Finding]:
    """Artists with too many tracks, or with two side by side where that could be avoided."""
    mains = [genres.fold(track.artists[0]) for track in tracks]
    counts = Counter(mains)
    if wants.artists or len(counts) < 3:  # one artist's music, or two's: that is what it is
        return
    cap = wants.max_per_artist or max(ARTIST_CAP, ceil(CROWD * len(tracks)))
    for artist, count in counts.items():
        if count > cap:
            places = tuple(place for place, name in enumerate(mains, start=1) if name == artist)
            called = tracks[places[0] - 1].artists[0]
            yield Finding(
                kind="artist",
                places=places,
                what=f"{called} has {count} of {len(tracks)} tracks, more than {cap}",
                numbers={"tracks": count, "most": cap},
            )
    for place, (one, other) in enumerate(pairwise(mains), start=1):
        if one == other and counts[one] <= (len(tracks) + 1) // 2:
            yield Finding(kind="artist", places=(place, place + 1), what=f"{tracks[place].artists[0]} comes twice in a row")


# -- joins


def _joins(tracks: Sequence[Track]) -> Iterator[Finding]:
    """Neighbours that do not go together, by the costs by which playlists are put in order."""
    for place, (one, other) in enumerate(pairwise(tracks), start=1):
        a, b = one.features, other.features
        parts: dict[str, tuple[float, str]] = {}
        numbers: dict[str, float] = {}
        if a.energy is not None and b.energy is not None:
            jump = b.energy - a.energy
            parts["energy"] = (sequencing.JUMP_WEIGHT * abs(jump), f"energy {a.energy:.2f} → {b.energy:.2f}")
            numbers["energy"] = round(jump, 4)
        if a.tempo and b.tempo:
            off = sequencing.tempo_distance(one, other)
            parts["tempo"] = (sequencing.TEMPO_WEIGHT * off, f"tempo {a.tempo:.0f} → {b.tempo:.0f} BPM")
            numbers["tempo"] = round(b.tempo - a.tempo, 2)
        if a.key is not None and a.mode is not None and b.key is not None and b.mode is not None:
            steps = sequencing.key_distance(one, other)
            from_, to = ("".join(map(str, sequencing.camelot(x.key or 0, x.mode or 0))) for x in (a, b))
            parts["key"] = (sequencing.KEY_WEIGHT * steps, f"key {from_} → {to}, {steps:.0f} steps on the Camelot wheel")
            numbers["key"] = steps
        cost = sum(share for share, _ in parts.values())
        if cost > ROUGH:
            said = [text for share, text in sorted(parts.values(), reverse=True) if share >= 0.2]
            yield Finding(
                kind="join",
                places=(place, place + 1),
                what=f"from {_name(one)} to {_name(other)} is rough: {', '.join(said)}",
                numbers={**numbers, "cost": round(cost, 3)},
            )


# -- exact wishes


def _wishes(place: int, track: Track, wants: Constraints) -> Iterator[Finding]:
    """Exact wishes about each track that this one breaks."""
    for wish in each_of(wants):
        if wish.keeps(track) is False:
            instead = wish.extent((track,))
            what = f"{_name(track)} breaks the wish “{wish.wish}”" + (f": {instead}" if instead else "")
            yield Finding(kind="wish", places=(place,), what=what)


def _whole(tracks: Sequence[Track], wants: Constraints) -> Iterator[Finding]:
    """Wishes about the whole that are broken; those about artists are told with the artists."""
    whole = Constraints(count=wants.count, minutes=wants.minutes, arc=wants.arc, targets=wants.targets)
    for kept in verify(whole, tracks):
        if kept.state == "loosened":
            yield Finding(kind="wish", places=(), what=f"the wish “{kept.wish}” is not kept: {kept.how}")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _name(track: Track) -> str:
    return f"“{track.title}” by {track.artists[0]}"
