"""Small real models and corpora: T5s with random weights, tokenizers trained on the spot, requests labelled by hand."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from tonepoem import codec
from tonepoem.features import FEATURES, AudioFeatures

WORDS = "calm acoustic songs for studying | loud metal for the gym | happy not sad | jazz without vocals | fast techno".split(
    " | "
)


def tokenizer(texts: list[str] | None = None, size: int = 300) -> Any:
    """A tokenizer with T5's marks, trained on requests and feature text; it knows printable ASCII."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    if texts is None:
        values = AudioFeatures(**{name: feature.clamp(feature.typical) for name, feature in FEATURES.items()})
        texts = [codec.encode(values), *WORDS, codec.PREFIX] * 5
    inner = Tokenizer(models.BPE(unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    inner.decoder = decoders.Metaspace()
    alphabet = [chr(code) for code in range(0x21, 0x7F)]
    marks = ["<pad>", "</s>", "<unk>"]
    inner.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=size, special_tokens=marks, initial_alphabet=alphabet, show_progress=False),
    )
    inner.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def save_t5(place: Path, words: Any = None, **changes: Any) -> Path:
    """A T5 of two thin layers with random weights, and its tokenizer."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    words = words or tokenizer()
    torch.manual_seed(0)
    settings = {
        "vocab_size": len(words),
        "d_model": 16,
        "d_kv": 8,
        "d_ff": 32,
        "num_layers": 1,
        "num_decoder_layers": 1,
        "num_heads": 2,
        "decoder_start_token_id": 0,
        "pad_token_id": 0,
        "eos_token_id": 1,
    }
    T5ForConditionalGeneration(T5Config(**settings | changes)).save_pretrained(place)
    words.save_pretrained(place)
    return place


def rows(count: int = 40) -> list[dict[str, Any]]:
    """Rows of a corpus as the file holds them, in all splits; energy and valence follow the words."""
    from tonepoem.training.lexicon import TARGETS

    moods = {"calm": (0.2, 0.5), "loud": (0.9, 0.5), "happy": (0.6, 0.9), "sad": (0.3, 0.1), "wild": (0.95, 0.6)}
    genres = ("jazz", "techno", "folk", "metal", "reggae", "soul", "punk", "blues")
    found = []
    for number in range(count):
        mood, genre = list(moods)[number % 5], genres[number // 5 % 8]
        mean = dict(zip(("energy", "valence"), moods[mood], strict=True))
        split = ("train", "train", "train", "validation", "test")[number % 5 if number < 5 else (number * 7) % 5]
        found.append(
            {
                "prompt": f"{codec.PREFIX}{mood} {genre} number {number}",
                "completion": codec.encode(AudioFeatures(**mean), [genre]),
                "mean": [mean.get(name) for name in TARGETS],
                "spread": [0.1 if name in mean else None for name in TARGETS],
                "genres": [[genre, 0.8]],
                "kind": "tag",
                "split": split,
                "meaning": f"{mood} {genre}",
            }
        )
    return found


def write_rows(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Rows as JSON lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def teacher() -> Any:
    """The real teacher: it reads the whole lexicon, so all tests share one."""
    from tonepoem.training.teacher import Teacher

    return Teacher()
