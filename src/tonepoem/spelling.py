"""Numbers as people write them: features with their units, lengths of time, and how far along its scale a feature lies."""

# ruff: noqa: PLC0415 - the feature table takes time to load, and a command's help is to be instant

from __future__ import annotations

from typing import Final

NAMED: Final = frozenset({"key", "mode", "time_signature"})
"""Features whose values are names, not amounts: nothing to average, nothing to draw as a bar."""

_USUAL: Final = {"tempo": (40, 220), "loudness": (-30, 0), "duration_ms": (60_000, 600_000)}
"""Where almost all music lies, for features whose range is much wider."""


def shown(name: str, value: float) -> str:
    """A feature's value as people write it, with its unit."""
    from tonepoem.features import FEATURES, PITCHES

    if name == "key":
        return PITCHES[round(value)]
    if name == "mode":
        return "major" if value else "minor"
    if name == "duration_ms":
        return clock(round(value))
    if name == "time_signature":
        return f"{value:.0f}/4"
    unit = FEATURES[name].unit
    return f"{value:.2f}" if not unit and not FEATURES[name].integer else f"{round(value)} {unit}".rstrip()  # never "-0"


def along(name: str, value: float) -> float:
    """How far along its scale a feature's value lies, 0 to 1, where the scale holds what almost all music has.

    Tempo runs from 40 to 220 BPM, loudness from −30 to 0 dB, length from one to ten minutes, the rest over their range.
    """
    from tonepoem.features import FEATURES

    low, high = _USUAL.get(name, (FEATURES[name].low, FEATURES[name].high))
    return min(1.0, max(0.0, (value - low) / (high - low)))


def clock(milliseconds: int | None) -> str:
    """Minutes and seconds, ``3:45``; empty where the length is not known."""
    if not milliseconds:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"


def spell_time(milliseconds: int) -> str:
    """A long time in words: ``1 h 32 min``."""
    hours, minutes = divmod(round(milliseconds / 60_000), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
