"""One's own tracks and recipes at the command line, over HTTP against the stand-in for Spotify."""

import gc
import json
import re
import shutil
from pathlib import Path

import pytest
from spotify_server import Fault, SpotifyServer, Stored, hit, logged_in, spotify_id
from typer.testing import CliRunner

from tonepoem import __version__, recipe
from tonepoem.catalog import import_files
from tonepoem.cli import app
from tonepoem.playlist import Playlist
from tonepoem.settings import Settings
from tonepoem.spotify import App

SCOPES = ("user-library-read", "user-top-read", "playlist-read-private")
SONGS = [(f"Song {n}", f"Artist {n % 20}") for n in range(60)]
KNOWN = {"energy": 0.2, "instrumentalness": 0.0, "tempo": 90, "year": 2000, "explicit": False, "duration_ms": 200_000}
ROWS = [{"title": title, "artists": artist, "valence": n / 60, **KNOWN} for n, (title, artist) in enumerate(SONGS)]


@pytest.fixture
def server(monkeypatch):
    with SpotifyServer("development", [hit(*song) for song in SONGS]) as server:
        monkeypatch.setenv("SPOTIPY_CLIENT_ID", server.app(Path()).client_id)
        monkeypatch.setenv("TONEPOEM_RECCOBEATS", "0")

        def of(settings=None):
            settings = settings or Settings.load()
            return server.app(settings.home, call_budget=settings.call_budget)

        monkeypatch.setattr(App, "of", staticmethod(of))
        yield server


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """A catalog of calm songs."""
    place = tmp_path_factory.mktemp("own")
    (place / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    import_files(place / "catalog.duckdb", [place / "own.jsonl"])
    return place / "catalog.duckdb"


@pytest.fixture
def own(own_place, ears, catalog):
    """A home with a catalog of its own, for a program whose model hears the word calm."""
    (own_place / "home").mkdir()
    shutil.copy(catalog, own_place / "home")
    return own_place


@pytest.fixture
def account(server, own):
    return logged_in(server, own / "home", *SCOPES)


def tonepoem(*args):
    return CliRunner().invoke(app, list(map(str, args)), prog_name="tonepoem")


def titles(done):
    assert done.exit_code == 0, done.output
    return [row["title"] for row in json.loads(done.stdout)["tracks"]]


def refused(done):
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    return done.stderr


CALM = ("calm songs", "--source", "catalog", "-n", "5")


@pytest.fixture
def saved(own):
    done = tonepoem(*CALM, "--seed", "7", "--out", "calm.playlist.toml")
    assert done.exit_code == 0, done.output
    assert "Saved as calm.playlist.toml." in done.stderr
    return own / "calm.playlist.toml"


def imported(saved, rows):
    """Import rows into the catalog, as another process would."""
    gc.collect()  # within a process DuckDB gives a file that is still open again, whatever stands in its place now
    table = saved.parent / "more.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_files(saved.parent / "home" / "catalog.duckdb", [table])


def chosen(path):
    return {track.title for track in recipe.load(path).tracks}


# -- one's own tracks


def test_only_liked_songs(server, account):
    server.saved = [hit(*song) for song in SONGS[10:20]] + [hit("Unheard", "Nobody")]
    done = tonepoem(*CALM, "--from", "liked", "--json")
    assert set(titles(done)) <= {row["name"] for row in server.saved}
    assert json.loads(done.stdout)["source"] == "liked songs"


def test_only_a_playlist_of_ones_own(server, account):
    stored = Stored(spotify_id("mine"), "Mine", "", False, [hit(*song)["uri"] for song in SONGS[:6]])
    server.playlists[stored.id] = stored
    done = tonepoem(*CALM, "--from", f"https://open.spotify.com/playlist/{stored.id}", "--json")
    assert set(titles(done)) <= {f"Song {n}" for n in range(6)}


@pytest.mark.parametrize("ending", [".json", ".m3u8", ".csv", ".playlist.toml"])
def test_only_what_a_saved_file_holds(own, ending):
    assert tonepoem(*CALM, "--seed", "3", "--out", f"few{ending}", "--out", "same.json").exit_code == 0
    held = {choice.track.title for choice in Playlist.load("same.json").tracks}
    assert set(titles(tonepoem(*CALM, "--from", f"few{ending}", "--json"))) == held


def test_only_what_an_exportify_table_holds(own):
    rows = "".join(f'spotify:track:{spotify_id(n)},"Song {n}","Artist {n}",Album,2000-01-01\n' for n in range(5))
    (own / "liked.csv").write_text("Track URI,Track Name,Artist Name(s),Album Name,Release Date\n" + rows)
    assert set(titles(tonepoem(*CALM, "--from", "liked.csv", "--json"))) == {f"Song {n}" for n in range(5)}


@pytest.mark.parametrize("words", [("calm songs", "--new-to-me"), ("calm songs I don't have yet",)])
def test_nothing_that_is_saved(server, account, words):
    best = titles(tonepoem(*CALM, "--json"))
    server.saved = [hit(*song) for song in SONGS if song[0] in best]
    done = tonepoem(*words, "--source", "catalog", "-n", "5", "--json")
    assert set(titles(done)).isdisjoint(best)
    assert {"wish": "nothing you have", "state": "kept", "how": ""} in json.loads(done.stdout)["wishes"]
    assert "Nothing from the 5 songs that you have saved." in done.stderr


def test_words_that_need_an_account_are_noted_without_one(own, monkeypatch):
    done = tonepoem("calm songs I don't have yet", "-n", "5", "--json")
    assert len(titles(done)) == 5
    (wish,) = (row for row in json.loads(done.stdout)["wishes"] if row["wish"] == "nothing you have")
    assert (wish["state"], wish["how"]) == ("unchecked", "no Spotify account is logged in")
    assert "could not be looked at" in done.stderr


@pytest.mark.parametrize("option", [["--like-me"], ["--new-to-me"], ["--from", "liked"]])
def test_options_that_need_an_account_are_one_sentence_without_one(own, option):
    assert re.search(r"needs? your Spotify account", refused(tonepoem(*CALM, *option)))


def test_a_permission_that_is_missing_is_named(server, own):
    logged_in(server, own / "home")
    assert "tonepoem login --scope user-top-read" in refused(tonepoem(*CALM, "--like-me"))
    assert server.calls() == []


def test_like_me_draws_towards_the_favourites(server, account):
    server.top = [hit(*song) for song in SONGS[50:]]
    plain, mine = (json.loads(tonepoem(*CALM, *more, "--json").stdout) for more in ([], ["--like-me"]))
    assert mine["features"]["valence"] > plain["features"]["valence"]
    assert mine["constraints"]["like_artists"][0] == SONGS[50][1]
    assert not [wish for wish in mine["wishes"] if wish["wish"].startswith("like")]
    mean = [sum(row["features"]["valence"] for row in document["tracks"]) / 5 for document in (plain, mine)]
    assert mean[1] > mean[0]


def test_over_the_budget_nothing_more_is_asked(server, account, monkeypatch):
    server.saved = [hit(*song) for song in SONGS] * 5
    monkeypatch.setenv("TONEPOEM_CALL_BUDGET", "3")
    assert "TONEPOEM_CALL_BUDGET" in refused(tonepoem(*CALM, "--from", "liked"))
    assert len(server.calls()) == 1


# -- recipes


def test_a_recipe_holds_what_it_takes(saved):
    read = recipe.load(saved)
    assert (read.words, read.seed, read.refreshed, read.tonepoem) == ("calm songs", 7, 0, __version__)
    assert read.options == {"source": "catalog", "length": 5}
    assert read.heard.features.energy == 0.2
    assert len(read.tracks) == 5
    assert read.catalog.name == str(saved.parent / "home" / "catalog.duckdb")
    assert len(read.catalog.checksum) == 64


def test_a_refresh_gives_other_songs_and_says_the_difference(saved):
    before = chosen(saved)
    done = tonepoem("refresh", saved)
    assert done.exit_code == 0, done.output
    after = chosen(saved)
    first, *lines = done.stdout.splitlines()
    assert first == f"Calm songs: +{len(after - before)} −{len(before - after)}"
    assert {line.split(" - ")[1] for line in lines if line.startswith("+")} == after - before
    assert {line.split(" - ")[1] for line in lines if line.startswith("−")} == before - after
    assert recipe.load(saved).last_seed == 8


def test_refreshes_follow_a_row_that_can_be_had_again(saved):
    content = saved.read_text()
    row = []
    for _ in range(3):
        assert tonepoem("refresh", saved).exit_code == 0
        row.append(chosen(saved))
    assert len({frozenset(one) for one in row}) > 1
    saved.write_text(content)
    for wanted in row:
        tonepoem("refresh", saved)
        assert chosen(saved) == wanted


def test_a_seed_that_is_given_gives_the_same(saved):
    before = chosen(saved)
    done = tonepoem("refresh", saved, "--seed", "7", "--json")
    row = json.loads(done.stdout)
    assert (row["added"], row["removed"], row["seed"], row["differences"]) == ([], [], 7, [])
    assert chosen(saved) == before


def test_what_the_last_refreshes_used_is_kept_out(saved):
    seen = [chosen(saved)]
    for _ in range(4):
        done = tonepoem("refresh", saved, "--avoid-recent", "3")
        assert done.exit_code == 0, done.output
        now = chosen(saved)
        assert len(now) == 5
        assert all(now.isdisjoint(before) for before in seen[-3:])
        seen.append(now)
    assert "0 to 21" in refused(tonepoem("refresh", saved, "--avoid-recent", "99"))


def test_options_and_paths_hold_in_another_folder(own, server, account, monkeypatch):
    server.saved = [hit(*song) for song in SONGS[:3]]
    assert tonepoem(*CALM, "--out", "list.json").exit_code == 0
    done = tonepoem(*CALM, "--from", "list.json", "--variety", "0", "--new-to-me", "--out", "a.playlist.toml")
    assert done.exit_code == 0, done.output
    given = recipe.load("a.playlist.toml").options
    assert given == {
        "length": 5,
        "source": "catalog",
        "variety": 0.0,
        "new-to-me": True,
        "from": str(own / "list.json"),
    }
    monkeypatch.chdir("/")
    assert tonepoem("refresh", own / "a.playlist.toml").exit_code == 0


def test_edited_words_are_named_and_taken_only_when_asked(saved):
    content = saved.read_text().replace('words = "calm songs"', 'words = "5 furious songs"')
    saved.write_text(content)
    said = refused(tonepoem("refresh", saved))
    assert "changed by hand: words" in said
    assert "--anyway" in said
    assert saved.read_text() == content
    assert tonepoem("refresh", saved, "--anyway").exit_code == 0
    assert recipe.load(saved).heard.features.energy == 0.95
    assert tonepoem("refresh", saved).exit_code == 0  # taken once, it is the recipe's own


def test_edited_features_are_taken_as_they_are(saved, ears):
    saved.write_text(saved.read_text().replace("energy = 0.2\n", "energy = 0.7\n", 1))
    assert "changed by hand: heard" in refused(tonepoem("refresh", saved))
    assert tonepoem("refresh", saved, "--anyway").exit_code == 0
    assert recipe.load(saved).heard.features.energy == 0.7


def test_edited_options_are_read_as_the_command_line_reads_them(saved):
    saved.write_text(saved.read_text().replace("length = 5", 'length = 3\nfrom = "liked"'))
    assert "changed by hand: options" in refused(tonepoem("refresh", saved))
    assert "--from liked needs your Spotify account" in refused(tonepoem("refresh", saved, "--anyway"))
    saved.write_text(saved.read_text().replace('from = "liked"\n', ""))
    assert tonepoem("refresh", saved, "--anyway").exit_code == 0
    assert len(chosen(saved)) == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("lenght = 3", "options.lenght is no option of tonepoem make"),
        ('publish = "yes"', "options.publish is no option of tonepoem make"),
        ('length = "many"', "options.length cannot be used: "),
        ("length = 0", "options.length cannot be used"),
        ("new-to-me = 3", "options.new-to-me is to be true or false"),
        ("length = true", "options.length is to have a value"),
        ('variety = ["1", "2", "x"]', "options.variety cannot be used"),
    ],
)
def test_a_wrong_option_is_named_with_its_line(saved, row, said):
    content = saved.read_text().replace("length = 5\n", f"{row}\n")
    saved.write_text(content)
    line = content.splitlines().index(row) + 1
    message = refused(tonepoem("refresh", saved, "--anyway"))
    assert f"line {line}: {said}" in message
    assert saved.read_text() == content


@pytest.mark.parametrize(
    "row", ['bpm = "fast"', 'years = "1999-1990"', "minutes = 20", 'by = ["Nobody at all"]', 'set = "energy=9"']
)
def test_options_that_make_no_sense_are_a_sentence(saved, row):
    content = saved.read_text().replace("length = 5\n", f"length = 5\n{row}\n")
    saved.write_text(content)
    message = refused(tonepoem("refresh", saved, "--anyway"))
    assert f"{saved}, options: " in message
    assert saved.read_text() == content


def test_every_kind_of_option_is_asked_for_again(own):
    wishes = ["--years", "-2020", "--no-instrumental", "--clean", "--bpm", "80-100", "--set", "valence=0.5"]
    several = ["--not-artist", "Artist 1", "--not-artist", "Artist 2", "--phase", "10m energy=0.2", "--phase", "10m energy=0.3"]
    done = tonepoem("calm songs", *wishes, *several, "--max-per-artist", "1", "--out", "a.playlist.toml")
    assert done.exit_code == 0, done.output
    assert recipe.load("a.playlist.toml").options == {
        "phase": ["10m energy=0.2", "10m energy=0.3"],
        "years": "-2020",
        "bpm": "80-100",
        "clean": True,
        "no-instrumental": True,
        "not-artist": ["Artist 1", "Artist 2"],
        "set": ["valence=0.5"],
        "max-per-artist": 1,
    }
    done = tonepoem("refresh", "a.playlist.toml")
    assert done.exit_code == 0, done.output
    artists = [track.artists[0] for track in recipe.load("a.playlist.toml").tracks]
    assert len(set(artists)) == len(artists)
    assert {"Artist 1", "Artist 2"}.isdisjoint(artists)


def test_another_catalog_is_named(saved):
    imported(saved, [{"title": "New", "artists": "New", "energy": 0.2}])
    assert re.search(r"the catalog .*catalog.duckdb has changed", refused(tonepoem("refresh", saved)))
    done = tonepoem("refresh", saved, "--anyway")
    assert "has changed" in done.stderr
    assert done.exit_code == 0
    (saved.parent / "home" / "catalog.duckdb").unlink()
    assert "and now it is the starter catalog" in refused(tonepoem("refresh", saved))


def test_the_same_tables_imported_again_are_the_same_catalog(saved):
    imported(saved, list(reversed(ROWS)))
    assert tonepoem("refresh", saved).exit_code == 0


@pytest.mark.parametrize("option", ["catalog", "model"])
def test_a_missing_catalog_or_model_is_named_and_another_taken_when_asked(saved, option):
    saved.write_text(saved.read_text().replace("length = 5", f'length = 5\n{option} = "/no/such/thing"'))
    message = refused(tonepoem("refresh", saved))
    assert re.search(rf"the {option} .* cannot be used: There is no {option}", message)
    done = tonepoem("refresh", saved, "--anyway")
    assert done.exit_code == 0, done.output
    assert len(chosen(saved)) == 5


def test_another_version_is_named(saved):
    saved.write_text(saved.read_text().replace(f'tonepoem = "{__version__}"', 'tonepoem = "9.0"'))
    assert "written by tonepoem 9.0" in refused(tonepoem("refresh", saved))
    assert tonepoem("refresh", saved, "--anyway").exit_code == 0
    assert recipe.load(saved).tonepoem == __version__


def test_what_is_no_recipe(own):
    assert "cannot be read" in refused(tonepoem("refresh", "none.playlist.toml"))
    (own / "x.playlist.toml").write_text("words =")
    assert "x.playlist.toml is no TOML" in refused(tonepoem("refresh", "x.playlist.toml"))


def test_nothing_new_left_leaves_the_file(saved):
    content = saved.read_text().replace("length = 5", "length = 60")
    saved.write_text(content)
    assert tonepoem("refresh", saved, "--anyway").exit_code == 0
    content = saved.read_text()
    done = tonepoem("refresh", saved, "--avoid-recent", "2")
    assert (done.exit_code, saved.read_text() == content) in {(1, True), (0, False)}
    if done.exit_code == 0:
        assert "Loosened" in done.stderr


# -- and on Spotify


def test_the_same_playlist_is_updated(server, account):
    assert tonepoem(*CALM, "--publish", "--out", "calm.playlist.toml").exit_code == 0
    (stored,) = server.playlists.values()
    read = recipe.load("calm.playlist.toml")
    assert read.url.endswith(stored.id)
    assert read.edited == ()
    for _ in range(3):
        done = tonepoem("refresh", "calm.playlist.toml", "--publish", "--avoid-recent", "1")
        assert done.exit_code == 0, done.output
        assert "5 added, 5 removed" in done.stderr
        assert set(stored.uris) == {hit(*song)["uri"] for song in SONGS if song[0] in chosen("calm.playlist.toml")}
    assert len(server.playlists) == 1
    assert tonepoem("publish", "--undo").exit_code == 0


def test_a_first_publishing_by_a_refresh_is_remembered(server, account, saved):
    row = json.loads(tonepoem("refresh", saved, "--publish", "--json").stdout)
    (stored,) = server.playlists.values()
    assert row["url"] == recipe.load(saved).url == f"https://open.spotify.com/playlist/{stored.id}"
    assert tonepoem("refresh", saved, "--publish").exit_code == 0
    assert len(server.playlists) == 1


def test_a_first_publishing_that_breaks_off_makes_no_second_playlist(server, account, saved):
    server.faults.append(Fault("refuse", r"/items$", method="POST", times=20))
    refused(tonepoem("refresh", saved, "--publish"))
    (stored,) = server.playlists.values()
    assert recipe.load(saved).url.endswith(stored.id)
    server.faults.clear()
    assert tonepoem("refresh", saved, "--publish").exit_code == 0
    assert len(server.playlists) == 1
    assert len(stored.uris) == 5


def test_publish_points_to_refresh(saved):
    assert "tonepoem refresh" in refused(tonepoem("publish", saved))


def test_a_playlist_that_is_gone_is_told(server, account, saved):
    tonepoem("refresh", saved, "--publish")
    server.playlists.clear()
    assert "Delete the line url" in refused(tonepoem("refresh", saved, "--publish"))
    saved.write_text(re.sub(r"(?m)^url = .*\n", "", saved.read_text()))
    assert tonepoem("refresh", saved, "--publish", "--anyway").exit_code == 0
    assert len(server.playlists) == 1


def test_what_no_app_can_put_back_is_left(server, account, saved):
    tonepoem("refresh", saved, "--publish")
    (stored,) = server.playlists.values()
    stored.uris.append("spotify:local:Me::Home:90")
    before = list(stored.uris)
    assert "no app can put back" in refused(tonepoem("refresh", saved, "--publish"))
    assert stored.uris == before


def test_who_may_not_publish_learns_it_before_the_work(server, own, saved):
    logged_in(server, own / "home")
    assert tonepoem("refresh", saved, "--publish").exit_code == 0
    content = saved.read_text()
    assert "--scope playlist-read-private" in refused(tonepoem("refresh", saved, "--publish"))
    assert saved.read_text() == content
