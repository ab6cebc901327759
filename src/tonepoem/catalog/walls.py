"""Constraints as SQL: the same walls as :func:`tonepoem.selection.fits`, before any track leaves the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from tonepoem import genres, kinship
from tonepoem.playlist import Constraints
from tonepoem.selection import INSTRUMENTAL, KIN


def walls(  # noqa: PLR0912 - one branch a wish, in a row
    constraints: Constraints,
    spelled: Callable[[Iterable[str]], list[str]],
    sets: Callable[[], Sequence[Sequence[str]]],
) -> tuple[str, dict[str, Any]]:
    """A condition over ``tracks`` and the parameters it names.

    Args:
        constraints: what the words say exactly.
        spelled: gives the spellings of artists in the catalog.
        sets: gives the catalog's sets of genres by their numbers.
    """
    conditions: list[str] = []
    parameters: dict[str, Any] = {}

    def wall(condition: str, **values: Any) -> None:
        conditions.append(condition)
        parameters.update(values)

    first, last = constraints.years or (None, None)
    if first is not None:
        wall("year >= $first_year", first_year=first)
    if last is not None:
        wall("year <= $last_year", last_year=last)
    if constraints.tempo:
        wall("tempo BETWEEN $slowest AND $fastest", slowest=constraints.tempo[0], fastest=constraints.tempo[1])
    if constraints.key is not None:
        wall("key = $only_key", only_key=constraints.key)
    if constraints.mode is not None:
        wall("mode = $only_mode", only_mode=constraints.mode)
    if constraints.explicit is not None:
        wall("explicit = $only_explicit", only_explicit=constraints.explicit)
    if constraints.instrumental is not None:
        wall(f"instrumentalness {'>=' if constraints.instrumental else '<'} {INSTRUMENTAL}")
    if constraints.artists:
        wall("list_has_any(artists, $only_artists::VARCHAR[])", only_artists=spelled(constraints.artists))
    if constraints.not_artists:
        wall("NOT list_has_any(artists, $no_artists::VARCHAR[])", no_artists=spelled(constraints.not_artists))
    labels = set(chain.from_iterable(sets())) if constraints.genres or constraints.not_genres else set()
    if constraints.genres:
        kin = {label for label in labels if (kinship.affinity(constraints.genres, label) or 0) >= KIN}
        wall("get_bit($only_genres::BIT, genre_set) = 1", only_genres=_holding(kin, sets()))
    if constraints.not_genres:
        unwanted = {label for label in labels if kinship.within(label, constraints.not_genres)}
        wall("get_bit($no_genres::BIT, genre_set) = 0", no_genres=_holding(unwanted, sets()))
    for place, (low, high) in enumerate(constraints.not_years):
        wall(f"year NOT BETWEEN $not_from_{place} AND $not_to_{place}", **{f"not_from_{place}": low, f"not_to_{place}": high})
    shortest, longest = constraints.track_minutes or (None, None)
    if shortest is not None:
        wall("duration_ms >= $shortest", shortest=round(shortest * 60_000))
    if longest is not None:
        wall("duration_ms <= $longest", longest=round(longest * 60_000))
    if constraints.popularity:
        wall("popularity BETWEEN $least AND $most", least=constraints.popularity[0], most=constraints.popularity[1])
    if constraints.languages:
        wall("list_contains($only_languages::VARCHAR[], language)", only_languages=list(constraints.languages))
    if constraints.not_languages:
        wall(
            "(language IS NULL OR NOT list_contains($no_languages::VARCHAR[], language))",
            no_languages=list(constraints.not_languages),
        )
    # A coarse sieve: fits() looks for whole words
    if constraints.topics:
        stems = [genres.fold(topic).removesuffix("s") for topic in constraints.topics]
        wall(
            " OR ".join(f"contains(strip_accents(lower(title)), $topic_{n})" for n in range(len(stems))).join("()"),
            **{f"topic_{n}": stem for n, stem in enumerate(stems)},
        )
    for wish, tail in (
        (constraints.live, "live|unplugged|concert|mtv"),
        (constraints.remixes, "mix|rmx|rework|bootleg|vip|mashup|flip|dub|edit"),
        (constraints.covers, "cover"),
    ):
        if wish:
            wall(f"regexp_matches(lower(title), '{tail}')")
    return " AND ".join(conditions) or "true", parameters


def bits(numbers: Iterable[int], size: int) -> str:
    """Which of the numbers from 0 up to a size these are, as DuckDB reads a BIT."""
    line = bytearray(b"0") * size
    for number in numbers:
        line[number] = ord("1")
    return line.decode()


def _holding(labels: set[str], sets: Sequence[Sequence[str]]) -> str:
    return bits((number for number, own in enumerate(sets) if not labels.isdisjoint(own)), len(sets))
