"""What this app may do: learned from Spotify's answers, remembered for a week, and told by the doctor.

Spotify knows two kinds of app, and the kind cannot be asked for. It shows in the first refusal.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from tonepoem.errors import ServiceError, TonepoemError, UnavailableError
from tonepoem.export import write_whole
from tonepoem.playlist import Track
from tonepoem.spotify.budget import CallLedger
from tonepoem.spotify.client import Account
from tonepoem.spotify.errors import Answer
from tonepoem.spotify.token import LIFETIME, Keeper

KEPT: Final = 7 * 24 * 3600
"""Seconds for which an answer counts: rights come and go."""
EXTENDED: Final = 20
"""Hits in an answer to an app with extended quota that does not say how many it wants; others get 5."""

Ability = Literal["recommendations", "pages of 50"]
"""What some apps may do and others not."""


class Capabilities:
    """Learns from answers what the app may do.

    Args:
        path: where it is remembered, for this app alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def may(self, ability: Ability) -> bool | None:
        """Whether the app may do it; None if that is not known, or no longer."""
        row = self._read().get(ability)
        if not isinstance(row, dict) or not isinstance(row.get("may"), bool):
            return None
        at = row.get("at")
        return row["may"] if isinstance(at, int | float) and 0 <= time.time() - at < KEPT else None

    def require(self, ability: Ability) -> None:
        """Spare the call where the answer is known.

        Raises:
            UnavailableError: the app may not do it.
        """
        if self.may(ability) is False:
            raise UnavailableError(
                f"Spotify does not give this app {ability}. Choose another source, for instance --source catalog; "
                "`tonepoem doctor` asks Spotify afresh."
            )

    def learn(self, ability: Ability, may: bool) -> None:
        """Remember an answer; where it cannot be written, it is asked again next time."""
        with self._lock:
            known = {**self._read(), ability: {"may": may, "at": time.time()}}
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_whole(self._path, json.dumps(known).encode())
            except (OSError, TonepoemError):
                return

    def granted(self, method: str, path: str) -> None:  # noqa: ARG002 - the observer's form
        """A call was answered."""
        if path.endswith("recommendations") and self.may("recommendations") is not True:
            self.learn("recommendations", True)

    def refused(self, answer: Answer) -> None:
        """A call was refused; only the app's own limits are learned from, not the account's."""
        whose = ("premium", "registered", "scope")
        if (
            answer.path.endswith("/recommendations")
            and answer.status in {403, 404}
            and not any(word in answer.text for word in whose)
        ):
            self.learn("recommendations", False)

    def _read(self) -> dict[str, object]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        name: what was looked at.
        value: what was found.
        fine: whether it is as it should be; None where it is neither good nor bad.
        mend: what to click or type; None where nothing is to be done.
    """

    name: str
    value: str
    fine: bool | None = None
    mend: str | None = None


class Asked(Protocol):
    """The calls that the doctor makes, see :class:`tonepoem.spotify.client.Client`."""

    def me(self) -> Account:
        """The account that is logged in."""
        ...

    def usual_page(self) -> int:
        """Hits in an answer where none are asked for."""
        ...

    def recommend(self, parameters: dict[str, str | int | float]) -> tuple[Track, ...]:
        """Tracks for seeds."""
        ...


def examine(
    client: Asked,
    keeper: Keeper,
    ledger: CallLedger,
    capabilities: Capabilities,
    third_parties: Sequence[tuple[str, Callable[[], None]]] = (),
) -> tuple[Finding, ...]:
    """Find out what the app and the account may do, in three calls, repeats aside.

    Args:
        client: the calls.
        keeper: the login.
        ledger: the calls spent.
        capabilities: where the answers are remembered.
        third_parties: other services by name, with what raises ServiceError if one cannot be reached.
    """
    findings = [*_account(client, keeper)]
    if findings[-1].fine:
        findings += [*_app(client, capabilities)]
    for name, reach in third_parties:
        error = _failure(reach)
        findings.append(Finding(name, "reachable" if error is None else "not reachable", error is None, _mend(error)))
    findings.append(Finding("calls in 24 hours", f"{ledger.spent()} of {ledger.budget}", ledger.spent() < ledger.budget))
    return tuple(findings)


def _account(client: Asked, keeper: Keeper) -> list[Finding]:
    try:
        token = keeper.token
        account = client.me()
        token = keeper.token  # the call may have renewed it
    except ServiceError as error:
        premium, users = "Premium" in str(error), "list of users" in str(error)
        rows = [Finding("login", "there is none" if not (premium or users) else "refused", False, _mend(error))]
        if premium:
            rows = [Finding("Premium", "the app's owner has none", False, _mend(error))]
        if users:
            rows = [Finding("allow-list", "this account is not on it", False, _mend(error))]
        return rows
    age = (time.time() - token.consented_at) / 86_400
    return [
        Finding("login", f"as {account.display_name or account.id}", True),
        Finding("permissions", ", ".join(sorted(token.scopes)) or "none"),
        Finding(
            "age of the login",
            f"{age:.0f} of {LIFETIME.days} days, until {token.ends:%Y-%m-%d}",
            token.notice() is None,
            token.notice(),
        ),
        Finding("Premium", account.product or "the app's owner has it", True),
        Finding("allow-list", "this account is on it", True),
    ]


def _app(client: Asked, capabilities: Capabilities) -> list[Finding]:
    # Asking for too large a page would show the kind of app as well, but the description forbids it.
    try:
        pages: bool | None = client.usual_page() >= EXTENDED
    except ServiceError:
        pages = None
    recommends = _may(lambda: client.recommend({"seed_genres": "pop", "limit": 1}))
    if pages is not None:
        capabilities.learn("pages of 50", pages)
    kind = {True: "extended quota", False: "development mode", None: "not known: Spotify did not answer"}[pages]
    size = {True: "50 hits a page", False: "10 hits a page", None: "not known"}[pages]
    offered = {True: "yes", False: "no: withdrawn for this app", None: "not known"}[recommends]
    other = "Nothing can be done; --source search, reccobeats and catalog work." if recommends is False else None
    return [
        Finding("app", kind),
        Finding("search", size),
        Finding("recommendations", offered, None if recommends is False else recommends, other),
    ]


def _may(call: Callable[[], object]) -> bool | None:
    error = _failure(call)
    return True if error is None else False if isinstance(error, UnavailableError) else None


def _failure(call: Callable[[], object]) -> ServiceError | None:
    try:
        call()
    except ServiceError as error:
        return error
    return None


def _mend(error: ServiceError | None) -> str | None:
    """The next step out of an error's message: all that follows its first sentence."""
    return None if error is None else str(error).partition(". ")[2] or str(error)
