"""Choosing from candidates: no song twice, few of an artist, varied, of the length that is asked for."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tonepoem.features import FEATURES
from tonepoem.genres import fold
from tonepoem.playlist import Candidate, Track
from tonepoem.selection.versions import UNWANTED, core_title, kinds_of, versions

ARTIST_CAP: Final = 2
"""At most so many tracks of one artist, if nothing else is asked for."""

VARIETY: Final = 0.25
"""How much being unlike the tracks already chosen counts, against fitting the words: 0 not at all, 1 alone."""

FLOOR: Final = 0.3
"""Candidates below this score are strangers to what was asked for, and never fill a playlist, where better ones stand."""

NEAREST: Final = 0.6
"""Where nothing reaches the floor, what has at least this share of the best score is the nearest that there is."""

JITTER: Final = 0.06
"""How much a seed moves scores, as a standard deviation: enough for another playlist, too little for a worse one."""

TOLERANCE_MS: Final = 30_000
"""How far a playlist of a given length in minutes may be off."""

_ROUND: Final = 100
"""Similarity is compared within rounds of so many picks: nobody hears it farther, and 1,000 tracks stay quick."""

_SOUND: Final = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "tempo")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A candidate with what choosing compares."""

    candidate: Candidate
    worth: float
    artist: str
    sound: tuple[float, ...]
    genres: frozenset[str]

    @property
    def length(self) -> int:
        return length_ms(self.candidate.track)


@dataclass(frozen=True, slots=True)
class _Length:
    """A length in milliseconds that is asked for, and how far off it may be."""

    target: float
    tolerance: float


def choose(
    candidates: Iterable[Candidate],
    *,
    length: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    variety: float = VARIETY,
    max_per_artist: int | None = ARTIST_CAP,
    asked: frozenset[str] = frozenset(),
    taken: Sequence[Candidate] = (),
    tolerance_ms: int = TOLERANCE_MS,
) -> tuple[Candidate, ...]:
    """The tracks of a playlist, best first, not yet in playing order.

    Picks one by one by maximal marginal relevance: the next is the one with the greatest
    ``(1 − variety) · relevance − variety · similarity``, where relevance is the score from 0 (the last in reach) to 1
    (the best), and similarity the greatest likeness, in sound and genres, to a track already picked.

    Args:
        candidates: what a source offers, in any order.
        length: how many tracks.
        minutes: how long instead, kept within 30 s, or one track where nothing fits so closely.
        seed: 0 takes scores as they are; any other moves them a little, the same way each time.
        variety: from 0 (the best scores) to 1 (as different as can be).
        max_per_artist: at most so many with the same main artist; None for any number.
        asked: kinds of versions that the words ask for, see :func:`~tonepoem.selection.versions.asked_versions`.
        taken: tracks that are in the playlist already: they count for the cap, and no song of theirs is chosen again.
        tolerance_ms: how far the length in minutes may be off.

    Returns:
        The new ones. Fewer than asked for where not enough fit; never a stranger.
    """
    entries = _entries(candidates, seed, asked, taken)
    caps = Counter(fold(candidate.track.artists[0]) for candidate in taken)
    limit = max_per_artist or len(entries) + len(taken)
    if minutes is None:
        picked = _pick(entries, length or 0, caps, limit, variety)
    else:
        picked = _fill(entries, _Length(minutes * 60_000, tolerance_ms), caps, limit, variety)
    return tuple(entry.candidate for entry in picked)


def floor(candidates: Iterable[Candidate]) -> float:
    """The score below which nothing fills a playlist, given what else there is."""
    return min(FLOOR, NEAREST * max((candidate.score for candidate in candidates), default=0))


def length_ms(track: Track) -> int:
    """A track's length; where it is not known, that of a usual one."""
    return track.duration_ms or int(FEATURES["duration_ms"].typical)


def _entries(candidates: Iterable[Candidate], seed: int, asked: frozenset[str], taken: Sequence[Candidate]) -> list[_Entry]:
    """The candidates worth considering, best first, one version of each song."""

    def liking(candidate: Candidate) -> tuple[int, int, float]:
        kinds = versions(candidate.track.title)
        return len(kinds & asked), -len(kinds - asked), candidate.score

    candidates = tuple(candidates)
    lowest = floor(candidates)
    songs: dict[str, list[Candidate]] = {}
    for candidate in taken:
        songs.setdefault(core_title(candidate.track.title), []).append(candidate)
    chosen_before = {id(candidate) for candidate in taken}
    for candidate in sorted(candidates, key=liking, reverse=True):
        track = candidate.track
        if candidate.score < lowest or kinds_of(track) & UNWANTED - asked:
            continue
        same = songs.setdefault(core_title(track.title), [])
        if not any(_twins(track, other.track) for other in same):
            same.append(candidate)
    new = (candidate for same in songs.values() for candidate in same if id(candidate) not in chosen_before)
    entries = [_entry(candidate, seed, asked) for candidate in new]
    # Ties are broken by name, so the order never depends on where the candidates came from.
    return sorted(entries, key=lambda entry: (-entry.worth, entry.artist, entry.candidate.track.title))


def _twins(one: Track, other: Track) -> bool:
    """Whether two tracks with the same core title are the same song by the same artist."""
    return not {fold(name) for name in one.artists}.isdisjoint({fold(name) for name in other.artists})


def _entry(candidate: Candidate, seed: int, asked: frozenset[str]) -> _Entry:
    track = candidate.track
    worth = candidate.score
    if seed:
        worth += random.Random(f"{seed}/{track.title}/{track.artists[0]}").gauss(0, JITTER)  # noqa: S311
    if versions(track.title) & {"live", "demo"} - asked:
        worth -= 0.05
    sound = []
    for name in _SOUND:
        value, feature = getattr(track.features, name), FEATURES[name]
        sound.append(0.0 if value is None else (value - feature.typical) / feature.spread)
    return _Entry(candidate, worth, fold(track.artists[0]), tuple(sound), frozenset(map(fold, track.genres)))


def _likeness(one: _Entry, other: _Entry) -> float:
    """From 0 to 1: 0.6 for the sound, 0.25 for the genres, 0.15 for the artist."""
    squares = sum((a - b) ** 2 for a, b in zip(one.sound, other.sound, strict=True)) / len(_SOUND)
    union = len(one.genres | other.genres)
    shared = len(one.genres & other.genres) / union if union else 0.0
    return 0.6 * math.exp(-squares) + 0.25 * shared + 0.15 * (one.artist == other.artist)


def _pick(entries: Sequence[_Entry], count: int, caps: Counter[str], limit: int, variety: float) -> list[_Entry]:
    picked: list[_Entry] = []
    waiting = list(entries)
    while len(picked) < count and waiting:
        turn = min(_ROUND, count - len(picked))
        reach = max(60, 4 * turn)
        # The first few of each artist are within reach; so one artist with many tracks does not close the view.
        window: list[_Entry] = []
        rest: list[_Entry] = []
        seen = Counter(caps)
        for entry in waiting:
            if len(window) < reach and seen[entry.artist] < limit + 1:
                seen[entry.artist] += 1
                window.append(entry)
            else:
                rest.append(entry)
        chosen = _turn(window, turn, caps, limit, variety)
        if not chosen:
            waiting = [entry for entry in rest if caps[entry.artist] < limit]
            continue
        picked += chosen
        taken = {id(entry) for entry in chosen}
        left = (entry for entry in [*window, *rest] if id(entry) not in taken and caps[entry.artist] < limit)
        waiting = sorted(left, key=lambda entry: -entry.worth)
    return picked


def _turn(window: list[_Entry], count: int, caps: Counter[str], limit: int, variety: float) -> list[_Entry]:
    """One round of maximal marginal relevance over a window of entries, best first."""
    if not window:
        return []
    best, last = window[0].worth, window[-1].worth
    span = (best - last) or 1.0
    likest = [0.0] * len(window)
    open_ = [caps[entry.artist] < limit for entry in window]
    chosen: list[_Entry] = []
    while len(chosen) < count:
        gains = [
            ((1 - variety) * (entry.worth - last) / span - variety * like, -place)
            for place, (entry, like) in enumerate(zip(window, likest, strict=True))
            if open_[place]
        ]
        if not gains:
            break
        place = -max(gains)[1]
        new = window[place]
        chosen.append(new)
        caps[new.artist] += 1
        for other, entry in enumerate(window):
            open_[other] = open_[other] and other != place and caps[entry.artist] < limit
            if open_[other]:
                likest[other] = max(likest[other], _likeness(entry, new))
    return chosen


def _fill(entries: Sequence[_Entry], wanted: _Length, caps: Counter[str], limit: int, variety: float) -> list[_Entry]:
    """Picks whose lengths add up to the target, within the tolerance where the entries allow it."""
    if not entries:
        return []
    usual = sum(entry.length for entry in entries[:100]) / len(entries[:100])
    picked = _pick(entries, max(1, round(wanted.target / usual)), caps, limit, variety)
    for _ in range(4):
        total = _topped_up(picked, entries, wanted, caps, limit)
        if abs(total - wanted.target) <= wanted.tolerance:
            break
        swap = _swap(picked, entries, _Length(wanted.target - total, wanted.tolerance), caps, limit)
        if swap is None:
            break
        place, new = swap
        caps[picked[place].artist] -= 1
        caps[new.artist] += 1
        picked[place] = new
    else:
        _topped_up(picked, entries, wanted, caps, limit)
    return picked


def _topped_up(
    picked: list[_Entry],
    entries: Sequence[_Entry],
    wanted: _Length,
    caps: Counter[str],
    limit: int,
) -> float:
    """The total after dropping what is too much from the end, and adding what still goes in."""
    least, most = wanted.target - wanted.tolerance, wanted.target + wanted.tolerance
    total = sum(entry.length for entry in picked)
    while len(picked) > 1 and total - picked[-1].length >= least:
        dropped = picked.pop()
        caps[dropped.artist] -= 1
        total -= dropped.length
    taken = {id(entry) for entry in picked}
    for entry in entries:
        if total >= least:
            break
        if id(entry) not in taken and caps[entry.artist] < limit and total + entry.length <= most:
            picked.append(entry)
            caps[entry.artist] += 1
            total += entry.length
    return total


def _swap(
    picked: list[_Entry], entries: Sequence[_Entry], gap: _Length, caps: Counter[str], limit: int
) -> tuple[int, _Entry] | None:
    """The exchange of one pick that closes the gap best, which may be negative; None if none makes it smaller."""
    taken = {id(entry) for entry in picked}
    spare = [entry for entry in entries[: 4 * len(picked) + 100] if id(entry) not in taken]
    best: tuple[float, int, _Entry] | None = None
    for place in reversed(range(len(picked))):  # the least fitting picks go first
        old = picked[place]
        for new in spare:
            if caps[new.artist] - (old.artist == new.artist) >= limit:
                continue
            off = abs(gap.target - (new.length - old.length))
            if off <= gap.tolerance:
                return place, new
            if off < abs(gap.target) and (best is None or off < best[0]):
                best = (off, place, new)
    return best[1:] if best else None
