"""Many requests from many threads in one process: are the answers those of one thread, and does memory stay?

    python tests/soak.py 5000 16        # requests, threads; prints what was measured as JSON

Every third request only describes; the others make a playlist, too, with seeds and wishes mixed.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import tonepoem
from tonepoem import export

WORDS = (
    "calm acoustic songs for studying",
    "furious metal for deadlifts",
    "20 happy songs from the 80s",
    "sad piano music for a rainy day, no singing",
    "upbeat dance music around 124 bpm, 45 minutes",
    "slow jazz for a late dinner, nothing after 1970",
    "reggae for the beach, at most one song per artist",
    "songs like Nick Drake, but happier",
    "epic film music that gets more and more intense",
    "hip hop without explicit lyrics",
    "música tranquila para dormir",
    "not too loud, not too fast, a bit melancholic",
)
KINDS = 3 * len(WORDS)
"""Different requests; they come round again and again."""


def resident() -> float:
    """Memory of this process's own that is in use, in MiB; pages of files do not count, which the system may drop."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) / 1024


def main(requests: int, threads: int) -> dict[str, Any]:
    """Answer so many requests and say what was measured."""
    generator, catalog = tonepoem.Generator.load(), tonepoem.Catalog.open()

    def answer(number: int) -> str:
        kind = number % KINDS
        words = WORDS[kind % len(WORDS)]
        if kind % 3 == 0:
            return tonepoem.describe(words, generator=generator).model_dump_json()
        playlist = tonepoem.compose(words, generator=generator, source=catalog, seed=kind)
        return json.dumps(export.document(playlist))

    alone = [answer(number) for number in range(KINDS)]
    different = []

    def ask(number: int) -> None:
        if answer(number) != alone[number % KINDS]:
            different.append(number)

    measured, done, began = [], 0, time.perf_counter()
    tenth = max(1, requests // 10)
    with ThreadPoolExecutor(threads) as pool:
        while done < requests:
            size = min(tenth, requests - done)
            list(pool.map(ask, range(done, done + size)))
            done += size
            measured.append(round(resident(), 2))
    seconds, half = time.perf_counter() - began, len(measured) // 2
    # The first half warms up: every thread gets its own memory pools and connection.
    return {
        "requests": requests,
        "threads": threads,
        "different": len(different),
        "seconds": round(seconds, 1),
        "per_second": round(requests / seconds, 1),
        "mib": measured,
        "growth_mib": round(max(measured[half:]) - max(measured[:half]), 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
