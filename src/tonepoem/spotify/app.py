"""The app that a user registered with Spotify, and where things about it are kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tonepoem.errors import SettingsError
from tonepoem.settings import Settings

API: Final = "https://api.spotify.com/v1/"
ACCOUNTS: Final = "https://accounts.spotify.com"

_HOW: Final = (
    "Create an app at https://developer.spotify.com/dashboard with the redirect address http://127.0.0.1/callback, "
    "and set SPOTIPY_CLIENT_ID to its client id."
)


@dataclass(frozen=True, slots=True)
class App:
    """An app registered with Spotify, and how it is to be used.

    Attributes:
        client_id: the app's public name, from Spotify's dashboard.
        home: the user's data folder; what is kept about the account stands in ``spotify/CLIENT_ID`` below it.
        client_secret: the app's secret; not needed, as the login then uses PKCE.
        redirect_uri: where Spotify sends the browser after the login; on loopback without a port, any port is used.
        market: ISO 3166-1 alpha-2 country whose songs are wanted; None leaves it to the account.
        call_budget: calls in 24 hours that are not exceeded. Lock-outs were reported after about 1,100.
        api: the root of the Web API.
        accounts: the root of the accounts service.

    Raises:
        SettingsError: a value cannot be used.
    """

    client_id: str
    home: Path
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str = "http://127.0.0.1/callback"
    market: str | None = None
    call_budget: int = 600
    api: str = field(default_factory=lambda: API)
    accounts: str = field(default_factory=lambda: ACCOUNTS)

    def __post_init__(self) -> None:
        if not self.client_id:
            raise SettingsError(f"No Spotify app is set. {_HOW}")
        if not re.fullmatch(r"[0-9A-Za-z]{1,64}", self.client_id):  # it names a folder, and goes into addresses
            raise SettingsError(f"SPOTIPY_CLIENT_ID holds something that is no client id. {_HOW}")
        if self.market is not None and not re.fullmatch(r"[A-Z]{2}", self.market):
            raise SettingsError(f"{self.market!r} is no market. Give a country's two capital letters, such as DE.")
        parts = urlsplit(self.redirect_uri)
        if parts.hostname == "localhost":
            raise SettingsError(
                "Spotify no longer accepts localhost as a redirect address. Register http://127.0.0.1/callback "
                "and set SPOTIPY_REDIRECT_URI to it."
            )
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError("SPOTIPY_REDIRECT_URI is no address. Set it to http://127.0.0.1/callback.")

    @classmethod
    def of(cls, settings: Settings | None = None) -> App:
        """The app that is set.

        Args:
            settings: read afresh from the environment and ``.env`` if not given.

        Raises:
            SettingsError: none is set, or a setting cannot be used.
        """
        settings = settings or Settings.load()
        return cls(
            client_id=settings.client_id,
            home=settings.home,
            client_secret=settings.client_secret,
            redirect_uri=settings.redirect_uri,
            market=settings.market,
            call_budget=settings.call_budget,
        )

    @property
    def folder(self) -> Path:
        """Where everything about the account under this app is kept."""
        return self.home / "spotify" / self.client_id


@dataclass(frozen=True, slots=True)
class Connection:
    """How calls are made.

    Attributes:
        timeout: seconds to connect, and between two pieces of an answer.
        pause: waits for so many seconds, while Spotify asks for fewer calls or mends itself; a caller may show a
            countdown.
    """

    timeout: tuple[float, float] = (5.0, 20.0)
    pause: Callable[[float], None] = time.sleep
