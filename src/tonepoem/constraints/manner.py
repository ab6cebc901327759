"""Clean or explicit, voice, live, covers, remixes, popularity, languages, topics, library, and the order."""

from __future__ import annotations

import re
from typing import Any, Final

from tonepoem.constraints.length import NOUNS
from tonepoem.constraints.page import Page
from tonepoem.constraints.patterns import Pattern

HIDDEN_GEMS: Final = (0, 35)
"""Spotify popularity of a hidden gem: below the middle of popular music, 40."""
HITS: Final = (60, 100)
"""Spotify popularity of a hit: about one standard deviation, 22, above the middle."""

LANGUAGES: Final = {
    "english": "en", "spanish": "es", "french": "fr", "german": "de", "portuguese": "pt", "italian": "it", "dutch": "nl",
    "swedish": "sv", "norwegian": "no", "danish": "da", "finnish": "fi", "icelandic": "is", "polish": "pl", "czech": "cs",
    "russian": "ru", "ukrainian": "uk", "greek": "el", "turkish": "tr", "arabic": "ar", "hebrew": "he", "hindi": "hi",
    "punjabi": "pa", "tamil": "ta", "bengali": "bn", "japanese": "ja", "korean": "ko", "mandarin": "zh", "chinese": "zh",
    "cantonese": "zh", "vietnamese": "vi", "thai": "th", "indonesian": "id", "swahili": "sw", "yoruba": "yo", "catalan": "ca",
    "basque": "eu", "welsh": "cy", "irish": "ga", "romanian": "ro", "hungarian": "hu", "persian": "fa", "farsi": "fa",
    "espanol": "es", "ingles": "en", "francais": "fr", "anglais": "en", "deutsch": "de", "englisch": "en", "portugues": "pt",
}  # fmt: skip
"""ISO 639-1 codes by the names of languages."""

_END: Final = (
    r"(?=\s?(?:$|[,.;:!?)\]\0&/-]|(?:and|but|or|please|only|from|for|with|that|no|not|at|like|by|to|y|et|und|"
    r"e|para|pour|fur)\b))"
)
_START: Final = (
    r"(?:^|(?<=[,.;:(!?\0/&-])\s?|\b(?:and|but|all|only|just|must\sbe|please|strictly|be|keep\sit|keep\sthem|100%|of|it)\s)"
)
_MUSICAL: Final = (
    rf"(?:{NOUNS}|music|lyrics|versions?|edits?|playlist|mix|rap|hip[\s-]?hop|pop|rock|rnb|r&b|trap|reggaeton|content|"
    r"party\smusic|language|words|only|stuff|beats)"
)

_FLAGS: Final[tuple[tuple[str, str, Any, str, bool], ...]] = (
    # explicit
    ("explicit", rf"\b(?:keep\sit\sclean|clean(?=\s{_MUSICAL}\b)|only\sclean\b(?!\s(?:vocals|guitars?|sound|the|up|"
        rf"tones?))|clean[\s,]+(?=[\0]|of\b)|"
     r"clean\s(?=(?:'?[0-9]{2,4}s|r&b|rnb|soul|funk|metal|punk|comedy|dance|workout|party|fun|upbeat)\b))|"
     rf"{_START}clean(?=\s?(?:$|[,.;:!?)\0]|(?:and|but|please|only|from|for|at|no|or)\b))", False, "clean", True),
    ("explicit", r"\b(?:family|kid|kids|child|children|work|office|church|school|radio)[\s-](?:friendly|safe)\b|"
        r"\bsafe\sfor\s(?:work|kids|children|school|radio)\b|"
     r"\bsfw\b|\bnon-explicit\b|\bradio\sedits?\b|\bcensored\b|\bjugendfrei\b|\bfree\sof\s(?:swearing|profanity)\b|"
     r"\bprofanity[\s-]free\b", False, "clean", True),
    ("explicit", rf"\buncensored\b|\bexplicit(?=\s(?:lyrics|versions?|{NOUNS}|rap|hip[\s-]?hop|only|content|language|"
        rf"music)\b)|\bonly\sexplicit\b|"
     rf"{_START}explicit(?=\s?(?:$|[,.;!?)\0]|(?:and|but|please|only|no)\b)(?!\s(?:is|are)\b))", True, "explicit", True),
    # voice
    ("instrumental", r"\binstrumental(?:s|es|e|is|en|er|ly|mente)?\b(?!\s(?:in\smy|in\sour|in\sthe|in\sher|in\shis|to|"
        r"break|intro|solo|part|role|or\snot))|"
     r"\bwordless\b|\binstrumentau?x\b|\b(?:vocals?|voices|lyrics)\s?(?:are\s)?(?:off|"
     r"removed)\b", True, "instrumental", False),
    ("instrumental", rf"\b(?:with|has|have|having|must\shave|needs?|needs\sto\shave|only\swith)\s(?:some\s)?(?:vocals|"
        rf"lyrics|singing)(?!\sabout|\sin\b)\b|\bvocal\s(?:{NOUNS}|music)?\s?only\b|"
     r"\bvocals\sonly\b|\bmit\s(?:gesang|text)\b|\bcon\s(?:voz|letra)\b|\bavec\s(?:paroles|voix)\b|\bcom\s(?:letra|"
     r"vocais)\b", False, "with voice", False),
    # live
    ("live", r"\b(?:only\slive|live\sonly|live\s(?:versions?|recordings?|albums?|tracks|takes|cuts|songs|performances|"
        r"sessions)|recorded\slive|concert\srecordings?|"
     r"(?:versiones|grabaciones|solo)\sen\s(?:vivo|directo)|live-?(?:aufnahmen|versionen)|versions?\s(?:live|"
     r"en\sconcert)|(?:versoes|gravacoes)\sao\svivo)\b(?!\s(?:with\sme|here|your))", True, "only live recordings", False),
    ("live", r"\b(?:studio\s(?:recordings?|versions?|albums?|tracks|takes|only)(?:\sonly)?|"
        r"only\sstudio(?:\s(?:recordings?|versions?|albums?))?|in\sstudio\squality)\b", False, "no live recordings", True),
    # covers, remixes
    ("covers", r"\b(?:originals\sonly|only\soriginals|original\s(?:versions|recordings|artists)\s?(?:only)?|"
        r"only\s(?:the\s)?original\sversions)\b", False, "no covers", True),
    ("covers", r"\b(?:only\scovers|covers\sonly|cover\s(?:versions?|songs)|(?:acoustic|piano|instrumental|jazz|metal|"
        r"rock|punk|bossa|orchestral|string\squartet|lofi|lo-fi|a\scappella|8-?bit|swing|indie|"
     r"reggae|bluegrass|choir|unplugged|female|male)\scovers?|covers\s(?:of|by)|just\scovers)\b", True, "only covers", False),
    ("remixes", r"\b(?:only\sremix(?:es|ed)|remix(?:es)?\sonly|just\sremixes|remixes\sof|"
        r"remixed\sversions)\b", True, "only remixes", False),
    # popularity
    ("popularity", rf"\b(?:hidden\s(?:gems?|treasures?)|deep\scuts|b-sides|lesser[\s-]known|less[\s-]known|"
        rf"little[\s-]known|obscure\s(?:[^\W\d_]+\s){{0,2}}?(?:{NOUNS}|music|artists|bands|funk|soul|rock|jazz|folk|"
        rf"psych|disco|pop|stuff|gems)|obscure(?=\s['0-9\0])|"
     r"obscurities|rarities|rare\s(?:grooves?|tracks|songs|cuts)|unknown\s(?:artists|bands|songs|gems)|"
     r"under[\s-]the[\s-]radar|underrated|overlooked|joyas\s(?:ocultas|escondidas)|perles\s(?:rares|cachees)|"
     r"geheimtipps?|perolas\sescondidas)\b", HIDDEN_GEMS, "little known", False),
    ("popularity", rf"\b(?:hits\sonly|only\s(?:the\s)?(?:(?:big|biggest|greatest|top)\s)?hits|(?:the\s)?(?:biggest|"
        rf"greatest|top)\s(?:[^\W\d_]+\s)?hits|only\s(?:the\s)?(?:number\sones?|number\s0*1s?|0*1s|famous\s{NOUNS}|"
        rf"popular\s{NOUNS}|well[\s-]known\s{NOUNS})|"
     r"number\s(?:one|0*1)\s(?:hits|songs|singles)|chart[\s-]?toppers?|chart[\s-]topping|just\sthe\shits|"
     r"nothing\sbut\shits|solo\sexitos|nur\shits|que\sdes\stubes|so\shits|songs\severy(?:one|"
     r"body)\sknows)\b", HITS, "well known", False),
    # library
    ("new_to_me", r"\b(?:(?:only\s)?(?:songs|music|tracks|artists|stuff|anything|things)\s(?:that\s)?i\s(?:don'?t|"
        r"do\snot|haven'?t|have\snot|have\snever|never)\s(?:have|know|own|heard|saved|listened\sto)(?:\s(?:yet|before|"
        r"already))?|"
     r"new[\s-]to[\s-]me|nothing\s(?:from\smy\s(?:library|liked\ssongs|likes|playlists|collection)|"
     r"i\s(?:already\s)?(?:know|have|own|saved)|i'?ve\s(?:already\s)?(?:heard|saved))|not\s(?:in|from)\smy\slibrary|"
     r"i\s(?:don'?t|haven'?t)\s(?:know|have|heard)\syet)\b", True, "nothing you have", True),
    ("new_to_me", r"\b(?:(?:only\s|just\s)?(?:from|in|out\sof|among)\smy\s(?:liked\ssongs|likes|library|saved\ssongs|"
        r"collection|favou?rites)|only\s(?:songs|music|tracks)\si\s(?:already\s)?(?:have|know|own|liked|"
        r"saved))\b", False, "only what you have", True),
    # order
    ("shuffle", r"\b(?:shuffle\s(?:it|them|the\s(?:songs|order|list|tracks|playlist)|everything|please)|shuffled|"
        r"on\sshuffle|(?:in\s)?(?:a\s)?random(?:i[sz]ed)?\sorder|in\sno\sparticular\sorder|mixed[\s-]up\sorder|"
        r"en\sorden\saleatorio|"
     r"dans\sle\sdesordre|en\saleatoire|zufallige\sreihenfolge|ordem\saleatoria)\b|(?:^|"
     r"(?<=[,;.\0])\s?)shuffle(?=\s?(?:$|[,.;!]))", True, "shuffled", True),
)  # fmt: skip
_SOFT: Final = Pattern(
    r"\b(?:mostly|more|less|fewer|mainly|partly|largely|maybe|some|few|sometimes|perhaps|possibly|preferably|could\sbe|"
    r"might\sbe|semi|rather)[\s-]$",
)
"""Before what is liked rather than demanded: nothing to keep to the letter."""
_NEEDS: Final = {
    "explicit": "clean friendly safe sfw explicit radio censored jugendfrei profanity",
    "instrumental": "instrumenta wordless vocal voices lyrics singing gesang text voz letra paroles voix vocais",
    "live": "live concert vivo directo studio",
    "covers": "cover original",
    "remixes": "remix",
    "popularity": (
        "hidden deep b-side known obscur rarit rare unknown radar underrated overlooked joyas "
        "perles geheim perolas hits number chart exitos tubes famous popular everyone everybody"
    ),
    "new_to_me": "i_ i' my_ new",
    "shuffle": "shuffle order orden ordem desordre aleato",
}
"""Texts of which one must be there for any pattern of a wish."""
_PATTERNS: Final = tuple(
    (wish, Pattern(pattern, _NEEDS[wish]), value, what, hide) for wish, pattern, value, what, hide in _FLAGS
)
_A_CAPPELLA: Final = Pattern(r"\ba?c?ca?p+el+a\b|\ba[\s-]?c{1,2}ap{1,2}el{1,2}a\b", needs="cap")

_NAMES: Final = "|".join(sorted(LANGUAGES, key=len, reverse=True))
_LANGUAGE: Final = Pattern(
    rf"(?:(?P<head>(?:\b(?:{NOUNS}|music|lyrics|sung|singing|sings?|vocals|rap|pop|rock|folk|jazz|punk|metal|"
    rf"hip[\s-]hop|gems|anything|something|only|everything|all|ballads|musik|musique|musica)|(?<=\0))\s)"
    rf"(?:only\s)?(?:in|en|auf|em)\s(?P<name>{_NAMES})|\b(?P<name2>{_NAMES})[\s-](?:lyrics|vocals|language|singing|sung))(?=\s?(?:$|"
    rf"[,.;:!?)\0]|(?:and|or|but|please|only|from|for|with|songs|no|music)\b))",
    needs="in_ en_ auf em_ lyric vocal sing sung language",
)

_ABOUT: Final = Pattern(
    # behind what was taken: "[20 songs] about rain"
    rf"(?:\b(?:{NOUNS}|music|rap|lyrics|albums|musique|musik)\s(?:that\sare\s|which\sare\s|all\s)?|(?<=\0)\s)"
    r"(?:about|sobre|sur|uber|acerca\sde)\s"
    r"(?P<topic>(?:(?!(?:and|or|but|for|from|with|at|in|to|by|like|on|y|et|und|e|o|ou|oder|no|not|"
    r"without)\b)[^\W\d_][\w'-]*\s?){1,3})"
    r"(?P<more>(?:(?:and|or|y|et|und|e)\s(?!(?:with|no|not|for)\b)[^\W\d_][\w'-]*(?=\s?(?:$|[,.;!?\0])))?)",
    needs="about sobre sur_ uber acerca",
)
_TOPIC_LEAD: Final = Pattern(
    r"^(?:(?:being|having|getting|going|feeling|the|a|an|my|your|our|some|la|el|los|las|le|les|l'|der|die|das|den|o|os|"
    r"as|my|one's|"
    r"old|losing|finding|missing|leaving)\s|l')+",
)
_NO_TOPIC: Final = frozenset(
    "it that this me you us him her them to how what when why where who nothing anything everything something being one how's "
    "all how i we they my".split(),
)

_CALM: Final = (
    r"(?:slow(?:ly|er)?|calm|quiet(?:ly|er)?|soft(?:ly|er)?|mellow|chill(?:ed)?|gentle|gently|low|relax(?:ed|ing)|easy|"
    r"sleepy|ambient|coffee|acoustic|"
    r"peaceful|smooth|calmer|mellower|downtempo|tender|dreamy|laid[\s-]back|piano|ballads?)"
)
_WILD: Final = (
    r"(?:fast(?:er)?|loud(?:er|ly)?|energetic|wild|hard(?:er)?|heavy|heavier|upbeat|party|dance[\s-]?floor|dancing|"
    r"dancefloor|high|intense|rave|"
    r"bangers?|hyped?|big(?:ger)?|happy|techno|crazy|explosive|strong|epic|uptempo|full\sthrottle|club)"
)
_BEGIN: Final = r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|open(?:s|ing)?|kick(?:s|ing)?\soff|eas(?:e|es|ing)\sin)\b"
_FINISH: Final = (
    r"\b(?:end(?:s|ing|ed)?|finish(?:es|ing)?|clos(?:e|es|ing)|then|get(?:s|ting)?|becom(?:e|es|ing)|"
    r"build(?:s|ing)?|grow(?:s|ing)?|pick(?:s|ing)?\sup|speed(?:s|ing)?\sup|wind(?:s)?\sdown|slow(?:s)?\sdown|go(?:es)?)\b"
)
_AT_THE_END: Final = r"(?:towards?|at|by|near|for)\sthe\send\b"
_IN: Final = r"[^.;!?\n\0]{0,30}?"
_ARCS: Final[tuple[tuple[str, str], ...]] = (
    ("peak", rf"{_BEGIN}{_IN}\b{_CALM}\b{_IN}\b{_WILD}\b{_IN}\b(?:end|finish|close|back|down|then)\w*\b{_IN}\b{_CALM}\b|"
     r"\bbuild(?:s|ing)?\s(?:up\s)?(?:to\sa\s(?:peak|climax)|up)\s(?:and|then|before)\s(?:then\s)?(?:come|comes|wind|"
     r"winds|cool|cools|calm|calms|fade|back)\s?\w*\s?(?:back\s)?(?:down|out)?\b|"
     r"\bpeak(?:s|ing)?\s(?:in|around|at)\sthe\smiddle\b|"
     r"\bwarm[\s-]?up,?\s(?:then\s)?(?:a\s)?peak,?\s(?:and\s)?(?:then\s)?cool[\s-]?down\b"),
    ("wave", r"\balternat(?:e|es|ing)\s(?:between\s)?[^,.;\n\0]{0,30}|\bin\swaves\b|\bwaves\sof\senergy\b|"
        r"\b(?:up\sand\sdown|ups\sand\sdowns)\sin\s(?:energy|tempo)\b|\bfast\sand\sslow\sin\sturns?\b"),
    ("rise", rf"{_BEGIN}{_IN}\b{_CALM}\b{_IN}(?:{_FINISH}{_IN}\b{_WILD}\b|\b(?:build(?:s|ing)?(?:\sup)?|pick(?:s|"
        rf"ing)?\sup|speed(?:s|ing)?\sup|ramp(?:s|ing)?\sup|rise|rising|grow(?:s|ing)?)\b)"),
    ("fall", rf"{_BEGIN}{_IN}\b{_WILD}\b{_IN}(?:{_FINISH}{_IN}\b{_CALM}\b|\b(?:wind|slow|calm|cool|come|tone)s?\sdown\b|"
        rf"\bfad(?:e|es|ing)\sout\b)"),
    ("rise", rf"\b(?:from\s)?{_CALM}\s(?:to|into)\s{_WILD}\b|\bbuild(?:s|ing)?\sup(?:\s(?:gradually|slowly|steadily|"
        rf"over\stime|towards?\sthe\send))?(?=\s?(?:$|[,.;!?\0])|\sto\b)|"
     rf"\bgradually\s(?:{_WILD}|more\s(?:energetic|intense)|building|build|increasing)\b|\b(?:getting|gets?|becoming|"
     rf"growing)\s(?:ever\s|gradually\s|slowly\s|steadily\s)?(?:louder|faster|harder|wilder|heavier|more\s(?:energetic|"
     rf"intense))\b(?:\sand\s\w+er\b)?|"
     r"\b(?:increasing|rising|growing)\s(?:energy|tempo|intensity)\b|\bramp(?:s|ing)?\sup\b"),
    ("fall", rf"\b(?:(?:slow|calm|cool|wind|quieten|mellow|die|fade|tone)s?|slowing|calming|cooling|winding|fading)\s"
        rf"(?:(?:it|things|us)\s)?(?:down|out|off|away)\s{_AT_THE_END}|\bend(?:s|ing)?\s(?:on\sa\s)?{_CALM}(?:\snote)?"
        r"(?=\s?(?:$|[,.;!?\0]))"),
    ("rise", rf"\b(?:(?:speed|build|pick|heat|liven|ramp|wake)s?|speeding|building|picking|heating|ramping)\s"
        rf"(?:(?:it|things|us)\s)?up\s{_AT_THE_END}|\bend(?:s|ing)?\s(?:on\sa\s)?{_WILD}(?:\snote)?(?=\s?(?:$|[,.;!?\0]))|"
        r"\bwarm[\s-]?up\s(?:to|into|then)\s(?:a\s)?(?:full\s)?(?:sprint|speed|blast|throttle|power)\b"),
    ("fall", rf"\b(?:from\s)?{_WILD}\s(?:to|into)\s{_CALM}\b|\bgradually\s(?:{_CALM}|slower|quieter|winding\sdown|"
        rf"calming\sdown|wind\sdown)\b|"
     r"\b(?:getting|gets?|becoming|growing)\s(?:ever\s|gradually\s|slowly\s|steadily\s)?(?:slower|calmer|quieter|softer|"
     r"mellower)\b(?:\sand\s\w+er\b)?|\b(?:decreasing|falling)\s(?:energy|tempo|intensity)\b|"
     r"\bthen\s(?:slowly\s)?(?:wind|calm|cool|slow)\sdown\b"),
    ("flat", r"\b(?:the\s)?same\s(?:energy|mood|tempo|level)\s(?:throughout|all\sthe\sway|all\sthrough)\b|\b(?:steady|"
        r"constant|consistent|even)\s(?:energy|intensity)(?:\slevel)?\b|\bkeep\sthe\senergy\s(?:steady|constant|level|"
        r"even|flat)\b"),
)  # fmt: skip
_ARC_NEEDS: Final = {
    "peak": "start begin open kick eas build peak warm",
    "wave": "alternat wave up_and ups_and fast_and",
    "rise": "start begin open kick eas to_ into build gradual gett gets becom grow increas ris ramp the_end ends_ ending_ "
    "end_on warm-up warm_up warmup",
    "fall": "start begin open kick eas to_ into gradual gett gets becom grow decreas fall then the_end ends_ ending_ end_on",
    "flat": "same_ steady constant consistent even_ keep",
}
_ARC_PATTERNS: Final = tuple((arc, Pattern(pattern, _ARC_NEEDS[arc])) for arc, pattern in _ARCS)
_ARC_WORDS: Final = {
    "rise": "energy rises", "fall": "energy falls", "peak": "energy peaks in the middle", "wave": "energy comes in waves",
    "flat": "energy stays level",
}  # fmt: skip
_MOODY: Final = Pattern(r"\b(?:with|party|coffee|dance|techno|rave|ambient|piano|acoustic|club)\b")


def language(name: str) -> str:
    """The ISO 639-1 code of a language."""
    return LANGUAGES[name]


def read_flags(page: Page) -> None:
    """Read what is there or not there at all.

    Raises:
        InputError: both were asked for.
    """
    for match in page.find(_A_CAPPELLA):
        page.read("genres", ("a cappella",), "a cappella", match.span())
        page.note("instrumental", False, "sung", match.span())
    for wish, pattern, value, what, hide in _PATTERNS:
        for match in page.find(pattern):
            if _SOFT.search(page.before(match.start())):
                continue
            page.read(wish, value, what, match.span(), hide=hide)
    for match in page.find(_LANGUAGE):
        name = match["name"] or match["name2"]
        start = match.end("head") if match["head"] else match.start()
        page.read("languages", (language(name),), f"in {name.capitalize()}", (start, match.end()))


def read_topics(page: Page) -> None:
    """Read what the songs shall be about."""
    for match in page.find(_ABOUT):
        parts = [match["topic"], re.sub(r"^(?:and|or|y|et|und|e)\s", "", match["more"])]
        topics = []
        for part in parts:
            topic = _TOPIC_LEAD.sub("", part.strip() + " ").strip()
            if topic and topic.split()[0] not in _NO_TOPIC:
                topics.append(topic)
        if topics:
            page.read("topics", tuple(topics), f"titles about {', '.join(topics)}", (match.start("topic"), match.end()))


def read_order(page: Page) -> None:
    """Read how the energy shall move."""
    for arc, pattern in _ARC_PATTERNS:
        for match in page.find(pattern):
            page.read("arc", arc, _ARC_WORDS[arc], match.span(), hide=not _MOODY.search(match[0]))
            return
