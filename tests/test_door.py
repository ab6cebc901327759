import ast
import inspect
import subprocess
import sys
import threading
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from ears import Ears
from tracks import catalog_of, track

import tonepoem
from tonepoem.composing import FeatureGenerator, TrackSource
from tonepoem.errors import CatalogError, DescriptionError, InputError, LoginError, ModelError, SettingsError, TonepoemError
from tonepoem.generator import Generator, folder
from tonepoem.parts import SOURCES, Parts
from tonepoem.settings import Settings

HEAVY = ("torch", "transformers", "ctranslate2", "tokenizers", "spotipy", "requests", "duckdb", "numpy", "rich")


def loaded_by(code, environment):
    """The heavy modules that a piece of code loads, in a process of its own."""
    ask = f"import sys\n{code}\nprint(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_the_list_of_names_is_whole_and_sorted():
    source = ast.parse(Path(tonepoem.__file__).read_text(encoding="utf-8"))
    (typed,) = (node for node in source.body if isinstance(node, ast.If))
    names = [alias.name for node in typed.body for alias in node.names]
    assert sorted([*names, "__version__"]) == sorted(tonepoem.__all__)
    assert set(tonepoem._ROOM) == set(names)
    constants, classes, rest = [], [], []
    for name in tonepoem.__all__:
        (constants if name.isupper() else classes if name[0].isupper() else rest).append(name)
    assert tonepoem.__all__ == sorted(constants) + sorted(classes) + sorted(rest)


def test_the_typed_rooms_are_those_that_are_loaded():
    source = ast.parse(Path(tonepoem.__file__).read_text(encoding="utf-8"))
    (typed,) = (node for node in source.body if isinstance(node, ast.If))
    rooms = {alias.name: node.module.removeprefix("tonepoem.") for node in typed.body for alias in node.names}
    assert rooms == tonepoem._ROOM


@pytest.mark.parametrize("name", sorted(set(tonepoem.__all__) - {"__version__"}))
def test_every_name_is_there_and_documented(name):
    value = getattr(tonepoem, name)
    if not name.isupper():
        assert inspect.getdoc(value)
        assert value.__module__.startswith("tonepoem")
    assert name in dir(tonepoem)


@pytest.mark.parametrize("name", [name for name in tonepoem.__all__ if inspect.isclass(getattr(tonepoem, name))])
def test_every_public_method_is_documented_and_typed(name):
    for own, member in vars(getattr(tonepoem, name)).items():
        function = getattr(member, "__func__", getattr(member, "fget", member))
        if own.startswith("_") or not inspect.isfunction(function):
            continue
        assert inspect.getdoc(function), own
        wanted = {*inspect.signature(function).parameters} - {"self", "cls"} | {"return"}
        assert wanted <= set(function.__annotations__), own


def test_what_is_not_there_is_no_attribute():
    with pytest.raises(AttributeError, match="nothing_here"):
        tonepoem.nothing_here  # noqa: B018


def test_importing_loads_nothing_heavy(environment):
    assert loaded_by("import tonepoem", environment) == set()


def test_the_nouns_and_errors_load_nothing_heavy(environment):
    assert loaded_by("import tonepoem; tonepoem.Playlist, tonepoem.TonepoemError, tonepoem.Spotify", environment) == set()


def program(*arguments):
    """Code that runs the program."""
    return f"""if True:
        sys.argv = ["tonepoem", *{arguments!r}]
        from tonepoem.__main__ import main
        try:
            main()
        except SystemExit as end:
            assert not end.code
    """


def test_help_loads_nothing_heavy(environment):
    assert loaded_by(program("--help"), environment) <= {"rich"}


@pytest.mark.skipif(not folder.shipped().exists(), reason="this checkout holds no trained model")
def test_commands_load_only_what_they_run_on(environment):
    model = {"ctranslate2", "tokenizers"}
    assert loaded_by(program("describe", "calm songs"), environment) == model
    assert loaded_by(program("calm songs", "--length", "3"), environment) == {*model, "duckdb"}


def test_no_module_of_the_package_takes_a_public_names_place(environment):
    code = """if True:
        import importlib, pkgutil, tonepoem
        for found in pkgutil.iter_modules(tonepoem.__path__):
            if found.name not in ("__main__", "training"):
                importlib.import_module("tonepoem." + found.name)
        assert callable(tonepoem.compose) and callable(tonepoem.describe)
    """
    loaded_by(code, environment)


# -- describe and compose, wired by the settings


def test_describing_and_composing_take_the_parts_that_are_set(ears, monkeypatch):
    monkeypatch.setenv("TONEPOEM_MODEL", "some/model")
    reading = tonepoem.describe("calm songs")
    assert (reading.features.energy, reading.model, reading.description) == (0.2, "ears", "calm songs")
    playlist = tonepoem.compose("calm songs", length=7)
    assert (len(playlist.tracks), playlist.source, playlist.name) == (7, "catalog", "Calm songs")
    assert ears.loaded == ["some/model"]


def test_composing_takes_the_parts_that_are_given(ears):
    own = Ears()
    source = catalog_of([track(f"Song {n}", f"Artist {n}", energy=n / 10, duration_ms=200_000) for n in range(10)])
    playlist = tonepoem.compose("calm songs", 3, generator=Generator(own), source=source, variety=0, name="Mine")
    assert {choice.track.title for choice in playlist.tracks} == {"Song 1", "Song 2", "Song 3"}
    assert playlist.name == "Mine"
    assert (ears.loaded, own.asked) == ([], ["calm songs"])


def test_a_reading_can_be_composed_without_hearing_again(ears):
    reading = tonepoem.describe("furious songs")
    playlist = tonepoem.compose(reading, 2)
    assert playlist.reading == reading
    assert ears.asked == ["furious songs"]


def test_minutes_and_arc_go_before_the_words(ears):
    playlist = tonepoem.compose("calm songs", minutes=20, arc="rise")
    assert 16 <= playlist.duration_ms / 60_000 <= 24
    assert playlist.reading.constraints.spoken() == {"minutes": 20, "arc": "rise"}
    energies = [choice.track.features.energy for choice in playlist.tracks]
    assert energies[0] < energies[-1]


def test_the_same_seed_gives_the_same_playlist_and_another_another(ears):
    first, again, other = (tonepoem.compose("calm songs", 10, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.tracks != other.tracks


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"length": 0}, "0 tracks"),
        ({"length": 1_001}, "1001 tracks"),
        ({"minutes": 0}, "0 minutes"),
        ({"minutes": 6_001}, "6001 minutes"),
        ({"minutes": float("nan")}, "nan minutes"),
        ({"length": 5, "minutes": 5}, "one of them"),
        ({"variety": 2}, "variety"),
        ({"source": "radio"}, "radio"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"arc": "zigzag"}, "zigzag"),
    ],
)
def test_what_cannot_be_made_is_said(ears, options, said):
    with pytest.raises(InputError, match=said):
        tonepoem.compose("calm songs", **options)


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\x00\x07", "?!", "…"])
def test_no_words_are_an_error(ears, words):
    with pytest.raises(DescriptionError):
        tonepoem.describe(words)


def test_words_that_speak_of_no_music_are_an_error(ears):
    with pytest.raises(DescriptionError, match="music"):
        tonepoem.describe("invoice number four")


@pytest.mark.parametrize("words", ["calm " * 2_500, "calm \ud800 half", "calm\x00\x1b[31m", "calm 静かな音楽", "calm 🌧️"])
def test_strange_words_are_read(ears, words):
    playlist = tonepoem.compose(words, length=3)
    assert len(playlist.tracks) == 3
    assert 1 <= len(playlist.name) <= 100


def test_sources_that_need_a_login_say_how(ears, monkeypatch):
    for source in ("recommendations", "search"):
        with pytest.raises(SettingsError, match="SPOTIPY_CLIENT_ID"):
            tonepoem.compose("calm", source=source)
    parts = Parts(Settings.load({"SPOTIPY_CLIENT_ID": "abc", "TONEPOEM_HOME": "somewhere"}, None))
    with pytest.raises(LoginError, match="tonepoem login"):
        parts.source("search")
    assert parts.source("auto").name == "catalog"


def test_reccobeats_is_not_asked_where_it_is_switched_off(tmp_path):
    parts = Parts(Settings(home=tmp_path, reccobeats=False))
    assert parts.reccobeats is None
    with pytest.raises(SettingsError, match="TONEPOEM_RECCOBEATS"):
        parts.source("reccobeats")


def test_a_missing_model_and_a_missing_catalog_are_said(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "checksums.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError):
        Parts(Settings(home=tmp_path, model=str(tmp_path / "model"))).listen("calm")
    with pytest.raises(CatalogError, match="tonepoem catalog import"):
        Parts(Settings(home=tmp_path, catalog=tmp_path / "no.duckdb")).source("catalog")


def test_many_threads_load_the_parts_once(monkeypatch):
    ears = Ears(loading=0.1)
    monkeypatch.setattr(Generator, "load", ears.load)
    start, made, errors = threading.Barrier(16), [], []

    def work():
        start.wait()
        try:
            made.append(tonepoem.compose("calm songs", length=5))
        except TonepoemError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(ears.loaded) == 1
    assert len(made) == 16
    assert all(playlist == made[0] for playlist in made)


def test_batches_keep_their_order_and_break_off_for_nothing(ears, tmp_path):
    parts = Parts(Settings(home=tmp_path))
    words = ["calm songs", "!!!", "invoice", "furious songs"] * 100
    readings = list(parts.listen_all(iter(words)))
    assert [reading.description for reading in readings] == words
    assert [reading.features.energy for reading in readings] == [0.2, None, None, 0.95] * 100


def test_the_parts_keep_the_ports_promise():
    assert set(get_type_hints(FeatureGenerator.describe)) <= set(get_type_hints(Generator.describe))
    assert {"name", "find"} <= {name for name in dir(TrackSource) if not name.startswith("_")} <= set(dir(tonepoem.Catalog))


def test_the_options_know_the_same_sources_and_arcs():
    from tonepoem.cli.making import Source
    from tonepoem.cli.options import Shape
    from tonepoem.playlist import Arc

    assert get_args(Source) == SOURCES
    assert get_args(Shape) == get_args(Arc)
