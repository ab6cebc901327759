"""The lexicon: as many words as promised, every cell readable and in range, nothing twice."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import numpy as np
import pytest

from tonepoem.features import FEATURES
from tonepoem.training.lexicon import LANGUAGES, TARGETS, Concept, by_name, concepts, of_kind, prior
from tonepoem.training.pairs import bare, held_out, pairs

ROOT = resources.files("tonepoem")
TABLES = ("data/genres.tsv", "training/lexicon/concepts.tsv", "training/lexicon/phrases.tsv", "training/lexicon/requests.tsv")


def lines(place: str) -> list[list[str]]:
    return [line.split("\t") for line in ROOT.joinpath(*place.split("/")).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("kinds", "least"),
    [
        (("genre",), 1_300),
        (("mood",), 300),
        (("activity", "place", "time", "season"), 250),
        (("instrument", "vocal", "production"), 120),
        (("era",), 12),
        (("tempo-word",), 12),
        (("popularity",), 8),
        (("liveness",), 8),
        (("degree",), 8),
        (("negation",), 8),
    ],
)
def test_it_holds_as_many_words_as_promised(kinds: tuple[str, ...], least: int) -> None:
    assert len(of_kind(*kinds)) >= least


@pytest.mark.parametrize("place", TABLES)
def test_every_row_has_all_its_cells_and_no_stray_space(place: str) -> None:
    header, *rows = lines(place)
    assert len(set(header)) == len(header)
    for number, row in enumerate(rows, start=2):
        assert len(row) == len(header), f"{place}, line {number}"
        assert row[0], f"{place}, line {number}"
        assert all(cell == cell.strip() for cell in row), f"{place}, line {number}"


@pytest.mark.parametrize("place", TABLES[:3])
def test_every_number_is_a_mean_in_range_and_a_spread(place: str) -> None:
    header, *rows = lines(place)
    for number, row in enumerate(rows, start=2):
        for name, cell in zip(header, row, strict=True):
            if name not in TARGETS or not cell:
                continue
            mean, spread = (float(part) for part in cell.split("~"))
            where = f"{place}, line {number}: {name} {cell}"
            assert FEATURES[name].low <= mean <= FEATURES[name].high, where
            assert 0 < spread <= 3 * FEATURES[name].spread, where


def test_requests_by_hand_hold_aims_in_range_and_known_genres() -> None:
    header, *rows = lines(TABLES[3])
    genres = {concept.name for concept in of_kind("genre")}
    for number, row in enumerate(rows, start=2):
        found = dict(zip(header, row, strict=True))
        for name in TARGETS:
            if cell := found.get(name):
                assert FEATURES[name].low <= float(cell) <= FEATURES[name].high, f"line {number}: {name} {cell}"
        assert {name.strip() for name in found["genres"].split(";") if name.strip()} <= genres, f"line {number}"


def test_requests_by_hand_speak_five_languages_and_have_english_twins() -> None:
    header, *rows = lines(TABLES[3])
    found = [dict(zip(header, row, strict=True)) for row in rows]
    english = {row["text"] for row in found if row["lang"] == "en"}
    foreign = [row for row in found if row["lang"] != "en"]
    assert len(found) >= 600
    assert len(foreign) >= len(found) / 3
    assert {row["lang"] for row in foreign} == set(LANGUAGES)
    assert {row["twin"] for row in foreign} <= english


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize("place", TABLES)
def test_no_entry_stands_twice(place: str) -> None:
    _, *rows = lines(place)
    assert _twice([row[0].casefold() for row in rows]) == []


def test_no_genre_name_or_alias_belongs_to_two_genres() -> None:
    assert _twice([name for concept in of_kind("genre") for name in dict.fromkeys(concept.names)]) == []


def test_no_name_or_alias_belongs_to_two_concepts_of_a_kind() -> None:
    kinds = {concept.kind for concept in concepts()} - {"genre", "phrase"}
    for kind in kinds:
        assert _twice([name for concept in of_kind(kind) for name in dict.fromkeys(concept.names)]) == [], kind


def test_every_entry_that_describes_music_says_something() -> None:
    silent = [c.name for c in concepts() if c.kind not in ("degree", "negation") and np.isnan(c.mean).all()]
    assert silent == []


def test_means_and_spreads_are_known_together() -> None:
    for concept in concepts():
        assert (np.isnan(concept.mean) == np.isnan(concept.spread)).all(), concept.name


def test_words_of_mood_occasion_sound_degree_and_negation_speak_four_other_languages() -> None:
    for concept in of_kind("mood", "activity", "instrument", "degree", "negation"):
        missing = [code for code in LANGUAGES if not concept.foreign.get(code)]
        assert not missing, f"{concept.name}: {missing}"


def test_an_english_name_goes_before_a_foreign_one_and_an_earlier_before_a_later() -> None:
    nothing, width = prior()
    first = Concept("alt", "genre", (), nothing, width)
    second = Concept("old", "genre", ("alt",), nothing, width, {"any": ("alt", "vieux")})
    table = by_name([second, first])
    assert table["alt"] is second
    assert by_name([first, second])["alt"] is first
    assert table["vieux"] is second


def test_what_aims_at_the_typical_averages_the_typical() -> None:
    for name in TARGETS:
        feature = FEATURES[name]
        assert feature.aim(feature.typical) == pytest.approx(feature.typical)
        inner = feature.typical + 0.3 * feature.spread if not feature.integer else feature.typical
        assert feature.average(feature.aim(inner)) == pytest.approx(inner, rel=1e-6)


# -- pairs


def test_there_are_enough_pairs_and_sixty_are_held_of_both_kinds() -> None:
    held = [pair for pair in pairs() if pair.held]
    assert len(pairs()) >= 150
    assert len(held) == 60
    assert {pair.kind for pair in held} == {"plain", "negation"}
    assert all(pair.feature in TARGETS for pair in pairs())
    assert all(bare(pair.high) != bare(pair.low) for pair in pairs())
    assert _twice([f"{pair.feature}: {pair.high} / {pair.low}" for pair in pairs()]) == []


def test_held_pairs_stand_in_nothing_that_training_reads() -> None:
    _, *rows = lines(TABLES[3])
    assert held_out().isdisjoint(bare(row[0]) for row in rows)
    names = {bare(n) for c in concepts() for n in (*c.names, *(f for own in c.foreign.values() for f in own))}
    assert held_out().isdisjoint(names)
