"""From trained weights to the folder that ships: CTranslate2 int8, tokenizer, output vocabulary, checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tonepoem.training.student import SPECIAL, first_output, output_vocabulary


def save_transformers(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write safetensors, config and tokenizer, as ``transformers`` loads them.

    The tokenizer gets the output tokens too, so the whole folder is a T5 like any other.
    """
    from tokenizers import AddedToken, Tokenizer
    from transformers import PreTrainedTokenizerFast

    whole = Tokenizer.from_str(tokenizer.to_str())
    whole.add_tokens([AddedToken(f"<{token[1:-1].lower()}_out>", normalized=False) for token in SPECIAL])
    whole.add_tokens([AddedToken(token, normalized=False) for token in output_vocabulary().tokens[len(SPECIAL) :]])
    fast = PreTrainedTokenizerFast(tokenizer_object=whole, pad_token="[PAD]", eos_token="[SEP]", unk_token="[UNK]")  # noqa: S106
    fast.save_pretrained(folder)
    model.save_pretrained(folder)


def save_ctranslate2(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write the int8 model for CTranslate2 beside its tokenizer.

    The decoder writes only output tokens, so its half of the vocabulary is cut to them: a third of the weights, and most of
    the time of a step, are saved.
    """
    import copy

    import torch
    from ctranslate2.converters.transformers import T5Loader

    folder.mkdir(parents=True, exist_ok=True)
    first, vocabulary = first_output(tokenizer), output_vocabulary()
    model = copy.deepcopy(model).float().cpu().eval()
    words = model.shared.weight.detach()
    out = words[first:].clone()
    head = out.clone()
    for place, token in enumerate(SPECIAL):  # decoding starts with the pad token of the encoder's vocabulary
        out[place] = words[tokenizer.token_to_id(token)]
    model.encoder.embed_tokens = torch.nn.Embedding.from_pretrained(words[:first].clone())
    model.decoder.embed_tokens = torch.nn.Embedding.from_pretrained(out)
    model.lm_head = torch.nn.Linear(head.shape[1], head.shape[0], bias=False)
    model.lm_head.weight = torch.nn.Parameter(head)  # its outputs are scaled, as the config's tied embeddings say
    spec = T5Loader().get_model_spec(model)
    source = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    spec.register_source_vocabulary([token for token, _ in source])
    spec.register_target_vocabulary(list(vocabulary.tokens))
    spec.config.bos_token = spec.config.decoder_start_token = "[PAD]"  # noqa: S105
    spec.config.eos_token, spec.config.unk_token = "[SEP]", "[UNK]"
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
