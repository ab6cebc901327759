"""The shipped model: a small T5 and the vocabulary that it writes.

It reads WordPiece tokens and writes one token for each feature in turn: ``"energy": 0.62``, or ``"energy": null`` where the
words do not speak of it; the last token names a genre. The tokens' texts joined by ", " are the published generator's form,
and since each step has its own tokens, the decoder's distribution at a step is a distribution over the values of one feature:
its mean is the value, its width the confidence.

Word embeddings and encoder start from all-MiniLM-L6-v2 (Apache-2.0), see :mod:`tonepoem.training.inheritance`; the decoder
starts at random.
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


def value_targets(mean: NDArray[Any], spread: NDArray[Any]) -> NDArray[np.float32]:
    """The wanted distributions over the tokens of all features, side by side in the order of the vocabulary.

    Args:
        mean: aims, shape (examples, features), NaN where not voiced.
        spread: their spreads, likewise.

    Returns:
        Shape (examples, tokens of all features). A voiced feature is a Gaussian over its value tokens, no narrower than half a
        step; an unvoiced one is all on the null.
    """
    found = []
    for place, slot in enumerate(output_vocabulary().slots[:-1]):
        step = slot.values[1] - slot.values[0]
        own, width = mean[:, place, None], spread[:, place, None]
        width = np.clip(np.where(np.isnan(width), 1, width), 0.5 * step, 4 * step if len(slot.values) > 5 else 0.5 * step)
        odds = np.exp(-0.5 * ((slot.values - np.clip(own, slot.values[0], slot.values[-1])) / width) ** 2)
        silent = np.isnan(own)
        odds = np.where(silent, 0, odds / np.maximum(odds.sum(1, keepdims=True), 1e-12))
        found += [silent, odds]
    return np.concatenate(found, axis=1).astype(np.float32)


MOST_GENRES: Final = 5
"""Genres of an example that are taught, as many as the model names."""


def genre_targets(genres: Sequence[Sequence[tuple[str, float]]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The wanted distribution over the tokens of genres: places among them, 0 for none, and shares, both (examples, 6)."""
    known = {name: place for place, name in enumerate(output_vocabulary().genres, start=1)}
    places = np.zeros((len(genres), 1 + MOST_GENRES), dtype=np.int64)
    shares = np.zeros((len(genres), 1 + MOST_GENRES), dtype=np.float32)
    for row, own in enumerate(genres):
        for column, (name, share) in enumerate(own[:MOST_GENRES], start=1):
            places[row, column], shares[row, column] = known[name], share
    shares[:, 0] = np.maximum(0, 1 - shares.sum(1))
    return places, shares / shares.sum(1, keepdims=True)


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
    """A T5 of the size of MiniLM, from which it starts, with one decoder layer.

    Its vocabulary is the tokenizer's, then the output vocabulary; see :func:`first_output`.
    """
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel, T5Config, T5ForConditionalGeneration

    from tonepoem.training.inheritance import inherit

    bert = BertModel.from_pretrained(minilm()).eval()
    size = bert.config
    start = tokenizer.token_to_id("[PAD]")
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=first_output(tokenizer) + len(output_vocabulary().tokens),
            d_model=size.hidden_size,
            d_kv=size.hidden_size // size.num_attention_heads,
            d_ff=size.intermediate_size,
            num_layers=size.num_hidden_layers,
            num_decoder_layers=DECODER_LAYERS,
            num_heads=size.num_attention_heads,
            feed_forward_proj="gelu_pytorch_tanh",
            decoder_start_token_id=start,
            pad_token_id=start,
            eos_token_id=tokenizer.token_to_id("[SEP]"),
            dropout_rate=0.0,
        ),
    )
    with torch.no_grad():
        model.shared.weight.normal_(0, float(bert.embeddings.LayerNorm.weight.mean()))
    reader = Tokenizer.from_file(str(minilm() / "tokenizer.json"))
    reader.no_padding()
    inherit(model, bert, reader)
    with torch.no_grad():  # what every description begins with takes the place of what every sentence began with
        model.shared.weight[tokenizer.token_to_id(codec.PREFIX.strip())] = model.shared.weight[tokenizer.token_to_id("[CLS]")]
    return model


def first_output(tokenizer: Any) -> int:
    """The id of the first output token in the model's whole vocabulary."""
    return int(tokenizer.get_vocab_size(with_added_tokens=True))
