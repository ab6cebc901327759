"""A cover drawn from the audio features: hills whose colour, height, number and roughness are what the music is.

| feature | in the picture |
| --- | --- |
| valence, mode | the colour: blue where it is sad or minor, over red to yellow where it is cheerful or major |
| energy | how saturated it is, and how high the hills are |
| tempo | how many hills there are |
| acousticness | how smooth they are: rough where it is electric |
| loudness | how bright the sky is |

The same features and words give the same picture. No network, no text, no picture of anybody.
"""

from __future__ import annotations

import base64
import colorsys
import hashlib
import io
import math
import random
from typing import Final

from tonepoem.errors import SettingsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.spotify.client import LARGEST_COVER

SIDE: Final = 640
"""Pixels."""

_LAYERS: Final = 6
_FINE: Final = 2  # drawn larger and shrunk, which smooths the edges


def draw(features: AudioFeatures, words: str = "") -> bytes:
    """A JPEG of 640 × 640 pixels, small enough for Spotify.

    Args:
        features: what the music is like; what is not voiced takes a middle value.
        words: give each description its own picture.

    Raises:
        SettingsError: Pillow, which draws, is not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        raise SettingsError("Drawing a cover needs Pillow. Run `pip install 'tonepoem[cover]'`.") from error

    voiced = {name: feature.typical for name, feature in FEATURES.items()} | features.voiced()
    energy, rough = voiced["energy"], 1 - voiced["acousticness"]
    dice = random.Random(hashlib.sha256(f"{words}{sorted(voiced.items())}".encode()).digest())  # noqa: S311 - a picture
    side = SIDE * _FINE
    sky, ground = _colours(voiced)
    image = Image.new("RGB", (side, side))
    pen = ImageDraw.Draw(image)
    for row in range(side):
        pen.line([(0, row), (side, row)], fill=_mixed(sky, ground, 0.6 * row / side))
    for layer in range(_LAYERS):
        depth = (layer + 1) / _LAYERS
        base = side * (0.35 + 0.6 * depth)
        height = side * (0.03 + 0.16 * energy) * (1.1 - 0.5 * depth)
        hills = voiced["tempo"] / 40 * (0.7 + 0.6 * depth)
        phases = [dice.uniform(0, 2 * math.pi) for _ in range(4)]
        outline = [(column, base - height * _wave(column / side, hills, rough, phases)) for column in range(0, side + 4, 4)]
        pen.polygon([(0, side), *outline, (side, side)], fill=_mixed(sky, ground, 0.25 + 0.75 * depth))
    image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    for quality in (88, 75, 60, 40):
        content = io.BytesIO()
        image.save(content, "JPEG", quality=quality)
        if len(base64.b64encode(content.getvalue())) <= LARGEST_COVER:
            break
    return content.getvalue()


def _wave(place: float, hills: float, rough: float, phases: list[float]) -> float:
    """A sum of waves; the finer ones weigh as much as the music is electric."""
    turn = 2 * math.pi * place
    fine = (0.35 * math.sin(turn * hills * 2.7 + phases[1]), 0.22 * math.sin(turn * hills * 7.3 + phases[2]))
    edge = 0.12 * (1 if math.sin(turn * hills * 11 + phases[3]) > 0 else -1)
    return math.sin(turn * hills + phases[0]) + rough * (sum(fine) + edge * rough)


_Colour = tuple[int, int, int]


def _colours(voiced: dict[str, float]) -> tuple[_Colour, _Colour]:
    mood = 0.75 * voiced["valence"] + 0.25 * voiced["mode"]
    hue = (0.62 + 0.52 * mood) % 1  # blue, violet, red, orange, yellow
    strong = 0.25 + 0.65 * voiced["energy"]
    loud = FEATURES["loudness"]
    bright = 0.55 + 0.42 * min(1.0, max(0.0, (voiced["loudness"] - loud.typical + 3 * loud.spread) / (5 * loud.spread)))
    return _rgb((hue + 0.08) % 1, 0.55 * strong, bright), _rgb(hue, strong, 0.28 + 0.25 * mood)


def _rgb(hue: float, saturation: float, value: float) -> _Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mixed(one: _Colour, other: _Colour, share: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
