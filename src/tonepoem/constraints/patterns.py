"""Regular expressions that cost nothing until words call for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

_FIGURE: Final = re.compile("[0-9]")


class Pattern:
    """A regular expression, compiled at first use.

    There are about a hundred, a description calls for a few, and to compile them all takes longer than to choose the songs.

    Args:
        source: the expression.
        needs: texts of which the words must hold one, separated by spaces; none given: it always applies.
        also: the same once more, where one such list lets too much pass.
        number: whether the words must hold a figure.
    """

    def __init__(self, source: str, needs: str = "", also: str = "", *, number: bool = False) -> None:
        self._source = source
        self._needs = [tuple(need.replace("_", " ") for need in every.split()) for every in (needs, also) if every]
        self._number = number

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._source)

    def applies(self, text: str) -> bool:
        """Whether the text holds what every match needs."""
        if self._number and not _FIGURE.search(text):
            return False
        for needs in self._needs:
            for need in needs:  # a loop: any() with a generator takes twice as long, and this is asked most of all
                if need in text:
                    break
            else:
                return False
        return True

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """As :meth:`re.Pattern.finditer`; nothing where the pattern does not apply."""
        if self.applies(text):
            yield from self._compiled.finditer(text, start, len(text) if end is None else end)

    def search(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.search`."""
        return self._compiled.search(text)

    def match(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """As :meth:`re.Pattern.match`; whether the pattern applies is for the caller to ask."""
        return self._compiled.match(text, start, len(text) if end is None else end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.fullmatch`."""
        return self._compiled.fullmatch(text)

    def sub(self, replacement: str, text: str) -> str:
        """As :meth:`re.Pattern.sub`."""
        return self._compiled.sub(replacement, text)
