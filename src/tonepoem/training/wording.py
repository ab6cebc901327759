"""How people word a request: sentence forms, degree and negation.

Everything here makes text and says which concepts it speaks of and how; :mod:`tonepoem.training.corpus` gives it labels.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tonepoem.training.lexicon import LANGUAGES, Concept, by_name, of_kind

NOT: Final = -0.9
"""The factor of a negated concept: nearly as far on the other side of what is typical."""

_DEGREES: Final[Mapping[float, str]] = MappingProxyType(
    {
        1.35: "absolutely|as possible|deeply|especially|extremely|incredibly|mega|most|much more|purely|really|so|super|too"
        "|totally|ultra|very|lots of",
        1.2: "more|even more|increasingly|mostly|quite|pretty",
        0.6: "a bit|a bit more|a touch of|-ish|slightly|kind of|somewhat|moderately|partly|some|fairly|almost|rather",
        -0.25: "barely|not too|not very|a bit less",
        -0.9: "less|much less|least",
    },
)
DEGREES: Final[Mapping[str, float]] = MappingProxyType(
    {name: factor for factor, names in _DEGREES.items() for name in names.split("|")},
)
"""How far a word of degree moves a concept from what is typical: 1 as it stands, 0 not at all, negative to the other side."""

_BEFORE_ADJECTIVE: Final = frozenset(
    "absolutely extremely incredibly really so super too totally ultra very quite pretty slightly".split()
)

DESCRIBING: Final = ("mood", "tempo-word", "production", "liveness")
SOUNDING: Final = ("instrument", "vocal")
OCCASIONS: Final = ("activity", "place", "time", "season")
CORE: Final = frozenset(
    name.strip()
    for name in """
happy|sad|calm|energetic|relaxing|angry|loud|quiet|gentle|fast|slow|acoustic|electronic|unplugged|live|studio recording|vocals
instrumental|rap|spoken word|danceable|chill|dark|bright|upbeat|mellow|aggressive|intense|peaceful|romantic|melancholy|joyful
cheerful|depressing|hype|sleepy|dreamy|groovy|heavy|epic|minimal|drums|guitar|piano|strings|violin|synth|bass heavy|saxophone
trumpet|choir|autotune|orchestra|lo-fi|distorted|workout|study|sleep|driving|party|cooking|dinner|morning|night|summer|winter
gym|running|coding|reading|cleaning|work|hits|popular|underground|obscure|old|new|1960s|1970s|1980s|1990s|2000s|2010s|funky|fun
nostalgic|powerful|emotional|rock|pop|jazz|metal|hip hop|classical|country|blues|folk|punk|techno|house|reggae|soul|funk|disco
r&b|indie rock|indie pop|edm|ambient|latin|k-pop|singer-songwriter|trance|drum and bass|bossa nova|alternative rock|acoustic pop
""".replace("\n", "|").split("|")
)
"""What people ask for all the time: half of all requests are worded with these."""

OPPOSITES: Final = tuple(
    tuple(pair.split("/"))
    for pair in """
happy/sad|calm/energetic|relaxing/intense|loud/quiet|fast/slow|acoustic/electronic|live/studio recording|vocals/instrumental
dark/bright|aggressive/gentle|cheerful/melancholy|joyful/depressing|danceable/sleepy|popular/obscure|heavy/gentle|old/new
spoken word/vocals|rap/vocals|party/quiet|hype/mellow|upbeat/slow|peaceful/aggressive|live/instrumental|piano/synth|guitar/synth
orchestra/electronic|minimal/epic|rock/ambient|metal/folk|classical/hip hop|acoustic/distorted|danceable/relaxing|romantic/angry
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
"""Concepts that people set against each other."""

MARKS: Final = ("era", "origin", "popularity", "liveness", "audience", "playlist-word")


@dataclass(frozen=True, slots=True)
class Part:
    """A concept in a request, and how far it is meant: 1 as it stands, 1.35 "very", negative "not"."""

    concept: Concept
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """A text and what it is made of.

    Attributes:
        text: as a person would write it.
        parts: the concepts in it.
        core: its words without the form around them, for the teacher's embedding; empty where grammar turns them round.
        kind: the form, for statistics.
    """

    text: str
    parts: tuple[Part, ...]
    core: str
    kind: str


# {g} genre, {m} describing word, {o} occasion, {s} instrument or voice, {e} era or other mark
FORMS: Final = """
{m} {g}|{g} for {o}|{m} {g} for {o}|{m} songs for {o}|{m} music for {o}|{e} {g}|{e} {m} {g}|{g} with {s}|{m} {s}|{s} for {o}
I want {m} {g}|I need {m} music for {o}|play some {m} {g}|something {m} for {o}|give me {m} {g} for {o}|songs for {o}
music for {o}|{g} to play during {o}|a playlist of {m} {g}|make me a {m} playlist for {o}|I'm in the mood for {g}
I'm in the mood for something {m}|can you play {m} {s} music|looking for {m} and {m2} {g}|{m} and {m2} songs
{m}, {m2}, {g}|{m} {m2} {g}|{g} and {g2}|{g} mixed with {g2}|{g}, {g2} and {g3}|{g} / {g2}|{m} {g} with {s}
I'd like to hear {g} with {s}|what should I listen to for {o}? maybe {g}|background {g} for {o}|{m} tunes for {o}
feeling {m}|I feel {m}|songs that feel {m}|{m} vibes|{m} {o} vibes|{o} {g} vibes|put on some {g}|something with {s}
music that sounds {m}|anything {m} works, it's for {o}|{e} songs|{e} songs for {o}|best {e} {g}|best {g} for {o}
need a soundtrack for {o}|help me get through {o} with {m} {g}|{m} {e} music|{e} {g} for {o}|the most {m} {g} there is
i have {o} later and need {m} songs|{o} playlist, {m} please|{g} playlist|{m} playlist|{o} playlist|{o} songs|{o} music
some {m} {g} please|hey, {g} for {o} please|just {g}|only {g}, nothing else|{m} {g} that makes me want to move|{o}, {m}
"""

TURNS: Final = """
not {m}|nothing {m}|no {s}|without {s}|{g} without {s}|{g} but not {m}|{g}, no {s}|{m} but not {m2}|{m} but {m2}
{m} yet {m2}|{m}, not {m2}
anything but {m}|anything but {g}|no {g}|no {g}, just {g2}|{g} instead of {g2}|less {m} please
more {m} please|more {m}|less {m}|not too {m}|not very {m}|a bit {m}|very {m}|really {m} {g}|extremely {m} {g}|slightly {m} {g}
{deg} {m}|{deg} {m} {g}|{deg} {m} music for {o}|{neg} {m}|{neg} {g}|{neg} {s}|{g} for {o}, {neg} {s}|{m} {g}, {neg} {s}
music for {o}, nothing {m}|I want {g} but nothing {m}|{o} music that is not {m}|something {m} but not {m2}|music that isn't {m}
songs for {o} without {s}|please no {s}|don't play {g}|I hate {g}, play {g2}|the opposite of {m}|not {m} at all|never {m}
{m} music, {deg} {m2}|{deg} {m} but {m2}|{deg} {m} and {deg2} {m2}|neither {m} nor {m2}|not {m} and not {m2}|un{m}
{m} enough for {o} but not {m2}|{g} but {m}|{g} but more {m}|{g} but less {m}|like {g} but {deg} {m}|avoid {s}|skip the {s}
"""

VOICE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": (
            "vocals",
            "vocal",
            "singing",
            "lyrics",
            "words",
            "voices",
            "singers",
            "a voice",
            "people singing",
            "sung lyrics",
        ),
        "es": ("letra", "voz", "voces", "palabras", "canto", "letras"),
        "fr": ("paroles", "voix", "chant", "des paroles", "chanteurs"),
        "de": ("gesang", "text", "stimme", "stimmen", "worte", "texte"),
        "pt": ("voz", "vocal", "vocais", "letra", "palavras", "canto"),
    },
)
"""What people name when they want to hear someone sing, or nobody: music without these is instrumental."""

AGAINST: Final = """
{m}, not {a}|{m} not {a}|not {a}, {m}|not {a} but {m}|{m}, no {a}|no {a}, just {m}|{m} only, no {a}|more {m}, less {a}
less {a}, more {m}|{m} instead of {a}|{m} rather than {a}|no {a} songs, only {m}|no {a} music|no {a} songs|nothing {a}
never {a}|never {a}, always {m}|anything but {a}|the opposite of {a}|don't want {a}, give me {m}|no more {a}, give me {m}
without anything {a}|nothing {a}, make it {m}|make it {m}, not {a}|it should be {m}, not {a}|I want {m}, not {a}|not {a} at all
more {m} please|less {a} please|more {m}|less {a}|very {m}|a bit {m}|not {a}|{m}|{m} music|{m} songs|isn't {a}|without {a}
no {a}, only {m}|only {m}|{m} and nothing {a}|far from {a}|steer clear of {a}, go {m}|skip anything {a}|too {a}, make it {m}
{g}, {m} and not {a}|{m} {g}, not {a}|{g} but {m}|{g} that isn't {a}|{g} for {o}, {m}, not {a}|{o} music, {m}, nothing {a}
with {v}|without {v}|no {v}|{g} with {v}|{g} without {v}|music for {o} without {v}|{o} music, no {v}|{m} music without {v}
lots of {v}|{v} please|no {v} please|music with {v} to sing along to|{m} with {v}|{m}, no {v}|I don't want {v}|I want {v}
"""

FOREIGN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "es": "música {m}|canciones {m}|música {m} para {o}|canciones para {o}|música para {o}|{g} para {o}|quiero {g} {m}|"
        "pon algo {m}|necesito música {m} para {o}|{g} con {s}|algo {m} para {o}|{g} sin {s}|música sin {s}|no {m}|nada {m}|"
        "{deg} {m}|música {deg} {m}|{g} pero no {m}|{m} pero no {m2}|cualquier cosa menos {g}|playlist {m}|{m} y {m2}|"
        "música de {g}|ponme {g}|lista de {g} para {o}|{neg} {m}|{m}|{s}|{o}"
        "|{m}, nada {a}|{m}, no {a}|más {m}, menos {a}|menos {a}|más {m}|no {a}|nada {a}"
        "|sin {v}|{g} sin {v}|con {v}|{g} con {v}|música para {o} sin {v}|{m}|música {m}|canciones {m}|nunca {a}",
        "fr": "musique {m}|chansons {m}|musique {m} pour {o}|chansons pour {o}|musique pour {o}|{g} pour {o}|je veux du {g} {m}"
        "|quelque chose de {m}|j'ai besoin de musique {m} pour {o}|{g} avec {s}|{g} sans {s}|musique sans {s}|pas {m}"
        "|rien de {m}|{deg} {m}|musique {deg} {m}|{g} mais pas {m}|{m} mais pas {m2}|tout sauf {g}"
        "|playlist {m}|{m} et {m2}|mets du {g}"
        "|de la musique {m}|{neg} {m}|{m}|{s}|{o}"
        "|{m}, pas {a}|{m}, rien de {a}|plus {m}, moins {a}|moins {a}|plus {m}|pas {a}|rien de {a}"
        "|sans {v}|{g} sans {v}|avec {v}|{g} avec {v}|musique pour {o} sans {v}|{m}|musique {m}|jamais {a}",
        "de": "{m} musik|{m} lieder|{m} musik für {o}|lieder für {o}|musik für {o}|{g} für {o}|ich möchte {m} {g}|etwas {m}|"
        "ich brauche {m} musik für {o}|{g} mit {s}|{g} ohne {s}|musik ohne {s}|nicht {m}|nichts {m}|{deg} {m}|{deg} {m} musik|"
        "{g} aber nicht {m}|{m} aber nicht {m2}|alles außer {g}|{m} playlist|{m} und {m2}|spiel {g}|musik zum thema {o}|"
        "{neg} {m}|{m}|{s}|{o}"
        "|{m}, nicht {a}|{m}, nichts {a}|mehr {m}, weniger {a}|weniger {a}|mehr {m}|nicht {a}|nichts {a}"
        "|ohne {v}|{g} ohne {v}|mit {v}|{g} mit {v}|musik für {o} ohne {v}|{m}|{m} musik|niemals {a}",
        "pt": "música {m}|músicas {m}|música {m} para {o}|músicas para {o}|{g} para {o}|quero {g} {m}|algo {m}|"
        "preciso de música {m} para {o}|{g} com {s}|{g} sem {s}|música sem {s}|não {m}|nada {m}|{deg} {m}|música {deg} {m}|"
        "{g} mas não {m}|{m} mas não {m2}|qualquer coisa menos {g}|playlist {m}|{m} e {m2}|toca {g}|uma playlist de {g}|"
        "{neg} {m}|{m}|{s}|{o}"
        "|{m}, nada {a}|{m}, não {a}|mais {m}, menos {a}|menos {a}|mais {m}|não {a}|nada {a}"
        "|sem {v}|{g} sem {v}|com {v}|{g} com {v}|música para {o} sem {v}|{m}|música {m}|nunca {a}",
    },
)
_FOREIGN_NO: Final = frozenset(
    "sin no nada nunca sans pas rien jamais moins ohne nicht nichts niemals weniger sem não menos sauf außer".split()
)


def forms(text: str) -> tuple[str, ...]:
    """The forms in a block of them."""
    return tuple(form.strip() for line in text.strip().splitlines() for form in line.split("|") if form.strip())


_FORMS, _TURNS, _AGAINST = forms(FORMS), forms(TURNS), forms(AGAINST)
_FOREIGN: Final = {code: forms(text) for code, text in FOREIGN.items()}
_SLOT: Final = re.compile(r"\{(\w+?)(\d?)\}")


class Speaker:
    """Words requests at random.

    Args:
        chance: the source of randomness; the same one gives the same requests.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._slots: dict[str, tuple[Concept, ...]] = {
            "g": of_kind("genre"),
            "m": of_kind(*DESCRIBING),
            "o": of_kind(*OCCASIONS),
            "s": of_kind(*SOUNDING),
            "e": of_kind(*MARKS),
        }
        self._degrees = tuple(c for c in of_kind("degree") if c.name in DEGREES)
        self._negations = of_kind("negation")
        self._core = {slot: tuple(c for c in own if c.name in CORE) for slot, own in self._slots.items()}
        known = by_name(of_kind("genre", *DESCRIBING, *OCCASIONS, *SOUNDING, *MARKS))
        self._opposites = tuple((known[one], known[other]) for one, other in OPPOSITES)
        self._instrumental, self._vocals = known["instrumental"], known["vocals"]

    def name(self, concept: Concept) -> str:
        """One of its English names, the canonical one most often."""
        return concept.name if self.chance.random() < 0.5 else self.chance.choice(concept.names)

    def plain(self) -> Request:
        """A request without turns of grammar."""
        return self._fill(self.chance.choice(_FORMS), "plain")

    def turned(self) -> Request:
        """A request with a negation, a degree, a contrast or a comparison."""
        return self._fill(self.chance.choice(_TURNS if self.chance.random() < 0.5 else _AGAINST), "turned")

    def foreign(self) -> Request:
        """A request in Spanish, French, German or Portuguese."""
        code = self.chance.choice(LANGUAGES)
        return self._fill(self.chance.choice(_FOREIGN[code]), code)

    def tag(self) -> Request:
        """One to three concepts, side by side."""
        slots = self.chance.choice(
            ("g", "g", "m", "o", "s", "e", "mg", "eg", "go", "mo", "gm", "ge", "mm", "gg", "egm", "mgo", "sg", "og")
        )
        parts = tuple(Part(self._draw(slot)) for slot in slots)
        names = [self.name(part.concept) for part in parts]
        return Request(self.chance.choice((" ", " ", " ", ", ", " & ")).join(names), parts, " ".join(names), "tag")

    def _fill(self, form: str, kind: str) -> Request:
        parts: list[Part] = []
        core: list[str] = []
        opposites = self.chance.choice(self._opposites)
        if self.chance.random() < 0.5:
            opposites = opposites[::-1]
        factor, straight = 1.0, True  # straight: the words mean what they name
        text, end = "", 0
        turned = kind == "turned"
        for slot in _SLOT.finditer(form):
            before = form[end : slot.start()]
            text, end = text + before, slot.end()
            if turned:
                factor = _turn(before, factor)
            elif kind in LANGUAGES and set(re.findall(r"\w+", before)) & _FOREIGN_NO:
                factor = NOT
            which = slot[1]
            if which in ("deg", "neg"):
                concept = self.chance.choice(self._degrees if which == "deg" else self._negations)
                word = self._said(concept, kind)
                if word is None:
                    continue
                text += word
                factor = DEGREES.get(concept.name, NOT)
                continue
            if which == "v":
                concept, word = self._vocals, self.chance.choice(VOICE[kind if kind in LANGUAGES else "en"])
            elif "{a}" in form and which in ("m", "a"):
                concept = opposites[which == "a"]
                word = self._said(concept, kind) or concept.name
            else:
                concept, word = self._pick(which, kind, negated=factor < 0)
            if factor < 0 and concept in (self._vocals, self._instrumental):
                # No voice is instrumental, and not instrumental is a voice: the one case where the other side has a name.
                concept = self._instrumental if concept is self._vocals else self._vocals
                factor, straight = 1.0, False
            parts.append(Part(concept, factor))
            core.append(word)
            text, factor = text + word, 1.0
        text += form[end:]
        if turned and form.endswith("at all"):
            parts = [Part(part.concept, NOT) for part in parts]
        plain = straight and all(part.factor == 1 for part in parts) and kind not in LANGUAGES
        return Request(" ".join(text.split()), tuple(parts), " ".join(core) if plain else "", kind)

    def _pick(self, slot: str, kind: str, *, negated: bool) -> tuple[Concept, str]:
        if slot == "s" and negated and kind == "turned" and self.chance.random() < 0.3:
            return self._vocals, self.chance.choice(VOICE["en"])
        while True:
            concept = self._draw(slot)
            if (word := self._said(concept, kind)) is not None:
                return concept, word

    def _draw(self, slot: str) -> Concept:
        core = self._core[slot]
        return self.chance.choice(core if core and self.chance.random() < 0.5 else self._slots[slot])

    def _said(self, concept: Concept, kind: str) -> str | None:
        if kind not in LANGUAGES:
            return self.name(concept)
        if concept.kind == "genre":
            return self.chance.choice((concept.name, *concept.foreign.get("any", ())))
        names = concept.foreign.get(kind)
        return self.chance.choice(names) if names else None


def _turn(before: str, factor: float) -> float:
    """How the words before a concept turn it; what a word of degree has set already stays."""
    before = f" {before.lower()}"
    for words, value in (
        (r"not too $|not very $", -0.25),
        (r"\bless $", -0.9),
        (r"more $", 1.2),
        (r"(extremely|very|really) $", 1.35),
        (r"(a bit|slightly) $", 0.6),
        (
            r"(\bnot|\bnothing|\bno|no more|without|without anything|isn't|anything but|avoid|skip the|skip anything|don't play"
            r"|don't want|hate|instead of|rather than|the opposite of|never|neither|nor| un|please no|far from|steer clear of"
            r"|\btoo) $",
            NOT,
        ),
    ):
        if re.search(words, before):
            return value
    return factor


def draw(chance: random.Random, pool: Sequence[str], most: int) -> str:
    """One to ``most`` entries of a pool, side by side."""
    return " ".join(chance.choice(pool) for _ in range(chance.randint(1, most)))
