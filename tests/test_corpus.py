"""The corpus: the same seed gives the same requests, no combination crosses the splits, and broken files are named."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tiny

from tonepoem import codec
from tonepoem.errors import InputError
from tonepoem.features import FEATURES
from tonepoem.training import corpus
from tonepoem.training.corpus import SHARES, SPLITS, Corpus, Example, label_of, split_of, written
from tonepoem.training.lexicon import TARGETS, by_name, concepts, prior
from tonepoem.training.pairs import bare, held_out
from tonepoem.training.teacher import product
from tonepoem.training.wording import NOT, Part, Speaker

COUNT = 1_500


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "Teacher", tiny.teacher)
        yield patch


@pytest.fixture(scope="module")
def examples(patched: pytest.MonkeyPatch) -> list[Example]:
    return list(Corpus(seed=3).examples(COUNT, block=512))


def test_it_has_as_many_as_asked_of_every_kind(examples: list[Example]) -> None:
    assert len(examples) == COUNT
    kinds = Counter(example.kind for example in examples)
    languages = {"es", "fr", "de", "pt"}
    assert set(kinds) - languages == {kind for kind, _ in SHARES} - {"foreign"}
    assert set(kinds) & languages == languages


def test_the_same_seed_gives_the_same_requests(examples: list[Example]) -> None:
    again = list(Corpus(seed=3).examples(512, block=512))
    assert [example.row() for example in again] == [example.row() for example in examples[:512]]
    other = list(Corpus(seed=4).examples(64))
    assert [example.text for example in other] != [example.text for example in examples[:64]]


def test_rows_hold_the_published_form(examples: list[Example]) -> None:
    for example in examples:
        row = example.row()
        assert row["prompt"] == codec.PREFIX + example.text
        if example.features.voiced():
            decoded = codec.decode(row["completion"])
            assert decoded.notes == ()
            assert set(decoded.features.voiced()) == set(example.features.voiced())


def test_a_row_reads_back_as_the_example(examples: list[Example]) -> None:
    for example in examples:
        again = Example.from_row(json.loads(json.dumps(example.row())))
        assert again.row() == example.row()


def test_labels_are_in_range_and_narrower_than_nothing(examples: list[Example]) -> None:
    for example in examples:
        for place, name in enumerate(TARGETS):
            if not np.isnan(example.mean[place]):
                assert FEATURES[name].low <= example.mean[place] <= FEATURES[name].high
                assert example.spread[place] > 0
        assert sum(share for _, share in example.genres) <= 1 + 1e-9


def test_garbage_speaks_of_nothing(examples: list[Example]) -> None:
    garbage = [example for example in examples if example.kind == "garbage"]
    assert garbage
    assert all(np.isnan(example.mean).all() and not example.genres for example in garbage)


def test_held_pairs_are_not_in_it(examples: list[Example]) -> None:
    assert held_out().isdisjoint(bare(example.text) for example in examples)


def test_a_held_request_is_drawn_again(patched: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Corpus(seed=5)
    draft = maker._draft("plain")
    drafts = iter([draft, draft, maker._draft("plain")])
    monkeypatch.setattr(maker, "_draft", lambda _kind: next(drafts))
    monkeypatch.setattr(corpus, "held_out", lambda: frozenset([bare(draft.text)]))
    assert bare(maker._fresh("plain").text) != bare(draft.text)


def test_no_wording_of_a_test_request_is_in_training(examples: list[Example]) -> None:
    by_text: dict[str, set[str]] = {}
    for example in examples:
        if example.kind not in ("name", "garbage", "written"):
            by_text.setdefault(bare(example.text), set()).add(example.split)
    assert [text for text, splits in by_text.items() if len(splits) > 1] == []


def test_twins_share_a_split(examples: list[Example]) -> None:
    twins = {text: twin or text for text, _, _, twin in written()}
    for example in examples:
        if example.kind == "written" and example.text in twins:
            assert example.split == split_of(twins[example.text])


def test_splits_are_eighty_ten_ten() -> None:
    counts = Counter(split_of(f"{number}") for number in range(5_000))
    assert set(counts) == set(SPLITS)
    assert counts["train"] / 5_000 == pytest.approx(0.8, abs=0.03)
    assert counts["test"] / 5_000 == pytest.approx(0.1, abs=0.02)


# -- labels


def _mean(*parts: tuple[str, float], name: str) -> float:
    table = by_name(concepts())
    mean, _ = label_of([Part(table[word], factor) for word, factor in parts])
    return float(mean[TARGETS.index(name)])


def test_a_negation_turns_a_word_round_and_a_degree_moves_it() -> None:
    typical = FEATURES["valence"].typical
    sad, very, slightly, not_sad = (_mean(("sad", factor), name="valence") for factor in (1, 1.35, 0.6, NOT))
    assert very < sad < slightly < typical < not_sad


def test_no_voice_is_instrumental_and_no_plain_words_for_it_reach_the_teacher() -> None:
    speaker = Speaker(random.Random(0))
    refused = [
        request
        for request in (speaker.turned() for _ in range(4000))
        if re.search(r"(^|music |please |, )(no|without) (singing|singers|voices|a voice)( please)?$", request.text)
    ]
    assert len(refused) > 20
    for request in refused:
        assert request.core == ""
        assert any(part.concept.name == "instrumental" and part.factor > 0 for part in request.parts)


def test_concepts_combine_as_a_product() -> None:
    mean, spread = product([(np.full(11, 0.2), np.full(11, 0.1)), (np.full(11, 0.8), np.full(11, 0.1))])
    centre, width = prior()
    assert (spread <= width).all()
    place = TARGETS.index("valence")
    assert mean[place] == pytest.approx(0.5, abs=0.01)
    nothing, wide = product([(np.full(11, np.nan), np.full(11, np.nan))])
    assert nothing == pytest.approx(centre)
    assert wide == pytest.approx(width)


# -- files


def test_a_corpus_is_written_and_read(patched: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[int] = []
    path = tmp_path / "corpus.jsonl"
    corpus.write(path, 40, seed=1, report=told.append)
    assert told == [40]
    assert len(list(corpus.read(path))) == 40
    assert [entry.name for entry in tmp_path.iterdir()] == ["corpus.jsonl"]


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        corpus.write(tmp_path / "no" / "corpus.jsonl", 1)


def test_a_missing_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(corpus.read(tmp_path / "none.jsonl"))


BROKEN = [
    b"not json",
    b"",
    b"[1, 2]",
    b"{}",
    b'{"prompt": "prompt: x"}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"mean": [1], "spread": [1], "genres": [], "prompt": "", "kind": "", "split": "", "meaning": ""}',
    b'{"mean": ["a"], "spread": ["b"], "genres": [], "prompt": "", "kind": "", "split": "", "meaning": ""}',
]


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_named_with_its_number_and_skipped_only_when_asked(tmp_path: Path, line: bytes) -> None:
    good = [json.dumps(row).encode() for row in tiny.rows(4)]
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b"\n".join([*good[:2], line, *good[2:]]) + b"\n")
    with pytest.raises(InputError, match=r"line 3 is no example: .+ Mend it, or give --skip-broken\."):
        list(corpus.read(path))
    assert len(list(corpus.read(path, skip_broken=True))) == 4
