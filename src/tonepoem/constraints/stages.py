"""Words that divide a playlist: "10 min warm-up, 20 min at 170 bpm", "start with coffee, end with a dance floor"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tonepoem.constraints.page import Page, plain
from tonepoem.constraints.patterns import Pattern
from tonepoem.playlist import Constraints


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a playlist, as the words ask for it.

    Attributes:
        minutes: its length; None: an equal share of the whole.
        words: what is asked for in it; empty for the way from the part before to the one behind.
        text: the words that the model should see.
        constraints: the exact wishes for this part alone.
    """

    minutes: float | None
    words: str
    text: str
    constraints: Constraints


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the words that is about one part of the playlist."""

    minutes: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Divided:
    """The words in parts, and those around them that hold for all."""

    parts: tuple[Share, ...]
    around: str


_THEN: Final = Pattern(
    r"[,;]?\s?(?:;|\b(?:and\s)?(?:then|followed\sby|after\sthat|afterwards|puis|ensuite|luego|despues|dann|danach|depois)\b)\s?"
)
_AND: Final = Pattern(r"\s?[,+]\s?(?:\band\b\s?)?|\s\b(?:and|plus|y|et|und|e)\b\s")
_CLAUSE: Final = Pattern(r"[,;.](?:\s|$)|\s\b(?:all|everything)\b\s")
_LEAD: Final = Pattern(r".*[:;.,]", "")
_HANGING: Final = Pattern(r"^(?:(?:of|for|a|an|de|von)\s)+|\s?\b(?:of|with|for|about|during|por|para|pour|fur|durante)$")

_WITH: Final = r"\s(?:off\s|out\s|up\s)?(?:with|on|in|at)\s(?:(?:some|a\slittle|a\sbit\sof)\s)?"
_PART: Final = r"(?:(?!\b(?:and|then|but|end|ends|ending|finish|finishes|finishing)\b)[^,;.!?\n])+?"
_START_END: Final = Pattern(
    rf"\b(?:start|begin|open|kick)(?:s|ing)?{_WITH}(?P<first>{_PART})"
    rf"(?:\s?[,;]?\s?(?:\b(?:and|then|and\sthen|through|to)\s)?(?:move\s(?:on\s)?(?:to|into)\s|go\sthrough\s)(?P<middle>{_PART}))?"
    r"\s?[,;.]?\s?(?:\b(?:and|then|but)\s){0,2}"
    rf"(?:end|finish|close|wind\sup|build\sup|work\sup)(?:s|es|ing)?(?:{_WITH}|\s(?:up\s)?to\s)(?P<last>{_PART})"
    r"(?=\s?(?:$|[,;.!?\n]|\b(?:and|for|within|over|in)\b))",
    needs="start begin open kick",
)


def divide(page: Page) -> Divided | None:
    """The words in parts, or None if they speak of one whole. Lengths must have been read from the page."""
    if len(page.stretches) > 1:
        return _by_time(page)
    return _by_ends(page)


def _by_ends(page: Page) -> Divided | None:
    folded = plain(page.words)
    match = next(iter(_START_END.finditer(folded)), None)
    if match is None:
        return None

    def words(name: str) -> str:
        return page.words[match.start(name) : match.end(name)].strip()

    way = Share(None, words("middle") if match["middle"] else "")
    around = f"{page.words[: match.start()]}, {page.words[match.end() :]}"
    return Divided((Share(None, words("first")), way, Share(None, words("last"))), _trimmed(around))


def _by_time(page: Page) -> Divided:
    spans = [span for span, _ in page.stretches]
    folded = plain(page.words)
    lead, after = folded[: spans[0][0]], folded[spans[-1][1] :]
    end = _first(_CLAUSE, after, len(after))
    colon = lead.rstrip().endswith(":")
    behind = not after[:end].strip() and bool(lead.strip()) and not colon  # "warm up for 10 minutes, then …"
    gaps = [(one[1], other[0]) for one, other in pairwise(spans)]
    cuts = [_cut(folded, gap, first=behind) for gap in gaps]
    head = _LEAD.match(lead)
    begin = head.end() if head else 0
    if not behind and not head and len(lead.split()) > 2:
        begin = len(lead)  # "a playlist for my run with 10 min warm-up"
    starts = [begin, *(cut[1] for cut in cuts)]
    ends = [*(cut[0] for cut in cuts), spans[-1][1] + end]
    parts = []
    for (span, minutes), start, stop in zip(page.stretches, starts, ends, strict=True):
        words = f"{page.words[start : span[0]]} {page.words[span[1] : stop]}"
        parts.append(Share(minutes, _trimmed(words)))
    return Divided(tuple(parts), _trimmed(f"{page.words[:begin]} {page.words[ends[-1] :]}"))


def _cut(folded: str, gap: tuple[int, int], *, first: bool) -> tuple[int, int]:
    """Where one part ends and the next begins, between their lengths."""
    for pattern in (_THEN, _AND):
        places = [match.span() for match in pattern.finditer(folded, *gap)]
        if places:
            return places[0] if first else places[-1]
    return gap[1], gap[1]


def _first(pattern: Pattern, text: str, default: int) -> int:
    match = pattern.search(text)
    return match.start() if match else default


def _trimmed(words: str) -> str:
    words = re.sub(r"\s+", " ", words).strip(" ,;:.+-")
    folded = plain(words)
    start = match.end() if (match := _HANGING.match(folded)) else 0
    words, folded = words[start:], folded[start:]
    if (match := _HANGING.search(folded)) and match.end() == len(folded) and match.start():
        words = words[: match.start()]
    return words.strip(" ,;:.+-")
