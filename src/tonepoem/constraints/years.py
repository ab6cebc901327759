"""Years of release: decades, spans, before and after, and years counted back from now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tonepoem import genres
from tonepoem.constraints.length import NOUNS
from tonepoem.constraints.numbers import NUMBER, value
from tonepoem.constraints.page import TAKEN, Page
from tonepoem.constraints.patterns import Pattern
from tonepoem.errors import InputError

Span = tuple[int | None, int | None]

OLDIES_UNTIL: Final = 1979
"""The last year that "oldies" means."""
NEW: Final = 1
"""New music is of this year and so many before."""
RECENT: Final = 3
"""Recent music is of this year and so many before."""

_DECADE_WORDS: Final = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970,
    "eighties": 1980, "nineties": 1990, "noughties": 2000, "aughts": 2000, "naughties": 2000,
    "zwanziger": 1920, "dreißiger": 1930, "dreissiger": 1930, "vierziger": 1940, "funfziger": 1950, "sechziger": 1960,
    "siebziger": 1970, "achtziger": 1980, "neunziger": 1990, "nuller": 2000,
    "sesentero": 1960, "setentero": 1970, "ochentero": 1980, "noventero": 1990,
    "sesentera": 1960, "setentera": 1970, "ochentera": 1980, "noventera": 1990,
}  # fmt: skip
_WORDS: Final = "|".join(sorted(_DECADE_WORDS, key=len, reverse=True))
_DECADE: Final = Pattern(
    r"(?:\b(?P<part>early|mid|middle|late)(?:[\s-](?:to[\s-])?(?P<part2>mid|late))?[\s-](?:the\s)?)?"
    r"(?:(?P<roaring>\broaring\s(?:twenties|20s))|"
    r"(?<![\w.,$#+])'?(?P<century>18|19|20)?(?P<tens>[0-9])0(?:\s?'?s|ies|'?er[ns]?)(?!\w)|"
    r"\b(?:los|as|os|anos|ano|dos|decada\sde(?:\slos)?|annees|jahre)\s(?:anos\s)?0*'?(?P<century2>19|"
    r"20)?(?P<tens2>[02-9])0(?![\w%]|\s(?:principales|euros|minut|anos))|"
    rf"\b(?P<word>{_WORDS})[ns]?\b)(?:\s(?:jahren?)\b)?(?!\s?(?:hz|bpm)\b)",
    needs="0 ies er aughts",
)
_PARTS: Final = {"early": (0, 3), "mid": (4, 6), "middle": (4, 6), "late": (7, 9)}
_JOINED: Final = Pattern(
    r"\s?(?:,|/|&|-|\+|,?\s?\b(?:to|and|or|through|thru|till?|until|up\sto|bis|und|oder|y|e|et|a|o|ou|hasta|ate)\b)\s?"
    r"(?:(?:the|die|der|den|les|los|aux|den|zu|mid|early)\s)?"
)
_DECADE_NOT_BEFORE: Final = Pattern(
    r"\b(?:my|his|her|their|our|your|hace|tengo|like\sin\sthe|like\sthe|sounds?\slike(?:\sthe|\sits)?|estilo\sde|"
    r"hz)\s(?:early\s|late\s|mid\s)?$",
)
_DECADE_NOT_AFTER: Final = Pattern(
    r"[\s-](?:vibes?|style|styled|inspired|influenced|ish|sound(?:ing)?|aesthetics?|feel|feeling|kids?|baby|babies|themed|"
    r"flavou?r(?:ed)?|energy|nostalgia|hair|haircut|fashion|movies?|films?|tv|party|tinged|intro|windows?)\b",
)

_BOUNDS: Final = (
    ("from", r"(?:nothing|no\ssongs?|no\smusic|none|not|never|no)\s(?:from\s|released\s|made\s)?(?:before|older\sthan|"
        r"earlier\sthan)|no\searlier\sthan|"
     r"nada\santes\sde|rien\savant|nichts\svor|nada\santes\sde"),
    ("until", r"(?:nothing|no\ssongs?|no\smusic|none|not|never|no)\s(?:from\s|released\s|made\s)?(?:after|newer\sthan|"
        r"later\sthan|past|younger\sthan)|"
     r"no\slater\sthan|up\s(?:to|until|till)|until|till|bis|hasta|ate|jusqu'(?:en|a)|nada\sdespues\sde|rien\sapres|"
     r"nichts\snach|nada\sdepois\sde"),
    ("before", r"(?:from\s|released\s|made\s)?(?:before|prior\sto|earlier\sthan|older\sthan|pre|antes\sde(?:l\sano)?|"
        r"avant|vor)"),
    ("since", r"(?:ever\s)?since|starting\s(?:in|from|with)|seit|depuis|desde|a\spartir\sde|a\spartir\sd[eou]s?|ab"),
    ("after", r"(?:from\s|released\s|made\s)?(?:after|later\sthan|newer\sthan|younger\sthan|post|despues\sde(?:l\sano)?|"
        r"depois\sde|apres|nach)"),
)  # fmt: skip
_BOUND: Final = (
    r"(?:" + "|".join(rf"(?P<{name}>\b(?:{pattern}))" for name, pattern in _BOUNDS) + r")"
    r"[\s-](?:the\s|about\s|around\s|el\s|los\s|les\s|den\s|die\s|os\s|l'an\s)?"
)
_YEAR: Final = r"(?<![\w.,$#:/])(?:19[0-9]{2}|20[0-9]{2})(?![\w%]|[.,:][0-9])"
_BOUND_YEAR: Final = Pattern(
    rf"{_BOUND}(?P<year>{_YEAR})(?!\s?(?:people|euros?|dollars|songs|tracks|i|we|she|he|guests)\b)",
    needs="19 20",
    number=True,
)
_BOUND_BEFORE: Final = Pattern(rf"{_BOUND}$")
_ONWARDS: Final = Pattern(
    rf"\b(?:from\s|ab\s|de\s)?(?P<year>{_YEAR})\s?(?:\+|(?:on(?:wards?)?|and\s(?:later|newer|up|after|onwards?)|"
    rf"or\s(?:later|newer)|"
    r"to\s(?:now|today|the\spresent|present)|until\s(?:now|today)|en\sadelante|em\sdiante))(?!\w)|"
    rf"\bfrom\s(?P<year2>{_YEAR})\s(?:to|until|till)\s(?:now|today|the\spresent)\b",
    needs="19 20",
    number=True,
)
_RANGE: Final = Pattern(
    rf"(?P<cue>\b(?:from|between|von|de|entre|zwischen|desde|depuis)\s(?:the\s(?:years?\s)?)?)?(?P<first>{_YEAR})\s?"
    rf"(?P<joint>-|\b(?:to|until|till|through|thru|and|bis|a|ate|hasta|y|e|et|und|up\sto|jusqu'(?:en|"
    rf"a))\b)\s?(?P<last>(?:{_YEAR}|(?<=-)[0-9]{{2}}(?![\w:-])))",
    needs="19 20",
    number=True,
)
_ONE: Final = Pattern(
    rf"\b(?P<cue>from(?:\sthe\syear)?|released\sin|recorded\sin|made\sin|published\sin|came\sout\sin|(?:{NOUNS}|music|"
    rf"best|hits)\sof|"
    rf"the\syear|del\sano|do\sano|aus\sdem\sjahr|de\sl'annee|aus)\s(?P<year>{_YEAR})|(?P<year2>{_YEAR})\s(?:{NOUNS}|"
    rf"music|releases)\b",
    needs="19 20",
    number=True,
)
_MEMORY: Final = Pattern(
    r"\b(?:ex|friends?|memor(?:y|ies)|me|trips?|photos?|tour|summer|party|guy|girl|boy|love|ones?|holidays?|us|dress|"
    r"car|him|her)\s$"
)
_LAST: Final = Pattern(
    rf"(?P<cue>\b(?:from|of|in|within|released\s(?:in|within|over|during)|out|over|during|for|only)\s)?(?P<the>\bthe\s)?"
    rf"\b(?:last|past|previous)\s(?:(?P<n>{NUMBER}|couple\sof)\s)?(?P<unit>years?|decades?)\b(?!')|"
    rf"\b(?:l|d)?os\sultimos\s(?P<n2>{NUMBER})\sanos\b|\bdes?\s?(?:les\s)?(?P<n3>{NUMBER})\sdernieres\sannees\b|"
    rf"\bles\s(?P<n4>{NUMBER})\sdernieres\sannees\b|"
    rf"\b(?:der|die|den)\sletzten\s(?P<n5>{NUMBER})\sjahren?\b",
    needs="last past previous ultimos dernieres letzten",
)
_LAST_NOT_AFTER: Final = Pattern(r"\s(?:have|has|i|we|he|she|they|were|was|of\smy|han|ont|haben)\b")
_AGE: Final = Pattern(
    rf"\b(?:nothing|not|no\ssongs?|nichts|nada)\s(?:that\sis\s)?older\sthan\s(?P<n>{NUMBER})\syears\b",
    needs="older_than",
    number=True,
)
_THIS: Final = Pattern(
    r"\b(?P<this>(?:from|of|released|out)\sthis\syear|this\syear's)\b|\b(?P<last>(?:from|of|released)\slast\syear|"
    r"last\syear's)\b",
    needs="year",
)
_NEW: Final = Pattern(
    r"(?P<no>\bno\s)?\b(?P<age>(?:brand[\s-])?new(?:est)?|(?:the\s)?(?:very\s)?latest|recent|recently\sreleased)\s",
    needs="new latest recent",
)
_NEW_NOUN: Final = Pattern(rf"(?:{NOUNS}|music|releases|albums)\b(?:\sonly\b)?")
_NEW_FOREIGN: Final = Pattern(
    r"\b(?:musica\snueva|canciones\snuevas|novedades\smusicales|nouveautes|neue\s(?:musik|lieder|songs)|neuerscheinungen|"
    r"musicas?\snovas?|lancamentos)\b",
    needs="nuev novedad nouveaut neu nova lancament",
)
_NOT_NOUN_ALONE: Final = frozenset(
    {"country", "house", "blues", "metal", "soul", "world", "dance", "wave", "romantic", "age", "jack"}
)
_OLDIES: Final = Pattern(
    r"(?P<no>\b(?:no|without|keine|sin|pas\sd'|sem)\s?)?\b(?:golden\s)?oldies\b(?:\sbut\sgoldies)?", needs="oldies"
)
_CENTURY: Final = Pattern(
    r"\b(?P<n>20|21)(?:th|st)[\s-]century\b(?!\s(?:classical|composers?|fox|boys?|breakdown|piano|opera|schizoid|girls?|"
    r"man))|\bof\s(?P<this>this\scentury)\b",
    needs="century",
)
_NOT: Final = Pattern(
    r"\b(?:no|not|without|except(?:\sfor)?|nothing\s(?:from|of|in)|anything\s(?:but|except)|everything\s(?:but|except)|"
    r"no\s(?:songs|music|tracks|hits)\s(?:from|of)|avoid|skip|leave\sout|excluding|but\snot|hate|sin|nada\sde|sans|"
    r"rien\sdes?|keine?|ohne|nichts\saus|sem)\s"
    r"(?:any\s|anything\sfrom\s|songs\sfrom\s|music\sfrom\s|from\s)?(?:the\s|los\s|les\s|den\s|die\s|der\s|os\s|"
    r"las\s)?(?:anos\s)?$",
)
_FROM_BEFORE: Final = Pattern(
    r"\b(?:from|of|in|aus|dos?|de)\s(?:the\s|den\s|der\s|die\s|los\s|les\s)?$|\b(?:the|los|les|die|der|aus|des)\s$"
)
_MUSIC_AFTER: Final = Pattern(r"\s?\w")


def read(page: Page) -> None:  # noqa: PLR0912 - one loop a way to name years
    """Read every wish about years.

    Raises:
        InputError: years that run backwards, or that leave no year.
    """
    spans: list[Span] = []
    walls: list[Span] = []

    def note(span: Span, place: tuple[int, int], kind: list[Span], *, hide: bool = False) -> None:
        kind.append(span)
        page.say("years", _spelled(span), place)
        page.take(place, hide=hide)

    for match in page.find(_AGE):
        note((page.year - round(value(match["n"])), None), match.span(), walls, hide=True)
    for match in page.find(_ONWARDS):
        note((int(match["year"] or match["year2"]), None), match.span(), walls)
    for match in page.find(_RANGE):
        first, last = int(match["first"]), match["last"]
        end = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
        if len(last) == 2 and end < first:
            continue
        if match["joint"] in {"and", "y", "e", "et", "und"} and (match["cue"] or "").split(" ")[0] not in {
            "between", "entre", "zwischen",
        }:  # fmt: skip
            continue
        if first > end:
            raise InputError(f"“{page.quote(match.span())}” runs backwards: give the earlier year first.")
        note((first, end), match.span(), spans)
    for match in page.find(_BOUND_YEAR):
        note(_bounded(match, int(match["year"]), int(match["year"])), match.span(), walls, hide=match[0].startswith("no"))
    for match in page.find(_ONE):
        if match["cue"] != "from" or not _MEMORY.search(page.before(match.start())):
            year = int(match["year"] or match["year2"])
            note((year, year), match.span(), spans)
    _read_decades(page, spans, walls)
    for match in page.find(_CENTURY):
        note((2001, None) if match["this"] or match["n"] == "21" else (1901, 2000), match.span(), walls)
    for match in page.find(_LAST):
        if found := _counted_back(page, match):
            note(found, match.span(), walls, hide=True)
    for match in page.find(_THIS):
        year = page.year - bool(match["last"])
        note((year, year), match.span(), spans)
    for match in page.find(_OLDIES):
        note((OLDIES_UNTIL + 1, None) if match["no"] else (None, OLDIES_UNTIL), match.span(), walls, hide=bool(match["no"]))
    for match in page.find(_NEW):
        _read_new(page, match, walls)
    for match in page.find(_NEW_FOREIGN):
        note((page.year - NEW, None), match.span(), walls)
    _settle(page, spans, walls)


def _decades(page: Page) -> Iterator[tuple[int, int, Span]]:
    """The decades, those that are joined ("60s to 80s", "70s, 80s and 90s") as one span."""
    runs: list[tuple[int, int, int, int]] = []
    for match in page.find(_DECADE):
        years = _decade(match)
        if years is None:
            continue
        start, end = match.span()
        if runs and _JOINED.fullmatch(page.figures[runs[-1][1] : start]):
            begin, _, first, last = runs.pop()
            runs.append((begin, end, min(first, years[0]), max(last, years[1])))
        else:
            runs.append((start, end, *years))
    for start, end, first, last in runs:
        yield start, end, (first, last)


def _decade(match: re.Match[str]) -> tuple[int, int] | None:
    if match["roaring"]:
        return 1920, 1929
    if match["word"]:
        first = _DECADE_WORDS[match["word"]]
    else:
        tens, century = int(match["tens"] or match["tens2"]), match["century"] or match["century2"]
        if century is None and tens == 1:
            return None
        first = int(century) * 100 + 10 * tens if century else (2000 if tens == 0 else 1900 + 10 * tens)
        if first < 1900:
            return None
    part = _PARTS.get(match["part"] or "", (0, 9))
    until = _PARTS.get(match["part2"] or match["part"] or "", (0, 9))
    return first + part[0], first + until[1]


def _read_decades(page: Page, spans: list[Span], walls: list[Span]) -> None:
    for start, end, (first, last) in list(_decades(page)):
        before, after = page.before(start), page.after(end)
        if _DECADE_NOT_BEFORE.search(before) or _DECADE_NOT_AFTER.match(after) or first is None or last is None:
            continue
        word = page.figures[start:end]
        shy = (
            re.search(
                r"\b(?:twenties|thirties|forties)$|"
                r"\b[234]0\s?'?s$",
                word,
            )
            and "19" not in word
            and "roaring" not in word
        )
        if (
            shy
            and not _FROM_BEFORE.search(before)
            and not re.match(r"\s(?:\w+\s)?(?:music|jazz|swing|blues|songs|hits)\b", after)
        ):
            continue
        cue = re.search(r"\b(?:from|between|zwischen|entre|von|de)\s(?:the\s|los\s|les\s|den\s|os\s)?$", before)
        if bound := _BOUND_BEFORE.search(before):
            place = (start - len(before) + bound.start(), end)
            span = _bounded(bound, first, last)
            walls.append(span)
            page.say("years", _spelled(span), place)
            page.take(place, hide=bound[0].startswith("no"))
        elif refused := _NOT.search(before):
            place = (start - len(before) + refused.start(), end)
            page.read("not_years", ((first, last),), f"not {_spelled((first, last))}", place, hide=True)
        else:
            spans.append((first, last))
            place = (start - len(cue[0]) if cue else start, end)
            page.say("years", _spelled((first, last)), place)
            page.take(place)


def _bounded(match: re.Match[str], first: int, last: int) -> Span:
    if match["from"] or match["since"]:
        return first, None
    if match["until"]:
        return None, last
    return (None, first - 1) if match["before"] else (last + 1, None)


def _counted_back(page: Page, match: re.Match[str]) -> Span | None:
    number = next((match[name] for name in ("n", "n2", "n3", "n4", "n5") if match[name]), None)
    if _LAST_NOT_AFTER.match(page.after(match.end())) or (match["cue"] or "").strip() == "for":
        return None
    if match["unit"]:
        if match["unit"] == "year" and not number:
            return None
        if not number and match["unit"] == "years":
            return None
        if not match["cue"] and not re.search(
            r"(?:^|[,.;:!?(\0]|\b(?:but|and|only|music|songs|tracks|hits)\s?)\s?$", page.before(match.start())
        ):
            return None
    count = 2.0 if number == "couple of" else value(number) if number else 1.0
    years = round(count) * (10 if (match["unit"] or "").startswith("decade") else 1)
    if years < 1 or years > 1000:
        raise InputError(f"“{page.quote(match.span())}” leaves no year: count back at least one.")
    return page.year - years, None


def _read_new(page: Page, match: re.Match[str], walls: list[Span]) -> None:
    rest = page.figures[match.end() : match.end() + 80]
    noun = _NEW_NOUN.match(rest)
    end = match.end() + noun.end() if noun else match.end()
    if not noun:
        words = list(re.finditer(r"[^\W_](?:[\w&'-]*[^\W_])?", rest.split(TAKEN)[0]))[:3]
        for count in range(len(words), 0, -1):
            name = rest[: words[count - 1].end()]
            if genres.find(name) and not genres.find("new " + name) and name not in _NOT_NOUN_ALONE:
                follow = rest[words[count - 1].end() :]
                if not re.match(rf"\s?(?:$|[,.;!?)\0]|(?:{NOUNS}|music|releases|for|to|only|by|with|that)\b)", follow):
                    return
                break
        else:
            return
    since = page.year - (RECENT if match["age"].startswith("recent") else NEW)
    span: Span = (None, since - 1) if match["no"] else (since, None)
    walls.append(span)
    place = (match.start(), end)
    page.say("years", _spelled(span), place)
    page.take((match.start(), match.end()), hide=bool(match["no"]))


def _spelled(span: Span) -> str:
    first, last = span
    if first is None:
        return f"up to {last}"
    if last is None:
        return f"from {first} on"
    return str(first) if first == last else f"{first}–{last}"


def _settle(page: Page, spans: list[Span], walls: list[Span]) -> None:
    """Years that were named one by one add up, those that were walled off cut away."""
    if not spans and not walls:
        return
    firsts, lasts = [first for first, _ in spans], [last for _, last in spans]
    first = min(year for year in firsts if year is not None) if spans else None
    last = max(year for year in lasts if year is not None) if spans else None
    for low, high in walls:
        first = low if first is None else max(first, low) if low is not None else first
        last = high if last is None else min(last, high) if high is not None else last
    if first is not None and last is not None and first > last:
        said = " and ".join(f"“{said.words}”" for said in page.said() if said.wish == "years")
        raise InputError(f"{said} leave no year: {first} would come after {last}.")
    page.wishes["years"] = (first, last)
