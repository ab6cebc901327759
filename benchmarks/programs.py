"""The program as a whole: started from nothing, and fed with a file of descriptions.

Files that a start reads are in the system's cache already: each command runs once before it counts.
"""

from __future__ import annotations

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
