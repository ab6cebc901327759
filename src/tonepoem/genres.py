"""The list of genres: names, aliases, families, typical sound, and how near genres are to each other.

The list is ``data/genres.tsv``, written by this project; one row is one genre. Its column ``place`` says where a genre
is at home, and so mostly in which language it is sung: the region and the country if both have music of their own
("latin | mexican"). It is the one word on that, so it is filled too where the name tells the place. It is empty for what
is made everywhere (techno, italo disco, death metal) and for the anglophone mainstream.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from tonepoem.features import FEATURES
from tonepoem.spellings import Spelled, Spellings

SOUND: Final = (
    "danceability",
    "energy",
    "valence",
    "acousticness",
    "instrumentalness",
    "speechiness",
    "liveness",
    "loudness",
    "tempo",
)
"""The features by which the sound of genres is compared."""

UNSPECIFIC: Final = "mood"
"""The family of listening occasions (study, party): names that are no style, so sharing it makes no kin."""

FILED: Final = frozenset(
    {
        "christmas", "christmas instrumental", "carols", "halloween", "kids", "karaoke", "new age", "lounge", "easy listening",
        "white noise", "nature sounds", "adult standards", "throwback",
    }
)  # fmt: skip
"""Listening occasions that recordings are filed under all the same, so that a track's labels tell them."""

_REGIONAL: Final = frozenset(
    ("african", "arabic", "brazilian", "eastasian", "indian", "latin", "persian", "turkish", "world"),
)
"""The families that gather genres by where they come from, whatever their style."""
_REGIONS: Final = frozenset(("african", "arabic", "indian", "latin"))
"""Families that are called as a place of many countries: that salsa and reggaeton are both Latin is told by the family."""
_SONG: Final = _REGIONAL | {"folk", "jazz", "pop"}
"""The families among which a regional genre has its relatives: chanson, in "world", has them in pop; metal is none."""
_NEIGHBOURS: Final = frozenset(
    frozenset(pair.split("-"))
    for pair in """
    ambient-classical ambient-electronic ambient-soundtrack blues-country blues-folk blues-jazz blues-rnb blues-rock
    classical-soundtrack country-folk country-pop country-rock disco-electronic disco-pop disco-rnb electronic-hiphop
    electronic-indie electronic-pop folk-indie folk-pop folk-rock hiphop-rnb indie-pop indie-punk indie-rock jazz-pop
    jazz-rnb metal-punk metal-rock pop-rnb pop-rock punk-rock
    """.split()
)
"""Families between which styles pass without a border: hard rock and metal, soul and blues, singer-songwriter and acoustic
pop. They share roots, players and listeners."""
_ELSEWHERE: Final = 0.5
"""What is left of the kinship for each of two genres whose places the other one does not share."""

_PLAIN_WORDS: Final = frozenset(
    ("and", "classic", "contemporary", "de", "modern", "music", "new", "old", "songs", "the", "traditional"),
)
_PLACE_NAMES: Final = """
aboriginal afghan african afrikaans albanian andean arab arabic argentine argentino australian azerbaijani balkan basque
belgian bengali brazilian bulgarian canadian catalan celtic chinese colombian cuban czech danish desi dutch egyptian
estonian ethiopian finnish french georgian german greek hawaiian hebrew hindi hungarian icelandic indian indonesian
iranian irish israeli italian j japanese jewish k khmer korean kurdish latin lebanese malagasy malaysian mexican
mongolian nepali nigerian nordic norwegian pakistani persian pinoy polish portuguese punjabi quebecois romanian russian
sa scandinavian scottish serbian sinhala slavic slovenian soviet spanish swedish swiss taiwan tamil thai turkish uk
ukrainian v viet vietnamese welsh yugoslav zim
"""
_PLACES: Final = frozenset(_PLACE_NAMES.split())
"""Words of names that tell where and nothing about style; the place that they mean stands in the list."""
_BREAK: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Genre:
    """One genre.

    Attributes:
        name: the name, lower case.
        aliases: other names for it.
        family: the broad family it belongs to.
        places: where it is at home, as adjectives ("french", "south african"); empty if nowhere in particular.
        seed: the nearest of Spotify's recommendation genre seeds; empty if none is near.
        numbers: its typical values as they stand in the list; read when they are first asked for.
    """

    name: str
    aliases: tuple[str, ...]
    family: str
    places: frozenset[str]
    seed: str
    numbers: str = field(repr=False, compare=False)

    @cached_property
    def _means(self) -> Mapping[str, float]:
        """By column; a cell says ``mean~spread``, and only training needs the spread."""
        cells = zip(_columns()[_TEXTS:], self.numbers.split("\t"), strict=True)
        return {name: float(cell.partition("~")[0]) for name, cell in cells if cell}

    @cached_property
    def features(self) -> Mapping[str, float]:
        """Typical means over its tracks, by feature name, in the units of the feature table; without ``mode``."""
        means = {name: self._means[name] for name in FEATURES if name != "mode" and name in self._means}
        if "duration_s" in self._means:
            means["duration_ms"] = self._means["duration_s"] * 1000
        return MappingProxyType(means)

    @cached_property
    def sound(self) -> tuple[float, ...]:
        """How far the features of :data:`SOUND` are from typical, in standard deviations; 0 where one is not known."""
        # A thousand genres are compared at a start, so only these numbers are read.
        cells = self.numbers.split("\t")
        return tuple(
            [
                (float(cell.partition("~")[0]) - typical) / spread if (cell := cells[column]) else 0.0
                for column, typical, spread in _yardsticks()
            ]
        )

    @cached_property
    def major(self) -> float | None:
        """Typical share of its tracks in a major mode, 0 to 1, if known."""
        return self._means.get("mode")


def fold(text: str) -> str:
    """A form in which spellings of the same name are equal: case, accents, hyphens and "&" do not count."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    spaced = f" {_BREAK.sub(' ', plain.replace('&', ' and '))} "
    return spaced.replace(" n ", " and ").strip()


_TEXTS: Final = 6
"""Columns of the list before those that hold numbers: name, aliases, foreign names, family, place, seed."""


@lru_cache(maxsize=1)
def _list() -> bytes:
    return resources.files("tonepoem").joinpath("data/genres.tsv").read_bytes()


@lru_cache(maxsize=1)
def _columns() -> list[str]:
    return _list().partition(b"\n")[0].decode().rstrip().split("\t")


@lru_cache(maxsize=1)
def _yardsticks() -> tuple[tuple[int, float, float], ...]:
    """For each feature of :data:`SOUND` its column among the numbers, its typical value and its spread."""
    columns = _columns()[_TEXTS:]
    return tuple((columns.index(name), FEATURES[name].typical, FEATURES[name].spread) for name in SOUND)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, str]:
    """The lines of the list by the genre's name."""
    return {line.partition("\t")[0]: line for line in _list().decode().splitlines()[1:]}


@lru_cache(maxsize=4096)
def _genre(name: str) -> Genre:
    _, aliases, foreign, family, place, seed, numbers = _rows()[name].split("\t", _TEXTS)
    names = (alias.strip() for cell in (aliases, foreign) for alias in cell.split("|"))
    places = frozenset(place.split(" | ")) if place else frozenset()
    return Genre(name, tuple(alias for alias in names if alias), family, places, seed, numbers)


@lru_cache(maxsize=1)
def genres() -> Mapping[str, Genre]:
    """Every genre by its name, in the order of the list."""
    return MappingProxyType({name: _genre(name) for name in _rows()})


def spellings() -> dict[str, str]:
    """The name of the genre that each folded spelling means, without spaces too: "hiphop" for "hip hop".

    A genre's name goes before another one's alias. Where the list has a genre twice under two spellings of its name, all of
    them lead to the row with more aliases.
    """
    rows = genres()
    first: dict[str, str] = {}
    for name in sorted(rows, key=lambda name: -len(rows[name].aliases)):
        first.setdefault(fold(name).replace(" ", ""), name)
    one = {name: first[fold(name).replace(" ", "")] for name in rows}
    table = {fold(name): one[name] for name in rows}
    for name, genre in rows.items():
        for alias in genre.aliases:
            table.setdefault(fold(alias), one[name])
    for key, name in list(table.items()):
        table.setdefault(key.replace(" ", ""), name)
    return table


def checksum() -> str:
    """Of the list, and the form of what is made of it, by which a table is known to be of today."""
    return f"sorted-{zlib.crc32(_list()):08x}"


@lru_cache(maxsize=1)
def _by_spelling() -> Spelled:
    """:func:`spellings`, from the file that a build makes of them: folding 20,000 names takes longer than all the rest."""
    ready = resources.files("tonepoem").joinpath("data/genre_spellings.tsv")
    if ready.is_file():
        first, _, table = ready.read_bytes().partition(b"\n")
        if first.decode() == checksum():
            return Spellings(table)
    return spellings()


@lru_cache(maxsize=1 << 13)
def find(text: str) -> Genre | None:
    """The genre with this name or alias, whatever its case, accents and hyphens, or None.

    Where the list has a genre twice under two spellings, both lead to the same one.
    """
    key = fold(text)
    name = _by_spelling().get(key) or _by_spelling().get(key.replace(" ", ""))
    return _genre(name) if name else None


def named(text: str) -> tuple[str, ...]:
    """The genres that a text calls by name or alias, in the order in which they stand there.

    The longest names win: "alternative hip hop" does not name hip hop too, though "alternative, hip hop" does. Occasions
    (:data:`UNSPECIFIC`) are left out.
    """
    found: dict[str, None] = {}
    for part in _PARTS.split(text):
        found |= _spoken(fold(part).split())
    return tuple(found)


_PARTS: Final = re.compile(r"[,;:/|()\[\]—–•·]")
"""What ends a name."""


def _spoken(spoken: list[str]) -> dict[str, None]:
    """The genres that a row of words calls by name."""
    found: dict[str, None] = {}
    at = 0
    while at < len(spoken):
        for size in range(min(_LONGEST, len(spoken) - at), 0, -1):
            name = _by_spelling().get(" ".join(spoken[at : at + size]))
            if name is not None and _genre(name).family != UNSPECIFIC:
                found[name] = None
                at += size - 1
                break
        at += 1
    return found


_LONGEST: Final = 5
"""Words in the longest name worth looking for."""


def family(name: str) -> tuple[Genre, ...]:
    """The genres of one family; empty if there is no such family."""
    return tuple(genre for genre in genres().values() if genre.family == name)


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words of a genre's name that say something about its style."""
    every = frozenset(fold(text).split())
    return every - _PLAIN_WORDS or every


def kinship(name: str) -> Mapping[str, float]:
    """How near every genre of the list is to one of them, from 0 (stranger) to 1 (itself).

    ::

        kinship(a, b) = sound(a, b) · place(a, b) · min(1, 0.1 + 0.45 · family + 0.45 · words + 0.35 · home)
        sound(a, b)   = exp(−½ · (d(a, b) / 0.6)²), its square root if one leads the family of both
        place(a, b)   = 0.5 ^ ((|A − B| / |A|)² + (|B − A| / |B|)²)
        home          = |A ∩ B| / |A ∪ B|, less a region that the family they share tells (african, latin)

    with d the root mean square over :data:`SOUND` of the difference of their typical values in standard
    deviations of the feature table; A and B their places (:attr:`Genre.places`), a term without places being 0; family
    1 for the same family, ½ for neighbours (rock and metal), else ``home`` if one of the two families is a region and the
    other one too, or folk, jazz or pop (chanson stands in "world"), else 0; words the share of the shorter name's words
    that the other name has as well, places left out. A genre that leads its family ("hip hop", "latin") stands for many
    sounds, so its own says less.

    So hard rock is near classic rock (family, a word, the sound), and a lullaby is far from both. Czech hip hop is half
    as near to hip hop as its sound and name say, and a quarter as near to Polish hip hop: who names a place does
    not mean another. Chanson is nearer to French pop than pop is, though their names share no word. The constants were
    set by reading neighbours of well-known genres.

    Args:
        name: a name or alias.

    Returns:
        A value for every genre of the list by name; empty if the name is not in the list.
    """
    own = find(name)
    if own is None:
        return MappingProxyType({})
    return MappingProxyType({other: _kin(own.name, other) for other in genres()})


@lru_cache(maxsize=1 << 14)
def _kin(one: str, other: str) -> float:
    """The kinship of two genres by their names in the list."""
    if one == other:
        return 1.0
    a, b = _profile(one), _profile(other)
    sound = math.exp(-0.5 * math.dist(a.sound, b.sound) ** 2 / len(SOUND) / 0.6**2)
    both = len(a.places & b.places)
    told = _REGIONS & {a.family} if a.family == b.family else frozenset()
    home = len(a.places & b.places - told) / (len((a.places | b.places) - told) or 1)
    foreign = sum((1 - both / len(places)) ** 2 for places in (a.places, b.places) if places)
    families = frozenset((a.family, b.family))
    kin = float(a.family == b.family != UNSPECIFIC) or 0.5 * (families in _NEIGHBOURS)
    if families <= _SONG and families & _REGIONAL:
        kin = max(kin, home)
    shared = len(a.style & b.style) / (min(len(a.style), len(b.style)) or 1)
    if a.family == b.family and (a.umbrella or b.umbrella):
        sound = math.sqrt(sound)
    return round(sound * _ELSEWHERE**foreign * min(1.0, 0.1 + 0.45 * kin + 0.45 * shared + 0.35 * home), 4)


@dataclass(frozen=True, slots=True)
class _Profile:
    sound: tuple[float, ...]
    places: frozenset[str]
    style: frozenset[str]
    family: str
    umbrella: bool


@lru_cache(maxsize=4096)
def _profile(name: str) -> _Profile:
    genre = _genre(name)
    return _Profile(
        sound=genre.sound,
        places=genre.places,
        style=words(name) - _PLACES - {word for place in genre.places for word in place.split()},
        family=genre.family,
        umbrella=_umbrella(genre),
    )


def _umbrella(genre: Genre) -> bool:
    """Whether a genre leads its family: "hip hop", "r&b", "latin"."""
    spellings = {fold(name).replace(" ", "") for name in (genre.name, *genre.aliases)}
    return fold(genre.family).replace(" ", "") in spellings or genre.name == "rap"


def _leads(one: Genre, other: Genre) -> bool:
    """Whether a genre means all of a family, of which another is, and at home where that is."""
    at_home = one.places <= other.places and bool(one.places) == bool(other.places)
    return one.family == other.family and at_home and _profile(one.name).umbrella


def specific(name: str) -> bool:
    """Whether recordings are filed under a genre: under "study" and "party", which are occasions, they are not."""
    own = find(name)
    return own is None or own.family != UNSPECIFIC or own.name in FILED


def affinity(wanted: Iterable[str], label: str) -> float | None:
    """How well a track's genre label answers the genres that are wanted, from 0 to 1.

    That is their kinship; its square root, which is more, where the wanted genre leads the family: salsa answers "latin"
    better than a track that is called no more than Latin answers "salsa".
    Wanted genres count in their order, each 5 % less than the one before. A label that is not in the list is taken for
    the last genre that it calls by name, and a fifth farther off: "underwater jazz" for jazz. Else it is compared by its
    words.

    Args:
        wanted: names or aliases of genres, the most wanted first.
        label: a genre as a track carries it, in whatever spelling.

    Returns:
        None if nothing can be said: no genre is wanted, or the label shares no word with any genre of the list.
    """
    known, sure = find(label), 1.0
    if known is None and (called := named(label)):
        known, sure = _genre(called[-1]), 0.8
    label_words = words(label)
    best: float | None = None
    for place, want in enumerate(wanted):
        own = find(want)
        if known is not None and own is not None:
            value = sure * _kin(own.name, known.name)
            if _leads(own, known):
                value = math.sqrt(value)
        elif shared := words(want) & label_words:
            value = len(shared) / max(len(words(want)), len(label_words))
        elif known is None and not label_words & _vocabulary():
            continue
        else:
            value = 0.0
        best = max(best or 0.0, value * 0.95**place)
    return best


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset(word for genre in genres().values() for word in words(genre.name))


@lru_cache(maxsize=256)
def covered(text: str) -> frozenset[str]:
    """The names of all genres that someone means who says "no rock" or "no country".

    The genre itself, the family if it has this name or the genre leads it (hip hop, r&b), and every genre with all
    the words in its name: "no metal" means death metal too.
    """
    own = find(text)
    asked = words(own.name if own else text)
    names = {genre.name for genre in genres().values() if asked <= words(genre.name)}
    if own is not None:
        names.add(own.name)
        if _umbrella(own):
            names.update(genre.name for genre in family(own.family))
    return frozenset(names)


def within(label: str, excluded: Iterable[str]) -> bool:
    """Whether a track's genre label is one that is meant by any of the excluded names, see :func:`covered`."""
    known = find(label)
    for name in excluded:
        own = find(name)
        if known is not None and known.name in covered(name):
            return True
        if words(own.name if own else name) <= words(label):
            return True
    return False
