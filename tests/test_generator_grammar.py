"""The grammar: whatever a model prefers, only feature text comes out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonepoem import codec
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.generator.grammar import Grammar, State, advance, finished

LETTERS = '"abcdefghijklmnopqrstuvwxyz_:,. -0123456789'
PIECES = ["", "", *LETTERS, "{", "}", "ß", '"en', "ergy", '": ', "0.", "null", ', "', "danceability", "9, "]
PIECES += [
    " ss",
    " e",
    " 9",
    " .5",
    "9 ",
    "energy ",
    ' "',
    '" ',
    " :",
    " , ",
    '"energy": 0.62',
    '"valence": null',
    '"genres": "jazz"',
]
END = 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_walk_ends_in_text_that_needs_no_repair(seed: int) -> None:
    chance = random.Random(seed)
    grammar = Grammar(PIECES, END)
    tokens: list[int] = []
    for _ in range(600):
        allowed = grammar.allowed(grammar.state(tokens))
        token = END if END in allowed and chance.random() < 0.2 else chance.choice(allowed)
        if token == END:
            break
        tokens.append(token)
    text = "".join(PIECES[token] for token in tokens)
    decoded = codec.decode(text)
    assert not [note for note in decoded.notes if "out of range" not in note], text


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FEATURES)), st.floats(0, 1), min_size=1))
def test_what_the_codec_writes_is_in_the_grammar(shares: dict[str, float]) -> None:
    rows = {name: FEATURES[name] for name in shares}
    values = {name: row.quantize(row.low + shares[name] * (row.high - row.low)) for name, row in rows.items()}
    state = advance(State(), codec.encode(AudioFeatures(**values)))
    assert state is not None
    assert finished(state)


@pytest.mark.parametrize(
    "text",
    [
        '"colour": 1',
        '"energy" 1',
        "energy",
        '"energy": x',
        '"energy": 1, "energy": 2',
        '"energy": 1.2.3',
        '"energy":,',
        "{",
        ",",
    ],
)
def test_other_text_is_not(text: str) -> None:
    state = advance(State(), text)
    assert state is None or not finished(state)


@pytest.mark.parametrize("text", ['"energy": 1', ' " energy" : 1 , "valence":null', '"energy": 0.9 "valence": -0.5'])
def test_spaces_and_commas_may_stand_or_fall_between_parts(text: str) -> None:
    state = advance(State(), text)
    assert state is not None
    assert finished(state)


@pytest.mark.parametrize("text", ["", '"energy"', '"energy": ', '"energy": 0.', '"energy": 0.5, '])
def test_no_text_ends_half_way(text: str) -> None:
    state = advance(State(), text)
    assert state is not None
    assert not finished(state)


def test_once_all_features_are_written_nothing_but_the_end_is_allowed() -> None:
    grammar = Grammar(PIECES, END)
    state = advance(State(), ", ".join(f'"{name}": null' for name in FEATURES) + ", ")
    assert state is not None
    assert grammar.allowed(state) == [END]
