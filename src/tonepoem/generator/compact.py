"""The shipped model by CTranslate2.

It writes one token per feature in a fixed order, so the decoder's distribution at each step is a distribution over the
values of one feature. Its mean is the value; how wide it is says how sure the model is.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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

FEW: Final = 16
"""So many texts are heard faster without numpy than numpy takes to load."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """One step of the output: the feature, and its tokens' place and values; the first token is the null."""

    name: str
    first: int
    values: tuple[float, ...] = ()
    genres: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The place behind its last token."""
        return self.first + 1 + len(self.genres or self.values)


class Compact:
    """A model of the shipped kind.

    Args:
        place: its folder.

    Raises:
        ModelError: the folder is missing, damaged, or of another kind.
    """

    def __init__(self, place: Path) -> None:
        import ctranslate2

        self._version = folder.check(place)
        self._slots = _slots(folder.load_json(place, folder.VOCABULARY))
        calibration = folder.load_json(place, folder.CALIBRATION)
        self._widths, self._sure = calibration["width"], calibration["confidence"]
        try:
            with ThreadPoolExecutor(1) as beside:  # the weights are loaded beside the tokenizer
                translator = beside.submit(
                    ctranslate2.Translator,
                    str(place),
                    device="cpu",
                    compute_type="int8",
                    inter_threads=_threads(),  # texts at the same time
                    intra_threads=1,  # more for one text would wait for each other longer than they compute
                )
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_file(str(place / folder.TOKENIZER))
                self._tokenizer.enable_truncation(LONGEST)
                self._translator = translator.result()
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
        steps = [result.logits[0] for result in results]
        return [self._heard(one) for one in steps] if len(steps) <= FEW else self._all_heard(steps)

    def _heard(self, steps: Sequence[Any]) -> Heard:
        """What the logits of each step of one text say."""
        values: dict[str, float] = {}
        confidence: dict[str, float] = {}
        genres: tuple[str, ...] = ()
        for slot, logits in zip(self._slots, steps, strict=True):
            odds = _numbers(logits, slot.first, slot.last)
            top = max(odds)
            null, *weights = [math.exp(odd - top) for odd in odds]
            total = sum(weights)
            if slot.genres:
                least = GENRE_SHARE * (null + total)
                likely = [(-weight, place) for place, weight in enumerate(weights) if weight >= least]
                genres = tuple(slot.genres[place] for _, place in sorted(likely)[:MOST_GENRES])
            elif null < total:
                feature = FEATURES[slot.name]
                shares = [(weight / total, value) for weight, value in zip(weights, slot.values, strict=True)]
                mean = sum([share * value for share, value in shares])
                width = math.sqrt(sum([share * (value - mean) ** 2 for share, value in shares])) / feature.spread
                values[slot.name] = feature.quantize(mean)
                confidence[slot.name] = round(_between(width, self._widths, self._sure), 3)
        return Heard(AudioFeatures.model_validate(values), confidence, genres)

    def _all_heard(self, steps: Sequence[Sequence[Any]]) -> list[Heard]:
        """The same for many texts, one feature of all of them after the other."""
        import numpy as np

        values: list[dict[str, float]] = [{} for _ in steps]
        confidence: list[dict[str, float]] = [{} for _ in steps]
        genres: list[tuple[str, ...]] = [()] * len(steps)
        for place, slot in enumerate(self._slots):
            odds = np.stack([np.asarray(own[place])[slot.first : slot.last] for own in steps]).astype(np.float64)
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
            own_values = np.array(slot.values)
            means = weights @ own_values
            widths = np.sqrt((weights * (own_values - means[:, None]) ** 2).sum(axis=1)) / feature.spread
            sure = np.interp(widths, self._widths, self._sure).round(3)
            for text in np.flatnonzero(odds[:, 0] < 0.5).tolist():
                values[text][slot.name] = feature.quantize(float(means[text]))
                confidence[text][slot.name] = float(sure[text])
        features = map(AudioFeatures.model_validate, values)
        return [Heard(*one) for one in zip(features, confidence, genres, strict=True)]


def _numbers(logits: Any, first: int, last: int) -> list[float]:
    """Some of the logits of one step, read where the array interface says that they lie."""
    face = logits.__array_interface__
    if face["typestr"] != "<f4":
        raise ModelError(f"The model's numbers are of the kind {face['typestr']}, not <f4. Reinstall tonepoem.")
    return array("f", ctypes.string_at(face["data"][0] + 4 * first, 4 * (last - first))).tolist()


def _between(x: float, places: Sequence[float], heights: Sequence[float]) -> float:
    """The height of a line of points at some place; outside them that of the nearest."""
    right = bisect_right(places, x)
    if right in {0, len(places)}:
        return heights[max(0, right - 1)]
    part = (x - places[right - 1]) / (places[right] - places[right - 1])
    return heights[right - 1] + part * (heights[right] - heights[right - 1])


def _threads() -> int:
    """As many as OMP_NUM_THREADS says, else as many as there are cores, up to four."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() and int(said) else min(4, os.cpu_count() or 1)


_TOKEN: Final = re.compile(r'"(\w+)": (?:null|"([^"]*)"|(-?[\d.]+))')


def _slots(tokens: Sequence[str]) -> tuple[_Slot, ...]:
    """The steps that a vocabulary describes: the tokens say themselves what they mean."""
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
    slots = [_Slot(name, first[name], tuple(own)) for name, own in values.items()]
    return (*slots, _Slot(codec.GENRES, first[codec.GENRES], genres=tuple(genres)))
