"""Words to features: the shipped model beside t5-base, by transformers and by CTranslate2 in int8.

t5-base has random weights, which take as long as trained ones. It reads and writes as many tokens as the shipped model
does, with 4 beams; features written out as text, as a t5-base would have to, take several times as many. Everybody has
one thread. Needs about 2.5 GB of memory.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, apart, clock, compared, contest

REQUESTS = (
    "calm acoustic songs for studying",
    "furious metal for deadlifts",
    "rainy Sunday, one candle, no drums",
    "90s hip hop cookout, no slow songs",
    "something dreamy but not sad for a night drive",
)
BASE = {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12}
"""The size of t5-base: https://huggingface.co/google-t5/t5-base/blob/main/config.json."""
BEAMS = 4
CALLS = 20
"""So many descriptions of tonepoem's make one turn: one alone is too short to be measured well."""

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens that a model reads and writes for one description."""

    read: int
    written: int


def measure(work: Path, turns: int, size: Mapping[str, int] = BASE) -> list[Figure]:
    """Time and memory of one description."""
    folder = work / "t5"
    lengths, _ = apart(prepare, folder, dict(size))
    figures, _ = apart(_race, folder, lengths, turns, dict(size))
    peaks = {who: [apart(_once, who, folder, lengths, dict(size))[1]] for who in CONTENDERS}
    return [*figures, *compared("memory of the process that describes", "MB", peaks)]


def prepare(folder: Path, size: Mapping[str, int]) -> Lengths:
    """Write a random T5 of some size for CTranslate2, and say how long the shipped model's texts are."""
    from ctranslate2.converters.transformers import T5Loader
    from tokenizers import Tokenizer

    from tonepoem import codec
    from tonepoem.generator import compact
    from tonepoem.generator import folder as shipped

    model = _random_t5(size)
    spec = T5Loader().get_model_spec(model)
    names = [f"token {number}" for number in range(model.config.vocab_size)]
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    spec.config.bos_token = spec.config.decoder_start_token = names[0]
    spec.config.eos_token, spec.config.unk_token = names[1], names[2]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))

    place = shipped.shipped()
    tokenizer = Tokenizer.from_file(str(place / shipped.TOKENIZER))
    read = statistics.median(len(tokenizer.encode(codec.PREFIX + words).ids) for words in REQUESTS)
    return Lengths(int(read), len(compact._slots(shipped.load_json(place, shipped.VOCABULARY))))


def _random_t5(size: Mapping[str, int]) -> Any:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.set_num_threads(1)
    torch.manual_seed(0)
    return T5ForConditionalGeneration(T5Config(**size, decoder_start_token_id=0)).eval()


def ours(*_: Any) -> Run:
    """One description by the shipped model, each time another one."""
    from tonepoem.generator import Generator

    generator, words = Generator.load(), cycle(REQUESTS)
    return lambda: generator.describe(next(words))


def by_transformers(_: Path, lengths: Lengths, size: Mapping[str, int]) -> Run:
    """One generation by a random T5 with transformers and torch."""
    import torch

    model = _random_t5(size)
    ids = torch.randint(5, 30_000, (1, lengths.read))
    exactly = {"min_new_tokens": lengths.written, "max_new_tokens": lengths.written}

    def run() -> int:
        with torch.inference_mode():
            out = model.generate(ids, num_beams=BEAMS, do_sample=False, **exactly)
        return int(out.shape[1]) - 1  # without the token that starts the decoder

    return run


def by_ctranslate2(folder: Path, lengths: Lengths, _: Mapping[str, int]) -> Run:
    """One generation by the same T5 with CTranslate2 in int8."""
    import ctranslate2

    translator = ctranslate2.Translator(str(folder), compute_type="int8", inter_threads=1, intra_threads=1)
    tokens = [f"token {number}" for number in range(5, 5 + lengths.read)]
    exactly = {"min_decoding_length": lengths.written, "max_decoding_length": lengths.written}

    def run() -> int:
        (found,) = translator.translate_batch([tokens], beam_size=BEAMS, **exactly)
        return len(found.hypotheses[0])

    return run


CONTENDERS: dict[str, Callable[..., Run]] = {
    "tonepoem": ours,
    "t5-base, transformers": by_transformers,
    "t5-base, CTranslate2 int8": by_ctranslate2,
}


def _race(folder: Path, lengths: Lengths, turns: int, size: Mapping[str, int]) -> list[Figure]:
    os.environ["OMP_NUM_THREADS"] = "1"  # before any library is loaded
    runs = {who: make(folder, lengths, size) for who, make in CONTENDERS.items()}
    for who, run in runs.items():
        if who != "tonepoem" and run() != lengths.written:
            raise RuntimeError(f"{who} did not write {lengths.written} tokens")
    clocks = {who: clock(run, CALLS if who == "tonepoem" else 1) for who, run in runs.items()}
    return contest(f"words to features, {lengths.read} tokens to {lengths.written}, one thread", clocks, turns)


def _once(who: str, folder: Path, lengths: Lengths, size: Mapping[str, int]) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    CONTENDERS[who](folder, lengths, size)()
