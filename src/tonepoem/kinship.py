"""How near genres are to each other, by their sound, their families, their names and where they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from tonepoem.genres import SOUND, UNSPECIFIC, Genre, family, find, fold, genres, named
from tonepoem.genres import genre as row

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
    genre = row(name)
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
        known, sure = row(called[-1]), 0.8
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
