"""A runtime that hears a few words, for tests of all that stands around the model. Run as a script it is the program."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from tonepoem.features import AudioFeatures
from tonepoem.generator import Generator, Heard

KNOWN: dict[str, Heard] = {
    "calm": Heard(AudioFeatures(energy=0.2, valence=0.45, tempo=90), {"energy": 0.9, "valence": 0.4, "tempo": 0.5}),
    "furious": Heard(AudioFeatures(energy=0.95, loudness=-5), {"energy": 0.8, "loudness": 0.6}, ("thrash metal",)),
    "minor": Heard(AudioFeatures(mode=0, key=9, duration_ms=240_000, time_signature=3), {"mode": 1.0}),
}
NOTHING = Heard(AudioFeatures())


class Ears:
    """Hears the words of :data:`KNOWN` and nothing else."""

    name = "ears"

    def __init__(self, loading: float = 0.0) -> None:
        self.loaded: list[Any] = []
        self.asked: list[str] = []
        self.loading = loading

    def load(self, model: Any = None) -> Generator:
        """In place of ``Generator.load``."""
        time.sleep(self.loading)
        self.loaded.append(model)
        return Generator(self)

    def hear(self, texts: Sequence[str]) -> list[Heard]:
        self.asked += texts
        return [next((heard for word, heard in KNOWN.items() if word in text), NOTHING) for text in texts]


if __name__ == "__main__":
    Generator.load = Ears(float(sys.argv.pop(1))).load  # type: ignore[method-assign]
    from tonepoem.__main__ import main

    main()
