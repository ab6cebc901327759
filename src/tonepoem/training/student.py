"""The shipped model: a small T5 and the vocabulary that it writes.

It reads WordPiece tokens and writes one token for each feature in turn: ``"energy": 0.62``, or ``"energy": null`` where the
words do not speak of it; the last token names a genre. The tokens' texts joined by ", " are the published generator's form,
and since each step has its own tokens, the decoder's distribution at a step is a distribution over the values of one feature:
its mean is the value, its width the confidence.

The word embeddings start from those of all-MiniLM-L6-v2 (Apache-2.0); everything else starts at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tonepoem import codec
from tonepoem.features import FEATURES
from tonepoem.training.lexicon import TARGETS, of_kind
from tonepoem.training.teacher import minilm

WIDTH: Final = 384
ENCODER_LAYERS: Final = 4
DECODER_LAYERS: Final = 1
LONGEST: Final = 48
"""Tokens of a description that training looks at."""

GRID: Final[dict[str, tuple[float, float, int]]] = {
    name: (0.02, 0.98, 25)
    for name, feature in FEATURES.items()
    if (feature.low, feature.high) == (0, 1) and not feature.integer
} | {
    "loudness": (-32, -2, 21),
    "tempo": (60, 190, 27),
    "mode": (0, 1, 2),
    "popularity": (5, 95, 10),
}
"""First value, last value and number of the value tokens of each feature."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One step of the output.

    Attributes:
        name: the feature, or ``genres``.
        first: id of its first token in the output vocabulary; the first token is the null.
        size: how many tokens it has, the null included.
        values: the values of its tokens but the null; empty for genres.
    """

    name: str
    first: int
    size: int
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OutputVocabulary:
    """What the model can write.

    Attributes:
        tokens: every token's text, the special ones first.
        slots: the steps in order.
        genres: the genres by their place among the tokens of the last slot, from 1.
    """

    tokens: tuple[str, ...]
    slots: tuple[Slot, ...]
    genres: tuple[str, ...]


SPECIAL: Final = ("[PAD]", "[SEP]", "[UNK]")


@lru_cache(maxsize=1)
def output_vocabulary() -> OutputVocabulary:
    """The output vocabulary, from the feature table and the list of genres."""
    tokens = list(SPECIAL)
    slots = []
    for name in TARGETS:
        low, high, count = GRID[name]
        values = np.linspace(low, high, count)
        slots.append(Slot(name, len(tokens), count + 1, values))
        tokens.append(f'"{name}": null')
        tokens += [f'"{name}": {codec.number(name, value)}' for value in values]
    genres = tuple(concept.name for concept in of_kind("genre"))
    slots.append(Slot(codec.GENRES, len(tokens), len(genres) + 1, np.empty(0)))
    tokens.append(f'"{codec.GENRES}": null')
    tokens += [f'"{codec.GENRES}": "{genre}"' for genre in genres]
    return OutputVocabulary(tuple(tokens), tuple(slots), genres)


def soft_targets(
    mean: NDArray[np.float64],
    spread: NDArray[np.float64],
    genres: Sequence[Sequence[tuple[str, float]]],
) -> list[NDArray[np.float32]]:
    """The wanted distribution over each slot's tokens.

    Args:
        mean: aims, shape (examples, features), NaN where not voiced.
        spread: their spreads, likewise.
        genres: each example's genres with their shares.

    Returns:
        One array per slot, shape (examples, slot size). A voiced feature is a Gaussian over the value tokens, no narrower
        than half a step; an unvoiced one is all on the null.
    """
    vocabulary = output_vocabulary()
    found = []
    for place, slot in enumerate(vocabulary.slots[:-1]):
        step = slot.values[1] - slot.values[0]
        own, width = mean[:, place, None], spread[:, place, None]
        width = np.clip(np.where(np.isnan(width), 1, width), 0.5 * step, 4 * step if len(slot.values) > 5 else 0.5 * step)
        odds = np.exp(-0.5 * ((slot.values - np.clip(own, slot.values[0], slot.values[-1])) / width) ** 2)
        silent = np.isnan(own)
        odds = np.where(silent, 0, odds / np.maximum(odds.sum(1, keepdims=True), 1e-12))
        found.append(np.concatenate([silent.astype(float), odds], axis=1).astype(np.float32))
    places = {name: place for place, name in enumerate(vocabulary.genres, start=1)}
    odds = np.zeros((len(mean), len(places) + 1), dtype=np.float32)
    for row, shares in enumerate(genres):
        for name, share in shares:
            odds[row, places[name]] += share
        odds[row, 0] = max(0.0, 1 - odds[row].sum())
    found.append(odds / odds.sum(1, keepdims=True))
    return found


def build_tokenizer() -> Any:
    """The tokenizer that reads descriptions: MiniLM's WordPiece with ``prompt:`` as one token, ended by ``[SEP]``."""
    from tokenizers import AddedToken, Tokenizer
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer.from_file(str(minilm() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.add_tokens([AddedToken(codec.PREFIX.strip(), normalized=True)])
    tokenizer.post_processor = TemplateProcessing(single="$A [SEP]", special_tokens=[("[SEP]", tokenizer.token_to_id("[SEP]"))])
    tokenizer.enable_truncation(256)
    return tokenizer


def build_model(tokenizer: Any) -> Any:
    """A T5 with random weights, its word embeddings those of MiniLM.

    Its vocabulary is the tokenizer's, then the output vocabulary; see :func:`first_output`.
    """
    import torch
    from safetensors import safe_open
    from transformers import T5Config, T5ForConditionalGeneration

    separator = tokenizer.token_to_id("[SEP]")
    config = T5Config(
        vocab_size=first_output(tokenizer) + len(output_vocabulary().tokens),
        d_model=WIDTH,
        d_kv=64,
        d_ff=1024,
        num_layers=ENCODER_LAYERS,
        num_decoder_layers=DECODER_LAYERS,
        num_heads=6,
        feed_forward_proj="gated-gelu",
        decoder_start_token_id=tokenizer.token_to_id("[PAD]"),
        pad_token_id=tokenizer.token_to_id("[PAD]"),
        eos_token_id=separator,
        dropout_rate=0.0,
    )
    model = T5ForConditionalGeneration(config)
    with torch.no_grad():
        with safe_open(minilm() / "model.safetensors", "pt") as weights:
            start = weights.get_tensor("embeddings.word_embeddings.weight")
        model.shared.weight[: start.shape[0]] = start / start.std()
    return model


def first_output(tokenizer: Any) -> int:
    """The id of the first output token in the model's whole vocabulary."""
    return int(tokenizer.get_vocab_size(with_added_tokens=True))
