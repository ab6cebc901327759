"""Every block of the README runs as it stands there."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)
ELSEWHERE = ("make ", "git clone", "tonepoem login", "tonepoem doctor", "--publish", "tonepoem publish")
"""What needs a fresh clone, or an account; both have tests of their own."""


def blocks(language):
    return [text for kind, text in BLOCKS if kind == language]


def test_every_block_is_of_a_kind_that_is_run():
    assert {kind for kind, _ in BLOCKS} <= {"console", "python", "ini"}
    assert blocks("console")
    assert blocks("python")


def commands():
    """Each command of the console blocks with the output that stands below it."""
    for text in blocks("console"):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output.rstrip()


def needs_more(command):
    """Whether a command needs a fresh clone or an account."""
    return any(part in command for part in ELSEWHERE)


def shape(output):
    """An output without what another processor's rounding may move: its numbers, and so the songs that are nearest.

    Returns:
        The lines, and the features that are voiced: one that is nearly silent may be voiced on one processor only.
    """
    lines, features = [], set()
    for line in output.splitlines():
        if said := re.match(r"^(\w+): [-\d.]+.* \(confidence", line):
            features.add(said[1])
        elif re.match(r"^ *\d+\. .+ - .+ \(\d+:\d\d\): .+", line):
            if lines[-1] != "songs":
                lines.append("songs")
        elif line.startswith("{"):
            document = json.loads(line)
            features |= set(document["features"])
            lines.append(sorted(document))
        elif line.startswith("genres: "):
            lines.append("genres")
        else:
            lines.append(re.sub(r"[-\d.]+", "0", line))
    return lines, features


def run(command, place, environment):
    """Run a command of the README in a folder that has what it names."""
    (place / "liked.csv").write_text("title,artist\nPink Moon,Nick Drake\n", encoding="utf-8")
    (place / "lines.txt").write_text("calm songs\n", encoding="utf-8")
    script = place / "tonepoem"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tonepoem "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    environment = {**environment, "PATH": f"{place}:{os.environ['PATH']}", "TONEPOEM_HOME": "home"}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr).replace(str(place), "/home/you").rstrip()


@pytest.mark.parametrize(("command", "output"), list(commands()))
def test_a_command_prints_what_stands_there(command, output, environment, own_place):
    if needs_more(command):
        assert command.split()[0] in {"make", "tonepoem"}
        assert output == ""
    else:
        (printed, heard), (lines, features) = shape(run(command, own_place, environment)), shape(output)
        assert printed == lines
        assert len(heard ^ features) <= 1


def test_the_python_blocks_run_one_after_the_other(environment, own_place):
    code = "\n".join(text for text in blocks("python") if "Spotify.login()" not in text)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for shown in re.findall(r"# → (.*)", code):
        assert shown in done.stdout


def test_the_blocks_for_an_account_name_what_there_is():
    import tonepoem

    for text in blocks("python"):
        compile(text, "README.md", "exec")
        for name in re.findall(r"tonepoem\.(\w+)", text):
            assert name in tonepoem.__all__


def test_every_setting_stands_in_the_readme_or_the_example():
    from tonepoem.settings import NAMES

    written = README + (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in NAMES:
        assert name in written


def test_every_link_into_the_project_leads_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def written_afresh(place):
    """The README with the outputs that its commands have now."""

    def block(match):
        lines = []
        for part in re.split(r"^\$ ", match[2], flags=re.MULTILINE)[1:]:
            command = part.partition("\n")[0]
            output = "" if needs_more(command) else run(command, place, dict(os.environ))
            lines += [f"$ {command}", *([output] if output else [])]
        return "```console\n" + "\n".join(lines) + "\n```"

    return re.sub(r"^```(console)\n(.*?)^```$", block, README, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        (ROOT / "README.md").write_text(written_afresh(Path(folder)), encoding="utf-8")
