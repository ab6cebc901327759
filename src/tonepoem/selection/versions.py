"""Versions of a song: live, remaster, demo, sped up …, read from titles, so that no song comes twice.

Christmas songs count as a kind of version, too: nobody wants one in July who does not ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from tonepoem.genres import fold
from tonepoem.playlist import Constraints, Track

VERSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "karaoke": r"karaoke|tribute|made famous by|in the style of|originally performed|backing track|playback",
        "sped up": r"sped up|speed up|speed|nightcore|slowed( (and|down|n))?( reverb)?|8d( audio)?|chopped|reverb",
        "live": r"live|unplugged|in concert|mtv",
        "demo": r"demos?|rehearsal|outtake|take \d+|early version|home recording|rough mix",
        "remix": r"remix(es)?|rmx|mix|rework|bootleg|vip|mashup|flip|dub|refix|re edit",
        "acoustic": r"acoustic|stripped( back)?|piano version",
        "instrumental": r"instrumentals?",
        "cover": r"cover( version)?",
        "extended": r"extended|long version|full length|12 inch|12",
        "plain": (
            r"(digital(ly)? )?re ?master(ed)?|mono|stereo|deluxe( edition)?|bonus( track)?|anniversary( edition)?|"
            r"expanded|(radio|single|original|short|album|video) (edit|version|mix)|edit|version|original|explicit|"
            r"clean|"
            r"from .*|re ?issue|re ?recorded|taylors version|feat.*|ft .*|featuring .*|with .*|soundtrack|"
            r"(19|20)\d\d"
        ),
    },
)
"""Kinds of versions and how the tail of a title names them. The plain ones do not change how the song sounds."""

CHRISTMAS: Final = "christmas"

UNWANTED: Final = frozenset({"karaoke", "sped up", "cover", CHRISTMAS})
"""Versions that nobody wants who does not ask for them."""

_TAIL: Final = re.compile(r"\s+[-–—]\s+(?P<dash>[^-–—]+)$|\s*[(\[](?P<brackets>[^()\[\]]*)[)\]]\s*$")
_KINDS: Final = {kind: re.compile(rf"(?:^|\s)(?:{pattern})(?:$|\s)") for kind, pattern in VERSIONS.items()}
_ASKED: Final = {
    "live": r"live|concert|concerts|unplugged",
    "remix": r"remix|remixes|remixed|mashup|mashups",
    "acoustic": r"acoustic|unplugged|stripped",
    "instrumental": r"instrumental|instrumentals",
    "demo": r"demo|demos|rarities|outtakes",
    "karaoke": r"karaoke|sing along|singalong|backing tracks?",
    "sped up": r"sped up|nightcore|slowed|reverb|8d",
    "cover": r"covers?|covered|tributes?",
    "extended": r"extended|12 inch|club mix(es)?",
    CHRISTMAS: (
        r"christmas|x-?mas|carols?|holidays?|festive|santa|advent|december|sleigh|yule(tide)?|snow\w*|winter|noel|navidad|"
        r"navidenas?|villancicos?|weihnacht\w*|natal|natalinas?"
    ),
}
_CHRISTMAS: Final = re.compile(r"\b(?:christmas|carols|villancicos)\b")

_WISHED: Final = {"live": "live", "covers": "cover", "remixes": "remix"}
"""The kinds that exact wishes speak of, by the names of the wishes."""


@lru_cache(maxsize=8192)
def _read(title: str) -> tuple[str, frozenset[str]]:
    """The folded title without the tails that name a version, and the kinds of versions they name."""
    kinds: set[str] = set()
    rest = title
    while match := _TAIL.search(rest):
        tail = fold(match["dash"] or match["brackets"] or "")
        found = {kind for kind, pattern in _KINDS.items() if pattern.search(tail)}
        # "original mix", "radio edit" say that it is the plain one
        if "plain" in found and re.fullmatch(r"(radio|single|original|short|album|video) (edit|version|mix)", tail):
            found = {"plain"}
        if not found or not rest[: match.start()].strip():
            break
        kinds |= found
        rest = rest[: match.start()]
    return fold(rest) or fold(title) or title, frozenset(kinds - {"plain"})


def core_title(title: str) -> str:
    """The title in a form that all versions of the song share, "(feat. …)", "- Live", "- 2011 Remaster" cut off."""
    return _read(title)[0]


def versions(title: str) -> frozenset[str]:
    """The kinds of :data:`VERSIONS` that a title names, the plain ones left out."""
    return _read(title)[1]


def kinds_of(track: Track) -> frozenset[str]:
    """The kinds of versions that a track is, by its title and its genres."""
    found = versions(track.title)
    return found | {CHRISTMAS} if any(map(_CHRISTMAS.search, track.genres)) else found


def asked_versions(words: str, wishes: Constraints | None = None, styles: Iterable[str] = ()) -> frozenset[str]:
    """The kinds of versions that a description asks for, or exact wishes, or the genres that were heard."""
    folded = fold(" ".join((words, *styles, *(wishes.genres if wishes else ()))))
    kinds = {kind for kind, pattern in _ASKED.items() if re.search(rf"\b(?:{pattern})\b", folded)}
    for wish, kind in _WISHED.items():
        asked = wishes and getattr(wishes, wish)
        kinds = kinds | {kind} if asked else kinds - {kind} if asked is False else kinds
    return frozenset(kinds)
