"""The short way in: words to a reading, words to a playlist, with the parts of the settings unless others are given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tonepoem import asked, composing, phasing, selection
from tonepoem.parts import Parts, encodable
from tonepoem.playlist import Kept, Playlist, Reading, Track
from tonepoem.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tonepoem.asked import Names, Span
    from tonepoem.composing import FeatureGenerator, TrackSource
    from tonepoem.playlist import Arc


def describe(words: str, *, generator: FeatureGenerator | None = None) -> Reading:
    """What is heard in a description: audio features, how sure the model is of each, genres, exact wishes.

    Args:
        words: the description, in English; the first 2,000 characters are read.
        generator: who reads it, see :class:`tonepoem.Generator`; by default the model of the settings, loaded once.

    Raises:
        DescriptionError: there are no words, or nothing in them speaks of music.
        ModelError: the model is missing or damaged.
        SettingsError: a setting cannot be used.
    """
    parts = _parts()
    return parts.listen(words) if generator is None else composing.listen(encodable(words), generator, parts.artists)


def compose(
    words: str | Reading,
    length: int | None = None,
    *,
    generator: FeatureGenerator | None = None,
    source: TrackSource | str = "auto",
    seed: int = 0,
    variety: float = selection.VARIETY,
    name: str | None = None,
    without: Callable[[Track], bool] | None = None,
    minutes: float | None = None,
    arc: Arc | None = None,
    years: Span | None = None,
    bpm: Span | None = None,
    key: str | None = None,
    clean: bool | None = None,
    explicit: bool | None = None,
    instrumental: bool | None = None,
    like: Names = (),
    by: Names = (),
    not_artist: Names = (),
    genre: Names = (),
    not_genre: Names = (),
    set: Mapping[str, float] | Names = (),  # noqa: A002 - the option's own name
    max_per_artist: int | None = None,
    market: str | None = None,
    phase: Names = (),
    like_me: bool = False,
    new_to_me: bool = False,
    among: str | None = None,
) -> Playlist:
    """Make a playlist from a description. Nothing is written anywhere.

    What is given by keyword goes before what the words say.

    Args:
        words: the description, or what was heard in one.
        length: number of tracks, 1 to 1,000. 25 if neither this nor the words say.
        generator: who reads the words, see :class:`tonepoem.Generator`; by default the model of the settings.
        source: where tracks come from: one of :data:`SOURCES`, or anything that fulfils
            :class:`tonepoem.composing.TrackSource`, such as :class:`tonepoem.Catalog`.
        seed: another seed gives another playlist for the same words; the same seed the same one.
        variety: 0 takes the tracks that fit best, 1 the most different ones.
        name: of the playlist, 1 to 100 characters; by default it is made from the words.
        without: tracks for which it is true are never chosen.
        minutes: length in minutes in place of a number of tracks, up to 6,000.
        arc: how the energy moves.
        years: of release: (1990, 1999), "1990-1999", "90s", (1990, None), a year.
        bpm: tempo: (120, 130), "120-130", or a number, which allows 3 % more or less.
        key: "A minor", "F#", "Bb major".
        clean: only tracks that are not explicit.
        explicit: True: only explicit tracks, False: as ``clean``.
        instrumental: True: no voice, False: with voice.
        like: an artist whose sound is wanted, or several.
        by: only this artist, or these.
        not_artist: not this artist, or these.
        genre: only this genre, or these and what is near.
        not_genre: not this genre, or these.
        set: features and their values: {"energy": 0.8}, or "energy=0.8".
        max_per_artist: at most so many tracks of one artist.
        market: two-letter country in which the songs shall be available, where the source knows.
        phase: parts of the playlist, each its length and then values or words: "10m energy=0.4", "20m at 170 bpm".
        like_me: draw it towards what the account that is logged in hears most.
        new_to_me: nothing that this account has saved.
        among: choose only among these, in place of a source: "liked", the address of a playlist of this account's own,
            or a file, see :func:`tonepoem.tracklist.read`.

    Raises:
        DescriptionError: there are no words, or nothing in them speaks of music.
        InputError: a wish makes no sense, two contradict each other, a name is not known, or there is no such source.
        NothingFitsError: no track keeps the wishes, even loosened.
        ModelError: the model is missing or damaged.
        CatalogError: the catalog is missing or damaged.
        SettingsError: a setting cannot be used, or there is no app to read an account with.
        LoginError: an account's songs are asked for, and there is no login.
        ServiceError: the source is a service, and it did not answer.
    """
    options = asked.Options(
        length=length, minutes=minutes, arc=arc, years=years, bpm=bpm, key=key, clean=clean, explicit=explicit,
        instrumental=instrumental, like=like, by=by, not_artist=not_artist, genre=genre, not_genre=not_genre, set=set,
        max_per_artist=max_per_artist, market=market, phase=phase,
    )  # fmt: skip
    asked.wishes_given(options)  # before any work is done
    if isinstance(source, str):
        source = _parts_in(market).source(source)
    given = asked.wishes_given(options, names_in(source))
    reading = words if isinstance(words, Reading) else describe(words, generator=generator)
    own = None
    if like_me or new_to_me or among is not None:
        styled = bool(like or by or genre)
        own = _parts_in(market).listener.personal(
            reading, like_me=like_me, new_to_me=new_to_me, among=among, without=without, styled=styled
        )
        reading, source, without = own.reading, own.source or source, own.without
    if given.phases:
        parts = _parts()
        reading = phasing.given(reading, given.phases, generator or parts.generator, parts.artists)
    reading = composing.wished(reading, given.constraints.model_copy(update={"count": None}))
    playlist = composing.compose(reading, source, length=length, seed=seed, variety=variety, name=name, without=without)
    if own is not None:
        playlist = own.checked(playlist)
    if given.market is None:
        return playlist
    told = Kept(wish=f"available in {given.market}", state="unchecked", how=f"left to the source, {playlist.source}")
    return playlist.model_copy(update={"wishes": (*playlist.wishes, told)})


def names_in(source: TrackSource) -> Callable[[], Collection[str]] | None:
    """Gives the names of all artists that a source has; None where it cannot tell."""
    return getattr(source, "artists", None)


_making = threading.Lock()


@lru_cache(maxsize=1)
def _made() -> Parts:
    return Parts(Settings.load())


def _parts_in(market: str | None) -> Parts:
    """The parts, for songs that are available in a country."""
    parts = _parts()
    return Parts(replace(parts.settings, market=market.upper())) if market else parts


def _parts() -> Parts:
    with _making:  # two threads that start together share what the first one made
        return _made()
