"""What must not be there: lists behind "no", "without", "nothing by" and their like in five languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from tonepoem import genres
from tonepoem.constraints import names
from tonepoem.constraints.length import NOUNS
from tonepoem.constraints.manner import HIDDEN_GEMS, HITS, LANGUAGES, language
from tonepoem.constraints.page import TAKEN, Page
from tonepoem.constraints.patterns import Pattern

MOST: Final = 20
"""Members of one list at most."""

_STUFF: Final = rf"(?:{NOUNS}|music|musik|musique|stuff|beats|playlists?|vibes)"
_CUE: Final = Pattern(
    r"(?<![\w'-])(?:"
    r"no\squiero|no\sme\sgusta|no\smore(?!\sthan)|none\sof|no|without(?:\sany)?|nothing|not|non-|"
    r"(?:anything|everything|all)\s(?:but|except)|(?:but\s)?except(?:\sfor)?|excluding|exclude|avoid(?:ing)?|skip|"
    r"leave\s(?:out|off)|keep\sout|minus|apart\sfrom|other\sthan|zero|the\sopposite\sof|far\sfrom|never|"
    r"(?:steer\sclear|stay\saway|keep\saway)\s(?:of|from)|"
    r"(?:i\s)?(?:really\s)?(?:hate|dislike|can'?t\sstand)|(?:do\snot|don'?t)\s(?:want|like|play|include|give\sme|need|"
    r"add|put)(?:\sto\shear)?|"
    r"(?:should|must|can|may|do|does|shall)(?:\s?not|n'?t)\s(?:have|contain|include|be)|"
    r"neither|(?:isn'?t|aren'?t|ain'?t)|"
    r"sin|nada\sde|nada|excepto|salvo|que\sno\ssea|"
    r"pas\s(?:de|d')|pas|sans|aucun|aucune|rien|(?:tout\s)?sauf(?:\sle|\sla|\sles)?|ni|je\sne\sveux\spas\s(?:de|d')|"
    r"keine?[nrms]?|ohne|(?:alles\s)?(?:außer|ausser|auser)|nichts(?:\svon)?|nicht|"
    r"sem|exceto|menos|nao\squero|tudo\smenos"
    r")(?:\s|(?<=-|'))(?:(?:any|more|the|of|de|el|la|los|las|le|les|du|des|die|den|das|o|a|please|damn)\s(?!\s)){0,2}",
)
_ABOUT: Final = Pattern(rf"(?:{_STUFF}\s)?(?P<by>by|from|von|de|par)\s(?:the\s(?:band|singer)\s)?")
_SONGS: Final = Pattern(rf"(?:(?:{_STUFF}|lyrics)\s)?(?:about|uber|sobre|sur)\s(?P<topic>[^\W\d_][\w'-]{{1,20}})")
_LOVE_SONGS: Final = Pattern(r"love\s(?:songs|ballads|music)")
_JOIN: Final = Pattern(
    r"\s?(?:,?\s?\b(?P<word>or|and|nor|o|ou|oder|und|y|e|et|ni|nem|noch)\b|(?P<sign>[/&])|(?P<comma>,)(?!\s?no\b))\s?"
    r"(?:(?:any|the|no|de|d'|keine?n?|sin|sans|sem|by)\s)?",
)
_END: Final = (
    r"\s?(?:$|[,.;:!?)\]/&\0\"]|-(?!\w)|(?:or|and|nor|but|please|pls|plz|at\sall|thanks|thx|whatsoever|today|tonight|"
    r"either|though|allowed|for\sme|no|without|nothing|sin|sans|keine?n?|ohne|sem|pas|"
    rf"this\stime|only|just|{_STUFF}|o|ou|oder|und|y|e|et|ni|nem|noch|bitte|por\sfavor|s'il)\b)"
)
_STRICT: Final = Pattern(_END)
_LOOSE: Final = Pattern(
    _END + r"|\s(?:for|in|on|with|when|while|because|since|i|we|it|as|from|by|to|that|this|my|max|start|shuffle|around|like|"
    r"para|pour|fur|por|mit|con|com|avec|que)\b"
)
_MANY_MEANINGS: Final = frozenset(
    "country house soul blues metal dance swing trap garage folk drill wave bass trance rock pop world party kids sleep "
    "remix punk grime funk axe dark summer study focus happy sad chill live noise comic kid love ballad jungle hardcore "
    "industrial minimal progressive drone classic classical classics latin beats beat opera podcast comedy".split(),
)
"""Genres whose names have another meaning: read only where the clause ends behind them."""
_NEED_NOUN: Final = frozenset(
    "kids sleep party dance world dark summer study focus happy sad chill comic love remix live beats beat classics "
    "noise".split(),
)
"""Genres that are read only as "kids music", never as "kids"."""
_NOT_GENRES: Final = frozenset(
    "guitar guitars piano drums violin cello harp flute strings bass synth synths saxophone sax trumpet banjo ukulele "
    "accordion organ harmonica brass vocals lyrics beat beats melody melodie melodia "
    "speech talk cante canto chor coro chant tanz danse rhythm ritmo".split(),
)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that can be refused, and what the refusal means."""

    pattern: Pattern
    wish: str
    value: Any
    what: str


def _things() -> tuple[_Thing, ...]:
    voice = (
        r"(?:vocals?|lyrics?|words|singing|singers?|voices?|sung\slyrics|(?:human\s)?voice|text|texte|gesang|stimmen?|"
        r"worte|voz|voces|letras?|cantar|canto|"
        r"paroles|voix|chant|vocais|vocal|vozes)(?!\s(?:can|could|will|left|needed|about|in|from|for|to|that|on|of|"
        r"under|between)\b)"
    )
    swearing = (
        r"(?:swearing|swear\swords?|swears|cursing|curse\swords?|curses|cussing|cuss\swords?|profanit(?:y|ies)|"
        r"bad\s(?:words|language)|"
        r"f-?(?:bombs?|words?)|explicit(?:\s(?:lyrics?|songs|content|tracks|words|language|stuff))?|dirty\s(?:words|"
        r"lyrics)|foul\slanguage|"
        r"palabrotas|groserias|malas\spalabras|letras?\sexplicitas?|gros\smots|vulgarites?|paroles\sexplicites|"
        r"schimpfworter|fluchen|explizite\stexte|palavroes|palavrao)"
    )
    live = (
        r"(?:live(?:[\s-](?:versions?|recordings?|tracks?|songs?|albums?|stuff|cuts|music|aufnahmen|versionen))?|"
        r"concert\srecordings?|"
        r"(?:versiones\s)?en\s(?:vivo|directo)|(?:versions?\s)?en\sconcert|(?:versoes\s)?ao\svivo)"
    )
    end = (
        r"(?=\s?(?:$|[,.;:!?)\]/&\0]|(?:or|and|nor|but|please|at\sall|thanks|for|only|just|no|i|we|in\sit|o|ou|oder|"
        r"und|y|e|et|ni|nem|por|s'il|bitte|so|it|max|while|when|because|with)\b))"
    )
    rows = (
        (rf"{voice}{end}", "vo lyric word s text gesang wort letra cant paroles", "instrumental", True, "instrumental"),
        (rf"instrumentals?(?:\s{_STUFF})?{end}", "instrumental", "instrumental", False, "with voice"),
        (rf"{swearing}", "swear curs cuss profan bad f expl dirty pala gro mal vul schi", "explicit", False, "clean"),
        (rf"clean\s(?:versions?|edits?|lyrics){end}", "clean", "explicit", True, "explicit"),
        (rf"{live}{end}", "live concert en_ ao_", "live", False, "no live recordings"),
        (rf"studio(?:\s(?:recordings?|versions?|albums?|stuff))?{end}", "studio", "live", True, "only live recordings"),
        (rf"(?:covers?(?:\s(?:versions?|songs?))?|cover-?versionen|reprises|"
            rf"versiones\sde\sotros){end}", "cover reprises versiones", "covers", False, "no covers"),
        (rf"(?:remix(?:es|ed(?:\s(?:versions?|songs?|tracks?))?)?|remixe){end}", "remix", "remixes", False, "no remixes"),
        (
            rf"(?:hits|big\shits|chart\s(?:hits|music|stuff)|charts|mainstream(?:\s{_STUFF})?|top\s40|famous\s{_STUFF}|"
            rf"overplayed\s{_STUFF}|"
            rf"radio\shits|well[\s-]known\s{_STUFF}|popular\s{_STUFF}){end}",
            "hits chart mainstream top_40 famous overplayed well popular", "popularity", HIDDEN_GEMS, "little known",
        ),
        (rf"(?:deep\scuts|b-sides|unknown\s{_STUFF}|"
            rf"obscure\s(?:{_STUFF})){end}", "cuts b-sides unknown obscure", "popularity", HITS, "well known"),
    )  # fmt: skip
    return tuple(_Thing(Pattern(pattern, needs), wish, value, what) for pattern, needs, wish, value, what in rows)


_THINGS: Final = _things()
_LANGUAGE: Final = Pattern(
    rf"(?:(?:{_STUFF}|lyrics|sung|singing|vocals)\s)?(?:in\s)?(?P<name>{'|'.join(LANGUAGES)})"
    rf"(?P<noun>\s(?:lyrics|songs|vocals|language|texts?|singing))?(?=\s?(?:$|[,.;:!?)\0]|(?:or|and|nor|but|please|"
    rf"at\sall|for)\b))",
)


@dataclass(frozen=True, slots=True)
class _Item:
    wish: str
    value: Any
    what: str
    start: int
    end: int


def read(page: Page, known: names.Lookup) -> None:
    """Read every refusal."""
    things = tuple(thing for thing in _THINGS if thing.pattern.applies(page.plain))
    for match in _CUE.finditer(page.plain):
        if TAKEN in page.plain[match.start() : match.end()]:
            continue
        items = _listed(page, match, known, things)
        if not items:
            continue
        start = match.start()
        for item in items:
            page.note(item.wish, item.value, item.what, (start, item.end))
        lead = re.search(r"(?:\b(?:but|that'?s|thats|that\sis|that\sare|which\sis|please)\s)$", page.plain[:start][-20:])
        page.take((start - (len(lead[0]) if lead else 0), items[-1].end), hide=not _keeps_mood(items))


def _keeps_mood(items: list[_Item]) -> bool:
    """Whether the model hears something useful in the words: "no vocals" tells of the sound."""
    return all(item.wish in {"instrumental", "popularity"} for item in items)


def _listed(page: Page, cue: re.Match[str], known: names.Lookup, things: tuple[_Thing, ...]) -> list[_Item]:
    items: list[_Item] = []
    sure = 0
    place, by, joined = cue.end(), False, ""
    while len(items) < MOST:
        item, by = _item(page, cue[0], place, known, by=by, things=things)
        if item is None:
            break
        items.append(item)
        follow = _JOIN.match(page.plain, item.end)
        if not items[1:] or joined != ",":
            sure = len(items)
        if follow is None:
            break
        joined = "," if follow["comma"] else "or"
        place = follow.end()
    # "no rap, jazz" does not refuse jazz; "no rap, jazz or metal" does
    return items[:sure]


def _item(  # noqa: PLR0911 - one exit a kind of thing
    page: Page, cue: str, place: int, known: names.Lookup, *, by: bool, things: tuple[_Thing, ...]
) -> tuple[_Item | None, bool]:
    text = page.plain
    if lead := re.compile(r"(?:any|anything|the|a|an|in|on)\s").match(text, place):
        place = lead.end() if not lead[0].startswith(("in", "on")) else place
    for thing in things:
        if match := thing.pattern.match(text, place):
            return _Item(thing.wish, thing.value, thing.what, place, match.end()), by
    if (match := _LOVE_SONGS.match(text, place)) or (match := _SONGS.match(text, place)):
        topic = match.groupdict().get("topic") or "love"
        if topic in _VAGUE or not cue.startswith(
            ("no", "with", "any", "every", "all", "exc", "avoid", "skip", "leave", "don", "do ", "i h", "hate")
        ):
            return None, by
        topic = re.sub(r"^(?:the|my|a)\b\s?", "", topic)
        return (
            (_Item("not_topics", (topic,), f"nothing about {topic} in the title", place, match.end()), by)
            if topic
            else (None, by)
        )
    if match := _ABOUT.match(text, place):
        place, by = match.end(), True
    found = names.at(page, place, known)
    if found and not _artist_meant(page, place, found, by):
        found = None
    genre = None if by else _genre(page, cue, place)
    if found and (genre is None or found.end > genre.end):
        return _Item("not_artists", (found.name,), f"nothing by {found.name}", place, found.end), by
    if genre:
        return genre, by
    if (
        not by
        and (match := _LANGUAGE.match(text, place))
        and (match["noun"] or "in " in match[0] or cue.startswith(("no", "any", "every", "all")))
    ):
        code = language(match["name"])
        return _Item("not_languages", (code,), f"not in {match['name'].capitalize()}", place, match.end()), by
    return None, by


_VAGUE: Final = frozenset(
    "it that this me you us him her them to how what when in particular nothing anything everything".split()
)


def _artist_meant(page: Page, place: int, found: names.Found, by: bool) -> bool:
    if not found.ordinary:
        return True
    return names.clear(page, place, found, "by" if by else "no")


def _genre(page: Page, cue: str, place: int) -> _Item | None:
    """The genre whose name begins here, the longest one."""
    ends: list[int] = []
    text = page.plain
    for match in re.compile(r"[^\W_]+(?:'s\b)?").finditer(text, place, place + 60):
        gap = text[ends[-1] if ends else place : match.start()]
        if (ends and not re.fullmatch(r"\s|\s?[&'-]\s?|'n'", gap)) or (not ends and gap) or len(ends) == 5:
            break
        ends.append(match.end())
    for end in reversed(ends):
        name = text[place:end]
        noun = re.compile(rf"[\s-]{_STUFF}\b").match(text, end)
        genre = genres.find(name) or (genres.find(name[:-1]) if name.endswith("s") and len(name) > 4 else None)
        if genre is None or name in _NOT_GENRES:
            continue
        if genre.family == genres.UNSPECIFIC and genre.name not in genres.FILED:
            continue
        if len(name.split()) == 1:
            cue_word = cue.split(maxsplit=1)[0]
            if cue_word == "no" and genres.find("no " + name):
                continue  # No Wave
            if not noun and (name in _NEED_NOUN or (len(name) <= 4 and name.isalpha() and name not in _SHORT)):
                continue
            if (
                cue_word in {"ni", "menos", "pas", "nicht", "not", "rien"}
                and names.ordinary(name)
                and name not in _MANY_MEANINGS | _SHORT
            ):
                continue
            strict = name in _MANY_MEANINGS or (names.ordinary(name) and name not in _SHORT)
        else:
            strict = False
        if not (_STRICT if strict else _LOOSE).match(text, end):
            continue
        return _Item("not_genres", (genre.name,), f"no {genre.name}", place, noun.end() if noun else end)
    return None


_SHORT: Final = frozenset(
    "rap pop rock jazz folk funk soul punk emo ska dub edm idm ebm rnb dnb trap goth mpb jpop kpop oi fado raga rai "
    "zouk".split(),
)
_FREE: Final = Pattern(r"(?<![\w-])(?P<name>[^\W\d_]{3,20})-free\b", needs="-free")


def read_free(page: Page) -> None:
    """Read "country-free" and "vocal-free"."""
    for match in _FREE.finditer(page.plain):
        if TAKEN in match[0]:
            continue
        genre = genres.find(match["name"])
        if match["name"] in {"vocal", "vocals", "lyric", "lyrics", "voice"}:
            page.read("instrumental", True, "instrumental", match.span())
        elif genre and genre.family != genres.UNSPECIFIC:
            page.read("not_genres", (genre.name,), f"no {genre.name}", match.span(), hide=True)
