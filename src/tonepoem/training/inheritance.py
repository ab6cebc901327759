"""A T5 encoder that starts from the layers of a BERT, so that it need not learn English from nothing.

The two differ in where they normalise. BERT adds a sublayer's output to its input and normalises the sum, gain and bias
included; T5 normalises what a sublayer reads and lets the sum run on. In the coordinates of T5's running sum ``h``, BERT's
state is ``scale * h``, where each LayerNorm multiplies ``scale`` by its gain over the standard deviation that its input
usually has. So every weight that writes into the sum is divided by the scale of its place, and every norm that reads it is
given that scale as its gain.

T5 has no biases and no absolute positions: BERT's are left out, and relative positions start so that a third of the heads
look at the word before or after, which is where grammar ("no drums") stands. The start is rough: after 100
steps of imitation the encoder is as near to MiniLM's sentence embeddings as four layers from random weights after 150.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

NEIGHBOURLY: Final = 3.0
"""Logit by which a head that looks at a neighbour prefers it."""

_USUAL: Final = ("calm acoustic songs for studying", "furious metal for deadlifts")
"""Texts whose states show how wide BERT's running sums usually are."""


def inherit(model: Any, bert: Any, tokenizer: Any) -> None:
    """Start a T5's word embeddings and encoder from a BERT of the same width, depth and heads.

    Args:
        model: a ``T5ForConditionalGeneration`` without gated activations, changed in place; its first token ids are BERT's.
        bert: a ``transformers.BertModel``.
        tokenizer: BERT's tokenizer, of the package ``tokenizers``.
    """
    import torch

    with torch.no_grad():
        widths = _widths(bert, [tokenizer.encode(text).ids for text in _USUAL])
        model.shared.weight[: bert.config.vocab_size] = words = _words(bert)
        length = words.pow(2).mean(1).sqrt().mean()
        scale = torch.ones(bert.config.hidden_size)
        wide = iter(widths)
        for ours, theirs in zip(model.encoder.block, bert.encoder.layer, strict=True):
            attention, feed = ours.layer
            attention.layer_norm.weight.copy_(scale * length)
            heads = theirs.attention.self
            # T5 does not divide the logits by the root of the head's width.
            attention.SelfAttention.q.weight.copy_(heads.query.weight / heads.attention_head_size**0.5)
            attention.SelfAttention.k.weight.copy_(heads.key.weight)
            attention.SelfAttention.v.weight.copy_(heads.value.weight)
            attention.SelfAttention.o.weight.copy_(theirs.attention.output.dense.weight / scale[:, None])
            scale = scale * theirs.attention.output.LayerNorm.weight / next(wide)
            feed.layer_norm.weight.copy_(scale * length)
            feed.DenseReluDense.wi.weight.copy_(theirs.intermediate.dense.weight)
            feed.DenseReluDense.wo.weight.copy_(theirs.output.dense.weight / scale[:, None])
            scale = scale * theirs.output.LayerNorm.weight / next(wide)
        model.encoder.final_layer_norm.weight.copy_(scale * length)
        _look_at_neighbours(model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight)


def _words(bert: Any) -> Any:
    """The word embeddings as BERT's first layer reads them, at a middle position."""
    embeddings = bert.embeddings
    place = embeddings.position_embeddings.weight[1:9].mean(0) + embeddings.token_type_embeddings.weight[0]
    return embeddings.LayerNorm(embeddings.word_embeddings.weight + place)


def _widths(bert: Any, texts: Sequence[Sequence[int]]) -> list[float]:
    """The mean standard deviation of what reaches each LayerNorm of the layers, in their order."""
    import torch

    norms = [norm for layer in bert.encoder.layer for norm in (layer.attention.output.LayerNorm, layer.output.LayerNorm)]
    seen: list[list[float]] = [[] for _ in norms]
    hooks = [
        norm.register_forward_pre_hook(lambda _, reached, own=own: own.append(float(reached[0].std(-1, correction=0).mean())))
        for norm, own in zip(norms, seen, strict=True)
    ]
    for ids in texts:
        bert(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return [sum(own) / len(own) for own in seen]


def _look_at_neighbours(bias: Any) -> None:
    """Set the relative position bias, shape (buckets, heads).

    Of six heads one looks at the word before, one at the word after, one at the two before, one at itself, two everywhere.
    """
    after = bias.shape[0] // 2  # T5's buckets: distances to the left first, then those to the right
    bias.zero_()
    for head in range(bias.shape[1]):
        places = ((1,), (after + 1,), (1, 2), (0,), (), ())[head % 6]
        for place in places:
            bias[place, head] = NEIGHBOURLY if len(places) == 1 and place else NEIGHBOURLY - 1
