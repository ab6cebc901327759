"""Artists in words: only those that the caller knows, and never out of ordinary words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from tonepoem.constraints.length import NOUNS
from tonepoem.constraints.page import TAKEN, Page
from tonepoem.constraints.patterns import Pattern
from tonepoem.genres import fold
from tonepoem.spellings import Spelled

Lookup = Callable[[str], str | None]
"""Gives the artist's name as it is spelled, or None if there is no such artist."""

LONGEST: Final = 8
"""Words in an artist's name at most."""

_LITTLE: Final = frozenset({"the", "a", "an", "and", "of", "in", "at", "de", "la", "el", "los", "las", "le", "les"})
_BACKED: Final = Pattern(r"(?i)\s+(?:&|and)\s+(?:the|his|her|their)\b.*$")
_WORD: Final = Pattern(r"[^\W_]+")
_GAP: Final = Pattern(r"(?:\s|[&'./,+!$*-]){1,4}|\s?(?:&|\+)\s?")
_END: Final = Pattern(
    r"(?:'s?)?\s?(?:$|[,.;:!?)\]/\0&\"-]|(?:or|and|nor|but|please|for|with|only|songs?|music|tracks|hits|stuff|style|"
    r"vibes?|from|in|at|to|on|meets|"
    r"without|no|minus|then|except|if|when|while|because|y|o|e|ou|et|und|oder|ni|nem|noch|por|para|pour|fur|mit|con|com|"
    r"avec)\b)",
)
_CLAUSE_END: Final = Pattern(
    r"\s?(?:$|[,.;:!?)\]\0&]|(?:or|and|nor|but|please|for|with|without|only|no)\b)",
)
_HEAD: Final = (
    rf"(?:{NOUNS}|music|bands?|artists?|singers?|rappers?|groups?|musicians?|acts?|albums?|sounds?|sounding|playlist)"
)
_HEAD_END: Final = Pattern(
    rf"\b(?:{_HEAD}|nothing|something|anything|stuff|everything|things)(?:\s(?:that|which)\ssounds?)?\s$"
)
_BAND_END: Final = Pattern(r"\b(?:bands?|artists?|singers?|rappers?|groups?|acts?)\s$")


@dataclass(frozen=True, slots=True)
class Found:
    """An artist in the words.

    Attributes:
        name: as the lookup spells it.
        end: where it ends.
        ordinary: whether every word of the name means something else as well.
        proper: whether it is written with capitals where ordinary words are not.
    """

    name: str
    end: int
    ordinary: bool
    proper: bool


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    text = resources.files("tonepoem.constraints").joinpath("ordinary.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def ordinary(name: str) -> bool:
    """Whether a folded name is made of words that mean something else as a rule."""
    words = [word for word in name.split() if word not in _LITTLE]
    if len("".join(words)) <= 2 and not any(c.isdigit() for c in name):
        return True
    return all(word in _ordinary() or word.isdigit() or len(word) == 1 for word in words)


def spellings(names: Iterable[str]) -> dict[str, str]:
    """The name that each folded spelling means; "The" and a backing band may be left out."""
    table: dict[str, str] = {}
    for name in names:
        if key := fold(name):
            table.setdefault(key, name)
    for key, name in list(table.items()):
        table.setdefault(key.replace(" ", ""), name)
        if key.startswith("the ") and not ordinary(key):
            table.setdefault(key[4:], name)
        elif not key.startswith("the ") and len(key.split()) > 1:
            table.setdefault("the " + key, name)
        front = fold(_BACKED.sub("", name))
        if front != key and len(front.split()) > 1:
            table.setdefault(front, name)
    return table


@lru_cache(maxsize=4)
def _index(names: tuple[str, ...]) -> Lookup:
    return spelled(spellings(names))


def spelled(table: Spelled) -> Lookup:
    """A lookup in a table of :func:`spellings`, whatever the case, accents and signs."""
    return lambda text: table.get(fold(text)) if text else None


def lookup(artists: Lookup | Collection[str]) -> Lookup:
    """A lookup from what a caller gives: one already, or the names."""
    return artists if callable(artists) else _index(tuple(artists))


def at(page: Page, place: int, known: Lookup) -> Found | None:
    """The artist whose name begins here, the longest one; None if there is none, or if it goes on as another name."""
    text = page.plain
    word = _WORD.match(text, place)
    if word is None:
        return None
    ends = [word.end()]
    while len(ends) < LONGEST:
        gap = _GAP.match(text, ends[-1])
        word = _WORD.match(text, gap.end() if gap else ends[-1])
        if word is None or (gap is None):
            break
        ends.append(word.end())
    for end in reversed(ends):
        name = known(page.words[place:end])
        if name is None:
            continue
        if not _END.match(text, end) and not _goes_on(page, end):
            continue
        if _longer_name(page, place, end):
            continue
        key = fold(page.words[place:end])
        return Found(name, end, ordinary(key), _proper(page, place, end))
    return None


def _goes_on(page: Page, end: int) -> bool:
    """Whether an ordinary small word follows, so that the name may end here."""
    return bool(re.match(r"\s[a-zß-ÿ]", page.words[end : end + 2]))


def _longer_name(page: Page, start: int, end: int) -> bool:
    """Whether the name goes on with another capitalised word: "James" is not "James Brown"."""
    rest = page.words[end : end + 2]
    return bool(
        len(rest) == 2 and rest[0] == " " and rest[1].isupper() and page.words[start].isupper() and not _shouted(page.words)
    )


def _shouted(words: str) -> bool:
    letters = [c for c in words if c.isalpha()]
    return sum(c.isupper() for c in letters) > len(letters) / 2


def _proper(page: Page, start: int, end: int) -> bool:
    """Whether each word that counts has a capital here, amid words that have none."""
    if start == 0 or page.words[:start].rstrip().endswith((".", "!", "?", ":")):
        return False
    words = [page.words[m.start() : m.end()] for m in _WORD.finditer(page.plain, start, end)]
    if not all(word[0].isupper() or word[0].isdigit() for word in words if word.lower() not in _LITTLE):
        return False
    rest = page.words[:start] + " " + page.words[end:]
    others = [word for word in re.split(r"[\W\d_]+", rest) if word and len(word) > 2]
    return 2 * len([word for word in others if word[0].isupper()]) <= len(others)


def clear(page: Page, place: int, found: Found, frame: str) -> bool:  # noqa: PLR0911 - one exit a frame
    """Whether an artist is meant where a frame ("by", "like", "no") stands before the name.

    Ordinary words need a head ("songs by", "bands like") and the clause to end behind them.
    """
    if not found.ordinary:
        return True
    if frame in {"no", "only"}:
        named = page.plain[place : found.end].split()
        return found.proper and len(named) > 1 and bool(_CLAUSE_END.match(page.plain, found.end))
    start = _frame_start(page, place, frame)
    named = [word for word in page.plain[place : found.end].split() if word not in _LITTLE]
    if frame == "like" and _TELLING.match(page.plain, start):
        return bool(_CLAUSE_END.match(page.plain, found.end)) and (found.proper or len(named) > 1)
    before = page.before(start)
    if not _CLAUSE_END.match(page.plain, found.end) or not _HEAD_END.search(before):
        return False
    if found.proper or _BAND_END.search(before) or "the band " in page.before(place):
        return True
    strong = re.search(rf"\b{_HEAD}\s$", before)
    if frame == "by":
        return bool(strong) and not _IDLE.fullmatch(page.plain[place : found.end])
    return bool(strong) and (page.plain.startswith("the ", place) or len(named) > 1)


_TELLING: Final = Pattern(r"similar|reminiscent|in\sthe\s(?:style|vein)|for\sfans|fans|inspired|influenced")
_IDLE: Final = Pattern(
    r"(?:the\s)?(?:sea|seaside|beach|pool|river|lake|fire|fireside|ocean|hand|train|car|bus|bike|night|day|moonlight|"
    r"candlelight|"
    r"window|water|mountain|women|men|girls|boys|people|kids|children|stars)",
)
_FRAME: Final = Pattern(
    r"(?P<by>\bby\s(?:the\s(?:band|group|singer|artist|rapper)\s)?|(?:songs|music|tracks|nothing|stuff)\sfrom\s)|"
    r"(?P<like>\b(?:like|similar\sto|reminiscent\sof|in\sthe\sstyle\sof|in\sthe\svein\sof|(?:for\s)?fans\sof|"
    r"inspired\sby|influenced\sby|akin\sto|"
    r"comparable\sto|(?:sounds?|sounding)\slike|a\sla|au\sstyle\sde|dans\sle\sstyle\sde|im\sstil\svon|al\sestilo\sde|"
    r"no\sestilo\sd[eo]|"
    r"comme|como|wie|parecido\sa|ahnlich\swie)\s(?:the\s(?:band|group|singer)\s)?(?:early\s|old\s|late\s)?)|"
    r"(?P<between>\bbetween\s)|(?P<only>\b(?:only|just|exclusively|nur|solo|juste|somente)\s)",
)
_NEXT: Final = Pattern(
    r"(?:'s)?\s?(?:(?P<list>,)\s?(?:and\s|or\s|&\s)?|(?:&|\+|/|\b(?:and|or|meets|y|o|e|ou|et|und|oder)\b)\s?)(?:by\s|like\s)?"
)
_SUFFIX: Final = Pattern(
    r"[\s-](?P<like>like|esque|ish|style|inspired|vibes?|type\sbeats?)\b|\s(?P<own>songs|music|tracks|hits|discography|"
    r"albums|deep\scuts)\b"
)


def _frame_start(page: Page, place: int, frame: str) -> int:
    """Where the frame before a name begins."""
    last = None
    for match in _FRAME.finditer(page.plain, max(0, place - 40), place):
        if match.end() == place:
            last = match
    if last is None:
        return place
    return last.start() + (last[0].index("from") if frame == "by" and "from" in last[0] else 0)


def listed(page: Page, place: int, known: Lookup, frame: str) -> Iterator[tuple[int, Found]]:
    """The artists of a list that begins here: "Drake, Rihanna and Adele"."""
    while (found := at(page, place, known)) and clear_in_list(page, place, found, frame):
        yield place, found
        follow = _NEXT.match(page.plain, found.end)
        if follow is None:
            return
        place, frame = follow.end(), "list"


def clear_in_list(page: Page, place: int, found: Found, frame: str) -> bool:
    """As :func:`clear`; further members of a list need to be clear by themselves."""
    return (not found.ordinary or found.proper) if frame == "list" else clear(page, place, found, frame)


def read(page: Page, known: Lookup) -> None:
    """Read the artists that are wanted, and those whose sound is."""
    for match in _FRAME.finditer(page.plain):
        if TAKEN in page.plain[match.start() : match.end()]:
            continue
        kind = match.lastgroup or ""
        frame = "like" if kind == "between" else kind
        people = list(listed(page, match.end(), known, frame))
        if not people or (kind == "between" and len(people) < 2):
            continue
        if kind == "like" and re.search(r"\bi\s(?:do\snot|don'?t)\s$", page.before(match.start())):
            continue
        start, end = match.start(), people[-1][1].end
        if kind == "by" and (word := re.search(r"\bfrom", match[0])):
            start += word.start()
        own = re.match(rf"\s(?:{NOUNS}|music|stuff)\b", page.plain[end : end + 20]) if kind == "only" else None
        _note(page, "artists" if kind in {"by", "only"} else "like_artists", people, (start, end + (own.end() if own else 0)))
    for match in _SUFFIX.finditer(page.plain):
        if TAKEN in page.plain[match.start() : match.end()]:
            continue
        found_at = _ending_at(page, match.start(), known)
        if found_at and not found_at[1].ordinary:
            start, found = found_at
            wish = "like_artists" if match["like"] else "artists"
            _note(page, wish, [(start, found)], (start, match.end() if match["own"] is None else found.end))


def _ending_at(page: Page, end: int, known: Lookup) -> tuple[int, Found] | None:
    """The longest artist's name that ends here."""
    starts = [m.start() for m in _WORD.finditer(page.plain, max(0, end - 60), end)][-LONGEST:]
    for start in starts:
        if start and page.plain[start - 1].isalnum():
            continue
        name = known(page.words[start:end])
        if name and TAKEN not in page.plain[start:end]:
            return start, Found(name, end, ordinary(fold(page.words[start:end])), proper=False)
    return None


def _note(page: Page, wish: str, people: list[tuple[int, Found]], span: tuple[int, int]) -> None:
    names = tuple(dict.fromkeys(found.name for _, found in people))
    how = {"artists": "only", "like_artists": "like", "not_artists": "nothing by"}[wish]
    page.read(wish, names, f"{how} {', '.join(names)}", span, hide=True)


def holds_number(page: Page, span: tuple[int, int], known: Lookup) -> bool:
    """Whether the number at a span is part of an artist's name: "50 Cent", "Maroon 5"."""
    starts = [m.start() for m in _WORD.finditer(page.plain, max(0, span[0] - 24), span[1])][-3:]
    for start in starts:
        found = at(page, start, known)
        if found and start <= span[0] and found.end >= span[1]:
            return True
    return False
