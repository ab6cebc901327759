"""How things are measured: contenders take turns, and of the turns the median counts.

A shared machine is now fast and now slow. So a ratio is the median of the ratios of each turn, in which the contenders ran
one right after the other; it is never a quotient of numbers that were measured at different times.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
Clock = Callable[[], float]
"""Does the work and says how long it took, in milliseconds."""

BESIDE = ("ctranslate2", "duckdb", "torch", "transformers", "numpy", "pandas", "scikit-learn")
"""Packages whose versions belong to the figures."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        what: the work.
        who: who did it.
        unit: of the values.
        values: one for each turn.
        ratio: how many times tonepoem's value it is, the median over the turns; None for tonepoem's own.
    """

    what: str
    who: str
    unit: str
    values: tuple[float, ...]
    ratio: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def document(self) -> dict[str, Any]:
        """What is written as JSON."""
        return {
            "what": self.what,
            "who": self.who,
            "unit": self.unit,
            "median": self.median,
            "values": list(self.values),
            "ratio": self.ratio,
        }


def clock(run: Callable[[], object], calls: int = 1) -> Clock:
    """A clock of the median of some calls in a row."""

    def once() -> float:
        began = time.perf_counter()
        run()
        return (time.perf_counter() - began) * 1000

    return lambda: statistics.median(once() for _ in range(calls))


def contest(what: str, contenders: Mapping[str, Clock], turns: int) -> list[Figure]:
    """Let contenders take turns, after one turn that does not count; the first is tonepoem."""
    spans: dict[str, list[float]] = {who: [] for who in contenders}
    for turn in range(turns + 1):
        order = list(contenders)
        for who in reversed(order) if turn % 2 else order:  # nobody always comes after the same one
            span = contenders[who]()
            if turn:
                spans[who].append(span)
    return compared(what, "ms", spans)


def compared(what: str, unit: str, values: Mapping[str, Sequence[float]]) -> list[Figure]:
    """Figures of contenders, whose values belong together turn by turn; the first is tonepoem."""
    first, *_ = values
    ratios = {
        who: statistics.median(other / own for own, other in zip(values[first], theirs, strict=True))
        for who, theirs in values.items()
        if who != first
    }
    return [Figure(what, who, unit, tuple(own), ratios.get(who)) for who, own in values.items()]


def apart(work: Callable[..., Result], *arguments: Any) -> tuple[Result, float]:
    """Do some work in a process of its own.

    Returns:
        The result, and the greatest memory that the process held, in MB.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_peak, work, arguments).result()


def _with_peak(work: Callable[..., Result], arguments: tuple[Any, ...]) -> tuple[Result, float]:
    result = work(*arguments)
    return result, _megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


_WATCHER = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print((time.perf_counter() - began) * 1000, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def program(*arguments: str) -> tuple[float, float]:
    """Run Python with arguments: milliseconds, and the greatest memory that it held, in MB.

    A process begins as a copy of the one that starts it, memory included, so a small one of some 10 MB starts it.

    Raises:
        CalledProcessError: it failed.
    """
    command = [sys.executable, *arguments]
    watched = subprocess.run([sys.executable, "-c", _WATCHER, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    span, peak, status = watched.stdout.split()
    if int(status):
        raise subprocess.CalledProcessError(int(status), command)
    return float(span), _megabytes(int(peak))


def _megabytes(peak: int) -> float:
    """What the system says of a process's greatest memory: bytes on a Mac, else kB."""
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        **{name: version for name in BESIDE if (version := _version(name))},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def markdown(figures: Iterable[Figure]) -> str:
    """A table of figures: the median, the least and greatest value of any turn, and the ratio."""
    rows = [("what", "who", "median", "range", "of tonepoem's"), ("---", "---", "---:", "---:", "---:")]
    before = ""
    for figure in figures:
        rows.append(
            (
                figure.what if figure.what != before else "",
                figure.who,
                f"{_number(figure.median)} {figure.unit}",
                f"{_number(min(figure.values))} – {_number(max(figure.values))}" if len(figure.values) > 1 else "",
                f"{_number(figure.ratio)} ×" if figure.ratio is not None else "",
            )
        )
        before = figure.what
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _number(value: float) -> str:
    places = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{places}f}"
