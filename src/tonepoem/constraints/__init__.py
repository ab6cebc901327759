"""Exact wishes in words: read by rules, to be kept to the letter; the mood is left to the model.

English is read fully; numbers, decades, lengths of time and refusals in Spanish, French, German and Portuguese too.

The order in which the families are read matters, for what was read is taken out of the sight of those that follow:
"songs under 3 minutes" is no length of the playlist, and "no rap" is gone before anyone could hear rap in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from tonepoem.constraints import length, manner, names, refusals, sound, years
from tonepoem.constraints.names import Lookup, lookup
from tonepoem.constraints.page import Page, Said
from tonepoem.errors import InputError
from tonepoem.genres import fold
from tonepoem.playlist import Constraints

__all__ = ["Heard", "Lookup", "Said", "lookup", "read"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What rules read in words.

    Attributes:
        constraints: the wishes.
        said: for each wish, in the order of the words, what was read and from which words, for display.
        text: the words that the model should see: without wishes that would mislead it ("25 songs", "no Drake"). What
            carries mood stays ("90s", "170 bpm"). Empty if nothing else was said.
    """

    constraints: Constraints
    said: tuple[Said, ...]
    text: str


def read(words: str, artists: Callable[[str], str | None] | Collection[str] = (), *, year: int | None = None) -> Heard:
    """Read the exact wishes in a description.

    Args:
        words: the description.
        artists: names of the artists that are known, or a function that gives an artist's name in its right spelling
            or None. Nobody else is read as an artist. A tuple is indexed once.
        year: the current year, from which "the last five years" count back; today's if not given.

    Raises:
        InputError: a wish that cannot be kept ("minus five songs", "from 2000 to 1990"), or two that contradict each other.
    """
    known = names.lookup(artists)
    page = Page(" ".join(words.split()), year or date.today().year)
    length.read(page, lambda span: names.holds_number(page, span, known))
    sound.read(page)
    years.read(page)
    refusals.read(page, known)
    refusals.read_free(page)
    names.read(page, known)
    manner.read_order(page)
    manner.read_flags(page)
    manner.read_topics(page)
    _check(page)
    try:
        constraints = Constraints.model_validate(page.wishes)
    except ValidationError as error:  # what no rule above names
        raise InputError(f"These wishes cannot be kept: {error.errors()[0]['msg']}.") from error
    return Heard(constraints=constraints, said=page.said(), text=page.text())


def _check(page: Page) -> None:
    """Who is asked for must not be refused.

    Raises:
        InputError: an artist is both.
    """
    wanted = {fold(name) for name in page.wishes.get("artists", ())}
    for name in page.wishes.get("not_artists", ()):
        if fold(name) in wanted:
            raise InputError(f"“only {name}” and “no {name}” contradict each other: keep one of them.")
