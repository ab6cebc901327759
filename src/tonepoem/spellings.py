"""Tables of spellings: what a folded name means, made when the package is built and looked up in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol


class Spelled(Protocol):
    """What a folded spelling means."""

    def get(self, key: str, /) -> str | None:
        """The name, or None."""


class Spellings:
    """A table of spellings that is looked up where it lies: to make a dictionary of it takes longer than to read the words.

    Args:
        text: lines as :func:`write_spellings` makes them.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text

    def get(self, key: str, /) -> str | None:
        """The name that a folded spelling means, or None."""
        text, wanted = self._text, key.encode() + b"\t"
        low, high = 0, len(text)  # the beginnings of the first line that may be it, and of the first that lies behind
        while low < high:
            start = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
            if text.startswith(wanted, start):
                return text[start + len(wanted) : text.index(b"\n", start)].decode()
            end = text.index(b"\n", start) + 1
            if text[start:end] < wanted:
                low = end
            else:
                high = start
        return None


def write_spellings(table: Mapping[str, str]) -> Iterator[str]:
    """A line for each spelling of a table, in the order of their bytes: the spelling and its name, a tab between them."""
    return (f"{key}\t{name}" for key, name in sorted(table.items(), key=lambda item: item[0].encode() + b"\t"))
