"""Words to features: the shipped model against t5-base, in one run, repeats interleaved, medians and ratios.

    python benchmarks/describe.py [--repeats 5]

t5-base has random weights, which take as long as trained ones: 4 beams, as many tokens in and out as the shipped model
reads and writes, on one thread. Needs about 1.5 GB of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

REQUESTS = (
    "calm acoustic songs for studying",
    "furious metal for deadlifts",
    "rainy Sunday, one candle, no drums",
    "90s hip hop cookout, no slow songs",
    "something dreamy but not sad for a night drive",
)


def t5_base(tokens_in: int, tokens_out: int) -> Callable[[], None]:
    """One generation by t5-base with random weights."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = T5Config(d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_heads=12)
    model = T5ForConditionalGeneration(config).eval()
    model.generation_config.decoder_start_token_id = 0
    ids = torch.randint(5, 30_000, (1, tokens_in))

    def run() -> None:
        with torch.inference_mode():
            out = model.generate(ids, num_beams=4, do_sample=False, min_new_tokens=tokens_out, max_new_tokens=tokens_out)
        assert out.shape[1] >= tokens_out

    return run


def timed(run: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def cold(words: str) -> float:
    """Seconds of ``tonepoem describe`` as a whole process."""
    command = [sys.executable, "-m", "tonepoem", "describe", words]
    return timed(lambda: subprocess.run(command, check=True, capture_output=True))


def batch(count: int) -> float:
    """Descriptions a second over a file, as a whole process on all cores."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "words.txt"
        file.write_text("".join(f"{REQUESTS[n % len(REQUESTS)]} {n}\n" for n in range(count)), encoding="utf-8")
        command = [sys.executable, "-m", "tonepoem", "describe", "--input", str(file), "--json"]
        environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        return count / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args()

    from tonepoem.generator import Generator

    generator = Generator.load()
    base = t5_base(tokens_in=9, tokens_out=12)
    for words in REQUESTS:
        generator.describe(words)
    base()
    ours, theirs = [], []
    for number in range(options.repeats):
        ours.append(statistics.median(timed(lambda w=words: generator.describe(w)) for words in REQUESTS * 4))
        theirs.append(timed(base))
        print(f"{number + 1}: {ours[-1] * 1000:.1f} ms, t5-base {theirs[-1] * 1000:.0f} ms", file=sys.stderr)
    found = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "describe_ms": statistics.median(ours) * 1000,
        "t5_base_ms": statistics.median(theirs) * 1000,
        "ratio": statistics.median(b / a for a, b in zip(ours, theirs, strict=True)),
        "cold_s": statistics.median(cold(REQUESTS[0]) for _ in range(options.repeats)),
        "batch_per_s": batch(options.count),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
