"""The words under the reader's eyes: in a form that patterns can read, with what was read so far taken out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from tonepoem.constraints import numbers
from tonepoem.constraints.patterns import Pattern
from tonepoem.errors import InputError

TAKEN: Final = "\0"
"""Stands for each character that was read already: neither a word nor a space, so no pattern runs across it."""

_SIGNS: Final = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "’‘ʼ´`"), "'") | {0: " "}


@dataclass(frozen=True, slots=True)
class Said:
    """One wish, for display.

    Attributes:
        wish: the name of the field of :class:`~tonepoem.playlist.Constraints`.
        what: what was read: "45 minutes".
        words: from which words: "45-minute".
    """

    wish: str
    what: str
    words: str

    def __str__(self) -> str:
        return f"{self.what}, from '{self.words}'"


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    """Lower case, without accents, and still one character."""
    first = unicodedata.normalize("NFKD", character)[0] if character != "½" else character
    return first.lower()[0]


def plain(words: str) -> str:
    """The words in lower case, without accents, with plain dashes and quotes; as long as before."""
    words = words.translate(_SIGNS)
    return words.lower() if words.isascii() else "".join(map(_plain_character, words))


@dataclass
class Page:
    """A description while its wishes are read; the only part that changes, and it is thrown away afterwards.

    Attributes:
        words: the description, in Unicode's composed form.
        year: the current year.
        plain: the words folded by :func:`plain`, what was read replaced by :data:`TAKEN`.
        figures: the same with numbers as figures, "twenty-five" as "0000000025": positions are the same in all three.
        wishes: values by field of Constraints.
        stretches: where the words divide the time: the places and the minutes of each part, in order.
    """

    words: str
    year: int
    plain: str = ""
    figures: str = ""
    wishes: dict[str, Any] = field(default_factory=dict)
    stretches: tuple[tuple[tuple[int, int], float], ...] = ()
    _said: list[tuple[int, Said]] = field(default_factory=list)
    _hidden: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = unicodedata.normalize("NFC", self.words)
        self.plain = plain(self.words)
        self.figures = numbers.figures(self.plain)

    def find(self, pattern: Pattern) -> Iterator[re.Match[str]]:
        """The places where a pattern fits the figures, those left out that were read in the meantime."""
        for match in pattern.finditer(self.figures):
            if TAKEN not in self.plain[match.start() : match.end()]:
                yield match

    def before(self, place: int) -> str:
        """What stands before a place, as far as it matters."""
        return self.figures[max(0, place - 60) : place]

    def after(self, place: int) -> str:
        """What stands behind a place, as far as it matters."""
        return self.figures[place : place + 60]

    def quote(self, span: tuple[int, int]) -> str:
        """The words of a span as they were given."""
        return " ".join(self.words[span[0] : span[1]].split()).strip(" ,;.:")

    def take(self, span: tuple[int, int], *, hide: bool = False) -> None:
        """Nothing else shall be read here; ``hide`` keeps it from the model as well."""
        start, end = span
        blank = TAKEN * (end - start)
        self.plain = self.plain[:start] + blank + self.plain[end:]
        self.figures = self.figures[:start] + blank + self.figures[end:]
        if hide:
            self._hidden.append(span)

    def read(
        self,
        wish: str,
        value: Any,
        what: str,
        span: tuple[int, int],
        *,
        hide: bool = False,
        quoted: tuple[int, int] | None = None,
    ) -> None:
        """Note a wish. Lists grow; for anything else the first that was said stands.

        ``quoted`` are the words to show for it, where they are not the ``span`` that is taken.

        Raises:
            InputError: yes and no were said of the same thing.
        """
        self.note(wish, value, what, quoted or span)
        self.take(span, hide=hide)

    def note(self, wish: str, value: Any, what: str, span: tuple[int, int]) -> None:
        """As :meth:`read`, and leave the words for others to read.

        Raises:
            InputError: yes and no were said of the same thing.
        """
        known = self.wishes.get(wish)
        if isinstance(known, tuple) and wish not in {"tempo", "popularity", "track_minutes", "years"}:
            value = known + tuple(item for item in value if item not in known)
        elif isinstance(known, bool) and known is not value:
            other = next(said for _, said in self._said if said.wish == wish)
            raise InputError(
                f"“{other.words}” and “{self.quote(span)}” contradict each other: {other.what} or {what} can be had, not both."
            )
        elif known is not None:
            value = known
        self.wishes[wish] = value
        if known is None or value != known:
            self.say(wish, what, span)

    def say(self, wish: str, what: str, span: tuple[int, int]) -> None:
        """Note what was read for display."""
        self._said.append((span[0], Said(wish, what, self.quote(span))))

    def said(self) -> tuple[Said, ...]:
        """What was read, in the order of the words."""
        return tuple(said for _, said in sorted(self._said, key=lambda pair: pair[0]))

    def text(self) -> str:
        """The words that the model should see: without what was hidden, and without the joints that held it."""
        if not self._hidden:
            return self.words
        kept, place = [], 0
        for start, end in sorted(self._hidden):
            kept.append(self.words[place : max(start, place)])
            place = max(place, end)
        return _tidy("\0".join([*kept, self.words[place:]]))


_JOINT: Final = r"(?:of|for|with|by|at|and|but|or|from|about|around|a|an|in|de|d'|et|y|e|und|mit|con|com|avec|für|pour|para)"
_DANGLING: Final = tuple(
    (Pattern(f"(?i:{pattern})"), replacement)
    for pattern, replacement in (
        (rf"(?:\b{_JOINT}\s{{0,3}})?\0\s{{0,3}}(?=[,.;:!?)]|$)", ""),  # "songs for [40 minutes], …"
        (rf"(^|[,.;:!?(]\s{{0,3}})\0\s{{0,3}}(?:{_JOINT}\b\s{{0,3}})?", r"\1"),  # "[an hour] of …"
        (r"\0", " "),
        (r"\s+", " "),
        (r"(?:\s?[,;:]){2,}", ","),
        (r"\s([,.;:!?)])", r"\1"),
        (r"^[\s,.;:!?-]+|[\s,;:-]+$", ""),
        (rf"(?:^|\s){_JOINT}$", ""),
    )
)

_COURTESY: Final = Pattern(
    r"(?i:(?:\s*(?:please|thanks|bitte|por favor|s'il te pla[iî]t|s'il vous pla[iî]t|just|and|but)\b[,.!]?)+)"
)


def _tidy(text: str) -> str:
    for pattern, replacement in _DANGLING:
        text = pattern.sub(replacement, text)
    return "" if _COURTESY.fullmatch(text) else text
