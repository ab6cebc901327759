"""Measuring a model: errors per feature, correlation, valid output, and whether its confidence can be believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tonepoem.errors import InputError
from tonepoem.features import FEATURES
from tonepoem.generator import BATCH, Generator, legible
from tonepoem.playlist import Reading
from tonepoem.training.corpus import Example
from tonepoem.training.lexicon import TARGETS, Vector

CLOSE: Final = 0.25
"""An answer is close within this share of the feature's standard deviation; confidence is the chance of being close."""

KNOTS: Final = 16


@dataclass(frozen=True, slots=True)
class FeatureScore:
    """How well one feature is heard.

    Attributes:
        mae: mean absolute error, in the feature's unit, over requests where truth and model both voice it.
        mse: mean squared error, likewise.
        r: Pearson's correlation, likewise; 0 where it is not defined.
        recall: share of the requests that speak of the feature in which the model voices it.
        precision: share of the requests in which the model voices it that do speak of it.
        count: number of requests that speak of it.
    """

    mae: float
    mse: float
    r: float
    recall: float
    precision: float
    count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers of like confidence.

    Attributes:
        low: confidence from, included.
        high: confidence to, excluded.
        count: how many.
        close: share of them that is close, see :data:`CLOSE`.
        error: mean absolute error in standard deviations of the feature.
    """

    low: float
    high: float
    count: int
    close: float
    error: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """A model's figures on a corpus.

    Attributes:
        model: its name.
        requests: number of requests.
        valid: share of answers that are valid feature text without repair.
        features: score by feature.
        mean_r: mean of the features' correlations.
        reliability: answers by confidence.
        genre: share of requests naming a genre whose best genre is among the model's five.
    """

    model: str
    requests: int
    valid: float
    features: dict[str, FeatureScore]
    mean_r: float
    reliability: tuple[Reliability, ...]
    genre: float


def evaluate(generator: Generator, examples: Sequence[Example], report: Callable[[int], None] | None = None) -> Metrics:
    """Measure a model on labelled requests.

    Args:
        generator: the model.
        examples: labelled requests; those that are garbage count for valid output only.
        report: told after each batch how many were read.

    Raises:
        InputError: there are no examples.
    """
    examples = _readable(examples)
    if not examples:
        raise InputError("There are no requests to measure on. Give a corpus made by tonepoem dataset.")
    readings = []
    for start in range(0, len(examples), BATCH):
        readings += list(generator.describe_all(example.text for example in examples[start : start + BATCH]))
        if report:
            report(len(readings))
    said, sure = _matrices(readings)
    truth = np.stack([example.mean for example in examples])
    speaks = np.array([example.kind != "garbage" for example in examples])
    scores = {name: _score(truth[speaks, place], said[speaks, place]) for place, name in enumerate(TARGETS)}
    scored = [score.r for score in scores.values() if score.count > 1]
    named = [(example, reading) for example, reading in zip(examples, readings, strict=True) if example.genres]
    return Metrics(
        model=generator.name,
        requests=len(examples),
        valid=float(np.mean([not reading.notes for reading in readings])),
        features=scores,
        mean_r=float(np.mean(scored)) if scored else 0.0,
        reliability=_reliability(truth[speaks], said[speaks], sure[speaks]),
        genre=float(np.mean([example.genres[0][0] in reading.genres for example, reading in named])) if named else 0.0,
    )


def _readable(examples: Sequence[Example]) -> list[Example]:
    """Those with words in them: others are refused before any model reads them."""
    return [example for example in examples if legible(example.text)]


def _matrices(readings: Iterable[Reading]) -> tuple[Vector, Vector]:
    values = [[getattr(reading.features, name) for name in TARGETS] for reading in readings]
    sure = [[reading.confidence.get(name) for name in TARGETS] for reading in readings]
    return np.array(values, dtype=float), np.array(sure, dtype=float)


def _score(truth: Vector, said: Vector) -> FeatureScore:
    spoken, voiced = ~np.isnan(truth), ~np.isnan(said)
    both = spoken & voiced
    error = said[both] - truth[both]
    varied = both.sum() > 1 and np.ptp(truth[both]) > 0 and np.ptp(said[both]) > 0
    return FeatureScore(
        mae=float(np.abs(error).mean()) if both.any() else 0.0,
        mse=float((error**2).mean()) if both.any() else 0.0,
        r=float(np.corrcoef(truth[both], said[both])[0, 1]) if varied else 0.0,
        recall=float(both.sum() / max(1, spoken.sum())),
        precision=float(both.sum() / max(1, voiced.sum())),
        count=int(spoken.sum()),
    )


def _errors(truth: Vector, said: Vector) -> Vector:
    spread = np.array([FEATURES[name].spread for name in TARGETS])
    return np.asarray(np.abs(said - truth) / spread, dtype=float)


def _reliability(truth: Vector, said: Vector, sure: Vector) -> tuple[Reliability, ...]:
    error = _errors(truth, said)
    known = ~np.isnan(error) & ~np.isnan(sure)
    error, sure = error[known], sure[known]
    found = []
    for low in np.arange(0, 1, 0.1):
        here = (sure >= low) & (sure < low + 0.1 + (low > 0.85))
        if here.any():
            close = float((error[here] <= CLOSE).mean())
            found.append(Reliability(round(low, 1), round(low + 0.1, 1), int(here.sum()), close, float(error[here].mean())))
    return tuple(found)


def calibrate(widths: Vector, close: Vector) -> dict[str, list[float]]:
    """The chance of being close as a falling function of the width of the decoder's distribution.

    Isotonic regression by pooling adjacent violators over equally filled bins (Zadrozny and Elkan, 2002).

    Args:
        widths: of answers, in standard deviations of their features.
        close: 1 where the answer was close, else 0.

    Returns:
        ``width`` and ``confidence``, the knots of a piecewise linear function.
    """
    order = np.argsort(widths)
    bins = np.array_split(order, KNOTS)
    blocks = [[float(widths[own].mean()), float(close[own].mean()), len(own)] for own in bins if len(own)]
    merged: list[list[float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-1][1] > merged[-2][1]:
            last, before = merged.pop(), merged.pop()
            count = last[2] + before[2]
            merged.append([(a * last[2] + b * before[2]) / count for a, b in zip(last[:2], before[:2], strict=True)] + [count])
    return {"width": [round(block[0], 4) for block in merged], "confidence": [round(block[1], 4) for block in merged]}


def measure_widths(generator: Generator, examples: Sequence[Example]) -> tuple[Vector, Vector]:
    """Width and closeness of every voiced answer of a model whose calibration is the identity."""
    examples = _readable(examples)
    readings = list(generator.describe_all(example.text for example in examples))
    said, width = _matrices(readings)
    error = _errors(np.stack([example.mean for example in examples]), said)
    known = ~np.isnan(error)
    width = WIDEST * (1 - width)
    return width[known], (error[known] <= CLOSE).astype(float)


WIDEST: Final = 4.0
"""The widest distribution that is told apart, in standard deviations of the feature."""

IDENTITY: Final = {"width": [0.0, WIDEST], "confidence": [1.0, 0.0]}
"""The calibration that lets widths through, upside down, to measure them."""


def to_json(metrics: Metrics) -> str:
    """The figures as JSON."""
    return json.dumps(asdict(metrics), indent=1) + "\n"


def picture(metrics: Metrics, path: Path) -> None:
    """Draw correlation per feature and the reliability of the confidence.

    Raises:
        InputError: Matplotlib is not installed.
    """
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise InputError("Pictures need Matplotlib. Install it with: pip install 'tonepoem[training]'.") from error
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    names = list(metrics.features)
    left.barh(names, [metrics.features[name].r for name in names], color="#3b6ea5")
    left.invert_yaxis()
    left.set(xlim=(0, 1), xlabel="Pearson's r", title=f"{metrics.model}: {metrics.requests} requests")
    middle = [(row.low + row.high) / 2 for row in metrics.reliability]
    right.plot([0, 1], [0, 1], color="#999999", linestyle="--", label="perfect")
    right.plot(middle, [row.close for row in metrics.reliability], marker="o", color="#b5532a", label="measured")
    right.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel=f"share within {CLOSE} sd", title="Reliability")
    right.legend()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
