"""The fourteen audio features: the one table of their names, units, ranges and steps.

The fields of :class:`AudioFeatures` are the table; :data:`FEATURES` is read off them, and the codec, the mapper, the
catalog's columns, the training targets and the command line all derive their names from it.

Definitions follow Spotify's audio features (https://developer.spotify.com/documentation/web-api/reference/get-audio-features).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

PITCHES: Final = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
"""Names of the keys 0 to 11."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One audio feature.

    Attributes:
        low: the smallest value, in ``unit``.
        high: the largest value, in ``unit``.
        unit: the unit in words; empty for a plain share from 0 to 1.
        step: the precision of the text form: values are written as multiples of it.
        integer: whether Spotify wants whole numbers.
        typical: a middle value of popular music: what is assumed where nothing is said.
        spread: one standard deviation over popular music, in ``unit``: the yardstick that makes features comparable.
        meaning: what a high value means.
        stretch: how much further a request aims than playlists of that name average, see :meth:`aim`.
        name: the name in Spotify's spelling.
    """

    low: float
    high: float
    unit: str
    step: float
    integer: bool
    typical: float
    spread: float
    meaning: str
    stretch: float = 1.0
    name: str = ""

    def aim(self, average: float) -> float:
        """What a request for music with this average aims at: further from ``typical``, never out of range.

        Playlists mix, so their means are milder than what their names ask for: playlists called "happy" average a valence
        of about 0.65, but who asks for happy music wants 0.8. The map is linear in the log-odds of a share and linear in dB::

            logit(aim) = logit(typical) + stretch · (logit(average) − logit(typical))

        ``stretch`` was set so that the published card's examples come out ("energetic dance music for a party" aims at
        0.9). It is monotone; training writes aims, and :meth:`average` is its inverse.
        """
        return self._stretched(average, self.stretch)

    def average(self, aim: float) -> float:
        """What playlists average that aim there: the inverse of :meth:`aim`."""
        return self._stretched(aim, 1 / self.stretch)

    def _stretched(self, value: float, by: float) -> float:
        if (self.low, self.high) != (0, 1) or self.integer:
            return self.clamp(self.typical + by * (value - self.typical)) if by != 1 else self.clamp(value)
        value = min(0.999, max(0.001, value))
        centre = math.log(self.typical / (1 - self.typical))
        odds = centre + by * (math.log(value / (1 - value)) - centre)
        return 1 / (1 + math.exp(-odds))

    def clamp(self, value: float) -> float:
        """The nearest value inside the range, whole where the feature is whole."""
        value = min(self.high, max(self.low, value))
        return float(round(value)) if self.integer else value

    def quantize(self, value: float) -> float:
        """The nearest multiple of ``step`` inside the range: what the text form can say."""
        return self.clamp(round(round(value / self.step) * self.step, 6))


def _share(typical: float, spread: float, stretch: float, meaning: str) -> Feature:
    return Feature(0, 1, "", 0.01, False, typical, spread, meaning, stretch)


class AudioFeatures(BaseModel):
    """The features of a track, or those that a description asks for. None means: not known, not spoken of.

    Raises:
        pydantic.ValidationError: a value is out of its range, NaN, infinite, or the name is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    danceability: Annotated[float | None, _share(0.55, 0.2, 1.8, "a steady, strong beat that is easy to dance to")] = None
    energy: Annotated[float | None, _share(0.6, 0.25, 1.7, "fast, loud, dense")] = None
    valence: Annotated[float | None, _share(0.5, 0.25, 2.2, "cheerful rather than sad or tense")] = None
    acousticness: Annotated[float | None, _share(0.3, 0.35, 1.3, "played on acoustic instruments")] = None
    instrumentalness: Annotated[float | None, _share(0.2, 0.35, 1.5, "no voice")] = None
    speechiness: Annotated[float | None, _share(0.1, 0.1, 1.2, "spoken words")] = None
    liveness: Annotated[float | None, _share(0.2, 0.2, 1.3, "an audience in the room")] = None
    loudness: Annotated[float | None, Feature(-60, 0, "dB", 0.1, False, -9, 5, "loud on average", 1.2)] = None
    tempo: Annotated[float | None, Feature(20, 250, "BPM", 1, False, 120, 30, "fast")] = None
    duration_ms: Annotated[int | None, Feature(1_000, 36_000_000, "ms", 1_000, True, 230_000, 90_000, "a long track")] = None
    key: Annotated[int | None, Feature(0, 11, "pitch class", 1, True, 5, 3.5, "the tonic, 0 = C to 11 = B")] = None
    mode: Annotated[int | None, Feature(0, 1, "0 minor, 1 major", 1, True, 1, 0.5, "major")] = None
    time_signature: Annotated[int | None, Feature(3, 7, "beats a bar", 1, True, 4, 0.4, "beats in a bar")] = None
    popularity: Annotated[int | None, Feature(0, 100, "", 1, True, 40, 20, "widely heard")] = None

    @field_validator("*")
    @classmethod
    def _in_range(cls, value: float | None, info: ValidationInfo) -> float | None:
        feature = FEATURES[str(info.field_name)]
        if value is not None and not feature.low <= value <= feature.high:
            raise ValueError(f"{value} is not between {feature.low:g} and {feature.high:g} {feature.unit}".rstrip())
        return value

    def voiced(self) -> dict[str, float]:
        """The features that hold a value, by name, in the order of the table."""
        return {name: value for name in FEATURES if (value := getattr(self, name)) is not None}


def _table() -> Mapping[str, Feature]:
    rows = {}
    for name, field in AudioFeatures.model_fields.items():
        (feature,) = (item for item in field.metadata if isinstance(item, Feature))
        object.__setattr__(feature, "name", name)
        rows[name] = feature
    return MappingProxyType(rows)


FEATURES: Final[Mapping[str, Feature]] = _table()
"""The feature table, by name, in the order in which the text form writes them."""
