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


class Checkpoint:
    """A T5 checkpoint.

    Args:
        model: a hub id or a folder.

    Raises:
        ModelError: it cannot be loaded, or is no T5.
    """

    def __init__(self, model: str) -> None:
        import torch
        from transformers import AutoConfig, AutoTokenizer, T5ForConditionalGeneration

        self._label = model
        try:
            config = AutoConfig.from_pretrained(model)
            if config.model_type != "t5":
                raise ModelError(f"{model} is a {config.model_type} model, not a T5. Give a T5 that writes audio features.")
            cuda = torch.cuda.is_available()
            half = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float16
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = T5ForConditionalGeneration.from_pretrained(model, dtype=half if cuda else torch.float32)
            self._model = self._model.to("cuda" if cuda else "cpu").eval()
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            first = str(error).strip().partition("\n")[0][:200]
            raise ModelError(f"The model {model} cannot be loaded: {first} Give a T5 folder or hub id with --model.") from error
        if len(self._tokenizer) > self._model.config.vocab_size:
            raise ModelError(
                f"The tokenizer of {model} has {len(self._tokenizer)} tokens, its weights {self._model.config.vocab_size}. "
                "Give a folder whose tokenizer and weights belong together.",
            )
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
