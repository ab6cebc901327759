from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TINY = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4}


@pytest.fixture
def measuring(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import measuring

    return measuring


def test_smallest_run(environment, tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--parts", "catalog", "--rows", "2000", "--turns", "1"]
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "b.json")], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert found["machine"]["cores"].isdecimal()
    by_name = {(figure["what"], figure["who"]): figure for figure in found["figures"]}
    ours = by_name["nearest 300 of 2,000 tracks", "tonepoem"]
    numpy = by_name["nearest 300 of 2,000 tracks", "NumPy"]
    assert numpy["ratio"] == pytest.approx(numpy["median"] / ours["median"])  # of one turn
    head, rule, *rows = done.stdout[done.stdout.index("|") :].splitlines()
    assert set(rule) == set("|-: ")
    assert len(rows) == len(found["figures"])
    assert {line.count("|") for line in (head, rule, *rows)} == {6}
    assert any("import of 2,000 tracks" in row and "tracks/s" in row for row in rows)


def test_t5_does_as_much_as_it_is_said_to(measuring, tmp_path):
    from benchmarks import describe

    lengths, _ = measuring.apart(describe.prepare, tmp_path / "t5", TINY)
    assert lengths.written > 10
    figures, peak = measuring.apart(describe._race, tmp_path / "t5", lengths, 1, TINY)  # fails if a length is another one
    assert [figure.who for figure in figures] == list(describe.CONTENDERS)
    assert all(figure.median > 0 for figure in figures)
    assert peak > 100  # MB: torch is in that process


def test_ratios_are_of_the_same_turn(measuring):
    # A machine twice as slow in the second turn changes no ratio.
    ours, other = measuring.compared("work", "ms", {"tonepoem": [1, 2, 1], "other": [3, 6, 3]})
    assert (ours.ratio, other.ratio) == (None, 3)
    assert measuring.markdown([ours, other]).splitlines()[2:] == [
        "| work | tonepoem | 1.00 ms | 1.00 – 2.00 |  |",
        "|  | other | 3.00 ms | 3.00 – 6.00 | 3.00 × |",
    ]


def test_contenders_take_turns(measuring):
    calls = []

    def clock(who):
        return lambda: calls.append(who) or float(len(calls))

    figures = measuring.contest("work", {"a": clock("a"), "b": clock("b")}, turns=2)
    assert "".join(calls) == "abbaab"  # the first turn does not count
    assert [figure.values for figure in figures] == [(4.0, 5.0), (3.0, 6.0)]


def test_a_program_that_fails_is_no_figure(measuring):
    with pytest.raises(subprocess.CalledProcessError):
        measuring.program("-c", "raise SystemExit(3)")
    span, peak = measuring.program("-c", "x = bytearray(100 << 20)")
    assert span > 0
    assert 100 < peak < 300
