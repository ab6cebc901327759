"""The nouns that travel between the rooms: what was read from the words, tracks, and the playlist made of them.

All are frozen. None of them knows Spotify, a file format or a model.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tonepoem import export
from tonepoem.errors import InputError
from tonepoem.features import AudioFeatures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Arc = Literal["flat", "rise", "fall", "peak", "wave"]
"""How the energy moves over a playlist."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Constraints(_Frozen):
    """What the words, or the options, say exactly. None and empty mean: not spoken of.

    Attributes:
        count: number of tracks, 1 to 1,000.
        minutes: length of the whole, in minutes, up to 6,000.
        years: first and last year of release, both included; either may be open.
        tempo: slowest and fastest BPM, both included.
        key: 0 (C) to 11 (B).
        mode: 0 minor, 1 major.
        explicit: False allows only clean tracks, True only explicit ones.
        instrumental: True allows only tracks without voice, False only tracks with one.
        artists: only these artists, or artists like them, as ``like_artists`` says.
        like_artists: artists whose sound is wanted.
        not_artists: artists that must not appear.
        genres: genres asked for by option.
        not_genres: genres that must not appear.
        max_per_artist: at most this many tracks of one artist.
        arc: how the energy moves.
        not_years: spans of years, both ends included, in which nothing may have been released.
        track_minutes: shortest and longest length of each track, in minutes, both included; either may be open.
        popularity: least and greatest popularity, 0 to 100, both included.
        live: True allows only live recordings, False none.
        covers: True allows only cover versions, False none.
        remixes: True allows only remixes, False none.
        languages: ISO 639-1 codes of the languages of the lyrics that are wanted.
        not_languages: ISO 639-1 codes of languages that must not be sung.
        topics: words of which one at least shall be in the title.
        not_topics: words that must not be in the title.
        new_to_me: True keeps out what is in the listener's library, False chooses only from it.
        shuffle: True puts the tracks in random order instead of a smooth one.
        targets: features set to a value, by name: what the tracks shall come near to on average.
    """

    count: Annotated[int, Field(ge=1, le=1_000)] | None = None
    minutes: Annotated[float, Field(gt=0, le=6_000)] | None = None
    years: tuple[int | None, int | None] | None = None
    tempo: tuple[float, float] | None = None
    key: Annotated[int, Field(ge=0, le=11)] | None = None
    mode: Annotated[int, Field(ge=0, le=1)] | None = None
    explicit: bool | None = None
    instrumental: bool | None = None
    artists: tuple[str, ...] = ()
    like_artists: tuple[str, ...] = ()
    not_artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    not_genres: tuple[str, ...] = ()
    max_per_artist: Annotated[int, Field(ge=1)] | None = None
    arc: Arc | None = None
    not_years: tuple[tuple[int, int], ...] = ()
    track_minutes: tuple[float | None, float | None] | None = None
    popularity: tuple[Annotated[int, Field(ge=0, le=100)], Annotated[int, Field(ge=0, le=100)]] | None = None
    live: bool | None = None
    covers: bool | None = None
    remixes: bool | None = None
    languages: tuple[str, ...] = ()
    not_languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    not_topics: tuple[str, ...] = ()
    new_to_me: bool | None = None
    shuffle: bool | None = None
    targets: dict[str, float] = {}

    @model_validator(mode="after")
    def _ordered(self) -> Constraints:
        if self.years and None not in self.years and self.years[0] > self.years[1]:  # type: ignore[operator]
            raise ValueError(f"years run backwards: {self.years[0]} to {self.years[1]}")
        if self.tempo and not 0 < self.tempo[0] <= self.tempo[1]:
            raise ValueError(f"tempo runs backwards: {self.tempo[0]:g} to {self.tempo[1]:g} BPM")
        AudioFeatures.model_validate(self.targets)
        return self

    def spoken(self) -> dict[str, Any]:
        """Only what was read, by name."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def overruled(self, by: Constraints) -> Constraints:
        """These wishes, with others in their place where those speak; what must not appear adds up.

        What one side wants and the other refuses is as ``by`` has it.
        """
        update: dict[str, Any] = {name: value for name, unsaid in _UNSAID.items() if (value := getattr(by, name)) != unsaid}
        for wanted, refused in _OPPOSITES:
            wants, refuses = _known(getattr(by, wanted)), _known(getattr(by, refused))
            if wanted not in update:
                update[wanted] = tuple(one for one in getattr(self, wanted) if one.casefold() not in refuses)
            before = (one for one in getattr(self, refused) if one.casefold() not in wants | refuses)
            update[refused] = (*before, *getattr(by, refused))
        for one, other in (("count", "minutes"), ("minutes", "count"), ("arc", "shuffle"), ("shuffle", "arc")):
            if one in update and other not in update:
                update[other] = None
        update["not_years"] = by.not_years if by.years else (*self.not_years, *by.not_years)
        update["targets"] = {**self.targets, **by.targets}
        return self.model_copy(update=update)


_UNSAID: Final = {name: field.default for name, field in Constraints.model_fields.items()}
_OPPOSITES: Final = (
    ("artists", "not_artists"),
    ("genres", "not_genres"),
    ("languages", "not_languages"),
    ("topics", "not_topics"),
)
"""Lists of what is wanted, and of what is refused of the same kind."""


def _known(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


class Phase(_Frozen):
    """One part of a playlist that is asked for in parts: "10 min warm-up, 20 min at 170 bpm".

    Attributes:
        minutes: its length, up to 6,000.
        words: what is asked for in it, as given.
        features: what its own words speak of; the rest is None.
        constraints: the exact wishes for this part alone; those of the reading hold in every part.
        genres: genres of the lexicon that its own words name, best first.
        confidence: 0 to 1 for each voiced feature, by name.
    """

    minutes: Annotated[float, Field(gt=0, le=6_000)]
    words: str = ""
    features: AudioFeatures = AudioFeatures()
    constraints: Constraints = Field(default_factory=Constraints)
    genres: tuple[str, ...] = ()
    confidence: dict[str, Share] = {}


class Reading(_Frozen):
    """What was heard in a description.

    Attributes:
        description: the words as given.
        features: the features that the words speak of; the rest is None.
        confidence: 0 to 1 for each voiced feature, by name.
        genres: up to five genres of the lexicon, best first.
        constraints: the exact wishes.
        said: for each exact wish what was read and from which words, for display.
        model: name of the model that read the words.
        notes: what was repaired or dropped in the model's text, in words; empty as a rule.
        phases: the parts that the playlist shall have, in their order; empty where it is one whole.
    """

    description: str
    features: AudioFeatures = AudioFeatures()
    confidence: dict[str, Share] = {}
    genres: tuple[str, ...] = ()
    constraints: Constraints = Field(default_factory=Constraints)
    said: tuple[str, ...] = ()
    model: str = ""
    notes: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()

    def plot(self) -> Figure:
        """A figure of the features and how sure the model is of each.

        Raises:
            SettingsError: Matplotlib, the extra ``plot``, is not installed.
        """
        from tonepoem import plots  # noqa: PLC0415 - who draws nothing need not load it

        return plots.reading_figure(self)

    def _repr_html_(self) -> str:
        from tonepoem import page  # noqa: PLC0415

        return page.reading_cell(self)


class Track(_Frozen):
    """A recording, as any source describes it.

    Attributes:
        title: as the service spells it.
        artists: the main artist first, then guests; never empty.
        album: the album's name.
        year: year of first release.
        duration_ms: length in milliseconds.
        explicit: whether marked as explicit.
        isrc: International Standard Recording Code.
        uri: Spotify's ``spotify:track:…``; None until resolved.
        language: ISO 639-1 code of the lyrics, ``zxx`` for none, ``mul`` for several.
        genres: names of genres, most specific first.
        features: the audio features as far as known.
    """

    title: Annotated[str, Field(min_length=1)]
    artists: Annotated[tuple[str, ...], Field(min_length=1)]
    album: str | None = None
    year: Annotated[int, Field(ge=1000, le=2200)] | None = None
    duration_ms: Annotated[int, Field(gt=0)] | None = None
    explicit: bool | None = None
    isrc: str | None = None
    uri: str | None = None
    language: str | None = None
    genres: tuple[str, ...] = ()
    features: AudioFeatures = AudioFeatures()


class Candidate(_Frozen):
    """A track that a source offers, with how well it fits: 1 is exactly what was asked for, 0 is far off."""

    track: Track
    score: Share


class Choice(_Frozen):
    """A track in a playlist, with its score (0 to 1) and one line on why it is there."""

    track: Track
    score: Share
    why: str


class Kept(_Frozen):
    """What became of one wish, checked on the tracks that were chosen.

    Attributes:
        wish: the wish in words, "45 minutes".
        state: whether the result keeps it, keeps it only loosened, or cannot be checked.
        how: by how much it was loosened, or why it cannot be checked; empty where it is kept to the letter.
    """

    wish: str
    state: Literal["kept", "loosened", "unchecked"]
    how: str = ""


class PlaylistPublisher(Protocol):
    """Whoever can put a playlist on a service."""

    def publish(self, playlist: Playlist) -> Published:
        """Create the playlist there and return where it stands."""
        ...


class Playlist(_Frozen):
    """An ordered list of tracks, made and not yet published.

    Attributes:
        name: its name, 1 to 100 characters.
        reading: what was heard in the words.
        tracks: the choices in playing order.
        source: where the tracks came from.
        relaxed: each wish that was loosened to find enough, in words.
        wishes: what became of each exact wish, checked on these tracks.
        phase_starts: for each phase of the reading the index of its first track, from 0; empty without phases.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    reading: Reading
    tracks: tuple[Choice, ...]
    source: str = "catalog"
    relaxed: tuple[str, ...] = ()
    wishes: tuple[Kept, ...] = ()
    phase_starts: tuple[int, ...] = ()

    @property
    def duration_ms(self) -> int:
        """The length of all tracks whose length is known, in milliseconds."""
        return sum(choice.track.duration_ms or 0 for choice in self.tracks)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the playlist in the format that the file's ending names: m3u8, csv, json or html.

        Raises:
            InputError: the ending is not a known format.
            OutputError: the file cannot be written; nothing half-written is left.
        """
        export.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Playlist:
        """Read a playlist that was saved as JSON.

        Raises:
            InputError: the file cannot be read, or is not a playlist saved by tonepoem.
        """
        try:
            document = json.loads(Path(path).read_text(encoding="utf-8"))
            parts = {key: document[key] for key in ("description", "features", "confidence", "genres", "constraints", "model")}
            parts["phases"] = document.get("phases", ())  # files of the first version have none, and no wishes
            choices = []
            for row in document["tracks"]:
                track = {key: row[key] for key in Track.model_fields if key in row}
                choices.append({"track": track, "score": row["score"], "why": row["why"]})
            return cls.model_validate(
                {
                    "name": document["name"],
                    "reading": parts,
                    "tracks": choices,
                    "source": document["source"],
                    "relaxed": document["relaxed"],
                    "wishes": document.get("wishes", ()),
                    "phase_starts": document.get("phase_starts", ()),
                },
            )
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}. Give a playlist saved with --out NAME.json.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} is not a playlist saved by tonepoem. Save one with --out NAME.json.") from error

    def plot(self) -> Figure:
        """A figure of the sound asked for and got, and of the energy from the first track to the last.

        Raises:
            SettingsError: Matplotlib, the extra ``plot``, is not installed.
        """
        from tonepoem import plots  # noqa: PLC0415 - who draws nothing need not load it

        return plots.playlist_figure(self)

    def _repr_html_(self) -> str:
        from tonepoem import page  # noqa: PLC0415

        return page.playlist_cell(self)

    def publish(self, publisher: PlaylistPublisher) -> Published:
        """Put the playlist on a service, see :class:`tonepoem.Spotify`."""
        return publisher.publish(self)


class Published(_Frozen):
    """A playlist that stands on a service.

    Attributes:
        playlist: what was published.
        url: its address.
        id: the service's id of it.
        missing: tracks that the service does not have, left out.
    """

    playlist: Playlist
    url: str
    id: str
    missing: tuple[Track, ...] = ()
