"""What a listener's own tracks mean for a request: choose only among these, none of those, something like them.

Nothing of it goes into a model: the model reads the words alone, and a listener's tracks are compared by numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final, Protocol

from tonepoem import genres, tracklist
from tonepoem.errors import InputError, LoginError, NothingFitsError, ServiceError, SettingsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Candidate, Kept, Playlist, Reading, Track
from tonepoem.selection import core_title, fits

TASTE: Final = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "loudness")
"""The features whose average over a listener's favourites says something; that of tempi or keys does not."""

SHARE: Final = 0.2
"""What the favourites weigh against a feature that the words ask for, the words weighing the rest."""

SURE: Final = 0.25
"""Confidence in a feature that only the favourites speak of: half of what words have that the model is unsure of."""

LEAST: Final = 5
"""Favourites whose sound is known, below which their average is chance."""

ARTISTS: Final = 5
"""Favourite artists that are taken as examples."""

GENRES: Final = 3
"""Genres that are taken from favourites."""

LIKED: Final = "liked"
"""What stands for the saved songs where a list of tracks is asked for."""

_BATCH: Final = 200

Rank = Callable[[Reading, Iterable[Track]], tuple[Candidate, ...]]
"""Orders tracks by how well they fit, best first, see :meth:`tonepoem.Catalog.rank`."""
Fill = Callable[[Sequence[Track]], Sequence[Track]]
"""Gives tracks their audio features, as far as known."""


class Listed:
    """A list of tracks as a source: only these are chosen from.

    Args:
        tracks: the list.
        rank: orders them.
        name: what the source is called in a playlist.
    """

    def __init__(self, tracks: Iterable[Track], rank: Rank, name: str) -> None:
        self._tracks = tuple(tracks)
        self._rank = rank
        self.name = name

    def find(self, reading: Reading, limit: int) -> tuple[Candidate, ...]:
        """Up to ``limit`` of the tracks that keep the wishes of a reading, best first."""
        return self._rank(reading, (track for track in self._tracks if fits(track, reading.constraints)))[:limit]


def known(tracks: Iterable[Track]) -> Callable[[Track], bool]:
    """Whether a track is one of these: by address, by ISRC, or as the same song by one of the same artists.

    The same song in another version is known, too: who has saved "Hurt" has heard "Hurt - 2003 Remaster".
    """
    uris, codes, songs = set[str](), set[str](), set[tuple[str, str]]()
    for track in tracks:
        uris |= {track.uri} if track.uri else set()
        codes |= {_plain(track.isrc)} if track.isrc else set()
        songs |= _songs(track)

    def is_known(track: Track) -> bool:
        return (
            track.uri in uris or (track.isrc is not None and _plain(track.isrc) in codes) or not songs.isdisjoint(_songs(track))
        )

    return is_known


def _either(one: Callable[[Track], bool] | None, other: Callable[[Track], bool]) -> Callable[[Track], bool]:
    return other if one is None else lambda track: one(track) or other(track)


def _plain(isrc: str) -> str:
    return isrc.replace("-", "").upper()


def _songs(track: Track) -> set[tuple[str, str]]:
    title = core_title(track.title)
    return {(title, genres.fold(artist) or artist) for artist in track.artists}


def likened(reading: Reading, tracks: Sequence[Track], artists: Sequence[str], *, styled: bool = False) -> Reading:
    """A reading drawn towards what a listener likes. The words come first.

    A feature that the words ask for moves by :data:`SHARE` of the way to the favourites' mean; one that they do not
    speak of takes the mean with :data:`SURE`. Artists and genres of the favourites are taken only where the words, and
    the options, name none of their own.

    Args:
        reading: what was heard in the words.
        tracks: the favourites, with features and genres as far as known.
        artists: favourite artists as the catalog spells them, the most heard first.
        styled: whether artists or genres are named beside the words.
    """
    means = {}
    for name in TASTE:
        heard = [value for track in tracks if (value := getattr(track.features, name)) is not None]
        if len(heard) >= LEAST and name not in reading.constraints.targets:
            means[name] = fmean(heard)
    update: dict[str, object] = {
        **_drawn(reading.features, reading.confidence, means),
        "phases": tuple(phase.model_copy(update=_drawn(phase.features, phase.confidence, means)) for phase in reading.phases),
    }
    wants = reading.constraints
    if not (styled or wants.artists or wants.like_artists or wants.genres or genres.named(reading.description)):
        update["constraints"] = wants.model_copy(update={"like_artists": tuple(artists[:ARTISTS])})
        if not reading.genres:
            counts: dict[str, int] = {}
            for label in (label for track in tracks for label in track.genres):
                counts[label] = counts.get(label, 0) + 1
            update["genres"] = tuple(sorted(counts, key=lambda label: (-counts[label], label))[:GENRES])
    return reading.model_copy(update=update)


def _drawn(features: AudioFeatures, confidence: Mapping[str, float], means: Mapping[str, float]) -> dict[str, object]:
    """Features drawn towards means, and the confidence in them."""
    asked = features.voiced()
    drawn = {name: (1 - SHARE) * asked[name] + SHARE * mean if name in asked else mean for name, mean in means.items()}
    rounded = {name: round(FEATURES[name].clamp(value), 4) for name, value in drawn.items()}
    return {
        "features": AudioFeatures.model_validate({**asked, **rounded}),
        "confidence": {**{name: SURE for name in means if name not in asked}, **confidence},
    }


class Held(Protocol):
    """Tracks and artists of an account, see :class:`tonepoem.spotify.library.Held`."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The songs."""
        ...

    @property
    def artists(self) -> tuple[str, ...]:
        """The names of artists."""
        ...


class Shelves(Protocol):
    """What an account has, see :class:`tonepoem.spotify.library.Library`."""

    def saved(self) -> Held:
        """The saved songs."""
        ...

    def playlist(self, target: str) -> Held:
        """The songs of a playlist of the account's own."""
        ...

    def favourites(self) -> Held:
        """The songs and artists heard most."""
        ...


class Knower(tracklist.Knower, Protocol):
    """Whoever knows recordings and how well they fit, see :class:`tonepoem.Catalog`."""

    def rank(self, reading: Reading, tracks: Iterable[Track]) -> tuple[Candidate, ...]:
        """Tracks by how well they fit."""
        ...


@dataclass(frozen=True, slots=True)
class Personal:
    """A request with what is the listener's own in it.

    Attributes:
        reading: what is asked for, drawn towards the listener's taste where that was asked for.
        source: the only tracks to choose from; None where any source will do.
        without: whether a track must not be chosen; None where all may.
        notes: what was taken from where, and what could not be done, in words.
        unkept: why the wish for new songs, or for one's own, could not be kept; empty where it was, or there is none.
        examples: artists whose sound the listener likes, which nobody asked for by name.
    """

    reading: Reading
    source: Listed | None = None
    without: Callable[[Track], bool] | None = None
    notes: tuple[str, ...] = ()
    unkept: str = ""
    examples: tuple[str, ...] = ()

    def checked(self, playlist: Playlist) -> Playlist:
        """The playlist with what became of the wish about the listener's library, which only the library can tell.

        Favourite artists that were taken as examples are no wishes, and are not told as such.
        """
        others = {f"like {name}" for name in self.examples}
        wishes = [kept for kept in playlist.wishes if kept.wish not in others]
        if (wish := self.reading.constraints.new_to_me) is not None:
            named = "nothing you have" if wish else "only what you have"
            became = Kept(wish=named, state="unchecked" if self.unkept else "kept", how=self.unkept)
            wishes = [*(kept for kept in wishes if kept.wish != named), became]
        return playlist.model_copy(update={"wishes": tuple(wishes)})


class Listener:
    """Whose tracks they are: reads what a request needs of them.

    Args:
        shelves: gives the account's tracks, or raises LoginError or SettingsError where there is no account.
        catalog: gives the catalog, which knows recordings and orders them.
        spelled: gives an artist's name as the catalog spells it, or None.
        fill: gives features to tracks that the catalog does not know; None where nobody is to be asked.
    """

    def __init__(
        self,
        shelves: Callable[[], Shelves],
        catalog: Callable[[], Knower],
        spelled: Callable[[str], str | None],
        fill: Fill | None = None,
    ) -> None:
        self._shelves = shelves
        self._catalog = catalog
        self._spelled = spelled
        self._fill = fill

    def personal(
        self,
        reading: Reading,
        *,
        like_me: bool = False,
        new_to_me: bool = False,
        among: str | None = None,
        without: Callable[[Track], bool] | None = None,
        styled: bool = False,
    ) -> Personal:
        """A reading with what is the listener's own in it.

        What options ask for must be possible. A wish of the words that needs an account where there is none is noted,
        and left.

        Args:
            reading: what was heard; its ``new_to_me`` is a wish of the words.
            like_me: draw it towards what the account hears most.
            new_to_me: choose nothing that the account has saved.
            among: choose only among these: ``liked``, the address of a playlist of the account's own, or a file, see
                :func:`tonepoem.tracklist.read`.
            without: what must not be chosen besides.
            styled: whether artists or genres are named beside the words.

        Raises:
            InputError: the options contradict each other, or the list cannot be read.
            LoginError: there is no account to read from.
            SettingsError: no app is set.
            AccessError: a permission is missing; the message names the command that asks for it.
            NothingFitsError: the list is empty, or the account has no favourites.
            ServiceError: Spotify did not answer.
        """
        if new_to_me and among == LIKED:
            raise InputError("“--new-to-me” and “--from liked” contradict each other: keep one of them.")
        wish = True if new_to_me else reading.constraints.new_to_me
        if among == LIKED or (among and wish is False):
            wish = None  # the list that is given goes before what the words say
        reading = reading.model_copy(update={"constraints": reading.constraints.model_copy(update={"new_to_me": wish})})
        notes: list[str] = []
        examples: tuple[str, ...] = ()
        if like_me:
            named, reading = reading.constraints.like_artists, self._likened(reading, notes, styled)
            examples = tuple(name for name in reading.constraints.like_artists if name not in named)
        source = self._among(among, notes) if among else None
        unkept = ""
        if wish is not None:
            try:
                saved = self._asked("--new-to-me", lambda shelves: shelves.saved()).tracks
                notes.append(f"{'Nothing' if wish else 'Only'} from the {len(saved):,} songs that you have saved.")
                if wish:
                    without = _either(without, known(saved))
                elif source is None:
                    source = self._listed(saved, "liked songs", notes)
            except (ServiceError, SettingsError, NothingFitsError) as error:
                if new_to_me:
                    raise
                unkept = _reason(error)
                notes.append(f"What you have saved could not be looked at: {error}")
        return Personal(reading, source, without, tuple(notes), unkept, examples)

    def _likened(self, reading: Reading, notes: list[str], styled: bool) -> Reading:
        held = self._asked("--like-me", lambda shelves: shelves.favourites())
        tracks = self._known(held.tracks, notes)
        heard = sum(any(getattr(track.features, name) is not None for name in TASTE) for track in tracks)
        artists = [name for artist in held.artists if (name := self._spelled(artist))][:ARTISTS]
        drawn = likened(reading, tracks, artists, styled=styled)
        who = drawn.constraints.like_artists if drawn.constraints != reading.constraints else ()
        named = f"; as examples: {', '.join(who)}" if who else ""
        notes.append(f"The sound of {heard} of your {len(tracks)} favourites is known{named}.")
        if heard < LEAST and not who:
            notes.append("That is too little to draw the playlist towards what you like: the words alone count.")
        return drawn

    def _among(self, among: str, notes: list[str]) -> Listed:
        if among == LIKED:
            tracks = self._asked("--from liked", lambda shelves: shelves.saved()).tracks
            return self._listed(tracks, "liked songs", notes)
        if among.startswith(("https://", "http://", "spotify:")):
            tracks = self._asked("--from PLAYLIST", lambda shelves: shelves.playlist(among)).tracks
            return self._listed(tracks, "your playlist", notes)
        if not Path(among).is_file():
            raise InputError(f"There is no file {among}. Give liked, the address of a playlist of yours, or a file.")
        found = tracklist.read(among)
        notes += found.notes
        return self._listed(found.tracks, Path(among).name, notes)

    def _listed(self, tracks: Sequence[Track], name: str, notes: list[str]) -> Listed:
        if not tracks:
            raise NothingFitsError(f"There is no song in {name} to choose from. Choose another list.")
        return Listed(self._known(tracks, notes), self._catalog().rank, name)

    def _known(self, tracks: Sequence[Track], notes: list[str]) -> tuple[Track, ...]:
        """The tracks with what is known of them: first by the catalog, then by whom else may be asked."""
        filled = list(tracklist.filled(tracks, self._catalog()))
        dumb = [place for place, track in enumerate(filled) if not track.features.voiced().keys() & set(TASTE)]
        if self._fill:
            try:
                for start in range(0, len(dumb), _BATCH):
                    places = dumb[start : start + _BATCH]
                    came = self._fill([filled[place] for place in places])
                    for place, track in zip(places, came, strict=True):
                        filled[place] = track
            except ServiceError as error:
                notes.append(f"The sound of some songs is not known: {error}")
        return tuple(filled)

    def _asked(self, option: str, read: Callable[[Shelves], Held]) -> Held:
        try:
            shelves = self._shelves()
        except (LoginError, SettingsError) as error:
            raise type(error)(f"{option} needs your Spotify account. {error}") from error
        return read(shelves)


def _reason(error: Exception) -> str:
    if isinstance(error, LoginError | SettingsError):
        return "no Spotify account is logged in"
    return str(error).partition(". ")[0].rstrip(".")
