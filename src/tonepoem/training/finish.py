"""What a finished run leaves in its folder.

- ``model/``: the model as ``--model`` and the package take it: CTranslate2 int8, tokenizer, output vocabulary, calibration of
  the confidence, ``metrics.json``, the card as ``README.md``, checksums;
- ``hf/``: the same weights as transformers load them: safetensors and tokenizer;
- ``loss.png`` and ``evaluation.png`` where Matplotlib is installed.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tonepoem.errors import InputError, OutputError
from tonepoem.generator import Generator, folder
from tonepoem.training import pairs
from tonepoem.training.compact import LOG
from tonepoem.training.convert import save_ctranslate2, save_transformers
from tonepoem.training.corpus import SPLITS, Example
from tonepoem.training.evaluate import IDENTITY, calibrate, evaluate, measure_widths, picture
from tonepoem.training.lexicon import of_kind
from tonepoem.training.model_card import Figures, card

MODEL: Final = "model"
TRANSFORMERS: Final = "hf"
METRICS: Final = "metrics.json"
CARD: Final = "README.md"

Report = Callable[[str, float], None]
"""Told what is being done, and the share of it that is done, 0 to 1."""


def by_split(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """A corpus by its splits.

    Raises:
        InputError: a split is empty or has an unknown name, or a request names a genre that the lexicon does not know.
    """
    found: dict[str, list[Example]] = {split: [] for split in SPLITS}
    genres = {concept.name for concept in of_kind("genre")}
    for example in examples:
        if example.split not in found:
            raise InputError(f"The corpus has a split {example.split!r}. Name it one of {', '.join(SPLITS)}.")
        if unknown := [name for name, _ in example.genres if name not in genres]:
            raise InputError(
                f"The corpus names a genre {unknown[0]!r}, which the lexicon does not know. "
                "Make it again with tonepoem dataset, which belongs to this version."
            )
        found[example.split].append(example)
    if empty := [split for split, own in found.items() if not own]:
        raise InputError(f"The corpus holds nothing to {_USE[empty[0]]}. Make a larger one with tonepoem dataset.")
    return found


_USE: Final = {"train": "train on", "validation": "calibrate on", "test": "measure on"}


def finish(
    model: Any,
    tokenizer: Any,
    splits: Mapping[str, Sequence[Example]],
    place: Path,
    *,
    recipe: Mapping[str, Any],
    report: Report | None = None,
) -> Figures:
    """Write everything that a trained compact model needs to be used, and measure it.

    Args:
        model: the trained T5.
        tokenizer: what reads its input.
        splits: the corpus by split.
        place: the folder of the run.
        recipe: the hyperparameters, for the card.
        report: told about progress.

    Raises:
        OutputError: the folder cannot be written; what stood there before is still whole.
    """
    report = report or (lambda _what, _share: None)
    try:
        report("Converting", 0)
        with _Fresh(place / TRANSFORMERS) as part:
            save_transformers(model, tokenizer, part)
        with _Fresh(place / MODEL) as part:
            save_ctranslate2(model, tokenizer, part)
            _calibrate(part, splits["validation"], report)
            figures = _measure(part, splits, recipe, report)
            write_figures(part, figures)
            folder.write_checksums(part)
        draw(place, figures)
    except OSError as error:
        raise OutputError(f"{place} cannot be written: {error.strerror or error}. {AGAIN}") from error
    return figures


AGAIN: Final = "Make room, and give the same command again: it goes on from its last checkpoint."


class _Fresh:
    """A folder that is written beside its place and put there only when it is whole."""

    def __init__(self, place: Path) -> None:
        self._place, self._part = place, place.with_name(place.name + ".part")

    def __enter__(self) -> Path:
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        return self._part

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._part.rename(self._place)


def _calibrate(part: Path, examples: Sequence[Example], report: Report) -> None:
    """Learn from the validation split how sure a distribution of some width is."""
    path = part / folder.CALIBRATION
    path.write_text(json.dumps(IDENTITY) + "\n", encoding="utf-8")
    folder.write_checksums(part)
    report("Calibrating", 0)
    widths, close = measure_widths(Generator.load(part), examples)
    # A model that voices nothing is never asked how sure it is; the file says "no idea" all the same.
    table = calibrate(widths, close) if len(widths) else {"width": [0.0], "confidence": [0.5]}
    path.write_text(json.dumps(table) + "\n", encoding="utf-8")
    folder.write_checksums(part)


def _measure(part: Path, splits: Mapping[str, Sequence[Example]], recipe: Mapping[str, Any], report: Report) -> Figures:
    test = splits["test"]
    generator = Generator.load(part)
    metrics = evaluate(generator, test, lambda read: report("Measuring", read / len(test)))
    kinds = Counter(example.kind for own in splits.values() for example in own)
    counts = {split: len(own) for split, own in splits.items()}
    return Figures(metrics, pairs.score(generator), "compact", recipe, counts, kinds)


def write_figures(place: Path, figures: Figures) -> None:
    """Write ``metrics.json`` and the card into a model's folder."""
    (place / METRICS).write_text(json.dumps(figures.as_dict(), indent=1) + "\n", encoding="utf-8")
    (place / CARD).write_text(card(figures), encoding="utf-8")


def draw(place: Path, figures: Figures) -> None:
    """Draw the loss curve and the evaluation into a run's folder, where Matplotlib is installed."""
    if find_spec("matplotlib") is None:
        return
    picture(figures.metrics, place / "evaluation.png")
    draw_losses(place / LOG, place / "loss.png")


def losses(log: Path) -> dict[int, float]:
    """The loss by step. A killed run may have logged a step twice, or half a line."""
    found: dict[int, float] = {}
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        try:
            row = json.loads(line)
            found[int(row["step"])] = float(row["loss"])
        except (ValueError, KeyError, TypeError):
            continue
    return dict(sorted(found.items()))


def draw_losses(log: Path, target: Path) -> None:
    """Draw the loss over the steps of a run."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    curve = losses(log)
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    axes.plot(list(curve), list(curve.values()), color="#3b6ea5", marker="o" if len(curve) < 20 else "")
    axes.set(xlabel="step", ylabel="mean loss since the last point", title="Training")
    figure.savefig(target, dpi=120)
    pyplot.close(figure)
