"""Training the shipped model, on two cores or one GPU.

The student learns the corpus' distributions, not only their means: the loss is the cross-entropy with soft targets at every
step of the output. A second loss keeps the mean of the encoder's states near MiniLM's sentence embedding of what the text
means; it is what lets the student understand words that the corpus holds only a few times.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tonepoem import codec
from tonepoem.errors import InputError, OutputError
from tonepoem.generator import legible
from tonepoem.training.corpus import Example
from tonepoem.training.student import (
    LONGEST,
    build_model,
    build_tokenizer,
    first_output,
    genre_targets,
    output_vocabulary,
    value_targets,
)
from tonepoem.training.teacher import embedder

CHECKPOINT: Final = "checkpoint.pt"
LOG: Final = "log.jsonl"
PARTS: Final = 4
"""Parts that a batch is worked on in."""
COMPILED_FROM: Final = 1_000
"""Steps from which on it pays to compile the model, which takes a minute or two on a processor."""
_AVERAGE_EVERY: Final = 5  # steps; each takes as long as a tenth of a step


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyperparameters.

    Attributes:
        steps: optimiser steps.
        batch: requests per step.
        rate: peak learning rate of all but the word embeddings.
        embedding_rate: peak learning rate of the word embeddings, which start good.
        warmup: share of the steps with a rising rate.
        decay: share of the steps, at the end, in which it falls to 0.
        likeness: weight of the loss that keeps the encoder near the sentence embedding.
        genres: weight of the genre's step against one feature's.
        average: decay of the running mean of the weights, which is what is kept.
        seed: of everything random.
        every: steps between checkpoints.
    """

    steps: int = 7_500
    batch: int = 256
    rate: float = 1.2e-3
    embedding_rate: float = 5e-4
    warmup: float = 0.03
    decay: float = 0.6
    likeness: float = 3.0
    genres: float = 0.5
    average: float = 0.995
    seed: int = 0
    every: int = 250


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training stands: step, loss, steps per second."""

    step: int
    steps: int
    loss: float
    speed: float


class Trainer:
    """A training run in a folder; one that was killed goes on where its last checkpoint stands.

    Args:
        folder: where checkpoint, log and, at the end, the model lie.
        recipe: the hyperparameters.

    Raises:
        InputError: the folder holds a run with another recipe, or a checkpoint that cannot be read.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        import torch

        self.folder, self.recipe = folder, recipe
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer = build_tokenizer()
        self.model = build_model(self.tokenizer).to(self.device)
        # Output tokens are trained apart: the other 30,000 rows need no gradient of what is written.
        out = self.model.shared.weight.detach()[first_output(self.tokenizer) :].clone()
        self.model.decoder.embed_tokens = torch.nn.Embedding.from_pretrained(out, freeze=False)
        # Of 30,000 words a step sees a few hundred: only their rows get a gradient and an update.
        self.model.shared.sparse = self.model.encoder.embed_tokens.sparse = True
        rest = [p for name, p in self.model.named_parameters() if name != "shared.weight"]
        self.optimizers = (
            torch.optim.AdamW(rest, recipe.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
            torch.optim.SparseAdam([self.model.shared.weight], recipe.embedding_rate, betas=(0.9, 0.98)),
        )
        self.schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, self._rate) for optimizer in self.optimizers]
        self.dense = rest
        self.halves = _multiplies_bfloat16(self.device)
        self.forward = self._forward
        if self.device.type == "cpu" and recipe.steps >= COMPILED_FROM and shutil.which(os.environ.get("CXX", "g++")):
            self.forward = torch.compile(self._forward, dynamic=True)
        self.mean = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        self.step = 0
        self._resume()

    def _rate(self, step: int) -> float:
        rise = max(1, round(self.recipe.warmup * self.recipe.steps))
        fall = max(1, round(self.recipe.decay * self.recipe.steps))
        return min(1.0, (step + 1) / rise, max(0.0, (self.recipe.steps - step) / fall))

    def _resume(self) -> None:
        import torch

        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        try:
            saved = torch.load(path, map_location=self.device, weights_only=True)
        except Exception as error:
            raise InputError(f"{path} cannot be read: {error}. Delete it to start again.") from error
        if saved["recipe"] != asdict(self.recipe):
            raise InputError(f"{self.folder} holds a run with another recipe. Use another folder, or delete it.")
        self.model.load_state_dict(saved["model"])
        for part, state in zip((*self.optimizers, *self.schedules), saved["states"], strict=True):
            part.load_state_dict(state)
        self.mean, self.step = saved["mean"], saved["step"]

    def save(self) -> None:
        """Write the checkpoint; a kill or a full disk leaves the last one whole.

        Raises:
            OutputError: it cannot be written.
        """
        import torch

        path = self.folder / CHECKPOINT
        part = path.with_suffix(".part")
        state = {
            "recipe": asdict(self.recipe),
            "model": self.model.state_dict(),
            "states": [part.state_dict() for part in (*self.optimizers, *self.schedules)],
            "mean": self.mean,
            "step": self.step,
        }
        try:
            torch.save(state, part)
            part.replace(path)
        except (OSError, RuntimeError) as error:  # torch's own writer knows no OSError
            part.unlink(missing_ok=True)
            raise OutputError(
                f"{path} cannot be written, the disk may be full. Make room, and give the same command again: it goes on from "
                "its last checkpoint.",
            ) from error

    def run(self, examples: Sequence[Example], report: Callable[[Progress], None] | None = None) -> Any:
        """Train on examples to the recipe's last step and return the model with its averaged weights."""
        data = _Data(examples, self.tokenizer)
        began, first, losses = time.monotonic(), self.step, []
        self.model.train()
        while self.step < self.recipe.steps:
            # The batch is a function of the step, so a resumed run sees what an unbroken one would have seen.
            losses.append(self._learn(data, data.batch(self.step, self.recipe)))
            self.step += 1
            if self.step % self.recipe.every == 0 or self.step == self.recipe.steps:
                speed = (self.step - first) / (time.monotonic() - began)
                progress = Progress(self.step, self.recipe.steps, float(np.mean(losses)), speed)
                losses = []
                self.save()
                with (self.folder / LOG).open("a", encoding="utf-8") as log:
                    log.write(json.dumps(asdict(progress)) + "\n")
                if report:
                    report(progress)
        self.model.load_state_dict(self.mean, strict=False)
        self._merge()
        return self.model.eval()

    def _merge(self) -> None:
        """Put the output tokens back into the one vocabulary that T5 has; decoding starts with the pad token."""
        import torch

        out = self.model.decoder.embed_tokens.weight
        with torch.no_grad():
            self.model.shared.weight[self._first() :] = out
            self.model.shared.weight[self.model.config.decoder_start_token_id] = out[0]
        self.model.decoder.embed_tokens = self.model.shared
        self.model.lm_head.weight = self.model.shared.weight

    def _learn(self, data: _Data, parts: Sequence[Any]) -> float:
        import torch

        total = 0.0
        for rows in parts:
            loss = self._loss(data, rows) / len(parts)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.dense, 1.0)
        for optimizer, schedule in zip(self.optimizers, self.schedules, strict=True):
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
        if self.step % _AVERAGE_EVERY == 0:
            decay = min(self.recipe.average, (self.step + 1) / (self.step + 10)) ** _AVERAGE_EVERY
            with torch.no_grad():
                for name, value in self.model.named_parameters():
                    self.mean[name].lerp_(value, 1 - decay)
        return total

    def _loss(self, data: _Data, rows: Any) -> Any:
        import torch
        from torch.nn import functional

        tokens, mask = (part.to(self.device) for part in data.tokens(rows))
        targets, inputs, wanted = (part.to(self.device) for part in data.targets(rows))
        pooled, odds = self.forward(self.model.shared(tokens), mask, inputs)
        each = -(targets * odds.log_softmax(-1)).sum(-1).mean(0)
        weights = torch.ones_like(each)
        weights[-1] = self.recipe.genres
        meant = wanted.abs().sum(1) > 0
        unlike = (1 - functional.cosine_similarity(pooled, wanted))[meant].sum() / max(1, int(meant.sum()))
        return (each * weights).sum() / weights.sum() + self.recipe.likeness * unlike

    def _forward(self, words: Any, mask: Any, inputs: Any) -> tuple[Any, Any]:
        """The mean of the encoder's states, and the logits of every step, from word embeddings, mask and decoder input."""
        import torch
        from torch.nn import functional

        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.halves):
            states = self.model.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
            written = self.model.decoder(
                input_ids=inputs,
                encoder_hidden_states=states,
                encoder_attention_mask=mask,
                use_cache=False,
            ).last_hidden_state
            odds = functional.linear(written * self.model.config.d_model**-0.5, self.model.decoder.embed_tokens.weight)
        pooled = (states.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return pooled, odds.float()

    def _first(self) -> int:
        return first_output(self.tokenizer)


def _multiplies_bfloat16(device: Any) -> bool:
    """Whether the device has units for bfloat16: GPUs do, of processors those with AMX; on others it is far slower."""
    import torch

    if device.type != "cpu":
        return True
    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # older versions of torch do not tell
    return bool(known.get("amx_bf16"))


class _Data:
    """Examples as arrays."""

    def __init__(self, examples: Sequence[Example], tokenizer: Any) -> None:
        texts = [legible(example.text) for example in examples]  # as the model is given them in use
        encoded = tokenizer.encode_batch([codec.PREFIX + text for text in texts])
        self.ids = [row.ids[: LONGEST - 1] + row.ids[-1:] if len(row.ids) > LONGEST else row.ids for row in encoded]
        mean, spread = (np.stack([getattr(example, name) for example in examples]) for name in ("mean", "spread"))
        chunks = range(0, len(examples), 4096)
        self.values = np.concatenate(
            [value_targets(mean[at : at + 4096], spread[at : at + 4096]).astype(np.float16) for at in chunks]
        )
        self.genres, self.shares = genre_targets([example.genres for example in examples])
        meanings = list(dict.fromkeys(example.meaning for example in examples))
        places = {meaning: place for place, meaning in enumerate(meanings)}
        self.vectors = embedder()(meanings).astype(np.float16)
        self.vectors[places.get("", len(meanings)) : places.get("", len(meanings)) + 1] = 0
        self.vector_of = np.array([places[example.meaning] for example in examples])
        self.order = np.argsort([len(row) for row in self.ids], kind="stable")

    def batch(self, step: int, recipe: Recipe) -> list[Any]:
        """The rows of a step, drawn at random, in parts of like length.

        Like length saves padding; all lengths stand in every step, since short texts are names and long ones sentences.
        """
        chance = np.random.default_rng((recipe.seed, step))
        rows = chance.choice(len(self.ids), size=min(len(self.ids), recipe.batch), replace=False)
        rows = rows[np.argsort([len(self.ids[row]) for row in rows], kind="stable")]
        return np.array_split(rows, min(PARTS, len(rows)))

    def tokens(self, rows: Any) -> tuple[Any, Any]:
        """Token ids and mask, padded to the longest."""
        import torch

        longest = max(len(self.ids[row]) for row in rows)
        tokens = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest)
        for place, row in enumerate(rows):
            tokens[place, : len(self.ids[row])] = torch.tensor(self.ids[row])
            mask[place, : len(self.ids[row])] = 1
        return tokens, mask

    def targets(self, rows: Any) -> tuple[Any, Any, Any]:
        """Wanted distributions over the output vocabulary, the decoder's input ids, and the sentence embeddings."""
        import torch

        vocabulary = output_vocabulary()
        targets = torch.zeros(len(rows), len(vocabulary.slots), len(vocabulary.tokens))
        inputs = torch.zeros(len(rows), len(vocabulary.slots), dtype=torch.long)
        values, first = torch.from_numpy(self.values[rows].astype(np.float32)), vocabulary.slots[0].first
        for place, slot in enumerate(vocabulary.slots[:-1]):
            odds = values[:, slot.first - first : slot.first - first + slot.size]
            targets[:, place, slot.first : slot.first + slot.size] = odds
            inputs[:, place + 1] = slot.first + odds.argmax(1)
        genres = torch.from_numpy(self.genres[rows] + vocabulary.slots[-1].first)
        targets[:, -1].scatter_add_(1, genres, torch.from_numpy(self.shares[rows]))
        return targets, inputs, torch.from_numpy(self.vectors[self.vector_of[rows]].astype(np.float32))
