"""Recipes: how a playlist was made, in a file that people can read, to make it again and again.

``NAME.playlist.toml`` holds the words, the options, what was heard, which model and catalog answered, the tracks that
were chosen, and those of the last refreshes. A refresh chooses afresh and writes the file whole or not at all.

The file is sealed section by section, so a refresh can say what was changed by hand. The seal is a checksum, no
signature: it guards against slips, not against anyone.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from tonepoem.errors import InputError
from tonepoem.export import write_whole
from tonepoem.genres import fold
from tonepoem.playlist import Choice, Playlist, Reading, Share, Track
from tonepoem.recipe import faults
from tonepoem.selection import core_title

ENDING: Final = ".playlist.toml"
FORM: Final = 1
"""The version of the form of these files."""

KEPT: Final = 20
"""Earlier sets of tracks that a recipe remembers: ``--avoid-recent`` reaches as far, the tracks of today included."""

_OPEN: Final = "open"
"""What stands in a list where JSON would have null: the open end of a span of years."""

_HEAD: Final = """\
# A playlist as a recipe: tonepoem refresh FILE makes it again.
# What is changed here by hand is named then, and taken with --anyway.

"""

Option = bool | int | float | str | list[str]
"""The value of an option as the command line takes it; true for a switch."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Ingredient(_Part):
    """A model or a catalog that a playlist was made with.

    Attributes:
        name: what it is called; a file's path for one's own.
        checksum: the same for the same content.
    """

    name: str
    checksum: str


class Song(_Part):
    """A track of an earlier refresh, as far as it takes to know it again."""

    title: Annotated[str, Field(min_length=1)]
    artists: Annotated[tuple[str, ...], Field(min_length=1)]
    uri: str | None = None
    isrc: str | None = None

    def track(self) -> Track:
        """The song as a track without features."""
        return Track(title=self.title, artists=self.artists, uri=self.uri, isrc=self.isrc)


class Chosen(Track):
    """A track of the playlist with its score (0 to 1) and why it is there."""

    score: Share
    why: str


class Earlier(_Part):
    """The tracks that were in the playlist before a refresh.

    Attributes:
        at: when they were chosen, ISO 8601.
        seed: what they were chosen with.
        tracks: the tracks.
    """

    at: str
    seed: int
    tracks: tuple[Song, ...]


class Recipe(_Part):
    """How a playlist was made.

    Attributes:
        form: the version of the file's form.
        tonepoem: the version of tonepoem that wrote it.
        words: the description as given.
        name: the playlist's name.
        url: where it stands on Spotify, once published.
        seed: what the playlist was first made with; the n-th refresh uses ``seed + n`` unless another is given.
        refreshed: how often it was made again.
        last_seed: what the present tracks were chosen with.
        at: when they were chosen, ISO 8601.
        source: where they came from.
        options: what was given beside the words, by the names of the options of ``tonepoem make``.
        model: what read the words.
        catalog: what knew the tracks.
        heard: what was heard in the words, options left out.
        tracks: the present tracks in playing order.
        earlier: the tracks of the refreshes before, the newest first.
    """

    form: int = FORM
    tonepoem: str
    words: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    url: str | None = None
    seed: int = 0
    refreshed: Annotated[int, Field(ge=0)] = 0
    last_seed: int = 0
    at: str
    source: str
    options: dict[str, Option] = {}
    model: Ingredient
    catalog: Ingredient
    heard: Reading
    tracks: tuple[Chosen, ...]
    earlier: tuple[Earlier, ...] = ()
    _edited: tuple[str, ...] = PrivateAttr(())

    @classmethod
    def of(
        cls,
        playlist: Playlist,
        *,
        version: str,
        heard: Reading,
        options: Mapping[str, Option],
        seed: int,
        model: Ingredient,
        catalog: Ingredient,
        url: str | None = None,
    ) -> Recipe:
        """The recipe of a playlist that has just been made.

        Args:
            playlist: the playlist.
            version: of tonepoem.
            heard: what was heard in the words alone.
            options: what was given beside the words.
            seed: what the tracks were chosen with.
            model: what read the words.
            catalog: what knew the tracks.
            url: where it stands on Spotify.
        """
        return cls(
            tonepoem=version,
            words=heard.description,
            name=playlist.name,
            url=url,
            seed=seed,
            last_seed=seed,
            at=_now(),
            source=playlist.source,
            options=dict(options),
            model=model,
            catalog=catalog,
            heard=heard,
            tracks=_chosen(playlist),
        )

    @property
    def edited(self) -> tuple[str, ...]:
        """The sections that were changed by hand since tonepoem wrote the file."""
        return self._edited

    @property
    def next_seed(self) -> int:
        """What the next refresh uses: the first seed and the number of refreshes, so that each one is another."""
        return self.seed + self.refreshed + 1

    def recent(self, count: int) -> tuple[Track, ...]:
        """The tracks of the last ``count`` makings, today's included.

        Raises:
            InputError: so many are not kept.
        """
        if not 0 <= count <= KEPT + 1:
            raise InputError(f"The tracks of the last {count} refreshes are not kept. Ask for 0 to {KEPT + 1}.")
        if not count:
            return ()
        before = (song.track() for earlier in self.earlier[: count - 1] for song in earlier.tracks)
        return (*self.tracks, *before)

    def differences(self, version: str, model: Ingredient | str, catalog: Ingredient | str) -> tuple[str, ...]:
        """What is no longer as it was when the recipe was written, each in words; empty if all is.

        Args:
            version: of tonepoem now.
            model: the model there is now, or why there is none.
            catalog: the catalog there is now, or why there is none.
        """
        found = []
        if self.form != FORM:
            found.append(f"its form is {self.form}, and this tonepoem writes form {FORM}")
        if self.tonepoem != version:
            found.append(f"it was written by tonepoem {self.tonepoem}, and this is {version}")
        if self.edited:
            found.append(f"changed by hand: {', '.join(self.edited)}")
        for what, then, now in (("model", self.model, model), ("catalog", self.catalog, catalog)):
            if isinstance(now, str):
                found.append(f"the {what} {then.name} cannot be used: {now}")
            elif now.checksum != then.checksum:
                other = f", and now it is {now.name}" if now.name != then.name else " has changed"
                found.append(
                    f"the {what} was {then.name}{other}" if now.name != then.name else f"the {what} {then.name}{other}"
                )
        return tuple(found)

    def again(
        self, playlist: Playlist, *, version: str, heard: Reading, seed: int, model: Ingredient, catalog: Ingredient
    ) -> Recipe:
        """The recipe after a refresh: new tracks, and the present ones among the earlier."""
        songs = tuple(Song(title=track.title, artists=track.artists, uri=track.uri, isrc=track.isrc) for track in self.tracks)
        before = Earlier(at=self.at, seed=self.last_seed, tracks=songs)
        return self.model_copy(
            update={
                "form": FORM,
                "tonepoem": version,
                "heard": heard,
                "refreshed": self.refreshed + 1,
                "last_seed": seed,
                "at": _now(),
                "source": playlist.source,
                "model": model,
                "catalog": catalog,
                "tracks": _chosen(playlist),
                "earlier": (before, *self.earlier)[:KEPT],
            },
        )

    def published(self, url: str) -> Recipe:
        """The recipe of a playlist that stands on Spotify."""
        return self.model_copy(update={"url": url})

    def playlist(self) -> Playlist:
        """The playlist with its present tracks."""
        choices = [
            Choice(track=Track.model_validate(track.model_dump(exclude={"score", "why"})), score=track.score, why=track.why)
            for track in self.tracks
        ]
        return Playlist(name=self.name, reading=self.heard, tracks=tuple(choices), source=self.source)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, whole or not at all.

        Raises:
            OutputError: it cannot be written; what was there is unharmed.
        """
        import tomli_w  # noqa: PLC0415 - who only reads does not need it

        document = _document(self)
        document["seal"] = _seal(document)
        # A link stays a link: its target is replaced.
        write_whole(Path(path).resolve(), (_HEAD + tomli_w.dumps(document)).encode(errors="replace"))


def load(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe.

    Raises:
        InputError: there is no such file, it is no TOML, or a key is unknown, missing or of the wrong type; the message
            names the key and its line where it can.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Give a recipe saved with --out NAME{ENDING}.") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is no text in UTF-8"
        raise InputError(f"{path} is no TOML: {what}. Mend it, or make the playlist anew.") from error
    seal = document.pop("seal", {})
    try:
        recipe = Recipe.model_validate(_closed(document))
    except ValidationError as error:
        raise faults.invalid(path, document, error) from None
    recipe._edited = _changed(document, seal if isinstance(seal, dict) else {})
    return recipe


def difference(before: Sequence[Track], after: Sequence[Track]) -> tuple[tuple[Track, ...], tuple[Track, ...]]:
    """The tracks that came, and those that went; the same song stays, whatever its version."""

    def song(track: Track) -> tuple[str, str]:
        return core_title(track.title), fold(track.artists[0])

    there, now = set(map(song, before)), set(map(song, after))
    came = tuple(track for track in after if song(track) not in there)
    return came, tuple(track for track in before if song(track) not in now)


# -- the file's form


def _document(recipe: Recipe) -> dict[str, Any]:
    """The recipe as TOML holds it: no null, the plain values before the tables."""
    own = recipe.model_dump(mode="json", exclude_none=True, exclude={"heard", "tracks", "earlier", "options"})
    tables = {name: own.pop(name) for name in ("model", "catalog")}
    heard = recipe.heard.model_dump(mode="json", exclude_defaults=True, exclude={"description"})
    tracks = [track.model_dump(mode="json", exclude_defaults=True, exclude_none=True) for track in recipe.tracks]
    return {
        **own,
        "options": dict(recipe.options),
        **tables,
        "heard": _opened(heard),
        "tracks": tracks,
        "earlier": [one.model_dump(mode="json", exclude_none=True) for one in recipe.earlier],
    }


def _opened(value: Any) -> Any:
    """A JSON value without null: left out of tables, spelled in lists."""
    if isinstance(value, dict):
        return {key: _opened(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_OPEN if one is None else _opened(one) for one in value]
    return value


def _closed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round, for what was heard, which gets its words back."""
    closed = dict(document)
    if isinstance(heard := document.get("heard"), dict):
        closed["heard"] = {**_nulled(heard), "description": document.get("words")}
    return closed


def _nulled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nulled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [None if one == _OPEN else _nulled(one) for one in value]
    return value


def _seal(document: Mapping[str, Any]) -> dict[str, str]:
    """A short checksum of each section."""
    return {
        name: hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:12]
        for name, value in document.items()
    }


def _changed(document: Mapping[str, Any], seal: Mapping[str, Any]) -> tuple[str, ...]:
    if not seal:
        return ("seal",)
    now = _seal(document)
    return tuple(name for name in (*document, *(set(seal) - set(document))) if now.get(name) != seal.get(name))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _chosen(playlist: Playlist) -> tuple[Chosen, ...]:
    return tuple(
        Chosen.model_validate({**choice.track.model_dump(), "score": round(choice.score, 4), "why": choice.why})
        for choice in playlist.tracks
    )
