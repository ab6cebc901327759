import json
import time

import pytest
from spotify_server import Fault, SpotifyServer, hit, logged_in

from tonepoem.errors import AccessError, ConnectionFailed, UnavailableError
from tonepoem.spotify import Spotify
from tonepoem.spotify.capabilities import Capabilities


def report(spotify, **more):
    return {finding.name: finding for finding in spotify.doctor(**more)}


@pytest.fixture(params=["development", "extended"])
def server(request):
    with SpotifyServer(request.param, [hit("Hurt", "Johnny Cash")]) as server:
        yield server


def test_the_doctor_tells_the_two_kinds_of_app_apart_in_at_most_six_calls(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    found = report(spotify, third_parties=[("ReccoBeats", lambda: None)])
    extended = server.kind == "extended"
    assert len(server.calls()) <= 6
    assert found["app"].value == ("extended quota" if extended else "development mode")
    assert found["search"].value == ("50 hits a page" if extended else "10 hits a page")
    assert found["recommendations"].value.startswith("yes" if extended else "no")
    assert found["login"].value == "as Listener"
    assert "playlist-modify-private" in found["permissions"].value
    assert found["age of the login"].value.startswith("0 of 182 days")
    assert found["ReccoBeats"].fine
    assert found["calls in 24 hours"].value == f"{len(server.calls())} of 600"
    assert not [finding for finding in found.values() if finding.fine is False]


@pytest.mark.parametrize(
    ("state", "name", "mend"),
    [
        ({"premium": False}, "Premium", "Renew Premium"),
        ({"listed": False}, "allow-list", "User Management"),
    ],
)
def test_what_is_wrong_comes_with_what_to_click(server, tmp_path, state, name, mend):
    spotify = logged_in(server, tmp_path)
    for attribute, value in state.items():
        setattr(server, attribute, value)
    found = report(spotify)
    assert found[name].fine is False
    assert mend in found[name].mend
    assert len(server.calls()) == 1


def test_without_a_login_the_doctor_asks_nobody(server, tmp_path):
    found = report(Spotify(server.app(tmp_path)))
    assert "tonepoem login" in found["login"].mend
    assert not server.asked


def test_a_login_that_ended_is_told(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.revoke()
    assert "tonepoem login" in report(spotify)["login"].mend


def test_an_old_login_is_told_in_time(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    (path,) = tmp_path.rglob("token.json")
    token = json.loads(path.read_text())
    path.write_text(json.dumps({**token, "consented_at": token["consented_at"] - 150 * 24 * 3600}))
    old = report(Spotify.open(server.app(tmp_path)))["age of the login"]
    assert (old.fine, old.value.startswith("150 of 182")) == (False, True)
    assert "tonepoem login" in old.mend
    assert spotify.token.notice() is None


def test_trouble_is_not_taken_for_a_refusal(server, tmp_path):
    spotify = logged_in(server, tmp_path)
    server.faults += [Fault("refuse", "/search|/recommendations", status=429, times=9)]
    found = report(spotify)
    assert found["app"].value.startswith("not known")
    assert found["recommendations"].value == "not known"
    assert spotify._capabilities.may("recommendations") is None


def test_a_third_party_that_is_away_is_told(server, tmp_path):
    def reach():
        raise ConnectionFailed("ReccoBeats could not be reached. Try again.")

    found = report(logged_in(server, tmp_path), third_parties=[("ReccoBeats", reach)])
    assert (found["ReccoBeats"].fine, found["ReccoBeats"].mend) == (False, "Try again.")


@pytest.mark.parametrize(("status", "body"), [(404, b""), (403, {"error": {"message": "Forbidden"}}), (403, b"")])
def test_a_refusal_is_learned_remembered_and_forgotten_after_a_week(tmp_path, monkeypatch, status, body):
    with SpotifyServer("extended") as server:
        spotify = logged_in(server, tmp_path)
        server.faults.append(Fault("refuse", "/recommendations", status=status, body=body))
        with pytest.raises(UnavailableError, match="--source"):
            spotify._client.recommend({"seed_genres": "pop"})
        remembered = Capabilities(server.app(tmp_path).folder / "capabilities.json")
        with pytest.raises(UnavailableError, match="doctor"):
            remembered.require("recommendations")
        now = time.time()
        monkeypatch.setattr("tonepoem.spotify.capabilities.time.time", lambda: now + 8 * 24 * 3600)
        assert remembered.may("recommendations") is None
        spotify._client.recommend({"seed_genres": "pop"})
        assert remembered.may("recommendations") is True


@pytest.mark.parametrize("message", ["Insufficient client scope", "Active premium subscription required"])
def test_a_refusal_of_the_account_says_nothing_of_the_app(tmp_path, message):
    with SpotifyServer("extended") as server:
        spotify = logged_in(server, tmp_path)
        server.faults.append(Fault("refuse", "/recommendations", status=403, body={"error": {"message": message}}))
        with pytest.raises(AccessError):
            spotify._client.recommend({"seed_genres": "pop"})
        assert spotify._capabilities.may("recommendations") is None


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"recommendations": 3}', b'{"recommendations": {"may": true}}', b"\xff"])
def test_a_damaged_memory_is_asked_for_again(tmp_path, damage):
    path = tmp_path / "capabilities.json"
    path.write_bytes(damage)
    capabilities = Capabilities(path)
    assert capabilities.may("recommendations") is None
    capabilities.learn("recommendations", False)
    assert Capabilities(path).may("recommendations") is False
