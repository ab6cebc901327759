"""The ledger of calls in the last 24 hours, and the budget that keeps an app from being locked out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tonepoem.errors import BudgetError, OutputError
from tonepoem.export import write_whole

DAY: Final = 24 * 3600
_LONG: Final = 64_000
"""Bytes after which the file is written afresh without the old lines."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What publishing a playlist will cost, in calls, before it starts.

    Attributes:
        write: calls that create and fill the playlist.
        find: calls that look for songs whose address is not yet known.
        spent: calls in the last 24 hours.
        budget: calls in 24 hours that are not exceeded.
    """

    write: int
    find: int
    spent: int
    budget: int

    def __str__(self) -> str:
        find = f", {self.find} to find songs" if self.find else ""
        return f"{self.write} calls to create{find}; {self.spent} of {self.budget} used"


class CallLedger:
    """Counts calls in a file that all processes share: one line a call, the time in seconds since 1970.

    Args:
        path: the file, made when it is first needed.
        budget: calls in 24 hours that are not exceeded.
    """

    def __init__(self, path: Path, budget: int) -> None:
        self._path = path
        self.budget = budget
        self._lock = threading.RLock()
        self._read = 0  # bytes of the file that are in _times
        self._times: list[float] = []

    def spent(self) -> int:
        """Calls in the last 24 hours."""
        with self._lock:
            return len(self._recent())

    def require(self, calls: int, instead: str = "Make the playlist shorter") -> None:
        """Make sure that so many calls are left.

        Args:
            calls: what is about to be spent.
            instead: what costs less, for the message where no day's budget would do.

        Raises:
            BudgetError: they are not.
        """
        with self._lock:
            recent = list(self._recent())
        over = len(recent) + calls - self.budget
        if over <= 0:
            return
        said = f"This needs {calls} calls to Spotify, and {len(recent)} of {self.budget} are used."
        if calls > self.budget:
            raise BudgetError(f"{said} {instead}, or set TONEPOEM_CALL_BUDGET higher.")
        at = datetime.fromtimestamp(recent[over - 1] + DAY, UTC).astimezone()
        raise BudgetError(f"{said} Try again after {at:%H:%M} on {at:%A}, or set TONEPOEM_CALL_BUDGET higher.")

    def spend(self) -> None:
        """Note one call, before it is made.

        Raises:
            BudgetError: the budget is used up.
            OutputError: the ledger cannot be written.
        """
        with self._lock:
            self.require(1)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with self._path.open("a", encoding="ascii") as file:
                    file.write(f"{time.time():.3f}\n")
            except OSError as error:
                raise OutputError(
                    f"{self._path} cannot be written: {error.strerror}. Set TONEPOEM_HOME to a folder that can."
                ) from error

    def _recent(self) -> list[float]:
        """The times of the calls in the last 24 hours, the oldest first; reads what other processes have added."""
        try:
            with self._path.open("rb") as file:
                if self._path.stat().st_size < self._read:  # another process wrote it afresh
                    self._read, self._times = 0, []
                file.seek(self._read)
                new = file.read()
        except OSError:
            new, self._read, self._times = b"", 0, []
        self._read += len(new)
        self._times += [_time(line) for line in new.split()]
        lines, now = len(self._times), time.time()
        self._times = sorted(at for at in self._times if now - DAY < at <= now + DAY)
        if self._read > _LONG and lines > 2 * len(self._times):
            content = "".join(f"{at:.3f}\n" for at in self._times).encode()
            write_whole(self._path, content)
            self._read = len(content)
        return self._times


def _time(line: bytes) -> float:
    try:
        return float(line)
    except ValueError:
        return 0.0
