"""``dataset``, ``train`` and ``evaluate`` as a person gives them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiny
from typer.testing import CliRunner, Result

from tonepoem.cli import app
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.generator import Generator, Heard
from tonepoem.training import corpus as making
from tonepoem.training import pairs as pairing
from tonepoem.training.compact import LOG
from tonepoem.training.pairs import Pair


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONEPOEM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tonepoem.generator.checkpoint.LONGEST", 12)


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_t5(tmp_path_factory.mktemp("t5"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tiny.write_rows(tmp_path / "corpus.jsonl", tiny.rows(40))


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def failed(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr


class Perfect:
    """A runtime that hears exactly what a corpus says, and nothing in other words."""

    name = "perfect"

    def __init__(self, rows: list[dict[str, object]]) -> None:
        from tonepoem import codec

        self._known = {str(row["prompt"]).removeprefix(codec.PREFIX): codec.decode(str(row["completion"])) for row in rows}

    def hear(self, texts: list[str]) -> list[Heard]:
        found = []
        for text in texts:
            decoded = self._known.get(text)
            features = decoded.features if decoded else AudioFeatures()
            found.append(Heard(features, dict.fromkeys(features.voiced(), 0.95), decoded.genres if decoded else ()))
        return found


# -- dataset


def test_dataset_writes_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "Teacher", tiny.teacher)
    out = tmp_path / "made.jsonl"
    result = call("dataset", out, "--count", 30, "--seed", 2)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert f"30 requests are in {out}." in result.stderr
    assert len(list(making.read(out))) == 30


def test_dataset_sees_at_once_that_it_cannot_write(tmp_path: Path) -> None:
    failed(call("dataset", tmp_path / "no" / "made.jsonl"), "cannot be written", "Choose another place")
    failed(call("dataset", tmp_path), "cannot be written")


# -- train


def test_train_card_makes_a_model_that_describe_and_evaluate_take(
    data: Path, t5: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("accelerate")
    monkeypatch.setattr(pairing, "pairs", lambda: (Pair("energy", "loud", "calm", "plain", False),))
    out = tmp_path / "run"
    result = call("train", "--preset", "card", "--base", t5, "--data", data, "--out", out, "--steps", 2)
    assert result.exit_code == 0, result.output
    assert "| energy" in result.stdout
    assert f"The model is in {out / 'hf'}" in result.stderr
    assert (out / LOG).exists()

    figures, picture = tmp_path / "figures.json", tmp_path / "figures.png"
    words = ["evaluate", "--model", out / "hf", "--data", data, "--json", figures]
    if drawing := _matplotlib():
        words += ["--picture", picture]
    result = call(*words)
    assert result.exit_code == 0, result.output
    assert json.loads(figures.read_text(encoding="utf-8"))["valid"] <= 1
    assert picture.exists() == drawing


def _matplotlib() -> bool:
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


@pytest.mark.parametrize("preset", ["compact", "card"])
def test_a_broken_line_stops_training_by_its_number(data: Path, tmp_path: Path, preset: str) -> None:
    with data.open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    failed(call("train", "--preset", preset, "--data", data, "--out", tmp_path / "run"), "line 41 is no example")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("preset", ["compact", "card"])
def test_a_missing_corpus_is_named(tmp_path: Path, preset: str) -> None:
    words = ("train", "--preset", preset, "--data", tmp_path / "none.jsonl", "--out", tmp_path / "run")
    failed(call(*words), "none.jsonl cannot be read", "tonepoem dataset")


def test_compact_takes_no_base(data: Path, tmp_path: Path) -> None:
    assert call("train", "--data", data, "--out", tmp_path / "run", "--base", "t5-small").exit_code == 2


# -- evaluate


def test_a_perfect_model_has_perfect_figures(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    perfect = Generator(Perfect(tiny.rows(40)))
    monkeypatch.setattr(Generator, "load", lambda _model=None: perfect)
    figures = tmp_path / "figures.json"
    result = call("evaluate", "--data", data, "--json", figures)
    assert result.exit_code == 0, result.output
    found = json.loads(figures.read_text(encoding="utf-8"))
    for name in ("energy", "valence"):
        row = found["features"][name]
        assert (row["mae"], row["mse"], row["recall"], row["precision"]) == (0, 0, 1, 1)
        assert row["r"] == pytest.approx(1)
    assert (found["valid"], found["genre"]) == (1, 1)
    assert found["mean_r"] == pytest.approx(1)
    (bar,) = found["reliability"]
    assert (bar["close"], bar["error"]) == (1, 0)
    assert "100.00% valid" in result.stdout
    lines = [line for line in result.stdout.splitlines() if line.startswith("|")]
    assert {len(line) for line in lines[:13]} == {len(lines[0])}, "the columns stand below each other"


def test_pairs_are_shown_held_ones_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Energetic:
        name = "energetic"

        def hear(self, texts: list[str]) -> list[Heard]:
            return [Heard(AudioFeatures(energy=0.9 if "loud" in text else 0.1)) for text in texts]

    monkeypatch.setattr(Generator, "load", lambda _model=None: Generator(Energetic()))
    few = (
        Pair("energy", "loud", "calm", "plain", False),
        Pair("energy", "loud gym", "calm sea", "plain", True),
        Pair("energy", "loud", "not loud", "negation", False),
        Pair("energy", "very loud", "calm", "negation", True),
        Pair("valence", "happy", "sad", "negation", True),
    )
    monkeypatch.setattr(pairing, "pairs", lambda: few)
    result = call("evaluate", "--pairs")
    assert result.exit_code == 0, result.output
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.stdout.splitlines() if line.startswith("|")]
    assert rows[2:] == [
        ["plain", "known", "1 of 1", "100.0%"],
        ["plain", "held", "1 of 1", "100.0%"],
        ["negation", "known", "0 of 1", "0.0%"],
        ["negation", "held", "1 of 2", "50.0%"],
        ["all", "", "3 of 5", "60.0%"],
    ]
    assert "wrong (negation): loud / not loud (energy)" in result.stdout
    assert "wrong (negation, held): happy / sad (valence)" in result.stdout


def test_a_feature_that_is_not_voiced_counts_as_typical() -> None:
    assert pairing._value(Generator(Perfect([])).describe("anything"), "tempo") == FEATURES["tempo"].typical


def test_there_must_be_something_to_measure_on(data: Path, tmp_path: Path, t5: Path) -> None:
    assert call("evaluate").exit_code == 2
    assert call("evaluate", "--pairs", "--picture", tmp_path / "x.png").exit_code == 2
    tiny.write_rows(data, [row for row in tiny.rows(40) if row["split"] != "test"])
    failed(call("evaluate", "--model", t5, "--data", data), "no requests to measure on")


def test_requests_without_words_do_not_stop_the_measuring(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tiny.rows(40)
    silent = {**rows[4], "prompt": 'prompt: {"[]:,', "completion": "", "kind": "garbage", "split": "test"}
    tiny.write_rows(data, [*rows, silent])
    monkeypatch.setattr(Generator, "load", lambda _model=None: Generator(Perfect(rows)))
    assert call("evaluate", "--data", data).exit_code == 0


def test_a_model_that_is_none_is_refused_in_a_sentence(data: Path, tmp_path: Path) -> None:
    failed(call("evaluate", "--data", data, "--model", tmp_path), "cannot be loaded")


def test_a_broken_line_is_skipped_when_asked_and_said(data: Path, t5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with data.open("ab") as file:
        file.write(b"\xff\n")
    monkeypatch.setattr(Generator, "load", lambda _model=None: Generator(Perfect(tiny.rows(40))))
    failed(call("evaluate", "--data", data), "line 41 is no example", "--skip-broken")
    result = call("evaluate", "--data", data, "--skip-broken", "--limit", 2)
    assert result.exit_code == 0, result.output
    assert "1 lines of" in result.stderr
    assert "2 requests" in result.stdout


def test_a_result_that_cannot_be_written_is_said_before_measuring(data: Path, t5: Path, tmp_path: Path) -> None:
    failed(call("evaluate", "--data", data, "--model", t5, "--json", tmp_path / "no" / "x.json"), "cannot be written")


def test_help_loads_no_model_library() -> None:
    code = "import sys, tonepoem.training.commands; print(sorted({'torch','transformers','numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
