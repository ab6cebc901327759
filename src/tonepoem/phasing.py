"""The phases of a playlist: each part of the words read by itself, with what holds for all of them beneath."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tonepoem import constraints, genres, kinship
from tonepoem.constraints import Stage
from tonepoem.errors import DecodingError, DescriptionError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.gathering import LENGTH
from tonepoem.playlist import Constraints, Phase, Reading

if TYPE_CHECKING:
    from tonepoem.asked import PhaseGiven
    from tonepoem.composing import FeatureGenerator
    from tonepoem.constraints import Heard, Lookup

TRACK_MINUTES: Final = 3.75
"""A usual track: what a number of tracks is taken for where phases share out time that was not given."""


def phased(reading: Reading, wishes: Heard, generator: FeatureGenerator) -> Reading:
    """The reading with the phases that its words divide it into; the same where they do not."""
    if not wishes.stages:
        return reading
    base = heard(wishes.around, generator)
    refused = wishes.constraints.not_genres
    share = (reading.constraints.minutes or (reading.constraints.count or LENGTH) * TRACK_MINUTES) / len(wishes.stages)
    phases = [_phase(stage, stage.minutes or share, base, generator, refused) for stage in wishes.stages]
    for place, stage in enumerate(wishes.stages):
        if not stage.words and 0 < place < len(phases) - 1:
            phases[place] = _between(phases[place - 1], phases[place + 1], phases[place].minutes)
    return reading.model_copy(update={"phases": tuple(phases)})


def given(
    reading: Reading, phases: Sequence[PhaseGiven], generator: FeatureGenerator, artists: Lookup | Collection[str]
) -> Reading:
    """The reading with phases that were given beside its words, which hold for all of them.

    Raises:
        InputError: the words of a phase hold a wish that cannot be kept.
    """
    base = reading.model_copy(update={"phases": ()})
    made = []
    for phase in phases:
        wishes = constraints.read(phase.words, artists)
        exact = Constraints(tempo=phase.tempo, targets=dict(phase.targets))
        own = wishes.constraints.model_copy(update={"minutes": None, "count": None}).overruled(exact)
        stage = Stage(phase.minutes, phase.spelled, wishes.text, own)
        made.append(_phase(stage, phase.minutes, base, generator, base.constraints.not_genres))
    minutes = sum(phase.minutes for phase in phases)
    whole = reading.constraints.overruled(Constraints(minutes=minutes))
    return reading.model_copy(update={"phases": tuple(made), "constraints": whole})


def heard(text: str, generator: FeatureGenerator) -> Reading:
    """What the model hears in a part of the words; nothing where it hears nothing."""
    reading = Reading(description=text)
    if text:
        with suppress(DecodingError, DescriptionError):
            reading = generator.describe(text)
    named = (*genres.named(text), *reading.genres)
    return reading.model_copy(update={"genres": tuple(dict.fromkeys(named))})


def _phase(stage: Stage, minutes: float, base: Reading, generator: FeatureGenerator, refused: Sequence[str]) -> Phase:
    """One phase: what its own words say, and for the rest what holds for all."""
    own = heard(stage.text, generator)
    kinds = (name for name in own.genres or base.genres if not kinship.within(name, (*refused, *stage.constraints.not_genres)))
    tempo = stage.constraints.tempo
    exact = {**({"tempo": (tempo[0] + tempo[1]) / 2} if tempo else {}), **stage.constraints.targets}
    return Phase(
        minutes=minutes,
        words=stage.words,
        features=AudioFeatures.model_validate({**base.features.voiced(), **own.features.voiced(), **exact}),
        confidence={**base.confidence, **own.confidence, **dict.fromkeys(stage.constraints.targets, 1.0)},
        constraints=stage.constraints,
        genres=tuple(kinds)[:5],
    )


def _between(one: Phase, other: Phase, minutes: float) -> Phase:
    """The way from one phase to another: the middle of their features, and the genres of both."""
    features = {}
    for name, value in one.features.voiced().items():
        target = getattr(other.features, name)
        if target is not None and name not in {"key", "mode", "time_signature"}:
            features[name] = FEATURES[name].clamp((value + target) / 2)
    return Phase(
        minutes=minutes,
        words=f"from {one.words} to {other.words}",
        features=AudioFeatures.model_validate(features),
        confidence={name: min(one.confidence.get(name, 0.5), other.confidence.get(name, 0.5)) for name in features},
        genres=tuple(dict.fromkeys(name for pair in zip(one.genres, other.genres, strict=False) for name in pair))[:5],
    )
