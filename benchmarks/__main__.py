"""Measure all of it: a Markdown table on standard output, everything in detail as JSON.

python -m benchmarks [--quick] [--parts words cold batch catalog] [--rows 1000000] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import describe, matching, programs
from benchmarks.measuring import Figure, machine, markdown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few minutes: fewer turns, less to do in each")
    parser.add_argument("--parts", nargs="+", choices=["words", "cold", "batch", "catalog"], help="these alone")
    parser.add_argument("--turns", type=int, help="so often each contender runs (7, quick 3)")
    parser.add_argument("--rows", type=int, nargs="+", help="tracks in the catalogs (100000 and 1000000, quick 100000)")
    parser.add_argument("--count", type=int, help="descriptions in a batch (10000, quick 1000)")
    parser.add_argument("--json", type=Path, default=Path("build/benchmarks.json"), help="the file (%(default)s)")
    options = parser.parse_args()
    quick = options.quick
    turns = options.turns or (3 if quick else 7)
    rows = options.rows or ([100_000] if quick else [100_000, 1_000_000])
    count = options.count or (1_000 if quick else 10_000)

    about = {**machine(), "turns": str(turns)}
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tonepoem-bench-") as folder:
        work = Path(folder)
        os.environ["TONEPOEM_HOME"] = str(work / "home")  # nobody's own settings and catalog take part
        parts: dict[str, list[Callable[[], list[Figure]]]] = {
            "words": [lambda: describe.measure(work, turns)],
            "cold": [lambda: programs.cold(turns), lambda: programs.wishes(turns)],
            "batch": [lambda: programs.batch(work, count, turns)],
            "catalog": [lambda number=number: matching.measure(work, number, turns) for number in rows],
        }
        for name in options.parts or parts:
            began = time.perf_counter()
            for part in parts[name]:
                figures += part()
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)

    options.json.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": about, "figures": [figure.document() for figure in figures]}
    options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Measured on {', '.join(f'{name}: {value}' for name, value in about.items())}.\n")
    print(markdown(figures))
    print(f"\nThe values of every turn are in {options.json}.", file=sys.stderr)


if __name__ == "__main__":
    main()
