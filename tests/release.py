"""What is looked at before a release: one version, a change log that knows it, and a wheel that runs on every Python here.

    python tests/release.py        # builds into dist/, prints sizes and what was tried; exit status 1 if anything is wrong

The wheel is built from the source archive and installed into a new environment of each Python from 3.11 on that is found.
torch and transformers are left out of these, since they are large and only other checkpoints need them: so this also shows
that the shipped model runs without them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent
LEFT_OUT = ("torch", "transformers")
WORDS = "calm acoustic songs for studying"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def pythons() -> list[str]:
    """Every Python from 3.11 on that is found and runs."""
    found = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    return [
        path for path in found if path and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0
    ]


def build() -> tuple[Path, Path]:
    """The source archive, and the wheel that was built from it."""
    place = ROOT / "dist"
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(place), str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    (archive,), (wheel,) = place.glob("*.tar.gz"), place.glob("*.whl")
    return archive, wheel


def versions(wheel: Path) -> list[str]:
    """What is wrong with the version: it stands in one place, and the change log knows it or what comes after it."""
    said = re.search(r'__version__ = "(.+)"', (ROOT / "src/tonepoem/__init__.py").read_text(encoding="utf-8"))
    if said is None:
        return ["src/tonepoem/__init__.py names no version."]
    wrong = []
    if f"-{said[1]}-" not in wheel.name:
        wrong.append(f"The wheel is called {wheel.name}, the version is {said[1]}.")
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[({re.escape(said[1])}|Unreleased)\]", log, re.MULTILINE):
        wrong.append(f"CHANGELOG.md has no entry for {said[1]}.")
    return wrong


def tried(python: str, wheel: Path, work: Path) -> str:
    """What an environment with the wheel prints of itself."""
    subprocess.run([python, "-m", "venv", str(work)], check=True)
    own = str(work / "bin" / "python")
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    needed = [one for one in declared if "extra ==" not in one and not re.match(rf"({'|'.join(LEFT_OUT)})\b", one)]
    quietly = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*quietly, *needed], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*quietly, "--no-deps", str(wheel)], check=True, stderr=subprocess.DEVNULL)
    program = str(work / "bin" / "tonepoem")
    for arguments in (["--version"], ["describe", WORDS], [WORDS, "--length", "3", "--strict"]):
        subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=work, env={"HOME": str(work)})
    size = sum(file.stat().st_size for file in work.rglob("*") if file.is_file()) / 2**20
    version = subprocess.run([own, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{version}: installed without {' and '.join(LEFT_OUT)}, {size:.0f} MiB; reads words and makes a playlist"


def main() -> int:
    archive, wheel = build()
    for path in (archive, wheel):
        say(f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB")
    wrong = versions(wheel)
    for python in pythons():
        with tempfile.TemporaryDirectory() as work:
            try:
                say(tried(python, wheel, Path(work)))
            except subprocess.CalledProcessError as error:
                wrong.append(f"{python}: {' '.join(map(str, error.cmd))} ended with {error.returncode}.")
    for one in wrong:
        say(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
