"""Changing a playlist while looking at it: keep, drop, more like this, less of this, louder, undo.

A :class:`Session` is a state and never changes; :func:`act` gives the next one. Nothing here knows a terminal.

* A kept track stays at its place whatever is made anew around it. A dropped one never comes back, in no version of it.
* A step moves one target by :data:`STEP` spreads of the feature table, from the target that the words set; where they set
  none, from the mean of the playlist as it is. An exact tempo moves along.
* "More like this" moves every target half of the way to the track, and keeps it; "less of this" moves them as far away from
  it, and drops it.
* After a drop one track takes its place; after all else everything that is not kept is made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol, get_args

from tonepoem import gathering, selection
from tonepoem.errors import NothingFitsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.genres import fold
from tonepoem.playlist import Choice, Constraints, Kept, Phase, Playlist, Reading, Track
from tonepoem.spelling import shown

Command = Literal[
    "up", "down", "keep", "drop", "more", "less", "louder", "softer", "faster", "slower", "happier", "sadder", "undo"
]
COMMANDS: Final[tuple[Command, ...]] = get_args(Command)

SHIFTS: Final[Mapping[str, tuple[str, int]]] = {
    "louder": ("loudness", 1),
    "softer": ("loudness", -1),
    "faster": ("tempo", 1),
    "slower": ("tempo", -1),
    "happier": ("valence", 1),
    "sadder": ("valence", -1),
}
"""Commands that move one feature, and which way."""

STEP: Final = 0.5
"""Spreads of the feature table that one step moves a target."""
PULL: Final = 0.5
"""The share of the way to a track, or away from it, that one command moves the targets."""
UNASKED: Final = 0.5
"""Confidence in a target that comes from a track alone."""

NEAR: Final = 2 ** (5 / 12)
"""Who steps through tempos wants them within this factor of the target, somewhat less than half an octave both ways."""

SOUND: Final = tuple(name for name in FEATURES if name not in {"duration_ms", "key", "mode", "time_signature", "popularity"})
"""Features in which tracks are alike or not."""

SLACK: Final = 1.0
"""Minutes by which a playlist may miss a length and is still taken to be made for it."""

Song = tuple[str, str]
"""What all versions of a song by one artist have in common."""


class Again(Protocol):
    """Whoever makes a playlist, such as :func:`tonepoem.compose` with its parts given."""

    def __call__(self, reading: Reading, without: Callable[[Track], bool]) -> Playlist:
        """A playlist for what is asked for now, without some tracks; raises NothingFitsError."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """A playlist being looked at.

    Attributes:
        playlist: as it is now; its reading is what is asked for now.
        kept: songs that stay where they are.
        dropped: songs that never come back.
        cursor: the index of the track that commands are about.
        said: what the last command did, in one sentence; empty at the start.
        before: the state that undoing goes back to; None at the start.
    """

    playlist: Playlist
    kept: frozenset[Song] = frozenset()
    dropped: frozenset[Song] = frozenset()
    cursor: int = 0
    said: str = ""
    before: Session | None = None

    @property
    def track(self) -> Track:
        """The track under the cursor."""
        return self.playlist.tracks[self.cursor].track

    def keeps(self, track: Track) -> bool:
        """Whether a track stays where it is."""
        return song(track) in self.kept


def song(track: Track) -> Song:
    """What all versions of a song by one artist have in common."""
    return selection.core_title(track.title), fold(track.artists[0])


def act(session: Session, command: Command, again: Again) -> Session:  # noqa: PLR0911 - one exit a command reads best
    """The state after a command.

    Args:
        session: the state before; its playlist has at least one track.
        command: one of :data:`COMMANDS`.
        again: makes playlists.

    Raises:
        TonepoemError: what ``again`` raises, other than that nothing fits, which the new state says.
    """
    match command:
        case "up" | "down":
            step = 1 if command == "down" else -1
            return replace(session, cursor=min(max(0, session.cursor + step), len(session.playlist.tracks) - 1), said="")
        case "undo":
            return replace(session.before, said="Taken back.") if session.before else replace(session, said="Nothing to undo.")
        case "keep":
            return _kept(session)
        case "drop":
            return _dropped(session, again)
        case "more":
            return _more(session, again)
        case "less":
            return _less(session, again)
    return _shifted(session, command, again)


def _kept(session: Session) -> Session:
    own = song(session.track)
    if own in session.kept:
        return replace(session, kept=session.kept - {own}, said=f"{_name(session.track)} may go.", before=session)
    return replace(session, kept=session.kept | {own}, said=f"{_name(session.track)} stays.", before=session)


def _dropped(session: Session, again: Again) -> Session:
    gone = session.track
    after = _without(session, gone)
    others = [place for place in range(len(session.playlist.tracks)) if place != session.cursor]
    playlist = _remade(after, session.playlist.reading, others, again)
    if not playlist.tracks:
        return replace(session, said="The last track cannot be dropped: nothing else fits.")
    there = {song(choice.track) for choice in session.playlist.tracks}
    new = [choice.track for choice in playlist.tracks if song(choice.track) not in there]
    said = f"{_name(gone)} goes, " + (f"{_name(new[0])} comes." if new else "and nothing else fits.")
    return replace(after, playlist=playlist, cursor=min(after.cursor, len(playlist.tracks) - 1), said=said, before=session)


def _more(session: Session, again: Again) -> Session:
    track = session.track
    after = replace(session, kept=session.kept | {song(track)})
    reading = _pulled(session.playlist, track, PULL)
    own = dict.fromkeys((*reading.genres[:1], *track.genres[:2], *reading.genres[1:]))
    reading = reading.model_copy(update={"genres": tuple(own)[:5]})
    return _renewed(session, after, reading, again, f"More like {_name(track)}")


def _less(session: Session, again: Again) -> Session:
    reading = _pulled(session.playlist, session.track, -PULL)
    return _renewed(session, _without(session, session.track), reading, again, f"Less of {_name(session.track)}")


def _shifted(session: Session, command: Command, again: Again) -> Session:
    name, direction = SHIFTS[command]
    old = session.playlist.reading
    reading = _stepped(session.playlist, name, direction * STEP * FEATURES[name].spread)
    was, now = (_target(one.features, session.playlist.tracks, name) for one in (old, reading))
    if was == now:
        return replace(session, said=f"It cannot get {command}.")
    return _renewed(session, session, reading, again, f"{command.capitalize()}, {shown(name, was)} → {shown(name, now)}")


def _without(session: Session, track: Track) -> Session:
    own = song(track)
    return replace(session, kept=session.kept - {own}, dropped=session.dropped | {own})


def _renewed(before: Session, after: Session, reading: Reading, again: Again, what: str) -> Session:
    """The state in which all that is not kept is made anew for another reading."""
    fixed = [place for place, choice in enumerate(before.playlist.tracks) if after.keeps(choice.track)]
    playlist = _remade(after, reading, fixed, again)
    if not playlist.tracks:
        return replace(before, said=f"{what}: nothing fits. It stays as it was.")
    there = {song(choice.track) for choice in before.playlist.tracks}
    new = sum(song(choice.track) not in there for choice in playlist.tracks)
    return replace(
        after,
        playlist=playlist,
        cursor=min(after.cursor, len(playlist.tracks) - 1),
        said=f"{what}: {new or 'no'} new {'track' if new == 1 else 'tracks'}.",
        before=before,
    )


# -- what is asked for


Choices = Sequence[Choice]
_Moved = Callable[[AudioFeatures, Choices], dict[str, float]]
"""New targets, from those there are and from the tracks that they brought."""


def _target(features: AudioFeatures, choices: Choices, name: str) -> float:
    """The target of a feature, else the mean of what is there, else what is typical."""
    asked = getattr(features, name)
    if asked is not None:
        return float(asked)
    known = [value for choice in choices if (value := getattr(choice.track.features, name)) is not None]
    return sum(known) / len(known) if known else FEATURES[name].typical


def _stepped(playlist: Playlist, name: str, by: float) -> Reading:
    """The playlist's reading with one target moved, in every phase too."""

    def moved(features: AudioFeatures, choices: Choices) -> dict[str, float]:
        return {name: FEATURES[name].clamp(_target(features, choices, name) + by)}

    reading = _aimed(playlist, moved, 1.0)
    return _with_walls(reading, by) if name == "tempo" else reading


def _pulled(playlist: Playlist, track: Track, share: float) -> Reading:
    """The playlist's reading with its targets moved towards a track, or away from it, in every phase too.

    What was not asked for becomes a target only where the track is another than the rest.
    """

    def moved(features: AudioFeatures, choices: Choices) -> dict[str, float]:
        targets = {}
        for name in SOUND:
            value, feature = getattr(track.features, name), FEATURES[name]
            base = _target(features, choices, name)
            asked = getattr(features, name) is not None
            if value is not None and (asked or abs(value - base) >= STEP * feature.spread):
                targets[name] = feature.clamp(base + share * (value - base))
        return targets

    return _aimed(playlist, moved, UNASKED)


def _aimed(playlist: Playlist, moved: _Moved, confidence: float) -> Reading:
    """The playlist's reading, and each of its phases, with other targets, each held at least so sure."""

    def update(of: Reading | Phase, choices: Choices) -> dict[str, object]:
        targets = moved(of.features, choices)
        # a value that was set by option and is moved now is set to what it is moved to
        held = {name: targets.get(name, value) for name, value in of.constraints.targets.items()}
        return {
            "features": AudioFeatures.model_validate({**of.features.voiced(), **targets}),
            "confidence": {**of.confidence, **{name: max(confidence, of.confidence.get(name, 0.0)) for name in targets}},
            "constraints": of.constraints.model_copy(update={"targets": held}),
        }

    reading, tracks = playlist.reading, playlist.tracks
    spans = zip(reading.phases, playlist.phase_starts, (*playlist.phase_starts[1:], len(tracks)), strict=False)
    phases = tuple(phase.model_copy(update=update(phase, tracks[start:end])) for phase, start, end in spans)
    return reading.model_copy(update={**update(reading, tracks), "phases": phases or reading.phases})


def _with_walls(reading: Reading, by: float) -> Reading:
    """The reading with its exact tempos moved along, and with one where it has none.

    Who says "faster" means more than the words allowed. And half and double time, which pass for the same elsewhere, do
    not: a target of 160 BPM must not bring songs of 80.
    """

    def moved(wants: Constraints, target: float | None) -> Constraints:
        if wants.tempo is None and target is None:
            return wants
        tempos = tuple(at + by for at in wants.tempo) if wants.tempo else ((target or 0) / NEAR, (target or 0) * NEAR)
        low, high = map(FEATURES["tempo"].clamp, tempos)
        return wants.model_copy(update={"tempo": (round(low), round(high))})

    phases = tuple(
        phase.model_copy(update={"constraints": moved(phase.constraints, phase.features.tempo)}) for phase in reading.phases
    )
    whole = reading.features.tempo if not reading.phases else None
    return reading.model_copy(update={"constraints": moved(reading.constraints, whole), "phases": phases})


# -- what is made anew


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a playlist that is asked for as one: a phase, or the whole."""

    places: range
    reading: Reading
    minutes: float | None


def _remade(session: Session, reading: Reading, fixed: Collection[int], again: Again) -> Playlist:
    """The playlist with other tracks at all places that are not fixed; fixed ones stay at theirs as far as there are others.

    It has no tracks where nothing is fixed and nothing fits.
    """
    old = session.playlist
    held = {place: old.tracks[place] for place in fixed}
    chosen: list[Choice] = []
    starts: list[int] = []
    relaxed: list[str] = []
    for stretch in _stretches(old, reading):
        starts.append(len(chosen))
        own = {place - stretch.places.start: held[place] for place in stretch.places if place in held}
        fresh: tuple[Choice, ...] = ()
        want = _wanted(stretch, own)
        if want is not None:
            others = [choice.track for place, choice in held.items() if place not in stretch.places]
            there = [*(choice.track for choice in (*own.values(), *chosen)), *others]
            few = stretch.minutes is None and len(stretch.places) - len(own) == 1
            try:
                made = again(want, _barred(session, there, _spare(want.constraints, few)))
            except NothingFitsError:
                pass
            else:
                fresh = made.tracks
                relaxed += made.relaxed
        chosen += _woven(own, fresh)
    return old.model_copy(
        update={
            "reading": reading,
            "tracks": tuple(choice.model_copy(update={"why": selection.why(choice.track, reading)}) for choice in chosen),
            "relaxed": tuple(dict.fromkeys((*(old.relaxed if fixed else ()), *relaxed))),
            "wishes": _checked(reading, starts, [choice.track for choice in chosen]),
            "phase_starts": tuple(starts) if reading.phases else (),
        }
    )


def _checked(reading: Reading, starts: Sequence[int], tracks: Sequence[Track]) -> tuple[Kept, ...]:
    """What became of each wish."""
    spans = zip(reading.phases, starts, (*starts[1:], len(tracks)), strict=False)
    phases = (
        selection.verify_phase(number, phase, tracks[start:end]) for number, (phase, start, end) in enumerate(spans, start=1)
    )
    return (*selection.verify(reading.constraints, tracks), *phases)


def _stretches(playlist: Playlist, reading: Reading) -> tuple[_Stretch, ...]:
    """The parts of a playlist, timed where it keeps to the minutes that were asked for."""
    parts = gathering.parts(reading, None)
    starts = playlist.phase_starts if len(playlist.phase_starts) == len(parts) else (0,) * len(parts)
    ends = (*starts[1:], len(playlist.tracks))
    asked = [part.minutes for part in parts]
    timed = None not in asked and abs(sum(filter(None, asked)) - playlist.duration_ms / 60_000) <= SLACK
    return tuple(
        _Stretch(range(start, end), part.reading.model_copy(update={"phases": ()}), part.minutes if timed else None)
        for part, start, end in zip(parts, starts, ends, strict=True)
    )


def _wanted(stretch: _Stretch, held: Mapping[int, Choice]) -> Reading | None:
    """What is to be made anew in a stretch; None where nothing is."""
    left = len(stretch.places) - len(held)
    if left <= 0:
        return None
    update: dict[str, object] = {"count": left, "minutes": None}
    if stretch.minutes is not None:
        due = stretch.minutes - sum(selection.length_ms(choice.track) for choice in held.values()) / 60_000
        if due < SLACK:
            return None
        update = {"count": None, "minutes": due}
    return stretch.reading.model_copy(update={"constraints": stretch.reading.constraints.model_copy(update=update)})


def _spare(wants: Constraints, few: bool) -> int | None:
    """From how many tracks on that stay an artist gives no more.

    Where one track is sought, from the cap on; where many are, from one on, as more than one of these may come.
    """
    if wants.artists and wants.max_per_artist is None:
        return None
    return wants.max_per_artist or selection.ARTIST_CAP if few else 1


def _barred(session: Session, there: Sequence[Track], spare: int | None) -> Callable[[Track], bool]:
    """Whether a track may not be chosen: it was dropped, it is there, or its artist is there often enough."""
    songs = {*session.dropped, *map(song, there)}
    counts = Counter(fold(track.artists[0]) for track in there)
    return lambda track: song(track) in songs or (spare is not None and counts[fold(track.artists[0])] >= spare)


def _woven(held: Mapping[int, Choice], fresh: Sequence[Choice]) -> list[Choice]:
    """Fresh tracks in their order around those that are held at their places."""
    left = list(fresh)
    woven: list[Choice] = []
    for place, choice in sorted(held.items()):
        while left and len(woven) < place:
            woven.append(left.pop(0))
        woven.append(choice)
    return woven + left


def _name(track: Track) -> str:
    return f"“{track.title}”"
