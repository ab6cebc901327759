from __future__ import annotations

import math
import random
import threading

import pytest
from tracks import catalog_of, track

from tonepoem.catalog import Catalog, store
from tonepoem.catalog.matching import miss
from tonepoem.errors import CatalogError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Constraints, Reading
from tonepoem.selection import fits

CALM = Reading(
    description="calm",
    features=AudioFeatures(energy=0.2, acousticness=0.85, tempo=80),
    confidence={"energy": 0.9, "acousticness": 0.9, "tempo": 0.3},
    genres=("folk",),
)


def with_wishes(**wishes) -> Reading:
    return CALM.model_copy(update={"constraints": Constraints(**wishes)})


@pytest.fixture(scope="module")
def starter():
    with Catalog.open() as catalog:
        yield catalog


def test_the_best_come_first_and_scores_fall(starter):
    found = starter.find(CALM, 50)
    scores = [candidate.score for candidate in found]
    assert len(found) == 50
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    top = [candidate.track.features for candidate in found[:20]]
    assert sum(features.energy for features in top) / 20 < 0.4
    assert sum(features.acousticness for features in top) / 20 > 0.6


@pytest.mark.parametrize("occasion", ["christmas", "new age", "kids", "easy listening"])
def test_recordings_that_are_filed_under_an_occasion_answer_it(starter, occasion):
    found = starter.find(CALM.model_copy(update={"genres": (occasion,)}), 10)
    assert sum(occasion in candidate.track.genres for candidate in found) >= 8


def test_an_occasion_that_nothing_is_filed_under_changes_nothing(starter):
    study, plain = (CALM.model_copy(update={"genres": names}) for names in (("study",), ()))
    assert starter.find(study, 20) == starter.find(plain, 20)


def test_the_same_question_has_the_same_answer(starter):
    assert starter.find(CALM, 40) == starter.find(CALM, 40) == Catalog.open().find(CALM, 40)


def test_values_come_back_as_they_were_written(starter):
    for candidate in starter.find(CALM, 30):
        for name, value in candidate.track.features.voiced().items():
            assert value == round(value, 4), name


WALLS = [
    {"years": (1990, 1995)},
    {"years": (None, 1995)},
    {"years": (1996, None)},
    {"not_years": ((1990, 1992), (1996, 1997))},
    {"tempo": (80.0, 100.0)},
    {"key": 1},
    {"mode": 0},
    {"explicit": True},
    {"explicit": False},
    {"instrumental": True},
    {"instrumental": False},
    {"artists": ("the kinks",)},
    {"artists": ("Beyonce", "AC/DC")},
    {"not_artists": ("the kinks",)},
    {"not_artists": ("ac dc", "nobody")},
    {"genres": ("rock",)},
    {"genres": ("rock", "soul")},
    {"not_genres": ("metal",)},
    {"not_genres": ("rock", "'; DROP TABLE tracks; --")},
    {"track_minutes": (3, None)},
    {"track_minutes": (None, 4)},
    {"popularity": (70, 100)},
    {"languages": ("fr", "it")},
    {"not_languages": ("en",)},
]


@pytest.fixture(scope="module")
def shelf():
    """Songs of which each thing is known or not, in all mixtures, and a catalog of them."""
    chance = random.Random(0)
    artists, labels = ["The Kinks", "Beyoncé", "AC/DC"], ["classic rock", "death metal", "soul", "odd label"]
    songs = [
        track(
            f"{n}",
            artists=tuple(chance.sample(artists, chance.randint(1, 2))),
            year=chance.choice([None, *range(1990, 2000)]),
            explicit=chance.choice([None, True, False]),
            genres=tuple(chance.sample(labels, chance.randint(0, 2))),
            language=chance.choice([None, "en", "fr"]),
            duration_ms=chance.choice([None, 179_999, 180_000, 240_000, 240_001]),
            tempo=chance.choice([None, 80.0, 90.0, 100.0, 150.0]),
            key=chance.choice([None, 0, 1]),
            mode=chance.choice([None, 0, 1]),
            instrumentalness=chance.choice([None, 0.0, 0.5, 0.9]),
            popularity=chance.choice([None, 69, 70, 100]),
        )
        for n in range(300)
    ]
    with catalog_of(songs) as catalog:
        yield songs, catalog


@pytest.mark.parametrize("wishes", WALLS, ids=str)
def test_walls_in_sql_are_those_of_selection(shelf, wishes):
    songs, catalog = shelf
    for other in ({}, *WALLS):
        both = {**other, **wishes}
        found = {candidate.track.title for candidate in catalog.find(with_wishes(**both), len(songs))}
        assert found == {one.title for one in songs if fits(one, Constraints(**both))}, both
        assert other or 0 < len(found) < len(songs)  # the wish by itself lets some through and keeps some out


def test_sql_in_a_name_does_nothing():
    evil = "x'); DROP TABLE tracks; --"
    with catalog_of([track(evil, evil, genres=(evil,), energy=0.5)]) as catalog:
        reading = CALM.model_copy(
            update={
                "genres": (evil,),
                "constraints": Constraints(not_artists=("'; DELETE FROM tracks",), genres=(evil,)),
            },
        )
        assert [c.track.title for c in catalog.find(reading, 5)] == [evil]
        assert len(catalog) == 1


def test_an_empty_catalog_offers_nothing():
    with catalog_of([]) as catalog:
        assert catalog.find(CALM, 5) == ()
        assert catalog.artists() == ()


def test_an_artist_named_as_an_example_lends_the_sound(starter):
    reading = Reading(description="like Nick Drake", constraints=Constraints(like_artists=("nick drake",)))
    found = starter.find(reading, 20)
    assert sum(c.track.features.acousticness for c in found) / len(found) > 0.6
    assert any("Nick Drake" not in c.track.artists for c in found)


def test_the_genres_an_artist_has_most_are_what_is_alike():
    own = ["soul"] * 3 + ["death metal"] * 2 + ["ambient", "bossa nova"]
    songs = [track(f"{n}", "The Example", genres=(label,), energy=0.5) for n, label in enumerate(own)]
    others = [track(label, "Another", genres=(label,), energy=0.5) for label in sorted(set(own))]
    with catalog_of(others + songs) as catalog:
        found = catalog.find(Reading(description="", constraints=Constraints(like_artists=("the example",))), 20)
    named = [one.track.title for one in found if one.track.artists == ("Another",)]
    assert named == ["soul", "death metal", "ambient", "bossa nova"]  # three are asked for, each a little less


def test_genres_that_say_nothing_count_as_the_mean_of_those_that_do():
    sets = {"folk": ("folk",), "metal": ("death metal",), "both": ("death metal", "folk"), "odd": ("zzyx",), "none": ()}
    songs = [track(title, genres=labels, energy=0.2) for title, labels in sets.items()]
    with catalog_of(songs) as catalog:
        scores = {one.track.title: one.score for one in catalog.find(CALM, 10)}
        ranked = {one.track.title: one.score for one in catalog.rank(CALM, songs)}
    assert ranked == pytest.approx(scores, rel=1e-5)
    misses = {title: miss(CALM.genres, labels) for title, labels in sets.items()}
    known = [off for off in misses.values() if off is not None]
    assert len(known) == 3
    # The songs differ in their genres alone, so all of the distance between them is that of the genres.
    far = {title: -2 * math.log(score / scores["folk"]) for title, score in scores.items()}
    expected = {title: (sum(known) / 3 if off is None else off) ** 2 for title, off in misses.items()}
    ratio = far["metal"] / expected["metal"]
    assert far == pytest.approx({title: ratio * squared for title, squared in expected.items()}, rel=1e-4, abs=1e-6)


def test_rank_gives_the_scores_of_find(starter):
    found = starter.find(CALM, 60)
    ranked = starter.rank(CALM, [c.track for c in reversed(found)])
    assert [c.score for c in ranked] == pytest.approx([c.score for c in found], abs=2e-3)


def test_threads_share_a_catalog(starter):
    expected, answers, errors = starter.find(CALM, 30), [], []

    def ask():
        try:
            answers.extend(starter.find(CALM, 30) for _ in range(4))
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert answers == [expected] * 24


def written(path, version=store.VERSION, **other):
    """A catalog file with 20,000 tracks; ``other`` gives columns of features as SQL."""
    sound = dict.fromkeys(store.FEATURE_TYPES, "0.1 + 0.00001 * i")
    sound |= {"tempo": "90", "loudness": "-9", "duration_ms": "200000", "key": "i % 12", "mode": "1"}
    sound |= {"time_signature": "4", "popularity": "i % 101"} | other
    connection = store.connect(path)
    connection.execute(
        "CREATE TABLE rows AS SELECT 'Song ' || i AS title, ['Artist ' || i % 900] AS artists, NULL AS album, "
        "1990 AS year, false AS explicit, NULL AS isrc, NULL AS uri, 'en' AS language, ['folk'] AS genres, "
        f"{', '.join(f'{value} AS {name}' for name, value in sound.items())} FROM range(20000) AS t(i)",
    )
    store.fill(connection, "rows")
    connection.execute("DROP TABLE rows")
    connection.execute("UPDATE about SET version = ?", [version])
    connection.close()
    return path


def test_a_catalog_file_is_opened_and_closed(tmp_path):
    path = written(tmp_path / "mine.duckdb")
    with Catalog.open(path) as catalog:
        assert len(catalog) == 20_000
        assert len(catalog.find(CALM, 10)) == 10


def test_no_file(tmp_path):
    with pytest.raises(CatalogError, match="no catalog at"):
        Catalog.open(tmp_path / "none.duckdb")


def test_a_file_of_another_version(tmp_path):
    with pytest.raises(CatalogError, match="another version"):
        Catalog.open(written(tmp_path / "old.duckdb", version=0))


@pytest.mark.parametrize("content", [b"", b"title,artists\n", b"\x00" * 100_000, b"PAR1" * 1000])
def test_a_file_that_is_no_catalog(tmp_path, content):
    path = tmp_path / "broken.duckdb"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=r"broken\.duckdb"):
        Catalog.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file(tmp_path, share):
    path = written(tmp_path / "whole.duckdb")
    cut = tmp_path / "cut.duckdb"
    content = path.read_bytes()
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CatalogError), Catalog.open(cut) as catalog:  # noqa: PT012
        catalog.find(CALM, 10)
        catalog.artists()


def test_a_damaged_file(tmp_path):
    path = written(tmp_path / "mine.duckdb")
    content = bytearray(path.read_bytes())
    for at in range(4096 * 3, len(content), 512):
        content[at] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(CatalogError), Catalog.open(path) as catalog:  # noqa: PT012
        catalog.find(CALM, 10)
        catalog.artists()


def test_values_out_of_range_in_a_file_are_damage(tmp_path):
    with (
        Catalog.open(written(tmp_path / "mine.duckdb", time_signature="77")) as catalog,
        pytest.raises(CatalogError, match="cannot be read"),
    ):
        catalog.find(CALM, 10)
