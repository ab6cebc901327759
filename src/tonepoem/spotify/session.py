"""The connection: spotipy over a session of our own, which keeps status and headers and never repeats a write blindly.

Left alone, spotipy sleeps through a whole ``Retry-After``, reports a 503 as 429, and repeats a POST after a 502, which
makes duplicate playlists. Here one attempt is one HTTP request, and :class:`Calls` alone decides what
follows: an expired token is renewed once, a short 429 is waited out once, a GET is repeated after a 5xx, and
everything else is an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import requests
import spotipy
import urllib3
from requests.adapters import HTTPAdapter

from tonepoem.spotify.errors import QUOTA, Answer, Refused, translated

PATIENCE: Final = 30.0
"""The longest ``Retry-After``, in seconds, that is waited out rather than reported."""
REPEATS: Final = 2
"""How often a GET is repeated after a 5xx."""

# spotipy writes every header, the access token included, to its debug log, and every refusal to its error log.
logging.getLogger("spotipy").setLevel(logging.CRITICAL + 1)


class Authority(Protocol):
    """Whoever hands out access tokens."""

    def get_access_token(self, as_dict: bool = False) -> str:
        """A token that is valid now, in the form in which spotipy asks for it."""
        ...

    def renew(self) -> None:
        """Get a new token, because the present one was refused."""
        ...


class Ledger(Protocol):
    """Whoever counts the calls."""

    def spend(self) -> None:
        """Note one call, or raise BudgetError."""
        ...


class Observer(Protocol):
    """Whoever learns from answers what this app may do."""

    def granted(self, method: str, path: str) -> None:
        """The call was answered."""
        ...

    def refused(self, answer: Answer) -> None:
        """The call was refused."""
        ...


class Session(requests.Session):
    """A session in which every request has a time limit, and an answer of 400 and above raises :class:`Refused`.

    Args:
        accounts: the root of the accounts service, to tell its refusals from the Web API's.
        timeout: seconds to connect, and between two pieces of an answer.
    """

    def __init__(self, accounts: str, timeout: tuple[float, float]) -> None:
        super().__init__()
        self._token_url = f"{accounts}/api/token"
        self._timeout = timeout
        # A connection that was never made may be tried again whatever the method. Nothing else is repeated here.
        retry = urllib3.Retry(
            total=2,
            connect=2,
            read=0,
            redirect=0,
            status=0,
            other=0,
            status_forcelist=(),
            backoff_factor=0.3,
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=retry))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request.

        Raises:
            Refused: the status is 400 or above.
            requests.exceptions.RequestException: there is no whole answer, or it is not JSON.
        """
        kwargs["timeout"] = self._timeout
        response = super().request(method, url, *args, **kwargs)
        if response.status_code >= 400:
            raise Refused(Answer.of(response), accounts=url == self._token_url)
        if response.content.strip():
            try:
                response.json()
            except ValueError:
                # spotipy would take a broken body for an empty one, and a ValueError likewise.
                raise requests.exceptions.ContentDecodingError("the answer is not JSON") from None
        return response


class Calls(spotipy.Spotify):  # type: ignore[misc]
    """spotipy's client with our own policy on errors; see :class:`tonepoem.spotify.client.Client` for its face.

    Args:
        authority: hands out the access token.
        session: see :class:`Session`.
        api: the root of the Web API, with a slash at its end.
        ledger: counts the calls.
        observer: learns from answers.
        pause: waits for so many seconds; a caller may show a countdown.
    """

    def __init__(
        self,
        authority: Authority,
        session: Session,
        *,
        api: str,
        ledger: Ledger,
        observer: Observer,
        pause: Callable[[float], None],
    ) -> None:
        super().__init__(auth_manager=authority, requests_session=session)
        self.prefix = api
        self._authority = authority
        self._ledger = ledger
        self._observer = observer
        self._pause = pause

    def _internal_call(self, method: str, url: str, payload: Any, params: dict[str, Any]) -> Any:
        with translated():
            return self._attempts(method, url, payload, params)

    def _attempts(self, method: str, url: str, payload: Any, params: dict[str, Any]) -> Any:
        renewed = waited = False
        repeats = 0
        while True:
            self._authority.get_access_token()  # a login that has ended must not cost a call
            self._ledger.spend()
            try:
                answer = super()._internal_call(method, url, payload, dict(params))
            except Refused as refused:
                said = refused.answer
                if said.status == 401 and "permissions" not in said.text and not renewed:
                    renewed = True
                    self._authority.renew()
                elif said.status == 429 and not waited and QUOTA not in said.text and _short(said.retry_after):
                    waited = True
                    self._pause((said.retry_after or 0) + 0.1)
                elif said.status >= 500 and method == "GET" and repeats < REPEATS:
                    repeats += 1
                    self._pause(0.5 * repeats)
                else:
                    self._observer.refused(said)
                    raise
            else:
                self._observer.granted(method, url)
                return answer

    def append(self, playlist_id: str, uris: Sequence[str]) -> Any:
        """Append at most 100 tracks; spotipy's own method sends a bare list, which the API does not describe."""
        return self._post(f"playlists/{playlist_id}/items", payload={"uris": list(uris)})

    def recommend(self, parameters: Mapping[str, Any]) -> Any:
        """Recommendations with every parameter as given; spotipy's own method drops those that it does not know."""
        return self._get("recommendations", **parameters)


def _short(seconds: float | None) -> bool:
    return seconds is not None and seconds <= PATIENCE
