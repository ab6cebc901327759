"""The wheel, built, installed into an environment of its own, and used there without a network."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tonepoem import __version__

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = place.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Python in an environment that has the wheel, and the dependencies of the one that runs the tests."""
    place = tmp_path_factory.mktemp("clean")
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    script = place / "bin" / "tonepoem"
    script.write_text(f"#!{python}\nfrom tonepoem.__main__ import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    # The dependencies' folder comes after, so that nothing but the wheel can be meant by tonepoem.
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    return python


def run(python, *args, **more):
    """Run something there: from another folder, with a home of its own, and a network that leads nowhere."""
    home = Path(python).parents[1] / "home"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TONEPOEM_HOME": str(home),
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
    }
    return subprocess.run(
        [str(python), *args], env=environment, cwd=python.parents[1], capture_output=True, text=True, check=False, **more
    )


def test_describe_runs_from_the_wheel(installed):
    done = run(installed, str(installed.parent / "tonepoem"), "describe", "calm acoustic songs for studying", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    reading = json.loads(done.stdout)
    assert reading["features"]["energy"] < 0.5
    assert set(reading["confidence"]) == set(reading["features"])


def test_what_runs_is_what_was_built(installed):
    done = run(installed, "-c", "import tonepoem; print(tonepoem.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(installed.parents[1])


def test_a_playlist_comes_from_the_wheel(installed):
    done = run(installed, "-m", "tonepoem", "furious metal for deadlifts", "--length", "5", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["tracks"]) == 5


def test_the_wheel_holds_what_is_needed_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for needed in (
        "py.typed",
        "data/starter.parquet",
        "data/starter_artists.tsv",
        "data/genre_spellings.tsv",
        "data/genres.tsv",
        "data/model/model.bin",
    ):
        assert f"tonepoem/{needed}" in names
    assert not [name for name in names if "/starter/" in name or "__pycache__" in name or name.startswith("tests/")]
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 60_000_000


def test_the_wheel_declares_its_dependencies(wheel):
    import tomllib
    from email.parser import Parser

    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = Parser().parsestr(archive.read(name).decode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [line for line in declared.get_all("Requires-Dist") if "extra ==" not in line]
    assert len(required) == len(project["dependencies"])
    assert declared["Requires-Python"] == ">=3.11"
    assert declared["Version"] == __version__
