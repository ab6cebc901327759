"""From a reading to the parameters of Spotify's recommendations: targets, bounds and seeds, all inside Spotify's ranges.

Source of names and ranges: https://developer.spotify.com/documentation/web-api/reference/get-recommendations
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tonepoem import genres
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Constraints, Reading

SEEDS: Final = tuple(
    """
acoustic afrobeat alt-rock alternative ambient anime black-metal bluegrass blues bossanova brazil breakbeat british
cantopop chicago-house children chill classical club comedy country dance dancehall death-metal deep-house detroit-techno
disco disney drum-and-bass dub dubstep edm electro electronic emo folk forro french funk garage german gospel goth
grindcore groove grunge guitar happy hard-rock hardcore hardstyle heavy-metal hip-hop holidays honky-tonk house idm indian
indie indie-pop industrial iranian j-dance j-idol j-pop j-rock jazz k-pop kids latin latino malay mandopop metal metal-misc
metalcore minimal-techno movies mpb new-age new-release opera pagode party philippines-opm piano pop pop-film post-dubstep
power-pop progressive-house psych-rock punk punk-rock r-n-b rainy-day reggae reggaeton road-trip rock rock-n-roll rockabilly
romance sad salsa samba sertanejo show-tunes singer-songwriter ska sleep songwriter soul soundtracks spanish study summer
swedish synth-pop tango techno trance trip-hop turkish work-out world-music
""".split()
)
"""Spotify's 126 genre seeds, as its genre seed endpoint listed them before it was withdrawn."""

MOST_SEEDS: Final = 5
NEUTRAL_SEED: Final = "pop"
"""What is asked for when the words name no genre: the endpoint refuses targets without a seed."""

NARROWEST: Final = 0.75
WIDEST: Final = 2.0
"""Distance of ``min_`` and ``max_`` from the target, in standard deviations, at confidence 1 and 0."""


class SeedParameters(BaseModel):
    """What is asked of a recommendation service.

    Attributes:
        target: wanted values by feature name.
        minimum: lower bounds by feature name.
        maximum: upper bounds by feature name.
        genres: seed genres, of the 126.
        artists: ids of seed artists.
        tracks: ids of seed tracks.
        limit: how many tracks, 1 to 100.
        market: two-letter country code, or None.

    Raises:
        pydantic.ValidationError: an unknown feature, a value out of range, bounds that cross, a broken number where Spotify
            wants a whole one, no seed or more than five.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    target: Mapping[str, float]
    minimum: Mapping[str, float] = Field(default_factory=lambda: MappingProxyType({}))
    maximum: Mapping[str, float] = Field(default_factory=lambda: MappingProxyType({}))
    genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    market: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None

    @field_validator("target", "minimum", "maximum")
    @classmethod
    def _valid(cls, values: Mapping[str, float]) -> Mapping[str, float]:
        AudioFeatures.model_validate(dict(values))
        return MappingProxyType({name: values[name] for name in FEATURES if name in values})

    @model_validator(mode="after")
    def _consistent(self) -> SeedParameters:
        if strangers := set(self.genres) - set(SEEDS):
            raise ValueError(f"not a genre seed: {', '.join(sorted(strangers))}")
        seeds = len(self.genres) + len(self.artists) + len(self.tracks)
        if not 1 <= seeds <= MOST_SEEDS:
            raise ValueError(f"{seeds} seeds, between 1 and {MOST_SEEDS} are wanted")
        for name in FEATURES:
            bounds = [self.minimum.get(name), self.target.get(name), self.maximum.get(name)]
            known = [value for value in bounds if value is not None]
            if known != sorted(known):
                raise ValueError(f"{name}: the bounds {known} are not in order")
        return self

    def query(self) -> dict[str, str | int | float]:
        """The parameters by Spotify's names: ``target_energy``, ``min_tempo``, ``seed_genres`` and so on."""
        found: dict[str, str | int | float] = {"limit": self.limit}
        for kind, values in (("min", self.minimum), ("max", self.maximum), ("target", self.target)):
            for name, value in values.items():
                found[f"{kind}_{name}"] = int(value) if FEATURES[name].integer else round(value, 4)
        for kind, seeds in (("genres", self.genres), ("artists", self.artists), ("tracks", self.tracks)):
            if seeds:
                found[f"seed_{kind}"] = ",".join(seeds)
        if self.market:
            found["market"] = self.market
        return found


def to_seeds(
    reading: Reading,
    *,
    artists: Iterable[str] = (),
    tracks: Iterable[str] = (),
    limit: int = 50,
    market: str | None = None,
) -> SeedParameters:
    """The parameters that ask for what was read.

    Every voiced feature becomes a target with bounds around it: ``NARROWEST`` standard deviations away where the model is
    sure, ``WIDEST`` where it is not, inside the range. Exact wishes replace the bounds.

    Args:
        reading: what was heard.
        artists: ids of artists named in the words.
        tracks: ids of tracks to start from.
        limit: how many tracks to ask for; clamped to 1 to 100.
        market: two-letter country code.
    """
    target = {name: FEATURES[name].quantize(value) for name, value in reading.features.voiced().items()}
    minimum, maximum = {}, {}
    for name, value in target.items():
        feature = FEATURES[name]
        sure = reading.confidence.get(name, 0.5)
        width = feature.spread * (WIDEST + (NARROWEST - WIDEST) * sure)
        minimum[name], maximum[name] = feature.quantize(value - width), feature.quantize(value + width)
    exact = _exact(reading.constraints)
    for name, (low, high) in exact.items():
        minimum[name], maximum[name] = low, high
        target[name] = min(high, max(low, target.get(name, (low + high) / 2)))
        if FEATURES[name].integer:
            target[name] = round(target[name])
    chosen_artists, chosen_tracks = tuple(artists)[:2], tuple(tracks)
    room = MOST_SEEDS - len(chosen_artists)
    seeds = _genre_seeds(reading)[:room]
    chosen_tracks = chosen_tracks[: room - len(seeds)]
    if not (seeds or chosen_artists or chosen_tracks):
        seeds = (NEUTRAL_SEED,)
    return SeedParameters(
        target=target,
        minimum=minimum,
        maximum=maximum,
        genres=seeds,
        artists=chosen_artists,
        tracks=chosen_tracks,
        limit=min(100, max(1, limit)),
        market=market,
    )


def _exact(wishes: Constraints) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    if wishes.tempo:
        found["tempo"] = (FEATURES["tempo"].clamp(wishes.tempo[0]), FEATURES["tempo"].clamp(wishes.tempo[1]))
    for name in ("key", "mode"):
        if (value := getattr(wishes, name)) is not None:
            found[name] = (value, value)
    if wishes.instrumental is not None:
        found["instrumentalness"] = (0.5, 1.0) if wishes.instrumental else (0.0, 0.5)
    return found


def _genre_seeds(reading: Reading) -> tuple[str, ...]:
    found: list[str] = []
    excluded = {own.seed for name in reading.constraints.not_genres if (own := genres.find(name))}
    for name in (*reading.constraints.genres, *reading.genres):
        genre = genres.find(name)
        if genre and genre.seed in SEEDS and genre.seed not in excluded and genre.seed not in found:
            found.append(genre.seed)
    return tuple(found)
