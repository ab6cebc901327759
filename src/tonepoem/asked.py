"""Wishes that are given beside the words: the options of ``make`` and the keywords of ``compose``, read in one place.

Each is checked by itself and against the others; the words are not known here. What is given goes before what they say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from tonepoem import genres, kinship
from tonepoem.errors import InputError
from tonepoem.features import FEATURES, PITCHES
from tonepoem.playlist import Arc, Constraints

Names = str | Sequence[str]
"""One name or several."""

Span = str | float | tuple[float | None, float | None]
"""A span in words ("1990-1999", "90s", "120-130"), both ends as numbers, or one number."""

MOST_TRACKS: Final = 1_000
MOST_MINUTES: Final = 6_000
EARLIEST, LATEST = 1000, 2100
"""Years in which anything may have been released."""

NEARLY: Final = 0.03
"""How far a tempo may be from a single number: about what a turntable's pitch takes up unheard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be given beside the words, as it is given; None and empty mean: not given.

    Attributes:
        length: number of tracks, 1 to 1,000.
        minutes: length in minutes instead, up to 6,000.
        arc: how the energy moves.
        years: of release: "1990-1999", "1990-", "-1999", "90s", a year, or a pair of years.
        bpm: tempo: "120-130", "-100", a number (3 % more or less), or a pair of numbers.
        key: "A minor", "F#", "Bb major".
        clean: only tracks that are not explicit.
        explicit: only explicit tracks.
        instrumental: True: no voice, False: with voice.
        like: artists whose sound is wanted.
        by: only these artists.
        not_artist: none of these artists.
        genre: only these genres, or what is near them.
        not_genre: none of these genres.
        set: features and their values, as a mapping or as "energy=0.8".
        max_per_artist: at most so many tracks of one artist.
        market: two-letter country in which the songs shall be available.
        phase: parts of the playlist, each a length and then values or words: "10m energy=0.4", "20m at 170 bpm".
    """

    length: int | None = None
    minutes: float | None = None
    arc: Arc | None = None
    years: Span | None = None
    bpm: Span | None = None
    key: str | None = None
    clean: bool | None = None
    explicit: bool | None = None
    instrumental: bool | None = None
    like: Names = ()
    by: Names = ()
    not_artist: Names = ()
    genre: Names = ()
    not_genre: Names = ()
    set: Mapping[str, float] | Names = ()
    max_per_artist: int | None = None
    market: str | None = None
    phase: Names = ()

    def given(self) -> dict[str, Any]:
        """Only what was given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None and value not in ((), [], "")}


@dataclass(frozen=True, slots=True)
class PhaseGiven:
    """A part of the playlist: its minutes, what was written of it, the words in that, and the values."""

    minutes: float
    spelled: str
    words: str
    targets: Mapping[str, float]
    tempo: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the options mean.

    Attributes:
        constraints: the wishes.
        phases: the parts that the playlist shall have; empty where none were given.
        market: two capital letters, or None.
    """

    constraints: Constraints
    phases: tuple[PhaseGiven, ...] = ()
    market: str | None = None


def wishes_given(options: Options, artists: Callable[[], Collection[str]] | None = None) -> Given:
    """What options mean.

    Args:
        options: as they were given.
        artists: gives the names of all artists there are, to check names against and to spell them; None: they are
            taken as they are.

    Raises:
        InputError: an option makes no sense, names an artist or a genre that is not known, or two contradict each other.
    """
    _check_pairs(options)
    wishes: dict[str, Any] = {
        "count": _within("length", options.length, 1, MOST_TRACKS, "tracks"),
        "minutes": _within("minutes", options.minutes, 0, MOST_MINUTES, "minutes"),
        "max_per_artist": _within("max-per-artist", options.max_per_artist, 1, MOST_TRACKS, "tracks"),
        "arc": _arc(options.arc),
        "years": _years(options.years),
        "tempo": _tempo(options.bpm),
        "explicit": False if options.clean else options.explicit,
        "instrumental": options.instrumental,
        "genres": _genres("genre", options.genre),
        "not_genres": _genres("not-genre", options.not_genre),
        "targets": _targets("set", options.set),
    }
    wishes["key"], wishes["mode"] = _key(options.key)
    for wish, name, names in (
        ("like_artists", "like", options.like),
        ("artists", "by", options.by),
        ("not_artists", "not-artist", options.not_artist),
    ):
        wishes[wish] = tuple(_artist(name, one, artists) for one in _all(names))
    _check_names(wishes)
    constraints = Constraints.model_validate({name: value for name, value in wishes.items() if value is not None})
    return Given(constraints, tuple(_phase(one) for one in _all(options.phase)), _market(options.market))


# -- contradictions


def _check_pairs(options: Options) -> None:
    values = _targets("set", options.set)
    voiced = values.get("instrumentalness")
    pairs = (
        ("length", "minutes", options.length is not None and options.minutes is not None),
        ("length", "phase", options.length is not None and bool(options.phase)),
        ("minutes", "phase", options.minutes is not None and bool(options.phase)),
        ("clean", "explicit", bool(options.clean) and options.explicit is True),
        ("bpm", "set tempo", options.bpm is not None and "tempo" in values),
        ("key", "set key", options.key is not None and "key" in values),
        ("key", "set mode", options.key is not None and "mode" in values),
        (
            "instrumental" if options.instrumental else "no-instrumental",
            f"set instrumentalness={voiced}",
            options.instrumental is not None and voiced is not None and (voiced >= 0.5) is not options.instrumental,
        ),
    )
    for one, other, clash in pairs:
        if clash:
            raise InputError(f"“{one}” and “{other}” contradict each other: give one of them.")


def _check_names(wishes: Mapping[str, Any]) -> None:
    for wanted, option in (("artists", "by"), ("like_artists", "like")):
        both = {name for name in wishes[wanted] if genres.fold(name) in map(genres.fold, wishes["not_artists"])}
        if both and option == "by":
            name = min(both)
            raise InputError(f"“by {name}” and “not-artist {name}” contradict each other: give one of them.")
    for name in wishes["genres"]:
        if kinship.within(name, wishes["not_genres"]):
            refused = next(one for one in wishes["not_genres"] if kinship.within(name, (one,)))
            raise InputError(f"“genre {name}” and “not-genre {refused}” contradict each other: give one of them.")


# -- numbers


def _within(name: str, value: float | None, low: float, high: float, unit: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or value == 0:
        shown = f"{value:g}" if isinstance(value, int | float) else repr(value)
        least = f"{low:g} to" if low else "up to"
        raise InputError(f"“{name}” of {shown} {unit} cannot be kept: ask for {least} {high:,g}.")
    return value


def _arc(arc: str | None) -> str | None:
    if arc is not None and arc not in get_args(Arc):
        raise InputError(f"There is no arc {arc!r}. Use one of {', '.join(get_args(Arc))}.")
    return arc


def _years(years: Span | None) -> tuple[int | None, int | None] | None:
    if years is None:
        return None
    wrong = InputError(f"“years {_shown(years)}” is no span of years: give 1990-1999, 1990-, -1999, 1990 or 90s.")
    if isinstance(years, str):
        first, last = _spelled_years(years, wrong)
    else:
        first, last = _pair(years, wrong)
    for year in (first, last):
        if year is not None and not (EARLIEST <= year <= LATEST and year == int(year)):
            raise wrong
    if first is None and last is None:
        raise wrong
    if first is not None and last is not None and first > last:
        raise InputError(f"“years {_shown(years)}” runs backwards: give the earlier year first.")
    return None if first is None else int(first), None if last is None else int(last)


def _spelled_years(text: str, wrong: InputError) -> tuple[float | None, float | None]:
    plain = text.strip().lower().replace("–", "-").replace("'", "")
    if match := re.fullmatch(r"([12]\d)?([0-9])0s(?:\s?-\s?([12]\d)?([0-9])0s)?", plain):
        first = _decade(match[1], match[2], wrong)
        last = _decade(match[3], match[4], wrong) if match[4] else first
        return first, last + 9
    if match := re.fullmatch(r"(\d{4})?\s?-\s?(\d{4})?", plain):
        return (float(match[1]) if match[1] else None), (float(match[2]) if match[2] else None)
    if re.fullmatch(r"\d{4}", plain):
        return float(plain), float(plain)
    raise wrong


def _decade(century: str | None, tens: str, wrong: InputError) -> float:
    if century:
        return int(century) * 100 + int(tens) * 10
    if tens in {"1", "2"}:  # "20s": of which century?
        raise wrong
    return 2000 if tens == "0" else 1900 + int(tens) * 10


def _tempo(bpm: Span | None) -> tuple[float, float] | None:
    if bpm is None:
        return None
    slowest, fastest = FEATURES["tempo"].low, FEATURES["tempo"].high
    wrong = InputError(f"“bpm {_shown(bpm)}” is no tempo that music has: give {slowest:g} to {fastest:g}, as 120 or 120-130.")
    if isinstance(bpm, str):
        match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)?(\s?[-–]\s?)?(\d{1,3}(?:\.\d+)?)?(?:\s?bpm)?", bpm.strip().lower())
        if not match or not (match[1] or match[3]) or (match[3] and not match[2]):
            raise wrong
        low, high = (float(end) if end else None for end in (match[1], match[3] if match[2] else match[1]))
        single = not match[2]
    else:
        low, high = _pair(bpm, wrong)
        single = isinstance(bpm, int | float)
    if any(end is not None and not slowest <= end <= fastest for end in (low, high)) or (low is None and high is None):
        raise wrong
    if low is not None and high is not None and low > high:
        raise InputError(f"“bpm {_shown(bpm)}” runs backwards: give the slower tempo first.")
    low, high = slowest if low is None else low, fastest if high is None else high
    if single:
        return float(max(slowest, round(low * (1 - NEARLY)))), float(min(fastest, round(low * (1 + NEARLY))))
    return float(low), float(high)


def _pair(value: object, wrong: InputError) -> tuple[float | None, float | None]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value, value
    if isinstance(value, list | tuple) and len(value) == 2:
        first, last = value
        if all(end is None or (isinstance(end, int | float) and not isinstance(end, bool)) for end in (first, last)):
            return first, last
    raise wrong


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return "-".join("" if one is None else f"{one:g}" if isinstance(one, int | float) else str(one) for one in value)
    return str(value)


_NOTES: Final = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_KEY: Final = r"([a-gA-G])\s?(#|♯|b|♭|sharp|flat)?\s?(m|maj(?:or)?|min(?:or)?|M)?"


def _key(text: str | None) -> tuple[int | None, int | None]:
    """The pitch and the mode that a key names."""
    if text is None:
        return None, None
    match = re.fullmatch(_KEY, text.strip().replace("-", " ").replace("Major", "major").replace("Minor", "minor"))
    if match is None:
        raise InputError(f"“key {text}” is no key: give one such as {PITCHES[9]} minor, F#, or Bb major.")
    step = {"#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1, None: 0}[match[2]]
    mode = match[3]
    return (_NOTES[match[1].lower()] + step) % 12, None if mode is None else int(mode == "M" or mode.startswith("maj"))


def _targets(name: str, given: Mapping[str, float] | Names) -> dict[str, float]:
    """Features and their values."""
    pairs: Iterable[tuple[str, Any]]
    if isinstance(given, Mapping):
        pairs = given.items()
    else:
        pairs = [tuple(map(str.strip, one.partition("=")[::2])) for one in _all(given)]  # type: ignore[misc]
    found: dict[str, float] = {}
    for feature_name, text in pairs:
        feature = FEATURES.get(feature_name.lower())
        if feature is None:
            near = get_close_matches(feature_name.lower(), FEATURES, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FEATURES)}."
            raise InputError(f"“{name} {feature_name}” names no feature. {hint}")
        try:
            value = float(text)
        except (TypeError, ValueError):
            value = float("nan")
        if not feature.low <= value <= feature.high or (feature.integer and value != int(value)):
            whole = "a whole number" if feature.integer else "a number"
            unit = f" ({feature.unit})" if feature.unit else ""
            raise InputError(
                f"“{name} {feature.name}={text}” is out of range: give {whole} from {feature.low:g} to {feature.high:g}{unit}."
            )
        if found.setdefault(feature.name, value) != value:
            raise InputError(f"“{name} {feature.name}” is given twice, as {found[feature.name]:g} and {value:g}: give one.")
    return found


# -- names


def _all(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _artist(option: str, name: str, artists: Callable[[], Collection[str]] | None) -> str:
    """An artist's name as it is spelled."""
    folded = genres.fold(name)
    if not folded:
        raise InputError(f"“{option} {name}” names no artist.")
    if artists is None:
        return name.strip()
    known = artists()
    for form in (folded, f"the {folded}", folded.removeprefix("the ")):
        for one in known:
            if genres.fold(one) == form:
                return one
    alike = _alike(folded, known)
    near = [alike[form] for form in get_close_matches(folded, alike, 3, 0.6)]
    hint = f"Nearest are {', '.join(near)}." if near else "Bring more music with tonepoem catalog import FILE."
    raise InputError(f"“{option} {name}” names an artist who is not in the catalog. {hint}")


_MOST_COMPARED: Final = 5_000


def _alike(folded: str, names: Collection[str]) -> dict[str, str]:
    """The names worth comparing letter by letter, by their folded forms: all of a few, of many those that begin alike."""
    forms = {genres.fold(name): name for name in names}
    if len(forms) <= _MOST_COMPARED:
        return forms
    return {form: name for form, name in forms.items() if form[:2] == folded[:2]}


def _genres(option: str, given: Names) -> tuple[str, ...]:
    found = []
    for name in _all(given):
        genre = genres.find(name)
        if genre is None:
            near = get_close_matches(genres.fold(name), genres.genres(), 3, 0.6)
            hint = f"Nearest are {', '.join(near)}." if near else "Name a style, such as folk, techno or bossa nova."
            raise InputError(f"“{option} {name}” names no genre that is known. {hint}")
        found.append(genre.name)
    return tuple(dict.fromkeys(found))


def _market(market: str | None) -> str | None:
    if market is not None and not re.fullmatch(r"[A-Za-z]{2}", market):
        raise InputError(f"“market {market}” is no country: give two letters, such as DE.")
    return market.upper() if market else None


# -- phases

_PHASE: Final = r"\s*(\d{1,4}(?:[.,]\d+)?)\s*(h|hours?|hrs?|m|min|mins|minutes?)\b\s*(.*)"
_VALUE: Final = r"\b([a-z_]+)=(\S+)"


def _phase(text: str) -> PhaseGiven:
    match = re.fullmatch(_PHASE, text, re.IGNORECASE | re.DOTALL)
    if match is None:
        raise InputError(f"“phase {text}” does not begin with its length: give one such as 10m energy=0.4, or 20m at 170 bpm.")
    minutes = float(match[1].replace(",", ".")) * (60 if match[2].lower().startswith("h") else 1)
    if not 0 < minutes <= MOST_MINUTES:
        raise InputError(f"“phase {text}” cannot be kept: its length is to be above 0 and up to {MOST_MINUTES:,} minutes.")
    values = re.findall(_VALUE, match[3])
    words = re.sub(_VALUE, "", match[3])
    speeds = [value for name, value in values if name == "bpm"]
    targets = _targets(f"phase {text}:", [f"{name}={value}" for name, value in values if name != "bpm"])
    if speeds and "tempo" in targets:
        raise InputError(f"“phase {text}”: bpm and tempo contradict each other: give one of them.")
    return PhaseGiven(minutes, match[3].strip(), " ".join(words.split()), targets, _tempo(speeds[0]) if speeds else None)
