"""Audio features to and from the text that a T5 reads and writes.

The form is the published generator's: ``"danceability": 0.9, "energy": 0.9``, keys in the order of the feature table, values
to the table's step, what is not spoken of left out. Genres may follow as ``"genres": "indie folk; dream pop"``.

Reading is forgiving, because T5 models really emit cut-off objects, missing quotes, ``nu ll``, doubled keys and values out of
range. What had to be repaired is said in :attr:`Decoded.notes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tonepoem.errors import DecodingError
from tonepoem.features import FEATURES, AudioFeatures

PREFIX: Final = "prompt: "
"""What stands before a description in the model's input."""

GENRES: Final = "genres"

_LONGEST: Final = 20_000  # characters; no model writes more, and more would only cost time
_QUOTES: Final = "\"'`“”„«»"
_PAIR: Final = re.compile(
    rf"""(?P<key>[A-Za-z][A-Za-z_]{{0,40}}) [ \t]* [{_QUOTES}]? \s* [:=] \s*
         (?: [{_QUOTES}] (?P<text>[^{_QUOTES}]{{0,200}}) [{_QUOTES}]? | (?P<bare>[^,;{{}}\[\]\n{_QUOTES}]{{0,60}}) )""",
    re.VERBOSE,
)
_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_NOTHING: Final = frozenset(("", "null", "none", "nil", "nan", "n/a", "nul", "nu"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a text says.

    Attributes:
        features: the features that it voices.
        genres: the genres that it names.
        notes: one sentence for each thing that was clamped, dropped or repeated.
    """

    features: AudioFeatures
    genres: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def encode(features: AudioFeatures, genres: Iterable[str] = ()) -> str:
    """The text for some features: values are rounded to the step of the feature table."""
    parts = [f'"{name}": {number(name, value)}' for name, value in features.voiced().items()]
    if listed := "; ".join(genres):
        parts.append(f'"{GENRES}": "{listed}"')
    return ", ".join(parts)


def number(name: str, value: float) -> str:
    """A value as the text form writes it: ``0.9``, ``-7.5``, ``120``."""
    return f"{FEATURES[name].quantize(value):.3f}".rstrip("0").rstrip(".").replace("-0", "0", 1 if value == 0 else 0)


def decode(text: str) -> Decoded:
    """The features in a text, repaired where need be.

    Raises:
        DecodingError: the text holds no known feature, not even one said to be null.
    """
    values: dict[str, float] = {}
    genres: tuple[str, ...] = ()
    notes: list[str] = []
    known = False
    for pair in _PAIR.finditer(text[:_LONGEST]):
        key = pair["key"].lower().strip("_")
        said = (pair["text"] if pair["text"] is not None else pair["bare"] or "").strip()
        if key == GENRES:
            genres = genres or tuple(name for part in said.split(";") if (name := " ".join(part.split())))[:5]
        elif key not in FEATURES:
            notes.append(f"{key} is no audio feature and was dropped")
        else:
            known = True
            if key in values:
                notes.append(f"{key} came twice; the first value was kept")
            elif (value := _value(key, said, notes)) is not None:
                values[key] = value
    if not known:
        raise DecodingError(
            "The model's text holds no audio feature. Use a checkpoint that writes text like '\"energy\": 0.9'.",
        )
    return Decoded(AudioFeatures.model_validate(values), genres, tuple(notes))


def _value(key: str, said: str, notes: list[str]) -> float | None:
    if said.replace(" ", "").lower() in _NOTHING:
        return None
    found = _NUMBER.match(said)
    if found is None:
        notes.append(f"{key} has no number and was dropped")
        return None
    value = float(found.group())
    feature = FEATURES[key]
    clamped = feature.clamp(value)
    if not feature.low <= value <= feature.high:
        notes.append(f"{key} {found.group()} is out of range and became {clamped:g}")
    return clamped
