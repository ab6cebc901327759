import re

import pytest
from reccobeats_server import ReccoBeatsServer
from spotify_server import Fault, SpotifyServer, hit, logged_in

from tonepoem.errors import BudgetError, ConnectionFailed, ServiceError, UnavailableError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Candidate, Constraints, Reading, Track
from tonepoem.reccobeats import ReccoBeats
from tonepoem.spotify.sources import MOST_PAGES, FirstThatWorks, queries

GENRES = ("indie rock", "post-punk", "shoegaze", "dream pop")
INDEX = [
    hit(f"Song {number}", f"Band {number % 40}", genres=[GENRES[number % 4]], release_date=f"{1980 + number % 40}")
    for number in range(200)
]
READING = Reading(
    description="gloomy guitars at night",
    features=AudioFeatures(energy=0.7, valence=0.2, tempo=130, key=4),
    confidence={"energy": 0.9, "valence": 0.4},
    genres=GENRES,
)


def rank(reading, tracks):
    found = [Candidate(track=each, score=1 - abs((each.features.energy or 0) - 0.7)) for each in tracks]
    return tuple(sorted(found, key=lambda candidate: -candidate.score))


def known(row):
    energy = int(row["id"].encode().hex(), 16) % 100 / 100
    return Track(title=row["name"], artists=("x",), uri=row["uri"], features=AudioFeatures(energy=energy))


@pytest.fixture
def reccobeats():
    with ReccoBeatsServer(map(known, INDEX[:190])) as server:
        yield ReccoBeats(address=server.url)


@pytest.fixture
def extended(tmp_path):
    with SpotifyServer("extended", INDEX) as server:
        yield server, logged_in(server, tmp_path)


@pytest.fixture
def development(tmp_path):
    with SpotifyServer("development", INDEX) as server:
        yield server, logged_in(server, tmp_path)


def test_recommendations_are_asked_for_with_every_target_bound_and_seed(extended, reccobeats):
    server, spotify = extended
    source = spotify.recommendations(rank, reccobeats.features)
    reading = READING.model_copy(update={"constraints": Constraints(like_artists=("Band 7", "Nobody Known"))})
    found = source.find(reading, 300)
    assert len(found) == 100
    assert found[0].score >= found[-1].score
    assert found[0].track.features.energy is not None
    (asked,) = server.calls("/recommendations")
    for name in ("energy", "valence", "tempo", "key"):
        for kind in ("min", "max", "target"):
            assert f"{kind}_{name}" in asked.query
    assert asked.query["seed_artists"] == INDEX[7]["artists"][0]["id"]
    assert asked.query["seed_genres"]
    assert asked.query["limit"] == "100"
    source.find(reading, 300)
    assert len(server.calls("/recommendations")) == 1, "the same is not asked for twice"
    assert len(server.calls("/search")) == 2


def test_recommendations_do_without_features_where_nobody_gives_them(extended):
    def away(tracks):
        raise ConnectionFailed("Away. Try again.")

    _, spotify = extended
    for fill in (None, away):
        assert len(spotify.recommendations(rank, fill).find(READING, 50)) == 50


def test_recommendations_that_are_withdrawn_cost_one_call_a_week(development):
    server, spotify = development
    for _ in range(3):
        with pytest.raises(UnavailableError, match="--source"):
            spotify.recommendations(rank).find(READING, 10)
    assert len(server.calls()) == 1


def test_search_draws_a_pool_ranked_by_features(development, reccobeats):
    server, spotify = development
    source = spotify.searched(rank, reccobeats.features)
    found = source.find(READING, 300)
    assert [candidate.score for candidate in found] == sorted((each.score for each in found), reverse=True)
    assert len({candidate.track.uri for candidate in found}) == len(found) > 20
    assert all(candidate.track.features.energy is not None for candidate in found)
    assert {candidate.track.genres for candidate in found} >= {("indie rock",), ("post-punk",)}
    assert all(int(call.query["limit"]) == 10 for call in server.calls())
    assert len(server.calls()) <= MOST_PAGES
    loosened = READING.model_copy(update={"constraints": Constraints(years=(1980, 1999))})
    for _ in range(5):
        assert source.find(loosened, 300)
    assert len(server.calls()) <= MOST_PAGES, "loosening wishes costs nothing more"


def test_search_without_features_says_so(development):
    server, spotify = development
    with pytest.raises(UnavailableError, match="ReccoBeats"):
        spotify.searched(rank, None).find(READING, 10)
    assert not server.calls()


def test_search_keeps_to_the_budget(tmp_path, reccobeats):
    with SpotifyServer(index=INDEX) as server:
        spotify = logged_in(server, tmp_path, app=server.app(tmp_path, call_budget=2))
        with pytest.raises(BudgetError):
            spotify.searched(rank, reccobeats.features).find(READING, 300)
        assert len(server.calls()) == 2


def test_queries_speak_of_genres_years_artists_and_words():
    wants = Constraints(years=(1990, None), like_artists=('The "Smiths"',))
    asked = queries(READING.model_copy(update={"constraints": wants}))
    assert asked[0] == ('artist:"The Smiths" year:1990-2100', None)
    assert ('genre:"indie rock" year:1990-2100', "indie rock") in asked
    assert asked[-1] == ("gloomy guitars at night year:1990-2100", None)
    only = queries(READING.model_copy(update={"constraints": Constraints(artists=("Low",))}))
    assert only == (('artist:"Low"', None),)


def test_no_karaoke_comes_into_the_pool(tmp_path):
    index = [hit("Gloomy Night", "Band"), hit("Gloomy Night (Karaoke Version)", "Sing Along Stars")]
    with SpotifyServer(index=index) as server, ReccoBeatsServer(map(known, index)) as other:
        source = logged_in(server, tmp_path).searched(rank, ReccoBeats(address=other.url).features)
        assert [candidate.track.title for candidate in source.find(READING, 300)] == ["Gloomy Night"]


class Fixed:
    """A source that has what it was given, or fails as it was told."""

    def __init__(self, name, found=(), error=None):
        self.name = name
        self.found = tuple(found)
        self.error = error

    def find(self, reading, limit):
        if self.error:
            raise self.error
        return self.found[:limit]


def test_the_first_source_that_works_is_taken_and_the_others_are_accounted_for():
    one = Candidate(track=Track(title="x", artists=("y",)), score=1)
    auto = FirstThatWorks(
        [
            Fixed("recommendations", error=UnavailableError("Withdrawn. Choose another.")),
            Fixed("reccobeats", error=ConnectionFailed("Away. Try again.")),
            Fixed("search"),
            Fixed("catalog", [one]),
            Fixed("never asked", error=AssertionError()),
        ]
    )
    assert auto.find(READING, 10) == (one,)
    assert auto.name == "catalog"
    assert list(auto.passed_over) == ["recommendations", "reccobeats", "search"]
    assert auto.passed_over["recommendations"].startswith("Withdrawn")


def test_the_last_source_fails_for_all():
    error = ConnectionFailed("Away. Try again.")
    with pytest.raises(ConnectionFailed):
        FirstThatWorks([Fixed("search"), Fixed("catalog", error=error)]).find(READING, 10)
    assert FirstThatWorks([Fixed("search"), Fixed("catalog")]).find(READING, 10) == ()


def test_the_words_go_to_spotifys_search_and_not_to_reccobeats(development):
    _, spotify = development
    with ReccoBeatsServer(map(known, INDEX)) as other:
        spotify.searched(rank, ReccoBeats(address=other.url).features).find(READING, 50)
        assert other.asked
        for word in re.findall(r"\w{4,}", READING.description):
            assert word not in "\n".join(other.raw)


def test_a_failure_of_the_search_is_not_hidden(development, reccobeats):
    server, spotify = development
    server.faults.append(Fault("refuse", "/search", status=400, times=99))
    with pytest.raises(ServiceError):
        spotify.searched(rank, reccobeats.features).find(READING, 50)
