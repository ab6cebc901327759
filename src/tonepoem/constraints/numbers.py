"""Numbers in words, in English, Spanish, French, German and Portuguese, turned into figures where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tonepoem.errors import InputError

NUMBER: Final = (
    r"(?<![\w.,:/])(?:(?:minus\s|menos\s|moins\s|(?<!\S)-)\s?)?"
    r"(?:[0-9]{1,3}(?:[.,' ][0-9]{3})+(?![0-9])|[0-9]{1,40}(?:[.,][0-9]{1,2})?)(?![0-9])"
)
"""A number in figures, with a sign and with separators of thousands or a decimal mark of any country."""

_ENGLISH: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_ENGLISH_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPANISH: Final = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
    "veintiocho veintinueve"
).split()
_SPANISH_TENS: Final = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_FRENCH: Final = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
).split()
_FRENCH_TENS: Final = "vingt trente quarante cinquante soixante".split()
_GERMAN: Final = (
    "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
).split()
_GERMAN_TENS: Final = "zwanzig dreißig vierzig funfzig sechzig siebzig achtzig neunzig".split()
_PORTUGUESE: Final = (
    "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove"
).split()
_PORTUGUESE_TENS: Final = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()

_TIED: Final = {
    "once": "canciones temas pistas minutos horas",
    "elf": "lieder titel stucke tracks minuten stunden",
    "cent": "chansons titres morceaux pistes minutes",
    "um": "minuto",
    "un": "",
    "uno": "",
    "ein": "lied titel song track stuck",
}
"""Numbers that are another word as a rule, and the words before which they are numbers."""

_HUNDREDS: Final = {
    **dict.fromkeys([*_ENGLISH, *_ENGLISH_TENS], ("one hundred and ", "one hundred ", "a hundred and ", "a hundred ")),
    **dict.fromkeys([*_SPANISH_TENS, "diez", "veinte", "veinticinco"], ("ciento ",)),
    **dict.fromkeys([*_FRENCH_TENS, "dix"], ("cent ",)),
    **dict.fromkeys([*_GERMAN_TENS, "zehn"], ("hundert", "einhundert")),
    **dict.fromkeys([*_PORTUGUESE_TENS, "dez"], ("cento e ",)),
}
"""What makes a number from 101 to 199 of one that begins with this word."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST: Final = 6


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, float]:  # noqa: PLR0912 - five languages, one after the other
    """The value of every number from 0 to 199, and some beyond, by its words joined with single spaces."""
    table: dict[str, float] = {}

    def add(value: float, *spellings: str) -> None:
        for spelling in spellings:
            table.setdefault(spelling.replace("-", " "), value)

    for value, word in enumerate(_ENGLISH):
        add(value, word)
    for tens, word in enumerate(_ENGLISH_TENS, start=2):
        add(10 * tens, word)
        for unit in range(1, 10):
            add(10 * tens + unit, f"{word} {_ENGLISH[unit]}", f"{word}{_ENGLISH[unit]}")
    for value, word in enumerate(_SPANISH):
        add(value, word)
    for tens, word in enumerate(_SPANISH_TENS, start=3):
        add(10 * tens, word)
        for unit in range(1, 10):
            add(10 * tens + unit, f"{word} y {_SPANISH[unit]}")
    for value, word in enumerate(_FRENCH):
        add(value, word)
    for tens, word in enumerate(_FRENCH_TENS, start=2):
        add(10 * tens, word)
        add(10 * tens + 1, f"{word} et un", f"{word} et une")
        for unit in range(2, 10):
            add(10 * tens + unit, f"{word} {_FRENCH[unit]}")
    for teen in range(10, 20):
        add(60 + teen, f"soixante {_FRENCH[teen]}", f"soixante et {_FRENCH[teen]}")
        add(80 + teen, f"quatre vingt {_FRENCH[teen]}")
    add(80, "quatre vingt", "quatre vingts", "huitante", "octante")
    add(70, "septante")
    add(90, "nonante")
    for unit in range(1, 10):
        add(80 + unit, f"quatre vingt {_FRENCH[unit]}")
    for value, word in enumerate(_GERMAN):
        add(value, word, word.replace("funf", "fuenf").replace("zwolf", "zwoelf"))
    add(2, "zwo")
    for tens, word in enumerate(_GERMAN_TENS, start=2):
        add(10 * tens, word, word.replace("ß", "ss"), word.replace("funf", "fuenf"))
        for unit in range(1, 10):
            stem = "ein" if unit == 1 else _GERMAN[unit]
            add(10 * tens + unit, f"{stem}und{word}", f"{stem}und{word}".replace("ß", "ss").replace("funf", "fuenf"))
    for value, word in enumerate(_PORTUGUESE):
        add(value, word)
    add(14, "quatorze")
    for value, word in ((16, "dezasseis"), (17, "dezassete"), (19, "dezanove")):
        add(value, word)
    for tens, word in enumerate(_PORTUGUESE_TENS, start=2):
        add(10 * tens, word)
        for unit in range(1, 10):
            add(10 * tens + unit, f"{word} e {_PORTUGUESE[unit]}")
        add(10 * tens + 2, f"{word} e duas")
        add(10 * tens + 1, f"{word} e uma")
    add(1, "un", "une", "una", "uma", "ein", "eine", "einen", "einer")
    add(2, "duas")
    for hundred in ("one hundred", "a hundred", "cent", "hundert", "einhundert"):
        add(100, hundred)
    for words, amount in list(table.items()):
        if 1 <= amount <= 99 and words.split(" ", 1)[0] in _HUNDREDS:
            for hundred in _HUNDREDS[words.split(" ", 1)[0]]:
                add(100 + amount, f"{hundred}{words}")
    add(100, "cien", "cem")
    for value in range(2, 10):
        add(100 * value, f"{_ENGLISH[value]} hundred", f"{_FRENCH[value]} cents", f"{_GERMAN[value]}hundert")
    add(200, "doscientas", "doscientos", "duzentas", "zweihundert")
    add(1000, "one thousand", "tausend", "eintausend")
    add(12, "a dozen", "dozen", "une douzaine", "una docena", "ein dutzend", "uma duzia")
    add(6, "half a dozen", "half dozen", "media docena", "une demi douzaine", "ein halbes dutzend", "meia duzia")
    for value in range(1, 6):
        add(12 * value, f"{_ENGLISH[value]} dozen")
    for value, word in ((10, "dizaine"), (15, "quinzaine"), (20, "vingtaine"), (30, "trentaine"), (50, "cinquantaine")):
        add(value, f"une {word}")
    return table


@lru_cache(maxsize=1)
def _firsts() -> frozenset[str]:
    return frozenset(phrase.split(" ", 1)[0] for phrase in _phrases())


def figures(plain: str) -> str:
    """The text with numbers in words as figures, filled with zeros to the same length: "ten songs" is "010 songs"."""
    firsts, phrases = _firsts(), _phrases()
    words = list(_WORD.finditer(plain))
    parts, place, index = [], 0, 0
    while index < len(words):
        match = words[index]
        used = 0
        if match[0] in firsts:
            joined, longest = match[0], None
            for count in range(1, _LONGEST + 1):
                if joined in phrases and _stands(joined, words, index, count):
                    longest, used = phrases[joined], count
                following = index + count
                if following >= len(words) or plain[words[following - 1].end() : words[following].start()] not in (" ", "-"):
                    break
                joined += " " + words[following][0]
            if longest is not None:
                start, end = match.start(), words[index + used - 1].end()
                figure = f"{longest:g}"
                if len(figure) <= end - start:
                    parts += [plain[place:start], figure.zfill(end - start)]
                    place = end
        index += used or 1
    return "".join([*parts, plain[place:]])


def _stands(phrase: str, words: list[re.Match[str]], index: int, count: int) -> bool:
    """Whether a number is meant where the word has another meaning too."""
    if phrase not in _TIED:
        return True
    following = words[index + count][0] if index + count < len(words) else ""
    return following in _TIED[phrase].split()


def value(number: str) -> float:
    """The value of what :data:`NUMBER` matches.

    Raises:
        InputError: it is too long for a number.
    """
    digits = re.sub(r"^[^0-9]+", "", number)
    negative = digits != number
    if re.fullmatch(r"[0-9]{1,3}(?:[.,' ][0-9]{3})+", digits):
        digits = re.sub(r"[^0-9]", "", digits)
    if len(digits.lstrip("0")) > 15:
        raise InputError(f"“{number[:20]}…” is no number that can be used: ask for less.")
    amount = float(digits.replace(",", "."))
    return -amount if negative else amount
