"""Tempo, key and mode."""

from __future__ import annotations

import re
from typing import Final

from tonepoem.constraints.numbers import NUMBER, value
from tonepoem.constraints.page import Page
from tonepoem.constraints.patterns import Pattern
from tonepoem.errors import InputError
from tonepoem.features import FEATURES, PITCHES

EXACT: Final = 0.03
"""How far a tempo may be from a number that was named: about what a turntable's pitch takes up unheard."""
NEARLY: Final = 0.06
"""The same for "around 90": a semitone's worth of speed."""

SLOWEST: Final = FEATURES["tempo"].low
FASTEST: Final = FEATURES["tempo"].high

_UNIT: Final = (
    r"(?:bpm|b\.p\.m\.?|spm|beats?\s(?:per|a)\smin(?:ute)?|steps?\s(?:per|a)\smin(?:ute)?|pulsaciones\spor\sminuto|"
    r"pasos\spor\sminuto|"
    r"battements\s(?:par|a\sla)\sminute|pas\spar\sminute|schlagen?\s(?:pro|die)\sminute|schritte\spro\sminute|"
    r"batidas\spor\sminuto|ppm)"
)
_LESS: Final = (
    r"under|below|less\sthan|lower\sthan|slower\sthan|at\smost|max(?:imum)?(?:\sof)?|up\sto|no\smore\sthan|not\smore\sthan|"
    r"(?:not|no|nothing|none)\s(?:over|above|faster\sthan|higher\sthan|more\sthan|beyond)|menos\sde|moins\sde|au\splus|"
    r"como\smaximo|no\smaximo|ate|unter|hochstens|maximal|langsamer\sals"
)
_MORE: Final = (
    r"over|above|more\sthan|higher\sthan|faster\sthan|at\sleast|min(?:imum)?(?:\sof)?|no\sless\sthan|from|upwards\sof|"
    r"(?:not|no|nothing|none)\s(?:under|below|slower\sthan|less\sthan|lower\sthan)|mas\sde|mais\sde|plus\sde|au\smoins|"
    r"al\smenos|pelo\smenos|uber|mindestens|schneller\sals"
)
_ABOUT: Final = (
    r"around|about|roughly|approx(?:imately|\.)?|circa|ca\.?|near|close\sto|some|~|alrededor\sde|unos|unas|environ|"
    r"autour\sde|"
    r"vers|etwa|ungefahr|rund|um\sdie|um|cerca\sde|por\svolta\sde|uns|umas"
)
_HOW: Final = rf"(?:(?P<less>(?<!\w)(?:{_LESS}))|(?P<more>\b(?:{_MORE}))|(?P<about>(?<!\w)(?:{_ABOUT})))\s?"
_RANGE: Final = Pattern(
    rf"(?:\b(?:between|from|entre|zwischen|de|von)\s)?(?P<low>{NUMBER})\s?(?:{_UNIT})?\s?(?:-|\b(?:to|and|a|y|e|et|und|"
    rf"bis|ate)\b)\s?"
    rf"(?<![\w.,:/])(?P<high>[0-9]{{1,12}}(?:\.[0-9])?)[\s-]?{_UNIT}(?!\w)",
    needs="bpm b.p.m spm min ppm",
    number=True,
)
_ONE: Final = Pattern(
    rf"(?:{_HOW})?(?<![\w.,:/])(?P<n>{NUMBER})\s?(?P<plus>\+)?[\s-]?{_UNIT}(?!\w)"
    r"(?:\sor\s(?:(?P<up>more|above|faster|up|higher)|(?P<down>less|below|slower|lower)))?",
    needs="bpm b.p.m spm min ppm",
    number=True,
)
_NAMED: Final = Pattern(
    rf"\b(?:bpm|tempo|cadence|cadencia|cadence\sde|tempos?)\s?(?:(?:of|at|is|:|=|de|von|"
    rf"em)\s?)?(?:{_HOW})?(?<![\w.,:/])(?P<n>{NUMBER})"
    r"(?:\s?-\s?(?P<high>[0-9]{2,3}))?(?![\w.:%]|\s?(?:min|hour|song|track|minutes|%))",
    needs="bpm tempo caden",
    number=True,
)
_BARE: Final = Pattern(
    r"(?:^|(?<=[,.;:(\0])\s?|\b(?:beats?|music|songs|tracks|stuff|tempo|lofi|house|jazz|groove|pace|speed|something|"
    r"vibes?|keep\sit)\s,?)"
    r"(?:around|about|roughly|circa|~)\s?(?P<n>[0-9]{2,3})(?=\s?(?:$|[,.;!?)\0]))",
    needs="around about roughly circa ~",
    number=True,
)

_NOTES: Final = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SOLFEGE: Final = {"do": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
_SIGN: Final = r"(?:\s?(?P<sign>#|♯|♭|b(?=\s|$)|-?sharp|-?flat|\ssharp|\sflat))"
_MODE: Final = r"(?P<mode>major|minor|maj|min)"
_KEY: Final = Pattern(
    rf"(?P<cue>\b(?:in(?:\sthe)?(?:\skey)?(?:\sof)?|key(?:\sof|:)?|only)\s)?(?<![\w'-])(?P<note>[a-g])"
    rf"(?:\s?(?P<sign>#|♯|♭|b(?=[\s-])|-sharp|-flat|\ssharp|\sflat))?[\s-]{_MODE}\b(?:\skey\b)?",
    needs="maj min",
)
_IN_KEY: Final = Pattern(
    rf"\b(?:in\sthe\s)?key(?:\sof|:)\s(?P<note>[a-g]){_SIGN}?(?=\s?(?:$|[,.;!?)\0]|(?:for|and|or|but|please|only)\b))",
    needs="key",
)
_GERMAN_KEY: Final = Pattern(r"(?<![\w-])(?P<note>[a-h])(?P<sign>is|es|s)?-(?P<mode>dur|moll)\b", needs="-dur -moll")
_ROMANCE_KEY: Final = Pattern(
    r"\be[nm]\s(?P<note>do|re|mi|fa|sol|la|si)(?:\s(?P<sign>sostenido|bemol|diese|sustenido))?\s"
    r"(?P<mode>mayor|menor|majeur|mineur|maior)(?=\s?(?:$|[,.;!?)\0]|(?:y|e|et|para|pour|con|avec|com)\b))",
    needs="mayor menor majeur mineur maior",
)
_MODES: Final = Pattern(
    r"(?P<no>\b(?:no|not|nothing|without|avoid)\s(?:in\s)?(?:a\s|any\s)?)?(?:\b(?:in|only|all)\s(?:a\s|"
    r"the\s)?)?\b(?P<mode>major|minor)\s(?:keys?|scales?|mode|tonality|chords)\b|"
    r"\bin\s(?P<mode2>major|minor|moll|dur)(?=\s?(?:$|[,.;!?)\0]|(?:only|for|and|but)\b))|"
    r"\b(?:tonalite|mode|modo|tono|tonalidade|tonalidad)\s(?P<mode3>majeure?|mineure?|mayor|menor|maior)\b",
    needs="major minor moll dur majeur mineur mayor menor maior",
)
_BOUNDARY: Final = Pattern(
    r"\s?(?:$|[,.;:!?)\0-]|(?:for|and|or|but|please|only|with|at|from|by|on|like|no|without|songs|music|piano|tracks|"
    r"pieces|horns|key|max|under|"
    r"around|about|to|strings|guitar|ballads|sonatas?|blues|jazz)\b)",
)


def read(page: Page) -> None:
    """Read tempo, key and mode.

    Raises:
        InputError: a tempo that no music has, or a range that runs backwards.
    """
    _read_tempo(page)
    _read_key(page)


def _read_tempo(page: Page) -> None:
    for match in page.find(_RANGE):
        low, high = _speed(page, match, match["low"]), _speed(page, match, match["high"])
        if low > high:
            raise InputError(f"“{page.quote(match.span())}” runs backwards: give the slower tempo first.")
        _note(page, match, (low, high))
    for pattern in (_ONE, _NAMED):
        for match in page.find(pattern):
            speed = _speed(page, match, match["n"])
            found = match.groupdict()
            if found.get("high"):
                _note(page, match, (speed, max(speed, _speed(page, match, match["high"]))))
            elif match["less"] or found.get("down"):
                _note(page, match, (SLOWEST, speed))
            elif match["more"] or found.get("plus") or found.get("up"):
                _note(page, match, (speed, FASTEST))
            else:
                _note(page, match, _near(speed, NEARLY if match["about"] else EXACT))
    for match in page.find(_BARE):
        if 60 <= int(match["n"]) <= 200:
            _note(page, match, _near(float(match["n"]), NEARLY))


def _speed(page: Page, match: re.Match[str], number: str) -> float:
    speed = value(number)
    if not SLOWEST <= speed <= FASTEST:
        raise InputError(
            f"“{page.quote(match.span())}” is no tempo that music has: give {SLOWEST:g} to {FASTEST:g} BPM.",
        )
    return speed


def _near(speed: float, share: float) -> tuple[float, float]:
    return float(max(SLOWEST, round(speed * (1 - share)))), float(min(FASTEST, round(speed * (1 + share))))


def _note(page: Page, match: re.Match[str], tempo: tuple[float, float]) -> None:
    low, high = tempo
    what = f"up to {high:g} BPM" if low == SLOWEST else f"from {low:g} BPM" if high == FASTEST else f"{low:g}–{high:g} BPM"
    page.read("tempo", tempo, what, match.span())


def _read_key(page: Page) -> None:
    for match in page.find(_KEY):
        note_and_sign = page.words[match.start("note") : match.end("mode")]
        alone = match["note"] == "a" and not match["sign"]
        if alone and not (match["cue"] or note_and_sign[0] == "A"):
            continue  # "a minor inconvenience"
        if alone and note_and_sign[0] == "a" and (match[0].endswith("key") or not match["cue"]):
            continue  # "in a minor key" names the mode only
        if (
            not _BOUNDARY.match(page.after(match.end()))
            and not match["sign"]
            and not (note_and_sign[0].isupper() and match["cue"])
        ):
            continue
        _note_key(page, match, _NOTES[match["note"]], match["sign"], int(match["mode"].startswith("maj")))
    for match in page.find(_IN_KEY):
        _note_key(page, match, _NOTES[match["note"]], match["sign"], None)
    for match in page.find(_GERMAN_KEY):
        note = 10 if match["note"] == "b" and not match["sign"] else _NOTES[match["note"]]
        sign = {"is": "#", "es": "flat", "s": "flat", None: None}[match["sign"]]
        _note_key(page, match, note, sign, int(match["mode"] == "dur"))
    for match in page.find(_ROMANCE_KEY):
        sign = match["sign"] and ("flat" if match["sign"] == "bemol" else "#")
        _note_key(page, match, _SOLFEGE[match["note"]], sign, int(match["mode"].startswith("ma")))
    for match in page.find(_MODES):
        name = match["mode"] or match["mode2"] or match["mode3"]
        mode = int(name.startswith("ma") or name == "dur")
        mode = 1 - mode if match["no"] else mode
        page.read("mode", mode, "major" if mode else "minor", match.span(), hide=bool(match["no"]))


def _note_key(page: Page, match: re.Match[str], note: int, sign: str | None, mode: int | None) -> None:
    if sign:
        note += -1 if "flat" in sign or sign in {"b", "♭"} else 1
    key = note % 12
    name = PITCHES[key] + ("" if mode is None else " major" if mode else " minor")
    page.read("key", key, name, match.span())
    if mode is not None:
        page.wishes.setdefault("mode", mode)
