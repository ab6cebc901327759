import json
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reccobeats_server import Answer, ReccoBeatsServer
from spotify_server import spotify_id

from tonepoem.errors import ConnectionFailed, RateLimitError, TonepoemError, UnavailableError
from tonepoem.features import AudioFeatures
from tonepoem.playlist import Candidate, Reading, Track
from tonepoem.reccobeats import ReccoBeats, Recommended

WORDS = "furious wishes about turquoise submarines"
READING = Reading(
    description=WORDS,
    features=AudioFeatures(energy=0.9, tempo=150, loudness=-5, duration_ms=180_000, time_signature=4),
    confidence={"energy": 0.9},
    genres=("metal",),
)


def track(number, **features):
    return Track(
        title=f"Song {number}",
        artists=(f"Artist {number}",),
        uri=f"spotify:track:{spotify_id(number)}",
        features=AudioFeatures(**features),
    )


KNOWN = [track(number, energy=number / 100, tempo=100, key=3) for number in range(100)]


def bare(tracks):
    return [each.model_copy(update={"features": AudioFeatures()}) for each in tracks]


@pytest.fixture(params=["content", "bare"])
def server(request):
    with ReccoBeatsServer(KNOWN, request.param) as server:
        yield server


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def reccobeats(server, pauses, tmp_path):
    return ReccoBeats(tmp_path / "features.jsonl", address=server.url, pause=pauses.append)


def test_features_come_in_forties_whatever_the_order_and_whoever_is_absent(server, reccobeats):
    strangers = [track(f"stranger {number}") for number in range(5)]
    unresolved = Track(title="No address", artists=("X",))
    mixed = [*bare(KNOWN[:60]), *strangers, unresolved, *bare(KNOWN[60:])]
    filled = reccobeats.features(mixed)
    assert [each.title for each in filled] == [each.title for each in mixed]
    assert [each.features for each in filled[:60]] == [each.features for each in KNOWN[:60]]
    assert all(not each.features.voiced() for each in filled[60:66])
    assert [len(query["ids"].split(",")) for _, query in server.asked] == [40, 40, 25]


def test_what_came_is_not_asked_for_again(server, reccobeats, tmp_path):
    reccobeats.features(bare(KNOWN[:10]))
    again = ReccoBeats(tmp_path / "features.jsonl", address=server.url)
    assert again.features(bare(KNOWN[:10])) == tuple(KNOWN[:10])
    assert len(server.asked) == 1
    path = tmp_path / "features.jsonl"
    path.write_bytes(b"\xff{\n[]\n" + path.read_bytes() + b'{"id"')
    assert ReccoBeats(path, address=server.url).features(bare(KNOWN[:10])) == tuple(KNOWN[:10])
    assert len(server.asked) == 1


def test_own_features_go_before_those_that_came(server, reccobeats):
    (filled,) = reccobeats.features([track(5, energy=1.0)])
    assert (filled.features.energy, filled.features.tempo) == (1.0, 100)


def test_values_are_brought_into_our_ranges(server, reccobeats):
    odd = (
        b'[{"href": "https://open.spotify.com/track/%s", "loudness": 1.5, "key": -1, "tempo": 0, "energy": null, "mode": true}]'
    )
    server.instead.append(Answer(200, odd % spotify_id(1).encode()))
    (filled,) = reccobeats.features(bare(KNOWN[1:2]))
    assert filled.features.voiced() == {"loudness": 0, "tempo": 20}


def test_recommendations_send_ids_and_numbers_only(server, reccobeats):
    def rank(reading, tracks):
        return tuple(Candidate(track=each, score=each.features.energy or 0) for each in tracks)

    source = Recommended(
        reccobeats,
        nearest=lambda reading, limit: [Candidate(track=each, score=1) for each in KNOWN[:limit]],
        rank=rank,
    )
    found = source.find(READING, 30)
    assert len(found) == 30
    assert all(candidate.track.features.tempo == 100 for candidate in found)
    source.find(READING, 10)
    recommendations = [query for path, query in server.asked if path.endswith("/recommendation")]
    assert len(recommendations) == 1
    assert recommendations[0]["energy"] == "0.9"
    assert set(recommendations[0]) == {"seeds", "size", "energy", "tempo", "loudness"}
    traffic = "\n".join(server.raw).casefold()
    for word in re.findall(r"\w+", WORDS.casefold()):
        assert word not in traffic
    for path, query in server.asked:
        assert path in {"/v1/track/recommendation", "/v1/audio-features"}
        for value in query.values():
            assert re.fullmatch(r"(-?[\d.]+|[0-9A-Za-z]{22}(,[0-9A-Za-z]{22})*)", value)


def test_seeds_without_an_address_are_resolved_or_it_is_said(server, reccobeats):
    nameless = [Candidate(track=each.model_copy(update={"uri": None}), score=1) for each in KNOWN[:20]]
    parts = {"nearest": lambda reading, limit: nameless[:limit], "rank": lambda reading, tracks: ()}
    with pytest.raises(UnavailableError, match="--source catalog"):
        Recommended(reccobeats, **parts).find(READING, 10)
    asked = []

    def resolve(track):
        asked.append(track)
        return f"spotify:track:{spotify_id(track.title)}" if len(asked) > 3 else None

    Recommended(reccobeats, resolve=resolve, **parts).find(READING, 10)
    assert len(asked) == 8


def test_search_finds_addresses_and_keeps_to_the_market(server, tmp_path):
    assert KNOWN[7].uri in [each.uri for each in ReccoBeats(address=server.url).search(KNOWN[7])]
    assert ReccoBeats(address=server.url, market="DE").search(KNOWN[7])
    assert not ReccoBeats(address=server.url, market="JP").search(KNOWN[7])
    assert not ReccoBeats(address=server.url).search(Track(title="a", artists=("",)))


def test_a_short_wait_is_waited_once(server, reccobeats, pauses):
    server.instead.append(Answer(429, headers={"Retry-After": "2"}))
    reccobeats.reach()
    assert [round(pause) for pause in pauses] == [2]
    server.instead.append(Answer(429, headers={"Retry-After": "2"}, times=2))
    with pytest.raises(RateLimitError, match="again after"):
        reccobeats.reach()
    server.instead[:] = [Answer(429, headers={"Retry-After": "600"})]
    with pytest.raises(RateLimitError) as caught:
        reccobeats.reach()
    assert caught.value.retry_at.tzinfo
    assert len(pauses) == 2


def test_no_more_than_120_calls_a_minute(server, reccobeats, pauses):
    for _ in range(121):
        reccobeats.reach()
    assert len(pauses) == 1
    assert 0 < pauses[0] <= 60


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400), UnavailableError),
        (Answer(403), UnavailableError),
        (Answer(404), UnavailableError),
        (Answer(429), RateLimitError),
        (Answer(500, times=9), ConnectionFailed),
        (Answer(200, b"nonsense"), ConnectionFailed),
        (Answer(200, b'{"content": 3}'), ConnectionFailed),
        (Answer(200, b"3"), ConnectionFailed),
    ],
)
def test_each_trouble_becomes_our_error(server, reccobeats, answer, error):
    server.instead.append(replace(answer))
    with pytest.raises(error):
        reccobeats.reach()


def test_nobody_there_becomes_our_error(tmp_path):
    with ReccoBeatsServer() as server:
        address = server.url
    with pytest.raises(ConnectionFailed, match="--source"):
        ReccoBeats(address=address).reach()


rows = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("https://open.spotify.com/track/x"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "href", "trackTitle", "artists", "name", "energy", "key"]), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_no_answer_whatever_lets_a_foreign_error_through(server, reccobeats, document):
    body = json.dumps([document]).encode()
    for call in (
        lambda: reccobeats.features([track(f"new {len(server.asked)}")]),
        lambda: reccobeats.recommend([spotify_id(1)], {}, 5),
        lambda: reccobeats.search(KNOWN[0]),
    ):
        server.instead[:] = [Answer(200, body)]
        reccobeats._calls.clear()
        asked = len(server.asked)
        with suppress(TonepoemError):
            call()
        assert len(server.asked) > asked  # it was this answer that was read
