"""The published recipe as it stands, on any T5 base: Hugging Face's Seq2SeqTrainer on pairs of prompt and completion.

It needs only what the published form holds, so it trains on anybody's file: JSON lines with ``prompt`` and ``completion``.
Lines that name their ``split`` keep it; the others are dealt out 80/10/10 by their prompt.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tonepoem import codec
from tonepoem.errors import InputError, OutputError
from tonepoem.features import AudioFeatures
from tonepoem.generator import Generator
from tonepoem.generator.checkpoint import load_t5
from tonepoem.training import pairs
from tonepoem.training.compact import LOG, Progress
from tonepoem.training.corpus import SPLITS, Example, split_of
from tonepoem.training.evaluate import evaluate
from tonepoem.training.finish import AGAIN, TRANSFORMERS, Report, draw, write_figures
from tonepoem.training.lexicon import TARGETS
from tonepoem.training.model_card import Figures

RECIPE: Final = "recipe.json"
CHECKPOINTS: Final = "checkpoints"
MOST_MEASURED: Final = 2_000
"""Test requests that the finished model is measured on: four beams of a T5 base take a second each on a processor."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyperparameters of the published model.

    Attributes:
        base: hub id or folder of the T5 to start from.
        epochs: passes over the training split.
        rate: peak learning rate.
        batch: requests per step and device in training.
        evaluation_batch: requests per step and device in validation.
        accumulation: batches whose gradients are added up for one step.
        warmup: share of the steps with a rising rate; then it falls as a cosine.
        longest: tokens that are read and written.
        steps: stop after so many steps, whatever the epochs; None leaves it to them.
        seed: of everything random.
        every: steps between checkpoints.
    """

    base: str = "google-t5/t5-base"
    epochs: int = 5
    rate: float = 2e-4
    batch: int = 32
    evaluation_batch: int = 16
    accumulation: int = 2
    warmup: float = 0.05
    longest: int = 256
    steps: int | None = None
    seed: int = 0
    every: int = 250


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file in the published form.

    Attributes:
        text: the request.
        features: what its completion says.
        kind: how it was made, if the file says so.
        split: train, validation or test.
    """

    text: str
    features: AudioFeatures
    kind: str
    split: str

    def example(self) -> Example:
        """The line as evaluation takes it."""
        values = self.features.voiced()
        mean = np.array([values.get(name, np.nan) for name in TARGETS])
        return Example(self.text, mean, np.full(len(TARGETS), np.nan), (), self.kind, self.split)


def read(path: Path, *, skip_broken: bool = False) -> list[Line]:
    """The lines of a file in the published form.

    A completion that says nothing is left out: the published form has no words for it.

    Raises:
        InputError: the file cannot be read, or a line of it; the message names its number.
    """
    found = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    row = json.loads(line)
                    if row["completion"].strip():
                        found.append(_line(row))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                    if not skip_broken:
                        why = f"it has no {error}" if isinstance(error, KeyError) else str(error).partition(". ")[0]
                        raise InputError(
                            f"{path}, line {number} is no example: {why.rstrip('.')}. Mend it, or give --skip-broken.",
                        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Make one with tonepoem dataset.") from error
    return found


def _line(row: Mapping[str, Any]) -> Line:
    text = row["prompt"].removeprefix(codec.PREFIX)
    split = str(row.get("split") or split_of(text))
    if split not in SPLITS:
        raise ValueError(f"its split is {split!r}, not one of {', '.join(SPLITS)}")
    return Line(text, codec.decode(row["completion"]).features, str(row.get("kind", "published")), split)


def train(
    place: Path,
    recipe: Recipe,
    lines: Sequence[Line],
    report: Callable[[Progress], None] | None = None,
    finishing: Report | None = None,
) -> Figures:
    """Train by the published recipe; a run that was killed goes on from its last whole checkpoint.

    Args:
        place: the folder of the run; the model comes to lie in its ``hf``.
        recipe: the hyperparameters.
        lines: requests and what they are to be heard as.
        report: told about training.
        finishing: told about what comes after it.

    Raises:
        InputError: a split is empty, or the folder holds a run with another recipe.
        ModelError: the base cannot be loaded, or is no T5.
        OutputError: the folder cannot be written; the last checkpoint is still whole.
    """
    splits = {split: [line for line in lines if line.split == split] for split in SPLITS}
    if empty := [split for split, own in splits.items() if not own]:
        raise InputError(f"The corpus holds no {empty[0]} requests. Give one of some hundred lines or more.")
    from safetensors import SafetensorError

    try:
        _same_recipe(place, recipe)
        trainer = _trainer(place, recipe, splits, report)
        start = last_checkpoint(place / CHECKPOINTS)
        trainer.train(resume_from_checkpoint=str(start) if start else None)
        trainer.save_model(str(place / TRANSFORMERS))
        figures = _figures(place, recipe, splits, finishing)
        write_figures(place / TRANSFORMERS, figures)
        draw(place, figures)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{place} cannot be written: {error}. {AGAIN}") from error
    except RuntimeError as error:
        if "inline_container" not in str(error):  # how torch says that a file could not be written
            raise
        raise OutputError(f"{place} cannot be written: the disk may be full. {AGAIN}") from error
    return figures


def _same_recipe(place: Path, recipe: Recipe) -> None:
    """Write the recipe down, or see that it is the one that the run began with."""
    path, wanted = place / RECIPE, asdict(recipe)
    if path.exists():
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path} cannot be read. Use another folder, or delete it.") from error
        if known != wanted:
            raise InputError(f"{place} holds a run with another recipe. Use another folder, or delete it.")
        return
    place.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def last_checkpoint(place: Path) -> Path | None:
    """The newest whole checkpoint. What a kill left unfinished is deleted.

    The trainer writes ``trainer_state.json`` last, so a checkpoint with a readable one is whole.
    """
    found = sorted(place.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for path in found:
        try:
            json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(path)
        else:
            return path
    return None


def _trainer(
    place: Path, recipe: Recipe, splits: Mapping[str, Sequence[Line]], report: Callable[[Progress], None] | None
) -> Any:
    import torch
    from transformers import DataCollatorForSeq2Seq, PrinterCallback, Seq2SeqTrainer, Seq2SeqTrainingArguments, set_seed

    set_seed(recipe.seed)
    tokenizer, model = load_t5(recipe.base, torch.float32)
    arguments = Seq2SeqTrainingArguments(
        output_dir=str(place / CHECKPOINTS),
        num_train_epochs=recipe.epochs,
        max_steps=recipe.steps or -1,
        learning_rate=recipe.rate,
        lr_scheduler_type="cosine",
        warmup_steps=recipe.warmup,  # below 1 it is a share
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.evaluation_batch,
        gradient_accumulation_steps=recipe.accumulation,
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        seed=recipe.seed,
        data_seed=recipe.seed,
        eval_strategy="epoch",
        save_strategy="steps",
        save_steps=recipe.every,
        save_total_limit=2,
        logging_first_step=True,
        logging_steps=min(recipe.every, 50),
        predict_with_generate=False,  # validation is by loss; the finished model is measured on what it writes
        dataloader_pin_memory=torch.cuda.is_available(),
        disable_tqdm=True,
        report_to="none",
    )
    trainer = Seq2SeqTrainer(
        model=model,
        args=arguments,
        train_dataset=_rows(tokenizer, splits["train"], recipe.longest),
        eval_dataset=_rows(tokenizer, splits["validation"], recipe.longest),
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
        callbacks=[_log(place / LOG, report)],
    )
    trainer.remove_callback(PrinterCallback)  # it prints to standard output
    return trainer


def _rows(tokenizer: Any, lines: Sequence[Line], longest: int) -> list[dict[str, list[int]]]:
    texts = tokenizer([codec.PREFIX + line.text for line in lines], truncation=True, max_length=longest)
    wanted = [codec.encode(line.features) for line in lines]
    labels = tokenizer(text_target=wanted, truncation=True, max_length=longest)
    return [
        {"input_ids": read, "attention_mask": mask, "labels": written}
        for read, mask, written in zip(texts["input_ids"], texts["attention_mask"], labels["input_ids"], strict=True)
    ]


def _log(path: Path, report: Callable[[Progress], None] | None) -> Any:
    """A callback that writes the log and tells about progress."""
    from transformers import TrainerCallback

    class Log(TrainerCallback):  # type: ignore[misc] # transformers is not typed
        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
            self.began, self.first = time.monotonic(), state.global_step

        def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, float], **kwargs: Any) -> None:  # noqa: ARG002
            if "loss" not in logs:
                return
            speed = (state.global_step - self.first) / max(1e-9, time.monotonic() - self.began)
            progress = Progress(state.global_step, state.max_steps, float(logs["loss"]), speed)
            with path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(progress)) + "\n")
            if report:
                report(progress)

    return Log()


def _figures(place: Path, recipe: Recipe, splits: Mapping[str, Sequence[Line]], report: Report | None) -> Figures:
    report = report or (lambda _what, _share: None)
    test = [line.example() for line in splits["test"][:MOST_MEASURED]]
    generator = Generator.load(place / TRANSFORMERS)
    metrics = evaluate(generator, test, lambda read: report("Measuring", read / len(test)))
    kinds = Counter(line.kind for own in splits.values() for line in own)
    counts = {split: len(own) for split, own in splits.items()}
    return Figures(metrics, pairs.score(generator), "card", asdict(recipe), counts, kinds)
