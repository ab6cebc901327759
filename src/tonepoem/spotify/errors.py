"""The door for errors: what Spotify, requests, urllib3 and spotipy say becomes an error of tonepoem's own.

Three tables are the whole truth: :data:`API` for refusals by ``api.spotify.com``, :data:`ACCOUNTS` for refusals by
``accounts.spotify.com``, :data:`FOREIGN` for exceptions. The first row that fits counts. No text of an answer is ever
quoted in a message, because an answer may repeat what was sent to it, and that may be a secret.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import requests
import spotipy
import spotipy.oauth2
import urllib3
from pydantic import ValidationError

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
from tonepoem.spotify.token import LoginEnded

if TYPE_CHECKING:
    from requests import Response

QUOTA: Final = "quota_exceeded"
LONGEST_WAIT: Final = 365 * 24 * 3600
"""Seconds; a ``Retry-After`` beyond it is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal, with what the tables need to tell one from another.

    Attributes:
        method: the HTTP method that was refused.
        path: the path below the service's root, without the query.
        status: the HTTP status.
        text: whatever the body says about itself, case-folded; empty if it says nothing.
        empty: whether there was no body at all.
        retry_after: seconds to wait, or None if the answer does not say.
    """

    method: str
    path: str
    status: int
    text: str
    empty: bool
    retry_after: float | None

    @classmethod
    def of(cls, response: Response) -> Answer:
        """What an HTTP answer says, whatever its form: an object, a bare list, plain text, nothing."""
        request = response.request
        path = (request.path_url or "").partition("?")[0]
        try:
            said = _words(json.loads(response.content))
        except ValueError:
            said = response.content.decode("utf-8", "replace")
        return cls(
            method=request.method or "",
            path=path,
            status=response.status_code,
            text=said.casefold(),
            empty=not response.content.strip(),
            retry_after=_seconds(response.headers.get("Retry-After")),
        )


def _words(document: object) -> str:
    """Every text in a JSON document, joined: error bodies come in at least four forms."""
    if isinstance(document, str):
        return document
    if isinstance(document, dict):
        document = list(document.values())
    return " ".join(filter(None, map(_words, document))) if isinstance(document, list) else ""


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds <= LONGEST_WAIT else None


class Unsent(ConnectionFailed):
    """No connection was made, so the request cannot have taken effect."""


class Gone(AccessError):  # noqa: N818 - reads as what happened
    """There is no such playlist."""


class Refused(Exception):  # noqa: N818 - reads as what happened
    """An answer of 400 and above, on its way from the session to the client, which may still mend it."""

    def __init__(self, answer: Answer, accounts: bool = False) -> None:
        super().__init__(f"{answer.method} {answer.path} {answer.status}")
        self.answer = answer
        self.accounts = accounts


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        status: the statuses it stands for; empty stands for all.
        error: the error to raise.
        message: what happened, and what to do next.
        says: words that the answer must hold; empty asks for none.
        path: a part that the path must have.
        empty: True if the body must be empty.
    """

    status: range
    error: type[ServiceError] | type[SettingsError]
    message: str
    says: str = ""
    path: str = ""
    empty: bool = False

    def fits(self, answer: Answer) -> bool:
        """Whether this row speaks of the answer."""
        return (
            (not self.status or answer.status in self.status)
            and self.says in answer.text
            and self.path in answer.path
            and (answer.empty or not self.empty)
        )


def _at(status: int) -> range:
    return range(status, status + 1)


_ANY: Final = range(0)
_DASHBOARD: Final = "https://developer.spotify.com/dashboard"
_REPORT: Final = "Please report this to tonepoem's authors."
_OTHER_SOURCE: Final = "Choose another source, for instance --source catalog."

API: Final[tuple[Row, ...]] = (
    Row(_at(400), UnavailableError, f"Spotify allows this app smaller pages than were asked for. {_REPORT}", "limit"),
    Row(
        _at(401),
        AccessError,
        "Your login lacks a permission that this needs. Run `tonepoem login` and agree to it.",
        "permissions missing",
    ),
    Row(_at(401), LoginError, "Spotify no longer accepts this login. Run `tonepoem login`."),
    Row(
        _at(403),
        AccessError,
        "Spotify wants the owner of this app to have Premium. Renew Premium for that account, or use the client id "
        "of an account that has it.",
        "premium",
    ),
    Row(
        _at(403),
        AccessError,
        f"This Spotify account is not on the app's list of users. Open {_DASHBOARD}, choose the app, then Settings, "
        "User Management, and add the account's name and e-mail address.",
        "not registered",
    ),
    Row(
        _at(403),
        AccessError,
        "Your login lacks a permission that this needs. Run `tonepoem login` and agree to it.",
        "scope",
    ),
    Row(
        range(403, 405),
        UnavailableError,
        f"Spotify has withdrawn recommendations for this app. {_OTHER_SOURCE}",
        path="/recommendations",
    ),
    Row(
        _at(403),
        AccessError,
        "Spotify gives and changes the items of your own playlists only. Choose a playlist of yours.",
        path="/items",
    ),
    Row(
        _at(403),
        UnavailableError,
        "Spotify does not let this app do that. Run `tonepoem doctor` to see what it may do.",
    ),
    Row(
        _at(404),
        UnavailableError,
        "Spotify has withdrawn this function for this app. Run `tonepoem doctor` to see what it may do.",
        empty=True,
    ),
    Row(_at(404), Gone, "Spotify knows no such playlist. Check its address.", path="/playlists/"),
    Row(_at(404), ServiceError, "Spotify knows nothing under that address. Check it and try again."),
    Row(_at(429), RateLimitError, "Spotify's quota for this app is spent.", QUOTA),
    Row(_at(429), RateLimitError, "Spotify asks for fewer calls."),
    Row(range(500, 600), ConnectionFailed, "Spotify has trouble of its own. Try again in a few minutes."),
    Row(_ANY, ServiceError, f"Spotify refused the request. {_REPORT}"),
)
"""Refusals by the Web API."""

ACCOUNTS: Final[tuple[Row, ...]] = (
    Row(_ANY, LoginEnded, "Your login has ended. Run `tonepoem login`.", "invalid_grant"),
    Row(
        _ANY,
        SettingsError,
        f"Spotify does not know this app by its client id and secret. Compare SPOTIPY_CLIENT_ID and "
        f"SPOTIPY_CLIENT_SECRET with {_DASHBOARD}.",
        "invalid_client",
    ),
    Row(
        _ANY,
        SettingsError,
        f"Spotify does not know this redirect address. Register it under {_DASHBOARD}, or set SPOTIPY_REDIRECT_URI "
        "to one that is registered.",
        "redirect",
    ),
    Row(_ANY, LoginError, "You did not agree to the login. Run `tonepoem login` to try again.", "access_denied"),
    Row(_at(429), RateLimitError, "Spotify asks for fewer logins."),
    Row(range(500, 600), ConnectionFailed, "Spotify's login has trouble of its own. Try again in a few minutes."),
    Row(_ANY, LoginError, "Spotify refused the login. Run `tonepoem login` to try again."),
)
"""Refusals by the accounts service, in token answers and in redirects."""

_NETWORK: Final = "Check the network, then try again."
FOREIGN: Final[tuple[tuple[type[BaseException], type[ServiceError], str], ...]] = (
    (requests.exceptions.ConnectTimeout, Unsent, f"Spotify could not be reached in time. {_NETWORK}"),
    (requests.exceptions.Timeout, ConnectionFailed, f"Spotify took too long to answer. {_NETWORK}"),
    (
        requests.exceptions.SSLError,
        ConnectionFailed,
        "The connection to Spotify is not secure. Check this machine's clock and certificates.",
    ),
    (requests.exceptions.ProxyError, ConnectionFailed, "The proxy does not let tonepoem through. Check HTTPS_PROXY."),
    (requests.exceptions.ConnectionError, ConnectionFailed, f"The connection to Spotify broke off. {_NETWORK}"),
    (requests.exceptions.RequestException, ConnectionFailed, f"Spotify's answer broke off. {_NETWORK}"),
    (urllib3.exceptions.HTTPError, ConnectionFailed, f"Spotify's answer broke off. {_NETWORK}"),
    (spotipy.oauth2.SpotifyOauthError, LoginError, "The login failed. Run `tonepoem login` to try again."),
    (spotipy.exceptions.SpotifyBaseException, ServiceError, f"Spotify refused the request. {_REPORT}"),
    (ValidationError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    # spotipy stumbles over answers of an unexpected form with these; they are caught only around a call and the
    # reading of its answer.
    (ArithmeticError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    (AttributeError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    (LookupError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    (TypeError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    (ValueError, ConnectionFailed, "Spotify's answer has an unexpected form. Try again in a few minutes."),
    (http.client.HTTPException, ConnectionFailed, f"Spotify's answer broke off. {_NETWORK}"),
    (OSError, ConnectionFailed, f"Spotify could not be reached. {_NETWORK}"),
)
"""Exceptions of other libraries, the narrow before the wide."""


def of_answer(answer: Answer, *, accounts: bool = False) -> TonepoemError:
    """The error that a refusal stands for."""
    row = next(row for row in (ACCOUNTS if accounts else API) if row.fits(answer))
    if row.error is RateLimitError:
        return _rate_limit(row.message, answer.retry_after)
    return row.error(row.message)


def _rate_limit(message: str, retry_after: float | None) -> RateLimitError:
    if retry_after is None:
        return RateLimitError(f"{message} Try again in an hour.")
    now = datetime.now().astimezone()
    at = now + timedelta(seconds=retry_after)
    clock = f"{at:%H:%M:%S}" if retry_after < 60 else f"{at:%H:%M}"
    day = "" if at.date() == now.date() else f" on {at:%A}" if retry_after < 6 * 24 * 3600 else f" on {at:%Y-%m-%d}"
    return RateLimitError(f"{message} Try again after {clock}{day}.", at)


@contextmanager
def translated() -> Iterator[None]:
    """Let nothing out but tonepoem's own errors.

    Raises:
        TonepoemError: in place of whatever was raised inside.
    """
    try:
        yield
    except TonepoemError:
        raise
    except Refused as refused:
        raise of_answer(refused.answer, accounts=refused.accounts) from None
    except tuple(kind for kind, _, _ in FOREIGN) as foreign:
        error, message = next((error, text) for kind, error, text in FOREIGN if isinstance(foreign, kind))
        # spotipy's own exceptions quote the answer, which may quote a secret: such a cause is not kept.
        quotes = isinstance(foreign, spotipy.exceptions.SpotifyBaseException | ValidationError | ValueError)
        if isinstance(foreign, requests.exceptions.ConnectionError) and _never_made(foreign):
            error, message = Unsent, f"Spotify could not be reached. {_NETWORK}"
        raise error(message) from (None if quotes else foreign)


def _never_made(failure: requests.exceptions.ConnectionError) -> bool:
    reason = getattr(failure.args[0], "reason", None) if failure.args else None
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
