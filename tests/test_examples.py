"""The examples do what they say: a service of many users and threads, and a bot without a network."""

import asyncio
import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from spotify_server import SpotifyServer, hit

import tonepoem
from tonepoem import export

EXAMPLES = Path(__file__).parent.parent / "examples"


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# -- the service


@pytest.fixture
def spotify(starter):
    every = [
        choice.track for choice in tonepoem.compose("calm", 12, generator=tonepoem.Generator.load(), source=starter).tracks
    ]
    with SpotifyServer(index=[hit(track.title, list(track.artists)) for track in every]) as server:
        yield server


@pytest.fixture
def client(ears, spotify, tmp_path):
    """A maker of browsers, each with cookies of its own, on one service."""
    pytest.importorskip("fastapi")
    testing = pytest.importorskip("fastapi.testclient")
    service = loaded("service").create(lambda: spotify.app(tmp_path, redirect_uri="http://127.0.0.1:8000/callback"), patience=5)
    return lambda: testing.TestClient(service, base_url="http://127.0.0.1:8000", follow_redirects=False)


def log_in(browser, spotify):
    """What a browser does whose user opens /login and agrees; the answer of /callback."""
    asked = browser.get("/login").headers["location"]
    agreed = spotify.authorize({name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()})
    return browser.get(agreed)


def test_the_service_is_short():
    lines = (EXAMPLES / "service.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 80
    assert max(map(len, lines)) <= 128


def test_words_become_a_playlist(client, ears, starter):
    answer = client().post("/playlists", json={"words": "calm songs", "length": 3, "seed": 1})
    assert answer.status_code == 200
    assert answer.json() == export.document(tonepoem.compose("calm songs", 3, source=starter, seed=1))


def test_one_model_serves_all_threads(client, ears):
    browser, before = client(), len(ears.loaded)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: browser.post("/playlists", json={"words": "calm", "length": 5}).text, range(32)))
    assert len(set(answers)) == 1
    assert len(ears.loaded) == before


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ({"words": "calm", "length": 0}, 422, "greater"),
        ({"words": "x" * 2_001}, 422, "2000"),
        ({"words": "?"}, 422, "no words"),
        ({"words": "calm by Nobody At All", "publish": True}, 401, "not logged in"),
        ({}, 422, "words"),
    ],
)
def test_what_cannot_be_done_is_said(client, wanted, status, part):
    answer = client().post("/playlists", json=wanted)
    assert answer.status_code == status
    assert part in answer.text


def test_each_user_has_a_login_and_playlists_of_their_own(client, spotify, tmp_path):
    one, other, stranger = client(), client(), client()
    assert log_in(one, spotify).text == "You are logged in."
    assert log_in(other, spotify).text == "You are logged in."
    wanted = {"words": "calm", "length": 3, "publish": True}
    urls = [browser.post("/playlists", json=wanted).json()["url"] for browser in (one, other)]
    assert len(set(urls)) == 2
    assert all(url.startswith("https://open.spotify.com/playlist/") for url in urls)
    assert stranger.post("/playlists", json=wanted).status_code == 401
    tokens = sorted(tmp_path.rglob("token.json"))
    assert len(tokens) == 2
    for browser in (one, other):
        assert browser.cookies["user"] not in "".join(map(str, tokens))  # who sees the folders cannot pose as a user


def test_a_login_belongs_to_the_browser_that_began_it(client, spotify):
    one, other = client(), client()
    asked = one.get("/login").headers["location"]
    agreed = spotify.authorize({name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()})
    assert other.get(agreed).status_code == 400
    assert one.get(agreed).status_code == 400  # and is over then
    assert one.get("/callback?state=made-up&code=x").status_code == 400


def test_who_does_not_agree_is_not_logged_in(client, spotify):
    browser = client()
    spotify.agree = False
    assert log_in(browser, spotify).status_code == 401
    assert browser.post("/playlists", json={"words": "calm", "publish": True}).status_code == 401


def test_a_service_without_an_app_makes_playlists_still(ears):
    testing = pytest.importorskip("fastapi.testclient")
    browser = testing.TestClient(loaded("service").create())
    assert browser.post("/playlists", json={"words": "calm", "length": 2}).status_code == 200
    answer = browser.get("/login")
    assert answer.status_code == 501
    assert "No Spotify app is set" in answer.json()["error"]


# -- the bot


@pytest.fixture
def bot(ears, starter):
    module = loaded("bot")
    made = module.Bot(5, tonepoem.Generator.load(), starter)

    def say(*texts, channel="music"):
        async def talk():
            return [await made.answer(module.Message(channel, text)) for text in texts]

        return asyncio.run(talk())

    say.module = module
    return say


def test_the_bot_answers_what_is_meant_for_it(bot):
    silent, answer, usage = bot("hello there", "!playlist calm songs", "!help")
    assert silent is None
    assert answer.startswith("**Calm songs**\n1. ")
    assert len(answer.splitlines()) == 6
    assert usage == bot.module.HELP


def test_again_gives_other_songs_for_the_same_words_in_the_same_channel(bot):
    first, second = bot("!playlist calm songs", "!again")
    assert second.splitlines()[0] == first.splitlines()[0]
    assert second != first
    assert bot("!again", channel="elsewhere") == [bot.module.HELP]


def test_the_bot_says_what_is_wrong(bot):
    assert bot("!playlist ?")[0].startswith("There are no words to read.")
    assert bot("!playlist   ") == [bot.module.HELP]


def test_nobody_is_called_and_nothing_is_formatted_by_a_name(bot):
    (answer,) = bot("!playlist calm @everyone **bold** [x](http://example.com)")
    assert "@everyone" not in answer
    assert "\\*\\*bold\\*\\* \\[x\\]\\(http" in answer


def test_an_answer_fits_into_one_message(bot):
    fitting = bot.module.fitting
    assert fitting(["a", "b"]) == "a\nb"
    long = fitting(["x" * 99] * 40)
    assert len(long) <= bot.module.LONGEST
    assert long.endswith("and 21 more")


def test_the_bot_forgets_channels_that_are_too_many(bot, monkeypatch):
    monkeypatch.setattr(bot.module, "REMEMBERED", 2)
    for channel in "abc":
        bot("!playlist calm", channel=channel)
    assert bot("!again", channel="a") == [bot.module.HELP]
    assert bot("!again", channel="c") != [bot.module.HELP]


def test_the_bot_talks_in_a_terminal(environment):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "bot.py"],
        input="hello\n!playlist calm piano, 4 songs\n",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("**Calm piano, 4 songs**\n1. ")
