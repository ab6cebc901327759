import inspect
import json
import re
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import requests
import spotipy
import spotipy.oauth2
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spotify_server import Fault, SpotifyServer, hit, logged_in

from tonepoem.errors import (
    AccessError,
    ConnectionFailed,
    LoginError,
    RateLimitError,
    ServiceError,
    SettingsError,
    TonepoemError,
    UnavailableError,
)
from tonepoem.spotify import Connection
from tonepoem.spotify.errors import ACCOUNTS, API, FOREIGN, translated

QUERY = "track:Hurt artist:Cash"


def said(message, **more):
    return {"error": {"message": message, **more}}


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def server():
    with SpotifyServer(index=[hit("Hurt", "Johnny Cash")]) as server:
        yield server


@pytest.fixture
def spotify(server, pauses, tmp_path):
    return logged_in(server, tmp_path, connection=Connection(pause=pauses.append))


REFUSALS = [
    (400, said("Invalid limit"), UnavailableError, "pages"),
    (400, said("Something else"), ServiceError, "report"),
    (401, said("The access token expired"), LoginError, "tonepoem login"),
    (401, said("Permissions missing"), AccessError, "tonepoem login"),
    (403, said("Active premium subscription required for the owner of the app."), AccessError, "Premium"),
    (403, b"User not registered in the Developer Dashboard", AccessError, "User Management"),
    (403, said("Insufficient client scope"), AccessError, "permission"),
    (403, said("Forbidden"), UnavailableError, "doctor"),
    (403, said(""), UnavailableError, "doctor"),
    (403, b"", UnavailableError, "doctor"),
    (404, b"", UnavailableError, "withdrawn"),
    (404, said("Resource not found"), ServiceError, "address"),
    (500, b"", ConnectionFailed, "minutes"),
    (502, b"<html>Bad gateway</html>", ConnectionFailed, "minutes"),
    (503, said("Unavailable"), ConnectionFailed, "minutes"),
    (504, {"error": "text"}, ConnectionFailed, "minutes"),
    (418, b"[]", ServiceError, "report"),
    (409, b'{"error": "text"}', ServiceError, "report"),
    (409, b'"text"', ServiceError, "report"),
    (409, b"\xff\xfe", ServiceError, "report"),
]


@pytest.mark.parametrize(("status", "body", "error", "says"), REFUSALS)
def test_each_refusal_becomes_its_error_with_the_next_step(server, spotify, status, body, error, says):
    server.faults.append(Fault("refuse", "^/v1/", status=status, body=body, times=9))
    with pytest.raises(error, match=says) as caught:
        spotify.search(QUERY)
    assert error in (caught.type, caught.type.__bases__[0])


@pytest.mark.parametrize("kind", ["before", "after", "middle", "garbled", "never"])
def test_each_broken_answer_becomes_a_failed_connection(server, tmp_path, kind):
    quick = Connection((5.0, 0.5 if kind == "never" else 60.0), lambda seconds: None)
    spotify = logged_in(server, tmp_path, connection=quick)
    server.faults.append(Fault(kind, "^/v1/", times=9))
    with pytest.raises(ConnectionFailed, match="again"):
        spotify.search(QUERY)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "Refresh token revoked"}, LoginError),
        (400, {"error": "invalid_client"}, SettingsError),
        (400, {"error": "server_error"}, LoginError),
        (400, b"[]", LoginError),
        (400, {"error": ["odd"]}, LoginError),
        (429, b"", RateLimitError),
        (503, b"", ConnectionFailed),
        (200, b"{}", ConnectionFailed),
        (200, b"[]", ConnectionFailed),
        (200, b"nonsense", ConnectionFailed),
        (200, b"", ConnectionFailed),
        (200, {"access_token": "x", "expires_in": "soon"}, ConnectionFailed),
    ],
)
def test_each_trouble_with_renewing_the_login_becomes_its_error(server, spotify, status, body, error):
    server.expire()
    server.faults.append(Fault("refuse", "/api/token", status=status, body=body, times=9))
    with pytest.raises(error):
        spotify.search(QUERY)


@pytest.mark.parametrize(("status", "body"), [(503, b""), (400, {"error": "server_error"}), (200, b"{}"), (429, b"")])
def test_only_the_end_of_a_login_makes_it_forgotten(server, spotify, tmp_path, status, body):
    server.expire()
    server.faults.append(Fault("refuse", "/api/token", status=status, body=body, times=1))
    with pytest.raises(ServiceError):
        spotify.search(QUERY)
    assert list(tmp_path.rglob("token.json"))
    assert spotify.search(QUERY)


def test_a_short_wait_is_waited_once(server, spotify, pauses):
    server.faults.append(Fault("refuse", "^/v1/", status=429, headers={"Retry-After": "3"}))
    assert spotify.search(QUERY)
    assert [round(pause) for pause in pauses] == [3]
    server.faults.append(Fault("refuse", "^/v1/", status=429, headers={"Retry-After": "3"}, times=9))
    with pytest.raises(RateLimitError, match=r"Try again after \d\d:\d\d:\d\d"):
        spotify.search(QUERY)
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Retry-After": "50000"}, said("API rate limit exceeded", reason="QUOTA_EXCEEDED")),
        ({"Retry-After": "5"}, said("API rate limit exceeded", reason="QUOTA_EXCEEDED")),
        ({"Retry-After": "50000"}, said("API rate limit exceeded")),
    ],
)
def test_a_spent_quota_stops_everything_and_names_the_time(server, spotify, pauses, headers, body):
    server.faults.append(Fault("refuse", "^/v1/", status=429, headers=headers, body=body, times=9))
    before = datetime.now().astimezone()
    with pytest.raises(RateLimitError, match=r"Try again after \d\d:\d\d") as caught:
        spotify.search(QUERY)
    assert pauses == []
    assert len(server.calls()) == 1
    expected = before + timedelta(seconds=int(headers["Retry-After"]))
    assert abs((caught.value.retry_at - expected).total_seconds()) < 60
    assert caught.value.retry_at.tzinfo


@pytest.mark.parametrize("header", ["soon", "-5", "1e400", "nan", ""])
def test_a_wait_that_makes_no_sense_is_not_waited(server, spotify, pauses, header):
    server.faults.append(Fault("refuse", "^/v1/", status=429, headers={"Retry-After": header}))
    with pytest.raises(RateLimitError) as caught:
        spotify.search(QUERY)
    assert (pauses, caught.value.retry_at) == ([], None)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_reading_is_repeated_and_writing_is_not(server, spotify, pauses, status):
    server.faults.append(Fault("refuse", "^/v1/", status=status, headers={"Retry-After": "900"}, times=2))
    assert spotify.search(QUERY)
    assert max(pauses) < 5, "urllib3 would honour Retry-After here"
    server.faults.append(Fault("refuse", "^/v1/", status=status, times=2))
    with pytest.raises(ConnectionFailed):
        spotify._client.append("x", ["spotify:track:" + "0" * 22])
    assert len(server.calls("/items")) == 1


def test_answers_of_an_unexpected_form_are_told_as_such(server, spotify):
    for body in (b"{}", b"[]", b"null", b'{"tracks": []}', b'{"tracks": {"items": 3}}', b""):
        server.faults.append(Fault("refuse", "/v1/search", status=200, body=body))
        with pytest.raises(ConnectionFailed):
            spotify.search(QUERY)


def test_odd_hits_are_passed_over(server, spotify):
    good = hit("Hurt", "Johnny Cash")
    odd = [None, 3, {}, {**good, "artists": []}, {**good, "name": ""}, {**good, "is_playable": False}]
    odd += [{**good, "uri": "spotify:local:x"}, {**good, "album": None, "external_ids": {"isrc": None}}, good]
    server.faults.append(Fault("refuse", "/v1/search", status=200, body={"tracks": {"items": odd}}))
    assert [track.uri for track in spotify.search(QUERY)] == [good["uri"]] * 2


bodies = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["error", "message", "tracks", "items", "id", "uri", "name"]), inner, max_size=4)
        ),
        max_leaves=8,
    ).map(lambda document: json.dumps(document).encode()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 201, 400, 401, 403, 404, 409, 429, 451, 500, 599]), body=bodies)
def test_no_answer_whatever_lets_a_foreign_error_through(server, spotify, status, body):
    client = spotify._client
    calls = [
        lambda: spotify.search(QUERY),
        client.me,
        lambda: client.create("x", "y", public=False),
        lambda: client.append("x", []),
        lambda: client.total("x"),
        lambda: client.own_playlists(0),
        lambda: client.items("x"),
        lambda: client.recommend({"limit": 3}),
    ]
    for call in calls:
        server.faults[:] = [Fault("refuse", "^/v1/", status=status, body=body, times=9)]
        answered = len(server.calls())
        with suppress(TonepoemError):
            call()
        assert len(server.calls()) > answered  # it was this answer that was read
    server.faults.clear()


def foreign_errors():
    modules = [requests.exceptions, urllib3.exceptions, spotipy.exceptions, spotipy.oauth2]
    for module in modules:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Exception) and not issubclass(kind, Warning):
                yield kind
    yield from (OSError, TimeoutError, ConnectionResetError, AttributeError, KeyError, TypeError, ValueError)
    yield from (UnicodeDecodeError, IndexError, OverflowError)


@pytest.mark.parametrize("kind", sorted(set(foreign_errors()), key=lambda kind: (kind.__module__, kind.__name__)))
def test_no_foreign_exception_slips_by(kind):
    error = kind.__new__(kind)
    with pytest.raises(TonepoemError), translated():
        raise error


def test_the_tables_are_whole():
    """The last row takes what is left, every row can be reached, and every message names a next step."""
    for table in (API, ACCOUNTS):
        assert (len(table[-1].status), table[-1].says, table[-1].path) == (0, "", "")
    step = r"(tonepoem (login|doctor)|report|Try again|Renew|Open|Choose|Compare|Register|Check|asks for fewer|quota)"
    for message in [row.message for row in (*API, *ACCOUNTS)] + [message for _, _, message in FOREIGN]:
        assert re.search(step, message, re.IGNORECASE), message
    for place, (kind, _, _) in enumerate(FOREIGN):
        assert not any(issubclass(kind, earlier) for earlier, _, _ in FOREIGN[:place]), kind


def test_ctrl_c_and_our_own_errors_pass_untouched():
    with pytest.raises(KeyboardInterrupt), translated():
        raise KeyboardInterrupt
    with pytest.raises(LoginError), translated():
        raise LoginError("x")
