"""Constraints as SQL: the same walls as :func:`tonepoem.selection.fits`, before any track leaves the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tonepoem import genres
from tonepoem.playlist import Constraints
from tonepoem.selection import INSTRUMENTAL, KIN


def walls(
    constraints: Constraints,
    spelled: Callable[[Iterable[str]], list[str]],
    labels: Callable[[], Sequence[str]],
) -> tuple[str, dict[str, Any]]:
    """A condition over ``tracks`` and the parameters it names.

    Args:
        constraints: what the words say exactly.
        spelled: gives the spellings of artists in the catalog.
        labels: gives all labels of genres in the catalog.
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
    sets = "(SELECT id FROM genre_sets WHERE list_has_any(genres, ${}::VARCHAR[]))"
    if constraints.genres:
        kin = [label for label in labels() if (genres.affinity(constraints.genres, label) or 0) >= KIN]
        wall(f"genre_set IN {sets.format('only_genres')}", only_genres=kin)
    if constraints.not_genres:
        unwanted = [label for label in labels() if genres.within(label, constraints.not_genres)]
        wall(f"genre_set NOT IN {sets.format('no_genres')}", no_genres=unwanted)
    return " AND ".join(conditions) or "true", parameters
