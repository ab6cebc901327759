"""Many requests from many threads in one process: are the answers those of one thread, and does memory stay?

    python tests/soak.py 5000 16        # requests, threads; prints what was measured as JSON

Every third request only describes; the others make a playlist, too, with seeds and wishes mixed.

Two measures of memory, because each is blind to something. ``mib`` is what the system gives the process: all of it, but
also freed pages that an allocator keeps, more of them with more threads, so that it wavers by some MiB. ``live_mib`` is
what was asked for by malloc and not given back, to the byte: a leak shows in it within some hundred requests. Of Python's
own small objects it knows only with PYTHONMALLOC=malloc, and of DuckDB's buffers nothing: these show in ``mib`` alone.
"""

from __future__ import annotations

import ctypes
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


class Heap(ctypes.Structure):
    """What glibc says of its heaps, see mallinfo2(3)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def live() -> float | None:
    """Memory that was allocated and not freed, in MiB, over all threads; None where the C library is not glibc."""
    measure = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if measure is None:
        return None
    measure.restype = Heap
    heap = measure()
    return (heap.uordblks + heap.hblkhd) / 2**20


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

    measured, held, done, began = [], [], 0, time.perf_counter()
    tenth = max(1, requests // 10)
    with ThreadPoolExecutor(threads) as pool:
        while done < requests:
            size = min(tenth, requests - done)
            list(pool.map(ask, range(done, done + size)))
            done += size
            measured.append(round(resident(), 2))
            held.append(live())
    seconds, half = time.perf_counter() - began, len(measured) // 2
    # The first half warms up: every thread gets its own memory pools, and what is remembered is learnt.
    return {
        "requests": requests,
        "threads": threads,
        "different": len(different),
        "seconds": round(seconds, 1),
        "per_second": round(requests / seconds, 1),
        "mib": measured,
        "growth_mib": round(max(measured[half:]) - max(measured[:half]), 2),
        "live_mib": held if None in held else [round(one, 2) for one in held],
        "kib_a_request": None if None in held else round((held[-1] - held[half - 1]) * 1024 / (done - half * tenth), 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
