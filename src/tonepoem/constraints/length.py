"""How many tracks, how long, how long each, how many of one artist."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from tonepoem.constraints.numbers import NUMBER, value
from tonepoem.constraints.page import Page
from tonepoem.constraints.patterns import Pattern
from tonepoem.errors import InputError

NOUNS: Final = (
    r"(?:songs?|tracks?|tunes?|titles|pieces|bangers|hits|classics|anthems|ballads|singles|jams|"
    r"canciones|cancion|temas|pistas|chansons?|morceaux|titres|pistes|lieder|lieds?|titel|stucke?n?|musicas?|cancoes|faixas)"
)
"""What a playlist is counted in."""

ARTIST: Final = (
    r"(?:artists?|bands?|singers?|musicians?|acts?|artistas?|artistes?|kunstler|interpret(?:en)?|groupes?|grupos?|bandas?)"
)

MOST_TRACKS: Final = 1_000
MOST_MINUTES: Final = 6_000

_BOUND: Final = (
    r"(?:(?:at\s(?:most|least)|no\smore\sthan|no\slonger\sthan|no\sless\sthan|not\smore\sthan|not\slonger\sthan|up\sto|"
    r"max(?:imum)?\.?(?:\sof)?|min(?:imum)?(?:\sof)?|only|just|exactly|about|around|roughly|approximately|circa|ca\.?|"
    r"some|almost|nearly|maximal|hochstens|mindestens|etwa|ungefahr|rund|unos|unas|alrededor\sde|como\smaximo|al\smenos|"
    r"environ|au\splus|au\smoins|cerca\sde|no\smaximo|pelo\smenos|length:?|~)\s{0,2})?"
)
_TO: Final = r"\s?(?:-|to|or|bis|a|ate|ou|o|oder)\s?"
_STOP: Final = (
    r"(?:am|pm|a|an|the|in|on|at|to|for|from|of|and|or|but|with|by|per|is|are|was|i|we|you|my|me|it|that|this|years?|"
    r"old|olds|"
    r"hours?|minutes?|mins?|hrs?|seconds?|days?|weeks?|months?|times?|people|friends|persons?|kids|of\sus|"
    r"bit|step|bpm|hz|inch|percent|degrees|chord|tone|cent|more|hit|miles?|km|mph|nights?|o'clock|"
    r"ano|anos|horas?|minutos|de|para|pour|et|y|e|und|fur|jahre?|stunden|minuten|heures?|ans|annees?)"
)
_MIDDLE: Final = rf"(?:(?!{_STOP}\b)(?:[^\W\d_][\w&'-]{{0,20}}|'?[0-9]{{2,4}}s)\s){{0,3}}"
_COUNT: Final = Pattern(
    rf"(?:\b(?:between|entre|zwischen)\s(?P<from>{NUMBER})\s(?:and|y|et|und|e)\s|(?P<low>{NUMBER}){_TO}|{_BOUND})"
    rf"(?<![\w.,:/])(?P<n>(?:(?:minus|menos|moins)\s|(?<!\S)-)?(?:[0-9]{{1,3}}(?:[.,][0-9]{{3}})+|"
    rf"[0-9]{{1,40}}))(?![0-9.,:/%])"
    rf"(?:[\s-](?:(?:of\s(?:my|the|your|our)|de)\s|d')?{_MIDDLE})?{NOUNS}(?!\w|'s)(?:\s(?:long|lang)\b)?(?:\sof\s)?",
    needs=(
        "song track tune title piece banger hits classics anthem ballad single jam cancion tema "
        "pista chanson morceaux titre piste lied titel stuck music cancoes faixa"
    ),
    number=True,
)
_NOT_COUNT: Final = Pattern(r"(?:\b(?:last|past|first|these|those|same|my|number|chapter|track|song|another|of|the)|#)\s?$")
_ONLY_ONE: Final = Pattern(r"\b(?:just|only|exactly|give\sme|play|i\swant|nur|solo|juste)\s(?:just\s)?$")
"""Before "one song" where it means a number."""

_PER: Final = (
    rf"(?:(?:per|each|por|par|pro|je|for\seach|from\seach|by\seach|from\severy|by\severy|(?:by|from|of)\s(?:the\ssame|"
    rf"one|any\sone|"
    rf"a\ssingle|the\ssame\sone)|del\smismo|du\smeme|vom\sselben|do\smesmo)\s(?:single\s)?{ARTIST})\b"
)
_PER_ARTIST: Final = Pattern(
    rf"{_BOUND}(?P<n>{NUMBER})\s?(?:{NOUNS}\s)?(?:max\s|maximum\s|at\smost\s)?{_PER}",
    needs="artist band singer musician act kunstler interpret group banda one",
    number=True,
)
_ONCE: Final = Pattern(
    rf"\bno\s{ARTIST}\s(?:twice|more\sthan\sonce|two\stimes|repeats?|should\srepeat)\b|"
    rf"\b(?:do\snot|don'?t|never|without|no)\s(?:repeat(?:ing|ed)?\s(?:the\ssame\s|any\s)?{ARTIST}|same\s{ARTIST}\stwice)\b|"
    rf"\b(?:each|every)\s{ARTIST}\s(?:only\s|just\s)?once\b|\b(?:each|every)\s(?:song|track|tune)\s(?:by|"
    rf"from)\sa\sdifferent\s{ARTIST}\b|"
    rf"\b(?:all|only)\sdifferent\s{ARTIST}\b|\bjeder\s{ARTIST}\snur\seinmal\b|\bsin\srepetir\s{ARTIST}\b|"
    rf"\bsans\srepeter\s(?:d'|les\s)?{ARTIST}\b|\bsem\srepetir\s{ARTIST}\b",
    needs="artist band singer musician act kunstler interpret group banda",
)

_HOURS: Final = r"(?:hours?|hrs?|h|horas?|heures?|stunden?|std)"
_MINUTES: Final = r"(?:minutes?|mins?|minutos?|minuten?)"
_SECONDS: Final = r"(?:seconds?|secs?|segundos?|secondes?|sekunden?)"
_HALF: Final = r"(?:\sand\sa\shalf|\sy\smedia|\set\sdemie|\se\smeia|½)"
_FEW: Final = r"(?:(?:my|a|the|our|your|his|her|another|long|little|full|whole|good|calm|solid|eine?n?|il|pour|para|fur)\s)?"
_NEXT: Final = r"(?=\s?(?:$|[,.;!?)\0]|(?:of|de|for|on|at|with|in|pour|para|fur|mit)\b))"
_DURATION: Final = Pattern(
    rf"{_BOUND}(?:"
    rf"(?P<clock>[0-9]{{1,2}}):(?P<clock_m>[0-5][0-9])[\s-]?{_HOURS}\b|"
    rf"(?:(?P<between>\b(?:between|entre|zwischen)\s)|\bfrom\s)?(?P<lo>{NUMBER})\s?(?:{_HOURS}|{_MINUTES})?"
    rf"(?(between)\s(?:and|y|e|et|und)\s|\s?(?:-|\b(?:to|bis|a|or|ate)\b)\s?)"
    rf"(?P<hi>(?<![\w.,:/])[0-9]{{1,40}}(?:[.,][0-9]{{1,2}})?)[\s-]?(?:(?P<range_h>{_HOURS})|{_MINUTES})\b|"
    rf"(?P<h>{NUMBER})(?P<half1>{_HALF}|\s?1/2)?[\s-]?{_HOURS}(?![^\W\d_])(?P<half2>{_HALF})?"
    rf"(?P<quarter2>\sand\s(?:a\squarter|three\squarters))?"
    rf"(?:,?\s?(?:and\s|y\s|et\s|e\s|und\s)?(?P<m>[0-9]{{1,12}})(?:[\s-]?(?:{_MINUTES}|m)\b|(?<=h[0-9][0-9])(?!\w)|"
    rf"{_NEXT}))?|"
    rf"(?P<m2>{NUMBER})(?P<half3>{_HALF})?[\s-]?{_MINUTES}\b|"
    rf"(?P<m3>{NUMBER})m(?=\s(?:warm|cool|at|of|run)\b)|"
    rf"(?P<s>{NUMBER})[\s-]?{_SECONDS}\b|"
    rf"\b(?P<couple>(?:a\s)?couple\s(?:of\s)?)hours\b|"
    rf"\ba(?:n|\s(?:full|whole|good|solid))\shour(?P<half4>\sand\sa\shalf)?(?P<m4>(?:\sand|"
    rf",)?\s[0-9]{{1,10}}\s{_MINUTES})?\b|"
    rf"\b(?P<bare>hora\sy\smedia|hora\se\smeia|heure\set\sdemie)\b|"
    rf"\b(?:0*3\squarters\sof\san\shour|0*3\s(?:quarts\sd'heure|cuartos\sde\shora)|(?:eine\s|"
    rf"0*1\s)?dreiviertelstunde)\b(?P<q3>)|"
    rf"\b(?:half\s(?:an|a)\shour|half[\s-]hour|(?:0*1\s)?demi[\s-]heure|media\shora|meia\shora|"
    rf"(?:0*1\s)?halbe[rn]?\sstunde)\b(?P<q2>)|"
    rf"\b(?:(?:a\s)?quarter\s(?:of\san\s)?hour|(?:0*1\s)?quart\sd'heure|(?:0*1\s)?cuarto\sde\shora|"
    rf"(?:0*1\s)?viertelstunde)\b(?P<q1>)|"
    rf"\b(?P<german>anderthalb|eineinhalb|zweieinhalb|dreieinhalb)\s?stunden\b"
    rf")(?:[\s-](?:long|lang)\b)?(?:\s(?:of|de|d')\s(?=\S))?",
    needs="h min std stund sec seg sek m_",
    also="hour hora heure stund 0 1 2 3 4 5 6 7 8 9",
)
_GERMAN_HALVES: Final = {"anderthalb": 90, "eineinhalb": 90, "zweieinhalb": 150, "dreieinhalb": 210}
_NO_DURATION_BEFORE: Final = Pattern(
    r"(?:\b(?:after|in|since|every|each|last|past|ago|hace|il\sy\sa|vor|ha|um|within|slept|sleep|waiting|waited|been|nach|"
    r"another|first|final|took|spent|cada|chaque|jede|before|worked|left|it's|its|were|depois\sde|despues\sde|apres|seit)\s"
    r"(?:(?:only|just|about|almost|nearly|the|these|my|last|past|las|like|over)\s){0,2}|à\s)$",
)
_LONG: Final = Pattern(r"(?:\b(?:by|for)\s?)?$")
_NO_DURATION_AFTER: Final = Pattern(
    r"\s?(?:ago|late|early|earlier|later|before|after|from\s(?:now|home|here|the|my)|left|away|old|per|a\s(?:day|week|night)|"
    r"every|each|until|till|of\s(?:work|fame|waiting|traffic|your|my\slife|me)|at\swork|delay|too|to\s(?:go|mars|midnight)|"
    r"atras|du\smat|du\smatin|de\sla\smanana|da\smanha|uhr|attention|in\sheaven|of\sit|of\swhich|past\b)\b",
)
_IN_FITTING: Final = Pattern(r"\b(?:fit|fits|finish|done|over)\sin\s$|\b(?:should|must|to|that|which|will|can)\slasts?\s$")

_EACH: Final = (
    rf"(?:(?:{NOUNS}|nothing|none|anything|epics|each(?:\s{NOUNS})?|every\s{NOUNS}|stuff|punk|music)\s"
    rf"(?:(?:that|which|of\sthem|are|is|should\sbe|be|to\sbe)\s){{0,3}})"
)
_NUM: Final = r"(?:[0-9]{1,40}(?:[.,][0-9]{1,2})?)"
_UNDER: Final = (
    r"(?P<cap>under|below|shorter\sthan|less\sthan|at\smost|max(?:imum)?|no\slonger\sthan|not\slonger\sthan|"
    r"no\smore\sthan|up\sto)"
)
_OVER: Final = r"(?P<floor>over|above|longer\sthan|more\sthan|at\sleast|beyond|exceeding)"
_EACH_TRACK: Final = Pattern(
    rf"(?P<no>\b(?:no|nothing|none|not|without)\s)?(?:any\s)?(?:{_EACH}|(?<=nothing\s)|(?<=none\s))(?:{_UNDER}|"
    rf"{_OVER})\s(?P<n>{_NUM})[\s-]?{_MINUTES}(?:\slong|\seach)?\b",
    needs="min",
    also="under_ below_ than_ most_ max up_to_ over_ above_ least_ beyond_ exceeding_",
    number=True,
)
_EACH_RANGE: Final = Pattern(
    rf"\b{NOUNS}\s(?:of\s)?(?:between\s|from\s)?(?P<low>{_NUM})\s?(?:-|to|"
    rf"and)\s?(?P<high>{_NUM})[\s-]?{_MINUTES}\s(?:long|each)\b",
    needs="min",
    number=True,
)
_EACH_ABOUT: Final = Pattern(
    rf"(?<![\w.,:/])(?P<length>(?P<n>{_NUM})[\s-]?{_MINUTES}(?:[\s-]long)?)\s(?:[^\W\d_][\w&'-]{{0,20}}\s){{0,2}}?(?:songs|tracks|"
    rf"tunes|pieces)\b",
    needs="min",
    number=True,
)


def read(page: Page, named: Callable[[tuple[int, int]], bool]) -> None:
    """Read every wish of this family; ``named`` tells whether a number is part of an artist's name.

    Raises:
        InputError: a length that no playlist can have.
    """
    _per_artist(page)
    _each_track(page)
    _count(page, named)
    _minutes(page)


def _per_artist(page: Page) -> None:
    for match in page.find(_PER_ARTIST):
        most = value(match["n"])
        if most < 1 or most != int(most) or most > MOST_TRACKS:
            raise InputError(f"“{page.quote(match.span())}” cannot be kept: ask for at least one song per artist.")
        page.read("max_per_artist", int(most), f"at most {most:g} per artist", match.span(), hide=True)
    for match in page.find(_ONCE):
        page.read("max_per_artist", 1, "at most 1 per artist", match.span(), hide=True)


def _each_track(page: Page) -> None:
    for match in page.find(_EACH_RANGE):
        low, high = value(match["low"]), value(match["high"])
        if not 0 < low <= high:
            raise InputError(f"“{page.quote(match.span())}” runs backwards: give the shorter length first.")
        page.read("track_minutes", (low, high), f"tracks of {low:g}–{high:g} minutes", match.span(), hide=True)
    for match in page.find(_EACH_TRACK):
        length = value(match["n"])
        if length <= 0:
            raise InputError(f"“{page.quote(match.span())}” fits no song: give a length above 0 minutes.")
        if length > 30 and not match["no"]:
            continue  # "songs, at least 40 minutes": the whole is meant
        most = bool(match["cap"]) is not (bool(match["no"]) and not match["cap"].startswith("no") if match["cap"] else False)
        if match["floor"]:
            most = bool(match["no"]) or match[0].startswith(("nothing", "none"))
        bounds = (None, length) if most else (length, None)
        what = f"tracks {'up to' if most else 'from'} {length:g} minutes"
        # The noun may be counted: "20 songs under 3 minutes"
        start = (
            match.start()
            if match["no"] or match[0].startswith(("nothing", "none", "each", "every"))
            else (match.start("cap") if match["cap"] else match.start("floor"))
        )
        page.read("track_minutes", bounds, what, (start, match.end()), hide=True)
    for match in page.find(_EACH_ABOUT):
        length = value(match["n"])
        if 0.5 < length <= 15:
            near = (length - 0.5, length + 0.5)
            place = (match.start(), match.end("length"))
            page.read("track_minutes", near, f"tracks of about {length:g} minutes", place, hide=True)


def _count(page: Page, named: Callable[[tuple[int, int]], bool]) -> None:
    for match in page.find(_COUNT):
        digits = match["n"].lstrip("-")
        amount = value(match["n"])
        low = match["low"] or match["from"]
        before = page.before(match.start("n"))
        if not low and _NOT_COUNT.search(before):
            continue
        if re.fullmatch(r"(?:19|20)[0-9]{2}", digits) or named(match.span("n")):
            continue  # the songs of a year, or of 50 Cent
        if amount == 1 and not low and not _ONLY_ONE.search(before):
            continue  # "one song" is a way to speak
        if not 1 <= amount <= MOST_TRACKS:
            raise InputError(
                f"“{page.quote(match.span())}” cannot be made: ask for 1 to {MOST_TRACKS:,} tracks.",
            )
        if low and value(low) > amount:
            raise InputError(f"“{page.quote(match.span())}” runs backwards: give the smaller number first.")
        count = round((value(low) + amount) / 2) if low and value(low) >= 0 else int(amount)
        tail = page.plain[match.end("n") : match.end()]
        alone = re.fullmatch(rf"[\s-]?{NOUNS}(?:\s(?:long|lang))?(?:\sof\s)?", tail)
        span = match.span() if alone else (match.start(), match.end("n"))  # what lies between carries mood
        page.read("count", count, f"{count} tracks", span, hide=True, quoted=match.span())


def _minutes(page: Page) -> None:
    found = _durations(page)
    if not found:
        return
    if len(found) > 2 and abs(sum(minutes for _, minutes in found[1:]) - found[0][1]) < 1:
        found = found[1:]  # "a 45 min run: 10 min warm-up, 30 min at 170 bpm, 5 min cool-down"
    together = [found[0]]
    for before_it, (span, minutes) in pairwise(found):
        gap = page.figures[before_it[0][1] : span[0]]
        if len(gap) > 80 or not re.search(r"[,;+]|\b(?:then|and|plus|followed|y|et|und|e|dann|puis|luego)\b", gap):
            break
        together.append((span, minutes))
    total = sum(minutes for _, minutes in together)
    if len(together) > 1:
        page.stretches = tuple(together)
    if total > MOST_MINUTES:
        raise InputError(f"{total:,.0f} minutes are too long: ask for up to {MOST_MINUTES:,} minutes, which is 100 hours.")
    first, last = together[0][0][0], together[-1][0][1]
    page.wishes["minutes"] = round(total, 2)
    page.say("minutes", f"{total:g} minutes", (first, last))
    for span, _ in together:
        page.take(span, hide=True)


def _durations(page: Page) -> list[tuple[tuple[int, int], float]]:
    """The lengths of time that are lengths of a playlist, with their places.

    Raises:
        InputError: one that no playlist can have.
    """
    found: list[tuple[tuple[int, int], float]] = []
    for match in page.find(_DURATION):
        minutes = _length(match)
        if _NO_DURATION_AFTER.match(page.after(match.end())) or (
            match[0].rstrip().endswith(" of") and _NO_DURATION_AFTER.match(" of " + page.after(match.end()))
        ):
            continue
        before = page.before(match.start())
        if _NO_DURATION_BEFORE.search(before) and not _IN_FITTING.search(before):
            continue
        if match["s"] and 0 <= minutes < 5:
            continue
        if minutes <= 0:
            raise InputError(f"“{page.quote(match.span())}” is no length for a playlist: ask for more than 0 minutes.")
        if minutes > MOST_MINUTES:
            raise InputError(
                f"“{page.quote(match.span())}” is too long: ask for up to {MOST_MINUTES:,} minutes, which is 100 hours.",
            )
        found.append((match.span(), minutes))
    return found


def _length(match: re.Match[str]) -> float:  # noqa: PLR0911 - one exit a way to say it
    """The minutes that a match of ``_DURATION`` speaks of."""
    if match["clock"]:
        return 60 * int(match["clock"]) + int(match["clock_m"])
    if match["lo"]:
        return (value(match["lo"]) + value(match["hi"])) / 2 * (60 if match["range_h"] else 1)
    if match["h"]:
        hours = value(match["h"]) + (0.5 if match["half1"] or match["half2"] else 0)
        if match["quarter2"]:
            hours += 0.75 if "three" in match["quarter2"] or "3" in match["quarter2"] else 0.25
        return 60 * hours + (float(match["m"]) if match["m"] else 0)
    if match["m2"]:
        return value(match["m2"]) + (0.5 if match["half3"] else 0)
    if match["m3"]:
        return value(match["m3"])
    if match["s"]:
        return value(match["s"]) / 60
    if match["couple"]:
        return 120
    if match["bare"]:
        return 90
    if match["german"]:
        return _GERMAN_HALVES[match["german"]]
    for name, minutes in (("q1", 15.0), ("q2", 30.0), ("q3", 45.0)):
        if match[name] is not None:
            return minutes
    extra = re.search(r"[0-9]+", match["m4"] or "")
    return 60 + (30 if match["half4"] else 0) + (int(extra[0]) if extra else 0)
