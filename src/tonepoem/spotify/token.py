"""The token: kept in a file that only its owner can read, renewed when it runs out, forgotten when it has ended."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tonepoem.errors import AccessError, LoginError, OutputError

LIFETIME: Final = timedelta(days=182)
"""How long a login lasts: six months from consent, not extended by use (Spotify, since 20 July 2026)."""
WARN_AFTER: Final = timedelta(days=122)
"""From when on its end is announced: the fifth month."""
EARLY: Final = 60
"""Seconds before its end at which an access token counts as ended: clocks differ, and calls take time."""

HOW: Final = "Run `tonepoem login`."


class LoginEnded(LoginError):  # noqa: N818 - reads as what happened
    """The login has run out, or was taken back; its token is of no more use."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a login gave.

    Attributes:
        client_id: the app that it is for.
        access_token: what calls are signed with; lasts an hour.
        refresh_token: what a new access token is asked for with.
        scopes: the permissions that the user agreed to.
        expires_at: when the access token ends, in seconds since 1970.
        consented_at: when the user agreed, in seconds since 1970.
    """

    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]
    expires_at: float
    consented_at: float

    @property
    def ends(self) -> datetime:
        """When the login ends and has to be repeated, in local time with its zone."""
        return (datetime.fromtimestamp(self.consented_at, UTC) + LIFETIME).astimezone()

    @property
    def stale(self) -> bool:
        """Whether a new access token is needed."""
        return self.expires_at - EARLY < time.time()

    def notice(self) -> str | None:
        """From the fifth month on, a sentence that says when the login ends and what to do; else None."""
        if time.time() - self.consented_at < WARN_AFTER.total_seconds():
            return None
        return f"Your Spotify login ends on {self.ends:%Y-%m-%d}. Run `tonepoem login` to renew it before then."


class TokenFile:
    """The place where the token of one app is kept.

    The folder is named by the client id, and so holds everything kept about the account under that app.

    Args:
        folder: the app's folder, made when it is first needed.
        client_id: the app; a token of another app is not read.
    """

    def __init__(self, folder: Path, client_id: str) -> None:
        self.folder = folder
        self.path = folder / "token.json"
        self._client_id = client_id

    def read(self) -> Token | None:
        """The token, or None if there is none that can be used."""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            token = Token(**{**document, "scopes": tuple(document["scopes"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return token if token.client_id == self._client_id else None

    def write(self, token: Token) -> None:
        """Keep a token; the file has mode 0600 from its first byte and is whole or not there.

        Raises:
            OutputError: the file cannot be written.
        """
        temporary = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".token-")  # mkstemp makes it 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(token), file)
            Path(temporary).replace(self.path)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            raise OutputError(
                f"The login cannot be kept in {self.folder}: {error.strerror}. Set TONEPOEM_HOME to a folder that "
                "can be written."
            ) from error

    def forget(self) -> None:
        """Delete the token."""
        self.path.unlink(missing_ok=True)

    def forget_everything(self) -> None:
        """Delete all that is kept about the account under this app.

        Raises:
            OutputError: something cannot be deleted.
        """
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be deleted: {error.strerror}. Delete it by hand.") from error


class Keeper:
    """Hands out access tokens, and renews them; safe to share between threads.

    Args:
        file: where the token is kept.
        refresh: asks the accounts service for a new access token, given the refresh token.
    """

    def __init__(self, file: TokenFile, refresh: Callable[[str], dict[str, Any]]) -> None:
        self._file = file
        self._refresh = refresh
        self._lock = threading.Lock()
        self._token = file.read()

    @property
    def token(self) -> Token:
        """The login.

        Raises:
            LoginError: there is none.
        """
        if self._token is None:
            raise LoginError(f"You are not logged in to Spotify. {HOW}")
        return self._token

    def get_access_token(self, as_dict: bool = False) -> str:  # noqa: ARG002 - spotipy's form of asking
        """An access token that is valid for a minute or more.

        Raises:
            LoginError: there is no login, or it has ended.
        """
        if self.token.stale:
            self.renew(only_stale=True)
        return self.token.access_token

    def renew(self, only_stale: bool = False) -> None:
        """Get a new access token.

        Args:
            only_stale: do nothing if another thread has just renewed it.

        Raises:
            LoginError: the login has ended; the token is forgotten.
        """
        with self._lock:
            used = self.token
            if only_stale and not used.stale:
                return
            try:
                self._token = renewed(used, self._refresh(used.refresh_token))
            except LoginEnded:
                # Another process may have renewed it first, which ends our refresh token but not the login.
                other = self._file.read()
                if other and other.refresh_token != used.refresh_token:
                    self._token = other
                    return
                self._token = None
                self._file.forget()
                raise
            self._file.write(self._token)

    def need(self, *scopes: str) -> None:
        """Make sure that the login has these permissions.

        Raises:
            LoginError: there is no login.
            AccessError: a permission is missing.
        """
        missing = sorted(set(scopes) - set(self.token.scopes))
        if missing:
            asked = " ".join(f"--scope {scope}" for scope in missing)
            raise AccessError(
                f"This needs a permission that your Spotify login lacks: {', '.join(missing)}. Run `tonepoem login {asked}`."
            )


def granted(client_id: str, answer: dict[str, Any], asked: tuple[str, ...]) -> Token:
    """The token in the accounts service's answer to a consent given now."""
    return Token(
        client_id=client_id,
        access_token=str(answer["access_token"]),
        refresh_token=str(answer["refresh_token"]),
        scopes=_scopes(answer, asked),
        expires_at=time.time() + float(answer["expires_in"]),
        consented_at=time.time(),
    )


def renewed(token: Token, answer: dict[str, Any]) -> Token:
    """The token after a refresh; the service may or may not give a new refresh token and the scopes again."""
    return Token(
        client_id=token.client_id,
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or token.refresh_token),
        scopes=_scopes(answer, token.scopes),
        expires_at=time.time() + float(answer["expires_in"]),
        consented_at=token.consented_at,
    )


def _scopes(answer: dict[str, Any], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    said = answer.get("scope")
    return tuple(said.split()) if isinstance(said, str) and said.strip() else otherwise
