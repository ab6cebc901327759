"""The right song: which hit of a search is the recording that was meant, and where that answer is remembered.

A hit is taken only if title and artist really match. Karaoke, tributes, covers, sped-up, live and other versions are
refused unless the wanted title names them; what cannot be found is left out and listed, never replaced.
"""

from __future__ import annotations

import json
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tonepoem.errors import OutputError, ServiceError
from tonepoem.playlist import Playlist, Track

ACCEPTED: Final = 0.75
"""The lowest score at which a hit is taken."""
MISS_KEPT: Final = 7 * 24 * 3600
"""Seconds for which it is remembered that a song was not found: catalogs grow."""

Finder = Callable[[Track], Sequence[Track]]
"""Looks for a song by title and artist, and gives what it found, best first."""

ANYWHERE: Final = MappingProxyType(
    {
        "karaoke": r"karaoke|backing track|minus one|sing ?along|no lead vocal",
        "tribute": r"tribute|in the style of|made (?:famous|popular) by|originally (?:performed|recorded|sung) by",
        "cover": r"cover(?:ed)? (?:by|of|version)|(?:piano|acoustic|guitar|rock|cello|string quartet) covers?",
        "speed": r"sped up|speed up|slowed|nightcore|chopped (?:and|n) screwed|daycore",
        "toy": r"8 ?bit|lullaby (?:version|rendition)|music box (?:version|cover)|ringtone|8d audio",
    }
)
"""Kinds of version whose words betray them in a title, an album or an artist's name."""

QUALIFIER: Final = MappingProxyType(
    {
        "live": r"\blive\b|\bunplugged\b|\bin concert\b|\bmtv\b|\bbbc\b|\bsessions?\b",
        "remix": r"\bremix(?:ed)?\b|\brmx\b|\bbootleg\b|\bmash ?up\b|\bdub\b|\brework\b|\bedit\b|\bmix\b",
        "cover": r"\bcover(?:s|ed)?\b|\brendition\b",
        "demo": r"\bdemo\b|\bouttake\b|\brehearsal\b|\balternate\b|\balternative\b|\btake \d+|\brough\b",
        "instrumental": r"\binstrumental\b",
        "acoustic": r"\bacoustic\b|\bpiano version\b|\bstripped\b|\borchestral\b|\ba ?cappella\b",
        "again": r"\bre ?record(?:ed|ing)\b|\bversion\b|\brevisited\b|\breimagined\b|\breprise\b|\bmedley\b",
        "intro": r"\binterlude\b|\bcommentary\b|\bskit\b",
    }
)
"""Kinds of version that are read only from what stands in brackets or after a dash: "Live Forever" is no concert."""

HARMLESS: Final = re.compile(
    r"(?:\d{4} )?(?:digital(?:ly)? )?remaster(?:ed)?(?: \d{4})?(?: version)?|mono|stereo|"
    r"(?:original |album |single |lp |full length |studio |explicit |clean |main |radio |mono |stereo |7 (?:inch )?)+"
    r"(?:mix|version|edit)|explicit|clean|original|bonus track|deluxe(?: edition)?|single|(?:\d{4} )(?:stereo )?mix|"
    r"(?:feat|featuring|ft|with) .*|from .*|theme from .*|\d{4}"
)
"""Qualifiers that leave the recording what it is."""

_ADDRESS: Final = re.compile(r"^(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)([0-9A-Za-z]{22})(?:\?.*)?$")
_REMASTER: Final = re.compile(r"remaster|\bmono\b|\bstereo\b|\d{4} mix")
_FEATURING: Final = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s+.*$", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"(?<=\S)\s*[(\[]([^()\[\]]*)[)\]]")
_DASH: Final = re.compile(r"\s+[-–—]\s+")
_JOINT: Final = re.compile(r"\s*(?:,|;|/|&|\+|\band\b|\bwith\b|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b|\bvs\b\.?|\bx\b)\s*")
_STAND_INS: Final = str.maketrans({"$": "s", "€": "e", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l"})


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A text without case, accents and punctuation, words parted by one space.

    A name of nothing but punctuation, as bands have, is only case-folded.
    """
    # Folding case can give letters to take apart, and taking apart can give capitals.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign)).translate(_STAND_INS)
    folded = re.sub(r"(?<=\w)!(?=\w)", "i", folded)  # P!nk
    folded = re.sub(r"[’'`´.]", "", folded).replace("&", " and ")
    words = "".join(sign if sign.isalnum() else " " for sign in folded).split()
    return " ".join(words) or text.casefold().strip()


def parted(title: str) -> tuple[str, tuple[str, ...]]:
    """A title's name, and what stands in brackets after it or behind a dash, all plain."""
    name, *behind = _DASH.split(_FEATURING.sub("", title))
    qualifiers = [*_BRACKETS.findall(name), *behind]
    inner = [_FEATURING.sub("", text) for text in qualifiers]
    return plain(_BRACKETS.sub("", name)), tuple(filter(None, map(plain, inner)))


def kinds(track: Track) -> frozenset[str]:
    """Which kinds of version a track is, by its own words; empty for the plain recording."""
    _, qualifiers = parted(track.title)
    album = plain(track.album or "")
    everywhere = " | ".join([plain(track.title), album, *map(plain, track.artists)])
    found = {kind for kind, words in ANYWHERE.items() if re.search(rf"\b(?:{words})(?:\b|$)", everywhere)}
    for text in qualifiers:
        if not HARMLESS.fullmatch(text):
            found |= {kind for kind, words in QUALIFIER.items() if re.search(words, text)}
    if re.search(r"\blive (?:at|from|in concert|on)\b|\bunplugged\b|\bin concert\b", album):
        found.add("live")
    return frozenset(found)


def score(wanted: Track, hit: Track) -> float:
    """How surely a hit is the wanted recording: 0 refused, 1 sure."""
    if wanted.isrc and hit.isrc and wanted.isrc.casefold() == hit.isrc.casefold():
        return 1.0
    if kinds(hit) != kinds(wanted):
        return 0.0
    fit = _title(wanted.title, hit.title) * _artist(wanted.artists, hit.artists)
    if fit < ACCEPTED:
        return 0.0
    # Among hits that are all right, the plain first issue is preferred; none of this can refuse a hit.
    fine = 0.0
    if wanted.duration_ms and hit.duration_ms:
        fine += 0.05 * min(1.0, abs(wanted.duration_ms - hit.duration_ms) / 60_000)
    if wanted.year and hit.year and wanted.year != hit.year:
        fine += 0.01
    if wanted.explicit is not None and hit.explicit is not None and wanted.explicit != hit.explicit:
        fine += 0.02
    if _REMASTER.search(" ".join(parted(hit.title)[1])) and not _REMASTER.search(" ".join(parted(wanted.title)[1])):
        fine += 0.06
    return max(ACCEPTED, fit * (1 - fine))


def _title(wanted: str, hit: str) -> float:
    if plain(wanted) == plain(hit):
        return 1.0
    (name, said), (other, says) = parted(wanted), parted(hit)
    unknown = [text for text in set(said) ^ set(says) if not HARMLESS.fullmatch(text)]
    alike = _alike(name, other)
    if alike < 1 and name.split() and other.split():
        # "(I Can't Get No) Satisfaction": brackets at the front are part of the name, and are sometimes left out.
        alike = max(alike, 0.95 * _alike(_behind(wanted), _behind(hit)))
    return alike * (0.97 if not unknown else 0.85)


def _behind(title: str) -> str:
    return parted(re.sub(r"^\s*[(\[][^()\[\]]*[)\]]\s*(?=\S)", "", title))[0]


def _alike(one: str, other: str) -> float:
    one, other = (re.sub(r"^the ", "", text) for text in (one, other))
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    if re.findall(r"\d+", one) != re.findall(r"\d+", other) or min(len(one), len(other)) < 8:
        return 0.0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= 0.9 else 0.0


def _artist(wanted: Sequence[str], hit: Sequence[str]) -> float:
    main = plain(wanted[0])
    offered = [plain(name) for name in hit]
    if not offered:
        return 0.0
    best = max(_alike(main, name) * (1.0 if place == 0 else 0.97) for place, name in enumerate(offered))
    if best < 1:
        # "Queen & David Bowie" in one table are two artists in another.
        together = {re.sub(r"^the ", "", plain(part)) for part in _JOINT.split(wanted[0].casefold()) if part.strip()}
        given = {re.sub(r"^the ", "", plain(part)) for name in hit for part in _JOINT.split(name.casefold()) if part.strip()}
        if together and (together == given or (len(together) > 1 and together <= given)):
            best = max(best, 0.98)
        elif re.sub(r"^the ", "", main) in given and len(hit) == 1 and len(given) > 1:
            best = max(best, 0.93)
    return best


def right_one(wanted: Track, hits: Iterable[Track]) -> Track | None:
    """The hit that is the wanted recording, or None if none is; of equals, the first."""
    best, found = 0.0, None
    for hit in hits:
        fit = score(wanted, hit)
        if fit > best:
            best, found = fit, hit
    return found if best >= ACCEPTED else None


def address(track: Track) -> str | None:
    """The ``spotify:track:`` form of the address that a track brings along, if it is one of Spotify's."""
    found = _ADDRESS.match(track.uri or "")
    return f"spotify:track:{found[1]}" if found else None


def query(track: Track) -> str:
    """The search for a track in Spotify's query form."""
    name, _ = parted(track.title)

    def words(text: str) -> str:
        return " ".join(re.sub(r"[\"“”:*]", " ", text).split())[:100]

    title = words(_BRACKETS.sub("", _DASH.split(_FEATURING.sub("", track.title))[0])) if name else words(track.title)
    asked = " ".join(kind for kind in ("live", "remix", "acoustic", "instrumental", "demo", "karaoke") if kind in kinds(track))
    return f"track:{title} {asked}".rstrip() + f" artist:{words(track.artists[0])}"


class Songs:
    """Remembers for ever which address belongs to which title and artist, so that the second playlist is cheap.

    One JSON line a song; the last line about a song counts. A line that cannot be read is passed over.

    Args:
        path: the file, made when it is first needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, object]] | None = None

    def get(self, track: Track, market: str | None) -> tuple[bool, str | None]:
        """Whether the answer is known, and the address, None standing for a song that was not found lately."""
        with self._lock:
            row = self._rows().get(_key(track, market))
        if row is None:
            return False, None
        uri = row.get("uri")
        if isinstance(uri, str):
            return True, uri
        at = row.get("at")
        return isinstance(at, int | float) and time.time() - at < MISS_KEPT, None

    def put(self, track: Track, market: str | None, found: Track | None) -> None:
        """Remember what was found, or that nothing was.

        Raises:
            OutputError: the file cannot be written.
        """
        row: dict[str, object] = {"song": _key(track, market), "at": round(time.time())}
        row |= {"uri": found.uri if found else None, "isrc": found.isrc if found else None}
        with self._lock:
            self._rows()[str(row["song"])] = row
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            except OSError as error:
                raise OutputError(
                    f"{self._path} cannot be written: {error.strerror}. Set TONEPOEM_HOME to a folder that can."
                ) from error

    def _rows(self) -> dict[str, dict[str, object]]:
        if self._known is None:
            self._known = {}
            try:
                lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                lines = []
            for line in lines:
                try:
                    row = json.loads(line)
                    self._known[str(row["song"])] = row
                except (ValueError, KeyError, TypeError):
                    continue
        return self._known


def _key(track: Track, market: str | None) -> str:
    name, qualifiers = parted(track.title)
    return " | ".join([" ".join([name, *qualifiers]), plain(track.artists[0]), market or ""])


class Resolver:
    """Gives tracks their address on Spotify.

    Args:
        songs: what is known already.
        finders: where to look, one after the other, until one has the right song; the last one must answer.
        market: part of what an answer is remembered under.
    """

    def __init__(self, songs: Songs, finders: Sequence[Finder], market: str | None = None) -> None:
        self._songs = songs
        self._finders = tuple(finders)
        self._market = market

    def unknown(self, tracks: Iterable[Track]) -> int:
        """How many of the tracks have to be looked for."""
        seen = {_key(track, self._market) for track in tracks if not address(track) and not self._known(track)}
        return len(seen)

    def resolve(self, track: Track) -> str | None:
        """The track's address, or None if it cannot be found.

        Raises:
            ServiceError: the search failed.
        """
        if own := address(track):
            return own
        known, uri = self._songs.get(track, self._market)
        if known:
            return uri
        found = None
        for finder in self._finders:
            try:
                found = right_one(track, finder(track))
            except ServiceError:
                if finder is self._finders[-1]:  # the others only spare it calls
                    raise
            if found:
                break
        self._songs.put(track, self._market, found)
        return found.uri if found else None

    def located(self, playlist: Playlist, progress: Callable[[int, int], None] | None = None) -> Playlist:
        """The playlist with the address of every track that was found, and no address twice.

        Args:
            playlist: tracks with or without an address.
            progress: is told how many of how many tracks have been looked at.

        Raises:
            ServiceError: a search failed.
        """
        choices, seen = [], set()
        for place, choice in enumerate(playlist.tracks):
            if progress:
                progress(place, len(playlist.tracks))
            uri = self.resolve(choice.track)
            if uri not in seen:
                located = choice.track.model_copy(update={"uri": uri})
                choices.append(choice.model_copy(update={"track": located}))
            if uri:
                seen.add(uri)
        return playlist.model_copy(update={"tracks": tuple(choices)})

    def _known(self, track: Track) -> bool:
        return self._songs.get(track, self._market)[0]
