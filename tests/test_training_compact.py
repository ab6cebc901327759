"""The compact model, trained for a few steps on a few requests: killed, resumed, finished, used."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from tonepoem.errors import InputError, OutputError
from tonepoem.generator import Generator, folder
from tonepoem.training import evaluate as measuring
from tonepoem.training import finish as finishing
from tonepoem.training.compact import CHECKPOINT, LOG, Recipe, Trainer
from tonepoem.training.corpus import Example, read
from tonepoem.training.finish import by_split, finish, losses
from tonepoem.training.student import genre_targets, output_vocabulary, value_targets

RECIPE = Recipe(steps=4, batch=4, every=1)

KILLED = """
import sys
from pathlib import Path
from tonepoem.training.compact import Recipe, Trainer
from tonepoem.training.corpus import read
examples = [example for example in read(Path(sys.argv[1])) if example.split == "train"]
Trainer(Path(sys.argv[2]), Recipe(steps=4, batch=4, every=1)).run(examples)
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_rows(tmp_path_factory.mktemp("corpus") / "corpus.jsonl", tiny.rows(40))


@pytest.fixture(scope="module")
def killed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was killed after its first checkpoint."""
    place = tmp_path_factory.mktemp("run")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(corpus), str(place)], stderr=subprocess.PIPE) as process:
        for _ in range(11_000):
            if (place / LOG).exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        _, errors = process.communicate()
    assert (place / LOG).exists(), errors.decode()
    return place


@pytest.fixture(scope="module")
def finished(killed: Path, corpus: Path) -> Path:
    """The same folder after the same command was given again."""
    splits = by_split(list(read(corpus)))
    trainer = Trainer(killed, RECIPE)
    assert 1 <= trainer.step < RECIPE.steps or trainer.step == RECIPE.steps
    before = trainer.step
    model = trainer.run(splits["train"])
    assert list(losses(killed / LOG)) == [1, 2, 3, 4]
    assert trainer.step == 4 >= before
    finish(model, trainer.tokenizer, splits, killed, recipe=asdict(RECIPE))
    return killed


def test_a_killed_run_goes_on_and_leaves_a_model_that_works(finished: Path) -> None:
    place = finished / finishing.MODEL
    folder.verify(place)
    generator = Generator.load(place)
    readings = list(generator.describe_all(["calm jazz", "\x1b{}][ 1 ((", "loud metal, not sad"]))
    assert all(set(reading.confidence) == set(reading.features.voiced()) for reading in readings)
    assert all(0 <= sure <= 1 for reading in readings for sure in reading.confidence.values())
    assert generator.name.startswith("tonepoem-compact-")


def test_the_folder_is_complete(finished: Path) -> None:
    wanted = {
        "README.md", "calibration.json", "checksums.json", "config.json", "metrics.json", "model.bin",
        "source_vocabulary.json", "target_vocabulary.json", "tokenizer.json",
    }  # fmt: skip
    assert {path.name for path in (finished / finishing.MODEL).iterdir()} == wanted
    assert (finished / finishing.TRANSFORMERS / "model.safetensors").exists()
    assert not list(finished.glob("*.part"))


def test_figures_and_card_tell_of_the_test_split(finished: Path) -> None:
    figures = json.loads((finished / finishing.MODEL / finishing.METRICS).read_text(encoding="utf-8"))
    assert figures["requests"] == figures["corpus"]["splits"]["test"] > 0
    assert figures["valid"] == 1
    assert figures["training"] == {"preset": "compact", "recipe": asdict(RECIPE)}
    assert sum(row["count"] for row in figures["pairs"]) >= 150
    card = (finished / finishing.MODEL / finishing.CARD).read_text(encoding="utf-8")
    for words in (figures["model"], "Intended use", "Limits", "all-MiniLM-L6-v2", "Apache-2.0", "4 steps of 4 requests"):
        assert words in card
    assert f"{figures['features']['energy']['mae']:.3g}" in card


def test_a_picture_of_the_loss_is_drawn(finished: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("loss.png", "evaluation.png"):
        assert (finished / name).read_bytes().startswith(b"\x89PNG")


def test_transformers_read_the_same_weights(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder for transformers is a T5 of the published form, and says nearly what the int8 model says."""
    generator = Generator.load(finished / finishing.TRANSFORMERS)
    reading = generator.describe("calm jazz")
    assert reading.features.voiced()
    assert set(reading.confidence) == set(reading.features.voiced())


def test_a_finished_run_is_finished_again_without_training(finished: Path, corpus: Path) -> None:
    before = (finished / LOG).read_text(encoding="utf-8")
    trainer = Trainer(finished, RECIPE)
    assert trainer.step == RECIPE.steps
    trainer.run(by_split(list(read(corpus)))["train"])
    assert (finished / LOG).read_text(encoding="utf-8") == before


def test_another_recipe_needs_another_folder(finished: Path) -> None:
    with pytest.raises(InputError, match="another recipe"):
        Trainer(finished, Recipe(steps=5, batch=4, every=1))


def test_a_full_disk_leaves_the_last_checkpoint(finished: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    trainer = Trainer(finished, RECIPE)
    whole = folder.digest(finished / CHECKPOINT)
    (finished / CHECKPOINT).with_suffix(".part").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="cannot be written, the disk may be full"):
        trainer.save()
    assert folder.digest(finished / CHECKPOINT) == whole
    trainer.save()
    assert Trainer(finished, RECIPE).step == RECIPE.steps


def test_a_broken_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"half a check")
    with pytest.raises(InputError, match=r"checkpoint\.pt cannot be read: .* Delete it to start again"):
        Trainer(tmp_path, RECIPE)


# -- parts


def _example(**changes: object) -> Example:
    row = tiny.rows(1)[0]
    return Example.from_row(row | changes)


def test_a_corpus_without_a_split_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to calibrate on"):
        by_split([_example(split="train"), _example(split="test")])


def test_an_unknown_split_or_genre_is_refused() -> None:
    with pytest.raises(InputError, match="split 'dev'"):
        by_split([_example(split="dev")])
    with pytest.raises(InputError, match="genre 'no such genre'"):
        by_split([_example(genres=[["no such genre", 0.5]])])


def test_a_log_with_a_torn_line_and_a_step_twice_is_read(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text('{"step": 1, "loss": 3}\n{"step": 2, "lo\n{"step": 1, "loss": 2}\n[]\n', encoding="utf-8")
    assert losses(tmp_path / LOG) == {1: 2.0}
    assert losses(tmp_path / "none") == {}


def test_targets_of_values_are_distributions_around_the_aim() -> None:
    vocabulary = output_vocabulary()
    count = len(vocabulary.slots) - 1
    mean, spread = np.full((2, count), np.nan), np.full((2, count), np.nan)
    mean[0], spread[0] = [slot.values.mean() for slot in vocabulary.slots[:-1]], 0.1
    found = value_targets(mean, spread)
    first = vocabulary.slots[0].first
    for slot in vocabulary.slots[:-1]:
        odds = found[:, slot.first - first : slot.first - first + slot.size]
        assert odds.sum(1) == pytest.approx(1, abs=1e-5)
        assert odds[1, 0] == 1
        assert odds[0, 1:] @ slot.values == pytest.approx(slot.values.mean(), abs=slot.values[1] - slot.values[0])
    assert found.shape[1] == vocabulary.slots[-1].first - first


def test_targets_of_genres_are_shares_and_the_rest_is_none() -> None:
    places, shares = genre_targets([[("jazz", 0.7)], []])
    jazz = 1 + output_vocabulary().genres.index("jazz")
    assert dict(zip(places[0], shares[0], strict=True))[jazz] == pytest.approx(0.7)
    assert shares[:, 0] == pytest.approx([0.3, 1])


def test_the_output_vocabulary_is_feature_text() -> None:
    from tonepoem import codec

    vocabulary = output_vocabulary()
    assert len(set(vocabulary.tokens)) == len(vocabulary.tokens)
    for slot in vocabulary.slots[:-1]:
        for place, value in enumerate(slot.values, start=1):
            decoded = codec.decode(vocabulary.tokens[slot.first + place])
            assert decoded.features.voiced()[slot.name] == pytest.approx(value, abs=0.51)
            assert not decoded.notes


def test_confidence_falls_with_width_and_is_the_share_that_is_close() -> None:
    chance = np.random.default_rng(0)
    widths = chance.uniform(0, 2, 4_000)
    close = (chance.uniform(0, 1, 4_000) > widths / 2).astype(float)
    table = measuring.calibrate(widths, close)
    assert table["width"] == sorted(table["width"])
    assert table["confidence"] == sorted(table["confidence"], reverse=True)
    assert float(np.interp(1.0, table["width"], table["confidence"])) == pytest.approx(0.5, abs=0.07)


def test_training_leaves_one_vocabulary(finished: Path) -> None:
    """What was trained apart is put back: the head's rows are the embeddings', as T5 has them."""
    from safetensors.torch import load_file

    weights = load_file(finished / finishing.TRANSFORMERS / "model.safetensors")
    assert torch.isfinite(weights["shared.weight"]).all()
    if "lm_head.weight" in weights:
        assert torch.equal(weights["lm_head.weight"], weights["shared.weight"])
