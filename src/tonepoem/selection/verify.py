"""What became of each exact wish: read off the tracks that were chosen, whatever chose them.

Nothing here trusts the walls that kept other tracks out. A wish is kept, loosened (and by how much is said), or cannot be
checked (and why is said).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tonepoem import genres, kinship
from tonepoem.features import FEATURES, PITCHES
from tonepoem.playlist import Arc, Constraints, Kept, Phase, Track
from tonepoem.selection.fitting import INSTRUMENTAL, KIN, named
from tonepoem.selection.loosening import bounds
from tonepoem.selection.versions import versions

OFF_MS: Final = 30_000
"""How far a length in minutes may be off and still be kept."""

NEAR: Final = 0.6
"""A mean within so many standard deviations of a feature's target comes near it."""

FOLLOWED: Final = 0.5
"""Correlation from which on the energy follows an arc; by chance it is around 0."""

LEVEL: Final = 0.15
"""The energy stays level if its mean over the first half is no farther than this from that over the second."""

SHAPES: Final[dict[Arc, Callable[[float], float]]] = {
    "rise": lambda at: at,
    "fall": lambda at: -at,
    "peak": lambda at: -abs(at - 0.65),
    "wave": lambda at: -abs((2 * at) % 1 - 0.5),
}
"""Where on the way, from 0 to 1, each arc wants more energy than elsewhere."""

Tracks = Sequence[Track]


@dataclass(frozen=True, slots=True)
class Each:
    """A wish that every track keeps or breaks.

    Attributes:
        wish: in words.
        keeps: whether a track keeps it; None where that is not known.
        unknown: what is not known then: "the year".
        extent: says of the tracks that break it what they are instead; empty if there is nothing to say.
        proviso: how far the wish can be told at all.
        told: whether it can be told well enough to call it kept.
    """

    wish: str
    keeps: Callable[[Track], bool | None]
    unknown: str
    extent: Callable[[Tracks], str] = lambda _: ""
    proviso: str = ""
    told: bool = True

    def check(self, tracks: Tracks) -> Kept:
        """What became of it."""
        answers = [self.keeps(track) for track in tracks]
        broken = [track for track, answer in zip(tracks, answers, strict=True) if answer is False]
        if broken:
            what = self.extent(broken)
            share = "none does" if len(broken) == len(tracks) else f"{len(broken)} of {len(tracks)} do not"
            return Kept(wish=self.wish, state="loosened", how=f"{share}: {what}" if what else share)
        if unknown := answers.count(None):
            how = f"{self.unknown} is not known for {unknown} of {len(tracks)}"
            return Kept(wish=self.wish, state="unchecked", how=how)
        return Kept(wish=self.wish, state="kept" if self.told else "unchecked", how=self.proviso)


def verify(
    wishes: Constraints,
    tracks: Sequence[Track],
    *,
    without: Callable[[Track], bool] | None = None,
) -> tuple[Kept, ...]:
    """What became of each wish, in a fixed order; nothing for what was not spoken of.

    Args:
        wishes: as they were asked for, before anything was loosened.
        tracks: the result, in playing order.
        without: the tracks that were to be kept out, such as those in the listener's library.
    """
    each = (wish.check(tracks) for wish in each_of(wishes))
    return (*_size(wishes, tracks), *each, *_whole(wishes, tracks), *_library(wishes, tracks, without))


def verify_phase(number: int, phase: Phase, tracks: Sequence[Track], *, timed: bool = True) -> Kept:
    """What became of one phase: its own length and wishes, as one.

    Args:
        number: 1 for the first.
        phase: what was asked for.
        tracks: those of the phase.
        timed: whether its length was asked for, and is not just a share of the whole.
    """
    own = phase.constraints.model_copy(update={"minutes": phase.minutes if timed else None, "count": None})
    parts = verify(own, tracks) if tracks else (Kept(wish="songs", state="loosened", how="nothing fits"),)
    length = f"{phase.minutes:g} min " if timed else ""
    wish = f"phase {number}: {length}{phase.words}".strip()
    for state in ("loosened", "unchecked"):
        if rest := [part for part in parts if part.state == state]:
            return Kept(wish=wish, state=state, how="; ".join(f"{part.wish} {part.how}" for part in rest))
    return Kept(wish=wish, state="kept")


def aloud(wishes: Sequence[Kept]) -> tuple[tuple[str, str], ...]:
    """The two lines that tell people, each with its label: what was kept; what was loosened, and what cannot be checked."""
    told = {
        label: ", ".join(f"{one.wish} ({one.how})" if one.how else one.wish for one in wishes if one.state == state)
        for label, state in (("kept", "kept"), ("loosened", "loosened"), ("not checkable", "unchecked"))
    }
    if told["loosened"] and (unchecked := told.pop("not checkable")):
        told["loosened"] += f"; not checkable: {unchecked}"
    return tuple((label, text) for label, text in told.items() if text)


# -- the length of the whole


def _size(wishes: Constraints, tracks: Tracks) -> Iterator[Kept]:
    if wishes.count is not None:
        there = len(tracks)
        wish = f"{wishes.count} track{'s' if wishes.count > 1 else ''}"
        yield Kept(wish=wish, state="kept") if there == wishes.count else Kept(wish=wish, state="loosened", how=f"{there}")
    if wishes.minutes is not None:
        wish = f"{wishes.minutes:g} minutes"
        unknown = sum(track.duration_ms is None for track in tracks)
        total = sum(track.duration_ms or 0 for track in tracks)
        if unknown:
            yield Kept(wish=wish, state="unchecked", how=f"the length is not known for {unknown} of {len(tracks)}")
        elif abs(total - wishes.minutes * 60_000) <= OFF_MS:
            yield Kept(wish=wish, state="kept")
        else:
            minutes, seconds = divmod(round(total / 1000), 60)
            yield Kept(wish=wish, state="loosened", how=f"{minutes}:{seconds:02} min")


# -- what each track keeps or breaks


def each_of(want: Constraints) -> Iterator[Each]:
    """The wishes that every track keeps or breaks, one by one."""
    yield from _recorded(want)
    yield from _sounding(want)
    yield from _by_whom(want)
    yield from _of_what_kind(want)
    yield from _in_words(want)


def _recorded(want: Constraints) -> Iterator[Each]:
    if want.years and want.years != (None, None):
        first, last = want.years
        words = f"from {first} on" if last is None else bounds(first, last) if first != last else f"{first}"
        yield Each(words, _between(_year, first, last), "the year", _spread(_year))
    for first, last in want.not_years:
        keeps = _between(_year, first, last)
        yield Each(f"not {bounds(first, last)}", _not(keeps), "the year", _spread(_year))
    if want.track_minutes:
        low, high = want.track_minutes
        yield Each(f"tracks {bounds(low, high)} minutes", _between(_minutes, low, high), "the length", _spread(_minutes))
    if want.popularity:
        low, high = want.popularity
        words = "well known" if high == 100 else "little known" if low == 0 else f"popularity {low}–{high}"
        yield Each(words, _between(_feature("popularity"), low, high), "the popularity", _spread(_feature("popularity")))
    if want.explicit is not None:
        wanted = want.explicit
        yield Each(
            "explicit" if wanted else "clean",
            lambda track: None if track.explicit is None else track.explicit is wanted,
            "whether it is explicit",
        )


def _sounding(want: Constraints) -> Iterator[Each]:
    if want.tempo:
        low, high = want.tempo
        words = f"{low:g} BPM" if low == high else f"{low:g}–{high:g} BPM"
        if low <= FEATURES["tempo"].low:
            words = f"up to {high:g} BPM"
        elif high >= FEATURES["tempo"].high:
            words = f"from {low:g} BPM"
        yield Each(words, _between(_feature("tempo"), low, high), "the tempo", _spread(_feature("tempo"), " BPM"))
    if want.key is not None:
        yield Each(f"in {PITCHES[want.key]}", _between(_feature("key"), want.key, want.key), "the key")
    if want.mode is not None:
        yield Each("major" if want.mode else "minor", _between(_feature("mode"), want.mode, want.mode), "the mode")
    if want.instrumental is not None:
        voice = _between(_feature("instrumentalness"), None, INSTRUMENTAL - 1e-9)
        words = "instrumental" if want.instrumental else "with voice"
        yield Each(words, _not(voice) if want.instrumental else voice, "whether there is a voice")


def _by_whom(want: Constraints) -> Iterator[Each]:
    def by(names: Sequence[str]) -> Callable[[Track], bool | None]:
        folded = {genres.fold(name) for name in names}
        return lambda track: any(genres.fold(name) in folded for name in track.artists)

    if want.artists:
        yield Each(f"only {', '.join(want.artists)}", by(want.artists), "the artist")
    for name in want.not_artists:
        yield Each(f"nothing by {name}", _not(by((name,))), "the artist")


def _of_what_kind(want: Constraints) -> Iterator[Each]:
    def near(track: Track) -> bool | None:
        known = [value for label in track.genres if (value := kinship.affinity(want.genres, label)) is not None]
        return max(known) >= KIN if known else None

    def within(name: str) -> Callable[[Track], bool | None]:
        return lambda track: any(kinship.within(label, (name,)) for label in track.genres) if track.genres else None

    if want.genres:
        yield Each(f"genre {', '.join(want.genres)}", near, "the genre")
    for name in want.not_genres:
        yield Each(f"no {name}", _not(within(name)), "the genre")


def _in_words(want: Constraints) -> Iterator[Each]:
    """What can be told by the title and by the language."""

    def kind(name: str) -> Callable[[Track], bool | None]:
        return lambda track: name in versions(track.title)

    def about(topics: Sequence[str]) -> Callable[[Track], bool | None]:
        return lambda track: any(named(topic, f" {genres.fold(track.title)} ") for topic in topics)

    for wish, name, words in (
        (want.live, "live", "live recordings"),
        (want.covers, "cover", "covers"),
        (want.remixes, "remix", "remixes"),
    ):
        if wish is not None:
            keeps = kind(name) if wish else _not(kind(name))
            yield Each(f"{'only' if wish else 'no'} {words}", keeps, "the version", proviso="as far as titles tell")
    if want.languages:
        yield Each(
            f"sung in {', '.join(want.languages)}",
            lambda track: None if track.language is None else track.language in want.languages,
            "the language of the lyrics",
        )
    for code in want.not_languages:
        yield Each(f"not sung in {code}", _not(_sung(code)), "the language of the lyrics")
    by_title = "topics are matched on titles only"
    if want.topics:
        words = f"about {' or '.join(want.topics)}"
        yield Each(words, about(want.topics), "the topic", proviso=by_title, told=False)
    for topic in want.not_topics:
        yield Each(f"not about {topic}", _not(about((topic,))), "the topic", proviso=by_title, told=False)


def _sung(code: str) -> Callable[[Track], bool | None]:
    return lambda track: None if track.language is None else track.language == code


def _not(keeps: Callable[[Track], bool | None]) -> Callable[[Track], bool | None]:
    def opposite(track: Track) -> bool | None:
        answer = keeps(track)
        return None if answer is None else not answer

    return opposite


Measure = Callable[[Track], float | None]


def _between(value: Measure, low: float | None, high: float | None) -> Callable[[Track], bool | None]:
    def keeps(track: Track) -> bool | None:
        number = value(track)
        return None if number is None else (low is None or number >= low) and (high is None or number <= high)

    return keeps


def _spread(value: Measure, unit: str = "") -> Callable[[Tracks], str]:
    def extent(tracks: Tracks) -> str:
        known = [number for track in tracks if (number := value(track)) is not None]
        low, high = min(known), max(known)
        return f"{low:.4g}{unit}" if low == high else f"{low:.4g}–{high:.4g}{unit}"

    return extent


def _year(track: Track) -> float | None:
    return track.year


def _minutes(track: Track) -> float | None:
    return None if track.duration_ms is None else track.duration_ms / 60_000


def _feature(name: str) -> Measure:
    def value(track: Track) -> float | None:
        number: float | None = getattr(track.features, name)
        return number

    return value


# -- what only the whole keeps or breaks


def _whole(want: Constraints, tracks: Tracks) -> Iterator[Kept]:
    if want.max_per_artist is not None:
        ((artist, most),) = Counter(genres.fold(track.artists[0]) for track in tracks).most_common(1) or (("", 0),)
        wish = "one song per artist" if want.max_per_artist == 1 else f"at most {want.max_per_artist} per artist"
        broken = most > want.max_per_artist
        yield Kept(wish=wish, state="loosened", how=f"{most} of {artist}") if broken else Kept(wish=wish, state="kept")
    for name in want.like_artists:
        yield Kept(wish=f"like {name}", state="unchecked", how="likeness is the aim, and has no yes or no")
    for name, target in want.targets.items():
        yield _near(name, target, tracks)
    if want.arc is not None:
        yield _followed(want.arc, tracks)
    if want.shuffle:
        yield Kept(wish="shuffled", state="kept")


def _near(name: str, target: float, tracks: Tracks) -> Kept:
    feature = FEATURES[name]
    wish = f"{name} {target:g} {feature.unit if feature.unit in {'dB', 'BPM', 'ms'} else ''}".strip()
    known = [value for track in tracks if (value := _feature(name)(track)) is not None]
    if not known:
        return Kept(wish=wish, state="unchecked", how=f"{name} is not known for any track")
    mean = sum(known) / len(known)
    if name in {"key", "mode", "time_signature"}:
        mean = Counter(known).most_common(1)[0][0]
    if abs(mean - target) <= NEAR * feature.spread * (name not in {"key", "mode", "time_signature"}):
        return Kept(wish=wish, state="kept")
    return Kept(wish=wish, state="loosened", how=f"{mean:.3g} on average")


def _followed(arc: Arc, tracks: Tracks) -> Kept:
    wish = {"flat": "energy stays level", "wave": "energy in waves"}.get(arc, f"energy {arc}s")
    known = [(place, energy) for place, track in enumerate(tracks) if (energy := track.features.energy) is not None]
    if len(known) < 4:
        return Kept(wish=wish, state="unchecked", how="too few tracks with a known energy")
    energies = [energy for _, energy in known]
    if arc == "flat":
        half = len(energies) // 2
        step = sum(energies[-half:]) / half - sum(energies[:half]) / half
        return Kept(wish=wish, state="kept") if abs(step) <= LEVEL else Kept(wish=wish, state="loosened", how=f"{step:+.2f}")
    shape = [SHAPES[arc](place / (len(tracks) - 1)) for place, _ in known]
    if _correlation(_ranks(shape), _ranks(energies)) >= FOLLOWED:
        return Kept(wish=wish, state="kept")
    return Kept(wish=wish, state="loosened", how="hardly: the songs are alike in energy")


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, equal ones sharing theirs."""
    return [sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2 for value in values]


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's r; 0 where one does not vary."""
    a, b = sum(one) / len(one), sum(other) / len(other)
    across = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    size = (sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other)) ** 0.5
    return across / size if size else 0.0


# -- the listener's library


def _library(want: Constraints, tracks: Tracks, without: Callable[[Track], bool] | None) -> Iterator[Kept]:
    if without is not None and (known := sum(map(without, tracks))):
        yield Kept(wish="what was to be kept out", state="loosened", how=f"{known} of {len(tracks)}")
    if want.new_to_me and without is None:
        yield Kept(wish="nothing you have", state="unchecked", how="your library was not given")
    elif want.new_to_me:
        yield Kept(wish="nothing you have", state="kept")
    elif want.new_to_me is False:
        yield Kept(wish="only what you have", state="unchecked", how="your library was not given")
