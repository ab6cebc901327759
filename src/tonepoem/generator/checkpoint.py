"""Any T5 checkpoint of the published form, by transformers.

It is used exactly as the published generator is: input ``prompt: {description}``, at most 256 tokens in and out, 4 beams, early
stopping, no sampling; half precision on a GPU. Each step may write only what keeps the text valid, see
:mod:`tonepoem.generator.grammar`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from tonepoem import codec
from tonepoem.errors import DecodingError, ModelError
from tonepoem.features import AudioFeatures
from tonepoem.generator import Heard
from tonepoem.generator.grammar import Grammar, State, advance

LONGEST: Final = 256
BEAMS: Final = 4
BATCH: Final = 16


def load_t5(model: str, dtype: Any) -> tuple[Any, Any]:
    """A tokenizer and the T5 that belongs to it.

    Args:
        model: a hub id or a folder.
        dtype: the weights' type in memory.

    Raises:
        ModelError: it cannot be loaded, is no T5, lacks weights, or its tokenizer is another model's.
    """
    from transformers import AutoConfig, AutoTokenizer, T5ForConditionalGeneration

    try:
        config = AutoConfig.from_pretrained(model)
    except Exception as error:
        raise _unloadable(model, error) from error
    if config.model_type != "t5":
        raise ModelError(f"{model} is a {config.model_type} model, not a T5. Give a T5 that writes audio features.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
        loaded, report = T5ForConditionalGeneration.from_pretrained(model, dtype=dtype, output_loading_info=True)
    except Exception as error:  # broken files raise whatever the library that reads them calls it
        raise _unloadable(model, error) from error
    if missing := sorted(report["missing_keys"]):
        raise ModelError(f"The weights of {model} are not whole: {missing[0]} is missing. Get the model again.")
    if len(tokenizer) > config.vocab_size or tokenizer.eos_token_id != config.eos_token_id:
        raise ModelError(
            f"The tokenizer of {model} ({len(tokenizer)} tokens, end {tokenizer.eos_token_id}) is not that of its weights "
            f"({config.vocab_size} tokens, end {config.eos_token_id}). Give a folder where both belong together.",
        )
    sample = codec.encode(AudioFeatures(energy=0.9, loudness=-7.5, time_signature=4))
    if tokenizer.unk_token_id is not None and tokenizer.unk_token_id in tokenizer(sample)["input_ids"]:
        raise ModelError(f"The tokenizer of {model} cannot write audio features. Give a T5 that was trained to write them.")
    return tokenizer, loaded


def _unloadable(model: str, error: Exception) -> ModelError:
    first = str(error).strip().partition("\n")[0][:200].rstrip(".")
    return ModelError(f"The model {model} cannot be loaded: {first}. Give a T5 folder or hub id with --model.")


class Checkpoint:
    """A T5 checkpoint.

    Args:
        model: a hub id or a folder.

    Raises:
        ModelError: it cannot be loaded, or is no T5.
    """

    def __init__(self, model: str) -> None:
        import torch

        self._label = model
        cuda = torch.cuda.is_available()
        half = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float16
        self._tokenizer, loaded = load_t5(model, half if cuda else torch.float32)
        self._model: Any = loaded.to("cuda" if cuda else "cpu").eval()
        self._end = self._model.config.eos_token_id
        self._pieces = self._texts_of_tokens()
        self._grammar = Grammar(self._pieces, self._end)

    @property
    def name(self) -> str:
        """The hub id or folder."""
        return self._label

    def _texts_of_tokens(self) -> list[str]:
        special = set(self._tokenizer.all_special_ids)
        tokens = self._tokenizer.convert_ids_to_tokens(list(range(len(self._tokenizer))))
        return ["" if place in special else str(token).replace("▁", " ") for place, token in enumerate(tokens)]

    def hear(self, texts: Sequence[str]) -> list[Heard]:
        """What is heard in each text."""
        found = []
        for start in range(0, len(texts), BATCH):
            found += self._hear(texts[start : start + BATCH])
        return found

    def _hear(self, texts: Sequence[str]) -> list[Heard]:
        import torch

        batch = self._tokenizer(
            [codec.PREFIX + text for text in texts],
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=LONGEST,
        ).to(self._model.device)

        def allowed(_: int, tokens: Any) -> list[int]:
            return self._grammar.allowed(self._grammar.state(tokens.tolist()[1:]))

        with torch.inference_mode():
            out = self._model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_length=LONGEST,
                num_beams=BEAMS,
                early_stopping=True,
                do_sample=False,
                prefix_allowed_tokens_fn=allowed,
                return_dict_in_generate=True,
                output_scores=True,
            )
            odds = self._model.compute_transition_scores(out.sequences, out.scores, out.beam_indices, normalize_logits=True)
        rows = zip(out.sequences.tolist(), odds.exp().tolist(), strict=True)
        return [self._heard(tokens[1:], shares) for tokens, shares in rows]

    def _heard(self, tokens: Sequence[int], shares: Sequence[float]) -> Heard:
        text = self._tokenizer.decode(tokens, skip_special_tokens=True)
        try:
            decoded = codec.decode(text)
        except DecodingError:
            return Heard(AudioFeatures(), notes=("the model wrote nothing that could be read",))
        voiced = decoded.features.voiced()
        sure = self._confidence(tokens, shares)
        return Heard(decoded.features, {name: sure.get(name, 0.5) for name in voiced}, decoded.genres, decoded.notes)

    def _confidence(self, tokens: Sequence[int], shares: Sequence[float]) -> dict[str, float]:
        """The geometric mean of the probabilities of the tokens that write a feature's number."""
        found: dict[str, list[float]] = {}
        state = State()
        for token, share in zip(tokens, shares, strict=False):
            if token == self._end or (after := advance(state, self._pieces[token])) is None:
                break
            state = after
            head, colon, _ = state.begun.partition(":")
            if colon:
                found.setdefault(head.strip('"'), []).append(max(share, 1e-9))
        return {name: round(min(1.0, math.exp(sum(map(math.log, own)) / len(own))), 3) for name, own in found.items()}
