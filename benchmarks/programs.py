"""The program as a whole: started from nothing, and fed with a file of descriptions.

Files that a start reads are in the system's cache already: each command runs once before it counts.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.describe import REQUESTS
from benchmarks.measuring import Figure, program

COLD = {
    "python alone": ("-c", "pass"),
    "import tonepoem": ("-c", "import tonepoem"),
    "tonepoem describe": ("-m", "tonepoem", "describe", REQUESTS[0]),
    "tonepoem make": ("-m", "tonepoem", "make", REQUESTS[0]),
}


def cold(turns: int) -> list[Figure]:
    """Time and memory of whole commands, which take turns."""
    seen: dict[str, list[tuple[float, float]]] = {who: [] for who in COLD}
    for turn in range(turns + 1):
        for who, command in COLD.items():
            found = program(*command)
            if turn:
                seen[who].append(found)
    spans, peaks = [], []
    for who, found in seen.items():
        span, peak = zip(*found, strict=True)
        spans.append(Figure("cold start", who, "ms", span))
        if COLD[who][0] == "-m":  # what is smaller than the process that measures cannot be told from it
            peaks.append(Figure("memory from a cold start", who, "MB", peak))
    return [*spans, *peaks]


WISHES = {
    "plain words": REQUESTS[0],
    "words full of wishes": "45 min run at 170 bpm, no rap, nothing by Drake, clean",
}

_READER = """
import gc, sys, time
gc.set_threshold(500_000)  # as the program does
from tonepoem import genres, playlist  # a playlist without wishes needs these as well
began = time.perf_counter()
from tonepoem import constraints
loaded = time.perf_counter()
from tonepoem import api, selection
from tonepoem.catalog import Catalog
parts = api.Parts(api.Settings.load())
beginning = time.perf_counter()
wishes = constraints.read(sys.argv[1], parts.artists).constraints
read = time.perf_counter()
tracks = [found.track for found in Catalog.open().find(playlist.Reading(description="calm"), 25)]
checking = time.perf_counter()
selection.verify(wishes, tracks)
print((loaded - began + read - beginning + time.perf_counter() - checking) * 1000)
"""


def wishes(turns: int) -> list[Figure]:
    """What reading exact wishes adds to a playlist in a new process.

    That is the time to load the rules, the artists' names and the genres' spellings, to read, and to check 25 tracks.
    """
    seen: dict[str, list[float]] = {who: [] for who in WISHES}
    for turn in range(turns + 1):
        for who, words in WISHES.items():
            done = subprocess.run([sys.executable, "-c", _READER, words], stdout=subprocess.PIPE, text=True, check=True)
            if turn:
                seen[who].append(float(done.stdout))
    return [Figure("exact wishes, read for the first time", who, "ms", tuple(spans)) for who, spans in seen.items()]


def batch(work: Path, count: int, turns: int) -> list[Figure]:
    """Descriptions a second over a file, start and end of the program included, on all cores."""
    file = work / "words.txt"
    file.write_text("".join(f"{REQUESTS[n % len(REQUESTS)]} {n}\n" for n in range(count)), encoding="utf-8")
    found = [program("-m", "tonepoem", "describe", "--input", str(file), "--json") for _ in range(turns)]
    spans, peaks = zip(*found, strict=True)
    what = f"{count:,} descriptions from a file"
    rates = tuple(count / span * 1000 for span in spans)
    return [
        Figure(what, "tonepoem describe", "descriptions/s", rates),
        Figure(f"memory, {what}", "tonepoem describe", "MB", peaks),
    ]
