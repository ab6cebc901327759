"""Settings: from the environment and from a file ``.env`` in the working directory, read once and passed on.

The environment goes before the file. ``.env.example`` names and explains every setting.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tonepoem.errors import SettingsError

NAMES: Final = (
    "SPOTIPY_CLIENT_ID",
    "SPOTIPY_CLIENT_SECRET",
    "SPOTIPY_REDIRECT_URI",
    "TONEPOEM_HOME",
    "TONEPOEM_MODEL",
    "TONEPOEM_CATALOG",
    "TONEPOEM_MARKET",
    "TONEPOEM_RECCOBEATS",
    "TONEPOEM_CALL_BUDGET",
)
"""Every setting there is; the first three are spotipy's own names."""

_YES: Final = frozenset(("1", "true", "yes", "on"))
_NO: Final = frozenset(("0", "false", "no", "off"))


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user has set.

    Attributes:
        home: the user's data folder: login, own catalog, what is remembered of services.
        client_id: the id of the app registered with Spotify; empty if there is none.
        client_secret: the app's secret; not needed, and never shown.
        redirect_uri: where Spotify sends the browser after the login.
        model: folder or hub id of the model that reads the words; None takes the shipped one.
        catalog: the catalog file; None takes the one in ``home``, and the starter catalog until there is one.
        market: ISO 3166-1 alpha-2 country whose songs are wanted; None leaves it to the account.
        reccobeats: whether ReccoBeats, a third party, may be asked.
        call_budget: calls to Spotify in 24 hours that are not exceeded.
    """

    home: Path
    client_id: str = ""
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str = "http://127.0.0.1/callback"
    model: str | None = None
    catalog: Path | None = None
    market: str | None = None
    reccobeats: bool = True
    call_budget: int = 600

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, file: Path | None = Path(".env")) -> Settings:
        """Read the settings.

        Args:
            environment: in place of the process's own.
            file: in place of ``.env`` in the working directory; None reads none. A missing one is no error.

        Raises:
            SettingsError: a setting has a value that cannot be used, or the file cannot be read.
        """
        given = {**_from_file(file), **(os.environ if environment is None else environment)}
        said = {name: value for name in NAMES if (value := (given.get(name) or "").strip())}
        own = said.get("TONEPOEM_CATALOG")
        return cls(
            home=_folder(said.get("TONEPOEM_HOME")),
            client_id=said.get("SPOTIPY_CLIENT_ID", ""),
            client_secret=said.get("SPOTIPY_CLIENT_SECRET"),
            redirect_uri=said.get("SPOTIPY_REDIRECT_URI", "http://127.0.0.1/callback"),
            model=said.get("TONEPOEM_MODEL"),
            catalog=_path("TONEPOEM_CATALOG", own) if own else None,
            market=_market(said.get("TONEPOEM_MARKET")),
            reccobeats=_switch("TONEPOEM_RECCOBEATS", said.get("TONEPOEM_RECCOBEATS", "1")),
            call_budget=_number("TONEPOEM_CALL_BUDGET", said.get("TONEPOEM_CALL_BUDGET", "600")),
        )

    @property
    def own_catalog(self) -> Path:
        """The file that ``tonepoem catalog import`` fills."""
        return self.catalog or self.home / "catalog.duckdb"


def _from_file(file: Path | None) -> Mapping[str, str | None]:
    if file is None or not file.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - most have no such file

    try:
        return dotenv_values(file, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as text. Save it in UTF-8, see .env.example.") from error


def _folder(said: str | None) -> Path:
    if said:
        return _path("TONEPOEM_HOME", said)
    from platformdirs import user_data_path  # noqa: PLC0415

    home = user_data_path("tonepoem", appauthor=False)
    if not home.is_absolute():  # neither HOME nor a password entry says where the user lives
        raise SettingsError("Your home folder is not known. Set TONEPOEM_HOME to a folder that tonepoem may write to.")
    return home


def _path(name: str, said: str) -> Path:
    try:
        return Path(said).expanduser().absolute()
    except (RuntimeError, ValueError, OSError) as error:
        raise SettingsError(f"{name} is no path that can be used. Give it in full, without ~.") from error


def _market(said: str | None) -> str | None:
    if said and not re.fullmatch(r"[A-Za-z]{2}", said):
        raise SettingsError(f"TONEPOEM_MARKET is {said!r}, which is no country. Give two letters, such as DE.")
    return said.upper() if said else None


def _switch(name: str, said: str) -> bool:
    if said.lower() not in _YES | _NO:
        raise SettingsError(f"{name} is {said!r}. Set it to 1 (yes) or 0 (no).")
    return said.lower() in _YES


def _number(name: str, said: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", said):
        raise SettingsError(f"{name} is {said!r}. Set it to a whole number from 1 to 999999.")
    return int(said)
