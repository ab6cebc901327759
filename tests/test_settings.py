import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonepoem.errors import SettingsError
from tonepoem.settings import NAMES, Settings


def test_without_anything_set_the_defaults_hold():
    settings = Settings.load({}, None)
    assert settings.home.is_absolute()
    assert settings.home.name == "tonepoem"
    assert (settings.client_id, settings.client_secret) == ("", None)
    assert settings.redirect_uri == "http://127.0.0.1/callback"
    assert (settings.model, settings.catalog, settings.market) == (None, None, None)
    assert settings.reccobeats
    assert settings.call_budget == 600
    assert settings.own_catalog == settings.home / "catalog.duckdb"


def test_everything_can_be_set(tmp_path):
    settings = Settings.load(
        {
            "SPOTIPY_CLIENT_ID": "abc",
            "SPOTIPY_CLIENT_SECRET": "hush",
            "SPOTIPY_REDIRECT_URI": "http://127.0.0.1:8888/callback",
            "TONEPOEM_HOME": str(tmp_path),
            "TONEPOEM_MODEL": "someone/t5",
            "TONEPOEM_CATALOG": str(tmp_path / "own.duckdb"),
            "TONEPOEM_MARKET": "de",
            "TONEPOEM_RECCOBEATS": "off",
            "TONEPOEM_CALL_BUDGET": "50",
        },
        None,
    )
    assert settings == Settings(
        home=tmp_path,
        client_id="abc",
        client_secret="hush",
        redirect_uri="http://127.0.0.1:8888/callback",
        model="someone/t5",
        catalog=tmp_path / "own.duckdb",
        market="DE",
        reccobeats=False,
        call_budget=50,
    )
    assert settings.own_catalog == tmp_path / "own.duckdb"


def test_the_environment_goes_before_the_file_in_the_working_directory(own_place, monkeypatch):
    (own_place / ".env").write_text('SPOTIPY_CLIENT_ID=fromfile\nTONEPOEM_MARKET="AT"\n', encoding="utf-8")
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", "fromoutside")
    settings = Settings.load()
    assert (settings.client_id, settings.market) == ("fromoutside", "AT")


def test_reading_the_file_leaves_the_environment_alone(own_place):
    import os

    (own_place / ".env").write_text("SPOTIPY_CLIENT_SECRET=hush\n", encoding="utf-8")
    assert Settings.load().client_secret == "hush"
    assert "SPOTIPY_CLIENT_SECRET" not in os.environ


def test_dollars_in_a_secret_stay_dollars(own_place):
    (own_place / ".env").write_text("SPOTIPY_CLIENT_SECRET=a$HOME${HOME}\n", encoding="utf-8")
    assert Settings.load().client_secret == "a$HOME${HOME}"


def test_an_empty_setting_is_none(own_place):
    (own_place / ".env").write_text("SPOTIPY_CLIENT_ID=\nTONEPOEM_MODEL= \n", encoding="utf-8")
    assert (Settings.load().client_id, Settings.load().model) == ("", None)


def test_a_secret_is_not_shown():
    settings = Settings.load({"SPOTIPY_CLIENT_SECRET": "hush-hush"}, None)
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONEPOEM_MARKET", "Germany"),
        ("TONEPOEM_RECCOBEATS", "maybe"),
        ("TONEPOEM_CALL_BUDGET", "0"),
        ("TONEPOEM_CALL_BUDGET", "-1"),
        ("TONEPOEM_CALL_BUDGET", "many"),
        ("TONEPOEM_CALL_BUDGET", "10000000"),
        ("TONEPOEM_HOME", "~no-such-user-here/x"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.load({name: value}, None)


def test_a_file_that_is_no_text_is_said(own_place):
    (own_place / ".env").write_bytes(b"SPOTIPY_CLIENT_ID=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env"):
        Settings.load()


def test_a_folder_named_env_is_passed_over(own_place):
    (own_place / ".env").mkdir()
    assert Settings.load().client_id == ""


def test_a_home_below_the_users_own_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.load({"TONEPOEM_HOME": "~/music"}, None).home == tmp_path / "music"


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=12)))
def test_no_environment_whatever_raises_anything_else(environment):
    try:
        settings = Settings.load(environment, None)
    except SettingsError:
        return
    assert settings.home.is_absolute()
    assert 1 <= settings.call_budget <= 999_999


def test_the_example_names_every_setting_and_can_be_used_as_it_is():
    example = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == NAMES
    from dotenv import dotenv_values

    values = dotenv_values(Path(__file__).parent.parent / ".env.example")
    loaded = Settings.load({name: value or "" for name, value in values.items()}, None)
    assert loaded == Settings.load({}, None)
