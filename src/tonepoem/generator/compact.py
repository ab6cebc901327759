"""The shipped model by CTranslate2.

It writes one token per feature in a fixed order, so the decoder's distribution at each step is a distribution over the
values of one feature. Its mean is the value; how wide it is says how sure the model is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tonepoem import codec
from tonepoem.errors import ModelError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.generator import Heard, folder

LONGEST: Final = 256
"""Tokens of a description that are read, as with the published generator."""

MOST_GENRES: Final = 5
GENRE_SHARE: Final = 0.06
"""Genres that the model gives less than this share are not named."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """One step of the output: the feature, and its tokens' place and values; the first token is the null."""

    name: str
    first: int
    values: Any
    genres: tuple[str, ...] = ()


class Compact:
    """A model of the shipped kind.

    Args:
        place: its folder.

    Raises:
        ModelError: the folder is missing, damaged, or of another kind.
    """

    def __init__(self, place: Path) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        self._version = folder.check(place)
        self._slots = _slots(folder.load_json(place, folder.VOCABULARY))
        calibration = folder.load_json(place, folder.CALIBRATION)
        self._widths, self._sure = calibration["width"], calibration["confidence"]
        try:
            self._tokenizer = Tokenizer.from_file(str(place / folder.TOKENIZER))
            self._tokenizer.enable_truncation(LONGEST)
            self._translator = ctranslate2.Translator(
                str(place),
                device="cpu",
                compute_type="int8",
                inter_threads=_threads(),  # texts at the same time
                intra_threads=1,  # more for one text would wait for each other longer than they compute
            )
        except Exception as error:
            raise ModelError(f"The model folder {place} is damaged: {error}. Reinstall tonepoem.") from error

    @property
    def name(self) -> str:
        """Its name, with the beginning of the weights' checksum."""
        return f"tonepoem-compact-{self._version[:8]}"

    def hear(self, texts: Sequence[str]) -> list[Heard]:
        """What is heard in each text."""
        tokens = [row.tokens for row in self._tokenizer.encode_batch([codec.PREFIX + text for text in texts])]
        results = self._translator.translate_batch(
            tokens,
            beam_size=1,
            max_batch_size=64,
            min_decoding_length=len(self._slots),
            max_decoding_length=len(self._slots),
            return_logits_vocab=True,
        )
        return self._heard([result.logits[0] for result in results])

    def _heard(self, steps: Sequence[Sequence[Any]]) -> list[Heard]:
        """What the logits of each step of each text say, one feature of all texts after the other."""
        import numpy as np

        values: list[dict[str, float]] = [{} for _ in steps]
        confidence: list[dict[str, float]] = [{} for _ in steps]
        genres: list[tuple[str, ...]] = [()] * len(steps)
        for place, slot in enumerate(self._slots):
            last = slot.first + 1 + len(slot.genres or slot.values)
            odds = np.stack([np.asarray(own[place])[slot.first : last] for own in steps]).astype(np.float64)
            odds = np.exp(odds - odds.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            if slot.genres:
                for text, shares in enumerate(odds[:, 1:]):
                    likely = np.flatnonzero(shares >= GENRE_SHARE)
                    best = likely[np.argsort(-shares[likely])][:MOST_GENRES]
                    genres[text] = tuple(slot.genres[genre] for genre in best)
                continue
            feature = FEATURES[slot.name]
            weights = odds[:, 1:] / odds[:, 1:].sum(axis=1, keepdims=True)
            means = weights @ slot.values
            widths = np.sqrt((weights * (slot.values - means[:, None]) ** 2).sum(axis=1)) / feature.spread
            sure = np.interp(widths, self._widths, self._sure).round(3)
            for text in np.flatnonzero(odds[:, 0] < 0.5).tolist():
                values[text][slot.name] = feature.quantize(float(means[text]))
                confidence[text][slot.name] = float(sure[text])
        features = map(AudioFeatures.model_validate, values)
        return [Heard(*one) for one in zip(features, confidence, genres, strict=True)]


def _threads() -> int:
    """As many as OMP_NUM_THREADS says, else as many as there are cores, up to four."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() and int(said) else min(4, os.cpu_count() or 1)


_TOKEN: Final = re.compile(r'"(\w+)": (?:null|"([^"]*)"|(-?[\d.]+))')


def _slots(tokens: Sequence[str]) -> tuple[_Slot, ...]:
    """The steps that a vocabulary describes: the tokens say themselves what they mean."""
    import numpy as np

    first: dict[str, int] = {}
    values: dict[str, list[float]] = {}
    genres: list[str] = []
    for place, token in enumerate(tokens):
        if (said := _TOKEN.fullmatch(token)) is None:
            continue
        first.setdefault(said[1], place)
        if said[2] is not None:
            genres.append(said[2])
        elif said[3] is not None:
            values.setdefault(said[1], []).append(float(said[3]))
    if codec.GENRES not in first or not set(values) <= set(FEATURES):
        raise ModelError("The model has another vocabulary than this version of tonepoem. Reinstall tonepoem.")
    slots = [_Slot(name, first[name], np.array(own)) for name, own in values.items()]
    return (*slots, _Slot(codec.GENRES, first[codec.GENRES], np.empty(0), tuple(genres)))
