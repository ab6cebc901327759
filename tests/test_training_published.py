"""The published recipe, end to end on a tiny random T5: interrupted, resumed, measured, used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny

from tonepoem.errors import InputError, ModelError, OutputError
from tonepoem.generator import Generator
from tonepoem.training import published
from tonepoem.training.compact import LOG, Progress
from tonepoem.training.finish import CARD, METRICS, TRANSFORMERS, losses
from tonepoem.training.pairs import Pair
from tonepoem.training.published import Recipe, last_checkpoint, read, train

pytest.importorskip("accelerate")

FEW = (
    Pair("energy", "loud", "calm", "plain", False),
    Pair("energy", "wild", "sad", "plain", True),
    Pair("energy", "not calm", "calm", "negation", False),
    Pair("energy", "not sad", "sad", "negation", True),
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_t5(tmp_path_factory.mktemp("base"))


@pytest.fixture
def lines(tmp_path: Path) -> list[published.Line]:
    return read(tiny.write_rows(tmp_path / "corpus.jsonl", tiny.rows(40)))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random T5 never ends of itself: let it write little, and few pairs."""
    monkeypatch.setattr("tonepoem.generator.checkpoint.LONGEST", 12)
    monkeypatch.setattr("tonepoem.training.pairs.pairs", lambda: FEW)


def recipe(base: Path, **changes: int) -> Recipe:
    return Recipe(base=str(base), batch=4, evaluation_batch=4, every=2, **({"steps": 6} | changes))


def test_the_recipe_is_the_published_one() -> None:
    found = Recipe()
    assert (found.epochs, found.rate, found.batch, found.evaluation_batch) == (5, 2e-4, 32, 16)
    assert (found.accumulation, found.warmup, found.longest) == (2, 0.05, 256)


def test_an_interrupted_run_goes_on_from_its_last_whole_checkpoint(
    base: Path, lines: list[published.Line], tmp_path: Path
) -> None:
    place = tmp_path / "run"

    def interrupt(now: Progress) -> None:
        if now.step >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(place, recipe(base), lines, interrupt)
    # A kill in the middle of writing leaves a checkpoint without its last file.
    torn = place / published.CHECKPOINTS / "checkpoint-5"
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half")

    seen: list[Progress] = []
    figures = train(place, recipe(base), lines, seen.append)
    assert not torn.exists()
    assert [now.step for now in seen][-1] == 6
    assert seen[0].step > 2, "it began anew"
    assert max(losses(place / LOG)) == 6

    model = place / TRANSFORMERS
    assert json.loads((model / METRICS).read_text(encoding="utf-8"))["requests"] == figures.metrics.requests > 0
    assert str(base) in (model / CARD).read_text(encoding="utf-8")
    assert Generator.load(model).describe("calm jazz").model == str(model)
    assert (model / "model.safetensors").exists()

    # Given once more it trains no further; with another recipe it is refused.
    train(place, recipe(base), lines, lambda now: pytest.fail(f"trained again at {now.step}"))
    with pytest.raises(InputError, match="another recipe"):
        train(place, recipe(base, steps=7), lines)


def test_training_lowers_the_loss(base: Path, lines: list[published.Line], tmp_path: Path) -> None:
    from dataclasses import replace

    quick = replace(recipe(base, steps=30), rate=2e-2, every=10)
    train(tmp_path / "run", quick, lines)
    curve = list(losses(tmp_path / "run" / LOG).values())
    assert curve[-1] < curve[0]


def test_the_same_seed_trains_the_same_model(base: Path, lines: list[published.Line], tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(tmp_path / name, recipe(base, steps=2), lines)
    one, two = ((tmp_path / name / TRANSFORMERS / "model.safetensors").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_base_that_is_no_t5_is_refused(lines: list[published.Line], tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(ModelError, match="not a T5"):
        train(tmp_path / "run", recipe(tmp_path / "bert"), lines)


def test_an_empty_split_is_refused(base: Path, lines: list[published.Line], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no test requests"):
        train(tmp_path / "run", recipe(base), [line for line in lines if line.split != "test"])


def test_a_place_that_cannot_be_written_is_an_error_of_ours(base: Path, lines: list[published.Line], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        train(tmp_path / "file" / "run", recipe(base), lines)


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path / "none") is None


# -- reading


def test_a_file_of_the_published_form_is_enough(tmp_path: Path) -> None:
    rows = [{"prompt": f"song {number}", "completion": '"energy": 0.5, "key": 3'} for number in range(300)]
    lines = read(tiny.write_rows(tmp_path / "own.jsonl", rows))
    assert {line.split for line in lines} == {"train", "validation", "test"}
    assert lines[0].features.voiced() == {"energy": 0.5, "key": 3}


def test_completions_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    rows = [{"prompt": "x", "completion": ""}, {"prompt": "y", "completion": '"energy": 0.5'}]
    assert [line.text for line in read(tiny.write_rows(tmp_path / "own.jsonl", rows))] == ["y"]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "x"},
        {"completion": '"energy": 0.5'},
        {"prompt": "x", "completion": "hello"},
        {"prompt": 3, "completion": '"energy": 0.5'},
        {"prompt": "x", "completion": None},
        {"prompt": "x", "completion": '"energy": 0.5', "split": "dev"},
    ],
)
def test_a_broken_line_is_named_and_skipped_only_when_asked(tmp_path: Path, row: dict[str, object]) -> None:
    path = tiny.write_rows(tmp_path / "own.jsonl", [tiny.rows(1)[0], row])
    with pytest.raises(InputError, match=r"line 2 is no example: .+ Mend it, or give --skip-broken\."):
        read(path)
    assert len(read(path, skip_broken=True)) == 1
