"""Which words a feature comes from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonepoem.features import AudioFeatures
from tonepoem.generator import Generator
from tonepoem.generator.attribution import MOST, origins


def hear(texts: Sequence[str]) -> list[AudioFeatures]:
    """A listener that knows two words, and the grammar of one."""
    found = []
    for text in texts:
        words = text.split()
        values: dict[str, float] = {}
        if "calm" in words:
            values["energy"] = 0.1
        if "drums" in words:
            values["acousticness"] = 0.9 if "no" in words else 0.1
        found.append(AudioFeatures.model_validate(values))
    return found


def test_a_feature_comes_from_the_words_without_which_it_would_be_another() -> None:
    assert origins("songs that are calm with no drums", hear) == {"energy": ("calm",), "acousticness": ("no drums",)}


def test_a_word_that_turns_another_is_named_with_it() -> None:
    def loud(texts: Sequence[str]) -> list[AudioFeatures]:
        return [AudioFeatures(energy=0.1 if "no" in text.split() else 0.6) for text in texts]

    assert origins("songs with no shouting", loud) == {"energy": ("no shouting",)}


def test_a_single_word_is_behind_everything() -> None:
    assert origins("calm", hear) == {"energy": ("calm",)}


def test_what_no_word_alone_decides_comes_from_none() -> None:
    assert origins("calm calm songs", hear) == {}


def test_text_without_words_has_no_origins() -> None:
    assert origins(" … ?! ", hear) == {}


@given(st.lists(st.sampled_from(["calm", "no", "drums", "—", "songs", "a,", "(b)"]), max_size=40))
def test_every_origin_stands_in_the_text(words: list[str]) -> None:
    for phrases in origins(" ".join(words), hear).values():
        assert 1 <= sum(len(phrase.split()) for phrase in phrases) <= 2 * MOST  # each may bring the word that it turns
        for phrase in phrases:
            assert all(any(part in word for word in words) for part in phrase.split())


@pytest.mark.parametrize(
    ("text", "feature", "word"),
    [("very fast rock songs", "tempo", "fast"), ("sad songs", "valence", "sad"), ("jazz", "energy", "jazz")],
)
def test_the_shipped_model_says_where_it_has_its_features_from(text: str, feature: str, word: str) -> None:
    assert word in " ".join(Generator.load().origins(text)[feature])
